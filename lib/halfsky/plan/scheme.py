"""The monitoring scheme (妇女统计监测方案): every target with what a statistician must know."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from halfsky.plan.models import Indicator, Plan, Target, Unit
from halfsky.plan.thresholds import Thresholds

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "domain",
    "goal",
    "target",
    "name",
    "type",
    "clause",
    "requirement",
    "indicator",
    "indicator_name",
    "unit",
    "direction",
    "comparator",
    "value",
    "lower",
    "upper",
    "delta",
    "delta_reason",
    "baseline_year",
    "sex",
    "age",
    "area",
    "breakdowns",
    "numerator",
    "denominator",
    "definition",
    "formula",
    "frequency",
    "source",
    "department",
    "department_status",
    "support",
    "measure",
    "evidence",
    "assumption",
)


def scheme(plan: Plan, thresholds: Thresholds, units: dict[str, Unit]) -> pd.DataFrame:
    """scheme_rows() as a frame of Python objects."""
    import pandas as pd  # listing a plan needs none

    rows = scheme_rows(plan, thresholds, units)
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)


def scheme_rows(plan: Plan, thresholds: Thresholds, units: dict[str, Unit]) -> list[dict[str, Any]]:
    """One row per target, in the plan's order: COLUMNS; None where a column does not apply."""
    rows = []
    for goal, target in plan.each_target():
        indicator = plan.indicators.get(target.indicator or "")
        duty = plan.duties.targets.get(target.id) or plan.duties.goals[goal.id]
        rows.append(
            dict.fromkeys(COLUMNS)
            | {
                "domain": goal.domain,
                "goal": goal.id,
                "target": target.id,
                "name": target.name or (indicator.name if indicator else target.clause),
                "type": target.type,
                "clause": target.clause,
                "requirement": requirement(target, indicator),
                "sex": target.sex,
                "age": target.age,
                "area": target.area,
                "value": target.value,
                "comparator": target.comparator,
                "baseline_year": plan.info.baseline_year,
                "measure": target.measure,
                "evidence": target.evidence or None,
                "assumption": target.assumption or None,
                "department": duty.lead,
                "department_status": plan.duties.status,
                "support": "、".join(duty.support) or None,
                **(_of_indicator(target, indicator, thresholds, units) if indicator else {}),
            }
        )
    return rows


def _of_indicator(
    target: Target, indicator: Indicator, thresholds: Thresholds, units: dict[str, Unit]
) -> dict[str, object]:
    unit = units[indicator.unit]
    delta = thresholds.delta(target, indicator, math.nan)
    reason = target.delta_reason or indicator.delta_reason
    if indicator.delta_relative is not None and target.delta is None:
        reason = f"基期值的{100 * indicator.delta_relative:g}%：{reason}"
    return {
        "indicator": indicator.id,
        "indicator_name": indicator.name,
        "unit": indicator.unit,
        "direction": indicator.direction,
        "lower": indicator.lower if indicator.lower is not None else unit.lower,
        "upper": indicator.upper if indicator.upper is not None else unit.upper,
        "delta": None if math.isnan(delta) else delta,
        "delta_reason": reason or "同类指标的默认值，见 params/thresholds.yaml",
        "breakdowns": "、".join(_BREAKDOWNS[b] for b in indicator.breakdowns) or None,
        "numerator": indicator.numerator or None,
        "denominator": indicator.denominator or None,
        "definition": indicator.definition,
        "formula": indicator.formula or None,
        "frequency": indicator.frequency,
        "source": indicator.source,
    }


_BREAKDOWNS = {
    "sex": "分性别",
    "urban_rural": "分城乡",
    "subarea": "分乡镇街道",
    "age": "分年龄",
    "group": "分人群",
}
_SIDE = {">=": "不低于", "<=": "不高于"}


def requirement(target: Target, indicator: Indicator | None) -> str:
    """What a target asks for, before any figure is known."""
    unit = "" if indicator is None else indicator.unit
    value = "" if target.value is None else f"{target.value:g}{unit}"
    better = {"higher_better": "提高", "lower_better": "降低"}
    changed = better.get(indicator.direction, "改善") if indicator else ""
    return {
        "reach": f"{_SIDE.get(target.comparator or '', '')}{value}",
        "maintain": f"保持{_SIDE.get(target.comparator or '', '')}{value}"
        if target.value is not None
        else "保持不差于基期",
        "about": f"{value}左右",
        "parity": "男女均衡",
        "narrow_gap": "男女差距缩小",
        "directional": f"比基期{changed}",
        "slow_rise": "上升趋势减缓",
        "relative": "不低于参照比例" if target.relation == "at_least" else "与参照比例相适应",
        "milestone": "机制运行并取得实效",
    }[target.type]
