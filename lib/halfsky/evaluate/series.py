"""Which figures answer a target? Selects, derives and cuts each target's own series.

A target's series is what its comparator is held against: the indicator itself, women ÷ men for
parity, the absolute gap for narrow_gap, the difference to the other indicator for `relative`.
A region's figures are indexed once; every year's view is cut from the same arrays.
Source: docs/method.md sections 1 and 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from halfsky.evaluate.results import TargetFigure
from halfsky.plan.models import Indicator, Plan, Sex, Target, Unit
from halfsky.plan.thresholds import StatusRules, Thresholds

WHOLE = "全区"
HISTORY_COLUMNS = [
    "target",
    "year",
    "value",
    "female",
    "male",
    "other",
    "numerator",
    "denominator",
    "in_use",
    "value_type",
    "source",
    "note",
]

Floats = NDArray[np.float64]
Years = NDArray[np.int64]
Words = NDArray[np.object_]
Key = tuple[str, str, str, str]  # indicator, sex, age, area


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Yearly figures of one kind, years ascending and distinct; all arrays of one length.

    value in the indicator's unit, always known; numerator and denominator NaN where not filed.
    """

    years: Years
    value: Floats
    numerator: Floats
    denominator: Floats
    value_type: Words
    source: Words
    note: Words

    def __len__(self) -> int:
        return len(self.years)

    def part(self, keep: slice | NDArray[Any]) -> Self:
        """The chosen years: a slice, a mask or positions."""
        arrays = {
            field.name: value[keep]
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), np.ndarray)
        }
        return replace(self, **arrays)

    def until(self, year: float) -> Self:
        """Figures of that year and before."""
        return self.part(slice(0, int(np.searchsorted(self.years, year, side="right"))))

    def since(self, year: float) -> Self:
        """Figures of that year and later."""
        return self.part(slice(int(np.searchsorted(self.years, year)), None))

    def place(self, year: float) -> int | None:
        """Position of a year's figure; None where there is none."""
        at = int(np.searchsorted(self.years, year))
        return at if at < len(self.years) and self.years[at] == year else None

    @property
    def is_counted(self) -> NDArray[np.bool_]:
        """Where numerator and a positive denominator are filed."""
        return ~np.isnan(self.numerator) & (self.denominator > 0)

    def without_counts(self) -> Self:
        """The figures alone, as published."""
        unknown = np.full(len(self), np.nan)
        return replace(self, numerator=unknown, denominator=unknown)

    @property
    def resolution(self) -> float:
        """What one case more adds to the newest figure, own unit; 0 where no counts are filed."""
        if not (self.denominator[-1] > 0 and self.numerator[-1] > 0):
            return 0.0
        return float(self.value[-1] / self.numerator[-1])


@dataclass(frozen=True, slots=True, eq=False)
class TargetSeries(Series):
    """What one target is judged by; begin: position of the first figure since the last break.

    female and male: what a gap or ratio is made of (female alone for a share and for the own
    side of `relative`, whose other side is `other`); NaN elsewhere.
    """

    target: str
    female: Floats
    male: Floats
    other: Floats
    begin: int = 0

    @property
    def used(self) -> TargetSeries:
        """Figures since the last definition break: only they are comparable."""
        return self if self.begin == 0 else replace(self.part(slice(self.begin, None)), begin=0)


class SeriesIndex:
    """Whole-region figures by indicator, sex, age and area, indexed once for every year.

    `index.as_known(year)` is what a report of that year may use (plan.vintage.as_known), cut
    from the same arrays when it is asked for.
    """

    def __init__(self, observations: pd.DataFrame) -> None:
        """observations: one region's, of any vintage; rows without a value do not count."""
        keep = (observations["subarea"] == WHOLE) & observations["value"].notna()
        whole = observations[keep.to_numpy(bool)]
        years = whole["year"].to_numpy(np.int64)
        known_from = whole["known_from"].to_numpy(dtype=float, na_value=np.nan)
        known = np.where(np.isnan(known_from), years, known_from)
        numbers = [
            whole[name].to_numpy(dtype=float, na_value=np.nan)
            for name in ("value", "numerator", "denominator")
        ]
        words = [whole[name].to_numpy(object) for name in ("value_type", "source", "note")]
        rows: dict[Key, list[int]] = {}
        keys = (whole[name].tolist() for name in ("indicator", "sex", "age", "area"))
        for row, key in enumerate(zip(*keys, strict=True)):
            rows.setdefault(key, []).append(row)
        self._all: dict[Key, tuple[Series, Floats]] = {}
        for key, mine in rows.items():
            order = np.array(mine)[np.argsort(years[mine], kind="stable")]
            arrays = [array[order] for array in (*numbers, *words)]
            self._all[key] = Series(years[order], *arrays), known[order]
        self._keys: dict[str, list[Key]] = {}
        for key in self._all:
            self._keys.setdefault(key[0], []).append(key)
        self._year: int | None = None
        self._views: dict[int, SeriesIndex] = {}
        self._cut: dict[Key, Series] = {}

    def as_known(self, year: int) -> SeriesIndex:
        """The same index as of a year: figures of that year or earlier, known by then."""
        if year not in self._views:
            view = object.__new__(SeriesIndex)
            view._all, view._keys, view._views = self._all, self._keys, self._views
            view._year, view._cut = year, {}
            self._views[year] = view
        return self._views[year]

    def get(self, indicator: str, sex: str, age: str, area: str) -> Series:
        """Figures as printed; EMPTY where nothing is known."""
        key = (indicator, sex, age, area)
        if key not in self._cut:
            self._cut[key] = self._cut_of(key)
        return self._cut[key]

    def of_indicator(self, indicator: str) -> dict[Key, Series]:
        """All series of one indicator that have a figure, in the order they were filed."""
        mine = {key: self.get(*key) for key in self._keys.get(indicator, ())}
        return {key: series for key, series in mine.items() if len(series)}

    def _cut_of(self, key: Key) -> Series:
        if key not in self._all:
            return EMPTY
        series, known = self._all[key]
        if self._year is None:
            return series
        is_known = (series.years <= self._year) & (known <= self._year)
        return series if is_known.all() else series.part(is_known)


