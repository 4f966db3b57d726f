"""Where and who, as a page shows it: funnels, bars, tables, sentences."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pandas as pd
import pytest
from drawn_text import outside, overlaps, words
from halfsky.report.chart import Chart
from matplotlib.colors import to_hex

from builders import UNITS, indicator, no_evidence, observations, plan_of, target
from halfsky import report
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.evaluate.funnel_plot import chance, limit_curves
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.report import charts, numbers
from halfsky.report.sections.disparities import townships_first
from halfsky.report.text.movement import up_down
from halfsky.report.text.words import phrase
from halfsky.report.theme import STATUS
from halfsky.report.view import View
from places import TWELVE, groups, townships

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())
INDICATORS = [
    indicator().model_copy(
        update={
            "name": "某病筛查率",
            "numerator": "实查人数",
            "denominator": "应查妇女人数（20—64岁）",
            "breakdowns": ("sex", "urban_rural", "subarea"),
        }
    ),
    indicator(
        "deaths",
        unit="1/10万",
        kind="rate",
        direction="lower_better",
        counting="events",
        delta=1,
        delta_reason="x",
        breakdowns=("urban_rural",),
    ).model_copy(update={"name": "某病死亡率"}),
]
LONG = "莽卡满族乡及原沐石河镇托管的省级经济开发区管理委员会"


def figures() -> pd.DataFrame:
    earlier = {name: (n + (400 if n > 3000 else -100), r - 3) for name, (n, r) in TWELVE.items()}
    deaths = [
        {"year": 2025, "area": area, "numerator": k, "denominator": n, "value": 1e5 * k / n}
        for area, k, n in (("rural", 2, 9000), ("urban", 1, 8000))
    ]
    return pd.concat(
        [
            townships(),
            townships(earlier, 2020),
            groups("area", {2020: (60.2, 70.1), 2025: (61.2, 73.2)}),
            groups("sex", {2020: (72.0, 80.0), 2025: (73.0, 76.0)}),
            observations(deaths, "deaths", unit="1/10万"),
        ]
    )


def flat(region: str) -> pd.DataFrame:
    """A reference that stood near 76 % for twenty years and gained 0.2 a year."""
    return observations({y: 74 + 0.2 * (y - 2005) for y in range(2005, 2026)}, region=region)


@cache
def view(role: str = "evaluated", filed: bool = True, compared: bool = True) -> View:
    plan = plan_of([target(), target(id="things-2-1", indicator="deaths")], INDICATORS)
    region = Region(
        id="here", name="某区", short="某区", role=role, plan="small",
        compare_with=("CN",) if compared else (),
    )  # fmt: skip
    own = figures() if filed else observations([])
    references = {"CN": flat("CN")} if compared else {}
    found = assess(plan, region, 2025, own, no_evidence(), ASSUMED, references)
    return View(found, own, {"here": "某区", "CN": "全国"}, "things")


# ---- funnel


def funnel_frames(areas: dict[str, tuple[int, float]], name: str = "某率", **changes):
    """Frames for plot_funnel: zones by the exact p around the pooled rate."""
    n = np.array([size for size, _ in areas.values()], dtype=float)
    k = np.round(n * [rate / 100 for _, rate in areas.values()])
    whole = 100 * k.sum() / n.sum()
    law = np.full(len(n), "binomial", dtype=object)
    p = chance(k, n, np.full(len(n), whole), np.full(len(n), 100.0), law)
    frame = pd.DataFrame(
        {
            "panel": name, "unit": "%", "decimals": 1, "denominator_name": "应查妇女人数",
            "subarea": list(areas), "rate": 100 * k / n, "denominator": n, "whole": whole,
            "zone": np.select([p > 0.05, p > 0.002], ["inside", "inner"], "outer"),
            "side": np.where(100 * k / n < whole, "worse", "better"),
            "is_flagged": p < 0.0001, "contribution": n / n.sum() * (100 * k / n - whole),
        }
    ).assign(**changes)  # fmt: skip
    sizes = np.linspace(max(1, n.min() * 0.4), n.max() * 1.1, 60)
    curves = limit_curves(whole, sizes, 100, "binomial", {"inner": 0.95, "outer": 0.998})
    return frame, curves.assign(panel=name)


SCATTERED = {name: (n, 60 + 2.0 * i) for i, (name, (n, _)) in enumerate(TWELVE.items())}
CASES = {
    "one township": {"甲镇": (800, 71.0)},
    "two townships": {"甲镇": (800, 71.0), "乙镇": (1200, 64.0)},
    "three, one with a long name": {LONG: (900, 50.0), "甲镇": (3000, 80.0), "乙镇": (2000, 81.0)},
    "twelve, one lagging": TWELVE,
    "twelve, all scattered": SCATTERED,
    "all at 100 %": {"甲镇": (50, 100.0), "乙镇": (90, 100.0), "丙镇": (10, 100.0)},
    "small counts": {"甲镇": (9, 33.0), "乙镇": (14, 7.0), "丙镇": (3, 0.0)},
}


@pytest.mark.parametrize("areas", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("draw", ["funnel", "contributions"])
def test_no_name_overlaps_or_leaves_the_picture(areas, draw, monkeypatch):
    frame, curves = funnel_frames(areas)
    made = charts.plot_funnel(frame, curves) if draw == "funnel" else None
    figure = Chart(made or charts.plot_contributions(frame), "各乡镇", "话", "源", True).fig
    assert overlaps(figure, monkeypatch) == []
    assert outside(figure, monkeypatch) == []
    assert figure.get_figheight() / figure.get_figwidth() <= 1.42


def test_only_townships_outside_the_limits_are_named(monkeypatch):
    frame, curves = funnel_frames(TWELVE)
    said = words(charts.plot_funnel(frame, curves), monkeypatch)
    inside = set(frame.loc[frame["zone"] == "inside", "subarea"])
    assert inside
    assert not any(name in said for name in inside)
    assert "沐石河街道" in said
    assert "合计79.0" in said


def test_funnel_points_limits_and_colours():
    frame, curves = funnel_frames(TWELVE)
    axis = charts.plot_funnel(frame, curves).axes[0]
    points = [line for line in axis.lines if len(line.get_xdata()) == 1]
    assert sorted(p.get_xdata()[0] for p in points) == sorted(n for n, _ in TWELVE.values())
    red = [p for p in points if to_hex(p.get_markerfacecolor()) == STATUS["未达标"].fill]
    assert [p.get_xdata()[0] for p in red] == [2100]
    assert red[0].get_marker() == "v", "a shape, not only a colour"
    drawn = [line for line in axis.lines if len(line.get_xdata()) == len(curves)]
    assert [line.get_linestyle() for line in drawn] == ["--", "--", "-", "-"]
    assert list(drawn[0].get_ydata()) == list(curves["inner_low"])


def test_bars_are_the_contributions_and_the_middle_ones_become_one():
    many = {f"第{i:02d}镇": (1000 + i, 60 + i) for i in range(20)}
    frame, _ = funnel_frames(many)
    axis = charts.plot_contributions(frame).axes[0]
    widths = [bar.get_width() for bar in axis.patches]
    assert len(widths) == 16
    assert sum(widths) == pytest.approx(0)
    assert widths == sorted(widths, reverse=True)
    assert "其余5个" in [label.get_text() for label in axis.get_yticklabels()]


@pytest.mark.parametrize("panels", [1, 2, 3, 4])
def test_several_panels_fit_a_page(panels, monkeypatch):
    made = [funnel_frames(SCATTERED, f"第{i}种筛查率") for i in range(panels)]
    frame, curves = (pd.concat(parts) for parts in zip(*made, strict=True))
    for drawn in (charts.plot_funnel(frame, curves), charts.plot_contributions(frame)):
        figure = Chart(drawn, "各乡镇", "话", "源").fig
        assert overlaps(figure, monkeypatch) == []
        assert figure.get_figheight() / figure.get_figwidth() <= 1.42


def test_nothing_to_draw_is_refused():
    frame, curves = funnel_frames(TWELVE)
    with pytest.raises(ValueError, match="no townships"):
        charts.plot_funnel(frame.head(0), curves)
    with pytest.raises(ValueError, match="no contributions"):
        charts.plot_contributions(frame.assign(contribution=np.nan))


# ---- pages

CHARTS = [
    report.funnel_charts,
    report.contribution_chart,
    report.dumbbell_chart,
    report.slope_chart,
]
TABLES = [
    report.contribution_table,
    report.gap_table,
    report.decomposition_table,
    report.peer_table,
    report.where_sentences,
]


@pytest.mark.parametrize("make", CHARTS)
def test_charts_say_their_message_and_source(make):
    for chart in make(view()).charts:
        assert re.search(r"\d", chart.alt), chart.alt
        assert chart.alt.endswith("。")
        assert chart.source.startswith("来源：某局")
        assert not chart.synthetic


@pytest.mark.parametrize("make", CHARTS)
def test_synthetic_charts_say_so(make):
    for chart in make(view("synthetic")).charts:
        assert chart.synthetic
        assert "合成数据" in chart.source


@pytest.mark.parametrize("make", TABLES)
@pytest.mark.parametrize("role", ["evaluated", "reference"])
def test_without_data_one_useful_sentence(make, role):
    made = make(view(role, filed=False, compared=False))
    if make is report.peer_table and role == "reference":
        assert made.html == "", "a nation has no wider range to be set in"
        return
    assert made.text.endswith("。")
    assert "\n" not in made.text
    assert "<table" not in made.html
    assert len(made.text) > 12
    if role == "reference":
        assert "填报" not in made.text


def test_the_missing_are_named_with_what_to_file():
    empty = view(filed=False)
    sex, area = report.gap_table(empty).text.split("不作男女比较")
    assert "某病死亡率" not in sex
    assert "某病筛查率、某病死亡率" in area
    towns = report.contribution_table(empty).text
    assert "某病筛查率" in towns
    assert "某病死亡率" not in towns
    counted = "应分男女填报的1项、分城乡的2项、分乡镇的1项指标都还没有可比的数据"
    assert counted in report.where_sentences(empty).text


@pytest.mark.parametrize("role", ["evaluated", "reference"])
def test_an_empty_page_says_nothing_twice(role):
    empty = view(role, filed=False, compared=False)
    said = [make(empty).text for make in [*CHARTS, *TABLES]]
    assert all(text == "" for text in said[: len(CHARTS)]), "the table beside the chart speaks"
    sentences = [part for text in said for part in text.split("。") if part]
    assert len(sentences) == len(set(sentences))


def test_gaps_without_a_baseline_say_what_to_file():
    own = groups("sex", {2025: (73.0, 76.0)})
    found = assess(
        plan_of([target()], INDICATORS[:1]), view().region, 2025, own, no_evidence(), ASSUMED
    )
    rendered = report.slope_chart(View(found, own, {"CN": "全国"}, "things")).text
    assert "1项有男女数据的指标都缺2020年前后的数" in rendered


def test_gap_table_tells_who_moved_and_leaves_few_events_alone():
    html = report.gap_table(view()).html
    assert "差距比2020年扩大2.1个百分点，主要因为城镇提高得更多" in html
    # women 72 → 73, men 80 → 76
    assert "主要因为男性下降" in html
    assert "领先一方退步带来的缩小不是进步" in html
    assert "合计3例，不比较" in html


def test_few_events_are_in_no_chart():
    for make in (report.dumbbell_chart, report.slope_chart):
        assert all("某病死亡率" not in chart.alt for chart in make(view(), "area").charts)


def test_contribution_table_names_the_township_and_counts_the_tests():
    html = report.contribution_table(view()).html
    assert "沐石河街道" in html
    assert "全部领域共比较12次" in html
    assert "标出1个" in html
    # 2100 × (.78995 − .62) = 357
    assert "少357人" in html


def test_decompositions_are_printed_with_both_effects():
    html = report.decomposition_table(view()).html
    parts = view().disparities.decompositions.iloc[0]
    assert f"+{parts['rate_effect']:.2f}" in html
    assert f"−{-parts['composition_effect']:.2f}" in html
    assert "<td>分母</td>" in html


def test_peers_are_counted_and_named():
    html = report.peer_table(view()).html
    row = view().disparities.peers.iloc[0]
    assert row["n"] >= 3
    assert f"全国{row['windows'][0]['start_year']}—" in html
    assert "不是预测" in html


def test_too_few_peers_say_how_many_are_needed():
    found = view().assessment.disparities
    bare = view(compared=False)
    assert "没有指定可比的地区" in report.peer_table(bare).text
    assert len(found.peers) == 1


NUMBER = re.compile(r"\d+(?:\.\d+)?")


def test_every_number_of_the_sentences_stands_in_the_frames():
    """Rounded as printed, each number is one of the frames' or of the declared constants."""
    where = view().where
    known = {95.0, 99.8}
    for name in ("gaps", "areas", "area_tests", "decompositions", "movements", "peers"):
        frame = getattr(where, name).select_dtypes("number")
        known |= {abs(float(v)) for v in frame.to_numpy().ravel() if not pd.isna(v)}
    text = report.where_sentences(view()).text
    printed = [
        n for line in text.split("\n") for n in NUMBER.findall(line.replace("（20—64岁）", ""))
    ]
    assert len(printed) > 30
    strangers = []
    for number in printed:
        half = 0.5 * 10 ** -len(number.partition(".")[2]) + 1e-9
        if not any(abs(float(number) - value) <= half for value in known):
            strangers.append(number)
    assert strangers == []


