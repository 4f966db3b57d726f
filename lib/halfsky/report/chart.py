"""A chart as a notebook shows it: a crisp picture with its message in words and its source."""

from __future__ import annotations

import io
from functools import cached_property
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from halfsky.report.theme import DPI, INK, PAGE_DPI

# Enough for a chart's flat colours and their edges, at a quarter of the bytes of full colour;
# with 32 the target's red turns brown.
COLOURS = 64


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
            watermark(self.fig)

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


def watermark(fig: Figure) -> None:
    """合成数据 across a figure, so that a copied picture still says what it is."""
    for height in (0.25, 0.75):
        fig.text(
            0.5,
            height,
            "合成数据",
            ha="center",
            va="center",
            rotation=18,
            fontsize=44,
            fontweight="bold",
            color="#7d1709",
            alpha=0.10,
            zorder=1000,
            gid="watermark",
        )


def to_png(fig: Figure) -> bytes:
    """A figure as a palette PNG, finer than a page's pixels; no date or version in its bytes."""
    FigureCanvasAgg(fig)
    full = io.BytesIO()
    fig.savefig(full, format="png", dpi=DPI, metadata={"Software": None})
    picture = Image.open(full).convert("RGB")
    small = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, format="png", optimize=True)
    return out.getvalue()
