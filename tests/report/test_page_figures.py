"""What a view's charts say of themselves: which rows are in them, and whose plan it is."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from halfsky.report.figures import (
    domain_completeness_chart,
    goal_wall,
    status_chart,
    warning_chart,
)

from builders import indicator
from halfsky.report.labels import publisher
from halfsky.report.sections.series import _names_unit, series_table
from small_view import small_view


def test_completeness_leaves_out_milestones_which_have_no_yearly_figures() -> None:
    chart = domain_completeness_chart(small_view())
    # Five targets, one of them a milestone, one unfiled: three have a figure of 2025.
    assert chart.alt == "按统计数据判断的4项指标中，3项已有2025年的数据。"
    assert "机制建设类1项凭佐证材料评级，没有年度数值，不在图内" in chart.source
    labels = [label.get_text() for label in chart.fig.axes[0].get_yticklabels()]
    assert labels == ["事项（4）"]


@pytest.mark.parametrize("make", [goal_wall, status_chart])
@pytest.mark.parametrize(("region", "name"), [("jiutai", "九台区"), ("demo", "合成示范区")])
def test_the_plan_below_a_chart_is_that_of_the_region(make, region: str, name: str) -> None:
    view = small_view(region)
    info = view.plan.info.model_copy(update={"name": "九台区妇女发展规划", "district": "九台区"})
    plan = view.plan.model_copy(update={"info": info})
    made = make(replace(view, assessment=replace(view.assessment, plan=plan)))
    assert made.source.startswith(f"说明：{name}妇女发展规划；")


def test_warnings_are_counted_by_gravity_and_family() -> None:
    view = small_view()
    alt = warning_chart(view).alt
    assert alt.startswith(f"预警{len(view.df.warnings)}条，其中")
    assert "按类别：" in alt


def test_a_series_tells_the_whole_before_its_parts() -> None:
    view = small_view()
    one = view.observations[view.observations["indicator"] == "covered"].tail(1)
    groups = [("total", "rural"), ("female", "total"), ("total", "total"), ("male", "total")]
    seen = pd.concat([one.assign(sex=sex, area=area) for sex, area in groups])
    rendered = series_table(replace(view, observations=seen), ["covered"], "表").text
    assert [line.split(":")[0] for line in rendered.split("\n")] == [
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


@pytest.mark.parametrize(
    "source",
    [
        "公报 · 国家卫健委(新华社转载) · x",
        "表 · 新华网(引国家卫健委)",
        "国家卫生健康委(第三方转录)",
    ],
)
def test_one_publisher_bears_one_name(source: str) -> None:
    assert publisher(source) == "国家卫生健康委"
