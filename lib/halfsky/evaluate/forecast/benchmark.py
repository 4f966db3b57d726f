"""How well do the forecasts do where the outcome is known? The plan-target benchmark.

Files as docs/forecast.md describes them: series (series_id, year, value) and tasks. Each task
is answered by forecast() from its own window and from nothing else: not from other tasks, not
from years after train_end, and not from the columns ambition, kind and level.
Source: docs/method.md section 3.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from halfsky.evaluate.forecast.learn import HORIZONS, Asked, Past
from halfsky.evaluate.forecast.predict import Forecast, finish, forecast, prepare
from halfsky.evaluate.forecast.scale import Array, SeriesSpec
from halfsky.plan.calibration import Calibration

PREDICTION_COLUMNS = ["task_id", "p_met", "point", "lo80", "hi80", "lo95", "hi95"]
SERIES_COLUMNS = ("series_id", "year", "value")
TASK_COLUMNS = (
    "task_id",
    "series_id",
    "train_start",
    "train_end",
    "horizon_year",
    "target",
    "direction",
)
MOST_DECIMALS = 4
COMPARATOR = {"up": ">=", "down": "<="}
KINDS = {"percent": "share", "ratio": "ratio", "positive": "level"}


@dataclass(frozen=True)
class WindowTasks:
    """All tasks on one training window. key: series, first and last year of the window."""

    key: tuple[str, int, int]
    years: Array
    values: Array
    spec: SeriesSpec
    tasks: pd.DataFrame


def decimals_of(values: Array) -> int:
    """Digits after the point that the window itself shows, at most four."""
    for digits in range(MOST_DECIMALS):
        if np.allclose(np.round(values, digits), values, rtol=0, atol=1e-9):
            return digits
    return MOST_DECIMALS


def spec_of(task: pd.Series, values: Array) -> SeriesSpec:
    """Bounds from the task's row (lower, upper, unit as far as the file has them)."""
    lower, upper = _number(task.get("lower")), _number(task.get("upper"))
    kind = KINDS.get(str(task.get("unit", "")), "level")
    return SeriesSpec(kind, lower, upper, decimals_of(values))


def _number(value: object) -> float | None:
    number = float("nan") if value is None else float(str(value))
    return None if math.isnan(number) else number


def histories(series: pd.DataFrame) -> dict[str, tuple[Array, Array]]:
    """Years and values of each series, ascending; rows without a value are left out."""
    kept = series.dropna(subset=["value"]).sort_values(["series_id", "year"], kind="stable")
    return {
        str(name): (part["year"].to_numpy(float), part["value"].to_numpy(float))
        for name, part in kept.groupby("series_id", sort=False)
    }


def windows(tasks: pd.DataFrame, history: dict[str, tuple[Array, Array]]) -> Iterator[WindowTasks]:
    """Training windows with their tasks, cut at train_end, sorted by key."""
    for key, part in tasks.groupby(["series_id", "train_start", "train_end"], sort=True):
        name, first, last = str(key[0]), int(str(key[1])), int(str(key[2]))
        years, values = history[name]
        inside = (years >= first) & (years <= last)
        spec = spec_of(part.iloc[0], values[inside])
        yield WindowTasks((name, first, last), years[inside], values[inside], spec, part)


def answer(window: WindowTasks, calibration: Calibration) -> pd.DataFrame:
    """Predictions of one window's tasks: PREDICTION_COLUMNS."""
    fc = forecast(
        window.years,
        window.values,
        spec=window.spec,
        end_year=int(window.tasks["horizon_year"].max()),
        calibration=calibration,
        series_key=window.key[0],
    )
    return rows_of(window, fc)


def rows_of(window: WindowTasks, fc: Forecast) -> pd.DataFrame:
    """PREDICTION_COLUMNS of a window's tasks from its forecast."""
    rows = [_row(task, fc, window) for task in window.tasks.to_dict("records")]
    return pd.DataFrame(rows, columns=PREDICTION_COLUMNS)


def _row(task: Mapping[Hashable, Any], fc: Forecast, window: WindowTasks) -> dict[str, object]:
    year, target = int(task["horizon_year"]), float(task["target"])
    p = fc.p_met(year, target, COMPARATOR[task["direction"]])
    if p is not None:
        line = fc.table[fc.table["year"] == year]
        numbers = {name: float(line[name].iloc[0]) for name in PREDICTION_COLUMNS[2:]}
        return {"task_id": task["task_id"], "p_met": p, **numbers}
    # Fewer than three values: no forecast is made. The file wants a row all the same, so it
    # says what is known: the last value, with the widest honest interval there is.
    value = float(window.values[-1]) if len(window.values) else target
    reach = max(abs(value), 1.0)
    low = window.spec.lower if window.spec.lower is not None else value - reach
    high = window.spec.upper if window.spec.upper is not None else value + reach
    wide = {"point": value, "lo80": low, "hi80": high, "lo95": low, "hi95": high}
    return {"task_id": task["task_id"], "p_met": 0.5, **wide}


