"""What followed a measure, beside the forecast made before it and beside the comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from halfsky.report import numbers
from halfsky.report.charts.canvas import new_figure
from halfsky.report.charts.fans import BAND80, BAND95, LINE
from halfsky.report.charts.lettering import wrap
from halfsky.report.theme import FAINT, INK, MUTED, TARGET

_REACH = 8  # own spreads: what lies beyond is drawn at the edge


def plot_effects(effects: pd.DataFrame, history: pd.DataFrame, forecasts: pd.DataFrame) -> Figure:
    """One row an effect: left the series and its earlier forecast, right the comparisons.

    Args:
        effects: evaluate.effect.COLUMNS with name and caption; one row a panel.
        history: target, year, value, in_use. forecasts: rolled forecasts: series, origin, year,
            point, lo80, hi80, lo95, hi95.

    Raises:
        ValueError: no rows; callers show a sentence instead.
    """
    if effects.empty:
        raise ValueError("no effects to draw")
    figure = new_figure(0.75 + 2.1 * len(effects), h_pad=0.09, w_pad=0.05)
    axes = figure.subplots(len(effects), 2, squeeze=False, width_ratios=[2.2, 1])
    for (left, right), row in zip(axes, effects.to_dict("records"), strict=True):
        own = history[(history["target"] == row["target"]) & history["in_use"].astype(bool)]
        made = forecasts["series"].eq(row["series"]) & forecasts["origin"].eq(row["origin"])
        _course(left, row, own.sort_values("year"), forecasts[made].sort_values("year"))
        _comparisons(right, row)
    _key(figure)
    return figure


def _course(axis: Axes, row: Mapping[Any, Any], own: pd.DataFrame, path: pd.DataFrame) -> None:
    path = path[path["year"] <= row["last_year"]]
    origin = own[own["year"] == row["origin"]]
    joined = np.r_[origin["year"].to_numpy(float), path["year"].to_numpy(float)]
    ends = origin["value"].to_numpy(float)
    for low, high, colour in (("lo95", "hi95", BAND95), ("lo80", "hi80", BAND80)):
        axis.fill_between(
            joined,
            np.r_[ends, path[low].to_numpy(float)],
            np.r_[ends, path[high].to_numpy(float)],
            color=colour,
            linewidth=0,
            zorder=1,
        )
    axis.plot(
        joined,
        np.r_[ends, path["point"].to_numpy(float)],
        color=LINE,
        linewidth=1.3,
        linestyle=(0, (2, 1.4)),
        zorder=3,
    )
    axis.plot(own["year"], own["value"], "o-", color=LINE, markersize=4, linewidth=1.4, zorder=4)
    start = float(row["started_year"]) - 0.5
    axis.axvline(start, color=TARGET, linewidth=1.2, linestyle=(0, (5, 2)), zorder=2)
    axis.annotate(
        f"{row['started_year']}年启动",
        (start, 0.02),
        xycoords=("data", "axes fraction"),
        xytext=(-3, 0),
        textcoords="offset points",
        ha="right",
        va="bottom",
        color=TARGET,
        fontsize=8,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
    )
    axis.set_title(wrap(str(row["name"]), 26, 1), fontsize=9.5, pad=15)
    axis.annotate(
        wrap(str(row["caption"]), 36, 1),
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=8.5,
        color=INK,
    )
    axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}"))
    axis.yaxis.set_major_locator(MaxNLocator(4))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.6g}"))
    axis.margins(y=0.14)
    axis.grid(axis="y")
    axis.set_axisbelow(True)


def _comparisons(axis: Axes, row: Mapping[Any, Any]) -> None:
    """Own statistic among the comparisons'; what lies beyond the axis is drawn at its edge."""
    reach = min(max(3.0, 1.1 * abs(row["statistic"])), _REACH)
    rng = np.random.default_rng(0)  # only spreads the dots: the same picture every time
    for values, marker in ((row["indicators"], "o"), (row["areas"], "s")):
        shown = np.clip(np.array(values, dtype=float), -reach, reach)
        heights = rng.uniform(-0.6, 0.6, len(shown))
        dots = axis.plot(shown, heights, marker, color=FAINT, markersize=4, alpha=0.55)
        for line in dots:
            line.set(clip_on=False, in_layout=False)
    own = float(np.clip(row["statistic"], -reach, reach))
    axis.plot([own], [0], "D", color=TARGET, markersize=7, zorder=5, clip_on=False, in_layout=False)
    axis.axvline(0, color=MUTED, linewidth=0.8, zorder=1)
    axis.set_ylim(-1, 1)
    axis.set_xlim(-reach, reach)
    axis.set_yticks([])
    axis.spines["left"].set_visible(False)
    axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda v, _: numbers.number(v, 0)))
    axis.set_xlabel("比预测差 ←   误差的倍数   → 比预测好", fontsize=8)
    number = len(row["indicators"]) + len(row["areas"])
    axis.set_title(f"{number}个对照" if number else "没有对照", fontsize=8.5, pad=4)


def _key(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=LINE, marker="o", markersize=4, label="实际"),
        Line2D([], [], color=LINE, linestyle=(0, (2, 1.4)), label="启动前作的预测"),
        Patch(color=BAND80, label="80%区间"),
        Patch(color=BAND95, label="95%区间"),
        Line2D([], [], color=TARGET, marker="D", linewidth=0, label="本指标"),
        Line2D([], [], color=FAINT, marker="o", linewidth=0, label="未涉及的指标"),
        Line2D([], [], color=FAINT, marker="s", linewidth=0, label="其他地区"),
    ]
    figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=len(handles),
        handlelength=1.6,
        columnspacing=1.0,
    )
