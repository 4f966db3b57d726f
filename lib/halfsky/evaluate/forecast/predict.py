"""One series in, its forecast out: intervals, P(met), joint paths, attainment, needed change.

Source: docs/method.md section 3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special, stats

from halfsky.evaluate.forecast.counts import POOLED_YEARS, Simulated, simulate
from halfsky.evaluate.forecast.noise import sampling_variance, smooth
from halfsky.evaluate.forecast.pool import MIN_POOL, Window, combine, components
from halfsky.evaluate.forecast.scale import Array, Scale, SeriesSpec, choose
from halfsky.evaluate.forecast.spread import Tails, features, spread, tails, unit_at
from halfsky.plan.calibration import Calibration, Probability

Method = Literal["none", "drift", "pool", "gamma_poisson"]
COLUMNS = ["year", "point", "lo80", "hi80", "lo95", "hi95"]
LEVELS = (0.5, 0.1, 0.9, 0.025, 0.975)
SEED = 20210101
ATTAINMENT_DRAWS = 4000
MIN_DRIFT = 3


class Predictive(Protocol):
    """The forecast distribution of each horizon, in the own unit, before rounding."""

    def below(self, step: int, x: ArrayLike) -> Array:
        """P(value <= x) for the horizon with index `step`."""
        ...

    def quantile(self, step: int, u: ArrayLike) -> Array:
        """Value whose probability below is u."""
        ...

    def shifted(self, step: int, x: float, p_above: float) -> float | None:
        """The centre needed so that P(value > x) = p_above, own unit; None if out of reach."""
        ...

    def moved(self, centres: Array) -> Predictive:
        """The same errors about other centres, one a horizon, own unit."""
        ...


@dataclass(frozen=True)
class Located:
    """Bent Student-t errors around a centre on the analysis scale, one entry per horizon."""

    scale: Scale
    centre: Array
    spread: Array
    tails: tuple[Tails, ...]

    def below(self, step: int, x: ArrayLike) -> Array:
        r = (self.scale.to(x) - self.centre[step]) / self.spread[step]
        return self.tails[step].below(r)

    def quantile(self, step: int, u: ArrayLike) -> Array:
        return self.scale.back(self.centre[step] + self.spread[step] * self.tails[step].quantile(u))

    def shifted(self, step: int, x: float, p_above: float) -> float | None:
        z = float(self.scale.to(x))
        if not np.isfinite(z):
            return None
        centre = z + self.spread[step] * float(self.tails[step].quantile(p_above))
        return float(self.scale.back(centre))

    def moved(self, centres: Array) -> Located:
        return replace(self, centre=self.scale.to(self.scale.clip(centres)))


@dataclass(frozen=True)
class Prepared:
    """What a window says before any calibration: scale, models' changes, features.

    extra: sampling variance that the outcome will have, too, on the analysis scale.
    """

    scale: Scale
    window: Window
    changes: Array
    design: Array
    extra: float = 0.0

    @property
    def is_short(self) -> bool:
        return self.window.n < MIN_POOL

    def located(self, calibration: Calibration) -> Located:
        errors = calibration.short if self.is_short else calibration.pool
        centre = self.window.z[-1] + combine(self.changes)
        size = np.sqrt(spread(self.design, errors) ** 2 + self.extra)
        return Located(self.scale, centre, size, tuple(tails(self.design, errors)))


@dataclass(frozen=True)
class Counts:
    """Numerators and denominators of the observations, and the multiplier of their quotient."""

    numerators: Array
    denominators: Array
    per: float

    @property
    def resolution(self) -> float:
        """What one more in the numerator adds to the value, own unit."""
        return self.per / float(np.median(self.denominators))


def prepare(
    years: Array, values: Array, spec: SeriesSpec, horizon: int, counts: Counts | None = None
) -> Prepared:
    """years ascending and distinct, values finite, n >= 3, own unit; horizon in years."""
    resolution = counts.resolution if counts is not None else 0.0
    scale = choose(spec, values, resolution)
    z, extra = scale.to(values), 0.0
    if counts is not None and spec.counting == "sample":
        variance = sampling_variance(scale, counts.numerators, counts.denominators)
        z, extra = smooth(years, z, variance), float(variance[-1])
    elif counts is not None:
        # A committee of 41 shows its level to one seat only, however long it has not changed.
        extra = unit_at(scale, float(z[-1]), resolution) ** 2 / 12.0
    window = Window.of(years, z)
    changes = components(window, horizon)
    design = features(window, changes, scale, max(spec.unit, resolution))
    return Prepared(scale, window, changes, design, extra)


@dataclass(frozen=True)
class Forecast:
    """The forecast of one series.

    method: none (n <= 2) | drift (n 3–4, flagged) | pool | gamma_poisson. n: observations used.
    last_year, last_value: the newest of them. years: those forecast, last_year + 1 to the end
    year. seed and series_key fix the paths.
    """

    method: Method
    n: int
    last_year: int
    last_value: float
    spec: SeriesSpec
    scale: Scale | None = None
    predictive: Predictive | None = None
    window: Window | None = None
    probability: Probability | None = None
    memory: float = 1.0
    seed: int = SEED
    series_key: str = ""
    years: tuple[int, ...] = field(default=())

    @property
    def is_short(self) -> bool:
        """True for 3–4 observations: a drift with a borrowed spread, to be flagged."""
        return self.method == "drift"

    @property
    def _half(self) -> float:
        """Half a published unit: a value that rounds to the target meets it. Pooled rates are
        compared as unrounded quotients."""
        return 0.0 if self.method == "gamma_poisson" else self.spec.unit / 2

    @cached_property
    def levels(self) -> Array:
        """point, lo80, hi80, lo95, hi95 of each forecast year, as published: (years, 5)."""
        if self.predictive is None or self.scale is None:
            return np.empty((0, len(LEVELS)))
        quantiles = [self.predictive.quantile(k, LEVELS) for k in range(len(self.years))]
        return self.scale.published(np.array(quantiles))

    @cached_property
    def table(self) -> pd.DataFrame:
        """COLUMNS, one row a forecast year; empty where there is no forecast."""
        years = np.array(self.years, dtype=np.int64)
        return pd.DataFrame({"year": years, **dict(zip(COLUMNS[1:], self.levels.T, strict=True))})

    @property
    def one_step(self) -> pd.Series | None:
        """The row of the year after the last observation, or None."""
        return None if self.table.empty else self.table.iloc[0]

    @property
    def middle(self) -> Array:
        """The median of each future year, own unit, before rounding."""
        if self.predictive is None:
            return np.empty(0)
        steps = range(len(self.years))
        return np.array([float(self.predictive.quantile(k, 0.5)) for k in steps])

    def moved(self, centres: ArrayLike) -> Forecast:
        """The forecast with its middle moved and its errors kept: what if it went like this?

        centres: one a forecast year, own unit; beyond the bounds they rest at the bound.
        """
        if self.predictive is None:
            return self
        return replace(self, predictive=self.predictive.moved(np.asarray(centres, dtype=float)))

    def _step(self, year: int) -> int | None:
        return self.years.index(year) if year in self.years else None

    def share_met(self, year: int, threshold: float, comparator: str) -> float | None:
        """Share of the simulated paths that satisfy the comparator in a future year, exactly.

        threshold: own unit. comparator: ">=" or "<=". None where there is no forecast for the
        year. A path that rounds to the threshold meets it.
        """
        step = self._step(year)
        if comparator not in (">=", "<="):
            raise ValueError(f"comparator is >= or <=, not {comparator!r}")
        if step is None or self.predictive is None:
            return None
        lower, upper, half = self.spec.lower, self.spec.upper, self._half
        if comparator == ">=":
            if lower is not None and threshold <= lower:
                return 1.0
            if upper is not None and threshold > upper:
                return 0.0
            edge = np.nextafter(threshold - half, -np.inf)  # reaching the target meets it
            return float(1.0 - self.predictive.below(step, edge))
        if upper is not None and threshold >= upper:
            return 1.0
        if lower is not None and threshold < lower:
            return 0.0
        return float(self.predictive.below(step, threshold + half))

    def p_met(self, year: int, threshold: float, comparator: str) -> float | None:
        """Calibrated P that the published value satisfies the comparator in a future year.

        The share of paths, mapped to how often such shares came true where the outcome is
        known. Monotone in the threshold. Arguments as in share_met.
        """
        share = self.share_met(year, threshold, comparator)
        return share if share is None else came_true(share, self.probability)

    def normals(self, n: int) -> Array:
        """Standard normals behind the paths, shape (n, horizons), correlated along the years.

        Errors of neighbouring horizons share most of their steps, as in a random walk.
        """
        rng = np.random.default_rng(seed_of(self.seed, self.series_key))
        fresh = rng.standard_normal((n, len(self.years)))
        return fresh @ np.linalg.cholesky(walk_correlation(len(self.years), self.memory)).T

    def draws(self, n: int) -> Array:
        """n joint paths, shape (n, horizons), as published: rounded and within bounds.

        The same series_key and seed give the same paths, whatever else was forecast before.
        """
        return self.from_normals(self.normals(n))

    def from_normals(self, normals: Array) -> Array:
        """Paths from given standard normals: two series forecast together share theirs."""
        if self.predictive is None or self.scale is None:
            return np.empty((len(normals), 0))
        u = stats.norm.cdf(normals)
        columns = [self.predictive.quantile(k, u[:, k]) for k in range(normals.shape[1])]
        return self.scale.published(np.column_stack(columns))

    def attainment(self, threshold: float, comparator: str) -> pd.DataFrame:
        """When is the target first met?

        Joint paths, each year's share of paths that meet the target being its p_met.

        Returns:
            year, p (first met in that year), p_by (met in that year or an earlier one). What
            is missing to 1 is the probability of not meeting it by the end year.
        """
        by = self.met_by(threshold, comparator)
        years = np.array(self.years, dtype=np.int64)
        return pd.DataFrame({"year": years, "p": np.diff(by, prepend=0.0), "p_by": by})

    def met_by(self, threshold: float, comparator: str) -> Array:
        """P(met in that year or an earlier one) for each forecast year, from joint paths."""
        if not self.years:
            return np.empty(0)
        chance = [self.p_met(year, threshold, comparator) or 0.0 for year in self.years]
        height = self.normals(ATTAINMENT_DRAWS)
        good = height if comparator == ">=" else -height
        met = good > stats.norm.isf(chance)
        return np.maximum.accumulate(met, axis=1).mean(axis=0)

    def required_change(self, threshold: float, comparator: str, p: float) -> float | None:
        """Yearly change from the last value, own unit, that gives P(met in the end year) = p.

        The middle of the forecast is moved and its error kept. None without a forecast, where
        the threshold lies outside the bounds, or where not even resting at the bound would do.
        """
        if self.predictive is None or not self.years:
            return None
        step, half = len(self.years) - 1, self._half
        share = share_needed(p, self.probability)
        if comparator == ">=":
            centre = self.predictive.shifted(step, threshold - half, share)
        else:
            centre = self.predictive.shifted(step, threshold + half, 1.0 - share)
        bound = self.spec.upper if comparator == ">=" else self.spec.lower
        if centre is None or centre == bound:
            return None
        return (centre - self.last_value) / (self.years[-1] - self.last_year)


def came_true(share: float, probability: Probability | None) -> float:
    """How often a share of paths came true: the learned logistic map; 0 and 1 stay."""
    if probability is None or share <= 0.0 or share >= 1.0:
        return share
    return float(special.expit(probability.intercept + probability.slope * special.logit(share)))


def share_needed(p: float, probability: Probability | None) -> float:
    """The share of paths at which came_true gives p."""
    if probability is None or p <= 0.0 or p >= 1.0:
        return p
    return float(special.expit((special.logit(p) - probability.intercept) / probability.slope))


def seed_of(seed: int, series_key: str) -> int:
    """A seed of the series' own: the same on every machine and in any order."""
    return int.from_bytes(hashlib.sha256(f"{seed}|{series_key}".encode()).digest()[:8], "big")


