"""Each indicator's figures: a fading course, a small scatter, counted in whole numbers.

The smallest cells (township × sex × year) are drawn; everything larger is their sum, so that
women and men make the total and townships make the district.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from halfsky.demo.model import Dynamics, Model
from halfsky.demo.people import WHOLE, YEARS, Bools, Floats, Places, denominator, stream
from halfsky.plan.models import Indicator, Plan, Target

REGION = "demo"
OBSERVATION_DTYPES = {
    "region": "str",
    "indicator": "str",
    "year": "int64",
    "sex": "str",
    "age": "str",
    "area": "str",
    "subarea": "str",
    "value": "float64",
    "numerator": "float64",
    "denominator": "float64",
    "unit": "str",
    "value_type": "str",
    "known_from": "Int64",
    "source": "str",
    "note": "str",
}
_KEY = ["region", "indicator", "year", "sex", "age", "area", "subarea"]
# Of the smallest change worth calling one: how much a figure scatters from year to year.
SCATTER = 0.3
# Likewise where that change is a part of the value: standards, pay and headcounts move steadily.
SCATTER_RELATIVE = 0.1
# Where an indicator states no such change: percentage points, or a part of the value.
DEFAULT_DELTA = 1.0
DEFAULT_RELATIVE = 0.03
BOTH = ("female", "male")
RURAL = "农村"  # so begins a denominator that is counted in the countryside only


@dataclass(frozen=True)
class Filing:
    """Which figures of an indicator are filed.

    sexes: female and male (and their total), or one. areas: total, urban, rural. has_townships:
    also by township. department: who files them.
    """

    indicator: Indicator
    sexes: tuple[str, ...]
    areas: tuple[str, ...]
    has_townships: bool
    department: str

    @property
    def scope(self) -> str:
        """The part of the district the indicator is counted in."""
        if self.areas == ("total",) and self.indicator.denominator.startswith(RURAL):
            return "rural"
        return self.areas[0] if len(self.areas) == 1 else "total"


@dataclass(frozen=True)
class Counted:
    """One indicator's smallest cells: (S, L, Y) over sexes, leaves and years.

    latent: the value that each cell is drawn around. numerator and denominator: the counts,
    None where the indicator is a level that only has a value. value: levels only.
    """

    filing: Filing
    leaves: tuple[str, ...]
    is_urban: Bools
    weights: Floats
    latent: Floats
    numerator: Floats | None = None
    denominator: Floats | None = None


def _as_is(thing: Any) -> Any:
    return thing


@dataclass(frozen=True)
class Twist:
    """What a story changes in one indicator, each from one form into the same form.

    course: the district's smooth value, (Y,). gap: women minus men, (Y,). latent: cells before
    they are counted. counts: cells with their counts. filed: observations as they are filed.
    is_typical: the district keeps to the profile's own pace, which its story describes.
    """

    course: Callable[[Floats], Floats] = _as_is
    gap: Callable[[Floats], Floats] = _as_is
    latent: Callable[[Counted], Counted] = _as_is
    counts: Callable[[Counted], Counted] = _as_is
    filed: Callable[[pd.DataFrame], pd.DataFrame] = _as_is
    is_typical: bool = False


NO_TWIST = Twist()


def statistics_office(plan: Plan) -> str:
    """The statistics office as the plan's list of departments calls it, without a place name."""
    whole = plan.info.statistics_office
    return next((name for name in plan.duties.departments if whole.endswith(name)), whole)


def filings(plan: Plan, model: Model) -> list[Filing]:
    """What the plan's targets ask for, and the context indicators that the model knows."""
    asked: dict[str, list[tuple[str, str]]] = {}
    answers: dict[str, str] = {}
    for _, target in plan.each_target():
        for name, sexes in _series(target):
            asked.setdefault(name, []).extend((sex, target.area) for sex in sexes)
            answers.setdefault(name, plan.department_of(target.id))
    found = []
    for indicator in plan.indicators.values():
        cells = asked.get(indicator.id, [])
        if not cells and indicator.id not in model.indicators:
            continue
        found.append(
            Filing(
                indicator,
                _sexes(indicator, {sex for sex, _ in cells}),
                _areas(indicator, {area for _, area in cells}),
                "subarea" in indicator.breakdowns,
                answers.get(indicator.id, statistics_office(plan)),
            )
        )
    return found


