"""How far apart are women and men, town and country, and who moved since the baseline?

Source: docs/method.md section 6.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from halfsky.evaluate.comparable import smallest_change, span, widest
from halfsky.evaluate.series import WHOLE
from halfsky.plan.models import Plan
from halfsky.plan.thresholds import Thresholds

# The group the plan is concerned for comes first.
PAIRS = {"sex": ("female", "male"), "area": ("rural", "urban")}
COLUMNS: dict[str, str] = {
    **dict.fromkeys(["domain", "indicator", "dimension", "age", "sex", "area"], "object"),
    **dict.fromkeys(["year", "lag"], "int64"),
    **dict.fromkeys(["first", "second", "gap", "ratio"], "float64"),
    "base_year": "Int64",
    **dict.fromkeys(["first_base", "second_base", "gap_base", "ratio_base"], "float64"),
    **dict.fromkeys(["first_moved", "second_moved", "widened", "delta", "events"], "float64"),
    **dict.fromkeys(["gap_margin", "margin"], "float64"),
    **dict.fromkeys(["behind", "verdict", "mover", "source"], "object"),
    **dict.fromkeys(["is_few", "is_levelling_down"], "bool"),
}


def compute_gaps(rows: pd.DataFrame, plan: Plan, year: int, thresholds: Thresholds) -> pd.DataFrame:
    """The gap of every indicator whose two groups have figures of the same year.

    Args:
        rows: places.comparable, as known in `year`.

    Returns:
        COLUMNS, one row per indicator, age and dimension (`sex`: female and male; `area`: rural
        and urban), in the plan's order. first is women or rural, second men or urban; gap =
        first − second and ratio = first ÷ second, of `year` (lag: years before the report
        year); *_base of the baseline. widened = |gap| − |gap_base|, the moves of both groups
        and the verdict: `wider`, `narrower`, `same` or `reversed`; NaN and None without a
        baseline. A change counts where it exceeds δ and, of sampled figures with counts,
        margin: half the 95 % interval of widened (gap_margin: of the gap itself; 0 for complete
        counts). behind and mover name `first` or `second`. is_few: a rate of fewer events than
        a comparison needs. is_levelling_down: narrower because the group ahead fell back.
        Women's shares of a body and head-counts have no gap.
    """
    shares = [i.id for i in plan.indicators.values() if i.is_female_share]
    rows = rows[(rows["subarea"] == WHOLE) & ~rows["indicator"].isin(shares)]
    rows = rows.assign(variance=_sampling(rows, plan))
    base = (plan.info.baseline_year, thresholds.status.baseline_window)
    parts = [_pairs(rows, dimension, base) for dimension in PAIRS]
    frame = pd.concat(parts, ignore_index=True)
    frame = _judged(frame, plan, thresholds)
    order = {name: place for place, name in enumerate(plan.indicators)}
    frame = frame.assign(
        domain=frame["indicator"].map(plan.domain_of_indicator),
        lag=year - frame["year"],
        place=frame["indicator"].map(order),
    )
    frame = frame.sort_values(["place", "dimension", "age"], kind="stable")
    return frame.reset_index(drop=True).reindex(columns=list(COLUMNS)).astype(COLUMNS)


def _pairs(rows: pd.DataFrame, dimension: str, base: tuple[int, int]) -> pd.DataFrame:
    """Both groups' rates side by side, of the newest common year and of the baseline."""
    other = "area" if dimension == "sex" else "sex"
    keys = ["indicator", "age", other]
    one, two = (
        rows[rows[dimension] == word][[*keys, "year", "rate", "numerator", "variance", "source"]]
        for word in PAIRS[dimension]
    )
    both = one.merge(two.drop(columns="source"), on=[*keys, "year"], suffixes=("_first", "_second"))
    both["variance"] = both["variance_first"] + both["variance_second"]
    both = widest(both.rename(columns={"rate_first": "first", "rate_second": "second"}), [other])
    newest, start = span(both, keys, *base)
    columns = {"year": "base_year", "first": "first_base", "second": "second_base"}
    columns |= {"variance": "variance_base"}
    start = start[[*keys, *columns]].rename(columns=columns)
    events = newest["numerator_first"] + newest["numerator_second"]
    made = newest.assign(events=events).merge(start, on=keys, how="left")
    return made.assign(dimension=dimension, **{dimension: "both"})


