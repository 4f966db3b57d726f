"""A small district for tests of whole reports: met, nearly, unmet, few cases, unfiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from builders import indicator, no_evidence, observations, plan_of, target
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.evaluate.results import Results, TargetResult
from halfsky.plan import Region, load_region, load_units
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Indicator, Plan, Schedule
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.view import View

YEARS = range(2015, 2026)


def called(title: str, name: str, **changes: object) -> Indicator:
    """An indicator with a name of its own."""
    return indicator(name, **changes).model_copy(update={"name": title})


def small_plan() -> Plan:
    """Five goals of one domain, with proposed dates."""
    plan = plan_of(
        [
            target(),
            target(id="things-2-1", indicator="deaths", comparator="<=", value=12),
            target(id="things-3-1", indicator="none"),
            target(id="things-4-1", indicator="covered", value=90),
            target("milestone", id="things-5-1"),
        ],
        [
            indicator(),
            called("某死亡率", "deaths", kind="rate", unit="1/10万", counting="events",
                   direction="lower_better", upper=None, delta=1, delta_reason="x"),
            called("缺报率", "none"),
            called("覆盖率", "covered"),
        ],
    )  # fmt: skip
    dates = Schedule(status="建议", returns="04-30", monitoring="06-30", evaluation="09-30")
    return plan.model_copy(update={"info": plan.info.model_copy(update={"schedule": dates})})


@cache
def small_view(region: str = "jiutai", year: int = 2025, *, is_filed: bool = True) -> View:
    """The small plan in a region and year, with figures or without any."""
    place: Region = load_region(region)
    parts = [
        observations({y: 80 + y % 3 + 0.5 * (y - 2015) for y in YEARS}, region=region),
        observations({y: 85 + 0.9 * (y - 2015) for y in YEARS}, "covered", region=region),
        observations(
            {y: (y % 2, 3000) for y in YEARS}, "deaths", per=1e5, unit="1/10万", region=region
        ),
    ]
    seen = pd.concat(parts)
    seen = seen if is_filed else seen.iloc[:0]
    rests_on = Assumptions(load_thresholds(), load_units(), load_calibration())
    found = assess(small_plan(), place, year, seen, no_evidence(), rests_on)
    return View(found, seen, {place.id: place.short})


def with_targets(view: View, changes: Mapping[str, Mapping[str, Any]]) -> View:
    """The view with some targets' fields changed; what was evaluated from them stays."""
    made = replace(view)
    made.__dict__["targets"] = Results(
        TargetResult, [replace(t, **changes.get(t.target, {})) for t in view.targets]
    )
    return made
