"""How far along is each target? Value, baseline, threshold, completion, pace.

Source: docs/method.md section 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import stats

from halfsky.evaluate.intervals import rate_interval, share_interval
from halfsky.evaluate.results import Results, TargetResult, as_record
from halfsky.evaluate.series import (
    Baseline,
    SeriesIndex,
    TargetSeries,
    baseline_of,
    recent_pace,
    target_series,
)
from halfsky.plan.models import Goal, Indicator, Plan, Target, Unit
from halfsky.plan.thresholds import Thresholds
from halfsky.plan.vocabulary import Data

NAN = math.nan
_SIGN = {">=": 1.0, "<=": -1.0}
# 逐步提高 names no end: a distance made of δ alone would print "2050 %" for a good year.
_ENDLESS = ("directional", "slow_rise", "milestone")


def facts(
    plan: Plan,
    index: SeriesIndex,
    *,
    region: str,
    year: int,
    thresholds: Thresholds,
    units: dict[str, Unit],
    targets: Iterable[tuple[Goal, Target]] | None = None,
) -> tuple[Results[TargetResult], dict[str, TargetSeries]]:
    """What is known of every target, before any verdict.

    Args:
        index: one region's figures as known in `year`.

    Returns:
        One result per target in the plan's order, with the target's own words, value,
        value_year, baseline, threshold, delta, counts, interval, completion and pace (None where
        unknown, never 0); and by target the series it is judged by, where there is a figure.
    """
    made: list[TargetResult] = []
    series: dict[str, TargetSeries] = {}
    for goal, target in targets if targets is not None else plan.each_target():
        row = _identity(goal, target, plan)
        if target.indicator is not None:
            history = target_series(target, plan, index, region, units)
            if len(history):
                series[target.id] = history
            indicator = plan.indicators[target.indicator]
            row |= _figures(target, indicator, history, plan, year, thresholds, units)
            row |= completion(row, plan.info.end_year)
        made.append(as_record(TargetResult, row))
    return Results(TargetResult, made), series


def _identity(goal: Goal, target: Target, plan: Plan) -> dict[str, Any]:
    indicator = plan.indicators.get(target.indicator or "")
    own_unit = indicator.unit if indicator else None
    if target.type == "parity":
        own_unit = "女/男"
    elif target.type in ("narrow_gap", "relative") and own_unit == "%":
        own_unit = "百分点"
    return {
        "target": target.id,
        "goal": goal.id,
        "domain": goal.domain,
        "type": target.type,
        "name": target.name or (indicator.name if indicator else target.clause),
        "clause": target.clause,
        "indicator": target.indicator,
        "indicator_name": indicator.name if indicator else None,
        "sex": target.sex,
        "age": target.age,
        "area": target.area,
        "unit": own_unit,
        "direction": indicator.direction if indicator else None,
        "comparator": target.comparator,
        "kind": indicator.kind if indicator else None,
        "counting": indicator.counting if indicator else None,
        "basis": target.basis,
        "measure": target.measure,
        "department": plan.department_of(target.id),
        "decimals": _decimals(target, indicator),
        "two_sided": target.two_sided,
        "plan_value": NAN if target.value is None else target.value,
        "n": 0,
        "data": Data.MISSING,
    }


def _decimals(target: Target, indicator: Indicator | None) -> int | None:
    if indicator is None:
        return None
    return 3 if target.type == "parity" else indicator.decimals


def _figures(
    target: Target,
    indicator: Indicator,
    history: TargetSeries,
    plan: Plan,
    year: int,
    thresholds: Thresholds,
    units: dict[str, Unit],
) -> dict[str, Any]:
    rules = thresholds.status
    base_year = plan.info.baseline_year
    per = units[indicator.unit].per
    counts_events = indicator.counting == "events" and per is not None and target.basis is None
    start = baseline_of(history, base_year, rules)
    single = start
    if counts_events:
        start = _pooled_baseline(history, start, float(per or 1.0), thresholds)
    delta = _delta(target, indicator, start, thresholds)
    threshold, comparator = _threshold(target, indicator, start, delta, thresholds)
    row: dict[str, Any] = {
        "baseline": start.value,
        "baseline_year": start.year,
        "is_substitute": start.is_substitute,
        "is_pooled_baseline": start is not single,
        "delta": delta,
        "threshold": threshold,
        "comparator": comparator,
    }
    row |= _ends_of_baseline(history, start)
    if not len(history):
        return row
    used = history.used
    last_year, last_value = int(history.years[-1]), float(history.value[-1])
    row |= {"last_value": last_value, "last_year": last_year, "n": len(used)}
    if history.begin:
        row["break_year"] = int(used.years[0])
    lag = year - last_year
    first_judged = base_year if start.year is None else max(base_year, start.year)
    if lag > rules.stale_lag or last_year <= _not_later_than(target, base_year, first_judged):
        return row
    numerator, denominator = float(history.numerator[-1]), float(history.denominator[-1])
    row |= {
        "value": last_value,
        "latest_value": last_value,
        "value_year": last_year,
        "lag": lag,
        "female": float(history.female[-1]),
        "male": float(history.male[-1]),
        "other": float(history.other[-1]),
        "numerator": numerator,
        "denominator": denominator,
        "is_quotient": not math.isnan(numerator) and not math.isnan(denominator),
        "is_pooled": False,
        "data": _sufficiency(len(used), lag, thresholds),
        "recent_pace": recent_pace(history, thresholds),
    }
    if len(used) > 1:
        row |= {"previous_value": float(used.value[-2]), "previous_year": int(used.years[-2])}
    if counts_events:
        pooled = _pooled(used, float(per or 1.0), thresholds)
        row |= pooled
        # Single years of few cases have no pace: what is judged are five years together.
        if pooled and pooled["numerator"] < rules.few_events:
            row["recent_pace"] = NAN
    row |= _interval(row, indicator, per, thresholds)
    if target.type == "maintain":
        recent = used.value[-rules.maintain_last :]
        good = _on_good_side(
            recent, threshold, str(comparator), delta if target.baseline_floor else 0
        )
        row |= {"good_recent": int(good.sum()), "of_recent": len(recent)}
    if target.type == "slow_rise":
        row |= _slope_change(used, base_year, thresholds)
    return row


def _not_later_than(target: Target, base_year: int, first_judged: int) -> int:
    """The year a value must be later than: change needs two years, a level needs the plan's."""
    changes = target.type in ("directional", "narrow_gap") or target.baseline_floor
    return first_judged if changes else base_year


