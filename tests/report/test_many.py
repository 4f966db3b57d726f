"""More forecasts than a reader looks at: the least likely are drawn, the rest are told of."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from halfsky import report
from halfsky.report.sections.forecast import MOST_FANS
from small_view import small_view


def test_the_least_likely_are_drawn_in_the_plans_order():
    view = small_view()
    one = view.assessment.targets[view.assessment.targets["point"].notna()].iloc[[0]]
    many = pd.concat([one] * 20, ignore_index=True)
    many["name"] = [f"第{place}项" for place in range(20)]
    many["p_met"] = [0.97 if place in (0, 2, 4, 6) else 0.30 for place in range(20)]
    crowded = replace(view, assessment=replace(view.assessment, targets=many))
    charts = report.fan_charts(crowded).charts
    rendered = "".join(chart.alt for chart in charts)
    drawn = [place for place in range(20) if f"第{place}项" in rendered]
    assert drawn == [place for place in range(20) if place not in (0, 2, 4, 6)]
    assert len(drawn) == MOST_FANS
    assert all("其余4项见下表" in chart.source for chart in charts)
