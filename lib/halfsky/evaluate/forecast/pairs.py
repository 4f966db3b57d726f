"""Two series together: women and men, this indicator and the one it is held against.

The marginal paths of each forecast stay as they are; their shocks are tied by the correlation
of their past yearly changes, shrunk to a declared value because ten points say little about it.
P here is the share of paths. No benchmark of pairs exists to recalibrate it on.
Source: docs/method.md sections 1 and 3.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from halfsky.evaluate.forecast.predict import Forecast
from halfsky.evaluate.forecast.scale import Array

DRAWS = 4000
# Women and men of one place, one definition and one office: their figures rise together.
PRIOR_CORRELATION = 0.5
PRIOR_WEIGHT = 6.0
EDGE = 1e-9


def shock_correlation(a: Forecast, b: Forecast) -> float:
    """Correlation of yearly changes over common spans, shrunk to PRIOR_CORRELATION."""
    one, two = a.window, b.window
    if one is None or two is None:
        return 0.0
    years = np.intersect1d(one.years, two.years)
    count = len(years) - 1
    if count < 2:
        return PRIOR_CORRELATION
    gap = np.sqrt(np.diff(years))
    steps = [np.diff(w.z[np.isin(w.years, years)]) / gap for w in (one, two)]
    steps = [s - s.mean() for s in steps]
    size = float(np.sqrt(np.sum(steps[0] ** 2) * np.sum(steps[1] ** 2)))
    if size <= 0.0:
        return PRIOR_CORRELATION
    found = float(steps[0] @ steps[1]) / size
    return (count * found + PRIOR_WEIGHT * PRIOR_CORRELATION) / (count + PRIOR_WEIGHT)


def paired_draws(a: Forecast, b: Forecast, n: int = DRAWS) -> tuple[Array, Array, Array]:
    """Joint paths of two forecasts over their common years.

    Returns:
        years; paths of a; paths of b: row k of both belongs to the same future. a's paths are
        a.draws(n); b's have b's own distribution.
    """
    rho = shock_correlation(a, b)
    years, of_a, of_b = np.intersect1d(a.years, b.years, return_indices=True)
    shared, own = a.normals(n), b.normals(n)
    tied = own.copy()
    tied[:, of_b] = rho * shared[:, of_a] + np.sqrt(1.0 - rho**2) * own[:, of_b]
    return years, a.from_normals(shared)[:, of_a], b.from_normals(tied)[:, of_b]


def _at(a: Forecast, b: Forecast, year: int) -> tuple[Array, Array] | None:
    if year not in a.years or year not in b.years:
        return None
    years, one, two = paired_draws(a, b)
    column = int(np.searchsorted(years, year))
    return one[:, column], two[:, column]


def p_ratio_within(
    f: Forecast, m: Forecast, year: int, low: float, high: float, population: float = 1.0
) -> float | None:
    """P(low <= women ÷ men ÷ population ratio <= high) in a year; None without forecasts."""
    found = _at(f, m, year)
    if found is None:
        return None
    women, men = found
    ratio = women / np.maximum(men, EDGE) / population
    return float(np.mean((ratio >= low - EDGE) & (ratio <= high + EDGE)))


def p_gap_at_most(
    f: Forecast,
    m: Forecast,
    year: int,
    most: float,
    *,
    own_level: float | None = None,
    comparator: str = ">=",
) -> float | None:
    """P(|women − men| <= most), and women's own level not worse than own_level where given."""
    found = _at(f, m, year)
    if found is None:
        return None
    women, men = found
    met = np.abs(women - men) <= most + EDGE
    if own_level is not None:
        kept = women >= own_level - EDGE if comparator == ">=" else women <= own_level + EDGE
        met = met & kept
    return float(np.mean(met))


def p_at_least_other(a: Forecast, b: Forecast, year: int, slack: float = 0.0) -> float | None:
    """P(a >= b − slack) in a year."""
    found = _at(a, b, year)
    return None if found is None else float(np.mean(found[0] >= found[1] - slack - EDGE))


def p_within_other(a: Forecast, b: Forecast, year: int, delta: float) -> float | None:
    """P(|a − b| <= delta) in a year."""
    found = _at(a, b, year)
    return None if found is None else float(np.mean(np.abs(found[0] - found[1]) <= delta + EDGE))


def p_slow_rise(
    fc: Forecast,
    years: Array,
    values: Array,
    change_year: int,
    *,
    level: float = 0.8,
    points: int = 4,
    n: int = DRAWS,
) -> float | None:
    """P that by the end year the rise has slowed: slope after − slope before < 0, interval
    excluding 0.

    Args:
        years, values: what was observed, own unit. change_year: the last year "before".
        level: of the interval. points: needed on each side, else None.
    """
    past, seen = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
    before = past <= change_year
    later = np.concatenate([past[~before], np.asarray(fc.years, dtype=float)])
    if not fc.years or before.sum() < points or len(later) < points:
        return None
    paths = fc.draws(n)
    after = np.hstack([np.tile(seen[~before], (n, 1)), paths])
    slope_after, variance_after = _slopes(later, after)
    slope_before, variance_before = _slopes(past[before], seen[before][None, :])
    free = len(later) + int(before.sum()) - 4
    reach = stats.t.ppf(0.5 + level / 2, free) * np.sqrt(variance_after + variance_before)
    return float(np.mean(slope_after - slope_before + reach < 0))


def _slopes(x: Array, y: Array) -> tuple[Array, Array]:
    """Least-squares slope of each row of y, and its variance."""
    centred = x - x.mean()
    size = float(centred @ centred)
    slope = y @ centred / size
    rest = y - y.mean(axis=1, keepdims=True) - slope[:, None] * centred
    return slope, (rest**2).sum(axis=1) / (len(x) - 2) / size
