"""Where does each target stand at the plan's end? Forecasts, and the probability of meeting it.

Joins the forecasting pool (evaluate.forecast) to the nine target types: pairs of series (gap,
ratio, difference) are forecast each by itself and combined path by path.
Source: docs/method.md section 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from halfsky.evaluate.forecast import (
    Forecast,
    SeriesSpec,
    forecast,
    p_at_least_other,
    p_gap_at_most,
    p_ratio_within,
    p_slow_rise,
    p_within_other,
    paired_draws,
)
from halfsky.evaluate.frames import by_key, records
from halfsky.plan.calibration import Calibration
from halfsky.plan.models import Indicator, Plan, Target, Unit
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import Status

LEVELS = ("point", "lo80", "hi80", "lo95", "hi95")
NEEDS = ("need50", "need80", "attain_year")
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
            need50 and need80 (yearly change from now for P >= .5 and .8, own unit), attain_year
            (first year by which an unmet target is more likely met than not), forecast_method
            (pool | drift | gamma_poisson | observed | none); NaN where there is no forecast.
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
                path = path_of(row, own, plan, thresholds, units, calibration)
                if path is not None:
                    last = path.table.iloc[-1]
                    result = {"p_met": path.p, "forecast_method": path.method}
                    result |= {name: getattr(path, name) for name in NEEDS}
                    result |= {level: float(last[level]) for level in LEVELS}
                    paths.append(path.table.assign(target=row["target"], method=path.method))
        rows.append(result)
    columns = ["p_met", *LEVELS, *NEEDS, "forecast_method"]
    found = pd.DataFrame(rows, columns=columns, index=targets.index)
    numbers = found[["p_met", *LEVELS, *NEEDS]].astype(float)
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


@dataclass(frozen=True)
class Path:
    """A target's forecast: P(met at the end year), yearly table, method; and for targets judged
    by their own value the yearly change needed for P of 50 % and 80 %, and the first year by
    which the target is more likely met than not."""

    p: float
    table: pd.DataFrame
    method: str
    need50: float = math.nan
    need80: float = math.nan
    attain_year: float = math.nan


def _p(p: float | None) -> float:
    return math.nan if p is None else p


Move = Callable[[Forecast], Forecast]


def path_of(
    row: Mapping[str, Any],
    own: pd.DataFrame,
    plan: Plan,
    thresholds: Thresholds,
    units: dict[str, Unit],
    calibration: Calibration,
    move: Move | None = None,
) -> Path | None:
    """One target's forecast; None with fewer than three points or nothing to hold against.

    Args:
        row: a judged target. own: its history.
        move: changes the forecast of the target's own figure (women's, where women and men are
            set side by side) before anything is read off it: see evaluate.what_if.
    """
    target = plan.targets[row["target"]]
    indicator = plan.indicators[target.indicator or ""]
    used = own[own["in_use"].astype(bool)]
    if len(used) <= 2 or (pd.isna(row["threshold"]) and target.type != "slow_rise"):
        return None
    make = Maker(indicator, units[indicator.unit].per, plan.info.end_year, calibration, move)
    if target.type == "narrow_gap" or target.basis == "by_sex":
        return _pair(row, used, make, thresholds)
    if target.type == "relative":
        other = plan.indicators[target.reference_indicator or ""]
        return _difference(row, used, make, other, units)
    if target.basis == "share":
        return _share_ratio(row, used, make, thresholds)
    fc = make(used, "value", row["target"])
    if fc is None:
        return None
    if target.type == "slow_rise":
        return _slow_rise(fc, used, plan, thresholds)
    return _plain(row, target, fc, plan.info.end_year)


def _slow_rise(fc: Forecast, used: pd.DataFrame, plan: Plan, thresholds: Thresholds) -> Path:
    p = p_slow_rise(
        fc,
        used["year"].to_numpy(float),
        used["value"].to_numpy(float),
        plan.info.baseline_year,
        level=thresholds.status.slow_rise_level,
        points=thresholds.status.slow_rise_points,
    )
    return Path(_p(p), fc.table, fc.method)


def _plain(row: Mapping[str, Any], target: Target, fc: Forecast, end: int) -> Path:
    """A target judged by its own value."""
    threshold, comparator = float(row["threshold"]), str(row["comparator"])
    if target.baseline_floor:
        threshold += float(row["delta"]) * (-1 if comparator == ">=" else 1)
    p = fc.p_met(end, threshold, comparator)
    if target.two_sided and p is not None:
        over = fc.p_met(end, float(row["plan_value"]) + float(row["delta"]), ">=")
        p = max(p - (over or 0.0), 0.0)
    needs = [fc.required_change(threshold, comparator, requested) for requested in (0.5, 0.8)]
    by = fc.attainment(threshold, comparator)
    likely = by.loc[by["p_by"] >= 0.5, "year"]
    attain = math.nan
    # A path may reach the target and lose it again: no year is named where the end is unlikely.
    if row["status"] != Status.MET and len(likely) and (p or 0.0) >= 0.5:
        attain = float(likely.iloc[0])
    return Path(_p(p), fc.table, fc.method, _p(needs[0]), _p(needs[1]), attain)


class Maker:
    """Makes the forecast of one indicator's series, with its bounds and counts."""

    def __init__(
        self,
        indicator: Indicator,
        per: float | None,
        end_year: int,
        calibration: Calibration,
        move: Move | None = None,
    ) -> None:
        self.spec = SeriesSpec.from_indicator(indicator)
        self.indicator = indicator
        self.per = per
        self.end_year = end_year
        self.calibration = calibration
        self.move = move

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
        if fc.method == "none":
            return None
        return fc if self.move is None or column == "male" else self.move(fc)


