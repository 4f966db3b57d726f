"""Two series on joint paths."""

from __future__ import annotations

import numpy as np
import pytest

from halfsky.evaluate.forecast import (
    SeriesSpec,
    forecast,
    p_at_least_other,
    p_gap_at_most,
    p_ratio_within,
    p_slow_rise,
    p_within_other,
    paired_draws,
)
from halfsky.evaluate.forecast.pairs import PRIOR_CORRELATION, shock_correlation
from halfsky.plan.calibration import load_calibration

SPEC = SeriesSpec("share", 0, 100, 1)
YEARS = np.arange(2012, 2024)
SHOCKS = np.random.default_rng(7).normal(0, 1.5, 12).cumsum()


def made(values, key, years=YEARS):
    return forecast(
        years, values, spec=SPEC, end_year=2030, calibration=load_calibration(), series_key=key
    )


WOMEN = made(40 + SHOCKS, "w")
MEN = made(45 + SHOCKS, "m")


def test_common_shocks_are_seen_and_shrunk():
    # eleven yearly changes with correlation near 1, six more of weight at .5
    assert shock_correlation(WOMEN, MEN) == pytest.approx((11 * 1 + 6 * 0.5) / 17, abs=0.02)


def test_without_common_years_the_declared_value_stands():
    other = made(40 + SHOCKS, "o", YEARS - 30)
    assert shock_correlation(WOMEN, other) == PRIOR_CORRELATION


def test_paired_paths_go_together_and_keep_each_margin():
    years, women, men = paired_draws(WOMEN, MEN, 4000)
    assert years.tolist() == list(range(2024, 2031))
    assert np.array_equal(women, WOMEN.draws(4000))
    assert np.corrcoef(women[:, -1], men[:, -1])[0, 1] > 0.6
    assert np.median(men[:, -1]) == pytest.approx(MEN.table["point"].iloc[-1], abs=0.7)


def test_the_gap_is_surer_than_independent_paths_would_say():
    _, women, men = paired_draws(WOMEN, MEN, 4000)
    apart = WOMEN.draws(4000)[:, -1] - MEN.draws(4000)[:, -1]
    assert np.std(women[:, -1] - men[:, -1]) < 0.8 * np.std(apart)


def test_probabilities_are_monotone_in_what_is_asked():
    gaps = [p_gap_at_most(WOMEN, MEN, 2030, most) for most in (0, 2, 5, 10, 100)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == 1.0
    assert p_ratio_within(WOMEN, MEN, 2030, 0, 1e9) == 1.0
    narrow = p_ratio_within(WOMEN, MEN, 2030, 0.97, 1.03)
    assert 0 < narrow < p_ratio_within(WOMEN, MEN, 2030, 0.8, 1.2)
    assert p_at_least_other(MEN, WOMEN, 2030) > 0.5 > p_at_least_other(WOMEN, MEN, 2030)
    assert p_within_other(WOMEN, MEN, 2030, 5) == p_gap_at_most(WOMEN, MEN, 2030, 5)


def test_a_gap_narrowed_by_falling_does_not_count():
    free = p_gap_at_most(WOMEN, MEN, 2030, 6)
    kept = p_gap_at_most(WOMEN, MEN, 2030, 6, own_level=float(WOMEN.last_value))
    assert kept < free


def test_no_forecast_no_probability():
    none = made(np.array([40.0, 41]), "n", YEARS[:2])
    assert p_gap_at_most(none, MEN, 2030, 5) is None
    assert p_at_least_other(WOMEN, MEN, 2040) is None


def test_slow_rise_sees_a_slope_break():
    rising = np.array([10, 13, 16, 19, 22, 25, 28, 28.1, 28.0, 28.2, 28.1, 28.2])
    going_on = np.arange(10, 46, 3.0)
    slowed = p_slow_rise(made(rising, "s"), YEARS, rising, 2018)
    carried = p_slow_rise(made(going_on, "g"), YEARS, going_on, 2018)
    assert slowed > 0.8 > carried
    assert p_slow_rise(made(rising, "s"), YEARS, rising, 2014) is None
