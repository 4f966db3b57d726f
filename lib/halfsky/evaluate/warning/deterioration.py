"""恶化: did P fall by .20 within a year, or the value go the wrong way two years running?

Each rule comes with the chance that it warns although nothing has changed: the year's figure
is then a draw from the forecast made the year before. The sum of these chances over all targets
looked at is the number of false alarms to expect.
Source: docs/method.md section 5, rule 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from scipy import special, stats

from halfsky.evaluate.results import EarlyWarning, TargetResult, WarningRule
from halfsky.evaluate.series import Floats, TargetSeries
from halfsky.evaluate.warning.finding import (
    LEVELS,
    Known,
    Tested,
    finding,
    number,
    sign_of,
    test,
)
from halfsky.plan.models import Sex
from halfsky.plan.vocabulary import Family, Severity, Status

_ROUNDING = 1e-9
# The quantiles a forecast table prints (LEVELS), as standard normal scores.
_SCORES = special.ndtri(np.array([0.025, 0.1, 0.5, 0.9, 0.975]))


def deterioration(known: Known, row: TargetResult, *, is_doubtful: bool) -> Iterator[Tested]:
    """A finding or None, and the test behind it, for each of the two rules that could be used.

    Neither rule speaks from a doubtful figure.
    """
    if is_doubtful:
        return
    yield from _p_fell(known, row)
    yield from _wrong_way(known, row)


def _p_fell(known: Known, row: TargetResult) -> Iterator[Tested]:
    limit = known.thresholds.warning.fall_in_p
    before = known.before(row.target)
    if before is None or before.p_met is None or row.p_met is None:
        return
    if row.forecast_method == "observed":  # at the plan's end the verdict is the answer
        return
    fell = before.p_met - row.p_met >= limit
    found = None
    if fell:
        since = known.year
        while _fell_by(known, row.target, since - 1, limit):
            since -= 1
        found = finding(
            row,
            Family.DETERIORATION,
            Severity.AMBER,
            WarningRule.P_FELL,
            since,
            limit,
            {"p_before": before.p_met, "p": row.p_met, "limit": limit},
        )
    chance = _chance_of_fall(known, row, before, before.p_met, limit)
    yield found, test(row, Family.DETERIORATION, WarningRule.P_FELL, chance, fired=fell)


def _fell_by(known: Known, target: str, year: int, limit: float) -> bool:
    now, before = known.before(target, year + 1), known.before(target, year)
    if now is None or before is None:
        return False
    return number(before.p_met) - number(now.p_met) >= limit


def _chance_of_fall(
    known: Known, row: TargetResult, before: TargetResult, p_before: float, limit: float
) -> float:
    """chance_of_fall from last year's forecast; 0 where no new figure came, NaN without it."""
    if row.value_year is None or row.value_year == before.value_year:
        return 0.0
    path = known.paths.get(row.target)
    if path is None or before.value_year is None:
        return math.nan
    side = LEVELS.index("lo80" if sign_of(row) >= 0 else "hi80")
    width = np.abs(path.at[:, side] - path.at[:, LEVELS.index("point")])
    end, news = path.years[-1], row.value_year - before.value_year
    if news < 1 or end - news not in path.years:
        return math.nan
    whole, left = float(width[-1]), float(width[path.years.index(end - news)])
    if math.isnan(left) or whole <= 0:
        return math.nan
    return chance_of_fall(p_before, left / whole, limit)


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


