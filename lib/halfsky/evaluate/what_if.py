"""What if it went faster, reached a value by a year, or began later? P(met) on moved paths.

The forecast's own calibrated paths are used: their middle follows the assumed course, their
errors stay. No second model, and no claim that anything would cause the change.
Source: docs/method.md section 6.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import integrate, stats

from halfsky.evaluate import status
from halfsky.evaluate.forecast import Forecast
from halfsky.evaluate.frames import records
from halfsky.evaluate.prediction import Move, Path, path_of
from halfsky.evaluate.results import (
    PACE_FACTORS,
    Assessment,
    PaceScenario,
    Results,
    Scenario,
    TargetFigure,
    TargetResult,
    as_record,
)
from halfsky.evaluate.series import headcount, of_figures
from halfsky.evaluate.status import number
from halfsky.plan.errors import ParameterError, Problem, tr

# Judged by two series: the assumed course is that of women's own figure.
DERIVED = ("parity", "narrow_gap", "relative")
NO_PACE = (*DERIVED, "slow_rise", "milestone")
_SERIES = ["indicator", "sex", "age", "area"]
TOGETHER_COLUMNS = ["target", "goal", "relation", "correlation", "p_before", "p"]


def scenario(
    assessment: Assessment,
    target: str,
    *,
    yearly_change: float | None = None,
    value: float | None = None,
    by: int | None = None,
    start: int | None = None,
) -> Scenario:
    """One target under an assumed course.

    Args:
        target: a target with a forecast. Where women and men (or another indicator) are set
            side by side, the course is that of women's own figure, the other's stays.
        yearly_change: change a year, own unit, from `start` on.
        value, by: a value to reach by a year (default: the end year), in equal steps from
            `start`; it is held from then on.
        start: first year of the change; before it the forecast's own middle holds. Default:
            the year after the last figure. Alone: the plan's value is to be reached at the end
            year, beginning then.

    Raises:
        ParameterError: unknown target, no forecast, both or neither way of setting the course,
            a year outside the forecast.
    """
    row = _row(assessment, target)
    first, end = int(row["value_year"]) + 1, assessment.plan.info.end_year
    begin = first if start is None else start
    until = end if by is None else by
    if yearly_change is not None and value is not None:
        _refuse(
            "yearly_change",
            tr("只能设定年变化或目标值之一", "give a yearly change or a value, not both"),
        )
    if yearly_change is None and value is None:
        if start is None:
            _refuse("yearly_change", tr("没有设定情景", "nothing is assumed"))
        if row["type"] in NO_PACE:
            _refuse("value", tr("这类指标须写明数值", "this type of target needs a value"))
        value = float(row["threshold"])
    for name, year in (("start", begin), ("by", until)):
        if not first <= year <= end:
            _refuse(name, tr(f"年份须在{first}—{end}之间", f"the year lies in {first}–{end}"), year)
    if until < begin:
        _refuse("by", tr("达到的年份早于起始年份", "`by` is before `start`"), until)
    course = _Course(begin, yearly_change, value, until)
    before, after = _path(assessment, row, None), _path(assessment, row, course)
    together = moves_together(assessment, target, number(after.p))
    same = together["relation"] == "same_series"
    together.loc[same, "p"] = [
        number(_path(assessment, _row(assessment, name), course).p)
        for name in together.loc[same, "target"]
    ]
    short, short_before = _shortfall(assessment, row, after), _shortfall(assessment, row, before)
    return Scenario(
        target,
        begin,
        course.pace,
        after.table.reset_index(drop=True),
        number(before.p),
        number(after.p),
        short_before,
        short,
        _heads(assessment, row, short_before),
        _heads(assessment, row, short),
        after.attain_year,
        together,
    )


def at_multiples(assessment: Assessment, target: str) -> list[PaceScenario]:
    """P(met) at fractions and multiples of the straight-line pace that is needed from now.

    Returns:
        One per factor of PACE_FACTORS; none without a forecast, where the target is met, or where
        it is not judged by its own value.
    """
    return paces_of(assessment, [target])[target]


def paces_of(assessment: Assessment, targets: Iterable[str]) -> dict[str, list[PaceScenario]]:
    """at_multiples of several targets, whose rows are read once."""
    rows = {row["target"]: row for row in records(assessment.targets)}
    return {target: _at_multiples(assessment, rows, target) for target in targets}


def _at_multiples(
    assessment: Assessment, rows: Mapping[str, Mapping[str, Any]], target: str
) -> list[PaceScenario]:
    row = rows[target]
    needed = row["needed_pace"]
    if pd.isna(row["point"]) or pd.isna(needed) or row["type"] in NO_PACE:
        return []
    tied = [
        other["target"]
        for other in rows.values()
        if other["target"] != target
        and not pd.isna(other["p_met"])
        and _relation(row, other) == "same_series"
    ]
    made = []
    for factor in PACE_FACTORS:
        course = _Course(int(row["value_year"]) + 1, factor * needed, None, None)
        path = _path(assessment, row, course)
        short = _shortfall(assessment, row, path)
        change = factor * needed
        made.append(
            PaceScenario(
                goal=row["goal"],
                target=target,
                domain=row["domain"],
                factor=factor,
                yearly_change=change,
                p=number(path.p),
                shortfall=short,
                headcount=_known(_heads(assessment, row, short)),
                attain_year=path.attain_year,
                same_series=tuple(tied),
            )
        )
    return made


def moves_together(assessment: Assessment, target: str, p_target: float) -> pd.DataFrame:
    """How likely are the others if this one is met? By the correlations the plan's count uses.

    Args:
        p_target: P of the target itself.

    Returns:
        TOGETHER_COLUMNS, the most closely tied first. relation: same_series (the same figures),
        same_indicator, same_domain, other_domain. correlation: as declared in
        thresholds.expected (NaN for same_series, whose P is read off its own paths).
        p_before: as it stands; p: given that the target is met.
    """
    rules = assessment.assumptions.thresholds.expected
    all_targets = records(assessment.targets)
    mine = next(r for r in all_targets if r["target"] == target)
    made = []
    for row in all_targets:
        if row["target"] == target or pd.isna(row["p_met"]):
            continue
        relation = _relation(mine, row)
        is_near = row["domain"] == mine["domain"]
        tied = rules.within_domain if is_near else rules.between_domains
        if relation == "same_series":
            tied = math.nan
        p = _given(float(row["p_met"]), p_target, tied)
        made.append([row["target"], row["goal"], relation, tied, float(row["p_met"]), p])
    frame = pd.DataFrame(made, columns=TOGETHER_COLUMNS)
    order = {"same_series": 0, "same_indicator": 1, "same_domain": 2, "other_domain": 3}
    rank = frame["relation"].map(order).astype(float)
    return (
        frame.assign(_r=rank)
        .sort_values("_r", kind="stable")[TOGETHER_COLUMNS]
        .reset_index(drop=True)
    )


def _relation(mine: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    shares = other["indicator"] == mine["indicator"]
    is_plain = mine["type"] not in DERIVED and other["type"] not in DERIVED
    if shares and is_plain and all(mine[key] == other[key] for key in _SERIES):
        return "same_series"
    if shares:
        return "same_indicator"
    return "same_domain" if other["domain"] == mine["domain"] else "other_domain"


def _given(p: float, p_target: float, correlation: float) -> float:
    """P(other met | target met) of two normals with a correlation; p where either is certain."""
    if math.isnan(correlation) or not (0 < p < 1 and 0 < p_target < 1):
        return p
    a, b = float(stats.norm.ppf(p_target)), float(stats.norm.ppf(p))
    rest = math.sqrt(1 - correlation**2)
    both, _ = integrate.quad(
        lambda x: stats.norm.pdf(x) * stats.norm.cdf((b - correlation * x) / rest), -9.0, a
    )
    return float(both / p_target)


@dataclass
class _Course:
    """Moves the middle of a forecast along an assumed course; remembers the pace it took."""

    start: int
    yearly_change: float | None
    value: float | None
    by: int | None
    pace: float = math.nan

    def __call__(self, fc: Forecast) -> Forecast:
        years, middle = np.array(fc.years), fc.middle
        earlier = middle[years < self.start]
        level = float(earlier[-1]) if len(earlier) else fc.last_value
        step = np.arange(1, int((years >= self.start).sum()) + 1, dtype=float)
        if self.value is None:
            self.pace = float(self.yearly_change or 0.0)
        else:
            span = int(self.by or years[-1]) - self.start + 1
            self.pace = (self.value - level) / span
            step = np.minimum(step, span)
        return fc.moved(np.concatenate([earlier, level + self.pace * step]))


def _row(assessment: Assessment, target: str) -> dict[str, Any]:
    found = [r for r in records(assessment.targets) if r["target"] == target]
    if not found:
        _refuse("target", tr("规划没有这一指标", "the plan has no such target"), target)
    if pd.isna(found[0]["point"]):
        _refuse("target", tr("这一指标没有预测，不能设情景", "the target has no forecast"), target)
    return found[0]


def _path(assessment: Assessment, row: Mapping[str, Any], move: Move | None) -> Path:
    figures = assessment.history[assessment.history["target"] == row["target"]]
    own = of_figures(row["target"], Results.from_frame(TargetFigure, figures))
    assumed = assessment.assumptions
    path = path_of(
        as_record(TargetResult, row),
        own,
        assessment.plan,
        assumed.thresholds,
        assumed.units,
        assessment.local.calibration,
        move,
    )
    if path is None:
        raise AssertionError(f"{row['target']} had a forecast when it was assessed")
    return path


def _shortfall(assessment: Assessment, row: Mapping[str, Any], path: Path) -> float:
    if row["type"] == "slow_rise":
        return math.nan
    at_end = as_record(TargetResult, {**row, "value": float(path.levels[-1, 0])})
    if at_end.type == "maintain":  # only a floor has room below it
        at_end = status.with_floor(at_end)
    return status.shortfall(at_end, assessment.assumptions.thresholds)


def _heads(assessment: Assessment, row: Mapping[str, Any], amount: float) -> float:
    if row["type"] in NO_PACE:
        return math.nan
    own = assessment.history[assessment.history["target"] == row["target"]]
    indicator = assessment.plan.indicators[row["indicator"]]
    return headcount(amount, indicator, own, assessment.assumptions.units)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _refuse(column: str, what: str, value: object = "") -> None:
    hint = tr("见 what_if.scenario 的说明。", "See what_if.scenario.")
    raise ParameterError(Problem(what=what, hint=hint, column=column, value=str(value)))
