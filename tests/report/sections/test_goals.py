"""A paragraph a goal: what is asked, where it stands, where it is heading, and what is missing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from findings_view import of_role, with_returns
from halfsky import report
from halfsky.evaluate.results import GoalResult, Results, TargetResult
from halfsky.plan.vocabulary import Status
from halfsky.report.blocks import Note, Paragraph
from halfsky.report.sections import goals
from halfsky.report.view import View


@pytest.fixture(scope="module")
def view() -> View:
    return with_returns()


def test_a_paragraph_bears_its_goals_label_and_has_two_to_four_sentences(view):
    made = report.goal_paragraphs(view)
    assert [block.lead for block in made] == ["事项1", "事项2", ""]
    for block in made:
        assert 1 <= block.text.count("。") <= 4
        for broken in ("。。", "None", "nan"):
            assert broken not in block.text


def test_the_gravest_target_leads_and_the_others_are_counted(view):
    first = report.goal_paragraphs(view)[0].text
    assert "“某率达到95%以上”" in first
    assert "10.0个百分点" in first, "95 - 85"
    assert "农村检查率（85.0%）" in first
    assert "“做事”（措施1）2022年启动" in first


def test_goals_without_figures_share_one_sentence(view):
    last = report.goal_paragraphs(view)[-1]
    assert last == Paragraph(
        "事项3这1项目标没有可用数据，涉及1项指标要求，须由某局（1项）于2026年年度填报时报送。"
    )


def test_without_any_figure_one_note_says_what_is_missing_from_whom():
    (asked,) = report.goal_paragraphs(of_role("evaluated", False))
    assert isinstance(asked, Note)
    assert "3项目标" in asked.text
    assert "4项指标" in asked.text
    assert "某局（4项）" in asked.text
    assert "于2026年年度填报时报送" in asked.text, "a plan without a schedule"


def test_a_reference_region_files_nothing_and_has_no_measures():
    view = of_role("reference", True)
    made = report.goal_paragraphs(view)
    assert (
        made[-1].text == "事项3这1项目标没有可用数据，涉及1项指标要求（其中机制类1项），无法对照。"
    )
    assert "措施" not in made.text


def test_only_the_goals_asked_for_are_written_of(view):
    made = report.goal_paragraphs(view, {"things-2"})
    assert [block.lead for block in made] == ["事项2", ""]


def test_steady_goals_are_counted_and_not_written_of_again(view):
    """Goal 2 is met as it was last year; it is no longer in question."""
    steady = [
        replace(t, status_before=t.status) if t.goal == "things-2" else t for t in view.targets
    ]
    made = replace(view)
    made.__dict__["targets"] = Results(TargetResult, steady)
    assert goals.goals_in_question(made) == {"things-1"}
    assert [t.target for t in goals.in_question(made)] == ["things-1-1", "things-1-2"]
    blocks = goals.paragraphs_in_question(made)
    assert blocks[-1].text == "事项2共1项目标（达标1项）没有预警和变化，见附录1。"
    assert all(block.is_detail for block in blocks)


def test_a_changed_status_puts_a_goal_in_question(view):
    changed = [
        replace(t, status_before=Status.UNMET) if t.goal == "things-2" else t for t in view.targets
    ]
    made = replace(view)
    made.__dict__["targets"] = Results(TargetResult, changed)
    assert "things-2" in goals.goals_in_question(made)


def test_an_undecidable_goal_is_in_question_though_nothing_changed(view):
    steady = [replace(t, status_before=t.status) for t in view.targets]
    made = replace(view)
    made.__dict__["targets"] = Results(TargetResult, steady)
    made.__dict__["goals"] = Results(
        GoalResult,
        [replace(g, status=Status.UNDECIDABLE) if g.goal == "things-2" else g for g in view.goals],
    )
    assert "things-2" in goals.goals_in_question(made)