def test_sentences_name_gap_township_change_and_peers():
    text = report.where_sentences(view()).text
    assert "农村低于城镇12.0个百分点；差距比2020年扩大2.1个百分点，主要因为城镇提高得更多" in text
    assert "沐石河街道某病筛查率2025年为62.0%（分子1302人，分母2100人）" in text
    assert "要达到合计水平，分子还差357人" in text
    # 25827 of 33940 → 26179 of 33140: the denominator did more than the numerator.
    assert "分母（应查妇女人数）由33940变为33140，分母减少的作用大于分子增加的作用" in text
    assert "参照地区中起点相近的" in text
    assert "某病死亡率：2025年农村、城镇合计只有3例，例数太少，不比较两者的高低。" in text


def test_the_township_that_drags_the_whole_comes_first_in_what_is_asked():
    rendered = townships_first(view(), ["rate"])
    assert (
        rendered
        == "；先从沐石河街道做起：某病筛查率（2025年62.0%）要达到各乡镇合计的79.0%，还差357人"
    )
    # Here the denominator moved by a quarter: first the figure, then the township.
    asked = report.recommendations(view()).text
    assert "先从" not in asked
    assert "补报某病死亡率（某局）" in asked
    assert townships_first(view(), ["deaths"]) == "", "another indicator's townships"
    assert townships_first(view(filed=False), ["rate"]) == ""


