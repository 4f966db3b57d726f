"""经验、问题、原因、对策 on small figures: each goal once, each sentence backed."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from builders import observations
from findings_view import figures, of_role, returned, view_of, with_returns
from halfsky import report
from halfsky.evaluate.results import EarlyWarning, Results, StatusRule, TargetResult, WarningRule
from halfsky.plan.vocabulary import Family, Severity, Status
from halfsky.report.blocks import Blocks, Bullets, Note, Paragraph
from halfsky.report.sections import findings
from halfsky.report.text.prose import Prose, is_backed
from halfsky.report.view import View

TEXTS = (
    report.experience,
    report.problems,
    report.recommendations,
    report.countermeasure_table,
    report.goal_paragraphs,
)


@pytest.fixture(scope="module")
def view() -> View:
    return with_returns()


def lines(made: Blocks) -> list[str]:
    return made.text.splitlines()


def test_a_goal_is_named_once_with_its_gravest_target_first(view):
    of_first = [line for line in lines(report.problems(view)) if line.startswith("事项1")]
    assert len(of_first) == 1
    assert "95%" in of_first[0]
    assert "10.0个百分点" in of_first[0], "95 - 85"
    assert "农村检查率" in of_first[0]


def test_a_countermeasure_names_quantity_people_measures_department_and_date(view):
    text = lines(report.recommendations(view))[0]
    assert "约" in text
    assert "人）" in text
    assert "“做事”（措施1）2022年启动，正在推进，累计投入1200万元，2025年惠及3456人" in text
    assert "“开展检查”（措施2）没有填报进展，须在2026年补报" in text
    assert "某局" in text
    assert "2026年监测时报告" in text
    assert "。。" not in text


def test_the_table_of_countermeasures_holds_typed_cells(view):
    (table,) = report.countermeasure_table(view)
    assert table.caption == "对策（2项指标，按轻重排列）"
    assert table.titles[:4] == ["次序", "指标", "状态", "需要做到"]
    first = table.rows[0].cells
    assert (first[0].value, first[0].text) == (1, "1")
    assert first[1].lines == "检查率\n事项1"
    assert first[2].lines == "未达标\n红色预警"
    assert (first[6].value, first[6].text) == (2026, "2026年")
    assert list(table.df["次序"]) == [1, 2]


def test_a_measure_never_begun_is_to_begin():
    view = view_of(figures(), returns=returned(status="未启动", started="", money_wan=None))
    text = lines(report.recommendations(view))[0]
    assert "“做事”（措施1）至今未启动，须在2026年内启动" in text
    assert "1项至今未启动（事项“做事”）" in report.problems(view).text


def test_what_ran_meanwhile_is_not_called_a_cause():
    view = view_of(figures(), returns=returned(), serves=("things-1", "things-2"))
    text = report.experience(view).text
    assert text.startswith("事项2")
    assert "同期，“做事”（措施1）2022年启动，正在推进" in text
    assert not re.search("因为|由于|得益|带来|促使", text)


def test_a_reference_region_gets_no_department_phase_or_countermeasure():
    view = of_role("reference", True)
    for make in TEXTS:
        text = make(view).text
        assert "某局" not in text
        assert "措施" not in text
        assert "达标" not in text
        assert "评估。" not in text
    assert len(report.action_table(view)) == 0
    assert "达到目标值的概率" in report.goal_paragraphs(view).text
    assert "本规划目标值" in report.problems(view).text


def test_what_a_reference_page_calls_unmet_is_among_its_problems():
    """Within δ of the value an evaluated county has nearly met; a reference page says unmet."""
    near = pd.concat([observations({2025: 85.0}), observations({2025: 79.5}, "other")])
    assert "事项2：参加率" in report.problems(view_of(near, role="reference")).text
    assert "事项2" not in report.problems(view_of(near)).text


def test_without_figures_there_is_one_useful_sentence():
    view = of_role("evaluated", False)
    assert report.experience(view).text == "4项指标都没有可用数据，看不出哪些做法有成效。"
    (asked,) = report.recommendations(view)
    assert isinstance(asked, Note)
    assert "补报3项数据、1项佐证材料" in asked.text
    assert "于2026年年度填报时报送" in asked.text, "a plan without a schedule"


@pytest.mark.parametrize("has_figures", [True, False])
@pytest.mark.parametrize("role", ["evaluated", "reference", "synthetic"])
@pytest.mark.parametrize("make", TEXTS)
def test_no_platitude_is_printed(make, role, has_figures):
    view = of_role(role, has_figures)
    for block in make(view):
        if not isinstance(block, (Bullets, Paragraph, Note)):
            continue
        for line in block.text.splitlines():
            assert is_backed(line, view.plan), line


def test_an_unbacked_item_is_dropped(view):
    listed = findings._listed(view, ["要高度重视。", "共有3项。"], "共0项。")
    assert listed.text == "共有3项。"
    (otherwise,) = findings._listed(view, ["要高度重视。"], "共0项。")
    assert otherwise == Note("共0项。")


def test_the_sentence_that_closes_a_list_is_none_of_its_items(view):
    shown, closing = findings._most([f"第{n}项。" for n in range(1, 10)], "problems")
    assert closing == ["共有9项目标需要处理，以上列出8项，其余见表。"]
    items, last = findings._listed(view, shown, "", closing)
    assert items == Bullets(tuple(f"第{n}项。" for n in range(1, 9)))
    assert items.is_numbered
    assert last == Paragraph(closing[0])


def test_what_is_asked_besides_stands_below_a_list_that_is_cut_short():
    assert findings._after(["一"], ["共"], ["补"]) == (["一"], ["共", "补"])
    assert findings._after(["一"], [], ["补"]) == (["一", "补"], [])


def test_a_list_that_no_table_completes_does_not_point_to_one():
    _, closing = findings._most(["一"] * 9, "experience", in_table=False)
    assert closing == ["共有9项目标含有进展较快或保持较好的指标，以上列出8项。"]
    assert findings._most(["一"] * 8, "problems") == (["一"] * 8, [])


def test_what_is_to_be_verified_is_never_dropped(view):
    row = view.targets[0]
    worse = {"first_year": 2022, "first": 85.0, "value_year": 2025, "value": 80.0, "years": 3}
    unusual = {"value_year": 2025, "value": 80.0, "lo95": 84.0, "hi95": 88.0}
    common = {
        "goal": row.goal,
        "target": row.target,
        "indicator": "rate",
        "domain": "things",
        "threshold": None,
        "department": "某局",
        "since": 2025,
    }
    found = [
        EarlyWarning(family=Family.DETERIORATION, rule=WarningRule.WRONG_WAY,
                     severity=Severity.RED, inputs=worse | {"delta": 1}, **common),
        EarlyWarning(family=Family.UNUSUAL, rule=WarningRule.OUTSIDE_INTERVAL,
                     severity=Severity.AMBER, inputs=unusual, **common),
    ]  # fmt: skip
    warned = replace(view)
    warned.__dict__["warnings"] = Results(EarlyWarning, found)
    texts = findings.troubles(warned, Prose(warned), row)
    assert "请核实" in texts[0]
    assert "朝不利方向" in texts[1]
    doubtful = findings.troubles(warned, Prose(warned), replace(row, doubt="unit_slip"))
    assert len(doubtful) == 1, "no decline is read off a doubtful figure"
    assert "请核实" in doubtful[0]


@pytest.mark.parametrize(
    ("status", "started", "text"),
    [
        ("推进中", "2024", "同期，“做事”（措施1）2024年启动"),
        ("推进中", "2025", "指标向好，而措施1于2025年才启动，尚不足以总结做法"),
        ("未启动", "", "指标向好，而对应措施尚未启动，与措施无关"),
    ],
)
def test_only_what_ran_a_year_before_counts_as_having_run(status, started, text):
    made = returned(status=status, started=started)
    found = report.experience(view_of(figures(), returns=made, serves=("things-2",))).text
    assert text in found
    assert ("同期" in found) == (started == "2024")


def test_a_measure_never_begun_is_named_though_its_goal_is_met():
    made = returned(status="未启动", started="")
    asked = lines(report.recommendations(view_of(figures(), returns=made, serves=("things-2",))))
    assert "另须在2026年内启动：“做事”（事项2，措施1，某局）。" in asked
    served = lines(report.recommendations(view_of(figures(), returns=made)))
    assert not any(line.startswith("另须") for line in served), "named with its goal"


def test_a_measure_begun_late_keeps_its_status_and_is_asked_for_what_is_not_filed_yet():
    for status, words, step in (
        ("推进中", "2024年才启动，正在推进", "须在2026年说明能否按期补上进度"),
        ("完成", "2024年才启动，已完成", "须在2026年报送成效"),
    ):
        view = view_of(figures(), returns=returned(status=status, started="2024"))
        text = lines(report.recommendations(view))[0]
        assert words in text
        assert step in text


def with_targets(view: View, *targets: TargetResult) -> View:
    """The view with some of its targets changed, everything else as it was."""
    changed = {t.target: t for t in targets}
    made = replace(view)
    made.__dict__["targets"] = Results(
        TargetResult, [changed.get(t.target, t) for t in view.targets]
    )
    return made


def test_causes_are_read_off_paces_and_said_once_a_series(view):
    texts = lines(report.causes(view))
    assert texts[0].startswith("以下只写数据能够说明的情况")
    # Both clauses of goal 1 are on one series: one point a year, (95 - 85) / 5 = 2 needed.
    assert texts[1:] == [
        "方向正确但速度不够的1项：检查率（今后每年需提高2.00个百分点，为近期速度的2.0倍）。"
    ]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"is_stalled": True, "recent_pace": -0.5},
         "近期停滞或方向相反的1项：检查率（近五个年份平均每年下降0.50个百分点）。"),
        ({"is_stalled": True, "recent_pace": 0.0},
         "近期停滞或方向相反的1项：检查率（近五个年份没有变化）。"),
        ({"is_stalled": True, "recent_pace": None},
         "近期停滞或方向相反的1项：检查率（没有向目标靠近）。"),
        ({"progress": -0.5}, "现值不好于基期的1项：检查率。"),
    ],
)  # fmt: skip
def test_a_cause_says_what_the_figures_did(view, changes, text):
    changed = with_targets(view, replace(view.targets[0], **changes))
    assert text in lines(report.causes(changed))


def test_few_cases_and_old_figures_are_no_ground_for_a_conclusion(view):
    few = replace(
        view.targets[2], rule=StatusRule.FEW_EVENTS, status=Status.UNDECIDABLE, data="滞后"
    )
    texts = lines(report.causes(with_targets(view, few)))
    assert "例数太少、不能下结论的1项：参加率，宜看多年合并数。" in texts
    assert "数据年份不足5个或已滞后的1项：参加率，走势只作参考，快慢不作结论。" in texts


def test_actions_stand_by_department_with_the_measures_of_a_goal_once(view):
    (table,) = report.action_table(view)
    assert table.titles == ["责任部门（建议）", "指标", "现状", "规划措施及进展", "要求"]
    assert table.is_grouped
    assert [row[1] for row in table.texts] == ["检查率\n事项1", "农村检查率\n事项1"]
    measures = [row[3] for row in table.texts]
    assert "“做事”（措施1）2022年启动" in measures[0]
    assert measures[1] == "同上"
    assert table.note == "进展随2026年监测报送（2027年年度填报时）。部门分工为建议，规划未作规定。"


def test_one_departments_actions_need_no_column_for_it(view):
    (table,) = report.action_table(view, "某局")
    assert table.caption == "需要落实的措施"
    assert table.titles == ["指标", "现状", "规划措施及进展", "要求"]
    assert table.columns[0].is_header
    assert len(report.action_table(view, "别局")) == 0


def test_the_gravest_actions_leave_the_rest_to_the_sheets():
    late = view_of(
        pd.concat([figures(), observations({})]), returns=returned(status="未启动", started="")
    )
    answers = list(late.countermeasures)
    eased = [answers[0], replace(answers[1], status=Status.NEARLY, severity=Severity.AMBER)]
    made = replace(late)
    made.__dict__["countermeasures"] = Results(type(eased[0]), [*eased, *answers[2:]])
    (table,) = report.action_table(made, only_gravest=True)
    assert len(table.rows) == 1
    assert "另有1项基本达标、不可判或有黄色预警的" in table.note
    assert "至今未启动的措施须在2026年内启动。" in table.note
    assert "累计投入" not in table.text, "what it cost stands with the goal"
