"""How likely is the target to be met? The word for a probability.

Source: docs/method.md section 2; bands in params/thresholds.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from halfsky.evaluate.results import Results, TargetResult, is_known
from halfsky.plan.vocabulary import NO_FORECAST


def classify(p: float | None, bands: dict[str, float]) -> str:
    """The outlook of one probability; 无法预测 where there is none."""
    if p is None or not is_known(p):
        return NO_FORECAST
    return next(word for word, lower in bands.items() if p >= lower)


def add_outlook(targets: Iterable[TargetResult], bands: dict[str, float]) -> Results[TargetResult]:
    """Add outlook from p_met."""
    return Results(
        TargetResult, [replace(row, outlook=classify(row.p_met, bands)) for row in targets]
    )
