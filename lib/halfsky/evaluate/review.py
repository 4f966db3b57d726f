"""How does this year stand beside last year, last year's forecast, and other places?

Source: docs/method.md sections 2, 3 and 6.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from halfsky.evaluate.prediction import Maker, yearly_series
from halfsky.evaluate.series import group_series
from halfsky.plan.calibration import Calibration
from halfsky.plan.models import Plan, Unit
from halfsky.plan.vocabulary import WEAKEST_FIRST, Status

ORIGINS = 6  # one-step forecasts per target: enough for a spread, cheap enough for every run
MIN_TRAINING = 3
ONE_STEP_COLUMNS = [
    "target",
    "year",
    "actual",
    "point",
    "lo80",
    "hi80",
    "lo95",
    "hi95",
    "error",
    "p_value",
]
_RANK = {word: place for place, word in enumerate(WEAKEST_FIRST)}


def add_previous(targets: pd.DataFrame, previous: pd.DataFrame) -> pd.DataFrame:
    """Add last year's verdict and probability, as they were known then.

    Returns:
        Copy with status_before, p_before and change: 升级 (better), 降级 (worse), 不变, or None
        where either year could not be judged.
    """
    before = previous.set_index("target")
    status_before = targets["target"].map(before["status"])
    changes = [_change(old, new) for old, new in zip(status_before, targets["status"], strict=True)]
    return targets.assign(
        status_before=status_before,
        p_before=targets["target"].map(before["p_met"]),
        change=pd.Series(changes, index=targets.index, dtype=object),
    )


def _change(old: str, new: str) -> str | None:
    unknown = (Status.MISSING, Status.UNDECIDABLE)
    if old in unknown or new in unknown:
        return None
    if old == new:
        return "不变"
    return "升级" if _RANK[Status(new)] > _RANK[Status(old)] else "降级"


def one_step_errors(
    history: pd.DataFrame, targets: pd.DataFrame, plan: Plan, calibration: Calibration
) -> pd.DataFrame:
    """What a forecast made the year before would have said of each of the last years.

    Only indicators judged by their own value are forecast (not gaps, ratios or differences);
    each origin sees the years before it and nothing later.

    Returns:
        ONE_STEP_COLUMNS; error = actual − point, in the indicator's unit.
    """
    plain = targets[~targets["type"].isin(["narrow_gap", "parity", "relative", "milestone"])]
    rows: list[dict[str, object]] = []
    for name in plain["target"]:
        target = plan.targets[name]
        indicator = plan.indicators[target.indicator or ""]
        used = history[(history["target"] == name) & history["in_use"].astype(bool)]
        for place in range(max(MIN_TRAINING, len(used) - ORIGINS), len(used)):
            actual = used.iloc[place]
            year, value = int(actual["year"]), float(actual["value"])
            if year - int(used.iloc[place - 1]["year"]) != 1:
                continue
            make = Maker(indicator, None, year, calibration)
            # Yearly figures are compared with yearly figures: counts are not pooled here.
            before = used.iloc[:place].assign(numerator=math.nan)
            fc = make(before, "value", name)
            if fc is None:
                continue
            step = fc.table.iloc[0]
            rows.append(
                {
                    "target": name,
                    "year": year,
                    "actual": value,
                    **{k: float(step[k]) for k in ("point", "lo80", "hi80", "lo95", "hi95")},
                    "error": value - float(step["point"]),
                    "p_value": fc.tail_p(year, value),
                }
            )
    return pd.DataFrame(rows, columns=ONE_STEP_COLUMNS)


def hold_against(one_step: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """去年的预测准不准: last year's forecast beside this year's value.

    Returns:
        One row per target whose value is the newest forecast year: target, year, actual, point,
        lo80, hi80, lo95, hi95, is_inside_80, is_inside_95.
    """
    newest = targets.set_index("target")["value_year"].astype("Float64")
    rows = one_step[one_step["year"] == one_step["target"].map(newest)]
    columns = ["target", "year", "actual", "point", "lo80", "hi80", "lo95", "hi95"]
    return rows[columns].assign(
        is_inside_80=rows["actual"].between(rows["lo80"], rows["hi80"]),
        is_inside_95=rows["actual"].between(rows["lo95"], rows["hi95"]),
    )


def beside(
    targets: pd.DataFrame,
    plan: Plan,
    references: Mapping[str, pd.DataFrame],
    units: dict[str, Unit],
) -> pd.DataFrame:
    """Other places' newest figures for the same indicator, sex, age and area.

    Args:
        references: observations by region id, as known in the report year.

    Returns:
        target, region, value, value_year, source; only what has been published.
    """
    rows: list[dict[str, object]] = []
    grouped = {region: group_series(frame) for region, frame in references.items()}
    for name in targets["target"]:
        target = plan.targets[name]
        if target.indicator is None:
            continue
        for region, groups in grouped.items():
            series = yearly_series(target, plan, groups, units)
            if len(series):
                last = series.iloc[-1]
                rows.append(
                    {
                        "target": name,
                        "region": region,
                        "value": float(last["value"]),
                        "value_year": int(last["year"]),
                        "source": last["source"],
                    }
                )
    return pd.DataFrame(rows, columns=["target", "region", "value", "value_year", "source"])
