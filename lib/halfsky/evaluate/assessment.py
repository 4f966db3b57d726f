"""The whole evaluation of one region in one year, from observations to warnings.

Pure: frames in, frames out. `assess` is what notebooks, runner and tests call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from halfsky.evaluate import (
    completion,
    countermeasures,
    derived,
    disparities,
    early_warning,
    effect,
    expected,
    measures,
    milestone,
    outlook,
    prediction,
    register,
    review,
    status,
)
from halfsky.evaluate.forecast.rolling import local_check
from halfsky.evaluate.results import (
    Assessment,
    Assumptions,
    GoalResult,
    LocalCheck,
    MilestoneRating,
    Results,
    RolledForecast,
    TargetResult,
)
from halfsky.evaluate.series import SeriesIndex, TargetSeries, history_frame
from halfsky.evaluate.warning.finding import Known, forecasts_by_target
from halfsky.evaluate.warning.observed import Observed
from halfsky.plan.models import Goal, Plan, Region, Target
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vintage import as_known
from halfsky.plan.vocabulary import Data, Status

__all__ = ["Assessment", "Assumptions", "assess", "summarise"]


def assess(
    plan: Plan,
    region: Region,
    year: int,
    observations: pd.DataFrame,
    evidence: pd.DataFrame,
    assumptions: Assumptions,
    references: Mapping[str, pd.DataFrame] | None = None,
    returns: pd.DataFrame | None = None,
) -> Assessment:
    """Evaluate one region as of one year.

    Args:
        observations: the region's observations; rows not known by `year` are ignored.
        evidence: dated documents for milestones; later ones are ignored.
        references: observations of the areas to compare with, by region id.
        returns: what the departments filed on the plan's measures (data.load_measures).

    Returns:
        The assessment; every goal of the plan is in it, whatever is missing.
    """
    judge = _Judge(plan, region, observations, evidence, assumptions)
    now = judge.whole(year)
    targets = now.targets
    rules = assumptions.thresholds
    last: _Judged | None = None
    judged: dict[int, Results[TargetResult]] = {}
    if year - 1 >= plan.info.start_year:
        last = judge.whole(year - 1, later=now)
        targets = review.add_previous(targets, last.targets)
        judged = {year - 1: last.targets, **judge.streaks(year - 1, last, now)}
    one_step = review.one_step_errors(now.rolled, targets)
    by_year = {
        when: {one.target: one for one in found}
        for when, found in {year: now.targets, **judged}.items()
    }
    warned = judge.warnings(year, now, by_year, last)
    before = None if last is None else judge.warnings(year - 1, last, by_year, None)
    values = {one.target: one.value for one in now.targets}
    entries = register.compare(warned, before, values)
    targets = review.drop_doubtful_changes(targets, warned.doubts)
    targets = derived.add_paces(targets)
    goals = summarise(targets, rules, is_reference=region.role == "reference")
    if last is not None:
        goals = review.add_previous_goals(goals, targets, last.targets)
    judged_frame, history = _frame(targets, last), now.history
    known = {
        name: as_known(frame, year) for name, frame in (references or {}).items() if len(frame)
    }
    filed = measures.no_returns() if returns is None else returns
    done = measures.no_measures()
    proposed = countermeasures.no_countermeasures()
    if region.role != "reference":
        done = measures.progress(plan, filed, year, rules, judged_frame)
        proposed = countermeasures.propose(
            judged_frame,
            history,
            warned.findings.df,
            done,
            plan,
            year=year,
            thresholds=rules,
            units=assumptions.units,
        )
    return derived.add_derived(
        Assessment(
            plan=plan,
            region=region,
            year=year,
            assumptions=assumptions,
            targets=judged_frame,
            goals=_frame(goals, last),
            history=history,
            forecasts=now.forecasts,
            warnings=register.with_beginnings(warned.findings, entries).df,
            warning_tests=warned.tests.df,
            register=entries.df,
            rates=expected.rates(goals).df,
            expected=expected.expected_count(targets, rules.expected),
            milestones=now.levels.df,
            ranks=expected.rank_sensitivity(goals, targets, rules.expected.seed).df,
            agreement=milestone.agreement(judge.evidence_of(year)),
            hindsight=review.hold_against(one_step, targets, now.series, plan).df,
            local=now.local,
            rolled=now.rolled.df,
            pooled=review.pooled(now.series, plan),
            references=review.compare_regions(
                targets,
                plan,
                {name: SeriesIndex(frame) for name, frame in known.items()},
                assumptions.units,
            ).df,
            measures=done,
            countermeasures=proposed,
            disparities=disparities.compute_disparities(
                judged_frame,
                as_known(observations, year),
                plan,
                known,
                region=region.id,
                year=year,
                thresholds=rules,
                units=assumptions.units,
            ),
            effects=effect.assess_effects(
                done,
                judged_frame,
                history,
                now.rolled.df,
                plan,
                year,
                rules=rules.effect,
                areas=known,
                units=assumptions.units,
                calibration=assumptions.calibration,
            ),
        )
    )


_OF_LAST_YEAR = ("status_before", "value_before", "value_year_before", "p_before", "change")


def _frame(rows: Results[Any], last: _Judged | None) -> pd.DataFrame:
    """As a frame; in the plan's first year without the columns of a year before."""
    frame = rows.df
    return frame if last is not None else frame.drop(columns=list(_OF_LAST_YEAR), errors="ignore")


