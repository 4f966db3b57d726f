"""How did others fare who once stood where this region stood at its baseline?

Among the reference regions' own figures of any year: those near the baseline's level, and where
they were as many years later. They show what has been possible; they predict nothing.
Source: docs/method.md section 6.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from halfsky.evaluate.frames import records
from halfsky.evaluate.series import SeriesIndex, yearly_series
from halfsky.plan.models import Plan, Unit
from halfsky.plan.thresholds import DisparityRules

COLUMNS: dict[str, str] = {
    **dict.fromkeys(["target", "domain", "indicator"], "object"),
    **dict.fromkeys(["base_year", "year", "years"], "int64"),
    **dict.fromkeys(["baseline", "value", "change"], "float64"),
    **dict.fromkeys(["n", "places"], "int64"),
    **dict.fromkeys(["median", "lowest", "highest"], "float64"),
    "behind": "Int64",
    "windows": "object",
}
# Judged by something else than their own value: a difference or ratio has no level to share.
_DERIVED = ("narrow_gap", "parity", "relative", "milestone")


def distance(one: float, other: float, *, is_share: bool) -> float:
    """How far apart two levels are: in logits for shares (of 100), in logarithms otherwise.

    Infinite where a logarithm does not exist and the two are not equal.
    """
    if one == other:
        return 0.0
    if min(one, other) <= 0 or (is_share and max(one, other) >= 100):
        return math.inf
    if is_share:
        one, other = one / (100 - one), other / (100 - other)
    return abs(math.log(one / other))


def compute_peers(
    targets: pd.DataFrame,
    plan: Plan,
    references: Mapping[str, pd.DataFrame],
    units: dict[str, Unit],
    rules: DisparityRules,
) -> pd.DataFrame:
    """What reference regions that stood at a target's baseline level did in as many years.

    Args:
        targets: judged targets with baseline, value and their years.
        references: observations by region id, as known in the report year.

    Returns:
        COLUMNS, one row per target with at least rules.peer_min windows: change = value −
        baseline over `years`; of the n windows from `places` regions the median, lowest and
        highest change; behind: how many of them moved less in the indicator's good direction
        (NA where it is neutral); windows: region, start_year, end_year, start, end of each.
        One region's windows do not overlap, and none crosses a definition break.
    """
    indexes = {region: SeriesIndex(frame) for region, frame in references.items()}
    plain = targets[~targets["type"].isin(_DERIVED) & targets["value"].notna()]
    moved = plain[plain["value_year"] > plain["baseline_year"]]
    made: list[dict[str, object]] = []
    for row in records(moved):
        target = plan.targets[row["target"]]
        indicator = plan.indicators[row["indicator"]]
        years = int(row["value_year"] - row["baseline_year"])
        is_share = indicator.kind == "share" and indicator.unit == "%"
        windows: list[dict[str, object]] = []
        for region, own in indexes.items():
            series = yearly_series(target, plan, own, units)
            breaks = [b.year for b in indicator.breaks_in(region)]
            found = _windows(
                dict(zip(series.years.tolist(), series.value.tolist(), strict=True)),
                float(row["baseline"]),
                years,
                breaks,
                rules.peer_logit if is_share else rules.peer_log,
                is_share,
            )
            windows += [{"region": region, **window} for window in found]
        if len(windows) < rules.peer_min:
            continue
        changes = np.array([float(w["end"]) - float(w["start"]) for w in windows])  # type: ignore[arg-type]
        own_change = float(row["value"] - row["baseline"])
        sign = {"higher_better": 1, "lower_better": -1}.get(indicator.direction)
        made.append(
            {
                "target": row["target"],
                "domain": row["domain"],
                "indicator": row["indicator"],
                "base_year": int(row["baseline_year"]),
                "year": int(row["value_year"]),
                "years": years,
                "baseline": row["baseline"],
                "value": row["value"],
                "change": own_change,
                "n": len(windows),
                "places": len({w["region"] for w in windows}),
                "median": float(np.median(changes)),
                "lowest": float(changes.min()),
                "highest": float(changes.max()),
                "behind": pd.NA
                if sign is None
                else int((sign * changes < sign * own_change).sum()),
                "windows": windows,
            }
        )
    return pd.DataFrame(made, columns=list(COLUMNS)).astype(COLUMNS)


def _windows(
    series: dict[int, float],
    level: float,
    years: int,
    breaks: list[int],
    within: float,
    is_share: bool,
) -> list[dict[str, object]]:
    """One series' windows of that length near a level; the nearest first, none overlapping."""
    starts = [
        (distance(value, level, is_share=is_share), year)
        for year, value in series.items()
        if year + years in series and not any(year < b <= year + years for b in breaks)
    ]
    taken: list[int] = []
    for away, year in sorted(starts):
        if away <= within and all(abs(year - other) >= years for other in taken):
            taken.append(year)
    return [
        {
            "start_year": int(year),
            "end_year": int(year + years),
            "start": float(series[year]),
            "end": float(series[year + years]),
        }
        for year in sorted(taken)
    ]
