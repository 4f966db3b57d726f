"""Courses, counts and which figures are filed."""

from __future__ import annotations

import numpy as np
import pytest

from builders import indicator, plan_of, target
from halfsky.demo.figures import (
    _count,
    _pace,
    course,
    fading,
    filings,
    from_scores,
    meaningful,
    scores,
    wandering,
)
from halfsky.demo.model import Dynamics, load_model
from halfsky.demo.people import YEARS

MODEL = load_model()
DYNAMICS = Dynamics(
    fade=0.9, wander=0.5, fastest=0.1, pace=0.75, pace_steady=0.1, pace_range=(-0.5, 2.5)
)


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


def test_a_fading_course_takes_shrinking_steps_between_the_same_ends():
    level = fading((10, 20), 0.5)
    # The ten steps are 1, 1/2, …, 1/512 of the first, 2 - 1/512 in all.
    assert level[[0, 1, -1]] == pytest.approx([10, 10 + 10 / (2 - 1 / 512), 20])
    assert np.diff(level)[1:] == pytest.approx(0.5 * np.diff(level)[:-1])
    assert (fading((10, 20, 15), 0.5) == course((10, 20, 15))).all(), "the middle one stays"


def test_the_model_fades_as_real_series_do():
    """The next two years' pace over that of the eight before: .53 on the open benchmark."""
    steps = np.diff(fading((0, 1), MODEL.dynamics.fade))
    assert steps[8:].mean() / steps[:8].mean() == pytest.approx(0.53, abs=0.01)


@pytest.mark.parametrize(
    ("changes", "level", "sd"),
    [
        pytest.param({}, (50, 62.25), 0.05 * 0.5, id="logit(.6225) = .5: ten steps of .05"),
        pytest.param({}, (10, 90), 0.1 * 0.5, id="logit from -2.2 to 2.2: no more than .1"),
        pytest.param(
            {"kind": "level", "unit": "元", "upper": None}, (100, 164.87), 0.05 * 0.5, id="log"
        ),
    ],
)
def test_innovations_stay_and_are_as_large_as_half_a_step(changes, level, sd):
    rng = np.random.default_rng(1)
    straight = course(level)
    own = indicator(**{"lower": 0, "upper": 100, **changes})

    def score(values):
        return np.log(values) if own.upper is None else np.log(values / (100 - values))

    drawn = np.array([wandering(own, straight, DYNAMICS, rng) for _ in range(3000)])
    steps = np.diff(score(drawn) - score(straight), axis=1)
    # 30,000 steps: the error of their sd is .4 %, of a correlation .006.
    assert steps.std() == pytest.approx(sd, rel=0.02)
    assert np.corrcoef(steps[:, :-1].ravel(), steps[:, 1:].ravel())[0, 1] == pytest.approx(
        0, abs=0.03
    )
    assert drawn[:, 0] == pytest.approx(np.full(3000, level[0]))


@pytest.mark.parametrize(
    ("changes", "values", "expected"),
    [
        pytest.param({}, [50, 75, 100], [0, np.log(3), np.log(99.95 / 0.05)], id="logit"),
        pytest.param({"kind": "rate", "upper": None}, [1, 0], [0, np.log(0.05)], id="log"),
        pytest.param({"kind": "difference"}, [-3, 5], [-3, 5], id="a difference as it is"),
    ],
)
def test_scores_and_back(changes, values, expected):
    own = indicator(**{"lower": 0, "upper": 100, "decimals": 1, **changes})
    found = scores(own, np.array(values, dtype=float))
    assert found == pytest.approx(expected)
    at_bound = np.isin(values, [0, 100]) & (own.kind != "difference")
    back = from_scores(own, found)
    assert back[~at_bound] == pytest.approx(np.array(values)[~at_bound])
    assert np.abs(back[at_bound] - np.array(values)[at_bound]) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("changes", "quartiles"),
    [
        pytest.param({}, (0.49, 1.51), id="shares: 1 ± .674 × .75"),
        pytest.param({"kind": "level", "unit": "元"}, (0.93, 1.07), id="pay: 1 ± .674 × .1"),
    ],
)
def test_districts_differ_in_pace_as_real_places_do(changes, quartiles):
    rng = np.random.default_rng(2)
    own = indicator(**changes)
    drawn = np.array([_pace(own, DYNAMICS, rng) for _ in range(20000)])
    assert np.quantile(drawn, [0.25, 0.75]) == pytest.approx(quartiles, abs=0.02)
    assert drawn.min() >= -0.5
    assert drawn.max() <= 2.5


def test_a_course_at_a_bound_does_not_wander():
    full = course((0, 100, 100))
    own = indicator(lower=0, upper=100)
    assert (wandering(own, full, DYNAMICS, np.random.default_rng(1)) == full).all()


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
    (filing,) = filings(plan, MODEL)
    assert (filing.sexes, filing.areas) == (sexes, areas)
    assert filing.department == "某局"


def test_a_gap_needs_women_and_men():
    plan = plan_of([target("narrow_gap")])
    assert filings(plan, MODEL)[0].sexes == ("female", "male")
