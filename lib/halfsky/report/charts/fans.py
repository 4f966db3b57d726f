"""Where does each target stand at the plan's end? Fan charts, one small panel a target."""

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
from halfsky.report.charts.lettering import spread, wrap
from halfsky.report.theme import FAINT, INK, MUTED, OUTLOOK, STATUS, TARGET

BAND95 = "#d5e3ef"
BAND80 = "#a9c7e0"
LINE = "#08457e"
SHORT = 5  # fewer points than this are no trend (docs/method.md section 3)


def plot_fans(
    targets: pd.DataFrame,
    observations: pd.DataFrame,
    forecasts: pd.DataFrame,
    *,
    end_year: int,
) -> Figure:
    """Small multiples: published points, forecast with its 80 % and 95 % bands, target and pace.

    Args:
        targets: target, name, unit, decimals, baseline, baseline_year, threshold, comparator,
            p_met, outlook, status, n; one panel a row, in the order given.
        observations: target, year, value; with in_use (False before a definition break) the
            earlier points are drawn hollow and never joined to the later ones.
        forecasts: target, year, point, lo80, hi80, lo95, hi95; a target may have none.
        end_year: the plan's last year, where the pace line ends.

    Raises:
        ValueError: no rows; callers show a sentence instead.
    """
    if targets.empty:
        raise ValueError("no targets to draw")
    n = len(targets)
    columns = 1 if n == 1 else 2
    rows = -(-n // columns)
    figure = new_figure(0.75 + 2.35 * rows, 7.4 if columns == 2 else 5.4, h_pad=0.09, w_pad=0.07)
    axes = figure.subplots(rows, columns, squeeze=False)
    first = _first_year(targets, observations, end_year)
    for axis, row in zip(axes.flat, targets.to_dict("records"), strict=False):
        own = observations[observations["target"] == row["target"]].sort_values("year")
        path = forecasts[forecasts["target"] == row["target"]].sort_values("year")
        _panel(axis, row, own.dropna(subset=["value"]), path, first, end_year)
    for axis in axes.flat[n:]:
        axis.set_visible(False)
    _key(figure)
    return figure


def _first_year(targets: pd.DataFrame, observations: pd.DataFrame, end_year: int) -> int:
    """All panels share their years, so that the eye compares slopes."""
    mine = observations[observations["target"].isin(targets["target"])].dropna(subset=["value"])
    years = [*mine["year"], *targets["baseline_year"].dropna()]
    return int(max(min(years, default=end_year - 10), end_year - 20))


def _panel(
    axis: Axes,
    row: Mapping[Any, Any],
    own: pd.DataFrame,
    path: pd.DataFrame,
    first: int,
    end_year: int,
) -> None:
    own = own[own["year"] >= first]
    threshold = _known(row["threshold"])
    if len(path):
        _fan(axis, own, path)
    if threshold is not None:
        axis.axhline(threshold, color=TARGET, linewidth=1.3, linestyle=(0, (5, 2)), zorder=3)
        _pace(axis, row, threshold, end_year)
    _history(axis, own)
    axis.set_xlim(first - 0.6, end_year + 0.6)
    _limits(axis, own, path, row)
    _labels(axis, row, own, path, threshold, end_year)
    axis.set_title(wrap(str(row["name"]), 23), fontsize=9.5, pad=15, linespacing=1.25)
    _verdict(axis, row)
    # Years count in fives, so that the plan's end has its own tick.
    step = 5 if end_year - first >= 10 else 2 if end_year - first >= 4 else 1
    axis.set_xticks(range(end_year, first - 1, -step))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}"))
    axis.yaxis.set_major_locator(MaxNLocator(4))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.6g}"))
    axis.grid(axis="y")
    axis.set_axisbelow(True)


