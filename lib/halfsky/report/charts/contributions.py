"""Which townships pull the whole up, which down, and by how much?"""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from halfsky.report import numbers
from halfsky.report.charts.canvas import new_figure
from halfsky.report.charts.lettering import wrap
from halfsky.report.theme import INK, MUTED, PAPER, STATUS

MOST = 16  # bars in a panel; the middle ones are drawn as one
_LOOK = {
    "better": (STATUS["达标"].fill, ""),
    "worse": (STATUS["未达标"].fill, "///"),
    None: ("#9aa5b1", ""),
}


def plot_contributions(areas: pd.DataFrame) -> Figure:
    """Bars of each township's share × (rate − whole), from the highest to the lowest.

    Args:
        areas: panel (indicator's name), unit, decimals, subarea, contribution, side; panels in
            order of appearance. More townships than MOST: the smallest contributions are
            drawn as one bar, so that all bars of a panel still add up to nothing.

    Raises:
        ValueError: no township with a contribution; callers show a sentence instead.
    """
    known = areas[areas["contribution"].notna()]
    if known.empty:
        raise ValueError("no contributions to draw")
    panels = [_merged(part) for _, part in known.groupby("panel", sort=False)]
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    longest = max(len(part) for part in panels)
    figure = new_figure(0.9 + rows * (0.6 + 0.27 * longest), 4.4 if columns == 1 else 7.4)
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis, part in zip(axes.flat, panels, strict=False):
        _panel(axis, part, longest)
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    handles = [
        Patch(facecolor=fill, hatch=hatch, edgecolor=PAPER, label=label)
        for (fill, hatch), label in (
            (_LOOK["better"], "比合计好"),
            (_LOOK["worse"], "比合计差"),
        )
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, columnspacing=1.4)
    return figure


def _merged(part: pd.DataFrame) -> pd.DataFrame:
    if len(part) > MOST:
        order = part["contribution"].abs().sort_values(ascending=False, kind="stable").index
        kept, rest = part.loc[order[: MOST - 1]], part.loc[order[MOST - 1 :]]
        one = rest.iloc[:1].assign(
            subarea=f"其余{len(rest)}个", contribution=rest["contribution"].sum(), side=None
        )
        part = pd.concat([kept, one])
    return part.sort_values("contribution", ascending=False, kind="stable").reset_index(drop=True)


def _panel(axis: Axes, part: pd.DataFrame, longest: int) -> None:
    first = part.iloc[0]
    span = float(part["contribution"].abs().max()) or 1.0
    for place, row in enumerate(part.to_dict("records")):
        value = float(row["contribution"])
        fill, hatch = _LOOK[row["side"] if row["side"] in _LOOK else None]
        axis.barh(place, value, height=0.66, color=fill, hatch=hatch, edgecolor=PAPER, linewidth=0)
        axis.annotate(
            numbers.signed(value, first["decimals"]),
            (value, place),
            xytext=(4 if value >= 0 else -4, 0),
            textcoords="offset points",
            ha="left" if value >= 0 else "right",
            va="center",
            fontsize=8,
            color=INK,
        )
    axis.axvline(0, color=INK, linewidth=0.8)
    low = float(part["contribution"].min())
    axis.set_xlim(
        min(low, 0) - 0.42 * span, max(float(part["contribution"].max()), 0) + 0.42 * span
    )
    axis.set_ylim(longest - 0.4, -0.6)
    axis.set_yticks(range(len(part)), [wrap(str(n), 10) for n in part["subarea"]], color=INK)
    axis.set_xticks([])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    unit = {"%": "百分点", "‰": "千分点"}.get(str(first["unit"]), str(first["unit"]))
    axis.set_title(wrap(str(first["panel"]), 20), fontsize=9.5)
    axis.set_xlabel(f"贡献（{unit}）", fontsize=8.5, color=MUTED)
