"""Is a target met? The five rules in their order, and the goal's weakest clause.

Source: docs/method.md section 2. The rule says which one decided; report renders it in a
sentence with its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from halfsky.evaluate.results import Results, StatusRule, TargetResult
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import WEAKEST_FIRST, Status

_ROUNDING = 1e-9


def add_status(targets: Iterable[TargetResult], thresholds: Thresholds) -> Results[TargetResult]:
    """Add status, rule and shortfall to the targets of completion.facts.

    Milestones carry `level` (0–4 or None) from evaluate.milestone.
    """
    judged = []
    for row in targets:
        status, rule = judge(row, thresholds)
        short = None
        if row.value is not None and row.threshold is not None:
            short = shortfall(row, thresholds)
        judged.append(replace(row, status=status, rule=rule, shortfall=short))
    return Results(TargetResult, judged)


def judge(row: TargetResult, thresholds: Thresholds) -> tuple[Status, StatusRule]:
    """Status of one target and the rule that decided."""
    if row.type == "milestone":
        return _milestone(row.level)
    if row.value is None:
        never = row.last_value is None
        return Status.MISSING, StatusRule.NOT_REPORTED if never else StatusRule.STALE
    if row.type == "slow_rise":
        return _slow_rise(row)
    needs_baseline = row.type in ("directional", "narrow_gap") or row.threshold is None
    if needs_baseline and row.baseline is None:
        return Status.MISSING, StatusRule.NO_BASELINE
    if _is_undecidable(row, thresholds):
        return Status.UNDECIDABLE, StatusRule.FEW_EVENTS
    if row.type == "narrow_gap" and _women_worse(row):
        return Status.UNMET, StatusRule.GAP_BY_DECLINE
    if _meets(row, thresholds):
        return Status.MET, StatusRule.MET
    if _gap(row, thresholds) <= number(row.delta) + _ROUNDING:
        return Status.NEARLY, StatusRule.WITHIN_DELTA
    if _interval_holds(row):
        return Status.NEARLY, StatusRule.INTERVAL_HOLDS_TARGET
    return Status.UNMET, StatusRule.SHORT


def number(value: float | None) -> float:
    """A known value, else NaN, whose comparisons are all false."""
    return math.nan if value is None else value


def shortfall(row: TargetResult, thresholds: Thresholds) -> float:
    """How far a value is from meeting its comparator, in its own unit; 0 where it meets it."""
    value, threshold, delta = number(row.value), number(row.threshold), number(row.delta)
    if row.type == "parity":
        rules = thresholds.status
        return max(rules.parity_low - value, value - rules.parity_high, 0.0)
    if row.type == "about" and row.two_sided:
        return max(abs(value - number(row.plan_value)) - delta, 0.0)
    if row.comparator == "within":
        return max(abs(value - threshold) - delta, 0.0)
    return max(threshold - value if row.comparator == ">=" else value - threshold, 0.0)


def _gap(row: TargetResult, thresholds: Thresholds) -> float:
    """The distance to the plan's own number, which rule 4 holds against δ.

    Where δ already widens the comparator (about, within) it does not widen it a second time.
    """
    if row.type == "about":
        return abs(number(row.plan_value) - number(row.value))
    if row.comparator == "within" and row.type != "parity":
        return abs(number(row.value) - number(row.threshold))
    return shortfall(row, thresholds)


_LEVELS = (
    StatusRule.LEVEL_0,
    StatusRule.LEVEL_1,
    StatusRule.LEVEL_2,
    StatusRule.LEVEL_3,
    StatusRule.LEVEL_4,
)


def _milestone(level: float | None) -> tuple[Status, StatusRule]:
    if level is None:
        return Status.MISSING, StatusRule.NO_DOCUMENT
    status = {4: Status.MET, 3: Status.NEARLY}.get(int(level), Status.UNMET)
    return status, _LEVELS[int(level)]


def _slow_rise(row: TargetResult) -> tuple[Status, StatusRule]:
    if row.slope_change is None:
        return Status.UNDECIDABLE, StatusRule.TOO_FEW_POINTS
    if number(row.slope_high) < 0:
        return Status.MET, StatusRule.SLOWER
    if number(row.slope_low) > 0:
        return Status.UNMET, StatusRule.FASTER
    return Status.UNDECIDABLE, StatusRule.SLOPE_UNCLEAR


def _is_undecidable(row: TargetResult, thresholds: Thresholds) -> bool:
    """Few events whose exact interval holds the target: undecidable even on the good side."""
    if row.low is None:
        return False
    rare = number(row.numerator)
    if row.kind == "share":
        # Of a share either side may be the rare one: 2 of 1,000 without are as few as 2 with.
        rare = min(rare, number(row.denominator) - rare)
    return rare < thresholds.status.few_events and _interval_holds(row)


def _interval_holds(row: TargetResult) -> bool:
    return number(row.low) <= number(row.threshold) <= number(row.high)


def _women_worse(row: TargetResult) -> bool:
    """Women's own level fell (or rose, where lower is better) by more than δ."""
    sign = -1 if row.direction == "lower_better" else 1
    if row.direction == "neutral":
        return False
    moved = number(row.female) - number(row.female_baseline)
    return sign * moved < -number(row.delta) - _ROUNDING


def _meets(row: TargetResult, thresholds: Thresholds) -> bool:
    if row.type == "maintain":
        latest_is_good = shortfall(with_floor(row), thresholds) <= _ROUNDING
        return latest_is_good and number(row.good_recent) >= thresholds.status.maintain_good
    return shortfall(row, thresholds) <= _ROUNDING


def with_floor(row: TargetResult) -> TargetResult:
    """A floor taken from the baseline is breached only by more than δ."""
    if row.plan_value is not None:
        return row
    slack = number(row.delta) * (1 if row.comparator == ">=" else -1)
    return replace(row, threshold=number(row.threshold) - slack)


def goal_status(statuses: Iterable[Status]) -> Status:
    """A goal is as strong as its weakest clause (WEAKEST_FIRST)."""
    present = set(statuses)
    return next(status for status in WEAKEST_FIRST if status in present)


def weakest(targets: Sequence[TargetResult]) -> str:
    """The target that decides a goal: of the worst status, the one furthest behind.

    One whose completion is unknown comes after those that are measured; of equals the first.
    """
    worst = goal_status(row.status for row in targets)
    tied = [row for row in targets if row.status == worst]
    return min(tied, key=_behind).target


def _behind(row: TargetResult) -> float:
    return math.inf if row.completion_pct is None else row.completion_pct
