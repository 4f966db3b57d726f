"""Where does the series go? A pool of statsmodels models on the analysis scale.

Each component answers with its change from the last value; "no change" is one of them. The
pool sorts the four changes and weighs them 1, 3, 3, 1: the mean of their mean and their
median, so that one model gone wild moves it little. Nothing in it is fitted across series,
because choosing or weighing models per series did not beat a fixed combination on ten points.
Source: docs/method.md section 3; statsmodels ThetaModel and ExponentialSmoothing.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.tsa.holtwinters import ExponentialSmoothing
from statsmodels.tsa.statespace.exponential_smoothing import (
    ExponentialSmoothing as SimpleSmoothing,
)

from halfsky.evaluate.forecast.scale import Array
from halfsky.evaluate.series import theil_sen

COMPONENTS = ("none", "drift", "theta", "damped")
SORTED_WEIGHTS = np.array([1.0, 3.0, 3.0, 1.0]) / 8.0
MIN_POOL = 5
# A window whose values differ by less than this, relative to their size, is constant.
FLAT = 1e-9
# Years ahead are worked out in tens: a fit costs a hundred times its extrapolation.
AHEAD = 10


@dataclass(frozen=True)
class Window:
    """A series as the models see it, on the analysis scale.

    years, z: observed years and values. grid: one value a year from the first to the last
    observed year, gaps filled by straight lines, for the models that need equal spacing.
    """

    years: Array
    z: Array
    grid: Array

    @classmethod
    def of(cls, years: Array, z: Array) -> Window:
        """years ascending and distinct; z finite; same length."""
        grid_years = np.arange(years[0], years[-1] + 1)
        return cls(years, z, np.interp(grid_years, years, z))

    @property
    def n(self) -> int:
        return len(self.z)

    @property
    def steps(self) -> Array:
        """Changes ÷ root of years between: the size a random walk's step has over any gap."""
        return np.diff(self.z) / np.sqrt(np.diff(self.years))

    @property
    def is_flat(self) -> bool:
        return bool(np.ptp(self.z) <= FLAT * max(1.0, float(np.max(np.abs(self.z)))))

    def roughness(self) -> float:
        """Mean distance of the points from their robust (Theil–Sen) line."""
        if self.is_flat:
            return 0.0
        rest = self.z - theil_sen(self.years, self.z) * self.years
        return float(np.mean(np.abs(rest - np.median(rest))))


def components(window: Window, horizon: int) -> Array:
    """Change from the last value by component and horizon, shape (4, horizon).

    Order as in COMPONENTS. Theta and damped ETS need n >= 5 and repeat the drift below that.
    A constant series changes by 0 everywhere: nothing is fitted, so nothing can warn.
    """
    whole = -(-horizon // AHEAD) * AHEAD
    return _components(tuple(window.years.tolist()), tuple(window.z.tolist()), whole)[:, :horizon]


@lru_cache(maxsize=4096)
def _components(years: tuple[float, ...], z: tuple[float, ...], horizon: int) -> Array:
    """Remembered, because one evaluation asks for the same window again and again: as last
    year's forecast, as an origin of this year's check and as one of last year's."""
    window = Window.of(np.asarray(years), np.asarray(z))
    changes = _changes(window, horizon)
    changes.flags.writeable = False
    return changes


def _changes(window: Window, horizon: int) -> Array:
    h = np.arange(1, horizon + 1, dtype=float)
    if window.is_flat:
        return np.zeros((len(COMPONENTS), horizon))
    drift = h * (window.z[-1] - window.z[0]) / (window.years[-1] - window.years[0])
    if window.n < MIN_POOL:
        return np.vstack([np.zeros(horizon), drift, drift, drift])
    # Fitted on a series of unit spread, because the optimisers' tolerances are absolute; to
    # nine digits, so that they start from the same figures wherever the series stands.
    spread = float(np.std(window.grid))
    unit = np.round((window.grid - window.z[-1]) / spread, 9)
    with warnings.catch_warnings():
        # Short smooth series put the optimum on a bound of the smoothing parameter. That is
        # a note for a modeller at a prompt, not for the reader of a report.
        warnings.simplefilter("ignore")
        theta = _usable(_theta(unit, horizon) * spread, drift)
        damped = _usable(_damped(unit, horizon) * spread, drift)
    return np.vstack([np.zeros(horizon), drift, theta, damped])


def combine(changes: Array) -> Array:
    """The pool's change from the last value, shape (horizon,).

    Summed column by column: a horizon's figure does not depend on how many are asked for.
    """
    return np.sum(SORTED_WEIGHTS[:, None] * np.sort(changes, axis=0), axis=0)


def _usable(change: Array, fallback: Array) -> Array:
    return change if bool(np.all(np.isfinite(change))) else fallback


def _theta(unit: Array, horizon: int) -> Array:
    """Half the slope of a straight line, and exponential smoothing: statsmodels' ThetaModel.

    Its two steps without what its results hold besides: a smoother, a covariance, a frame.
    """
    n, ahead = len(unit), np.arange(horizon, dtype=float)
    line = np.column_stack([np.ones(n), np.arange(n, dtype=float)])
    slope = float(np.linalg.lstsq(line, unit, rcond=None)[0][1])
    model = SimpleSmoothing(unit, initial_level=unit[0], initialization_method="known")
    alpha = float(model.fit(disp=False, return_params=True)[0])
    level = float(unit[0])
    for value in unit.tolist():
        level += alpha * (value - level)
    trend = slope * (ahead + 1 / alpha - (1 - alpha) ** n / alpha)
    return np.asarray(trend / 2 + level)


class _DampedTrend(ExponentialSmoothing):
    """statsmodels' model, with the grid of its starting values worked out at once.

    The stock model asks for its 1,200 points one by one, most of the time of a fit. Points,
    arithmetic and choice are the same, so the fit is the same to the last digit.
    """

    def _get_starting_values(
        self,
        params: Array,
        start_params: None,
        use_brute: bool,
        sel: NDArray[np.bool_],
        hw_args: Any,
        bounds: Array,
        alpha: float,
        func: Any,
    ) -> Array:
        smoothing = sel & (np.arange(len(sel)) < 3)
        points = self._setup_brute(smoothing, bounds, alpha)
        level, trend, phi = params[3:6]
        of_level, of_trend = points.T
        levels = np.empty((len(points), len(hw_args.y)))
        trends = np.empty_like(levels)
        levels[:, 0], trends[:, 0] = level, trend
        for k, value in enumerate(hw_args.y[:-1], start=1):
            before, moved = levels[:, k - 1], trends[:, k - 1]
            levels[:, k] = of_level * value + (1 - of_level) * (before + phi * moved)
            trends[:, k] = of_trend * (levels[:, k] - before) + (1 - of_trend) * phi * moved
        errors = hw_args.y - (levels + phi * trends)
        # Row by row: a sum over an axis would add in another order.
        params[smoothing] = points[int(np.argmin([row @ row for row in errors]))]
        return params


def _damped(unit: Array, horizon: int) -> Array:
    model = _DampedTrend(unit, trend="add", damped_trend=True, initialization_method="estimated")
    return np.asarray(model.fit().forecast(horizon), dtype=float)
