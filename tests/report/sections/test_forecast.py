"""Forecasts, other paces, and completion over the years: computed as the newest one is."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from drawn_text import words

from builders import UNITS, no_evidence, observations, plan_of, target
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.evaluate.results import Results, TargetResult
from halfsky.evaluate.what_if import scenario
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.blocks import MISSING, Table
from halfsky.report.sections import forecast
from halfsky.report.sections.forecast import completion_paths, small_multiples
from halfsky.report.view import View
from small_view import small_view

HERE = Region(id="here", name="某区", short="某区", role="evaluated", plan="small")
ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())


def view_of(figures: dict[int, float], year: int = 2025) -> View:
    known = observations(figures)
    found = assess(plan_of([target(value=95)]), HERE, year, known, no_evidence(), ASSUMED)
    return View(found, known, {"here": "某区"})


def test_a_path_runs_from_the_baseline_to_the_newest_value():
    # Target 95, baseline 75 in 2020: 79 is (79−75)/20 = 20 %, 85 is 50 %, 83 is 40 %.
    paths = completion_paths(view_of({2018: 70, 2020: 75, 2021: 79, 2023: 85, 2024: 83}))
    assert dict(zip(paths["year"], paths["completion_pct"], strict=True)) == pytest.approx(
        {2020: 0, 2021: 20, 2023: 50, 2024: 40}
    )
    assert set(paths["domain"]) == {"事项"}


def test_the_last_point_is_the_reports_own_completion():
    view = view_of({2020: 75, 2024: 83, 2025: 87})
    last = completion_paths(view).iloc[-1]
    row = view.df.targets.iloc[0]
    assert (last["year"], last["completion_pct"]) == (row["value_year"], row["completion_pct"])
    assert last["status"] == row["status"]


@pytest.mark.parametrize(
    "figures",
    [
        pytest.param({}, id="nothing reported"),
        pytest.param({2024: 83}, id="no baseline"),
        pytest.param({2020: 96, 2024: 97}, id="met at the baseline"),
    ],
)
def test_without_a_completion_nothing_is_drawn(figures: dict[int, float]):
    view = view_of(figures)
    assert completion_paths(view).empty
    assert len(small_multiples(view)) == 0


def test_the_message_names_the_least_complete(monkeypatch: pytest.MonkeyPatch):
    (chart,) = small_multiples(view_of({2020: 75, 2024: 83, 2025: 87})).figures
    assert chart.message == ("能计算完成度的1项指标：事项1项，完成度最低的是某率（60%）。")
    said = words(chart.drawing, monkeypatch)
    assert "事项（1/1项）" in said
    assert "末位60%　某率" in said
    assert chart.source == "来源：某局"


def test_paths_have_their_types_even_when_empty():
    paths = completion_paths(view_of({}))
    assert pd.api.types.is_integer_dtype(paths["year"])
    assert pd.api.types.is_float_dtype(paths["completion_pct"])


# ---- forecasts

# 76, 77, … 85 % by 2025; 95 % asked: one point a year where two are needed.
BEHIND = {2016 + i: 76.0 + i for i in range(10)}


def only(view: View, **changes: object) -> TargetResult:
    """The view's target with some of its results changed."""
    return replace(view.targets[0], **changes)


def test_the_least_likely_are_drawn_in_the_plans_order():
    view = view_of(BEHIND)
    likely = (0, 2, 4, 6)
    many = [
        only(view, name=f"第{place}项", p_met=0.97 if place in likely else 0.30)
        for place in range(20)
    ]
    view.__dict__["targets"] = Results(TargetResult, many)
    figures = forecast.fan_charts(view).figures
    messages = "".join(figure.message for figure in figures)
    drawn = [place for place in range(20) if f"第{place}项" in messages]
    assert drawn == [place for place in range(20) if place not in likely]
    assert len(drawn) == forecast.MOST_FANS
    assert all("其余4项见下表" in figure.source for figure in figures)
    assert [figure.title for figure in figures] == [
        "历史、预测与目标（1）",
        "历史、预测与目标（2）",
    ]


def test_a_forecast_is_printed_with_its_figures():
    view = view_of(BEHIND)
    (made,) = forecast.forecast_table(view).tables
    assert made.caption == "2030年预测与达标概率"
    t = view.targets[0]
    cells = dict(zip(made.titles, made.rows[0].cells, strict=True))
    assert cells["指标"].lines == "某率\n事项1"
    assert (cells["现值"].lines, cells["现值"].value) == ("85.0%\n2025年", 85.0)
    assert cells["2030年预测"].value == t.point
    assert cells["2030年预测"].text == f"{t.point:.1f}%"
    assert cells["达标概率"].value == pytest.approx(100 * t.p_met)
    assert cells["达标概率"].small == (t.outlook,)
    assert (cells["数据点"].text, cells["数据点"].value) == ("10", 10)
    # at least the straight line's (95 − 85) / 5 = 2 a year
    assert cells["今后每年需变化"].value >= 2


