"""What an evaluation says: frozen records and the words they use, without how it was found.

The only module of `evaluate` that `report` imports, so that showing a page loads no statsmodels.
Source: docs/method.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cache, cached_property
from typing import Any, Generic, TypeVar, overload

import pandas as pd

from halfsky.plan.calibration import Calibration
from halfsky.plan.models import Plan, Region, Unit
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import (
    NO_FORECAST,
    Action,
    Data,
    Family,
    MeasureFinding,
    Progress,
    Severity,
    Status,
    WarningState,
)


class StatusRule(StrEnum):
    """The rule that gave a target its status (docs/method.md, section 2)."""

    MET = "met"
    WITHIN_DELTA = "within_delta"
    INTERVAL_HOLDS_TARGET = "interval_holds_target"
    SHORT = "short"
    FEW_EVENTS = "few_events"
    GAP_BY_DECLINE = "gap_by_decline"
    NOT_REPORTED = "not_reported"
    STALE = "stale"
    NO_BASELINE = "no_baseline"
    NO_DOCUMENT = "no_document"
    LEVEL_0 = "level_0"
    LEVEL_1 = "level_1"
    LEVEL_2 = "level_2"
    LEVEL_3 = "level_3"
    LEVEL_4 = "level_4"
    TOO_FEW_POINTS = "too_few_points"
    SLOWER = "slower"
    FASTER = "faster"
    SLOPE_UNCLEAR = "slope_unclear"
    SUPPRESSED = "withheld"


class WarningRule(StrEnum):
    """The rule behind an early warning (docs/method.md, section 5)."""

    P_BELOW = "p_below"
    P_FELL = "p_fell"
    WRONG_WAY = "wrong_way"
    OUTSIDE_INTERVAL = "outside_interval"
    VOLATILE = "volatile"
    SMALL_BASE_NOISE = "small_base_noise"
    OVERDUE = "overdue"
    BREAK = "break"
    DENOMINATOR_MOVED = "denominator_moved"
    REPEATED = "repeated"
    UNIT_SLIP = "unit_slip"
    OUT_OF_BOUNDS = "out_of_bounds"
    SEXES_DISAGREE = "sexes_disagree"
    HEADCOUNT_AGAINST = "headcount_against"
    CONTRADICTS = "contradicts"
    UNEXPLAINED = "unexplained"
    REMARK = "remark"


class Change(StrEnum):
    """A status against last year's, where both years could be judged."""

    BETTER = "升级"
    WORSE = "降级"
    SAME = "不变"


NOT_ASSESSABLE = (Status.MISSING, Status.UNDECIDABLE)
PACE_FACTORS = (0.5, 1.0, 1.5, 2.0)  # of the straight-line pace needed, in scenarios
PROVEN = ("A", "B")  # grades of evidence that make a practice worth telling of
MIN_TARGETS_FOR_KAPPA = 20  # below, kappa's own error exceeds any use of it
# Local calibration asks for so many series of so many past forecasts each.
MIN_SERIES = 30
MIN_ORIGINS = 3


class PracticeReason(StrEnum):
    """Why a target is an example to others (docs/method.md, section 6)."""

    AHEAD = "ahead"
    HEADROOM = "headroom"
    MOVED = "moved"


