"""Would these forecasts have held here? A region's own figures, forecast again from the past.

From each origin the forecast sees the years before it and nothing later. The errors fill a
reliability table, and they may replace the stored size of error — only with at least 30 series
of at least three origins each, and only if unseen series then become more likely.
Source: docs/method.md section 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import optimize, stats

from halfsky.evaluate.forecast.learn import fold_of
from halfsky.evaluate.forecast.pool import MIN_POOL
from halfsky.evaluate.forecast.predict import Forecast, Located, forecast
from halfsky.evaluate.forecast.scale import Array, SeriesSpec
from halfsky.evaluate.forecast.scores import reliability
from halfsky.evaluate.results import MIN_ORIGINS, MIN_SERIES, LocalCheck
from halfsky.plan.calibration import Calibration

FOLDS = 5
ROLLED_COLUMNS = [
    "series",
    "origin",
    "year",
    "horizon",
    "n",
    "method",
    "actual",
    "point",
    "lo80",
    "hi80",
    "lo95",
    "hi95",
    "inside80",
    "inside95",
    "p_not_lower",
    "not_lower",
    "ratio",
    "log_spread",
    "degrees",
    "kappa80",
    "kappa95",
]


def rolling_origin(
    frame: pd.DataFrame,
    specs: Mapping[str, SeriesSpec],
    calibration: Calibration,
    *,
    horizons: int = 5,
    least: int = MIN_POOL,
    origins: int | None = None,
) -> pd.DataFrame:
    """Every forecast that could have been made from `least` or more observations, and its fate.

    Args:
        frame: series, year, value (own unit, one row per year; NaN is dropped), cut at breaks;
            where a complete count is filed, numerator and denominator, too: its grain is known.
        specs: by series. horizons: years ahead. origins: only so many, the earliest first.

    Returns:
        ROLLED_COLUMNS, one row per series, origin and observed later year. p_not_lower: P(value
        >= the last one before the origin) and whether it was; ratio: error ÷ spread on the
        analysis scale; log_spread, degrees, kappa80, kappa95 (half the intervals' widths in
        spreads): of the stored calibration.
    """
    rows: list[dict[str, object]] = []
    known = frame.dropna(subset=["value"]).sort_values(["series", "year"], kind="stable")
    for name, part in known.groupby("series", sort=True):
        years, values = part["year"].to_numpy(int), part["value"].to_numpy(float)
        spec = specs[str(name)]
        for cut in range(least, len(years))[:origins]:
            fc = forecast(
                years[:cut],
                values[:cut],
                spec=spec,
                end_year=int(years[cut - 1]) + horizons,
                calibration=calibration,
                series_key=str(name),
                **_counted(part.iloc[:cut], spec),
            )
            actual = dict(zip(years[cut:].tolist(), values[cut:].tolist(), strict=True))
            rows += [
                {"series": str(name), **fate(fc, year, actual[year])}
                for year in fc.years
                if year in actual
            ]
    return pd.DataFrame(rows, columns=ROLLED_COLUMNS)


def _counted(part: pd.DataFrame, spec: SeriesSpec) -> dict[str, Any]:
    """Numerators, denominators and multiplier of a complete count; {} where they are not filed.

    Events and samples are rolled as plain series: yearly figures beside yearly figures.
    """
    if spec.counting != "complete" or "numerator" not in part:
        return {}
    above, below = part["numerator"].to_numpy(float), part["denominator"].to_numpy(float)
    if not (np.isfinite(above).all() and (below > 0).all() and (above > 0).any()):
        return {}
    seen = above > 0
    per = float(np.median(part["value"].to_numpy(float)[seen] * below[seen] / above[seen]))
    return {"numerators": above, "denominators": below, "per": per}


def fate(fc: Forecast, year: int, actual: float) -> dict[str, object]:
    """One forecast year held against what came: ROLLED_COLUMNS without `series`."""
    step = fc.years.index(year)
    line = fc.table.iloc[step]
    located = fc.predictive
    if not isinstance(located, Located):  # a rolled series carries no counts
        raise TypeError("rolling origins are taken of plain series")
    z = float(located.scale.to(located.scale.clip(np.asarray(actual))))
    spread = float(located.spread[step])
    return {
        "origin": fc.last_year,
        "year": year,
        "horizon": year - fc.last_year,
        "n": fc.n,
        "method": fc.method,
        "actual": actual,
        **{name: float(line[name]) for name in ("point", "lo80", "hi80", "lo95", "hi95")},
        "inside80": bool(line["lo80"] <= actual <= line["hi80"]),
        "inside95": bool(line["lo95"] <= actual <= line["hi95"]),
        "p_not_lower": fc.share_met(year, fc.last_value, ">="),
        "not_lower": bool(actual >= fc.last_value),
        "ratio": (z - float(located.centre[step])) / spread,
        "log_spread": float(np.log(spread)),
        "degrees": located.tails[step].degrees,
        "kappa80": located.tails[step].kappa80,
        "kappa95": located.tails[step].kappa95,
    }


def coverage_table(rolled: pd.DataFrame) -> pd.DataFrame:
    """Stated and found coverage by horizon.

    Returns:
        horizon, series, n, inside80, inside95 (outcomes inside), coverage80, coverage95 (shares).
    """
    grouped = rolled.groupby("horizon")
    return grouped.agg(
        series=("series", "nunique"),
        n=("actual", "size"),
        inside80=("inside80", "sum"),
        inside95=("inside95", "sum"),
        coverage80=("inside80", "mean"),
        coverage95=("inside95", "mean"),
    ).reset_index()


def rescaled(rolled: pd.DataFrame, multiplier: float) -> pd.DataFrame:
    """The same forecasts with errors `multiplier` times as large: what then lay inside."""
    size = rolled["ratio"].abs() / multiplier
    return rolled.assign(inside80=size <= rolled["kappa80"], inside95=size <= rolled["kappa95"])


def reliability_table(rolled: pd.DataFrame) -> pd.DataFrame:
    """Stated against found frequency of "not below the last value": scores.reliability."""
    return reliability(rolled["p_not_lower"].to_numpy(float), rolled["not_lower"].to_numpy(float))


def local_check(rolled: pd.DataFrame, calibration: Calibration) -> LocalCheck:
    """Whether local calibration is possible and better; returns the calibration to use."""
    counts = rolled.groupby("series")["origin"].nunique()
    enough = counts.index[counts >= MIN_ORIGINS]
    possible = len(enough) >= MIN_SERIES
    origins = int(counts[enough].sum())
    nan = float("nan")
    if not possible:
        return LocalCheck(len(enough), origins, False, nan, nan, nan, False, calibration)
    ours = rolled[rolled["series"].isin(enough) & (rolled["method"] == "pool")]
    fold = fold_of(ours["series"], FOLDS)
    stored, local = np.empty(len(ours)), np.empty(len(ours))
    for k in range(FOLDS):
        held = fold == k
        stored[held] = _log_density(ours[held], 0.0)
        local[held] = _log_density(ours[held], _fit_shift(ours[~held]))
    better = bool(local.mean() > stored.mean())
    shift = _fit_shift(ours)
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


def _log_density(rows: pd.DataFrame, shift: float) -> Array:
    ratio = rows["ratio"].to_numpy(float) * np.exp(-shift)
    size = rows["log_spread"].to_numpy(float) + shift
    return np.asarray(stats.t.logpdf(ratio, rows["degrees"].to_numpy(float)) - size)


def _fit_shift(rows: pd.DataFrame) -> float:
    """Log of local ÷ stored size: the likeliest, unless intervals would then cover too little.

    Likelihood follows the many quiet series of a region; the restless ones among them would pay
    with intervals that hold less than they state.
    """
    found = optimize.minimize_scalar(
        lambda shift: -float(_log_density(rows, shift).mean()), bounds=(-2.0, 2.0), method="bounded"
    )
    error = rows["ratio"].abs()
    needed = max(
        float(np.quantile(error / rows["kappa80"], 0.80, method="higher")),
        float(np.quantile(error / rows["kappa95"], 0.95, method="higher")),
    )
    return max(float(found.x), float(np.log(max(needed, np.exp(-2.0)))))


def _rescaled(calibration: Calibration, shift: float) -> Calibration:
    """All errors larger or smaller alike; shape, multipliers and probability map stay."""
    spread = dict(calibration.pool.spread)
    spread["one"] += shift
    pool = calibration.pool.model_copy(update={"spread": spread})
    return calibration.model_copy(update={"pool": pool})


def last_year_check(
    frame: pd.DataFrame,
    specs: Mapping[str, SeriesSpec],
    calibration: Calibration,
    *,
    year: int,
    least: int = MIN_POOL,
) -> pd.DataFrame:
    """Last year's forecast held against this year's value (去年的预测准不准).

    Args:
        frame: as in rolling_origin. year: this year; what is later is not looked at.

    Returns:
        series, forecast_year, point, lo80, hi80, lo95, hi95, actual, inside80, inside95: one
        row per series with a value this year and `least` before it. The origin is the newest
        year before this one.
    """
    columns = ["series", "year", "point", "lo80", "hi80", "lo95", "hi95", "actual"]
    columns += ["inside80", "inside95"]
    rows: list[dict[str, object]] = []
    known = frame.dropna(subset=["value"]).sort_values(["series", "year"], kind="stable")
    for name, part in known[known["year"] <= year].groupby("series", sort=True):
        years, values = part["year"].to_numpy(int), part["value"].to_numpy(float)
        if years[-1] != year or len(years) <= least:
            continue
        fc = forecast(
            years[:-1],
            values[:-1],
            spec=specs[str(name)],
            end_year=year,
            calibration=calibration,
            series_key=str(name),
        )
        rows.append({"series": str(name), **fate(fc, year, float(values[-1]))})
    found = pd.DataFrame(rows, columns=ROLLED_COLUMNS)[columns]
    return found.rename(columns={"year": "forecast_year"})
