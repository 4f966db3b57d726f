"""Population figures that everything else is counted in: people, births, town and country."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from halfsky.demo.figures import BOTH, Counted, Filing, statistics_office
from halfsky.demo.model import Model
from halfsky.demo.people import WHOLE, YEARS, Floats, Places, denominator
from halfsky.plan.models import Indicator, Plan

LIVE_BIRTHS = "活产数"
TEN_THOUSAND = 10_000


def census(plan: Plan, model: Model, where: Places, seed: int) -> list[Counted]:
    """The population indicators that a plan knows, as cells."""
    return [
        make(plan.indicators[name], plan, where, _births(model, where, seed))
        for name, make in _MAKERS.items()
        if name in plan.indicators
    ]


def _births(model: Model, where: Places, seed: int) -> Floats:
    births: Floats = denominator(model, where, seed, LIVE_BIRTHS, "total", False).sum(axis=1)
    return births[:, None]


def _filing(indicator: Indicator, plan: Plan, has_townships: bool = False) -> Filing:
    sexes = BOTH if has_townships else ("total",)
    return Filing(indicator, sexes, ("total",), has_townships, statistics_office(plan))


def _cells(filing: Filing, latent: Floats, *counts: Floats) -> Counted:
    ones = np.ones((1, 1, len(YEARS)))
    numerator, exposure = counts if counts else (None, None)
    return Counted(filing, (WHOLE,), np.array([False]), ones, latent, numerator, exposure)


def _people(indicator: Indicator, plan: Plan, where: Places, births: Floats) -> Counted:
    filing = _filing(indicator, plan, has_townships=True)
    return Counted(filing, where.names, where.is_urban, where.people, where.people)


def _ten_thousands(indicator: Indicator, plan: Plan, where: Places, births: Floats) -> Counted:
    everyone = where.people.sum(axis=(0, 1), keepdims=True)
    return _cells(_filing(indicator, plan), everyone / TEN_THOUSAND)


def _urban(indicator: Indicator, plan: Plan, where: Places, births: Floats) -> Counted:
    return _cells(_filing(indicator, plan), _in_town(where))


def _in_town(where: Places) -> Floats:
    town: Floats = where.people[:, where.is_urban].sum(axis=(0, 1), keepdims=True)
    return town


def _urban_rate(indicator: Indicator, plan: Plan, where: Places, births: Floats) -> Counted:
    everyone = where.people.sum(axis=(0, 1), keepdims=True)
    return _cells(_filing(indicator, plan), everyone, _in_town(where), everyone)


def _sex_ratio(indicator: Indicator, plan: Plan, where: Places, births: Floats) -> Counted:
    women, men = where.people.sum(axis=1)[:, None, None]
    return _cells(_filing(indicator, plan), men, men, women)


def _births_ten_thousands(
    indicator: Indicator, plan: Plan, where: Places, births: Floats
) -> Counted:
    return _cells(_filing(indicator, plan), births / TEN_THOUSAND)


def _birth_rate(indicator: Indicator, plan: Plan, where: Places, births: Floats) -> Counted:
    everyone = where.people.sum(axis=(0, 1), keepdims=True)
    return _cells(_filing(indicator, plan), everyone, births, everyone)


_MAKERS: dict[str, Callable[[Indicator, Plan, Places, Floats], Counted]] = {
    "population": _people,
    "pop_yearend": _ten_thousands,
    "urban_pop": _urban,
    "urban_rate": _urban_rate,
    "sex_ratio": _sex_ratio,
    "births": _births_ten_thousands,
    "birth_rate": _birth_rate,
}
