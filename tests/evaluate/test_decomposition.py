"""Decompositions add up exactly to the change they split."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import UNITS, indicator, observations, plan_of, target
from halfsky.evaluate import decomposition
from halfsky.evaluate.comparable import comparable
from halfsky.evaluate.decomposition import kitagawa, log_split
from halfsky.plan.thresholds import load_thresholds
from places import townships

RULES = load_thresholds()


def found(figures, indicators=None):
    plan = plan_of([target()], indicators)
    return decomposition.compute_decompositions(
        comparable(figures, plan, "here", UNITS), plan, RULES
    )


def test_kitagawa_by_hand():
    """Rates 40 → 50 and 60 → 60; shares .5, .5 → .2, .8: 50 → 58."""
    rate, composition = kitagawa(
        np.array([40.0, 60.0]), np.array([50.0, 60.0]), np.array([0.5, 0.5]), np.array([0.2, 0.8])
    )
    assert rate.tolist() == pytest.approx([10 * (0.5 + 0.2) / 2, 0])  # 3.5
    # Mean rates 45 and 60 around (50 + 58) ÷ 2 = 54: −.3 × −9 and .3 × 6
    assert composition.tolist() == pytest.approx([2.7, 1.8])
    assert rate.sum() + composition.sum() == pytest.approx(58 - 50)


GROUPS = st.lists(
    st.tuples(*[st.floats(0, 100)] * 2, *[st.integers(1, 10_000)] * 2), min_size=2, max_size=12
)


@settings(max_examples=100, deadline=None)
@given(GROUPS)
def test_kitagawa_adds_up_and_leaves_equal_rates_and_shares_out(groups):
    r0, r1, n0, n1 = np.array(groups, dtype=float).T
    s0, s1 = n0 / n0.sum(), n1 / n1.sum()
    rate, composition = kitagawa(r0, r1, s0, s1)
    change = (s1 * r1).sum() - (s0 * r0).sum()
    assert rate.sum() + composition.sum() == pytest.approx(change, abs=1e-9)
    assert kitagawa(r0, r0, s0, s1)[0].tolist() == [0] * len(groups)
    assert kitagawa(r0, r1, s0, s0)[1].tolist() == [0] * len(groups)


@settings(max_examples=100, deadline=None)
@given(*[st.integers(1, 100_000)] * 4)
def test_log_split_adds_up(n0, d0, n1, d1):
    above, below = log_split(n0, d0, n1, d1)
    assert above + below == pytest.approx(n1 / d1 - n0 / d0, abs=1e-9 * max(n0 / d0, n1 / d1))
    assert (above > 0) == (n1 > n0)
    assert (below > 0) == (d1 < d0)


def test_log_split_by_hand_and_at_zero():
    # 50/100 → 50/80: only the denominator moved; .5 → .625
    assert log_split(50, 100, 50, 80) == (0, pytest.approx(0.125))
    # 50/100 → 100/200: both doubled, and cancel: ±.5 ln 2
    assert log_split(50, 100, 100, 200) == (
        pytest.approx(0.5 * math.log(2)),
        pytest.approx(-0.5 * math.log(2)),
    )
    assert all(math.isnan(v) for v in log_split(0, 100, 3, 100))


def two_years(before, now, **common):
    return pd.concat([townships(before, 2020, **common), townships(now, 2025, **common)])


def test_a_whole_that_changed_by_moving_people_alone():
    """甲 40 %, 乙 60 % in both years; shares from half and half to .2 and .8: 50 → 56."""
    parts, moves = found(
        two_years({"甲": (500, 40), "乙": (500, 60)}, {"甲": (200, 40), "乙": (800, 60)})
    )
    row = parts.iloc[0]
    assert (row["before"], row["now"]) == (50, 56)
    assert row["rate_effect"] == pytest.approx(0)
    assert row["composition_effect"] == pytest.approx(6)
    assert (row["groups"], row["coverage_pct"]) == (2, 100)
    # mean of 50 and 56 is 53: 乙 .3 × 7 = 2.1, 甲 −.3 × −13 = 3.9
    assert (row["leader"], row["leader_effect"]) == ("甲", pytest.approx(3.9))
    assert row["follower"] is None
    # the whole's own counts: 500 of 1000 → 560 of 1000
    assert moves.iloc[0]["mover"] == "numerator"
    assert moves.iloc[0]["denominator_effect"] == 0


def test_a_township_that_pulls_back_is_named():
    parts, _ = found(
        two_years({"甲": (500, 40), "乙": (500, 60)}, {"甲": (500, 60), "乙": (500, 54)})
    )
    row = parts.iloc[0]
    assert row["change"] == pytest.approx(7)
    assert (row["leader"], row["leader_effect"]) == ("甲", pytest.approx(10))
    assert (row["follower"], row["follower_effect"]) == ("乙", pytest.approx(-3))


def test_only_townships_with_counts_in_both_years():
    figures = two_years(
        {"甲": (500, 40), "乙": (500, 60)}, {"甲": (200, 40), "乙": (800, 60), "丙": (1000, 10)}
    )
    row = found(figures)[0].iloc[0]
    assert row["groups"] == 2
    assert row["now"] == 56
    assert row["coverage_pct"] == 50, "甲 and 乙 are 1000 of 2000"
    assert found(two_years({"甲": (5, 40)}, {"甲": (5, 60)}))[0].empty


def test_town_and_country_are_split_too():
    rows = [
        {"year": year, "area": area, "numerator": n * rate, "denominator": n, "value": 100 * rate}
        for year, area, n, rate in (
            (2020, "rural", 600, 0.5), (2020, "urban", 400, 0.75),
            (2025, "rural", 400, 0.5), (2025, "urban", 600, 0.75),
        )
    ]  # fmt: skip
    parts, moves = found(observations(rows))
    row = parts.iloc[0]
    assert row["dimension"] == "urban_rural"
    # 60 → 65, all of it by moving to town
    assert (row["before"], row["now"]) == (pytest.approx(60), pytest.approx(65))
    assert row["composition_effect"] == pytest.approx(5)
    assert math.isnan(row["coverage_pct"]), "the whole was not filed"
    assert len(moves) == 1


def test_a_rate_that_rose_because_its_denominator_fell():
    figures = observations({2020: (950, 1000), 2025: (776, 800)})
    row = found(figures)[1].iloc[0]
    assert row["change"] == pytest.approx(2)
    assert row["mover"] == "denominator"
    assert row["numerator_effect"] < 0 < row["denominator_effect"]
    assert row["numerator_effect"] + row["denominator_effect"] == pytest.approx(2)


def test_a_break_between_the_years_forbids_both():
    broken = indicator(breaks=[{"year": 2022, "reason": "口径"}])
    figures = two_years({"甲": (500, 40), "乙": (500, 60)}, {"甲": (200, 40), "乙": (800, 60)})
    parts, moves = found(figures, [broken])
    assert parts.empty
    assert moves.empty


@pytest.mark.parametrize(("before", "now", "is_split"), [(19, 20, False), (20, 20, True)])
def test_few_events_are_not_split(before, now, is_split):
    rate = indicator(kind="rate", unit="1/10万", direction="lower_better", counting="events",
                     delta=1, delta_reason="x")  # fmt: skip
    figures = [
        townships({"甲": (1000, 100 * k), "乙": (1000, 0)}, year, per=100_000, unit="1/10万")
        for year, k in ((2020, before), (2025, now))
    ]
    parts, moves = found(pd.concat(figures), [rate])
    assert (len(parts), len(moves)) == ((1, 1) if is_split else (0, 0)), "20 a year, 40 in all"


def test_the_order_of_rows_does_not_matter():
    figures = two_years({"甲": (500, 40), "乙": (500, 60)}, {"甲": (200, 45), "乙": (800, 60)})
    turned = figures.iloc[::-1].reset_index(drop=True)
    for one, other in zip(found(figures), found(turned), strict=True):
        pd.testing.assert_frame_equal(one, other)
