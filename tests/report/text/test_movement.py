"""How a figure moves, in words."""

from __future__ import annotations

import pytest

from builders import target_result
from halfsky.report.text.movement import moving, up_down, verbs


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"type": "narrow_gap", "unit": "百分点"}, ("扩大", "缩小")),
        ({"type": "directional", "unit": "岁"}, ("延长", "缩短")),
        ({"type": "directional", "unit": "万人", "kind": "count"}, ("增加", "减少")),
        ({"type": "reach", "unit": "1/10万", "direction": "lower_better"}, ("上升", "下降")),
        ({"type": "reach", "unit": "%", "direction": "higher_better"}, ("提高", "下降")),
        ({"type": "relative", "value": -5.1}, ("缩小", "扩大")),
        ({"type": "relative", "value": 5.1}, ("扩大", "缩小")),
    ],
)
def test_verbs(row, expected):
    assert verbs(target_result(**row)) == expected


def test_a_figure_without_a_target_moves_by_its_unit_and_kind():
    assert up_down("元/月", "mean", "higher_better") == ("增加", "减少")
    assert up_down("%", "share", "lower_better") == ("上升", "下降")


@pytest.mark.parametrize(
    ("decimals", "change", "verb", "places"),
    [
        pytest.param(1, 0.5, "提高", 2, id="one decimal more than the figure"),
        pytest.param(0, -9.9, "下降", 1, id="below 10 a whole figure keeps one"),
        pytest.param(0, -10.0, "下降", 0, id="from 10 on it is printed whole"),
        pytest.param(None, 0.0, "提高", 1, id="decimals unknown"),
        pytest.param(1, None, "提高", 2, id="no change to speak of"),
    ],
)
def test_a_pace_has_a_verb_and_its_decimals(decimals, change, verb, places):
    row = target_result(decimals=decimals)
    assert moving(row, change) == {"verb": verb, "places": places}
