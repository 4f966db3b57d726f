"""How far off will it be? The size of the error, from the window's own volatility.

Source: docs/method.md section 3: a pooled regression on volatility, length and horizon.
"""

from __future__ import annotations

import numpy as np

from halfsky.evaluate.forecast.pool import Window
from halfsky.evaluate.forecast.scale import Array

FEATURES = ("one", "volatility", "horizon", "length")


def features(window: Window, horizon: int, resolution: float) -> Array:
    """Features of the error's size, shape (horizon, 4).

    resolution: half a published unit on the analysis scale at the last value: nothing printed
    moves less than that, so no window counts as quieter.
    """
    h = np.arange(1, horizon + 1, dtype=float)
    volatility = float(np.sqrt(np.mean(window.steps**2) + resolution**2))
    one = np.ones(horizon)
    return np.column_stack(
        [one, np.log(volatility) * one, np.log(h), np.log(window.n) * one]
    )
