"""model.yaml: every value natural for its indicator, every story in its place."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from builders import indicator
from halfsky.demo.model import Model, Profile, load_model
from halfsky.plan import load_plan

PLAN = load_plan()
MODEL = load_model()


def test_every_name_is_an_indicator_of_the_plan():
    named = set(MODEL.indicators) | set(MODEL.same_as) | {s for s, _ in MODEL.same_as.values()}
    assert named - set(PLAN.indicators) == set()


def test_every_indicator_a_target_uses_has_values_of_its_own():
    used = {t.indicator for t in PLAN.targets.values()} | {
        t.reference_indicator for t in PLAN.targets.values()
    }
    assert used - {None} - set(MODEL.indicators) == set()


@pytest.mark.parametrize("name", sorted(MODEL.indicators))
def test_values_lie_within_bounds(name):
    one, profile = PLAN.indicators[name], MODEL.indicators[name]
    for value in profile.path:
        assert one.lower is None or value >= one.lower
        assert one.upper is None or value <= one.upper


def test_every_denominator_of_a_target_is_known_by_its_words():
    """The last entry matches anything: no indicator of the plan may end up there."""
    used = {t.indicator for t in PLAN.targets.values()} - {None}
    unknown = [
        PLAN.indicators[name].denominator
        for name in used
        if PLAN.indicators[name].denominator
        and PLAN.indicators[name].unit in ("%", "‰", "1/10万")
        and MODEL.base(PLAN.indicators[name].denominator).match == ""
    ]
    assert unknown == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        pytest.param({"is_female_share": True}, "female_share", id="women's share"),
        pytest.param({"direction": "lower_better"}, "share_lower", id="a share, lower better"),
        pytest.param({}, "share_higher", id="a share, higher better"),
        pytest.param({"kind": "level", "unit": "年"}, "level", id="a level"),
    ],
)
def test_an_unknown_indicator_gets_the_values_of_its_kind(changes, kind):
    assert MODEL.profile(indicator("new", **changes)) == Profile(path=MODEL.defaults[kind])


def test_a_misspelt_key_speaks_up():
    with pytest.raises(ValidationError, match="growht"):
        Model.model_validate({**MODEL.model_dump(), "growht": 1})
