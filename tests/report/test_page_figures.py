"""Series tables: the whole before its parts, a unit told once; warnings counted."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from builders import indicator
from halfsky.report.sections.series import _names_unit, series_table
from halfsky.report.sections.warnings import warning_chart
from small_view import small_view


def test_warnings_are_counted_by_gravity_and_family() -> None:
    view = small_view()
    (chart,) = warning_chart(view)
    assert chart.message.startswith(f"预警{len(view.warnings)}条，其中")
    assert "按类别：" in chart.message


def test_a_series_tells_the_whole_before_its_parts() -> None:
    view = small_view()
    one = view.observations[view.observations["indicator"] == "covered"].tail(1)
    groups = [("total", "rural"), ("female", "total"), ("total", "total"), ("male", "total")]
    seen = pd.concat([one.assign(sex=sex, area=area) for sex, area in groups])
    (table,) = series_table(replace(view, observations=seen), ["covered"], "表")
    assert [row[0] for row in table.texts] == [
        *("覆盖率（%）", "覆盖率（女，%）", "覆盖率（男，%）", "覆盖率（农村，%）"),
    ]


@pytest.mark.parametrize(
    ("name", "unit", "is_told"),
    [
        pytest.param("常住人口", "人", False, id="人 of 人口 is no unit"),
        pytest.param("年末总人口（万人）", "万人", True, id="in its bracket"),
        pytest.param("参加人数", "人", True, id="says what it counts"),
    ],
)
def test_a_unit_is_told_once(name: str, unit: str, is_told: bool) -> None:
    assert _names_unit(indicator().model_copy(update={"name": name, "unit": unit})) is is_told
