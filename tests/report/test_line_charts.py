"""Lines that are worked out: women's share of a count, town beside country."""

from __future__ import annotations

import pandas as pd
import pytest
from halfsky.report.chart import Chart
from halfsky.report.html import SILENT

from builders import UNITS, indicator, no_evidence, observations, plan_of, target
from halfsky import report
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.view import View

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())


def view(figures: pd.DataFrame, one, role: str = "evaluated") -> View:
    here = Region(id="here", name="某区", short="某区", role=role, plan="small")
    plan = plan_of([target(value=50)], [one])
    return View(assess(plan, here, 2025, figures, no_evidence(), ASSUMED), figures, {}, "things")


def sides(**by: dict[int, object]) -> pd.DataFrame:
    return pd.concat(
        [observations(figures).assign(area=area) for area, figures in by.items()],
        ignore_index=True,
    )


def test_womens_share_is_theirs_over_all_in_the_years_with_both():
    women = observations({2020: 40.0, 2021: 42.0, 2022: 44.0}).assign(sex="female")
    everyone = observations({2021: 80.0, 2022: 80.0})
    made = report.women_share_chart(
        view(pd.concat([women, everyone]), indicator()), ["rate"], "占比"
    )
    assert isinstance(made, Chart)
    assert made.alt == "某率（女性占比）2022年55.0%。", "44 / 80"
    alone = report.women_share_chart(view(women, indicator()), ["rate"], "占比")
    assert alone.text == "某区没有某率的数据，不画图。"


@pytest.mark.parametrize(("cases", "drawn"), [(3, False), (30, True)])
def test_lines_of_so_few_cases_that_one_decides_are_not_drawn(cases, drawn):
    rate = indicator(
        "rate", unit="1/10万", kind="rate", counting="events", upper=None, delta=1,
        delta_reason="例",
    )  # fmt: skip
    counts = dict.fromkeys((2024, 2025), (cases, 10000))
    figures = pd.concat(
        [observations(counts, per=1e5).assign(area=area) for area in ("total", "urban", "rural")]
    )
    made = report.area_chart(view(figures, rate), ["rate"], "城乡")
    assert isinstance(made, Chart) is drawn
    if not drawn:
        assert made.text == "没有城乡分别可比的数据，不画图。"


def test_of_a_nation_without_both_sides_nothing_is_said():
    whole = sides(total={2024: 60.0, 2025: 61.0})
    assert report.area_chart(view(whole, indicator(), "reference"), ["rate"], "城乡") == SILENT
    both = sides(total={2025: 61.0}, urban={2025: 70.0}, rural={2025: 50.0})
    rendered = report.area_chart(view(both, indicator(), "reference"), ["rate"], "城乡").alt
    assert "城镇2025年70.0%" in rendered
    assert "农村2025年50.0%" in rendered