class Record:
    """A row of results; its fields are documented by its class."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class TargetResult(Record):
    """One target of the plan, judged.

    Amounts are in the target's own `unit`; a field is None where nothing is known, never 0. The
    evaluation fills it stage by stage, each from a copy; the defaults are those of a target
    without a figure.

    Identity: target, goal, domain, type, name, clause, indicator, sex, age, area, unit, decimals,
    direction, comparator, kind, counting, basis, measure, department.
    Facts (evaluate.completion): value and value_year; baseline; threshold, plan_value (the plan's
    own number) and delta; counts and the exact interval (low, high); last_value (however old);
    female, male, other (what a gap or difference is made of); completion_pct, elapsed_pct,
    headroom, progress; recent_pace, needed_pace, speed_up (yearly); data.
    Verdict (evaluate.status): status and the rule that decided; level of a milestone.
    Forecast (evaluate.prediction): p_met, point and intervals at the plan's end, need50 and
    need80 (yearly change for P = .5, .8), pace50, pace80 (the same, but never less than the
    straight line to a target not yet met), attain_year, forecast_method, outlook.
    shortfall: how far the value is from meeting its comparator, 0 where it meets it.
    Last year's verdict as known then: *_before, change; doubt: the data rule for which nothing
    may be said of the target's progress.
    """

    target: str
    goal: str
    domain: str
    type: str
    name: str
    clause: str
    indicator: str | None
    indicator_name: str | None
    sex: str
    age: str
    area: str
    unit: str | None
    direction: str | None
    comparator: str | None
    kind: str | None
    counting: str | None
    basis: str | None
    measure: str | None
    department: str
    decimals: int | None = None
    two_sided: bool | None = None
    is_substitute: bool | None = None
    is_pooled_baseline: bool | None = None
    is_pooled: bool | None = None
    is_quotient: bool | None = None
    value: float | None = None
    baseline: float | None = None
    threshold: float | None = None
    plan_value: float | None = None
    delta: float | None = None
    value_year: int | None = None
    baseline_year: int | None = None
    last_year: int | None = None
    lag: int | None = None
    n: int | None = 0
    last_value: float | None = None
    latest_value: float | None = None
    female: float | None = None
    male: float | None = None
    other: float | None = None
    female_baseline: float | None = None
    male_baseline: float | None = None
    previous_value: float | None = None
    previous_year: int | None = None
    numerator: float | None = None
    denominator: float | None = None
    low: float | None = None
    high: float | None = None
    recent_pace: float | None = None
    slope_change: float | None = None
    slope_low: float | None = None
    slope_high: float | None = None
    good_recent: int | None = None
    of_recent: int | None = None
    points_before: int | None = None
    points_after: int | None = None
    data: Data = Data.MISSING
    break_year: int | None = None
    progress: float | None = None
    completion_pct: float | None = None
    headroom: float | None = None
    elapsed_pct: float | None = None
    needed_pace: float | None = None
    is_stalled: bool = False
    speed_up: float | None = None
    level: float | None = None
    status: Status = Status.MISSING
    rule: StatusRule = StatusRule.NOT_REPORTED
    p_met: float | None = None
    point: float | None = None
    lo80: float | None = None
    hi80: float | None = None
    lo95: float | None = None
    hi95: float | None = None
    need50: float | None = None
    need80: float | None = None
    attain_year: int | None = None
    forecast_method: str = "none"
    outlook: str = NO_FORECAST
    shortfall: float | None = None
    pace50: float | None = None
    pace80: float | None = None
    status_before: Status | None = None
    value_before: float | None = None
    value_year_before: int | None = None
    p_before: float | None = None
    change: Change | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class GoalResult(Record):
    """One goal: status of its weakest clause, p and outlook over its clauses, data.

    weakest: id of the target that decides. status_before, change: against last year.
    """

    goal: str
    domain: str
    status: Status
    weakest: str
    p: float | None
    outlook: str
    data: Data
    status_before: Status | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class EarlyWarning(Record):
    """One early warning. threshold: what the rule compares with, None for a yes or no;
    inputs: the figures it read; since: first year of the present unbroken streak.
    """

    goal: str
    target: str | None
    indicator: str
    domain: str
    family: Family
    severity: Severity
    rule: WarningRule
    threshold: float | None
    inputs: Mapping[str, Any]
    department: str
    since: int


@dataclass(frozen=True, slots=True)
class WarningTest(Record):
    """One target looked at by one rule: the chance it rests on, and whether it warned."""

    target: str
    domain: str
    family: Family
    rule: WarningRule
    chance: float | None
    fired: bool


@dataclass(frozen=True, slots=True)
class RegisterEntry(Record):
    """A warning from last year to this: new, open, eased or closed, and why it closed."""

    goal: str
    target: str | None
    indicator: str
    domain: str
    family: Family
    rule: WarningRule
    state: WarningState
    severity: Severity | None
    severity_before: Severity | None
    reason: str | None
    department: str
    since: int


@dataclass(frozen=True, slots=True)
class DomainRates(Record):
    """Goals of a domain ("all": of the plan) by status, with both denominators, in percent.

    lowest_pct, highest_pct: the rate if every goal without an answer failed, or passed.
    """

    domain: str
    met: int
    basically: int
    unmet: int
    undecidable: int
    missing: int
    assessable: int
    all: int
    met_of_assessable_pct: float | None
    met_of_all_pct: float | None
    met_or_nearly_of_assessable_pct: float | None
    met_or_nearly_of_all_pct: float | None
    lowest_pct: float | None
    highest_pct: float | None


@dataclass(frozen=True, slots=True)
class DomainRank(Record):
    """A domain's rank by the share of goals met, and how far it hangs on the weights."""

    domain: str
    n: int
    met_pct: float | None
    rank: int
    met_by_target_pct: float | None
    rank_by_target: int
    rank_low: int
    rank_high: int


