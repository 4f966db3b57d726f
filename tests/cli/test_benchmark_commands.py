"""halfsky benchmark and calibrate: files in, files out, bad input explained."""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
import pytest

from halfsky.cli import benchmark as command
from halfsky.plan import DataError


@pytest.fixture(autouse=True)
def _own_threads(monkeypatch):
    """The commands set the number of threads for their process; tests put it back."""
    for name in command.SINGLE_THREAD:
        monkeypatch.setenv(name, os.environ.get(name, "1"))


@pytest.fixture
def files(tmp_path):
    rows, asked = [], []
    for k in range(8):
        values = 50 + np.random.default_rng(k).normal(0.3, 2, 24).cumsum()
        rows += [(f"s{k}", 1990 + i, round(v, 1)) for i, v in enumerate(values)]
        asked += [(f"t{k}{h}", f"s{k}", f"i{k // 2}", f"c{k % 4}", 2003 + h) for h in (3, 5)]
    series = pd.DataFrame(rows, columns=["series_id", "year", "value"])
    tasks = pd.DataFrame(
        asked, columns=["task_id", "series_id", "indicator", "country", "horizon_year"]
    ).assign(train_start=1994, train_end=2003, target=55.0, direction="up", lower=0.0, upper=100.0)
    series.to_csv(tmp_path / "s.csv", index=False, encoding="utf-8")
    tasks.to_csv(tmp_path / "t.csv", index=False, encoding="utf-8")
    return tmp_path


def test_the_number_of_processes_changes_no_byte(files):
    for jobs in (1, 2):
        command.benchmark(files / "s.csv", files / "t.csv", files / f"{jobs}.csv", jobs)
    assert (files / "1.csv").read_bytes() == (files / "2.csv").read_bytes()
    answered = pd.read_csv(files / "1.csv", encoding="utf-8")
    assert answered.columns.tolist() == [
        "task_id",
        "p_met",
        "point",
        "lo80",
        "hi80",
        "lo95",
        "hi95",
    ]
    assert len(answered) == 16


def test_calibrate_stores_what_load_calibration_reads(files, monkeypatch):
    from halfsky.plan.calibration import FILE, load_calibration

    out = files / FILE
    command.calibrate(files / "s.csv", files / "t.csv", out, 1)
    monkeypatch.setenv("HALFSKY_PARAMS", str(files))
    stored = load_calibration()
    assert (stored.tasks, stored.windows, stored.indicators) == (16, 8, 4)
    assert {"brier", "ece", "coverage80", "brier_by_country"} <= set(stored.scores)


@pytest.mark.parametrize(
    ("spoil", "column"),
    [
        pytest.param(lambda t: t.drop(columns="target"), "target", id="column missing"),
        pytest.param(lambda t: t.assign(series_id="x"), "series_id", id="unknown series"),
        pytest.param(lambda t: t.assign(direction="UP"), "direction", id="unknown direction"),
        pytest.param(lambda t: t.assign(task_id="t"), "task_id", id="task repeated"),
    ],
)
def test_bad_tasks_name_their_column(files, spoil, column):
    tasks = pd.read_csv(files / "t.csv", encoding="utf-8")
    spoil(tasks).to_csv(files / "t.csv", index=False, encoding="utf-8")
    with pytest.raises(DataError) as error:
        command.benchmark(files / "s.csv", files / "t.csv", files / "p.csv", 1)
    assert column in str(error.value)
    assert not (files / "p.csv").exists()


def test_a_missing_file_is_named(files):
    with pytest.raises(DataError, match=r"no\.csv"):
        command.benchmark(files / "no.csv", files / "t.csv", files / "p.csv", 1)
