"""The warnings, their register and what stands below them, as a page shows them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest

from builders import UNITS, no_evidence, observations, plan_of, target
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.evaluate.results import RegisterEntry, Results, WarningRule
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import Family, Severity, WarningState
from halfsky.report.blocks import Note
from halfsky.report.sections.warnings import (
    register_record,
    subjects,
    warning_chart,
    warning_register,
    warning_table,
)
from halfsky.report.text.words import ContextFigure
from halfsky.report.view import View

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())


@cache
def view(year: int = 2025, role: str = "evaluated", value: float = 95.0) -> View:
    region = Region(id="here", name="某区", short="某区", role=role, plan="small")
    figures = observations({y: round(60 + 0.3 * (y - 2015), 1) for y in range(2015, 2026)})
    found = assess(plan_of([target(value=value)]), region, year, figures, no_evidence(), ASSUMED)
    return View(found, figures, {})


def remarked(*notes: str, value: float = 30) -> View:
    region = Region(id="here", name="某区", short="某区", role="evaluated", plan="small")
    figures = observations({2024: 35.0, 2025: 36.0}).assign(note=list(notes))
    plan = plan_of([target(value=value)])
    found = assess(plan, region, 2025, figures, no_evidence(), ASSUMED)
    return View(found, figures, {})


def with_register(*changes: dict[str, object]) -> View:
    """The view with a register of its one entry, so often and so changed."""
    made = replace(view())
    (entry,) = view().register
    made.__dict__["register"] = Results(RegisterEntry, [replace(entry, **c) for c in changes])
    return made


def test_a_warning_bears_its_figures_department_and_beginning():
    (table,) = warning_table(view())
    assert table.caption == "预警（1条）"
    assert table.titles == ["级别", "类别", "指标", "依据", "责任部门（建议）", "起始年"]
    level, family, name, why, department, since = table.rows[0].cells
    assert (level.text, level.mark) == ("红色", Severity.RED)
    assert family.text == "预计完成困难"
    assert name.lines == "某率\n事项1"
    assert "低于33%（2025年63.0%，目标95%）" in why.text
    assert department.text == "某局"
    assert (since.text, since.value) == ("2021", 2021)


def test_a_reference_regions_warnings_are_hints_without_departments():
    (table,) = warning_table(view(role="reference"))
    assert table.caption == "关注事项（1条）"
    assert "责任部门（建议）" not in table.titles


def test_expected_false_alarms_stand_under_the_table():
    (table,) = warning_table(view())
    assert re.search(r"“预计完成困难”1条：若概率校准良好，其中约\d\.\d条", table.note)


def test_without_warnings_a_note_says_what_was_looked_at():
    (nothing,) = warning_table(view(value=50.0))
    assert nothing == Note("五类预警规则检查了1项有数据的指标，没有发现需要预警的情况。")


def test_cells_of_strangers_stay_text():
    (table,) = warning_table(remarked("", "〔<script>alert(1)</script>〕"))
    assert "<script>alert(1)</script>" in table.text, "escaped by whoever puts it on a page"


def test_the_chart_counts_what_the_table_lists():
    (figure,) = warning_chart(view())
    assert figure.message == "预警1条，其中红色1条。按类别：预计完成困难1条。"
    assert len(figure.data) == 1
    assert len(warning_chart(view(value=50.0))) == 0, "the table beside it says so"


def test_a_warning_is_about_its_target_or_an_indicator_that_has_none():
    (entry,) = view().register
    about = subjects(view())
    assert about(entry) is view().targets[0]
    assert about(replace(entry, target=None)) == ContextFigure("某率", "%", 1)
    with pytest.raises(KeyError):
        about(replace(entry, target=None, indicator="unknown"))


def test_an_open_warning_stands_with_its_beginning_and_department():
    summary, table = warning_register(view())
    assert "新增0条、持续1条、缓解0条、解除0条" in summary.text
    (row,) = table.rows
    assert [cell.lines for cell in row.cells] == [
        *("持续", "预计完成困难", "某率\n事项1", "红色", "红色", "某局", "2021"),
    ]
    assert row.cells[-1].value == 2021


def test_two_rules_of_one_family_are_told_apart():
    shown = warning_register(
        with_register(
            {"family": Family.DETERIORATION, "rule": WarningRule.WRONG_WAY},
            {"family": Family.DETERIORATION, "rule": WarningRule.P_FELL,
             "state": WarningState.CLOSED, "severity": None},
        )
    )  # fmt: skip
    families = [row[1] for row in shown.tables[0].texts]
    assert families == ["恶化（连续变差）", "恶化（概率下降）"]


def test_a_warning_that_turned_red_is_not_simply_still_open():
    shown = warning_register(
        with_register(
            {"severity": Severity.RED, "severity_before": Severity.AMBER},
            {"severity": Severity.RED, "severity_before": Severity.RED},
        )
    )
    assert "持续2条（其中1条由黄色升为红色）、缓解0条" in shown.text
    assert [row[0] for row in shown.tables[0].texts] == ["持续，级别升高", "持续"]


def test_of_many_only_what_changed_is_listed():
    same = {"severity": Severity.RED, "severity_before": Severity.RED}
    new = {"state": WarningState.NEW, "severity": Severity.AMBER, "severity_before": None}
    shown = warning_register(with_register(*[same] * 12, new))
    (table,) = shown.tables
    assert table.caption == "预警台账（13条，列出有变化的1条）"
    assert [row[3] for row in table.texts] == ["—"]
    assert len(warning_register(with_register(*[same] * 13)).tables) == 0


def test_why_a_warning_went_stands_with_it():
    gone = {"state": WarningState.CLOSED, "severity": None, "reason": "no_figure"}
    (table,) = warning_register(with_register(gone)).tables
    assert table.texts[0][2] == "某率\n事项1，本年没有可用的数，不能判断，不视为解除"


def test_a_reference_region_has_hints_and_no_departments():
    shown = warning_register(view(role="reference"))
    assert "某局" not in shown.text
    assert "关注事项台账" in shown.text


def test_the_plans_first_year_has_nothing_to_compare_with():
    assert "第一个评价年" in warning_register(view(2021)).text


def test_without_warnings_one_sentence_and_no_table():
    (shown,) = warning_register(view(value=50.0))
    assert isinstance(shown, Note)
    assert "台账为空" in shown.text


def test_the_record_carries_every_entry():
    (entry,) = register_record(view())
    assert (entry["state"], entry["since"], entry["rule_id"]) == ("持续", 2021, "p_below")
    (hint,) = register_record(view(role="reference"))
    assert hint["department"] is None


def test_a_note_of_last_year_alone_is_not_counted():
    gone = {"state": WarningState.CLOSED, "severity": None, "severity_before": Severity.NOTE}
    assert "提示" not in warning_register(with_register({}, gone)).text


def test_notes_are_counted_and_not_listed():
    assert "另有提示1条" in warning_register(remarked("", "〔二手转录〕")).text