@dataclass(frozen=True, slots=True)
class MilestoneRating(Record):
    """What the documents of a milestone show: rubric level, raters, newest date."""

    target: str
    level: float | None
    n_raters: int
    documents: int
    last_date: str | None
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class PastForecast(Record):
    """Last year's forecast of a target beside this year's figure."""

    target: str
    year: int
    actual: float | None
    point: float | None
    lo80: float | None
    hi80: float | None
    lo95: float | None
    hi95: float | None
    is_inside_80: bool
    is_inside_95: bool
    is_one_case: bool


@dataclass(frozen=True, slots=True)
class TargetFigure(Record):
    """One year of the series a target is judged by (evaluate.series).

    female, male, other: what a gap, ratio or difference is made of. in_use: False before the
    last definition break.
    """

    target: str
    year: int
    value: float | None
    female: float | None
    male: float | None
    other: float | None
    numerator: float | None
    denominator: float | None
    in_use: bool
    value_type: str | None
    source: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class ForecastYear(Record):
    """One future year of a target's forecast, own unit."""

    target: str
    year: int
    point: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float
    method: str


@dataclass(frozen=True, slots=True)
class RolledForecast(Record):
    """A forecast that could have been made in `origin`, and what then came.

    n: observations it saw. p_not_lower: P(value >= the last one before), and whether it was.
    ratio: error ÷ spread on the analysis scale; log_spread, degrees, kappa80, kappa95 (half the
    intervals' widths in spreads): of the stored calibration.
    """

    series: str
    origin: int
    year: int
    horizon: int
    n: int
    method: str
    actual: float
    point: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float
    inside80: bool
    inside95: bool
    p_not_lower: float
    not_lower: bool
    ratio: float
    log_spread: float
    degrees: float
    kappa80: float
    kappa95: float


@dataclass(frozen=True, slots=True)
class OneStepError(Record):
    """What a forecast made the year before said of a year; error = actual − point.

    p_value: two-sided, on the analysis scale.
    """

    target: str
    year: int
    actual: float
    point: float
    lo80: float
    hi80: float
    lo95: float
    hi95: float
    error: float
    p_value: float


@dataclass(frozen=True, slots=True)
class ReferenceValue(Record):
    """A reference region's newest figure on a target, of the same year if there is one."""

    target: str
    region: str
    value: float
    value_year: int
    is_same_year: bool
    source: str | None


@dataclass(frozen=True, slots=True)
class MeasureProgress(Record):
    """What departments returned on one measure: status, money (万元), people reached."""

    measure: str
    domain: str
    title: str
    department: str
    goals: tuple[str, ...]
    status: Progress
    status_year: int | None
    started_year: int | None
    money_wan: float | None
    people: float | None
    person_times: float | None
    people_year: int | None
    departments_reporting: tuple[str, ...]
    finding: MeasureFinding


@dataclass(frozen=True, slots=True)
class Countermeasure(Record):
    """What is proposed for one open target: action, the plan's measures, who, by when.

    shortfall, change50, change80: own unit (a year); headcount*: the same in people or cases.
    """

    rank: int
    goal: str
    target: str
    domain: str
    status: Status
    severity: Severity | None
    rules: tuple[str, ...]
    action: Action
    measures: tuple[str, ...]
    lacking: tuple[str, ...]
    department: str
    support: tuple[str, ...]
    shortfall: float | None
    headcount: float | None
    change50: float | None
    change80: float | None
    headcount50: float | None
    headcount80: float | None
    is_line: bool
    report_year: int | None
    end_year: int | None


