"""The whole evaluation of one region in one year, from observations to warnings.

Pure: frames in, frames out. `assess` is what notebooks, runner and tests call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from halfsky.evaluate import (
    completion,
    countermeasures,
    early_warning,
    expected,
    measures,
    milestone,
    outlook,
    prediction,
    review,
    status,
    where,
)
from halfsky.evaluate.forecast.rolling import LocalCheck, local_check
from halfsky.plan.calibration import Calibration
from halfsky.plan.models import Plan, Region, Unit
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vintage import as_known
from halfsky.plan.vocabulary import Data


@dataclass(frozen=True)
class Assumptions:
    """What an evaluation rests on besides the figures: all of it comes from params/."""

    thresholds: Thresholds
    units: dict[str, Unit]
    calibration: Calibration


@dataclass(frozen=True)
class Assessment:
    """One region and year, evaluated. Frames are documented where they are made:

    targets (completion.facts + status + prediction + outlook + previous_*), goals
    (status.summarise_goals + p, outlook), history, forecasts, warnings (early_warning.find),
    rates (expected.rates), expected, milestones (milestone.levels), agreement,
    hindsight (review.hold_against), local and rolled (the region's own past forecasts:
    forecast.rolling), ranks (expected.rank_sensitivity), references (review.beside), where
    (where.find: gaps, townships, decompositions, peers), measures (measures.progress) and
    countermeasures (countermeasures.propose); no row of these two for a reference region.
    """

    plan: Plan
    region: Region
    year: int
    assumptions: Assumptions
    targets: pd.DataFrame
    goals: pd.DataFrame
    history: pd.DataFrame
    forecasts: pd.DataFrame
    warnings: pd.DataFrame
    rates: pd.DataFrame
    expected: expected.ExpectedCount
    ranks: pd.DataFrame
    milestones: pd.DataFrame
    agreement: milestone.Agreement
    hindsight: pd.DataFrame
    local: LocalCheck
    rolled: pd.DataFrame
    references: pd.DataFrame
    measures: pd.DataFrame
    countermeasures: pd.DataFrame
    where: where.Where

    @property
    def is_reference(self) -> bool:
        """A reference region is held against the plan's values, never evaluated."""
        return self.region.role == "reference"

    @property
    def is_synthetic(self) -> bool:
        return self.region.role == "synthetic"


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
    now = _judge(plan, region, year, observations, evidence, assumptions)
    targets, history, forecasts, levels = now.targets, now.history, now.forecasts, now.levels
    previous = None
    if year - 1 >= plan.info.start_year:
        last = _judge(plan, region, year - 1, observations, evidence, assumptions)
        previous = last.targets
        targets = review.add_previous(targets, previous)
    rules = assumptions.thresholds
    one_step = review.one_step_errors(now.rolled, targets)
    warnings = early_warning.find(
        targets,
        history,
        as_known(observations, year),
        one_step,
        previous,
        plan,
        region=region.id,
        year=year,
        thresholds=rules,
    )
    goals = status.summarise_goals(targets).merge(
        expected.goal_probabilities(targets, rules.expected)[["goal", "p"]], on="goal", how="left"
    )
    goals = goals.assign(
        outlook=[outlook.classify(p, rules.outlook.bands) for p in goals["p"]],
        data=[_weakest_data(targets, goal) for goal in goals["goal"]],
    )
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
            warnings,
            done,
            plan,
            year=year,
            thresholds=rules,
            units=assumptions.units,
        )
    return Assessment(
        plan=plan,
        region=region,
        year=year,
        assumptions=assumptions,
        targets=targets,
        goals=goals,
        history=history,
        forecasts=forecasts,
        warnings=warnings,
        rates=expected.rates(goals),
        expected=expected.expected_count(targets, rules.expected),
        milestones=levels,
        ranks=expected.rank_sensitivity(goals, targets, rules.expected.seed),
        agreement=milestone.agreement(_by_then(evidence, year)),
        hindsight=review.hold_against(one_step, targets),
        local=now.local,
        rolled=now.rolled,
        references=review.beside(targets, plan, known, assumptions.units),
        measures=done,
        countermeasures=proposed,
        where=where.find(
            targets,
            as_known(observations, year),
            plan,
            known,
            region=region.id,
            year=year,
            thresholds=rules,
            units=assumptions.units,
        ),
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


def _judge(
    plan: Plan,
    region: Region,
    year: int,
    observations: pd.DataFrame,
    evidence: pd.DataFrame,
    assumptions: Assumptions,
) -> _Judged:
    rules, units = assumptions.thresholds, assumptions.units
    known = as_known(observations, year)
    frame, history = completion.facts(
        plan, known, region=region.id, year=year, thresholds=rules, units=units
    )
    names = [t.id for t in plan.targets.values() if t.type == "milestone"]
    levels = milestone.levels(_by_then(evidence, year), names)
    level = frame["target"].map(levels.set_index("target")["level"])
    frame = frame.assign(level=level, data=frame["data"].mask(level.notna(), Data.ENOUGH))
    judged = status.add_status(frame, rules)
    rolled = review.roll(history, judged, plan, assumptions.calibration)
    # The region's own errors replace the stored ones only where they are many and do better.
    local = local_check(rolled, assumptions.calibration)
    judged, forecasts = prediction.predict(
        judged,
        history,
        plan,
        thresholds=rules,
        units=units,
        calibration=local.calibration,
    )
    judged = outlook.add_outlook(judged, rules.outlook.bands)
    return _Judged(judged, history, forecasts, levels, rolled, local)


def _by_then(evidence: pd.DataFrame, year: int) -> pd.DataFrame:
    return evidence[pd.to_datetime(evidence["date"]).dt.year <= year]


def _weakest_data(targets: pd.DataFrame, goal: str) -> str:
    """A goal's figures are as sufficient as its least sufficient clause."""
    order = [Data.MISSING, Data.STALE, Data.SHORT, Data.ENOUGH]
    present = set(targets.loc[targets["goal"] == goal, "data"])
    return next(word for word in order if word in present)
