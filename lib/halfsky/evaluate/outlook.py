"""How likely is the target to be met? The word for a probability.

Source: docs/method.md section 2; bands in params/thresholds.yaml.
"""

from __future__ import annotations

import pandas as pd

from halfsky.plan.vocabulary import NO_FORECAST


def classify(p: float | None, bands: dict[str, float]) -> str:
    """The outlook of one probability; 无法预测 where there is none."""
    if p is None or pd.isna(p):
        return NO_FORECAST
    return next(word for word, lower in bands.items() if p >= lower)


def add_outlook(frame: pd.DataFrame, bands: dict[str, float]) -> pd.DataFrame:
    """Add outlook from p_met."""
    return frame.assign(outlook=[classify(p, bands) for p in frame["p_met"]])