def _series(target: Target) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The indicators a target is judged by, each with the sexes it needs."""
    if target.indicator is None:
        return
    by_sex = target.type == "narrow_gap" or target.basis == "by_sex"
    yield target.indicator, BOTH if by_sex else (target.sex,)
    if target.reference_indicator is not None:
        yield target.reference_indicator, (target.reference_sex,)
    if target.population_indicator is not None:
        yield target.population_indicator, BOTH


def _sexes(indicator: Indicator, asked: set[str]) -> tuple[str, ...]:
    about_women = "妇女" in indicator.name + indicator.denominator and asked <= {"female"}
    if indicator.is_female_share or about_women:
        return ("female",)
    if "sex" in indicator.breakdowns or "male" in asked or {"female", "total"} <= asked:
        return BOTH
    return ("female",) if asked == {"female"} else ("total",)


def _areas(indicator: Indicator, asked: set[str]) -> tuple[str, ...]:
    if "urban_rural" in indicator.breakdowns or len(asked) > 1:
        return ("total", "urban", "rural")
    return tuple(asked) or ("total",)


def course(path: tuple[float, ...]) -> Floats:
    """A path's value in each year: straight between its two or three points."""
    at = np.linspace(YEARS[0], YEARS[-1], len(path))
    return np.interp(YEARS, at, path)


def fading(path: tuple[float, ...], fade: float) -> Floats:
    """Likewise, each step `fade` times the last; straight where there is a middle point."""
    if len(path) > 2:
        return course(path)
    gone = np.arange(len(YEARS))
    share: Floats = (1 - fade**gone) / (1 - fade ** gone[-1])
    return path[0] + share * (path[1] - path[0])


def scores(indicator: Indicator, level: Floats) -> Floats:
    """Values on the analysis scale: logit between bounds, log above a bound, else as they are.

    A value at a bound counts as half a published unit inside.
    """
    low, high = _bounds(indicator)
    if np.isinf(low):
        return level
    edge = 0.5 * 10.0**-indicator.decimals
    inside = np.clip(level, low + edge, high - edge)
    score: Floats = np.log(inside - low) - (0 if np.isinf(high) else np.log(high - inside))
    return score


def from_scores(indicator: Indicator, score: Floats) -> Floats:
    """Scores as values again."""
    low, high = _bounds(indicator)
    if np.isinf(low):
        return score
    above = np.exp(score)
    value: Floats = low + (above if np.isinf(high) else (high - low) * above / (1 + above))
    return value


def _bounds(indicator: Indicator) -> tuple[float, float]:
    """Lower and upper bound; a difference and a value without a lower bound have none."""
    if indicator.kind == "difference" or indicator.lower is None:
        return -np.inf, np.inf
    return indicator.lower, np.inf if indicator.upper is None else indicator.upper


def wandering(
    indicator: Indicator, level: Floats, rules: Dynamics, rng: np.random.Generator
) -> Floats:
    """A course with innovations that stay, on the analysis scale; one at a bound is left alone."""
    drawn = rng.normal(0, 1, len(YEARS) - 1)
    low, high = _bounds(indicator)
    if (level <= low).any() or (level >= high).any():
        return level
    score = scores(indicator, level)
    pace = abs(score[-1] - score[0]) / len(drawn)
    if not np.isinf(low):
        pace = min(pace, rules.fastest)
    return from_scores(indicator, score + np.append(0, (rules.wander * pace * drawn).cumsum()))


def meaningful(indicator: Indicator, level: float) -> float:
    """The smallest change worth calling one, in the indicator's unit."""
    if indicator.delta is not None:
        return indicator.delta
    if indicator.delta_relative is not None:
        return indicator.delta_relative * abs(level)
    return DEFAULT_DELTA if indicator.unit == "%" else DEFAULT_RELATIVE * abs(level)


def _is_steady(indicator: Indicator) -> bool:
    """Standards, pay and headcounts: their smallest change is a part of the value."""
    return indicator.delta is None and indicator.unit != "%"


def _pace(indicator: Indicator, rules: Dynamics, rng: np.random.Generator) -> float:
    """How fast a district moves, as a multiple of its like; below 0 it goes back."""
    drawn = rng.normal(1.0, rules.pace_steady if _is_steady(indicator) else rules.pace)
    return float(np.clip(drawn, *rules.pace_range))


def _headroom(indicator: Indicator, level: Floats) -> Floats:
    """How far a value may move before it meets a bound."""
    low = 0.0 if indicator.lower is None else indicator.lower
    upper = indicator.upper if indicator.upper is not None else np.inf
    headroom: Floats = np.clip(np.minimum(level - low, upper - level), 0, None)
    return headroom if indicator.kind != "difference" else np.full_like(level, np.inf)


def draw(
    filing: Filing, model: Model, where: Places, per: float | None, seed: int, twist: Twist
) -> Counted:
    """One indicator's cells, with what a story changes in them."""
    indicator = filing.indicator
    rng = stream(seed, indicator.id)
    cells = _leaves(filing, where)
    cells = replace(cells, latent=_latent(cells, model, rng, twist))
    cells = twist.latent(cells)
    if not per or not indicator.denominator:
        return cells
    by_sex = filing.sexes == BOTH
    exposure = denominator(model, where, seed, indicator.denominator, filing.scope, by_sex)
    exposure = _gather(exposure, filing, where)
    cells = replace(
        cells,
        denominator=exposure,
        numerator=_count(indicator, cells.latent / per, exposure, rng),
    )
    return twist.counts(cells)


