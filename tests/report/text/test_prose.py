"""Sentences with variants: the same facts whichever is chosen, each backed by a figure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from builders import target_result
from findings_view import of_role, with_returns
from halfsky.evaluate.results import Countermeasure, TargetResult
from halfsky.plan.vocabulary import Data, Status
from halfsky.report import numbers
from halfsky.report.sections.findings import values_of
from halfsky.report.text.prose import (
    Prose,
    claim,
    counted,
    is_backed,
    place_of,
    variant_phrase,
    variants,
)
from halfsky.report.view import View


@pytest.fixture(scope="module")
def view() -> View:
    return with_returns()


@pytest.fixture(scope="module")
def row(view: View) -> TargetResult:
    return view.targets[0]


@pytest.fixture(scope="module")
def answer(view: View) -> Countermeasure:
    return view.countermeasures[0]


@pytest.mark.parametrize(
    ("text", "backed"),
    [
        ("事项1：要高度重视，切实加强领导。", False),
        ("事项1：每年需提高0.5个百分点。", True),
        ("事项1：“做事”（措施1）至今未启动。", True),
        ("事项1：“做事”（措施一）至今未启动。", True),
        ("进一步加大工作力度。", False),
    ],
)
def test_a_label_alone_backs_nothing(view, text, backed):
    assert is_backed(text, view.plan) is backed


def numbers_in(text: str) -> list[str]:
    return sorted(re.findall(r"\d[\d,.]*", text))


def test_variants_give_the_same_facts(view, row, answer):
    prose = Prose(view)
    made = {make.__name__: set() for make in (prose.standing, prose.outlook, prose.pace)}
    needs = set()
    for i in range(60):
        other = replace(row, goal=f"things-{i}")
        for make in (prose.standing, prose.outlook, prose.pace):
            made[make.__name__].add(make(other))
        needs.add(prose.need(other, answer))
    for texts in (*made.values(), needs):
        assert len(texts) > 1, "60 goals do not read alike"
        assert len({tuple(numbers_in(text)) for text in texts}) == 1, texts


def test_a_variant_hangs_on_the_goal_alone():
    digest = hashlib.sha256(b"ask|health-2").hexdigest()
    assert place_of("health-2", "ask", 4) == int(digest[:8], 16) % 4


def test_what_is_printed_in_two_places_reads_differently(view, row):
    assert Prose(view, offset=1).ask(row) != Prose(view).ask(row)


def test_77_goals_use_every_variant():
    goals = [f"{domain}-{n}" for domain in ("health", "education", "law") for n in range(1, 26)]
    for (group, _), ways in variants().items():
        assert {place_of(goal, group, len(ways)) for goal in goals} == set(range(len(ways)))


def test_every_template_is_used_somewhere():
    folder = Path("lib/halfsky/report")
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.py")))
    by_finding = ("never_begun", "begun_late", "done_without_result", "not_reported")
    for _, key in variants():
        assert f'"{key}"' in source or key in by_finding, key


@pytest.mark.parametrize(
    ("numerator", "noun"),
    [
        ("孕产妇系统管理人数", "人"),
        ("由集中供水工程供水（含小区或院内）的农村人口，以及由城市管网供水的农村人口", "人"),
        ("享受老年福利补贴一项及以上的65岁及以上妇女（按人去重）", "人"),
        ("住院分娩的活产数", "例"),
        ("年末使用卫生厕所（含卫生公厕）的农户数", "户"),
        ("执行《女职工劳动保护特别规定》的企业数", "家"),
        ("当年签发的人身安全保护令件数", "件"),
        ("参加补贴性职业技能培训的女性人次", "人次"),
        ("建立妇女议事会的村（社区）数", "个"),
        ("基本医疗保险基金支付的政策范围内住院费用", ""),
        ("污水管网服务到的城区和建制镇建成区面积", ""),
    ],
)  # fmt: skip
def test_what_a_numerator_counts(numerator, noun):
    assert counted(numerator) == noun


def test_an_unknown_phrase_is_refused():
    with pytest.raises(KeyError):
        variant_phrase("standing", "nothing", "things-1")


@pytest.mark.parametrize(
    ("changes", "shortfall", "end"),
    [
        pytest.param({}, 10.0, "10.0个百分点", id="95 - 85"),
        pytest.param({"value": 95.0, "status": Status.MET}, 0.0, "95%", id="exactly the target"),
    ],
)
def test_a_level_stands_short_of_what_is_asked_or_has_reached_it(
    view, row, changes, shortfall, end
):
    text = Prose(view).standing(replace(row, shortfall=shortfall, **changes))
    assert f"{changes.get('value', 85.0):.1f}%" in text
    assert end in text


def test_a_share_of_few_people_is_printed_with_them(view, row):
    few = replace(row, numerator=10.0, denominator=12.0, is_quotient=True)
    assert Prose(view).standing(few).endswith("（12人中10人）")
    many = replace(few, denominator=51.0)
    assert "人中" not in Prose(view).standing(many), "from 51 people on a share says enough"


def test_a_doubtful_figure_is_printed_as_filed_and_praised_by_nobody(view):
    row = replace(view.targets[2], doubt="unit_slip")
    assert row.status == Status.MET
    text = Prose(view).standing(row) + Prose(view).verdict(row)
    assert re.search("填报.*为.*（基期.*）", text)
    assert "核实，暂列达标" in text
    assert "提高" not in text
    assert Prose(view).outlook(row) == ""
    assert "，待核实）" in values_of([row])
    reference = Prose(of_role("reference", True))
    assert "公布" in reference.standing(row)
    assert "暂列已达本规划目标值" in reference.verdict(row)


def test_a_clauses_chance_names_the_clause_and_the_goals_own_stands_beside_it(view):
    prose = Prose(view)
    first, alone = view.targets[0], view.targets[2]
    assert (first.goal, alone.goal) == ("things-1", "things-2")
    joint = {g.goal: g.p for g in view.goals}["things-1"]
    text = prose.outlook(first)
    assert "检查率" in text
    assert "整个目标" not in text, "both print as 不到1%: nothing new"
    apart = prose.outlook(replace(first, p_met=0.4))
    assert apart.endswith(f"整个目标同时达到的概率{numbers.chance(joint)}")
    assert "整个目标" not in prose.outlook(alone), "one clause is the goal"


def test_two_paces_that_print_alike_are_printed_once(view, row, answer):
    merged = replace(answer, change50=2.751, change80=2.754, is_line=False)
    text = Prose(view).need(row, merged)
    assert "五成至八成把握" in text
    assert text.count("2.75") == 1
    apart = Prose(view).need(row, replace(merged, change80=3.1))
    assert "五成至八成" not in apart


def test_without_a_forecast_no_chance_goes_with_a_pace(view, row, answer):
    without = replace(answer, is_line=True, change80=None, headcount80=None)
    assert "把握" not in Prose(view).need(replace(row, p_met=None), without)


def test_the_straight_line_stands_beside_the_pace_for_good_odds(view, row, answer):
    text = Prose(view).need(row, replace(answer, is_line=True, change50=2.0, change80=3.0))
    assert "2.00个百分点" in text
    assert "五成" not in text, "the line goes with no chance"
    assert "八成把握" in text


def test_a_pace_for_good_odds_alone_is_asked_alone(view, row, answer):
    text = Prose(view).need(row, replace(answer, change50=None, change80=3.0))
    assert "3.00个百分点" in text
    assert "八成把握" in text
    assert "五成" not in text


def test_less_than_one_person_a_year_is_counted_to_the_plans_end(view, row, answer):
    few = replace(answer, change50=2.0, change80=3.0, headcount50=0.25, headcount80=0.5)
    text = Prose(view).need(row, few)
    assert "（到2030年共需增加2人）" in text, "5 years of .25"
    assert "（到2030年共需增加3人）" in text, "5 years of .5"
    assert "不足1" not in text
    mixed = Prose(view).need(row, replace(few, headcount80=1.2))
    assert "（到2030年共需增加6人）" in mixed, "5 years of 1.2, beside a total no yearly number"
    alike = Prose(view).need(row, replace(few, headcount80=0.3))
    assert alike.count("共需增加2人") == 1


@pytest.mark.parametrize(
    ("headcount", "text"), [(1240.4, "（约1240人）"), (0.5, "（不足1人）"), (None, "")]
)
def test_people_are_counted_whole(view, row, headcount, text):
    assert Prose(view).people(row, headcount) == text


def test_quotation_marks_within_a_clause_are_the_inner_kind(view, row):
    assert "“发挥‘半边天’作用”" in Prose(view).ask(replace(row, clause="发挥“半边天”作用"))


def test_a_name_that_states_something_gives_way_to_the_indicators(row):
    named = replace(row, name="检查率提高", indicator_name="妇女检查率")
    assert values_of([named]) == "妇女检查率（85.0%，要求提高）"


def test_an_old_figure_bears_its_year(row):
    old = replace(row, data=Data.STALE, value_year=2023)
    assert values_of([old]) == "检查率（85.0%，2023年）"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("女党员比例提高", "，要求提高", id="rise"),
        pytest.param("董事会女性比例稳定", "，要求稳定", id="hold"),
        pytest.param("女职工特别规定执行", "", id="what is carried out is no second clause"),
    ],
)
def test_of_two_clauses_on_one_indicator_the_one_meant_is_named(name, text):
    assert claim(target_result(name=name)) == text


def test_measures_that_stand_out_come_first_and_the_rest_are_counted(view):
    begun, unreported = (m for m in view.measures)
    prose = Prose(view)
    text = prose.measures([begun, unreported], "things-1")
    assert text.startswith("“开展检查”（措施2）没有填报进展；“做事”（措施1）2022年启动")
    many = prose.measures([unreported, begun, begun], "things-1")
    assert many.endswith("；另有措施1推进中")
    unknown = prose.measures([unreported, unreported], "things-1", steps=2026)
    assert unknown.startswith(
        "“开展检查”（措施2）、“开展检查”（措施2）都没有填报进展，须在2026年补报"
    )


def test_who_reports_names_those_who_must_act_before_the_others(view, answer):
    helped = replace(answer, department="甲局", support=("乙局", "丙局", "丁局", "戊局"))
    assert "乙局、丙局、丁局等4个部门配合" in Prose(view).duty(helped)
    owned = Prose(view).duty(helped, ["戊局", "甲局"])
    assert "戊局、乙局、丙局等4个部门配合" in owned
    assert "甲局负责" in Prose(view).duty(replace(helped, support=()))
