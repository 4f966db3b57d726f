"""Where does each target stand at the plan's end? Forecasts, and the probability of meeting it.

Joins the forecasting pool (evaluate.forecast) to the nine target types: pairs of series (gap,
ratio, difference) are forecast each by itself and combined path by path.
Source: docs/method.md section 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from halfsky.evaluate.forecast import Forecast, SeriesSpec, forecast
from halfsky.evaluate.frames import by_key, records
from halfsky.evaluate.series import Groups, one_series
from halfsky.evaluate.status import shortfall
from halfsky.plan.calibration import Calibration
from halfsky.plan.models import Indicator, Plan, Target, Unit
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import Status

LEVELS = ("point", "lo80", "hi80", "lo95", "hi95")
FORECAST_COLUMNS = ["target", "year", *LEVELS, "method"]
DRAWS = 2000
QUANTILES = (0.5, 0.1, 0.9, 0.025, 0.975)


def predict(
    targets: pd.DataFrame,
    history: pd.DataFrame,
    plan: Plan,
    *,
    thresholds: Thresholds,
    units: dict[str, Unit],
    calibration: Calibration,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add p_met and the end-year forecast to judged targets; return the paths beside them.

    Args:
        targets: completion.facts with status. history: HISTORY_COLUMNS.

    Returns:
        targets with p_met, point, lo80, hi80, lo95, hi95 (at the plan's end year, own unit),
            forecast_method (pool | drift | gamma_poisson | observed | none) and n unchanged;
            NaN where there is no forecast.
        forecasts: FORECAST_COLUMNS, one row per target and future year.
    """
    end_year = plan.info.end_year
    past = by_key(history)
    rows: list[dict[str, object]] = []
    paths: list[pd.DataFrame] = []
    for row in records(targets):
        own = past.get(row["target"])
        result: dict[str, object] = {"p_met": math.nan, "forecast_method": "none"}
        if own is not None and pd.notna(row["value"]):
            if int(row["value_year"]) >= end_year:
                result = _observed(row)
            else:
                path = _path(row, own, plan, thresholds, units, calibration)
                if path is not None:
                    p, table, method = path
                    last = table.iloc[-1]
                    result = {"p_met": p, "forecast_method": method}
                    result |= {level: float(last[level]) for level in LEVELS}
                    paths.append(table.assign(target=row["target"], method=method))
        rows.append(result)
    columns = ["p_met", *LEVELS, "forecast_method"]
    found = pd.DataFrame(rows, columns=columns, index=targets.index)
    numbers = found[["p_met", *LEVELS]].astype(float)
    added = targets.assign(**numbers, forecast_method=found["forecast_method"])
    frames = (
        pd.concat(paths, ignore_index=True) if paths else pd.DataFrame(columns=FORECAST_COLUMNS)
    )
    return added, frames[FORECAST_COLUMNS]


def _observed(row: Mapping[str, Any]) -> dict[str, object]:
    """At the plan's end nothing is left to forecast: the verdict is the answer."""
    if row["status"] in (Status.MISSING, Status.UNDECIDABLE):
        return {"p_met": math.nan, "forecast_method": "none"}
    return {"p_met": float(row["status"] == Status.MET), "forecast_method": "observed"}


def _path(
    row: Mapping[str, Any],
    own: pd.DataFrame,
    plan: Plan,
    thresholds: Thresholds,
    units: dict[str, Unit],
    calibration: Calibration,
) -> tuple[float, pd.DataFrame, str] | None:
    target = plan.targets[row["target"]]
    indicator = plan.indicators[target.indicator or ""]
    used = own[own["in_use"].astype(bool)]
    if len(used) <= 2 or (pd.isna(row["threshold"]) and target.type != "slow_rise"):
        return None
    make = Maker(indicator, units[indicator.unit].per, plan.info.end_year, calibration)
    if target.type == "narrow_gap" or target.basis == "by_sex":
        return _pair(row, used, make, thresholds)
    if target.type == "relative":
        other = plan.indicators[target.reference_indicator or ""]
        return _difference(row, used, make, other, units, thresholds)
    if target.basis == "share":
        return _share_ratio(row, used, make, thresholds)
    fc = make(used, "value", row["target"])
    if fc is None:
        return None
    end = plan.info.end_year
    if target.type == "slow_rise":
        return math.nan, fc.table, fc.method
    threshold = float(row["threshold"])
    if target.baseline_floor:
        threshold += float(row["delta"]) * (-1 if row["comparator"] == ">=" else 1)
    p = fc.p_met(end, threshold, row["comparator"])
    if target.two_sided and p is not None:
        over = fc.p_met(end, float(row["plan_value"]) + float(row["delta"]), ">=")
        p = max(p - (over or 0.0), 0.0)
    return (math.nan if p is None else p), fc.table, fc.method


