"""What the synthetic district looks like in numbers: model.yaml, read and checked once."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import Field, field_validator

from halfsky.plan.models import Frozen, Indicator
from halfsky.plan.vocabulary import Family
from halfsky.plan.yaml_text import parse_yaml

Path = Annotated[tuple[float, ...], Field(min_length=2, max_length=3)]


class People(Frozen):
    """The population: its size in the first year and how it changes and divides."""

    total: int
    growth: float
    female_share: float
    urban_share: float
    urban_gain: float


class Base(Frozen):
    """How large a denominator is: a share of the people (or women), or a total in the last year.

    noise: relative standard deviation from year to year; 0 for a body of fixed size.
    """

    match: str
    of: str | None = None
    share: float | None = None
    total: int | None = None
    growth: float = 0.0
    noise: float = 0.006
    female: float = 0.5


class Profile(Frozen):
    """Typical values of an indicator in its own unit: first and last year, or with a middle one.

    gap: women minus men, likewise. rural: countryside minus town.
    """

    path: Path
    gap: Path = (0.0, 0.0)
    rural: float = 0.0


class Dynamics(Frozen):
    """How a course goes on, measured on real series (docs/demo.md).

    fade: each year's step as a share of the last one's. wander: standard deviation of the
    yearly innovations in mean steps, on the analysis scale, where a mean step counts as at most
    `fastest`. pace: standard deviation of a district's speed about 1, the typical one, kept
    within pace_range; pace_steady: likewise of pay, standards and headcounts.
    """

    fade: float = Field(gt=0, lt=1)
    wander: float = Field(ge=0)
    fastest: float = Field(gt=0)
    pace: float = Field(ge=0)
    pace_steady: float = Field(ge=0)
    pace_range: tuple[float, float]


class Story(Frozen):
    """Something planted in the figures, for an evaluation to find.

    family: the family of early warning that finds it, or None. effect: what an evaluation of
    the measure can say. yearly, path, factor, step (own unit), counts, pilots (share of the
    townships), people (reached by the measure in a year): how strong it is; each kind of story
    uses its own (halfsky.demo.stories).
    """

    id: str
    target: str
    family: Family | None = None
    measure: str | None = None
    effect: str | None = None
    years: tuple[int, int]
    yearly: float = 0.0
    path: Path = (0.0, 0.0)
    factor: float = 1.0
    step: float = 0.0
    counts: tuple[int, ...] = ()
    pilots: float = 0.0
    people: int = 0
    text: str


class Progress(Frozen):
    """How the plan's measures get on: the share never begun, the share begun late."""

    never: float
    late: float
    note_pilot: str


class Model(Frozen):
    """All of model.yaml."""

    mark: str
    raters: tuple[str, str]
    names: tuple[str, ...]
    kinds: dict[str, str]
    people: People
    documents: tuple[str, ...]
    bases: tuple[Base, ...]
    dynamics: Dynamics
    defaults: dict[str, Path]
    indicators: dict[str, Profile]
    same_as: dict[str, tuple[str, str]]
    stories: tuple[Story, ...]
    measures: Progress

    @field_validator("indicators", mode="before")
    @classmethod
    def _short_form(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {k: v if isinstance(v, dict) else {"path": v} for k, v in given.items()}

    def base(self, denominator: str) -> Base:
        """The first base whose pattern is in a denominator's words."""
        return next(b for b in self.bases if re.search(b.match, denominator))

    def profile(self, indicator: Indicator) -> Profile:
        """An indicator's own profile, else that of its kind."""
        own = self.indicators.get(indicator.id)
        if own is not None:
            return own
        kind: str = indicator.kind
        if indicator.is_female_share:
            kind = "female_share"
        elif kind == "share":
            kind = f"share_{indicator.direction.removesuffix('_better')}"
        return Profile(path=self.defaults[kind])


@cache
def load_model() -> Model:
    """model.yaml beside this module."""
    text = resources.files(__package__).joinpath("model.yaml").read_text(encoding="utf-8")
    return Model.model_validate(parse_yaml(text))
