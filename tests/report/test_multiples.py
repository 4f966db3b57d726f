"""Completion over the years: reckoned as the newest one is, and nothing before the baseline."""

from __future__ import annotations

import pandas as pd
import pytest
from drawn_text import words
from halfsky.report.chart import Chart
from halfsky.report.figures import NOTHING

from builders import UNITS, no_evidence, observations, plan_of, target
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.sections.forecast import completion_paths, small_multiples
from halfsky.report.view import View

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
    assert small_multiples(view) is NOTHING


def test_the_message_names_the_least_complete(monkeypatch: pytest.MonkeyPatch):
    chart = small_multiples(view_of({2020: 75, 2024: 83, 2025: 87}))
    assert isinstance(chart, Chart)
    assert chart.alt == ("能计算完成度的1项指标：事项1项，完成度最低的是某率（60%）。")
    said = words(chart.fig, monkeypatch)
    assert "事项（1/1项）" in said
    assert "末位60%　某率" in said
    assert chart.source == "来源：某局"


def test_paths_have_their_types_even_when_empty():
    paths = completion_paths(view_of({}))
    assert pd.api.types.is_integer_dtype(paths["year"])
    assert pd.api.types.is_float_dtype(paths["completion_pct"])
