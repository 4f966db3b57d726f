"""Few events: pooled over five years, never certain, discounted history."""

from __future__ import annotations

import numpy as np
import pytest

from halfsky.evaluate.forecast import SeriesSpec, forecast
from halfsky.evaluate.forecast.counts import POOLED_YEARS, Simulated, simulate
from halfsky.plan.calibration import load_calibration

SPEC = SeriesSpec("rate", 0, None, 1, "events")
YEARS = np.arange(2013, 2026)
BIRTHS = np.full(13, 3500.0)
DEATHS = np.array([1, 0, 1, 2, 0, 1, 0, 0, 1, 0, 0, 1, 0.0])


def made(events=DEATHS, births=BIRTHS, years=YEARS, end=2030):
    return forecast(
        years,
        1e5 * events / births,
        spec=SPEC,
        end_year=end,
        calibration=load_calibration(),
        numerators=events,
        denominators=births,
        per=1e5,
        series_key="mmr",
    )


def test_it_is_the_pooled_rate_that_is_forecast():
    fc = made()
    assert fc.method == "gamma_poisson"
    # two deaths among 5 × 3,500 births
    assert fc.last_value == pytest.approx(1e5 * 2 / 17500)


def test_next_year_keeps_four_observed_years():
    # 2022–2025 hold one death (2024); 2026 adds 0, 1, …: rates k / 17,500, k >= 1
    rates = simulate(YEARS, DEATHS, BIRTHS, 1e5, 1, seed=1)[:, 0] * 17500 / 1e5
    assert rates.min() == pytest.approx(1)
    assert rates == pytest.approx(np.round(rates))


def test_five_years_on_everything_is_drawn():
    rates = simulate(YEARS, DEATHS, BIRTHS, 1e5, POOLED_YEARS, seed=1)[:, -1] * 17500 / 1e5
    assert rates.min() == 0


def test_a_row_of_zeros_is_not_certainty():
    fc = made(np.zeros(13))
    assert 0.5 < fc.p_met(2030, 12, "<=") < 0.99


def test_more_births_make_it_surer():
    steady = np.array([3, 5, 4, 2, 4, 5, 3, 4, 4, 3, 5, 4, 4.0])
    few = made(steady, BIRTHS)
    many = made(400 + 10 * (steady - 4), BIRTHS * 100)

    def width(fc):
        return float(fc.table["hi95"].iloc[-1] - fc.table["lo95"].iloc[-1])

    assert width(many) < 0.7 * width(few)


def test_p_counts_the_target_as_met_at_the_very_rate():
    fc = made()
    rate = 1e5 * 2 / 17500
    either = fc.p_met(2030, rate, "<=") + fc.p_met(2030, rate, ">=")
    assert either > 1.02  # P(exactly two deaths) is counted on both sides


def test_p_is_monotone_and_deterministic():
    fc, again = made(), made()
    p = [fc.p_met(2030, c, "<=") for c in (0, 5, 12, 30, 100)]
    assert p == sorted(p)
    assert p == [again.p_met(2030, c, "<=") for c in (0, 5, 12, 30, 100)]
    assert fc.table.equals(again.table)


def test_a_steady_fall_is_carried_on_but_shrunk():
    falling = np.round(400 * 0.93 ** np.arange(13))
    level = made(np.full(13, 165.0), BIRTHS * 10).table["point"].iloc[-1]
    fallen = made(falling, BIRTHS * 10)
    assert fallen.table["point"].iloc[-1] < fallen.last_value
    assert level == pytest.approx(1e5 * 165 / 35000, rel=0.1)


def test_missing_counts_fall_back_to_the_pool():
    events = DEATHS.copy()
    events[3] = np.nan
    values = 1e5 * DEATHS / BIRTHS
    fc = forecast(
        YEARS,
        values,
        spec=SPEC,
        end_year=2030,
        calibration=load_calibration(),
        numerators=events,
        denominators=BIRTHS,
        per=1e5,
    )
    assert fc.method == "pool"


def test_quantile_and_below_by_hand():
    known = Simulated(np.array([[0.0], [1.0], [1.0], [2.0]]))
    assert known.below(0, 1.0) == 0.75
    assert known.below(0, 0.99) == 0.25
    assert known.quantile(0, [0.25, 0.26, 0.75, 0.76]).tolist() == [0, 1, 1, 2]
    # doubling all rates puts the upper quarter's edge 1 at 2: middle 1 becomes 2
    assert known.shifted(0, 2.0, 0.25) == 2.0


def test_shift_out_of_nothing_is_none():
    assert Simulated(np.zeros((4, 1))).shifted(0, 1.0, 0.5) is None
