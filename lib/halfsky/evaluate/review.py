"""How does this year stand beside last year, last year's forecast, and other places?

Source: docs/method.md sections 2, 3 and 6.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from halfsky.evaluate.forecast import SeriesSpec
from halfsky.evaluate.forecast.rolling import rolling_origin
from halfsky.evaluate.frames import by_key
from halfsky.evaluate.series import SeriesIndex, resolution_of, yearly_series
from halfsky.evaluate.status import summarise_goals
from halfsky.plan.calibration import Calibration
from halfsky.plan.models import Plan, Unit
from halfsky.plan.vocabulary import WEAKEST_FIRST, Status

_FILED = ["year", "value", "numerator", "denominator"]
ORIGINS = 6  # one-step forecasts per target: enough for a spread, cheap enough for every run
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
        Copy with status_before, value_before, value_year_before, p_before and change: 升级
        (better), 降级 (worse), 不变, or None where either year could not be judged.
    """
    before = previous.set_index("target")
    status_before = targets["target"].map(before["status"])
    changes = [_change(old, new) for old, new in zip(status_before, targets["status"], strict=True)]
    return targets.assign(
        status_before=status_before,
        value_before=targets["target"].map(before["value"]),
        value_year_before=targets["target"].map(before["value_year"]),
        p_before=targets["target"].map(before["p_met"]),
        change=pd.Series(changes, index=targets.index, dtype=object),
    )


def drop_doubtful_changes(targets: pd.DataFrame, doubts: Mapping[str, str]) -> pd.DataFrame:
    """Add doubt (the data rule, or None) and tell no change of status from a doubtful figure."""
    doubt = targets["target"].map(doubts)
    rendered = targets.assign(doubt=doubt.astype(object).where(doubt.notna(), None))
    if "change" not in rendered:
        return rendered
    return rendered.assign(change=rendered["change"].where(doubt.isna(), None))


def add_previous_goals(
    goals: pd.DataFrame, targets: pd.DataFrame, previous: pd.DataFrame
) -> pd.DataFrame:
    """Add the goals' own status of last year, as known then, and its change.

    Args:
        goals: goal, status. targets: this year's, with doubt. previous: last year's targets.

    Returns:
        Copy with status_before and change as in add_previous; no change is told of a goal with
        a figure to be verified.
    """
    before = summarise_goals(previous).set_index("goal")["status"]
    status_before = goals["goal"].map(before)
    doubtful = set(targets.loc[targets["doubt"].notna(), "goal"])
    changes = [
        None if goal in doubtful else _change(old, new)
        for goal, old, new in zip(goals["goal"], status_before, goals["status"], strict=True)
    ]
    change = pd.Series(changes, index=goals.index, dtype=object)
    return goals.assign(status_before=status_before, change=change)


def _change(old: str, new: str) -> str | None:
    unknown = (Status.MISSING, Status.UNDECIDABLE)
    if old in unknown or new in unknown:
        return None
    if old == new:
        return "不变"
    return "升级" if _RANK[Status(new)] > _RANK[Status(old)] else "降级"


def roll(
    history: pd.DataFrame,
    targets: pd.DataFrame,
    plan: Plan,
    calibration: Calibration,
    later: tuple[pd.DataFrame, pd.DataFrame] | None = None,
) -> pd.DataFrame:
    """Every past forecast of the region's own indicators, and its fate.

    Args:
        later: a later year's history and roll. A series that has only grown since keeps the
            rows that were possible by now, instead of being forecast again.

    Only indicators judged by their own value are forecast (not gaps, ratios or differences);
    each origin sees the years before it and nothing later. Yearly figures are compared with
    yearly figures: counts are not pooled here.

    Returns:
        forecast.rolling.ROLLED_COLUMNS with `series` the target's id. An indicator that serves
        two targets is rolled once, under the first of them.
    """
    derived = ["narrow_gap", "parity", "relative", "milestone"]
    plain = targets[~targets["type"].isin(derived)]
    plain = plain.drop_duplicates(["indicator", "sex", "age", "area"])
    specs = {
        name: SeriesSpec.from_indicator(plan.indicators[plan.targets[name].indicator or ""])
        for name in plain["target"]
    }
    used = history[history["target"].isin(list(specs)) & history["in_use"].astype(bool)]
    frame = used[["target", *_FILED]].rename(columns={"target": "series"})
    frame = frame.astype({"year": "int64", **dict.fromkeys(_FILED[1:], "float64")})
    if later is None:
        return rolling_origin(frame, specs, calibration)
    kept = _still_true(frame, *later)
    fresh = rolling_origin(frame[~frame["series"].isin(kept["series"])], specs, calibration)
    parts = [part for part in (kept, fresh) if len(part)]
    if not parts:
        return fresh
    both = pd.concat(parts, ignore_index=True)
    return both.sort_values("series", kind="stable").reset_index(drop=True)