def _leaves(filing: Filing, where: Places) -> Counted:
    """The cells to draw: townships where they are filed, else town and country, else one."""
    weights = _gather(where.people, filing, where)
    if filing.sexes != BOTH:
        weights = weights.sum(axis=0, keepdims=True)
    if filing.has_townships:
        inside = where.inside(filing.scope)
        names = tuple(n for n, is_in in zip(where.names, inside, strict=True) if is_in)
        is_urban = where.is_urban[inside]
    elif len(filing.areas) > 1:
        names, is_urban = ("urban", "rural"), np.array([True, False])
    else:
        names, is_urban = (WHOLE,), np.array([filing.scope == "urban"])
    return Counted(filing, names, is_urban, weights, np.empty(0))


def _gather(by_township: Floats, filing: Filing, where: Places) -> Floats:
    """(S, T, Y) of all townships as the (S, L, Y) of the cells drawn."""
    if filing.has_townships:
        return by_township[:, where.inside(filing.scope)]
    if len(filing.areas) > 1:
        parts = [by_township[:, where.inside(a)].sum(axis=1) for a in ("urban", "rural")]
        return np.stack(parts, axis=1)
    inside = where.inside(filing.scope)
    return by_township[:, inside].sum(axis=1, keepdims=True)


def _latent(cells: Counted, model: Model, rng: np.random.Generator, twist: Twist) -> Floats:
    """The value each cell is drawn around, (S, L, Y)."""
    indicator = cells.filing.indicator
    profile = model.profile(indicator)
    # Steps fade where persistence was measured, on the analysis scale: a share that nears 100 %
    # slows down before it gets there, as real ones do.
    ends = scores(indicator, np.array(profile.path, dtype=float))
    score = fading(tuple(ends), model.dynamics.fade)
    # A district of its own: it moves faster or slower than the profile and starts elsewhere.
    drawn = _pace(indicator, model.dynamics, rng)
    pace = 1.0 if twist.is_typical else drawn
    level = from_scores(indicator, score[0] + pace * (score - score[0]))
    delta = meaningful(indicator, float(level.mean()))
    headroom = _headroom(indicator, level)
    level = level + np.clip(rng.normal(0, 1.0), -2, 2) * np.minimum(1.5 * delta, 0.15 * headroom)
    level = twist.course(wandering(indicator, level, model.dynamics, rng))
    headroom = _headroom(indicator, level)
    spread = delta * (SCATTER_RELATIVE if _is_steady(indicator) else SCATTER)
    level = level + rng.normal(0, 1, len(YEARS)) * np.minimum(spread, 0.1 * headroom)
    if indicator.kind == "count":
        return _heads(level, twist.gap(course(profile.gap)), cells)
    value = np.broadcast_to(level, cells.weights.shape).copy()
    if cells.filing.sexes == BOTH:
        gap = twist.gap(course(profile.gap))
        women = cells.weights[0].sum(axis=0) / cells.weights.sum(axis=(0, 1))
        value[0] += (1 - women) * gap
        value[1] -= women * gap
    if len(cells.leaves) > 1:
        own = rng.normal(0, 1, len(cells.leaves)) * min(2.5 * delta, 0.35 * float(headroom.min()))
        if len(cells.leaves) == 2:
            own = np.zeros(2)
        own = own + np.where(cells.is_urban, 0.0, profile.rural)
        share = cells.weights.sum(axis=0) / cells.weights.sum(axis=(0, 1))
        value += (own[:, None] - (share * own[:, None]).sum(axis=0))[None]
        if len(cells.leaves) > 2:
            value += rng.normal(0, 0.3, (1, *value.shape[1:])) * np.minimum(delta, 0.1 * headroom)
    low = -np.inf if indicator.lower is None else indicator.lower
    return np.clip(value, low, np.inf if indicator.upper is None else indicator.upper)


def _heads(level: Floats, gap: Floats, cells: Counted) -> Floats:
    """A number of people divided between women and men, and between places by population."""
    share = cells.weights.sum(axis=0) / cells.weights.sum(axis=(0, 1))
    if cells.filing.sexes != BOTH:
        return (level * share)[None]
    return np.stack([(level + gap) / 2 * share, (level - gap) / 2 * share])