@dataclass(frozen=True, slots=True)
class MeasureEffect(Record):
    """The evidence on one measure and one target in its four pieces, and the grade.

    *_right: None where a piece is not available. difference: in forecast standard errors.
    """

    measure: str
    goal: str
    target: str
    domain: str
    series: str
    started_year: int
    origin: int
    n_before: int
    first_year: int
    last_year: int
    sign: float | None
    actual: float | None
    point: float | None
    lo80: float | None
    hi80: float | None
    lo95: float | None
    hi95: float | None
    statistic: float | None
    years_beyond95: int
    side: str
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    n_compared: int
    rank_p: float | None
    n_placebo: int
    areas: tuple[str, ...]
    indicators: tuple[str, ...]
    change_year: int | None
    changed_before: bool | None
    dose: str
    money_wan: float | None
    people: float | None
    people_needed: float | None
    forecast_right: bool | None
    difference_right: bool | None
    placebo_right: bool | None
    timing_right: bool | None
    is_against: bool
    grade: str


@dataclass(frozen=True, slots=True)
class GroupGap(Record):
    """Women against men, or rural against urban, on one indicator: now and at the baseline.

    first is women or rural. gap and widened are in the indicator's unit; margin: sampling error.
    """

    domain: str
    indicator: str
    dimension: str
    age: str
    sex: str
    area: str
    year: int
    lag: int
    first: float | None
    second: float | None
    gap: float | None
    ratio: float | None
    base_year: int | None
    first_base: float | None
    second_base: float | None
    gap_base: float | None
    ratio_base: float | None
    first_moved: float | None
    second_moved: float | None
    widened: float | None
    delta: float | None
    events: float | None
    gap_margin: float | None
    margin: float | None
    behind: str | None
    verdict: str | None
    mover: str | None
    source: str
    is_few: bool
    is_levelling_down: bool


@dataclass(frozen=True, slots=True)
class SmallArea(Record):
    """One township on one indicator: rate, exact interval, control limits, contribution."""

    domain: str
    indicator: str
    age: str
    sex: str
    area: str
    subarea: str
    year: int
    rate: float | None
    numerator: float | None
    denominator: float | None
    low: float | None
    high: float | None
    whole: float | None
    inner_low: float | None
    inner_high: float | None
    outer_low: float | None
    outer_high: float | None
    share: float | None
    contribution: float | None
    people: float | None
    p_value: float | None
    p_judged: float | None
    zone: str | None
    side: str | None
    source: str
    is_flagged: bool


@dataclass(frozen=True, slots=True)
class SmallAreaTest(Record):
    """All townships on one indicator: heterogeneity, dispersion, how many lie outside."""

    domain: str
    indicator: str
    age: str
    sex: str
    area: str
    year: int
    lag: int
    areas: int
    counted: int
    whole: float | None
    filed: float | None
    coverage_pct: float | None
    statistic: float | None
    p_value: float | None
    dispersion: float | None
    outside_inner: int
    outside_outer: int
    flagged: int
    is_overdispersed: bool


@dataclass(frozen=True, slots=True)
class Decomposition(Record):
    """A change of the whole split into the groups' own rates and their shares (Kitagawa)."""

    domain: str
    indicator: str
    dimension: str
    age: str
    sex: str
    area: str
    base_year: int
    year: int
    groups: int
    before: float | None
    now: float | None
    change: float | None
    rate_effect: float | None
    composition_effect: float | None
    leader: str
    follower: str | None
    leader_effect: float | None
    follower_effect: float | None
    coverage_pct: float | None
    delta: float | None


@dataclass(frozen=True, slots=True)
class Movement(Record):
    """A change of a rate split into what its numerator and its denominator did."""

    domain: str
    indicator: str
    age: str
    sex: str
    area: str
    base_year: int
    year: int
    before: float | None
    now: float | None
    change: float | None
    numerator_before: float | None
    numerator: float | None
    denominator_before: float | None
    denominator: float | None
    numerator_effect: float | None
    denominator_effect: float | None
    mover: str | None
    delta: float | None


