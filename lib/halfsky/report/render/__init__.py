"""Blocks as a page, a Word file, a workbook, JSON: how they look, never what they say."""
