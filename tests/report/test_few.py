"""Every chart with one, two and three rows, with one very long name, and with gaps alone."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest
from drawn_text import outside, overlaps, written
from matplotlib.figure import Figure

import report_fakes as fake
from halfsky.report import blocks, charts
from halfsky.report.theme import FAMILIES

TARGETS, OBSERVATIONS, FORECASTS = fake.targets(), fake.observations(), fake.forecasts()
LONG = fake.LONG_NAME
YEAR = 2025
DOMAINS = ["健康", "教育", "参与决策和管理"]


def targets(n: int) -> pd.DataFrame:
    """The first few targets, each of a domain of its own."""
    return TARGETS.head(n).assign(domain=DOMAINS[:n])


def observed(n: int) -> pd.DataFrame:
    return OBSERVATIONS[OBSERVATIONS["target"].isin(TARGETS["target"].head(n))]


def paths(n: int) -> pd.DataFrame:
    """n targets' completion in one domain; the longest has n points."""
    rows = [
        ("健康", f"t{i}", f"第{i}项指标", 2020 + k, 30.0 * k - 20 * i, "未达标")
        for i in range(n)
        for k in range(n)
    ]
    return pd.DataFrame(
        rows, columns=["domain", "target", "name", "year", "completion_pct", "status"]
    )


def series(n: int) -> pd.DataFrame:
    """n panels of n groups and n years, all values close together."""
    groups = ("女", "男", "合计")
    rows = [
        (f"第{p}项指标", "%", 1, groups[g], 2021 + y, 50 + 0.01 * g, 0)
        for p, g, y in product(range(n), repeat=3)
    ]
    columns = ["panel", "unit", "decimals", "group", "year", "value", "segment"]
    return pd.DataFrame(rows, columns=columns)


def townships(n: int) -> pd.DataFrame:
    """n townships of one indicator, the first of them far below the whole's 80 %."""
    places = range(n)
    return pd.DataFrame(
        {"panel": "农村妇女宫颈癌筛查率", "unit": "%", "decimals": 1, "whole": 80.0,
         "denominator_name": "应查人数", "subarea": [f"{name}镇" for name in "甲乙丙丁"[:n]],
         "rate": [60.0 + 8 * place for place in places],
         "denominator": [900.0 + 400 * place for place in places],
         "contribution": [-2.0 + place for place in places],
         "zone": ["outer", *["inside"] * (n - 1)], "side": ["worse", *["better"] * (n - 1)],
         "is_flagged": [True, *[False] * (n - 1)]}
    )  # fmt: skip


def funnel(areas: pd.DataFrame) -> Figure:
    limits = pd.DataFrame(
        {"panel": areas["panel"].iloc[0], "denominator": [500.0, 2500.0],
         "inner_low": [74.0, 78.0], "inner_high": [86.0, 82.0],
         "outer_low": [70.0, 76.0], "outer_high": [90.0, 84.0]}
    )  # fmt: skip
    return charts.plot_funnel(areas, limits)


def multiples(frame: pd.DataFrame) -> Figure:
    return charts.plot_multiples(frame, dict.fromkeys(DOMAINS, 9), start=2020, end=2030)


