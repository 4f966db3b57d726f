"""数据, figures beside each other: units slipped, bounds passed, parts and totals at odds?

Looks at every indicator of the whole region, whether a target rests on it or not.
Source: docs/method.md section 5, rule 5.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from halfsky.evaluate.frames import records
from halfsky.evaluate.series import WHOLE
from halfsky.evaluate.warning.finding import Finding, Known, Row, finding, reporting_target
from halfsky.plan.models import Indicator
from halfsky.plan.vocabulary import Family, Severity

SERIES = ["indicator", "sex", "age", "area"]
MIN_USUAL = 3  # figures that agree before one is called the odd one out


def totals(known: Known) -> Iterator[Finding]:
    """Faults between figures, one per indicator and rule: the newest."""
    observations = known.observations[known.observations["value"].notna()]
    whole = observations[observations["subarea"] == WHOLE]
    parts = {str(name): part for name, part in whole.groupby("indicator", sort=False)}
    for indicator in known.plan.indicators.values():
        mine = parts.get(indicator.id)
        if mine is not None:
            yield from _bounds(known, indicator, mine)
            yield from _slips(known, indicator, mine)
            yield from _against_whole(known, indicator, parts)
    yield from _sexes(known, observations)


def _bounds(known: Known, indicator: Indicator, mine: pd.DataFrame) -> Iterator[Finding]:
    low = -np.inf if indicator.lower is None else indicator.lower
    high = np.inf if indicator.upper is None else indicator.upper
    outside = mine[(mine["value"] < low) | (mine["value"] > high)].sort_values("year")
    row = reporting_target(known, indicator)
    if outside.empty or row is None:
        return
    worst = outside.iloc[-1]
    yield finding(
        row,
        Family.DATA,
        Severity.AMBER,
        "out_of_bounds",
        int(outside["year"].iloc[0]),
        high if worst["value"] > high else low,
        {
            "value": worst["value"],
            "value_year": worst["year"],
            "lower": indicator.lower,
            "upper": indicator.upper,
        },
    )


def _slips(known: Known, indicator: Indicator, mine: pd.DataFrame) -> Iterator[Finding]:
    row = reporting_target(known, indicator)
    if row is None or indicator.kind == "difference":
        return
    rules = known.thresholds.warning
    found: list[tuple[int, float, float, int]] = []
    for _, part in mine.groupby(["sex", "age", "area"], sort=False):
        series = _since_break(part.sort_values("year"), indicator, known.region)
        if indicator.counting == "events":
            # A handful of events may be ten times as many next year without any slip.
            many = ~(series["numerator"] < known.thresholds.status.few_events)
            series = series[many]
        found += slips(
            series["year"].to_numpy(int),
            series["value"].to_numpy(float),
            rules.slip_usual,
            rules.slip_tolerance,
            indicator.decimals,
        )
    by_forecast = not found and indicator.counting != "events"
    if by_forecast:
        own = [r for r in known.rows.values() if r["indicator"] == indicator.id]
        found = [slip for r in own for slip in slips_against_forecast(known.one_step, r)]
    if not found:
        return
    year, value, usual, power = max(found)
    yield finding(
        row,
        Family.DATA,
        Severity.AMBER,
        "unit_slip",
        min(f[0] for f in found),
        10.0**power,
        {
            "value": value,
            "value_year": year,
            "usual": usual,
            "factor": 10.0 ** abs(power),
            "is_larger": power > 0,
            "by_forecast": by_forecast,
        },
    )


def slips(
    years: np.ndarray, values: np.ndarray, usual: float, tolerance: float, decimals: int = 2
) -> list[tuple[int, float, float, int]]:
    """Figures that stand apart from their neighbours by about a power of ten.

    With usual figures on both sides it is enough that the odd one stands against both. At an end
    of the series nobody has seen it come back: there the series must have been steady, and the
    figure with its point put right must be an ordinary step away. Otherwise a share that falls
    from 2 towards 0.1, or that has just left 0, would be taken for a slip.

    Args:
        years ascending; values of one series, own unit. usual: how far from the median, in
            powers of ten, a figure still belongs to the series. tolerance: how far from a whole
            power of ten a slip may lie (.2: between 6.3 and 15.8 times for ten); a series is
            steady where its nearest yearly steps are at most half of it. decimals: as printed;
            half a unit of the last place is added to an ordinary step.

    Returns:
        year, value, the nearest usual figures' geometric mean, power of ten. Nothing unless two
        thirds of the figures, and at least MIN_USUAL, belong together: a series that has grown
        through a power of ten has no odd one out.
    """
    positive = values > 0
    zeros = years[~positive]
    years, values = years[positive], values[positive]
    if len(values) <= MIN_USUAL:
        return []
    level = np.log10(values)
    is_usual = np.abs(level - np.median(level)) <= usual
    if is_usual.sum() < max(MIN_USUAL, 2 * len(level) / 3):
        return []
    steps = np.abs(np.diff(level[is_usual]) / np.diff(years[is_usual]))
    found = []
    for place in np.flatnonzero(~is_usual):
        before, after = np.flatnonzero(is_usual[:place]), np.flatnonzero(is_usual[place:])
        near = [before[-1]] if len(before) else []
        near += [place + after[0]] if len(after) else []
        allowed = tolerance
        if len(near) == 1:
            nearest = steps[-MIN_USUAL:] if len(before) else steps[:MIN_USUAL]
            step = float(nearest.max())
            if step > tolerance / 2 or (np.abs(zeros - years[place]) == 1).any():
                continue
            rounding = np.log10(1 + 0.5 * 10.0**-decimals / values[place])
            ordinary = step * abs(int(years[place]) - int(years[near[0]])) + rounding
            allowed = min(tolerance, float(ordinary))
        shift = level[place] - level[near]
        power = round(float(shift.mean()))
        if power and (np.abs(shift - power) <= allowed).all():
            typical = float(10 ** level[near].mean())
            found.append((int(years[place]), float(values[place]), typical, power))
    return found


def slips_against_forecast(one_step: pd.DataFrame, row: Row) -> list[tuple[int, float, float, int]]:
    """The newest figure, far outside last year's forecast, that fits it with its point put right.

    Finds what `slips` leaves alone at the end of a series that grows fast. The forecast decides
    only where its 95 % interval is narrower than a power of ten by half: in a wider one some
    shifted figure nearly always lands.

    Args:
        one_step: review.ONE_STEP_COLUMNS. row: target, value_year.

    Returns:
        As slips: year, value, the forecast, power of ten; at most one.
    """
    steps = one_step[one_step["target"] == row["target"]]
    steps = steps[steps["year"] == row.get("value_year")]
    if steps.empty:
        return []
    step = steps.iloc[-1]
    value, low, high = float(step["actual"]), float(step["lo95"]), float(step["hi95"])
    if not (value > 0 and low > 0 and high / low < np.sqrt(10)) or low <= value <= high:
        return []
    for power in (1, -1, 2, -2):
        if low <= value / 10.0**power <= high:
            return [(int(step["year"]), value, float(step["point"]), power)]
    return []


def _since_break(series: pd.DataFrame, indicator: Indicator, region: str) -> pd.DataFrame:
    latest = series["year"].max()
    breaks = [b.year for b in indicator.breaks_in(region) if b.year <= latest]
    return series[series["year"] >= max(breaks, default=-np.inf)]


def _against_whole(
    known: Known, indicator: Indicator, parts: dict[str, pd.DataFrame]
) -> Iterator[Finding]:
    """A head-count fell while the body it is part of grew, or the other way round.

    The body is the same indicator's total, or the indicator that the plan names as its whole.
    """
    row = reporting_target(known, indicator)
    if row is None or indicator.kind != "count":
        return
    mine = parts[indicator.id]
    women = mine[(mine["sex"] == "female") & (mine["area"] == "total")]
    other = parts.get(indicator.whole or "", mine)
    name = known.plan.indicators[indicator.whole].name if indicator.whole else "合计"
    whole = other[(other["sex"] == "total") & (other["area"] == "total")]
    both = women.merge(whole[["year", "age", "value"]], on=["year", "age"], suffixes=("", "_of"))
    both = both.sort_values("year")
    if len(both) < 2:
        return
    before, last = both.iloc[-2], both.iloc[-1]
    if min(before["value"], before["value_of"]) <= 0:
        return
    moved = last["value"] / before["value"] - 1
    whole_moved = last["value_of"] / before["value_of"] - 1
    limit = known.thresholds.warning.headcount_moved
    if abs(moved) < limit or moved * whole_moved >= 0 or _is_within_unit(known, last, before):
        return
    yield finding(
        row,
        Family.DATA,
        Severity.AMBER,
        "headcount_against",
        int(last["year"]),
        100 * limit,
        {
            "name": indicator.name,
            "unit": indicator.unit,
            "value": last["value"],
            "value_year": last["year"],
            "before": before["value"],
            "before_year": before["year"],
            "moved_pct": 100 * moved,
            "whole_name": name,
            "whole_unit": known.plan.indicators[indicator.whole or indicator.id].unit,
            "whole": last["value_of"],
            "whole_before": before["value_of"],
        },
    )


def _is_within_unit(known: Known, last: pd.Series, before: pd.Series) -> bool:
    """The whole moved by no more than its rounding."""
    decimals = known.plan.indicators[str(last["indicator"])].decimals
    return bool(abs(last["value_of"] - before["value_of"]) <= 10.0**-decimals)


def _sexes(known: Known, observations: pd.DataFrame) -> Iterator[Finding]:
    """Women and men do not add up to the total, or the total lies outside their two rates."""
    keys = ["indicator", "year", "age", "area", "subarea"]
    wide = observations.pivot_table(index=keys, columns="sex", values="value", aggfunc="first")
    if not {"female", "male", "total"} <= set(wide.columns):
        return
    wide = wide.dropna(subset=["female", "male", "total"]).reset_index()
    for name, part in wide.groupby("indicator", sort=False):
        indicator = known.plan.indicators[str(name)]
        row = reporting_target(known, indicator)
        unit = 10.0**-indicator.decimals
        if row is None:
            continue
        if indicator.kind == "count":
            wrong = (part["female"] + part["male"] - part["total"]).abs() > 2 * unit
        else:
            low = part[["female", "male"]].min(axis=1) - unit
            high = part[["female", "male"]].max(axis=1) + unit
            wrong = (part["total"] < low) | (part["total"] > high)
        faulty = part[wrong].sort_values("year")
        if faulty.empty:
            continue
        last = records(faulty.tail(1))[0]
        bad = set(faulty["year"])
        since = int(last["year"])
        while since - 1 in bad:
            since -= 1
        yield finding(
            row,
            Family.DATA,
            Severity.AMBER,
            "sexes_disagree",
            since,
            2 * unit if indicator.kind == "count" else unit,
            {
                "female": last["female"],
                "male": last["male"],
                "total": last["total"],
                "value_year": last["year"],
                "place": "" if last["subarea"] == WHOLE else last["subarea"],
                "times": len(faulty),
            },
        )
