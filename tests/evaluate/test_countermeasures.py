"""Countermeasures as data: problem, measures, quantity, department, date."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from builders import UNITS, indicator, no_evidence, observations, plan_of, target
from halfsky.evaluate.assessment import Assessment, Assumptions, assess
from halfsky.evaluate.countermeasures import not_below_line
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import Action, Severity, Status

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())


def assessed(
    targets, figures, indicators=None, *, role="evaluated", year=2025, evidence=None
) -> Assessment:
    here = Region(id="here", name="某区", short="某区", role=role, plan="small")
    filed = no_evidence() if evidence is None else evidence
    return assess(plan_of(targets, indicators), here, year, figures, filed, ASSUMED)


def counts(first: int, step: int, of: int = 10_000) -> dict[int, tuple[int, int]]:
    return {2016 + i: (first + step * i, of) for i in range(10)}


def test_an_unmet_target_is_told_in_points_and_in_people():
    # 85.0 % in 2025, 95 % asked: 10 points short, 1,000 of 10,000 people.
    found = assessed([target()], observations(counts(7600, 100))).countermeasures
    row = found.iloc[0]
    assert row["status"] == Status.UNMET
    assert row["action"] == Action.SPEED_UP
    assert row["shortfall"] == pytest.approx(10), "95 - 85"
    assert row["headcount"] == pytest.approx(1000), "10 / 100 x 10000"
    assert row["headcount50"] == pytest.approx(row["change50"] * 100), "/ 100 x 10000"
    assert row["change80"] > row["change50"] > 0
    # Even odds would ask for a little less than the way there is long: the way there is asked.
    assert row["change50"] == pytest.approx(2), "(95 - 85) / 5"
    assert row["is_line"]
    assert (row["department"], row["report_year"], row["end_year"]) == ("某局", 2026, 2030)
    assert row["measures"] == ("things-m1",)
    assert row["lacking"] == ("things-m1",), "nothing was returned on it"


@pytest.mark.parametrize(
    ("comparator", "line", "change", "asked"),
    [
        (">=", 2.0, 1.5, 2.0),
        (">=", 2.0, 2.5, 2.5),
        ("<=", -2.0, -1.5, -2.0),
        (">=", None, 1.5, 1.5),
    ],
)
def test_no_pace_is_asked_that_would_not_arrive(comparator, line, change, asked):
    assert not_below_line(comparator, line, change) == asked


def test_respondents_of_a_survey_are_not_the_people_concerned():
    found = assessed(
        [target()], observations(counts(7600, 100)), [indicator(counting="sample")]
    ).countermeasures
    assert found.iloc[0]["shortfall"] == pytest.approx(10)
    assert math.isnan(found.iloc[0]["headcount"])


def test_the_straight_line_stands_in_where_there_is_no_forecast():
    row = assessed([target()], observations({2020: 80.0, 2025: 85.0})).countermeasures.iloc[0]
    assert row["change50"] == pytest.approx(2), "(95 - 85) / 5"
    assert row["is_line"]
    assert math.isnan(row["change80"])


def test_a_met_target_that_may_be_lost_is_to_be_held():
    rng = np.random.default_rng(1)
    figures = {2014 + i: round(99 - 0.4 * i + rng.normal(0, 0.1), 1) for i in range(12)}
    found = assessed([target(value=94)], observations(figures))
    assert found.targets["status"].iloc[0] == Status.MET
    row = found.countermeasures.iloc[0]
    assert row["action"] == Action.HOLD
    assert row["shortfall"] == 0
    assert row["change50"] > 0 or math.isnan(row["change50"])


def test_a_figure_nobody_foresaw_is_verified_before_a_pace_is_asked_of_it():
    steady = {2013 + i: 80 + 0.5 * i for i in range(12)}
    row = assessed([target()], observations(steady | {2025: 30.0})).countermeasures.iloc[0]
    assert row["status"] == Status.UNMET
    assert row["action"] == Action.VERIFY
    expected = assessed([target()], observations(steady | {2025: 86.0})).countermeasures.iloc[0]
    assert expected["action"] == Action.SPEED_UP


def test_no_pace_for_even_odds_is_asked_where_they_are_better_already():
    rising = {2013 + i: 80 + 1.0 * i for i in range(13)}
    found = assessed([target(value=93)], observations(rising))
    row, answer = found.targets.iloc[0], found.countermeasures
    assert row["status"] == Status.NEARLY or row["status"] == Status.UNMET
    assert row["p_met"] >= 0.5
    if len(answer):
        assert math.isnan(answer.iloc[0]["change50"])
        assert not answer.iloc[0]["is_line"]
    slow = assessed([target(value=99)], observations(rising)).countermeasures.iloc[0]
    assert slow["change50"] > 0


def test_a_met_target_that_jumps_about_is_no_problem():
    jumping = {2012 + i: 80 + 4.0 * (-1) ** i for i in range(14)}
    one = target(type="maintain", value=60)
    found = assessed([one], observations(jumping))
    assert set(found.warnings["rule"]) == {"volatile"}
    assert found.countermeasures.empty
    missed = assessed([target(value=83)], observations(jumping | {2025: 82.5}))
    assert len(missed.countermeasures) == 1


def test_what_cannot_be_judged_is_not_held():
    # An indicator that rises as before: whether its rise slows is undecidable.
    rising = {2013 + i: 20 + 0.5 * i + 0.3 * (-1) ** i for i in range(13)}
    slower = target(type="slow_rise", value=None, comparator=None)
    found = assessed(
        [slower], observations(rising), [indicator(direction="lower_better")]
    ).countermeasures
    assert found.iloc[0]["status"] == Status.UNDECIDABLE
    assert found.iloc[0]["action"] == Action.SPEED_UP


def test_the_gravest_problem_comes_first():
    few = indicator("cases", unit="1/10万", kind="rate", counting="events",
                    direction="lower_better", delta=1, delta_reason="样例")  # fmt: skip
    targets = [
        target("milestone", id="things-1-1"),
        target(id="things-2-1", indicator="cases", comparator="<=", value=12),
        target(id="things-3-1"),
        target(id="things-4-1", value=85.5),
    ]
    figures = pd.concat(
        [
            observations(counts(7600, 100)),
            observations(dict.fromkeys(range(2021, 2026), (1, 3500)), "cases", per=100_000,
                         unit="1/10万"),
        ]
    )  # fmt: skip
    found = assessed(targets, figures, [indicator(), few]).countermeasures
    actions = dict(zip(found["target"], found["action"], strict=True))
    assert list(found["rank"]) == list(range(1, len(found) + 1))
    assert found.iloc[0]["target"] == "things-3-1"
    assert found.iloc[0]["severity"] == Severity.RED
    assert actions["things-2-1"] == Action.REVIEW_CASES, "5 cases in five years: no verdict"
    assert found.iloc[-1]["target"] == "things-1-1"
    assert actions["things-1-1"] == Action.FILE_DOCUMENTS


def test_no_case_leaves_nothing_to_review():
    few = indicator("cases", unit="1/10万", kind="rate", counting="events",
                    direction="lower_better", delta=1, delta_reason="样例")  # fmt: skip
    none = observations(dict.fromkeys(range(2021, 2026), (0, 3500)), "cases", per=100_000,
                        unit="1/10万")  # fmt: skip
    requested = [target(indicator="cases", comparator="<=", value=12)]
    found = assessed(requested, none, [few])
    assert found.targets["status"].iloc[0] == Status.UNDECIDABLE
    assert Action.REVIEW_CASES not in set(found.countermeasures["action"])


@pytest.mark.parametrize(
    ("figures", "year", "action"),
    [
        pytest.param({2020: 96.0, 2023: 97.0}, 2025, Action.FILE_FIGURES, id="two years old"),
        pytest.param({}, 2025, Action.FILE_FIGURES, id="never reported"),
        pytest.param({2025: 97.0}, 2025, None, id="met: no problem"),
    ],
)
def test_figures_that_are_not_there(figures, year, action):
    found = assessed([target()], observations(figures), year=year).countermeasures
    assert list(found["action"]) == ([] if action is None else [action])


def test_a_missing_baseline_is_asked_for():
    requested = [target("directional", delta=1, delta_reason="样例")]
    found = assessed(requested, observations({2025: 97.0})).countermeasures
    assert list(found["action"]) == [Action.FILE_BASELINE]


def test_the_last_year_reports_in_itself():
    found = assessed([target()], observations(counts(7600, 100)), year=2030).countermeasures
    assert set(found["report_year"]) == {2030}


def test_nothing_is_proposed_to_a_reference_region():
    found = assessed([target()], observations(counts(7600, 100)), role="reference")
    assert found.countermeasures.empty
    assert (found.targets["status"] == Status.UNMET).all()
