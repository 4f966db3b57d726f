"""The customer's plan: every goal and measure, word for word, and every clause typed."""

from __future__ import annotations

import re

import pytest

from conftest import ROOT
from halfsky.plan import load_plan, load_units
from halfsky.plan.check import check, quantified_sentences, residue
from halfsky.plan.scheme import scheme
from halfsky.plan.thresholds import load_thresholds

COUNTS = {
    "health": (10, 12),
    "education": (10, 13),
    "economy": (10, 13),
    "decision": (11, 11),
    "social_security": (9, 11),
    "family": (9, 11),
    "environment": (9, 11),
    "law": (9, 13),
}


@pytest.fixture(scope="module")
def plan():
    return load_plan()


@pytest.fixture(scope="module")
def source(plan):
    path = ROOT / "data" / "raw" / "plan" / plan.info.text
    return path.read_text(encoding="utf-8")


def test_seventy_seven_goals_and_ninety_five_measures(plan):
    found = {d.domain: (len(d.goals), len(d.measures)) for d in plan.domains}
    assert found == COUNTS
    assert (len(plan.goals), len(plan.measures)) == (77, 95)


def test_every_goal_and_measure_is_in_the_plan_word_for_word(plan, source):
    numbered = [(g.number, g.text) for g in plan.goals.values()]
    numbered += [(m.number, m.text) for m in plan.measures.values()]
    lines = {re.sub(r"^\s*", "", line).rstrip() for line in source.splitlines()}
    missing = [text[:30] for number, text in numbered if f"{number}.{text}" not in lines]
    assert missing == []


def test_misprints_of_the_plan_are_kept(plan):
    assert "担任、社会组织负责人" in plan.goals["decision-10"].text
    assert "老年比重不断提升" in plan.goals["education-10"].text


def test_plan_check_is_clean(plan):
    assert check(plan, load_units()) == []


@pytest.mark.parametrize(
    ("goal", "indicator", "value"),
    [
        ("health-2", "maternal_mortality", 12),
        ("health-2", "maternal_system_mgmt", 90),
        ("health-3", "cervical_screening_35_64", 70),
        ("health-5", "hiv_mtct", 2),
        ("education-3", "compulsory_retention", 99),
        ("education-4", "senior_gross_enrol", 100),
        ("economy-4", "urban_unit_female_share", 40),
        ("decision-8", "village_committee_female_share", 30),
        ("environment-7", "rural_tap_water", 95),
    ],
)
def test_the_plans_numbers_are_its_targets(plan, goal, indicator, value):
    values = {t.indicator: t.value for t in plan.goals[goal].targets}
    assert values[indicator] == value


def test_every_number_in_a_goal_is_some_targets_value(plan):
    spelt = {"一半": 50.0}
    for goal in plan.goals.values():
        stated = {float(n) for n in re.findall(r"(\d+(?:\.\d+)?)(?=%|/10万)", goal.text)}
        stated |= {number for word, number in spelt.items() if word in goal.text}
        assert stated <= {t.value for t in goal.targets}, goal.id


def test_full_coverage_in_a_measure_is_a_target(plan):
    clauses = "".join(t.clause for t in plan.targets.values() if t.measure)
    for words in (
        "议事会实现全覆盖",
        "综合服务设施实现全覆盖",
        "污水管网全覆盖",
        "90%以上",
        "70%以上",
    ):
        assert words in clauses, words


def test_residue_leaves_what_no_clause_covers():
    assert residue("甲率提高，乙率降低。", ["甲率提高"]) == "乙率降低"
    assert residue("甲率提高，乙率降低。", ["甲率提高", "乙率降低"]) == ""
    assert list(quantified_sentences("做事。建15分钟圈。达90%以上。")) == [
        "建15分钟圈。",
        "达90%以上。",
    ]


def test_every_target_names_its_department_as_a_proposal(plan):
    frame = scheme(plan, load_thresholds(), load_units())
    assert frame["department"].notna().all()
    assert frame["department_status"].str.contains("建议").all()
    assert list(frame["target"]) == list(plan.targets)


def test_every_measure_serves_a_goal_of_its_own_domain(plan):
    for measure in plan.measures.values():
        assert any(plan.goals[goal].domain == measure.domain for goal in measure.serves), measure.id
