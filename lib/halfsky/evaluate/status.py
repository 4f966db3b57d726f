"""Is a target met? The five rules in their order, and the goal's weakest clause.

Source: docs/method.md section 2. A rule's key says which one decided; report.text.words tells it in
a sentence with its numbers.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from halfsky.evaluate.frames import records
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import WEAKEST_FIRST, Status


def add_status(frame: pd.DataFrame, thresholds: Thresholds) -> pd.DataFrame:
    """Add status and rule to the targets of completion.facts.

    Milestones carry `level` (0–4 or NaN) from evaluate.milestone.
    """
    verdicts = [judge(row, thresholds) for row in records(frame)]
    return frame.assign(
        status=pd.Series([s for s, _ in verdicts], index=frame.index, dtype=object),
        rule=pd.Series([r for _, r in verdicts], index=frame.index, dtype=object),
    )


def judge(row: Mapping[str, Any], thresholds: Thresholds) -> tuple[Status, str]:
    """Status of one target and the key of the rule that decided.

    Args:
        row: one row of completion.facts.
    """
    if row["type"] == "milestone":
        return _milestone(row["level"])
    if not _known(row["value"]):
        return Status.MISSING, "stale" if _known(row["last_value"]) else "not_reported"
    if row["type"] == "slow_rise":
        return _slow_rise(row)
    needs_baseline = row["type"] in ("directional", "narrow_gap") or not _known(row["threshold"])
    if needs_baseline and not _known(row["baseline"]):
        return Status.MISSING, "no_baseline"
    if _is_undecidable(row, thresholds):
        return Status.UNDECIDABLE, "few_events"
    if row["type"] == "narrow_gap" and _women_worse(row):
        return Status.UNMET, "gap_by_decline"
    if _meets(row, thresholds):
        return Status.MET, "met"
    if _gap(row, thresholds) <= row["delta"] + 1e-9:
        return Status.NEARLY, "within_delta"
    if _interval_holds(row):
        return Status.NEARLY, "interval_holds_target"
    return Status.UNMET, "short"


def shortfall(row: Mapping[str, Any], thresholds: Thresholds) -> float:
    """How far a value is from meeting its comparator, in its own unit; 0 where it meets it."""
    value, threshold, delta = (float(row[key]) for key in ("value", "threshold", "delta"))
    if row["type"] == "parity":
        rules = thresholds.status
        return max(rules.parity_low - value, value - rules.parity_high, 0.0)
    if row["type"] == "about" and row["two_sided"]:
        return max(abs(value - float(row["plan_value"])) - delta, 0.0)
    if row["comparator"] == "within":
        return max(abs(value - threshold) - delta, 0.0)
    return max(threshold - value if row["comparator"] == ">=" else value - threshold, 0.0)


def _gap(row: Mapping[str, Any], thresholds: Thresholds) -> float:
    """The distance to the plan's own number, which rule 4 holds against δ.

    Where δ already widens the comparator (about, within) it does not widen it a second time.
    """
    if row["type"] == "about":
        return abs(float(row["plan_value"]) - float(row["value"]))
    if row["comparator"] == "within" and row["type"] != "parity":
        return abs(float(row["value"]) - float(row["threshold"]))
    return shortfall(row, thresholds)


def _known(value: object) -> bool:
    return value is not None and value is not pd.NA and not math.isnan(float(str(value)))


def _milestone(level: object) -> tuple[Status, str]:
    if not _known(level):
        return Status.MISSING, "no_document"
    reached = int(float(str(level)))
    status = {4: Status.MET, 3: Status.NEARLY}.get(reached, Status.UNMET)
    return status, f"level_{reached}"


def _slow_rise(row: Mapping[str, Any]) -> tuple[Status, str]:
    if not _known(row["slope_change"]):
        return Status.UNDECIDABLE, "too_few_points"
    if row["slope_high"] < 0:
        return Status.MET, "slower"
    if row["slope_low"] > 0:
        return Status.UNMET, "faster"
    return Status.UNDECIDABLE, "slope_unclear"


def _is_undecidable(row: Mapping[str, Any], thresholds: Thresholds) -> bool:
    """Few events whose exact interval holds the target: undecidable even on the good side."""
    if not _known(row["low"]):
        return False
    rare = float(row["numerator"])
    if row["kind"] == "share":
        rare = min(rare, float(row["denominator"]) - rare)
    return rare < thresholds.status.few_events and _interval_holds(row)


def _interval_holds(row: Mapping[str, Any]) -> bool:
    if not _known(row["low"]) or not _known(row["threshold"]):
        return False
    return bool(row["low"] <= row["threshold"] <= row["high"])


def _women_worse(row: Mapping[str, Any]) -> bool:
    """Women's own level fell (or rose, where lower is better) by more than δ."""
    sign = -1 if row["direction"] == "lower_better" else 1
    if row["direction"] == "neutral" or not _known(row["female_baseline"]):
        return False
    return bool(sign * (row["female"] - row["female_baseline"]) < -row["delta"] - 1e-9)


def _meets(row: Mapping[str, Any], thresholds: Thresholds) -> bool:
    if row["type"] == "maintain":
        rules = thresholds.status
        latest_is_good = shortfall(with_floor(row), thresholds) <= 1e-9
        return bool(latest_is_good and row["good_recent"] >= rules.maintain_good)
    return shortfall(row, thresholds) <= 1e-9


def with_floor(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A floor taken from the baseline is breached only by more than δ."""
    if _known(row["plan_value"]):
        return row
    slack = float(row["delta"]) * (1 if row["comparator"] == ">=" else -1)
    return {**row, "threshold": row["threshold"] - slack}


def goal_status(statuses: list[Status]) -> Status:
    """A goal is as strong as its weakest clause (WEAKEST_FIRST)."""
    return next(status for status in WEAKEST_FIRST if status in statuses)


def weakest(frame: pd.DataFrame) -> str:
    """The target that decides a goal: of the worst status, the one furthest behind.

    Args:
        frame: the targets of one goal with status and completion_pct.
    """
    worst = goal_status(list(frame["status"]))
    tied = frame[frame["status"] == worst]
    order = tied.assign(_behind=tied["completion_pct"].fillna(math.inf))
    return str(order.sort_values("_behind", kind="stable").iloc[0]["target"])


def summarise_goals(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per goal: domain, status and its weakest target, in the plan's order."""
    rows = [
        {
            "goal": goal,
            "domain": part["domain"].iloc[0],
            "status": goal_status(list(part["status"])),
            "weakest": weakest(part),
        }
        for goal, part in frame.groupby("goal", sort=False)
    ]
    return pd.DataFrame(rows, columns=["goal", "domain", "status", "weakest"])