def _fan(axis: Axes, own: pd.DataFrame, path: pd.DataFrame) -> None:
    """The bands open from the last published point, which is certain."""
    years = path["year"].to_numpy(float)
    joined = own[own["year"] < years[0]]
    for low, high, colour in (("lo95", "hi95", BAND95), ("lo80", "hi80", BAND80)):
        bottom, top, when = path[low].to_numpy(float), path[high].to_numpy(float), years
        if len(joined):
            last = joined.iloc[-1]
            when = np.r_[float(last["year"]), when]
            bottom = np.r_[float(last["value"]), bottom]
            top = np.r_[float(last["value"]), top]
        axis.fill_between(when, bottom, top, color=colour, linewidth=0, zorder=1)
    when, middle = years, path["point"].to_numpy(float)
    if len(joined):
        when = np.r_[float(joined["year"].iloc[-1]), when]
        middle = np.r_[float(joined["value"].iloc[-1]), middle]
    axis.plot(when, middle, color=LINE, linewidth=1.4, linestyle=(0, (2, 1.4)), zorder=4)


def _pace(axis: Axes, row: Mapping[Any, Any], threshold: float, end_year: int) -> None:
    """From the baseline to the target in equal steps: where an even pace would be."""
    baseline, year = _known(row["baseline"]), _known(row["baseline_year"])
    if baseline is None or year is None or year >= end_year:
        return
    already = baseline >= threshold if row["comparator"] == ">=" else baseline <= threshold
    if already:
        return
    axis.plot(
        [year, end_year], [baseline, threshold], color=MUTED, linewidth=1, linestyle=":", zorder=2
    )


