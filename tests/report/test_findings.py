"""Findings, paragraphs and scenarios on small figures: each goal once, each sentence backed."""

from __future__ import annotations

import functools
import hashlib
import re
from pathlib import Path

import pandas as pd
import pytest
from halfsky.report._sections import words_for
from halfsky.report.findings import troubles, values_of
from halfsky.report.html import Html
from halfsky.report.markup import read

from builders import UNITS, indicator, no_evidence, observations, plan_of, target
from halfsky import report
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.evaluate.measures import RETURNS
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Measure, Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.report import numbers
from halfsky.report.text.prose import (
    Prose,
    claim,
    counted,
    is_backed,
    place_of,
    say,
    variants,
    verbs,
)
from halfsky.report.text.words import Words, rows
from halfsky.report.view import View

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())
NUMERATOR = "接受检查的妇女人数"
# 85.0 % in 2025 of 10,000, one point a year.
BEHIND = {2016 + i: (7600 + 100 * i, 10_000) for i in range(10)}
TEXTS = (
    report.experience,
    report.problems,
    report.recommendations,
    report.countermeasure_table,
    report.goal_paragraphs,
    report.what_if_table,
)


def view_of(
    figures: pd.DataFrame, *, role: str = "evaluated", returns=None, serves=("things-1",)
) -> View:
    """Goal 1: 95 % asked twice over; goal 2: 80 % asked; goal 3: an institution."""
    targets = [
        target(name="检查率"),
        target(id="things-1-2", value=90, name="农村检查率"),
        target(id="things-2-1", value=80, indicator="other", name="参加率"),
        target("milestone", id="things-3-1", name="检查制度"),
    ]
    shares = [
        indicator(numerator=NUMERATOR, denominator="妇女人数"),
        indicator("other").model_copy(update={"name": "参加率"}),
    ]
    plan = plan_of(targets, shares)
    file = plan.domains[0]
    extra = Measure(id="things-m2", text="开展检查。", serves=("things-1",))
    measures = (Measure(id="things-m1", text="做事。", serves=serves), extra)
    lead = plan.duties.goals["things-1"]
    duties = dict.fromkeys(("things-m1", "things-m2"), lead)
    plan = plan.model_copy(
        update={
            "domains": (file.model_copy(update={"measures": measures}),),
            "duties": plan.duties.model_copy(update={"measures": duties}),
        }
    )
    place = Region(id="here", name="某区", short="某区", role=role, plan="small")
    made = assess(plan, place, 2025, figures, no_evidence(), ASSUMED, returns=returns)
    return View(made, figures, {"here": "某区"})


def figures() -> pd.DataFrame:
    ahead = {2014 + i: round(78 + 1.2 * i, 1) for i in range(12)}
    return pd.concat([observations(BEHIND), observations(ahead, "other")])


def returned(**changes: object) -> pd.DataFrame:
    row = {
        "region": "here", "measure": "things-m1", "department": "某局", "year": 2025,
        "status": "推进中", "started": "2022", "money_wan": 1200.0, "people": 3456.0, "note": "",
    }  # fmt: skip
    return pd.DataFrame([row | changes], columns=list(RETURNS)).astype(RETURNS)


@pytest.fixture(scope="module")
def view() -> View:
    return view_of(figures(), returns=returned())


def lines(made: Html) -> list[str]:
    return made.text.splitlines()


def test_a_goal_is_told_once_with_its_gravest_target_first(view):
    rendered = [line for line in lines(report.problems(view)) if line.startswith("事项1")]
    assert len(rendered) == 1
    assert "95%" in rendered[0]
    assert "10.0个百分点" in rendered[0], "95 - 85"
    assert "农村检查率" in rendered[0]


