"""Does what followed a measure agree with its having worked? Evidence, graded A to D.

Four pieces: (i) the forecast made before the start against what followed; (ii) the difference
from comparisons; (iii) the rank among them; (iv) timing and dose. A grade says how far the
figures agree with an effect; none of them says that the measure caused it. How often it errs
is measured in tests/benchmarks/measure_effect.py.
Source: docs/method.md section 7; limits in params/thresholds.yaml.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from halfsky.evaluate.forecast.pool import MIN_POOL
from halfsky.evaluate.forecast.rolling import rolling_origin
from halfsky.evaluate.forecast.scale import Array, SeriesSpec
from halfsky.evaluate.frames import by_key, records
from halfsky.evaluate.series import SeriesIndex, yearly_series
from halfsky.plan.calibration import Calibration
from halfsky.plan.models import Plan, Unit
from halfsky.plan.thresholds import EffectRules

Grade = Literal["A", "B", "C", "D"]
Side = Literal["beyond95", "beyond80", "within", "wrong_side"]
Dose = Literal["filed", "too_small", "absent"]
BOUNDS = ("point", "lo80", "hi80", "lo95", "hi95")
_SIGN = {">=": 1.0, "<=": -1.0}
_SERIES = ["indicator", "sex", "age", "area"]
COLUMNS: dict[str, str] = {
    **dict.fromkeys(["measure", "goal", "target", "domain", "series"], "object"),
    **dict.fromkeys(["started_year", "origin", "n_before", "first_year", "last_year"], "int64"),
    **dict.fromkeys(["sign", "actual", *BOUNDS, "statistic"], "float64"),
    "years_beyond95": "int64",
    "side": "object",
    **dict.fromkeys(["difference", "difference_low", "difference_high"], "float64"),
    "n_compared": "int64",
    "rank_p": "float64",
    "n_placebo": "int64",
    **dict.fromkeys(["areas", "indicators"], "object"),
    "change_year": "Int64",
    "changed_before": "boolean",
    "dose": "object",
    **dict.fromkeys(["money_wan", "people", "people_needed"], "float64"),
    **dict.fromkeys(["forecast_right", "difference_right", "placebo_right"], "boolean"),
    "timing_right": "boolean",
    "is_against": "bool",
    "grade": "object",
}


@dataclass(frozen=True)
class After:
    """The years after a start, and the forecast of them that was made before it.

    years, actual and the bounds in the indicator's unit; ratio: error ÷ the forecast's own
    spread, on the analysis scale; sign: 1 where more is better, -1 where less is. n: points
    the forecast saw, the newest of them of `origin`. grain: what one case changes, own unit; a
    case more or less than was forecast is no change.
    """

    years: Array
    actual: Array
    point: Array
    lo80: Array
    hi80: Array
    lo95: Array
    hi95: Array
    ratio: Array
    sign: float
    origin: int
    n: int
    resolution: float = 0.0

    @cached_property
    def statistic(self) -> float:
        """Mean error in the right direction, in units of the forecast's own spread: the same
        for every series, whatever its unit and noise."""
        return float(self.sign * self.ratio.mean())

    def beyond(self, level: Literal[80, 95]) -> NDArray[np.bool_]:
        """Which years lie outside the interval on the right side, by more than one case."""
        low, high = (self.lo80, self.hi80) if level == 80 else (self.lo95, self.hi95)
        past = self.actual - high if self.sign > 0 else low - self.actual
        return np.asarray(past > self.resolution)

    @cached_property
    def side(self) -> Side:
        """Where what followed lies.

        The calibrated intervals hold for a single year. beyond80: the mean of the years beyond
        the mean of their 80 % bounds, so that one odd year is no change; beyond95: besides, at
        least one year beyond its 95 % bound.
        """
        bound = self.hi80 if self.sign > 0 else self.lo80
        ahead = self.sign * (self.actual - self.point).mean()
        is_beyond = self.sign * (self.actual.mean() - bound.mean()) > 0 and self.beyond(80).any()
        if is_beyond and ahead > self.resolution:
            return "beyond95" if self.beyond(95).any() else "beyond80"
        return "within" if ahead >= 0 else "wrong_side"


@dataclass(frozen=True)
class Evidence:
    """The pieces; right is None where a piece is not available.

    difference, low, high: own statistic − mean of the comparisons, with its interval (own
    spreads); rank_p: share of placebos, the own series among them, that did at least as well.
    """

    difference: float
    low: float
    high: float
    n_compared: int
    rank_p: float
    n_placebo: int
    right: tuple[bool | None, bool | None, bool | None, bool | None]
    is_against: bool
    grade: Grade


def weigh(
    after: After,
    areas: Array,
    indicators: Array,
    timing: bool | None,
    rules: EffectRules,
    *,
    is_contradicted: bool = False,
) -> Evidence:
    """The grade, as docs/method.md section 7 maps it.

    Args:
        areas, indicators: the same statistic for areas with the same indicator and for
            indicators that the measure does not touch, each signed by its own good direction.
        timing: whether time and dose agree; None where dose was not filed.
        is_contradicted: the change came before the start.
    """
    both = np.concatenate([areas, indicators])
    compared = areas if len(areas) >= rules.min_comparisons else both
    placebo = areas if len(areas) >= rules.min_placebo else both
    own = after.statistic
    difference, low, high = _difference(own, compared, rules)
    rank_p = math.nan
    if len(placebo) >= rules.min_placebo:
        rank_p = float(1 + (placebo >= own).sum()) / (1 + len(placebo))
    right = (
        after.side == "beyond95",
        None if math.isnan(low) else low > 0,
        None if math.isnan(rank_p) else rank_p <= rules.rank_p,
        timing,
    )
    against = is_contradicted or difference <= 0 or rank_p > 0.5  # NaN is neither
    held = sum(piece is True for piece in right)
    grade: Grade = "D"
    if right[0] and held >= 3:
        grade = "A" if held == 4 else "B"
    elif after.side in ("beyond95", "beyond80") and not against:
        grade = "C"
    return Evidence(
        difference, low, high, len(compared), rank_p, len(placebo), right, against, grade
    )


def _difference(own: float, compared: Array, rules: EffectRules) -> tuple[float, float, float]:
    """Own − mean of the comparisons, with the interval of one new draw from among them.

    One treated series is one draw: its own noise is as large as the comparisons' scatter. Mean
    and scatter are winsorised, because some comparison has always had a break of its own.
    """
    n = len(compared)
    if n < rules.min_comparisons:
        return math.nan, math.nan, math.nan
    k = int(rules.winsorised * n)
    inner = np.sort(compared)[k : n - k]
    kept = np.clip(compared, inner[0], inner[-1])
    scatter = float(kept.std(ddof=1)) / _winsorised_sd(k / n)
    reach = float(stats.t.ppf(0.5 + rules.difference_level / 2, len(inner) - 1)) * scatter
    middle = own - float(kept.mean())
    reach *= math.sqrt(1 + 1 / n)
    return middle, middle - reach, middle + reach


def _winsorised_sd(share: float) -> float:
    """Standard deviation of a standard normal with `share` of each tail pulled in."""
    if share == 0:
        return 1.0
    edge = float(stats.norm.ppf(1 - share))
    inside = 1 - 2 * share - 2 * edge * float(stats.norm.pdf(edge))
    return math.sqrt(inside + 2 * share * edge**2)


def after_start(
    rolled: pd.DataFrame, started: int, year: int, sign: float, rules: EffectRules
) -> After | None:
    """What followed a start in one series, or None where it cannot be told.

    Args:
        rolled: one series' forecast.rolling.ROLLED_COLUMNS. The forecast used is the last one
            made from years before the start; it may miss one year there, not two.
    """
    made = rolled[(rolled["origin"] < started) & (rolled["origin"] >= started - 2)]
    made = made[made["origin"] == made["origin"].max()]
    made = made[made["year"].between(started, min(year, started + rules.years_after - 1))]
    if made.empty:
        return None
    values = {name: made[name].to_numpy(float) for name in ("actual", *BOUNDS, "ratio")}
    origin, n = int(made["origin"].iloc[0]), int(made["n"].iloc[0])
    return After(years=made["year"].to_numpy(float), **values, sign=sign, origin=origin, n=n)


def assess_effects(
    measures: pd.DataFrame,
    targets: pd.DataFrame,
    history: pd.DataFrame,
    rolled: pd.DataFrame,
    plan: Plan,
    year: int,
    *,
    rules: EffectRules,
    areas: Mapping[str, pd.DataFrame],
    units: dict[str, Unit],
    calibration: Calibration,
) -> pd.DataFrame:
    """Evidence for every measure with a known start and every served target that can tell.

    Only targets judged by their own value, better one way, with a forecast from before the
    start (five points) and a figure since; not those where one case more or less is already a
    meaningful change (δ), neither as targets nor as comparisons.

    Args:
        measures: measures.progress. targets: judged targets. history: their series. rolled:
            review.roll.
        areas: observations of other areas, by region id, as known in `year`.

    Returns:
        COLUMNS, one row per measure and target, in the plan's order. actual and bounds: means
        over first_year … last_year, own unit. areas, indicators: tuples of the comparisons'
        statistics. people: person-times since the start; people_needed: what the difference
        from the forecast means in people, where the denominator is known.
    """
    parts = by_key(rolled, "series")
    rows = [row for row in records(targets) if row["comparator"] in _SIGN]
    resolution = _grains(rows, history, plan, units)
    coarse = {row["target"] for row in rows if resolution[row["target"]] > row["delta"]}
    series = _series_of(targets, parts, coarse)
    own_sign = {r["target"]: _SIGN[r["comparator"]] for r in rows if series[r["target"]]}
    elsewhere = _Areas(areas, plan, units, calibration, rules, year)

    @cache
    def after(name: str, started: int, sign: float) -> After | None:
        return after_start(parts[name], started, year, sign, rules)

    found: list[dict[str, Any]] = []
    for measure in records(measures[measures["started_year"].notna()]):
        started = int(measure["started_year"])
        served = [r for r in rows if r["goal"] in measure["goals"] and series[r["target"]]]
        touched = {series[row["target"]] for row in served}
        untouched = [
            after(name, started, sign)
            for name, sign in own_sign.items()
            if series[name] == name and name not in touched
        ]
        for row in served:
            name, sign = str(series[row["target"]]), own_sign[row["target"]]
            own = after(name, started, sign)
            if own is None:
                continue
            own = replace(own, resolution=resolution[row["target"]])
            areas_after = elsewhere.after(row["target"], started, sign)
            compared = _statistics(areas_after, own), _statistics(untouched, own)
            timing = _timing(own, parts[name], measure, row)
            evidence = weigh(
                own, *compared, timing.is_right, rules, is_contradicted=bool(timing.changed_before)
            )
            found.append(_told(measure, row, name, own, evidence, timing, compared))
    return pd.DataFrame(found, columns=list(COLUMNS)).astype(COLUMNS)


def _series_of(
    targets: pd.DataFrame, parts: Mapping[str, object], left_out: set[str]
) -> dict[str, str | None]:
    """The rolled series of each target: targets that share an indicator share it."""
    rolled = targets[targets["target"].isin(list(parts))]
    first = {tuple(row[k] for k in _SERIES): row["target"] for row in records(rolled)}
    derived = targets["type"].isin(["narrow_gap", "parity", "relative", "milestone"])
    plain = records(targets[~derived & ~targets["target"].isin(left_out)])
    keys = {row["target"]: first.get(tuple(row[k] for k in _SERIES)) for row in plain}
    return {str(name): keys.get(name) for name in targets["target"]}


def _grains(
    rows: list[dict[str, Any]], history: pd.DataFrame, plan: Plan, units: dict[str, Unit]
) -> dict[str, float]:
    """By target, what a single case changes, own unit; 0 where no denominators are filed."""
    typical = history.astype({"denominator": float}).groupby("target")["denominator"].median()
    found = {}
    for row in rows:
        per = units[plan.indicators[row["indicator"]].unit].per
        whole = typical.get(row["target"], math.nan)
        found[row["target"]] = per / whole if per is not None and whole > 0 else 0.0
    return found


def _statistics(others: Iterable[After | None], own: After) -> Array:
    """Statistics of those seen in the same years: a mean of one year scatters more."""
    same = [o for o in others if o is not None and np.array_equal(o.years, own.years)]
    return np.array([o.statistic for o in same])


class _Areas:
    """What followed elsewhere; forecast once for each target and start."""

    def __init__(
        self,
        observations: Mapping[str, pd.DataFrame],
        plan: Plan,
        units: dict[str, Unit],
        calibration: Calibration,
        rules: EffectRules,
        year: int,
    ) -> None:
        self.indexes = {region: SeriesIndex(frame) for region, frame in observations.items()}
        self.plan, self.units, self.calibration = plan, units, calibration
        self.rules, self.year = rules, year
        self.made: dict[tuple[str, int], list[After | None]] = {}

    def after(self, target: str, started: int, sign: float) -> list[After | None]:
        if (target, started) not in self.made:
            self.made[target, started] = [
                after_start(
                    self._forecast(target, region, started), started, self.year, sign, self.rules
                )
                for region in self.indexes
            ]
        return self.made[target, started]

    def _forecast(self, target: str, region: str, started: int) -> pd.DataFrame:
        """The forecast made before the start, as forecast.rolling gives it."""
        found = self.plan.targets[target]
        indicator = self.plan.indicators[found.indicator or ""]
        rows = yearly_series(found, self.plan, self.indexes[region], self.units)
        cut = max((b.year for b in indicator.breaks_in(region) if b.year <= self.year), default=0)
        rows = rows.since(cut)
        return rolling_origin(
            {region: rows.without_counts()},
            {region: SeriesSpec.from_indicator(indicator)},
            self.calibration,
            least=max(MIN_POOL, int((rows.years < started).sum())),
            origins=1,
        ).df


@dataclass(frozen=True)
class Timing:
    """When the change came and how much was done.

    change_year: first year beyond its 80 % bound, or None. changed_before: the last year before
    the start was already beyond its one-step 95 % bound; None without a forecast of it.
    people_needed: what the change means in people, NaN where the denominator is unknown.
    """

    change_year: int | None
    changed_before: bool | None
    dose: Dose
    people_needed: float

    @property
    def is_right(self) -> bool | None:
        if self.changed_before or self.dose == "too_small":
            return False
        return self.change_year is not None if self.dose == "filed" else None


def _timing(
    after: After, rolled: pd.DataFrame, measure: dict[str, Any], row: dict[str, Any]
) -> Timing:
    beyond = after.years[after.beyond(80)]
    before = rolled[(rolled["horizon"] == 1) & (rolled["year"] == after.origin)]
    changed_before: bool | None = None
    if len(before):
        step = before.iloc[0]
        changed_before = bool(
            step["actual"] > step["hi95"] if after.sign > 0 else step["actual"] < step["lo95"]
        )
    needed = math.nan
    if row["kind"] == "share" and row["counting"] == "complete" and row["unit"] == "%":
        gain = after.sign * float((after.actual - after.point).mean())
        needed = gain / 100 * row["denominator"] if gain > 0 else math.nan
    done = [x for x in (measure["money_wan"], measure["person_times"]) if x > 0]
    dose: Dose = "filed" if done else "absent"
    if measure["person_times"] < needed:  # False where either is unknown
        dose = "too_small"
    return Timing(int(beyond[0]) if len(beyond) else None, changed_before, dose, needed)


def _told(
    measure: dict[str, Any],
    row: dict[str, Any],
    series: str,
    after: After,
    evidence: Evidence,
    timing: Timing,
    compared: tuple[Array, Array],
) -> dict[str, Any]:
    pieces = ("forecast_right", "difference_right", "placebo_right", "timing_right")
    return {
        "measure": measure["measure"],
        "goal": row["goal"],
        "target": row["target"],
        "domain": measure["domain"],
        "series": series,
        "started_year": measure["started_year"],
        "origin": after.origin,
        "n_before": after.n,
        "first_year": after.years[0],
        "last_year": after.years[-1],
        "sign": after.sign,
        "actual": after.actual.mean(),
        **{name: getattr(after, name).mean() for name in BOUNDS},
        "statistic": after.statistic,
        "years_beyond95": after.beyond(95).sum(),
        "side": after.side,
        "difference": evidence.difference,
        "difference_low": evidence.low,
        "difference_high": evidence.high,
        "n_compared": evidence.n_compared,
        "rank_p": evidence.rank_p,
        "n_placebo": evidence.n_placebo,
        "areas": tuple(compared[0].tolist()),
        "indicators": tuple(compared[1].tolist()),
        "change_year": timing.change_year,
        "changed_before": timing.changed_before,
        "dose": timing.dose,
        "money_wan": measure["money_wan"],
        "people": measure["person_times"],
        "people_needed": timing.people_needed,
        **dict(zip(pieces, evidence.right, strict=True)),
        "is_against": evidence.is_against,
        "grade": evidence.grade,
    }
