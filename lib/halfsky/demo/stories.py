"""What is planted in the synthetic district, and how: one function for each kind of story.

Every story is one that the rules of METHOD.md section 5 or 7 can find; model.yaml says how
strong it is, in which target, and which family of warning should find it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from halfsky.demo.figures import Counted, Twist, course
from halfsky.demo.model import Model, Story
from halfsky.demo.people import WHOLE, YEARS, Floats, Places
from halfsky.plan.models import Plan


@dataclass(frozen=True)
class Planted:
    """A story in its place: which indicator it changes, how, and which townships it is about."""

    story: Story
    indicator: str
    subareas: tuple[str, ...]
    twist: Twist


def planted(model: Model, plan: Plan, where: Places) -> list[Planted]:
    """The stories that a plan has a target for."""
    found = []
    for story in model.stories:
        target = plan.targets.get(story.target)
        if target is None or target.indicator is None:
            continue
        subareas = _SUBAREAS.get(story.id, _everywhere)(story, where)
        twist = replace(_TWISTS[story.id](story, subareas), is_typical=True)
        found.append(Planted(story, target.indicator, subareas, twist))
    return found


def _everywhere(story: Story, where: Places) -> tuple[str, ...]:
    return ()


def _largest_rural(story: Story, where: Places) -> tuple[str, ...]:
    size = np.where(where.is_urban, 0, where.everyone[:, -1])
    return (where.names[int(np.argmax(size))],)


def _pilots(story: Story, where: Places) -> tuple[str, ...]:
    """The most populous townships, so many that the district's own figure shows the step."""
    number = max(1, round(story.pilots * len(where.names)))
    order = np.argsort(-where.everyone[:, -1], kind="stable")[:number]
    return tuple(where.names[int(at)] for at in sorted(order))


_SUBAREAS: dict[str, Callable[[Story, Places], tuple[str, ...]]] = {
    "dragging_township": _largest_rural,
    "measure_worked": _pilots,
}


def _since(story: Story) -> Floats:
    """Years since the story began: 0 before it, then 1, 2, …"""
    years: Floats = np.clip(np.array(YEARS) - story.years[0] + 1, 0, None).astype(float)
    return years


def _told(story: Story) -> np.ndarray:
    """The years of a story among all, as a mask."""
    return (np.array(YEARS) >= story.years[0]) & (np.array(YEARS) <= story.years[1])


def _reversed(story: Story, subareas: tuple[str, ...]) -> Twist:
    def turn(level: Floats) -> Floats:
        last = level[np.flatnonzero(_since(story) == 0)[-1]]
        turned: Floats = np.where(_since(story) > 0, last + story.yearly * _since(story), level)
        return turned

    return Twist(course=turn)


def _widening(story: Story, subareas: tuple[str, ...]) -> Twist:
    def widen(gap: Floats) -> Floats:
        last = gap[np.flatnonzero(_since(story) == 0)[-1]]
        wider: Floats = np.where(_since(story) > 0, last + story.yearly * _since(story), gap)
        return wider

    return Twist(gap=widen)


def _small_count(story: Story, subareas: tuple[str, ...]) -> Twist:
    def events(cells: Counted) -> Counted:
        numerator: Floats = np.zeros(cells.latent.shape, dtype=np.float64)
        leaves = len(cells.leaves)
        for at, number in enumerate(story.counts):
            for event in range(number):  # each in another township
                numerator[0, (5 * at + event) % leaves, at] += 1
        return replace(cells, numerator=numerator)

    return Twist(counts=events)


def _in_townships(
    cells: Counted, subareas: tuple[str, ...], change: Callable[[Floats], Floats]
) -> Counted:
    latent = cells.latent.copy()
    for name in subareas:
        if name in cells.leaves:
            at = cells.leaves.index(name)
            latent[:, at] = change(latent[:, at])
    return replace(cells, latent=latent)


def _dragging(story: Story, subareas: tuple[str, ...]) -> Twist:
    return Twist(
        latent=lambda cells: _in_townships(cells, subareas, lambda _: course(story.path)[None])
    )


def _step(story: Story, subareas: tuple[str, ...]) -> Twist:
    def lift(values: Floats) -> Floats:
        return values + story.step * _told(story)

    return Twist(latent=lambda cells: _in_townships(cells, subareas, lift))


def _no_effect(story: Story, subareas: tuple[str, ...]) -> Twist:
    """Before and after the measure the same slow fall."""
    return Twist(course=lambda _: course(story.path))


def _slip(story: Story, subareas: tuple[str, ...]) -> Twist:
    def filed(rows: pd.DataFrame) -> pd.DataFrame:
        wrong = rows["year"].between(*story.years)
        return rows.assign(
            value=rows["value"].where(~wrong, (rows["value"] * story.factor).round(2))
        )

    return Twist(filed=filed)


def _stale(story: Story, subareas: tuple[str, ...]) -> Twist:
    def repeat(cells: Counted) -> Counted:
        source = np.arange(len(YEARS)) - _told(story)
        assert cells.numerator is not None
        assert cells.denominator is not None
        return replace(
            cells,
            numerator=cells.numerator[..., source],
            denominator=cells.denominator[..., source],
        )

    return Twist(counts=repeat)


def _recount(story: Story, subareas: tuple[str, ...]) -> Twist:
    def fewer(cells: Counted) -> Counted:
        assert cells.numerator is not None
        assert cells.denominator is not None
        factor = np.where(_told(story), story.factor, 1.0)
        denominator = np.round(cells.denominator * factor)
        return replace(
            cells,
            denominator=denominator,
            numerator=np.minimum(np.round(cells.numerator * factor), denominator),
        )

    return Twist(counts=fewer)


def _stopped(story: Story, subareas: tuple[str, ...]) -> Twist:
    return Twist(filed=lambda rows: rows[~rows["year"].between(*story.years)])


_TWISTS: dict[str, Callable[[Story, tuple[str, ...]], Twist]] = {
    "reversed": _reversed,
    "volatile_count": _small_count,
    "widening_gap": _widening,
    "dragging_township": _dragging,
    "unit_slip": _slip,
    "stale_repeat": _stale,
    "measure_worked": _step,
    "measure_failed": _no_effect,
    "denominator_moved": _recount,
    "stopped": _stopped,
}


def manifest_entry(found: Planted, plan: Plan) -> dict[str, object]:
    """A planted story as the manifest states it."""
    story, target = found.story, plan.targets[found.story.target]
    by_sex = target.type == "narrow_gap"
    return {
        "id": story.id,
        "goal": plan.goal_of[story.target],
        "target": story.target,
        "indicator": found.indicator,
        "sex": "female/male" if by_sex else target.sex,
        "area": target.area,
        "subarea": list(found.subareas) or [WHOLE],
        "years": list(story.years),
        "family": None if story.family is None else str(story.family),
        "measure": story.measure,
        "effect": story.effect,
        "department": plan.department_of(story.target),
        "text": story.text.format(subarea="、".join(found.subareas)),
    }
