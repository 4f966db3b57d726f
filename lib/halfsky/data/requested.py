"""Which figures, documents and measures does a plan need from whom? The lines of the template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from halfsky.data.check import Record
from halfsky.data.columns import ALL_AGES, DEFAULT_AGE, DEFAULT_SUBAREA, OBSERVATIONS, Table
from halfsky.data.sheets import Row
from halfsky.plan import Indicator, Plan, Region, Target

# "稳定在" looks at the last three filed, "减缓上升" at four points before and after the plan's
# start: the template asks for what the rule will look at.
MAINTAIN_YEARS = 3
SLOPE_YEARS = 4

Thing = TypeVar("Thing")
OnFile = Mapping[tuple[Any, ...], Record]


@dataclass(frozen=True)
class Figure:
    """One figure requested: what it is of, who files it, which goals use it."""

    indicator: Indicator
    year: int
    sex: str
    age: str
    area: str
    department: str
    goals: tuple[str, ...]

    def key(self, region: str) -> tuple[Any, ...]:
        """The observations key."""
        return (
            region,
            self.indicator.id,
            self.year,
            self.sex,
            self.age,
            self.area,
            DEFAULT_SUBAREA,
        )


def series_of(target: Target) -> Iterator[tuple[str, str]]:
    """(indicator id, sex) of every series a target is judged by."""
    if target.indicator is None:
        return
    both = target.type == "narrow_gap" or target.basis == "by_sex"
    for sex in ("female", "male") if both else (target.sex,):
        yield target.indicator, sex
    if target.reference_indicator is not None:
        yield target.reference_indicator, target.reference_sex
    if target.population_indicator is not None:
        yield target.population_indicator, "female"
        yield target.population_indicator, "male"


def _years(target: Target, plan: Plan, year: int) -> set[int]:
    """Years a target looks at, besides the report year always those on which its rule rests."""
    years = {year, plan.info.baseline_year}
    if target.type == "maintain":
        years |= set(range(year - MAINTAIN_YEARS + 1, year))
    if target.type == "slow_rise":
        years |= set(range(plan.info.start_year - SLOPE_YEARS, year))
    return {y for y in years if y <= year}


def requested_figures(plan: Plan, region: Region, year: int, on_file: OnFile) -> list[Figure]:
    """Every figure the targets need, by department in the plan's order, each once.

    Always those of the report year; those of earlier years only where none is on file.
    """
    found: dict[tuple[Any, ...], Figure] = {}
    for goal, target in plan.each_target():
        for indicator_id, sex in series_of(target):
            for when in sorted(_years(target, plan, year)):
                figure = Figure(
                    indicator=plan.indicators[indicator_id],
                    year=when,
                    sex=sex,
                    age=target.age,
                    area=target.area,
                    department=plan.department_of(target.id),
                    goals=(goal.id,),
                )
                key = figure.key(region.id)
                if when != year and key in on_file:
                    continue
                first = found.get(key)
                if first is None:
                    found[key] = figure
                elif goal.id not in first.goals:
                    merged = (*first.goals, goal.id)
                    found[key] = Figure(**{**first.__dict__, "goals": merged})
    return _by_department(plan, found.values(), lambda figure: figure.department)


def _by_department(
    plan: Plan, things: Iterable[Thing], department: Callable[[Thing], str]
) -> list[Thing]:
    """Things in the order in which the plan lists their departments."""
    order = {name: place for place, name in enumerate(plan.duties.departments)}
    return sorted(things, key=lambda thing: order.get(department(thing), len(order)))


def observation_lines(
    plan: Plan, region: Region, year: int, on_file: OnFile
) -> list[dict[str, Any]]:
    """Lines of the 观测值 sheet; what is on file for the report year is filled in."""
    latest: dict[tuple[Any, ...], Record] = {}
    for key, earlier in sorted(on_file.items(), key=lambda item: str(item[0])):
        if earlier.values["year"] < year:
            latest[key[:2] + key[3:]] = earlier  # ascending years: the last one stays
    lines = []
    for figure in requested_figures(plan, region, year, on_file):
        indicator, key = figure.indicator, figure.key(region.id)
        record = on_file.get(key)
        last = latest.get(key[:2] + key[3:])
        counts = [
            f"{label}：{text}"
            for label, text in (("分子", indicator.numerator), ("分母", indicator.denominator))
            if text
        ]
        line: dict[str, Any] = {
            "department": figure.department,
            "domain": plan.domain(plan.domain_of_indicator[indicator.id]).name,
            "plan_goal": goal_labels(plan, figure.goals),
            "indicator_id": indicator.id,
            "indicator_zh": indicator.name,
            "region": region.id,
            "year": figure.year,
            "sex": OBSERVATIONS["sex"].codes[figure.sex][0],
            "age": ALL_AGES[0] if figure.age == DEFAULT_AGE else figure.age,
            "area": OBSERVATIONS["area"].codes[figure.area][0],
            "subarea": DEFAULT_SUBAREA,
            "unit": indicator.unit,
            "value_type": "填报",
            "source_title": indicator.source,
            "publisher": figure.department,
            "last_filed": f"{last.values['year']}年 {last.values['value']:g}" if last else "",
            "definition": "；".join([indicator.definition.rstrip("。；"), *counts]),
        }
        if record is not None:
            line |= _filed(record.row, OBSERVATIONS)
            line |= {
                column: record.values[column]
                for column in ("value", "numerator", "denominator", "known_from")
                if record.values[column] is not None
            }
            line["value_type"] = OBSERVATIONS["value_type"].codes[record.values["value_type"]][0]
        lines.append(line)
    return lines


def _filed(row: Row, table: Table) -> dict[str, str]:
    """The text columns of a row on file, as they stand there."""
    kept = (c.id for c in table.columns if c.kind == "text")
    return {column: row.get(column) for column in kept if row.get(column)}


def goal_labels(plan: Plan, goals: Sequence[str]) -> str:
    """Goals as departments call them: 健康目标2、3；环境目标6."""
    numbers: dict[str, list[str]] = {}
    for goal in goals:
        name = plan.domain(plan.goals[goal].domain).name
        numbers.setdefault(name, []).append(str(plan.goals[goal].number))
    return "；".join(f"{name}目标{'、'.join(found)}" for name, found in numbers.items())


def evidence_lines(plan: Plan, region: Region, on_file: OnFile) -> list[dict[str, Any]]:
    """Lines of the 佐证材料 sheet: what is on file, then one blank line, for each milestone."""
    filed: dict[str, list[Record]] = {}
    for key in sorted(on_file, key=str):
        filed.setdefault(on_file[key].values["target"], []).append(on_file[key])
    lines = []
    for goal, target in plan.each_target():
        if target.type != "milestone":
            continue
        label = {
            "department": plan.department_of(target.id),
            "goal": goal.id,
            "target": target.id,
            "clause": target.clause,
            "wanted": target.evidence,
            "region": region.id,
        }
        for known in filed.get(target.id, []):
            values = {k: v for k, v in known.values.items() if v is not None}
            lines.append({**label, **values})
        lines.append(label)
    return _by_department(plan, lines, lambda line: line["department"])


def measure_lines(plan: Plan, region: Region, year: int, on_file: OnFile) -> list[dict[str, Any]]:
    """Lines of the 措施进展 sheet: every measure of the plan, for its lead department."""
    lines = []
    for measure in plan.measures.values():
        department = plan.duties.measures[measure.id].lead
        line: dict[str, Any] = {
            "measure": measure.id,
            "serves": goal_labels(plan, measure.serves),
            "title": measure.title,
            "region": region.id,
            "department": department,
            "year": year,
        }
        record = on_file.get((measure.id, department, year))
        if record is not None:
            line |= {k: v for k, v in record.values.items() if v is not None}
        lines.append(line)
    return _by_department(plan, lines, lambda line: line["department"])
