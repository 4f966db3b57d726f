"""Where does each target stand at the plan's end? Forecasts, and the probability of meeting it.

Joins the forecasting pool (evaluate.forecast) to the nine target types: pairs of series (gap,
ratio, difference) are forecast each by itself and combined path by path.
Source: docs/method.md section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

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
from halfsky.evaluate.forecast.scale import Array
from halfsky.evaluate.results import ForecastYear, Results, TargetResult
from halfsky.evaluate.series import TargetSeries
from halfsky.evaluate.status import number
from halfsky.plan.calibration import Calibration
from halfsky.plan.models import Indicator, Plan, Target, Unit
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import Status

LEVELS = ("point", "lo80", "hi80", "lo95", "hi95")
DRAWS = 2000
QUANTILES = (0.5, 0.1, 0.9, 0.025, 0.975)


def predict(
    targets: Iterable[TargetResult],
    series: Mapping[str, TargetSeries],
    plan: Plan,
    *,
    thresholds: Thresholds,
    units: dict[str, Unit],
    calibration: Calibration,
) -> tuple[Results[TargetResult], dict[str, Path]]:
    """Add p_met and the end-year forecast to judged targets; return the paths beside them.

    Args:
        targets: completion.facts with status. series: what each is judged by.

    Returns:
        targets with p_met, point, lo80, hi80, lo95, hi95 (at the plan's end year, own unit),
            need50 and need80 (yearly change from now for P >= .5 and .8, own unit), attain_year
            (first year by which an unmet target is more likely met than not), forecast_method
            (pool | drift | gamma_poisson | observed | none); None where there is no forecast.
        paths: by target, where there is a forecast.
    """
    made: list[TargetResult] = []
    paths: dict[str, Path] = {}
    for row in targets:
        own = series.get(row.target)
        if own is None or row.value_year is None:
            made.append(row)
        elif row.value_year >= plan.info.end_year:
            made.append(_observed(row))
        else:
            path = path_of(row, own, plan, thresholds, units, calibration)
            if path is not None:
                paths[row.target] = path
            made.append(row if path is None else path.added_to(row))
    return Results(TargetResult, made), paths


def forecast_years(paths: Mapping[str, Path]) -> Results[ForecastYear]:
    """Every future year of every forecast, in the targets' order."""
    return Results(
        ForecastYear,
        [
            ForecastYear(target, year, point, lo80, hi80, lo95, hi95, path.method)
            for target, path in paths.items()
            for year, (point, lo80, hi80, lo95, hi95) in zip(
                path.years, path.levels.tolist(), strict=True
            )
        ],
    )


def _observed(row: TargetResult) -> TargetResult:
    """At the plan's end nothing is left to forecast: the verdict is the answer."""
    if row.status in (Status.MISSING, Status.UNDECIDABLE):
        return row
    return replace(row, p_met=float(row.status == Status.MET), forecast_method="observed")


@dataclass(frozen=True, eq=False)
class Path:
    """A target's forecast: P(met at the end year), years ahead, levels of each (LEVELS, own
    unit), method; and for targets judged by their own value the yearly change needed for P of
    50 % and 80 %, and the first year by which the target is more likely met than not."""

    p: float | None
    years: tuple[int, ...]
    levels: Array  # shape (years, LEVELS)
    method: str
    need50: float | None = None
    need80: float | None = None
    attain_year: int | None = None

    @property
    def table(self) -> pd.DataFrame:
        """year and LEVELS, one row a year."""
        levels = dict(zip(LEVELS, self.levels.T, strict=True))
        return pd.DataFrame({"year": list(self.years), **levels})

    def added_to(self, row: TargetResult) -> TargetResult:
        """The target with what this forecast says of it."""
        end = dict(zip(LEVELS, self.levels[-1].tolist(), strict=True))
        return replace(
            row,
            p_met=self.p,
            forecast_method=self.method,
            need50=self.need50,
            need80=self.need80,
            attain_year=self.attain_year,
            **end,
        )


Move = Callable[[Forecast], Forecast]


def path_of(
    row: TargetResult,
    own: TargetSeries,
    plan: Plan,
    thresholds: Thresholds,
    units: dict[str, Unit],
    calibration: Calibration,
    move: Move | None = None,
) -> Path | None:
    """One target's forecast; None with fewer than three points or nothing to hold against.

    Args:
        row: a judged target. own: its series.
        move: changes the forecast of the target's own figure (women's, where women and men are
            set side by side) before anything is read off it: see evaluate.what_if.
    """
    target = plan.targets[row.target]
    indicator = plan.indicators[target.indicator or ""]
    used = own.used
    if len(used) <= 2 or (row.threshold is None and target.type != "slow_rise"):
        return None
    make = Maker(indicator, units[indicator.unit].per, plan.info.end_year, calibration, move)
    if target.type == "narrow_gap" or target.basis == "by_sex":
        return _pair(row, used, make, thresholds)
    if target.type == "relative":
        other = plan.indicators[target.reference_indicator or ""]
        return _difference(row, used, make, other, units)
    if target.basis == "share":
        return _share_ratio(row, used, make, thresholds)
    fc = make(used, "value", row.target)
    if fc is None:
        return None
    if target.type == "slow_rise":
        return _slow_rise(fc, used, plan, thresholds)
    return _plain(row, target, fc, plan.info.end_year)


def _slow_rise(fc: Forecast, used: TargetSeries, plan: Plan, thresholds: Thresholds) -> Path:
    p = p_slow_rise(
        fc,
        used.years.astype(float),
        used.value,
        plan.info.baseline_year,
        level=thresholds.status.slow_rise_level,
        points=thresholds.status.slow_rise_points,
    )
    return Path(p, fc.years, fc.levels, fc.method)


def _plain(row: TargetResult, target: Target, fc: Forecast, end: int) -> Path:
    """A target judged by its own value."""
    threshold, comparator = number(row.threshold), row.comparator or ">="
    if target.baseline_floor:
        threshold += number(row.delta) * (-1 if comparator == ">=" else 1)
    p = fc.p_met(end, threshold, comparator)
    if target.two_sided and p is not None:
        over = fc.p_met(end, number(row.plan_value) + number(row.delta), ">=")
        p = max(p - (over or 0.0), 0.0)
    need50, need80 = (fc.required_change(threshold, comparator, asked) for asked in (0.5, 0.8))
    attain = None
    # A path may reach the target and lose it again: no year is named where the end is unlikely.
    if row.status != Status.MET and (p or 0.0) >= 0.5:
        likely = np.flatnonzero(fc.met_by(threshold, comparator) >= 0.5)
        attain = fc.years[likely[0]] if len(likely) else None
    return Path(p, fc.years, fc.levels, fc.method, need50, need80, attain)


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

    def __call__(self, used: TargetSeries, column: str, key: str) -> Forecast | None:
        """Forecast one column of a history; None under three points."""
        values: Array = getattr(used, column)
        is_known = ~np.isnan(values)
        rows = used.part(is_known)
        counted = column == "value" and not np.isnan(rows.numerator).any()
        fc = forecast(
            rows.years,
            values[is_known],
            spec=self.spec,
            end_year=self.end_year,
            calibration=self.calibration,
            numerators=rows.numerator if counted else None,
            denominators=rows.denominator if counted else None,
            per=self.per if counted else None,
            series_key=f"{key}:{column}",
        )
        if fc.method == "none":
            return None
        return fc if self.move is None or column == "male" else self.move(fc)


def _levels(draws: Array) -> Array:
    """LEVELS of each year, shape (years, levels); draws: (paths, years)."""
    return np.quantile(draws, QUANTILES, axis=0).T


def _pair(
    row: TargetResult, used: TargetSeries, make: Maker, thresholds: Thresholds
) -> Path | None:
    """Women and men forecast each by itself, their paths drawn together."""
    women = make(used, "female", row.target)
    men = make(used, "male", row.target)
    if women is None or men is None:
        return None
    years, f, m = paired_draws(women, men, DRAWS)
    if row.type == "narrow_gap":
        levels = _levels(np.abs(m - f))
        sign = {"higher_better": 1, "lower_better": -1}.get(row.direction or "", 0)
        floor = None
        if sign and row.female_baseline is not None:
            floor = row.female_baseline - sign * number(row.delta)
        p = p_gap_at_most(
            women,
            men,
            make.end_year,
            number(row.threshold),
            own_level=floor,
            comparator=">=" if sign > 0 else "<=",
        )
    else:
        levels = _levels(f / np.maximum(m, 1e-12))
        rules = thresholds.status
        p = p_ratio_within(women, men, make.end_year, rules.parity_low, rules.parity_high)
    return Path(p, tuple(years.tolist()), levels, women.method)


def _share_ratio(
    row: TargetResult, used: TargetSeries, make: Maker, thresholds: Thresholds
) -> Path | None:
    """Parity of a share: women ÷ men = s ÷ (100 − s)."""
    fc = make(used, "female", row.target)
    if fc is None:
        return None
    # What the population ratio divides by, as far as it is known in the last year.
    female, value = float(used.female[-1]), float(used.value[-1])
    population = (female / (100 - female)) / value

    def share_of(ratio: float) -> float:
        return 100 * ratio * population / (1 + ratio * population)

    low = fc.p_met(make.end_year, share_of(thresholds.status.parity_low), ">=")
    high = fc.p_met(make.end_year, share_of(thresholds.status.parity_high), ">=")
    share = np.minimum(fc.levels, 99.9)
    p = None if low is None or high is None else max(low - high, 0.0)
    return Path(p, fc.years, share / (100 - share) / population, fc.method)


def _difference(
    row: TargetResult,
    used: TargetSeries,
    make: Maker,
    other: Indicator,
    units: dict[str, Unit],
) -> Path | None:
    """This indicator and the one it is held against."""
    make_other = Maker(other, units[other.unit].per, make.end_year, make.calibration)
    own = make(used, "female", row.target)
    reference = make_other(used, "other", row.target)
    if own is None or reference is None:
        return None
    years, a, b = paired_draws(own, reference, DRAWS)
    if row.comparator == "within":
        p = p_within_other(own, reference, make.end_year, number(row.delta))
    else:
        p = p_at_least_other(own, reference, make.end_year)
    return Path(p, tuple(years.tolist()), _levels(a - b), own.method)