def test_two_years_are_no_forecast():
    few = view_of({2024: 80.0, 2025: 81.0})
    assert forecast.forecast_table(few).text.startswith("有数据的1项指标不足3个年份，不作预测")
    assert forecast.forecast_table(view_of({})).text.startswith(
        "没有一项指标在规划期内有可用的数据"
    )
    assert forecast.fan_charts(few).text == "没有可以画出的预测：有数据的年份还不足3个。"


def test_a_change_that_is_not_needed_is_enough_already():
    t = only(view_of(BEHIND), comparator=">=", decimals=1)
    assert forecast._change(t, -0.09).text == "已够"
    assert (forecast._change(t, 0.2).text, forecast._change(t, 0.2).value) == ("+0.20", 0.2)
    assert forecast._change(replace(t, comparator="<="), -0.09).text == "−0.09"
    assert forecast._change(t, 0.001).text == "已够", "+0.00 asks for nothing"
    assert forecast._change(t, None) == MISSING


@pytest.mark.parametrize(
    "changes", [{"status": "达标"}, {"doubt": "unit_slip"}, {"need50": None}], ids=str
)
def test_no_pace_is_asked_of_what_is_met_or_in_doubt(changes):
    assert forecast._needed(only(view_of(BEHIND), **changes)) == MISSING


@pytest.mark.parametrize(
    ("changes", "lines"),
    [
        pytest.param({"doubt": "unit_slip"}, "—", id="in doubt"),
        pytest.param({"status": "达标"}, "已达到", id="met"),
        pytest.param({"attain_year": 2029}, "2029年", id="by 2029"),
        pytest.param({"p_met": 0.49}, "2030年前\n概率不足50%", id="not by then"),
        pytest.param({"p_met": 0.5}, "2030年前\n概率过半", id="even"),
    ],
)
def test_when_a_target_is_more_likely_met_than_not(changes, lines):
    view = view_of(BEHIND)
    t = only(view, **({"attain_year": None, "doubt": None, "status": "未达标"} | changes))
    assert forecast._attained(view, t).lines == lines


def test_expected_goals_come_with_interval_and_envelope():
    view = view_of(BEHIND)
    count = replace(
        view.assessment.expected, n=3, n_all=5, mean=1.26, low=0, high=2,
        low_independent=1, high_independent=2,
    )  # fmt: skip
    text = forecast.expected_sentence(
        replace(view, assessment=replace(view.assessment, expected=count))
    ).text
    assert text.startswith("5项目标中有3项的全部指标可以预测。")
    assert "约1.3项达标，80%区间0—2项" in text
    assert "若互不相关则为1—2项" in text
    # 1.26 and the two that cannot be forecast
    assert text.endswith("其余2项无法预测，全部目标的范围因此是1.3—3.3项。")
    assert forecast.expected_sentence(view_of({})).is_note


# ---- other paces


def test_paces_are_shown_with_what_half_of_them_leaves():
    view = view_of({year: (round(100 * p), 10_000) for year, p in BEHIND.items()})
    (made,) = forecast.what_if_table(view).tables
    assert made.titles[3:] == [
        *("0.5倍速度", "1倍速度", "1.5倍速度", "2倍速度"), "只有0.5倍速度时2030年仍差",
    ]  # fmt: skip
    cells = made.rows[0].cells
    paces = view.assessment.scenarios
    assert cells[1].text == "每年提高2.00个百分点", "(95 − 85) / 5"
    assert [cell.value for cell in cells[3:7]] == [100 * pace.p for pace in paces]
    assert cells[7].text.startswith(f"{paces[0].shortfall:.1f}个百分点")


def test_paces_are_not_asked_of_what_is_likely():
    # 80, 81.5, … 93.5 %: 95 % is a year away.
    view = view_of({2016 + i: 80 + 1.5 * i for i in range(10)})
    assert view.targets[0].p_met > 0.66
    made = forecast.what_if_table(view)
    assert made.is_note
    assert "有数据的1项指标中，没有未达标" in made.text


def test_a_course_is_told_with_its_chances():
    view = view_of(BEHIND)
    found = scenario(view.assessment, "things-1-1", yearly_change=0.5)
    text = forecast.scenario_sentence(view.of_goal("things-1"), found).text
    assert text.startswith(f"某率如自{found.start}年起每年提高0.50个百分点，2030年达标概率由")
    assert f"离目标还差{found.shortfall:.1f}个百分点" in text
    still = scenario(view.assessment, "things-1-1", yearly_change=0.0)
    assert "起保持不变，2030年" in forecast.scenario_sentence(view, still).text


def test_a_table_of_a_small_district_reads_its_own_records():
    (made,) = forecast.forecast_table(small_view()).tables
    assert isinstance(made, Table)
    assert len(made.rows) == sum(t.point is not None for t in small_view().targets)
