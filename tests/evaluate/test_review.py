"""This year beside last year, last year's forecast and other regions; worked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from builders import UNITS, indicator, observations, plan_of, target, target_result
from halfsky.evaluate import review
from halfsky.evaluate.results import Change, GoalResult, OneStepError, Results, TargetResult
from halfsky.evaluate.series import SeriesIndex, TargetSeries, target_series
from halfsky.plan.calibration import load_calibration
from halfsky.plan.vocabulary import Data, Status

CALIBRATION = load_calibration()


def series_of(one, figures: pd.DataFrame, plan) -> TargetSeries:
    return target_series(one, plan, SeriesIndex(figures), "here", UNITS)


def judged(**changes) -> TargetResult:
    return target_result(**{"target": "things-1-1", "goal": "things-1"} | changes)


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (Status.UNMET, Status.NEARLY, Change.BETTER),
        (Status.NEARLY, Status.MET, Change.BETTER),
        (Status.MET, Status.UNMET, Change.WORSE),
        (Status.NEARLY, Status.NEARLY, Change.SAME),
        (Status.MISSING, Status.MET, None),
        (Status.MET, Status.UNDECIDABLE, None),
    ],
)
def test_a_change_is_told_where_both_years_could_be_judged(old, new, change):
    before = judged(status=old, value=70.0, value_year=2024, p_met=0.4)
    row = review.add_previous([judged(status=new)], [before])[0]
    assert row.change == change
    known = (row.status_before, row.value_before, row.value_year_before, row.p_before)
    assert known == (old, 70, 2024, 0.4)


def test_a_doubtful_figure_changes_nothing():
    rows = [judged(change=Change.WORSE), judged(target="b", change=Change.WORSE)]
    first, second = review.drop_doubtful_changes(rows, {"things-1-1": "unit_slip"})
    assert (first.doubt, first.change) == ("unit_slip", None)
    assert (second.doubt, second.change) == (None, Change.WORSE)


@pytest.mark.parametrize(("doubt", "change"), [(None, Change.WORSE), ("unit_slip", None)])
def test_a_goal_is_held_against_its_weakest_clause_of_last_year(doubt, change):
    goal = GoalResult("things-1", "things", Status.UNMET, "", None, "", Data.ENOUGH)
    before = [judged(status=Status.MET), judged(target="b", status=Status.NEARLY)]
    found = review.add_previous_goals([goal], [judged(doubt=doubt)], Results(TargetResult, before))
    assert (found[0].status_before, found[0].change) == (Status.NEARLY, change)


WALK = {
    2012 + n: round(float(v), 1)
    for n, v in enumerate(50 + np.random.default_rng(3).normal(0, 2, 13).cumsum())
}


@pytest.fixture(scope="module")
def two_targets():
    """Two targets on one indicator, their series and what they were forecast."""
    pair = [target(), target(id="things-2-1", value=50)]
    plan = plan_of(pair)
    series = {one.id: series_of(one, observations(WALK), plan) for one in pair}
    rows = [judged(target=one.id, indicator="rate") for one in pair]
    return plan, series, rows, review.roll(series, rows, plan, CALIBRATION)


def test_targets_that_share_figures_are_rolled_once(two_targets):
    _, _, rows, rolled = two_targets
    assert {one.series for one in rolled} == {"things-1-1"}
    steps = review.one_step_errors(rolled, rows)
    mine, other = steps.by("target").values()
    assert [replace(one, target="") for one in mine] == [replace(one, target="") for one in other]


def test_a_targets_last_six_one_step_errors(two_targets):
    _, _, rows, rolled = two_targets
    steps = [one for one in review.one_step_errors(rolled, rows) if one.target == "things-1-1"]
    assert [one.year for one in steps] == [2019, 2020, 2021, 2022, 2023, 2024]
    assert all(one.error == one.actual - one.point for one in steps)
    assert [one.actual for one in steps] == [WALK[one.year] for one in steps]
    # On the same tails a larger standardised error is less likely.
    near = {one.year: one for one in rolled if one.horizon == 1}
    large, small = (pick(steps, key=lambda s: abs(near[s.year].ratio)) for pick in (max, min))
    assert small.p_value > large.p_value > 0


def test_gaps_ratios_and_milestones_are_not_rolled(two_targets):
    plan, series, rows, _ = two_targets
    derived = [replace(rows[0], type="parity"), replace(rows[1], type="milestone")]
    assert len(review.roll(series, derived, plan, CALIBRATION)) == 0


@pytest.mark.parametrize("revised", [False, True])
def test_a_later_roll_gives_the_same_rows_as_a_fresh_one(two_targets, revised):
    plan, series, rows, rolled = two_targets
    then = {name: own.until(2021) for name, own in series.items()}
    if revised:  # a figure was corrected since: what was known then is forecast again
        changed = {name: replace(own, value=own.value + 1) for name, own in then.items()}
        then = changed
    fresh = review.roll(then, rows, plan, CALIBRATION)
    kept = review.roll(then, rows, plan, CALIBRATION, (series, rolled))
    assert list(kept) == list(fresh)
    assert max(one.year for one in kept) == 2021


def step(**changes) -> OneStepError:
    base = {"target": "things-1-1", "year": 2024, "actual": 50.0, "point": 50.0, "lo80": 49.0,
            "hi80": 51.0, "lo95": 48.0, "hi95": 52.0, "error": 0.0, "p_value": 1.0}  # fmt: skip
    return OneStepError(**(base | changes))


def held(one: OneStepError, counts=(250, 500), value_year=2024):
    plan = plan_of([target()])
    series = {"things-1-1": series_of(target(), observations({2024: counts}), plan)}
    row = judged(indicator="rate", value_year=value_year, decimals=1)
    return review.hold_against([one], [row], series, plan)


@pytest.mark.parametrize(
    ("actual", "inside80", "inside95", "one_case"),
    [
        pytest.param(51.0, True, True, False, id="at the 80 % bound"),
        pytest.param(51.04, True, True, False, id="51.04 is printed 51.0"),
        pytest.param(51.06, False, True, False, id="51.06 is printed 51.1"),
        pytest.param(52.15, False, False, True, id="0.15 beyond: within one of 500, 0.2"),
        pytest.param(52.3, False, False, False, id="0.3 beyond: more than one of 500"),
        pytest.param(47.85, False, False, True, id="0.15 below, within one of 500"),
    ],
)
def test_last_years_forecast_is_held_against_the_figure_as_printed(
    actual, inside80, inside95, one_case
):
    found = held(step(actual=actual), counts=(250, 500))[0]
    assert (found.is_inside_80, found.is_inside_95) == (inside80, inside95)
    assert found.is_one_case == one_case, "one case more adds 50/250 = 0.2"


def test_only_the_newest_figure_is_held_against_its_forecast():
    assert len(held(step(year=2023))) == 0
    assert len(held(step(), value_year=None)) == 0


@pytest.mark.parametrize(
    ("counts", "counting", "is_pooled"),
    [
        pytest.param({2023: (1, 900), 2024: (2, 900)}, "events", True, id="every year counted"),
        pytest.param({2023: 1.0, 2024: (2, 900)}, "events", False, id="2023 without counts"),
        pytest.param({2023: (1, 900), 2024: (2, 900)}, "complete", False, id="not events"),
    ],
)
def test_events_with_counts_in_every_year_are_pooled(counts, counting, is_pooled):
    rate = indicator(kind="rate", unit="‰", counting=counting, upper=None)
    plan = plan_of([target()], [rate])
    series = {"things-1-1": series_of(target(), observations(counts, per=1000), plan)}
    assert review.pooled(series, plan) == ({"things-1-1"} if is_pooled else set())


@pytest.mark.parametrize(
    ("own_year", "value", "year", "same"),
    [
        pytest.param(2023, 71.0, 2023, True, id="the target's own year"),
        pytest.param(2025, 72.0, 2024, False, id="not published for 2025: the newest"),
        pytest.param(None, 72.0, 2024, False, id="no own figure: the newest"),
    ],
)
def test_other_regions_in_the_same_year_where_published(own_year, value, year, same):
    there = SeriesIndex(observations({2023: 71.0, 2024: 72.0}))
    rows = [judged(indicator="rate", sex="total", age="total", area="total", value_year=own_year)]
    found = review.compare_regions(rows, plan_of([target()]), {"there": there}, UNITS)[0]
    assert (found.value, found.value_year, found.is_same_year) == (value, year, same)