def test_a_countermeasure_names_quantity_people_measures_department_and_date(view):
    rendered = lines(report.recommendations(view))[0]
    assert "约" in rendered
    assert "人）" in rendered
    assert "“做事”（措施1）2022年启动，正在推进，累计投入1200万元，2025年惠及3456人" in rendered
    assert "“开展检查”（措施2）没有填报进展，须在2026年补报" in rendered
    assert "某局" in rendered
    assert "2026年监测时报告" in rendered
    assert "。。" not in rendered


def test_a_measure_never_begun_is_to_begin():
    view = view_of(figures(), returns=returned(status="未启动", started="", money_wan=None))
    rendered = lines(report.recommendations(view))[0]
    assert "“做事”（措施1）至今未启动，须在2026年内启动" in rendered
    assert "1项至今未启动（事项“做事”）" in report.problems(view).text


def test_what_ran_meanwhile_is_not_called_a_cause():
    view = view_of(figures(), returns=returned(), serves=("things-1", "things-2"))
    rendered = report.experience(view).text
    assert rendered.startswith("事项2")
    assert "同期，“做事”（措施1）2022年启动，正在推进" in rendered
    assert not re.search("因为|由于|得益|带来|促使", rendered)


def test_a_reference_region_gets_no_department_phase_or_countermeasure():
    view = view_of(figures(), role="reference")
    for make in TEXTS:
        text = make(view).text
        assert "某局" not in text
        assert "措施" not in text
        assert "达标" not in text
        assert "评估。" not in text
    assert "达到目标值的概率" in report.goal_paragraphs(view).text
    assert "本规划目标值" in report.problems(view).text


def test_what_a_reference_page_calls_unmet_is_among_its_problems():
    """Within δ of the value an evaluated county has nearly met; a reference page says unmet."""
    near = pd.concat([observations(BEHIND), observations({2025: 79.5}, "other")])
    rendered = report.problems(view_of(near, role="reference")).text
    assert "事项2：参加率" in rendered
    assert "事项2" not in report.problems(view_of(near)).text
    assert "与要求相差不超过" in report.completion_table(view_of(near)).html
    assert "不超过" not in report.completion_table(view_of(near, role="reference")).html


def test_without_figures_there_is_one_useful_sentence():
    view = view_of(observations({}))
    (rendered,) = lines(report.goal_paragraphs(view))
    assert "3项目标" in rendered
    assert "4项指标" in rendered
    assert "某局（4项）" in rendered
    assert "于2026年年度填报时报送" in rendered, "a plan without a schedule"
    assert report.experience(view).text == "4项指标都没有可用数据，看不出哪些做法有成效。"
    assert "补报3项数据、1项佐证材料" in report.recommendations(view).text


@functools.cache
def of_role(role: str, has_figures: bool) -> View:
    return view_of(figures() if has_figures else observations({}), role=role)


@pytest.mark.parametrize("has_figures", [True, False])
@pytest.mark.parametrize("role", ["evaluated", "reference", "synthetic"])
@pytest.mark.parametrize("make", TEXTS)
def test_no_platitude_is_printed(make, role, has_figures):
    view = of_role(role, has_figures)
    for line in lines(make(view)):
        assert is_backed(line, view.plan), line


@pytest.mark.parametrize(
    ("text", "backed"),
    [
        ("事项1：要高度重视，切实加强领导。", False),
        ("事项1：每年需提高0.5个百分点。", True),
        ("事项1：“做事”（措施1）至今未启动。", True),
        ("进一步加大工作力度。", False),
    ],
)
def test_a_label_alone_backs_nothing(view, text, backed):
    assert is_backed(text, view.plan) is backed


def test_an_unbacked_item_is_dropped(view):
    from halfsky.report.findings import _listed

    assert _listed(view, ["要高度重视。", "共有3项。"], "共0项。").text == "共有3项。"
    assert _listed(view, ["要高度重视。"], "共0项。").text == "共0项。"


