"""What should be done, by whom, how much and by when? One row per open problem.

Built from figures and from the plan's own measures only: what the departments returned on them
(evaluate.measures), and the yearly change that the forecast asks for.
Source: docs/method.md section 6.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from halfsky.evaluate.frames import by_key, records
from halfsky.evaluate.results import StatusRule, WarningRule
from halfsky.evaluate.series import headcount
from halfsky.plan.models import Plan, Unit
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import Action, Family, MeasureFinding, Severity, Status

COLUMNS: dict[str, str] = {
    "rank": "int64",
    **dict.fromkeys(["goal", "target", "domain", "status", "severity", "rules"], "object"),
    **dict.fromkeys(["action", "measures", "lacking", "department", "support"], "object"),
    **dict.fromkeys(["shortfall", "headcount", "change50", "change80"], "float64"),
    **dict.fromkeys(["headcount50", "headcount80"], "float64"),
    "is_line": "bool",
    **dict.fromkeys(["report_year", "end_year"], "Int64"),
}
# Judged by two series: their distance is not a share of people.
_TWO_SERIES = ("parity", "narrow_gap", "relative", "milestone", "slow_rise")
EVEN = 0.5
# Data findings that say what is known already: nothing to verify.
_KNOWN_ALREADY = {WarningRule.OVERDUE, WarningRule.BREAK, WarningRule.REMARK}


def no_countermeasures() -> pd.DataFrame:
    """COLUMNS without a row: a reference region is not evaluated, so nothing is proposed."""
    return pd.DataFrame(columns=list(COLUMNS)).astype(COLUMNS)


def propose(
    targets: pd.DataFrame,
    history: pd.DataFrame,
    warnings: pd.DataFrame,
    measures: pd.DataFrame,
    plan: Plan,
    *,
    year: int,
    thresholds: Thresholds,
    units: dict[str, Unit],
) -> pd.DataFrame:
    """Every open problem with the measures that answer it, the quantity, department and date.

    A problem is a target that is unmet, undecidable with something to be done about it, under a
    red or amber warning, or without figures.

    Args:
        targets: judged targets with p_met, need50, need80. history: their series.
        warnings: early_warning.compute_warnings. measures: evaluate.measures.progress.

    Returns:
        COLUMNS, the gravest first: unmet under a red warning, unmet, red, undecidable, amber,
        without figures; within these the least likely, then the furthest behind. rules: rules
        of the red and amber warnings. action: plan.vocabulary.Action. measures: ids of the
        plan's measures for the goal, that of the clause first; lacking: those that stand out in
        the returns, or have none. shortfall: distance to the target now, own unit, and heads
        the same in what the numerator counts. change50, change80: yearly change for P >= .5
        and .8, NaN where no improvement is needed, and never less than the straight line to the
        target; is_line: change50 is that line, since there is no forecast or it asks for less.
        heads50, heads80: these a year, in what the numerator counts. report_year: of the next
        monitoring.
    """
    opened = open_problems(targets, warnings)
    by_target = {row["target"]: row for row in records(targets)}
    past = by_key(history)
    found = dict(zip(measures["measure"], measures["finding"], strict=True))
    rows: list[dict[str, Any]] = []
    for problem in records(opened):
        row = by_target[problem["target"]]
        own = past.get(row["target"])
        dates = {"report_year": min(year + 1, plan.info.end_year), "end_year": plan.info.end_year}
        answers = _answers(row, plan, found)
        rows.append(
            problem
            | answers
            | {"is_line": False}
            | _quantity(row, own, plan, thresholds, units)
            | dates
        )
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def open_problems(targets: pd.DataFrame, warnings: pd.DataFrame) -> pd.DataFrame:
    """The targets with a problem that something can be done about, the gravest first.

    Returns:
        rank, goal, target, domain, status, severity, rules, action of COLUMNS.
    """
    alarms = by_key(warnings[warnings["severity"] != Severity.NOTE])
    found: list[tuple[tuple[float, ...], dict[str, Any]]] = []
    for place, row in enumerate(records(targets)):
        raised = alarms.get(row["target"])
        action = _action(row, raised)
        if action is not None:
            rendered = {key: row[key] for key in ("goal", "target", "domain", "status")}
            rendered["severity"] = None if raised is None else raised["severity"].iloc[0]
            rendered["rules"] = () if raised is None else tuple(raised["rule"])
            found.append(((*_gravity(row, raised), place), rendered | {"action": action}))
    found.sort(key=lambda pair: pair[0])
    ranked = [{"rank": rank, **problem} for rank, (_, problem) in enumerate(found, 1)]
    return pd.DataFrame(ranked, columns=list(COLUMNS)[:8])


def _gravity(row: dict[str, Any], raised: pd.DataFrame | None) -> tuple[int, float, float]:
    is_red = raised is not None and (raised["severity"] == Severity.RED).any()
    if row["status"] == Status.UNMET:
        tier = 0 if is_red else 1
    elif row["status"] == Status.MISSING:
        tier = 5
    elif is_red:
        tier = 2
    else:
        tier = 3 if row["status"] == Status.UNDECIDABLE else 4
    p, done = (
        math.inf if pd.isna(row[name]) else float(row[name]) for name in ("p_met", "completion_pct")
    )
    return tier, p, done


def _action(row: dict[str, Any], raised: pd.DataFrame | None) -> Action | None:
    """What can be done about a target; None where there is no problem or nothing to do."""
    status, rule = row["status"], row["rule"]
    families = set() if raised is None else set(raised["family"])
    rules = set() if raised is None else set(raised["rule"])
    if status == Status.MISSING:
        if row["type"] == "milestone":
            return Action.FILE_DOCUMENTS
        return Action.FILE_BASELINE if rule == StatusRule.NO_BASELINE else Action.FILE_FIGURES
    # A figure in doubt comes first: no pace can be read off it.
    if not pd.isna(row["doubt"]):
        return Action.VERIFY
    # A figure that nobody foresaw is explained or corrected before a pace is asked of it.
    if status == Status.UNMET and Family.UNUSUAL in families:
        return Action.VERIFY
    if status == Status.UNMET:
        return Action.RAISE_LEVEL if row["type"] == "milestone" else Action.SPEED_UP
    # A year without a case leaves nothing to review; the next year is simply counted.
    if rule == StatusRule.FEW_EVENTS and row["numerator"] > 0:
        return Action.REVIEW_CASES
    if rule == StatusRule.TOO_FEW_POINTS:
        return Action.FILE_PAST
    if families & {Family.OFF_TRACK, Family.DETERIORATION}:
        return Action.HOLD if status == Status.MET else Action.SPEED_UP
    if families & {Family.UNUSUAL, Family.DATA} and rules - _KNOWN_ALREADY - {WarningRule.VOLATILE}:
        return Action.VERIFY
    if WarningRule.OVERDUE in rules:
        return Action.FILE_FIGURES
    # A met target that is not warned of as hard to keep is no problem, however its figures jump.
    return Action.SMOOTH if Family.VOLATILE in families and status != Status.MET else None


def _answers(row: dict[str, Any], plan: Plan, found: dict[str, str]) -> dict[str, Any]:
    own = [m.id for m in plan.measures_for(row["goal"])]
    # The clause may stand in a measure: that one answers it before the goal's others.
    own.sort(key=lambda name: name != row["measure"])
    duty = plan.duties.targets.get(row["target"], plan.duties.goals[row["goal"]])
    return {
        "measures": tuple(own),
        "lacking": tuple(m for m in own if found.get(m, "") != MeasureFinding.NOTHING),
        "department": duty.lead,
        "support": duty.support,
    }


def not_below_line(comparator: str | None, line: float | None, change: float) -> float:
    """A yearly change, but never less than the straight line to a target that is not yet met.

    The learned curve may give even odds to a forecast whose middle falls just short: whoever asks
    what is needed is told of no pace that would not arrive. NaN stays NaN.

    Args:
        line: the target's needed_pace.
    """
    better = {">=": 1, "<=": -1}.get(comparator or "", 0)
    if pd.isna(change) or line is None or pd.isna(line) or better * line <= 0:
        return float(change)
    return better * max(better * float(change), better * float(line))


def _quantity(
    row: dict[str, Any],
    own: pd.DataFrame | None,
    plan: Plan,
    thresholds: Thresholds,
    units: dict[str, Unit],
) -> dict[str, Any]:
    if own is None or pd.isna(row["value"]):
        return {}
    if row["type"] == "slow_rise" or pd.isna(row["threshold"]):
        return {}
    change50, change80 = row["need50"], row["need80"]
    is_line = pd.isna(change50) and row["status"] not in (Status.MET, Status.UNDECIDABLE)
    if is_line:
        change50 = row["needed_pace"]
    if not (is_line or pd.isna(row["p_met"])) and row["p_met"] >= EVEN:
        change50 = math.nan  # the way things go is more than even already
    better = {">=": 1, "<=": -1}.get(row["comparator"], 0)
    change80 = not_below_line(row["comparator"], row["needed_pace"], change80)
    least = not_below_line(row["comparator"], row["needed_pace"], change50)
    if not is_line and better * (least - change50) > 0:
        change50, is_line = row["needed_pace"], True
    quantity: dict[str, Any] = {
        "shortfall": row["shortfall"],
        "change50": change50 if better * change50 > 0 else math.nan,
        "change80": change80 if better * change80 > 0 else math.nan,
        "is_line": bool(is_line),
    }
    if row["type"] in _TWO_SERIES:
        return quantity
    indicator = plan.indicators[row["indicator"]]
    rendered = {"headcount": "shortfall", "headcount50": "change50", "headcount80": "change80"}
    return quantity | {
        name: headcount(abs(quantity[of]), indicator, own, units) for name, of in rendered.items()
    }
