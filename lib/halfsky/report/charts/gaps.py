"""Women beside men: how wide is the gap today, and does it narrow?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from halfsky.report import numbers
from halfsky.report.charts.lettering import spread, wrap
from halfsky.report.theme import FAINT, GRID, INK, MEN, MUTED, WOMEN, new_figure


def plot_gap_dumbbell(gaps: pd.DataFrame) -> Figure:
    """Women's and men's newest value of each indicator, joined by the gap.

    Indicators of one unit share an axis; every unit has its own.

    Args:
        gaps: name, unit, decimals, year, female, male; rows with one of the two missing keep
            the other's point.

    Raises:
        ValueError: no row with a value.
    """
    known = gaps[gaps["female"].notna() | gaps["male"].notna()]
    if known.empty:
        raise ValueError("no values to draw")
    units = list(dict.fromkeys(known["unit"]))
    sizes = [int((known["unit"] == unit).sum()) for unit in units]
    figure = new_figure(0.9 + 0.45 * len(units) + 0.42 * len(known))
    axes = figure.subplots(len(units), 1, squeeze=False, height_ratios=[s + 0.6 for s in sizes])
    for axis, unit in zip(axes.flat, units, strict=True):
        _dumbbells(axis, known[known["unit"] == unit].reset_index(drop=True), str(unit))
    _key(figure)
    return figure


def _dumbbells(axis: Axes, part: pd.DataFrame, unit: str) -> None:
    values = pd.concat([part["female"], part["male"]]).dropna()
    span = float(values.max() - values.min()) or abs(float(values.max())) * 0.2 or 1.0
    for place, row in enumerate(part.to_dict("records")):
        women, men = row["female"], row["male"]
        both = numbers.is_known(women) and numbers.is_known(men)
        if both:
            axis.plot([women, men], [place, place], color=FAINT, linewidth=3, zorder=1)
        for value, colour, marker in ((women, WOMEN, "o"), (men, MEN, "s")):
            if numbers.is_known(value):
                axis.plot(
                    value,
                    place,
                    marker,
                    color=colour,
                    markersize=8,
                    markeredgecolor="white",
                    zorder=4 if marker == "o" else 3,
                )
        _ends(axis, place, row, both)
    axis.set_xlim(float(values.min()) - 0.22 * span, float(values.max()) + 0.22 * span)
    axis.set_ylim(len(part) - 0.4, -0.6)
    labels = [
        f"{wrap(str(r.name_), 16)}" for r in part.rename(columns={"name": "name_"}).itertuples()
    ]
    axis.set_yticks(range(len(part)), labels, color=INK, linespacing=1.2)
    axis.set_title(f"单位：{unit}", fontsize=8.5, fontweight="normal", color=MUTED)
    axis.tick_params(axis="both", length=0)
    axis.set_xticks([])
    axis.spines[:].set_visible(False)
    for place in range(len(part)):
        axis.axhline(place, color=GRID, linewidth=0.8, zorder=0)


def _ends(axis: Axes, place: int, row: Mapping[Any, Any], both: bool) -> None:
    """Each value outside its own end, the gap and the year at the right."""
    women, men, places = row["female"], row["male"], row["decimals"]
    women_right = not both or float(women) >= float(men)
    for value, right, colour in ((women, women_right, WOMEN), (men, not women_right, MEN)):
        if not numbers.is_known(value):
            continue
        axis.annotate(
            numbers.number(value, places),
            (value, place),
            xytext=(8 if right else -8, 0),
            textcoords="offset points",
            ha="left" if right else "right",
            va="center",
            fontsize=8.5,
            fontweight="bold",
            color=colour,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
            zorder=2,
        )
    if both:
        gap = abs(float(women) - float(men))
        text = f"差{numbers.difference(gap, row['unit'], places)}"
    else:
        text = "缺男性数" if numbers.is_known(women) else "缺女性数"
    axis.annotate(
        f"{text}（{int(row['year'])}年）",
        (1.01, place),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=8.5,
        color=MUTED,
        annotation_clip=False,
    )


def plot_gap_slope(series: pd.DataFrame) -> Figure:
    """Women's and men's lines over the years, one panel an indicator, labelled at both ends.

    Args:
        series: name, unit, decimals, year, female, male; one row a year and indicator; panels
            in order of appearance. One year alone shows two points.

    Raises:
        ValueError: no row with a value.
    """
    known = series[series["female"].notna() | series["male"].notna()]
    if known.empty:
        raise ValueError("no values to draw")
    panels = list(dict.fromkeys(known["name"]))
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    figure = new_figure(0.7 + 2.2 * rows, 7.4 if columns == 2 else 5.0, h_pad=0.08, w_pad=0.08)
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis, panel in zip(axes.flat, panels, strict=False):
        _slopes(axis, known[known["name"] == panel].sort_values("year"))
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    _key(figure)
    return figure


def _slopes(axis: Axes, part: pd.DataFrame) -> None:
    first_row = part.iloc[0]
    years = part["year"].astype(int)
    first, last = int(years.min()), int(years.max())
    width = max(last - first, 1)
    ends: dict[str, list[tuple[int, float, str]]] = {"left": [], "right": []}
    for column, word, colour, marker in (("female", "女", WOMEN, "o"), ("male", "男", MEN, "s")):
        own = part[["year", column]].dropna()
        if own.empty:
            continue
        axis.plot(own["year"], own[column], color=colour, marker=marker, markersize=4.5, zorder=3)
        final = own.iloc[-1]
        ends["right"].append((int(final["year"]), float(final[column]), word))
        if len(own) > 1:
            start = own.iloc[0]
            ends["left"].append((int(start["year"]), float(start[column]), word))
    low, high = axis.get_ylim()
    pad = 0.12 * (high - low) or 1.0
    axis.set_ylim(low - pad, high + pad)
    low, high = axis.get_ylim()
    for side, entries in ends.items():
        heights = spread([v for _, v, _ in entries], 0.13 * (high - low), low, high)
        for (_, value, word), height in zip(entries, heights, strict=True):
            axis.annotate(
                f"{word} {numbers.number(value, first_row['decimals'])}",
                (first - 0.06 * width if side == "left" else last + 0.06 * width, height),
                ha="right" if side == "left" else "left",
                va="center",
                fontsize=8.5,
                color=WOMEN if word == "女" else MEN,
                fontweight="bold",
            )
    axis.set_xlim(first - 0.42 * width, last + 0.42 * width)
    axis.set_xticks([first] if first == last else [first, last])
    axis.set_yticks([])
    axis.tick_params(length=0)
    axis.spines[["left"]].set_visible(False)
    axis.set_title(wrap(f"{first_row['name']}（{first_row['unit']}）", 22), fontsize=9.5)


def _key(figure: Figure) -> None:
    handles = [
        Line2D([], [], linestyle="", marker="o", markersize=7, color=WOMEN, label="女性"),
        Line2D([], [], linestyle="", marker="s", markersize=7, color=MEN, label="男性"),
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, columnspacing=1.4)