def test_the_sentence_that_closes_a_list_is_none_of_its_items(view):
    from halfsky.report.findings import _listed, _most

    shown, closing = _most([f"第{n}项。" for n in range(1, 10)], "项")
    assert closing == ["共有9项，以上列出8项，其余见表。"]
    html = _listed(view, shown, "", closing).html
    assert html.count("<li>") == 8
    assert "</ol><p>共有9项，以上列出8项，其余见表。</p>" in html
    *items, last = read(html)
    assert [item.number for item in items] == list(range(1, 9))
    assert (last.kind, last.number) == ("body", 0)


def test_a_list_that_no_table_completes_does_not_point_to_one():
    from halfsky.report.findings import _most

    assert _most(["一"] * 9, "项", rest="")[1] == ["共有9项，以上列出8项。"]
    assert _most(["一"] * 8, "项") == (["一"] * 8, [])


def test_a_paragraph_has_two_to_four_sentences(view):
    for line in lines(report.goal_paragraphs(view)):
        assert 1 <= line.count("。") <= 4
        assert "。。" not in line
        assert "None" not in line
        assert "nan" not in line


def numbers_in(text: str) -> list[str]:
    return sorted(re.findall(r"\d[\d,.]*", text))


def test_variants_tell_the_same_facts(view):
    prose = Prose(view)
    row = rows(view.df.targets)[0]
    answer = rows(view.assessment.countermeasures)[0]
    made = {make.__name__: set() for make in (prose.standing, prose.outlook, prose.pace)}
    needs = set()
    for i in range(60):
        goal = f"things-{i}"
        for make in (prose.standing, prose.outlook, prose.pace):
            made[make.__name__].add(make({**row, "goal": goal}))
        needs.add(prose.need({**row, "goal": goal}, answer))
    for rendered in (*made.values(), needs):
        assert len(rendered) > 1, "60 goals do not read alike"
        assert len({tuple(numbers_in(text)) for text in rendered}) == 1, rendered


def test_a_variant_hangs_on_the_goal_alone():
    digest = hashlib.sha256(b"ask|health-2").hexdigest()
    assert place_of("health-2", "ask", 4) == int(digest[:8], 16) % 4


def test_77_goals_use_every_variant():
    goals = [f"{domain}-{n}" for domain in ("health", "education", "law") for n in range(1, 26)]
    for (group, _), ways in variants().items():
        assert {place_of(goal, group, len(ways)) for goal in goals} == set(range(len(ways)))


def test_every_template_is_used_somewhere():
    source = "".join(
        path.read_text(encoding="utf-8") for path in sorted(Path("lib/halfsky/report").glob("*.py"))
    )
    for _, key in variants():
        assert f'"{key}"' in source or key in (
            "never_begun", "begun_late", "done_without_result", "not_reported",
        ), key  # fmt: skip


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


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"type": "narrow_gap", "unit": "百分点"}, ("扩大", "缩小")),
        ({"type": "directional", "unit": "岁"}, ("延长", "缩短")),
        ({"type": "directional", "unit": "万人", "kind": "count"}, ("增加", "减少")),
        ({"type": "reach", "unit": "1/10万", "direction": "lower_better"}, ("上升", "下降")),
        ({"type": "reach", "unit": "%", "direction": "higher_better"}, ("提高", "下降")),
    ],
)
def test_verbs(row, expected):
    assert verbs({"kind": "share", "direction": "higher_better", **row}) == expected


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "shown"),
    [
        (2.9, "%", 1, "2.9个百分点"),
        (0.04, "%", 1, "0.04个百分点"),
        (0.0004, "%", 1, "0.0004个百分点"),
        (0, "%", 1, "0.0个百分点"),
        (2.3, "1/10万", 1, "2.3/10万"),
    ],
)
def test_a_difference_never_prints_as_nothing(value, unit, decimals, shown):
    assert numbers.gap(value, unit, decimals) == shown


@pytest.mark.parametrize(
    ("p", "shown"),
    [(0.46, "为46%"), (0.001, "不到1%"), (0.999, "超过99%"), (0.99, "为99%"), (0.01, "为1%")],
)
def test_a_chance_follows_its_noun(p, shown):
    assert numbers.chance(p) == shown


