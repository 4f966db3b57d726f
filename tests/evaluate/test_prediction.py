"""Forecasts of each type of target: what P is asked of, and where there is none."""

from __future__ import annotations

import pandas as pd
import pytest

from builders import UNITS, indicator, observations, plan_of, target
from halfsky.evaluate import completion, prediction, status
from halfsky.evaluate.prediction import Maker, path_of
from halfsky.evaluate.series import SeriesIndex
from halfsky.plan.calibration import load_calibration
from halfsky.plan.thresholds import load_thresholds

RULES, CALIBRATION = load_thresholds(), load_calibration()


class Judged:
    """One target on its figures, judged in a year."""

    def __init__(self, one, figures: pd.DataFrame, indicators=None, year: int = 2025) -> None:
        self.one, self.plan = one, plan_of([one], indicators)
        found, self.series = completion.facts(
            self.plan,
            SeriesIndex(figures).as_known(year),
            region="here",
            year=year,
            thresholds=RULES,
            units=UNITS,
        )
        self.row = status.add_status(found, RULES)[0]

    def path(self):
        own = self.series[self.one.id]
        return path_of(self.row, own, self.plan, RULES, UNITS, CALIBRATION)

    def predicted(self):
        rows, paths = prediction.predict(
            [self.row],
            self.series,
            self.plan,
            thresholds=RULES,
            units=UNITS,
            calibration=CALIBRATION,
        )
        return rows[0], paths

    def own_forecast(self, column: str = "value"):
        which = self.plan.indicators[self.one.indicator]
        make = Maker(which, UNITS[which.unit].per, 2030, CALIBRATION)
        return make(self.series[self.one.id].used, column, self.one.id)


def rising(start: float, step: float, first: int = 2013, last: int = 2025) -> dict[int, float]:
    return {year: round(start + step * (year - first), 1) for year in range(first, last + 1)}


@pytest.mark.parametrize(
    ("values", "breaks", "method"),
    [
        pytest.param({2024: 70, 2025: 71}, [], None, id="two figures: none"),
        pytest.param({2023: 69, 2024: 70, 2025: 71}, [], "drift", id="three: drift"),
        pytest.param(rising(60, 0.5), [], "pool", id="thirteen: pool"),
        pytest.param(rising(60, 0.5), [2024], None, id="two figures since the break: none"),
        pytest.param(rising(60, 0.5), [2022], "drift", id="four since the break: drift"),
    ],
)
def test_the_method_goes_by_the_figures_since_the_break(values, breaks, method):
    broken = indicator(breaks=[{"year": year, "reason": "口径"} for year in breaks])
    row, paths = Judged(target(value=90), observations(values), [broken]).predicted()
    assert row.forecast_method == (method or "none")
    assert (row.p_met is None) == (method is None)
    assert set(paths) == (set() if method is None else {"things-1-1"})


def test_the_end_year_is_what_a_target_shows_of_its_forecast():
    row, paths = Judged(target(value=70), observations(rising(60, 0.5))).predicted()
    end = paths["things-1-1"].table.iloc[-1]
    assert end["year"] == 2030
    assert [row.point, row.lo80, row.hi80, row.lo95, row.hi95] == [
        end[level] for level in prediction.LEVELS
    ]
    years = prediction.forecast_years(paths)
    assert [one.year for one in years] == [2026, 2027, 2028, 2029, 2030]
    assert years[-1].point == row.point


@pytest.mark.parametrize(
    ("last", "p"),
    [
        pytest.param(80.0, 1.0, id="80 >= 80: met"),
        pytest.param(79.5, 0.0, id="79.5: nearly is not met"),
        pytest.param(70.0, 0.0, id="70: unmet"),
    ],
)
def test_at_the_plans_end_the_verdict_is_the_probability(last, p):
    values = rising(60, 0.5, last=2029) | {2030: last}
    row, paths = Judged(target(value=80), observations(values), year=2030).predicted()
    assert (row.p_met, row.forecast_method) == (p, "observed")
    assert paths == {}


def test_a_floor_of_the_baseline_is_held_with_delta():
    # δ of a share is 1: what is asked of the forecast is 60 − 1.
    one = target("maintain", baseline_floor=True)
    judged = Judged(one, observations(rising(60, 0.0)))
    assert judged.row.threshold == 60
    path, own = judged.path(), judged.own_forecast()
    assert path is not None
    assert path.p == own.p_met(2030, 59, ">=")


def test_a_balance_is_missed_on_either_side():
    one = target("about", value=50, two_sided=True)
    judged = Judged(one, observations(rising(48, 0.2)))
    path, own = judged.path(), judged.own_forecast()
    assert path is not None
    # δ of `about` is 2: between 48 and 52.
    low, high = own.p_met(2030, 48, ">="), own.p_met(2030, 52, ">=")
    assert path.p == pytest.approx(max(low - high, 0))


@pytest.mark.parametrize(
    ("value", "named"),
    [
        pytest.param(66.0, True, id="not met, likely: a year"),
        pytest.param(60.0, False, id="met already: no year"),
        pytest.param(95.0, False, id="out of reach: no year"),
    ],
)
def test_a_year_of_attainment_is_named_for_what_is_open_and_likely(value, named):
    row, _ = Judged(target(value=value), observations(rising(59.5, 0.5))).predicted()
    assert (row.attain_year is not None) == named
    if named:
        fc = Judged(target(value=value), observations(rising(59.5, 0.5))).own_forecast()
        reached = dict(zip(fc.years, fc.met_by(value, ">="), strict=True))
        assert reached[row.attain_year] >= 0.5
        assert reached.get(row.attain_year - 1, 0.0) < 0.5


def test_parity_of_a_share_asks_for_the_share_between_the_bounds():
    one = target("parity", basis="share", sex="female")
    figures = observations(rising(48, 0.1), sex="female")
    judged = Judged(one, figures, [indicator(is_female_share=True)])
    path, women = judged.path(), judged.own_forecast("female")
    assert path is not None
    low, high = RULES.status.parity_low, RULES.status.parity_high
    # women ÷ men = r means women are r ÷ (1 + r) of all
    inside = women.p_met(2030, 100 * low / (1 + low), ">=") - women.p_met(
        2030, 100 * high / (1 + high), ">="
    )
    assert path.p == pytest.approx(inside, abs=1e-9)
    assert path.levels[:, 0] == pytest.approx(
        [share / (100 - share) for share in women.levels[:, 0]]
    )


def test_a_gap_needs_both_sexes_forecast():
    women = observations(rising(60, 0.5), sex="female")
    men = observations(rising(70, 0.5, first=2024), sex="male")
    figures = pd.concat([women, men], ignore_index=True)
    one = target("narrow_gap")
    judged = Judged(one, figures, [indicator(breakdowns=("sex",))])
    assert judged.path() is None, "men were counted in two years only"


def test_a_gap_that_closes_for_certain_is_met():
    women = observations(rising(60, 0.9), sex="female")
    men = observations(rising(80, 0.0), sex="male")
    judged = Judged(
        target("narrow_gap"),
        pd.concat([women, men], ignore_index=True),
        [indicator(breakdowns=("sex",))],
    )
    path = judged.path()
    assert path is not None
    assert path.p is not None
    assert path.p > 0.9
    assert path.levels[-1, 0] < judged.row.value
