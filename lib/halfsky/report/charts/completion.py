"""How far along is each target, and how far would an even pace be? Furthest behind first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from halfsky.report import numbers
from halfsky.report.charts.canvas import new_figure
from halfsky.report.charts.lettering import wrap
from halfsky.report.text.words import status_word
from halfsky.report.theme import INK, MUTED, STATUS, TARGET, Look, status_look

LOW, HIGH = -50.0, 150.0


def furthest_behind_first(targets: pd.DataFrame) -> pd.DataFrame:
    """Targets with a completion by completion minus elapsed; then those without, in plan order."""
    behind = targets["completion_pct"] - targets["elapsed_pct"].fillna(0)
    order = behind.sort_values(kind="stable", na_position="last").index
    return targets.loc[order].reset_index(drop=True)


def plot_completion(targets: pd.DataFrame, *, is_reference: bool = False) -> Figure:
    """Bullet bars of completion_pct against the share of time gone, furthest behind first.

    A bar is the distance covered from baseline (0) to target (100); the black tick is where an
    even pace would be. Bars are cut at −50 % and 150 %, their number is not. A target without
    completion keeps its line with its figures and the reason.

    Args:
        targets: target, name, type, unit, decimals, baseline, baseline_year, value, value_year,
            threshold, comparator, completion_pct, elapsed_pct, status; reported targets only.

    Raises:
        ValueError: no rows; callers show a sentence instead.
    """
    if targets.empty:
        raise ValueError("no targets to draw")
    frame = furthest_behind_first(targets)
    names = [wrap(str(name), 15) for name in frame["name"]]
    figure = new_figure(1.15 + 0.46 * len(frame))
    axis = figure.subplots()
    shown = frame["completion_pct"].dropna().clip(LOW, HIGH)
    low = min(0.0, float(shown.min()) if len(shown) else 0.0)
    axis.set_xlim(
        low - (24 if low < 0 else 0), max(114.0, float(shown.max() if len(shown) else 0) + 18)
    )
    for place, row in enumerate(frame.to_dict("records")):
        _row(axis, place, row, is_reference)
    axis.axvline(0, color=MUTED, linewidth=0.8, zorder=1)
    axis.axvline(100, color=TARGET, linewidth=1.3, linestyle=(0, (5, 2)), zorder=1)
    axis.set_ylim(len(frame) - 0.4, -0.6)
    axis.set_yticks(range(len(frame)), names, color=INK, linespacing=1.2)
    axis.tick_params(axis="y", length=0)
    ticks = [t for t in (-50, 0, 50, 100, 150) if axis.get_xlim()[0] <= t <= axis.get_xlim()[1]]
    axis.set_xticks(ticks, ["目标" if t == 100 else "基期" if t == 0 else f"{t}%" for t in ticks])
    axis.xaxis.tick_top()
    axis.spines[["left", "bottom", "top"]].set_visible(False)
    axis.tick_params(axis="x", length=0)
    _key(figure, frame, is_reference)
    return figure


def _row(axis: Axes, place: int, row: Mapping[Any, Any], is_reference: bool) -> None:
    look = status_look(str(row["status"]), is_reference)
    completion, elapsed = row["completion_pct"], row["elapsed_pct"]
    if numbers.is_known(completion):
        axis.barh(place, 100, height=0.62, color="#f0f2f5", zorder=0)
        length = min(max(float(completion), LOW), HIGH)
        axis.barh(
            place,
            length,
            height=0.36,
            color=look.fill,
            edgecolor=look.edge,
            hatch=look.hatch,
            linewidth=0.8,
            zorder=2,
        )
        if numbers.is_known(elapsed):
            axis.plot(
                [elapsed, elapsed], [place - 0.31, place + 0.31], color=INK, linewidth=2, zorder=4
            )
        text = numbers.number(completion, 0) + "%"
        # Beside the bar's end, and beyond the pace tick where they would meet.
        outward = 1 if length >= 0 else -1
        at = length
        if numbers.is_known(elapsed) and outward > 0 and -1 < float(elapsed) - length < 13:
            at = max(length, float(elapsed))
        if outward > 0 and 86 < at < 100:
            at = 100  # the target's line would run through the number
        axis.annotate(
            text,
            (at, place),
            xytext=(4 * outward, 0),
            textcoords="offset points",
            ha="left" if outward > 0 else "right",
            va="center",
            fontsize=8.5,
            fontweight="bold",
            color=INK,
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75},
        )
    else:
        axis.text(1.5, place, _why_none(row), va="center", fontsize=8.5, color=MUTED, zorder=5)
    axis.annotate(
        look.shape,
        (1.02, place),
        xycoords=("axes fraction", "data"),
        va="center",
        ha="left",
        fontsize=9,
        color=look.edge,
        annotation_clip=False,
    )
    axis.annotate(
        _figures(row),
        (1.06, place),
        xycoords=("axes fraction", "data"),
        va="center",
        fontsize=8.5,
        color=INK,
        linespacing=1.25,
        annotation_clip=False,
    )


def _why_none(row: Mapping[Any, Any]) -> str:
    baseline, threshold = row["baseline"], row["threshold"]
    if not numbers.is_known(baseline):
        return "缺基期值，不计完成度"
    if numbers.is_known(threshold):
        ok = baseline >= threshold if row["comparator"] == ">=" else baseline <= threshold
        if ok:
            return "基期已达目标值"
    if row["type"] in ("directional", "narrow_gap"):
        return "规划只要求改善，不计完成度"
    return "不计完成度"


def _figures(row: Mapping[Any, Any]) -> str:
    """The newest value with its year, and the target: a bar's own numbers."""
    unit, places = row["unit"], row["decimals"]
    value = numbers.quantity(row["value"], unit, places)
    year = f"（{int(row['value_year'])}年）" if numbers.is_known(row["value_year"]) else ""
    lines = [f"{value}{year}"]
    if numbers.is_known(row["threshold"]):
        sign = {">=": "≥", "<=": "≤"}.get(str(row["comparator"]), "")
        lines.append(f"目标{sign}{numbers.limit(row['threshold'], unit, places)}")
    return "\n".join(lines)


def _key(figure: Figure, frame: pd.DataFrame, is_reference: bool) -> None:
    rendered: dict[str, Look] = {}
    for status in STATUS:
        if status in set(frame["status"]):
            rendered.setdefault(
                status_word(status, is_reference), status_look(status, is_reference)
            )
    handles = []
    for word, look in rendered.items():
        handles.append(
            Line2D(
                [],
                [],
                linestyle="",
                marker=look.marker,
                markerfacecolor=look.fill,
                markeredgecolor=look.edge,
                label=word,
            )
        )
    handles.append(
        Line2D(
            [],
            [],
            linestyle="",
            marker="|",
            markersize=11,
            markeredgewidth=2,
            color=INK,
            label="匀速进度应到之处",
        )
    )
    figure.legend(
        handles=handles, loc="outside lower left", ncols=min(6, len(handles)), columnspacing=1.4
    )


__all__ = ["furthest_behind_first", "plot_completion"]