FEW: dict[str, Callable[[int], Figure]] = {
    "completion": lambda n: charts.plot_completion(targets(n)),
    "fans": lambda n: charts.plot_fans(targets(n), OBSERVATIONS, FORECASTS, end_year=2030),
    "wall": lambda n: charts.plot_goal_wall(fake.goals().head(n)),
    "status counts": lambda n: charts.plot_status_counts(fake.goals().head(n)),
    "warnings": lambda n: charts.plot_warnings(fake.warnings().head(n), families=FAMILIES),
    "completeness": lambda n: charts.plot_completeness(targets(n), observed(n), year=YEAR),
    "completeness by domain": lambda n: charts.plot_completeness_by_domain(
        targets(n), observed(n), year=YEAR
    ),
    "dumbbells": lambda n: charts.plot_dumbbell(fake.gaps().head(n)),
    "slopes": lambda n: charts.plot_slope(fake.gaps().head(n)),
    "funnel": lambda n: funnel(townships(n)),
    "contributions": lambda n: charts.plot_contributions(townships(n)),
    "multiples": lambda n: multiples(paths(n)),
    "series": lambda n: charts.plot_series(series(n)),
}
LONG_NAMED: dict[str, Callable[[], Figure]] = {
    "completion": lambda: charts.plot_completion(TARGETS.head(2).assign(name=LONG)),
    "fans": lambda: charts.plot_fans(
        TARGETS.head(2).assign(name=LONG), OBSERVATIONS, FORECASTS, end_year=2030
    ),
    "wall": lambda: charts.plot_goal_wall(fake.goals().head(2).assign(domain="参与决策和管理")),
    "status counts": lambda: charts.plot_status_counts(fake.goals().head(2).assign(domain=LONG)),
    "warnings": lambda: charts.plot_warnings(
        fake.warnings().assign(family=LONG), families=[LONG, *FAMILIES]
    ),
    "completeness": lambda: charts.plot_completeness(
        TARGETS.head(2).assign(name=LONG), OBSERVATIONS, year=YEAR
    ),
    "completeness by domain": lambda: charts.plot_completeness_by_domain(
        TARGETS.head(4).assign(domain=[LONG, *DOMAINS]), OBSERVATIONS, year=YEAR
    ),
    "dumbbells": lambda: charts.plot_dumbbell(fake.gaps().head(2).assign(name=LONG)),
    "slopes": lambda: charts.plot_slope(fake.gaps().head(2).assign(name=LONG)),
    "funnel": lambda: funnel(townships(3).assign(panel=LONG)),
    "contributions": lambda: charts.plot_contributions(townships(3).assign(panel=LONG)),
    "multiples": lambda: multiples(paths(2).assign(name=LONG)),
    "series": lambda: charts.plot_series(series(2).assign(panel=LONG)),
}
# What is known of nothing: the rows are there, their figures are not.
ALL_MISSING: dict[str, Callable[[], Figure]] = {
    "completion": lambda: charts.plot_completion(
        TARGETS.assign(completion_pct=np.nan, elapsed_pct=np.nan, baseline=np.nan)
    ),
    "fans": lambda: charts.plot_fans(
        TARGETS.head(3).assign(n=0, p_met=np.nan),
        OBSERVATIONS.head(0),
        FORECASTS.head(0),
        end_year=2030,
    ),
    "wall": lambda: charts.plot_goal_wall(
        fake.goals().assign(status="未填报", outlook="无法预测", data="缺项")
    ),
    "status counts": lambda: charts.plot_status_counts(fake.goals().assign(status="未填报")),
    "completeness": lambda: charts.plot_completeness(
        TARGETS, OBSERVATIONS.assign(value=np.nan), year=YEAR
    ),
    "completeness by domain": lambda: charts.plot_completeness_by_domain(
        TARGETS, OBSERVATIONS.assign(value=np.nan), year=YEAR
    ),
}


def assert_legible(figure: Figure, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = blocks.Figure(figure, "九台区2025年", "话", "源", is_synthetic=True).drawing
    assert len(written(drawn, monkeypatch)) > 1
    assert overlaps(drawn, monkeypatch) == []
    assert outside(drawn, monkeypatch) == []


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("draw", FEW.values(), ids=FEW.keys())
def test_a_few_rows_are_legible(draw, n, monkeypatch):
    assert_legible(draw(n), monkeypatch)


@pytest.mark.parametrize("draw", LONG_NAMED.values(), ids=LONG_NAMED.keys())
def test_a_long_name_is_legible(draw, monkeypatch):
    assert_legible(draw(), monkeypatch)


@pytest.mark.parametrize("draw", ALL_MISSING.values(), ids=ALL_MISSING.keys())
def test_where_all_is_missing_the_chart_still_says_so(draw, monkeypatch):
    assert_legible(draw(), monkeypatch)


def test_every_chart_is_tried():
    drawn = [name for name in charts.__all__ if name.startswith("plot_")]
    elsewhere = {"plot_effects"}  # tests/report/sections/test_measures.py, with its own rows
    assert len(FEW) == len(LONG_NAMED) == len(set(drawn) - elsewhere)


@pytest.mark.parametrize(
    "frame", [series(1).head(0), paths(1).head(0)], ids=["series", "multiples"]
)
def test_nothing_to_draw_is_refused(frame):
    draw = charts.plot_series if "panel" in frame else multiples
    with pytest.raises(ValueError, match=r"^no "):
        draw(frame)


# ---- small multiples


def test_multiples_draw_every_path_and_cut_it_at_the_scale():
    axis = multiples(paths(3).assign(completion_pct=[0, 30, 400, 0, 1, 2, 0, -9, -90])).axes[0]
    lines = [line for line in axis.lines if len(line.get_xdata()) == 3]
    assert [list(line.get_ydata()) for line in lines] == [[0, 30, 150], [0, 1, 2], [0, -9, -50]]
    assert list(lines[0].get_xdata()) == [2020, 2021, 2022]


def test_multiples_name_the_one_furthest_behind_the_pace(monkeypatch):
    # 2022: the pace is 20. 第0项 60−20 = 40 ahead, 第1项 40−20 = 20 ahead, 第2项 20−20 = 0.
    said = [text for text, _ in written(multiples(paths(3)), monkeypatch)]
    assert "末位20%　第2项指标" in [text.replace("\n", "") for text in said]
    assert "健康（3/9项）" in said
    assert said.count("没有可算完成度的指标") == 2