_NONE = np.empty(0)
_NO_WORDS = np.empty(0, dtype=object)
EMPTY = Series(np.empty(0, dtype=np.int64), _NONE, _NONE, _NONE, _NO_WORDS, _NO_WORDS, _NO_WORDS)


def one_series(
    index: SeriesIndex, indicator: Indicator, *, sex: Sex, age: str, area: str, per: float | None
) -> Series:
    """One indicator's yearly figures for one group of people, whole region.

    The unrounded quotient replaces the printed value where numerator and denominator are filed.
    """
    rows = index.get(indicator.id, sex, age, area)
    if per is None or not rows.is_counted.any():
        return rows
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = per * rows.numerator / rows.denominator
    return replace(rows, value=np.where(rows.is_counted, quotient, rows.value))


def yearly_series(target: Target, plan: Plan, index: SeriesIndex, units: dict[str, Unit]) -> Series:
    """A region's figures for a target's indicator, sex, age and area, as they are."""
    indicator = plan.indicators[target.indicator or ""]
    return one_series(
        index,
        indicator,
        sex=target.sex,
        age=target.age,
        area=target.area,
        per=units[indicator.unit].per,
    )


def target_series(
    target: Target, plan: Plan, index: SeriesIndex, region: str, units: dict[str, Unit]
) -> TargetSeries:
    """The series a target is judged by; empty for a milestone."""
    if target.indicator is None:
        return _of_target(target, EMPTY)
    indicator = plan.indicators[target.indicator]
    per = units[indicator.unit].per

    def pick(which: Indicator, sex: Sex) -> Series:
        return one_series(index, which, sex=sex, age=target.age, area=target.area, per=per)

    if target.type == "narrow_gap" or target.basis == "by_sex":
        made = _of_two_sexes(target, pick(indicator, "female"), pick(indicator, "male"))
    elif target.basis == "share":
        own = pick(indicator, target.sex)
        own = own.part(own.value < 100)
        made = _derived(target, own, own.value / (100 - own.value), female=own.value)
    elif target.type == "relative":
        reference = plan.indicators[target.reference_indicator or ""]
        own, other = _common(pick(indicator, target.sex), pick(reference, target.reference_sex))
        made = _derived(target, own, own.value - other.value, female=own.value, other=other.value)
    else:
        made = _of_target(target, pick(indicator, target.sex))
    if target.basis is not None and target.population_indicator is not None:
        made = _over_population(made, target, plan, index, units)
    breaks = [b.year for b in indicator.breaks_in(region)]
    if target.reference_indicator is not None:
        breaks += [b.year for b in plan.indicators[target.reference_indicator].breaks_in(region)]
    latest = made.years[-1] if len(made) else -math.inf
    cut = max((year for year in breaks if year <= latest), default=-math.inf)
    return replace(made, begin=int(np.searchsorted(made.years, cut)))


def _of_target(target: Target, own: Series, **arrays: Floats) -> TargetSeries:
    unknown = np.full(len(own), np.nan)
    sides = dict.fromkeys(("female", "male", "other"), unknown)
    plain = {field.name: getattr(own, field.name) for field in fields(Series)}
    return TargetSeries(**(plain | {"target": target.id} | sides | arrays))


def _derived(target: Target, own: Series, value: Floats, **sides: Floats) -> TargetSeries:
    """A gap, ratio or difference: the counts behind its sides are not its own."""
    unknown = np.full(len(own), np.nan)
    return _of_target(target, own, value=value, numerator=unknown, denominator=unknown, **sides)


def _common(one: Series, other: Series) -> tuple[Series, Series]:
    """Both series in the years that both have."""
    _, first, second = np.intersect1d(one.years, other.years, return_indices=True)
    return one.part(first), other.part(second)


def _of_two_sexes(target: Target, female: Series, male: Series) -> TargetSeries:
    women, men = _common(female, male)
    if target.type == "narrow_gap":
        value = np.abs(men.value - women.value)
    else:
        keep = men.value > 0
        women, men = women.part(keep), men.part(keep)
        value = women.value / men.value
    return _derived(target, women, value, female=women.value, male=men.value)


