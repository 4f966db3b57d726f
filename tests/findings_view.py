"""A small district with open goals, an institution and two measures: what findings are made of."""

from __future__ import annotations

import functools

import pandas as pd

from builders import UNITS, indicator, no_evidence, observations, plan_of, target
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.evaluate.measures import RETURNS
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Measure, Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.view import View

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())
# 85.0 % in 2025 of 10,000, one point a year.
BEHIND = {2016 + i: (7600 + 100 * i, 10_000) for i in range(10)}


def view_of(
    figures: pd.DataFrame,
    *,
    role: str = "evaluated",
    returns: pd.DataFrame | None = None,
    serves: tuple[str, ...] = ("things-1",),
) -> View:
    """Goal 1: 95 % asked twice over; goal 2: 80 % asked; goal 3: an institution."""
    targets = [
        target(name="检查率"),
        target(id="things-1-2", value=90, name="农村检查率"),
        target(id="things-2-1", value=80, indicator="other", name="参加率"),
        target("milestone", id="things-3-1", name="检查制度"),
    ]
    shares = [
        indicator(numerator="接受检查的妇女人数", denominator="妇女人数"),
        indicator("other").model_copy(update={"name": "参加率"}),
    ]
    plan = plan_of(targets, shares)
    file = plan.domains[0]
    extra = Measure(id="things-m2", text="开展检查。", serves=("things-1",))
    measures = (Measure(id="things-m1", text="做事。", serves=serves), extra)
    lead = plan.duties.goals["things-1"]
    duties = dict.fromkeys(("things-m1", "things-m2"), lead)
    plan = plan.model_copy(
        update={
            "domains": (file.model_copy(update={"measures": measures}),),
            "duties": plan.duties.model_copy(update={"measures": duties}),
        }
    )
    place = Region(id="here", name="某区", short="某区", role=role, plan="small")
    made = assess(plan, place, 2025, figures, no_evidence(), ASSUMED, returns=returns)
    return View(made, figures, {"here": "某区"})


def figures() -> pd.DataFrame:
    """Goal 1 behind, goal 2 ahead (91.2 % in 2025), nothing on goal 3."""
    ahead = {2014 + i: round(78 + 1.2 * i, 1) for i in range(12)}
    return pd.concat([observations(BEHIND), observations(ahead, "other")])


def returned(**changes: object) -> pd.DataFrame:
    """What was returned on the first measure."""
    row = {
        "region": "here", "measure": "things-m1", "department": "某局", "year": 2025,
        "status": "推进中", "started": "2022", "money_wan": 1200.0, "people": 3456.0, "note": "",
    }  # fmt: skip
    return pd.DataFrame([row | changes], columns=list(RETURNS)).astype(RETURNS)


@functools.cache
def of_role(role: str, has_figures: bool) -> View:
    return view_of(figures() if has_figures else observations({}), role=role)


@functools.cache
def with_returns() -> View:
    return view_of(figures(), returns=returned())
