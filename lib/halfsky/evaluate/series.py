"""Which figures answer a target? Selects, derives and cuts each target's own series.

A target's series is what its comparator is held against: the indicator itself, women ÷ men for
parity, the absolute gap for narrow_gap, the difference to the other indicator for `relative`.
Source: docs/method.md sections 1 and 2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from halfsky.plan.models import Indicator, Plan, Sex, Target, Unit
from halfsky.plan.thresholds import StatusRules, Thresholds

WHOLE = "全区"
HISTORY_COLUMNS = [
    "target",
    "year",
    "value",
    "female",
    "male",
    "other",
    "numerator",
    "denominator",
    "in_use",
    "value_type",
    "source",
    "note",
]


@dataclass(frozen=True)
class Baseline:
    """Where a target started: value, year, and whether a neighbouring year stands in."""

    value: float
    year: int | None
    is_substitute: bool


Groups = dict[tuple[str, str, str, str], pd.DataFrame]
_GROUP = ["indicator", "sex", "age", "area"]
_SERIES = ["year", "value", "numerator", "denominator", "value_type", "source", "note"]


def group_series(observations: pd.DataFrame) -> Groups:
    """Whole-region figures by indicator, sex, age and area, each by year.

    Done once for all targets: filtering the frame anew for each of them costs seconds.
    """
    whole = observations[(observations["subarea"] == WHOLE) & observations["value"].notna()]
    parts = whole.sort_values("year").groupby(_GROUP, sort=False)
    return {
        (str(key[0]), str(key[1]), str(key[2]), str(key[3])): part[_SERIES].reset_index(drop=True)
        for key, part in parts
    }


def one_series(
    groups: Groups, indicator: Indicator, *, sex: Sex, age: str, area: str, per: float | None
) -> pd.DataFrame:
    """One indicator's yearly figures for one group of people, whole region.

    The unrounded quotient replaces the printed value where numerator and denominator are filed.

    Returns:
        Columns year, value, numerator, denominator, value_type, source, note; by year.
    """
    rows = groups.get((indicator.id, sex, age, area))
    if rows is None:
        return _no_series()
    if per is not None:
        filed = rows["numerator"].notna() & (rows["denominator"] > 0)
        if filed.any():
            quotient = per * rows["numerator"] / rows["denominator"]
            rows = rows.assign(value=quotient.where(filed, rows["value"]))
    return rows


def _no_series() -> pd.DataFrame:
    empty = pd.DataFrame(columns=_SERIES)
    numbers = dict.fromkeys(["value", "numerator", "denominator"], "float64")
    return empty.astype({"year": "int64", **numbers})


def target_series(
    target: Target, plan: Plan, groups: Groups, region: str, units: dict[str, Unit]
) -> pd.DataFrame:
    """The series a target is judged by, oldest year first.

    Returns:
        HISTORY_COLUMNS; in_use is False before the last definition break. Empty for a milestone.
    """
    if target.indicator is None:
        return pd.DataFrame(columns=HISTORY_COLUMNS)
    indicator = plan.indicators[target.indicator]
    per = units[indicator.unit].per

    def pick(which: Indicator, sex: Sex) -> pd.DataFrame:
        return one_series(groups, which, sex=sex, age=target.age, area=target.area, per=per)

    if target.type == "narrow_gap" or target.basis == "by_sex":
        female, male = pick(indicator, "female"), pick(indicator, "male")
        both = female.merge(male[["year", "value"]], on="year", suffixes=("", "_male"))
        both = both.rename(columns={"value_male": "male"}).assign(female=both["value"])
        if target.type == "narrow_gap":
            frame = both.assign(value=(both["male"] - both["female"]).abs())
        else:
            frame = both[both["male"] > 0].assign(value=both["female"] / both["male"])
        frame = frame.assign(numerator=np.nan, denominator=np.nan)
    elif target.basis == "share":
        rows = pick(indicator, target.sex)
        rows = rows[rows["value"] < 100]
        frame = rows.assign(
            female=rows["value"],
            value=rows["value"] / (100 - rows["value"]),
            numerator=np.nan,
            denominator=np.nan,
        )
    elif target.type == "relative":
        own = pick(indicator, target.sex)
        reference = plan.indicators[target.reference_indicator or ""]
        other = pick(reference, target.reference_sex)[["year", "value"]]
        both = own.merge(other, on="year", suffixes=("", "_other"))
        frame = both.rename(columns={"value_other": "other"}).assign(
            female=both["value"],
            value=both["value"] - both["value_other"],
            numerator=np.nan,
            denominator=np.nan,
        )
    else:
        frame = pick(indicator, target.sex)
    if target.basis is not None and target.population_indicator is not None:
        frame = _over_population(frame, target, plan, groups, units)
    breaks = [b.year for b in indicator.breaks_in(region)]
    if target.reference_indicator is not None:
        breaks += [b.year for b in plan.indicators[target.reference_indicator].breaks_in(region)]
    latest = frame["year"].max() if len(frame) else -math.inf
    cut = max((year for year in breaks if year <= latest), default=-math.inf)
    frame = frame.assign(target=target.id, in_use=frame["year"] >= cut)
    return frame.reindex(columns=HISTORY_COLUMNS).reset_index(drop=True)


def _over_population(
    frame: pd.DataFrame,
    target: Target,
    plan: Plan,
    groups: Groups,
    units: dict[str, Unit],
) -> pd.DataFrame:
    """Divide a women ÷ men ratio by that of the population, in years where it is known."""
    population = plan.indicators[target.population_indicator or ""]
    per = units[population.unit].per

    def head_count(sex: Sex) -> pd.DataFrame:
        rows = one_series(groups, population, sex=sex, age=target.age, area=target.area, per=per)
        return rows[["year", "value"]]

    both = head_count("female").merge(head_count("male"), on="year", suffixes=("_f", "_m"))
    ratio = (both["value_f"] / both["value_m"]).set_axis(both["year"])
    known = frame["year"].map(ratio)
    return frame.assign(value=frame["value"] / known.fillna(1.0))


def baseline_of(history: pd.DataFrame, baseline_year: int, rules: StatusRules) -> Baseline:
    """The value a target started from: of the baseline year, else of the nearest year in reach.

    Of two equally near years the earlier counts, because it lies outside the plan. Only figures
    after the last definition break serve.
    """
    usable = history[history["in_use"].astype(bool)]
    distance = (usable["year"].astype(float) - baseline_year).abs()
    near = usable[distance <= rules.baseline_window]
    if near.empty:
        return Baseline(math.nan, None, False)
    order = near.assign(distance=distance).sort_values(["distance", "year"]).iloc[0]
    year = int(order["year"])
    return Baseline(float(order["value"]), year, year != baseline_year)


def recent_pace(history: pd.DataFrame, thresholds: Thresholds) -> float:
    """Theil–Sen slope of the last observed years, in the series' unit per year; NaN if too few."""
    usable = history[history["in_use"].astype(bool)].tail(thresholds.pace.years)
    if len(usable) < thresholds.pace.min_points:
        return math.nan
    years = usable["year"].to_numpy(float)
    values = usable["value"].to_numpy(float)
    first, second = np.triu_indices(len(years), k=1)
    slopes = (values[second] - values[first]) / (years[second] - years[first])
    return float(np.median(slopes))


def headcount(
    amount: float, indicator: Indicator, history: pd.DataFrame, units: dict[str, Unit]
) -> float:
    """A difference of rates as a number of what the numerator counts: people, cases, villages.

    Args:
        amount: in the indicator's unit. history: HISTORY_COLUMNS of one target.

    Returns:
        amount ÷ per × the newest filed denominator; NaN without one, without a multiplier, or
        where the denominator is a sample: respondents are not the people concerned.
    """
    per = units[indicator.unit].per
    filed = history.loc[history["in_use"].astype(bool), "denominator"].dropna()
    if per is None or indicator.counting == "sample" or filed.empty:
        return math.nan
    return float(amount) / per * float(filed.iloc[-1])


def resolution_of(own: pd.DataFrame) -> float:
    """What one case more adds to a series' newest figure, own unit; 0 where no counts are filed.

    own: value, numerator, denominator of one series, years ascending.
    """
    last = own.iloc[-1]
    if not (last["denominator"] > 0 and last["numerator"] > 0):
        return 0.0
    return float(last["value"] / last["numerator"])
