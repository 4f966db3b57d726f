"""Completion, pace and baseline, worked by hand."""

from __future__ import annotations

from math import nan

import pandas as pd
import pytest

from builders import UNITS, indicator, observations, plan_of, target
from halfsky.evaluate import completion
from halfsky.evaluate.series import SeriesIndex
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vintage import as_known
from halfsky.plan.vocabulary import Data

RULES = load_thresholds()


def facts(one, figures, indicators=None, year=2025):
    plan = plan_of([one], indicators)
    found, _ = completion.facts(
        plan, SeriesIndex(figures), region="here", year=year, thresholds=RULES, units=UNITS
    )
    return found.df.iloc[0]


LOWER = [indicator(direction="lower_better")]


@pytest.mark.parametrize(
    ("values", "goal", "comparator", "expected", "headroom"),
    [
        pytest.param({2020: 20, 2025: 16}, 12, "<=", 50, nan, id="(16-20)/(12-20)"),
        pytest.param({2020: 90, 2025: 97}, 95, ">=", 140, nan, id="past: (97-90)/(95-90)"),
        pytest.param({2020: 90, 2025: 89}, 95, ">=", -20, nan, id="away: (89-90)/(95-90)"),
        pytest.param({2020: 90}, 95, ">=", nan, nan, id="unreported stays missing"),
        pytest.param({2025: 93}, 95, ">=", nan, nan, id="no baseline, no completion"),
        pytest.param({2020: 97, 2025: 93}, 95, ">=", nan, -2, id="met at baseline: 93-95"),
        pytest.param({2020: 97, 2025: 98}, 95, ">=", nan, 3, id="met at baseline: 98-95"),
        pytest.param({2020: 0, 2025: 0}, 0, "<=", nan, 0, id="a zero stays a zero"),
    ],
)
def test_completion(values, goal, comparator, expected, headroom):
    indicators = LOWER if comparator == "<=" else None
    row = facts(target(value=goal, comparator=comparator), observations(values), indicators)
    assert row["completion_pct"] == pytest.approx(expected, nan_ok=True)
    assert row["headroom"] == pytest.approx(headroom, nan_ok=True)


@pytest.mark.parametrize(
    ("values", "year", "value", "substitute"),
    [
        ({2020: 80, 2025: 90}, 2020, 80, False),
        ({2019: 79, 2021: 81, 2025: 90}, 2019, 79, True),
        ({2022: 82, 2025: 90}, 2022, 82, True),
    ],
)
def test_the_nearest_year_stands_in_for_the_baseline(values, year, value, substitute):
    row = facts(target(), observations(values))
    assert (row["baseline_year"], row["baseline"]) == (year, value)
    assert row["is_substitute"] == substitute


def test_pooled_cases_are_held_against_a_pooled_baseline():
    # One case a year of 10,000, two in 2020; then one in five: per 100,000.
    cases = dict.fromkeys(range(2016, 2020), (1, 10000)) | {2020: (2, 10_000)}
    later = dict.fromkeys(range(2021, 2025), (0, 10000)) | {2025: (1, 10_000)}
    rate = indicator(
        kind="rate", unit="1/10万", counting="events", upper=None, direction="lower_better",
        delta=1, delta_reason="例",
    )  # fmt: skip
    falling = target(type="directional", value=None, comparator=None)
    row = facts(falling, observations(cases | later, per=1e5), [rate])
    assert row["baseline"] == pytest.approx(12), "6 of 50,000, not 2 of 10,000"
    assert row["value"] == pytest.approx(2)
    assert row["threshold"] == pytest.approx(11)
    without_counts = observations({year: 1e5 * k / n for year, (k, n) in (cases | later).items()})
    assert facts(falling, without_counts, [rate])["baseline"] == pytest.approx(20)


def test_elapsed_time_runs_from_the_baselines_own_year_to_the_plans_end():
    row = facts(target(), observations({2021: 81, 2025: 90}))
    assert row["elapsed_pct"] == pytest.approx(100 * (2025 - 2021) / (2030 - 2021))


def test_pace_is_the_median_slope_of_the_last_five_years():
    # Steps of 1 a year but for one slip: the median of the pairwise slopes stays 1.
    row = facts(
        target(), observations({2020: 85, 2021: 86, 2022: 87, 2023: 80, 2024: 89, 2025: 90})
    )
    assert row["recent_pace"] == pytest.approx(1.0)
    assert row["needed_pace"] == pytest.approx((95 - 90) / 5)
    assert row["speed_up"] == pytest.approx(1.0)


def test_no_speed_up_is_printed_for_a_stalled_series():
    row = facts(target(), observations({2020: 90, 2023: 90, 2024: 90, 2025: 90}))
    assert row["is_stalled"]
    assert pd.isna(row["speed_up"])


@pytest.mark.parametrize(
    ("values", "year", "expected"),
    [
        (dict.fromkeys(range(2020, 2026), 90), 2025, Data.ENOUGH),
        ({2024: 90, 2025: 91}, 2025, Data.SHORT),
        (dict.fromkeys(range(2015, 2024), 90), 2025, Data.STALE),
        (dict.fromkeys(range(2010, 2022), 90), 2025, Data.MISSING),
    ],
)
def test_data_sufficiency(values, year, expected):
    assert facts(target(), observations(values), year=year)["data"] == expected


def test_a_derived_figure_is_unknown_before_its_release():
    figures = observations(
        [
            {"year": 2021, "value": 90.0, "known_from": 2022, "value_type": "derived"},
            {"year": 2020, "value": 89.0},
        ]
    )
    assert list(as_known(figures, 2021)["year"]) == [2020]
    assert sorted(as_known(figures, 2022)["year"]) == [2020, 2021]
