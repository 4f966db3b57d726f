"""Which warnings are new, still open, eased, or closed since last year?

A pure comparison of two years' findings, each as known then. A warning that nothing can be said
of this year, because its figure is in doubt or missing, is not closed.
Source: docs/method.md section 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from halfsky.evaluate.early_warning import Warnings
from halfsky.evaluate.results import EarlyWarning, RegisterEntry, Results, WarningRule
from halfsky.plan.vocabulary import Family, Severity, WarningState

_RANK = {level: place for place, level in enumerate(Severity)}
_JUDGED_BY_P = (Family.OFF_TRACK, Family.DETERIORATION)
# One finding under two names: what chance explains, and what it does not.
_SAME = {WarningRule.SMALL_BASE_NOISE: WarningRule.VOLATILE}
Key = tuple[str | None, str, Family, WarningRule]


def compare(
    now: Warnings, before: Warnings | None, values: Mapping[str, float | None]
) -> Results[RegisterEntry]:
    """This year's register.

    Args:
        now, before: this and last year's warnings; None where last year was not judged.
        values: this year's values by target, for warnings that can no longer be judged.

    Returns:
        One per warning open in either year, in the order of this year's findings, the closed
        ones after them. state: 新增, 持续, 缓解 (a lower severity than last year), 解除.
        severity: this year's, for a closed one None. reason: why a warning without a finding is
        not closed (doubt | no_figure), else None. since: the earlier of the two years'
        beginnings; of a warning closed, when it began.
    """
    old = {} if before is None else {_key(one): one for one in before.findings}
    new = {_key(one): one for one in now.findings}
    entries = [_open(one, old.get(key)) for key, one in new.items()]
    entries += [_gone(one, now, values) for key, one in old.items() if key not in new]
    return Results(RegisterEntry, entries)


def with_beginnings(
    findings: Results[EarlyWarning], entries: Results[RegisterEntry]
) -> Results[EarlyWarning]:
    """Findings with `since` as the register has it: the earlier of the two years' beginnings."""
    # A remark begins with the first year that it is of, not when it was first printed.
    began = {_key(one): one.since for one in entries if one.rule != WarningRule.REMARK}
    return Results(
        EarlyWarning,
        [replace(one, since=began.get(_key(one), one.since)) for one in findings],
    )


def _key(one: EarlyWarning | RegisterEntry) -> Key:
    return one.target, one.indicator, one.family, _SAME.get(one.rule, one.rule)


def _entry(
    one: EarlyWarning,
    state: WarningState,
    severity: Severity | None,
    before: Severity | None,
    since: int,
    reason: str | None = None,
) -> RegisterEntry:
    return RegisterEntry(
        goal=one.goal,
        target=one.target,
        indicator=one.indicator,
        domain=one.domain,
        family=one.family,
        rule=one.rule,
        state=state,
        severity=severity,
        severity_before=before,
        reason=reason,
        department=one.department,
        since=since,
    )


def _open(one: EarlyWarning, old: EarlyWarning | None) -> RegisterEntry:
    if old is None:
        return _entry(one, WarningState.NEW, one.severity, None, one.since)
    eased = _RANK[one.severity] > _RANK[old.severity]
    state = WarningState.EASED if eased else WarningState.OPEN
    return _entry(one, state, one.severity, old.severity, min(one.since, old.since))


def _gone(one: EarlyWarning, now: Warnings, values: Mapping[str, float | None]) -> RegisterEntry:
    reason = None
    if one.family in _JUDGED_BY_P and one.target in now.doubts:
        reason = "doubt"
    elif one.family != Family.DATA and values.get(one.target or "") is None:
        reason = "no_figure"
    if reason is None:
        return _entry(one, WarningState.CLOSED, None, one.severity, one.since)
    return _entry(one, WarningState.OPEN, one.severity, one.severity, one.since, reason)
