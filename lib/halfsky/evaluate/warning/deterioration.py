"""恶化: did P fall by .20 within a year, or the value go the wrong way two years running?

Each rule comes with the chance that it warns although nothing has changed: the year's figure
is then a draw from the forecast made the year before. The sum of these chances over all targets
looked at is the number of false alarms to expect.
Source: docs/method.md section 5, rule 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from halfsky.evaluate.series import WHOLE, resolution_of
from halfsky.evaluate.warning.finding import Finding, Known, Row, finding, is_gap, sign_of, test
from halfsky.plan.vocabulary import Family, Severity, Status

_ROUNDING = 1e-9
# The quantiles a forecast table prints, as standard normal scores.
_LEVELS = ("lo95", "lo80", "point", "hi80", "hi95")
_SCORES = special.ndtri(np.array([0.025, 0.1, 0.5, 0.9, 0.975]))


def deterioration(
    known: Known, row: Row, *, is_doubtful: bool
) -> Iterator[tuple[Finding | None, dict[str, Any]]]:
    """A finding or None, and the test behind it, for each of the two rules that could be used.

    Neither rule speaks from a doubtful figure.
    """
    if is_doubtful:
        return
    yield from _p_fell(known, row)
    yield from _wrong_way(known, row)


def _p_fell(known: Known, row: Row) -> Iterator[tuple[Finding | None, dict[str, Any]]]:
    limit = known.thresholds.warning.fall_in_p
    before = known.before(row["target"])
    if before is None or math.isnan(before["p_met"]) or math.isnan(row["p_met"]):
        return
    if row["forecast_method"] == "observed":  # at the plan's end the verdict is the answer
        return
    fell = before["p_met"] - row["p_met"] >= limit
    found = None
    if fell:
        since = known.year
        while _fell_by(known, row["target"], since - 1, limit):
            since -= 1
        inputs = {"p_before": before["p_met"], "p": row["p_met"], "limit": limit}
        found = finding(row, Family.DETERIORATION, Severity.AMBER, "p_fell", since, limit, inputs)
    chance = _chance_of_fall(known, row, before, limit)
    yield found, test(row, Family.DETERIORATION, "p_fell", chance, fired=fell)


def _fell_by(known: Known, target: str, year: int, limit: float) -> bool:
    now, before = known.before(target, year + 1), known.before(target, year)
    if now is None or before is None:
        return False
    return bool(before["p_met"] - now["p_met"] >= limit)


def _chance_of_fall(known: Known, row: Row, before: Row, limit: float) -> float:
    """chance_of_fall from last year's forecast; 0 where no new figure came, NaN without it."""
    if is_gap(row["value_year"]) or row["value_year"] == before["value_year"]:
        return 0.0
    path = known.paths.get(row["target"])
    if path is None:
        return math.nan
    side = "lo80" if sign_of(row) >= 0 else "hi80"
    width = (path[side] - path["point"]).abs().set_axis(path["year"])
    end, news = int(width.index[-1]), int(row["value_year"]) - int(before["value_year"])
    whole, left = float(width[end]), float(width.get(end - news, math.nan))
    if news < 1 or math.isnan(left) or whole <= 0:
        return math.nan
    return chance_of_fall(before["p_met"], left / whole, limit)


def chance_of_fall(p: float, left: float, limit: float) -> float:
    """P(a probability p falls by `limit` | nothing changed).

    With a calibrated forecast P is a martingale: of the end year's variance s², a forecast made
    a year later leaves t², and the year resolves s² − t². P falls from p to p − limit where the
    news is worse than z·s − z'·t, z and z' the normal scores of p and p − limit. t is read from
    the same forecast one year short of the end. The spread of the year's own figure is no
    measure of its news: what is mere scatter is gone the year after.

    Args:
        left: t ÷ s, both read from last year's forecast on the bad side.
    """
    if p <= limit or left >= 1:
        return 0.0
    z, lower = special.ndtri(min(p, 1 - 1e-9)), special.ndtri(p - limit)
    return float(special.ndtr(-(z - lower * left) / math.sqrt(1 - left**2)))


