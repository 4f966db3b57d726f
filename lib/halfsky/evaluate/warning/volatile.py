"""波动较大: do single years jump by more than matters, and more than small numbers explain?

The robust sd of one-step forecast errors is held against the distance to the target, or
against δ. Where counts are filed the scatter must also exceed what counting alone gives, by
Benjamini–Hochberg over all targets so tested; else it is 小基数噪声.
Source: docs/method.md section 5, rule 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import special, stats
from statsmodels.stats.multitest import multipletests

from halfsky.evaluate.results import TargetResult, WarningRule
from halfsky.evaluate.series import Floats, Series
from halfsky.evaluate.warning.finding import Known, Tested, finding, number, test
from halfsky.plan.thresholds import WarningRules
from halfsky.plan.vocabulary import Family, Severity

MIN_COUNTS = 4  # years with counts: two go into level and trend, two must remain


def volatile(known: Known) -> Iterator[Tested]:
    """A finding or None, and its test or None: without counts there is nothing to test."""
    rules = known.thresholds.warning
    looked: list[tuple[TargetResult, float, float, float, float]] = []
    for key, row in known.rows.items():
        steps = known.one_step.get(key)
        if steps is None or len(steps.years) < rules.min_errors or row.value is None:
            continue
        away, limit = _yardstick(row, row.value, rules)
        if away > 0:
            p = overdispersion(known.past[key])
            looked.append((row, _robust_sd(steps.error), away, limit, p))
    # All that could be tested are, not only those that jump: choosing by size and testing for
    # size would find too much.
    counted = [p for *_, p in looked if not math.isnan(p)]
    passed = list(multipletests(counted, alpha=rules.fdr, method="fdr_bh")[0]) if counted else []
    for row, spread, away, limit, p in looked:
        has_counts = not math.isnan(p)
        is_noise = has_counts and not passed.pop(0)
        jumps = spread / away > limit
        found = None
        if jumps:
            found = finding(
                row,
                Family.VOLATILE,
                Severity.NOTE if is_noise else Severity.AMBER,
                WarningRule.SMALL_BASE_NOISE if is_noise else WarningRule.VOLATILE,
                row.value_year or 0,
                limit,
                {
                    "spread": spread,
                    "away": away,
                    "ratio": spread / away,
                    "limit": limit,
                    "p_value": p if has_counts else None,
                    "tests": len(counted),
                    "fdr": rules.fdr,
                },
            )
        done = None
        if has_counts:
            fired = jumps and not is_noise
            done = test(row, Family.VOLATILE, WarningRule.VOLATILE, p, fired=fired)
        yield found, done


def _robust_sd(errors: Floats) -> float:
    """Median distance from the median, as the standard deviation of a normal."""
    return float(np.median(np.abs(errors - np.median(errors))) / special.ndtri(0.75))


def _yardstick(row: TargetResult, value: float, rules: WarningRules) -> tuple[float, float]:
    if row.type in ("reach", "about"):
        away = max(abs(number(row.threshold) - value), number(row.delta))
        return away, rules.volatile_reach
    return number(row.delta), rules.volatile_delta


def overdispersion(own: Series) -> float:
    """p of "no more scatter around a straight line than counting alone gives".

    Pearson's χ² around a weighted line, so that a steady trend is no scatter; df = years − 2.

    Returns:
        NaN under MIN_COUNTS years with counts, and for a rate of 0 or 1 throughout.
    """
    counted = own.is_counted
    if counted.sum() < MIN_COUNTS:
        return math.nan
    events, exposure = own.numerator[counted], own.denominator[counted]
    rate = events.sum() / exposure.sum()
    if not 0 < rate < 1:
        return math.nan
    years = own.years[counted].astype(float)
    line = np.polyfit(years - years.mean(), events / exposure, 1, w=np.sqrt(exposure))
    fitted = np.clip(np.polyval(line, years - years.mean()), rate / 100, 1 - (1 - rate) / 100)
    variance = fitted * (1 - fitted) / exposure
    statistic = float(((events / exposure - fitted) ** 2 / variance).sum())
    return float(stats.chi2.sf(statistic, len(events) - 2))
