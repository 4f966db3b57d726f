"""One visual language for charts and pages: a status is a colour, a shape and a word.

Blue is met and vermilion is not, which colour-blind readers tell apart; lightness differs as
well, so that a black-and-white print keeps the order. report.css repeats the colours.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

from halfsky.plan.vocabulary import NO_FORECAST, Data, Family, Severity, Status

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


@dataclass(frozen=True)
class Group:
    """One of the two groups compared; shape and dash tell them apart without colour."""

    word: str
    short: str
    colour: str
    marker: str
    dash: str


# By evaluate.gaps' dimension: first and second.
GROUPS: dict[str, tuple[Group, Group]] = {
    "sex": (Group("女性", "女", WOMEN, "o", "-"), Group("男性", "男", MEN, "s", "--")),
    "area": (
        Group("农村", "农村", "#c4470f", "^", "-"),
        Group("城镇", "城镇", "#08457e", "s", "--"),
    ),
}


def __getattr__(name: str) -> Any:
    """The name of old under which notebooks of others draw; it moved to report.charts.canvas."""
    if name != "new_figure":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from halfsky.report.charts.canvas import new_figure

    message = "halfsky.report.theme.new_figure is now halfsky.report.charts.canvas.new_figure"
    warnings.warn(message, DeprecationWarning, stacklevel=2)
    return new_figure
