"""One domain's share of an assessment, or the whole of it: what a page is made from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from halfsky.evaluate.results import Assessment, Disparities
from halfsky.plan.models import DomainFile, Plan, Region


@dataclass(frozen=True)
class View:
    """An assessment seen by one domain (None: all) or one goal, with the figures it rests on.

    observations: what was known of the region in the report year (all indicators).
    region_names: display name by region id, for comparisons.
    """

    assessment: Assessment
    observations: pd.DataFrame
    region_names: dict[str, str]
    domain_id: str | None = None
    goal_id: str | None = None

    def of_goal(self, goal: str) -> View:
        """The same assessment seen by one goal."""
        return View(
            self.assessment,
            self.observations,
            self.region_names,
            self.plan.goals[goal].domain,
            goal,
        )

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

    def _mine(self, frame: pd.DataFrame) -> pd.DataFrame:
        if self.goal_id is not None:
            return frame[frame["goal"] == self.goal_id]
        if self.domain_id is not None:
            return frame[frame["domain"] == self.domain_id]
        return frame

    @cached_property
    def targets(self) -> pd.DataFrame:
        """Judged targets (see evaluate.assessment), in the plan's order."""
        return self._mine(self.assessment.targets).reset_index(drop=True)

    @cached_property
    def goals(self) -> pd.DataFrame:
        return self._mine(self.assessment.goals).reset_index(drop=True)

    @cached_property
    def warnings(self) -> pd.DataFrame:
        return self._mine(self.assessment.warnings).reset_index(drop=True)

    @cached_property
    def history(self) -> pd.DataFrame:
        return self._of_targets(self.assessment.history)

    @cached_property
    def forecasts(self) -> pd.DataFrame:
        return self._of_targets(self.assessment.forecasts)

    @cached_property
    def hindsight(self) -> pd.DataFrame:
        return self._of_targets(self.assessment.hindsight)

    @cached_property
    def references(self) -> pd.DataFrame:
        return self._of_targets(self.assessment.references)

    @cached_property
    def disparities(self) -> Disparities:
        """Gaps, townships, decompositions and peers (see evaluate.disparities)."""
        return self.assessment.disparities.of_domain(self.domain_id)

    def _of_targets(self, frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["target"].isin(self.targets["target"])].reset_index(drop=True)

    @cached_property
    def reported(self) -> pd.DataFrame:
        """Targets with a usable value or a rated milestone."""
        return self.targets[self.targets["status"] != "未填报"].reset_index(drop=True)

    @cached_property
    def missing(self) -> pd.DataFrame:
        """Targets without a usable value."""
        return self.targets[self.targets["status"] == "未填报"].reset_index(drop=True)
