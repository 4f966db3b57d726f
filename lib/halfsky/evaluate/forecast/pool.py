"""Where does the series go? A pool of statsmodels models on the analysis scale.

Each component answers with its change from the last value; the pool combines the changes.
A fixed combination, because choosing a model per series did not beat it on ten points.
Source: docs/method.md section 3; statsmodels ThetaModel and ExponentialSmoothing.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.forecasting.theta import ThetaModel
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from halfsky.evaluate.forecast.scale import Array

COMPONENTS = ("drift", "theta", "damped", "robust", "recent")


@dataclass(frozen=True)
class Window:
    """A series as the models see it: yearly grid on the analysis scale.

    years, z: observed years and values. grid: one value a year from the first to the last
    observed year, gaps filled by straight lines, for the models that need equal spacing.
    """

    years: Array
    z: Array
    grid: Array

    @classmethod
    def of(cls, years: Array, z: Array) -> Window:
        grid_years = np.arange(years[0], years[-1] + 1)
        return cls(years, z, np.interp(grid_years, years, z))

    @property
    def n(self) -> int:
        return len(self.z)

    @property
    def steps(self) -> Array:
        """Change per root year: the size a random walk's step would have whatever the gap."""
        return np.diff(self.z) / np.sqrt(np.diff(self.years))

    @property
    def slopes(self) -> Array:
        """Change per year between neighbours."""
        return np.diff(self.z) / np.diff(self.years)


def components(window: Window, horizon: int) -> dict[str, Array]:
    """Change from the last value, 1..horizon years ahead, by component.

    Needs n >= 3; theta and damped need n >= 5 and repeat the drift below that. A constant
    series has change 0 everywhere: nothing is fitted, so nothing warns.
    """
    h = np.arange(1, horizon + 1, dtype=float)
    drift = (window.z[-1] - window.z[0]) / (window.years[-1] - window.years[0])
    out = {"drift": drift * h}
    if np.ptp(window.z) <= 1e-12 * max(1.0, float(np.max(np.abs(window.z)))):
        return {name: np.zeros(horizon) for name in COMPONENTS}
    out["robust"] = _theil_sen(window.years, window.z) * h
    tail = slice(max(0, window.n - 5), window.n)
    out["recent"] = _theil_sen(window.years[tail], window.z[tail]) * h
    if window.n < 5:
        out["theta"] = out["damped"] = out["drift"]
        return out
    last = window.z[-1]
    # Fitted on a series of unit spread: the optimisers' tolerances are absolute.
    spread = float(np.std(window.grid))
    unit = (window.grid - last) / spread
    out["theta"] = _finite(_theta(unit, horizon) * spread, out["drift"])
    out["damped"] = _finite(_damped(unit, horizon) * spread, out["drift"])
    return out


def _finite(change: Array, fallback: Array) -> Array:
    return change if bool(np.all(np.isfinite(change))) else fallback


def _theil_sen(years: Array, z: Array) -> float:
    return float(stats.theilslopes(z, years).slope)


def _theta(unit: Array, horizon: int) -> Array:
    with warnings.catch_warnings():
        # Short flat stretches make the smoothing parameter's optimum a boundary; the
        # warning is for a modeller at a prompt, not for a reader of the report.
        warnings.simplefilter("ignore")
        fitted = ThetaModel(unit, period=1, deseasonalize=False, use_test=False).fit(
            use_mle=False
        )
        return np.asarray(fitted.forecast(horizon), dtype=float)


def _damped(unit: Array, horizon: int) -> Array:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        model = ExponentialSmoothing(
            unit, trend="add", damped_trend=True, initialization_method="estimated"
        )
        return np.asarray(model.fit().forecast(horizon), dtype=float)
