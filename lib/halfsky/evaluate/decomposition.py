"""Why did a whole change: its parts, their weights, its numerator or its denominator?

Exact splits of a change between two years; none of them explains a cause.
Source: docs/method.md section 6; Kitagawa (1955), Ang (2004, LMDI).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from halfsky.evaluate.comparable import GROUP, smallest_change, span, widest
from halfsky.evaluate.frames import records
from halfsky.evaluate.series import WHOLE
from halfsky.plan.models import Plan
from halfsky.plan.thresholds import Thresholds

Vector = NDArray[np.float64]

COLUMNS: dict[str, str] = {
    **dict.fromkeys(["domain", "indicator", "dimension", "age", "sex", "area"], "object"),
    **dict.fromkeys(["base_year", "year", "groups"], "int64"),
    **dict.fromkeys(["before", "now", "change", "rate_effect", "composition_effect"], "float64"),
    **dict.fromkeys(["leader", "follower"], "object"),
    **dict.fromkeys(["leader_effect", "follower_effect", "coverage_pct", "delta"], "float64"),
}
MOVEMENT_COLUMNS: dict[str, str] = {
    **dict.fromkeys(["domain", "indicator", "age", "sex", "area"], "object"),
    **dict.fromkeys(["base_year", "year"], "int64"),
    **dict.fromkeys(["before", "now", "change"], "float64"),
    **dict.fromkeys(["numerator_before", "numerator", "denominator_before"], "float64"),
    **dict.fromkeys(["denominator", "numerator_effect", "denominator_effect"], "float64"),
    "mover": "object",
    "delta": "float64",
}


def kitagawa(
    rates_before: Vector, rates: Vector, shares_before: Vector, shares: Vector
) -> tuple[Vector, Vector]:
    """Split the change of a weighted mean into the groups' rates and their weights.

    Args:
        rates_before, rates: each group's rate in the two years.
        shares_before, shares: each group's share of the denominator; each sums to 1.

    Returns:
        rate effect and composition effect of each group, in the rates' unit; their total is
        the change exactly. Each is valued at the mean of the two years, so that neither year
        is the standard. A group's composition effect is taken against the mean rate of all:
        a group of average rate changes nothing by growing.
    """
    rate_effect = (rates - rates_before) * (shares + shares_before) / 2
    middle = (rates + rates_before) / 2
    # Shares sum to 1 in both years, so centring leaves the total as it is.
    centre = float((shares_before * rates_before).sum() + (shares * rates).sum()) / 2
    return rate_effect, (shares - shares_before) * (middle - centre)


def log_split(
    numerator_before: float, denominator_before: float, numerator: float, denominator: float
) -> tuple[float, float]:
    """Split the change of a quotient into what its numerator and its denominator did.

    Returns:
        numerator effect, denominator effect as shares of the quotient's own scale; their sum is
        numerator ÷ denominator after less before, exactly. NaN where a count is not positive:
        a logarithm knows no zero.
    """
    if min(numerator_before, denominator_before, numerator, denominator) <= 0:
        return math.nan, math.nan
    before, now = numerator_before / denominator_before, numerator / denominator
    ratio = math.log(now / before)
    # The logarithmic mean; where nothing changed it is the value itself.
    mean = (now - before) / ratio if abs(ratio) > 1e-12 else (now + before) / 2
    return (
        mean * math.log(numerator / numerator_before),
        -mean * math.log(denominator / denominator_before),
    )


def compute_decompositions(
    rows: pd.DataFrame, plan: Plan, thresholds: Thresholds
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both decompositions of every indicator that has the counts for them.

    Args:
        rows: places.comparable.

    Returns:
        COLUMNS: the change of the whole between the baseline and the newest year, over the
        groups that have counts in both (two at least), by `subarea` and by `urban_rural`:
        before, now, change, its two effects in the indicator's unit, the groups that moved it
        most with (leader) and against (follower, None where there is none) its direction, and
        what part of the region's newest denominator these groups hold (NaN where unknown).
        delta: the smallest meaningful change.
        MOVEMENT_COLUMNS: the whole's own numerator and denominator in the same two years;
        Rates of events are split only where both years together have enough of them.
        mover is `numerator` or `denominator`, whichever did more in the change's direction.
    """
    counted = rows[rows["is_counted"]]
    base = (plan.info.baseline_year, thresholds.status.baseline_window)
    whole = counted[counted["subarea"] == WHOLE]
    townships = widest(counted[counted["subarea"] != WHOLE], ["sex", "area"])
    sides = whole[whole["area"].isin(["urban", "rural"])]
    sides = widest(sides.assign(subarea=sides["area"], area="total"), ["sex"])
    parts = [
        *_by_group(townships, "subarea", whole, base),
        *_by_group(sides, "urban_rural", whole, base),
    ]
    moves = _movements(widest(whole, ["sex", "area"]), base)
    # One case more or less would be split to the second decimal.
    rare = {i.id for i in plan.indicators.values() if i.counting == "events"}
    enough = 2 * thresholds.status.few_events
    parts, moves = (
        [row for row in found if row["indicator"] not in rare or row.pop("events") >= enough]
        for found in (parts, moves)
    )
    for row in (*parts, *moves):
        row["delta"] = smallest_change(thresholds, plan, str(row["indicator"]), row["before"])
    return _ordered(parts, COLUMNS, plan), _ordered(moves, MOVEMENT_COLUMNS, plan)


