"""A few events among many people: the pooled rate, forecast by Gamma–Poisson.

Status and P refer to the rate pooled over five years: in a county of 3,500 births one maternal
death is 29 in 100,000, and no single year says anything. The rate's posterior discounts old
years; the drift is shrunk towards none; future events are drawn from the future rate.
Source: docs/method.md section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from halfsky.evaluate.forecast.scale import Array

POOLED_YEARS = 5
# Weights 1, .8, .64, … sum to five years: the posterior rests on as much as the pooled rate.
DISCOUNT = 0.8
# Jeffreys shape: almost no information, yet no certainty after a row of zeros.
PRIOR_SHAPE = 0.5
# Rates of rare events fell by some 0–8 % a year where they fell: a drift beyond is noise.
DRIFT_SD = 0.04
# Real yearly change of a rate beyond its drift, as far as the counts cannot say otherwise.
WALK_SD = 0.10
WALK_WEIGHT = 4.0
# A series that jumps from none to hundreds has changed its meaning; no walk describes that.
MOST_WALK = 0.5
DRAWS = 8000


@dataclass(frozen=True)
class Simulated:
    """A forecast known by its draws, shape (draws, horizons), own unit, each column sorted."""

    columns: Array

    def below(self, step: int, x: ArrayLike) -> Array:
        column = self.columns[:, step]
        return np.searchsorted(column, np.asarray(x, dtype=float), side="right") / len(column)

    def quantile(self, step: int, u: ArrayLike) -> Array:
        # Count data: a quantile is one of the values, never one in between.
        column = self.columns[:, step]
        place = np.ceil(np.asarray(u, dtype=float) * len(column)).astype(int) - 1
        return column[np.clip(place, 0, len(column) - 1)]

    def shifted(self, step: int, x: float, p_above: float) -> float | None:
        """All rates multiplied alike until P(value > x) is p_above."""
        reached = float(self.quantile(step, 1.0 - p_above))
        if reached <= 0.0 or x < 0.0:
            return None
        return float(self.quantile(step, 0.5)) * x / reached

    def moved(self, centres: Array) -> Simulated:
        """Every rate of a horizon multiplied alike; where the middle is no event, added to."""
        middle = np.array([float(self.quantile(k, 0.5)) for k in range(self.columns.shape[1])])
        requested = np.maximum(centres, 0.0)
        has_middle = middle > 0
        factor = np.divide(requested, middle, out=np.ones_like(middle), where=has_middle)
        return Simulated(self.columns * factor + np.where(has_middle, 0.0, requested))


def simulate(
    years: Array, events: Array, exposure: Array, per: float, horizon: int, seed: int
) -> Array:
    """Pooled rates of the five years to each future year, shape (DRAWS, horizon), own unit.

    Args:
        years ascending and distinct; events >= 0 and exposure > 0 of those years (people at
        risk); per: multiplier of the rate. Years not observed between add nothing.
    """
    rng = np.random.default_rng(seed)
    last = int(years[-1])
    age = last - years
    weight = DISCOUNT**age
    shape = PRIOR_SHAPE + float(weight @ events)
    mass = float(weight @ exposure)
    drift, drift_sd = _drift(years, events, exposure)
    walk = _walk(years, events)
    # The discounted rate is centred some years back; the drift carries it to the last year.
    lag = float((weight * exposure) @ age) / mass
    slope = rng.normal(drift, drift_sd, DRAWS)
    level = np.log(rng.gamma(shape, 1.0 / mass, DRAWS)) + slope * lag
    steps = rng.normal(0.0, walk, (DRAWS, horizon))
    ahead = np.arange(1, horizon + 1, dtype=float)
    rate = np.exp(level[:, None] + slope[:, None] * ahead + np.cumsum(steps, axis=1))
    people = float(exposure[-1])
    # A drawn rate above one event a person is not a rate; it only feeds the far tail.
    future = rng.poisson(np.minimum(rate, 1.0) * people)
    out = np.empty((DRAWS, horizon))
    for k in range(horizon):
        from_year = last + k + 1 - POOLED_YEARS
        kept = years > from_year
        begin = max(0, k + 1 - POOLED_YEARS)
        count = events[kept].sum() + future[:, begin : k + 1].sum(axis=1)
        total = exposure[kept].sum() + people * (k + 1 - begin)
        out[:, k] = per * count / total
    return np.sort(out, axis=0)


def _drift(years: Array, events: Array, exposure: Array) -> tuple[float, float]:
    """Yearly change of the log rate: Poisson slope, shrunk towards none. Mean and sd."""
    expected = exposure * events.sum() / exposure.sum()
    centre = float((expected @ years) / max(expected.sum(), 1e-12))
    spread = float(expected @ (years - centre) ** 2)
    if spread <= 0.0:
        return 0.0, DRIFT_SD
    slope = float((events - expected) @ (years - centre)) / spread
    share = DRIFT_SD**2 / (DRIFT_SD**2 + 1.0 / spread)
    return share * slope, DRIFT_SD * float(np.sqrt(1.0 - share))


def _walk(years: Array, events: Array) -> float:
    """Yearly sd of the log rate beyond Poisson noise, shrunk to WALK_SD.

    On the root scale, where Poisson noise has variance 1 whatever the rate.
    """
    root = 2.0 * np.sqrt(events + 0.375)
    mean = max(float(events.mean()), 0.5)
    gap = np.diff(years)
    excess = (np.diff(root) ** 2 - 2.0) / (gap * mean)
    # With few events the noise hides any real change: such steps hardly count.
    trusted = len(excess) * mean / (mean + 2.0)
    found = (WALK_WEIGHT * WALK_SD**2 + trusted * max(0.0, float(excess.mean()))) / (
        WALK_WEIGHT + trusted
    )
    return min(float(np.sqrt(found)), MOST_WALK)
