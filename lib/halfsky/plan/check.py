"""Is the plan fully typed? Finds clauses without a target, orphans and contradictions.

Every word of a goal must be part of a target's clause or listed, with a reason, as setting no
target. The same holds for every sentence of a measure that states a number or full coverage.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from halfsky.plan.errors import tr
from halfsky.plan.models import Goal, Indicator, Measure, Plan, Target, Unit

MAX_CLAUSE = 40
_QUANTIFIED = re.compile(r"\d|全覆盖|以上")
_SENTENCE = re.compile(r"[^。；]*[。；]?")


@dataclass(frozen=True)
class Finding:
    """One fault of the plan's typing: where it is, what it is."""

    where: str
    what: str


def residue(text: str, pieces: Iterable[str]) -> str:
    """What is left of a text when pieces and punctuation are deleted from it."""
    for piece in sorted(set(pieces), key=len, reverse=True):
        text = text.replace(piece, "")
    return "".join(c for c in text if unicodedata.category(c)[0] not in "PZCS")


def quantified_sentences(text: str) -> Iterator[str]:
    """Sentences of a measure that hold a digit, 全覆盖 or 以上."""
    for sentence in _SENTENCE.findall(text):
        if _QUANTIFIED.search(sentence):
            yield sentence


def check(plan: Plan, units: dict[str, Unit]) -> list[Finding]:
    """Every fault found, in the plan's order; an empty list is a clean plan."""
    found: list[Finding] = []
    for goal in plan.goals.values():
        found += _check_goal(goal, plan)
    for measure in plan.measures.values():
        found += _check_measure(measure, plan)
    found += _check_indicators(plan, units)
    found += _check_repeats(plan)
    return found


def _check_goal(goal: Goal, plan: Plan) -> Iterator[Finding]:
    own = [t.clause for t in goal.targets if t.measure is None]
    pieces = own + [p.text for p in goal.preamble]
    left = residue(goal.text, pieces)
    if left:
        yield Finding(goal.id, tr(f"没有指标的文字：{left}", f"words without a target: {left}"))
    for piece in pieces:
        if piece not in goal.text:
            yield Finding(goal.id, tr(f"原文中没有：{piece}", f"not in the text: {piece}"))
    if not goal.targets:
        yield Finding(goal.id, tr("没有指标", "has no target"))
    for target in goal.targets:
        yield from _check_target(target, plan)


def _check_measure(measure: Measure, plan: Plan) -> Iterator[Finding]:
    clauses = [t.clause for t in plan.targets.values() if t.measure == measure.id]
    pieces = clauses + [p.text for p in measure.preamble]
    for piece in pieces:
        if piece not in measure.text:
            yield Finding(measure.id, tr(f"原文中没有：{piece}", f"not in the text: {piece}"))
    for sentence in quantified_sentences(measure.text):
        left = residue(sentence, pieces)
        if left:
            yield Finding(
                measure.id,
                tr(f"含数字或全覆盖而没有指标：{left}", f"quantified, no target: {left}"),
            )


def _check_target(target: Target, plan: Plan) -> Iterator[Finding]:
    if len(target.clause) > MAX_CLAUSE and not target.why_one_target:
        yield Finding(
            target.id,
            tr(
                f"子句超过{MAX_CLAUSE}字而未说明理由",
                f"clause over {MAX_CLAUSE} characters without why_one_target",
            ),
        )
    if target.indicator is None:
        return
    indicator = plan.indicators[target.indicator]
    directed = target.type in ("reach", "maintain", "about", "directional", "slow_rise")
    if directed and indicator.direction == "neutral":
        yield Finding(target.id, tr("指标没有方向", "its indicator has no direction"))
    requested = {"higher_better": ">=", "lower_better": "<="}.get(indicator.direction)
    if target.comparator and requested and target.comparator != requested:
        yield Finding(target.id, tr("比较方向与指标方向矛盾", "comparator contradicts direction"))
    if target.value is not None:
        low, high = indicator.lower, indicator.upper
        if (low is not None and target.value < low) or (high is not None and target.value > high):
            yield Finding(target.id, tr("目标值超出指标界限", "value outside the bounds"))
    by_sex = target.type == "narrow_gap" or target.basis == "by_sex"
    if by_sex and "sex" not in indicator.breakdowns:
        yield Finding(target.id, tr("指标没有分性别", "its indicator is not broken down by sex"))
    if target.basis == "share" and not indicator.is_female_share:
        yield Finding(target.id, tr("指标不是女性比例", "its indicator is not women's share"))
    if indicator.is_female_share and target.sex != "female":
        yield Finding(target.id, tr("女性比例指标应取 female", "women's share takes sex: female"))
    if target.reference_indicator == target.indicator:
        yield Finding(target.id, tr("与自身比较", "is held against itself"))
    if needs_delta(indicator) and target.delta is None:
        yield Finding(target.id, tr("指标没有 δ", "its indicator states no delta"))


def needs_delta(indicator: Indicator) -> bool:
    """Only shares and ratios have a default δ; every other indicator states its own."""
    stated = indicator.delta is not None or indicator.delta_relative is not None
    return not stated and indicator.kind not in ("share", "ratio")


def _check_indicators(plan: Plan, units: dict[str, Unit]) -> Iterator[Finding]:
    used = {t.indicator for t in plan.targets.values()}
    used |= {t.reference_indicator for t in plan.targets.values()}
    used |= {t.population_indicator for t in plan.targets.values()}
    for indicator in plan.indicators.values():
        if indicator.unit not in units:
            yield Finding(indicator.id, tr(f"未登记的单位：{indicator.unit}", "unknown unit"))
        if indicator.role == "target" and indicator.id not in used:
            yield Finding(indicator.id, tr("没有目标使用这一指标", "orphan: no target uses it"))
        for part in indicator.parts:
            if part not in plan.indicators:
                yield Finding(indicator.id, tr(f"没有分项指标 {part}", f"unknown part {part}"))


def _check_repeats(plan: Plan) -> Iterator[Finding]:
    seen: dict[tuple[object, ...], Target] = {}
    for target in plan.targets.values():
        if target.indicator is None:
            continue
        key = (target.indicator, target.sex, target.age, target.area, target.type)
        first = seen.setdefault(key, target)
        if first is not target and first.value != target.value:
            yield Finding(
                target.id,
                tr(
                    f"与 {first.id} 同一指标而目标值不同",
                    f"same indicator as {first.id}, another value",
                ),
            )
