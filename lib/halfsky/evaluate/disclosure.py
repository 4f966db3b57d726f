"""Which figures may a public edition show? Withholds small counts and whatever would reveal them.

Figures are withheld from the observations, before anything is computed. All that a public edition
prints (rates, pooled years, intervals, forecasts, charts, sentences) is then a function of what it
shows anyway and cannot tell more. What rests on a withheld figure is blanked rather than judged
on the years that are left: 不可判 in public, whatever the internal verdict.
Source: docs/release.md, section 3; the limit is in params/thresholds.yaml.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from halfsky.evaluate import completion, derived, expected, status
from halfsky.evaluate.assessment import summarise
from halfsky.evaluate.results import Assessment, Results, StatusRule, TargetResult
from halfsky.evaluate.series import WHOLE, SeriesIndex, TargetSeries
from halfsky.plan.models import Plan, Unit
from halfsky.plan.thresholds import StatusRules
from halfsky.plan.vocabulary import NO_FORECAST, Status

KEYS = ["indicator", "year", "sex", "age", "area", "subarea"]
FIGURES = ["value", "numerator", "denominator"]
# A breakdown adds up to the row that has this value in its column.
_TOTALS = {"sex": "total", "age": "total", "area": "total", "subarea": WHOLE}
# Columns of judged targets that the plan gives and no figure changes.
_OF_PLAN = ("plan_value", "delta", "decimals", "two_sided", "level")
# How much was filed and when is no secret; only how many is.
_OF_YEARS = ("n", "value_year", "lag", "last_year", "data")


@dataclass(frozen=True)
class Edition:
    """What may be published: observations whose withheld rows have neither figures nor note,
    and the keys of those rows (KEYS)."""

    observations: pd.DataFrame
    suppressed: pd.DataFrame


def suppress_cells(
    observations: pd.DataFrame, plan: Plan, units: dict[str, Unit], smallest: int
) -> Edition:
    """Withhold every count from 1 to smallest − 1, and as many others as hide them.

    A row counts what its value counts (persons or cases: Unit.heads), else its numerator, and
    for a share also the rest, denominator − numerator. A rate of rare events without its counts
    is withheld: nobody can show that they are large. A zero is shown: it is about nobody; and so
    is whatever counts no people (Indicator.of_people).

    Women and men, town and country, ages and townships add up to their total, and so do
    Indicator.parts; what is left where one of them was not filed is a count as well. Of the
    published figures in such a sum the smallest are withheld too, until the sums leave a small
    count at least smallest − 1 values that it could have.

    Args:
        observations: one region's, as data.load_observations gives them.

    Returns:
        The edition; rows in their order, none left out.
    """
    cells = _Cells(observations.reset_index(drop=True), plan, units, smallest)
    cells.hide()
    hidden = np.array(cells.hidden[: len(observations)], dtype=bool)
    shown = observations.copy()
    shown.loc[hidden, FIGURES] = math.nan
    shown.loc[hidden, "note"] = ""
    return Edition(shown, observations.loc[hidden, KEYS].reset_index(drop=True))


def suppress_headcounts(returns: pd.DataFrame, smallest: int) -> pd.DataFrame:
    """Departments' returns on measures without small numbers of people.

    A measure's people are printed added up over departments: where one is small, none is shown.
    """
    is_small = returns["people"].between(1, smallest - 1)
    return returns.assign(
        people=returns["people"].mask(
            is_small.groupby([returns["measure"], returns["year"]]).transform("any")
        )
    )


class _Cells:
    """The counts of observations, their sums, and which of them are hidden."""

    def __init__(
        self, frame: pd.DataFrame, plan: Plan, units: dict[str, Unit], smallest: int
    ) -> None:
        self.most = smallest - 1
        info = frame["indicator"].map(plan.indicators)
        frame = frame.assign(**frame[FIGURES].where(info.map(lambda i: i.of_people).astype(bool)))
        headcount = info.map(lambda i: units[i.unit].headcount if i.kind == "count" else None)
        is_share = info.map(lambda i: i.kind == "share").to_numpy(bool)
        counted = headcount.astype(float) * frame["value"]
        rest = (frame["denominator"] - frame["numerator"]).where(is_share)
        # Two measures of each cell, each with sums of its own; the denominator only has to be
        # large: it is hidden with its row.
        self.measures = [
            counted.fillna(frame["numerator"]).round().to_list(),
            rest.round().to_list(),
        ]
        unknown = info.map(lambda i: i.counting == "events") & frame["numerator"].isna()
        unknown &= headcount.isna() & (frame["value"] > 0)
        small = unknown.to_numpy(bool) | self._is_small(frame["denominator"])
        for measure in self.measures:
            small |= self._is_small(pd.Series(measure))
        self.hidden: list[bool] = small.tolist()
        self.filed = len(frame)
        self.sums = list(self._sums(frame, plan))
        # The sums each cell stands in, by measure: only what has counts can be subtracted.
        self.of: list[dict[int, list[int]]] = []
        for measure in self.measures:
            of: dict[int, list[int]] = {}
            for place, members in enumerate(self.sums):
                if not any(math.isnan(measure[cell]) for cell in members):
                    for cell in members:
                        of.setdefault(cell, []).append(place)
            self.of.append(of)

    def _is_small(self, counts: pd.Series) -> np.ndarray:
        return counts.between(1, self.most).to_numpy(bool)

    def _sums(self, frame: pd.DataFrame, plan: Plan) -> Iterator[list[int]]:
        """Cells that add up, the total first; a remainder nobody filed becomes a cell too."""
        keys = [tuple(key) for key in frame[KEYS].to_numpy()]
        row_of = {key: row for row, key in enumerate(keys)}
        for column, whole in _TOTALS.items():
            place = KEYS.index(column)
            parts: dict[tuple[Any, ...], list[int]] = {}
            for row, key in enumerate(keys):
                if key[place] != whole:
                    total = (*key[:place], whole, *key[place + 1 :])
                    parts.setdefault(total, []).append(row)
            for total, rows in parts.items():
                if total in row_of:
                    yield from self._one_sum(row_of[total], rows)
        for key, row in row_of.items():
            named = [(part, *key[1:]) for part in plan.indicators[key[0]].parts]
            found = [row_of[part] for part in named if part in row_of]
            if found:
                yield from self._one_sum(row, found)

    def _one_sum(self, total: int, parts: list[int]) -> Iterator[list[int]]:
        left = [measure[total] - sum(measure[part] for part in parts) for measure in self.measures]
        if math.isnan(left[0]) or left[0] < 0:
            return  # printed without counts, or groups that overlap: nothing to subtract
        if left[0] > 0:
            for measure, remainder in zip(self.measures, left, strict=True):
                measure.append(remainder)
            self.hidden.append(True)
            parts = [*parts, len(self.hidden) - 1]
        yield [total, *parts]

    def hide(self) -> None:
        """Hide cells until the sums leave each small count open.

        Hiding one more never reveals another, so each small count is settled once.
        """
        for of, measure in zip(self.of, self.measures, strict=True):
            # What is withheld is never 0 of the first measure, and a reader may know that.
            least = 1.0 if measure is self.measures[0] else 0.0
            for cell in of:
                while (
                    self.hidden[cell]
                    and 1 <= measure[cell] <= self.most
                    and self._width(cell, of, measure, least) < self.most - 1.5
                ):
                    self.hidden[self._next_to_hide(cell, of)] = True

    def _bearing(self, cell: int, of: dict[int, list[int]]) -> list[int]:
        """The sums that bear on a hidden cell, through hidden cells they share."""
        waiting, found, reached = [cell], dict.fromkeys(of[cell]), {cell}
        while waiting:
            for place in of[waiting.pop()]:
                found[place] = None
                near = {c for c in self.sums[place] if self.hidden[c]} - reached
                reached |= near
                waiting += near
        return list(found)

    def _width(
        self, cell: int, of: dict[int, list[int]], measure: list[float], least: float
    ) -> float:
        """Greatest minus least value a hidden cell can have, for all that is published."""
        sums = [self.sums[place] for place in self._bearing(cell, of)]
        unknown = sorted({c for members in sums for c in members if self.hidden[c]})
        if all(self.hidden[members[0]] for members in sums):
            return math.inf  # every total is hidden: larger parts, larger totals
        lowest = {c: 0.0 if c >= self.filed else least for c in unknown}
        if len(sums) == 1:
            total, *parts = sums[0]
            others = [c for c in parts if self.hidden[c] and c != cell]
            left = measure[total] - sum(measure[c] for c in parts if not self.hidden[c])
            return left - sum(lowest[c] for c in others) - lowest[cell] if others else 0.0
        column = {c: place for place, c in enumerate(unknown)}
        matrix, right = np.zeros((len(sums), len(unknown))), np.zeros(len(sums))
        for line, members in enumerate(sums):
            for c in members:
                sign = -1.0 if c == members[0] else 1.0
                if self.hidden[c]:
                    matrix[line, column[c]] = sign
                else:
                    right[line] -= sign * measure[c]
        bounds = [(lowest[c], None) for c in unknown]
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(unknown))
            aim[column[cell]] = sign
            found = linprog(aim, A_eq=matrix, b_eq=right, bounds=bounds, method="highs")
            if found.status != 0:
                return math.inf  # unbounded: nothing published limits the cell on this side
            ends.append(sign * found.fun)
        return float(ends[1] - ends[0])

    def _next_to_hide(self, cell: int, of: dict[int, list[int]]) -> int:
        """The smallest published count that shares a sum with the cell, a part before a total."""
        for places in (of[cell], self._bearing(cell, of)):
            among = [self.sums[place] for place in places]
            totals = {members[0] for members in among}
            open_cells = [
                c
                for c in sorted({c for members in among for c in members})
                if not self.hidden[c] and any(measure[c] > 0 for measure in self.measures)
            ]
            if open_cells:
                return min(open_cells, key=lambda c: (c in totals, self.measures[0][c]))
        raise AssertionError("a count is revealed only by published ones")


def suppress_results(
    result: Assessment, edition: Edition, observations: pd.DataFrame
) -> Assessment:
    """Blank every target that rests on a withheld figure.

    Args:
        result: assess() of edition.observations. observations: the same, with all figures: which
            years were filed is taken from them, and nothing else.

    Returns:
        The assessment of the public edition: such targets have no figures, are 不可判 (未填报
        where they are that for their years alone), and appear in no forecast or warning; goals,
        rates and ranks follow.
    """
    if edition.suppressed.empty:
        return dataclasses.replace(result, suppressed=edition.suppressed)
    now = _touched(result, edition, observations, result.year)
    last = _touched(result, edition, observations, result.year - 1)
    targets = _blank(result.targets, now)
    if "status_before" in targets:
        was = targets["target"].map(last["status"].to_dict())
        before = targets["status_before"].where(was.isna(), was)
        touched = targets["target"].isin(now.index) | was.notna()
        blank = {c: targets[c].mask(was.notna()) for c in ("value_before", "p_before")}
        unchanged = targets["change"].astype(object).where(~touched, None)
        targets = targets.assign(status_before=before, change=unchanged, **blank)
    rules = result.assumptions.thresholds
    rows = Results.from_frame(TargetResult, targets)
    goals = summarise(rows, rules, is_reference=result.region.role == "reference")
    frames = {
        field.name: frame[~frame["target"].isin(now.index)].reset_index(drop=True)
        for field in dataclasses.fields(result)
        if isinstance(frame := getattr(result, field.name), pd.DataFrame)
        and "target" in frame
        and field.name not in ("targets", "history", "milestones", "references")
    }
    return derived.add_derived(
        dataclasses.replace(
            result,
            **frames,  # type: ignore[arg-type]  # names and types of the fields themselves
            targets=targets,
            goals=goals.df[[c for c in goals.df if c in result.goals]],
            rates=expected.rates(goals).df,
            expected=expected.expected_count(rows, rules.expected),
            ranks=expected.rank_sensitivity(goals, rows, rules.expected.seed).df,
            suppressed=edition.suppressed,
        )
    )


def _touched(
    result: Assessment, edition: Edition, observations: pd.DataFrame, year: int
) -> pd.DataFrame:
    """The targets whose verdict of a year rests on a withheld figure, by target.

    Returns:
        completion.facts of them, with the status their public edition shows.
    """
    rules = result.assumptions.thresholds

    def facts(frame: pd.DataFrame) -> tuple[Results[TargetResult], dict[str, TargetSeries]]:
        return completion.facts(
            result.plan,
            SeriesIndex(frame).as_known(year),
            region=result.region.id,
            year=year,
            thresholds=rules,
            units=result.assumptions.units,
        )

    rows, filed = facts(observations)
    _, shown = facts(edition.observations)
    found = []
    for row in rows:
        own = filed.get(row.target)
        if own is None:
            continue
        left = shown[row.target].years.tolist() if row.target in shown else ()
        if _years_used(row, own, rules.status) - set(left):
            verdict, _ = status.judge(row, rules)
            missing = verdict == Status.MISSING
            found.append(
                dataclasses.replace(row, status=Status.MISSING if missing else Status.UNDECIDABLE)
            )
    return Results(TargetResult, found).df.set_index("target")


def _years_used(row: TargetResult, own: TargetSeries, rules: StatusRules) -> set[int]:
    """The years whose figures a target's status is made of."""
    years = own.used.years
    if row.type == "slow_rise":
        return set(years.tolist())
    used = {int(years[-1])}
    if row.counting == "events":
        used |= set(years[years > years[-1] - rules.pooled_years].tolist())
    if row.type == "maintain":
        used |= set(years[-rules.maintain_last :].tolist())
    if row.baseline_year is not None:
        used.add(row.baseline_year)
    return used


def _blank(targets: pd.DataFrame, touched: pd.DataFrame) -> pd.DataFrame:
    """Targets without the figures of those touched."""
    is_touched = targets["target"].isin(touched.index)
    made: dict[str, pd.Series] = {}
    for column in targets.columns.difference(list(_OF_PLAN)):
        if pd.api.types.is_bool_dtype(targets[column].dtype):
            made[column] = targets[column].mask(is_touched, False)
        elif pd.api.types.is_numeric_dtype(targets[column].dtype):
            made[column] = targets[column].mask(is_touched)
    made["threshold"] = targets["threshold"].mask(is_touched & targets["plan_value"].isna())
    words = {"rule": StatusRule.SUPPRESSED, "outlook": NO_FORECAST, "forecast_method": "none"}
    for column, word in words.items():
        made[column] = targets[column].mask(is_touched, word)
    if "doubt" in targets:
        made["doubt"] = targets["doubt"].where(~is_touched, None)
    blanked = targets.assign(**made)
    for column in (*_OF_YEARS, "status"):
        known = blanked["target"].map(touched[column].to_dict())
        blanked[column] = known.astype(targets[column].dtype).where(is_touched, targets[column])
    return blanked
