"""A view's charts: chooses the rows, names the chart's message and its source.

Where there is nothing to draw, a sentence says why: an empty chart says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from halfsky.plan.vocabulary import Status
from halfsky.report import numbers
from halfsky.report._sections import chance_word, localised, of_plan, publisher
from halfsky.report.chart import Chart
from halfsky.report.charts import (
    plot_completeness,
    plot_completeness_by_domain,
    plot_completion,
    plot_fans,
    plot_status_counts,
)
from halfsky.report.charts.completion import PER_FIGURE as ROWS
from halfsky.report.charts.completion import furthest_behind_first
from halfsky.report.charts.fans import PER_FIGURE
from halfsky.report.charts.series import plot_series
from halfsky.report.html import SILENT, Html, note
from halfsky.report.text.words import rows
from halfsky.report.view import View

Shown = Chart | Html
# Where the table beside an empty chart already says that there is nothing.
NOTHING = Html("", "")
MOST_FANS = 16  # panels a reader looks at; the table holds every forecast


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


def fan_charts(view: View) -> Charts | Html:
    """History, forecast bands, target and pace of the targets least likely to be met."""
    frame = view.df.targets[view.df.targets["point"].notna()]
    if frame.empty:
        return note("没有可以画出的预测：有数据的年份还不足3个。")
    rest = len(frame) - MOST_FANS
    more = (
        f"。这几幅图共画出达到要求的概率最低的{MOST_FANS}项，其余{rest}项见下表" if rest > 0 else ""
    )
    if rest > 0:
        frame = frame.loc[frame["p_met"].sort_values(kind="stable").index[:MOST_FANS].sort_values()]
    made = []
    for start in range(0, len(frame), PER_FIGURE):
        part = frame.iloc[start : start + PER_FIGURE]
        end = view.plan.info.end_year
        rendered = "；".join(
            f"{r['name']}{end}年预测{numbers.quantity(r['point'], r['unit'], r['decimals'])}"
            f"，{chance_word(view)}{numbers.percent(r['p_met'])}"
            f"{'（现值待核实）' if r['doubt'] is not None else ''}"
            for r in rows(part)
        )
        page = f"（{start // PER_FIGURE + 1}）" if len(frame) > PER_FIGURE else ""
        made.append(
            Chart(
                plot_fans(part, view.history, view.forecasts, end_year=end),
                f"历史、预测与目标{page}",
                rendered + "。",
                sources(view, part) + more,
                view.is_synthetic,
            )
        )
    return Charts(made)


_GROUPS = {"female": "女", "male": "男", "urban": "城镇", "rural": "农村"}


def series_chart(view: View, indicators: Iterable[str], title: str, since: int = 2010) -> Shown:
    """Figures of a few indicators over the years, by sex or area, cut at definition breaks."""
    requested = of_plan(view, indicators)
    if not requested:
        return note("本规划没有登记这一组指标，不画图。")
    frame = _years_of(view, requested, since)
    return _undrawn(view, requested) if frame.empty else _lines(view, frame, requested, title)


def area_chart(view: View, indicators: Iterable[str], title: str, since: int = 2010) -> Shown:
    """Town and country side by side, of those indicators that have both.

    Events so few that a single case makes the difference are left out: their lines would show
    nothing but chance.
    """
    few = view.assessment.assumptions.thresholds.status.few_events
    frame = _years_of(view, of_plan(view, indicators), since)
    frame = frame[frame["sex"].isin(["total", "female"])]
    rendered = []
    for name, own in frame.groupby("indicator", sort=False):
        sides = own[own["area"].isin(["urban", "rural"])]
        is_rare = view.plan.indicators[str(name)].counting == "events"
        yearly = sides.groupby("year")["numerator"].sum(min_count=1)
        if sides["area"].nunique() == 2 and not (is_rare and yearly.max() < few):
            rendered.append(own)
    if not rendered:
        return SILENT if view.is_reference else note("没有城乡分别可比的数据，不画图。")
    drawn = pd.concat(rendered)
    return _lines(view, drawn, list(dict.fromkeys(drawn["indicator"])), title)


def women_share_chart(
    view: View, indicators: Iterable[str], title: str, since: int = 2010
) -> Shown:
    """Women's share of what some indicators count, in the years with women's and all figures."""
    requested = of_plan(view, indicators)
    frame = _years_of(view, requested, since)
    frame = frame[frame["area"] == "total"]
    keys = ["indicator", "year"]
    sides = frame.pivot_table(index=keys, columns="sex", values="value")
    sides = sides.reindex(columns=["female", "total"]).dropna()
    if sides.empty:
        return _undrawn(view, requested)
    share = (100 * sides["female"] / sides["total"]).rename("value").reset_index()
    women = frame[frame["sex"] == "female"].drop(columns="value")
    drawn = share.merge(women, on=keys).assign(sex="total")
    names = [name for name in requested if name in set(share["indicator"])]
    return _lines(view, drawn, names, title, unit="%", decimals=1, ending="（女性占比）")


def _years_of(view: View, requested: list[str], since: int) -> pd.DataFrame:
    known = view.observations
    return known[
        known["indicator"].isin(requested)
        & (known["year"] >= since)
        & (known["subarea"] == "全区")
        & known["value"].notna()
    ]


def _undrawn(view: View, requested: list[str]) -> Html:
    names = numbers.joined([view.plan.indicators[name].name for name in requested], 4)
    return note(f"{view.region.short}没有{names}的数据，不画图。")


def _lines(
    view: View,
    frame: pd.DataFrame,
    requested: list[str],
    title: str,
    *,
    unit: str | None = None,
    decimals: int | None = None,
    ending: str = "",
) -> Chart:
    """One panel an indicator, or two; unit, decimals: where not the indicator's own."""
    parts = []
    for name in requested:
        indicator = view.plan.indicators[name]
        breaks = [b.year for b in indicator.breaks_in(view.region.id)]
        for by, own in by_groups(frame[frame["indicator"] == name]).items():
            parts.append(
                own.assign(
                    panel=indicator.name + by + ending,
                    unit=unit or indicator.unit,
                    decimals=indicator.decimals if decimals is None else decimals,
                    segment=[sum(year >= b for b in breaks) for year in own["year"]],
                    by=by,
                )
            )
    drawn = pd.concat(parts, ignore_index=True)
    newest = drawn.sort_values("year").groupby(["panel", "group"], sort=False).tail(1)
    # Of two panels of one indicator the total is told once.
    again = (newest["group"] == "合计") & newest.duplicated(["indicator", "group"])
    rendered = "；".join(
        f"{r['panel'].removesuffix(r['by']) if r['group'] == '合计' else r['panel']}"
        f"{'' if r['group'] == '合计' else r['group']}{r['year']}年"
        f"{numbers.quantity(r['value'], r['unit'], r['decimals'])}"
        for r in rows(newest[~again])
    )
    publishers = sorted({localised(publisher(source), view) for source in drawn["source"]})
    return Chart(
        plot_series(drawn),
        title,
        rendered + "。",
        "来源：" + numbers.joined(publishers, 5, "家") + _synthetic(view),
        view.is_synthetic,
    )


def by_groups(own: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """One indicator's figures as the lines of one panel, or of two where sex and area are known.

    Args:
        own: sex, area and what else an observation has, of one indicator.

    Returns:
        The frame with group (女 | 男 | 城镇 | 农村 | 合计), by what its panel's name ends in. An
        indicator of women or of the country alone has one line, 合计: its name says whose.
    """
    several = [axis for axis in ("sex", "area") if len(set(own[axis])) > 1]
    if len(several) < 2:
        group = own[several[0]].map(_GROUPS).fillna("合计") if several else "合计"
        return {"": own.assign(group=group)}
    made = {}
    for axis, other, by in (("sex", "area", "（分男女）"), ("area", "sex", "（分城乡）")):
        part = own[own[other] == "total"]
        made[by] = part.assign(group=part[axis].map(_GROUPS).fillna("合计"))
    return {by: part for by, part in made.items() if len(part)}


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
    "fan_charts",
    "series_chart",
    "status_chart",
]