@dataclass(frozen=True, slots=True)
class PeerComparison(Record):
    """Reference periods that began where this region began, and how far they came."""

    target: str
    domain: str
    indicator: str
    base_year: int
    year: int
    years: int
    baseline: float
    value: float
    change: float
    n: int
    places: int
    median: float
    lowest: float
    highest: float
    behind: int | None
    windows: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FalseAlarms(Record):
    """How many of a family's warnings to expect to be false; domain "all": of the plan.

    found: warnings that rest on a test. tests: targets looked at, unknown: of these without a
    chance. expected, most: early_warning.expected_false.
    """

    domain: str
    family: Family
    found: int
    tests: int
    unknown: int
    expected: float
    most: float


@dataclass(frozen=True, slots=True)
class OpenProblem(Record):
    """A target with a problem that something can be done about; rank 1 is the gravest of the
    plan. rules: of its red and amber warnings."""

    rank: int
    goal: str
    target: str
    domain: str
    status: Status
    severity: Severity | None
    rules: tuple[WarningRule, ...]
    action: Action


@dataclass(frozen=True, slots=True)
class GoodPractice(Record):
    """A target worth learning from, and why; those with evidence of an effect come first."""

    goal: str
    target: str
    domain: str
    why: PracticeReason


@dataclass(frozen=True, slots=True)
class PaceScenario(Record):
    """P(met) of one target at `factor` times the straight-line pace needed from now.

    yearly_change, shortfall (of the forecast's middle at the end year): own unit; headcount: the
    shortfall in people or cases. same_series: targets on the same figures, which move along.
    """

    goal: str
    target: str
    domain: str
    factor: float
    yearly_change: float
    p: float
    shortfall: float | None
    headcount: float | None
    attain_year: int | None
    same_series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunnelLimits(Record):
    """Control limits of one indicator's townships as curves over the denominator, own unit."""

    domain: str
    indicator: str
    age: str
    sex: str
    area: str
    denominator: tuple[float, ...]
    inner_low: tuple[float, ...]
    inner_high: tuple[float, ...]
    outer_low: tuple[float, ...]
    outer_high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class RatePosterior(Record):
    """The posterior of a rate of few events: mean and interval in the printed unit, and the
    probability that the true rate is on the good side of its threshold."""

    target: str
    domain: str
    mean: float
    low: float
    high: float
    p_met: float | None


@dataclass(frozen=True, slots=True)
class HorizonCoverage(Record):
    """Past forecasts so many years ahead: outcomes inside their intervals, counts and shares."""

    horizon: int
    series: int
    n: int
    inside80: int
    inside95: int
    coverage80: float
    coverage95: float


@dataclass(frozen=True, slots=True)
class ReliabilityBin(Record):
    """Past forecasts with a probability from low to high: stated mean, and how often it came
    true."""

    low: float
    high: float
    n: int
    mean_p: float
    met_rate: float


R = TypeVar("R", bound=Record)

_DTYPES = {
    "float": "float64",
    "float | None": "float64",
    "int": "int64",
    "int | None": "Int64",
    "bool": "bool",
    "bool | None": "boolean",
}


