"""Which goals and targets are met: tables with typed cells, charts, and what changed."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from halfsky.evaluate.results import Change, DomainRank, Results, StatusRule
from halfsky.plan.vocabulary import Status
from halfsky.report import numbers
from halfsky.report.blocks import Cell, Figure, Gap, Note, Table
from halfsky.report.charts.sizes import COMPLETION_ROWS
from halfsky.report.sections import status
from halfsky.report.view import View
from small_view import small_view, with_targets


def only_table(made: object) -> Table:
    (table,) = made
    assert isinstance(table, Table)
    return table


def column(table: Table, title: str) -> list[Cell]:
    place = table.titles.index(title)
    return [row.cells[place] for row in table.rows]


TABLES = (
    status.completion_table, status.goal_table, status.rates_table,
    status.small_counts_table, status.domain_table, status.annex_table,
)  # fmt: skip


@pytest.mark.parametrize("make", TABLES, ids=lambda make: make.__name__)
def test_the_value_of_a_cell_is_what_its_text_says(make) -> None:
    cells = [
        c for row in only_table(make(small_view())).rows for c in row.cells if c.value is not None
    ]
    assert cells
    for cell in cells:
        shown = re.match(r"[+−]?\d+(\.\d+)?", cell.text)
        assert shown is not None, cell
        text = numbers.number(cell.value, cell.decimals)
        assert shown[0].removeprefix("+") == text, cell


# ---- targets


def test_each_target_has_its_figures_status_and_rule() -> None:
    table = only_table(status.completion_table(small_view()))
    assert table.caption == "目标完成情况（仅列有可用数据的3项指标）"
    assert [row.anchor for row in table.rows] == ["things-1-1", "things-2-1", "things-4-1"]
    # 2020: 80 + 2020 % 3 + 0.5 × 5 = 83.5; 2025: 80 + 0 + 5 = 85.0.
    # (85 − 83.5) ÷ (95 − 83.5) = 13 %.
    name, asked, before, now, done, mark, why = table.rows[0].cells
    assert (name.lines, asked.text) == ("某率\n事项1", "不低于95%")
    assert (before.lines, before.value) == ("83.5%\n2020年", pytest.approx(83.5))
    assert (now.lines, now.value) == ("85.0%\n2025年", pytest.approx(85))
    assert (done.lines, done.value) == ("13%\n时间已过50%", pytest.approx(100 * 1.5 / 11.5))
    assert (mark.text, mark.mark) == ("未达标", Status.UNMET)
    # (95 − 85) ÷ 5 = 2.00 a year.
    assert why.text.startswith(
        "85.0%，低于95%，差10.0个百分点（按公布值）。今后每年需提高2.00个百分点"
    )


def test_a_pooled_value_and_baseline_say_so() -> None:
    row = only_table(status.completion_table(small_view())).rows[1]
    # (1 + 0 + 1 + 0 + 1) ÷ 15000; 2016—2020: (0 + 1 + 0 + 1 + 0) ÷ 15000.
    assert row.cells[3].lines == "20.0/10万\n2025年（五年合并）"
    assert row.cells[2].lines == "13.3/10万\n2020年（五年合并）"


def test_a_reference_region_has_no_nearly() -> None:
    view = with_targets(small_view("CN"), {"things-1-1": {"status": Status.NEARLY}})
    cell = only_table(status.completion_table(view)).rows[0].cells[5]
    assert (cell.text, cell.mark) == ("未达本规划目标值", Status.UNMET)


@pytest.mark.parametrize(
    ("changes", "lines", "gap"),
    [
        pytest.param({"headroom": 3.0}, "基期已达\n余3.0个百分点", None, id="room above"),
        pytest.param({"headroom": -0.4}, "基期已达\n差0.4个百分点", None, id="fallen below"),
        pytest.param({"headroom": 0.01}, "基期已达\n与要求持平", None, id="no room that shows"),
        pytest.param(
            {"headroom": None, "progress": -2.0}, "比基期减\n2.0个百分点", None, id="less"
        ),
        pytest.param({"headroom": None, "progress": 0.0}, "与基期持平", None, id="as before"),
        pytest.param({"progress": 2.0, "type": "parity"}, "—", Gap.MISSING, id="a ratio: none"),
    ],
)
def test_without_a_completion_the_distance_is_told(changes, lines, gap) -> None:
    given = {"completion_pct": None, "headroom": None} | changes
    view = with_targets(small_view(), {"things-1-1": given})
    cell = status._completion(view.by_target["things-1-1"])
    assert (cell.lines, cell.gap) == (lines, gap)


def test_a_suppressed_value_is_starred_and_no_gap() -> None:
    changes = {"rule": StatusRule.SUPPRESSED, "value": None, "value_year": None}
    view = with_targets(small_view(), {"things-1-1": changes})
    cell = only_table(status.completion_table(view)).rows[0].cells[3]
    assert (cell.text, cell.gap) == (numbers.SUPPRESSED, Gap.SUPPRESSED)


def test_a_rated_milestone_shows_its_level() -> None:
    changes = {"status": Status.MET, "level": 4.0, "rule": StatusRule.LEVEL_4}
    view = with_targets(small_view(), {"things-5-1": changes})
    cell = only_table(status.completion_table(view)).rows[-1].cells[3]
    assert (cell.text, cell.value) == ("4级", 4.0)
    assert status.latest(view.by_target["things-5-1"], 2025).text == "4级"


def test_without_figures_a_table_is_one_note() -> None:
    view = small_view(is_filed=False)
    for make in (status.completion_table, status.goal_table):
        (only,) = make(view)
        assert isinstance(only, Note)
        assert only.text.startswith(("尚无可用数据，5项", "5项目标均为未填报"))
    for make in (status.status_chart, status.goals_by_status, status.open_by_domain):
        assert len(make(view)) == 0


# ---- bars


def test_bars_say_how_many_are_met_and_behind() -> None:
    (figure,) = status.completion_chart(small_view())
    assert isinstance(figure, Figure)
    # 13 % and −500 % of half the time, 900 % of it.
    assert figure.message == (
        "能与目标值直接比较的3项指标中1项达到要求；能计算完成度的3项中，1项不慢于时间进度，2项落后。"
    )
    assert figure.title == "目标完成度与时间进度"
    assert figure.source == "来源：某局"
    assert list(figure.data["target"]) == ["things-2-1", "things-1-1", "things-4-1"]


def test_many_bars_are_continued_in_the_order_of_the_whole() -> None:
    view = small_view()
    one = view.by_target["things-1-1"]
    many = [
        replace(one, target=f"things-{n}-9", name=f"第{n}项", completion_pct=float(n))
        for n in range(COMPLETION_ROWS + 2)
    ]
    crowded = replace(view)
    crowded.__dict__["targets"] = Results(type(one), many[::-1])
    first, second = status.completion_chart(crowded)
    assert (first.title, second.title) == (
        "目标完成度与时间进度（1）",
        "目标完成度与时间进度（2）",
    )
    assert list(first.data["completion_pct"]) == [float(n) for n in range(COMPLETION_ROWS)]
    n = COMPLETION_ROWS
    assert second.message == f"续前图，由第{n}项到第{n + 1}项共2项。"


def test_what_no_bar_can_show_is_not_drawn() -> None:
    changes = {"type": "relative"}
    view = with_targets(
        small_view(), dict.fromkeys(("things-1-1", "things-2-1", "things-4-1"), changes)
    )
    (only,) = status.completion_chart(view)
    assert isinstance(only, Note)


# ---- changes


def changed(**changes: object) -> View:
    """The small view, whose first target stood otherwise last year."""
    before = {"status_before": Status.NEARLY, "value_before": 94.5, "value_year_before": 2024}
    return with_targets(small_view(), {"things-1-1": before | changes})


def test_a_change_is_told_with_both_years_figures() -> None:
    table = only_table(status.change_table(changed(change=Change.WORSE)))
    (row,) = table.texts
    assert row[:4] == ["某率\n事项1", "基本达标", "未达标", "降级"]
    assert row[4] == "2024年94.5%；2025年85.0%，低于95%，差10.0个百分点（按公布值）"


@pytest.mark.parametrize(
    ("before", "now", "kind"),
    [
        (Status.MISSING, Status.UNMET, "新可判断"),
        (Status.MET, Status.UNDECIDABLE, "转为不能判断"),
        (Status.MISSING, Status.UNDECIDABLE, "仍不能判断"),
        (Status.MET, Status.UNMET, "数值待核实"),
    ],
)
def test_a_change_that_is_no_rise_or_fall_says_what_it_is(before, now, kind) -> None:
    view = changed(status_before=before, status=now, change=None)
    assert only_table(status.change_table(view)).rows[0].cells[3].text == kind


def test_a_share_held_against_another_was_above_or_below_it() -> None:
    view = changed(type="relative", value=-4.0, value_before=-5.0, female=40.0)
    why = only_table(status.change_table(view)).rows[0].cells[4].text
    assert why.startswith("2024年低5.0个百分点；2025年40.0%")


def test_no_change_and_a_first_year_are_told_in_a_sentence() -> None:
    assert status.change_table(small_view()).text == ("与2024年相比，3项有数据的指标状态均无变化。")
    ids = [target.target for target in small_view().targets]
    first = with_targets(small_view(), {name: {"status_before": None} for name in ids})
    assert status.change_table(first).text == "规划的第一年，没有上一年的结果可比。"
    assert status.change_table(small_view(is_filed=False)).text == (
        "两年都没有数据，状态没有变化可说。"
    )


# ---- goals


def test_each_goal_links_to_the_clause_that_decides() -> None:
    table = only_table(status.goal_table(small_view()))
    assert [row.anchor for row in table.rows] == [f"things-{n}" for n in range(1, 6)]
    label, text, mark, outlook, p, data, weakest = table.rows[0].cells
    assert (label.text, label.href) == ("事项1", "01_things.html#things-1-1")
    assert (mark.text, mark.mark, data.text) == ("未达标", Status.UNMET, "充分")
    assert (outlook.text, p.unit, weakest.text) == ("很难完成", "%", "某率")
    assert text.text == "某率达到95%以上"
    assert table.rows[3].cells[6].text == "", "a goal that is met has no weak point"
    assert table.rows[2].cells[4].gap is Gap.MISSING


def test_no_prospect_is_read_off_a_figure_in_doubt() -> None:
    view = with_targets(small_view(), {"things-1-1": {"doubt": "unit_slip"}})
    cells = only_table(status.goal_table(view)).rows[0].cells
    assert (cells[3].text, cells[4].text) == ("数据待核实", "—")


def test_a_goal_that_fell_says_so() -> None:
    view = replace(small_view())
    first, *others = view.goals
    fallen = replace(first, status_before=Status.MET, change=Change.WORSE)
    view.__dict__["goals"] = Results(type(first), [fallen, *others])
    cell = only_table(status.goal_table(view)).rows[0].cells[2]
    assert cell.lines == "未达标\n较上年降级"


def test_rates_by_both_denominators_and_what_missing_data_could_change() -> None:
    table = only_table(status.rates_table(small_view()))
    # 1 of 2 that can be judged, 1 of 5; 3 without an answer: from 1 ÷ 5 to 4 ÷ 5.
    assert table.texts == [
        ["妇女与事项", *["5", "1", "0", "1", "1", "2"], "50.0%", "20.0%", "20.0%—80.0%"],
        ["合计", *["5", "1", "0", "1", "1", "2"], "50.0%", "20.0%", "20.0%—80.0%"],
    ]
    assert [row.is_total for row in table.rows] == [False, True]
    assert [cell.value for cell in column(table, "达标率（全部）")] == [20, 20]


def test_without_an_answer_there_is_no_rate() -> None:
    table = only_table(status.rates_table(small_view(is_filed=False)))
    assert [cell.gap for cell in table.rows[0].cells[-3:]] == [Gap.MISSING] * 3


def test_a_reference_region_has_no_met_rate() -> None:
    table = only_table(status.rates_table(small_view("CN")))
    assert table.titles == ["领域", "目标", "已达", "未达", "不可判", "无公布数据"]
    assert table.texts[-1] == ["合计", "5", "1", "1", "1", "2"]


def ranked(*shares: float) -> View:
    view = replace(small_view())
    ranks = [
        DomainRank("things", 4, share, len(shares) - n, share, 1, 1, len(shares))
        for n, share in enumerate(shares)
    ]
    view.__dict__["ranks"] = Results(DomainRank, ranks)
    return view


def test_ranks_stand_in_their_order_with_their_range() -> None:
    table = only_table(status.rank_table(ranked(25.0, 50.0)))
    assert [row[1:] for row in table.texts] == [
        ["4", "50.0%", "1", "50.0%", "1", "1—2"],
        ["4", "25.0%", "2", "25.0%", "1", "1—2"],
    ]
    assert "目标等权：达标比重" in table.titles


def test_there_is_no_ranking_of_one_domain_nor_of_none_met() -> None:
    assert status.rank_table(small_view()).text == "可评价目标不足两个领域，不作领域排序。"
    assert status.rank_table(ranked(0.0, 0.0)).text.startswith("可评价的2个领域都没有目标达到要求")


@pytest.mark.parametrize(("region", "name"), [("jiutai", "九台区"), ("demo", "合成示范区")])
def test_the_plan_below_the_chart_is_that_of_the_region(region: str, name: str) -> None:
    view = small_view(region)
    info = view.plan.info.model_copy(update={"name": "九台区妇女发展规划", "district": "九台区"})
    plan = view.plan.model_copy(update={"info": info})
    (chart,) = status.status_chart(replace(view, assessment=replace(view.assessment, plan=plan)))
    assert chart.source.startswith(f"说明：{name}妇女发展规划；")
    assert chart.message == "事项5项中2项可以评价。"


def test_the_met_rate_can_be_counted_again() -> None:
    table = only_table(status.goals_by_status(small_view()))
    assert table.titles == ["领域", "达标", "未达标", "不可判", "未填报"]
    assert table.texts == [
        ["妇女与事项", "4（1项）", "1（1项）", "2（1项）", "3、5（2项）"],
    ]


def test_open_targets_are_named_by_domain() -> None:
    table = only_table(status.open_by_domain(small_view()))
    assert table.texts == [["妇女与事项", "某率", "某死亡率", "缺报率、某率达到95%以上"]]
    assert [c.weight for c in table.columns] == [12, 54, 21, 13]


# ---- few events


def test_rare_events_show_their_counts_and_interval() -> None:
    table = only_table(status.small_counts_table(small_view()))
    (row,) = table.texts
    assert row[:6] == ["某死亡率", "2021—2025年", "3", "15000", "20.0/10万", "4.1—58.4"]
    # Gamma prior of shape .5 and rate 0: (3 + .5) ÷ 15000.
    assert row[6] == "23.3/10万"
    assert [cell.value for cell in column(table, "例数")] == [3]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"numerator": None}, "某死亡率只有公布的率，没有例数和分母，不能计算区间，按公布值对照。"),
        ({"value": None}, "没有事件类指标的数据，无例数可列。"),
        (
            {"value": None, "rule": StatusRule.SUPPRESSED},
            "1项事件类指标的例数和率按规定不公开。",
        ),
    ],
    ids=["rates alone", "nothing", "suppressed"],
)
def test_without_counts_the_reason_is_told(changes, text) -> None:
    assert (
        status.small_counts_table(with_targets(small_view(), {"things-2-1": changes})).text == text
    )
    assert (
        len(status.small_counts_table(with_targets(small_view("CN"), {"things-2-1": changes}))) == 0
    )


# ---- tables of a filed report


def test_a_domain_lists_this_and_the_last_figure() -> None:
    view = small_view().of_domain("things")
    table = only_table(status.domain_table(view))
    assert table.caption == "妇女与事项：指标的数值和状态"
    # 2024: 80 + 2024 % 3 + 4.5 = 86.5; of a pooled value the single year is no measure.
    assert [cell.lines for cell in column(table, "上次")] == ["86.5%", "—", "93.1%"]
    assert [cell.lines for cell in column(table, "变化")] == [
        *("−1.5个百分点", "—", "+0.9个百分点"),
    ]
    assert column(table, "变化")[0].value == pytest.approx(-1.5)
    assert (table.is_grouped, table.is_dense) == (True, True)


def test_a_shorter_table_says_what_it_leaves_out() -> None:
    view = small_view()
    table = only_table(status.domain_table(view, [view.by_target["things-1-1"]]))
    assert len(table.rows) == 1
    assert table.caption.endswith("重点指标的数值和状态")
    assert table.note.startswith("列出未达标、有预警或有变化的指标；其余2项达标")
    assert len(status.domain_table(view, [])) == 0


def test_a_figure_of_another_year_bears_it() -> None:
    changes = {"value_year": 2023, "previous_value": 85.0}
    view = with_targets(small_view(), {"things-1-1": changes, "things-2-1": {"value_year": 2024}})
    table = only_table(status.domain_table(view))
    assert column(table, "最新")[0].lines == "85.0%\n（2023年）"
    assert column(table, "最新")[1].lines == "20.0/10万\n（2024年，五年合并）"
    assert column(table, "变化")[0].text == "持平"


def test_the_annex_lists_every_target() -> None:
    table = only_table(status.annex_table(small_view()))
    # Figures of 2025 bear no year: the note below the table says so.
    assert [cell.lines for cell in column(table, "最新")] == [
        *("85.0%", "20.0/10万\n（五年合并）", "—", "94.0%", "—"),
    ]
    assert [cell.text for cell in column(table, "完成度")] == ["13%", "倒退", "—", "已超过", "—"]
    assert [cell.text for cell in column(table, "达标概率")][2] == "无法预测"
    assert "未注年份的，基期为2020年，最新为2025年" in table.note
    assert (table.is_wide, table.is_dense, table.is_grouped) == (True, True, True)
    assert "责任部门（建议）" in table.titles
    assert "责任部门（建议）" not in only_table(status.annex_table(small_view("CN"))).titles


@pytest.mark.parametrize(
    ("percent", "text"),
    [(None, "—"), (748, "已超过"), (100, "100%"), (46.2, "46%"), (0, "0%"), (-69, "倒退")],
)
def test_beyond_its_ends_the_way_gone_is_told_in_words(percent: float | None, text: str) -> None:
    assert status._way_gone(percent).text == text


def test_a_synthetic_table_says_so() -> None:
    assert only_table(status.annex_table(small_view("demo"))).note.endswith(
        "合成数据，仅用于演示。"
    )


def test_being_near_excuses_nothing_of_a_reference_region() -> None:
    near = {"things-1-1": {"rule": StatusRule.WITHIN_DELTA, "status": Status.NEARLY}}
    own, other = (
        status.completion_table(with_targets(small_view(region), near)).text
        for region in ("jiutai", "CN")
    )
    assert "与要求相差不超过" in own
    assert "不超过" not in other