def _wrong_way(known: Known, row: Row) -> Iterator[tuple[Finding | None, dict[str, Any]]]:
    years = known.thresholds.warning.wrong_way_years
    sign, own = sign_of(row), known.past.get(row["target"])
    if own is None or sign == 0 or is_gap(row["value"]) or len(own) <= years:
        return
    # Single years of a rate that is judged over five, for its few cases, go up and down by chance.
    if row["is_pooled"] and row["numerator"] < known.thresholds.status.few_events:
        return
    when = own["year"].to_numpy(int)
    steps = sign * np.diff(own["value"].to_numpy(float))
    # A year left out ends a run: nobody knows which way it went.
    # and one case more or less is no step, however few people make it a large one.
    least = max(float(row["delta"]), resolution_of(own) + _ROUNDING)
    noise = np.array([_sampling_variance(known, row, year) for year in when])
    margin = _margin(known) * np.sqrt(noise[1:] + noise[:-1])
    wrong = (steps < -np.maximum(least, margin)) & (np.diff(when) == 1)
    if not (np.diff(when)[-years:] == 1).all() or when[-1] != row["value_year"]:
        return
    run = len(wrong) if wrong.all() else int(np.argmin(wrong[::-1]))
    found = None
    if run >= years:
        first = own.iloc[-run - 1]
        found = finding(
            row,
            Family.DETERIORATION,
            Severity.RED if row["status"] == Status.UNMET else Severity.AMBER,
            "wrong_way",
            int(when[years - run - 1]),
            float(row["delta"]),
            {
                "years": run,
                "first": first["value"],
                "first_year": first["year"],
                "value": own["value"].iloc[-1],
                "value_year": when[-1],
                "delta": row["delta"],
            },
        )
    chance = _chance_of_run(known, row, own, sign, years)
    yield found, test(row, Family.DETERIORATION, "wrong_way", chance, fired=found is not None)


def _margin(known: Known) -> float:
    return float(stats.norm.isf((1 - known.thresholds.status.interval_level) / 2))


def _sampling_variance(known: Known, row: Row, year: int) -> float:
    """Of a share asked in a survey, own unit squared; of a gap, of both sexes together. 0 where
    everyone is counted, or the respondents are not filed."""
    indicator = known.plan.indicators[row["indicator"]]
    if indicator.counting != "sample" or indicator.kind != "share":
        return 0.0
    sexes = ["female", "male"] if row["type"] == "narrow_gap" else [row["sex"]]
    seen = known.observations
    mine = seen[
        (seen["indicator"] == indicator.id)
        & (seen["year"] == year)
        & seen["sex"].isin(sexes)
        & (seen["age"] == row["age"])
        & (seen["area"] == row["area"])
        & (seen["subarea"] == WHOLE)
        & (seen["denominator"] > 0)
        & seen["numerator"].notna()
    ]
    asked, yes = mine["denominator"].astype(float), mine["numerator"].astype(float)
    p = (yes + 0.5) / (asked + 1)
    return float((100.0**2 * p * (1 - p) / asked).sum())


def _chance_of_run(known: Known, row: Row, own: pd.DataFrame, sign: int, years: int) -> float:
    """P(each of the last steps is wrong by more than δ | nothing changed): a product of years.

    From the forecast made before each step; a year without one takes the newest one's chance.
    """
    values = own.set_index("year")["value"]
    newest = int(row["value_year"])
    path = known.paths.get(row["target"])
    steps = known.one_step[known.one_step["target"] == row["target"]].set_index("year")
    chances = []
    for year in range(newest, newest - years, -1):
        line = None
        if year == newest and path is not None:
            at = path[path["year"] == year]
            line = at.iloc[0] if len(at) else None
        if line is None and year in steps.index:
            line = steps.loc[year]
        if line is not None and year - 1 in values.index:
            limit = values[year - 1] - sign * row["delta"]
            lower = below(line, limit)
            chances.append(lower if sign > 0 else 1 - lower)
    if not chances:
        return math.nan
    chances += chances[:1] * (years - len(chances))
    return float(np.prod(chances))


def below(line: pd.Series, value: float) -> float:
    """P(figure <= value) by a forecast's printed quantiles, normal scores straight between.

    Args:
        line: lo95, lo80, point, hi80, hi95, own unit.
    """
    at = line[list(_LEVELS)].to_numpy(float)
    # Printed quantiles may tie, at a bound for one; interpolation wants them apart.
    at = np.maximum.accumulate(at) + np.arange(5) * 1e-9 * max(1.0, abs(at[2]))
    if value <= at[0] or value >= at[-1]:
        low, high = (0, 1) if value <= at[0] else (3, 4)
        slope = (_SCORES[high] - _SCORES[low]) / (at[high] - at[low])
        return float(special.ndtr(_SCORES[low] + slope * (value - at[low])))
    return float(special.ndtr(np.interp(value, at, _SCORES)))
