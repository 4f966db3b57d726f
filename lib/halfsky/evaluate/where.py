"""Where and who: gaps, townships, decompositions and peers of one region and year, together.

Source: docs/method.md section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import pandas as pd

from halfsky.evaluate import decomposition, gaps, peers, subareas
from halfsky.evaluate.places import comparable
from halfsky.plan.models import Plan, Unit
from halfsky.plan.thresholds import Thresholds


@dataclass(frozen=True)
class Where:
    """Frames documented where they are made; each has a column domain.

    gaps (gaps.find), areas and area_tests (subareas.find), decompositions and movements
    (decomposition.find), peers (peers.find).
    """

    gaps: pd.DataFrame
    areas: pd.DataFrame
    area_tests: pd.DataFrame
    decompositions: pd.DataFrame
    movements: pd.DataFrame
    peers: pd.DataFrame

    def of_domain(self, domain: str | None) -> Where:
        """One domain's rows of every frame; None: all of them."""
        if domain is None:
            return self
        frames = {f.name: getattr(self, f.name) for f in fields(self)}
        return Where(
            **{
                name: frame[frame["domain"] == domain].reset_index(drop=True)
                for name, frame in frames.items()
            }
        )


def find(
    targets: pd.DataFrame,
    observations: pd.DataFrame,
    plan: Plan,
    references: Mapping[str, pd.DataFrame],
    *,
    region: str,
    year: int,
    thresholds: Thresholds,
    units: dict[str, Unit],
) -> Where:
    """Everything the figures say about places and groups.

    Args:
        targets: judged targets. observations, references: what was known in `year`.
    """
    rows = comparable(observations, plan, region, units)
    areas, tests = subareas.find(rows, plan, year, thresholds)
    decompositions, movements = decomposition.find(rows, plan, thresholds)
    return Where(
        gaps=gaps.find(rows, plan, year, thresholds),
        areas=areas,
        area_tests=tests,
        decompositions=decompositions,
        movements=movements,
        peers=peers.find(targets, plan, references, units, thresholds.where),
    )
