"""What differs between two results.json: figures by goal, target and field."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from halfsky.plan import tr

# results.json keeps six significant digits; the last may round either way on another machine.
LAST_DIGIT = 1.5e-5
_GOAL = ("status", "outlook", "data", "p", "weakest")
# `rule` says in words what the other fields say in figures; goals carry the plan's own text.
_NOT_COMPARED = ("id", "rule")


@dataclass(frozen=True)
class Difference:
    """One figure or verdict that differs; target is "" where it belongs to the whole goal."""

    goal: str
    target: str
    field: str
    before: Any
    after: Any

    def __str__(self) -> str:
        place = self.target or self.goal
        colon = tr("：", ": ")
        return f"{place} {field_name(self.field)}{colon}{shown(self.before)} → {shown(self.after)}"


def shown(value: Any) -> str:
    """A value as messages print it: a gap is a dash, never 0 or nothing."""
    if value is None:
        return "—"
    return f"{value:g}" if isinstance(value, float) else str(value)


def field_name(field: str) -> str:
    """What a field of results.json is called."""
    names = {
        "status": tr("状态", "status"),
        "outlook": tr("前景", "outlook"),
        "data": tr("数据", "data"),
        "p": tr("达标概率", "probability"),
        "weakest": tr("最弱的一条", "weakest clause"),
        "target": tr("目标值", "target value"),
        "value": tr("现值", "value"),
        "value_year": tr("现值年份", "year of the value"),
        "last_value": tr("最近一次的值", "last value"),
        "last_year": tr("最近一次的年份", "last year"),
        "baseline": tr("基期值", "baseline"),
        "baseline_year": tr("基期年份", "baseline year"),
        "completion_pct": tr("完成度（%）", "completion (%)"),
        "elapsed_pct": tr("时间进度（%）", "time gone (%)"),
        "delta": tr("有意义的最小变化", "smallest meaningful change"),
        "n": tr("有数据的年份数", "years with figures"),
        "p_met": tr("达标概率", "probability"),
        "point": tr("期末预测", "forecast at the end"),
        "lo80": tr("80%区间下限", "80% interval, low"),
        "hi80": tr("80%区间上限", "80% interval, high"),
        "lo95": tr("95%区间下限", "95% interval, low"),
        "hi95": tr("95%区间上限", "95% interval, high"),
        "rule_id": tr("判定规则", "rule"),
        "department": tr("责任部门", "department"),
        "clause": tr("规划原文", "words of the plan"),
        "warning": tr("预警", "warning"),
        "present": tr("列入", "present"),
    }
    return names.get(field, field)


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every goal, target and warning that differs, in the order of `after`."""
    old = {goal["id"]: goal for goal in before["goals"]}
    new = {goal["id"]: goal for goal in after["goals"]}
    found: list[Difference] = []
    for name in dict.fromkeys([*new, *old]):
        found += _goal(name, old.get(name), new.get(name))
    return found + list(_warnings(before["warnings"], after["warnings"]))


def _goal(
    name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(name, "", "present", old is not None, new is not None)
        return
    yield from _fields(name, "", _GOAL, old, new)
    was = {target["id"]: target for target in old["targets"]}
    now = {target["id"]: target for target in new["targets"]}
    for target in dict.fromkeys([*now, *was]):
        if target not in was or target not in now:
            yield Difference(name, target, "present", target in was, target in now)
            continue
        fields = dict.fromkeys([*now[target], *was[target]])
        compared = tuple(field for field in fields if field not in _NOT_COMPARED)
        yield from _fields(name, target, compared, was[target], now[target])


def _fields(
    goal: str,
    target: str,
    fields: tuple[str, ...],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
) -> Iterator[Difference]:
    for field in fields:
        if not _same(old.get(field), new.get(field)):
            yield Difference(goal, target, field, old.get(field), new.get(field))


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, int | float) and isinstance(new, int | float):
        return math.isclose(old, new, rel_tol=LAST_DIGIT, abs_tol=1e-12)
    return bool(old == new)


def _warnings(
    before: list[Mapping[str, Any]], after: list[Mapping[str, Any]]
) -> Iterator[Difference]:
    """Warnings that came or went; their figures are compared with the targets."""

    def named(warnings: list[Mapping[str, Any]]) -> dict[tuple[str, str, str], str]:
        return {
            (w["goal"], w["target"], w["rule_id"]): f"{w['severity']} {w['family']}"
            for w in warnings
        }

    old, new = named(before), named(after)
    for key in dict.fromkeys([*new, *old]):
        if old.get(key) != new.get(key):
            yield Difference(key[0], key[1], "warning", old.get(key), new.get(key))