def _table(years: np.ndarray, draws: np.ndarray) -> pd.DataFrame:
    quantiles = np.quantile(draws, QUANTILES, axis=0)
    return pd.DataFrame({"year": years, **dict(zip(LEVELS, quantiles, strict=True))})


def _pair(
    row: Mapping[str, Any], used: pd.DataFrame, make: Maker, thresholds: Thresholds
) -> Path | None:
    """Women and men forecast each by itself, their paths drawn together."""
    women = make(used, "female", row["target"])
    men = make(used, "male", row["target"])
    if women is None or men is None:
        return None
    years, f, m = paired_draws(women, men, DRAWS)
    if row["type"] == "narrow_gap":
        table = _table(years, np.abs(m - f))
        sign = {"higher_better": 1, "lower_better": -1}.get(row["direction"], 0)
        floor = None
        if sign and pd.notna(row["female_baseline"]):
            floor = float(row["female_baseline"]) - sign * float(row["delta"])
        p = p_gap_at_most(
            women,
            men,
            make.end_year,
            float(row["threshold"]),
            own_level=floor,
            comparator=">=" if sign > 0 else "<=",
        )
    else:
        table = _table(years, f / np.maximum(m, 1e-12))
        rules = thresholds.status
        p = p_ratio_within(women, men, make.end_year, rules.parity_low, rules.parity_high)
    return Path(_p(p), table, women.method)


def _share_ratio(
    row: Mapping[str, Any], used: pd.DataFrame, make: Maker, thresholds: Thresholds
) -> Path | None:
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
    p = math.nan if low is None or high is None else max(low - high, 0.0)
    return Path(p, table, fc.method)


def _difference(
    row: Mapping[str, Any],
    used: pd.DataFrame,
    make: Maker,
    other: Indicator,
    units: dict[str, Unit],
) -> Path | None:
    """This indicator and the one it is held against."""
    make_other = Maker(other, units[other.unit].per, make.end_year, make.calibration)
    own = make(used, "female", row["target"])
    reference = make_other(used, "other", row["target"])
    if own is None or reference is None:
        return None
    years, a, b = paired_draws(own, reference, DRAWS)
    if row["comparator"] == "within":
        p = p_within_other(own, reference, make.end_year, float(row["delta"]))
    else:
        p = p_at_least_other(own, reference, make.end_year)
    return Path(_p(p), _table(years, a - b), own.method)
