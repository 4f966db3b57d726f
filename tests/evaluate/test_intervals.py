"""Intervals of few events, against closed forms: of 0 or 1 an exact bound is a logarithm."""

from __future__ import annotations

import math

import pytest

from halfsky.evaluate.intervals import (
    gamma_poisson,
    is_known,
    probability_rate_at_most,
    rate_interval,
    share_interval,
)


@pytest.mark.parametrize(
    ("events", "level", "low", "high"),
    [
        # P(0 | λ) = e^−λ: the upper bound of none is −ln(α/2), the lower of one −ln(1 − α/2).
        pytest.param(0, 0.95, 0, -math.log(0.025), id="none, 95 %: 0 and 3.69"),
        pytest.param(0, 0.80, 0, -math.log(0.10), id="none, 80 %: 0 and 2.30"),
        pytest.param(1, 0.95, -math.log(0.975), 5.5716, id="one, 95 %: 0.025 and 5.57"),
        pytest.param(1, 0.80, -math.log(0.90), 3.8897, id="one, 80 %: 0.105 and 3.89"),
        pytest.param(10, 0.95, 4.7954, 18.3904, id="ten, 95 %: Garwood's table"),
    ],
)
def test_exact_bounds_of_a_rate(events: int, level: float, low: float, high: float) -> None:
    found = rate_interval(events, 1, 1, level)
    assert found == pytest.approx((low, high), rel=1e-4)
    # In 3,500 births and per 100,000 each bound is 100000/3500 times as large.
    scaled = rate_interval(events, 3500, 100_000, level)
    assert scaled == pytest.approx([bound * 100_000 / 3500 for bound in found])


def test_exact_bounds_of_a_share() -> None:
    # None of 10: (1 − p)^10 = α/2; ten of ten: p^10 = α/2.
    edge = 0.025**0.1
    assert share_interval(0, 10, 100, 0.95) == pytest.approx((0, 100 * (1 - edge)))
    assert share_interval(10, 10, 100, 0.95) == pytest.approx((100 * edge, 100))
    assert share_interval(0, 10, 1, 0.80)[1] == pytest.approx(1 - 0.1**0.1)


def test_another_method_is_another_interval() -> None:
    # Wilson, 5 of 10: 0.5 ± z/(1 + z²/10) √(0.25/10 + z²/400), z = 1.959964.
    half = 1.959964 / 1.3841459 * math.sqrt(0.025 + 3.841459 / 400)
    found = share_interval(5, 10, 1, 0.95, method="wilson")
    assert found == pytest.approx((0.5 - half, 0.5 + half), rel=1e-5)
    assert found != pytest.approx(share_interval(5, 10, 1, 0.95), rel=1e-3)


def test_the_posterior_of_a_rate_adds_events_and_exposure_to_its_prior() -> None:
    # Gamma(2 + 3, 1000 + 4000): mean 5/5000.
    assert gamma_poisson(3, 4000, 100_000, 0.8, 2, 1000)["mean"] == pytest.approx(100)
    # Gamma(1 + 0, 5000) is exponential: its quantile q is −ln(1 − q)/5000.
    found = gamma_poisson(0, 4000, 100_000, 0.8, 1, 1000)
    assert found["low"] == pytest.approx(-math.log(0.9) * 20)
    assert found["high"] == pytest.approx(-math.log(0.1) * 20)


def test_the_probability_of_a_rate_at_most() -> None:
    # Exponential with 5000: half lies below ln 2/5000. Gamma(2, 5000) at 1/5000: 1 − 2/e.
    most = probability_rate_at_most(20 * math.log(2), 0, 4000, 100_000, 1, 1000)
    assert most == pytest.approx(0.5)
    assert probability_rate_at_most(20, 1, 4000, 100_000, 1, 1000) == pytest.approx(1 - 2 / math.e)


def test_a_zero_is_known_and_a_gap_is_not() -> None:
    assert is_known(0.0)
    assert not is_known(None)
    assert not is_known(math.nan)
