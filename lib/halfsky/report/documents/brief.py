"""What is sent round after an evaluation: two pages for 区政府, one sheet for each department."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from halfsky.evaluate.results import TargetResult
from halfsky.plan.vocabulary import Severity, Status
from halfsky.report import numbers
from halfsky.report.blocks import sentence
from halfsky.report.document import Document, Part, Section, Table
from halfsky.report.documents.cover import SYNTHETIC
from halfsky.report.html import Html
from halfsky.report.labels import due, goal_label, listed, localised, synthetic_note
from halfsky.report.sections import summary
from halfsky.report.sections.findings import action_table, next_report, open_targets
from halfsky.report.sections.status import latest
from halfsky.report.sections.warnings import subjects
from halfsky.report.text.words import Words, rows
from halfsky.report.view import View

MOST = 5  # of each kind: two pages hold no more
MOST_LINES = 6  # of a sheet's tables of warnings and measures
MOST_WANTED = 10
ELSEWHERE = "各部门一览.xlsx"  # holds every line of every department


def government_brief(view: View) -> Document:
    """监测评估简报: the verdict, what is going wrong, what is asked of whom, on two pages.

    Raises:
        ValueError: a reference region, which is compared and not evaluated.
    """
    _evaluated(view)
    info = view.plan.info
    if view.df.reported.empty:
        sections: tuple[Section, ...] = (
            Section("总体情况", (summary.nothing_filed(view),)),
            Section("需要区政府协调的事项", (_missing(view),)),
        )
    else:
        sections = (
            Section("总体情况", (summary.headline(view), _by_domain(view))),
            Section("需要关注的指标", (_worst(view),)),
            Section("进展较快的指标", (_best(view),)),
            Section("需要区政府协调的事项", (_asked(view), _missing(view))),
        )
    return Document(
        name="区政府简报",
        title=(f"{view.region.short}妇女发展规划", f"{view.year}年监测评估简报"),
        authors=(localised(info.office, view), f"{view.year}年度"),
        author=localised(info.office, view),
        year=view.year,
        sections=sections,
        notice=SYNTHETIC if view.is_synthetic else "",
        has_contents=False,
        is_brief=True,
    )


def department_sheets(view: View) -> list[tuple[str, Document]]:
    """One sheet for each department that answers for a goal: (department, document).

    Raises:
        ValueError: a reference region, which has no departments here.
    """
    _evaluated(view)
    found = set(view.df.targets["department"])
    order = [name for name in view.plan.duties.departments if name in found]
    order += sorted(found - set(order))
    return [(name, _sheet(view, name)) for name in order]


def overview_table(view: View) -> pd.DataFrame:
    """One row per department: its targets, how they stand, warnings, figures still to file."""
    rendered = []
    for name, _ in department_sheets(view):
        mine = view.df.targets[view.df.targets["department"] == name]
        warned = view.df.warnings[view.df.warnings["department"] == name]
        counts = mine["status"].value_counts()
        rendered.append(
            {
                "部门（建议）": name,
                "目标": mine["goal"].nunique(),
                "指标": len(mine),
                **{str(status): int(counts.get(status, 0)) for status in Status},
                "红色预警": int((warned["severity"] == Severity.RED).sum()),
                "黄色预警": int((warned["severity"] == Severity.AMBER).sum()),
                "报送时间（建议）": due(view.plan.info, "returns", view.year),
            }
        )
    return pd.DataFrame(rendered)


def _evaluated(view: View) -> None:
    if view.is_reference:
        raise ValueError(f"{view.region.id} is a reference region: it is not evaluated")


def _sheet(view: View, department: str) -> Document:
    mine = view.df.targets[view.df.targets["department"] == department]
    goals = mine["goal"].nunique()
    counts = mine["status"].value_counts()
    rendered = "，".join(
        f"{status}{counts[status]}项" for status in Status if status in counts.index
    )
    good = rows(mine[mine["status"].isin([Status.MET, Status.NEARLY])])
    named = listed(
        [f"{r['name']}（{latest(view.by_target[r['target']], view.year).text}）" for r in good]
    )
    sections = [
        Section(
            "负责的目标和现状",
            (
                sentence(
                    f"规划{goals}项目标的{len(mine)}项指标建议由{department}牵头填报："
                    f"{rendered}。部门分工为建议，规划未作规定。"
                ),
                *([sentence(f"达标和基本达标的有{named}。")] if good else []),
            ),
        ),
        Section("预警", (_first(_warned(view, department), MOST_LINES),)),
        Section("需要落实的措施", (_first(action_table(view, department), MOST_LINES),)),
        Section("需要补报的数据和材料", (_first(_wanted(view, mine), MOST_WANTED),)),
    ]
    info = view.plan.info
    return Document(
        name=department,
        title=(f"{view.region.short}妇女发展规划{view.year}年任务单", department),
        authors=(localised(info.office, view),),
        author=localised(info.office, view),
        year=view.year,
        sections=tuple(sections),
        notice=SYNTHETIC if view.is_synthetic else "",
        has_contents=False,
        is_brief=True,
        is_sheet=True,
    )


def sheet_tables(view: View) -> dict[str, pd.DataFrame]:
    """Every line of the departments' tables, of which their sheets show the gravest."""
    _evaluated(view)
    found: dict[str, list[pd.DataFrame]] = {"预警": [], "需要落实的措施": [], "需要补报": []}
    for name, _ in department_sheets(view):
        mine = view.df.targets[view.df.targets["department"] == name]
        made = (_warned(view, name), action_table(view, name), _wanted(view, mine))
        for title, table in zip(found, made, strict=True):
            if isinstance(table, Table):
                frame = table.frame.copy()
                frame.insert(0, "部门（建议）", name)
                found[title].append(frame)
    return {title: pd.concat(frames) for title, frames in found.items() if frames}


