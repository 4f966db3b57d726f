"""The known faults of the nation's published figures (data/raw/README.md), one by one.

Each must be found, with the goal whose page shows it, and none may be sold as progress or
decline: no 恶化, no 经验, no completion and no forecast across a change of definition.
"""

from __future__ import annotations

import math
from functools import cache

import pandas as pd
import pytest

from halfsky import data
from halfsky.evaluate.assessment import Assessment, Assumptions, assess
from halfsky.evaluate.experience import ahead
from halfsky.plan import load_plan, load_region, load_units
from halfsky.plan.calibration import load_calibration
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vintage import as_known
from halfsky.plan.vocabulary import Family, Severity
from halfsky.report.sections.findings import experience
from halfsky.report.sections.warnings import warning_table
from halfsky.report.view import View

FAULTY = [
    "rural_toilet",
    "rural_tap_water",
    "rural_tap_water_3p",
    "maternal_system_mgmt",
    "he_female_n",
    "he_female_share",
    "he_gross_enrol",
    "emp_female_share",
    "urban_unit_female_share",
    "urban_unit_female_emp",
    "employee_director_female_share",
    "pay_gap_pct",
    "pay_monthly_avg",
    "unpaid_work_participation",
    "unpaid_work_participant_min",
    "unpaid_work_min",
    "housework_min",
    "family_care_min",
    "paid_work_participation",
    "divorces_registered",
    "divorces_total",
    "life_expectancy",
    "cervical_screening_35_64",
    "cervical_screening_20plus",
    "medical_coverage",
    "protection_orders",
    "trafficking_children_filed",
    "injury_insured",
    "unemp_insured",
    "village_team_female_share",
    "village_committee_female_share",
]


@cache
def judged(year: int) -> tuple[Assessment, View]:
    """The nation in one year, by the faulty series alone: the rest would only take time."""
    plan = load_plan()
    figures = data.load_observations(plan, "CN", 2030)
    figures = figures[figures["indicator"].isin(FAULTY)]
    assumed = Assumptions(load_thresholds(), load_units(), load_calibration())
    evidence = data.load_evidence(plan, "CN", year)
    found = assess(plan, load_region("CN"), year, figures, evidence, assumed)
    return found, View(found, as_known(figures, year), {})


def findings(year: int, indicator: str) -> pd.DataFrame:
    """What was found about an indicator, itself or among the names of a shared remark."""
    found, view = judged(year)
    name = view.plan.indicators[indicator].name
    shared = found.warnings["inputs"].map(lambda inputs: name in str(inputs.get("names", "")))
    own = found.warnings["indicator"] == indicator
    return found.warnings[own | shared.astype(bool)]


def sold(year: int, indicator: str) -> list[str]:
    """Every way an indicator's figure is told as progress or decline."""
    found = judged(year)[0]
    mine = found.targets[found.targets["indicator"] == indicator]
    warned = found.warnings[found.warnings["target"].isin(mine["target"])]
    ways = [f"{t}: 恶化" for t in warned.loc[warned["family"] == Family.DETERIORATION, "target"]]
    praised = set(ahead(found.targets, found.goals, found.warnings, found.effects)["target"])
    return ways + [f"{t}: 经验" for t in mine["target"] if t in praised]


