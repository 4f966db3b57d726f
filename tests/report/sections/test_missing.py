"""What is missing, and from whom: years with figures, gaps by name and by department."""

from __future__ import annotations

import pytest

from builders import indicator
from halfsky.evaluate.results import EarlyWarning, Results, StatusRule, WarningRule
from halfsky.plan.vocabulary import Family, Severity, Status
from halfsky.report.blocks import Figure, Note, Paragraph, Table
from halfsky.report.sections import missing
from halfsky.report.view import View
from small_view import small_view, with_targets

FILED = ("things-3-1", "things-5-1")


def complete(region: str = "jiutai") -> View:
    """The small view with nothing missing."""
    return with_targets(small_view(region), {name: {"status": Status.MET} for name in FILED})


# ---- years with figures


def test_completeness_leaves_out_milestones_which_have_no_yearly_figures() -> None:
    (chart,) = missing.domain_completeness_chart(small_view())
    assert isinstance(chart, Figure)
    # Five targets, one of them a milestone, one unfiled: three have a figure of 2025.
    assert chart.message == "按统计数据判断的4项指标中，3项已有2025年的数据。"
    assert "机制建设类1项凭佐证材料评级，没有年度数值，不在图内" in chart.source
    labels = [label.get_text() for label in chart.drawing.axes[0].get_yticklabels()]
    assert labels == ["事项（4）"]


def test_completeness_target_by_target_counts_those_without_a_year() -> None:
    (chart,) = missing.completeness_chart(small_view())
    assert chart.message == (
        "按统计数据判断的4项指标中3项至少有一年的数据，1项一年也没有。"
        "另有1项机制建设类凭佐证材料评级，不在图内。"
    )
    assert chart.source == "来源：某局"
    assert set(chart.data["target"]) == {"things-1-1", "things-2-1", "things-4-1"}


def test_without_a_year_of_figures_there_is_no_chart() -> None:
    view = small_view(is_filed=False)
    for make in (missing.completeness_chart, missing.domain_completeness_chart):
        (only,) = make(view)
        assert isinstance(only, Note)


# ---- by name


def test_what_is_missing_is_listed_by_department_with_the_ids_that_links_lead_to() -> None:
    intro, table = missing.missing_table(small_view())
    assert isinstance(intro, Paragraph)
    assert intro.text.startswith("2项目标中的2项指标要求尚未填报，涉及1个部门")
    assert isinstance(table, Table)
    assert table.titles == ["建议填报部门", "目标", "需要的数据"]
    assert table.texts == [
        ["某局", "事项3", "缺报率"],
        ["某局", "事项5", "某率达到95%以上：佐证材料"],
    ]
    assert [row.anchor for row in table.rows] == list(FILED)
    assert table.is_grouped


def test_where_nothing_came_in_the_headline_has_said_so() -> None:
    (table,) = missing.missing_table(small_view(is_filed=False))
    assert isinstance(table, Table)
    assert len(table.rows) == 5


def test_of_a_reference_region_no_documents_are_missing_and_no_office_is_named() -> None:
    view = small_view("CN")
    intro, documents, table = missing.missing_table(view)
    assert intro.text == "1项目标中的1项指标要求没有收录到可用的公布数据，留空不补。"
    assert documents.text == "另有1项机制类要求凭某区的佐证材料评定，不作对照。"
    assert documents.anchors == ()
    assert table.texts == [["事项3", "缺报率"]]
    assert not table.is_grouped
    _, named, _ = missing.missing_table(view.of_domain("things"))
    assert named.text.endswith("不作对照：某率达到95%以上。")
    assert named.anchors == (("things-5-1", "某率达到95%以上"),)


def test_two_requirements_on_one_figure_ask_for_it_once() -> None:
    third = small_view().by_target["things-3-1"]
    same = {"goal": third.goal, "indicator_name": third.indicator_name, "last_value": None}
    same |= {"status": Status.MISSING}
    (table,) = missing.missing_table(with_targets(small_view(), {"things-4-1": same})).tables
    row, _ = table.rows
    assert row.cells[2].text == "缺报率（2项要求共用）"
    assert (row.anchor, row.cells[1].anchors) == ("things-3-1", ("things-4-1",))