def test_spreadsheet_names_are_data_not_markup():
    own = townships({"<b>甲</b>": (1000, 40.0), "乙": (3000, 80.0)})
    found = assess(
        plan_of([target()], INDICATORS[:1]), view().region, 2025, own, no_evidence(), ASSUMED
    )
    hostile = View(found, own, {"CN": "全国"}, "things")
    for make in (report.contribution_table, report.where_sentences):
        assert "<b>甲" not in make(hostile).html
        assert "&lt;b&gt;甲" in make(hostile).html


@pytest.mark.parametrize(
    ("outer", "said"),
    [(0, "3个在95%控制限之外，都在99.8%控制限以内"), (2, "其中2个在99.8%控制限之外")],
)
def test_none_beyond_the_outer_limit_is_told_in_words(outer, said):
    row = {"name": "率", "counted": 8, "whole": 50.0, "unit": "%", "decimals": 1}
    row |= {"outside_inner": 3, "outside_outer": outer, "flagged": 0}
    assert said in phrase("areas", "funnel", t=row, names="")


def test_a_numerator_that_stood_still_takes_no_part():
    row = {"name": "率", "base_year": 2020, "year": 2025, "change": 5.3, "unit": "%", "up": "提高"}
    row |= {"down": "下降", "numerator_before": 29, "numerator": 29}
    row |= {"denominator_before": 34, "denominator": 32}
    rendered = phrase(
        "changes", "denominator", r=row, above="（甲）", below="（乙）", follows=False, same=True,
        places=1,
    )  # fmt: skip
    assert "分子（甲）没有变化，都是29，分母（乙）由34变为32，变化全部来自分母。" in rendered


@pytest.mark.parametrize(("value", "shown"), [(18.14, "18.1"), (11684.3, "11684"), (99.9, "99.9")])
def test_a_large_dispersion_is_whole(value, shown):
    assert numbers.many_times(value) == shown


def test_minutes_become_more_or_fewer():
    assert up_down("分钟/日", "mean", "lower_better") == ("增加", "减少")
    assert up_down("%", "share", "higher_better") == ("提高", "下降")
    assert up_down("%", "share", "lower_better") == ("上升", "下降")
