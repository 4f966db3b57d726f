"""Of which targets must nothing be said, for better or worse, until a figure is cleared up?

A figure that is probably wrong, or right about something else, is no progress and no decline:
its target is not called 恶化, is no 经验, and no change of status is told from it. A P that rests
on it warns only if the P before it warned already. The data finding stands in place of them.
Source: docs/method.md section 5.
"""

from __future__ import annotations

from collections.abc import Iterable

from halfsky.evaluate.results import EarlyWarning, WarningRule
from halfsky.evaluate.warning.finding import Known

# Rules that put the newest figure itself in doubt, not its age, its comparison or its trend.
DOUBTS = frozenset(
    {
        WarningRule.UNIT_SLIP,
        WarningRule.OUT_OF_BOUNDS,
        WarningRule.SEXES_DISAGREE,
        WarningRule.DENOMINATOR_MOVED,
        WarningRule.HEADCOUNT_AGAINST,
        WarningRule.CONTRADICTS,
        WarningRule.UNEXPLAINED,
    }
)


def doubtful(known: Known, findings: Iterable[EarlyWarning]) -> dict[str, str]:
    """The rule that puts each doubtful target's figures in doubt, by target.

    A target is in doubt where the figure it is judged by is, and for a slipped unit also where
    its baseline or one of the years that tell its direction is.
    """
    found: dict[str, str] = {}
    for one in findings:
        if one.rule not in DOUBTS:
            continue
        year = int(one.inputs.get("value_year", one.since))
        if one.rule == WarningRule.DENOMINATOR_MOVED:
            year = one.since
        for row in known.by_indicator.get(one.indicator, ()):
            if row.value is None or row.value_year is None:
                continue
            leant = {row.value_year}
            if one.rule == WarningRule.UNIT_SLIP:
                first = row.value_year - known.thresholds.warning.wrong_way_years
                leant |= set(range(first, row.value_year))
                leant |= set() if row.baseline_year is None else {row.baseline_year}
            if year in leant:
                found.setdefault(row.target, one.rule)
    return found
