"""Which figures compare groups of people or places? Rates with counts, cut at definition breaks.

Source: docs/method.md section 6.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from halfsky.plan.models import Plan, Unit
from halfsky.plan.thresholds import Thresholds

# Where figures of several groups could answer, the widest group does.
SEXES = ("total", "female", "male")
AREAS = ("total", "urban", "rural")
GROUP = ["indicator", "age", "sex", "area"]


def comparable(
    observations: pd.DataFrame, plan: Plan, region: str, units: dict[str, Unit]
) -> pd.DataFrame:
    """A region's figures after the last definition break, as rates with their counts.

    Head-counts are left out: a place with more people has more of everything.

    Returns:
        The observations' rows with rate (the unrounded quotient where counts are filed, else
        the printed value), per (NaN for a unit without counts), is_counted, and family:
        `binomial` for shares, `poisson` for rates of events, None where counting has no such law.
    """
    known = {k: i for k, i in plan.indicators.items() if i.kind != "count"}
    rows = observations[observations["value"].notna() & observations["indicator"].isin(known)]
    name = rows["indicator"]
    latest = rows.groupby("indicator")["year"].max()
    cuts = {
        key: max((b.year for b in known[key].breaks_in(region) if b.year <= last), default=-1)
        for key, last in zip(latest.index.astype(str), latest, strict=True)
    }
    rows = rows[rows["year"] >= name.map(cuts).astype(float)]
    name = rows["indicator"]
    per = name.map({k: units[i.unit].per for k, i in known.items()}).astype(float)
    is_counted = rows["numerator"].notna() & (rows["denominator"] > 0) & per.notna()
    quotient = per * rows["numerator"] / rows["denominator"]
    families = {"share": "binomial", "rate": "poisson"}
    return rows.assign(
        per=per,
        is_counted=is_counted,
        rate=quotient.where(is_counted, rows["value"]),
        family=name.map({k: families.get(i.kind) for k, i in known.items()}).astype(object),
    )


def widest(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Of each indicator and age, the rows of the widest group only.

    Args:
        by: which of sex and area may stand in for each other.
    """
    if rows.empty:
        return rows
    orders = {"sex": SEXES, "area": AREAS}
    place = pd.Series(0, index=rows.index)
    for column in by:
        rank = {word: i for i, word in enumerate(orders[column])}
        place = 10 * place + rows[column].map(rank)
    best = place.groupby([rows["indicator"], rows["age"]]).transform("min")
    return rows[place == best]


def span(
    years: pd.DataFrame, keys: list[str], base_year: int, window: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The newest row of each group, and the one it started from.

    Args:
        years: keys and year, one row a group and year.
        base_year, window: the baseline is of that year, else of the nearest within the window
            (of two equally near the earlier), and before the newest.

    Returns:
        newest, baseline: rows of `years`; a group without a baseline is in the first only.
    """
    newest = years.sort_values("year", kind="stable").drop_duplicates(keys, keep="last")
    last = years[keys].merge(newest[[*keys, "year"]], on=keys, how="left")["year"].to_numpy()
    away = (years["year"] - base_year).abs()
    near = years[(away <= window) & (years["year"].to_numpy() < last)]
    order = np.lexsort((near["year"], (near["year"] - base_year).abs()))
    return newest, near.iloc[order].drop_duplicates(keys)


def smallest_change(thresholds: Thresholds, plan: Plan, indicator: str, level: float) -> float:
    """The smallest change of an indicator worth calling one, whether a target uses it or not.

    Its own δ, else its kind's default, else one unit of the last printed decimal.
    """
    found = plan.indicators[indicator]
    if found.delta is not None:
        return found.delta
    if found.delta_relative is not None:
        return found.delta_relative * abs(level)
    return thresholds.status.default_delta.get(found.kind, 10.0**-found.decimals)
