"""What the filed reports have besides the sections of a page."""

from __future__ import annotations

from halfsky.report.blocks import Blocks, Paragraph


def with_message(chart: Blocks) -> tuple[Blocks, ...]:
    """A picture below its own message in words, where the heading has no other text."""
    return (Blocks(*(Paragraph(f.message, is_detail=True) for f in chart.figures)), chart)