def test_heads_are_not_grouped():
    assert numbers.headcount(1240.4) == "1240"


def test_paces_are_shown_with_what_half_of_them_leaves(view):
    made = report.what_if_table(view)
    assert "检查率" in made.text
    assert "1.5倍速度" in made.html
    assert "人）" in made.html
    empty = report.what_if_table(view_of(observations({})))
    assert "0项指标" in empty.text
    assert "<table" not in empty.html


def test_say_refuses_an_unknown_phrase():
    with pytest.raises(KeyError):
        say("standing", "nothing", "things-1")


def goal_of(view: View, goal: str) -> list[dict]:
    return [row for row in rows(view.df.targets) if row["goal"] == goal]


def test_a_doubtful_figure_is_told_as_filed_and_praised_by_nobody(view):
    row = {**rows(view.df.targets)[2], "doubt": "unit_slip"}
    assert row["status"] == "达标"
    rendered = Prose(view).standing(row) + Prose(view).verdict(row)
    assert re.search("填报.*为.*（基期.*）", rendered)
    assert "核实，暂列达标" in rendered
    assert "提高" not in rendered
    assert Prose(view).outlook(row) == ""
    assert "，待核实）" in values_of([row])
    reference = Prose(of_role("reference", True))
    assert "公布" in reference.standing(row)
    assert "暂列已达本规划目标值" in reference.verdict(row)


def test_a_clauses_chance_names_the_clause_and_the_goals_own_stands_beside_it(view):
    prose = Prose(view)
    first, alone = goal_of(view, "things-1")[0], goal_of(view, "things-2")[0]
    joint = view.df.goals.set_index("goal")["p"]["things-1"]
    rendered = prose.outlook(first)
    assert "检查率" in rendered
    assert "整个目标" not in rendered, "both print as 不到1%: nothing new"
    apart = prose.outlook({**first, "p_met": 0.4})
    assert apart.endswith(f"整个目标同时达到的概率{numbers.chance(joint)}")
    assert "整个目标" not in prose.outlook(alone), "one clause is the goal"


def test_what_is_to_be_verified_is_never_dropped(view):
    row = rows(view.df.targets)[0]
    worse = {"first_year": 2022, "first": 85.0, "value_year": 2025, "value": 80.0, "years": 3}
    unusual = {"value_year": 2025, "value": 80.0, "lo95": 84.0, "hi95": 88.0}
    common = {"goal": row["goal"], "target": row["target"], "indicator": None, "domain": "things"}
    found = [
        {"family": "恶化", "rule": "wrong_way", "severity": "红色", "inputs": worse | {"delta": 1}},
        {"family": "异常", "rule": "outside_interval", "severity": "黄色", "inputs": unusual},
    ]
    warned = view_of(figures(), returns=returned())
    warned.__dict__["warnings"] = pd.DataFrame([common | w for w in found])
    rendered = troubles(warned, Prose(warned), row)
    assert "请核实" in rendered[0]
    assert "朝不利方向" in rendered[1]
    doubtful = troubles(warned, Prose(warned), {**row, "doubt": "unit_slip"})
    assert len(doubtful) == 1, "no decline is read off a doubtful figure"
    assert "请核实" in doubtful[0]


@pytest.mark.parametrize(
    ("status", "started", "said"),
    [
        ("推进中", "2024", "同期，“做事”（措施1）2024年启动"),
        ("推进中", "2025", "指标向好，而措施1于2025年才启动，尚不足以总结做法"),
        ("未启动", "", "指标向好，而对应措施尚未启动，与措施无关"),
    ],
)
def test_only_what_ran_a_year_before_counts_as_having_run(status, started, said):
    made = returned(status=status, started=started)
    rendered = report.experience(view_of(figures(), returns=made, serves=("things-2",))).text
    assert said in rendered
    assert ("同期" in rendered) == (started == "2024")


