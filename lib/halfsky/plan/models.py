"""What a plan is: goals, their typed targets, indicators, measures, regions.

The types and their meaning are in docs/method.md, section 1. Models are frozen and refuse
unknown keys, so that a misspelt key speaks up instead of being ignored.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Direction = Literal["higher_better", "lower_better", "neutral"]
Sex = Literal["total", "female", "male"]
Area = Literal["total", "urban", "rural"]
TargetType = Literal[
    "reach",
    "maintain",
    "about",
    "parity",
    "narrow_gap",
    "directional",
    "slow_rise",
    "relative",
    "milestone",
]
Comparator = Literal[">=", "<="]
# How a figure is bounded decides the scale it is forecast on.
Kind = Literal["share", "rate", "ratio", "level", "count", "difference"]
# How a figure is counted decides whether it has a sampling interval.
Counting = Literal["complete", "events", "sample"]
Role = Literal["evaluated", "reference", "synthetic"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class Frozen(BaseModel):
    """Immutable; an unknown key is an error."""

    # Built when first used: a command reads some of these files only.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Break(Frozen):
    """A change of definition: values from `year` on do not join those before it."""

    year: int
    reason: Text
    region: str | None = None  # None: everywhere


class Indicator(Frozen):
    """A statistical indicator, in the words of national statistical practice.

    delta is the smallest change worth calling one, in the indicator's own unit; where it is
    missing, thresholds.yaml gives the default of the indicator's kind and says why.
    delta_relative states it as a share of the baseline value instead, for headcounts.
    """

    id: Id
    name: Text
    unit: Text
    direction: Direction
    kind: Kind
    counting: Counting = "complete"
    role: Literal["target", "context"] = "target"
    lower: float | None = None
    upper: float | None = None
    decimals: int = Field(1, ge=0, le=4)
    delta: float | None = Field(None, ge=0)
    delta_relative: float | None = Field(None, gt=0, lt=1)
    delta_reason: str = ""
    definition: Text
    formula: str = ""
    numerator: str = ""
    denominator: str = ""
    frequency: Text = "年报"
    source: Text
    breakdowns: tuple[Literal["sex", "urban_rural", "subarea", "age", "group"], ...] = ()
    age: str = "total"
    # Set where the indicator is itself women's share of a body of people.
    is_female_share: bool = False
    breaks: tuple[Break, ...] = ()
    # A context indicator has no target: the goal whose page shows it, and its warnings.
    goal: str | None = None
    # A headcount of women: the indicator that gives the size of the body it is part of.
    whole: Id | None = None
    # False: it counts villages, days, documents. A small number of them is nobody's secret.
    of_people: bool = True
    # The indicators that add up to this one, as 登记离婚 and 判决离婚 do.
    parts: tuple[Id, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _bounds_agree(self) -> Indicator:
        if self.kind == "share" and self.unit not in ("%", "‰"):
            raise ValueError("kind share needs unit % or ‰")
        if self.delta is not None and self.delta_relative is not None:
            raise ValueError("delta and delta_relative exclude each other")
        if (self.delta is not None or self.delta_relative) and not self.delta_reason:
            raise ValueError("delta needs a delta_reason")
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            raise ValueError("lower must be below upper")
        return self

    def breaks_in(self, region: str) -> tuple[Break, ...]:
        """Breaks that concern one region, oldest first."""
        mine = [b for b in self.breaks if b.region in (None, region)]
        return tuple(sorted(mine, key=lambda b: b.year))


class Target(Frozen):
    """One clause of a goal, typed, with the indicator that answers it.

    `clause` is the plan's text verbatim. value is in the indicator's unit. `measure` names the
    measure the clause stands in, where it stands in one instead of the goal. delta overrides
    the indicator's. tolerance_low/high bound a parity ratio (women ÷ men).
    """

    id: str
    type: TargetType
    clause: Text
    name: str = ""
    indicator: Id | None = None
    sex: Sex = "total"
    age: str = "total"
    area: Area = "total"
    comparator: Comparator | None = None
    value: float | None = None
    # maintain without a number in the plan (保持稳定, 保持低水平): the baseline is the floor.
    baseline_floor: bool = False
    delta: float | None = Field(None, ge=0)
    delta_reason: str = ""
    # relative: the indicator this one is held against, and how.
    reference_indicator: Id | None = None
    reference_sex: Sex = "total"
    relation: Literal["at_least", "within"] = "at_least"
    # parity: `share`: the indicator is women's share (ratio = s/(100-s)); `by_sex`: women ÷ men.
    basis: Literal["share", "by_sex"] | None = None
    population_indicator: Id | None = None
    two_sided: bool = False
    measure: str | None = None
    # milestone: what a department files to show the level reached.
    evidence: str = ""
    assumption: str = ""
    why_one_target: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Target:
        if self.type == "milestone":
            if self.indicator is not None:
                raise ValueError("a milestone is judged by evidence: it takes no indicator")
            if not self.evidence:
                raise ValueError("a milestone needs `evidence`: what is to be filed")
            return self
        if self.indicator is None:
            raise ValueError("every target but a milestone needs an indicator")
        if self.baseline_floor and self.type != "maintain":
            raise ValueError("baseline_floor belongs to maintain targets")
        needs_value = self.type in ("reach", "maintain", "about") and not self.baseline_floor
        if needs_value and self.value is None:
            raise ValueError(f"a {self.type} target needs a value")
        if not needs_value and self.value is not None:
            raise ValueError(f"a {self.type} target takes no value: its threshold is derived")
        if needs_value and self.type != "about" and self.comparator is None:
            raise ValueError(f"a {self.type} target needs a comparator")
        if self.type == "relative" and self.reference_indicator is None:
            raise ValueError("a relative target needs a reference_indicator")
        if self.type == "parity" and self.basis is None:
            raise ValueError("a parity target needs a basis")
        if self.delta is not None and not self.delta_reason:
            raise ValueError("delta needs a delta_reason")
        return self


class Preamble(Frozen):
    """Words of a goal that set no target of their own, and why not."""

    text: Text
    reason: Text


class Goal(Frozen):
    """A goal of the plan: its words, unchanged, and the targets that make it up."""

    id: str
    text: Text
    preamble: tuple[Preamble, ...] = ()
    targets: tuple[Target, ...]

    @property
    def domain(self) -> str:
        return self.id.rsplit("-", 1)[0]

    @property
    def number(self) -> int:
        return int(self.id.rsplit("-", 1)[1])


class Measure(Frozen):
    """A policy measure of the plan, the goals it serves, and its words that set no target."""

    id: str
    text: Text
    serves: tuple[str, ...] = Field(min_length=1)
    preamble: tuple[Preamble, ...] = ()

    @property
    def domain(self) -> str:
        return self.id.rsplit("-m", 1)[0]

    @property
    def number(self) -> int:
        return int(self.id.rsplit("-m", 1)[1])

    @property
    def title(self) -> str:
        """The first sentence, which the plan uses as the measure's heading."""
        return self.text.split("。", 1)[0]


