"""No table or chart of a synthetic region without 合成数据; none of a real one with it."""

from __future__ import annotations

import inspect
from dataclasses import replace

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from builders import indicator, no_evidence, observations, plan_of, target
from halfsky import report
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.plan import load_region, load_units
from halfsky.plan.calibration import load_calibration
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.chart import Chart
from halfsky.report.html import Html
from halfsky.report.synthetic import MARK, mark, marked, takes_view


@pytest.fixture(scope="module")
def view() -> report.View:
    """A synthetic region with one target met, one not, one not filed."""
    plan = plan_of(
        [
            target(),
            target(id="things-2-1", indicator="deaths", comparator="<=", value=12),
            target(id="things-3-1", indicator="none"),
        ],
        [
            indicator(),
            indicator("deaths", kind="rate", unit="1/10万", counting="events",
                      direction="lower_better", upper=None, delta=1, delta_reason="x"),
            indicator("none"),
        ],
    )  # fmt: skip
    years = range(2015, 2026)
    seen = pd.concat(
        [
            observations({y: 80 + y % 3 + 1.5 * (y - 2015) for y in years}, region="demo"),
            observations(
                {y: (y % 2, 3000) for y in years}, "deaths", per=1e5, unit="1/10万", region="demo"
            ),
        ]
    )
    region = load_region("demo")
    rests_on = Assumptions(load_thresholds(), load_units(), load_calibration())
    found = assess(plan, region, 2025, seen, no_evidence(), rests_on)
    return report.View(found, seen, {"demo": region.short})


def shown_functions() -> list[str]:
    """Public functions that need a view and nothing else."""
    found = []
    for name in report.__all__:
        function = getattr(report, name)
        if takes_view(inspect.unwrap(function)):
            needed = [
                p for p in inspect.signature(function).parameters.values() if p.default is p.empty
            ]
            if len(needed) == 1:
                found.append(name)
    return found


def as_real(view: report.View) -> report.View:
    """The same figures, of an evaluated region."""
    region = view.region.model_copy(update={"role": "evaluated"})
    return replace(view, assessment=replace(view.assessment, region=region))


@pytest.mark.parametrize("name", shown_functions())
@pytest.mark.parametrize("is_synthetic", [True, False], ids=["synthetic", "real"])
def test_everything_a_view_shows_is_marked_or_is_not(view, name, is_synthetic):
    shown = getattr(report, name)(view if is_synthetic else as_real(view))
    if isinstance(shown, Html):
        for table in BeautifulSoup(shown.html, "html.parser").find_all("table"):
            caption = table.find("caption").get_text()
            assert (MARK in caption) is is_synthetic
    for chart in getattr(shown, "charts", [shown]):
        if isinstance(chart, Chart):
            drawn = [text.get_text() for text in chart.fig.texts]
            assert drawn.count("合成数据") == (2 if is_synthetic else 0)
            assert ("合成数据" in chart.source) is is_synthetic


def test_the_view_shows_tables_and_charts(view):
    """The test above would pass on sentences alone."""
    shown = [getattr(report, name)(view) for name in shown_functions()]
    tables = [s for s in shown if isinstance(s, Html) and "<table" in s.html]
    charts = [c for s in shown for c in getattr(s, "charts", [s]) if isinstance(c, Chart)]
    assert len(tables) >= 6
    assert len(charts) >= 4


def test_every_public_function_of_a_view_is_wrapped():
    named = [getattr(report, name) for name in report.__all__]
    with_view = [f for f in named if takes_view(inspect.unwrap(f))]
    assert len(with_view) >= 20
    assert [f.__name__ for f in with_view if not hasattr(f, "__wrapped__")] == []


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param(
            "<table><caption>甲</caption><tr><td>1</td></tr></table>",
            ["甲（合成数据）"],
            id="after the caption",
        ),
        pytest.param("<table><tr><td>1</td></tr></table>", [MARK], id="a table without one"),
        pytest.param(
            "<table><caption>甲</caption></table><table><caption>乙</caption></table>",
            ["甲（合成数据）", "乙（合成数据）"],
            id="each of two",
        ),
        pytest.param("<p>无</p>", [], id="a sentence stays as it is"),
    ],
)
def test_captions(html, expected):
    soup = BeautifulSoup(mark(Html(html, "表")).html, "html.parser")
    assert [c.get_text() for c in soup.find_all("caption")] == expected


def test_marking_twice_marks_once():
    once = mark(Html("<table><caption>甲</caption></table>", "表"))
    assert mark(once).html == once.html
    chart = mark(mark(Chart(plt.figure(), "题", "话", "来源：某局")))
    assert [t.get_text() for t in chart.fig.texts].count("合成数据") == 2
    assert chart.source == "来源：某局（合成数据）"


def test_other_things_pass_through():
    assert mark("text") == "text"
    assert marked(lambda view: 3)(type("V", (), {"is_synthetic": True})) == 3