def test_a_measure_never_begun_is_named_though_its_goal_is_met():
    made = returned(status="未启动", started="")
    rendered = lines(report.recommendations(view_of(figures(), returns=made, serves=("things-2",))))
    assert "另须在2026年内启动：“做事”（事项2，措施1，某局）。" in rendered
    served = lines(report.recommendations(view_of(figures(), returns=made)))
    assert not any(line.startswith("另须") for line in served), "told with its goal"


def test_a_measure_begun_late_keeps_its_status_and_is_asked_for_what_is_not_filed_yet():
    for status, words, step in (
        ("推进中", "2024年才启动，正在推进", "须在2026年说明能否按期补上进度"),
        ("完成", "2024年才启动，已完成", "须在2026年报送成效"),
    ):
        view = view_of(figures(), returns=returned(status=status, started="2024"))
        rendered = lines(report.recommendations(view))[0]
        assert words in rendered
        assert step in rendered


def test_two_paces_that_print_alike_are_told_once(view):
    row, answer = rows(view.df.targets)[0], rows(view.assessment.countermeasures)[0]
    merged = answer | {"change50": 2.751, "change80": 2.754, "is_line": False}
    rendered = Prose(view).need(row, merged)
    assert "五成至八成把握" in rendered
    assert rendered.count("2.75") == 1
    apart = Prose(view).need(row, merged | {"change80": 3.1})
    assert "五成至八成" not in apart


def test_without_a_forecast_no_chance_goes_with_a_pace(view):
    row, answer = rows(view.df.targets)[0], rows(view.assessment.countermeasures)[0]
    without = {"is_line": True, "change80": None, "headcount80": None}
    assert "把握" not in Prose(view).need(row | {"p_met": None}, answer | without)


def test_the_straight_line_is_told_beside_the_pace_for_good_odds(view):
    row, answer = rows(view.df.targets)[0], rows(view.assessment.countermeasures)[0]
    rendered = Prose(view).need(row, answer | {"is_line": True, "change50": 2.0, "change80": 3.0})
    assert "2.00个百分点" in rendered
    assert "五成" not in rendered, "the line goes with no chance"
    assert "八成把握" in rendered


def test_less_than_one_head_a_year_is_told_to_the_plans_end(view):
    row, answer = rows(view.df.targets)[0], rows(view.assessment.countermeasures)[0]
    few = answer | {"change50": 2.0, "change80": 3.0, "headcount50": 0.25, "headcount80": 0.5}
    rendered = Prose(view).need(row, few)
    assert "（到2030年共需增加2人）" in rendered, "5 years of .25"
    assert "（到2030年共需增加3人）" in rendered, "5 years of .5"
    assert "不足1" not in rendered
    mixed = Prose(view).need(row, few | {"headcount80": 1.2})
    assert "（到2030年共需增加6人）" in mixed, "5 years of 1.2, beside a total no yearly number"
    alike = Prose(view).need(row, few | {"headcount80": 0.3})
    assert alike.count("共需增加2人") == 1


def test_quotation_marks_within_a_clause_are_the_inner_kind(view):
    row = rows(view.df.targets)[0] | {"clause": "发挥“半边天”作用"}
    assert "“发挥‘半边天’作用”" in Prose(view).ask(row)


def test_a_name_that_states_something_gives_way_to_the_indicators(view):
    row = rows(view.df.targets)[0] | {"name": "检查率提高", "indicator_name": "妇女检查率"}
    assert values_of([row]) == "妇女检查率（85.0%，要求提高）"


@pytest.mark.parametrize(
    ("p", "shown"),
    [
        (0.8989, "89.9%"),  # 90 % would be 很有把握
        (0.89996, "89.9%"),
        (0.329, "32.9%"),
        (0.33, "33%"),
        (0.656, "65.6%"),
        (0.47, "47%"),
        (0.0995, "9.9%"),
    ],
)
def test_a_chance_stays_on_its_own_side_of_a_limit(p, shown):
    assert numbers.percent(p) == shown


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(0.1, 0.4, "0.1—0.4"), (-0.14, 0.14, "−0.1至0.1"), (-0.4, -0.2, "−0.4至−0.2")],
)
def test_an_interval_with_a_sign_is_told_with_a_word(low, high, shown):
    assert numbers.span(low, high, 1) == shown


