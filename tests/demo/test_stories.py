"""Every story in the manifest is in the figures, and the manifest says what an evaluator needs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from districts import district_of
from halfsky.demo import District
from halfsky.plan import load_plan
from halfsky.plan.vocabulary import Family

PLAN = load_plan()


@pytest.fixture(scope="module", params=[1, 2025])
def seed(request) -> int:
    return request.param


@pytest.fixture(scope="module")
def made(seed) -> District:
    return district_of(seed)


@pytest.fixture(scope="module")
def null(seed, made) -> District:
    """The same district with nothing planted, under the same manifest."""
    return replace(district_of(seed, with_stories=False), manifest=made.manifest)


def entry(made: District, name: str) -> dict:
    return next(story for story in made.manifest if story["id"] == name)


def series(
    made: District, name: str, column: str = "value", sex: str | None = None, subarea: str = "全区"
) -> pd.Series:
    """A story's own figures by year."""
    story = entry(made, name)
    frame = made.observations
    rows = frame[
        (frame["indicator"] == story["indicator"])
        & (frame["sex"] == (sex or story["sex"]))
        & (frame["area"] == story["area"])
        & (frame["subarea"] == subarea)
    ]
    return rows.set_index("year")[column]


STORIES = {
    "reversed",
    "volatile_count",
    "widening_gap",
    "dragging_township",
    "unit_slip",
    "stale_repeat",
    "measure_worked",
    "measure_failed",
    "denominator_moved",
    "stopped",
}


def test_the_manifest_is_complete(made):
    assert {story["id"] for story in made.manifest} == STORIES
    for story in made.manifest:
        target = PLAN.targets[story["target"]]
        assert story["goal"] == PLAN.goal_of[target.id]
        assert story["indicator"] == target.indicator
        assert story["area"] == target.area
        assert story["department"] == PLAN.department_of(target.id)
        assert story["family"] in {None, *Family}
        assert story["years"][0] <= story["years"][1] == 2025
        assert len(story["text"]) > 20
        assert story["text"].endswith("。")
        assert "{" not in story["text"]
        if story["measure"] is not None:
            assert story["goal"] in PLAN.measures[story["measure"]].serves
            assert story["effect"] in ("一致于", "不足以判断")


def test_each_story_has_a_goal_or_a_target_of_its_own(made):
    assert len({story["target"] for story in made.manifest}) == len(STORIES)


def test_reversed(made):
    value = series(made, "reversed")
    assert value[2022] > value[2015]
    assert (value.loc[2022:2025].diff().dropna() < -1).all()


def test_volatile_count(made):
    deaths = series(made, "volatile_count", "numerator")
    assert deaths.tolist() == [1, 0, 2, 0, 1, 0, 1, 0, 1, 0, 1]


def test_widening_gap(made):
    gap = series(made, "widening_gap", sex="male") - series(made, "widening_gap", sex="female")
    assert gap[2022] < gap[2015]
    # 2600 yuan a year; each figure is rounded to a yuan.
    assert gap.loc[2022:2025].diff().dropna().to_numpy() == pytest.approx(2600, abs=2)


def test_one_township_drags_the_whole(made):
    story = entry(made, "dragging_township")
    (name,) = story["subarea"]
    frame = made.observations
    rows = frame[(frame["indicator"] == story["indicator"]) & (frame["area"] == "rural")]
    last = rows[rows["year"] == 2025].set_index("subarea")
    others = last.drop(index=["全区", name])
    assert last.loc[name, "value"] < 50 < 85 < others["value"].min()
    without = 100 * others["numerator"].sum() / others["denominator"].sum()
    assert without - last.loc["全区", "value"] > 5
    assert name in story["text"]


def test_unit_slip(made, null):
    wrong, right = series(made, "unit_slip"), series(null, "unit_slip")
    assert wrong[2025] == pytest.approx(right[2025] / 10, abs=0.01)
    assert wrong.drop(index=2025).equals(right.drop(index=2025))


def test_stale_repeat(made, null):
    for column in ("value", "numerator", "denominator"):
        stale = series(made, "stale_repeat", column)
        assert stale[2025] == stale[2024]
    assert series(null, "stale_repeat")[2025] != series(null, "stale_repeat")[2024]


def test_the_measure_that_worked_is_a_step_in_its_pilots_alone(made, null):
    story = entry(made, "measure_worked")
    frame = made.observations
    names = sorted(set(frame["subarea"]) - {"全区"})
    step = {}
    for name in names:
        lifted = series(made, "measure_worked", subarea=name)
        change = lifted - series(null, "measure_worked", subarea=name)
        assert change.loc[:2021].abs().max() == 0
        step[name] = change.loc[2022:].mean()
    assert {name for name, size in step.items() if size > 10} == set(story["subarea"])
    assert max(size for name, size in step.items() if name not in story["subarea"]) == 0


def test_the_measure_that_worked_reached_as_many_as_its_step_needs(made, null):
    story = entry(made, "measure_worked")
    returns = made.measures[made.measures["measure"] == story["measure"]]
    begun = returns[returns["status"] != "未启动"]
    assert begun["year"].tolist() == [2022, 2023, 2024, 2025]
    assert (begun["started"] == "2022-01").all()
    gain = series(made, "measure_worked", "numerator") - series(null, "measure_worked", "numerator")
    assert begun["people"].sum() > gain[2025] > 5000


def test_the_measure_that_failed_was_begun_and_paid_for(made):
    story = entry(made, "measure_failed")
    returns = made.measures[made.measures["measure"] == story["measure"]]
    assert (returns["status"] == "推进中").all()
    assert (returns["money_wan"] > 0).all()
    value = series(made, "measure_failed")
    assert value[2025] < value[2020] < value[2015]


def test_denominator_moved(made):
    people = series(made, "denominator_moved", "denominator")
    assert people[2025] / people[2024] - 1 == pytest.approx(-0.32, abs=0.05)
    assert people.loc[:2024].pct_change().dropna().abs().max() < 0.1
    value = series(made, "denominator_moved")
    assert abs(value[2025] - value[2024]) < 6


def test_no_other_denominator_moves_so_far(null):
    frame = null.observations
    whole = frame[(frame["subarea"] == "全区") & frame["denominator"].notna()]
    wide = whole.pivot_table(
        index=["indicator", "sex", "area"], columns="year", values="denominator"
    )
    moved = np.abs(wide.to_numpy()[:, 1:] / wide.to_numpy()[:, :-1] - 1)
    assert moved.max() < 0.2


def test_stopped(made):
    assert series(made, "stopped").index.max() == 2021