def predict(tasks: pd.DataFrame, answers: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """One row per task in the order of the tasks, from the windows' answers."""
    parts = list(answers)
    found = (
        pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=PREDICTION_COLUMNS)
    )
    return found.set_index("task_id").loc[tasks["task_id"]].reset_index()[PREDICTION_COLUMNS]


def pasts(tasks: pd.DataFrame, history: dict[str, tuple[Array, Array]]) -> Sequence[Past]:
    """Windows with what followed them, for learning."""
    out = []
    for window in windows(tasks, history):
        years, values = history[window.key[0]]
        last = window.key[2]
        later = np.full(HORIZONS, np.nan)
        ahead = (years > last) & (years <= last + HORIZONS)
        later[(years[ahead] - last - 1).astype(int)] = values[ahead]
        indicator = str(window.tasks["indicator"].iloc[0])
        out.append(Past(window.years, window.values, later, window.spec, indicator))
    return out


def with_outcomes(tasks: pd.DataFrame, history: dict[str, tuple[Array, Array]]) -> pd.DataFrame:
    """Tasks with what happened: actual, met (0/1), met_at_train_end, scale, key, comparator.

    scale: mean absolute yearly change in the window, at least 0.1 % of its level, so that a
    quiet window does not blow a scaled error up. key: tasks that share a forecast.
    """
    rows = []
    for window in windows(tasks, history):
        years, values = history[window.key[0]]
        known = dict(zip(years, values, strict=True))
        yearly = np.abs(np.diff(window.values)) / np.diff(window.years)
        size = max(float(yearly.mean()), 0.001 * float(np.abs(window.values).mean()))
        part = window.tasks.assign(
            actual=[known[year] for year in window.tasks["horizon_year"]],
            last=float(window.values[-1]),
            scale=size,
        )
        rows.append(part)
    out = pd.concat(rows)
    up = out["direction"] == "up"
    met = np.where(up, out["actual"] >= out["target"], out["actual"] <= out["target"])
    before = np.where(up, out["last"] >= out["target"], out["last"] <= out["target"])
    key = out[["series_id", "train_start", "train_end", "horizon_year"]].astype(str)
    return out.drop(columns="last").assign(
        met=met.astype(int),
        met_at_train_end=before.astype(int),
        comparator=out["direction"].map(COMPARATOR),
        key=key.agg("|".join, axis=1),
    )


def asked(
    tasks: pd.DataFrame, history: dict[str, tuple[Array, Array]], by: str = "indicator"
) -> Sequence[Asked]:
    """Prepared windows with their answered tasks, for learning; tasks: from with_outcomes."""
    out = []
    for window in windows(tasks, history):
        horizon = int(window.tasks["horizon_year"].max()) - window.key[2]
        ready = prepare(window.years, window.values, window.spec, horizon)
        group = str(window.tasks[by].iloc[0])
        out.append(Asked(ready, window.values, window.spec, group, window.tasks))
    return out


def regrouped(rows: pd.DataFrame, groups: Sequence[str]) -> pd.DataFrame:
    """Error rows with the group of their window (column `window`) replaced."""
    return rows.assign(group=np.asarray(groups)[rows["window"].to_numpy(int)])


def answer_out_of_fold(
    answered: pd.DataFrame, asked_windows: Sequence[Asked], calibrations: Sequence[Calibration]
) -> pd.DataFrame:
    """Tasks with outcomes and the predictions of calibrations that never saw their group.

    answered: with_outcomes. calibrations: learn.cross_fit, one per asked window.
    """
    parts = []
    for window, calibration in zip(asked_windows, calibrations, strict=True):
        fc = finish(window.prepared, window.values, window.spec, calibration)
        first = window.tasks.iloc[0]
        key = (str(first["series_id"]), int(first["train_start"]), int(first["train_end"]))
        years = window.prepared.window.years
        parts.append(rows_of(WindowTasks(key, years, window.values, window.spec, window.tasks), fc))
    return answered.merge(pd.concat(parts), on="task_id", validate="one_to_one")
