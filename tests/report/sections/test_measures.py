"""What a reader learns of measures: figures and names, never a cause; useful where nothing is."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from builders import UNITS, indicator, no_evidence, observations, plan_of, target
from halfsky import report
from halfsky.evaluate.assessment import Assessment, Assumptions, assess
from halfsky.evaluate.measures import RETURNS
from halfsky.evaluate.results import MeasureProgress, Results
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import MeasureFinding
from halfsky.report.blocks import Note, Paragraph
from halfsky.report.charts.effects import plot_effects
from halfsky.report.sections import measures
from halfsky.report.view import View

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())
NAN = math.nan
FIGURES = dict(
    zip(range(2014, 2026), [50, 51, 50, 52, 51, 50, 51, 52, 51, 66, 67, 66], strict=True)
)


@cache
def assessed(*filed: tuple, role: str = "evaluated") -> Assessment:
    """One goal, one measure; (year, status, started, money_wan, people) as filed."""
    rows = [("here", "things-m1", "某局", *row, "") for row in filed]
    returns = pd.DataFrame(rows, columns=list(RETURNS)).astype(RETURNS)
    here = Region(id="here", name="某区", short="某区", role=role, plan="small")
    plan = plan_of([target(value=90)], [indicator()])
    figures = observations({year: float(value) for year, value in FIGURES.items()})
    return assess(plan, here, 2025, figures, no_evidence(), ASSUMED, returns=returns)


def view(*filed: tuple, role: str = "evaluated") -> View:
    found = assessed(*filed, role=role)
    return View(found, observations(FIGURES), {}, "things")


BEGUN = (2025, "推进中", "2023", 30.0, 800.0)
PARTS = (
    report.measure_table,
    report.cause_sentences,
    report.effect_table,
    report.effect_charts,
    report.measure_findings,
)


@pytest.mark.parametrize("show", PARTS)
def test_without_returns_one_sentence_says_who_files_what(show):
    (asked,) = show(view())
    assert isinstance(asked, Note)
    assert "某局" in asked.text
    assert "“措施进展”页" in asked.text, "where to fill it in"


@pytest.mark.parametrize("show", PARTS)
def test_a_reference_region_has_no_measures_and_nothing_is_said_of_them(show):
    assert len(show(view(role="reference"))) == 0


def test_the_table_of_measures_shows_status_start_money_and_people():
    (table,) = report.measure_table(view(BEGUN))
    (row,) = table.texts
    assert row == ["1. 做事", "事项1", "某局", "推进中\n2025年填报", "2023年", "30.0",
                   "800\n2025年", "—"]  # fmt: skip
    values = [cell.value for cell in table.rows[0].cells]
    assert values[4:7] == [2023, 30.0, 800.0]
    assert table.columns[5].small == "万元"


def test_what_nobody_filed_is_a_gap():
    (table,) = report.measure_table(view((2025, "推进中", "", NAN, NAN)))
    cells = table.rows[0].cells
    assert [cell.text for cell in cells[4:7]] == ["—"] * 3
    assert all(cell.gap for cell in cells[4:7])


@pytest.mark.parametrize(
    ("filed", "text"),
    [
        pytest.param((2025, "未启动", "", NAN, NAN), "2025年填报仍未启动", id="never begun"),
        pytest.param((2025, "推进中", "2024", NAN, NAN), "比规划开始晚3年", id="2024 - 2021"),
        pytest.param(BEGUN, "按期启动（2023年），填报未见延误", id="in time"),
        pytest.param((2025, "推进中", "", NAN, NAN), "未填启动时间", id="start unknown"),
        pytest.param((2021, "推进中", "2021", NAN, NAN), "最近一次填报在2021年", id="old"),
    ],
)
def test_a_cause_names_the_measure_and_its_year(filed, text):
    found = report.cause_sentences(view(filed)).text
    assert found.startswith("事项1未达标，对应措施1条：")
    assert "“做事”（措施1）" in found
    assert text in found


def test_a_measure_without_result_is_named_with_its_cost():
    flat = view((2025, "完成", "2021", 30.0, 800.0))
    found = replace(flat)
    found.__dict__["whole"] = found
    found.__dict__["measures"] = Results(
        MeasureProgress,
        [replace(m, finding=MeasureFinding.WITHOUT_RESULT) for m in flat.measures],
    )
    text = report.cause_sentences(found).text
    assert "2021年启动，已完成，所服务的指标与基期相比都没有明显改善" in text
    assert "累计投入30万元、惠及800人次" in text


def test_a_measure_that_serves_two_goals_is_described_once():
    found = view((2025, "未启动", "", NAN, NAN))
    (goal,) = found.goals
    seen: set[str] = set()
    first, _ = measures._causes(found, goal, seen)
    again, _ = measures._causes(found, goal, seen)
    assert "2025年填报仍未启动" in first
    assert again.endswith("对应措施1条：措施1已如前述。")


def test_the_effect_table_shows_four_pieces_with_figures_and_no_cause():
    (table,) = report.effect_table(view(BEGUN))
    (effect,) = view(BEGUN).effects
    assert effect.side == "beyond95"
    assert effect.grade == "C", "without comparisons two pieces hold"
    grade, named, forecast, difference, placebo, timing = table.texts[0]
    assert grade == "C\n与措施起作用初步一致，启动后的变化还不够大"
    assert named == "“做事”（措施1）\n某率（事项1）"
    assert forecast.startswith("支持\n2023—2025年平均66.3%，预测")
    assert f"预测{effect.point:.1f}%" in forecast
    assert difference == "不可用\n对照0个，不足5个"
    assert placebo == "不可用\n对照0个，不足19个"
    assert timing.endswith("累计投入30万元、惠及800人次")
    assert "导致" not in table.text
    assert table.caption == "措施成效的证据等级（A级0项，B级0项，C级1项，D级0项）"
    assert "约0.1项" in table.note, "0.05 × 1 = 0.05"
    assert table.rows[0].cells[0].is_strong


def test_the_chart_marks_the_start_and_says_its_grade():
    (figure,) = report.effect_charts(view(BEGUN))
    assert "证据等级C" in figure.message
    assert figure.title == "措施启动前的预测与此后的实际"
    assert any("2023年启动" in t.get_text() for a in figure.drawing.axes for t in a.texts)
    assert list(figure.data["measure"]) == ["things-m1"]


def test_a_chart_of_nothing_is_refused():
    (effect,) = view(BEGUN).effects
    empty = Results(type(effect), ()).df
    with pytest.raises(ValueError, match="no effects"):
        plot_effects(empty, pd.DataFrame(), pd.DataFrame())


def test_a_table_without_rows_is_only_its_note():
    (only,) = report.effect_table(view(BEGUN), grades="AB")
    assert isinstance(only, Paragraph)
    assert "C级1项" in only.text
    assert "见各领域报告，别的D级不逐项列出" in only.text


def test_causes_and_evidence_stand_together():
    causes, evidence = report.measure_findings(view(BEGUN))
    assert causes.text.startswith("事项1未达标")
    assert evidence.text.startswith("证据等级说的是")


def test_begun_too_early_to_tell_is_said_with_the_number_of_measures():
    text = report.effect_table(view((2025, "推进中", "2016", 1.0, NAN))).text
    assert text.startswith("填报了启动时间的1条措施")


def test_the_record_keeps_gaps_as_null_and_leaves_out_what_nobody_filed():
    record = measures.measures_record(view(BEGUN))
    assert record["measures"] == [
        {
            "id": "things-m1", "status": "推进中", "status_year": 2025, "started_year": 2023,
            "money_wan": 30.0, "people": 800.0, "finding": "",
        }
    ]  # fmt: skip
    assert record["effects"][0]["rank_p"] is None
    assert record["effects"][0]["grade"] == "C"
    assert measures.measures_record(view())["measures"] == []
