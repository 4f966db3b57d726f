"""Small plans and figures for tests, made in code so that a case can be read in one place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from halfsky.evaluate.results import StatusRule, TargetResult
from halfsky.evaluate.series import Series
from halfsky.plan.models import (
    Departments,
    DomainFile,
    Duty,
    Goal,
    Indicator,
    Measure,
    Plan,
    PlanFile,
    Target,
    Unit,
)
from halfsky.plan.vocabulary import Data, Status

UNITS = {
    "%": Unit(label="%", per=100, lower=0),
    "‰": Unit(label="‰", per=1000, lower=0),
    "1/10万": Unit(label="1/10万", per=100_000, lower=0),
    "年": Unit(label="年", lower=0),
    "分钟/日": Unit(label="分钟/日", lower=0, upper=1440),
}
OBSERVATION_COLUMNS = [
    "region",
    "indicator",
    "year",
    "sex",
    "age",
    "area",
    "subarea",
    "value",
    "numerator",
    "denominator",
    "unit",
    "value_type",
    "known_from",
    "source",
    "note",
]


def indicator(name: str = "rate", **changes: Any) -> Indicator:
    """A share, higher better, complete count, unless told otherwise."""
    base: dict[str, Any] = {
        "id": name,
        "name": "某率",
        "unit": "%",
        "direction": "higher_better",
        "kind": "share",
        "lower": 0,
        "upper": 100,
        "definition": "某率的定义",
        "source": "部门年报",
    }
    if changes.get("kind", "share") != "share":
        base |= {"upper": None}
    return Indicator(**(base | changes))


def target(type_: str = "reach", **changes: Any) -> Target:
    """A target of goal things-1 on indicator `rate`."""
    base: dict[str, Any] = {"id": "things-1-1", "type": type_, "clause": "某率达到95%以上"}
    if type_ == "milestone":
        base["evidence"] = "文件"
    else:
        base["indicator"] = "rate"
    if type_ in ("reach", "maintain") and not changes.get("baseline_floor"):
        base |= {"comparator": ">=", "value": 95}
    if type_ == "about":
        base["value"] = 40
    return Target(**(base | changes))


def plan_of(
    targets: Iterable[Target], indicators: Iterable[Indicator] | None = None, domain: str = "things"
) -> Plan:
    """A plan of one domain; targets are put under the goals their ids name."""
    by_goal: dict[str, list[Target]] = {}
    for one in targets:
        by_goal.setdefault(one.id.rsplit("-", 1)[0], []).append(one)
    goals = tuple(
        Goal(id=key, text="某率达到95%以上。", targets=tuple(v)) for key, v in by_goal.items()
    )
    info = PlanFile(
        id="small",
        name="小规划",
        version="1",
        district="某区",
        office="某办",
        statistics_office="某局",
        text="small.txt",
        baseline_year=2020,
        start_year=2021,
        midterm_year=2025,
        end_year=2030,
        domains=(domain,),
    )
    duty = Duty(lead="某局")
    return Plan(
        info=info,
        domains=(
            DomainFile(
                domain=domain,
                name="事项",
                title="妇女与事项",
                number=1,
                indicators=tuple(indicators or [indicator()]),
                goals=goals,
                measures=(Measure(id=f"{domain}-m1", text="做事。", serves=(goals[0].id,)),),
            ),
        ),
        duties=Departments(
            status="建议",
            departments=("某局",),
            goals=dict.fromkeys(by_goal, duty),
            measures={f"{domain}-m1": duty},
        ),
    )


def yearly_figures(values: Mapping[int, float]) -> Series:
    """A series of published figures without counts."""
    unknown, words = np.full(len(values), math.nan), np.full(len(values), "", dtype=object)
    years, figures = np.array(list(values)), np.array(list(values.values()), dtype=float)
    return Series(years, figures, unknown, unknown, words, words, words)


def observations(
    values: Mapping[int, Any] | Iterable[Mapping[str, Any]], name: str = "rate", **common: Any
) -> pd.DataFrame:
    """Figures as data.load_observations gives them.

    values: {year: value}, {year: (numerator, denominator)} with `per`, or rows of columns.
    """
    per = common.pop("per", 100)
    rows = []
    if isinstance(values, Mapping):
        for year, value in values.items():
            row: dict[str, Any] = {"year": year}
            if isinstance(value, tuple):
                numerator, denominator = value
                row |= {"numerator": numerator, "denominator": denominator}
                row["value"] = per * numerator / denominator
            else:
                row["value"] = value
            rows.append(row)
    else:
        rows = [dict(row) for row in values]
    base = {
        "region": "here",
        "indicator": name,
        "sex": "total",
        "age": "total",
        "area": "total",
        "subarea": "全区",
        "numerator": math.nan,
        "denominator": math.nan,
        "unit": "%",
        "value_type": "reported",
        "known_from": None,
        "source": "年报·某局",
        "note": "",
    }
    frame = pd.DataFrame([base | common | row for row in rows], columns=OBSERVATION_COLUMNS)
    return frame.astype(
        {
            "year": "int64",
            "value": "float64",
            "numerator": "float64",
            "denominator": "float64",
            "known_from": "Int64",
        }
    )


def no_evidence() -> pd.DataFrame:
    """An empty evidence table."""
    return pd.DataFrame(
        columns=[
            "region",
            "goal",
            "target",
            "date",
            "document",
            "issuer",
            "level_claimed",
            "rater",
            "level",
        ]
    ).astype({"level": "Float64", "level_claimed": "Float64", "date": "object"})


def target_result(**changes: Any) -> TargetResult:
    """A judged target, a share that is short of its threshold; what is not given is a gap."""
    base: dict[str, Any] = dict.fromkeys(f.name for f in fields(TargetResult))
    base |= {
        "target": "things-1-1",
        "goal": "things-1",
        "domain": "things",
        "type": "reach",
        "name": "某率",
        "clause": "某率达到95%以上",
        "department": "某局",
        "indicator": "rate",
        "indicator_name": "某率",
        "sex": "total",
        "age": "total",
        "area": "total",
        "unit": "%",
        "kind": "share",
        "decimals": 1,
        "direction": "higher_better",
        "comparator": ">=",
        "data": Data.ENOUGH,
        "status": Status.UNMET,
        "rule": StatusRule.SHORT,
        "is_stalled": False,
        "forecast_method": "",
        "outlook": "",
    }
    return TargetResult(**(base | changes))
