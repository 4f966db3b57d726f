"""One paragraph a goal: what the plan asks, where it stands, where it is heading, and why.

Goals without figures share one sentence: what is missing, from whom, by when.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any

from halfsky.evaluate.countermeasures import open_problems
from halfsky.plan.vocabulary import WEAKEST_FIRST, Status
from halfsky.report import numbers
from halfsky.report._sections import by_department, due, goal_label, render
from halfsky.report.findings import measures_for, troubles, values_of
from halfsky.report.html import Html, note
from halfsky.report.text.prose import Prose, is_backed, say
from halfsky.report.text.words import rows
from halfsky.report.view import View

MOST_LABELS = 12


def goal_paragraphs(view: View, only: Collection[str] | None = None) -> Html:
    """A paragraph for every goal with figures, in the plan's order; one for those without.

    only: goals to tell of; None tells of all.
    """
    # The page tells the same problems again further down: there in other words.
    prose = Prose(view, turn=1)
    rank = open_problems(view.df.targets, view.df.warnings).set_index("target")["rank"]
    rendered = []
    for goal, part in view.df.targets.groupby("goal", sort=False):
        known = part[part["status"] != Status.MISSING]
        if known.empty or (only is not None and goal not in only):
            continue
        # Of those without a problem the one that decides the goal leads, not the least likely.
        lead = known.assign(
            _rank=known["target"].map(rank).fillna(math.inf),
            _status=known["status"].map({s: n for n, s in enumerate(WEAKEST_FIRST)}),
            _p=known["p_met"].fillna(math.inf),
        ).sort_values(["_rank", "_status", "_p"], kind="stable")
        missing = part[part["status"] == Status.MISSING]
        if view.is_reference:  # a nation publishes figures, no documents of a county's
            missing = missing[missing["type"] != "milestone"]
        text = _paragraph(view, prose, rows(lead), len(missing))
        if is_backed(text, view.plan):
            rendered.append({"label": goal_label(view, str(goal)), "text": text})
    rest = _without_figures(view)
    if not rendered:
        return note(rest) if rest else Html("", "")
    if rest:
        rendered.append({"label": "", "text": rest})
    plain = "\n".join(f"{p['label']}　{p['text']}".strip("　") for p in rendered)
    return render("paragraphs.html.j2", plain, paragraphs=rendered)


def _paragraph(view: View, prose: Prose, known: list[dict[str, Any]], missing: int) -> str:
    """Two to four sentences about one goal; known: its targets with figures, the gravest first."""
    first, goal = known[0], known[0]["goal"]
    sentences = [prose.ask(first) + prose.standing(first) + prose.verdict(first)]
    # Told of the first target: before the others are named, or it would seem to be of them.
    heading = [part for part in (prose.outlook(first), prose.pace(first)) if part]
    sentences.append("；".join([*troubles(view, prose, first), *heading]))
    sentences.append(_others(view, known[1:], missing, goal))
    ran = [] if view.is_reference else measures_for(view, goal)
    if ran:
        sentences.append(prose.measures(ran, goal))
    return "".join(f"{text}。" for text in sentences if text)


def _others(view: View, others: list[dict[str, Any]], missing: int, goal: str) -> str:
    """The goal's other targets: how many stand how, with their figures."""
    # A reference region has reached the plan's value or not: there is no "nearly" for it.
    good = (Status.MET,) if view.is_reference else (Status.MET, Status.NEARLY)
    met = [row for row in others if row["status"] in good]
    unmet = [row for row in others if row["status"] in (Status.UNMET, Status.NEARLY)]
    unmet = [row for row in unmet if row not in met]
    unclear = [row for row in others if row["status"] == Status.UNDECIDABLE]
    stand = {row["status"] for row in met}
    word = "达到或基本达到" if len(stand) > 1 else "基本达到" if Status.NEARLY in stand else "达到"
    parts = []
    few = [row for row in unclear if row["rule"] == "few_events"]
    unclear = [row for row in unclear if row["rule"] != "few_events"]
    groups = {"met": met, "open": unmet, "few": few, "unclear": unclear}
    for key, group in groups.items():
        if group:
            parts.append(say("others", key, goal, names=values_of(group), met=word))
    if missing:
        filed = "公布" if view.is_reference else "填报"
        parts.append(say("others", "missing", goal, n=missing, filed=filed))
    return "；".join(parts)


def _without_figures(view: View) -> str:
    """What is missing, from whom, by when; "" where every goal has a figure."""
    has_figures = set(view.df.reported["goal"])
    missing = view.df.missing[~view.df.missing["goal"].isin(has_figures)]
    if missing.empty:
        return ""
    goals = list(dict.fromkeys(missing["goal"]))
    labels = numbers.joined([goal_label(view, goal) for goal in goals[:MOST_LABELS]])
    etc = "等" if len(goals) > MOST_LABELS else "共" if len(goals) > 1 else "这"
    rendered = f"{labels}{etc}{len(goals)}项目标没有可用数据，涉及{len(missing)}项指标要求"
    if view.is_reference:
        documents = int((missing["type"] == "milestone").sum())
        return rendered + (f"（其中机制类{documents}项）" if documents else "") + "，无法对照。"
    departments = by_department(missing)
    return f"{rendered}，须由{departments}于{due(view.plan.info, 'returns', view.year)}报送。"
