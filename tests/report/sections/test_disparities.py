"""Where and who, as a page shows it: funnels, bars, tables, sentences."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from builders import UNITS, indicator, no_evidence, observations, plan_of, target
from halfsky import report
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.evaluate.results import GroupGap, Results
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.report import numbers
from halfsky.report.blocks import MISSING, Bullets
from halfsky.report.render.html import to_html
from halfsky.report.sections import disparities
from halfsky.report.sections.disparities import townships_first
from halfsky.report.text import phrase
from halfsky.report.text.movement import up_down
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
    report.disparity_sentences,
]


@pytest.mark.parametrize("make", CHARTS)
def test_charts_say_their_message_and_source(make):
    figures = make(view()).figures
    assert figures
    for figure in figures:
        assert re.search(r"\d", figure.message), figure.message
        assert figure.message.endswith("。")
        assert figure.source.startswith("来源：某局")
        assert len(figure.data)
        assert not figure.is_synthetic


@pytest.mark.parametrize("make", CHARTS)
def test_synthetic_charts_say_so(make):
    figures = make(view("synthetic")).figures
    assert figures
    for figure in figures:
        assert figure.is_synthetic
        assert figure.source.count("合成数据") == 1


@pytest.mark.parametrize("make", TABLES)
@pytest.mark.parametrize("role", ["evaluated", "reference"])
def test_without_data_one_useful_sentence(make, role):
    made = make(view(role, filed=False, compared=False))
    if make is report.peer_table and role == "reference":
        assert len(made) == 0, "a nation has no wider range to be set in"
        return
    assert made.is_note
    assert made.text.endswith("。")
    assert "\n" not in made.text
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
    assert counted in report.disparity_sentences(empty).text


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
    (table,) = report.gap_table(view()).tables
    by_name = {(row.cells[0].text, row.cells[1].text): row.cells for row in table.rows}
    area = by_name["某病筛查率", "城乡"]
    area_cells = ["农村61.2%", "城镇73.2%", "−12.0", "0.84", "−9.9（2020年）"]
    # country 61.2, town 73.2: 12.0 apart and 61.2 / 73.2 = 0.84; 60.2 and 70.1: 9.9 apart
    assert [c.text for c in area[3:8]] == area_cells
    assert [round(area[place].value, 2) for place in (2, 5, 6)] == [2025, -12.0, 0.84]
    assert "差距比2020年扩大2.1个百分点，主要因为城镇提高得更多" in area[-1].text
    # women 72 → 73, men 80 → 76
    sex = by_name["某病筛查率", "男女"][-1].text
    assert "主要因为男性下降" in sex
    assert "领先一方退步带来的缩小不是进步" in sex
    few = by_name["某病死亡率", "城乡"]
    assert [(c.text, c.span) for c in few[5:]] == [("合计3例，不比较", 2), ("缺", 1), ("", 1)]


def test_the_old_name_still_finds_the_sentences():
    assert report.where_sentences(view()).text == report.disparity_sentences(view()).text


def gap(verdict: str | None, widened: float | None, **changes: object) -> GroupGap:
    """A gap of 6 that widened so much, where 2 is a change; named by its verdict."""
    changes = {"gap": 6.0, "delta": 2.0, "is_few": False, **changes}
    return replace(view().gaps[0], verdict=verdict, widened=widened, **changes)


def test_the_gaps_that_changed_most_come_first():
    ordered = [
        gap("wider", 4.0),
        gap("wider", 3.0),
        gap("wider", 4.0, delta=3.0),  # 4 / 3 is less than 3 / 2
        gap("reversed", 9.0),
        gap("narrower", -5.0),
        gap("same", None),  # no change known: the gap's own 6 / 2 = 3 δ
        gap("same", -1.0),
        gap("same", -1.0, delta=None),
        gap(None, 20.0),
        gap("wider", 20.0, is_few=True),
    ]
    assert disparities._most_changed(reversed(ordered)) == ordered


def test_what_a_figure_leaves_out_is_counted_below_it(monkeypatch):
    monkeypatch.setattr(disparities, "SLOPE_PANELS", 1)
    more = replace(view())
    more.__dict__["gaps"] = Results(GroupGap, [gap("wider", 4.0, lag=0)] * 3)
    (figure,) = report.slope_chart(more, view().gaps[0].dimension).figures
    assert figure.source.endswith("；另有2项变化较小的指标见表")


def test_one_chart_of_named_indicators_in_the_order_asked():
    (figure,) = report.gap_chart(view(), ["rate"], "男女").figures
    assert figure.title == "男女"
    assert figure.message == "某病筛查率2025年女73.0、男76.0%。"
    assert report.gap_chart(view(), ["nosuch"], "男女").is_note
    nothing = report.gap_chart(view(filed=False), ["rate"], "男女")
    assert nothing.text == "某区没有同年的男女某病筛查率数据，不画差距图。"


def test_few_events_are_in_no_chart():
    for make in (report.dumbbell_chart, report.slope_chart):
        assert all("某病死亡率" not in f.message for f in make(view(), "area").figures)


def test_contribution_table_names_the_township_and_counts_the_tests():
    whole, flagged = report.contribution_table(view()).tables
    (test,) = whole.rows
    assert [c.text for c in test.cells[:4]] == ["某病筛查率", "2025年", "12", "79.0%"]
    assert test.cells[3].value == pytest.approx(100 * 26179 / 33140)
    assert test.cells[6].text.startswith("沐石河街道62.0%（−"), "drags the whole down most"
    assert whole.note == "", "the last table bears the note"
    assert "全部领域共比较12次" in flagged.note
    assert "标出1个" in flagged.note
    (row,) = flagged.rows
    assert [c.text for c in row.cells[:3]] == ["沐石河街道", "某病筛查率", "62.0%"]
    assert row.cells[2].value == pytest.approx(62.0)
    # 2100 × (.78995 − .62) = 357
    assert row.cells[-1].text == "少357人"


def test_a_township_that_pulls_by_nothing_printed_is_not_named():
    same = {"甲镇": (1000, 80.0), "乙镇": (3000, 80.0)}
    own = townships(same)
    found = assess(
        plan_of([target()], INDICATORS[:1]), view().region, 2025, own, no_evidence(), ASSUMED
    )
    (table,) = report.contribution_table(View(found, own, {"CN": "全国"}, "things")).tables
    assert table.rows[0].cells[-2:] == (MISSING, MISSING)


def test_decompositions_are_printed_with_both_effects():
    parts, moves = report.decomposition_table(view()).tables
    found = view().decompositions[0]
    cells = parts.rows[0].cells
    assert (cells[4].text, cells[4].value) == (f"+{found.rate_effect:.2f}", found.rate_effect)
    assert cells[5].text == f"−{-found.composition_effect:.2f}"
    assert cells[5].value == found.composition_effect
    # 25827 of 33940 → 26179 of 33140
    assert [c.text for c in moves.rows[0].cells[3:5]] == ["25827→26179", "33940→33140"]
    assert moves.rows[0].cells[-1].text == "分母"


def test_peers_are_counted_and_named():
    (table,) = report.peer_table(view()).tables
    peer = view().peers[0]
    assert peer.n >= 3
    cells = table.rows[0].cells
    assert cells[-1].text.startswith(f"全国{peer.windows[0]['start_year']}—")
    assert (cells[4].text, cells[4].value) == (str(peer.n), peer.n)
    assert f"共{peer.n}段" in table.note
    assert "不是预测" in table.note


def test_too_few_peers_say_how_many_are_needed():
    found = view().assessment.disparities
    bare = view(compared=False)
    assert "没有指定可比的地区" in report.peer_table(bare).text
    assert len(found.peers) == 1


NUMBER = re.compile(r"\d+(?:\.\d+)?")


def test_every_number_of_the_sentences_stands_in_the_frames():
    """Rounded as printed, each number is one of the frames' or of the declared constants."""
    known = {95.0, 99.8}
    for name in ("gaps", "areas", "area_tests", "decompositions", "movements", "peers"):
        frame = getattr(view().df, name).select_dtypes("number").astype(float)
        known |= {abs(float(v)) for v in frame.to_numpy().ravel() if not pd.isna(v)}
    text = report.disparity_sentences(view()).text
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
    (bullets,) = report.disparity_sentences(view())
    assert isinstance(bullets, Bullets)
    assert bullets.is_numbered
    text = bullets.text
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
    for make in (report.contribution_table, report.disparity_sentences):
        assert "<b>甲" not in to_html(make(hostile))
        assert "&lt;b&gt;甲" in to_html(make(hostile))


