"""One small panel a domain, all on one scale: which domains keep pace, and what holds one back?"""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from halfsky.report import numbers
from halfsky.report.charts.canvas import new_figure
from halfsky.report.charts.completion import HIGH, LOW
from halfsky.report.charts.lettering import wrap
from halfsky.report.text.words import status_word
from halfsky.report.theme import FAINT, GRID, INK, MUTED, STATUS, TARGET, status_look

COLUMNS = 4
PATH = "#7b8794"


def plot_multiples(
    paths: pd.DataFrame,
    domains: dict[str, int],
    *,
    start: int,
    end: int,
    is_reference: bool = False,
) -> Figure:
    """Completion of every target over the plan's years, one panel a domain.

    A line is a target's way from its baseline (0) to its target (100); its end has the status's
    shape and colour. The dotted line is an even pace. What leaves the scale is drawn on its
    edge. Beside each domain's name: how many of its targets are drawn; below it the one furthest
    behind the pace.

    Args:
        paths: domain (the name shown), target, name, year, completion_pct, status; one row a
            point.
        domains: number of targets by domain, in the plan's order; all get a panel.
        start, end: the plan's baseline year and last year.

    Raises:
        ValueError: no rows.
    """
    if paths.empty:
        raise ValueError("no completion to draw")
    rows = -(-len(domains) // COLUMNS)
    figure = new_figure(0.5 + 2.05 * rows, h_pad=0.07, w_pad=0.05)
    axes = figure.subplots(rows, min(COLUMNS, len(domains)), squeeze=False)
    for place, (axis, (domain, count)) in enumerate(zip(axes.flat, domains.items(), strict=False)):
        own = paths[paths["domain"] == domain]
        _panel(axis, own, start, end, is_reference)
        _head(axis, domain, count, own, start, end)
        if place % COLUMNS == 0:
            axis.set_yticks([0, 100], ["基期", "目标"], fontsize=7.5)
    for axis in axes.flat[len(domains) :]:
        axis.set_visible(False)
    _key(figure, paths, is_reference)
    return figure


def _head(axis: Axes, domain: str, count: int, own: pd.DataFrame, start: int, end: int) -> None:
    ends = own.sort_values("year").groupby("target", sort=False).tail(1)
    axis.set_title(f"{wrap(domain, 8, lines=1)}（{len(ends)}/{count}项）", fontsize=8.5, pad=25)
    if ends.empty:
        return
    behind = ends["completion_pct"] - 100 * (ends["year"] - start) / (end - start)
    worst = ends.loc[behind.sort_values(kind="stable").index].iloc[0]
    rendered = f"末位{numbers.number(worst['completion_pct'], 0)}%　{worst['name']}"
    axis.text(
        0, 1.03, wrap(rendered, 14), transform=axis.transAxes, fontsize=7.5, color=MUTED,
        va="bottom", linespacing=1.25,
    )  # fmt: skip


def _panel(axis: Axes, own: pd.DataFrame, start: int, end: int, is_reference: bool) -> None:
    axis.axhline(0, color=GRID, linewidth=0.8, zorder=0)
    axis.axhline(100, color=TARGET, linewidth=1, linestyle=(0, (5, 2)), zorder=0)
    axis.plot([start, end], [0, 100], color=MUTED, linewidth=1, linestyle=":", zorder=1)
    for _, path in own.groupby("target", sort=False):
        path = path.sort_values("year")
        shown = path["completion_pct"].clip(LOW, HIGH)
        axis.plot(path["year"], shown, color=PATH, linewidth=1, zorder=2)
        look = status_look(str(path["status"].iloc[-1]), is_reference)
        axis.plot(
            path["year"].iloc[-1],
            shown.iloc[-1],
            look.marker,
            markersize=5,
            markerfacecolor=look.fill,
            markeredgecolor=look.edge,
            zorder=3,
        )
    if own.empty:
        axis.text((start + end) / 2, 50, "没有可算完成度的指标", ha="center", va="center",
                  fontsize=7.5, color=MUTED,
                  bbox={"facecolor": "white", "edgecolor": "none", "pad": 2})  # fmt: skip
    axis.set_xlim(start - 0.4, end + 0.4)
    axis.set_ylim(LOW - 8, HIGH + 8)
    axis.set_xticks([start, end], [str(start), str(end)], fontsize=7.5)
    axis.set_yticks([])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    axis.spines["left"].set(visible=True, color=FAINT)


def _key(figure: Figure, paths: pd.DataFrame, is_reference: bool) -> None:
    words: dict[str, Any] = {}
    for status in STATUS:
        if status in set(paths["status"]):
            words.setdefault(status_word(status, is_reference), status_look(status, is_reference))
    handles = [
        Line2D([], [], linestyle="", marker=look.marker, markerfacecolor=look.fill,
               markeredgecolor=look.edge, label=word)
        for word, look in words.items()
    ]  # fmt: skip
    handles.append(Line2D([], [], color=MUTED, linestyle=":", label="匀速进度"))
    figure.legend(
        handles=handles, loc="outside lower left", ncols=len(handles), columnspacing=1.4,
        labelcolor=INK,
    )  # fmt: skip
