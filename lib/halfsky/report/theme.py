"""One visual language for charts and pages: a status is a colour, a shape and a word.

Blue is met and vermilion is not, which colour-blind readers tell apart; lightness differs as
well, so that a black-and-white print keeps the order. report.css repeats the colours.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import matplotlib as mpl
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from PIL import Image

from halfsky.plan.vocabulary import NO_FORECAST, Data, Family, Severity, Status
from halfsky.report.fonts import use_fonts

INK = "#1f2933"
MUTED = "#52606d"
FAINT = "#9aa5b1"
GRID = "#e4e7eb"
PAPER = "#ffffff"
TARGET = "#a8200d"
WIDTH = 7.4  # inches; 740 CSS pixels on a page
PAGE_DPI = 100  # CSS pixels to an inch of figure
DPI = 160  # crisp on a dense screen and on paper, and a page of ten charts stays light


@dataclass(frozen=True)
class Look:
    """How one answer is drawn: fill, text upon it, outline, shape in text and in matplotlib."""

    fill: str
    ink: str
    edge: str
    shape: str
    marker: str
    hatch: str = ""


STATUS: dict[str, Look] = {
    Status.MET: Look("#08457e", "#ffffff", "#08457e", "●", "o"),
    Status.NEARLY: Look("#8ec3ea", INK, "#2f78b0", "◆", "D"),
    Status.UNMET: Look("#c4470f", "#ffffff", "#9a3609", "▲", "^"),
    Status.UNDECIDABLE: Look("#ece4f6", INK, "#7654a3", "◇", "D", "...."),
    Status.MISSING: Look("#ffffff", MUTED, FAINT, "○", "o"),
}

OUTLOOK: dict[str, Look] = {
    "很有把握": Look("#08457e", "#ffffff", "#08457e", "↑", "^"),
    "较有把握": Look("#8ec3ea", INK, "#2f78b0", "↑", "^"),
    "难以判断": Look("#e4e0d8", INK, "#7b7466", "→", ">"),
    "较难完成": Look("#f3b27f", INK, "#b3591a", "↓", "v"),
    "很难完成": Look("#c4470f", "#ffffff", "#9a3609", "↓", "v"),
    NO_FORECAST: Look("#ffffff", MUTED, FAINT, "—", "_"),
}

DATA: dict[str, Look] = {
    Data.ENOUGH: Look("#2c5f4f", "#ffffff", "#2c5f4f", "■", "s"),
    Data.SHORT: Look("#9fcbb6", INK, "#4d8a72", "□", "s"),
    Data.STALE: Look("#e9dcae", INK, "#97812f", "△", "^"),
    Data.MISSING: Look("#ffffff", MUTED, FAINT, "○", "o"),
}

SEVERITY: dict[str, Look] = {
    Severity.RED: Look("#a8200d", "#ffffff", "#7d1709", "■", "s"),
    Severity.AMBER: Look("#efb14a", INK, "#a86f08", "◆", "D", "///"),
    Severity.NOTE: Look("#e4e7eb", INK, MUTED, "□", "s", "..."),
}

FAMILIES: tuple[str, ...] = tuple(Family)

WOMEN = "#7a2a6b"
MEN = "#3f7f93"


def status_look(status: str, is_reference: bool = False) -> Look:
    """How a status is drawn; a reference region has reached the plan's value or it has not."""
    if is_reference and status == Status.NEARLY:
        status = Status.UNMET
    return STATUS[status]


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
    """Put a chart's title above it, left."""
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
