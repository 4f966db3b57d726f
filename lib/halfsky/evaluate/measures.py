"""What became of the plan's measures? Status, start, money, people, and what stands out.

Source: docs/method.md section 7; limits in params/thresholds.yaml.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from halfsky.evaluate.frames import records
from halfsky.plan.models import Measure, Plan
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import MeasureFinding, Progress, Status

COLUMNS: dict[str, str] = {
    **dict.fromkeys(["measure", "domain", "title", "department", "goals", "status"], "object"),
    **dict.fromkeys(["status_year", "started_year"], "Int64"),
    **dict.fromkeys(["money_wan", "people", "person_times"], "float64"),
    "people_year": "Int64",
    **dict.fromkeys(["departments_reporting", "finding"], "object"),
}
RETURNS: dict[str, str] = {
    **dict.fromkeys(["region", "measure", "department"], "object"),
    "year": "int64",
    **dict.fromkeys(["status", "started"], "object"),
    **dict.fromkeys(["money_wan", "people"], "float64"),
    "note": "object",
}


Return = dict[str, Any]  # a row of RETURNS


class Moved(NamedTuple):
    """Whether one target came δ closer, and whether it is unmet."""

    has_moved: bool
    is_unmet: bool


def no_returns() -> pd.DataFrame:
    """Returns of a region that filed none, in the columns of data.load_measures."""
    return pd.DataFrame(columns=list(RETURNS)).astype(RETURNS)


def no_measures() -> pd.DataFrame:
    """COLUMNS without a row: a reference region carries out no measure of this plan."""
    return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)


def progress(
    plan: Plan,
    returns: pd.DataFrame,
    year: int,
    thresholds: Thresholds,
    targets: pd.DataFrame,
) -> pd.DataFrame:
    """Where each measure of the plan stands, by the departments' returns.

    Args:
        returns: as data.load_measures gives them; rows after `year` are ignored.
        targets: judged targets (completion.facts with status).

    Returns:
        COLUMNS, one row per measure in the plan's order. department: the proposed lead. goals:
        tuple of the goals served. status (plan.vocabulary.Progress): of each department its
        newest return; 完成 or 未启动 where all of them say so, else 推进中; 未填报 where there is
        none, or only an unfinished one older than status.stale_lag years. status_year: of the
        newest return. started_year: the earliest start that the departments' newest returns
        give. money_wan: all years and departments added up, 10,000 yuan (returns are of a
        single year). people: of the newest year that has them, over departments, because the
        same people may be reached every year; people_year: that year. person_times: people of
        all years added up. departments_reporting:
        tuple of those that filed. finding: plan.vocabulary.MeasureFinding, "" where nothing
        stands out.
    """
    known: dict[str, list[Return]] = {}
    for one in records(returns.sort_values("year", kind="stable")):
        if one["year"] <= year:
            known.setdefault(one["measure"], []).append(one)
    moved = _moved(targets)
    rows = [
        _row(measure, plan, known.get(measure.id, []), year, thresholds, moved)
        for measure in plan.measures.values()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _row(
    measure: Measure,
    plan: Plan,
    filed: list[Return],
    year: int,
    thresholds: Thresholds,
    moved: dict[str, list[Moved]],
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "measure": measure.id,
        "domain": measure.domain,
        "title": measure.title,
        "department": plan.duties.measures[measure.id].lead,
        "goals": measure.serves,
        "status": Progress.MISSING,
        "departments_reporting": (),
        "finding": MeasureFinding.NOT_REPORTED,
    }
    if not filed:
        return row
    newest = {one["department"]: one for one in filed}  # by year, so that the last one stands
    status, status_year = _status(newest.values()), max(one["year"] for one in newest.values())
    starts = [int(one["started"][:4]) for one in newest.values() if one["started"]]
    people_year = max((one["year"] for one in filed if not pd.isna(one["people"])), default=None)
    row |= {
        "status_year": status_year,
        "started_year": min(starts, default=None),
        "money_wan": _sum(one["money_wan"] for one in filed),
        "people": _sum(one["people"] for one in filed if one["year"] == people_year),
        "people_year": people_year,
        "person_times": _sum(one["people"] for one in filed),
        "departments_reporting": tuple(sorted(newest)),
    }
    if status != Progress.DONE and year - status_year > thresholds.status.stale_lag:
        return row
    row["status"] = status
    row["finding"] = _finding(row, plan, year, thresholds, moved)
    return row


def _sum(amounts: Iterable[float]) -> float:
    """Of the known amounts; NaN where none is known: nothing filed is not nothing done."""
    values = np.array(list(amounts), float)
    return math.nan if np.isnan(values).all() else float(np.nansum(values))


def _status(newest: Iterable[Return]) -> Progress:
    filed = {one["status"] for one in newest}
    return Progress(filed.pop()) if len(filed) == 1 else Progress.RUNNING


def _finding(
    row: dict[str, Any],
    plan: Plan,
    year: int,
    thresholds: Thresholds,
    moved: dict[str, list[Moved]],
) -> MeasureFinding:
    rules, started = thresholds.measures, row["started_year"]
    if row["status"] == Progress.NOT_BEGUN:
        return MeasureFinding.NEVER_BEGUN
    ran_long = started is not None and year - started >= rules.result_after_years
    served = [one for goal in row["goals"] for one in moved.get(goal, ())]
    without = any(one.is_unmet for one in served) and not any(one.has_moved for one in served)
    if without and (row["status"] == Progress.DONE or ran_long):
        return MeasureFinding.WITHOUT_RESULT
    if started is not None and started - plan.info.start_year > rules.late_after_years:
        return MeasureFinding.BEGUN_LATE
    return MeasureFinding.NOTHING


def _moved(targets: pd.DataFrame) -> dict[str, list[Moved]]:
    """Has each target moved by δ towards what it asks for, since the baseline?

    Returns:
        By goal; targets whose value, baseline or δ is unknown are left out.
    """
    moved: dict[str, list[Moved]] = {}
    for row in records(targets):
        if any(pd.isna(row[name]) for name in ("value", "baseline", "delta", "comparator")):
            continue
        has_moved = improvement(row, row["baseline"], row["value"]) >= row["delta"]
        moved.setdefault(row["goal"], []).append(Moved(has_moved, row["status"] == Status.UNMET))
    return moved


def improvement(row: dict[str, Any], before: float, after: float) -> float:
    """How far a target's value went the right way, own unit; negative: the wrong way."""
    if row["comparator"] == "within":
        return abs(before - row["threshold"]) - abs(after - row["threshold"])
    return after - before if row["comparator"] == ">=" else before - after
