"""预计完成困难: is the target likely to be missed? P(met) under .66 amber, under .33 red.

Of targets warned of, the sum of P is how many will be met after all if P is calibrated.
Source: docs/method.md section 5, rule 1.
"""

from __future__ import annotations

from collections.abc import Iterator

from halfsky.evaluate.results import TargetResult, WarningRule
from halfsky.evaluate.warning.finding import Known, Tested, finding, test
from halfsky.plan.vocabulary import Family, Severity


def off_track(known: Known, row: TargetResult, *, is_doubtful: bool) -> Iterator[Tested]:
    """A finding or None, and the probability behind it, for a target with a forecast.

    A probability that rests on a doubtful figure warns of nothing: last year's, made without
    that figure, stands in for it.
    """
    rules = known.thresholds.warning
    basis = known.before(row.target) if is_doubtful else row
    if basis is None or basis.p_met is None or basis.forecast_method == "observed":
        return
    p = basis.p_met
    if not _is_open(basis, rules.amber_below):
        yield None, test(row, Family.OFF_TRACK, WarningRule.P_BELOW, p, fired=False)
        return
    since = known.year
    while (before := known.before(row.target, since)) and _is_open(before, rules.amber_below):
        since -= 1
    is_red = p < rules.red_below
    limit = rules.red_below if is_red else rules.amber_below
    found = finding(
        row,
        Family.OFF_TRACK,
        Severity.RED if is_red else Severity.AMBER,
        WarningRule.P_BELOW,
        since,
        limit,
        {
            "p": p,
            "limit": limit,
            "value": basis.value,
            "value_year": basis.value_year,
            "threshold": basis.threshold,
        },
    )
    yield found, test(row, Family.OFF_TRACK, WarningRule.P_BELOW, p, fired=True)


def _is_open(row: TargetResult, limit: float) -> bool:
    return row.p_met is not None and row.p_met < limit and row.forecast_method != "observed"
