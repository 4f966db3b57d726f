"""A document as a Word file, with python-docx; the same document gives the same bytes."""

from halfsky.report.render.word.writer import to_docx

__all__ = ["to_docx"]