def walk_correlation(horizons: int, memory: float) -> Array:
    """Correlation of the errors of horizons j and k: (min/max)**(memory/2)."""
    h = np.arange(1, horizons + 1, dtype=float)
    smaller, larger = np.minimum.outer(h, h), np.maximum.outer(h, h)
    return (smaller / larger) ** (memory / 2)


def forecast(
    years: ArrayLike,
    values: ArrayLike,
    *,
    spec: SeriesSpec,
    end_year: int,
    calibration: Calibration,
    numerators: Sequence[float] | Array | None = None,
    denominators: Sequence[float] | Array | None = None,
    per: float | None = None,
    from_year: int | None = None,
    seed: int = SEED,
    series_key: str = "",
) -> Forecast:
    """Forecast one series to the end year.

    Args:
        years, values: observations in any order, own unit, gaps allowed, already cut at breaks
            and at the report year; NaN values are dropped.
        spec: bounds, resolution, way of counting.
        end_year: last year to forecast.
        calibration: halfsky.plan.calibration.load_calibration().
        numerators, denominators: counts behind the values where filed; per: the multiplier of
            their quotient, e.g. 100 or 100000.
        from_year: drop observations before it.
        seed, series_key: together they fix the paths.

    Raises:
        ValueError: a year is given twice.
    """
    y, v = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
    k, d = _like(numerators, v), _like(denominators, v)
    keep = np.isfinite(v) & np.isfinite(y)
    if from_year is not None:
        keep &= y >= from_year
    rank = np.argsort(y[keep], kind="stable")
    y, v, k, d = (part[keep][rank] for part in (y, v, k, d))
    if len(np.unique(y)) < len(y):
        raise ValueError("a year is given twice")
    n = len(y)
    last_year, last_value = (int(y[-1]), float(v[-1])) if n else (0, float("nan"))
    horizon = end_year - last_year
    if n < MIN_DRIFT or horizon < 1:
        return Forecast("none", n, last_year, last_value, spec)
    known = per is not None and bool(np.all(np.isfinite(k) & (k >= 0) & (d > 0)))
    counts = Counts(k, d, float(per or 1.0)) if known else None
    if counts is not None and spec.counting == "events":
        return _counted(y, counts, spec, horizon, seed, series_key)
    prepared = prepare(y, v, spec, horizon, counts)
    return finish(prepared, v, spec, calibration, seed=seed, series_key=series_key)


