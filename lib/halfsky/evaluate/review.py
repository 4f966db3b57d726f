"""How does this year stand beside last year, last year's forecast, and other places?

Source: docs/method.md sections 2, 3 and 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from scipy import stats

from halfsky.evaluate.forecast import SeriesSpec
from halfsky.evaluate.forecast.rolling import rolling_origin
from halfsky.evaluate.results import (
    Change,
    GoalResult,
    OneStepError,
    PastForecast,
    ReferenceValue,
    Results,
    RolledForecast,
    TargetResult,
)
from halfsky.evaluate.series import Series, SeriesIndex, TargetSeries, yearly_series
from halfsky.evaluate.status import goal_status
from halfsky.plan.calibration import Calibration
from halfsky.plan.models import Plan, Unit
from halfsky.plan.vocabulary import WEAKEST_FIRST, Status

ORIGINS = 6  # one-step forecasts per target: enough for a spread, cheap enough for every run
_RANK = {word: place for place, word in enumerate(WEAKEST_FIRST)}
# Judged by something else than their own value.
_DERIVED = ("narrow_gap", "parity", "relative", "milestone")


def add_previous(
    targets: Iterable[TargetResult], previous: Iterable[TargetResult]
) -> Results[TargetResult]:
    """Add last year's verdict and probability, as they were known then.

    Returns:
        Copies with status_before, value_before, value_year_before, p_before and change, which is
        None where either year could not be judged.
    """
    before = {row.target: row for row in previous}
    made = []
    for row in targets:
        old = before[row.target]
        made.append(
            replace(
                row,
                status_before=old.status,
                value_before=old.value,
                value_year_before=old.value_year,
                p_before=old.p_met,
                change=_change(old.status, row.status),
            )
        )
    return Results(TargetResult, made)


def drop_doubtful_changes(
    targets: Iterable[TargetResult], doubts: Mapping[str, str]
) -> Results[TargetResult]:
    """Add doubt (the data rule, or None) and tell no change of status from a doubtful figure."""
    return Results(
        TargetResult,
        [
            replace(row, doubt=doubts[row.target], change=None) if row.target in doubts else row
            for row in targets
        ],
    )


def add_previous_goals(
    goals: Iterable[GoalResult], targets: Iterable[TargetResult], previous: Results[TargetResult]
) -> Results[GoalResult]:
    """Add the goals' own status of last year, as known then, and its change.

    Args:
        targets: this year's, with doubt. previous: last year's targets.

    Returns:
        Copies with status_before and change as in add_previous; no change is told of a goal with
        a figure to be verified.
    """
    before = {
        goal: goal_status(row.status for row in mine) for goal, mine in previous.by("goal").items()
    }
    doubtful = {row.goal for row in targets if row.doubt is not None}
    made = []
    for goal in goals:
        old = before[goal.goal]
        change = None if goal.goal in doubtful else _change(old, goal.status)
        made.append(replace(goal, status_before=old, change=change))
    return Results(GoalResult, made)


def _change(old: Status, new: Status) -> Change | None:
    unknown = (Status.MISSING, Status.UNDECIDABLE)
    if old in unknown or new in unknown:
        return None
    if old == new:
        return Change.SAME
    return Change.BETTER if _RANK[new] > _RANK[old] else Change.WORSE


Later = tuple[Mapping[str, TargetSeries], Results[RolledForecast]]


def roll(
    series: Mapping[str, TargetSeries],
    targets: Iterable[TargetResult],
    plan: Plan,
    calibration: Calibration,
    later: Later | None = None,
) -> Results[RolledForecast]:
    """Every past forecast of the region's own indicators, and its fate.

    Args:
        later: a later year's series and roll. A series that has only grown since keeps the
            rows that were possible by now, instead of being forecast again.

    Only indicators judged by their own value are forecast (not gaps, ratios or differences);
    each origin sees the years before it and nothing later. Yearly figures are compared with
    yearly figures: counts are not pooled here.

    Returns:
        `series` is the target's id, in alphabetical order. An indicator that serves two targets
        is rolled once, under the first of them.
    """
    used = {name: series[name].used for name in set(_first_of(targets).values()) if name in series}
    specs = {
        name: SeriesSpec.from_indicator(plan.indicators[plan.targets[name].indicator or ""])
        for name in used
    }
    kept = {} if later is None else _still_true(used, *later)
    fresh = {name: own for name, own in used.items() if name not in kept}
    made = kept | rolling_origin(fresh, specs, calibration).by("series")
    return Results(RolledForecast, [one for name in sorted(made) for one in made[name]])


def _first_of(targets: Iterable[TargetResult]) -> dict[str, str]:
    """By target judged by its own value: the first target with the same figures."""
    first: dict[tuple[str | None, str, str, str], str] = {}
    found = {}
    for row in targets:
        if row.type not in _DERIVED:
            key = (row.indicator, row.sex, row.age, row.area)
            found[row.target] = first.setdefault(key, row.target)
    return found


def _still_true(
    used: Mapping[str, TargetSeries],
    later: Mapping[str, TargetSeries],
    rolled: Results[RolledForecast],
) -> dict[str, list[RolledForecast]]:
    """Rows of a later roll that were possible already, of series unchanged up to now.

    used: the series as used now. A figure may have become known only later, or a break may have
    cut the series: such a series is not kept.
    """
    by_series = rolled.by("series")
    kept = {}
    for name, own in used.items():
        last = int(own.years[-1])
        if name in later and _is_same(own, later[name].used.until(last)):
            kept[name] = [one for one in by_series.get(name, []) if one.year <= last]
    return kept


def _is_same(one: Series, other: Series) -> bool:
    return np.array_equal(one.years, other.years) and all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True)
        for name in ("value", "numerator", "denominator")
    )


def one_step_errors(
    rolled: Results[RolledForecast], targets: Iterable[TargetResult]
) -> Results[OneStepError]:
    """What a forecast made the year before would have said of each of the last years.

    Returns:
        At most ORIGINS records a target, oldest first. Targets that share one indicator share
        its past forecasts.
    """
    steps = {
        name: sorted((one for one in mine if one.horizon == 1), key=lambda one: one.year)[-ORIGINS:]
        for name, mine in rolled.by("series").items()
    }
    near = [one for mine in steps.values() for one in mine]
    size = np.abs([one.ratio for one in near])
    p = dict(
        zip(
            ((one.series, one.year) for one in near),
            (2 * stats.t.sf(size, [one.degrees for one in near])).tolist(),
            strict=True,
        )
    )
    return Results(
        OneStepError,
        [
            OneStepError(
                target,
                one.year,
                one.actual,
                one.point,
                one.lo80,
                one.hi80,
                one.lo95,
                one.hi95,
                error=one.actual - one.point,
                p_value=p[one.series, one.year],
            )
            for target, first in _first_of(targets).items()
            for one in steps.get(first, [])
        ],
    )


def pooled(series: Mapping[str, TargetSeries], plan: Plan) -> frozenset[str]:
    """Targets whose events are forecast as a rate pooled over five years, not year by year."""
    return frozenset(
        name
        for name, own in series.items()
        if plan.indicators[plan.targets[name].indicator or ""].counting == "events"
        and ((own.used.numerator >= 0) & (own.used.denominator > 0)).all()
    )


def hold_against(
    one_step: Iterable[OneStepError],
    targets: Iterable[TargetResult],
    series: Mapping[str, TargetSeries],
    plan: Plan,
) -> Results[PastForecast]:
    """去年的预测准不准: last year's forecast beside this year's value.

    Rates forecast from pooled counts are left out: a single year of few cases says nothing of
    them.

    Returns:
        One record per target whose value is the newest forecast year. is_one_case: outside the
        95 % interval by no more than one person, household or case.
    """
    rows = {row.target: row for row in targets}
    left_out = pooled(series, plan)
    made = []
    for step in one_step:
        row = rows[step.target]
        if step.year != row.value_year or step.target in left_out:
            continue
        # As printed: 11.11 lies within 11.1 to 11.1.
        shown = round(step.actual, 6 if row.decimals is None else row.decimals)
        beyond = max(step.lo95 - step.actual, step.actual - step.hi95)
        made.append(
            PastForecast(
                step.target,
                step.year,
                step.actual,
                step.point,
                step.lo80,
                step.hi80,
                step.lo95,
                step.hi95,
                is_inside_80=step.lo80 <= shown <= step.hi80,
                is_inside_95=step.lo95 <= shown <= step.hi95,
                is_one_case=0 < beyond <= series[step.target].used.resolution,
            )
        )
    return Results(PastForecast, made)


def compare_regions(
    targets: Iterable[TargetResult],
    plan: Plan,
    references: Mapping[str, SeriesIndex],
    units: dict[str, Unit],
) -> Results[ReferenceValue]:
    """Other regions' figures for the same indicator, sex, age and area.

    Of the target's own value_year where that was published, else the newest.

    Args:
        references: figures by region id, as known in the report year.

    Returns:
        Only what has been published.
    """
    made = []
    for row in targets:
        if row.indicator is None:
            continue
        for region, index in references.items():
            series = yearly_series(plan.targets[row.target], plan, index, units)
            if len(series):
                same = None if row.value_year is None else series.place(row.value_year)
                chosen = -1 if same is None else same
                made.append(
                    ReferenceValue(
                        row.target,
                        region,
                        value=float(series.value[chosen]),
                        value_year=int(series.years[chosen]),
                        is_same_year=same is not None,
                        source=series.source[chosen],
                    )
                )
    return Results(ReferenceValue, made)
