"""Figures year by year: tables, lines of one group each, other regions beside the own."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
import pytest

from builders import UNITS, indicator, no_evidence, observations, plan_of, target
from halfsky import report
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.blocks import EMPTY, SUPPRESSED, Figure
from halfsky.report.sections.series import _names_unit, by_groups
from halfsky.report.view import View
from small_view import small_view

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
    (made,) = report.women_share_chart(
        view(pd.concat([women, everyone]), indicator()), ["rate"], "占比"
    )
    assert isinstance(made, Figure)
    assert list(made.data["value"]) == pytest.approx([52.5, 55.0]), "42 / 80, 44 / 80"
    assert made.message == "某率（女性占比）2022年55.0%。", "44 / 80"
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
    assert bool(made.figures) is drawn
    if not drawn:
        assert made.text == "没有城乡分别可比的数据，不画图。"


def test_of_a_nation_without_both_sides_nothing_is_said():
    whole = sides(total={2024: 60.0, 2025: 61.0})
    assert report.area_chart(view(whole, indicator(), "reference"), ["rate"], "城乡").text == ""
    both = sides(total={2025: 61.0}, urban={2025: 70.0}, rural={2025: 50.0})
    rendered = report.area_chart(view(both, indicator(), "reference"), ["rate"], "城乡").text
    assert "城镇2025年70.0%" in rendered
    assert "农村2025年50.0%" in rendered


def test_a_series_names_the_whole_before_its_parts() -> None:
    small = small_view()
    one = small.observations[small.observations["indicator"] == "covered"].tail(1)
    groups = [("total", "rural"), ("female", "total"), ("total", "total"), ("male", "total")]
    seen = pd.concat([one.assign(sex=sex, area=area) for sex, area in groups])
    (made,) = report.series_table(replace(small, observations=seen), ["covered"], "表").tables
    assert [row.cells[0].text for row in made.rows] == [
        *("覆盖率（%）", "覆盖率（女，%）", "覆盖率（男，%）", "覆盖率（农村，%）"),
    ]


def test_a_series_has_a_cell_a_year_and_no_false_figure() -> None:
    everyone = observations({2023: 60.0, 2025: 61.24})
    women = observations({2024: math.nan}).assign(sex="female")
    seen = pd.concat([everyone, women])
    (made,) = report.series_table(view(seen, indicator()), ["rate", "nosuch"], "表").tables
    assert made.titles == ["指标", "2023", "2024", "2025"]
    total, female = (row.cells[1:] for row in made.rows)
    assert [(c.text, c.value) for c in total] == [("60.0", 60.0), ("", None), ("61.2", 61.24)]
    # Filed without a number: suppressed; not filed: empty.
    assert female == (EMPTY, SUPPRESSED, EMPTY)
    assert made.note == "来源：某局。空格表示没有数据。"


def test_a_long_series_asks_for_a_landscape_page_and_small_letters() -> None:
    years = observations(dict.fromkeys(range(2015, 2026), 60.0))
    (made,) = report.series_table(view(years, indicator()), ["rate"], "表").tables
    assert made.is_wide, "eleven years and a name are more than ten columns"
    assert not made.is_dense
    ages = pd.concat([observations({2025: 60.0}).assign(age=str(age)) for age in range(26)])
    small = small_view()
    many = replace(small, observations=ages.assign(indicator="covered"))
    (made,) = report.series_table(many, ["covered"], "表").tables
    assert (made.is_wide, made.is_dense) == (False, True)


@pytest.mark.parametrize(
    ("indicators", "text"),
    [
        pytest.param(["nosuch"], "本规划没有登记这一组指标。", id="another plan's"),
        pytest.param(["rate"], "某区没有某率的数据。", id="no figures"),
    ],
)
def test_without_figures_a_series_says_so(indicators, text) -> None:
    empty = view(observations({2025: 1.0}).head(0), indicator())
    assert report.series_table(empty, indicators, "表").text == text
    drawn = report.series_chart(empty, indicators, "图")
    assert drawn.is_note
    assert drawn.text == text.removesuffix("。") + "，不画图。"


def test_of_two_panels_of_one_indicator_the_total_is_named_once() -> None:
    groups = [("total", "total"), ("female", "total"), ("male", "total"), ("total", "rural")]
    seen = pd.concat(
        [observations({2025: 50.0 + n}).assign(sex=s, area=a) for n, (s, a) in enumerate(groups)]
    )
    (made,) = report.series_chart(view(seen, indicator()), ["rate"], "图")
    assert made.message.split("；")[0] == "某率2025年50.0%"
    assert sorted(made.message.removesuffix("。").split("；")[1:]) == [
        "某率（分城乡）农村2025年53.0%",
        "某率（分男女）女2025年51.0%",
        "某率（分男女）男2025年52.0%",
    ]
    assert made.source == "来源：某局"


@pytest.mark.parametrize(
    ("name", "unit", "is_told"),
    [
        pytest.param("常住人口", "人", False, id="人 of 人口 is no unit"),
        pytest.param("年末总人口（万人）", "万人", True, id="in its bracket"),
        pytest.param("参加人数", "人", True, id="says what it counts"),
    ],
)
def test_a_unit_is_told_once(name: str, unit: str, is_told: bool) -> None:
    assert _names_unit(indicator().model_copy(update={"name": name, "unit": unit})) is is_told


def figures(*rows):
    return pd.DataFrame(rows, columns=["year", "sex", "area", "value"])


TOTAL = (2022, "total", "total", 12.9)
WOMEN, MEN = (2022, "female", "total", 11.0), (2022, "male", "total", 14.8)
TOWN, COUNTRY = (2022, "total", "urban", 16.0), (2022, "total", "rural", 8.0)
COUNTRYWOMEN = (2022, "female", "rural", 7.0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([TOTAL], {"": ["合计"]}, id="one line"),
        pytest.param([COUNTRYWOMEN], {"": ["合计"]}, id="one group: the name says whose"),
        pytest.param([TOTAL, WOMEN, MEN], {"": ["合计", "女", "男"]}, id="by sex"),
        pytest.param([TOWN, COUNTRY], {"": ["城镇", "农村"]}, id="by area"),
        pytest.param(
            [TOTAL, WOMEN, MEN, TOWN, COUNTRY, COUNTRYWOMEN],
            {"（分男女）": ["合计", "女", "男"], "（分城乡）": ["合计", "城镇", "农村"]},
            id="by both: two panels, without the countrywomen",
        ),
    ],
)
def test_every_line_is_of_one_group(rows, expected):
    made = by_groups(figures(*rows))
    assert {by: list(part["group"]) for by, part in made.items()} == expected
    for part in made.values():
        assert not part.duplicated(["group", "year"]).any()


# ---- other regions


def compared(own: dict[int, float], others: dict[int, float], **kind: object) -> View:
    """One indicator here and in the nation."""
    plan = plan_of([target(value=50)], [indicator(**kind)])
    here = Region(
        id="here", name="某区", short="某区", role="evaluated", plan="small", compare_with=("CN",)
    )
    seen, nation = observations(own), observations(others, region="CN")
    found = assess(plan, here, 2025, seen, no_evidence(), ASSUMED, {"CN": nation})
    return View(found, seen, {"here": "某区", "CN": "全国"})


def test_the_nation_stands_beside_the_own_figure_of_the_same_year():
    (made,) = report.comparison_table(compared({2024: 40.0}, {2024: 60.04, 2025: 61.0})).tables
    assert made.titles == ["目标", "指标", "某区", "全国（参照）"]
    (row,) = made.texts
    assert row == ["事项1", "某率", "40.0%（2024年）", "60.0%（2024年）"]
    assert made.note.startswith("参照值取与本地现值相同的年份，没有的取最近公布的一年")
    assert made.note.endswith("参照值来源：某局。")


def test_a_reference_value_never_fills_a_gap():
    (made,) = report.comparison_table(compared({}, {2025: 61.0})).tables
    assert made.texts[0][2:] == ["未填报", "61.0%（2025年）"]
    assert made.note.startswith("参照值取最近公布的一年")


def test_a_nations_headcount_is_not_set_beside_a_districts():
    count = {"kind": "count", "unit": "年", "delta": 1, "delta_reason": "样例"}
    made = report.comparison_table(compared({2025: 40.0}, {2025: 6e7}, **count))
    assert made.text == "没有可供对照的参照地区数据。"
    assert made.is_note


def test_a_nation_is_set_beside_nobody():
    seen = observations({2025: 61.0})
    assert len(report.comparison_table(view(seen, indicator(), "reference"))) == 0