def summarise(
    targets: Results[TargetResult], rules: Thresholds, *, is_reference: bool = False
) -> Results[GoalResult]:
    """Goals with status, weakest target, p, outlook and data, from judged targets."""
    p = expected.goal_probabilities(targets, rules.expected)
    made = []
    for goal, part in targets.by("goal").items():
        judged = [_as_reference(row) for row in part] if is_reference else part
        made.append(
            GoalResult(
                goal,
                part[0].domain,
                status.goal_status(row.status for row in judged),
                status.weakest(judged),
                p[goal],
                outlook.classify(p[goal], rules.outlook.bands),
                _weakest_data(part),
            )
        )
    return Results(GoalResult, made)


def _as_reference(row: TargetResult) -> TargetResult:
    """A reference region has reached a value or not; being near excuses nothing there."""
    return replace(row, status=Status.UNMET) if row.status == Status.NEARLY else row


def _weakest_data(targets: Iterable[TargetResult]) -> Data:
    """A goal's figures are as sufficient as its least sufficient clause."""
    present = {row.data for row in targets}
    return next(
        word for word in (Data.MISSING, Data.STALE, Data.SHORT, Data.ENOUGH) if word in present
    )


@dataclass(frozen=True)
class _Judged:
    """One year's targets with status, forecast and outlook, and what they rest on."""

    targets: Results[TargetResult]
    series: dict[str, TargetSeries]
    paths: dict[str, prediction.Path]
    levels: Results[MilestoneRating]
    rolled: Results[RolledForecast]
    local: LocalCheck

    @cached_property
    def history(self) -> pd.DataFrame:
        """HISTORY_COLUMNS of evaluate.series."""
        return history_frame(self.series.values())

    @cached_property
    def forecasts(self) -> pd.DataFrame:
        """One row per target and future year."""
        return prediction.forecast_years(self.paths).df