def _wrong_way(known: Known, row: TargetResult) -> Iterator[Tested]:
    years = known.thresholds.warning.wrong_way_years
    sign, own = sign_of(row), known.past.get(row.target)
    if own is None or sign == 0 or row.value is None or len(own) <= years:
        return
    # Single years of a rate that is judged over five, for its few cases, go up and down by chance.
    if row.is_pooled and number(row.numerator) < known.thresholds.status.few_events:
        return
    when = own.years
    steps = sign * np.diff(own.value)
    # One case more or less is no step, however few people make it a large one.
    least = max(number(row.delta), own.resolution + _ROUNDING)
    noise = _sampling_variance(known, row, own)
    margin = _margin(known) * np.sqrt(noise[1:] + noise[:-1])
    # A year left out ends a run: nobody knows which way it went.
    wrong = (steps < -np.maximum(least, margin)) & (np.diff(when) == 1)
    if not (np.diff(when)[-years:] == 1).all() or when[-1] != row.value_year:
        return
    run = len(wrong) if wrong.all() else int(np.argmin(wrong[::-1]))
    found = _wrong_way_finding(row, own, run, years) if run >= years else None
    chance = _chance_of_run(known, row, own, sign, years)
    fired = found is not None
    yield found, test(row, Family.DETERIORATION, WarningRule.WRONG_WAY, chance, fired=fired)


def _wrong_way_finding(row: TargetResult, own: TargetSeries, run: int, years: int) -> EarlyWarning:
    return finding(
        row,
        Family.DETERIORATION,
        Severity.RED if row.status == Status.UNMET else Severity.AMBER,
        WarningRule.WRONG_WAY,
        int(own.years[years - run - 1]),
        row.delta,
        {
            "years": run,
            "first": own.value[-run - 1],
            "first_year": own.years[-run - 1],
            "value": own.value[-1],
            "value_year": own.years[-1],
            "delta": row.delta,
        },
    )


def _margin(known: Known) -> float:
    return float(stats.norm.isf((1 - known.thresholds.status.interval_level) / 2))


def _sampling_variance(known: Known, row: TargetResult, own: TargetSeries) -> Floats:
    """By year of `own`: of a share asked in a survey, own unit squared; of a gap, of both sexes
    together. 0 where everyone is counted, or the respondents are not filed."""
    variance = np.zeros(len(own))
    indicator = known.plan.indicators[row.indicator or ""]
    if indicator.counting != "sample" or indicator.kind != "share":
        return variance
    sexes: list[Sex | str] = ["female", "male"] if row.type == "narrow_gap" else [row.sex]
    for sex in sexes:
        seen = known.index.get(indicator.id, sex, row.age, row.area)
        seen = seen.part(seen.is_counted)
        _, mine, theirs = np.intersect1d(own.years, seen.years, return_indices=True)
        asked, yes = seen.denominator[theirs], seen.numerator[theirs]
        # Half a case added to each side: 0 % of a small sample is not certain.
        p = (yes + 0.5) / (asked + 1)
        variance[mine] += 100.0**2 * p * (1 - p) / asked
    return variance


def _chance_of_run(
    known: Known, row: TargetResult, own: TargetSeries, sign: int, years: int
) -> float:
    """P(each of the last steps is wrong by more than δ | nothing changed): a product of years.

    From the forecast made before each step; a year without one takes the newest one's chance.
    """
    newest = int(own.years[-1])
    path, steps = known.paths.get(row.target), known.one_step.get(row.target)
    chances = []
    for year in range(newest, newest - years, -1):
        line = path.of(year) if path is not None and year == newest else None
        if line is None and steps is not None:
            line = steps.of(year)
        at = own.place(year - 1)
        if line is not None and at is not None:
            lower = below(line, float(own.value[at]) - sign * number(row.delta))
            chances.append(lower if sign > 0 else 1 - lower)
    if not chances:
        return math.nan
    chances += chances[:1] * (years - len(chances))
    return float(np.prod(chances))


def below(line: Floats, value: float) -> float:
    """P(figure <= value) by a forecast's printed quantiles, normal scores straight between.

    Args:
        line: LEVELS, own unit.
    """
    # Printed quantiles may tie, at a bound for one; interpolation wants them apart.
    at = np.maximum.accumulate(line) + np.arange(5) * 1e-9 * max(1.0, abs(line[2]))
    if value <= at[0] or value >= at[-1]:
        low, high = (0, 1) if value <= at[0] else (3, 4)
        slope = (_SCORES[high] - _SCORES[low]) / (at[high] - at[low])
        return float(special.ndtr(_SCORES[low] + slope * (value - at[low])))
    return float(special.ndtr(np.interp(value, at, _SCORES)))