class DomainFile(Frozen):
    """One file params/plan/<plan>/<domain>.yaml."""

    domain: Id
    name: Text
    title: Text
    number: int
    indicators: tuple[Indicator, ...]
    goals: tuple[Goal, ...]
    measures: tuple[Measure, ...]


class Duty(Frozen):
    """Who answers for something: a lead department and those that support it."""

    lead: Text
    support: tuple[str, ...] = ()


class Departments(Frozen):
    """params/plan/<plan>/departments.yaml. `status` says that assignments are proposals."""

    status: Text
    departments: tuple[Text, ...]
    goals: dict[str, Duty]
    targets: dict[str, Duty] = {}
    measures: dict[str, Duty]


MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-[0-3]\d$")]


class Schedule(Frozen):
    """When a year's figures and reports are due in the year after; `status` says who decides."""

    status: Text
    returns: MonthDay
    monitoring: MonthDay
    evaluation: MonthDay


class PlanFile(Frozen):
    """params/plan/<plan>/plan.yaml."""

    id: Id
    name: Text
    version: Text
    district: Text
    office: Text
    statistics_office: Text
    text: Text  # path of the plan's text below data/raw/plan/
    baseline_year: int
    start_year: int
    midterm_year: int
    end_year: int
    domains: tuple[Id, ...] = Field(min_length=1)
    schedule: Schedule | None = None  # None: no dates proposed

    @model_validator(mode="after")
    def _years_in_order(self) -> PlanFile:
        years = (self.baseline_year, self.start_year, self.midterm_year, self.end_year)
        if list(years) != sorted(set(years)):
            raise ValueError("baseline_year < start_year < midterm_year < end_year")
        return self


class Plan(Frozen):
    """A whole plan, checked: ids unique, every reference resolved."""

    info: PlanFile
    domains: tuple[DomainFile, ...]
    duties: Departments

    @property
    def id(self) -> str:
        return self.info.id

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        return {i.id: i for d in self.domains for i in d.indicators}

    @cached_property
    def goals(self) -> dict[str, Goal]:
        return {g.id: g for d in self.domains for g in d.goals}

    @cached_property
    def measures(self) -> dict[str, Measure]:
        return {m.id: m for d in self.domains for m in d.measures}

    @cached_property
    def targets(self) -> dict[str, Target]:
        return {t.id: t for g in self.goals.values() for t in g.targets}

    @cached_property
    def goal_of(self) -> dict[str, str]:
        """Target id -> goal id."""
        return {t.id: g.id for g in self.goals.values() for t in g.targets}

    @cached_property
    def domain_of_indicator(self) -> dict[str, str]:
        return {i.id: d.domain for d in self.domains for i in d.indicators}

    def domain(self, domain_id: str) -> DomainFile:
        return next(d for d in self.domains if d.domain == domain_id)

    def each_target(self, domain: str | None = None) -> Iterator[tuple[Goal, Target]]:
        """Goals and targets in the plan's order, of one domain or of all."""
        for goal in self.goals.values():
            if domain in (None, goal.domain):
                for target in goal.targets:
                    yield goal, target

    def measures_for(self, goal_id: str) -> tuple[Measure, ...]:
        """The plan's own measures that serve a goal."""
        return tuple(m for m in self.measures.values() if goal_id in m.serves)

    def department_of(self, target_or_goal: str) -> str:
        """The lead department proposed for a target, else for its goal."""
        duty = self.duties.targets.get(target_or_goal)
        if duty is None:
            duty = self.duties.goals[self.goal_of.get(target_or_goal, target_or_goal)]
        return duty.lead

    def phase(self, year: int) -> str:
        """年度监测, 中期评估 or 终期评估."""
        if year == self.info.midterm_year:
            return "中期评估"
        return "终期评估" if year == self.info.end_year else "年度监测"


class Region(Frozen):
    """A place with figures. Only an `evaluated` or `synthetic` region is judged as a region;
    a `reference` one lends its real figures for comparison."""

    id: str
    name: Text
    short: Text
    role: Role
    plan: Id
    note: str = ""
    compare_with: tuple[str, ...] = ()


class Unit(Frozen):
    """A unit of measurement; per is the multiplier of numerator ÷ denominator.

    headcount is how many persons or cases one unit is, where it counts any: small numbers of them
    are not published (evaluate.disclosure).
    """

    label: Text
    per: float | None = None
    headcount: float | None = None
    lower: float | None = None
    upper: float | None = None
    name: str = ""
