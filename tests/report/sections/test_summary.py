"""The first paragraphs: what is wrong, how sure, who acts, and what it rests on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from findings_view import with_returns
from halfsky.plan.calibration import load_calibration
from halfsky.report.blocks import Bullets, Figure, Note, Paragraph
from halfsky.report.sections import summary
from small_view import small_view


def test_the_gravest_come_with_figure_chance_and_department() -> None:
    lead, items = summary.summary_box(small_view())
    assert isinstance(lead, Paragraph)
    assert lead.is_strong
    assert lead.text.startswith("需要处理的目标")
    assert isinstance(items, Bullets)
    # 2025年: 80 + 2025 % 3 + 0.5 × 10 = 85.0
    (line,) = (line for line in items.items if line.startswith("事项1"))
    assert "85.0%" in line
    assert "到2030年达标概率" in line
    assert line.endswith("由某局牵头（建议）。")


def test_the_lead_counts_what_the_list_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, every = summary.summary_box(small_view())
    assert "最要紧" not in whole.text
    monkeypatch.setattr(summary, "MOST", 1)
    lead, items = summary.summary_box(small_view())
    assert items.items == every.items[:1]
    assert lead.text == whole.text.replace("：", "，最要紧的1项是：")


def test_nothing_is_asked_of_a_reference_region_nor_of_a_year_without_figures() -> None:
    assert len(summary.summary_box(small_view("CN"))) == 0
    assert len(summary.summary_box(small_view(is_filed=False))) == 0


def test_a_goal_that_only_lacks_a_return_is_no_open_problem() -> None:
    view = small_view()
    assert view.missing.by("goal").keys() == {"things-3", "things-5"}
    assert not {"things-3", "things-5"} & {problem.goal for problem in view.open_problems}


@pytest.mark.parametrize(("region", "name"), [("jiutai", "九台区"), ("demo", "合成示范区")])
def test_the_plan_below_the_wall_is_that_of_the_region(region: str, name: str) -> None:
    view = small_view(region)
    info = view.plan.info.model_copy(update={"name": "九台区妇女发展规划", "district": "九台区"})
    plan = view.plan.model_copy(update={"info": info})
    (wall,) = summary.goal_wall(replace(view, assessment=replace(view.assessment, plan=plan)))
    assert isinstance(wall, Figure)
    assert wall.source.startswith(f"说明：{name}妇女发展规划；")


def test_the_wall_counts_every_goal_once() -> None:
    (wall,) = summary.goal_wall(small_view())
    assert wall.message.startswith("5项目标：")
    counts = [int(part[-2]) for part in wall.message[:-1].split("：")[1].split("，")]
    assert sum(counts) == 5
    assert list(wall.data["goal"]) == [f"things-{n}" for n in range(1, 6)]


def test_the_basis_counts_goals_targets_and_figures() -> None:
    plan, figures = summary.basis(small_view())
    assert "5项目标分解为5项指标要求，其中1项为机制建设类" in plan.text
    # Three series of 2015 to 2025: 33 figures on three targets.
    assert "共使用33个年度数值，涉及3项指标，由某局提供。" in figures.text
    assert "本报告依据《小规划》" in plan.text


def test_a_reference_region_is_not_evaluated_by_its_basis() -> None:
    rendered = summary.basis(small_view("CN")).text
    assert "不构成对全国的评估" in rendered
    assert "取自某局的公布数据" in rendered


def test_without_figures_the_basis_tells_of_none() -> None:
    assert summary.basis(small_view(is_filed=False))[1].text == "数据截至2025年，基期为2020年。"


def test_coverage_is_of_all_targets() -> None:
    # Three of five are known, all of 2025: 3 ÷ 5 = 60.0 %.
    rendered = summary.coverage(small_view()).text
    assert rendered.startswith("5项指标中3项有可用数据，占60.0%，其中3项为2025年的数据。")


def test_the_rules_are_told_with_the_constants_in_use() -> None:
    (rules,) = summary.method_note(small_view())
    assert isinstance(rules, Bullets)
    assert not rules.is_numbered
    assert f"{load_calibration().windows}个中期窗口" in rules.text
    assert "很有把握（90%及以上）" in rules.text
    assert "很难完成（更低）" in rules.text
    assert "达标率只数“达标”" in rules.text
    assert "达标率" not in summary.method_note(small_view("CN")).text


def test_a_domain_is_told_with_every_count_that_is_not_zero() -> None:
    view = small_view()
    (rendered,) = summary.domain_paragraph(view.of_domain("things"))
    # 85.0 % of 95 %; 94.0 % of 90 %; 3 deaths say nothing; one unfiled, one undocumented.
    assert rendered.text.startswith("本领域5项目标中，达标1项，未达标1项，不可判1项，未填报2项。")
    assert rendered.text.endswith("5项指标中3项有可用数据，占60.0%。")
    (verdict,) = summary.domain_verdicts(view)
    assert (verdict.lead, verdict.text) == ("妇女与事项", rendered.text)


def test_without_figures_no_domain_is_judged() -> None:
    view = small_view(is_filed=False)
    assert "不能评价，也不计作未达标" in summary.domain_paragraph(view).text
    (only,) = summary.domain_verdicts(view)
    assert isinstance(only, Note)
    assert summary.nothing_filed(view).text.startswith("5项目标的5项指标要求没有收到任何填报数据")


def test_the_headline_says_when_one_figure_decides() -> None:
    text = summary.headline(with_returns()).text
    assert "一项目标有一项指标未达标即判未达标" in text
    assert "4项中3项有可用数据" in text
