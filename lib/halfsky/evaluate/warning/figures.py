"""数据, a target's own series: overdue, broken by a definition, moved below, or copied?

Source: docs/method.md section 5, rule 5. A target never reported is in the list of missing
figures instead: one line there says more than a warning each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from halfsky.evaluate.results import EarlyWarning, TargetResult, WarningRule
from halfsky.evaluate.series import TargetSeries
from halfsky.evaluate.warning.deterioration import below
from halfsky.evaluate.warning.finding import Known, finding, number
from halfsky.plan.vocabulary import Data, Family, Severity


def figures(known: Known, row: TargetResult) -> Iterator[EarlyWarning]:
    """Every fault of the figures one target is judged by."""
    own = known.past.get(row.target)
    if own is None:
        return
    yield from _overdue(known, row)
    yield from _break(known, row, own)
    if row.value is None or len(own) < 2:
        return
    if own.years[-1] - own.years[-2] == 1:
        yield from _moved(known, row, own)
        yield from _repeated(known, row, own)


def _overdue(known: Known, row: TargetResult) -> Iterator[EarlyWarning]:
    """No figure in time. One of the baseline year cannot answer a target, but is not late."""
    last, allowed = row.last_year, known.thresholds.status.normal_lag
    if last is None or row.data not in (Data.STALE, Data.MISSING) or known.year - last <= allowed:
        return
    yield finding(
        row,
        Family.DATA,
        Severity.AMBER,
        WarningRule.OVERDUE,
        last + allowed + 1,
        float(allowed),
        {"last_value": row.last_value, "last_year": last, "report_year": known.year},
    )


def _break(known: Known, row: TargetResult, own: TargetSeries) -> Iterator[EarlyWarning]:
    first = row.break_year
    if first is None or first <= known.year - known.thresholds.warning.shown_years:
        return
    whole = known.whole[row.target]
    yield finding(
        row,
        Family.DATA,
        Severity.NOTE,
        WarningRule.BREAK,
        first,
        None,
        {
            "before": whole.value[whole.begin - 1],
            "before_year": whole.years[whole.begin - 1],
            "after": own.value[0],
            "after_year": first,
        },
    )


def _moved(known: Known, row: TargetResult, own: TargetSeries) -> Iterator[EarlyWarning]:
    """The denominator changed by more than people move in a year; the numerator stands by."""
    limit = known.thresholds.warning.denominator_moved
    before, last = own.denominator[-2:]
    if not (last > 0 and before > 0):
        return
    moved = last / before - 1
    if abs(moved) <= limit:
        return
    numerator = math.nan
    if own.numerator[-2] > 0:
        numerator = 100 * (own.numerator[-1] / own.numerator[-2] - 1)
    yield finding(
        row,
        Family.DATA,
        Severity.AMBER,
        WarningRule.DENOMINATOR_MOVED,
        int(own.years[-1]),
        100 * limit,
        {
            "moved_pct": 100 * moved,
            "numerator_pct": None if math.isnan(numerator) else numerator,
            "denominator": last,
            "before": before,
            "limit_pct": 100 * limit,
        },
    )


def _repeated(known: Known, row: TargetResult, own: TargetSeries) -> Iterator[EarlyWarning]:
    """Last year's figure again, where chance and rounding would seldom repeat it.

    Figures printed to one decimal tie now and then, and a committee of eleven stays as it is
    until the next election: fewer than `few_events` cases are not asked about. The chance of as
    long a run is asked of last year's forecast and of the series' own past; only a run less
    likely than `repeat_chance` is a finding.
    """
    if _at_bound(row, own.value[-1]):
        return
    few = known.thresholds.status.few_events
    if min(own.numerator[-1], own.denominator[-1] - own.numerator[-1]) < few:
        return
    columns = np.column_stack([own.value, own.numerator, own.denominator])
    filed = not np.isnan(columns[-2:]).any()
    compared = columns if filed else columns[:, :1]
    same = (np.diff(compared, axis=0) == 0).all(axis=1) & (np.diff(own.years) == 1)
    if not same[-1]:
        return
    run = len(same) if same.all() else int(np.argmin(same[::-1]))
    earlier = same[: len(same) - run]
    chance = max(_chance_of_tie(known, row, own), earlier.mean() if len(earlier) else 0.0)
    if filed and not earlier.any():
        # Both counts would have to come out alike, not only their quotient.
        chance = min(chance, 1 / math.sqrt(2 * math.pi * own.denominator[-1]))
    limit = known.thresholds.warning.repeat_chance
    if chance**run >= limit:
        return
    yield finding(
        row,
        Family.DATA,
        Severity.NOTE,
        WarningRule.REPEATED,
        int(own.years[-run]),
        limit,
        {
            "value": own.value[-1],
            "value_year": own.years[-1],
            "before_year": own.years[-run - 1],
            "times": run,
            "chance": chance**run,
        },
    )


def _chance_of_tie(known: Known, row: TargetResult, own: TargetSeries) -> float:
    """P(this year's printed figure equals last year's), by the forecast made last year.

    Without one, by the typical step: a figure lands on one printed unit in its reach.
    """
    value = float(own.value[-2])
    half = 0.5 * 10.0 ** -number(row.decimals)
    path = known.paths.get(row.target)
    line = None if path is None else path.of(own.years[-1])
    if line is not None:
        return below(line, value + half) - below(line, value - half)
    steps = np.abs(np.diff(own.value[:-1]))
    typical = float(np.median(steps)) if len(steps) else 0.0
    return 2 * half / (2 * half + 2 * typical)


def _at_bound(row: TargetResult, value: float) -> bool:
    """A share may rest at 0 or 100 without being a stale copy."""
    return bool(value == 0 or (row.kind == "share" and value >= 99.9))
