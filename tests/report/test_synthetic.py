"""No table or chart of a synthetic region without 合成数据; none of a real one with it."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pandas as pd
import pytest

from builders import indicator, no_evidence, observations, plan_of, target
from halfsky import report
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.plan import load_region, load_units
from halfsky.plan.calibration import load_calibration
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.blocks import SYNTHETIC, Blocks
from halfsky.report.synthetic import marked, takes_view


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
    if not isinstance(shown, Blocks):
        return
    for table in shown.tables:
        assert (SYNTHETIC in table.caption) is is_synthetic
    for figure in shown.figures:
        drawn = [text.get_text() for text in figure.drawing.texts]
        assert drawn.count(SYNTHETIC) == (2 if is_synthetic else 0)
        assert (SYNTHETIC in figure.source) is is_synthetic


def test_the_view_shows_tables_and_charts(view):
    """The test above would pass on sentences alone."""
    shown = [getattr(report, name)(view) for name in shown_functions()]
    blocks = [s for s in shown if isinstance(s, Blocks)]
    assert sum(len(s.tables) for s in blocks) >= 6
    assert sum(len(s.figures) for s in blocks) >= 4


def test_every_public_function_of_a_view_is_wrapped():
    named = [getattr(report, name) for name in report.__all__]
    with_view = [f for f in named if takes_view(inspect.unwrap(f))]
    assert len(with_view) >= 20
    assert [f.__name__ for f in with_view if not hasattr(f, "__wrapped__")] == []


def test_what_is_no_block_passes_through():
    assert marked(lambda view: 3)(type("V", (), {"is_synthetic": True})) == 3
