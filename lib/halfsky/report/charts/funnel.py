"""Townships against what chance allows: rates by size in a funnel of exact limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation, Text
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import Bbox

from halfsky.report import numbers
from halfsky.report.charts.canvas import new_figure
from halfsky.report.charts.lettering import wrap
from halfsky.report.theme import FAINT, GRID, INK, MUTED, PAPER, STATUS

_BETTER, _WORSE = STATUS["达标"].fill, STATUS["未达标"].fill
# Where a name may stand beside its point: offset in points, alignments; the first that is free.
_PLACES = (
    (7, 0, "left", "center"),
    (-7, 0, "right", "center"),
    (0, 7, "center", "bottom"),
    (0, -7, "center", "top"),
    (7, 9, "left", "bottom"),
    (-7, 9, "right", "bottom"),
    (7, -9, "left", "top"),
    (-7, -9, "right", "top"),
    (0, 19, "center", "bottom"),
    (0, -19, "center", "top"),
)


def plot_funnel(areas: pd.DataFrame, limits: pd.DataFrame) -> Figure:
    """Each township's rate by its denominator; names only outside the limits.

    Args:
        areas: panel (indicator's name), unit, decimals, denominator_name, subarea, rate,
            denominator, whole, zone (`inside`, `inner`, `outer`), side (`better`, `worse`,
            None), is_flagged; panels in order of appearance.
        limits: panel, denominator, inner_low, inner_high, outer_low, outer_high: the curves.

    Raises:
        ValueError: no rows; callers show a sentence instead.
    """
    if areas.empty:
        raise ValueError("no townships to draw")
    panels = list(dict.fromkeys(areas["panel"]))
    columns = 1 if len(panels) == 1 else 2
    rows = -(-len(panels) // columns)
    width = 5.4 if columns == 1 else 7.4
    figure = new_figure(0.9 + 2.85 * rows, width, h_pad=0.08, w_pad=0.08)
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis, panel in zip(axes.flat, panels, strict=False):
        _panel(axis, areas[areas["panel"] == panel], limits[limits["panel"] == panel])
    for axis in axes.flat[len(panels) :]:
        axis.set_visible(False)
    _key(figure, areas)
    _names(figure, axes.flat, [areas[areas["panel"] == panel] for panel in panels])
    return figure


def _panel(axis: Axes, part: pd.DataFrame, curves: pd.DataFrame) -> None:
    first = part.iloc[0]
    whole, unit = float(first["whole"]), str(first["unit"])
    curves = curves.sort_values("denominator")
    for level, style in (("inner", "--"), ("outer", "-")):
        for end in ("low", "high"):
            axis.plot(
                curves["denominator"], curves[f"{level}_{end}"], style, color=FAINT, linewidth=1
            )
    axis.axhline(whole, color=INK, linewidth=1)
    for row in part.to_dict("records"):
        look = _look(row)
        axis.plot(
            row["denominator"],
            row["rate"],
            look["marker"],
            markersize=look["size"],
            markerfacecolor=look["fill"],
            markeredgecolor=look["edge"],
            markeredgewidth=1.3 if row["zone"] == "inside" else 0.6,
            zorder=4,
        )
    low, high = _reach(part, curves)
    axis.set_ylim(low, high)
    largest = float(part["denominator"].max())
    axis.set_xlim(0, largest * 1.12)
    axis.annotate(
        f"合计\n{numbers.number(whole, first['decimals'])}",
        (1.015, whole),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=8,
        color=INK,
        annotation_clip=False,
    )
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True, steps=[1, 2, 5, 10]))
    axis.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
    axis.grid(axis="y", color=GRID)
    axis.set_axisbelow(True)
    name = str(first["panel"])
    shown = name if unit in name else f"{name}（{unit}）"
    axis.set_title(wrap(shown, 22), fontsize=9.5)
    axis.set_xlabel(wrap(f"分母：{first['denominator_name'] or '人数'}", 24), fontsize=8.5)


def _look(row: Mapping[Any, Any]) -> dict[str, Any]:
    if row["zone"] == "inside":
        return {"marker": "o", "size": 5, "fill": PAPER, "edge": MUTED, "label": "限内"}
    if not row["is_flagged"]:
        return {"marker": "D", "size": 5, "fill": MUTED, "edge": PAPER, "label": "限外"}
    if row["side"] == "better":
        look = {"marker": "^", "fill": _BETTER, "label": "突出（较好）"}
    else:
        look = {"marker": "v", "fill": _WORSE, "label": "突出（较差）"}
    return {"size": 8.5, "edge": PAPER, **look}


def _reach(part: pd.DataFrame, curves: pd.DataFrame) -> tuple[float, float]:
    """All points, and the limits where townships are: the funnel's mouth may be cut off."""
    smallest = float(part["denominator"].min())
    near = curves[curves["denominator"] >= 0.8 * smallest]
    values = pd.concat([part["rate"], part["whole"], near["outer_low"], near["outer_high"]])
    low, high = float(values.min()), float(values.max())
    pad = 0.1 * (high - low) or 0.1 * abs(high) or 1.0
    # A rate has no room below 0, only a point's own size.
    return max(low - pad, -0.5 * pad), high + pad


def _names(figure: Figure, axes: Any, parts: list[pd.DataFrame]) -> None:
    """Names of townships outside the limits, the furthest first, each where there is room.

    A name that would cover another or a point is left out: the table holds them all.
    """
    canvas: Any = FigureCanvasAgg(figure)
    # Room for the title that Chart adds later: the layout then stays as it is measured here.
    title = figure.suptitle("标题", fontsize=12)
    figure.draw_without_rendering()
    renderer = canvas.get_renderer()
    for axis, part in zip(axes, parts, strict=False):
        taken = [_around(axis, x, y) for x, y in part[["denominator", "rate"]].to_numpy(float)]
        taken += [text.get_window_extent(renderer) for text in axis.texts]
        outside = part[part["zone"] != "inside"]
        far = (outside["rate"] - outside["whole"]).abs() * np.sqrt(outside["denominator"])
        order = outside.assign(far=far).sort_values(["is_flagged", "far"], ascending=False)
        edge = axis.get_window_extent(renderer)
        for row in order.to_dict("records"):
            _name(axis, row, taken, edge, renderer)
    title.set_text("")


def _around(axis: Axes, x: float, y: float) -> Bbox:
    """A point's own room, in pixels."""
    px, py = axis.transData.transform((x, y))
    return Bbox.from_extents(px - 6, py - 6, px + 6, py + 6)


def _name(axis: Axes, row: Mapping[Any, Any], taken: list[Bbox], edge: Bbox, renderer: Any) -> None:
    for dx, dy, ha, va in _PLACES:
        label: Annotation = axis.annotate(
            wrap(str(row["subarea"]), 9),
            (row["denominator"], row["rate"]),
            xytext=(dx, dy),
            textcoords="offset points",
            ha=ha,
            va=va,
            fontsize=8,
            fontweight="bold" if row["is_flagged"] else "normal",
            color=INK,
            zorder=3.5,  # its pale edge lies below the points
            path_effects=[withStroke(linewidth=2.5, foreground=PAPER)],
            # Far from its point a name needs a line to it.
            arrowprops={"arrowstyle": "-", "color": FAINT, "linewidth": 0.7}
            if abs(dy) > 10
            else None,
        )
        label.update_positions(renderer)
        # Text's own box: an annotation's takes in the line.
        box = Text.get_window_extent(label, renderer)
        is_in = box.x0 >= edge.x0 and box.x1 <= edge.x1 and box.y0 >= edge.y0 and box.y1 <= edge.y1
        if is_in and not any(box.overlaps(other) for other in taken):
            taken.append(box)
            return
        label.remove()


def _key(figure: Figure, areas: pd.DataFrame) -> None:
    """Only what the figure shows."""
    handles = [
        Line2D([], [], color=FAINT, linestyle="--", label="95%控制限"),
        Line2D([], [], color=FAINT, label="99.8%控制限"),
    ]
    looks = {_look(row)["label"]: _look(row) for row in areas.to_dict("records")}
    for label in ("限内", "限外", "突出（较差）", "突出（较好）"):
        if label in looks:
            look = looks[label]
            handles.append(
                Line2D(
                    [],
                    [],
                    linestyle="",
                    marker=look["marker"],
                    markersize=7,
                    markerfacecolor=look["fill"],
                    markeredgecolor=look["edge"],
                    label=label,
                )
            )
    figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=3 if figure.get_figwidth() < 6 else 6,
        columnspacing=1.1,
        handletextpad=0.5,
    )