def _ends_of_baseline(history: TargetSeries, start: Baseline) -> dict[str, Any]:
    at = None if start.year is None else history.place(start.year)
    if at is None:
        return {}
    return {"female_baseline": float(history.female[at]), "male_baseline": float(history.male[at])}


def _delta(target: Target, indicator: Indicator, start: Baseline, thresholds: Thresholds) -> float:
    if target.type == "parity":
        return thresholds.status.parity_delta
    return thresholds.delta(target, indicator, start.value)


def _threshold(
    target: Target,
    indicator: Indicator,
    start: Baseline,
    delta: float,
    thresholds: Thresholds,
) -> tuple[float, str | None]:
    """The number a value is held against and the comparator; NaN where none can be named."""
    side = {"higher_better": ">=", "lower_better": "<="}.get(indicator.direction)
    sign = -1 if indicator.direction == "lower_better" else 1
    value = NAN if target.value is None else target.value
    if target.type in ("reach", "maintain") and not target.baseline_floor:
        return value, target.comparator
    if target.type == "about":
        return value - sign * delta, target.comparator or side
    if target.baseline_floor:
        return start.value, side
    if target.type == "directional":
        return _within_bounds(start.value + sign * delta, indicator), side
    if target.type == "narrow_gap":
        return max(start.value - delta, 0.0) if not math.isnan(start.value) else NAN, "<="
    if target.type == "parity":
        return 1.0, "within"
    if target.type == "relative":
        return 0.0, ">=" if target.relation == "at_least" else "within"
    return NAN, None  # slow_rise: the change of slope is judged, not a level


def _within_bounds(threshold: float, indicator: Indicator) -> float:
    """Nobody can improve past 100 %: where δ would ask for it, the bound itself is asked."""
    if indicator.upper is not None and threshold > indicator.upper:
        return indicator.upper
    if indicator.lower is not None and threshold < indicator.lower:
        return indicator.lower
    return threshold


def _sufficiency(n: int, lag: int, thresholds: Thresholds) -> Data:
    if lag > thresholds.status.normal_lag:
        return Data.STALE
    return Data.SHORT if n < thresholds.outlook.short_series else Data.ENOUGH


def _pooled(used: TargetSeries, per: float, thresholds: Thresholds) -> dict[str, Any]:
    """The rate over up to five years, from the years whose counts are filed."""
    last_year = int(used.years[-1])
    window = used.since(last_year - thresholds.status.pooled_years + 1)
    window = window.part(window.is_counted)
    if len(window) < 2 or int(window.years[-1]) != last_year:
        return {}
    events, exposure = float(window.numerator.sum()), float(window.denominator.sum())
    return {
        "value": per * events / exposure,
        "numerator": events,
        "denominator": exposure,
        "is_quotient": True,
        "is_pooled": True,
    }


