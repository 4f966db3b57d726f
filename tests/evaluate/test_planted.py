"""On the synthetic district every planted problem is found: family, goal, department.

One whole assessment, because the false-discovery rate depends on how many targets are tested.
"""

from __future__ import annotations

import pandas as pd
import pytest

from halfsky.demo import District
from halfsky.demo.model import load_model
from halfsky.evaluate.assessment import Assessment
from halfsky.plan import load_plan
from halfsky.plan.vocabulary import Family, Severity, Status

pytestmark = pytest.mark.slow
PLAN = load_plan()
STORIES = {story.id: story for story in load_model().stories}
WARNED = [story.id for story in STORIES.values() if story.family is not None]


@pytest.fixture(scope="module")
def made(demo_2025) -> District:
    return demo_2025[0]


@pytest.fixture(scope="module")
def found(demo_2025) -> Assessment:
    return demo_2025[1]


def of_story(made: District, found: Assessment, name: str) -> tuple[dict, pd.DataFrame]:
    """A story as the manifest tells it, and the warnings of its target."""
    story = next(entry for entry in made.manifest if entry["id"] == name)
    return story, found.warnings[found.warnings["target"] == story["target"]]


@pytest.mark.parametrize("name", WARNED)
def test_a_planted_problem_is_found_by_the_right_family(made, found, name):
    story, warnings = of_story(made, found, name)
    right = warnings[warnings["family"] == story["family"]]
    assert len(right) >= 1
    assert set(right["goal"]) == {story["goal"]}
    assert set(right["department"]) == {story["department"]}
    first, last = story["years"]
    assert right["since"].between(first, last).all()


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        pytest.param("reversed", "wrong_way", id="two years the wrong way"),
        pytest.param("widening_gap", "wrong_way", id="a gap two years the wrong way"),
        pytest.param("volatile_count", "small_base_noise", id="no more than chance"),
        pytest.param("unit_slip", "outside_interval", id="a tenth of the value"),
        pytest.param("stale_repeat", "repeated", id="last year's value again"),
        pytest.param("denominator_moved", "denominator_moved", id="a third fewer"),
        pytest.param("stopped", "overdue", id="nothing filed since"),
    ],
)
def test_it_is_found_by_the_rule_made_for_it(made, found, name, rule):
    _, warnings = of_story(made, found, name)
    assert rule in set(warnings["rule"])


@pytest.mark.parametrize(
    ("name", "grades"),
    [
        pytest.param("measure_worked", {"A", "B"}, id="worked: the figures agree with it"),
        pytest.param("measure_failed", {"C", "D"}, id="failed: not enough to say"),
    ],
)
def test_the_effect_of_a_planted_measure_is_graded(made, found, name, grades):
    story, _ = of_story(made, found, name)
    effects = found.effects
    mine = (effects["measure"] == story["measure"]) & (effects["target"] == story["target"])
    assert len(effects[mine]) == 1
    assert set(effects.loc[mine, "grade"]) <= grades


def test_a_measure_that_worked_raises_no_alarm(made, found):
    _, warnings = of_story(made, found, "measure_worked")
    assert warnings[warnings["severity"] != Severity.NOTE].empty


def test_every_goal_is_assessable_but_for_planted_gaps_and_small_numbers(made, found):
    stopped = next(entry for entry in made.manifest if entry["id"] == "stopped")
    targets = found.targets
    assert list(targets.loc[targets["status"] == Status.MISSING, "target"]) == [stopped["target"]]
    open_ = targets[targets["status"] == Status.UNDECIDABLE]
    assert set(open_["rule"]) <= {"few_events", "slope_unclear"}
    assert len(found.goals) == 77
    assessable = ~found.goals["status"].isin([Status.MISSING, Status.UNDECIDABLE])
    assert assessable.sum() >= 75


def test_deterministic_faults_are_found_only_where_planted(made, found):
    """Of the rules without a p-value, all but the repeated value are free of false alarms."""
    planted = {entry["target"] for entry in made.manifest}
    data = found.warnings[found.warnings["family"] == Family.DATA]
    assert set(data.loc[data["rule"] != "repeated", "target"]) <= planted
    twice = found.warnings[found.warnings["rule"] == "wrong_way"]
    assert set(twice["target"]) <= planted