def _like(given: Sequence[float] | Array | None, values: Array) -> Array:
    return np.full(len(values), np.nan) if given is None else np.asarray(given, dtype=float)


def _counted(
    years: Array, counts: Counts, spec: SeriesSpec, horizon: int, seed: int, series_key: str
) -> Forecast:
    """Event counts: the five-year pooled rate, whose last value is pooled, too."""
    draws = simulate(
        years,
        counts.numerators,
        counts.denominators,
        counts.per,
        horizon,
        seed_of(seed, f"{series_key}|events"),
    )
    last = int(years[-1])
    pooled = years > last - POOLED_YEARS
    rate = counts.per * counts.numerators[pooled].sum() / counts.denominators[pooled].sum()
    values = np.concatenate([counts.per * counts.numerators / counts.denominators, draws[0]])
    return Forecast(
        "gamma_poisson",
        len(years),
        last,
        float(rate),
        spec,
        scale=choose(spec, values),
        predictive=Simulated(draws),
        seed=seed,
        series_key=series_key,
        years=tuple(range(last + 1, last + 1 + horizon)),
    )


def finish(
    prepared: Prepared,
    values: Array,
    spec: SeriesSpec,
    calibration: Calibration,
    *,
    seed: int = SEED,
    series_key: str = "",
) -> Forecast:
    """The forecast of a prepared window; values: its observations, own unit, by year."""
    predictive = prepared.located(calibration)
    last_year = int(prepared.window.years[-1])
    ahead = tuple(range(last_year + 1, last_year + 1 + prepared.changes.shape[1]))
    return Forecast(
        "drift" if prepared.is_short else "pool",
        prepared.window.n,
        last_year,
        float(values[-1]),
        spec,
        scale=prepared.scale,
        predictive=predictive,
        window=prepared.window,
        probability=calibration.probability,
        seed=seed,
        series_key=series_key,
        years=ahead,
    )
