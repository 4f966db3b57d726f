"""What-if: the forecast's own paths, moved; nothing else."""

from __future__ import annotations

import math

import pandas as pd
import pytest

import builders
from halfsky.evaluate import what_if
from halfsky.evaluate.assessment import Assessment, Assumptions, assess
from halfsky.evaluate.series import headcount
from halfsky.plan import ParameterError, Region
from halfsky.plan.calibration import load_calibration
from halfsky.plan.thresholds import load_thresholds

# 8,000 of 10,000 women in 2020, one point more a year: 85.0 % in 2025, 95 % asked in 2030.
COUNTS = {2016 + i: (7600 + 100 * i, 10_000) for i in range(10)}


def assessment(values: object = COUNTS, **kind: object) -> Assessment:
    plan = builders.plan_of(
        [
            builders.target(),
            builders.target("directional", id="things-2-1", delta=1, delta_reason="样例"),
            builders.target("milestone", id="things-3-1"),
        ],
        [builders.indicator(**kind)],
    )
    place = Region(id="here", name="此地", short="此地", role="evaluated", plan="small")
    rules = Assumptions(load_thresholds(), builders.UNITS, load_calibration())
    return assess(plan, place, 2025, builders.observations(values), builders.no_evidence(), rules)


@pytest.fixture(scope="module")
def counted() -> Assessment:
    return assessment()


def test_a_direction_is_short_by_all_that_it_lacks(counted):
    # 84 % in 2020 (8,000 and 4 × 100 of 10,000 on the way), a point better asked: 85 % or more.
    row = counted.targets.set_index("target").loc["things-2-1"]
    back = what_if.scenario(counted, "things-2-1", yearly_change=-1.0)
    assert row["threshold"] == pytest.approx(row["baseline"] + 1)
    assert back.shortfall == pytest.approx(row["threshold"] - (row["value"] - 5), abs=0.051)


def test_the_needed_change_gives_the_probability_it_was_asked_for(counted):
    row = counted.targets.set_index("target").loc["things-1-1"]
    half = what_if.scenario(counted, "things-1-1", yearly_change=row["need50"])
    most = what_if.scenario(counted, "things-1-1", yearly_change=row["need80"])
    assert half.p == pytest.approx(0.5, abs=1e-6)
    assert most.p == pytest.approx(0.8, abs=1e-6)
    assert half.p_before == row["p_met"]


@pytest.mark.parametrize(
    ("assumed", "yearly", "end"),
    [
        pytest.param({"yearly_change": 0}, 0, 85, id="standing still: 85 + 5 x 0"),
        pytest.param({"yearly_change": 1}, 1, 90, id="85 + 5 x 1"),
        pytest.param({"value": 95}, 2, 95, id="(95 - 85) / 5"),
        pytest.param({"value": 93, "by": 2029}, 2, 93, id="(93 - 85) / 4, then held"),
        pytest.param({"yearly_change": 9}, 9, 100, id="85 + 5 x 9 is past 100: rests there"),
    ],
)
def test_the_middle_follows_the_course(counted, assumed, yearly, end):
    found = what_if.scenario(counted, "things-1-1", **assumed)
    assert found.yearly_change == pytest.approx(yearly)
    assert found.path["point"].iloc[-1] == pytest.approx(end, abs=0.051)


def test_a_later_start_needs_a_faster_change(counted):
    paces = [
        what_if.scenario(counted, "things-1-1", start=year).yearly_change
        for year in (2026, 2028, 2030)
    ]
    assert paces == sorted(paces)
    assert paces[0] == pytest.approx(2.0), "(95 - 85) / 5"
    late = what_if.scenario(counted, "things-1-1", start=2028)
    now = counted.forecasts[counted.forecasts["target"] == "things-1-1"].set_index("year")
    assert late.path.set_index("year").loc[2027, "point"] == now.loc[2027, "point"]


