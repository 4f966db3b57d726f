"""A view's charts: chooses the rows, names the chart's message and its source.

Where there is nothing to draw, a sentence says why: an empty chart says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from halfsky.plan.vocabulary import Status
from halfsky.report import numbers
from halfsky.report._sections import localised, publisher
from halfsky.report.chart import Chart
from halfsky.report.charts import (
    plot_completeness,
    plot_completeness_by_domain,
    plot_completion,
    plot_status_counts,
)
from halfsky.report.charts.completion import PER_FIGURE as ROWS
from halfsky.report.charts.completion import furthest_behind_first
from halfsky.report.html import Html, note
from halfsky.report.view import View

Shown = Chart | Html
# Where the table beside an empty chart already says that there is nothing.
NOTHING = Html("", "")


class Charts:
    """Several charts in one output, one below the other."""

    def __init__(self, charts: Sequence[Chart]) -> None:
        self.charts = list(charts)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for chart in self.charts:
            display(chart)


def sources(view: View, targets: pd.DataFrame) -> str:
    """Who published the figures of some targets, as the line under a chart."""
    used = view.history[view.history["target"].isin(targets["target"])]
    names = sorted({localised(publisher(source), view) for source in used["source"].dropna()})
    return "来源：" + (numbers.joined(names, 5, "家") or "无") + _synthetic(view)


def _synthetic(view: View) -> str:
    return "（合成数据）" if view.is_synthetic else ""


def _about(view: View) -> str:
    """The line under a chart that counts goals: of which plan, as known when."""
    name = localised(view.plan.info.name, view)
    if view.is_reference:
        return f"说明：{name}；{view.year}年及以前年份的公布数据"
    return f"说明：{name}；截至{view.year}年掌握的数据{_synthetic(view)}"


def completion_chart(view: View) -> Charts | Html:
    """How far each target has come against the time gone."""
    frame = view.df.reported[
        view.df.reported["threshold"].notna() & view.df.reported["value"].notna()
    ]
    frame = frame[~frame["type"].isin(["parity", "relative", "milestone", "slow_rise"])]
    if frame.empty:
        return note("没有可以计算完成度的指标：需要目标值和规划期内的数据。")
    known = frame[frame["completion_pct"].notna()]
    ahead = int((known["completion_pct"] >= known["elapsed_pct"]).sum())
    met = int((frame["status"] == Status.MET).sum())
    alt = f"能与目标值直接比较的{len(frame)}项指标中{met}项达到要求"
    if len(known):
        slow = len(known) - ahead
        paces = [f"{ahead}项不慢于时间进度"] * bool(ahead) + [f"{slow}项落后"] * bool(slow)
        alt += f"；能计算完成度的{len(known)}项中，{'，'.join(paces)}"
    alt += "。"
    # Split before ordering would hide who is furthest behind: the order is that of the whole.
    ordered = furthest_behind_first(frame)
    pages = range(0, len(ordered), ROWS)
    return Charts(
        [
            Chart(
                plot_completion(ordered.iloc[start : start + ROWS], is_reference=view.is_reference),
                "目标完成度与时间进度" + (f"（{start // ROWS + 1}）" if len(pages) > 1 else ""),
                alt if start == 0 else f"续前图，{_span(ordered.iloc[start : start + ROWS])}。",
                sources(view, ordered.iloc[start : start + ROWS]),
                view.is_synthetic,
            )
            for start in pages
        ]
    )


def _span(part: pd.DataFrame) -> str:
    """The first and the last of the rows that a continued chart draws."""
    return f"由{part['name'].iloc[0]}到{part['name'].iloc[-1]}共{len(part)}项"


def completeness_chart(view: View) -> Shown:
    """Which years have figures, target by target."""
    known = view.history[["target", "year", "value", "in_use"]]
    frame = view.df.targets[view.df.targets["target"].isin(known["target"])]
    if frame.empty:
        return note("没有一项指标有任何年份的数据，不画数据完整度图。")
    # Institutions are rated by documents and never have a year's figure.
    milestones = int((view.df.targets["type"] == "milestone").sum())
    n = len(view.df.targets) - milestones
    none = f"，{n - len(frame)}项一年也没有" if n > len(frame) else ""
    rated = f"另有{milestones}项机制建设类凭佐证材料评级，不在图内。" if milestones else ""
    rendered = f"按统计数据判断的{n}项指标中{len(frame)}项至少有一年的数据{none}。{rated}"
    return Chart(
        plot_completeness(frame, known, year=view.year, baseline_year=view.plan.info.baseline_year),
        "各指标有数据的年份",
        rendered,
        sources(view, frame),
        view.is_synthetic,
    )


def domain_completeness_chart(view: View) -> Shown:
    """What share of each domain's targets has a figure, year by year.

    Without the milestones: they are rated by documents and never have a yearly figure.
    """
    if view.history.empty:
        return note("八个领域都还没有任何年份的数据，不画数据完整度图。")
    names = {d.domain: d.name for d in view.plan.domains}
    is_rated = view.df.targets["type"] == "milestone"
    frame = view.df.targets[~is_rated].assign(domain=view.df.targets["domain"].map(names))
    known = view.history[["target", "year", "value", "in_use"]]
    known = known[known["target"].isin(frame["target"])]
    current = set(known.loc[(known["year"] == view.year) & known["value"].notna(), "target"])
    rated = int(is_rated.sum())
    left = f"。机制建设类{rated}项凭佐证材料评级，没有年度数值，不在图内" if rated else ""
    return Chart(
        plot_completeness_by_domain(
            frame, known, year=view.year, baseline_year=view.plan.info.baseline_year
        ),
        "各领域有数据的指标所占比重",
        f"按统计数据判断的{len(frame)}项指标中，{len(current)}项已有{view.year}年的数据。",
        sources(view, frame) + left,
        view.is_synthetic,
    )


def status_chart(view: View) -> Shown:
    """How the goals of each domain stand."""
    if view.df.reported.empty:
        return NOTHING
    names = {d.domain: d.name for d in view.plan.domains}
    goals = view.df.goals.assign(domain=view.df.goals["domain"].map(names))
    rendered, able = [], "对照" if view.is_reference else "评价"
    for name, part in goals.groupby("domain", sort=False):
        known = int((~part["status"].isin([Status.MISSING, Status.UNDECIDABLE])).sum())
        rendered.append(f"{name}{len(part)}项中{known}项可以{able}")
    return Chart(
        plot_status_counts(goals, is_reference=view.is_reference),
        "各领域目标的状态",
        "；".join(rendered) + "。",
        _about(view),
        view.is_synthetic,
    )


__all__ = [
    "Charts",
    "completeness_chart",
    "completion_chart",
    "domain_completeness_chart",
    "status_chart",
]