def _by_group(
    rows: pd.DataFrame, dimension: str, whole: pd.DataFrame, base: tuple[int, int]
) -> list[dict[str, Any]]:
    if rows.empty:
        return []
    several = rows.groupby([*GROUP, "year"], sort=False).size()
    years = several[several > 1].index.to_frame(index=False)
    newest, start = span(years, GROUP, *base)
    keys, counts = [*GROUP, "subarea"], ["numerator", "denominator"]
    now = rows.merge(newest, on=[*GROUP, "year"])[[*keys, "year", "per", *counts]]
    then = rows.merge(start, on=[*GROUP, "year"])[[*keys, "year", *counts]]
    both = now.merge(then, on=keys, suffixes=("", "_before"))
    # Sorted, so that ties in the leader do not depend on the order of rows.
    both = both.sort_values(keys, kind="stable")
    totals = whole.set_index([*GROUP, "year"])["denominator"].to_dict()
    made: list[dict[str, Any]] = []
    for key, part in both.groupby(GROUP, sort=False):
        if len(part) < 2:
            continue
        total = totals.get((*key, part["year"].iloc[0]), math.nan)
        made.append(dict(zip(GROUP, key, strict=True)) | _effects(part, total, dimension))
    return made


def _effects(part: pd.DataFrame, total: float, dimension: str) -> dict[str, Any]:
    """One indicator's split over the groups with counts in both years."""
    per, names = float(part["per"].iloc[0]), list(part["subarea"])
    d0, d1 = part["denominator_before"].to_numpy(float), part["denominator"].to_numpy(float)
    n0, n1 = part["numerator_before"].to_numpy(float), part["numerator"].to_numpy(float)
    rate, composition = kitagawa(per * n0 / d0, per * n1 / d1, d0 / d0.sum(), d1 / d1.sum())
    before, after = per * n0.sum() / d0.sum(), per * n1.sum() / d1.sum()
    effect = np.sign(after - before) * (rate + composition)
    lead, against = int(effect.argmax()), int(effect.argmin())
    pulls = bool(effect[against] < 0)
    return {
        "events": n0.sum() + n1.sum(),
        "dimension": dimension,
        "base_year": part["year_before"].iloc[0],
        "year": part["year"].iloc[0],
        "groups": len(part),
        "before": before,
        "now": after,
        "change": after - before,
        "rate_effect": rate.sum(),
        "composition_effect": composition.sum(),
        "leader": names[lead],
        "leader_effect": rate[lead] + composition[lead],
        "follower": names[against] if pulls else None,
        "follower_effect": rate[against] + composition[against] if pulls else math.nan,
        "coverage_pct": 100 * d1.sum() / total if total > 0 else math.nan,
    }


def _movements(whole: pd.DataFrame, base: tuple[int, int]) -> list[dict[str, Any]]:
    newest, start = span(whole, GROUP, *base)
    columns = {"year": "base_year"} | {c: f"{c}_before" for c in ("numerator", "denominator")}
    both = newest.merge(start[[*GROUP, *columns]].rename(columns=columns), on=GROUP)
    made: list[dict[str, Any]] = []
    for row in records(both):
        before = row["per"] * row["numerator_before"] / row["denominator_before"]
        counts = ("numerator_before", "denominator_before", "numerator", "denominator")
        above, below = (row["per"] * effect for effect in log_split(*(row[c] for c in counts)))
        change = row["rate"] - before
        mover = None
        if not math.isnan(above) and change != 0:
            mover = "numerator" if change * (above - below) > 0 else "denominator"
        made.append(
            {column: row[column] for column in (*GROUP, "base_year", "year", *counts)}
            | {
                "events": row["numerator_before"] + row["numerator"],
                "before": before,
                "now": row["rate"],
                "change": change,
                "numerator_effect": above,
                "denominator_effect": below,
                "mover": mover,
            }
        )
    return made


def _ordered(made: list[dict[str, Any]], columns: dict[str, str], plan: Plan) -> pd.DataFrame:
    frame = pd.DataFrame(made, columns=list(columns))
    order = {name: place for place, name in enumerate(plan.indicators)}
    frame = frame.assign(
        domain=frame["indicator"].map(plan.domain_of_indicator),
        place=frame["indicator"].map(order),
    )
    keys = [c for c in ("place", "dimension", "age") if c in frame]
    frame = frame.sort_values(keys, kind="stable").reset_index(drop=True)
    return frame[list(columns)].astype(columns)
