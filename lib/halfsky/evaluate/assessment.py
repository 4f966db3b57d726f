"""The whole evaluation of one region in one year, from observations to warnings.

Pure: frames in, frames out. `assess` is what notebooks, runner and tests call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

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
    LocalCheck,
    Results,
    TargetResult,
)
from halfsky.evaluate.series import SeriesIndex
from halfsky.evaluate.warning.finding import Known, forecasts_by_target, histories_by_target
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
    targets, history, forecasts, levels = now.targets, now.history, now.forecasts, now.levels
    rules = assumptions.thresholds
    last, judged = None, {}
    if year - 1 >= plan.info.start_year:
        last = judge.whole(year - 1, later=now)
        targets = review.add_previous(targets, last.targets)
        judged = {year - 1: last.targets, **judge.streaks(year - 1, last, now)}
    one_step = review.one_step_errors(now.rolled, targets)
    by_year = {
        when: {one.target: one for one in Results.from_frame(TargetResult, frame)}
        for when, frame in {year: now.targets, **judged}.items()
    }
    warned = judge.warnings(year, now, by_year, None if last is None else last.forecasts)
    before = None if last is None else judge.warnings(year - 1, last, by_year, None)
    values = {target: one.value for target, one in by_year[year].items()}
    entries = register.compare(warned, before, values)
    targets = review.drop_doubtful_changes(targets, warned.doubts)
    targets = derived.add_paces(targets, rules)
    goals = summarise(targets, rules, is_reference=region.role == "reference")
    if last is not None:
        goals = review.add_previous_goals(goals, targets, last.targets)
    known = {
        name: as_known(frame, year) for name, frame in (references or {}).items() if len(frame)
    }
    filed = measures.no_returns() if returns is None else returns
    done = measures.no_measures()
    proposed = countermeasures.no_countermeasures()
    if region.role != "reference":
        done = measures.progress(plan, filed, year, rules, targets)
        proposed = countermeasures.propose(
            targets,
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
            targets=targets,
            goals=goals,
            history=history,
            forecasts=forecasts,
            warnings=register.with_beginnings(warned.findings, entries).df,
            warning_tests=warned.tests.df,
            register=entries.df,
            rates=expected.rates(goals),
            expected=expected.expected_count(targets, rules.expected),
            milestones=levels,
            ranks=expected.rank_sensitivity(goals, targets, rules.expected.seed),
            agreement=milestone.agreement(_by_then(evidence, year)),
            hindsight=review.hold_against(one_step, targets, history, plan),
            local=now.local,
            rolled=now.rolled,
            references=review.compare_regions(targets, plan, known, assumptions.units),
            measures=done,
            countermeasures=proposed,
            disparities=disparities.compute_disparities(
                targets,
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
                targets,
                history,
                now.rolled,
                plan,
                year,
                rules=rules.effect,
                areas=known,
                units=assumptions.units,
                calibration=assumptions.calibration,
            ),
        )
    )


def summarise(
    targets: pd.DataFrame, rules: Thresholds, *, is_reference: bool = False
) -> pd.DataFrame:
    """Goals with status, weakest target, p, outlook and data, from judged targets."""
    judged = targets
    if is_reference:
        # A reference region has reached a value or not; being near excuses nothing there.
        judged = targets.assign(status=targets["status"].replace(Status.NEARLY, Status.UNMET))
    goals = status.summarise_goals(judged).merge(
        expected.goal_probabilities(targets, rules.expected)[["goal", "p"]], on="goal", how="left"
    )
    return goals.assign(
        outlook=[outlook.classify(p, rules.outlook.bands) for p in goals["p"]],
        data=[_weakest_data(targets, goal) for goal in goals["goal"]],
    )


@dataclass(frozen=True)
class _Judged:
    """One year's targets with status, forecast and outlook, and what they rest on."""

    targets: pd.DataFrame
    history: pd.DataFrame
    forecasts: pd.DataFrame
    levels: pd.DataFrame
    rolled: pd.DataFrame
    local: LocalCheck


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

    def whole(self, year: int, later: _Judged | None = None) -> _Judged:
        """All targets. later: a later year's, whose past forecasts need not be made again."""
        frame, history, levels = self._status(year, None)
        stored = self.assumptions.calibration
        known = None if later is None else (later.history, later.rolled)
        rolled = review.roll(history, frame, self.plan, stored, known)
        local = self._local(rolled, history)
        frame, forecasts = self._predict(frame, history, local)
        return _Judged(frame, history, forecasts, levels, rolled, local)

    def streaks(self, year: int, last: _Judged, now: _Judged) -> dict[int, pd.DataFrame]:
        """Years before `year`, as far back as a warning of that year may have been open.

        Only the targets that matter are judged: P under .66 ever since, and in the first of
        these years also those that may have fallen into it.
        """
        rules = self.assumptions.thresholds.warning
        p = last.targets.set_index("target")["p_met"]
        requested = list(p.index[p <= max(1 - rules.fall_in_p, rules.amber_below)])
        judged: dict[int, pd.DataFrame] = {}
        for then in range(year - 1, self.plan.info.start_year - 1, -1):
            pairs = [(goal, t) for goal, t in self.plan.each_target() if t.id in set(requested)]
            if not pairs:
                break
            frame, history, _ = self._status(then, pairs)
            # What a later roll knows of the years up to then is what was known then.
            early = now.rolled[now.rolled["year"] <= then]
            local = self._local(early, now.history)
            frame, _ = self._predict(frame, history, local)
            judged[then] = frame
            requested = list(frame.loc[frame["p_met"] < rules.amber_below, "target"])
        return judged

    def warnings(
        self,
        year: int,
        done: _Judged,
        judged: Mapping[int, Mapping[str, TargetResult]],
        paths: pd.DataFrame | None,
    ) -> early_warning.Warnings:
        """The warnings of a year that was judged as a whole."""
        one_step = review.one_step_errors(done.rolled, done.targets)
        return early_warning.compute_warnings(
            Known(
                plan=self.plan,
                region=self.region.id,
                year=year,
                thresholds=self.assumptions.thresholds,
                judged=judged,
                whole=histories_by_target(done.history),
                index=self.index.as_known(year),
                observed=self.observed,
                one_step=forecasts_by_target(one_step),
                paths={} if paths is None else forecasts_by_target(paths),
            )
        )

    def _status(
        self, year: int, pairs: list[tuple[Goal, Target]] | None
    ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Targets with status, their history, and the milestones' levels."""
        rules = self.assumptions.thresholds
        frame, history = completion.facts(
            self.plan,
            self.index.as_known(year),
            region=self.region.id,
            year=year,
            thresholds=rules,
            units=self.assumptions.units,
            targets=pairs,
        )
        names = [t.id for t in self.plan.targets.values() if t.type == "milestone"]
        levels = milestone.levels(_by_then(self.evidence, year), names)
        level = frame["target"].map(levels.set_index("target")["level"])
        frame = frame.assign(level=level, data=frame["data"].mask(level.notna(), Data.ENOUGH))
        return status.add_status(frame, rules), history, levels

    def _local(self, rolled: pd.DataFrame, history: pd.DataFrame) -> LocalCheck:
        """The region's own errors replace the stored ones only where they are many and do better;
        what is forecast from pooled counts has errors of its own kind."""
        yearly = rolled[~rolled["series"].isin(review.pooled(history, self.plan))]
        return local_check(yearly, self.assumptions.calibration)

    def _predict(
        self, frame: pd.DataFrame, history: pd.DataFrame, local: LocalCheck
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        rules = self.assumptions.thresholds
        frame, forecasts = prediction.predict(
            frame,
            history,
            self.plan,
            thresholds=rules,
            units=self.assumptions.units,
            calibration=local.calibration,
        )
        return outlook.add_outlook(frame, rules.outlook.bands), forecasts


def _by_then(evidence: pd.DataFrame, year: int) -> pd.DataFrame:
    return evidence[pd.to_datetime(evidence["date"]).dt.year <= year]


def _weakest_data(targets: pd.DataFrame, goal: str) -> str:
    """A goal's figures are as sufficient as its least sufficient clause."""
    order = [Data.MISSING, Data.STALE, Data.SHORT, Data.ENOUGH]
    present = set(targets.loc[targets["goal"] == goal, "data"])
    return next(word for word in order if word in present)