@pytest.mark.parametrize(
    ("outer", "said"),
    [(0, "3个在95%控制限之外，都在99.8%控制限以内"), (2, "其中2个在99.8%控制限之外")],
)
def test_none_beyond_the_outer_limit_is_told_in_words(outer, said):
    row = {"counted": 8, "whole": 50.0, "outside_inner": 3, "outside_outer": outer, "flagged": 0}
    assert said in phrase("areas", "funnel", t=row, i=INDICATORS[0], names="")


def test_a_numerator_that_stood_still_takes_no_part():
    row = {"base_year": 2020, "year": 2025, "change": 5.3, "numerator_before": 29, "numerator": 29}
    row |= {"denominator_before": 34, "denominator": 32}
    rendered = phrase(
        "changes", "denominator", r=row, i=INDICATORS[0], up="提高", down="下降", above="（甲）",
        below="（乙）", follows=False, same=True, places=1,
    )  # fmt: skip
    assert "分子（甲）没有变化，都是29，分母（乙）由34变为32，变化全部来自分母。" in rendered


@pytest.mark.parametrize(("value", "shown"), [(18.14, "18.1"), (11684.3, "11684"), (99.9, "99.9")])
def test_a_large_dispersion_is_whole(value, shown):
    assert numbers.many_times(value) == shown


def test_minutes_become_more_or_fewer():
    assert up_down("分钟/日", "mean", "lower_better") == ("增加", "减少")
    assert up_down("%", "share", "higher_better") == ("提高", "下降")
    assert up_down("%", "share", "lower_better") == ("上升", "下降")
