"""What a reader is told of measures: figures and names, never a cause; useful where nothing is."""

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
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.charts.effects import plot_effects
from halfsky.report.html import Html
from halfsky.report.render.results_json import results
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
PARTS = (report.measure_table, report.cause_sentences, report.effect_table, report.effect_charts)


@pytest.mark.parametrize("show", PARTS)
def test_without_returns_one_sentence_says_who_files_what(show):
    rendered = show(view())
    assert "某局" in rendered.text
    assert "“措施进展”页" in rendered.text, "where to fill it in"
    assert "<table" not in rendered.html


@pytest.mark.parametrize("show", PARTS)
def test_a_reference_region_has_no_measures_and_nothing_is_said_of_them(show):
    assert show(view(role="reference")) == Html("", "")


def test_the_table_of_measures_shows_status_start_money_and_people():
    html = report.measure_table(view(BEGUN)).html
    for shown in ("1. 做事", "推进中", "2025年填报", "2023年", "30.0", "800"):
        assert shown in html


@pytest.mark.parametrize(
    ("filed", "said"),
    [
        pytest.param((2025, "未启动", "", NAN, NAN), "2025年填报仍未启动", id="never begun"),
        pytest.param((2025, "推进中", "2024", NAN, NAN), "比规划开始晚3年", id="2024 - 2021"),
        pytest.param(BEGUN, "按期启动（2023年），填报未见延误", id="in time"),
        pytest.param((2025, "推进中", "", NAN, NAN), "未填启动时间", id="start unknown"),
        pytest.param((2021, "推进中", "2021", NAN, NAN), "最近一次填报在2021年", id="old"),
    ],
)
def test_a_cause_names_the_measure_and_its_year(filed, said):
    rendered = report.cause_sentences(view(filed)).text
    assert rendered.startswith("事项1未达标，对应措施1条：")
    assert "“做事”（措施1）" in rendered
    assert said in rendered


def test_a_measure_without_result_is_told_with_its_cost():
    flat = view((2025, "完成", "2021", 30.0, 800.0))
    targets = flat.assessment.targets.assign(value=51.5, baseline=51.0)
    found = replace(flat.assessment, measures=flat.assessment.measures.assign(
        finding="done_without_result"), targets=targets)  # fmt: skip
    rendered = report.cause_sentences(View(found, flat.observations, {}, "things")).text
    assert "2021年启动，已完成，所服务的指标与基期相比都没有明显改善" in rendered
    assert "累计投入30万元、惠及800人次" in rendered


def test_the_effect_table_shows_four_pieces_with_figures_and_no_cause():
    shown = report.effect_table(view(BEGUN))
    row = assessed(BEGUN).effects.iloc[0]
    assert row["side"] == "beyond95"
    for figure in ("2023—2025年平均66.3%", f"{row['point']:.1f}%", "对照0个，不足5个", "不足19个"):
        assert figure in shown.html
    assert "累计投入30万元、惠及800人次" in shown.html
    assert row["grade"] == "C", "without comparisons two pieces hold"
    assert "与措施起作用初步一致" in shown.html
    assert "导致" not in shown.html
    assert "约0.1项" in shown.html, "0.05 × 1 = 0.05"


def test_the_chart_marks_the_start_and_says_its_grade():
    shown = report.effect_charts(view(BEGUN))
    (chart,) = shown.charts
    assert "证据等级C" in chart.alt
    assert any("2023年启动" in t.get_text() for a in chart.fig.axes for t in a.texts)


def test_a_chart_of_nothing_is_refused():
    empty = assessed(BEGUN).effects.head(0)
    with pytest.raises(ValueError, match="no effects"):
        plot_effects(empty, pd.DataFrame(), pd.DataFrame())


def test_a_table_without_rows_is_only_its_note():
    shown = report.effect_table(view(BEGUN), grades="AB")
    assert "<table" not in shown.html
    assert "C级1项" in shown.html
    assert "见各领域报告，别的D级不逐项列出" in shown.html


def test_begun_too_early_to_tell_is_said_with_the_number_of_measures():
    rendered = report.effect_table(view((2025, "推进中", "2016", 1.0, NAN))).text
    assert rendered.startswith("填报了启动时间的1条措施")


def test_cells_are_data():
    plan = assessed(BEGUN).plan
    wicked = plan.model_copy(deep=True)
    measure = wicked.domains[0].measures[0].model_copy(update={"text": "<b>做事</b>。"})
    domain = wicked.domains[0].model_copy(update={"measures": (measure,)})
    wicked = plan.model_copy(update={"domains": (domain,)})
    wicked.__dict__.pop("measures", None)
    found = replace(
        assessed(BEGUN),
        plan=wicked,
        measures=assessed(BEGUN).measures.assign(title="<b>做事</b>"),
    )
    seen = View(found, observations(FIGURES), {}, "things")
    for show in (report.measure_table, report.cause_sentences, report.effect_table):
        assert "<b>做事" not in show(seen).html


def test_the_record_keeps_gaps_as_null_and_leaves_out_what_nobody_filed():
    record = results(view(BEGUN))
    assert record["measures"] == [
        {
            "id": "things-m1", "status": "推进中", "status_year": 2025, "started_year": 2023,
            "money_wan": 30.0, "people": 800.0, "finding": "",
        }
    ]  # fmt: skip
    assert record["effects"][0]["rank_p"] is None
    assert record["effects"][0]["grade"] == "C"
    assert results(view())["measures"] == []
