"""波动较大: do single years jump by more than matters, and more than small numbers explain?

The robust sd of one-step forecast errors is held against the distance to the target, or
against δ. Where counts are filed the scatter must also exceed what counting alone gives, by
Benjamini–Hochberg over all targets so tested; else it is 小基数噪声.
Source: docs/method.md section 5, rule 4.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from halfsky.evaluate.frames import by_key
from halfsky.evaluate.warning.finding import Finding, Known, Row, finding, is_gap, test
from halfsky.plan.thresholds import WarningRules
from halfsky.plan.vocabulary import Family, Severity

MIN_COUNTS = 4  # years with counts: two go into level and trend, two must remain


def volatile(known: Known) -> Iterator[tuple[Finding | None, dict[str, Any] | None]]:
    """A finding or None, and its test or None: without counts there is nothing to test."""
    rules = known.thresholds.warning
    by_target = by_key(known.one_step)
    looked: list[tuple[Row, float, float, float, float]] = []
    for key, row in known.rows.items():
        steps = by_target.get(key)
        if steps is None or len(steps) < rules.min_errors or is_gap(row["value"]):
            continue
        spread = float(stats.median_abs_deviation(steps["error"], scale="normal"))
        away, limit = _yardstick(row, rules)
        if away > 0:
            looked.append((row, spread, away, limit, overdispersion(known.past[key])))
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
                "small_base_noise" if is_noise else "volatile",
                int(row["value_year"]),
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
        fired = jumps and not is_noise
        yield found, test(row, Family.VOLATILE, "volatile", p, fired=fired) if has_counts else None


def _yardstick(row: Row, rules: WarningRules) -> tuple[float, float]:
    if row["type"] in ("reach", "about"):
        away = max(abs(row["threshold"] - row["value"]), row["delta"])
        return away, rules.volatile_reach
    return row["delta"], rules.volatile_delta


def overdispersion(own: pd.DataFrame) -> float:
    """p of "no more scatter around a straight line than counting alone gives".

    Pearson's χ² around a weighted line, so that a steady trend is no scatter; df = years − 2.

    Args:
        own: year, numerator, denominator.

    Returns:
        NaN under MIN_COUNTS years with counts, and for a rate of 0 or 1 throughout.
    """
    counts = own[own["numerator"].notna() & (own["denominator"] > 0)]
    if len(counts) < MIN_COUNTS:
        return math.nan
    events = counts["numerator"].to_numpy(float)
    exposure = counts["denominator"].to_numpy(float)
    rate = events.sum() / exposure.sum()
    if not 0 < rate < 1:
        return math.nan
    years = counts["year"].to_numpy(float)
    line = np.polyfit(years - years.mean(), events / exposure, 1, w=np.sqrt(exposure))
    fitted = np.clip(np.polyval(line, years - years.mean()), rate / 100, 1 - (1 - rate) / 100)
    variance = fitted * (1 - fitted) / exposure
    statistic = float(((events / exposure - fitted) ** 2 / variance).sum())
    return float(stats.chi2.sf(statistic, len(counts) - 2))
