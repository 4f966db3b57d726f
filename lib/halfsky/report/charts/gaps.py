"""Women beside men, country beside town: how wide is the gap today, and who moved?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from halfsky.report import numbers
from halfsky.report.charts.canvas import new_figure
from halfsky.report.charts.lettering import spread, wrap
from halfsky.report.theme import FAINT, GRID, GROUPS, INK, MUTED, Group


def plot_dumbbell(gaps: pd.DataFrame) -> Figure:
    """Both groups' newest value of each indicator, joined by the gap.

    Indicators of one unit share an axis; every unit has its own.

    Args:
        gaps: name, unit, decimals, year, first, second, dimension (one for all rows).

    Raises:
        ValueError: no rows; callers show a sentence instead.
    """
    if gaps.empty:
        raise ValueError("no values to draw")
    pair = GROUPS[str(gaps["dimension"].iloc[0])]
    units = list(dict.fromkeys(gaps["unit"]))
    sizes = [int((gaps["unit"] == unit).sum()) for unit in units]
    figure = new_figure(0.9 + 0.45 * len(units) + 0.42 * len(gaps))
    axes = figure.subplots(len(units), 1, squeeze=False, height_ratios=[s + 0.6 for s in sizes])
    for axis, unit in zip(axes.flat, units, strict=True):
        _dumbbells(axis, gaps[gaps["unit"] == unit].reset_index(drop=True), str(unit), pair)
    _key(figure, pair)
    return figure


def _dumbbells(axis: Axes, part: pd.DataFrame, unit: str, pair: tuple[Group, Group]) -> None:
    values = pd.concat([part["first"], part["second"]])
    span = float(values.max() - values.min()) or abs(float(values.max())) * 0.2 or 1.0
    for place, row in enumerate(part.to_dict("records")):
        axis.plot([row["first"], row["second"]], [place, place], color=FAINT, linewidth=3, zorder=1)
        for group, value, order in zip(pair, (row["first"], row["second"]), (4, 3), strict=True):
            axis.plot(
                value,
                place,
                group.marker,
                color=group.colour,
                markersize=8,
                markeredgecolor="white",
                zorder=order,
            )
        _ends(axis, place, row, pair)
    axis.set_xlim(float(values.min()) - 0.22 * span, float(values.max()) + 0.22 * span)
    axis.set_ylim(len(part) - 0.4, -0.6)
    labels = [wrap(str(name), 16) for name in part["name"]]
    axis.set_yticks(range(len(part)), labels, color=INK, linespacing=1.2)
    axis.set_title(f"单位：{unit}", fontsize=8.5, fontweight="normal", color=MUTED)
    axis.tick_params(axis="both", length=0)
    axis.set_xticks([])
    axis.spines[:].set_visible(False)
    for place in range(len(part)):
        axis.axhline(place, color=GRID, linewidth=0.8, zorder=0)


def _ends(axis: Axes, place: int, row: Mapping[Any, Any], pair: tuple[Group, Group]) -> None:
    """Each value outside its own end, the gap and the year at the right."""
    first, second, places = float(row["first"]), float(row["second"]), row["decimals"]
    first_right = first >= second
    for value, right, group in (
        (first, first_right, pair[0]),
        (second, not first_right, pair[1]),
    ):
        axis.annotate(
            numbers.number(value, places),
            (value, place),
            xytext=(8 if right else -8, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=8.5,
            fontweight="bold",
            color=group.colour,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            zorder=2,
        )
    rendered = numbers.difference(abs(first - second), row["unit"], places)
    axis.annotate(
        f"差{rendered}（{int(row['year'])}年）",
        (1.01, place),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=8.5,
        color=MUTED,
        annotation_clip=False,
    )


def plot_slope(gaps: pd.DataFrame) -> Figure:
    """Both groups from the baseline to now, one panel an indicator, labelled at both ends.

    Args:
        gaps: name, unit, decimals, base_year, year, first_base, second_base, first, second,
            dimension (one for all rows); panels in the frame's order.

    Raises:
        ValueError: no row with a baseline.
    """
    known = gaps[gaps["first_base"].notna() & gaps["second_base"].notna()]
    if known.empty:
        raise ValueError("no values to draw")
    pair = GROUPS[str(known["dimension"].iloc[0])]
    columns = min(3, len(known))
    rows = -(-len(known) // columns)
    figure = new_figure(0.9 + 2.1 * rows, 1.0 + 2.13 * columns, h_pad=0.08, w_pad=0.06)
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis, row in zip(axes.flat, known.to_dict("records"), strict=False):
        _slope(axis, row, pair)
    for axis in axes.flat[len(known) :]:
        axis.set_visible(False)
    _key(figure, pair)
    return figure


def _slope(axis: Axes, row: Mapping[Any, Any], pair: tuple[Group, Group]) -> None:
    ends = ((row["first_base"], row["first"]), (row["second_base"], row["second"]))
    for group, values in zip(pair, ends, strict=True):
        axis.plot(
            [0, 1], values, group.dash, color=group.colour, marker=group.marker, markersize=5.5
        )
    low, high = axis.get_ylim()
    pad = 0.12 * (high - low) or 1.0
    axis.set_ylim(low - pad, high + pad)
    low, high = axis.get_ylim()
    for x, side in ((0, "right"), (1, "left")):
        heights = spread([float(pairs[x]) for pairs in ends], 0.13 * (high - low), low, high)
        for group, values, height in zip(pair, ends, heights, strict=True):
            axis.annotate(
                f"{group.short} {numbers.number(values[x], row['decimals'])}",
                (x - 0.08 if x == 0 else 1.08, height),
                ha=side,
                va="center",
                fontsize=8.5,
                color=group.colour,
                fontweight="bold",
            )
    axis.set_xlim(-0.95, 1.95)
    axis.set_xticks([0, 1], [f"{int(row['base_year'])}年", f"{int(row['year'])}年"])
    axis.set_yticks([])
    axis.tick_params(length=0)
    axis.spines[["left"]].set_visible(False)
    unit = "" if str(row["unit"]) in str(row["name"]) else f"（{row['unit']}）"
    axis.set_title(wrap(f"{row['name']}{unit}", 14), fontsize=9)


def _key(figure: Figure, pair: tuple[Group, Group]) -> None:
    handles = [
        Line2D([], [], linestyle="", marker=g.marker, markersize=7, color=g.colour, label=g.word)
        for g in pair
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, columnspacing=1.4)