def _first(table: Part, most: int) -> Part:
    """The first lines of a table; its note says how many there are and where they stand."""
    if not isinstance(table, Table) or len(table.frame) <= most:
        return table
    note = f"共{len(table.frame)}项，以上列出最要紧的{most}项，其余见{ELSEWHERE}。"
    return replace(table, frame=table.frame.head(most), note=note + table.note)


def _warned(view: View, department: str) -> Part:
    """The red and amber warnings, a line each; a note is left to the monitoring report."""
    warned = [
        w for w in view.warnings if w.department == department and w.severity != Severity.NOTE
    ]
    if not warned:
        return Html("", "")
    words, about = Words.of_view(view), subjects(view)
    rendered = [
        {
            "级别": w.severity,
            "类别": w.family,
            "指标": about(w).name,
            "依据": words.warning(w, about(w)),
        }
        for w in warned
    ]
    return Table(
        pd.DataFrame(rendered),
        f"预警（{len(rendered)}条）",
        note=synthetic_note(view),
        weights=(9, 15, 24, 52),
    )


def _wanted(view: View, mine: pd.DataFrame) -> Part:
    missing = mine[mine["status"] == Status.MISSING]
    if missing.empty:
        return Html("", "")
    rendered = []
    for row in rows(missing):
        rendered.append(
            {
                "目标": goal_label(view, row["goal"]),
                "指标": row["name"],
                "需要": "有日期的佐证材料"
                if row["type"] == "milestone"
                else f"统计数据：{row['indicator_name']}",
            }
        )
    when = due(view.plan.info, "returns", view.year)
    return Table(
        pd.DataFrame(rendered),
        f"{when}补报（{len(rendered)}项）",
        note="填报表随本单另发；没有统计的请留空并说明，不填0；佐证材料的评级标准见监测评估方案。"
        + synthetic_note(view),
        weights=(14, 43, 43),
        grouped=True,
    )


def _by_domain(view: View) -> Table:
    titles = {d.domain: d.title for d in view.plan.domains} | {"all": "合计"}
    frame = view.assessment.rates
    ordered = pd.concat([frame[frame["domain"] != "all"], frame[frame["domain"] == "all"]])
    rendered = [
        {
            "领域": titles[row["domain"]],
            "目标": str(row["all"]),
            "达标": str(row["met"]),
            "基本达标": str(row["basically"]),
            "未达标": str(row["unmet"]),
            "不可判": str(row["undecidable"]),
            "未填报": str(row["missing"]),
        }
        for row in rows(ordered)
    ]
    return Table(
        pd.DataFrame(rendered),
        "各领域目标达标情况",
        numbers=("目标", "达标", "基本达标", "未达标", "不可判", "未填报"),
        note=synthetic_note(view),
        weights=(28, 10, 10, 14, 12, 12, 12),
    )


def _worst(view: View) -> Part:
    found = open_targets(view)
    if not found:
        return sentence(f"{len(view.df.reported)}项有数据的指标没有未达标的，也没有红色预警。")
    words = Words.of_view(view)
    rendered = [
        f"{row.name}（{row.department}）：{words.rule(row)}" + _chance(view, row)
        for row in found[:MOST]
    ]
    more = f"另有{len(found) - MOST}项，见监测评估报告。" if len(found) > MOST else ""
    return "\n".join([*(f"{text}。" for text in rendered), *([more] if more else [])])


def _chance(view: View, row: TargetResult) -> str:
    if row.p_met is None:
        return ""
    return f"；到{view.plan.info.end_year}年达标概率{numbers.percent(row.p_met)}"


def _best(view: View) -> Part:
    frame = view.df.reported
    ahead = frame[frame["completion_pct"] >= frame["elapsed_pct"]]
    if ahead.empty:
        return Html("", "")
    chosen = ahead.sort_values("completion_pct", ascending=False, kind="stable").head(MOST)
    rendered = [f"{r['name']}（完成度{r['completion_pct']:.0f}%）" for r in rows(chosen)]
    return sentence(f"{len(ahead)}项指标不慢于时间进度，居前的有{'、'.join(rendered)}。")


def _asked(view: View) -> Part:
    found = open_targets(view)
    if not found:
        return Html("", "")
    counts = pd.Series([t.department for t in found]).value_counts()
    rendered = _by_department(counts)
    when = due(view.plan.info, "returns", next_report(view))
    return sentence(
        f"督促责任部门对照规划措施逐项核查：{rendered}，{when}报告落实情况；各部门任务单另发。"
    )


def _by_department(counts: pd.Series) -> str:
    """区教育局3项、区民政局2项等6个部门: the largest first."""
    rendered = "、".join(f"{name}{count}项" for name, count in counts.head(MOST).items())
    return rendered + (f"等{len(counts)}个部门" if len(counts) > MOST else "")


def _missing(view: View) -> Part:
    if view.df.missing.empty:
        return Html("", "")
    counts = view.df.missing["department"].value_counts()
    rendered = _by_department(counts)
    documents = int((view.df.missing["type"] == "milestone").sum())
    when = due(view.plan.info, "returns", view.year)
    return sentence(
        f"协调补报数据：{len(view.df.missing)}项指标未填报"
        + (f"（其中机制建设类{documents}项，需佐证材料）" if documents else "")
        + f"，涉及{rendered}，请于{when}报齐，{view.plan.info.baseline_year}年基期值同时补报。"
    )
