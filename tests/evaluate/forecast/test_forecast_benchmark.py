"""The benchmark path: one task, one window, nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from halfsky.evaluate.forecast import SeriesSpec, benchmark, forecast
from halfsky.plan.calibration import load_calibration

CALIBRATION = load_calibration()


def series(count=4):
    rows = []
    for k in range(count):
        rng = np.random.default_rng(k)
        values = np.clip(60 + rng.normal(0.5, 2, 30).cumsum(), 0, 100).round(1)
        rows += [(f"s{k}", 1990 + i, v) for i, v in enumerate(values) if i % 11 != 3]
    return pd.DataFrame(rows, columns=["series_id", "year", "value"])


def tasks(count=4):
    rows = [
        {
            "task_id": f"t{k}{h}{d}",
            "series_id": f"s{k}",
            "indicator": f"i{k % 2}",
            "country": "A",
            "train_start": 1996,
            "train_end": 2005,
            "horizon_year": 2005 + h,
            "target": 70.0,
            "direction": d,
            "unit": "percent",
            "lower": 0.0,
            "upper": 100.0,
        }
        for k in range(count)
        for h in (3, 5, 7)
        for d in ("up", "down")
    ]
    return pd.DataFrame(rows)


def answered(t, s):
    history = benchmark.histories(s)
    parts = [benchmark.answer(w, CALIBRATION) for w in benchmark.windows(t, history)]
    return benchmark.predict(t, parts)


def test_one_row_per_task_in_the_tasks_order():
    t = tasks().sample(frac=1, random_state=1)
    p = answered(t, series())
    assert p.columns.tolist() == benchmark.PREDICTION_COLUMNS
    assert p["task_id"].tolist() == t["task_id"].tolist()
    assert p.notna().all(axis=None)


def test_each_task_alone_gets_the_same_digits():
    t, s = tasks(), series()
    together = answered(t, s).set_index("task_id")
    for name in t["task_id"].iloc[::5]:
        alone = answered(t[t["task_id"] == name], s.sample(frac=1, random_state=2))
        assert alone.set_index("task_id").loc[name].equals(together.loc[name])


def test_later_years_are_never_seen():
    t, s = tasks(), series()
    cut = s[s["year"] <= 2005]
    spoilt = s.assign(value=s["value"].where(s["year"] <= 2005, 1e6))
    assert answered(t, s).equals(answered(t, cut))
    assert answered(t, s).equals(answered(t, spoilt))


def test_reporting_columns_are_not_inputs():
    t, s = tasks(), series()
    assert answered(t.assign(ambition=99, kind="x", level="y"), s).equals(answered(t, s))


def test_it_is_the_reports_own_forecast():
    t, s = tasks(1), series(1)
    history = benchmark.histories(s)
    window = next(benchmark.windows(t, history))
    fc = forecast(
        window.years,
        window.values,
        spec=SeriesSpec("share", 0.0, 100.0, 1),
        end_year=2010,
        calibration=CALIBRATION,
    )
    row = answered(t, s).set_index("task_id").loc["t05up"]
    assert row["p_met"] == fc.p_met(2010, 70.0, ">=")
    assert row["hi95"] == fc.table["hi95"].iloc[-1]


def test_a_window_of_two_points_is_answered_widely():
    s = series()
    s = s[(s["year"] <= 1996) | (s["year"] >= 2005)]
    p = answered(tasks(), s)
    assert (p["p_met"] == 0.5).all()
    assert (p["lo95"] == 0).all()
    assert (p["hi95"] == 100).all()


@pytest.mark.parametrize(
    ("values", "digits"), [([1.0, 2.0], 0), ([1.5, 2.0], 1), ([1.25], 2), ([1 / 3], 4)]
)
def test_decimals_are_read_off_the_window(values, digits):
    assert benchmark.decimals_of(np.array(values)) == digits


def test_outcomes_by_hand():
    s = pd.DataFrame(
        {"series_id": "a", "year": [2000, 2001, 2003, 2008], "value": [10.0, 12, 16, 20]}
    )
    t = pd.DataFrame(
        [
            {
                "task_id": "x",
                "series_id": "a",
                "train_start": 2000,
                "train_end": 2003,
                "horizon_year": 2008,
                "target": 20.0,
                "direction": "up",
            }
        ]
    )
    row = benchmark.with_outcomes(t, benchmark.histories(s)).iloc[0]
    assert (row["actual"], row["met"], row["met_at_train_end"]) == (20, 1, 0)
    assert row["scale"] == 2  # 2 / 1 and 4 / 2 a year
