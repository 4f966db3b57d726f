"""A synthetic district: what a fully reported county looks like, and what a rule should find.

Everything is drawn from a documented model (docs/demo.md); nothing is any real place's. For each
indicator that the plan's targets use, and for the context indicators that the model knows,

    value(sex, township, year) = course(year) + gap(sex, year) + place(township) + scatter,

course: from a typical first to a typical last value in steps that shrink year by year (straight
where there is a middle value), moved a little for each seed, with innovations that stay;
scatter: normal, .3 of the smallest change worth calling one (δ; .1 where δ is a part of the
value), smaller near a bound. Cells are then counted: events by Poisson, surveys by binomial,
complete counts by rounding against a draw that stays with the cell. Women and men add up to the
total, townships to the district, because only the smallest cells are drawn.

Stories (model.yaml) are planted on top and listed in the manifest; without them the district
is a null case for studies of false alarms. The same plan, seed and townships give the same
district. Figures of a synthetic district never calibrate or validate anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from halfsky.demo import documents
from halfsky.demo.census import census
from halfsky.demo.figures import (
    NO_TWIST,
    REGION,
    Twist,
    add_up,
    draw,
    filings,
    in_order,
    to_frame,
)
from halfsky.demo.model import Model, load_model
from halfsky.demo.people import YEARS, Places, places
from halfsky.demo.stories import manifest_entry, planted
from halfsky.plan import ParameterError, Plan, Problem, load_units, tr

__all__ = ["REGION", "YEARS", "District", "district"]

DEFAULT_SEED = 2025
DEFAULT_TOWNSHIPS = 12
FEWEST_TOWNSHIPS = 4


@dataclass(frozen=True)
class District:
    """A synthetic district.

    observations, evidence, measures: in the columns and dtypes of halfsky.data's checked
    frames, sorted by their keys. manifest: what was planted, one entry a story: id, goal,
    target, indicator, sex, area, subarea (list), years (first and last), family (of the early
    warning that should find it, or None), measure, effect (what its evaluation can say, or
    None), department, text.
    """

    observations: pd.DataFrame
    evidence: pd.DataFrame
    measures: pd.DataFrame
    manifest: list[dict[str, object]]


def district(
    plan: Plan,
    *,
    seed: int = DEFAULT_SEED,
    townships: int = DEFAULT_TOWNSHIPS,
    with_stories: bool = True,
) -> District:
    """Make a district of eleven years, 2015 to 2025.

    Args:
        plan: its targets say which indicators, sexes and areas are filed.
        seed: any whole number from 0. townships: how many, 4 to 22.
        with_stories: False gives the same district with nothing planted.

    Raises:
        ParameterError: a negative seed, too few or too many townships.
    """
    model = load_model()
    _check(seed, townships, len(model.names))
    where = places(model, seed, townships)
    stories = planted(model, plan, where)
    found = stories if with_stories else []
    # With or without its story an indicator moves alike.
    calm = {} if with_stories else {s.indicator: Twist(is_typical=True) for s in stories}
    twists = {story.indicator: story.twist for story in found} | calm
    return District(
        observations=_observations(plan, model, where, seed, twists),
        evidence=documents.evidence(plan, model, seed),
        measures=documents.measures(plan, model, seed, found),
        manifest=[manifest_entry(story, plan) for story in found],
    )


def _check(seed: int, townships: int, most: int) -> None:
    problems = []
    if seed < 0:
        problems.append(
            Problem(
                what=tr("随机种子不能是负数", "the seed cannot be negative"),
                hint=tr("请用 0 或更大的整数。", "Use 0 or a larger whole number."),
                column="seed",
                value=str(seed),
            )
        )
    if not FEWEST_TOWNSHIPS <= townships <= most:
        problems.append(
            Problem(
                what=tr("乡镇数超出范围", "the number of townships is out of range"),
                hint=tr(
                    f"请用 {FEWEST_TOWNSHIPS}—{most} 之间的整数。",
                    f"Use {FEWEST_TOWNSHIPS} to {most}.",
                ),
                column="townships",
                value=str(townships),
            )
        )
    if problems:
        raise ParameterError(problems)


def _observations(
    plan: Plan, model: Model, where: Places, seed: int, twists: dict[str, Twist]
) -> pd.DataFrame:
    units = load_units()
    per = {name: unit.per for name, unit in units.items()}
    people = census(plan, model, where, seed)
    counted = {cells.filing.indicator.id for cells in people}
    blocks = [add_up(cells, per.get(cells.filing.indicator.unit)) for cells in people]
    for filing in filings(plan, model):
        indicator = filing.indicator
        if indicator.id in counted:
            continue
        scale = per.get(indicator.unit)
        twist = twists.get(indicator.id, NO_TWIST)
        blocks.append(add_up(draw(filing, model, where, scale, seed, twist), scale))
    blocks += [
        block.counts_as(plan.indicators[name], part)
        for name, (source, part) in model.same_as.items()
        for block in blocks
        if name in plan.indicators and block.filing.indicator.id == source
    ]
    frame = to_frame(blocks, model)
    for name, twist in twists.items():
        mine = frame["indicator"] == name
        frame = pd.concat([frame[~mine], twist.filed(frame[mine])])
    return in_order(frame)
