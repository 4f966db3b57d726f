"""A target's own series: selected, derived and cut; worked by hand."""

from __future__ import annotations

from math import nan

import numpy as np
import pandas as pd
import pytest

from builders import UNITS, indicator, observations, plan_of, target
from halfsky.evaluate.series import (
    Series,
    SeriesIndex,
    TargetSeries,
    baseline_of,
    history_frame,
    recent_pace,
    target_series,
)
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vintage import as_known

RULES = load_thresholds()


def series_of(one, figures: pd.DataFrame, indicators=None, region: str = "here") -> TargetSeries:
    plan = plan_of([one], indicators)
    return target_series(one, plan, SeriesIndex(figures), region, UNITS)


def figures_by_sex(women: dict, men: dict, name: str = "rate") -> pd.DataFrame:
    parts = [observations(women, name, sex="female"), observations(men, name, sex="male")]
    return pd.concat(parts, ignore_index=True)


def known(series: Series) -> dict[int, float]:
    return dict(zip(series.years.tolist(), series.value.tolist(), strict=True))


def test_figures_are_in_the_order_of_their_years_whatever_the_order_filed():
    index = SeriesIndex(observations({2023: 3.0, 2021: 1.0, 2022: 2.0}))
    assert known(index.get("rate", "total", "total", "total")) == {2021: 1, 2022: 2, 2023: 3}


def test_townships_and_gaps_are_no_figures_of_the_region():
    whole = observations({2021: 1.0, 2022: nan})
    part = observations({2023: 3.0}, subarea="某镇")
    index = SeriesIndex(pd.concat([whole, part], ignore_index=True))
    assert known(index.get("rate", "total", "total", "total")) == {2021: 1}
    assert len(index.get("rate", "female", "total", "total")) == 0


@pytest.mark.parametrize("year", [2020, 2021, 2022, 2023])
def test_a_years_view_is_the_index_of_what_was_known_then(year):
    figures = observations(
        [
            {"year": 2020, "value": 1.0},
            {"year": 2021, "value": 2.0, "known_from": 2023},
            {"year": 2022, "value": 3.0, "known_from": 2020},
            {"year": 2023, "value": 4.0},
        ]
    )
    view = SeriesIndex(figures).as_known(year).get("rate", "total", "total", "total")
    then = as_known(figures, year)
    assert known(view) == dict(zip(then["year"], then["value"], strict=True))


def test_a_view_of_a_view_is_cut_from_all_figures():
    index = SeriesIndex(observations({2021: 1.0, 2022: 2.0}))
    assert len(index.as_known(2021).as_known(2022).get("rate", "total", "total", "total")) == 2


def test_series_of_an_indicator_are_those_known_by_then():
    early = observations({2021: 1.0}, sex="female")
    late = observations({2022: 2.0}, sex="male")
    index = SeriesIndex(pd.concat([early, late], ignore_index=True))
    assert [key[1] for key in index.of_indicator("rate")] == ["female", "male"]
    assert [key[1] for key in index.as_known(2021).of_indicator("rate")] == ["female"]
    assert index.of_indicator("another") == {}


def test_the_unrounded_quotient_replaces_the_printed_value():
    rows = [
        {"year": 2021, "value": 33.3, "numerator": 1.0, "denominator": 3.0},
        {"year": 2022, "value": 33.3, "numerator": 1.0, "denominator": 0.0},
        {"year": 2023, "value": 33.3},
    ]
    made = series_of(target(), observations(rows))
    assert made.value.tolist() == pytest.approx([100 / 3, 33.3, 33.3], rel=1e-12)
    assert made.is_counted.tolist() == [True, False, False]


@pytest.mark.parametrize(
    ("year", "in_use"),
    [
        pytest.param(2021, [2021, 2022, 2023], id="a break in 2021: 2021 is the first new figure"),
        pytest.param(2022, [2022, 2023], id="one year later, one figure fewer"),
        pytest.param(2023, [2023], id="in the newest year: only it is comparable"),
        pytest.param(2024, [2020, 2021, 2022, 2023], id="after the newest figure: not yet broken"),
    ],
)
def test_a_break_year_is_the_first_of_the_new_definition(year, in_use):
    broken = indicator(breaks=[{"year": year, "reason": "口径"}])
    made = series_of(target(), observations(dict.fromkeys(range(2020, 2024), 90.0)), [broken])
    assert made.used.years.tolist() == in_use
    assert len(made) == 4, "what lies before the break stays in the history"


def test_a_break_of_another_region_cuts_nothing():
    broken = indicator(breaks=[{"year": 2021, "reason": "口径", "region": "there"}])
    figures = observations({2020: 1.0, 2021: 2.0})
    assert len(series_of(target(), figures, [broken]).used) == 2
    assert len(series_of(target(), figures, [broken], region="there").used) == 1


def test_a_gap_is_the_distance_in_years_both_sexes_have():
    figures = figures_by_sex({2020: 60.0, 2021: 62.0, 2022: 64.0}, {2020: 80.0, 2022: 60.0})
    made = series_of(target("narrow_gap"), figures, [indicator(breakdowns=("sex",))])
    assert known(made) == {2020: 20, 2022: 4}, "|80-60|, |60-64|; 2021 has no men"
    assert made.female.tolist() == [60, 64]
    assert made.male.tolist() == [80, 60]