@pytest.mark.parametrize(
    ("speed_up", "is_stalled", "p", "said"),
    [
        (0.4, False, 0.8, "近期速度已快于所需"),
        (0.4, False, 0.2, ""),  # the forecast does not think so
        (1.02, False, 0.4, "略快于近期速度"),
        (2.5, False, 0.2, "为近期速度的2.5倍"),
        (None, True, 0.2, "停滞或反向"),
        (None, True, 0.7, ""),
    ],
)
def test_the_recent_pace_is_left_out_where_the_forecast_says_the_opposite(
    view, speed_up, is_stalled, p, said
):
    row = rows(view.df.targets)[0]
    pace = {"needed_pace": 2.0, "speed_up": speed_up, "is_stalled": is_stalled, "p_met": p}
    rendered = words_for(view).pace(row | pace)
    assert rendered.startswith("今后每年需提高2.00个百分点")
    assert rendered.endswith(said)
    assert ("，" in rendered) == bool(said)


def test_near_and_no_further_than_at_the_baseline_says_so(view):
    row = rows(view.df.targets)[0] | {"type": "directional", "rule": "within_delta", "delta": 3.0}
    row |= {"value": 88.7, "baseline": 88.71, "threshold": 91.7, "status": "基本达标"}
    rendered = words_for(view).rule(row)
    assert rendered == "88.7%，与基期持平，比要求低3.0个百分点，差距不超过3.0个百分点"


def test_a_share_is_held_against_another_by_its_name(view):
    row = rows(view.df.targets)[0] | {"type": "relative", "unit": "百分点", "comparator": "within"}
    row |= {"female": 38.8, "value": -5.1, "delta": 2.0, "rule": "short", "status": "未达标"}
    words = Words((0.97, 1.03), 2030, {}, references={row["target"]: "企业职工中女性比例"})
    assert words.requirement(row) == "与企业职工中女性比例（43.9%）相适应（相差不超过2个百分点）"
    assert words.rule(row) == "38.8%，比企业职工中女性比例（43.9%）低5.1个百分点"
    inputs = {"p": 0.3289, "limit": 0.33, "value_year": 2025, "value": -5.1, "threshold": 0.0}
    rendered = words.warning({"rule": "p_below", "inputs": inputs}, row)
    assert "概率为32.9%，低于33%" in rendered
    assert (
        "（2025年比企业职工中女性比例低5.1个百分点，要求与这一比例相差不超过2个百分点）" in rendered
    )


def test_the_headline_says_when_one_figure_decides(view):
    rendered = report.headline(view).html
    assert "一项目标有一项指标未达标即判未达标" in rendered
    assert "4项中3项有可用数据" in rendered


def test_paces_are_not_asked_of_what_is_likely_or_in_doubt():
    view = view_of(figures())
    name = "检查率"
    assert f"{name} " in report.what_if_table(view).text
    for changed in ({"p_met": 0.7}, {"doubt": "unit_slip"}):
        other = view_of(figures())
        other.__dict__["targets"] = other.targets.assign(**changed)
        assert name not in report.what_if_table(other).text


@pytest.mark.parametrize(
    ("name", "rendered"),
    [
        pytest.param("女党员比例提高", "，要求提高", id="rise"),
        pytest.param("董事会女性比例稳定", "，要求稳定", id="hold"),
        pytest.param("女职工特别规定执行", "", id="what is carried out is no second clause"),
    ],
)
def test_of_two_clauses_on_one_indicator_the_one_meant_is_told(name, rendered):
    assert claim({"name": name}) == rendered
