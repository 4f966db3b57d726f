"""Would these forecasts have held here? A region's own figures, forecast again from the past.

From each origin the forecast sees the years before it and nothing later. The errors fill a
reliability table, and they may replace the stored size of error — only with at least 30 series
of at least three origins each, and only if unseen series then become more likely.
Source: docs/method.md section 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import optimize, stats

from halfsky.evaluate.forecast.learn import fold_of
from halfsky.evaluate.forecast.pool import MIN_POOL
from halfsky.evaluate.forecast.predict import Forecast, Located, forecast
from halfsky.evaluate.forecast.scale import Array, SeriesSpec
from halfsky.evaluate.forecast.scores import reliability
from halfsky.evaluate.results import (
    MIN_ORIGINS,
    MIN_SERIES,
    HorizonCoverage,
    LocalCheck,
    ReliabilityBin,
    Results,
    RolledForecast,
)
from halfsky.evaluate.series import Series
from halfsky.plan.calibration import Calibration

FOLDS = 5


def rolling_origin(
    series: Mapping[str, Series],
    specs: Mapping[str, SeriesSpec],
    calibration: Calibration,
    *,
    horizons: int = 5,
    least: int = MIN_POOL,
    origins: int | None = None,
) -> Results[RolledForecast]:
    """Every forecast that could have been made from `least` or more observations, and its fate.

    Args:
        series: figures in their own unit, cut at breaks; where a complete count is filed, its
            resolution is known.
        specs: by series. horizons: years ahead. origins: only so many, the earliest first.

    Returns:
        One record per series, origin and observed later year, series in alphabetical order.
    """
    made: list[RolledForecast] = []
    for name in sorted(series):
        own, spec = series[name], specs[name]
        for cut in range(least, len(own))[:origins]:
            seen = own.part(slice(0, cut))
            fc = forecast(
                seen.years,
                seen.value,
                spec=spec,
                end_year=int(seen.years[-1]) + horizons,
                calibration=calibration,
                series_key=name,
                **_counted(seen, spec),
            )
            later = own.part(slice(cut, None))
            actual = dict(zip(later.years.tolist(), later.value.tolist(), strict=True))
            made += [fate(name, fc, year, actual[year]) for year in fc.years if year in actual]
    return Results(RolledForecast, made)


def _counted(seen: Series, spec: SeriesSpec) -> dict[str, Any]:
    """Numerators, denominators and multiplier of a complete count; {} where they are not filed.

    Events and samples are rolled as plain series: yearly figures beside yearly figures.
    """
    above, below = seen.numerator, seen.denominator
    if spec.counting != "complete" or not np.isfinite(above).all():
        return {}
    if not ((below > 0).all() and (above > 0).any()):
        return {}
    some = above > 0
    per = float(np.median(seen.value[some] * below[some] / above[some]))
    return {"numerators": above, "denominators": below, "per": per}


def fate(series: str, fc: Forecast, year: int, actual: float) -> RolledForecast:
    """One forecast year held against what came."""
    step = fc.years.index(year)
    point, lo80, hi80, lo95, hi95 = fc.levels[step].tolist()
    located = fc.predictive
    if not isinstance(located, Located):  # a rolled series carries no counts
        raise TypeError("rolling origins are taken of plain series")
    z = float(located.scale.to(located.scale.clip(np.asarray(actual))))
    spread = float(located.spread[step])
    not_lower = fc.share_met(year, fc.last_value, ">=")
    tails = located.tails[step]
    return RolledForecast(
        series=series,
        origin=fc.last_year,
        year=year,
        horizon=year - fc.last_year,
        n=fc.n,
        method=fc.method,
        actual=actual,
        point=point,
        lo80=lo80,
        hi80=hi80,
        lo95=lo95,
        hi95=hi95,
        inside80=lo80 <= actual <= hi80,
        inside95=lo95 <= actual <= hi95,
        p_not_lower=float("nan") if not_lower is None else not_lower,
        not_lower=actual >= fc.last_value,
        ratio=(z - float(located.centre[step])) / spread,
        log_spread=float(np.log(spread)),
        degrees=tails.degrees,
        kappa80=tails.kappa80,
        kappa95=tails.kappa95,
    )


def coverage(rolled: Iterable[RolledForecast]) -> Results[HorizonCoverage]:
    """Stated and found coverage by horizon: shares of outcomes inside."""
    by_horizon: dict[int, list[RolledForecast]] = {}
    for one in rolled:
        by_horizon.setdefault(one.horizon, []).append(one)
    return Results(
        HorizonCoverage,
        [
            HorizonCoverage(
                horizon,
                series=len({one.series for one in mine}),
                n=len(mine),
                inside80=sum(one.inside80 for one in mine),
                inside95=sum(one.inside95 for one in mine),
                coverage80=share_inside(mine, 80),
                coverage95=share_inside(mine, 95),
            )
            for horizon, mine in sorted(by_horizon.items())
        ],
    )


def share_inside(rolled: Sequence[RolledForecast], level: int) -> float:
    """Share of outcomes inside the 80 % or the 95 % interval."""
    inside = [one.inside80 if level == 80 else one.inside95 for one in rolled]
    return float(np.mean(inside))


def rescaled(rolled: Iterable[RolledForecast], multiplier: float) -> Results[RolledForecast]:
    """The same forecasts with errors `multiplier` times as large: what then lay inside."""
    return Results(
        RolledForecast,
        [
            replace(
                one,
                inside80=abs(one.ratio) / multiplier <= one.kappa80,
                inside95=abs(one.ratio) / multiplier <= one.kappa95,
            )
            for one in rolled
        ],
    )


def reliability_bins(rolled: Sequence[RolledForecast]) -> Results[ReliabilityBin]:
    """Stated against found frequency of "not below the last value": scores.reliability."""
    stated = np.array([one.p_not_lower for one in rolled])
    found = np.array([one.not_lower for one in rolled], dtype=float)
    return Results.from_frame(ReliabilityBin, reliability(stated, found))


def local_check(rolled: Iterable[RolledForecast], calibration: Calibration) -> LocalCheck:
    """Whether local calibration is possible and better; returns the calibration to use."""
    rolled = list(rolled)
    origins_of: dict[str, set[int]] = {}
    for one in rolled:
        origins_of.setdefault(one.series, set()).add(one.origin)
    enough = {name: len(found) for name, found in origins_of.items() if len(found) >= MIN_ORIGINS}
    origins = sum(enough.values())
    nan = float("nan")
    if len(enough) < MIN_SERIES:
        return LocalCheck(len(enough), origins, False, nan, nan, nan, False, calibration)
    ours = [one for one in rolled if one.series in enough and one.method == "pool"]
    errors = _Errors.of(ours)
    fold = fold_of([one.series for one in ours], FOLDS)
    stored, local = np.empty(len(ours)), np.empty(len(ours))
    for k in range(FOLDS):
        held = fold == k
        stored[held] = errors.part(held).log_density(0.0)
        local[held] = errors.part(held).log_density(errors.part(~held).best_shift())
    better = bool(local.mean() > stored.mean())
    shift = errors.best_shift()
    used = _rescaled(calibration, shift) if better else calibration
    return LocalCheck(
        len(enough),
        origins,
        True,
        float(np.exp(shift)),
        float(stored.mean()),
        float(local.mean()),
        better,
        used,
    )


@dataclass(frozen=True, eq=False)
class _Errors:
    """Standardised errors of past forecasts, one entry each: see RolledForecast."""

    ratio: Array
    log_spread: Array
    degrees: Array
    kappa80: Array
    kappa95: Array

    @classmethod
    def of(cls, rolled: Sequence[RolledForecast]) -> _Errors:
        names = cls.__dataclass_fields__
        return cls(**{name: np.array([getattr(one, name) for one in rolled]) for name in names})

    def part(self, keep: Array) -> _Errors:
        return _Errors(**{name: getattr(self, name)[keep] for name in self.__dataclass_fields__})

    def log_density(self, shift: float) -> Array:
        """Log density of each error with the stored size multiplied by exp(shift)."""
        ratio, size = self.ratio * np.exp(-shift), self.log_spread + shift
        return np.asarray(stats.t.logpdf(ratio, self.degrees) - size)

    def best_shift(self) -> float:
        """Log of local ÷ stored size: the likeliest, unless intervals would then cover too little.

        Likelihood follows the many quiet series of a region; the restless ones among them would
        pay with intervals that hold less than they state.
        """
        found = optimize.minimize_scalar(
            lambda shift: -float(self.log_density(shift).mean()),
            bounds=(-2.0, 2.0),
            method="bounded",
        )
        error = np.abs(self.ratio)
        needed = max(
            float(np.quantile(error / self.kappa80, 0.80, method="higher")),
            float(np.quantile(error / self.kappa95, 0.95, method="higher")),
        )
        return max(float(found.x), float(np.log(max(needed, np.exp(-2.0)))))


def _rescaled(calibration: Calibration, shift: float) -> Calibration:
    """All errors larger or smaller alike; shape, multipliers and probability map stay."""
    spread = dict(calibration.pool.spread)
    spread["one"] += shift
    pool = calibration.pool.model_copy(update={"spread": spread})
    return calibration.model_copy(update={"pool": pool})
