"""Yearly figures of a few indicators, by sex or area: what is known, and where it breaks off."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from halfsky.report.charts.canvas import new_figure
from halfsky.report.charts.lettering import spread, wrap
from halfsky.report.theme import INK, MEN, MUTED, WOMEN

_COLOURS = {
    "女": WOMEN,
    "男": MEN,
    "城镇": "#08457e",
    "农村": "#c4470f",
    "合计": INK,
}
_MARKERS = {"女": "o", "男": "s", "城镇": "s", "农村": "^", "合计": "o"}


def plot_series(series: pd.DataFrame) -> Figure:
    """One panel per indicator, one line per group, each labelled at its end.

    Args:
        series: panel (indicator's name), unit, decimals, group (女 | 男 | 城镇 | 农村 | 合计),
            year, value, segment (a number that changes at a definition break: points of
            different segments are not joined). Panels in order of appearance.

    Raises:
        ValueError: no rows; callers show a sentence instead.
    """
    if series.empty:
        raise ValueError("no figures to draw")
    panels = list(dict.fromkeys(series["panel"]))
    columns = 1 if len(panels) == 1 else 2
    rows = -(-len(panels) // columns)
    figure = new_figure(0.6 + 2.4 * rows, 5.8 if columns == 1 else 7.4)
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis, panel in zip(axes.flat, panels, strict=False):
        _panel(axis, series[series["panel"] == panel])
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    return figure


def _panel(axis: Axes, part: pd.DataFrame) -> None:
    first = part.iloc[0]
    axis.set_title(wrap(f"{first['panel']}（{first['unit']}）", 22), loc="left", fontsize=9.5)
    ends: list[tuple[float, float, str]] = []
    for group, own in part.groupby("group", sort=False):
        colour, marker = _COLOURS[str(group)], _MARKERS[str(group)]
        for _, piece in own.groupby("segment", sort=True):
            piece = piece.sort_values("year")
            axis.plot(
                piece["year"], piece["value"], color=colour, marker=marker, markersize=4, lw=1.6
            )
        last = own.sort_values("year").iloc[-1]
        shown = f"{last['value']:.{int(last['decimals'])}f}"
        label = shown if len(set(part["group"])) == 1 else f"{group} {shown}"
        if last["year"] < part["year"].max():
            label += f"（{int(last['year'])}年）"  # not of the year that the others end in
        ends.append((float(last["year"]), float(last["value"]), label))
    low, high = axis.get_ylim()
    apart = (high - low) * 0.11
    ends.sort(key=lambda end: end[1])
    places = spread([value for _, value, _ in ends], apart, low, high)
    years = part["year"].to_numpy(int)
    width = max(int(years.max() - years.min()), 4)
    for (year, value, label), place in zip(ends, places, strict=True):
        axis.annotate(
            label,
            (year, value),
            xytext=(int(years.max()) + width * 0.05, place),
            textcoords="data",
            va="center",
            fontsize=8.5,
            color=_COLOURS.get(label.split(" ")[0], INK),
        )
    axis.set_xlim(int(years.min()) - width * 0.05, int(years.max()) + width * 0.33)
    # The room on the right is for labels: no year is written below it.
    ticks = MaxNLocator(5, integer=True).tick_values(years.min(), years.max())
    axis.set_xticks([tick for tick in ticks if years.min() <= tick <= years.max()])
    axis.tick_params(labelsize=8.5, colors=MUTED)
