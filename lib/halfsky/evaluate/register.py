"""Which warnings are new, still open, eased, or closed since last year?

A pure comparison of two years' findings, each as known then. A warning that nothing can be said
of this year, because its figure is in doubt or missing, is not closed.
Source: docs/method.md section 5.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from halfsky.evaluate.early_warning import Warnings
from halfsky.evaluate.frames import records
from halfsky.plan.vocabulary import Family, Severity, WarningState

COLUMNS = [
    "goal",
    "target",
    "indicator",
    "domain",
    "family",
    "rule",
    "state",
    "severity",
    "severity_before",
    "reason",
    "department",
    "since",
]
_RANK = {level: place for place, level in enumerate(Severity)}
_JUDGED_BY_P = (Family.OFF_TRACK, Family.DETERIORATION)
# One finding under two names: what chance explains, and what it does not.
_SAME = {"small_base_noise": "volatile"}
Key = tuple[str | None, str | None, str, str]


def compare(now: Warnings, before: Warnings | None, targets: pd.DataFrame) -> pd.DataFrame:
    """This year's register.

    Args:
        now, before: this and last year's warnings; None where last year was not judged.
        targets: this year's judged targets, for warnings that can no longer be judged.

    Returns:
        COLUMNS, one row per warning open in either year, in the order of this year's findings,
        the closed ones after them. state: 新增, 持续, 缓解 (a lower severity than last year),
        解除. severity: this year's, for a closed one None. reason: why a warning without a
        finding is not closed (doubt | no_figure), else None. since: the earlier of the two
        years' beginnings; of a warning closed, when it began.
    """
    old = {} if before is None else {_key(one): one for one in records(before.findings)}
    new = {_key(one): one for one in records(now.findings)}
    rows = [_open(one, old.get(key)) for key, one in new.items()]
    values = targets.set_index("target")["value"]
    for key, one in old.items():
        if key not in new:
            rows.append(_gone(one, now, values))
    return pd.DataFrame(rows, columns=COLUMNS)


def with_beginnings(findings: pd.DataFrame, entries: pd.DataFrame) -> pd.DataFrame:
    """Findings with `since` as the register has it: the earlier of the two years' beginnings."""
    began = {
        # A remark begins with the first year that it is of, not when it was first printed.
        _key(one): one["since"]
        for one in records(entries)
        if one["rule"] != "remark"
    }
    since = [began.get(_key(one), one["since"]) for one in records(findings)]
    return findings.assign(since=pd.Series(since, index=findings.index, dtype=object))


def _key(one: dict[str, Any]) -> Key:
    target = one["target"] if isinstance(one["target"], str) else None
    return (target, one["indicator"], one["family"], _SAME.get(one["rule"], one["rule"]))


def _open(one: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
    if old is None:
        return {**one, "state": WarningState.NEW, "severity_before": None, "reason": None}
    eased = _RANK[one["severity"]] > _RANK[old["severity"]]
    return {
        **one,
        "state": WarningState.EASED if eased else WarningState.OPEN,
        "severity_before": old["severity"],
        "reason": None,
        "since": min(one["since"], old["since"]),
    }


def _gone(one: dict[str, Any], now: Warnings, values: pd.Series) -> dict[str, Any]:
    reason = None
    if one["family"] in _JUDGED_BY_P and one["target"] in now.doubts:
        reason = "doubt"
    elif one["family"] != Family.DATA and pd.isna(values.get(one["target"], float("nan"))):
        reason = "no_figure"
    closed = reason is None
    return {
        **one,
        "state": WarningState.CLOSED if closed else WarningState.OPEN,
        "severity": None if closed else one["severity"],
        "severity_before": one["severity"],
        "reason": reason,
    }
