"""How far off will it be? The size of the error, read off the window itself.

One pooled regression serves all series: log size on the window's volatility, length and
roughness, the models' disagreement, the horizon and the scale. Its tails are Student's t, bent
so that the 80 % and the 95 % interval each have the coverage they state.
Source: docs/method.md section 3; learned by halfsky.evaluate.forecast.learn.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from halfsky.evaluate.forecast.pool import Window
from halfsky.evaluate.forecast.scale import Array, Scale
from halfsky.plan.calibration import Errors

SPREAD_FEATURES = (
    "one",
    "volatility",
    "horizon",
    "length",
    "disagreement",
    "roughness",
    "bounded",
)
KAPPA_FEATURES = ("one", "horizon", "length")
# Longer windows than were learned from say nothing about being surer still.
LONGEST = 15
FLOOR = 1e-4  # on the analysis scale: one hundredth of a percent a year
INSIDE80, INSIDE95 = 0.9, 0.975


def features(window: Window, changes: Array, scale: Scale, unit: float) -> Array:
    """Features of the error's size, shape (horizon, len(SPREAD_FEATURES)).

    changes: pool.components. unit: the published unit. A difference of two rounded figures
    carries rounding noise of unit²/6, so no window counts as quieter than that.
    """
    horizon = changes.shape[1]
    h = np.arange(1, horizon + 1, dtype=float)
    printed = unit_at(scale, float(window.z[-1]), unit)
    size = float(np.sqrt(np.mean(window.steps**2) + printed**2 / 6.0 + FLOOR**2))
    one = np.ones(horizon)
    return np.column_stack(
        [
            one,
            np.log(size) * one,
            np.log(h / 5.0),
            np.log(min(window.n, LONGEST) / 8.0) * one,
            np.log(np.ptp(changes, axis=0) / size + 0.2),
            np.log(window.roughness() / size + 0.1) * one,
            float(scale.form == "logit") * one,
        ]
    )


def unit_at(scale: Scale, z: float, unit: float) -> float:
    """Width of one published unit around a value, on the analysis scale."""
    x = float(scale.back(z))
    edges = scale.to(scale.clip(np.array([x - unit / 2, x + unit / 2])))
    return float(edges[1] - edges[0])


@dataclass(frozen=True)
class Tails:
    """Student's t, bent to pass through the learned 80 % and 95 % multipliers.

    Standardised errors r; `knots` pairs |t quantile| with |r|, straight in between.
    """

    degrees: float
    kappa80: float
    kappa95: float

    @cached_property
    def knots(self) -> tuple[Array, Array]:
        inner, outer = special.stdtrit(self.degrees, [INSIDE80, INSIDE95])
        far = 1e6
        return (
            np.array([0.0, inner, outer, outer * far]),
            np.array([0.0, self.kappa80, self.kappa95, self.kappa95 * far]),
        )

    def quantile(self, u: ArrayLike) -> Array:
        """Standardised error with probability u below it; symmetric to the last digit."""
        tau, r = self.knots
        x = np.asarray(u, dtype=float)
        t = np.abs(special.stdtrit(self.degrees, np.minimum(x, 1.0 - x)))
        return np.sign(x - 0.5) * np.interp(t, tau, r)

    def below(self, r: ArrayLike) -> Array:
        """P(standardised error <= r)."""
        tau, knots = self.knots
        x = np.asarray(r, dtype=float)
        return np.asarray(
            special.stdtr(self.degrees, np.sign(x) * np.interp(np.abs(x), knots, tau))
        )


def spread(design: Array, errors: Errors) -> Array:
    """Size of the error by horizon, analysis scale."""
    return np.exp(_linear(design, errors.spread, SPREAD_FEATURES))


def tails(design: Array, errors: Errors) -> list[Tails]:
    """Tails by horizon; the 95 % multiplier stays above the 80 % one."""
    columns = [SPREAD_FEATURES.index(name) for name in KAPPA_FEATURES]
    inner = np.exp(_linear(design[:, columns], errors.kappa80, KAPPA_FEATURES))
    outer = np.exp(_linear(design[:, columns], errors.kappa95, KAPPA_FEATURES))
    return [
        Tails(errors.degrees, float(a), float(max(b, 1.05 * a)))
        for a, b in zip(inner, outer, strict=True)
    ]


def _linear(design: Array, coefficients: dict[str, float], names: tuple[str, ...]) -> Array:
    """design × coefficients, row by row: a matrix product may differ in the last digit with
    the number of rows, and a task's answer must not depend on what else was asked."""
    return np.sum(design * np.array([coefficients[name] for name in names]), axis=1)