@dataclass(frozen=True)
class _Judge:
    """Judges one region in any year, each time from what was known in it."""

    plan: Plan
    region: Region
    observations: pd.DataFrame
    evidence: pd.DataFrame
    assumptions: Assumptions

    @cached_property
    def index(self) -> SeriesIndex:
        """The region's figures, indexed once for every year that is judged."""
        return SeriesIndex(self.observations)

    @cached_property
    def observed(self) -> Observed:
        """The region's remarks and small areas, indexed once likewise."""
        return Observed(self.observations)

    @cached_property
    def _filed_in(self) -> NDArray[Any]:
        return pd.to_datetime(self.evidence["date"]).dt.year.to_numpy(float)

    def evidence_of(self, year: int) -> pd.DataFrame:
        """Documents dated by the end of a year."""
        return self.evidence[self._filed_in <= year]

    def whole(self, year: int, later: _Judged | None = None) -> _Judged:
        """All targets. later: a later year's, whose past forecasts need not be made again."""
        targets, series, levels = self._status(year, None)
        known = None if later is None else (later.series, later.rolled)
        rolled = review.roll(series, targets, self.plan, self.assumptions.calibration, known)
        local = self._local(rolled, series)
        targets, paths = self._predict(targets, series, local)
        return _Judged(targets, series, paths, levels, rolled, local)

    def streaks(self, year: int, last: _Judged, now: _Judged) -> dict[int, Results[TargetResult]]:
        """Years before `year`, as far back as a warning of that year may have been open.

        Only the targets that matter are judged: P under .66 ever since, and in the first of
        these years also those that may have fallen into it.
        """
        rules = self.assumptions.thresholds.warning
        below = max(1 - rules.fall_in_p, rules.amber_below)
        requested = {
            row.target for row in last.targets if row.p_met is not None and row.p_met <= below
        }
        judged: dict[int, Results[TargetResult]] = {}
        for then in range(year - 1, self.plan.info.start_year - 1, -1):
            pairs = [(goal, t) for goal, t in self.plan.each_target() if t.id in requested]
            if not pairs:
                break
            targets, series, _ = self._status(then, pairs)
            # What a later roll knows of the years up to then is what was known then.
            early = [one for one in now.rolled if one.year <= then]
            targets, _ = self._predict(targets, series, self._local(early, now.series))
            judged[then] = targets
            requested = {
                row.target
                for row in targets
                if row.p_met is not None and row.p_met < rules.amber_below
            }
        return judged

    def warnings(
        self,
        year: int,
        done: _Judged,
        judged: Mapping[int, Mapping[str, TargetResult]],
        last: _Judged | None,
    ) -> early_warning.Warnings:
        """The warnings of a year that was judged as a whole; last: the year before, if judged."""
        one_step = review.one_step_errors(done.rolled, done.targets)
        paths = prediction.forecast_years({} if last is None else last.paths)
        return early_warning.compute_warnings(
            Known(
                plan=self.plan,
                region=self.region.id,
                year=year,
                thresholds=self.assumptions.thresholds,
                judged=judged,
                whole=done.series,
                index=self.index.as_known(year),
                observed=self.observed,
                one_step=forecasts_by_target(one_step),
                paths=forecasts_by_target(paths),
            )
        )

    def _status(
        self, year: int, pairs: list[tuple[Goal, Target]] | None
    ) -> tuple[Results[TargetResult], dict[str, TargetSeries], Results[MilestoneRating]]:
        """Targets with status, their series, and the milestones' levels."""
        rules = self.assumptions.thresholds
        targets, series = completion.facts(
            self.plan,
            self.index.as_known(year),
            region=self.region.id,
            year=year,
            thresholds=rules,
            units=self.assumptions.units,
            targets=pairs,
        )
        names = [t.id for t in self.plan.targets.values() if t.type == "milestone"]
        levels = milestone.levels(self.evidence_of(year), names)
        level = {rating.target: rating.level for rating in levels if rating.level is not None}
        rated = [
            replace(row, level=level[row.target], data=Data.ENOUGH) if row.target in level else row
            for row in targets
        ]
        return status.add_status(rated, rules), series, levels

    def _local(
        self, rolled: Iterable[RolledForecast], series: Mapping[str, TargetSeries]
    ) -> LocalCheck:
        """The region's own errors replace the stored ones only where they are many and do better;
        what is forecast from pooled counts has errors of its own kind."""
        left_out = review.pooled(series, self.plan)
        yearly = [one for one in rolled if one.series not in left_out]
        return local_check(yearly, self.assumptions.calibration)

    def _predict(
        self, targets: Results[TargetResult], series: dict[str, TargetSeries], local: LocalCheck
    ) -> tuple[Results[TargetResult], dict[str, prediction.Path]]:
        rules = self.assumptions.thresholds
        found, paths = prediction.predict(
            targets,
            series,
            self.plan,
            thresholds=rules,
            units=self.assumptions.units,
            calibration=local.calibration,
        )
        return outlook.add_outlook(found, rules.outlook.bands), paths