class Results(Sequence[R], Generic[R]):
    """Records of one kind in a fixed order; `.df` is the same as a frame, for a notebook."""

    def __init__(self, kind: type[R], records: Iterable[R]) -> None:
        self.kind = kind
        self._records = tuple(records)

    @classmethod
    def from_frame(cls, kind: type[R], frame: pd.DataFrame) -> Results[R]:
        """The rows of a frame whose columns are named like the record's fields."""
        names = [f.name for f in fields(kind) if f.name in frame]  # type: ignore[arg-type]
        columns = [_values(frame[name], kind, name) for name in names]
        rows = zip(*columns, strict=True)
        return cls(kind, [kind(**dict(zip(names, row, strict=True))) for row in rows])

    @overload
    def __getitem__(self, place: int) -> R: ...
    @overload
    def __getitem__(self, place: slice) -> Results[R]: ...
    def __getitem__(self, place: int | slice) -> R | Results[R]:
        if isinstance(place, slice):
            return Results(self.kind, self._records[place])
        return self._records[place]

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[R]:
        return iter(self._records)

    def __repr__(self) -> str:
        return f"<{len(self)} {self.kind.__name__}>"

    def filter(self, **requested: Any) -> Results[R]:
        """The records whose fields equal all of `requested`."""
        return Results(
            self.kind,
            [r for r in self if all(getattr(r, name) == v for name, v in requested.items())],
        )

    def by(self, name: str) -> dict[Any, list[R]]:
        """The records grouped by one field, in order of first appearance."""
        groups: dict[Any, list[R]] = {}
        for record in self:
            groups.setdefault(getattr(record, name), []).append(record)
        return groups

    @cached_property
    def df(self) -> pd.DataFrame:
        """One row per record; a gap is NaN or NA. Treat it as read-only."""
        columns = {}
        for one in fields(self.kind):  # type: ignore[arg-type]
            values = [getattr(record, one.name) for record in self]
            dtype = _DTYPES.get(str(one.type), "object")
            columns[one.name] = pd.Series(values, dtype=dtype)
        return pd.DataFrame(columns)


def as_record(kind: type[R], row: Mapping[str, Any]) -> R:
    """A record from a frame's row: gaps become None, other columns are left out."""
    names = [f.name for f in fields(kind) if f.name in row]  # type: ignore[arg-type]
    return kind(**{name: row[name] if is_known(row[name]) else None for name in names})


def is_known(value: Any) -> bool:
    """False for None, NA and NaN: a gap."""
    return (
        value is not None
        and value is not pd.NA
        and not (isinstance(value, float) and math.isnan(value))
    )


@cache
def _converters(kind: type[Record]) -> dict[str, Any]:
    """How the frame's values of each field become the record's: enumerations and whole numbers."""
    words = {e.__name__: e for e in _ENUMERATIONS}
    found: dict[str, Any] = {}
    for one in fields(kind):  # type: ignore[arg-type]
        name = str(one.type).removesuffix(" | None")
        found[one.name] = words.get(name) or {"int": int, "float": float, "bool": bool}.get(name)
    return found


_ENUMERATIONS = (
    Action, Change, Data, Family, MeasureFinding, PracticeReason, Progress, Severity, Status,
    StatusRule, WarningRule, WarningState,
)  # fmt: skip


def _values(column: pd.Series, kind: type[Record], name: str) -> list[Any]:
    convert = _converters(kind)[name]  # type: ignore[arg-type]
    return [
        None if not is_known(value) else value if convert is None else convert(value)
        for value in column.tolist()
    ]


@dataclass(frozen=True)
class ExpectedCount:
    """Goals expected to be met by the plan's end, over the goals that have a forecast.

    mean is the sum of the goals' probabilities; low and high its 80 % interval under the
    declared correlations, low_independent and high_independent under none. The remaining
    n_all - n goals form the envelope: at least mean, at most mean + n_all - n.
    """

    n: int
    n_all: int
    mean: float
    low: int
    high: int
    low_independent: int
    high_independent: int


@dataclass(frozen=True)
class Agreement:
    """Two raters' agreement: quadratically weighted kappa beside the share of equal levels.

    kappa is None under MIN_TARGETS_FOR_KAPPA targets, or when one of the two gave one level only:
    it is 0 then, however nearly they agree.
    """

    n: int
    share_equal: float | None
    kappa: float | None


@dataclass(frozen=True)
class LocalCheck:
    """Could the region's own errors replace the stored size of error, and did they?

    series, origins: with at least MIN_ORIGINS origins, and how many these have. is_possible:
    enough of both. multiplier: local ÷ stored size, NaN where not possible. log_score_stored,
    log_score_local: mean log density of unseen series' errors. is_used: local is better.
    """

    series: int
    origins: int
    is_possible: bool
    multiplier: float
    log_score_stored: float
    log_score_local: float
    is_used: bool
    calibration: Calibration


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


