"""How sure is a rate of few events? Exact intervals and the Gamma–Poisson posterior.

Source: docs/method.md section 4; statsmodels.stats.rates and .proportion; scipy.stats.
"""

from __future__ import annotations

import math

from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.rates import confint_poisson


def rate_interval(events: float, exposure: float, per: float, level: float) -> tuple[float, float]:
    """Exact (central) Poisson interval of a rate of events.

    Args:
        events: number of events, >= 0. exposure: population at risk, > 0.
        per: multiplier of the printed rate, e.g. 100000. level: e.g. 0.95.

    Returns:
        Lower and upper bound in the printed unit.
    """
    low, high = confint_poisson(events, exposure, method="exact-c", alpha=1 - level)
    # With no event the lower bound is 0; scipy's chi2.ppf(0 df) answers NaN.
    return (0.0 if events == 0 else float(low) * per, float(high) * per)


def share_interval(
    count: float, total: float, per: float, level: float, method: str = "beta"
) -> tuple[float, float]:
    """Interval of a share; `beta` is the exact Clopper–Pearson one.

    `wilson` and `jeffreys` serve trend and comparison of small bodies, never status.
    """
    low, high = proportion_confint(count, total, alpha=1 - level, method=method)
    return (float(low) * per, float(high) * per)


def gamma_poisson(
    events: float, exposure: float, per: float, level: float, shape: float, rate: float
) -> dict[str, float]:
    """Posterior of a rate of events under a Gamma(shape, rate) prior.

    Returns:
        mean, low, high in the printed unit.
    """
    posterior = stats.gamma(shape + events, scale=1 / (rate + exposure))
    tail = (1 - level) / 2
    return {
        "mean": float(posterior.mean()) * per,
        "low": float(posterior.ppf(tail)) * per,
        "high": float(posterior.ppf(1 - tail)) * per,
    }


def probability_rate_at_most(
    limit: float, events: float, exposure: float, per: float, shape: float, rate: float
) -> float:
    """Posterior probability that the true rate is at or below a limit in the printed unit."""
    return float(stats.gamma.cdf(limit / per, shape + events, scale=1 / (rate + exposure)))


def is_known(value: float | None) -> bool:
    """True for a number; a gap stays a gap."""
    return value is not None and not math.isnan(value)
