"""数据, figures beside each other: units slipped, bounds passed, parts and totals at odds?

Looks at every indicator of the whole region, whether a target rests on it or not.
Source: docs/method.md section 5, rule 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from halfsky.evaluate.results import EarlyWarning, WarningRule
from halfsky.evaluate.series import WHOLE, Key, Series
from halfsky.evaluate.warning.finding import LEVELS, Forecasts, Known, Subject, finding
from halfsky.evaluate.warning.observed import SexFigures
from halfsky.plan.models import Indicator
from halfsky.plan.vocabulary import Family, Severity

MIN_USUAL = 3  # figures that agree before one is called the odd one out
Slip = tuple[int, float, float, int]  # year, value, usual value, power of ten


def totals(known: Known) -> Iterator[EarlyWarning]:
    """Faults between figures, one per indicator and rule: the newest."""
    for indicator in known.plan.indicators.values():
        mine = known.index.of_indicator(indicator.id)
        row = known.reporting_target(indicator) if mine else None
        if row is not None:
            yield from _bounds(row, indicator, mine.values())
            yield from _slips(known, row, indicator, mine)
            yield from _against_whole(known, row, indicator, mine)
    yield from _sexes(known)


def _bounds(row: Subject, indicator: Indicator, mine: Iterable[Series]) -> Iterator[EarlyWarning]:
    low = -np.inf if indicator.lower is None else indicator.lower
    high = np.inf if indicator.upper is None else indicator.upper
    outside: list[tuple[int, float]] = []
    for series in mine:
        wrong = (series.value < low) | (series.value > high)
        outside += zip(series.years[wrong].tolist(), series.value[wrong].tolist(), strict=True)
    if not outside:
        return
    year, value = sorted(outside, key=lambda one: one[0])[-1]
    yield finding(
        row,
        Family.DATA,
        Severity.AMBER,
        WarningRule.OUT_OF_BOUNDS,
        min(when for when, _ in outside),
        high if value > high else low,
        {
            "value": value,
            "value_year": year,
            "lower": indicator.lower,
            "upper": indicator.upper,
        },
    )


def _slips(
    known: Known, row: Subject, indicator: Indicator, mine: Mapping[Key, Series]
) -> Iterator[EarlyWarning]:
    if indicator.kind == "difference":
        return
    rules = known.thresholds.warning
    found: list[Slip] = []
    for whole in mine.values():
        series = _since_break(whole, indicator, known.region)
        if indicator.counting == "events":
            # A handful of events may be ten times as many next year without any slip.
            series = series.part(~(series.numerator < known.thresholds.status.few_events))
        found += slips(
            series.years,
            series.value,
            rules.slip_usual,
            rules.slip_tolerance,
            indicator.decimals,
        )
    by_forecast = not found and indicator.counting != "events"
    if by_forecast:
        for own in known.by_indicator.get(indicator.id, ()):
            found += slips_against_forecast(known.one_step.get(own.target), own.value_year)
    if not found:
        return
    year, value, usual, power = max(found)
    yield finding(
        row,
        Family.DATA,
        Severity.AMBER,
        WarningRule.UNIT_SLIP,
        min(slip[0] for slip in found),
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
) -> list[Slip]:
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


def slips_against_forecast(steps: Forecasts | None, value_year: int | None) -> list[Slip]:
    """The newest figure, far outside last year's forecast, that fits it with its point put right.

    Finds what `slips` leaves alone at the end of a series that grows fast. The forecast decides
    only where its 95 % interval is narrower than a power of ten by half: in a wider one some
    shifted figure nearly always lands.

    Args:
        steps: one target's forecasts made the year before each. value_year: of its figure.

    Returns:
        As slips: year, value, the forecast, power of ten; at most one.
    """
    if steps is None or value_year not in steps.years:
        return []
    place = steps.years.index(value_year)
    line, value = steps.at[place], float(steps.actual[place])
    low, high = float(line[0]), float(line[-1])
    if not (value > 0 and low > 0 and high / low < np.sqrt(10)) or low <= value <= high:
        return []
    for power in (1, -1, 2, -2):
        if low <= value / 10.0**power <= high:
            return [(value_year, value, float(line[LEVELS.index("point")]), power)]
    return []


def _since_break(series: Series, indicator: Indicator, region: str) -> Series:
    latest = series.years[-1]
    breaks = [b.year for b in indicator.breaks_in(region) if b.year <= latest]
    return series.since(max(breaks)) if breaks else series


def _against_whole(
    known: Known, row: Subject, indicator: Indicator, mine: Mapping[Key, Series]
) -> Iterator[EarlyWarning]:
    """A head-count fell while the body it is part of grew, or the other way round.

    The body is the same indicator's total, or the indicator that the plan names as its whole.
    """
    if indicator.kind != "count":
        return
    body = indicator if indicator.whole is None else known.plan.indicators[indicator.whole]
    for (_, sex, age, area), women in mine.items():
        if (sex, area) != ("female", "total"):
            continue
        whole = known.index.get(body.id, "total", age, "total")
        _, own, of = np.intersect1d(women.years, whole.years, return_indices=True)
        if len(own) < 2:
            continue
        before, last = women.value[own[-2:]]
        whole_before, whole_last = whole.value[of[-2:]]
        if min(before, whole_before) <= 0:
            continue
        moved, whole_moved = last / before - 1, whole_last / whole_before - 1
        limit = known.thresholds.warning.headcount_moved
        # The whole may have moved by no more than its rounding.
        is_within_unit = abs(whole_last - whole_before) <= 10.0**-indicator.decimals
        if abs(moved) < limit or moved * whole_moved >= 0 or is_within_unit:
            continue
        yield finding(
            row,
            Family.DATA,
            Severity.AMBER,
            WarningRule.HEADCOUNT_AGAINST,
            int(women.years[own[-1]]),
            100 * limit,
            {
                "name": indicator.name,
                "unit": indicator.unit,
                "value": last,
                "value_year": women.years[own[-1]],
                "before": before,
                "before_year": women.years[own[-2]],
                "moved_pct": 100 * moved,
                "whole_name": body.name if indicator.whole else "合计",
                "whole_unit": body.unit,
                "whole": whole_last,
                "whole_before": whole_before,
            },
        )
        return


def _sexes(known: Known) -> Iterator[EarlyWarning]:
    """Women and men do not add up to the total, or the total lies outside their two rates."""
    faulty: dict[str, list[SexFigures]] = {}
    for one in known.observed.by_sex(known.year):
        if _disagrees(known.plan.indicators[one.indicator], one.values):
            faulty.setdefault(one.indicator, []).append(one)
    for name, wrong in faulty.items():
        indicator = known.plan.indicators[name]
        row = known.reporting_target(indicator)
        if row is None:
            continue
        bad = {one.year for one in wrong}
        last = wrong[-1]
        since = last.year
        while since - 1 in bad:
            since -= 1
        female, male, total = last.values
        unit = 10.0**-indicator.decimals
        yield finding(
            row,
            Family.DATA,
            Severity.AMBER,
            WarningRule.SEXES_DISAGREE,
            since,
            2 * unit if indicator.kind == "count" else unit,
            {
                "female": female,
                "male": male,
                "total": total,
                "value_year": last.year,
                "place": "" if last.subarea == WHOLE else last.subarea,
                "times": len(wrong),
            },
        )


def _disagrees(indicator: Indicator, values: tuple[float, float, float]) -> bool:
    """Two printed units apart for a sum of rounded parts, one for a rate between two others."""
    female, male, total = values
    unit = 10.0**-indicator.decimals
    if indicator.kind == "count":
        return abs(female + male - total) > 2 * unit
    return total < min(female, male) - unit or total > max(female, male) + unit
