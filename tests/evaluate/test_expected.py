"""Rates with both denominators, and the number of goals expected to be met."""

from __future__ import annotations

import math

import pytest

import builders
from halfsky.evaluate import expected
from halfsky.evaluate.results import GoalResult, Results, TargetResult
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import NO_FORECAST, Data, Status

RULES = load_thresholds().expected


def goals(**counts: int) -> Results[GoalResult]:
    statuses = [s for s in Status for _ in range(counts.get(s.name.lower(), 0))]
    made = [
        GoalResult(f"things-{n}", "things", one, "", None, NO_FORECAST, Data.ENOUGH)
        for n, one in enumerate(statuses)
    ]
    return Results(GoalResult, made)


def test_rates_name_both_denominators_and_the_envelope():
    table = expected.rates(goals(met=3, nearly=1, unmet=2, undecidable=1, missing=3))
    row = table.df.set_index("domain").loc["all"]
    assert (row["assessable"], row["all"]) == (6, 10)
    assert row["met_of_assessable_pct"] == pytest.approx(100 * 3 / 6)
    assert row["met_of_all_pct"] == pytest.approx(30)
    assert row["met_or_nearly_of_assessable_pct"] == pytest.approx(100 * 4 / 6)
    assert row["lowest_pct"] == pytest.approx(30)
    assert row["highest_pct"] == pytest.approx(70)


def test_nothing_assessable_gives_no_rate_instead_of_zero():
    row = expected.rates(goals(missing=5)).df.iloc[0]
    assert math.isnan(row["met_of_assessable_pct"])
    assert row["highest_pct"] == 100


def targets(*rows: tuple[str, str, float | None]) -> Results[TargetResult]:
    return Results(
        TargetResult,
        [
            builders.target_result(target=f"{goal}-{n}", goal=goal, domain=domain, p_met=p)
            for n, (goal, domain, p) in enumerate(rows)
        ],
    )


def test_a_goal_of_one_target_keeps_its_probability():
    assert expected.goal_probabilities(targets(("a", "x", 0.37)), RULES) == {"a": 0.37}


def test_a_goal_needs_a_forecast_for_every_target():
    both = targets(("a", "x", 0.9), ("a", "x", None))
    assert expected.goal_probabilities(both, RULES) == {"a": None}


def test_correlated_targets_lie_between_product_and_minimum():
    p = expected.goal_probabilities(targets(("a", "x", 0.6), ("a", "x", 0.7)), RULES)["a"]
    assert p is not None
    assert 0.6 * 0.7 < p < 0.6


def test_expected_count_is_the_sum_and_correlation_widens_it():
    rows = [(f"g{i}", "x", 0.5) for i in range(20)]
    count = expected.expected_count(targets(*rows), RULES)
    assert count.mean == pytest.approx(10)
    assert (count.n, count.n_all) == (20, 20)
    assert count.high - count.low > count.high_independent - count.low_independent
    # 20 fair coins: the 10 % and 90 % points of the binomial are 7 and 13.
    assert (count.low_independent, count.high_independent) == (7, 13)


def test_a_targets_draws_do_not_depend_on_the_others():
    few = expected.expected_count(targets(("a", "x", 0.4)), RULES)
    many = expected.expected_count(targets(("a", "x", 0.4), ("b", "x", None)), RULES)
    assert few.mean == many.mean
    assert (many.n, many.n_all) == (1, 2)
