"""results.json: the evaluation as data, for machines and for the portal.

Unknown is null, never 0 or "". Numbers keep six significant digits, so that the same figures
come out on every platform.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from halfsky.evaluate.expected import count_statuses
from halfsky.report.sections.measures import measures_record
from halfsky.report.sections.warnings import register_record, subjects
from halfsky.report.text.words import Words, rows
from halfsky.report.view import View

SCHEMA = 1
MIME = "application/vnd.halfsky.results+json"


def results(view: View) -> dict[str, Any]:
    """The record of one view: every goal of it, whatever is missing."""
    words = Words.of_view(view)
    by_goal: dict[str, list[dict[str, Any]]] = {}
    for row in rows(view.df.targets):
        by_goal.setdefault(row["goal"], []).append(_target(row, words.rule(row), view))
    about = subjects(view)
    warnings = [
        {
            "goal": w.goal,
            "target": w.target,
            "family": w.family,
            "severity": w.severity,
            "rule": words.warning(w, about(w)),
            "rule_id": w.rule,
            "indicator": w.indicator,
            "threshold": _number(w.threshold),
            "inputs": {key: _number(value) for key, value in w.inputs.items()},
            "department": None if view.is_reference else w.department,
            "since": w.since,
        }
        for w in view.warnings
    ]
    goals = [
        {
            "id": row["goal"],
            "status": row["status"],
            "outlook": row["outlook"],
            "data": row["data"],
            "p": _number(row["p"]),
            "weakest": row["weakest"],
            "targets": by_goal[row["goal"]],
        }
        for row in rows(view.df.goals)
    ]
    phase = None if view.is_reference else view.plan.phase(view.year)
    suppressed = view.assessment.suppressed
    return {
        "schema": SCHEMA,
        "region": view.region.id,
        "role": view.region.role,
        "year": view.year,
        "phase": phase,
        "plan": view.plan.id,
        "goals": goals,
        "warnings": warnings,
        "register": register_record(view),
        "countermeasures": _countermeasures(view),
        **measures_record(view),
        "rates": count_statuses(view.df.goals),
        "public": view.is_public,
        "withheld": None if suppressed is None else len(suppressed),
    }


def _countermeasures(view: View) -> list[dict[str, Any]]:
    """What is asked of whom, the gravest first; the yearly changes in the target's own unit."""
    frame = view.assessment.countermeasures
    if view.domain_id is not None:
        frame = frame[frame["domain"] == view.domain_id]
    return [
        {
            **{key: row[key] for key in ("goal", "target", "action", "department")},
            **{key: list(row[key]) for key in ("support", "measures", "lacking")},
            **{
                key: _number(row[key.replace("heads", "headcount")])
                for key in ("shortfall", "heads", "change50", "change80", "heads50", "heads80")
            },
            "is_line": bool(row["is_line"]),
            "report_year": _whole(row["report_year"]),
        }
        for row in rows(frame)
    ]


def _target(row: dict[str, Any], rule: str, view: View) -> dict[str, Any]:
    end = view.plan.info.end_year
    value = row["level"] if row["type"] == "milestone" else row["value"]
    return {
        "id": row["target"],
        "type": row["type"],
        "clause": row["clause"],
        "indicator": row["indicator"],
        "sex": row["sex"],
        "age": row["age"],
        "area": row["area"],
        "comparator": row["comparator"],
        "target": _number(row["threshold"]),
        "unit": row["unit"],
        "value": _number(value),
        "value_year": _whole(row["value_year"]),
        "last_value": _number(row["last_value"]),
        "last_year": _whole(row["last_year"]),
        "baseline": _number(row["baseline"]),
        "baseline_year": _whole(row["baseline_year"]),
        "completion_pct": _number(row["completion_pct"]),
        "elapsed_pct": _number(row["elapsed_pct"]),
        "delta": _number(row["delta"]),
        "n": int(row["n"]),
        "status": row["status"],
        "outlook": row["outlook"],
        "data": row["data"],
        "p_met": _number(row["p_met"]),
        "point": _number(row["point"]),
        "lo80": _number(row["lo80"]),
        "hi80": _number(row["hi80"]),
        "lo95": _number(row["lo95"]),
        "hi95": _number(row["hi95"]),
        "end_year": end,
        "rule_id": row["rule"],
        "rule": rule,
        "measure": row["measure"],
        "department": None if view.is_reference else row["department"],
    }


def _number(value: Any) -> float | int | str | None:
    """Six significant digits; text as it is; a gap is null."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return value
    return float(f"{float(value):.6g}")


def _whole(value: Any) -> int | None:
    return None if value is None or value is pd.NA else int(value)


class Record:
    """Shown by a notebook's last cell; the runner reads it back from the executed notebook."""

    def __init__(self, view: View) -> None:
        self.content = results(view)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        n = len(self.content["goals"])
        goals = "".join(f"\n{g['id']} {g['status']}" for g in self.content["goals"])
        return {MIME: self.content, "text/plain": f"结果：{n}项目标{goals}"}


def record(view: View) -> Record:
    """The record of a view, as a notebook's last cell shows it."""
    return Record(view)
