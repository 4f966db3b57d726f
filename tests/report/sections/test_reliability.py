"""Last year's forecasts beside this year's figures; those that the region's past allows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from halfsky.evaluate.results import HorizonCoverage, PastForecast, ReliabilityBin, Results
from halfsky.report.sections import reliability
from halfsky.report.view import View
from small_view import small_view

PAST = PastForecast(
    target="things-1-1", year=2025, actual=85.04, point=84.0, lo80=83.0, hi80=85.5, lo95=82.0,
    hi95=86.0, is_inside_80=True, is_inside_95=True, is_one_case=False,
)  # fmt: skip


def with_past(*past: PastForecast) -> View:
    view = replace(small_view())
    view.__dict__["hindsight"] = Results(PastForecast, past)
    return view


def checked(n: int = 20, inside80: int = 16, near: float = 0.8, *, bins: bool = True) -> View:
    """A region whose forecasts, n one year and n two years ahead, held so often at 80 %."""
    near80 = round(near * n)
    ahead = [
        HorizonCoverage(2, 4, n, inside80, n, inside80 / n, 1.0),
        HorizonCoverage(1, 5, n, near80, n, near, 1.0),
    ]
    rated = [ReliabilityBin(0.8, 1.0, 3, 0.9, 2 / 3), ReliabilityBin(0.0, 0.2, 2, 0.1, 0.5)]
    found = replace(
        small_view().assessment,
        coverage=Results(HorizonCoverage, ahead),
        reliability=Results(ReliabilityBin, rated if bins else []),
    )
    return replace(small_view(), assessment=found)


def test_last_years_forecast_stands_beside_this_years_figure():
    (made,) = reliability.hindsight_table(with_past(PAST)).tables
    assert made.texts == [["某率", "2025年", "84.0%", "83.0—85.5", "85.0%", "在80%区间内"]]
    assert [made.rows[0].cells[place].value for place in (2, 4)] == [84.0, 85.04]
    assert made.note.startswith("1项一年期预测中，1项落在80%区间内，1项落在95%区间内；")
    assert "平均应有0.8项和0.9项" in made.note or "平均应有0.8项和1.0项" in made.note
    # deaths: few a year, five years together
    assert made.note.endswith("另有1项例数少的比率按五年合并预测，不与单个年份对照。")


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        pytest.param({}, "在95%区间内", id="inside 95"),
        pytest.param({"is_inside_95": False}, "超出95%区间", id="outside"),
        pytest.param(
            {"is_inside_95": False, "is_one_case": True},
            "超出95%区间，仅一例之差",
            id="by one case",
        ),
    ],
)
def test_where_a_figure_fell(changes, text):
    past = replace(PAST, is_inside_80=False, **changes)
    (made,) = reliability.hindsight_table(with_past(past)).tables
    assert made.texts[0][-1] == text


def test_two_requirements_on_one_series_are_one_forecast():
    (made,) = reliability.hindsight_table(with_past(PAST, PAST)).tables
    assert len(made.rows) == 1


def test_of_many_only_those_outside_are_listed(monkeypatch):
    monkeypatch.setattr(reliability, "MOST_HINDSIGHT", 1)
    outside = replace(PAST, target="things-4-1", is_inside_80=False)
    (made,) = reliability.hindsight_table(with_past(PAST, outside)).tables
    assert made.caption.endswith("：落在80%区间以外的")
    assert [row[0] for row in made.texts] == ["覆盖率"]
    assert made.note.startswith("2项一年期预测中，1项落在80%区间内")
    inside = replace(outside, is_inside_80=True)
    assert reliability.hindsight_table(with_past(PAST, inside)).is_note


def test_without_a_forecast_a_year_ago_there_is_nothing_to_check():
    assert reliability.hindsight_table(with_past()).text.startswith("没有可供检验的上一年预测")


def test_coverage_and_reliability_are_printed_as_shares():
    verdict, coverage, rated = reliability.local_check_table(checked())
    assert [row[0] for row in coverage.texts] == ["1", "2"]
    assert coverage.texts[1] == ["2", "4", "20", "80%", "100%"]
    assert coverage.rows[1].cells[3].value == 80
    # a bin of two shows nothing but chance
    assert rated.texts == [["80%—100%", "3", "90%", "67%"]]
    assert rated.note.endswith("不足3次的不列。")
    assert "40次预测中，80%区间包住了80%的实际值，95%区间包住了100%；" in verdict.text


def test_without_a_bin_the_note_stands_below_the_coverage():
    _, coverage = reliability.local_check_table(checked(bins=False))
    assert coverage.note.endswith("不足3次的不列。")


@pytest.mark.parametrize(
    ("inside80", "near", "text"),
    [
        # of 40 forecasts, half of them one year ahead
        pytest.param(16, 0.80, "包住了100%；只提前一年的，80%区间包住了80%。", id="as stated"),
        pytest.param(20, 1.00, "包住了100%，都明显宽于所称，偏于保守。", id="both much wider"),
        pytest.param(20, 0.80, "，宽于所称；只提前一年的，80%区间包住了80%。", id="all: 90 %"),
        pytest.param(12, 0.70, "包住了70%，都窄于所称。", id="65 % and 70 %"),
    ],
)
def test_an_interval_is_held_against_what_it_states(inside80, near, text):
    assert text in reliability.local_check_table(checked(inside80=inside80, near=near))[0].text


def test_without_a_series_long_enough_the_stored_calibration_is_named():
    found = replace(small_view().assessment, coverage=Results(HorizonCoverage, ()))
    made = reliability.local_check_table(replace(small_view(), assessment=found))
    assert made.is_note
    windows = small_view().assessment.assumptions.calibration.windows
    assert f"{windows}个公开数列的窗口" in made.text


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (
            {"is_possible": False, "series": 0},
            "本地校准不可行：没有数列达到3个预测起点，至少需要30",
        ),
        ({"is_possible": False, "series": 2}, "本地校准不可行：有2个数列达到3个预测起点"),
        ({"is_possible": True, "is_used": True}, "误差幅度为通用校准的0.80倍"),
        ({"is_possible": True, "is_used": False}, "得分-1.250，不高于通用校准的-1.200），仍采用"),
    ],
)
def test_which_calibration_is_used_and_why(check, text):
    view = checked()
    scores = {"multiplier": 0.8, "log_score_stored": -1.2, "log_score_local": -1.25}
    local = replace(view.assessment.local, **(scores | check))
    shown = replace(view, assessment=replace(view.assessment, local=local))
    assert text in reliability.local_check_table(shown)[0].text
