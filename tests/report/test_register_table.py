"""The register and the footnotes of the warnings, as a page shows them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest
from halfsky.report._sections import warning_table
from halfsky.report.register import warning_register

from builders import UNITS, no_evidence, observations, plan_of, target
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import Family
from halfsky.report.render.results_json import results
from halfsky.report.view import View

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())


@cache
def view(year: int = 2025, role: str = "evaluated", value: float = 95.0) -> View:
    region = Region(id="here", name="某区", short="某区", role=role, plan="small")
    figures = observations({y: round(60 + 0.3 * (y - 2015), 1) for y in range(2015, 2026)})
    found = assess(plan_of([target(value=value)]), region, year, figures, no_evidence(), ASSUMED)
    return View(found, figures, {})


def test_an_open_warning_is_told_with_its_beginning_and_department():
    shown = warning_register(view())
    assert "新增0条、持续1条、缓解0条、解除0条" in shown.text
    assert "某局" in shown.html
    assert '<td class="num">2021</td>' in shown.html, "起始年"


def test_two_rules_of_one_family_are_told_apart():
    made = view()
    rule = made.assessment.register.iloc[[0]].assign(family=Family.DETERIORATION)
    both = pd.concat(
        [
            rule.assign(rule="wrong_way", state="持续"),
            rule.assign(rule="p_fell", state="解除", severity=None),
        ]
    )
    shown = warning_register(View(replace(made.assessment, register=both), made.observations, {}))
    assert "恶化（连续变差）" in shown.html
    assert "恶化（概率下降）" in shown.html


def test_a_warning_that_turned_red_is_not_simply_still_open():
    made = view()
    row = made.assessment.register.iloc[[0]]
    graver = row.assign(state="持续", severity="红色", severity_before="黄色")
    same = row.assign(state="持续", severity="红色", severity_before="红色")
    both = pd.concat([graver, same])
    shown = warning_register(View(replace(made.assessment, register=both), made.observations, {}))
    assert "持续2条（其中1条由黄色升为红色）、缓解0条" in shown.text
    assert re.findall(r"<tr><td>(.*?)</td>", shown.html) == ["持续，级别升高", "持续"]


def test_a_reference_region_has_hints_and_no_departments():
    shown = warning_register(view(role="reference"))
    assert "某局" not in shown.html
    assert "关注事项台账" in shown.html


def test_the_plans_first_year_has_nothing_to_compare_with():
    assert "第一个评价年" in warning_register(view(2021)).text


def test_without_warnings_one_sentence_and_no_table():
    shown = warning_register(view(value=50.0))
    assert "台账为空" in shown.text
    assert "<table" not in shown.html


def test_results_carry_the_register_and_what_each_warning_compared():
    record = results(view())
    (entry,) = record["register"]
    assert (entry["state"], entry["since"], entry["rule_id"]) == ("持续", 2021, "p_below")
    (warning,) = record["warnings"]
    assert warning["threshold"] == pytest.approx(0.33)
    assert warning["indicator"] == "rate"


def test_expected_false_alarms_stand_under_the_table():
    text = warning_table(view()).html
    assert re.search(r"“预计完成困难”1条：若概率校准良好，其中约\d\.\d条", text)


def test_cells_of_strangers_stay_text():
    region = Region(id="here", name="某区", short="某区", role="evaluated", plan="small")
    figures = observations({2024: 5.0, 2025: 3.0})
    figures = figures.assign(note=["", "〔<script>alert(1)</script>〕"])
    found = assess(plan_of([target(value=30)]), region, 2025, figures, no_evidence(), ASSUMED)
    shown = warning_table(View(found, figures, {}))
    assert "<script>" not in shown.html
    assert "&lt;script&gt;" in shown.html


def test_a_note_of_last_year_alone_is_not_counted():
    made = view()
    gone = made.assessment.register.iloc[[0]].assign(
        state="解除", severity=None, severity_before="提示"
    )
    register = pd.concat([made.assessment.register, gone], ignore_index=True)
    found = replace(made.assessment, register=register)
    rendered = warning_register(View(found, made.observations, {})).text
    assert "提示" not in rendered


def test_notes_are_counted_and_not_listed():
    region = Region(id="here", name="某区", short="某区", role="evaluated", plan="small")
    figures = observations({2024: 35.0, 2025: 36.0}).assign(note=["", "〔二手转录〕"])
    found = assess(plan_of([target(value=30)]), region, 2025, figures, no_evidence(), ASSUMED)
    assert "另有提示1条" in warning_register(View(found, figures, {})).text
    assert isinstance(found.register, pd.DataFrame)
