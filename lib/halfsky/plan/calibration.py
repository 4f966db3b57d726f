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


class Errors(Frozen):
    """How large errors are, on the analysis scale, and how their tails look.

    spread: coefficients of the log of the error's size, by feature of the window and horizon.
    degrees: of Student's t. kappa80, kappa95: coefficients (by feature) of the log of the
    multiplier of the spread that covers 80 % and 95 %: one multiplier cannot serve both.
    """

    spread: dict[str, float]
    degrees: float = Field(gt=1)
    kappa80: dict[str, float]
    kappa95: dict[str, float]


class Probability(Frozen):
    """logit P(met) = intercept + slope × logit(share of simulated paths that meet it)."""

    intercept: float
    slope: float = Field(gt=0)  # P stays monotone in the target


class Calibration(Frozen):
    """params/calibration/forecast.yaml as a whole. Scores are out of fold by indicator."""

    date: str
    method: str
    series_sha256: str
    tasks_sha256: str
    tasks: int = Field(ge=1)
    windows: int = Field(ge=1)
    indicators: int = Field(ge=2)
    folds: int = Field(ge=2)
    scores: dict[str, float]
    limits: tuple[str, ...]  # where it does not hold
    pool: Errors  # n >= 5
    short: Errors  # n = 3, 4
    probability: Probability


def load_calibration() -> Calibration:
    """Read the stored calibration.

    Raises:
        PlanError: the file is missing, or a figure in it is missing, misspelt or out of range.
    """
    return parse(Calibration, params_dir() / FILE)
