"""One domain's share of an assessment, or the whole of it: what a page is made from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import pandas as pd

from halfsky.evaluate.results import (
    Assessment,
    Countermeasure,
    Decomposition,
    Disparities,
    DomainRank,
    DomainRates,
    EarlyWarning,
    GoalResult,
    GroupGap,
    MeasureEffect,
    MeasureProgress,
    MilestoneRating,
    Movement,
    OpenProblem,
    PastForecast,
    PeerComparison,
    RatePosterior,
    Record,
    ReferenceValue,
    RegisterEntry,
    Results,
    SmallArea,
    SmallAreaTest,
    TargetResult,
    WarningTest,
)
from halfsky.plan.models import DomainFile, Plan, Region
from halfsky.plan.vocabulary import Action, Status

R = TypeVar("R", bound=Record)
# What only asks for a return: sections of their own say what is missing, from whom.
FILING = (Action.FILE_FIGURES, Action.FILE_BASELINE, Action.FILE_DOCUMENTS)


@dataclass(frozen=True)
class View:
    """An assessment seen by one domain (None: all) or one goal, with the figures it rests on.

    observations: what was known of the region in the report year (all indicators).
    region_names: display name by region id, for comparisons.
    parent: the whole plan's view that this one was taken from, so that records are made once.
    """

    assessment: Assessment
    observations: pd.DataFrame
    region_names: dict[str, str]
    domain_id: str | None = None
    goal_id: str | None = None
    parent: View | None = None

    def of_goal(self, goal: str) -> View:
        """The same assessment seen by one goal."""
        domain = self.plan.goals[goal].domain
        return replace(self, domain_id=domain, goal_id=goal, parent=self.parent or self)

    def of_domain(self, domain: str) -> View:
        """The same assessment seen by one domain."""
        return replace(self, domain_id=domain, goal_id=None, parent=self.parent or self)

    @cached_property
    def whole(self) -> View:
        """The same assessment seen whole."""
        if self.domain_id is None and self.goal_id is None:
            return self
        if self.parent is not None:
            return self.parent.whole
        return replace(self, domain_id=None, goal_id=None)

    @property
    def plan(self) -> Plan:
        return self.assessment.plan

    @property
    def region(self) -> Region:
        return self.assessment.region

    @property
    def year(self) -> int:
        return self.assessment.year

    @property
    def is_reference(self) -> bool:
        return self.assessment.is_reference

    @property
    def is_synthetic(self) -> bool:
        return self.assessment.is_synthetic

    @property
    def is_public(self) -> bool:
        """Small counts are left out: evaluate.disclosure."""
        return self.assessment.suppressed is not None

    @property
    def domain(self) -> DomainFile | None:
        return None if self.domain_id is None else self.plan.domain(self.domain_id)

    @property
    def title(self) -> str:
        """The page's title: domain, region, and the phase where the region is evaluated."""
        subject = self.domain.title if self.domain else "总览"
        if self.is_reference:
            return f"{subject}：{self.region.short}{self.year}年参照数据"
        return f"{subject}：{self.region.short}{self.year}年{self.plan.phase(self.year)}"

    @cached_property
    def targets(self) -> Results[TargetResult]:
        """Judged targets, in the plan's order."""
        return self._mine("targets", TargetResult)

    @cached_property
    def goals(self) -> Results[GoalResult]:
        return self._mine("goals", GoalResult)

    @cached_property
    def warnings(self) -> Results[EarlyWarning]:
        return self._mine("warnings", EarlyWarning)

    @cached_property
    def warning_tests(self) -> Results[WarningTest]:
        return self._mine("warning_tests", WarningTest)

    @cached_property
    def register(self) -> Results[RegisterEntry]:
        """This year's warnings against last year's."""
        return self._mine("register", RegisterEntry)

    @cached_property
    def measures(self) -> Results[MeasureProgress]:
        return self._mine("measures", MeasureProgress)

    @cached_property
    def countermeasures(self) -> Results[Countermeasure]:
        return self._mine("countermeasures", Countermeasure)

    @cached_property
    def open_problems(self) -> Results[OpenProblem]:
        """What can be done something about besides filing a return, the gravest first."""
        found = self._mine("open_problems", OpenProblem)
        return Results(OpenProblem, [p for p in found if p.action not in FILING])

    @cached_property
    def posteriors(self) -> Results[RatePosterior]:
        return self._of_targets("posteriors", RatePosterior)

    @cached_property
    def effects(self) -> Results[MeasureEffect]:
        return self._mine("effects", MeasureEffect)

    @cached_property
    def rates(self) -> Results[DomainRates]:
        """Of every domain and of the plan ("all"), whatever the view shows."""
        return self._all("rates", DomainRates)

    @cached_property
    def ranks(self) -> Results[DomainRank]:
        return self._all("ranks", DomainRank)

    @cached_property
    def milestones(self) -> Results[MilestoneRating]:
        return self._of_targets("milestones", MilestoneRating)

    @cached_property
    def hindsight(self) -> Results[PastForecast]:
        return self._of_targets("hindsight", PastForecast)

    @cached_property
    def references(self) -> Results[ReferenceValue]:
        return self._of_targets("references", ReferenceValue)

    @cached_property
    def df(self) -> Frames:
        """The same results as frames: view.df.targets is view.targets.df."""
        return Frames(self)

    @cached_property
    def by_target(self) -> dict[str, TargetResult]:
        """The view's targets by their ids."""
        return {t.target: t for t in self.targets}

    @cached_property
    def reported(self) -> Results[TargetResult]:
        """Targets with a usable value or a rated milestone."""
        return self._where(lambda t: t.status != Status.MISSING)

    @cached_property
    def missing(self) -> Results[TargetResult]:
        """Targets without a usable value."""
        return self._where(lambda t: t.status == Status.MISSING)

    @cached_property
    def history(self) -> pd.DataFrame:
        """Every year's figure of the view's targets (evaluate.series.HISTORY_COLUMNS)."""
        return self._rows_of_targets(self.assessment.history)

    @cached_property
    def forecasts(self) -> pd.DataFrame:
        """Forecasts of the view's targets, year by year (evaluate.prediction)."""
        return self._rows_of_targets(self.assessment.forecasts)

    @cached_property
    def disparities(self) -> Disparities:
        """Gaps, townships, decompositions and peers of the view's domain."""
        return self.assessment.disparities.of_domain(self.domain_id)

    @cached_property
    def gaps(self) -> Results[GroupGap]:
        return self._compared("gaps", GroupGap)

    @cached_property
    def areas(self) -> Results[SmallArea]:
        """Townships, one a row."""
        return self._compared("areas", SmallArea)

    @cached_property
    def area_tests(self) -> Results[SmallAreaTest]:
        return self._compared("area_tests", SmallAreaTest)

    @cached_property
    def decompositions(self) -> Results[Decomposition]:
        return self._compared("decompositions", Decomposition)

    @cached_property
    def movements(self) -> Results[Movement]:
        return self._compared("movements", Movement)

    @cached_property
    def peers(self) -> Results[PeerComparison]:
        return self._compared("peers", PeerComparison)

    def _compared(self, name: str, kind: type[R]) -> Results[R]:
        found = getattr(self.disparities, name)
        return found if isinstance(found, Results) else Results.from_frame(kind, found)

    def _all(self, name: str, kind: type[R]) -> Results[R]:
        found = getattr(self.assessment, name)
        return found if isinstance(found, Results) else Results.from_frame(kind, found)

    def _mine(self, name: str, kind: type[R]) -> Results[R]:
        whole = self._all(name, kind) if self.parent is None else getattr(self.parent, name)
        if self.goal_id is not None and hasattr(kind, "goal"):
            return Results(kind, [r for r in whole if getattr(r, "goal") == self.goal_id])  # noqa: B009
        if self.domain_id is not None:
            return Results(kind, [r for r in whole if getattr(r, "domain") == self.domain_id])  # noqa: B009
        return whole

    def _of_targets(self, name: str, kind: type[R]) -> Results[R]:
        found = self._all(name, kind)
        return Results(kind, [r for r in found if getattr(r, "target") in self.by_target])  # noqa: B009

    def _where(self, keep: Callable[[TargetResult], bool]) -> Results[TargetResult]:
        return Results(TargetResult, [t for t in self.targets if keep(t)])

    def _rows_of_targets(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["target"].isin(list(self.by_target))].reset_index(drop=True)


class Frames:
    """A view's results as frames, one attribute a table."""

    def __init__(self, view: View) -> None:
        self._view = view

    def __getattr__(self, name: str) -> pd.DataFrame:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._view, name).df
