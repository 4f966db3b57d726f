"""The tables and paragraphs that only the filed reports and the overview have.

Each is made from a view's frames; whatever a page's section already says is taken from there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from halfsky.plan.vocabulary import Status
from halfsky.report import numbers
from halfsky.report._sections import (
    chance_word,
    due,
    goal_label,
    missing_table,
    sentence,
    words_for,
)
from halfsky.report.blocks import Blocks, Paragraph
from halfsky.report.chart import Chart
from halfsky.report.document import Detail, Part, Table, from_markup
from halfsky.report.html import Html
from halfsky.report.sections import goals
from halfsky.report.sections.series import series_table
from halfsky.report.text.words import (
    rows,
    status_mark,
    status_word,
)
from halfsky.report.view import View

# What describes a district before its women are spoken of; those without figures are left out.
BACKGROUND = (
    "pop_yearend",
    "population",
    "population_share",
    "sex_ratio",
    "urban_pop",
    "urban_rate",
    "births",
    "birth_rate",
    "crude_marriage_rate",
    "crude_divorce_rate",
    "household_size",
    "schooling_15plus",
)
PROVEN_LEVEL = 4  # outcome evidenced: see evaluate.milestone
FEW = 3  # so many missing figures are listed once, not by department and again by name
MOST_BARS = 12  # bars that half a page holds
MOST_PUBLISHERS = 5
NAMED = 8  # names in one sentence; the tables hold the rest


def of_domain(view: View, domain: str) -> View:
    """The same assessment seen by one domain."""
    return view.of_domain(domain)


def background(view: View) -> Blocks:
    """What the district is: people, births, families, schooling, as far as figures exist."""
    caption = "人口和社会主要指标" if view.is_reference else "区情主要指标"
    return series_table(view, BACKGROUND, caption, since=view.plan.info.baseline_year)


def domain_table(view: View, frame: pd.DataFrame | None = None) -> Table | Html:
    """Each reported target of a domain: figure, last figure, change, requirement, status.

    frame: the targets to list (in_question); None lists all that have figures.
    """
    listed = view.df.reported if frame is None else frame
    if listed.empty:
        return Html("", "")
    words, base = words_for(view), view.plan.info.baseline_year
    rendered = []
    for row in rows(listed):
        unit, places = row["unit"], row["decimals"]
        rendered.append(
            {
                "目标": goal_label(view, row["goal"]),
                "指标": row["name"],
                "规划要求": words.requirement(row, in_table=True),
                "基期": _in_line(_dated(row["baseline"], row["baseline_year"], unit, places), base),
                "上次": "—"
                if row["is_pooled"]
                else _in_line(
                    _dated(row["previous_value"], row["previous_year"], unit, places),
                    view.year - 1,
                ),
                "最新": _in_line(latest(row), view.year),
                "变化": _change(row),
                "对照" if view.is_reference else "状态": status_word(
                    row["status"], view.is_reference
                ),
            }
        )
    name = view.domain.title if view.domain else "全部"
    left = len(view.df.reported) - len(listed)
    return Table(
        pd.DataFrame(rendered),
        f"{name}：{'' if left == 0 else '重点'}指标的数值和"
        f"{'对照' if view.is_reference else '状态'}",
        numbers=("基期", "上次", "最新", "变化"),
        note=(
            f"列出未达标、有预警或有变化的指标；其余{left}项达标，没有预警和变化，见附录1。"
            if left
            else ""
        )
        + f"要求的提高、下降、缩小与基期比。未注年份的，基期为{base}年，上次为{view.year - 1}年，"
        f"最新为{view.year}年。" + made_up(view),
        grouped=True,
        dense=True,
        weights=(9, 21, 21, 9, 9, 10, 11, 10),
    )


def with_message(chart: Chart | Html | Blocks) -> tuple[Part, ...]:
    """A picture below its own message in words, where the heading has no other text."""
    if isinstance(chart, Blocks):
        return (Blocks(*(Paragraph(f.message, is_detail=True) for f in chart.figures)), chart)
    return (Detail(sentence(chart.alt)), chart) if isinstance(chart, Chart) else (chart,)


def proven_milestones(view: View) -> Html:
    """机制建设 that works: the milestones whose results are evidenced (level 4), by name."""
    rated = view.df.targets[view.df.targets["type"] == "milestone"]
    proven = rows(rated[rated["level"] == PROVEN_LEVEL])
    if not proven:
        return Html("", "")
    names = [f"{row['name']}（{goal_label(view, row['goal'])}）" for row in proven]
    return sentence(
        f"{len(rated)}项机制建设类指标中，{len(names)}项有取得实效的佐证材料，评为"
        f"{PROVEN_LEVEL}级：{joined(names)}。"
    )


def latest(row: dict[str, Any]) -> str:
    """The value a target is judged by with its year, or the level of a milestone."""
    if row["type"] == "milestone":
        return f"{row['level']:.0f}级" if row["level"] is not None else "—"
    shown = _dated(row["value"], row["value_year"], row["unit"], row["decimals"])
    # On a line of its own: the words in the brackets must not be broken.
    return f"{shown}\n（五年合并）" if row["is_pooled"] else shown


def _dated(value: Any, year: Any, unit: Any, places: Any) -> str:
    if not numbers.is_known(value):
        return "—"
    return numbers.quantity(value, unit, places) + f"\n{int(year)}年"


def _change(row: dict[str, Any]) -> str:
    """Latest less the figure before it; shares differ by points."""
    # A pooled value is of five years: the single year before it is no measure of its change.
    if row["previous_value"] is None or row["value"] is None or row["is_pooled"]:
        return "—"
    change = row["value"] - row["previous_value"]
    shown = numbers.difference(abs(change), row["unit"], row["decimals"])
    if shown == numbers.difference(0, row["unit"], row["decimals"]):
        return "持平"
    return f"{'+' if change > 0 else '−'}{shown}"


def in_question(view: View) -> pd.DataFrame:
    """The rows of goals.in_question."""
    chosen = {t.target for t in goals.in_question(view)}
    return view.df.reported[view.df.reported["target"].isin(chosen)]


def named_open(view: View) -> Html:
    """未达标 and 未填报: the targets by name, which ends every domain of an official report."""
    lines = []
    words = words_for(view)
    marks = view.df.reported["status"].map(lambda s: status_mark(s, view.is_reference))
    for status in (Status.UNMET, Status.UNDECIDABLE):
        found = rows(view.df.reported[marks == status])
        if found:
            names = [f"{r['name']}（{words.rule(r)}）" for r in found]
            head = "未达本规划目标值" if view.is_reference and status == Status.UNMET else status
            lines.append(f"{head}的指标{len(found)}项：{joined(names, is_counted=True)}。")
    if len(view.df.missing) and len(view.df.reported):
        names = list(dict.fromkeys(view.df.missing["name"]))
        whom = list(dict.fromkeys(view.df.missing["department"]))
        asked = "" if view.is_reference else f"，由{numbers.joined(whom, 4)}补报"
        lines.append(
            f"未填报的指标{len(view.df.missing)}项：{joined(names, is_counted=True)}{asked}。"
        )
    return _paragraphs(*lines)


def open_by_domain(view: View) -> Table | Html:
    """未达标、不可判 and 未填报 by domain, by name: what the met-rate is short of."""
    if view.df.reported.empty:
        return Html("", "")
    rendered = []
    for domain in view.plan.domains:
        mine = of_domain(view, domain.domain).df.targets
        row = {"领域": domain.title}
        marks = mine["status"].map(lambda s: status_mark(s, view.is_reference))
        for status in (Status.UNMET, Status.UNDECIDABLE, Status.MISSING):
            names = list(dict.fromkeys(mine.loc[marks == status, "name"]))
            row[status_word(status, view.is_reference)] = joined(names) or "—"
        rendered.append(row)
    return Table(
        pd.DataFrame(rendered),
        f"{'未达' if view.is_reference else '未达标'}、不可判和"
        f"{status_word(Status.MISSING, view.is_reference)}的指标",
        note=made_up(view),
        weights=(12, 54, 21, 13),
    )


def joined(names: list[str], *, is_counted: bool = False) -> str:
    """甲；乙 where the names hold commas themselves, else 甲、乙; long lists end in 等N项.

    is_counted: the sentence has said how many; then they end in 等.
    """
    mark = "；" if any("，" in name for name in names) else "、"
    rendered = mark.join(names[:NAMED])
    return rendered + (("等" if is_counted else f"等{len(names)}项") if len(names) > NAMED else "")


def goals_by_status(view: View) -> Table | Html:
    """Which goals are met and which not, by number: the met-rate can be counted again from it."""
    if view.df.reported.empty:
        return Html("", "")
    goals = view.df.goals.assign(
        mark=[status_mark(s, view.is_reference) for s in view.df.goals["status"]]
    )
    used = [status for status in Status if (goals["mark"] == status).any()]
    rendered = []
    for domain in view.plan.domains:
        mine = goals[goals["domain"] == domain.domain]
        row = {"领域": domain.title}
        for status in used:
            found = [g.rsplit("-", 1)[1] for g in mine.loc[mine["mark"] == status, "goal"]]
            named = f"{'、'.join(found)}（{len(found)}项）" if found else "—"
            row[status_word(status, view.is_reference)] = named
        rendered.append(row)
    return Table(
        pd.DataFrame(rendered),
        "各状态所含的目标",
        note="按目标在本领域的序号。" + made_up(view),
    )


def returns_table(view: View) -> Table | Html:
    """缺项 by department: how many figures are asked of whom, and by when."""
    if view.is_reference:
        return Html("", "")
    if view.df.missing.empty:
        return missing_table(view)
    order = {name: n for n, name in enumerate(view.plan.duties.departments)}
    rendered = []
    groups = sorted(
        view.df.missing.groupby("department"), key=lambda g: order.get(str(g[0]), len(order))
    )
    for name, part in groups:
        documents = int((part["type"] == "milestone").sum())
        rendered.append(
            {
                "填报部门（建议）": name,
                "统计数据": str(len(part) - documents) if len(part) > documents else "",
                "佐证材料": str(documents) if documents else "",
                "涉及目标": "、".join(dict.fromkeys(goal_label(view, g) for g in part["goal"])),
            }
        )
    frame = pd.DataFrame(rendered)
    return Table(
        frame,
        f"需要补报的数据和材料（{due(view.plan.info, 'returns', view.year)}）",
        numbers=("统计数据", "佐证材料"),
        note=f"合计{len(view.df.missing)}项，{len(frame)}个部门；部门分工和时间为建议。"
        + made_up(view),
    )


def wanted_list(view: View) -> tuple[Part, ...]:
    """The list of gaps by name where it is short enough to stand for the one by department too."""
    lists = [b for b in from_markup(missing_table(view).html) if isinstance(b, Table)]
    when = due(view.plan.info, "returns", view.year)
    rendered = f"请于{when}补报；部门分工和时间为建议。" + made_up(view)
    return tuple(replace(table, note=rendered) for table in lists)


def annex_table(view: View) -> Table:
    """全部指标一览: every target of the plan with its three answers, reported or not."""
    words, info = words_for(view), view.plan.info
    rendered = []
    for row in rows(view.df.targets):
        rendered.append(
            {
                "目标": goal_label(view, row["goal"]),
                "指标": row["name"],
                "规划要求": words.requirement(row, in_table=True),
                "基期": _in_line(
                    _dated(row["baseline"], row["baseline_year"], row["unit"], row["decimals"]),
                    info.baseline_year,
                ),
                "最新": _in_line(latest(row), view.year),
                "变化": _change(row),
                "完成度": _done(row["completion_pct"]),
                "状态": status_word(row["status"], view.is_reference),
                chance_word(view): _chance(row),
                "数据": row["data"],
                "责任部门（建议）": row["department"],
            }
        )
    frame = pd.DataFrame(rendered)
    if view.is_reference:
        frame = frame.drop(columns="责任部门（建议）").rename(columns={"状态": "对照"})
    return Table(
        frame,
        f"全部{len(view.df.targets)}项指标一览",
        numbers=("基期", "最新", "变化", "完成度"),
        note=f"要求的提高、下降、缩小与基期比；未注年份的，基期为{info.baseline_year}年，最新为{view.year}年；“变化”与上一次数值相比；"
        "“完成度”为基期到目标之间已走完的份额，“已超过”为超过目标值，“倒退”为不如基期；"
        "“—”为没有数值。" + made_up(view),
        grouped=True,
        wide=True,
        dense=True,
        weights=(5, 17, 20, 7, 9, 11, 6, 8.5, 7.5, 5.5, 14)[: 11 - view.is_reference],
    )


def _done(share: float | None) -> str:
    """The share of the way; beyond its ends a percentage would be read as a measure of success."""
    if share is None:
        return "—"
    if share > 100:
        return "已超过"
    return "倒退" if share < 0 else f"{numbers.number(share, 0)}%"


def _in_line(text: str, year: int) -> str:
    """85.0%; below it, unbroken, （2023年） where that is not the year a reader expects."""
    value, *rest = text.replace("\n（五年合并）", "，五年合并").split("\n")
    dated = "".join(rest).removeprefix(f"{year}年").removeprefix("，")
    return value + (f"\n（{dated}）" if dated else "")


def _chance(row: dict[str, Any]) -> str:
    return row["outlook"] if row["p_met"] is None else numbers.percent(row["p_met"])


def statistics_table(view: View) -> Blocks:
    """统计资料: every indicator of a domain since the baseline, as filed or published.

    The years before stand in the workbook beside the page.
    """
    domain = view.domain
    requested = [i.id for i in domain.indicators] if domain else list(view.plan.indicators)
    title = domain.title if domain else "全部领域"
    return series_table(view, requested, f"{title}统计资料", since=view.plan.info.baseline_year)


def made_up(view: View) -> str:
    """What stands below every table of invented figures."""
    return "合成数据，仅用于演示。" if view.is_synthetic else ""


def _paragraphs(*texts: str) -> Html:
    pieces = [sentence(text) for text in texts if text]
    return Html("\n".join(p.html for p in pieces), "\n".join(p.text for p in pieces))
