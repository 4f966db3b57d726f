"""Papers of the synthetic district: evidence for milestones, returns on the plan's measures."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from halfsky.demo.figures import REGION
from halfsky.demo.model import Model
from halfsky.demo.people import YEARS, stream
from halfsky.demo.stories import Planted
from halfsky.plan.models import Measure, Plan, Target

EVIDENCE_DTYPES = {
    "region": "str",
    "goal": "str",
    "target": "str",
    "date": "str",
    "document": "str",
    "issuer": "str",
    "level_claimed": "Int64",
    "rater": "str",
    "level": "Int64",
    "note": "str",
}
MEASURE_DTYPES = {
    "region": "str",
    "measure": "str",
    "department": "str",
    "year": "int64",
    "status": "str",
    "started": "str",
    "money_wan": "float64",
    "people": "float64",
    "note": "str",
}
NOT_STARTED, UNDER_WAY, COMPLETED = "未启动", "推进中", "完成"
# How far milestones have got (levels 2, 3, 4), and how often two raters agree.
REACHED = {2: 0.25, 3: 0.45, 4: 0.3}
AGREE = 0.82
LATE = 0.3  # a year between the money and the work
UNRATED = 0.12  # the newest document's second rating is still missing


def _frame(records: list[dict[str, Any]], dtypes: dict[str, str], key: list[str]) -> pd.DataFrame:
    made = pd.DataFrame(records, columns=list(dtypes)).astype(dtypes)
    return made.sort_values(key, kind="stable", ignore_index=True)


def evidence(plan: Plan, model: Model, seed: int) -> pd.DataFrame:
    """Dated documents for every milestone, a row for each of two raters.

    Returns:
        EVIDENCE_DTYPES, sorted by target, date, document, rater.
    """
    records: list[dict[str, Any]] = []
    for goal, target in plan.each_target():
        if target.type == "milestone":
            records += _milestone(goal.id, target, plan, model, stream(seed, target.id))
    return _frame(records, EVIDENCE_DTYPES, ["target", "date", "document", "rater"])


def _milestone(
    goal: str, target: Target, plan: Plan, model: Model, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """One document for each level reached, the first in the plan's first year."""
    reached = int(rng.choice(list(REACHED), p=list(REACHED.values())))
    name = target.name or target.clause
    is_late = bool(rng.random() < LATE)
    rows = []
    for level in range(1, reached + 1):
        year = plan.info.start_year - 1 + level + int(is_late and level > 2)
        date = f"{year}-{rng.integers(2, 12):02d}-{rng.integers(1, 29):02d}"
        number = int(rng.integers(1, 90))
        rated = dict.fromkeys(model.raters, level)
        if rng.random() > AGREE:
            rated[model.raters[1]] = int(np.clip(level + rng.choice([-1, 1]), 0, 4))
        if level == reached and level > 1 and rng.random() < UNRATED:
            rated[model.raters[1]] = -1
        for rater, given in rated.items():
            is_rated = given >= 0
            rows.append(
                {
                    "region": REGION,
                    "goal": goal,
                    "target": target.id,
                    "date": date,
                    "document": model.documents[level - 1].format(name=name)
                    + f"（{model.mark}〔{year}〕{number}号）",
                    "issuer": plan.department_of(target.id),
                    "level_claimed": level,
                    "rater": rater if is_rated else "",
                    "level": given if is_rated else None,
                    "note": model.mark,
                }
            )
    return rows


def measures(plan: Plan, model: Model, seed: int, found: list[Planted]) -> pd.DataFrame:
    """A return for every measure in every year of the plan.

    Returns:
        MEASURE_DTYPES, sorted by measure, department, year.
    """
    stories = {p.story.measure: p for p in found if p.story.measure}
    records: list[dict[str, Any]] = []
    for measure in plan.measures.values():
        records += _returns(measure, plan, model, stream(seed, measure.id), stories.get(measure.id))
    return _frame(records, MEASURE_DTYPES, ["measure", "department", "year"])


def _returns(
    measure: Measure, plan: Plan, model: Model, rng: np.random.Generator, story: Planted | None
) -> list[dict[str, Any]]:
    first = plan.info.start_year
    fate = rng.random()
    started = first + int(rng.integers(0, 2))
    ends = int(rng.integers(first + 3, YEARS[-1] + 4))
    month = int(rng.integers(1, 13))
    money = float(rng.lognormal(3.4, 0.8))
    people = float(rng.lognormal(7.2, 0.9))
    note = model.mark
    if story is not None:
        started, ends = story.story.years[0], YEARS[-1] + 1
        month = 1  # begun with the year in which its effect is planted
        people = story.story.people or people
        if story.subareas:
            note = model.measures.note_pilot.format(
                mark=model.mark, subarea="、".join(story.subareas)
            )
    elif fate < model.measures.never:
        started = YEARS[-1] + 1
    elif fate < model.measures.never + model.measures.late:
        started = YEARS[-1] - int(rng.integers(0, 2))
    rows = []
    for year in range(first, YEARS[-1] + 1):
        growth = rng.uniform(0.9, 1.25)
        has_begun = year >= started
        rows.append(
            {
                "region": REGION,
                "measure": measure.id,
                "department": plan.duties.measures[measure.id].lead,
                "year": year,
                "status": NOT_STARTED
                if not has_begun
                else (COMPLETED if year >= ends else UNDER_WAY),
                "started": f"{started}-{month:02d}" if has_begun else "",
                "money_wan": round(money * growth, 1) if has_begun else np.nan,
                "people": float(round(people * growth)) if has_begun else np.nan,
                "note": note,
            }
        )
    return rows
