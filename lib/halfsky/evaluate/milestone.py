"""How far has an institution got? The 0–4 rubric, two raters, and how well they agree.

0 none · 1 issued · 2 funded and assigned · 3 operating · 4 outcome evidenced. Every level needs
a dated document; of two raters the lower level counts. Source: docs/method.md section 2.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa

from halfsky.evaluate.frames import records
from halfsky.evaluate.results import (
    MIN_TARGETS_FOR_KAPPA,
    Agreement,
    MilestoneRating,
    Results,
    is_known,
)

LEVELS = 5


def levels(evidence: pd.DataFrame, plan_targets: Iterable[str]) -> Results[MilestoneRating]:
    """The level each milestone has reached by the evidence filed.

    A document that two raters judged stands in two rows and is counted once.

    Args:
        evidence: columns goal, target, date, document, issuer, level_claimed, rater, level;
            what was filed by the report year. Rows without a document or date do not count.

    Returns:
        One rating per target; level None where nothing was filed.
    """
    filed: dict[str, list[dict[str, Any]]] = {}
    for row in records(evidence):
        named = is_known(row["document"]) and str(row["document"]).strip()
        if named and is_known(row["date"]):
            filed.setdefault(row["target"], []).append(row)
    made = [_rating(target, filed.get(target, [])) for target in plan_targets]
    return Results(MilestoneRating, made)


def _rating(target: str, filed: list[dict[str, Any]]) -> MilestoneRating:
    """filed: the target's dated documents, in any order."""
    filed = sorted(filed, key=lambda row: row["date"])  # stable: of one day, as filed
    newest = _newest_by_rater(filed)
    return MilestoneRating(
        target,
        level=float(min(newest.values())) if newest else None,
        n_raters=len(newest),
        documents=len({(row["date"], row["document"]) for row in filed}),
        last_date=filed[-1]["date"] if filed else None,
        is_disputed=len(set(newest.values())) > 1,
    )


def _newest_by_rater(filed: Iterable[dict[str, Any]]) -> dict[str, int]:
    """A rater's newest rating replaces that rater's older ones; filed: oldest first."""
    rated = [row for row in filed if is_known(row["level"]) and is_known(row["rater"])]
    return {row["rater"]: int(row["level"]) for row in rated}


def agreement(evidence: pd.DataFrame) -> Agreement:
    """How often, and how nearly, the first two raters of each target agree."""
    by_target: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(records(evidence), key=lambda row: str(row["date"])):
        by_target.setdefault(row["target"], []).append(row)
    pairs = []
    for filed in by_target.values():
        newest = _newest_by_rater(filed)
        if len(newest) >= 2:
            pairs.append([newest[rater] for rater in sorted(newest)[:2]])
    if not pairs:
        return Agreement(0, None, None)
    first, second = np.array(pairs).T
    equal = float((first == second).mean())
    one_level = min(len(set(first)), len(set(second))) == 1
    if len(pairs) < MIN_TARGETS_FOR_KAPPA or one_level:
        return Agreement(len(pairs), equal, None)
    table = np.zeros((LEVELS, LEVELS))
    np.add.at(table, (first, second), 1)
    kappa = cohens_kappa(table, wt="quadratic", return_results=True).kappa
    return Agreement(len(pairs), equal, float(kappa))
