"""What must hold for every target whatever its figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import UNITS, indicator, observations, plan_of, target
from halfsky.evaluate import completion, status
from halfsky.evaluate.series import SeriesIndex
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import WEAKEST_FIRST

RULES = load_thresholds()
RANK = {word: place for place, word in enumerate(WEAKEST_FIRST)}
SHARES = st.integers(0, 1000).map(lambda v: v / 10)


def judged(one, values, indicators=None, shuffle=0):
    figures = observations(values)
    if shuffle:
        figures = figures.sample(frac=1, random_state=shuffle)
    found, _ = completion.facts(
        plan_of([one], indicators),
        SeriesIndex(figures),
        region="here",
        year=2025,
        thresholds=RULES,
        units=UNITS,
    )
    return status.add_status(found, RULES).df.iloc[0]


ONE_SIDED = st.sampled_from(
    [
        target("reach", value=60),
        target("about", value=60),
        target("directional"),
        target("maintain", value=60),
        target("maintain", baseline_floor=True),
    ]
)


@settings(max_examples=150, deadline=None)
@given(ONE_SIDED, SHARES, SHARES, SHARES, st.booleans())
def test_a_better_value_never_worsens_a_status(one, start, first, second, lower_better):
    direction = "lower_better" if lower_better else "higher_better"
    if lower_better and one.comparator:
        one = one.model_copy(update={"comparator": "<="})
    worse, better = sorted((first, second), reverse=lower_better)
    of = [indicator(direction=direction)]
    at_worse = judged(one, {2020: start, 2025: worse}, of)["status"]
    at_better = judged(one, {2020: start, 2025: better}, of)["status"]
    assert RANK[at_better] >= RANK[at_worse]


@settings(max_examples=60, deadline=None)
@given(ONE_SIDED, st.dictionaries(st.integers(2015, 2025), SHARES, min_size=1), st.integers(1, 99))
def test_row_order_changes_nothing(one, values, shuffle):
    plain, mixed = judged(one, values), judged(one, values, shuffle=shuffle)
    assert plain.astype(str).equals(mixed.astype(str))


@settings(max_examples=60, deadline=None)
@given(SHARES, SHARES, st.integers(1, 99))
def test_changing_the_unit_changes_no_verdict(start, value, goal):
    percent = judged(target(value=goal), {2020: start, 2025: value})
    per_mille = judged(
        target(value=goal * 10, delta=10, delta_reason="千分"),
        {2020: start * 10, 2025: value * 10},
        [indicator(unit="‰", upper=1000, kind="share")],
    )
    assert percent["status"] == per_mille["status"]
    assert percent["completion_pct"] == pytest.approx(per_mille["completion_pct"], nan_ok=True)


@settings(max_examples=60, deadline=None)
@given(ONE_SIDED, st.dictionaries(st.integers(2015, 2025), st.just(math.nan), max_size=5))
def test_a_gap_never_becomes_a_number(one, values):
    row = judged(one, values)
    numbers = row[["value", "completion_pct", "headroom", "recent_pace", "needed_pace"]]
    assert numbers.isna().all()
    assert row["status"] == "未填报"
