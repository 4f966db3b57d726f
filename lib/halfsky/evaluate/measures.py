"""What became of the plan's measures? Status, start, money, people, and what stands out.

Source: docs/method.md section 7; limits in params/thresholds.yaml.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from halfsky.evaluate.frames import by_key, records
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
    known = by_key(returns[returns["year"] <= year].sort_values("year", kind="stable"), "measure")
    moved = _moved(targets)
    rows = [
        _row(measure, plan, known.get(measure.id), year, thresholds, moved)
        for measure in plan.measures.values()
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _row(
    measure: Measure,
    plan: Plan,
    filed: pd.DataFrame | None,
    year: int,
    thresholds: Thresholds,
    moved: pd.DataFrame,
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
    if filed is None:
        return row
    newest = filed.drop_duplicates("department", keep="last")
    status, status_year = _status(newest), int(newest["year"].max())
    starts = [int(text[:4]) for text in newest["started"] if text]
    counted = filed[filed["people"].notna()]
    people_year = counted["year"].max()
    row |= {
        "status_year": status_year,
        "started_year": min(starts, default=None),
        "money_wan": filed["money_wan"].sum(min_count=1),
        "people": counted.loc[counted["year"] == people_year, "people"].sum(min_count=1),
        "people_year": people_year,
        "person_times": filed["people"].sum(min_count=1),
        "departments_reporting": tuple(sorted(set(filed["department"]))),
    }
    if status != Progress.DONE and year - status_year > thresholds.status.stale_lag:
        return row
    row["status"] = status
    row["finding"] = _finding(row, plan, year, thresholds, moved)
    return row


def _status(newest: pd.DataFrame) -> Progress:
    said = set(newest["status"])
    return Progress(said.pop()) if len(said) == 1 else Progress.RUNNING


def _finding(
    row: dict[str, Any], plan: Plan, year: int, thresholds: Thresholds, moved: pd.DataFrame
) -> str:
    rules, started = thresholds.measures, row["started_year"]
    if row["status"] == Progress.NOT_BEGUN:
        return MeasureFinding.NEVER_BEGUN
    ran_long = started is not None and year - started >= rules.result_after_years
    served = moved[moved["goal"].isin(row["goals"])]
    without = bool(len(served)) and not served["has_moved"].any() and served["is_unmet"].any()
    if without and (row["status"] == Progress.DONE or ran_long):
        return MeasureFinding.WITHOUT_RESULT
    if started is not None and started - plan.info.start_year > rules.late_after_years:
        return MeasureFinding.BEGUN_LATE
    return MeasureFinding.NOTHING


def _moved(targets: pd.DataFrame) -> pd.DataFrame:
    """Has each target moved by δ towards what it asks for, since the baseline?

    Returns:
        goal, has_moved, is_unmet; targets whose value, baseline or δ is unknown are left out.
    """
    rows = []
    for row in records(targets):
        if any(pd.isna(row[name]) for name in ("value", "baseline", "delta", "comparator")):
            continue
        rows.append(
            {
                "goal": row["goal"],
                "has_moved": improvement(row, row["baseline"], row["value"]) >= row["delta"],
                "is_unmet": row["status"] == Status.UNMET,
            }
        )
    return pd.DataFrame(rows, columns=["goal", "has_moved", "is_unmet"])


def improvement(row: dict[str, Any], before: float, after: float) -> float:
    """How far a target's value went the right way, own unit; negative: the wrong way."""
    if row["comparator"] == "within":
        return abs(before - row["threshold"]) - abs(after - row["threshold"])
    return after - before if row["comparator"] == ">=" else before - after
