"""Sampling noise: weights by counts, large samples left alone."""

from __future__ import annotations

import numpy as np
import pytest

from halfsky.evaluate.forecast import SeriesSpec, forecast
from halfsky.evaluate.forecast.noise import sampling_variance, smooth
from halfsky.evaluate.forecast.scale import choose
from halfsky.plan.calibration import load_calibration

YEARS = np.arange(2013.0, 2026.0)
WOBBLY = np.array([30, 42, 28, 39, 33, 44, 31, 43, 35, 46, 36, 47, 38.0])


def test_variance_of_a_logit_by_hand():
    scale = choose(SeriesSpec("share", 0, 100), np.array([40.0]))
    # k = 4 of n = 10: 1/4.5 + 1/6.5
    found = sampling_variance(scale, np.array([4.0]), np.array([10.0]))
    assert found[0] == pytest.approx(1 / 4.5 + 1 / 6.5)


def test_no_noise_no_change():
    assert np.array_equal(smooth(YEARS, WOBBLY, np.zeros(13)), WOBBLY)


def test_huge_samples_change_next_to_nothing():
    assert smooth(YEARS, WOBBLY / 10, np.full(13, 1e-7)) == pytest.approx(WOBBLY / 10, abs=1e-4)


def test_pure_noise_is_smoothed_to_a_line():
    rng = np.random.default_rng(5)
    z = 0.1 * YEARS + rng.normal(0, 0.3, 13)
    done = smooth(YEARS, z, np.full(13, 0.09))
    assert np.std(np.diff(done, 2)) < 0.25 * np.std(np.diff(z, 2))


def test_the_noisiest_year_gives_way_most():
    z = np.zeros(9)
    z[4] = 1.0
    years = np.arange(9.0)
    even = np.full(9, 0.1)
    doubtful = even.copy()
    doubtful[4] = 10.0
    assert smooth(years, z, doubtful)[4] < smooth(years, z, even)[4]


def _made(people, counting):
    return forecast(
        YEARS,
        WOBBLY,
        spec=SeriesSpec("share", 0, 100, 1, counting),
        end_year=2030,
        calibration=load_calibration(),
        numerators=WOBBLY * people / 100,
        denominators=np.full(13, float(people)),
        per=100,
    )


def test_a_small_sample_follows_its_last_value_less():
    small, large = _made(100, "sample"), _made(10**7, "sample")
    # the last value, 38, lies below the line: beneath the noise the series stands higher
    assert small.table["point"].iloc[0] > large.table["point"].iloc[0]


def test_a_complete_count_is_not_smoothed():
    complete, sample = _made(100, "complete"), _made(100, "sample")
    assert complete.table["point"].iloc[0] < sample.table["point"].iloc[0]
    # 100 people, 38 of them: log((38 + .5) / (62 + .5)), as counted
    assert complete.window.z[-1] == pytest.approx(np.log(38.5 / 62.5))
