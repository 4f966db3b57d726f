"""How many goals are met, and how many will be? Rates with both denominators and an envelope.

Source: docs/method.md section 2.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from halfsky.evaluate.results import NOT_ASSESSABLE, ExpectedCount
from halfsky.plan.thresholds import ExpectedRules
from halfsky.plan.vocabulary import Status


def count_statuses(goals: pd.DataFrame) -> dict[str, int]:
    """Counts by status, and the two denominators: assessable and all."""
    counts = goals["status"].value_counts()
    by_key = {
        "met": Status.MET,
        "basically": Status.NEARLY,
        "unmet": Status.UNMET,
        "undecidable": Status.UNDECIDABLE,
        "missing": Status.MISSING,
    }
    result = {key: int(counts.get(status, 0)) for key, status in by_key.items()}
    unknown = result["undecidable"] + result["missing"]
    return {**result, "assessable": len(goals) - unknown, "all": len(goals)}


def rates(goals: pd.DataFrame) -> pd.DataFrame:
    """达标率 by domain and overall: both denominators, and what missing data could make of it.

    Returns:
        One row per domain and one for "all": counts, met_of_assessable_pct, met_of_all_pct,
        met_or_nearly_of_assessable_pct, met_or_nearly_of_all_pct, lowest_pct (every unknown
        goal fails) and highest_pct (every unknown goal passes). NaN where nothing is assessable.
    """
    parts = [("all", goals), *goals.groupby("domain", sort=False)]
    rows = []
    for name, part in parts:
        c = count_statuses(part)
        both = c["met"] + c["basically"]
        unknown = c["all"] - c["assessable"]
        rows.append(
            {
                "domain": name,
                **c,
                "met_of_assessable_pct": _percent(c["met"], c["assessable"]),
                "met_of_all_pct": _percent(c["met"], c["all"]),
                "met_or_nearly_of_assessable_pct": _percent(both, c["assessable"]),
                "met_or_nearly_of_all_pct": _percent(both, c["all"]),
                "lowest_pct": _percent(c["met"], c["all"]),
                "highest_pct": _percent(c["met"] + unknown, c["all"]),
            }
        )
    return pd.DataFrame(rows)


WEIGHT_DRAWS = 2000


def rank_sensitivity(goals: pd.DataFrame, targets: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Does the order of the domains hang on how goals are weighed?

    Args:
        goals: domain, goal, status. targets: goal, and one row per target (a goal's weight when
            targets weigh equally). seed: of the random weights.

    Returns:
        One row per domain with an assessable goal: met_pct with equal goals, rank (1 best, ties
        share the better rank), met_by_target_pct and rank_by_target with equal targets, and
        rank_low, rank_high: the middle 90 % of ranks under weights drawn evenly from all
        possible ones (Dirichlet(1) within each domain).
    """
    judged = goals[~goals["status"].isin(list(NOT_ASSESSABLE))]
    columns = ["domain", "n", "met_pct", "rank", "met_by_target_pct", "rank_by_target"]
    columns += ["rank_low", "rank_high"]
    if judged.empty:
        return pd.DataFrame(columns=columns)
    sizes = targets["goal"].value_counts()
    rows, drawn = [], []
    for domain, part in judged.groupby("domain", sort=False):
        met = (part["status"] == Status.MET).to_numpy(float)
        weight = part["goal"].map(sizes).to_numpy(float)
        rng = np.random.default_rng([seed, *str(domain).encode("utf-8")])
        drawn.append(rng.dirichlet(np.ones(len(part)), WEIGHT_DRAWS) @ met)
        rows.append(
            {
                "domain": domain,
                "n": len(part),
                "met_pct": 100 * met.mean(),
                "met_by_target_pct": 100 * float(weight @ met) / weight.sum(),
            }
        )
    frame = pd.DataFrame(rows)
    ranks = stats.rankdata(-np.round(np.array(drawn), 12), method="min", axis=0)
    low, high = np.quantile(ranks, [0.05, 0.95], axis=1, method="inverted_cdf")
    return frame.assign(
        rank=frame["met_pct"].rank(ascending=False, method="min").astype(int),
        rank_by_target=frame["met_by_target_pct"].rank(ascending=False, method="min").astype(int),
        rank_low=low.astype(int),
        rank_high=high.astype(int),
    )[columns]


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else float("nan")


def goal_probabilities(targets: pd.DataFrame, rules: ExpectedRules) -> pd.DataFrame:
    """P(all targets of a goal are met), under the declared correlations.

    Args:
        targets: columns goal, domain, p_met.

    Returns:
        goal, domain, p: NaN unless every target of the goal has a probability. A goal with one
        target keeps that target's probability to the last digit.
    """
    met = _draw(targets, rules, rules.within_domain, rules.between_domains)
    rows = []
    for goal, part in targets.groupby("goal", sort=False):
        p = part["p_met"].to_numpy(float)
        if np.isnan(p).any():
            joint = float("nan")
        elif len(p) == 1:
            joint = float(p[0])
        else:
            joint = float(met[:, targets.index.get_indexer(part.index)].all(axis=1).mean())
            joint = min(joint, float(p.min()))
        rows.append({"goal": goal, "domain": part["domain"].iloc[0], "p": joint})
    return pd.DataFrame(rows, columns=["goal", "domain", "p"])


def expected_count(targets: pd.DataFrame, rules: ExpectedRules) -> ExpectedCount:
    """How many goals will be met by the plan's end, and how sure that is."""
    known = goal_probabilities(targets, rules).dropna(subset=["p"])
    n_all = targets["goal"].nunique()
    if known.empty:
        return ExpectedCount(0, n_all, float("nan"), 0, 0, 0, 0)
    chosen = targets[targets["goal"].isin(known["goal"])]

    def interval(within: float, between: float) -> tuple[int, int]:
        met = _draw(chosen, rules, within, between)
        goals = chosen["goal"].to_numpy()
        total = sum(met[:, goals == goal].all(axis=1).astype(int) for goal in known["goal"])
        low, high = np.quantile(total, [0.1, 0.9], method="inverted_cdf")
        return int(low), int(high)

    low, high = interval(rules.within_domain, rules.between_domains)
    low0, high0 = interval(0.0, 0.0)
    return ExpectedCount(len(known), n_all, float(known["p"].sum()), low, high, low0, high0)


def _draw(targets: pd.DataFrame, rules: ExpectedRules, within: float, between: float) -> np.ndarray:
    """Draws of which targets are met, from a one-factor-per-domain Gaussian copula.

    Returns:
        Boolean array (draws, targets); a target without a probability is never met.
    """
    # Each target has its own stream, so that adding one leaves the others' draws alone.
    shared = np.random.default_rng(rules.seed).standard_normal(rules.draws)
    latent = np.empty((rules.draws, len(targets)))
    for column, (name, domain) in enumerate(zip(targets["target"], targets["domain"], strict=True)):
        common = _stream(domain, rules)
        own = _stream(name, rules)
        latent[:, column] = (
            np.sqrt(between) * shared
            + np.sqrt(within - between if within > between else 0.0) * common
            + np.sqrt(1 - max(within, between)) * own
        )
    p = targets["p_met"].to_numpy(float)
    return latent < stats.norm.ppf(np.where(np.isnan(p), 0.0, p))


def _stream(name: str, rules: ExpectedRules) -> np.ndarray:
    key = [rules.seed, *name.encode("utf-8")]
    return np.random.default_rng(key).standard_normal(rules.draws)
