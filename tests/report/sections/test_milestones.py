"""Documents on institutions: who rated what, where two raters disagree, what is proven."""

from __future__ import annotations

from dataclasses import replace

import pytest

from halfsky.evaluate.results import (
    MIN_TARGETS_FOR_KAPPA,
    Agreement,
    MilestoneRating,
    Results,
)
from halfsky.plan.vocabulary import Status
from halfsky.report.blocks import Note, Paragraph, Table
from halfsky.report.sections import milestones
from halfsky.report.view import View
from small_view import small_view, with_targets

NAME = "某率达到95%以上"  # of the milestone of goal 5


def rated(
    level: float | None = 3.0,
    *,
    region: str = "jiutai",
    status: Status = Status.MET,
    **more: object,
) -> View:
    """The small view with documents filed on its milestone."""
    view = with_targets(small_view(region), {"things-5-1": {"status": status, "level": level}})
    given = {"n_raters": 2, "documents": 3, "last_date": "2025-06-01", "is_disputed": False} | more
    view.__dict__["milestones"] = Results(
        MilestoneRating, [MilestoneRating("things-5-1", level, **given)]
    )
    return view


def test_a_rating_is_told_with_documents_date_and_raters() -> None:
    (table,) = milestones.milestone_table(rated())
    assert isinstance(table, Table)
    assert table.caption == "机制类目标的佐证评定（已提交1项，共1项）"
    assert table.texts == [[f"{NAME}\n事项5", "3", "2025-06-01", "2", "3级", "一致"]]
    assert [cell.value for cell in table.rows[0].cells] == [None, 3, None, 2, 3.0, None]
    assert table.note == "没有两人同时评定的指标，不计算一致性。"


@pytest.mark.parametrize(
    ("changes", "level", "opinion"),
    [
        ({"n_raters": 0, "level": None}, "未评定", "待评定"),
        ({"n_raters": 1}, "3级", "仅一人评定"),
        ({"is_disputed": True}, "3级", "两人不一致，取较低级"),
    ],
)
def test_the_opinion_says_how_far_the_rating_has_come(changes, level, opinion) -> None:
    (table,) = milestones.milestone_table(rated(**changes))
    assert table.texts[0][4:] == [level, opinion]


@pytest.mark.parametrize(
    ("changes", "is_listed"),
    [
        ({"status": Status.UNMET}, True),
        ({"is_disputed": True}, True),
        ({}, False),
    ],
    ids=["unmet", "disputed", "neither"],
)
def test_of_the_open_ones_only_unmet_and_disputed_are_listed(changes, is_listed) -> None:
    (made,) = milestones.milestone_table(rated(**changes), only_open=True)
    if is_listed:
        assert isinstance(made, Table)
        assert made.caption == "未达标或评级不一致的机制类目标"
        assert made.note.startswith("1项机制类目标已提交1项。")
    else:
        assert isinstance(made, Paragraph)
        assert made.text.startswith(
            "1项机制类目标中1项已提交佐证材料，没有未达标的，也没有评级不一致的。"
        )


def test_nothing_filed_is_neither_done_nor_undone() -> None:
    (only,) = milestones.milestone_table(small_view())
    assert isinstance(only, Note)
    assert only.text.endswith("不推定为已完成，也不推定为未完成。")


def test_another_region_is_not_held_against_a_countys_documents() -> None:
    (only,) = milestones.milestone_table(rated(region="CN"))
    assert isinstance(only, Note)
    assert only.text == "1项机制类指标凭某区自己的佐证材料评定，不用来对照全国。"


@pytest.mark.parametrize(
    ("agreement", "text"),
    [
        pytest.param(
            Agreement(MIN_TARGETS_FOR_KAPPA - 1, 0.75, None),
            f"级别相同的占75%；不足{MIN_TARGETS_FOR_KAPPA}项，不计算加权kappa。",
            id="too few for kappa",
        ),
        pytest.param(
            Agreement(MIN_TARGETS_FOR_KAPPA, 0.75, None),
            "级别相同的占75%；其中一人各项评级相同，不计算加权kappa。",
            id="one rater without any variety",
        ),
        pytest.param(
            Agreement(MIN_TARGETS_FOR_KAPPA, 0.8, 0.614),
            "不比偶然相同更好）为0.61。",
            id="kappa",
        ),
    ],
)
def test_two_raters_agreement_is_told_and_why_not(agreement, text) -> None:
    view = rated()
    milestones_of = view.__dict__["milestones"]
    told = replace(view, assessment=replace(view.assessment, agreement=agreement))
    told.__dict__["milestones"] = milestones_of
    (table,) = milestones.milestone_table(told)
    assert table.note.startswith(f"两人评定{agreement.n}项，")
    assert table.note.endswith(text)


def test_only_institutions_with_proven_results_are_an_experience() -> None:
    assert len(milestones.proven_milestones(rated(3.0))) == 0
    assert milestones.proven_milestones(rated(4.0)).text == (
        f"1项机制建设类指标中，1项有取得实效的佐证材料，评为4级：{NAME}（事项5）。"
    )
