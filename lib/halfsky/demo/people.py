"""Who lives in the synthetic district? Townships, women and men, and every denominator.

Figures of all indicators with the same denominator share its numbers: live births are the same
below maternal deaths and below hospital deliveries.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from halfsky.demo.model import Base, Model

YEARS = tuple(range(2015, 2026))
WHOLE = "全区"
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def stream(seed: int, *names: str) -> np.random.Generator:
    """Random numbers of one thing alone: another indicator more leaves them as they were."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


@dataclass(frozen=True)
class Places:
    """The townships, and how many women and men live in each.

    names: T of them. is_urban: (T,). people: (2, T, Y), women first, whole numbers.
    """

    names: tuple[str, ...]
    is_urban: Bools
    people: Floats

    def inside(self, area: str) -> Bools:
        """Which townships belong to an area: total, urban or rural."""
        if area == "total":
            return np.ones(len(self.names), dtype=bool)
        return self.is_urban if area == "urban" else ~self.is_urban

    @cached_property
    def everyone(self) -> Floats:
        """(T, Y), women and men."""
        added: Floats = self.people.sum(axis=0)
        return added


def places(model: Model, seed: int, townships: int) -> Places:
    """Townships by name and size; towns grow while the countryside shrinks."""
    n_urban = max(1, round(townships / 3))
    n_rural = max(1, round(townships / 6))
    kinds = ["urban"] * n_urban + ["town"] * (townships - n_urban - n_rural)
    kinds += ["township"] * n_rural
    names = tuple(n + model.kinds[k] for n, k in zip(model.names, kinds, strict=False))
    is_urban = np.array([kind == "urban" for kind in kinds])
    rng = stream(seed, "places")
    size = rng.uniform(0.7, 1.3, townships) * np.where(np.array(kinds) == "township", 0.6, 1.0)
    people = model.people
    steps = np.arange(len(YEARS))
    urban = people.urban_share + people.urban_gain * steps
    weights = np.empty((townships, len(YEARS)))
    weights[is_urban] = np.outer(size[is_urban] / size[is_urban].sum(), urban)
    weights[~is_urban] = np.outer(size[~is_urban] / size[~is_urban].sum(), 1 - urban)
    total = np.round(people.total * (1 + people.growth) ** steps)
    both = divide(total, weights)
    share = people.female_share + rng.normal(0, 0.004, townships)
    women = np.round(both * share[:, None])
    return Places(names, is_urban, np.stack([women, both - women]))


def divide(total: Floats, weights: Floats) -> Floats:
    """Whole numbers that add up to the total, by largest remainder.

    Args:
        total: (Y,) whole numbers. weights: (T, Y), of any sum.
    """
    exact = total * weights / weights.sum(axis=0)
    parts: Floats = np.floor(exact)
    left = total - parts.sum(axis=0)
    rank = np.argsort(np.argsort(parts - exact, axis=0, kind="stable"), axis=0, kind="stable")
    return parts + (rank < left)


def denominator(
    model: Model, where: Places, seed: int, words: str, scope: str, by_sex: bool
) -> Floats:
    """One denominator, (2, T, Y) by sex, else (1, T, Y); 0 outside the scope.

    Args:
        words: the denominator as the indicator states it. scope: total, urban or rural: the
            townships it is counted in.
    """
    base: Base = model.base(words)
    rng = stream(seed, words, scope)
    back = np.arange(len(YEARS)) - (len(YEARS) - 1)
    course = (1 + base.growth) ** back * (1 + base.noise * rng.normal(0, 1, len(YEARS)))
    inside = where.inside(scope)[:, None]
    if base.total is not None:
        whole = np.round(base.total * course)
        weights = where.everyone * inside
        if not by_sex:
            return divide(whole, weights)[None]
        women = np.round(whole * base.female)
        return np.stack([divide(women, weights), divide(whole - women, weights)])
    share = (base.share or 1.0) * (course if base.growth or base.share != 1 else 1.0)
    counted = np.round(where.people * share) * inside
    if base.of == "women":
        return counted[:1]
    return counted if by_sex else counted.sum(axis=0, keepdims=True)