def _sampling(rows: pd.DataFrame, plan: Plan) -> pd.Series:
    """Sampling variance of a rate of a survey or of events; 0 for complete counts.

    With half a case added to each side, so that 0 % of a small sample is not certain.
    """
    counting = rows["indicator"].map({k: i.counting for k, i in plan.indicators.items()})
    n, k = rows["denominator"], rows["numerator"] + 0.5
    per = rows["per"]
    p = k / (n + 1)
    variance = np.where(rows["family"] == "binomial", p * (1 - p) / n, k / n**2) * per**2
    is_sampled = counting.isin(["sample", "events"]) & rows["is_counted"] & rows["family"].notna()
    return pd.Series(variance, index=rows.index).where(is_sampled, 0.0).astype(float)


def _judged(frame: pd.DataFrame, plan: Plan, thresholds: Thresholds) -> pd.DataFrame:
    first, second = frame["first"].astype(float), frame["second"].astype(float)
    gap, gap_base = first - second, frame["first_base"] - frame["second_base"]
    widened = gap.abs() - gap_base.abs()
    names = frame["indicator"]
    higher = names.map({k: i.direction for k, i in plan.indicators.items()})
    sign = higher.map({"higher_better": 1.0, "lower_better": -1.0}).astype(float)
    # Where the plan wants the gap narrowed, its target says how much counts.
    requested = {t.indicator: t for t in plan.targets.values() if t.type == "narrow_gap"}
    delta = pd.Series(
        [
            thresholds.delta(requested[name], plan.indicators[name], abs(start))
            if name in requested
            else smallest_change(thresholds, plan, name, level)
            for name, level, start in zip(names, second, gap_base, strict=True)
        ],
        index=frame.index,
        dtype=float,
    )
    z = stats.norm.isf((1 - thresholds.status.interval_level) / 2)
    gap_margin = z * np.sqrt(frame["variance"])
    margin = z * np.sqrt(frame["variance"] + frame["variance_base"])
    known = widened.notna()
    least = np.fmax(delta, margin)
    # Who leads is known only where either year's gap is more than its sampling error.
    base_margin = z * np.sqrt(frame["variance_base"])
    crossed = known & (gap * gap_base < 0)
    crossed &= gap.abs() > np.fmax(delta, gap_margin)
    crossed &= gap_base.abs() > np.fmax(delta, base_margin)
    verdict = np.select(
        [crossed, known & (widened > least), known & (widened < -least), known],
        ["reversed", "wider", "narrower", "same"],
        default="",
    )
    moved_1, moved_2 = first - frame["first_base"], second - frame["second_base"]
    # |gap| changes by side × (move of the first − move of the second).
    side = np.where(gap != 0, np.sign(gap), np.sign(gap_base))
    share_1, share_2 = side * moved_1, -side * moved_2
    by_first = np.sign(widened) * (share_1 - share_2) >= 0
    # Where the two changed places there is no one side to have moved away from.
    has_moved = pd.Series(verdict, index=frame.index).isin(["wider", "narrower"])
    has_moved &= gap * gap_base >= 0
    mover = np.select([has_moved & by_first, has_moved], ["first", "second"], default="")
    behind = np.select([sign * gap < 0, sign * gap > 0], ["first", "second"], default="")
    worsened = np.where(mover == "first", sign * moved_1, sign * moved_2) < 0
    few = names.map({k: i.counting == "events" for k, i in plan.indicators.items()}).astype(bool)
    return frame.assign(
        gap=gap,
        gap_base=gap_base,
        ratio=(first / second).where(second > 0),
        ratio_base=(frame["first_base"] / frame["second_base"]).where(frame["second_base"] > 0),
        first_moved=moved_1,
        second_moved=moved_2,
        widened=widened,
        delta=delta,
        gap_margin=gap_margin,
        margin=margin,
        verdict=pd.Series(verdict, index=frame.index, dtype=object).where(known, None),
        mover=pd.Series(mover, index=frame.index, dtype=object).where(has_moved, None),
        behind=pd.Series(behind, index=frame.index, dtype=object).replace("", None),
        is_few=few & (frame["events"] < thresholds.status.few_events),
        is_levelling_down=has_moved & (verdict == "narrower") & worsened & (mover != behind),
    )