def _pooled_baseline(
    history: TargetSeries, start: Baseline, per: float, thresholds: Thresholds
) -> Baseline:
    """The baseline pooled as the value will be: two deaths in one year are no starting point.

    Only where counts are filed at both ends, so that both are rates of the same kind.
    """
    used = history.used
    if start.year is None or not _pooled(used, per, thresholds):
        return start
    pooled = _pooled(used.until(start.year), per, thresholds)
    return replace(start, value=pooled["value"]) if pooled else start


def _interval(
    row: dict[str, Any], indicator: Indicator, per: float | None, thresholds: Thresholds
) -> dict[str, Any]:
    """The exact interval of a counted or sampled figure; none for a complete count."""
    if indicator.counting == "complete" or per is None or not row["is_quotient"]:
        return {}
    count, total = row["numerator"], row["denominator"]
    level = thresholds.status.interval_level
    if indicator.kind == "share":
        low, high = share_interval(count, total, per, level)
    else:
        low, high = rate_interval(count, total, per, level)
    return {"low": low, "high": high}


def _on_good_side(
    values: np.ndarray, threshold: float, comparator: str, slack: float
) -> np.ndarray:
    if comparator == "<=":
        return values <= threshold + slack
    return values >= threshold - slack


def _slope_change(used: TargetSeries, base_year: int, thresholds: Thresholds) -> dict[str, Any]:
    """Slope after the baseline year minus slope before it, with a t interval; points of each."""
    before, after = used.until(base_year), used.since(base_year)
    needed = thresholds.status.slow_rise_points
    points = {"points_before": len(before), "points_after": len(after)}
    if len(before) < needed or len(after) < needed:
        return dict(points)
    fits = [stats.linregress(part.years.astype(float), part.value) for part in (before, after)]
    change = float(fits[1].slope - fits[0].slope)
    error = math.hypot(fits[0].stderr, fits[1].stderr)
    freedom = len(before) + len(after) - 4
    reach = float(stats.t.ppf(0.5 + thresholds.status.slow_rise_level / 2, freedom)) * error
    found = {"slope_change": change, "slope_low": change - reach, "slope_high": change + reach}
    return {**points, **found}


def completion(row: dict[str, Any], end_year: int) -> dict[str, Any]:
    """The share of the baseline-to-target distance covered, beside the share of time gone.

    Args:
        row: type, baseline, baseline_year, value, value_year, threshold (own unit), comparator
            (>= | <= | within) and recent_pace (own unit per year); absent or NaN where unknown.

    Returns:
        progress (own unit, since the baseline), completion_pct (percent, 100 = met, may be
        negative or above 100; NaN where unknown, where the plan names no end, or where the
        baseline already met it), headroom (own unit, positive is good, only where the baseline
        already met it), elapsed_pct (percent of the time from the baseline to the plan's end),
        needed_pace (own unit per year to the end year), is_stalled (recent pace nil or away from
        the target) and speed_up (needed ÷ recent pace).
    """
    value, threshold, pace = (row.get(key, NAN) for key in ("value", "threshold", "recent_pace"))
    sign = _SIGN.get(row["comparator"], NAN)
    has_end = row["type"] not in _ENDLESS
    distance, covered = threshold - row["baseline"], value - row["baseline"]
    to_go = has_end and sign * distance > 0
    met_at_start = has_end and sign * distance <= 0 and not math.isnan(value)
    headroom = sign * (value - threshold)
    needed, elapsed = NAN, NAN
    if row.get("value_year") is not None:
        left = end_year - row["value_year"]
        if headroom < 0 and left > 0:
            needed = (threshold - value) / left
        if row["baseline_year"] is not None:
            gone = row["value_year"] - row["baseline_year"]
            elapsed = 100 * gone / (end_year - row["baseline_year"])
    is_moving = needed * pace > 0  # both known, and the same way
    return {
        "progress": covered,
        "completion_pct": 100 * covered / distance if to_go else NAN,
        "headroom": headroom if met_at_start else NAN,
        "elapsed_pct": elapsed,
        "needed_pace": needed,
        "is_stalled": not (math.isnan(needed) or math.isnan(pace) or is_moving),
        "speed_up": needed / pace if is_moving else NAN,
    }