@pytest.mark.parametrize(
    ("year", "indicator", "rule", "goal"),
    [
        pytest.param(2025, "rural_toilet", "break", "environment-8", id="toilets: 81.8, then 65"),
        pytest.param(2022, "rural_toilet", "break", "environment-8", id="toilets, in 2022"),
        pytest.param(2025, "rural_tap_water_3p", "remark", "environment-7", id="third party"),
        pytest.param(2017, "maternal_system_mgmt", "unexplained", "health-2", id="91.6 to 89.6"),
        pytest.param(2022, "maternal_system_mgmt", "unexplained", "health-2", id="told later, too"),
        pytest.param(2025, "he_female_n", "headcount_against", "education-6", id="2903 to 2661"),
        pytest.param(2025, "he_female_share", "break", "education-6", id="share with that count"),
        pytest.param(2022, "emp_female_share", "break", "economy-2", id="45.0 to 42.9"),
        pytest.param(2025, "urban_unit_female_share", "remark", "economy-4", id="two names"),
        pytest.param(
            2025, "employee_director_female_share", "contradicts", "decision-7",
            id="39.9 to 38.1, told as a rise",
        ),
        pytest.param(2025, "pay_gap_pct", "remark", "economy-6", id="a questionnaire"),
        pytest.param(2025, "pay_monthly_avg", "remark", "economy-6", id="a questionnaire of pay"),
        pytest.param(2025, "unpaid_work_participation", "remark", "family-7", id="time use, share"),
        pytest.param(2025, "unpaid_work_participant_min", "remark", "family-7", id="time use"),
        pytest.param(2025, "housework_min", "remark", "family-7", id="housework"),
        pytest.param(2025, "family_care_min", "remark", "family-8", id="care"),
        pytest.param(2025, "divorces_registered", "remark", "family-6", id="registrations only"),
        pytest.param(2025, "life_expectancy", "break", "health-1", id="the census jump"),
        pytest.param(2025, "cervical_screening_35_64", "remark", "health-3", id="age bands"),
        pytest.param(2025, "cervical_screening_20plus", "remark", "health-3", id="another band"),
        pytest.param(2025, "medical_coverage", "remark", "social_security-3", id="a floor"),
        pytest.param(2025, "protection_orders", "remark", "law-4", id="a caseload"),
        pytest.param(2025, "trafficking_children_filed", "remark", "law-5", id="cases filed"),
        pytest.param(2025, "injury_insured", "remark", "social_security-5", id="second-hand"),
        pytest.param(2025, "village_team_female_share", "remark", "decision-8", id="two bodies"),
        pytest.param(2025, "rural_tap_water", "remark", "environment-7", id="a year inferred"),
    ],
)  # fmt: skip
def test_it_is_found_and_not_sold(year: int, indicator: str, rule: str, goal: str) -> None:
    mine = findings(year, indicator)
    found = mine[mine["rule"] == rule]
    assert set(found["goal"]) == {goal}
    assert found["department"].notna().all()
    legitimate = {"rural_tap_water", "urban_unit_female_share", "rural_toilet"}
    if (year, indicator) == (2022, "maternal_system_mgmt"):
        legitimate.add(indicator)  # 92.7 (2020) to 93.6 (2022): the fault lies before both
    if indicator not in legitimate:
        assert sold(year, indicator) == []


def targets(year: int) -> pd.DataFrame:
    return judged(year)[0].targets.set_index("target")


def test_toilets_are_told_within_one_definition_only() -> None:
    row = targets(2025).loc["environment-8-1"]
    assert (row["baseline"], row["value"], row["n"]) == (65, 77, 2)
    assert math.isnan(row["p_met"]), "two points are no trend"
    assert "81.8" not in experience(judged(2025)[1]).text
    assert targets(2022).loc["environment-8-1", "status"] == "未填报", "65 is the baseline itself"


def test_the_unexplained_drop_is_unusual_in_its_year_and_nothing_else() -> None:
    mine = findings(2017, "maternal_system_mgmt")
    assert [(f, s) for f, s in zip(mine["family"], mine["severity"], strict=True)] == [
        (Family.UNUSUAL, Severity.AMBER)
    ]
    assert "未见公布的解释" in mine["inputs"].iloc[0]["text"]
    assert targets(2017).loc["health-2-3", "status"] == "未填报", "the baseline lies ahead"
    assert "未见公布的解释" in warning_table(judged(2017)[1]).text
    later = findings(2022, "maternal_system_mgmt")
    assert set(later["severity"]) == {Severity.NOTE}, "five years on it is a note"
    assert targets(2022).loc["health-2-3", "doubt"] is None


