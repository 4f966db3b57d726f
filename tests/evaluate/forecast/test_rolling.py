"""Past forecasts against what followed, and whether they may recalibrate the stored ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from halfsky.evaluate.forecast import SeriesSpec, rolling
from halfsky.plan.calibration import load_calibration

CALIBRATION = load_calibration()
SPEC = SeriesSpec("share", 0, 100, 1)


def observations(names=("a", "b"), n=9):
    rows = []
    for k, name in enumerate(names):
        values = 50 + np.random.default_rng(k).normal(0, 2, n).cumsum()
        rows += [(name, 2012 + i, round(v, 1)) for i, v in enumerate(values)]
    return pd.DataFrame(rows, columns=["series", "year", "value"])


def rolled(frame, horizons=2):
    specs = dict.fromkeys(frame["series"], SPEC)
    return rolling.rolling_origin(frame, specs, CALIBRATION, horizons=horizons)


def test_every_origin_from_five_points_on():
    found = rolled(observations())
    one = found[found["series"] == "a"]
    # origins 2016–2019 see 5–8 points; the last has one later year left
    assert one.groupby("origin").size().to_dict() == {2016: 2, 2017: 2, 2018: 2, 2019: 1}
    assert one["n"].tolist() == [5, 5, 6, 6, 7, 7, 8]


def test_an_origin_does_not_see_what_follows():
    frame = observations()
    spoilt = frame.assign(value=frame["value"].where(frame["year"] <= 2018, 1.0))
    columns = ["point", "lo80", "hi95", "p_not_lower"]

    def early(f):
        found = rolled(f)
        return found.loc[found["origin"] <= 2018, columns]

    assert early(frame).equals(early(spoilt))


def test_tables_count_what_fell_inside():
    found = rolled(observations())
    table = rolling.coverage_table(found)
    assert table["n"].tolist() == [8, 6]
    assert table["coverage95"].iloc[0] == found.loc[found["horizon"] == 1, "inside95"].mean()
    assert rolling.reliability_table(found)["n"].sum() == len(found)


def test_few_series_cannot_recalibrate():
    check = rolling.local_check(rolled(observations()), CALIBRATION)
    assert not check.is_possible
    assert not check.is_used
    assert check.series == 2
    assert check.calibration is CALIBRATION


def _many(size):
    """Forty series of four origins whose errors are `size` times what was stored."""
    rng = np.random.default_rng(0)
    rows = [
        {
            "series": f"s{k}",
            "origin": 2016 + o,
            "method": "pool",
            "ratio": size * rng.standard_t(4),
            "log_spread": -1.0,
            "degrees": 4.0,
            "kappa80": float(stats.t.ppf(0.9, 4)),
            "kappa95": float(stats.t.ppf(0.975, 4)),
        }
        for k in range(40)
        for o in range(4)
    ]
    return pd.DataFrame(rows)


def test_enough_series_recalibrate_when_errors_are_smaller():
    check = rolling.local_check(_many(0.4), CALIBRATION)
    assert check.is_possible
    assert check.is_used
    assert check.multiplier == pytest.approx(0.4, rel=0.25)
    shift = check.calibration.pool.spread["one"] - CALIBRATION.pool.spread["one"]
    assert np.exp(shift) == pytest.approx(check.multiplier)


def test_quiet_series_do_not_narrow_the_intervals_of_restless_ones():
    frame = _many(0.2)
    restless = frame["series"].isin([f"s{k}" for k in range(0, 40, 4)])
    frame.loc[restless, "ratio"] *= 6
    check = rolling.local_check(frame, CALIBRATION)
    error = frame["ratio"].abs() / check.multiplier
    assert check.is_used
    assert (error <= frame["kappa80"]).mean() >= 0.80
    assert (error <= frame["kappa95"]).mean() >= 0.95
    likeliest = [
        rolling._log_density(frame, shift).mean() for shift in (-1.0, np.log(check.multiplier))
    ]
    assert likeliest[0] > likeliest[1], "likelihood alone would have gone further"


def test_the_stored_calibration_stays_where_the_log_score_does_not_improve(monkeypatch):
    frame = _many(1.0)
    # a fit that misleads: unseen series become less likely
    monkeypatch.setattr(rolling, "_fit_shift", lambda rows: 1.0)
    check = rolling.local_check(frame, CALIBRATION)
    assert check.is_possible
    assert not check.is_used
    assert check.log_score_local < check.log_score_stored
    assert check.calibration is CALIBRATION


def test_last_year_held_against_this_year():
    frame = observations()
    specs = dict.fromkeys(frame["series"], SPEC)
    found = rolling.last_year_check(frame, specs, CALIBRATION, year=2019)
    assert found["forecast_year"].tolist() == [2019, 2019]
    assert found["actual"].tolist() == frame.loc[frame["year"] == 2019, "value"].tolist()
    same = rolled(frame, horizons=1)
    assert found["point"].tolist() == same.loc[same["year"] == 2019, "point"].tolist()


def test_a_series_without_this_years_value_is_left_out():
    frame = observations()
    frame = frame[(frame["series"] != "b") | (frame["year"] < 2020)]
    specs = dict.fromkeys(frame["series"], SPEC)
    found = rolling.last_year_check(frame, specs, CALIBRATION, year=2020)
    assert found["series"].tolist() == ["a"]
