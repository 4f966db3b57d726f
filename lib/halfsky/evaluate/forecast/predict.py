"""One series in, its forecast out: intervals, P(met), joint paths, attainment, needed change.

Source: docs/method.md section 3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from halfsky.evaluate.forecast.pool import Window, components
from halfsky.evaluate.forecast.scale import Array, Scale, SeriesSpec, choose
from halfsky.evaluate.forecast.spread import FEATURES, features
from halfsky.plan.calibration import Calibration

Method = Literal["none", "drift", "pool", "gamma_poisson"]
COLUMNS = ["year", "point", "lo80", "hi80", "lo95", "hi95"]
LEVELS = (0.5, 0.1, 0.9, 0.025, 0.975)
SEED = 20210101
ATTAINMENT_DRAWS = 4000
MIN_DRIFT = 3
MIN_POOL = 5


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


@dataclass(frozen=True)
class Located:
    """Student-t errors around a centre on the analysis scale."""

    scale: Scale
    centre: Array
    spread: Array
    degrees: float

    def below(self, step: int, x: ArrayLike) -> Array:
        z = (self.scale.to(x) - self.centre[step]) / self.spread[step]
        return np.asarray(stats.t.cdf(z, self.degrees))

    def quantile(self, step: int, u: ArrayLike) -> Array:
        z = self.centre[step] + self.spread[step] * stats.t.ppf(u, self.degrees)
        return self.scale.back(z)

    def shifted(self, step: int, x: float, p_above: float) -> float | None:
        z = float(self.scale.to(x))
        if not np.isfinite(z):
            return None
        centre = z + self.spread[step] * float(stats.t.ppf(p_above, self.degrees))
        return float(self.scale.back(centre))


@dataclass(frozen=True)
class Forecast:
    """The forecast of one series.

    method: none (n <= 2) | drift (n 3–4, flagged) | pool | gamma_poisson. n: observations used.
    last_year, last_value: the newest of them. table: COLUMNS, one row a year from last_year + 1
    to the end year; empty where there is none. last: what a path starts from.
    """

    method: Method
    n: int
    last_year: int
    last_value: float
    spec: SeriesSpec
    table: pd.DataFrame
    scale: Scale | None = None
    predictive: Predictive | None = None
    memory: float = 1.0
    seed: int = SEED
    series_key: str = ""
    years: tuple[int, ...] = field(default=())

    @property
    def is_short(self) -> bool:
        """True for 3–4 observations: a drift with a borrowed spread, to be flagged."""
        return self.method == "drift"

    @property
    def one_step(self) -> pd.Series | None:
        """The row of the year after the last observation, or None."""
        return None if self.table.empty else self.table.iloc[0]

    def _step(self, year: int) -> int | None:
        return self.years.index(year) if year in self.years else None

    def p_met(self, year: int, threshold: float, comparator: str) -> float | None:
        """Calibrated P that the published value satisfies the comparator in a future year.

        threshold: own unit. comparator: ">=" or "<=". None where there is no forecast for the
        year. A value that rounds to the threshold meets it.
        """
        step = self._step(year)
        if step is None or self.predictive is None or self.scale is None:
            return None
        if comparator not in (">=", "<="):
            raise ValueError(f"comparator is >= or <=, not {comparator!r}")
        half = self.spec.unit / 2
        if comparator == ">=":
            if self.spec.lower is not None and threshold <= self.spec.lower:
                return 1.0
            if self.spec.upper is not None and threshold > self.spec.upper:
                return 0.0
            return float(1.0 - self.predictive.below(step, threshold - half))
        if self.spec.upper is not None and threshold >= self.spec.upper:
            return 1.0
        if self.spec.lower is not None and threshold < self.spec.lower:
            return 0.0
        return float(self.predictive.below(step, threshold + half))

    def tail_p(self, year: int, value: float) -> float | None:
        """Two-sided p-value of an observed value against the forecast of its year."""
        above = self.p_met(year, value, ">=")
        under = self.p_met(year, value, "<=")
        if above is None or under is None:
            return None
        return min(1.0, 2.0 * min(above, under))

    def normals(self, n: int) -> Array:
        """Standard normals behind the paths, shape (n, horizons), correlated along the years.

        Errors of neighbouring horizons share most of their steps, as in a random walk.
        """
        key = hashlib.sha256(f"{self.seed}|{self.series_key}".encode()).digest()
        rng = np.random.default_rng(int.from_bytes(key[:8], "big"))
        fresh = rng.standard_normal((n, len(self.years)))
        return (
            fresh @ np.linalg.cholesky(walk_correlation(len(self.years), self.memory)).T
        )

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
        columns = [
            self.predictive.quantile(k, u[:, k]) for k in range(normals.shape[1])
        ]
        return self.scale.published(np.column_stack(columns))

    def attainment(self, threshold: float, comparator: str) -> pd.DataFrame:
        """When is the target first met?

        Returns:
            year, p (first met in that year), p_by (met in that year or an earlier one). What
            is missing to 1 is the probability of not meeting it by the end year.
        """
        paths = self.draws(ATTAINMENT_DRAWS)
        met = (
            paths >= threshold - 1e-9
            if comparator == ">="
            else paths <= threshold + 1e-9
        )
        ever = np.maximum.accumulate(met, axis=1)
        by = ever.mean(axis=0) if len(self.years) else np.empty(0)
        first = np.diff(by, prepend=0.0)
        return pd.DataFrame({"year": list(self.years), "p": first, "p_by": by})

    def required_change(
        self, threshold: float, comparator: str, p: float
    ) -> float | None:
        """Yearly change from the last value, own unit, that gives P(met in the end year) >= p.

        The middle of the forecast is moved, its error kept. None without a forecast, or where
        no change suffices.
        """
        if self.predictive is None or not self.years:
            return None
        step = len(self.years) - 1
        half = self.spec.unit / 2
        if comparator == ">=":
            centre = self.predictive.shifted(step, threshold - half, p)
        else:
            centre = self.predictive.shifted(step, threshold + half, 1.0 - p)
        if centre is None:
            return None
        return (centre - self.last_value) / (self.years[-1] - self.last_year)


def walk_correlation(horizons: int, memory: float) -> Array:
    """Correlation of the errors of horizons j and k: (min/max)**(memory/2)."""
    h = np.arange(1, horizons + 1, dtype=float)
    smaller, larger = np.minimum.outer(h, h), np.maximum.outer(h, h)
    return (smaller / larger) ** (memory / 2)


def forecast(
    years: Sequence[int] | Array,
    values: Sequence[float] | Array,
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
    keep = np.isfinite(v) & np.isfinite(y)
    if from_year is not None:
        keep &= y >= from_year
    order = np.argsort(y[keep], kind="stable")
    y, v = y[keep][order], v[keep][order]
    if len(np.unique(y)) < len(y):
        raise ValueError("a year is given twice")
    n = len(y)
    empty = pd.DataFrame(
        {c: pd.Series(dtype=int if c == "year" else float) for c in COLUMNS}
    )
    last_year, last_value = (int(y[-1]), float(v[-1])) if n else (0, float("nan"))
    if n < MIN_DRIFT or end_year <= last_year:
        return Forecast("none", n, last_year, last_value, spec, empty)
    horizon = end_year - last_year
    scale = choose(spec, v)
    window = Window.of(y, scale.to(v))
    centre, spread = locate(window, horizon, calibration)
    predictive = Located(scale, centre, spread, calibration.shape.degrees)
    ahead = tuple(range(last_year + 1, end_year + 1))
    return Forecast(
        "drift" if n < MIN_POOL else "pool",
        n,
        last_year,
        last_value,
        spec,
        _table(ahead, predictive, scale),
        scale=scale,
        predictive=predictive,
        seed=seed,
        series_key=series_key,
        years=ahead,
    )


def locate(
    window: Window, horizon: int, calibration: Calibration
) -> tuple[Array, Array]:
    """Centre and spread on the analysis scale, 1..horizon years ahead."""
    change = components(window, horizon)
    moved = sum(
        weight * change[name] for name, weight in calibration.centre.weights.items()
    )
    coefficients = np.array(
        [calibration.spread.coefficients[name] for name in FEATURES]
    )
    spread = np.exp(features(window, horizon, calibration.spread.floor) @ coefficients)
    return window.z[-1] + moved, spread


def _table(
    years: tuple[int, ...], predictive: Predictive, scale: Scale
) -> pd.DataFrame:
    quantiles = np.array([predictive.quantile(k, LEVELS) for k in range(len(years))])
    rounded = scale.published(quantiles)
    return pd.DataFrame(
        {"year": list(years), **dict(zip(COLUMNS[1:], rounded.T, strict=True))}
    )
