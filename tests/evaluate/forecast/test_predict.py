"""The forecast of one series, from one observation to forty."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halfsky.evaluate.forecast import Forecast, SeriesSpec, forecast
from halfsky.evaluate.forecast.pool import Window, combine, components
from halfsky.evaluate.forecast.predict import came_true, share_needed, walk_correlation
from halfsky.plan.calibration import load_calibration

CALIBRATION = load_calibration()
SHARE = SeriesSpec("share", 0, 100, 1)
LEVEL = SeriesSpec("level", 0, None, 1)
SIGNED = SeriesSpec("difference", None, None, 2)
COVERED = [70, 72, 75, 80, 81, 85, 86, 90.0]
YEARS = [2011, 2012, 2013, 2015, 2016, 2018, 2019, 2020]


def made(values, spec=SHARE, years=None, end=None, **more) -> Forecast:
    years = list(range(2020 - len(values) + 1, 2021)) if years is None else years
    return forecast(years, values, spec=spec, end_year=end or 2030, calibration=CALIBRATION, **more)


@st.composite
def series(draw):
    """A spec with values it allows: ties, zeros, bounds, gaps, n from 3 to 40."""
    spec = draw(st.sampled_from([SHARE, LEVEL, SIGNED, SeriesSpec("rate", 0, None, 2)]))
    low, high = (0, 100) if spec.upper else (-50, 50) if spec.lower is None else (0, 5000)
    n = draw(st.integers(3, 12) | st.integers(3, 40))
    value = st.sampled_from([low, high, (low + high) / 2]) | st.floats(low, high)
    values = draw(st.lists(value, min_size=n, max_size=n))
    gaps = draw(st.lists(st.integers(1, 4), min_size=n, max_size=n))
    return spec, np.cumsum(gaps) + 1950, np.round(values, spec.decimals)


SLOW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(series())
def test_intervals_nest_hold_the_point_and_stay_in_bounds(given_series):
    spec, years, values = given_series
    fc = made(values, spec, years, int(years[-1]) + 6)
    t = fc.table
    assert t["year"].tolist() == list(range(int(years[-1]) + 1, int(years[-1]) + 7))
    for low, high in (("lo95", "lo80"), ("lo80", "point"), ("point", "hi80"), ("hi80", "hi95")):
        assert (t[low] <= t[high]).all()
    paths = fc.draws(50)
    for numbers in (t.drop(columns="year").to_numpy(), paths):
        assert np.all(np.isfinite(numbers))
        assert spec.lower is None or numbers.min() >= spec.lower
        assert spec.upper is None or numbers.max() <= spec.upper
        assert numbers == pytest.approx(np.round(numbers, spec.decimals))


@SLOW
@given(series(), st.lists(st.floats(-60, 120), min_size=2, max_size=6))
def test_p_is_monotone_in_the_target(given_series, thresholds):
    spec, years, values = given_series
    year = int(years[-1]) + 5
    fc = made(values, spec, years, year)
    thresholds = sorted(thresholds)
    up = [fc.p_met(year, c, ">=") for c in thresholds]
    down = [fc.p_met(year, c, "<=") for c in thresholds]
    assert all(0 <= p <= 1 for p in up + down)
    assert up == sorted(up, reverse=True)
    assert down == sorted(down)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-40, 40), min_size=5, max_size=15), st.integers(-1000, 1000))
def test_adding_a_constant_on_the_analysis_scale_shifts_the_pool(steps, constant):
    """Before calibration: the change from the last value does not see the level."""
    z = np.cumsum(steps) / 8.0
    years = np.arange(len(z), dtype=float)
    plain = components(Window.of(years, z), 5)
    moved = components(Window.of(years, z + constant), 5)
    assert combine(moved) == pytest.approx(combine(plain), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_no_forecast_from_two_points_or_fewer(n):
    fc = made(COVERED[:n])
    assert (fc.method, fc.n) == ("none", n)
    assert fc.table.empty
    assert fc.p_met(2030, 95, ">=") is None
    assert fc.required_change(95, ">=", 0.5) is None
    assert fc.one_step is None
    assert fc.attainment(95, ">=").empty
    assert fc.draws(3).shape == (3, 0)


def test_nan_is_dropped_before_counting():
    assert made([70, np.nan, np.nan, 75, np.nan]).method == "none"


@pytest.mark.parametrize("n", [3, 4])
def test_three_or_four_points_are_flagged_and_wide(n):
    short, long = made(COVERED[-n:]), made(COVERED)
    assert short.method == "drift"
    assert short.is_short
    assert not long.is_short

    def width(fc: Forecast) -> float:
        return float(fc.table["hi95"].iloc[-1] - fc.table["lo95"].iloc[-1])

    assert width(short) > width(long)


@pytest.mark.parametrize("level", [0.0, 50.0, 100.0])
def test_a_constant_series_stays_and_is_not_certain(level):
    fc = made([level] * 8)
    assert (fc.table["point"] == level).all()
    # at a bound the interval may round to a point, but staying there is never certain
    assert 0.0 < fc.share_met(2030, level, ">=") <= 1.0
    assert fc.share_met(2030, max(level - 0.1, 0.1), "<=") > 0.0
    assert fc.share_met(2030, min(level + 0.1, 99.9), ">=") > 0.0


@pytest.mark.parametrize(("seats", "of"), [(8, 41), (41, 41), (3, 11)])
def test_a_committee_that_never_changed_is_known_to_one_seat_only(seats, of):
    same = [100 * seats / of] * 7
    counts = {"numerators": [seats] * 7, "denominators": [of] * 7, "per": 100.0}
    large = {"numerators": [1000 * seats] * 7, "denominators": [1000 * of] * 7, "per": 100.0}
    wide = made(same, end=2021, **counts).table.iloc[0]
    narrow = made(same, end=2021, **large).table.iloc[0]
    if seats < of:  # at 100 % there is room on one side only
        assert wide["hi80"] - wide["lo80"] >= 0.6 * 100 / of
    assert wide["hi80"] - wide["lo80"] > narrow["hi80"] - narrow["lo80"]


def test_saturated_coverage_keeps_mass_at_100():
    fc = made([98.5, 99.0, 99.4, 99.8, 99.9, 100.0, 100.0, 100.0])
    p = fc.p_met(2030, 100, ">=")
    assert 0.3 < p < 1.0
    assert np.mean(fc.draws(2000)[:, -1] == 100.0) > 0.2


def test_outside_the_bounds_there_is_no_doubt():
    fc = made(COVERED)
    assert fc.p_met(2030, 0, ">=") == 1.0
    assert fc.p_met(2030, 100.1, ">=") == 0.0
    assert fc.p_met(2030, 100, "<=") == 1.0
    assert fc.p_met(2030, -0.1, "<=") == 0.0


def test_order_does_not_matter_and_the_same_seed_gives_the_same_digits():
    shuffled = [6, 2, 0, 7, 1, 5, 3, 4]
    a = made(COVERED, years=YEARS, series_key="x")
    b = made(np.array(COVERED)[shuffled], years=np.array(YEARS)[shuffled], series_key="x")
    assert a.table.equals(b.table)
    assert np.array_equal(a.draws(100), b.draws(100))
    assert a.p_met(2030, 95, ">=") == b.p_met(2030, 95, ">=")


def test_another_key_or_seed_gives_other_paths():
    a = made(COVERED, series_key="x").draws(50)
    assert not np.array_equal(a, made(COVERED, series_key="y").draws(50))
    assert not np.array_equal(a, made(COVERED, series_key="x", seed=1).draws(50))


def test_a_farther_end_year_changes_no_nearer_digit():
    near, far = made(COVERED, end=2025), made(COVERED, end=2040)
    assert near.table.equals(far.table.head(5))
    assert near.p_met(2025, 95, ">=") == far.p_met(2025, 95, ">=")


def test_from_year_is_a_break():
    assert made(COVERED, years=YEARS, from_year=2013).n == 6


def test_a_year_given_twice_is_refused():
    with pytest.raises(ValueError, match="twice"):
        made([1.0, 2.0, 3.0], years=[2018, 2018, 2019])


def test_an_unknown_comparator_is_refused():
    with pytest.raises(ValueError, match="comparator"):
        made(COVERED).p_met(2030, 95, ">")


def test_draws_have_the_published_quantiles():
    fc = made(COVERED)
    found = np.quantile(fc.draws(20000)[:, -1], [0.025, 0.1, 0.5, 0.9, 0.975])
    line = fc.table.iloc[-1]
    stated = line[["lo95", "lo80", "point", "hi80", "hi95"]].to_numpy(float)
    assert found == pytest.approx(stated, abs=0.7)


def test_paths_of_neighbouring_years_go_together():
    paths = made(COVERED).draws(4000)
    one, next_, last = (np.corrcoef(paths[:, -1], paths[:, k])[0, 1] for k in (-2, -5, 0))
    assert one > next_ > last > 0.1


def test_walk_correlation_is_that_of_a_random_walk():
    assert walk_correlation(4, 1.0)[0].tolist() == pytest.approx([1, 2**-0.5, 3**-0.5, 0.5])


def test_attainment_agrees_with_p_met():
    fc = made(COVERED)
    years = fc.attainment(95, ">=")
    assert years["p"].sum() == pytest.approx(years["p_by"].iloc[-1])
    assert years["p_by"].is_monotonic_increasing
    # first year: met by then and met in it are the same thing
    assert years["p_by"].iloc[0] == pytest.approx(fc.p_met(2021, 95, ">="), abs=0.02)
    assert years["p_by"].iloc[-1] >= fc.p_met(2030, 95, ">=") - 0.02


@pytest.mark.parametrize(("comparator", "target"), [(">=", 95.0), ("<=", 80.0)])
def test_required_change_grows_with_the_wanted_probability(comparator, target):
    fc = made(COVERED)
    half, sure = (fc.required_change(target, comparator, p) for p in (0.5, 0.8))
    assert sure > half if comparator == ">=" else sure < half


def test_required_change_is_what_it_says():
    """Were the middle of the forecast there, P would be what was asked for."""
    fc = made(COVERED)
    change = fc.required_change(95, ">=", 0.8)
    located = fc.predictive
    moved = np.array(located.centre)
    moved[-1] = located.scale.to(fc.last_value + change * 10)
    share = 1 - type(located)(located.scale, moved, located.spread, located.tails).below(9, 94.95)
    assert came_true(float(share), CALIBRATION.probability) == pytest.approx(0.8)


def test_required_change_beyond_the_bounds_is_none():
    assert made(COVERED).required_change(120, ">=", 0.5) is None


@given(p=st.floats(0.001, 0.999))
def test_share_needed_inverts_came_true(p):
    share = share_needed(p, CALIBRATION.probability)
    assert came_true(share, CALIBRATION.probability) == pytest.approx(p)


def test_nothing_warns_on_awkward_series():
    rng = np.random.default_rng(0)
    awkward = [
        [0] * 7,
        [0, 0, 0, 0, 0, 0, 5],
        [100, 100, 99.9, 100, 100],
        [0, 100, 0, 100, 0, 100],
        [1e-9, 1e9, 1e-9, 1e9, 1.0],
        np.linspace(1, 99, 40),
        rng.normal(50, 1e-8, 9),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for values in awkward:
            for spec in (SHARE, LEVEL, SIGNED):
                fc = made(values, spec, list(range(1980, 1980 + len(values))), 2025)
                assert np.all(np.isfinite(fc.table.to_numpy(float)))
                fc.p_met(2025, 50, ">=")
                fc.draws(20)
                fc.required_change(60, ">=", 0.8)


@pytest.mark.parametrize("n", range(1, 41))
def test_every_length(n):
    values = 50 + np.random.default_rng(n).normal(size=n).cumsum()
    fc = made(values)
    assert fc.method == ("none" if n <= 2 else "drift" if n <= 4 else "pool")
    assert len(fc.table) == (0 if n <= 2 else 10)


def test_census_years_ten_apart():
    fc = made([30, 35, 42, 48, 55.0], years=[1980, 1990, 2000, 2010, 2020])
    assert 55 < fc.table["point"].iloc[-1] < 66
