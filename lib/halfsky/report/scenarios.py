"""If it went faster: P at half, once and twice the needed pace, for the targets furthest off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from halfsky.evaluate.results import PACE_FACTORS, Scenario
from halfsky.plan.vocabulary import Status
from halfsky.report import numbers
from halfsky.report._sections import chance_word, goal_label, render, sentence
from halfsky.report.html import Html, note
from halfsky.report.text.prose import Prose
from halfsky.report.text.words import rows
from halfsky.report.view import View

MOST_TARGETS = 6
SURE = 0.99


def what_if_table(view: View) -> Html:
    """The unmet targets that are least likely, each under four paces.

    The forecast's own paths with their middle moved: no claim that anything would cause it.
    """
    prose = Prose(view)
    is_open = view.df.targets["status"].isin([Status.UNMET, Status.NEARLY])
    # What is likely to be met asks for no other pace; of a doubtful figure none can be told.
    is_asked = (view.df.targets["p_met"] < numbers.likely()) & view.df.targets["doubt"].isna()
    frame = view.df.targets[is_open & is_asked].sort_values("p_met", kind="stable")
    rendered: list[dict[str, Any]] = []
    for row in rows(frame):
        paces = view.assessment.scenarios.filter(target=row["target"])
        if not paces:
            continue
        rendered.append(_told(view, prose, row, rows(paces.df)))
        if len(rendered) == MOST_TARGETS:
            break
    if not rendered:
        n = len(view.df.reported)
        unmet = "未达目标值" if view.is_reference else "未达标"
        return note(f"有数据的{n}项指标中，没有{unmet}、能够预测而把握不大的，不作情景测算。")
    return render(
        "what_if.html.j2",
        "\n".join(f"{t['name']} {t['now']} {' '.join(t['chances'])}" for t in rendered),
        rows=rendered,
        factors=[f"{factor:g}倍" for factor in PACE_FACTORS],
        chance=chance_word(view),
        end_year=view.plan.info.end_year,
        capped=[
            (bound, numbers.joined(names))
            for bound in dict.fromkeys(t["bound"] for t in rendered)
            if (names := [t["name"] for t in rendered if t["is_capped"] and t["bound"] == bound])
        ],
    )


def scenario_sentence(view: View, found: Scenario) -> Html:
    """One assumed course: P with and without it, what is still missing, what moves along."""
    row = next(r for r in rows(view.assessment.targets) if r["target"] == found.target)
    prose, end = Prose(view), view.plan.info.end_year
    change = numbers.gap(abs(found.yearly_change), row["unit"], row["decimals"] + 1)
    verb = "提高" if found.yearly_change > 0 else "下降"
    course = f"每年{verb}{change}" if found.yearly_change else "保持不变"
    rendered = (
        f"{row['name']}如自{found.start}年起{course}，{end}年{chance_word(view)}"
        f"由{numbers.percent(found.p_before)}变为{numbers.percent(found.p)}"
    )
    if found.shortfall > 0:
        short = numbers.gap(found.shortfall, row["unit"], row["decimals"])
        people = None if math.isnan(found.headcount) else found.headcount
        rendered += f"，预测值离目标还差{short}{prose.people(row, people)}"
    if found.attain_year is not None:
        rendered += f"，{found.attain_year}年起达到的可能过半"
    same = found.together[found.together["relation"] == "same_series"]
    tied = _tied(view, list(same["target"]))
    return sentence(rendered + (f"；同一数列上的{tied}随之变动" if tied else "") + "。")


def _told(view: View, prose: Prose, row: Any, paces: list[dict[str, Any]]) -> dict[str, Any]:
    needed = next(p["yearly_change"] for p in paces if p["factor"] == 1)
    half = paces[0]
    moving = prose.moving(row, needed)
    change = numbers.gap(abs(needed), row["unit"], moving["places"])
    short = numbers.gap(half["shortfall"], row["unit"], row["decimals"])
    return {
        "goal_label": goal_label(view, row["goal"]),
        "name": row["name"],
        "needed": f"每年{moving['verb']}{change}",
        "now": numbers.percent(row["p_met"]),
        "chances": [numbers.percent(p["p"]) for p in paces],
        "short": short + prose.people(row, half["headcount"]) if half["shortfall"] else "",
        "tied": _tied(view, half["same_series"]),
        # Paths that rest at 100 % already gain nothing from arriving there sooner.
        "bound": _bound(row),
        "is_capped": paces[-1]["p"] == paces[-2]["p"] and paces[-1]["p"] < SURE,
    }


def _bound(row: dict[str, Any]) -> str:
    """Where a figure can go no further."""
    if row["comparator"] == "<=":
        return "下限0"
    return "上限100%" if row["unit"] == "%" else "上限"


def _tied(view: View, same_series: Sequence[str]) -> str:
    """Targets on the same figures: they move with this one whatever is done."""
    return numbers.joined([view.plan.targets[t].name for t in same_series], 3)