class Maker:
    """Makes the forecast of one indicator's series, with its bounds and counts."""

    def __init__(
        self, indicator: Indicator, per: float | None, end_year: int, calibration: Calibration
    ) -> None:
        self.spec = SeriesSpec.from_indicator(indicator)
        self.indicator = indicator
        self.per = per
        self.end_year = end_year
        self.calibration = calibration

    def __call__(self, used: pd.DataFrame, column: str, key: str) -> Forecast | None:
        """Forecast one column of a history; None under three points."""
        rows = used[used[column].notna()]
        counted = column == "value" and rows["numerator"].notna().all()
        fc = forecast(
            rows["year"].to_numpy(int),
            rows[column].to_numpy(float),
            spec=self.spec,
            end_year=self.end_year,
            calibration=self.calibration,
            numerators=rows["numerator"].to_numpy(float) if counted else None,
            denominators=rows["denominator"].to_numpy(float) if counted else None,
            per=self.per if counted else None,
            series_key=f"{key}:{column}",
        )
        return None if fc.method == "none" else fc


def _table(years: np.ndarray, draws: np.ndarray) -> pd.DataFrame:
    quantiles = np.quantile(draws, QUANTILES, axis=0)
    return pd.DataFrame({"year": years, **dict(zip(LEVELS, quantiles, strict=True))})


def _combined(
    first: Forecast | None,
    second: Forecast | None,
    combine: Callable[[np.ndarray, np.ndarray], np.ndarray],
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray] | None:
    """Two sets of paths over their common years, combined path by path."""
    if first is None or second is None:
        return None
    a, b = first.table["year"].to_numpy(int), second.table["year"].to_numpy(int)
    years = np.intersect1d(a, b)
    one = first.draws(DRAWS)[:, np.isin(a, years)]
    two = second.draws(DRAWS)[:, np.isin(b, years)]
    joint = combine(one, two)
    return _table(years, joint), joint[:, -1], one[:, -1], two[:, -1]


def _pair(
    row: Mapping[str, Any], used: pd.DataFrame, make: Maker, thresholds: Thresholds
) -> tuple[float, pd.DataFrame, str] | None:
    women = make(used, "female", row["target"])
    men = make(used, "male", row["target"])
    if row["type"] == "narrow_gap":
        joined = _combined(women, men, lambda f, m: np.abs(m - f))
    else:
        joined = _combined(women, men, lambda f, m: f / np.maximum(m, 1e-12))
    if joined is None or women is None:
        return None
    table, end, women_end, _ = joined
    if row["type"] == "narrow_gap":
        met = end <= row["threshold"]
        sign = {"higher_better": 1, "lower_better": -1}.get(row["direction"], 0)
        if sign and pd.notna(row["female_baseline"]):
            met &= sign * (women_end - row["female_baseline"]) >= -row["delta"]
    else:
        rules = thresholds.status
        met = (end >= rules.parity_low) & (end <= rules.parity_high)
    return float(met.mean()), table, women.method


def _share_ratio(
    row: Mapping[str, Any], used: pd.DataFrame, make: Maker, thresholds: Thresholds
) -> tuple[float, pd.DataFrame, str] | None:
    """Parity of a share: women ÷ men = s ÷ (100 − s)."""
    fc = make(used, "female", row["target"])
    if fc is None:
        return None
    last = used.iloc[-1]
    # What the population ratio divides by, as far as it is known in the last year.
    population = (last["female"] / (100 - last["female"])) / last["value"]

    def share_of(ratio: float) -> float:
        return 100 * ratio * population / (1 + ratio * population)

    low = fc.p_met(make.end_year, share_of(thresholds.status.parity_low), ">=")
    high = fc.p_met(make.end_year, share_of(thresholds.status.parity_high), ">=")
    table = fc.table.copy()
    for level in LEVELS:
        share = table[level].clip(upper=99.9)
        table[level] = share / (100 - share) / population
    if low is None or high is None:
        return math.nan, table, fc.method
    return max(low - high, 0.0), table, fc.method


def _difference(
    row: Mapping[str, Any],
    used: pd.DataFrame,
    make: Maker,
    other: Indicator,
    units: dict[str, Unit],
    thresholds: Thresholds,
) -> tuple[float, pd.DataFrame, str] | None:
    make_other = Maker(other, units[other.unit].per, make.end_year, make.calibration)
    own = make(used, "female", row["target"])
    reference = make_other(used, "other", row["target"])
    joined = _combined(own, reference, lambda a, b: a - b)
    if joined is None or own is None:
        return None
    table, end, _, _ = joined
    met = [shortfall({**row, "value": value}, thresholds) <= 1e-9 for value in end]
    return float(np.mean(met)), table, own.method


def yearly_series(
    target: Target, plan: Plan, groups: Groups, units: dict[str, Unit]
) -> pd.DataFrame:
    """A reference region's figures for a target's indicator, sex, age and area."""
    indicator = plan.indicators[target.indicator or ""]
    return one_series(
        groups,
        indicator,
        sex=target.sex,
        age=target.age,
        area=target.area,
        per=units[indicator.unit].per,
    )