def test_what_is_lacking_is_told_in_people(counted):
    found = what_if.scenario(counted, "things-1-1", yearly_change=1)
    assert found.shortfall == pytest.approx(5, abs=0.051), "95 - 90"
    assert found.headcount == pytest.approx(500, abs=6), "5 / 100 x 10000"
    assert math.isnan(
        what_if.scenario(assessment(counting="sample"), "things-1-1", yearly_change=1).headcount
    )


@pytest.mark.parametrize(
    ("amount", "denominator", "expected"),
    [(5, 10_000, 500), (0.1, 3500, 3.5), (5, None, math.nan)],
    ids=["5 / 100 x 10000", "0.1 / 100 x 3500", "no denominator filed"],
)
def test_heads(amount, denominator, expected):
    history = pd.DataFrame({"denominator": [9.0, denominator], "in_use": [False, True]})
    found = headcount(amount, builders.indicator(), history, builders.UNITS)
    assert found == pytest.approx(expected, nan_ok=True)


def test_more_is_never_less_likely(counted):
    found = what_if.at_multiples(counted, "things-1-1")
    assert [one.factor for one in found] == [0.5, 1.0, 1.5, 2.0]
    chances = [one.p for one in found]
    assert chances == sorted(chances)
    yearly = [one.yearly_change for one in found]
    assert yearly == pytest.approx([1, 2, 3, 4]), "(95 - 85) / 5 = 2"
    assert [one.shortfall for one in found] == pytest.approx([5, 0, 0, 0], abs=0.051)


def test_a_rare_event_is_moved_as_counts():
    deaths = {2016 + i: (30 - i, 100_000) for i in range(10)}
    target = builders.target(comparator="<=", value=12)
    rate = builders.indicator(
        unit="1/10万",
        kind="rate",
        counting="events",
        direction="lower_better",
        delta=1,
        delta_reason="样例",
    )
    plan = builders.plan_of([target], [rate])
    place = Region(id="here", name="此地", short="此地", role="evaluated", plan="small")
    rules = Assumptions(load_thresholds(), builders.UNITS, load_calibration())
    seen = builders.observations(deaths, per=100_000, unit="1/10万")
    found = assess(plan, place, 2025, seen, builders.no_evidence(), rules)
    row = found.targets.iloc[0]
    assert row["forecast_method"] == "gamma_poisson"
    half = what_if.scenario(found, "things-1-1", yearly_change=row["need50"])
    assert half.p == pytest.approx(0.5, abs=0.02), "draws are whole events"
    assert what_if.scenario(found, "things-1-1", yearly_change=0).p < half.p


def test_targets_on_the_same_figures_move_as_one(counted):
    found = what_if.scenario(counted, "things-1-1", yearly_change=-3).together
    other = found.set_index("target").loc["things-2-1"]
    assert other["relation"] == "same_series"
    assert other["p"] < 0.5 < other["p_before"], "85 - 15 = 70 is below the baseline's 80"


@pytest.mark.parametrize(
    ("p", "given", "tied", "expected"),
    [
        pytest.param(0.5, 0.5, 0.5, 2 / 3, id="orthant: (1/4 + asin(.5)/2pi) / .5 = 2/3"),
        pytest.param(0.5, 0.5, 0.0, 0.5, id="untied"),
        pytest.param(0.3, 1.0, 0.5, 0.3, id="a certain target says nothing"),
    ],
)
def test_given_the_other_is_met(p, given, tied, expected):
    assert what_if._given(p, given, tied) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("target", "assumed"),
    [
        ("things-9-9", {"yearly_change": 1}),
        ("things-3-1", {"yearly_change": 1}),
        ("things-1-1", {}),
        ("things-1-1", {"yearly_change": 1, "value": 95}),
        ("things-1-1", {"value": 95, "by": 2031}),
        ("things-1-1", {"value": 95, "by": 2027, "start": 2028}),
        ("things-1-1", {"yearly_change": 1, "start": 2025}),
    ],
    ids=["unknown", "milestone", "nothing", "both", "after the end", "ends first", "the past"],
)
def test_a_course_that_cannot_be_is_refused(counted, target, assumed):
    with pytest.raises(ParameterError):
        what_if.scenario(counted, target, **assumed)
