"""Past forecasts against what followed, and whether they may recalibrate the stored ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from builders import yearly_figures
from halfsky.evaluate.forecast import SeriesSpec, rolling
from halfsky.evaluate.results import RolledForecast
from halfsky.plan.calibration import load_calibration

CALIBRATION = load_calibration()
SPEC = SeriesSpec("share", 0, 100, 1)


def observations(names=("a", "b"), n=9):
    made = {}
    for k, name in enumerate(names):
        values = 50 + np.random.default_rng(k).normal(0, 2, n).cumsum()
        made[name] = yearly_figures({2012 + i: round(v, 1) for i, v in enumerate(values)})
    return made


def rolled(series, horizons=2):
    specs = dict.fromkeys(series, SPEC)
    return rolling.rolling_origin(series, specs, CALIBRATION, horizons=horizons).df


def test_every_origin_from_five_points_on():
    found = rolled(observations())
    one = found[found["series"] == "a"]
    # origins 2016–2019 see 5–8 points; the last has one later year left
    assert one.groupby("origin").size().to_dict() == {2016: 2, 2017: 2, 2018: 2, 2019: 1}
    assert one["n"].tolist() == [5, 5, 6, 6, 7, 7, 8]


def test_an_origin_does_not_see_what_follows():
    series = observations()
    spoilt = {
        name: replace(own, value=np.where(own.years <= 2018, own.value, 1.0))
        for name, own in series.items()
    }
    columns = ["point", "lo80", "hi95", "p_not_lower"]

    def early(of):
        found = rolled(of)
        return found.loc[found["origin"] <= 2018, columns]

    assert early(series).equals(early(spoilt))


def test_tables_count_what_fell_inside():
    found = rolling.rolling_origin(observations(), {"a": SPEC, "b": SPEC}, CALIBRATION, horizons=2)
    table = rolling.coverage(found)
    assert [(row.horizon, row.series, row.n) for row in table] == [(1, 2, 8), (2, 2, 6)]
    near = [one for one in found if one.horizon == 1]
    assert table[0].coverage95 == sum(one.inside95 for one in near) / 8
    assert table[0].coverage80 == sum(one.inside80 for one in near) / 8
    assert sum(row.n for row in rolling.reliability_bins(found)) == len(found)


def test_errors_twice_as_large_hold_what_lay_within_twice_the_width():
    one = _past("s", 2016, ratio=-1.5, kappa80=1.0, kappa95=2.0)
    found = rolling.rescaled([one], 2.0)[0]
    assert (found.inside80, found.inside95) == (True, True), "1.5/2 <= 1 <= 2"
    found = rolling.rescaled([one], 0.5)[0]
    assert (found.inside80, found.inside95) == (False, False), "1.5/0.5 = 3 > 2"
    found = rolling.rescaled([one], 1.0)[0]
    assert (found.inside80, found.inside95) == (False, True), "1 < 1.5 <= 2"


def test_few_series_cannot_recalibrate():
    series = observations()
    found = rolling.rolling_origin(series, dict.fromkeys(series, SPEC), CALIBRATION)
    check = rolling.local_check(found, CALIBRATION)
    assert not check.is_possible
    assert not check.is_used
    assert check.series == 2
    assert check.calibration is CALIBRATION


def _many(size):
    """Forty series of four origins whose errors are `size` times what was stored."""
    rng = np.random.default_rng(0)
    kappas = {"kappa80": float(stats.t.ppf(0.9, 4)), "kappa95": float(stats.t.ppf(0.975, 4))}
    return [
        _past(f"s{k}", 2016 + o, ratio=size * rng.standard_t(4), **kappas)
        for k in range(40)
        for o in range(4)
    ]


def _past(series, origin, **changes):
    numbers = dict.fromkeys(("actual", "point", "lo80", "hi80", "lo95", "hi95"), 50.0)
    fate = {"inside80": True, "inside95": True, "p_not_lower": 0.5, "not_lower": True}
    size = {"log_spread": -1.0, "degrees": 4.0}
    return RolledForecast(
        series=series, origin=origin, year=origin + 1, horizon=1, n=5, method="pool",
        **(numbers | fate | size | changes),
    )  # fmt: skip


def test_enough_series_recalibrate_when_errors_are_smaller():
    check = rolling.local_check(_many(0.4), CALIBRATION)
    assert check.is_possible
    assert check.is_used
    assert check.multiplier == pytest.approx(0.4, rel=0.25)
    shift = check.calibration.pool.spread["one"] - CALIBRATION.pool.spread["one"]
    assert np.exp(shift) == pytest.approx(check.multiplier)


def test_quiet_series_do_not_narrow_the_intervals_of_restless_ones():
    restless = {f"s{k}" for k in range(0, 40, 4)}
    past = [
        replace(one, ratio=one.ratio * (6 if one.series in restless else 1)) for one in _many(0.2)
    ]
    check = rolling.local_check(past, CALIBRATION)
    assert check.is_used
    held = rolling.rescaled(past, check.multiplier)
    assert rolling.share_inside(held, 80) >= 0.80
    assert rolling.share_inside(held, 95) >= 0.95
    errors = rolling._Errors.of(past)
    likeliest = [errors.log_density(shift).mean() for shift in (-1.0, np.log(check.multiplier))]
    assert likeliest[0] > likeliest[1], "likelihood alone would have gone further"


def test_the_stored_calibration_stays_where_the_log_score_does_not_improve(monkeypatch):
    # a fit that misleads: unseen series become less likely
    monkeypatch.setattr(rolling._Errors, "best_shift", lambda errors: 1.0)
    check = rolling.local_check(_many(1.0), CALIBRATION)
    assert check.is_possible
    assert not check.is_used
    assert check.log_score_local < check.log_score_stored
    assert check.calibration is CALIBRATION
