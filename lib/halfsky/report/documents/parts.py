"""The tables and paragraphs that only the filed reports and the overview have.

Each is made from a view's frames; whatever a page's section already says is taken from there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from halfsky.evaluate.countermeasures import open_problems
from halfsky.plan.vocabulary import Action, Severity, Status
from halfsky.report import numbers
from halfsky.report._sections import (
    chance_word,
    due,
    goal_label,
    missing_table,
    sentence,
    series_table,
    words_for,
)
from halfsky.report.chart import Chart
from halfsky.report.document import Detail, Part, Table, from_markup
from halfsky.report.findings import measures_for
from halfsky.report.html import Html
from halfsky.report.measures import cause_sentences, effect_table
from halfsky.report.paragraphs import goal_paragraphs
from halfsky.report.text.prose import Prose
from halfsky.report.text.words import (
    contradicts_forecast,
    has_no_pace,
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
SAME = "同上"  # the measures of the goal of the row above
FILING = (Action.FILE_FIGURES, Action.FILE_BASELINE, Action.FILE_DOCUMENTS)
PROVEN_LEVEL = 4  # outcome evidenced: see evaluate.milestone
FEW = 3  # so many missing figures are listed once, not by department and again by name
MOST_BARS = 12  # bars that half a page holds
MOST_PUBLISHERS = 5
NAMED = 8  # names in one sentence; the tables hold the rest


def of_domain(view: View, domain: str) -> View:
    """The same assessment seen by one domain."""
    return view.of_domain(domain)


def background(view: View) -> Html:
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


def with_message(chart: Chart | Html) -> tuple[Part, ...]:
    """A picture below its own message in words, where the heading has no other text."""
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
    """The reported targets a reader should look at: not met, warned of, or changed since last year.

    Those left out are met as they were; the annex of all targets holds them.
    """
    warned = view.df.warnings.loc[view.df.warnings["severity"] != Severity.NOTE, "target"]
    frame = view.df.reported
    chosen = (frame["status"] != Status.MET) | frame["target"].isin(warned)
    if "status_before" in frame:
        chosen |= frame["status"] != frame["status_before"]
    return frame[chosen]


def goals_in_question(view: View) -> set[str]:
    """Goals that are unmet, warned of, or have a target whose status changed."""
    frame = in_question(view)
    unmet = view.df.goals.loc[
        view.df.goals["status"].isin([Status.UNMET, Status.UNDECIDABLE]), "goal"
    ]
    steady = frame["status"].isin([Status.NEARLY])
    warned = view.df.warnings.loc[view.df.warnings["severity"] != Severity.NOTE, "target"]
    steady &= ~frame["target"].isin(warned)
    if "status_before" in frame:
        steady &= frame["status"] == frame["status_before"]
    return set(unmet) | set(frame.loc[~steady, "goal"])


def told_goals(view: View) -> tuple[Part, ...]:
    """A paragraph for each goal in question, and how many are not told of here."""
    rendered = goals_in_question(view)
    rest = view.df.goals[
        ~view.df.goals["goal"].isin(rendered) & (view.df.goals["status"] != Status.MISSING)
    ]
    parts: list[Part] = (
        [Detail(goal_paragraphs(view, rendered))] if rendered or len(view.df.missing) else []
    )
    if len(rest):
        counts = rest["status"].value_counts()
        words = "、".join(f"{s}{counts[s]}项" for s in Status if s in counts.index)
        labels = "、".join(goal_label(view, g) for g in rest["goal"])
        parts.append(
            Detail(sentence(f"{labels}共{len(rest)}项目标（{words}）没有预警和变化，见附录1。"))
        )
    return tuple(parts)


def measure_findings(view: View) -> Html:
    """What became of the measures of open goals, and the evidence of their effect."""
    found, effects = cause_sentences(view), effect_table(view, grades="AB")
    # Where nothing is known of measures both say so in the same words: once is enough.
    if found.text == effects.text:
        return found
    return Html(f"{found.html}\n{effects.html}", f"{found.text}\n{effects.text}")


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


def _names(frame: pd.DataFrame) -> str:
    return joined(list(dict.fromkeys(frame["name"])), is_counted=True)


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


def open_targets(view: View) -> pd.DataFrame:
    """Targets with a problem that something can be done about, the gravest first.

    The same as findings.problems tells; those without figures are asked for elsewhere.
    """
    opened = open_problems(view.df.targets, view.df.warnings)
    opened = opened[~opened["action"].isin(FILING)]
    return view.df.targets.set_index("target", drop=False).loc[list(opened["target"])]


def causes(view: View) -> Html:
    """Why targets are not met, as far as figures tell: stalled, too slow, few cases, no data."""
    found = open_targets(view)
    found = found.loc[[not has_no_pace(row) for row in rows(found)]]
    # Two requirements on one series stall or move together: it is told once.
    series = found["indicator"].notna() & found.duplicated(["indicator", "sex", "age", "area"])
    found = found[~series]
    words, prose = words_for(view), Prose(view)
    lines = []
    stalled = found[found["is_stalled"]]
    if len(stalled):
        names = [f"{_moves(r, prose)}（{_recent(r, prose)}）" for r in rows(stalled)]
        lines.append(f"近期停滞或方向相反的{len(names)}项：{joined(names, is_counted=True)}。")
    # Five years may have gone up and still end below the start: that is not the right way.
    sign = found["comparator"].map({">=": 1.0, "<=": -1.0}).astype(float)
    is_better = found["baseline"].isna() | sign.isna() | (sign * found["progress"] > 0)
    is_said = [not contradicts_forecast(row) for row in rows(found)]
    slow = found[(found["speed_up"] > 1) & is_better & pd.Series(is_said, found.index, dtype=bool)]
    back = found[~found["is_stalled"].fillna(False) & ~is_better & found["progress"].notna()]
    if len(slow):
        names = [f"{_moves(r, prose)}（{words.pace(r)}）" for r in rows(slow)]
        lines.append(f"方向正确但速度不够的{len(names)}项：{joined(names, is_counted=True)}。")
    if len(back):
        lines.append(f"现值不好于基期的{len(back)}项：{_names(back)}。")
    declined = found[found["rule"] == "gap_by_decline"]
    if len(declined):
        names = [f"{r['name']}（{words.rule(r)}）" for r in rows(declined)]
        lines.append(
            f"差距缩小而女性自身水平下降的{len(names)}项：{joined(names, is_counted=True)}。"
        )
    few = view.df.targets[view.df.targets["rule"] == "few_events"]
    if len(few):
        lines.append(f"例数太少、不能下结论的{len(few)}项：{_names(few)}，宜看多年合并数。")
    unclear = found[found["status"] == Status.UNDECIDABLE]
    if len(unclear):
        lines.append(f"上升是否减缓还看不出来的{len(unclear)}项：{_names(unclear)}。")
    short = view.df.reported[view.df.reported["data"].isin(["趋势不足", "滞后"])]
    if len(short):
        lines.append(
            f"数据年份不足5个或已滞后的{len(short)}项：{_names(short)}，"
            "走势只作参考，快慢不作结论。"
        )
    if not lines:
        return Html("", "")
    asked = "" if view.is_reference else "以下只写数据能够说明的情况，具体成因由责任部门核实。"
    return _paragraphs(asked, *lines)


def _moves(row: dict[str, Any], prose: Prose) -> str:
    """What widens or narrows is a share's distance from another, not the share itself."""
    return prose.lagging(row) if row["type"] == "relative" else str(row["name"])


