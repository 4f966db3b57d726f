"""How many goals are met, and how many will be? Rates with both denominators and an envelope.

Source: docs/method.md section 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from halfsky.evaluate.results import (
    NOT_ASSESSABLE,
    DomainRank,
    DomainRates,
    ExpectedCount,
    GoalResult,
    Results,
    TargetResult,
)
from halfsky.plan.thresholds import ExpectedRules
from halfsky.plan.vocabulary import Status


def count_statuses(statuses: Iterable[Status]) -> dict[str, int]:
    """Goals by status, and the two denominators: assessable and all."""
    present = list(statuses)
    by_key = {
        "met": Status.MET,
        "basically": Status.NEARLY,
        "unmet": Status.UNMET,
        "undecidable": Status.UNDECIDABLE,
        "missing": Status.MISSING,
    }
    result = {key: present.count(status) for key, status in by_key.items()}
    unknown = result["undecidable"] + result["missing"]
    return {**result, "assessable": len(present) - unknown, "all": len(present)}


def rates(goals: Results[GoalResult]) -> Results[DomainRates]:
    """达标率 by domain and overall: both denominators, and what missing data could make of it.

    Returns:
        One record for "all" and one per domain; a percentage is None where nothing is
        assessable.
    """
    made = []
    for domain, part in [("all", list(goals)), *goals.by("domain").items()]:
        c = count_statuses(goal.status for goal in part)
        both = c["met"] + c["basically"]
        unknown = c["all"] - c["assessable"]
        made.append(
            DomainRates(
                domain,
                **c,
                met_of_assessable_pct=_percent(c["met"], c["assessable"]),
                met_of_all_pct=_percent(c["met"], c["all"]),
                met_or_nearly_of_assessable_pct=_percent(both, c["assessable"]),
                met_or_nearly_of_all_pct=_percent(both, c["all"]),
                lowest_pct=_percent(c["met"], c["all"]),
                highest_pct=_percent(c["met"] + unknown, c["all"]),
            )
        )
    return Results(DomainRates, made)


WEIGHT_DRAWS = 2000


def rank_sensitivity(
    goals: Iterable[GoalResult], targets: Iterable[TargetResult], seed: int
) -> Results[DomainRank]:
    """Does the order of the domains hang on how goals are weighed?

    Args:
        targets: a goal's weight, when targets weigh equally, is how many it has. seed: of the
            random weights.

    Returns:
        One record per domain with an assessable goal: met_pct with equal goals, rank (1 best,
        ties share the better rank), met_by_target_pct and rank_by_target with equal targets, and
        rank_low, rank_high: the middle 90 % of ranks under weights drawn evenly from all
        possible ones (Dirichlet(1) within each domain).
    """
    by_domain: dict[str, list[GoalResult]] = {}
    for goal in goals:
        if goal.status not in NOT_ASSESSABLE:
            by_domain.setdefault(goal.domain, []).append(goal)
    if not by_domain:
        return Results(DomainRank, [])
    sizes: dict[str, int] = {}
    for target in targets:
        sizes[target.goal] = sizes.get(target.goal, 0) + 1
    equal, by_target, drawn = [], [], []
    for domain, part in by_domain.items():
        met = np.array([goal.status == Status.MET for goal in part], dtype=float)
        weight = np.array([sizes[goal.goal] for goal in part], dtype=float)
        rng = np.random.default_rng([seed, *domain.encode("utf-8")])
        drawn.append(rng.dirichlet(np.ones(len(part)), WEIGHT_DRAWS) @ met)
        equal.append(100 * float(met.mean()))
        by_target.append(100 * float(weight @ met) / float(weight.sum()))
    ranks = stats.rankdata(-np.round(np.array(drawn), 12), method="min", axis=0)
    low, high = np.quantile(ranks, [0.05, 0.95], axis=1, method="inverted_cdf")
    rank, rank_by_target = (
        stats.rankdata(-np.array(pct), method="min") for pct in (equal, by_target)
    )
    return Results(
        DomainRank,
        [
            DomainRank(
                domain,
                n=len(part),
                met_pct=equal[place],
                rank=int(rank[place]),
                met_by_target_pct=by_target[place],
                rank_by_target=int(rank_by_target[place]),
                rank_low=int(low[place]),
                rank_high=int(high[place]),
            )
            for place, (domain, part) in enumerate(by_domain.items())
        ],
    )


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def goal_probabilities(
    targets: Results[TargetResult], rules: ExpectedRules
) -> dict[str, float | None]:
    """P(all targets of a goal are met) by goal, under the declared correlations.

    None unless every target of the goal has a probability. A goal with one target keeps that
    target's probability to the last digit.
    """
    found: dict[str, float | None] = {}
    draws = _Draws(rules)
    for goal, part in targets.by("goal").items():
        p = [target.p_met for target in part if target.p_met is not None]
        if len(p) < len(part):
            found[goal] = None
        elif len(p) == 1:
            found[goal] = p[0]
        else:
            joint = draws.met(part, rules.within_domain, rules.between_domains).all(axis=1)
            found[goal] = min(float(joint.mean()), *p)
    return found


def expected_count(targets: Results[TargetResult], rules: ExpectedRules) -> ExpectedCount:
    """How many goals will be met by the plan's end, and how sure that is."""
    p = goal_probabilities(targets, rules)
    known = {goal: chance for goal, chance in p.items() if chance is not None}
    if not known:
        return ExpectedCount(0, len(p), math.nan, 0, 0, 0, 0)
    by_goal = targets.by("goal")
    draws = _Draws(rules)

    def interval(within: float, between: float) -> tuple[int, int]:
        total = sum(
            draws.met(by_goal[goal], within, between).all(axis=1).astype(int) for goal in known
        )
        low, high = np.quantile(total, [0.1, 0.9], method="inverted_cdf")
        return int(low), int(high)

    low, high = interval(rules.within_domain, rules.between_domains)
    low0, high0 = interval(0.0, 0.0)
    mean = float(np.sum(list(known.values())))
    return ExpectedCount(len(known), len(p), mean, low, high, low0, high0)


class _Draws:
    """Draws of which targets are met, from a one-factor-per-domain Gaussian copula.

    Each target and each domain has a stream of its own, so that adding one leaves the others'
    draws alone; a stream is drawn once.
    """

    def __init__(self, rules: ExpectedRules) -> None:
        self.rules = rules
        self.shared = np.random.default_rng(rules.seed).standard_normal(rules.draws)
        self.streams: dict[str, NDArray[np.float64]] = {}

    def met(
        self, targets: Sequence[TargetResult], within: float, between: float
    ) -> NDArray[np.bool_]:
        """Shape (draws, targets); within, between: correlations of targets of one domain, of two.

        A target without a probability is never met.
        """
        met = np.empty((self.rules.draws, len(targets)), dtype=bool)
        for column, target in enumerate(targets):
            latent = (
                np.sqrt(between) * self.shared
                + np.sqrt(max(within - between, 0.0)) * self._stream(target.domain)
                + np.sqrt(1 - max(within, between)) * self._stream(target.target)
            )
            met[:, column] = latent < stats.norm.ppf(target.p_met or 0.0)
        return met

    def _stream(self, name: str) -> NDArray[np.float64]:
        if name not in self.streams:
            key = [self.rules.seed, *name.encode("utf-8")]
            self.streams[name] = np.random.default_rng(key).standard_normal(self.rules.draws)
        return self.streams[name]
