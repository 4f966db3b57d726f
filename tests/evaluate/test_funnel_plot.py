"""Townships: exact limits, one false discovery rate, shares of the difference."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.townships import study
from builders import UNITS, indicator, observations, plan_of, target
from halfsky.evaluate import funnel_plot
from halfsky.evaluate.comparable import comparable
from halfsky.plan.thresholds import load_thresholds
from places import TWELVE, townships

RULES = load_thresholds()
DEATHS = indicator(
    kind="rate", unit="1/10万", direction="lower_better", counting="events",
    delta=1, delta_reason="x",
)  # fmt: skip


def found(figures, indicators=None, year=2025):
    plan = plan_of([target()], indicators)
    return funnel_plot.compute_funnels(comparable(figures, plan, "here", UNITS), plan, year, RULES)


def binomial(*values):
    return np.array(["binomial"] * len(values), dtype=object)


def test_a_binomial_limit_by_hand():
    # Of 20 at p = .5: P(X ≤ 5) = .0207 ≤ .025 < P(X ≤ 6) = .0577, so 6 is the lowest inside.
    low, high = funnel_plot.control_limits(
        np.array([50.0]), np.array([20.0]), np.array([100.0]), binomial(1), 0.95
    )
    assert stats.binom.cdf(5, 20, 0.5) <= 0.025 < stats.binom.cdf(6, 20, 0.5)
    assert (low[0], high[0]) == (100 * 6 / 20, 100 * 14 / 20)


def test_a_poisson_limit_by_hand():
    # Mean 2: P(X ≥ 6) = .0166 ≤ .025 < P(X ≥ 5) = .0527; no count is too few, P(0) = .135.
    low, high = funnel_plot.control_limits(
        np.array([20.0]),
        np.array([10_000.0]),
        np.array([100_000.0]),
        np.array(["poisson"], dtype=object),
        0.95,
    )
    assert stats.poisson.sf(5, 2) <= 0.025 < stats.poisson.sf(4, 2)
    assert (low[0], high[0]) == (0, pytest.approx(50))


@pytest.mark.parametrize("p", [0.01, 0.3, 0.8, 0.99])
@pytest.mark.parametrize("n", [5, 40, 900])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_outside_a_limit_is_what_its_tail_says(p, n, level):
    """A count is outside exactly where its own tail holds at most (1 − level) ÷ 2."""
    k = np.arange(n + 1.0)
    same = np.full(n + 1, 1.0)
    law = binomial(*k)
    low, high = funnel_plot.control_limits(100 * p * same, n * same, 100 * same, law, level)
    p_value = funnel_plot.chance(k, n * same, 100 * p * same, 100 * same, law)
    is_outside = (100 * k / n < low) | (100 * k / n > high)
    assert (is_outside == (p_value <= 1 - level)).all()


def test_contribution_is_share_times_difference_and_sums_to_nothing():
    areas, _ = found(townships({"甲": (100, 40), "乙": (300, 60)}))
    # whole = (40 + 180) ÷ 400 = 55; 甲: 0.25 × (40 − 55); 乙: 0.75 × (60 − 55)
    assert areas.set_index("subarea")["contribution"].to_dict() == {
        "乙": pytest.approx(3.75),
        "甲": pytest.approx(-3.75),
    }
    people = areas.set_index("subarea")["people"]
    assert people["甲"] == pytest.approx(0.15 * 100), "15 people short of the whole's rate"


def test_one_lagging_township_is_found_and_no_other():
    areas, tests = found(townships())
    assert areas.loc[areas["is_flagged"], "subarea"].tolist() == ["沐石河街道"]
    row = areas[areas["is_flagged"]].iloc[0]
    assert (row["zone"], row["side"]) == ("outer", "worse")
    assert row["rate"] == pytest.approx(100 * 1302 / 2100)
    assert areas["subarea"].iloc[0] == "九台街道", "the largest first"
    assert tests["is_overdispersed"].item()
    assert tests["flagged"].item() == 1


def test_heterogeneity_by_hand():
    # 2 × 2: 40/100 and 180/300 around 55 %: (40−55)²/(100×.55×.45) + (180−165)²/(300×.55×.45)
    _, tests = found(townships({"甲": (100, 40), "乙": (300, 60)}))
    row = tests.iloc[0]
    expected = 15**2 / (100 * 0.55 * 0.45) + 15**2 / (300 * 0.55 * 0.45)
    assert row["statistic"] == pytest.approx(expected)
    assert row["dispersion"] == pytest.approx(expected), "one degree of freedom"
    assert row["p_value"] == pytest.approx(stats.chi2.sf(expected, 1))
    assert row["is_overdispersed"]
    assert not row["flagged"], "two townships do not tell which of them is usual"


def heterogeneity_of(events, people, family="binomial"):
    part = pd.DataFrame({"numerator": events, "denominator": people, "family": family})
    return funnel_plot._heterogeneity(part, RULES.disparities)


@pytest.mark.parametrize(
    ("events", "people", "is_tested"),
    [
        pytest.param([3, 4, 5, 6, 7], [100] * 5, True, id="5 expected in each: 100 × 25/500"),
        pytest.param([97, 96, 95, 94, 93], [100] * 5, True, id="5 of the rarer outcome in each"),
        pytest.param([98, 98, 99, 98, 97], [100] * 5, False, id="2 of the rarer outcome in each"),
        pytest.param([5, 5, 5, 5, 2], [100] * 4 + [40], True, id="5 in four of five, 2 in one"),
        pytest.param([5, 5, 5, 2, 2], [100] * 3 + [40] * 2, False, id="5 in three of five only"),
        pytest.param([50, 50, 50, 50, 1], [1000] * 4 + [20], True, id="just 1 in the smallest"),
        pytest.param([50, 50, 50, 50, 0], [1000] * 4 + [10], False, id="half a case in one"),
        pytest.param([5], [100], False, id="one township differs from none"),
    ],
)
def test_cochrans_conditions(events, people, is_tested):
    found = heterogeneity_of(events, people)
    assert math.isnan(found["p_value"]) != is_tested
    if not is_tested:
        assert math.isnan(found["statistic"])
        assert math.isnan(found["dispersion"])
        assert not found["is_overdispersed"]


def test_a_rate_has_no_rarer_outcome():
    """95 events per 100 person-years are 95 expected, whatever did not happen."""
    found = heterogeneity_of([105, 100, 95, 90, 85], [100] * 5, "poisson")
    # (10² + 5² + 0 + 5² + 10²) ÷ 95 on 4 degrees of freedom
    assert found["statistic"] == pytest.approx(250 / 95)
    assert found["dispersion"] == pytest.approx(250 / 95 / 4)


def test_over_dispersed_under_its_level_only():
    """χ² of 3, 4, 5, 6, 7 in 100: (4+1+0+1+4) ÷ (100·.05·.95) = 2.105, p = .72."""
    found = heterogeneity_of([3, 4, 5, 6, 7], [100] * 5)
    assert found["statistic"] == pytest.approx(10 / 4.75)
    assert found["p_value"] == pytest.approx(stats.chi2.sf(10 / 4.75, 4))
    assert not found["is_overdispersed"]
    assert heterogeneity_of([0, 0, 5, 10, 10], [100] * 5)["is_overdispersed"], "100 ÷ 4.75 = 21"


def test_unlike_the_others_by_hand():
    """1, 2, 3 and 8: 8 against mean 2 and sd 1 of the others, t = 6 ÷ √(4/3) with 2 df."""
    p = funnel_plot.unlike_others(np.array([1.0, 2.0, 3.0, 8.0]))
    assert p[3] == pytest.approx(2 * stats.t.sf(6 / math.sqrt(4 / 3), 2))
    assert funnel_plot.unlike_others(np.array([5.0, 5.0, 5.0, 6.0])).tolist()[3] == 0
    assert funnel_plot.unlike_others(np.full(5, 5.0)).tolist() == [1] * 5


def test_unlike_the_others_is_uniform_where_none_is():
    rng = np.random.default_rng(5)
    p = np.array([funnel_plot.unlike_others(rng.normal(0.8, 0.1, 8))[0] for _ in range(800)])
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_a_township_that_drags_the_whole_does_not_make_the_others_stand_out():
    """The largest far behind pulls the pooled rate away from all the others."""
    scattered = {f"镇{i}": (20_000, 96 + 0.5 * i) for i in range(7)}
    areas, tests = found(townships({"大镇": (37_000, 44.0), **scattered}))
    assert tests["outside_outer"].item() == 8
    assert areas.loc[areas["is_flagged"], "subarea"].tolist() == ["大镇"]


def test_curves_separate_the_same_counts_as_the_limits():
    k = np.arange(61.0)
    for p in (0.02, 0.3, 0.97):
        same, law = np.full(61, 60.0), binomial(*k)
        curve = funnel_plot.limit_curves(100 * p, same[:1], 100, "binomial", {"x": 0.95}).iloc[0]
        low, high = funnel_plot.control_limits(same * 0 + 100 * p, same, same * 0 + 100, law, 0.95)
        rate = 100 * k / 60
        drawn_outside = (rate < curve["x_low"]) | (rate > curve["x_high"])
        assert (drawn_outside == ((rate < low) | (rate > high))).all()


def test_rare_events_get_limits_but_no_test_of_heterogeneity():
    deaths = townships({"甲": (900, 1e5 / 900), "乙": (2000, 0)}, per=100_000, unit="1/10万")
    areas, tests = found(deaths, [DEATHS])
    assert areas["zone"].tolist() == ["inside", "inside"]
    assert math.isnan(tests["p_value"].item()), "1 death expected in all"
    assert not areas["is_flagged"].any()


def test_where_all_townships_scatter_none_is_singled_out():
    """Coverage of thousands of people: every one outside exact limits, none unlike the rest."""
    wide = {f"镇{i:02d}": (4000, rate) for i, rate in enumerate(range(60, 84, 2))}
    areas, tests = found(townships(wide))
    assert tests["outside_inner"].item() >= 8
    assert tests["is_overdispersed"].item()
    assert not areas["is_flagged"].any()


def test_false_discoveries_stay_within_the_declared_share():
    """Townships alike but for chance: q = .10 lets some year flag one about one time in ten."""
    rng = np.random.default_rng(20)
    years = 0
    for _ in range(60):
        rows = {name: (n, 100 * rng.binomial(n, 0.8) / n) for name, (n, _) in TWELVE.items()}
        areas, _ = found(townships(rows))
        years += bool(areas["is_flagged"].any())
    assert years <= 12, "60 × .10 = 6; 12 or more has probability .02"


def test_townships_without_counts_are_listed_and_not_judged():
    figures = townships({"甲": (100, 40), "乙": (300, 60)})
    figures.loc[figures["subarea"] == "甲", ["numerator", "denominator"]] = math.nan
    areas, tests = found(figures)
    row = areas.set_index("subarea").loc["甲"]
    assert row["rate"] == 40
    assert math.isnan(row["contribution"])
    assert row["zone"] is None
    assert (tests["areas"].item(), tests["counted"].item()) == (2, 1)
    assert tests["coverage_pct"].item() == pytest.approx(75)
    assert tests["filed"].item() == pytest.approx(55)


def test_levels_and_ratios_have_no_counting_law():
    level = indicator(kind="level", unit="年", delta=1, delta_reason="x")
    areas, tests = found(townships({"甲": (100, 40), "乙": (300, 60)}, unit="年"), [level])
    assert areas["zone"].isna().all()
    assert tests["p_value"].isna().all()


def test_old_figures_are_left_out():
    assert len(found(townships(year=2022))[0]) == 12
    assert found(townships(year=2021))[0].empty


def test_intervals_are_wilson_and_exact_poisson():
    areas, _ = found(townships({"甲": (100, 40), "乙": (300, 60)}))
    low = areas.set_index("subarea").loc["甲", "low"]
    z = stats.norm.isf(0.025)
    n, p = 100, 0.4
    wilson = (p + z**2 / (2 * n) - z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))) / (
        1 + z**2 / n
    )
    assert low == pytest.approx(100 * wilson)
    deaths = townships({"甲": (1000, 300), "乙": (2000, 200)}, per=100_000, unit="1/10万")
    areas, _ = found(deaths, [DEATHS])
    # 3 events: exact lower bound chi2.ppf(.025, 6) ÷ 2 = 0.6187
    low = areas.set_index("subarea").loc["甲", "low"]
    assert low == pytest.approx(1e5 * stats.chi2.ppf(0.025, 6) / 2 / 1000)


def test_the_planted_township_is_named_in_synthetic_districts():
    """tests/benchmarks/townships.py over a few seeds; its committed results hold the rates."""
    result = study(range(2))
    assert result["planted_found_share"] == 1
    assert result["null_outside_95_per_district"] > 50, "read by eye, a funnel names them all"
    assert result["null_named_per_district"] <= 1


def test_committed_study_keeps_the_declared_rates():
    path = Path(__file__).parents[1] / "benchmarks" / "results" / "townships.json"
    result = json.loads(path.read_text(encoding="utf-8"))
    districts = result["districts"]
    assert result["planted_found_share"] >= 0.95
    # Without anything planted q bounds the share of districts in which anyone is named; the
    # limit is what .10 leaves room for in so many districts.
    named = round(result["null_districts_with_any_named"] * districts)
    assert stats.binom.sf(named - 1, districts, result["declared_false_share"]) > 0.01


AREAS = st.dictionaries(
    st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=3).filter(lambda s: s != "全区"),
    st.tuples(st.integers(1, 5000), st.integers(0, 100).map(float)),
    min_size=1,
    max_size=10,
)


@settings(max_examples=40, deadline=None)
@given(AREAS, st.randoms(use_true_random=False))
def test_sums_and_order(areas, random):
    figures = townships(areas)
    frame, tests = found(figures)
    assert frame["contribution"].sum() == pytest.approx(0, abs=1e-9)
    assert frame["people"].sum() == pytest.approx(0, abs=1e-6)
    assert frame["share"].sum() == pytest.approx(1)
    inside = frame["inner_low"].ge(frame["outer_low"]) & frame["inner_high"].le(frame["outer_high"])
    assert inside.all()
    places = list(range(len(figures)))
    random.shuffle(places)
    again, tests_again = found(figures.iloc[places].reset_index(drop=True))
    pd.testing.assert_frame_equal(frame, again)
    pd.testing.assert_frame_equal(tests, tests_again)


def test_equal_rates_contribute_nothing():
    areas, _ = found(townships({"甲": (100, 40), "乙": (300, 40), "丙": (50, 40)}))
    assert areas["contribution"].abs().max() < 1e-12
    assert areas["side"].isna().all()
    assert (areas["p_value"] > 0.9).all()


def test_nothing_filed_gives_empty_frames_with_their_columns():
    areas, tests = found(observations([]))
    assert list(areas.columns) == list(funnel_plot.COLUMNS)
    assert list(tests.columns) == list(funnel_plot.SUMMARY_COLUMNS)