def _recent(row: dict[str, Any], prose: Prose) -> str:
    pace = row["recent_pace"]
    if pace is None:
        return "没有向目标靠近"
    if pace == 0:
        return "近五个年份没有变化"
    rendered = prose.moving(row, pace)
    shown = numbers.gap(abs(pace), row["unit"], rendered["places"])
    return f"近五个年份平均每年{rendered['verb']}{shown}"


def next_report(view: View) -> int:
    """The year whose monitoring tells what came of this report."""
    return min(view.year + 1, view.plan.info.end_year)


def action_table(
    view: View, department: str | None = None, *, only_gravest: bool = False
) -> Table | Html:
    """对策建议 by department: each open target, the plan's own measures, what is asked by when.

    only_gravest: those unmet or under a red warning; the note says where the others stand.
    """
    if view.is_reference:
        return Html("", "")
    proposed = view.assessment.countermeasures
    proposed = proposed[~proposed["action"].isin(FILING)]
    if department is not None:
        proposed = proposed[proposed["department"] == department]
    grave = (proposed["status"] == Status.UNMET) | (proposed["severity"] == Severity.RED)
    rest = int((~grave).sum()) if only_gravest else 0
    if rest:
        proposed = proposed[grave]
    if proposed.empty:
        return Html("", "")
    prose = Prose(view)
    named = {row["target"]: row for row in rows(view.df.targets)}
    rendered = []
    order = {name: n for n, name in enumerate(view.plan.duties.departments)}
    # A goal's targets stand together, where the gravest of them stands: its measures are told once.
    place = proposed.groupby("goal", sort=False)["rank"].min()
    ordered = sorted(
        rows(proposed),
        key=lambda r: (order.get(r["department"], len(order)), place[r["goal"]], r["rank"]),
    )
    before = None
    for answer in ordered:
        row = named[answer["target"]]
        # What they cost stands with the goal itself; here counts what is still to be done.
        measures = prose.measures(
            measures_for(view, row["goal"]), row["goal"], with_cost=not only_gravest
        )
        of_one = (answer["department"], row["goal"])
        is_told, before = of_one == before, of_one
        rendered.append(
            {
                "责任部门（建议）": answer["department"],
                "指标": f"{row['name']}\n{goal_label(view, row['goal'])}",
                "现状": prose.words.rule(row),
                "规划措施及进展": SAME if is_told else measures,
                "要求": prose.need(row, answer),
            }
        )
    frame = pd.DataFrame(rendered)
    idle = frame["规划措施及进展"].str.contains("至今未启动").any()
    if department is not None:
        frame = frame.drop(columns="责任部门（建议）")
    report = next_report(view)
    return Table(
        frame,
        "分部门对策建议" if department is None else "需要落实的措施",
        note=f"进展随{report}年监测报送（{due(view.plan.info, 'returns', report)}）。"
        + (f"另有{rest}项基本达标、不可判或有黄色预警的，见各部门任务单。" if rest else "")
        + "部门分工为建议，规划未作规定。"
        + f"至今未启动的措施须在{report}年内启动。" * bool(idle)
        + made_up(view),
        grouped=department is None,
        wide=department is None,
        dense=department is None,
        weights=(13, 14, 15, 29, 29) if department is None else (18, 18, 32, 32),
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


def statistics_table(view: View) -> Html:
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
