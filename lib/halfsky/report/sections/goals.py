"""One paragraph a goal: what the plan asks, where it stands, where it is heading, and why.

Goals without figures share one sentence: what is missing, from whom, by when.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection

from halfsky.evaluate.results import StatusRule, TargetResult
from halfsky.plan.vocabulary import WEAKEST_FIRST, Severity, Status
from halfsky.report import blocks, numbers
from halfsky.report.blocks import Blocks, Paragraph
from halfsky.report.labels import by_department, due, goal_label
from halfsky.report.sections.findings import troubles, values_of
from halfsky.report.sections.measures import measures_for
from halfsky.report.text import phrase
from halfsky.report.text.prose import Prose, is_backed, variant_phrase
from halfsky.report.text.words import filed_word
from halfsky.report.view import View

MOST_LABELS = 12


def goal_paragraphs(view: View, only: Collection[str] | None = None) -> Blocks:
    """A paragraph for every goal with figures, in the plan's order; one for those without.

    only: goals to speak of; None: all.
    """
    # The page prints the same problems again further down: there in other words.
    prose = Prose(view, offset=1)
    ranks = {p.target: p.rank for p in view.assessment.open_problems}
    paragraphs = []
    for goal, targets in view.targets.by("goal").items():
        # Of those without a problem the one that decides the goal leads, not the least likely.
        known = sorted(
            (t for t in targets if t.status != Status.MISSING),
            key=lambda t: (
                ranks.get(t.target, math.inf),
                WEAKEST_FIRST.index(t.status),
                math.inf if t.p_met is None else t.p_met,
            ),
        )
        if not known or (only is not None and goal not in only):
            continue
        missing = [t for t in targets if t.status == Status.MISSING]
        if view.is_reference:  # a nation publishes figures, no documents of a county's
            missing = [t for t in missing if t.type != "milestone"]
        text = _paragraph(view, prose, known, len(missing))
        if is_backed(text, view.plan):
            paragraphs.append(Paragraph(text, lead=goal_label(view, goal)))
    rest = _without_figures(view)
    if not paragraphs:
        return blocks.note(rest) if rest else blocks.SILENT
    return Blocks(*paragraphs, *([Paragraph(rest)] if rest else []))


def _paragraph(view: View, prose: Prose, known: list[TargetResult], missing: int) -> str:
    """Two to four sentences about one goal; known: its targets with figures, the gravest first."""
    first = known[0]
    sentences = [prose.ask(first) + prose.standing(first) + prose.verdict(first)]
    # Of the first target: before the others are named, or it would seem to be of them.
    heading = [part for part in (prose.outlook(first), prose.pace(first)) if part]
    sentences.append("；".join([*troubles(view, prose, first), *heading]))
    sentences.append(_others(view, known[1:], missing, first.goal))
    ran = [] if view.is_reference else measures_for(view, first.goal)
    if ran:
        sentences.append(prose.measures(ran, first.goal))
    return "".join(f"{text}。" for text in sentences if text)


def _others(view: View, others: list[TargetResult], missing: int, goal: str) -> str:
    """The goal's other targets: how many stand how, with their figures."""
    # A reference region has reached the plan's value or not: there is no "nearly" for it.
    good = (Status.MET,) if view.is_reference else (Status.MET, Status.NEARLY)
    short = (Status.UNMET, Status.NEARLY)
    unclear = [t for t in others if t.status == Status.UNDECIDABLE]
    groups = {
        "met": [t for t in others if t.status in good],
        "open": [t for t in others if t.status in short and t.status not in good],
        "few": [t for t in unclear if t.rule == StatusRule.FEW_EVENTS],
        "unclear": [t for t in unclear if t.rule != StatusRule.FEW_EVENTS],
    }
    stand = {t.status for t in groups["met"]}
    key = "nearly" if Status.NEARLY in stand else "reach"
    met = phrase("goals", "reach_or_nearly" if len(stand) > 1 else key)
    parts = [
        variant_phrase("others", key, goal, names=values_of(group), met=met)
        for key, group in groups.items()
        if group
    ]
    if missing:
        filed = filed_word(view.is_reference)
        parts.append(variant_phrase("others", "missing", goal, n=missing, filed=filed))
    return "；".join(parts)


def _without_figures(view: View) -> str:
    """What is missing, from whom, by when; "" where every goal has a figure."""
    has_figures = {t.goal for t in view.reported}
    missing = [t for t in view.missing if t.goal not in has_figures]
    if not missing:
        return ""
    goals = list(dict.fromkeys(t.goal for t in missing))
    text = phrase(
        "goals",
        "without",
        labels=numbers.joined([goal_label(view, goal) for goal in goals[:MOST_LABELS]]),
        n=len(goals),
        most=MOST_LABELS,
        targets=len(missing),
    )
    if view.is_reference:
        documents = sum(t.type == "milestone" for t in missing)
        return text + phrase("goals", "not_compared", documents=documents)
    when = due(view.plan.info, "returns", view.year)
    return text + phrase("goals", "asked", departments=by_department(missing), due=when)


def in_question(view: View) -> list[TargetResult]:
    """The reported targets a reader should look at: not met, warned of, or changed since last year.

    Those left out are met as they were; the annex of all targets holds them.
    """
    warned = _warned(view)
    return [
        t for t in view.reported if t.status != Status.MET or t.target in warned or has_changed(t)
    ]


def has_changed(target: TargetResult) -> bool:
    """Is its status another than last year's? In the plan's first year nothing has changed."""
    return target.status_before is not None and target.status != target.status_before


def _warned(view: View) -> set[str | None]:
    return {w.target for w in view.warnings if w.severity != Severity.NOTE}


def goals_in_question(view: View) -> set[str]:
    """Goals that are unmet, warned of, or have a target whose status changed."""
    warned = _warned(view)
    steady = [
        t.target
        for t in view.reported
        if t.status == Status.NEARLY and t.target not in warned and not has_changed(t)
    ]
    unmet = {g.goal for g in view.goals if g.status in (Status.UNMET, Status.UNDECIDABLE)}
    return unmet | {t.goal for t in in_question(view) if t.target not in steady}


def paragraphs_in_question(view: View) -> Blocks:
    """A paragraph for each goal in question, and how many others stand as they did."""
    chosen = goals_in_question(view)
    rest = [g for g in view.goals if g.goal not in chosen and g.status != Status.MISSING]
    made = goal_paragraphs(view, chosen) if chosen or view.missing else blocks.SILENT
    if not rest:
        return made
    counts = Counter(g.status for g in rest)
    words = [phrase("goals", "count", status=s, n=counts[s]) for s in Status if counts[s]]
    unchanged = phrase(
        "goals",
        "unchanged",
        labels="、".join(goal_label(view, g.goal) for g in rest),
        n=len(rest),
        words="、".join(words),
    )
    return Blocks(made, Paragraph(unchanged)).as_detail()
