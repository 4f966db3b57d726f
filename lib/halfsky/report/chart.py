"""A chart as a notebook shows it: a crisp picture with its message in words and its source."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from halfsky.report.theme import INK, PAGE_DPI, to_png, watermark

__all__ = ["Chart", "to_png", "watermark"]


class Chart:
    """A finished figure.

    fig: a figure; pyplot forgets it. title: drawn above it, left. alt: the chart's message in
    a sentence or two, for those who do not see it. source: who published the figures; the page
    prints it below. synthetic: draws 合成数据 across it.
    """

    def __init__(
        self, fig: Figure, title: str, alt: str, source: str, synthetic: bool = False
    ) -> None:
        self.fig, self.title, self.alt, self.source = fig, title, alt, source
        self.synthetic = False
        fig.suptitle(title, x=0.008, ha="left", fontsize=12, fontweight="bold", color=INK)
        if synthetic:
            self.mark_synthetic()
        plt.close(fig)

    def mark_synthetic(self) -> None:
        """Draw 合成数据 across the figure, once; before its picture is taken."""
        if not self.synthetic:
            self.synthetic = True
            watermark(self.fig, "合成数据")

    @cached_property
    def png(self) -> bytes:
        """The picture, the same bytes for the same figure."""
        return to_png(self.fig)

    @property
    def width(self) -> int:
        """Width on a page in CSS pixels."""
        return round(self.fig.get_figwidth() * PAGE_DPI)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        rendered = {
            "alt": self.alt,
            "caption": self.source,
            "title": self.title,
            "width": self.width,
        }
        return {"image/png": self.png, "text/plain": self.alt}, {"image/png": rendered}
