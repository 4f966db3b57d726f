"""Where and who: gaps, townships, decompositions and peers of one region and year, together.

Source: docs/method.md section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import pandas as pd

from halfsky.evaluate import decomposition, funnel_plot, gaps, peers
from halfsky.evaluate.comparable import comparable
from halfsky.plan.models import Plan, Unit
from halfsky.plan.thresholds import Thresholds


@dataclass(frozen=True)
class Disparities:
    """Frames documented where they are made; each has a column domain.

    gaps (gaps.compute_gaps), areas and area_tests (funnel_plot.compute_funnels), decompositions
    and movements (decomposition.compute_decompositions), peers (peers.compute_peers).
    """

    gaps: pd.DataFrame
    areas: pd.DataFrame
    area_tests: pd.DataFrame
    decompositions: pd.DataFrame
    movements: pd.DataFrame
    peers: pd.DataFrame

    def of_domain(self, domain: str | None) -> Disparities:
        """One domain's rows of every frame; None: all of them."""
        if domain is None:
            return self
        frames = {f.name: getattr(self, f.name) for f in fields(self)}
        return Disparities(
            **{
                name: frame[frame["domain"] == domain].reset_index(drop=True)
                for name, frame in frames.items()
            }
        )


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
