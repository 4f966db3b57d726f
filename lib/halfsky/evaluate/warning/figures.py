"""数据, a target's own series: overdue, broken by a definition, moved below, or copied?

Source: docs/method.md section 5, rule 5. A target never reported is in the list of missing
figures instead: one line there says more than a warning each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from halfsky.evaluate.warning.deterioration import below
from halfsky.evaluate.warning.finding import Finding, Known, Row, finding, is_gap
from halfsky.plan.vocabulary import Data, Family, Severity


def figures(known: Known, row: Row) -> Iterator[Finding]:
    """Every fault of the figures one target is judged by."""
    own = known.past.get(row["target"])
    if own is None:
        return
    yield from _overdue(known, row)
    yield from _break(known, row, own)
    if is_gap(row["value"]) or len(own) < 2:
        return
    if own["year"].iloc[-1] - own["year"].iloc[-2] == 1:
        yield from _moved(known, row, own)
        yield from _repeated(known, row, own)


def _overdue(known: Known, row: Row) -> Iterator[Finding]:
    """No figure in time. One of the baseline year cannot answer a target, but is not late."""
    last = int(row["last_year"])
    is_late = known.year - last > known.thresholds.status.normal_lag
    if row["data"] not in (Data.STALE, Data.MISSING) or not is_late:
        return
    yield finding(
        row,
        Family.DATA,
        Severity.AMBER,
        "overdue",
        last + known.thresholds.status.normal_lag + 1,
        float(known.thresholds.status.normal_lag),
        {"last_value": row["last_value"], "last_year": last, "report_year": known.year},
    )


def _break(known: Known, row: Row, own: pd.DataFrame) -> Iterator[Finding]:
    if is_gap(row["break_year"]):
        return
    first = int(row["break_year"])
    if first <= known.year - known.thresholds.warning.shown_years:
        return
    whole = known.whole[row["target"]]
    cut = whole[~whole["in_use"].astype(bool)].iloc[-1]
    yield finding(
        row,
        Family.DATA,
        Severity.NOTE,
        "break",
        first,
        None,
        {
            "before": cut["value"],
            "before_year": cut["year"],
            "after": own["value"].iloc[0],
            "after_year": first,
        },
    )


def _moved(known: Known, row: Row, own: pd.DataFrame) -> Iterator[Finding]:
    """The denominator changed by more than people move in a year; the numerator stands by."""
    limit = known.thresholds.warning.denominator_moved
    last, previous = own.iloc[-1], own.iloc[-2]
    if not (last["denominator"] > 0 and previous["denominator"] > 0):
        return
    moved = last["denominator"] / previous["denominator"] - 1
    if abs(moved) <= limit:
        return
    numerator = math.nan
    if previous["numerator"] > 0:
        numerator = 100 * (last["numerator"] / previous["numerator"] - 1)
    yield finding(
        row,
        Family.DATA,
        Severity.AMBER,
        "denominator_moved",
        int(last["year"]),
        100 * limit,
        {
            "moved_pct": 100 * moved,
            "numerator_pct": None if math.isnan(numerator) else numerator,
            "denominator": last["denominator"],
            "before": previous["denominator"],
            "limit_pct": 100 * limit,
        },
    )


def _repeated(known: Known, row: Row, own: pd.DataFrame) -> Iterator[Finding]:
    """Last year's figure again, where chance and rounding would seldom repeat it.

    Figures printed to one decimal tie now and then, and a committee of eleven stays as it is
    until the next election: fewer than `few_events` cases are not asked about. The chance of as
    long a run is asked of last year's forecast and of the series' own past; only a run less
    likely than `repeat_chance` is a finding.
    """
    if _at_bound(row, own["value"].iloc[-1]):
        return
    last = own.iloc[-1]
    few = known.thresholds.status.few_events
    if min(last["numerator"], last["denominator"] - last["numerator"]) < few:
        return
    columns = ["value", "numerator", "denominator"]
    filed = bool(own[columns].iloc[-2:].notna().all(axis=None))
    figures = own[columns if filed else ["value"]].to_numpy(float)
    same = (np.diff(figures, axis=0) == 0).all(axis=1) & (np.diff(own["year"]) == 1)
    if not same[-1]:
        return
    run = len(same) if same.all() else int(np.argmin(same[::-1]))
    earlier = same[: len(same) - run]
    chance = max(_chance_of_tie(known, row, own), earlier.mean() if len(earlier) else 0.0)
    if filed and not earlier.any():
        # Both counts would have to come out alike, not only their quotient.
        chance = min(chance, 1 / math.sqrt(2 * math.pi * own["denominator"].iloc[-1]))
    limit = known.thresholds.warning.repeat_chance
    if chance**run >= limit:
        return
    yield finding(
        row,
        Family.DATA,
        Severity.NOTE,
        "repeated",
        int(own["year"].iloc[-run]),
        limit,
        {
            "value": own["value"].iloc[-1],
            "value_year": own["year"].iloc[-1],
            "before_year": own["year"].iloc[-run - 1],
            "times": run,
            "chance": chance**run,
        },
    )


def _chance_of_tie(known: Known, row: Row, own: pd.DataFrame) -> float:
    """P(this year's printed figure equals last year's), by the forecast made last year.

    Without one, by the typical step: a figure lands on one printed unit in its reach.
    """
    value = float(own["value"].iloc[-2])
    half = 0.5 * 10.0 ** -int(row["decimals"])
    path = known.paths.get(row["target"])
    at = None if path is None else path[path["year"] == own["year"].iloc[-1]]
    if at is not None and len(at):
        return below(at.iloc[0], value + half) - below(at.iloc[0], value - half)
    steps = np.abs(np.diff(own["value"].to_numpy(float)[:-1]))
    typical = float(np.median(steps)) if len(steps) else 0.0
    return 2 * half / (2 * half + 2 * typical)


def _at_bound(row: Row, value: float) -> bool:
    """A share may rest at 0 or 100 without being a stale copy."""
    return bool(value == 0 or (row["kind"] == "share" and value >= 99.9))
