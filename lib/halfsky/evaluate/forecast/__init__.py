"""What will a series be, and how likely is its target? One calibrated forecast per series.

n <= 2 observations: none; 3–4: drift, flagged and wide; >= 5: the pool; event counts with
their population: Gamma–Poisson on the pooled rate. Pure: the calibration is passed in.
Source: docs/method.md sections 3 and 4; measured in docs/forecast.md.
"""

from halfsky.evaluate.forecast.pairs import (
    p_at_least_other,
    p_gap_at_most,
    p_ratio_within,
    p_slow_rise,
    p_within_other,
    paired_draws,
)
from halfsky.evaluate.forecast.predict import Forecast, forecast
from halfsky.evaluate.forecast.scale import SeriesSpec

__all__ = [
    "Forecast",
    "SeriesSpec",
    "forecast",
    "p_at_least_other",
    "p_gap_at_most",
    "p_ratio_within",
    "p_slow_rise",
    "p_within_other",
    "paired_draws",
]