@pytest.mark.parametrize(
    ("changes", "needed", "last"),
    [
        pytest.param(
            {"last_value": 71.5, "last_year": 2018},
            "缺报率",
            "71.5%（2018年）",
            id="the last known figure",
        ),
        pytest.param(
            {"rule": StatusRule.NO_BASELINE, "last_value": 71.5, "last_year": 2025},
            "缺报率：缺2020年基期值",
            "71.5%（2025年）",
            id="only the baseline is missing",
        ),
        pytest.param(
            {"type": "narrow_gap", "last_value": 2.0, "last_year": 2018, "unit": "百分点"},
            "缺报率（分男女）",
            "男女相差2.0个百分点（2018年）",
            id="a gap needs both sexes",
        ),
    ],
)
def test_what_is_needed_is_named_exactly(changes, needed, last) -> None:
    view = with_targets(small_view(), {"things-3-1": changes})
    (table,) = missing.missing_table(view).tables
    assert table.titles[-1] == "最近一次已知值"
    assert table.texts[0][2:] == [needed, last]
    assert table.texts[1][3] == ""


def test_where_nothing_is_missing_a_note_says_so() -> None:
    (only,) = missing.missing_table(complete())
    assert isinstance(only, Note)
    assert only.text == "各项指标均有可用数据，没有需要补报的。"
    assert missing.missing_table(complete("CN")).text == "各项指标均有可用数据。"
    domain = complete().of_domain("things")
    assert missing.missing_table(domain).text.startswith("本领域各项指标均有")


def test_a_figure_that_is_getting_old_is_requested_further() -> None:
    view = complete()
    late = EarlyWarning(
        "things-1", "things-1-1", "rate", "things", Family.DATA, Severity.NOTE,
        WarningRule.OVERDUE, None, {}, "某局", 2025,
    )  # fmt: skip
    late_view = with_targets(view, {"things-1-1": {"last_year": 2023}})
    late_view.__dict__["warnings"] = Results(EarlyWarning, [late])
    assert missing.missing_table(late_view).text == (
        "各项指标均有可用数据；须补报以后各年数据的有1项：某率（最近一次为2023年，某局）。"
    )


# ---- by department


def test_each_department_is_told_how_many_figures_and_documents() -> None:
    (table,) = missing.returns_table(small_view())
    assert table.caption == "需要补报的数据和材料（2026年4月30日前）"
    assert table.texts == [["某局", "1", "1", "事项3、事项5"]]
    assert [cell.value for cell in table.rows[0].cells] == [None, 1, 1, None]
    assert table.note == "合计2项，1个部门；部门分工和时间为建议。"


def test_a_count_of_nothing_is_left_empty() -> None:
    view = with_targets(small_view(), {"things-3-1": {"status": Status.MET}})
    (table,) = missing.returns_table(view)
    assert table.texts == [["某局", "", "1", "事项5"]]


def test_of_a_reference_region_nothing_is_requested() -> None:
    assert len(missing.returns_table(small_view("CN"))) == 0
    assert missing.returns_table(complete()).text == "各项指标均有可用数据，没有需要补报的。"


def test_a_short_list_says_by_when() -> None:
    (table,) = missing.requested_list(small_view())
    assert table.note == "请于2026年4月30日前补报；部门分工和时间为建议。"
    assert len(table.rows) == 2
    assert len(missing.requested_list(complete())) == 0


def test_unmet_and_unfiled_targets_are_named() -> None:
    unmet, unclear, unfiled = missing.named_open(small_view())
    assert unmet.text.startswith("未达标的指标1项：某率（85.0%，低于95%")
    assert unclear.text.startswith("不可判的指标1项：某死亡率（五年合并3例")
    assert unfiled.text == "未填报的指标2项：缺报率、某率达到95%以上，由某局补报。"


def test_the_name_says_whose_figure_is_needed() -> None:
    name = indicator().name
    view = with_targets(small_view(), {"things-3-1": {"indicator_name": name, "sex": "female"}})
    (table,) = missing.missing_table(view).tables
    assert table.texts[0][2] == f"{name}（女）"
