"""What a warning is made of, and what a rule is told about a target.

Source: docs/method.md section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from halfsky.plan.models import Indicator, Plan
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import Family, Severity

COLUMNS = [
    "goal",
    "target",
    "indicator",
    "domain",
    "family",
    "severity",
    "rule",
    "threshold",
    "inputs",
    "department",
    "since",
]
TEST_COLUMNS = ["target", "domain", "family", "rule", "chance", "fired"]
Finding = dict[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """All a rule may look at: one region as of one year.

    rows: judged targets (completion.facts + status + p_met) by id, in the plan's order.
    past: each target's series since the last break; whole: with what lies before it.
    observations: every figure known. one_step: review.ONE_STEP_COLUMNS.
    judged: earlier years' judged targets as known then, by year and target; gaps end a spell.
    paths: last year's forecasts (prediction.FORECAST_COLUMNS) by target.
    """

    plan: Plan
    region: str
    year: int
    thresholds: Thresholds
    rows: dict[str, Row]
    past: dict[str, pd.DataFrame]
    whole: dict[str, pd.DataFrame]
    observations: pd.DataFrame
    one_step: pd.DataFrame
    judged: Mapping[int, Mapping[str, Row]]
    paths: Mapping[str, pd.DataFrame]

    def before(self, target: str, year: int | None = None) -> Row | None:
        """A target as it was judged the year before `year` (default: the report's)."""
        return self.judged.get((self.year if year is None else year) - 1, {}).get(target)


def finding(
    row: Row,
    family: Family,
    severity: Severity,
    rule: str,
    since: int,
    threshold: float | None,
    inputs: Mapping[str, Any],
) -> Finding:
    """One warning about a target's or an indicator's row (goal, target, indicator, domain,
    department). threshold: what the rule compares with, None for a yes or no; inputs: the
    figures it read. since: first year of the present unbroken spell."""
    return {
        "goal": row["goal"],
        "target": row["target"],
        "indicator": row["indicator"],
        "domain": row["domain"],
        "family": family,
        "severity": severity,
        "rule": rule,
        "threshold": threshold,
        "inputs": {k: v.item() if hasattr(v, "item") else v for k, v in inputs.items()},
        "department": row["department"],
        "since": since,
    }


def reporting_target(known: Known, indicator: Indicator) -> Row | None:
    """The row a finding about an indicator is told under: its first target, else its goal.

    A context indicator has no target; its goal is the one whose page shows it. None where it
    names no goal.
    """
    for row in known.rows.values():
        if row["indicator"] == indicator.id:
            return row
    if indicator.goal is None:
        return None
    return {
        "goal": indicator.goal,
        "target": None,
        "indicator": indicator.id,
        "domain": known.plan.goals[indicator.goal].domain,
        "department": known.plan.department_of(indicator.goal),
    }


def test(row: Row, family: Family, rule: str, chance: float, *, fired: bool) -> dict[str, Any]:
    """One target looked at by one rule: the chance it rests on, and whether it warned."""
    return {
        "target": row["target"],
        "domain": row["domain"],
        "family": family,
        "rule": rule,
        "chance": chance,
        "fired": fired,
    }


def sign_of(row: Row) -> int:
    """+1 where more is better, -1 where less is, 0 where neither."""
    return {">=": 1, "<=": -1}.get(row["comparator"], 0)


def is_gap(value: object) -> bool:
    """True where there is no number."""
    return bool(pd.isna(value))  # type: ignore[call-overload]
