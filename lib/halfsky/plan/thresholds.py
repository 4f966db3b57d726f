"""The constants a statistician would argue about, read from params/thresholds.yaml."""

from __future__ import annotations

from pydantic import Field, field_validator

from halfsky.plan.load import parse
from halfsky.plan.models import Frozen, Indicator, Target
from halfsky.plan.paths import params_dir


class StatusRules(Frozen):
    """When a target is met, nearly met, or cannot be judged (docs/method.md, sections 2 and 4)."""

    few_events: int
    interval_level: float = Field(gt=0, lt=1)
    pooled_years: int
    normal_lag: int
    stale_lag: int
    baseline_window: int
    about_delta: float
    parity_low: float
    parity_high: float
    parity_delta: float
    maintain_last: int
    maintain_good: int
    slow_rise_points: int
    slow_rise_level: float = Field(gt=0, lt=1)
    default_delta: dict[str, float]


class OutlookRules(Frozen):
    """The words for P(met), and how few points are no trend (docs/method.md, section 2)."""

    bands: dict[str, float]
    short_series: int

    @field_validator("bands")
    @classmethod
    def _descending(cls, bands: dict[str, float]) -> dict[str, float]:
        limits = list(bands.values())
        if limits != sorted(limits, reverse=True) or limits[-1] != 0:
            raise ValueError("bands go from the highest lower bound down to 0")
        return bands


class PaceRules(Frozen):
    """Which years the recent pace is taken from (docs/method.md, section 2)."""

    years: int
    min_points: int


class ExpectedRules(Frozen):
    """How goals move together when their number is forecast (docs/method.md, section 2)."""

    within_domain: float = Field(ge=0, lt=1)
    between_domains: float = Field(ge=0, lt=1)
    draws: int
    seed: int


class WarningRules(Frozen):
    """Limits of the five families of early warning (docs/method.md, section 5)."""

    red_below: float
    amber_below: float
    fall_in_p: float
    wrong_way_years: int
    volatile_reach: float
    volatile_delta: float
    fdr: float
    denominator_moved: float
    min_errors: int
    worst_shift: float = Field(ge=0)
    repeat_chance: float = Field(gt=0, lt=1)
    slip_usual: float = Field(gt=0)
    slip_tolerance: float = Field(gt=0, lt=0.5)
    headcount_moved: float = Field(gt=0)
    shown_years: int
    remarks: dict[str, str]  # rule -> the words in a row's remark that call for it


class MeasureRules(Frozen):
    """When a measure began late, and when it is asked for results (docs/method.md, section 7)."""

    late_after_years: int = Field(ge=0)
    result_after_years: int = Field(ge=1)


class DisparityRules(Frozen):
    """Limits of funnels, tests and peers (docs/method.md, section 6)."""

    inner_limit: float = Field(gt=0, lt=1)
    outer_limit: float = Field(gt=0, lt=1)
    min_expected: float = Field(ge=1)
    dispersion_level: float = Field(gt=0, lt=1)
    min_areas: int = Field(ge=3)
    peer_logit: float = Field(gt=0)
    peer_log: float = Field(gt=0)
    peer_min: int = Field(ge=2)


class EffectRules(Frozen):
    """When figures agree with a measure's effect (docs/method.md, section 7)."""

    years_after: int = Field(ge=1)
    difference_level: float = Field(gt=0, lt=1)
    min_comparisons: int = Field(ge=2)
    winsorised: float = Field(ge=0, lt=0.5)
    min_placebo: int
    rank_p: float = Field(gt=0, lt=1)
    expected_error: float = Field(gt=0, lt=1)


class Prior(Frozen):
    """The Gamma prior of small counts (docs/method.md, section 4)."""

    gamma_shape: float
    gamma_rate: float


class DisclosureRules(Frozen):
    """Which counts a public edition suppresses (docs/release.md, section 3)."""

    smallest: int = Field(ge=2)


class Thresholds(Frozen):
    """params/thresholds.yaml as a whole."""

    status: StatusRules
    outlook: OutlookRules
    pace: PaceRules
    expected: ExpectedRules
    warning: WarningRules
    measures: MeasureRules
    disparities: DisparityRules
    effect: EffectRules
    prior: Prior
    disclosure: DisclosureRules

    def delta(self, target: Target, indicator: Indicator, baseline: float) -> float:
        """The smallest meaningful change of a target, in its indicator's unit.

        The target's own δ, else the indicator's (a share of the baseline value for headcounts),
        else the default of its kind. NaN where a relative δ lacks its baseline.
        """
        if target.delta is not None:
            return target.delta
        if target.type == "about" and indicator.delta is None:
            return self.status.about_delta
        if indicator.delta is not None:
            return indicator.delta
        if indicator.delta_relative is not None:
            return indicator.delta_relative * abs(baseline)
        return self.status.default_delta[indicator.kind]


def load_thresholds() -> Thresholds:
    """Read params/thresholds.yaml.

    Raises:
        PlanError: a constant is missing, misspelt or out of range.
    """
    return parse(Thresholds, params_dir() / "thresholds.yaml")
