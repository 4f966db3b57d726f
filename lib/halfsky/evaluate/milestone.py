"""How far has an institution got? The 0–4 rubric, two raters, and how well they agree.

0 none · 1 issued · 2 funded and assigned · 3 operating · 4 outcome evidenced. Every level needs
a dated document; of two raters the lower level counts. Source: docs/method.md section 2.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from statsmodels.stats.inter_rater import cohens_kappa

from halfsky.evaluate.results import MIN_TARGETS_FOR_KAPPA, Agreement

LEVELS = 5


def levels(evidence: pd.DataFrame, plan_targets: list[str]) -> pd.DataFrame:
    """The level each milestone has reached by the evidence filed.

    A document that two raters judged stands in two rows and is counted once.

    Args:
        evidence: columns goal, target, date, document, issuer, level_claimed, rater, level;
            what was filed by the report year. Rows without a document or date do not count.

    Returns:
        target, level (NaN: nothing filed), n_raters, documents, last_date, is_disputed.
    """
    dated = evidence[evidence["document"].fillna("").astype(str).str.strip() != ""]
    dated = dated[dated["date"].notna()]
    rows = []
    for target in plan_targets:
        filed = dated[dated["target"] == target].sort_values("date", kind="stable")
        rated = filed[filed["level"].notna()]
        # A rater's newest rating replaces that rater's older ones.
        newest = rated.groupby("rater", sort=False)["level"].last() if len(rated) else pd.Series()
        rows.append(
            {
                "target": target,
                "level": float(newest.min()) if len(newest) else math.nan,
                "n_raters": len(newest),
                "documents": len(filed.drop_duplicates(["date", "document"])),
                "last_date": filed["date"].iloc[-1] if len(filed) else None,
                "is_disputed": bool(len(newest) > 1 and newest.min() < newest.max()),
            }
        )
    columns = ["target", "level", "n_raters", "documents", "last_date", "is_disputed"]
    return pd.DataFrame(rows, columns=columns)


def agreement(evidence: pd.DataFrame) -> Agreement:
    """How often, and how nearly, the first two raters of each target agree."""
    rated = evidence[evidence["level"].notna()]
    pairs = []
    for _, part in rated.groupby("target"):
        newest = part.sort_values("date", kind="stable").groupby("rater")["level"].last()
        if len(newest) >= 2:
            pairs.append(newest.sort_index().iloc[:2].to_numpy(int))
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
