"""Courses, counts and which figures are filed."""

from __future__ import annotations

import numpy as np
import pytest

from builders import indicator, plan_of, target
from halfsky.demo.figures import _count, course, meaningful, wanted_figures
from halfsky.demo.model import load_model
from halfsky.demo.people import YEARS

MODEL = load_model()


@pytest.mark.parametrize(
    ("path", "year", "expected"),
    [
        pytest.param((10, 20), 2015, 10, id="begins at the first"),
        pytest.param((10, 20), 2018, 13, id="10 + 10 * 3/10"),
        pytest.param((10, 20, 15), 2020, 20, id="the middle one is of 2020"),
        pytest.param((10, 20, 15), 2023, 17, id="20 - 5 * 3/5"),
    ],
)
def test_course(path, year, expected):
    assert course(path)[YEARS.index(year)] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("changes", "level", "expected"),
    [
        pytest.param({"delta": 0.5, "delta_reason": "x"}, 80, 0.5, id="its own"),
        pytest.param({"delta_relative": 0.05, "delta_reason": "x"}, 80, 4, id="5 % of 80"),
        pytest.param({}, 80, 1, id="a percentage point"),
        pytest.param({"kind": "level", "unit": "年"}, 80, 2.4, id="3 % of 80"),
    ],
)
def test_meaningful_change(changes, level, expected):
    assert meaningful(indicator(**changes), level) == pytest.approx(expected)


def test_a_complete_count_is_the_chance_times_the_exposure_within_one():
    exposure = np.array([[[9.0, 9.0, 9.0], [1000.0, 1000.0, 1000.0]]])
    chance = np.full((1, 2, 3), 0.25)
    drawn = _count(indicator(), chance, exposure, np.random.default_rng(1))
    assert (np.abs(drawn - exposure * chance) < 1).all()
    assert (drawn == drawn[..., :1]).all(), "the same chance gives the same count every year"


def test_events_scatter_as_counts_do():
    exposure, chance = np.full((1, 1, 4000), 1000.0), np.full((1, 1, 4000), 0.003)
    rate = indicator(kind="rate", counting="events", unit="‰", direction="lower_better")
    drawn = _count(rate, chance, exposure, np.random.default_rng(1))
    # Mean and variance 3; their errors at n = 4000 are .027 and .07.
    assert drawn.mean() == pytest.approx(3, abs=0.1)
    assert drawn.var() == pytest.approx(3, abs=0.3)


def test_nobody_is_counted_twice():
    exposure, chance = np.full((1, 1, 50), 7.0), np.full((1, 1, 50), 0.999)
    drawn = _count(indicator(), chance, exposure, np.random.default_rng(1))
    assert drawn.max() <= 7


@pytest.mark.parametrize(
    ("targets", "changes", "sexes", "areas"),
    [
        pytest.param([{}], {}, ("total",), ("total",), id="the total alone"),
        pytest.param([{"sex": "female"}], {}, ("female",), ("total",), id="women alone"),
        pytest.param(
            [{"sex": "female"}],
            {"breakdowns": ("sex", "urban_rural")},
            ("female", "male"),
            ("total", "urban", "rural"),
            id="broken down by sex and place",
        ),
        pytest.param([{"area": "rural"}], {}, ("total",), ("rural",), id="the countryside alone"),
        pytest.param(
            [{"sex": "female"}],
            {"is_female_share": True, "breakdowns": ("sex",)},
            ("female",),
            ("total",),
            id="women's share has no men's column",
        ),
        pytest.param(
            [{"sex": "female"}],
            {"denominator": "65岁及以上妇女人数", "breakdowns": ("sex",)},
            ("female",),
            ("total",),
            id="a denominator of women",
        ),
    ],
)
def test_what_is_filed(targets, changes, sexes, areas):
    plan = plan_of([target(**change) for change in targets], [indicator(**changes)])
    (wanted,) = wanted_figures(plan, MODEL)
    assert (wanted.sexes, wanted.areas) == (sexes, areas)
    assert wanted.department == "某局"


def test_a_gap_needs_women_and_men():
    plan = plan_of([target("narrow_gap")])
    assert wanted_figures(plan, MODEL)[0].sexes == ("female", "male")
