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

from halfsky.evaluate.frames import records
from halfsky.evaluate.places import GROUP, comparable, smallest_change, span, widest
from halfsky.evaluate.series import WHOLE
from halfsky.plan.models import Plan, Unit
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


def find(
    observations: pd.DataFrame,
    plan: Plan,
    region: str,
    thresholds: Thresholds,
    units: dict[str, Unit],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both decompositions of every indicator that has the counts for them.

    Returns:
        COLUMNS: the change of the whole between the baseline and the newest year, over the
        groups that have counts in both (two at least), by `subarea` and by `urban_rural`:
        before, now, change, its two effects in the indicator's unit, the groups that moved it
        most with (leader) and against (follower, None where there is none) its direction, and
        what part of the region's newest denominator these groups hold (NaN where unknown).
        delta: the smallest meaningful change.
        MOVEMENT_COLUMNS: the whole's own numerator and denominator in the same two years;
        mover is `numerator` or `denominator`, whichever did more in the change's direction.
    """
    counted = comparable(observations, plan, region, units)
    counted = counted[counted["is_counted"]]
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
    for row in (*parts, *moves):
        row["delta"] = smallest_change(thresholds, plan, str(row["indicator"]), row["before"])
    return _ordered(parts, COLUMNS, plan), _ordered(moves, MOVEMENT_COLUMNS, plan)


def _by_group(
    rows: pd.DataFrame, dimension: str, whole: pd.DataFrame, base: tuple[int, int]
) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    totals = whole.set_index([*GROUP, "year"])["denominator"]
    for key, part in rows.groupby(GROUP, sort=False):
        several = part.groupby("year")["subarea"].nunique()
        years = pd.DataFrame({"year": several[several > 1].index, "key": 0})
        newest, start = span(years, ["key"], *base)
        if newest.empty or start.empty:
            continue
        year, first = int(newest["year"].iloc[0]), int(start["year"].iloc[0])
        now = part[part["year"] == year].set_index("subarea")
        then = part[part["year"] == first].set_index("subarea")
        # Sorted, so that ties in the leader do not depend on the order of rows.
        common = sorted(set(now.index) & set(then.index))
        if len(common) < 2:
            continue
        now, then = now.loc[common], then.loc[common]
        per = float(now["per"].iloc[0])
        d0, d1 = then["denominator"].to_numpy(float), now["denominator"].to_numpy(float)
        n0, n1 = then["numerator"].to_numpy(float), now["numerator"].to_numpy(float)
        rate, composition = kitagawa(per * n0 / d0, per * n1 / d1, d0 / d0.sum(), d1 / d1.sum())
        before, after = per * n0.sum() / d0.sum(), per * n1.sum() / d1.sum()
        effect = np.sign(after - before) * (rate + composition)
        lead, against = int(effect.argmax()), int(effect.argmin())
        pulls = bool(effect[against] < 0)
        total = float(totals.get((*key, year), math.nan))
        made.append(
            dict(zip(GROUP, key, strict=True))
            | {
                "dimension": dimension,
                "base_year": first,
                "year": year,
                "groups": len(common),
                "before": before,
                "now": after,
                "change": after - before,
                "rate_effect": rate.sum(),
                "composition_effect": composition.sum(),
                "leader": common[lead],
                "leader_effect": rate[lead] + composition[lead],
                "follower": common[against] if pulls else None,
                "follower_effect": rate[against] + composition[against] if pulls else math.nan,
                "coverage_pct": 100 * d1.sum() / total if total > 0 else math.nan,
            }
        )
    return made


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
