"""results.json: the evaluation as data, for machines and for the portal.

Unknown is null, never 0 or "". Numbers keep six significant digits, so that the same figures
come out on every platform.
"""

from __future__ import annotations

from typing import Any

from halfsky.evaluate.results import Countermeasure, TargetResult
from halfsky.report import numbers
from halfsky.report.sections.measures import measures_record
from halfsky.report.sections.warnings import register_record, subjects
from halfsky.report.text.words import Words
from halfsky.report.view import View

SCHEMA = 1
MIME = "application/vnd.halfsky.results+json"
_COUNTS = ("met", "basically", "unmet", "undecidable", "missing", "assessable", "all")


def results(view: View) -> dict[str, Any]:
    """The record of one view: every goal of it, whatever is missing."""
    words = Words.of_view(view)
    by_goal: dict[str, list[dict[str, Any]]] = {}
    for target in view.targets:
        rendered = _target(target, words.rule(target), view)
        by_goal.setdefault(target.goal, []).append(rendered)
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
            "id": g.goal,
            "status": g.status,
            "outlook": g.outlook,
            "data": g.data,
            "p": _number(g.p),
            "weakest": g.weakest,
            "targets": by_goal[g.goal],
        }
        for g in view.goals
    ]
    counts = next(r for r in view.rates if r.domain == (view.domain_id or "all"))
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
        "countermeasures": [_countermeasure(one) for one in view.countermeasures],
        **measures_record(view),
        "rates": {key: getattr(counts, key) for key in _COUNTS},
        "public": view.is_public,
        "withheld": None if suppressed is None else len(suppressed),
    }


def _countermeasure(one: Countermeasure) -> dict[str, Any]:
    """What is asked of whom; the yearly changes in the target's own unit."""
    return {
        "goal": one.goal,
        "target": one.target,
        "action": one.action,
        "department": one.department,
        "support": list(one.support),
        "measures": list(one.measures),
        "lacking": list(one.lacking),
        "shortfall": _number(one.shortfall),
        "heads": _number(one.headcount),
        "change50": _number(one.change50),
        "change80": _number(one.change80),
        "heads50": _number(one.headcount50),
        "heads80": _number(one.headcount80),
        "is_line": one.is_line,
        "report_year": one.report_year,
    }


def _target(t: TargetResult, rule: str, view: View) -> dict[str, Any]:
    return {
        "id": t.target,
        "type": t.type,
        "clause": t.clause,
        "indicator": t.indicator,
        "sex": t.sex,
        "age": t.age,
        "area": t.area,
        "comparator": t.comparator,
        "target": _number(t.threshold),
        "unit": t.unit,
        "value": _number(t.level if t.type == "milestone" else t.value),
        "value_year": t.value_year,
        "last_value": _number(t.last_value),
        "last_year": t.last_year,
        "baseline": _number(t.baseline),
        "baseline_year": t.baseline_year,
        "completion_pct": _number(t.completion_pct),
        "elapsed_pct": _number(t.elapsed_pct),
        "delta": _number(t.delta),
        "n": t.n,
        "status": t.status,
        "outlook": t.outlook,
        "data": t.data,
        "p_met": _number(t.p_met),
        "point": _number(t.point),
        "lo80": _number(t.lo80),
        "hi80": _number(t.hi80),
        "lo95": _number(t.lo95),
        "hi95": _number(t.hi95),
        "end_year": view.plan.info.end_year,
        "rule_id": t.rule,
        "rule": rule,
        "measure": t.measure,
        "department": None if view.is_reference else t.department,
    }


def _number(value: Any) -> float | int | str | None:
    """Six significant digits; text and whole numbers as they are; a gap is null."""
    if not numbers.is_known(value):
        return None
    return value if isinstance(value, str | int) else float(f"{float(value):.6g}")


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