def _still_true(
    frame: pd.DataFrame, later_history: pd.DataFrame, later_rolled: pd.DataFrame
) -> pd.DataFrame:
    """Rows of a later roll that were possible already, of series unchanged up to now.

    frame: series and _FILED as used now. A figure may have become known only later, or a
    break may have cut the series: such a series is not kept.
    """
    used = later_history[later_history["in_use"].astype(bool)]
    since = {str(k): part for k, part in used.groupby("target", sort=False)}
    keep: dict[str, int] = {}
    for name, own in frame.groupby("series", sort=False):
        whole = since.get(str(name))
        last = int(own["year"].iloc[-1])
        if whole is None:
            continue
        then = whole[whole["year"] <= last]
        mine = own[_FILED].astype(float)
        if np.array_equal(then[_FILED].astype(float), mine, equal_nan=True):
            keep[str(name)] = last
    limit = later_rolled["series"].map(keep)
    return later_rolled[later_rolled["year"] <= limit]


def one_step_errors(rolled: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """What a forecast made the year before would have said of each of the last years.

    Args:
        rolled: roll(). targets: with target, indicator, sex, age, area.

    Returns:
        ONE_STEP_COLUMNS, at most ORIGINS rows a target; error = actual − point, in the
        indicator's unit; p_value two-sided, on the analysis scale.
    """
    near = rolled[rolled["horizon"] == 1].sort_values(["series", "year"], kind="stable")
    near = near.groupby("series", sort=False).tail(ORIGINS)
    p = 2 * stats.t.sf(near["ratio"].abs().astype(float), near["degrees"].astype(float))
    steps = near.rename(columns={"series": "target"}).assign(
        error=near["actual"] - near["point"], p_value=p
    )
    # Targets that share one indicator share its past forecasts.
    keys = ["indicator", "sex", "age", "area"]
    plain = targets[~targets["type"].isin(["narrow_gap", "parity", "relative", "milestone"])]
    first = plain.drop_duplicates(keys)[["target", *keys]].rename(columns={"target": "first"})
    shared = plain[["target", *keys]].merge(first, on=keys)[["target", "first"]]
    joined = shared.merge(steps.rename(columns={"target": "first"}), on="first")
    return joined[ONE_STEP_COLUMNS]


def pooled(history: pd.DataFrame, plan: Plan) -> set[str]:
    """Targets whose events are forecast as a rate pooled over five years, not year by year."""
    used = history[history["in_use"].astype(bool)]
    counted = (used["numerator"] >= 0) & (used["denominator"] > 0)
    has_counts = counted.groupby(used["target"], sort=False).all()
    return {
        str(name)
        for name in has_counts.index[has_counts]
        if plan.indicators[plan.targets[str(name)].indicator or ""].counting == "events"
    }


def hold_against(
    one_step: pd.DataFrame, targets: pd.DataFrame, history: pd.DataFrame, plan: Plan
) -> pd.DataFrame:
    """去年的预测准不准: last year's forecast beside this year's value.

    Rates forecast from pooled counts are left out: a single year of few cases says nothing of
    them.

    Returns:
        One row per target whose value is the newest forecast year: target, year, actual, point,
        lo80, hi80, lo95, hi95, is_inside_80, is_inside_95, is_one_case (outside the 95 %
        interval by no more than one person, household or case).
    """
    newest = targets.set_index("target")["value_year"].astype("Float64")
    rows = one_step[one_step["year"] == one_step["target"].map(newest)]
    rows = rows[~rows["target"].isin(pooled(history, plan))]
    past = by_key(history[history["in_use"].astype(bool)])
    resolution = rows["target"].map({name: resolution_of(past[name]) for name in rows["target"]})
    # As printed: 11.11 lies within 11.1 to 11.1.
    digits = rows["target"].map(targets.set_index("target")["decimals"]).fillna(6).astype(int)
    shown = [round(v, d) for v, d in zip(rows["actual"].astype(float), digits, strict=True)]
    rows = rows.assign(shown=pd.Series(shown, index=rows.index, dtype=float))
    beyond = np.maximum(rows["lo95"] - rows["actual"], rows["actual"] - rows["hi95"])
    columns = ["target", "year", "actual", "point", "lo80", "hi80", "lo95", "hi95"]
    return rows[columns].assign(
        is_inside_80=rows["shown"].between(rows["lo80"], rows["hi80"]),
        is_inside_95=rows["shown"].between(rows["lo95"], rows["hi95"]),
        is_one_case=(beyond > 0) & (beyond <= resolution.astype(float)),
    )


def compare_regions(
    targets: pd.DataFrame,
    plan: Plan,
    references: Mapping[str, pd.DataFrame],
    units: dict[str, Unit],
) -> pd.DataFrame:
    """Other places' figures for the same indicator, sex, age and area.

    Of the target's own value_year where that was published, else the newest.

    Args:
        references: observations by region id, as known in the report year.

    Returns:
        target, region, value, value_year, is_same_year, source; only what has been published.
    """
    rows: list[dict[str, object]] = []
    indexes = {region: SeriesIndex(frame) for region, frame in references.items()}
    for name, own_year in zip(targets["target"], targets["value_year"], strict=True):
        target = plan.targets[name]
        if target.indicator is None:
            continue
        for region, index in indexes.items():
            series = yearly_series(target, plan, index, units)
            if len(series):
                same = series.place(own_year) if pd.notna(own_year) else None
                chosen = -1 if same is None else same
                rows.append(
                    {
                        "target": name,
                        "region": region,
                        "value": float(series.value[chosen]),
                        "value_year": int(series.years[chosen]),
                        "is_same_year": same is not None,
                        "source": series.source[chosen],
                    }
                )
    columns = ["target", "region", "value", "value_year", "is_same_year", "source"]
    return pd.DataFrame(rows, columns=columns)
