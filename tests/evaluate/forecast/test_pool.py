"""The pool: drift by hand, flat series untouched, gaps filled, one wild model outvoted."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from halfsky.evaluate.forecast.pool import Window, _damped, _theta, combine, components


def window(years, z):
    return Window.of(np.array(years, float), np.array(z, float))


def test_drift_is_first_to_last_over_years_between():
    # (7 - 1) / (2020 - 2014) = 1 a year, whatever the gaps
    changes = components(window([2014, 2015, 2018, 2020], [1, 3, 2, 7]), 3)
    assert changes[1].tolist() == [1, 2, 3]


def test_below_five_points_the_drift_stands_for_theta_and_damped():
    changes = components(window([2018, 2019, 2020], [1, 2, 4]), 2)
    assert np.array_equal(changes[2], changes[1])
    assert np.array_equal(changes[3], changes[1])


def test_combine_weighs_sorted_changes_1_3_3_1():
    # sorted 0, 1, 2, 9: (0 + 3·1 + 3·2 + 9) / 8 = 2.25
    assert combine(np.array([[0.0], [2.0], [9.0], [1.0]])).tolist() == [2.25]


@pytest.mark.parametrize("level", [0.0, 1e-12, -3.0, 1e9])
def test_a_constant_series_does_not_move(level):
    assert not components(window(range(2010, 2020), [level] * 10), 5).any()
    assert window(range(2010, 2020), [level] * 10).roughness() == 0.0


def test_gap_is_filled_by_a_straight_line():
    assert window([2010, 2013], [0, 3]).grid.tolist() == [0, 1, 2, 3]


def test_steps_and_roughness_by_hand():
    w = window([2010, 2014, 2015], [0, 4, 4])
    assert w.steps.tolist() == [2, 0]  # 4 / sqrt 4; 0
    # Theil–Sen slopes 1, 0.8, 0 -> 0.8; rests 0, .8, 0 around their median 0: mean .8/3
    assert w.roughness() == pytest.approx(0.8 / 3)


@pytest.mark.parametrize("n", [5, 6, 9, 40])
def test_nothing_warns(n):
    rng = np.random.default_rng(n)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for z in (np.arange(n), np.repeat([0.0, 1.0], n)[:n], rng.normal(size=n) * 1e-7):
            assert np.all(np.isfinite(components(window(range(n), z), 10)))


def test_a_straight_line_is_continued_but_damped():
    # none 0, drift h, theta and damped near h: sorted weights 1-3-3-1 give about 7/8 h
    change = combine(components(window(range(12), np.arange(12.0)), 4))
    assert np.all(change > 0.6 * np.arange(1, 5))
    assert np.all(change <= np.arange(1, 5) + 1e-6)


def test_a_remembered_window_answers_as_a_new_one_for_any_horizon():
    seen = window(range(2015, 2024), [3, 4, 4, 6, 5, 7, 9, 8, 9])
    whole = components(seen, 12)
    assert np.array_equal(components(seen, 5), whole[:, :5])
    moved = window(range(2015, 2024), [3, 4, 4, 6, 5, 7, 9, 8, 10])
    assert not np.array_equal(components(moved, 5), whole[:, :5])
    with pytest.raises(ValueError, match="read-only"):
        whole[0, 0] = 1.0


@pytest.mark.parametrize("n", [5, 8, 13])
@pytest.mark.parametrize("step", [0.0, 0.5])
def test_theta_and_damped_are_those_of_statsmodels(n, step):
    walk = 50 + step * np.arange(n) + np.random.default_rng(n).normal(0, 1, n).cumsum().round(1)
    unit = np.round((walk - walk[-1]) / walk.std(), 9)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theta = ThetaModel(unit, period=1, deseasonalize=False, use_test=False).fit()
        damped = ExponentialSmoothing(
            unit, trend="add", damped_trend=True, initialization_method="estimated"
        ).fit()
        assert _theta(unit, 6) == pytest.approx(np.asarray(theta.forecast(6)), abs=1e-13)
        # The grid of starting values is worked out at once: not a digit may differ.
        assert np.array_equal(_damped(unit, 6), damped.forecast(6))
