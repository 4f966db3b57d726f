"""What do the documents on institutions show, and do two raters agree?"""

from __future__ import annotations

from halfsky.evaluate.results import MIN_TARGETS_FOR_KAPPA, MilestoneRating
from halfsky.plan.vocabulary import Status
from halfsky.report import blocks
from halfsky.report.blocks import (
    SILENT,
    Blocks,
    Cell,
    Column,
    Paragraph,
    note,
    sentence,
    table,
    words,
)
from halfsky.report.labels import goal_label, listed
from halfsky.report.text import phrase
from halfsky.report.view import View

PROVEN_LEVEL = 4  # outcome evidenced: see evaluate.milestone


def milestone_table(view: View, *, only_open: bool = False) -> Blocks:
    """Milestones: documents filed, levels rated, disagreements, agreement of two raters.

    only_open: list those unmet or disputed alone; all are counted.
    """
    ratings = view.milestones
    filed = [rating for rating in ratings if rating.documents > 0]
    given = {"n": len(ratings), "filed": len(filed), "only_open": only_open}
    if view.is_reference:
        district, region = view.plan.info.district, view.region.short
        return note(
            phrase("milestone_table", "reference", district=district, region=region, **given)
        )
    if not filed:
        return note(phrase("milestone_table", "nothing", **given))
    listed_ratings = [r for r in filed if not only_open or _is_open(view, r)]
    if not listed_ratings:
        return Blocks(Paragraph(phrase("milestone_table", "none_open", **given) + _agreement(view)))
    columns = (
        Column("目标", is_header=True),
        Column("佐证材料", is_number=True),
        Column("最近日期"),
        Column("评定人", is_number=True),
        Column("级别", is_number=True),
        Column("意见"),
    )
    return Blocks(
        table(
            phrase("milestone_table", "caption", **given),
            columns,
            [_row(view, rating) for rating in listed_ratings],
            note=phrase("milestone_table", "note", **given) + _agreement(view),
            label=phrase("milestone_table", "label"),
        )
    )


def _is_open(view: View, rating: MilestoneRating) -> bool:
    return rating.is_disputed or view.by_target[rating.target].status == Status.UNMET


def _row(view: View, rating: MilestoneRating) -> tuple[Cell, ...]:
    target = view.by_target[rating.target]
    return (
        words(target.name, goal_label(view, target.goal)),
        blocks.count(rating.documents),
        words(str(rating.last_date)),
        blocks.count(rating.n_raters),
        level(rating.level) if rating.level is not None else words("未评定"),
        words(phrase("ratings", _opinion(rating))),
    )


def level(rated: float) -> Cell:
    """A level of the rubric: 3级."""
    return Cell(f"{rated:.0f}级", value=rated, unit="级", decimals=0)


def _opinion(rating: MilestoneRating) -> str:
    if rating.is_disputed:
        return "disputed"
    return ("none", "single")[rating.n_raters] if rating.n_raters < 2 else "agreed"


def _agreement(view: View) -> str:
    """Two raters' agreement, and why there is no kappa where there is none."""
    found = view.assessment.agreement
    if found.n == 0 or found.share_equal is None:
        return phrase("agreement", "none")
    given = {"a": found, "least": MIN_TARGETS_FOR_KAPPA}
    return phrase("agreement", "share" if found.kappa is None else "kappa", **given)


def proven_milestones(view: View) -> Blocks:
    """机制建设 that works: the milestones whose results are evidenced, by name."""
    rated = [target for target in view.targets if target.type == "milestone"]
    proven = [target for target in rated if target.level == PROVEN_LEVEL]
    if not proven:
        return SILENT
    names = [f"{target.name}（{goal_label(view, target.goal)}）" for target in proven]
    return sentence(
        phrase(
            "proven_milestones",
            "named",
            n_rated=len(rated),
            n=len(proven),
            level=PROVEN_LEVEL,
            names=listed(names),
        )
    )
