"""Tests of halfsky.report.sections, a file a topic."""
