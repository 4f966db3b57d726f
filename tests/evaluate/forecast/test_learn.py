"""Learning: known truths are found again, folds share no group."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from halfsky.evaluate.forecast import benchmark, learn
from halfsky.evaluate.forecast.spread import SPREAD_FEATURES
from halfsky.plan.calibration import load_calibration


def rows(n=6000, degrees=4.0):
    """Errors drawn from a known model: log size = .5 + .8 volatility + .5 horizon."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(n, len(SPREAD_FEATURES))), columns=[*SPREAD_FEATURES])
    frame["one"] = 1.0
    size = np.exp(0.5 + 0.8 * frame["volatility"] + 0.5 * frame["horizon"])
    frame["error"] = size * rng.standard_t(degrees, n)
    frame["indicator"] = frame["group"] = rng.choice([f"i{k}" for k in range(20)], n)
    return frame


def test_spread_and_degrees_are_found_again():
    found = learn.fit_errors(rows())
    assert found.degrees == pytest.approx(4, abs=0.7)
    expected = {"one": 0.5, "volatility": 0.8, "horizon": 0.5, "length": 0.0}
    assert {k: found.spread[k] for k in expected} == pytest.approx(expected, abs=0.06)


def test_multipliers_are_the_quantiles_of_t():
    found = learn.fit_errors(rows(degrees=4.0))
    # t with 4 degrees: 1.533 and 2.776
    assert np.exp(found.kappa80["one"]) == pytest.approx(1.533, abs=0.1)
    assert np.exp(found.kappa95["one"]) == pytest.approx(2.776, abs=0.25)


def test_probability_map_is_found_again_and_rises():
    rng = np.random.default_rng(2)
    share = rng.uniform(0.01, 0.99, 20000)
    logit = np.log(share / (1 - share))
    met = rng.uniform(size=20000) < 1 / (1 + np.exp(-(0.3 + 0.8 * logit)))
    found = learn.fit_probability(share, met)
    assert (found.intercept, found.slope) == pytest.approx((0.3, 0.8), abs=0.06)


def test_probability_never_falls_even_where_shares_mislead():
    share = np.linspace(0.05, 0.95, 200)
    assert learn.fit_probability(share, share < 0.5).slope > 0


def test_folds_keep_groups_whole_and_do_not_hang_on_row_order():
    groups = pd.Series([f"g{k % 9}" for k in range(90)])
    fold = learn.fold_of(groups, 4)
    assert pd.DataFrame({"g": groups, "f": fold}).groupby("g")["f"].nunique().max() == 1
    assert set(fold) == {0, 1, 2, 3}
    shuffled = groups.sample(frac=1, random_state=0)
    assert np.array_equal(learn.fold_of(shuffled, 4), fold[shuffled.index])


def _world():
    record = []
    for k in range(8):
        rng = np.random.default_rng(k)
        values = np.clip(50 + rng.normal(0.3, 2, 24).cumsum(), 1, 99).round(1)
        record += [(f"s{k}", f"i{k // 2}", 1990 + i, v) for i, v in enumerate(values)]
    series = pd.DataFrame(record, columns=["series_id", "indicator", "year", "value"])
    first = series.groupby("series_id").first().reset_index()
    tasks = first[["series_id", "indicator"]].assign(
        task_id=first["series_id"],
        train_start=1994,
        train_end=2003,
        horizon_year=2008,
        target=55.0,
        direction="up",
        unit="percent",
        lower=0.0,
        upper=100.0,
    )
    history = benchmark.histories(series)
    return benchmark.with_outcomes(tasks, history), history


def test_errors_are_outcome_minus_the_forecasts_centre():
    answered, history = _world()
    past = benchmark.pasts(answered, history)[0]
    found = learn.error_rows(past)
    assert found["horizon_years"].tolist() == list(range(1, learn.HORIZONS + 1))
    assert len(learn.error_rows(past, last=3)["n"].unique()) == 1
    assert learn.error_rows(past, last=3)["n"].iloc[0] == 3


def test_cross_fit_never_learns_from_the_group_it_answers():
    answered, history = _world()
    frame = load_calibration()
    windows = benchmark.asked(answered, history)
    pairs = [learn.all_rows(past) for past in benchmark.pasts(answered, history)]
    whole = pd.concat([w for w, _ in pairs], ignore_index=True)
    short = pd.concat([s for _, s in pairs], ignore_index=True)
    fitted = learn.cross_fit(whole, short, windows, frame, folds=4)
    # spoiling one group's own errors leaves the calibration it is answered with untouched
    spoilt = whole.assign(error=whole["error"].where(whole["group"] != "i0", 99.0))
    again = learn.cross_fit(spoilt, short, windows, frame, folds=4)
    for window, one, two in zip(windows, fitted, again, strict=True):
        assert (one.pool == two.pool) is (window.group == "i0")
    result = benchmark.answer_out_of_fold(answered, windows, fitted)
    assert result["p_met"].between(0, 1).all()
