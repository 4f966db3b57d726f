"""The sheet a chart is drawn on: size, letters, title, watermark, picture."""

from __future__ import annotations

import io

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image

from halfsky.report.fonts import use_fonts
from halfsky.report.theme import DPI, FAINT, GRID, INK, MUTED, PAGE_DPI, PAPER, WIDTH


def use_theme() -> None:
    """Set matplotlib's and seaborn's defaults for this process's figures."""
    sns.set_theme(style="white", rc={"axes.spines.top": False, "axes.spines.right": False})
    use_fonts()
    mpl.rcParams.update(
        {
            "figure.dpi": PAGE_DPI,
            "figure.facecolor": PAPER,
            "axes.edgecolor": FAINT,
            "axes.labelcolor": MUTED,
            "axes.linewidth": 0.8,
            "axes.titlelocation": "left",
            "axes.titlesize": 10,
            "axes.titleweight": "bold",
            "axes.titlecolor": INK,
            "axes.labelsize": 9,
            "font.size": 9,
            "text.color": INK,
            "xtick.color": MUTED,
            "ytick.color": MUTED,
            "xtick.labelsize": 8.5,
            "ytick.labelsize": 8.5,
            "legend.fontsize": 8.5,
            "legend.frameon": False,
            "grid.color": GRID,
            "grid.linewidth": 0.8,
            "hatch.linewidth": 0.6,
            "lines.linewidth": 1.6,
        }
    )


def new_figure(
    height: float, width: float = WIDTH, *, h_pad: float = 0.04, w_pad: float = 0.04
) -> Figure:
    """An empty figure of the page's width, in the theme; sizes in inches, pads between panels.

    It belongs to no pyplot window: nothing is shown twice and nothing stays in memory.
    """
    use_theme()
    engine = ConstrainedLayoutEngine(h_pad=h_pad, w_pad=w_pad)
    return Figure(figsize=(width, height), layout=engine)


def finish(drawing: Figure, title: str) -> None:
    """Put a chart's title above it, left; pyplot forgets the figure."""
    plt.close(drawing)
    drawing.suptitle(title, x=0.008, ha="left", fontsize=12, fontweight="bold", color=INK)


def watermark(drawing: Figure, text: str) -> None:
    """A word across a chart, so that a copied picture still says what it is."""
    for height in (0.25, 0.75):
        drawing.text(
            0.5,
            height,
            text,
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


# Enough for a chart's flat colours and their edges, at a quarter of the bytes of full colour;
# with 32 the target's red turns brown.
COLOURS = 64


def to_png(drawing: Figure) -> bytes:
    """A chart as a palette PNG, finer than a page's pixels; no date or version in its bytes."""
    FigureCanvasAgg(drawing)
    full = io.BytesIO()
    drawing.savefig(full, format="png", dpi=DPI, metadata={"Software": None})
    picture = Image.open(full).convert("RGB")
    small = picture.quantize(COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, format="png", optimize=True)
    return out.getvalue()