def _count(
    indicator: Indicator, chance: Floats, exposure: Floats, rng: np.random.Generator
) -> Floats:
    """Whole numbers around chance × exposure: sampled, occurring by chance, or complete."""
    if indicator.kind == "share":
        chance = np.clip(chance, 0, 1)
    if indicator.counting == "complete":
        # Rounded up or down by one draw for each cell: a body of nine does not change every year.
        most = exposure if indicator.kind == "share" else np.inf
        drawn: Floats = np.floor(exposure * chance + rng.uniform(0, 1, chance.shape[:2])[..., None])
        return np.minimum(drawn, most)
    if indicator.kind == "share":
        return rng.binomial(exposure.astype(int), chance).astype(float)
    return rng.poisson(exposure * chance).astype(float)


@dataclass(frozen=True)
class Block:
    """An indicator's series as they are filed: G series of Y years."""

    filing: Filing
    sex: list[str]
    area: list[str]
    subarea: list[str]
    value: Floats
    numerator: Floats
    denominator: Floats

    def counts_as(self, indicator: Indicator, part: str) -> Block:
        """Another indicator's series that is this one's numerator or denominator."""
        blank = np.full_like(self.value, np.nan)
        value = self.numerator if part == "numerator" else self.denominator
        filing = replace(self.filing, indicator=indicator)
        return replace(self, filing=filing, value=value, numerator=blank, denominator=blank)


def add_up(cells: Counted, per: float | None) -> Block:
    """Every series that an indicator's cells make: a sum for each sex, area and township."""
    filing, indicator = cells.filing, cells.filing.indicator
    sexes: dict[str, tuple[int, ...]] = {sex: (at,) for at, sex in enumerate(filing.sexes)}
    if filing.sexes == BOTH:
        sexes = {"total": (0, 1), **sexes}
    labels: list[tuple[str, str, str]] = []
    members: list[Floats] = []
    for area in filing.areas:
        for subarea, leaves in _parts(cells, area):
            for sex, people in sexes.items():
                member = np.zeros(cells.latent.shape[:2])
                member[np.ix_(people, leaves)] = 1
                labels.append((sex, area, subarea))
                members.append(member.ravel())
    which = np.array(members)

    def summed(values: Floats) -> Floats:
        added: Floats = which @ values.reshape(which.shape[1], -1)
        return added

    blank = np.full((len(labels), len(YEARS)), np.nan)
    numerator, exposure = blank, blank
    if cells.numerator is not None and cells.denominator is not None and per:
        numerator, exposure = summed(cells.numerator), summed(cells.denominator)
        value = per * numerator / np.where(exposure > 0, exposure, np.nan)
    elif indicator.kind == "count":
        value = summed(np.round(cells.latent, indicator.decimals))
    else:
        value = summed(cells.latent * cells.weights) / summed(cells.weights)
    return Block(
        filing,
        [label[0] for label in labels],
        [label[1] for label in labels],
        [label[2] for label in labels],
        np.round(value, indicator.decimals),
        numerator,
        exposure,
    )


def _parts(cells: Counted, area: str) -> Iterator[tuple[str, list[int]]]:
    """The whole of an area, then each of its townships where they are filed."""
    inside = np.ones(len(cells.leaves), dtype=bool)
    if len(cells.filing.areas) > 1 and area != "total":
        inside = cells.is_urban if area == "urban" else ~cells.is_urban
    leaves = [int(at) for at in np.flatnonzero(inside)]
    yield WHOLE, leaves
    if cells.filing.has_townships:
        for leaf in leaves:
            yield cells.leaves[leaf], [leaf]


def to_frame(blocks: list[Block], model: Model) -> pd.DataFrame:
    """All series as observations; a cell without anybody in it has no rate and is left out."""

    def label(of: Callable[[Block], str | list[str]]) -> np.ndarray:
        column: list[str] = []
        for block in blocks:
            found = of(block)
            column += [found] * len(block.sex) if isinstance(found, str) else found
        return np.repeat(column, len(YEARS))

    def numbers(of: Callable[[Block], Floats]) -> Floats:
        return np.concatenate([of(block).ravel() for block in blocks])

    frame = pd.DataFrame(
        {
            "region": REGION,
            "indicator": label(lambda b: b.filing.indicator.id),
            "year": np.tile(YEARS, sum(len(b.sex) for b in blocks)),
            "sex": label(lambda b: b.sex),
            "age": "total",
            "area": label(lambda b: b.area),
            "subarea": label(lambda b: b.subarea),
            "value": numbers(lambda b: b.value),
            "numerator": numbers(lambda b: b.numerator),
            "denominator": numbers(lambda b: b.denominator),
            "unit": label(lambda b: b.filing.indicator.unit),
            "value_type": "reported",
            "known_from": None,
            "source": label(lambda b: f"{model.mark} · {b.filing.department}"),
            "note": model.mark,
        }
    )
    return frame[frame["value"].notna()]


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Observations with their dtypes, sorted by key as a checked frame is."""
    typed = frame[list(OBSERVATION_DTYPES)].astype(OBSERVATION_DTYPES)
    return typed.sort_values(_KEY, kind="stable", ignore_index=True)