def _over_population(
    made: TargetSeries, target: Target, plan: Plan, index: SeriesIndex, units: dict[str, Unit]
) -> TargetSeries:
    """Divide a women ÷ men ratio by that of the population; a year without it is left out.

    Its ratio is unknown then: women and men in equal number would be a guess.
    """
    population = plan.indicators[target.population_indicator or ""]
    per = units[population.unit].per
    women, men = (
        one_series(index, population, sex=sex, age=target.age, area=target.area, per=per)
        for sex in ("female", "male")
    )
    women, men = _common(women, men)
    keep = men.value > 0
    women, men = women.part(keep), men.part(keep)
    _, own, known = np.intersect1d(made.years, women.years, return_indices=True)
    made = made.part(own)
    return replace(made, value=made.value / (women.value / men.value)[known])


def history_frame(histories: Iterable[TargetSeries]) -> pd.DataFrame:
    """HISTORY_COLUMNS, one row per target and year; in_use is False before the last break."""
    parts = [one for one in histories if len(one)]
    if not parts:
        return pd.DataFrame(columns=HISTORY_COLUMNS)
    sizes = [len(one) for one in parts]
    in_use = [np.arange(size) >= one.begin for one, size in zip(parts, sizes, strict=True)]
    columns: Mapping[str, Any] = {
        "target": np.repeat([one.target for one in parts], sizes).astype(object),
        "year": np.concatenate([one.years for one in parts]),
        "in_use": np.concatenate(in_use),
        **{
            name: np.concatenate([getattr(one, name) for one in parts])
            for name in HISTORY_COLUMNS
            if name not in ("target", "year", "in_use")
        },
    }
    return pd.DataFrame(columns, columns=HISTORY_COLUMNS)


def of_figures(target: str, figures: Sequence[TargetFigure]) -> TargetSeries:
    """The series again from its figures, oldest first."""
    in_use = [figure.in_use for figure in figures]
    numbers = ("value", "female", "male", "other", "numerator", "denominator")
    words = ("value_type", "source", "note")
    columns: dict[str, Any] = {
        name: np.array([getattr(figure, name) for figure in figures], dtype=kind)
        for names, kind in ((numbers, float), (words, object))
        for name in names
    }
    years = np.array([figure.year for figure in figures], dtype=np.int64)
    begin = in_use.index(True) if True in in_use else len(in_use)
    return TargetSeries(years=years, target=target, begin=begin, **columns)


@dataclass(frozen=True)
class Baseline:
    """Where a target started: value, year, and whether a neighbouring year stands in."""

    value: float
    year: int | None
    is_substitute: bool


def baseline_of(history: TargetSeries, baseline_year: int, rules: StatusRules) -> Baseline:
    """The value a target started from: of the baseline year, else of the nearest year in reach.

    Of two equally near years the earlier counts, because it lies outside the plan. Only figures
    after the last definition break serve.
    """
    used = history.used
    distance = np.abs(used.years - baseline_year)
    if not (distance <= rules.baseline_window).any():
        return Baseline(math.nan, None, False)
    nearest = int(np.argmin(distance))  # of a tie the first, which is the earlier year
    year = int(used.years[nearest])
    return Baseline(float(used.value[nearest]), year, year != baseline_year)


def theil_sen(years: Floats, values: Floats) -> float:
    """Median slope over all pairs of years, which are ascending and distinct."""
    first, second = np.triu_indices(len(years), k=1)
    return float(np.median((values[second] - values[first]) / (years[second] - years[first])))


def recent_pace(history: TargetSeries, thresholds: Thresholds) -> float:
    """Theil–Sen slope of the last observed years, in the series' unit per year; NaN if too few."""
    last = history.used.part(slice(-thresholds.pace.years, None))
    if len(last) < thresholds.pace.min_points:
        return math.nan
    return theil_sen(last.years.astype(float), last.value)


def headcount(
    amount: float, indicator: Indicator, history: pd.DataFrame, units: dict[str, Unit]
) -> float:
    """A difference of rates as a number of what the numerator counts: people, cases, villages.

    Args:
        amount: in the indicator's unit. history: HISTORY_COLUMNS of one target.

    Returns:
        amount ÷ per × the newest filed denominator; NaN without one, without a multiplier, or
        where the denominator is a sample: respondents are not the people concerned.
    """
    per = units[indicator.unit].per
    filed = history.loc[history["in_use"].astype(bool), "denominator"].dropna()
    if per is None or indicator.counting == "sample" or filed.empty:
        return math.nan
    return float(amount) / per * float(filed.iloc[-1])


def resolution_of(own: pd.DataFrame) -> float:
    """What one case more adds to a series' newest figure, own unit; 0 where no counts are filed.

    own: value, numerator, denominator of one series, years ascending.
    """
    last = own.iloc[-1]
    if not (last["denominator"] > 0 and last["numerator"] > 0):
        return 0.0
    return float(last["value"] / last["numerator"])
