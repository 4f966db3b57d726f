"""On which scale is a series forecast? Logit between bounds, log above a bound, else as it is.

The bounds are reachable: they are widened by half a published unit, and paths are rounded back,
so that 100 % and 0 keep their share of probability. Source: docs/method.md section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halfsky.plan.models import Indicator

Array = NDArray[np.float64]
Form = Literal["logit", "log", "identity"]

# A value within one hundredth of the window's typical size of its bound is as good as at the
# bound: without a floor, 99.99 → 99.98 would count as a large movement on the logit scale.
LOG_MARGIN = 0.01
LOGIT_MARGIN = 0.0025


@dataclass(frozen=True)
class SeriesSpec:
    """How a series is bounded, printed and counted.

    kind: share | rate | ratio | level | count | difference. lower, upper: bounds of the values,
    in the own unit, None where there is none. decimals: digits published; the unit of
    publication is u = 10**-decimals. counting: complete | events | sample, as in the plan.
    """

    kind: str
    lower: float | None = None
    upper: float | None = None
    decimals: int = 1
    counting: str = "complete"

    @classmethod
    def from_indicator(cls, indicator: Indicator) -> SeriesSpec:
        """The plan's indicator as the forecast sees it; shares get their natural bounds."""
        lower, upper = indicator.lower, indicator.upper
        if indicator.kind == "share":
            lower = 0.0 if lower is None else lower
            upper = (1000.0 if indicator.unit == "‰" else 100.0) if upper is None else upper
        elif indicator.kind in ("rate", "ratio", "count") and lower is None:
            lower = 0.0
        return cls(indicator.kind, lower, upper, indicator.decimals, indicator.counting)

    @property
    def unit(self) -> float:
        """The smallest difference the publication can show, in the own unit."""
        return float(10.0**-self.decimals)


@dataclass(frozen=True)
class Scale:
    """A monotone map between the own unit and the analysis scale."""

    form: Form
    low: float  # widened lower bound, own unit
    high: float  # widened upper bound, own unit
    size: float  # identity: the divisor that makes steps comparable
    lower: float | None  # the bounds as published
    upper: float | None
    decimals: int

    def to(self, values: ArrayLike) -> Array:
        """Own unit → analysis scale; beyond the widened bounds → ±inf."""
        x = np.asarray(values, dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.form == "logit":
                inside = np.clip(x, self.low, self.high)
                return np.log(inside - self.low) - np.log(self.high - inside)
            if self.form == "log":
                return np.log(np.maximum(x - self.low, 0.0))
        return x / self.size

    def back(self, z: ArrayLike) -> Array:
        """Analysis scale → own unit, unrounded, within the published bounds."""
        v = np.asarray(z, dtype=float)
        with np.errstate(over="ignore"):
            if self.form == "logit":
                x = self.low + (self.high - self.low) / (1.0 + np.exp(-v))
            elif self.form == "log":
                x = self.low + np.exp(np.minimum(v, 700.0))
            else:
                x = v * self.size
        return self.clip(x)

    def clip(self, x: Array) -> Array:
        """Keep values within the published bounds."""
        if self.lower is not None:
            x = np.maximum(x, self.lower)
        if self.upper is not None:
            x = np.minimum(x, self.upper)
        return x

    def published(self, x: ArrayLike) -> Array:
        """Round to the resolution of publication; bounds hold after rounding, too."""
        return self.clip(np.round(np.asarray(x, dtype=float), self.decimals))


def choose(spec: SeriesSpec, values: Array, resolution: float = 0.0) -> Scale:
    """The scale of a series: logit with two bounds, log with a lower bound of 0, else identity.

    A ratio may pass its nominal upper bound (gross enrolment does), so only kinds that carry
    both bounds are logit. A lower bound above every value is a fault of the data and gives
    the identity rather than an infinity. values: observed values, own unit, non-empty.
    grain: what one person more or fewer changes, own unit, where denominators are known; with
    it the logit is log((k + ½) / (n − k + ½)).
    """
    half = max(spec.unit, resolution) / 2.0
    low, high = spec.lower, spec.upper
    top, bottom = float(np.max(values)), float(np.min(values))
    typical = float(np.median(np.abs(values)))
    inside = (low is None or bottom >= low) and (high is None or top <= high)
    if inside and low is not None and high is not None:
        margin = max(half, LOGIT_MARGIN * (high - low))
        return Scale("logit", low - margin, high + margin, 1.0, low, high, spec.decimals)
    positive = low is not None and low == 0.0 and spec.kind != "difference"
    if inside and positive and typical > 0:
        margin = max(half, LOG_MARGIN * typical)
        return Scale("log", -margin, np.inf, 1.0, low, high, spec.decimals)
    size = max(typical, spec.unit)
    keep_low = low if inside else None
    keep_high = high if inside else None
    return Scale("identity", -np.inf, np.inf, size, keep_low, keep_high, spec.decimals)
