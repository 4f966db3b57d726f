"""What a warning is made of, and what a rule is given about a target.

Source: docs/method.md section 5.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from halfsky.evaluate.results import (
    EarlyWarning,
    ForecastYear,
    OneStepError,
    Results,
    TargetResult,
    WarningRule,
    WarningTest,
    is_known,
)
from halfsky.evaluate.series import Floats, SeriesIndex, TargetSeries
from halfsky.evaluate.warning.observed import Observed
from halfsky.plan.models import Indicator, Plan
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import Family, Severity

Tested = tuple[EarlyWarning | None, WarningTest | None]
# Columns of a forecast's quantiles, ascending.
LEVELS = ("lo95", "lo80", "point", "hi80", "hi95")


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Forecasts of one target by year, ascending: at[k] holds LEVELS of years[k], own unit.

    actual, error (actual − point) and p_value: of forecasts whose year has come, else NaN.
    """

    years: tuple[int, ...]
    at: Floats
    actual: Floats
    error: Floats
    p_value: Floats

    def of(self, year: float) -> Floats | None:
        """The quantiles of a year; None where it was not forecast."""
        return self.at[self.years.index(int(year))] if year in self.years else None


def forecasts_by_target(
    found: Results[ForecastYear] | Results[OneStepError],
) -> dict[str, Forecasts]:
    """Forecasts or their fate, years ascending within each target."""
    made = {}
    for target, mine in found.by("target").items():
        at = np.array([[getattr(one, level) for level in LEVELS] for one in mine])
        fate = (
            np.array([getattr(one, name, math.nan) for one in mine])
            for name in ("actual", "error", "p_value")
        )
        made[target] = Forecasts(tuple(one.year for one in mine), at, *fate)
    return made


@dataclass(frozen=True, slots=True)
class Context:
    """An indicator without a target, under the goal whose page shows it."""

    goal: str
    indicator: str
    domain: str
    department: str
    target: None = None


Subject = TargetResult | Context


@dataclass(frozen=True, eq=False)
class Known:
    """All a rule may look at: one region as of one year.

    judged: judged targets (completion.facts + status + p_met) as known in each year, by year and
    target in the plan's order; earlier years may lack some: a gap ends a streak.
    whole: each target's series. index, observed: every figure known. one_step: forecasts of past
    years made the year before each. paths: last year's forecasts.
    """

    plan: Plan
    region: str
    year: int
    thresholds: Thresholds
    judged: Mapping[int, Mapping[str, TargetResult]]
    whole: Mapping[str, TargetSeries]
    index: SeriesIndex
    observed: Observed
    one_step: Mapping[str, Forecasts]
    paths: Mapping[str, Forecasts]

    @property
    def rows(self) -> Mapping[str, TargetResult]:
        """This year's judged targets."""
        return self.judged[self.year]

    @cached_property
    def past(self) -> dict[str, TargetSeries]:
        """Each target's series since the last break; those without a figure are left out."""
        used = {name: series.used for name, series in self.whole.items()}
        return {name: series for name, series in used.items() if len(series)}

    @cached_property
    def by_indicator(self) -> dict[str, list[TargetResult]]:
        """The targets of each indicator, in the plan's order."""
        found: dict[str, list[TargetResult]] = {}
        for row in self.rows.values():
            if row.indicator is not None:
                found.setdefault(row.indicator, []).append(row)
        return found

    def before(self, target: str, year: int | None = None) -> TargetResult | None:
        """A target as it was judged the year before `year` (default: the report's)."""
        return self.judged.get((self.year if year is None else year) - 1, {}).get(target)

    def reporting_target(self, indicator: Indicator) -> Subject | None:
        """The row a finding about an indicator stands under: its first target, else its goal.

        A context indicator has no target; its goal is the one whose page shows it. None where it
        names no goal.
        """
        rows = self.by_indicator.get(indicator.id)
        if rows:
            return rows[0]
        if indicator.goal is None:
            return None
        return Context(
            goal=indicator.goal,
            indicator=indicator.id,
            domain=self.plan.goals[indicator.goal].domain,
            department=self.plan.department_of(indicator.goal),
        )


def finding(
    row: Subject,
    family: Family,
    severity: Severity,
    rule: WarningRule,
    since: int,
    threshold: float | None,
    inputs: Mapping[str, Any],
) -> EarlyWarning:
    """One warning about a target or an indicator."""
    return EarlyWarning(
        goal=row.goal,
        target=row.target,
        indicator=row.indicator or "",
        domain=row.domain,
        family=family,
        severity=severity,
        rule=rule,
        threshold=threshold,
        inputs={k: v.item() if hasattr(v, "item") else v for k, v in inputs.items()},
        department=row.department,
        since=since,
    )


def test(
    row: TargetResult, family: Family, rule: WarningRule, chance: float | None, *, fired: bool
) -> WarningTest:
    """One target looked at by one rule; chance: what it rests on, None or NaN where unknown."""
    known = float(chance) if is_known(chance) else None  # type: ignore[arg-type]
    return WarningTest(row.target, row.domain, family, rule, known, fired)


def sign_of(row: TargetResult) -> int:
    """+1 where more is better, -1 where less is, 0 where neither."""
    return {">=": 1, "<=": -1}.get(row.comparator or "", 0)


def number(value: float | None) -> float:
    """A gap as NaN, with which every comparison is false."""
    return math.nan if value is None else value