def test_parity_by_sex_leaves_out_years_without_men_to_divide_by():
    figures = figures_by_sex({2020: 60.0, 2021: 45.0}, {2020: 0.0, 2021: 90.0})
    one = target("parity", basis="by_sex")
    assert known(series_of(one, figures)) == {2021: 0.5}


def test_parity_of_a_share_is_the_odds():
    one = target("parity", basis="share", sex="female")
    figures = observations({2020: 100.0, 2021: 75.0}, sex="female")
    made = series_of(one, figures, [indicator(is_female_share=True)])
    assert known(made) == {2021: 3.0}, "75 ÷ (100 − 75); 100 has no odds"


def test_relative_is_own_less_other_in_common_years():
    one = target("relative", reference_indicator="other", relation="at_least")
    pair = [indicator(), indicator("other")]
    both = pd.concat(
        [observations({2020: 50.0, 2021: 52.0}), observations({2021: 55.0, 2022: 9.0}, "other")],
        ignore_index=True,
    )
    made = series_of(one, both, pair)
    assert known(made) == {2021: -3.0}
    assert (made.female.tolist(), made.other.tolist()) == ([52], [55])


def test_a_population_ratio_that_is_unknown_is_not_one():
    one = target("parity", basis="by_sex", population_indicator="people")
    pair = [indicator(), indicator("people", kind="count", unit="年", upper=None)]
    rates = figures_by_sex({2020: 60.0, 2021: 60.0}, {2020: 40.0, 2021: 40.0})
    people = figures_by_sex({2021: 150.0}, {2021: 100.0}, "people")
    made = series_of(one, pd.concat([rates, people], ignore_index=True), pair)
    assert known(made) == {2021: 1.0}, "(60/40) ÷ (150/100); of 2020 nobody knows"


def history(values: dict[int, float], broken_in: int | None = None) -> TargetSeries:
    breaks = [] if broken_in is None else [{"year": broken_in, "reason": "口径"}]
    return series_of(target(), observations(values), [indicator(breaks=breaks)])


@pytest.mark.parametrize(
    ("values", "broken_in", "expected"),
    [
        pytest.param({2020: 80.0, 2021: 81.0}, None, (80, 2020, False), id="the year itself"),
        pytest.param({2019: 79.0, 2021: 81.0}, None, (79, 2019, True), id="tie: the earlier"),
        pytest.param({2017: 77.0, 2022: 82.0}, None, (82, 2022, True), id="2 away, 3 away is out"),
        pytest.param({2019: 79.0, 2021: 81.0}, 2021, (81, 2021, True), id="2019 cut by the break"),
        pytest.param({2017: 77.0, 2023: 83.0}, None, (nan, None, False), id="both 3 away"),
    ],
)
def test_baseline(values, broken_in, expected):
    found = baseline_of(history(values, broken_in), 2020, RULES.status)
    assert found.value == pytest.approx(expected[0], nan_ok=True)
    assert (found.year, found.is_substitute) == expected[1:]


@pytest.mark.parametrize(
    ("values", "broken_in", "expected"),
    [
        pytest.param({2021: 1, 2022: 2, 2023: 4}, None, 1.5, id="slopes 1, 2, 3/2: median 1.5"),
        pytest.param({2021: 1, 2022: 2}, None, nan, id="two figures are no pace"),
        pytest.param(
            {2020: 90, 2021: 10, 2022: 11, 2023: 12}, 2021, 1, id="no slope across the break"
        ),
        pytest.param({2021: 90, 2022: 1, 2023: 2}, 2022, nan, id="two figures since the break"),
        pytest.param(
            {2015: 99, 2019: 1, 2020: 2, 2021: 3, 2022: 4, 2023: 5}, None, 1, id="last five only"
        ),
    ],
)
def test_recent_pace(values, broken_in, expected):
    assert recent_pace(history(values, broken_in), RULES) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param((4, 200), 0.5, id="4 of 200 are 2 %: one more adds 2/4"),
        pytest.param((0, 200), 0.0, id="none: one more cannot be read off"),
    ],
)
def test_resolution(counts, expected):
    assert series_of(target(), observations({2021: counts})).resolution == expected


def test_resolution_is_of_the_newest_figure():
    rows = [
        {"year": 2021, "value": 2.0, "numerator": 4.0, "denominator": 200.0},
        {"year": 2022, "value": 3.0},
    ]
    made = series_of(target(), observations(rows))
    assert made.resolution == 0
    assert made.until(2021).resolution == 0.5


def test_parts_by_year():
    made = history({2019: 1.0, 2021: 2.0, 2023: 3.0})
    assert made.until(2021).years.tolist() == [2019, 2021]
    assert made.since(2020).years.tolist() == [2021, 2023]
    assert (made.place(2021), made.place(2022), made.place(2024)) == (1, None, None)


def test_history_frame_marks_what_is_in_use():
    made = history({2020: 1.0, 2021: 2.0, 2022: 3.0}, broken_in=2021)
    frame = history_frame([made, series_of(target("milestone"), observations({}))])
    assert frame["in_use"].tolist() == [False, True, True]
    assert frame["target"].unique().tolist() == ["things-1-1"]
    assert np.isnan(frame["female"]).all()
