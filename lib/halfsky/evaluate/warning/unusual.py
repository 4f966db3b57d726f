"""异常: is the newest figure outside the 95 % interval of the forecast made the year before?

Benjamini–Hochberg over all targets tested at once; a printed share q of the findings is
expected to be false. Source: docs/method.md section 5, rule 3.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from statsmodels.stats.multitest import multipletests

from halfsky.evaluate.results import EarlyWarning, TargetResult, WarningRule
from halfsky.evaluate.series import Floats
from halfsky.evaluate.warning.finding import LEVELS, Known, Tested, finding, sign_of, test
from halfsky.plan.vocabulary import Family, Severity


def unusual(known: Known, doubtful: Collection[str]) -> Iterator[Tested]:
    """A finding or None, and the test, for each target whose newest figure was forecast.

    A figure far off in the good direction is only noted, unless it is doubtful. One case more
    or less is never unusual: a body of twelve moves by eight points or not at all, and a series
    that stood still for years would make any step look impossible.
    """
    q = known.thresholds.warning.fdr
    tested: list[tuple[TargetResult, float, Floats, float]] = []
    seen: set[tuple[float, ...]] = set()
    for row in known.rows.values():
        steps = known.one_step.get(row.target)
        if steps is None or steps.years[-1] != row.value_year or np.isnan(steps.p_value[-1]):
            continue
        line, actual, p = steps.at[-1], float(steps.actual[-1]), float(steps.p_value[-1])
        # Targets that share an indicator share its figure: one test, or BH would count it twice.
        figure = (steps.years[-1], actual, float(line[LEVELS.index("point")]), p)
        if figure not in seen:
            seen.add(figure)
            beyond = max(line[0] - actual, actual - line[-1])
            is_one_case = 0 < beyond <= known.past[row.target].resolution
            tested.append((row, actual, line, 1.0 if is_one_case else p))
    if not tested:
        return
    rejected = multipletests([p for *_, p in tested], alpha=q, method="fdr_bh")[0]
    for (row, actual, line, p), is_rejected in zip(tested, rejected, strict=True):
        found = None
        if is_rejected and not line[0] <= actual <= line[-1]:
            found = _finding(row, actual, line, p, row.target in doubtful, len(tested), q)
        fired = found is not None
        yield found, test(row, Family.UNUSUAL, WarningRule.OUTSIDE_INTERVAL, p, fired=fired)


def _finding(
    row: TargetResult,
    actual: float,
    line: Floats,
    p: float,
    is_doubtful: bool,
    tests: int,
    fdr: float,
) -> EarlyWarning:
    year = row.value_year or 0
    is_good = sign_of(row) * (actual - line[LEVELS.index("point")]) > 0
    return finding(
        row,
        Family.UNUSUAL,
        Severity.NOTE if is_good and not is_doubtful else Severity.AMBER,
        WarningRule.OUTSIDE_INTERVAL,
        year,
        fdr,
        {
            "value": actual,
            "value_year": year,
            "point": line[LEVELS.index("point")],
            "lo95": line[0],
            "hi95": line[-1],
            "p_value": p,
            "tests": tests,
            "fdr": fdr,
        },
    )
