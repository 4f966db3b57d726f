"""What was learned about forecast errors, stored in params/calibration/ by `halfsky calibrate`.

A forecast needs this file and nothing else: neither the benchmark it was learned on nor a
network. Source: docs/method.md section 3; how it was learned: docs/forecast.md.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from halfsky.plan.load import parse
from halfsky.plan.models import Frozen
from halfsky.plan.paths import params_dir

FILE = Path("calibration") / "forecast.yaml"


class Centre(Frozen):
    """Where the middle of the forecast lies, as a change from the last value."""

    weights: dict[str, float]  # by component of the pool


class Spread(Frozen):
    """log of the error's size = coefficients × features of the window and the horizon."""

    coefficients: dict[str, float]
    floor: float = Field(gt=0)


class Shape(Frozen):
    """Student-t errors, and the multipliers of the spread that gave 80 % and 95 % coverage."""

    degrees: float = Field(gt=0)
    kappa80: float = Field(gt=0)
    kappa95: float = Field(gt=0)


class Calibration(Frozen):
    """params/calibration/forecast.yaml as a whole."""

    date: str
    method: str
    series_sha256: str
    tasks_sha256: str
    tasks: int
    windows: int
    indicators: int
    scores: dict[str, float]  # out of fold by indicator
    limits: tuple[str, ...]  # where it does not hold
    centre: Centre
    spread: Spread
    shape: Shape


def load_calibration() -> Calibration:
    """Read the stored calibration.

    Raises:
        PlanError: the file is missing, or a figure in it is missing, misspelt or out of range.
    """
    return parse(Calibration, params_dir() / FILE)