def test_the_headcount_is_told_with_the_body_that_grew() -> None:
    found = findings(2025, "he_female_n")
    inputs = found.loc[found["rule"] == "headcount_against", "inputs"].iloc[0]
    assert inputs["moved_pct"] == pytest.approx(100 * (2661.4 / 2903.3 - 1))
    assert inputs["whole"] > inputs["whole_before"]
    row = targets(2025).loc["education-6-2"]
    assert row["n"] == 1, "shares before 2024 are of another scope"
    assert math.isnan(row["completion_pct"])
    assert math.isnan(row["p_met"])


def test_directors_fell_where_the_release_says_they_rose() -> None:
    found = findings(2025, "employee_director_female_share")
    row = found[found["rule"] == "contradicts"].iloc[0]
    assert row["severity"] == Severity.AMBER
    assert pd.isna(row["target"]), "a context indicator has no target, its goal shows it"
    assert "稳步提升" in row["inputs"]["text"]
    assert not (judged(2025)[0].targets["indicator"] == "employee_director_female_share").any()


@pytest.mark.parametrize("target", ["family-7-1", "family-7-2"])
def test_time_use_of_two_surveys_is_not_compared(target: str) -> None:
    row = targets(2025).loc[target]
    assert row["n"] == 1
    assert math.isnan(row["baseline"])
    assert math.isnan(row["progress"])


def test_a_years_registrations_are_not_held_against_all_divorces() -> None:
    view = judged(2025)[1]
    total = view.observations[view.observations["indicator"] == "divorces_total"]
    assert total["year"].max() == 2024, "no total is made of the registrations of 2025"
    text = findings(2025, "divorces_registered")["inputs"].iloc[0]["text"]
    assert "262.2" in text


def test_the_census_jump_of_life_expectancy_is_no_rise() -> None:
    row = targets(2025).loc["health-1-3"]
    assert row["break_year"] == 2020
    assert row["status"] == "未填报", "women's newest figure is the baseline's own year"


def test_screening_is_judged_by_one_age_band() -> None:
    history = judged(2025)[0].history
    mine = history[history["target"] == "health-3-3"]
    assert list(mine["value"]) == [31.4, 51.5]
    assert math.isnan(targets(2025).loc["health-3-3", "completion_pct"]), "2015 is no baseline"


def test_a_third_partys_figures_join_no_series() -> None:
    history = judged(2025)[0].history
    tap = history[history["target"] == "environment-7-1"]
    raw = data.load_observations(load_plan(), "CN", 2025)
    own = raw[raw["indicator"] == "rural_tap_water"]
    assert list(tap["value"]) == list(own["value"])


def test_two_bodies_are_not_one() -> None:
    row = targets(2025).loc["decision-8-3"]
    assert (row["last_value"], row["last_year"], row["status"]) == (24.2, 2020, "未填报")


def test_jilins_estimate_does_not_join_the_census() -> None:
    plan = load_plan()
    for name in ("household_size", "pop_yearend", "population_share", "sex_ratio", "urban_rate"):
        years = [b.year for b in plan.indicators[name].breaks_in("jilin")]
        if name in ("population_share", "sex_ratio"):
            assert years == [2020]


def test_second_hand_figures_say_so() -> None:
    found = findings(2025, "unemp_insured")
    found = found[found["rule"] == "remark"]
    assert found["inputs"].iloc[0]["text"] == "二手转录，待核对官方原文"


def test_no_remark_speaks_of_a_year_that_was_still_to_come():
    rendered = [i["text"] for i in judged(2022)[0].warnings["inputs"] if "text" in i]
    later = [text for text in rendered if any(str(year) in text for year in range(2023, 2031))]
    assert rendered
    assert later == []
    known = [i["text"] for i in judged(2025)[0].warnings["inputs"] if "text" in i]
    assert any("2024" in text for text in known)