@dataclass(frozen=True)
class Scenario:
    """What an assumed course would mean for one target, beside the course it is on.

    start: first year of the change. yearly_change: assumed, own unit a year. path: year, point,
    lo80, hi80, lo95, hi95. p, p_before: P(met at the end year) with and without the change.
    shortfall, shortfall_before: how far the middle of the forecast misses the target at the end
    year, own unit, 0 where it does not; heads, heads_before: the same counted in what the
    indicator's numerator counts (NaN where the denominator is not filed). attain_year: first
    year by which the target is more likely met than not; None: not by the end year, met
    already, or not judged by its own value. together: moves_together().
    """

    target: str
    start: int
    yearly_change: float
    path: pd.DataFrame
    p_before: float
    p: float
    shortfall_before: float
    shortfall: float
    heads_before: float
    headcount: float
    attain_year: int | None
    together: pd.DataFrame


@dataclass(frozen=True)
class Assumptions:
    """What an evaluation rests on besides the figures: all of it comes from params/."""

    thresholds: Thresholds
    units: dict[str, Unit]
    calibration: Calibration


@dataclass(frozen=True)
class Assessment:
    """One region and year, evaluated. Frames are documented where they are made:

    targets (completion.facts + status + prediction + outlook + previous_* + doubt: the data
    rule for which nothing may be said of the target's progress, else None), goals
    (status.summarise_goals + p, outlook), history, forecasts, warnings and warning_tests
    (early_warning.Warnings), register (register.compare: open, new, eased, closed),
    rates (expected.rates), expected, milestones (milestone.levels), agreement,
    hindsight (review.hold_against), local and rolled (the region's own past forecasts:
    forecast.rolling), ranks (expected.rank_sensitivity), references (review.compare_regions),
    disparities (gaps, townships, decompositions, peers), measures (measures.progress), effects
    (effect.assess_effects) and countermeasures (countermeasures.propose); no row of the last
    three for a reference region.
    suppressed: keys of the figures that a public edition leaves out (disclosure), None
    in an internal one.
    What pages print besides (evaluate.derived): false_alarms by domain and family;
    open_problems, the gravest first; practices, worth learning from; scenarios, the unmet targets
    that are least likely under four paces; funnel_limits, the least alike first; posteriors of
    rates of few events; coverage and reliability of the region's own past forecasts; pooled:
    targets whose events are forecast from five years together.
    """

    plan: Plan
    region: Region
    year: int
    assumptions: Assumptions
    targets: pd.DataFrame
    goals: pd.DataFrame
    history: pd.DataFrame
    forecasts: pd.DataFrame
    warnings: pd.DataFrame
    warning_tests: pd.DataFrame
    register: pd.DataFrame
    rates: pd.DataFrame
    expected: ExpectedCount
    ranks: pd.DataFrame
    milestones: pd.DataFrame
    agreement: Agreement
    hindsight: pd.DataFrame
    local: LocalCheck
    rolled: pd.DataFrame
    references: pd.DataFrame
    measures: pd.DataFrame
    countermeasures: pd.DataFrame
    disparities: Disparities
    effects: pd.DataFrame
    suppressed: pd.DataFrame | None = None
    false_alarms: Results[FalseAlarms] = field(default_factory=lambda: Results(FalseAlarms, ()))
    open_problems: Results[OpenProblem] = field(default_factory=lambda: Results(OpenProblem, ()))
    practices: Results[GoodPractice] = field(default_factory=lambda: Results(GoodPractice, ()))
    scenarios: Results[PaceScenario] = field(default_factory=lambda: Results(PaceScenario, ()))
    funnel_limits: Results[FunnelLimits] = field(default_factory=lambda: Results(FunnelLimits, ()))
    posteriors: Results[RatePosterior] = field(default_factory=lambda: Results(RatePosterior, ()))
    coverage: Results[HorizonCoverage] = field(default_factory=lambda: Results(HorizonCoverage, ()))
    reliability: Results[ReliabilityBin] = field(
        default_factory=lambda: Results(ReliabilityBin, ())
    )
    pooled: frozenset[str] = frozenset()

    @property
    def is_reference(self) -> bool:
        """A reference region is held against the plan's values, never evaluated."""
        return self.region.role == "reference"

    @property
    def is_synthetic(self) -> bool:
        return self.region.role == "synthetic"