def _history(axis: Axes, own: pd.DataFrame) -> None:
    in_use = own["in_use"].astype(bool) if "in_use" in own else pd.Series(True, index=own.index)
    before, since = own[~in_use], own[in_use]
    if len(before):
        axis.plot(before["year"], before["value"], color=FAINT, linewidth=1.2, zorder=4)
        axis.plot(
            before["year"],
            before["value"],
            "o",
            markerfacecolor="white",
            markeredgecolor=FAINT,
            markersize=4,
            zorder=5,
        )
    if len(before) and len(since):
        where = (float(before["year"].iloc[-1]) + float(since["year"].iloc[0])) / 2
        axis.axvline(where, color=FAINT, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
        axis.annotate(
            "口径变化",
            (where, 0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            fontsize=7.5,
            color=MUTED,
            ha="center",
            va="bottom",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
            zorder=6,
        )
    if len(since):
        _joined(axis, since)
        axis.plot(since["year"], since["value"], "o", color=LINE, markersize=4.2, zorder=5)


def _joined(axis: Axes, since: pd.DataFrame) -> None:
    """A full line between neighbouring years; a thin one across years without a figure."""
    axis.plot(since["year"], since["value"], color=LINE, linewidth=0.7, alpha=0.6, zorder=3)
    runs = (since["year"].diff() > 1).cumsum()
    for _, run in since.groupby(runs):
        if len(run) > 1:
            axis.plot(run["year"], run["value"], color=LINE, linewidth=1.6, zorder=4)


def _limits(axis: Axes, own: pd.DataFrame, path: pd.DataFrame, row: Mapping[Any, Any]) -> None:
    """Room for points, target and the 80 % band; the 95 % band may leave the picture at most
    as far again, so that one wild fan does not press everything else flat."""
    core = [*own["value"], *path.get("lo80", []), *path.get("hi80", [])]
    core += [v for v in (_known(row["threshold"]), _known(row["baseline"])) if v is not None]
    if not core:
        axis.set_ylim(0, 1)
        return
    low, high = min(core), max(core)
    span = (high - low) or abs(high) * 0.2 or 1.0
    if len(path):
        low = max(min(low, float(path["lo95"].min())), low - span)
        high = min(max(high, float(path["hi95"].max())), high + span)
    span = (high - low) or span
    axis.set_ylim(low - 0.18 * span, high + 0.2 * span)
    if min(core) >= 0 and axis.get_ylim()[0] < 0:
        axis.set_ylim(bottom=0 - 0.02 * span)


def _labels(
    axis: Axes,
    row: Mapping[Any, Any],
    own: pd.DataFrame,
    path: pd.DataFrame,
    threshold: float | None,
    end_year: int,
) -> None:
    """Target and forecast are named at the right edge, the newest value above its point."""
    unit, places = row["unit"], row["decimals"]
    edge: list[tuple[float, str, str]] = []
    if threshold is not None:
        edge.append((threshold, f"目标{numbers.limit(threshold, unit, places)}", TARGET))
    if len(path):
        last = path.iloc[-1]
        text = f"预测{numbers.quantity(last['point'], unit, places)}"
        edge.append((float(last["point"]), text, LINE))
    low, high = axis.get_ylim()
    heights = spread([v for v, _, _ in edge], 0.115 * (high - low), low, high)
    for height, (_, text, colour) in zip(heights, edge, strict=True):
        axis.annotate(
            text,
            (1.015, height),
            xycoords=("axes fraction", "data"),
            color=colour,
            fontsize=8,
            va="center",
            annotation_clip=False,
        )
    if len(own):
        newest = own.iloc[-1]
        is_below = _label_below(own, threshold, low, high)
        rose = len(own) > 1 and newest["value"] >= own["value"].iloc[-2]
        # On the side the line comes from, the text steps right, off the points before.
        aside = len(own) > 1 and is_below == rose
        axis.annotate(
            numbers.quantity(newest["value"], unit, places),
            (newest["year"], newest["value"]),
            xytext=(3 if aside else 0, -5 if is_below else 5),
            textcoords="offset points",
            ha="left" if aside else "center",
            va="top" if is_below else "bottom",
            fontsize=8,
            fontweight="bold",
            color=INK,
            zorder=7,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.4, "alpha": 0.7},
        )


def _label_below(own: pd.DataFrame, threshold: float | None, low: float, high: float) -> bool:
    """Whether the newest value is written under its point: clear of line, target and axis."""
    value, span = float(own["value"].iloc[-1]), high - low
    if value - low < 0.14 * span:
        return False
    if threshold is not None and abs(value - threshold) < 0.25 * span:
        return value < threshold
    return len(own) > 1 and value < float(own["value"].iloc[-2])


def _verdict(axis: Axes, row: Mapping[Any, Any]) -> None:
    """The line under a panel's name: probability and outlook, or why there is none."""
    n = int(_known(row["n"]) or 0)
    p = _known(row["p_met"])
    colour = MUTED
    if n == 0:
        text = f"{STATUS['未填报'].shape} 没有可用数据"
    elif p is None:
        text = f"{n}个数据点，不作预测"
    else:
        look = OUTLOOK[str(row["outlook"])]
        text = f"{look.shape} 达到目标的概率{numbers.percent(p)}，{row['outlook']}"
        colour = INK
        if n < SHORT:
            text += f"（仅{n}个点，趋势不足）"
    axis.annotate(
        text,
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=8.5,
        color=colour,
    )


def _key(figure: Figure) -> None:
    """One key for all panels, outside them."""
    handles = [
        Line2D([], [], color=LINE, marker="o", markersize=4.2, label="公布值或填报值"),
        Line2D([], [], color=LINE, linestyle=(0, (2, 1.4)), linewidth=1.4, label="预测"),
        Patch(color=BAND80, label="80%区间"),
        Patch(color=BAND95, label="95%区间"),
        Line2D([], [], color=TARGET, linestyle=(0, (5, 2)), linewidth=1.3, label="目标值"),
        Line2D([], [], color=MUTED, linestyle=":", linewidth=1, label="匀速进度"),
    ]
    columns = 6 if figure.get_figwidth() > 6 else 3
    figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=columns,
        handlelength=1.8,
        columnspacing=1.2,
    )


def _known(value: Any) -> float | None:
    return float(value) if numbers.is_known(value) else None


__all__ = ["plot_fans"]
