"""Where and who: gaps, townships, decompositions and peers of one region and year, together.

Source: docs/method.md section 6.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from halfsky.evaluate import decomposition, funnel_plot, gaps, peers
from halfsky.evaluate.comparable import comparable
from halfsky.evaluate.results import Disparities
from halfsky.plan.models import Plan, Unit
from halfsky.plan.thresholds import Thresholds


def compute_disparities(
    targets: pd.DataFrame,
    observations: pd.DataFrame,
    plan: Plan,
    references: Mapping[str, pd.DataFrame],
    *,
    region: str,
    year: int,
    thresholds: Thresholds,
    units: dict[str, Unit],
) -> Disparities:
    """Everything the figures say about places and groups.

    Args:
        targets: judged targets. observations, references: what was known in `year`.
    """
    rows = comparable(observations, plan, region, units)
    areas, tests = funnel_plot.compute_funnels(rows, plan, year, thresholds)
    decompositions, movements = decomposition.compute_decompositions(rows, plan, thresholds)
    return Disparities(
        gaps=gaps.compute_gaps(rows, plan, year, thresholds),
        areas=areas,
        area_tests=tests,
        decompositions=decompositions,
        movements=movements,
        peers=peers.compute_peers(targets, plan, references, units, thresholds.disparities),
    )
