"""What a reader must know from the first screen: what is wrong, how sure, who acts.

One line a goal, the gravest first; the sections below tell the rest.
"""

from __future__ import annotations

import pandas as pd

from halfsky.evaluate.countermeasures import open_problems
from halfsky.plan.vocabulary import Action, Status
from halfsky.report import numbers
from halfsky.report._sections import goal_label, render, sentence, words_for
from halfsky.report.html import Html
from halfsky.report.text.words import rows
from halfsky.report.view import View

MOST = 5
_FILING = (Action.FILE_FIGURES, Action.FILE_BASELINE, Action.FILE_DOCUMENTS)


def summary_box(view: View) -> Html:
    """The gravest open goals: figure and rule, chance of being met, department; how many more.

    Empty for a reference region, of which nothing is asked.
    """
    if view.is_reference or view.df.reported.empty:
        return Html("", "")
    opened = _open(view)
    if opened.empty:
        return sentence(
            f"有数据的{len(view.df.reported)}项指标没有未达标的，也没有红色或黄色预警。"
        )
    words, end = words_for(view), view.plan.info.end_year
    named = {row["target"]: row for row in rows(view.df.targets)}
    rendered = []
    for target in opened.drop_duplicates("goal")["target"].head(MOST):
        row = named[target]
        chance = row["outlook"]
        if row["p_met"] is not None:
            chance = f"到{end}年达标概率{numbers.percent(row['p_met'])}，{row['outlook']}"
        rendered.append(
            f"{goal_label(view, row['goal'])}{row['name']}：{words.rule(row)}；{chance}；"
            f"由{row['department']}牵头（建议）。"
        )
    goals = opened["goal"].nunique()
    unmet = int((view.df.goals["status"] == Status.UNMET).sum())
    lead = f"需要处理的目标{goals}项（其中未达标{unmet}项）"
    lead += f"，最要紧的{len(rendered)}项是：" if goals > len(rendered) else "："
    return render("gist.html.j2", "\n".join([lead, *rendered]), lead=lead, items=rendered)


def _open(view: View) -> pd.DataFrame:
    opened = open_problems(view.df.targets, view.df.warnings)
    return opened[~opened["action"].isin(_FILING)]
