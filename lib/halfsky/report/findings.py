"""经验、问题、建议: what went well, what did not, and what the plan itself offers.

Each sentence carries a figure or names one of the plan's own measures; where there is nothing
to say that does, nothing is said.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from halfsky.plan.vocabulary import Family, Severity, Status
from halfsky.report import numbers
from halfsky.report.html import Html
from halfsky.report.sections import goal_label, render, sentence, words_for
from halfsky.report.view import View
from halfsky.report.words import rows

MOST = 8  # sentences in one list; the tables hold the rest


def experience(view: View) -> Html:
    """经验: targets ahead of their time or held; none that is warned of as hard to meet, and none
    whose figure is in doubt."""
    hard = view.warnings.loc[view.warnings["family"] == Family.HARD, "target"]
    frame = view.targets[~view.targets["target"].isin(hard) & view.targets["doubt"].isna()]
    ahead = frame[
        frame["completion_pct"].notna() & (frame["completion_pct"] >= frame["elapsed_pct"])
    ]
    met = frame[(frame["status"] == Status.MET) & frame["baseline"].notna()]
    held = met[(met["headroom"] > 0) | (met["progress"].abs() >= met["delta"])]
    chosen = pd.concat([ahead, held]).drop_duplicates("target")
    chosen = chosen.sort_values(
        "completion_pct", ascending=False, kind="stable", na_position="last"
    )
    items = [_ahead(view, row) for row in rows(chosen.head(MOST))]
    nothing = (
        "没有快于时间进度的指标可作经验。" if len(view.reported) else "没有数据，暂无经验可总结。"
    )
    return _listed(items, nothing)


def _ahead(view: View, row: dict[str, Any]) -> str:
    value = numbers.quantity(row["value"], row["unit"], row["decimals"])
    start = numbers.quantity(row["baseline"], row["unit"], row["decimals"])
    told = (
        f"{row['name']}由{int(row['baseline_year'])}年的{start}变为"
        f"{int(row['value_year'])}年的{value}"
    )
    if row["completion_pct"] is None and row["headroom"] is None:
        change = numbers.difference(abs(row["progress"]), row["unit"], row["decimals"])
        least = numbers.difference(row["delta"], row["unit"], row["decimals"])
        verb = "提高" if row["progress"] > 0 else "下降"
        told += f"，{verb}{change}，超过有意义的最小变化（{least}）"
    elif row["completion_pct"] is not None:
        told += f"，完成度{row['completion_pct']:.0f}%，快于时间进度（{row['elapsed_pct']:.0f}%）"
    else:
        margin = numbers.difference(row["headroom"], row["unit"], row["decimals"])
        told += f"，基期已达到要求，目前仍有{margin}的余量"
    return told + f"（{goal_label(view, row['goal'])}）。"


def problems(view: View) -> Html:
    """问题: targets not met or warned of, the gravest first."""
    words = words_for(view)
    items = []
    for row in rows(_open(view)):
        told = f"{row['name']}：{words.rule(row)}"
        if row["p_met"] is not None:
            end = view.plan.info.end_year
            told += f"；到{end}年达到的概率{numbers.percent(row['p_met'])}（{row['outlook']}）"
        pace = words.pace(row)
        if pace:
            told += f"；{pace}"
        items.append(told + f"（{goal_label(view, row['goal'])}）。")
    n = len(view.missing)
    if n and len(view.reported):
        items.append(
            f"{view.missing['goal'].nunique()}项目标的{n}项指标没有可用数据，结论只对其余"
            f"{len(view.reported)}项成立。"
        )
    nothing = (
        "有数据的指标没有未达标的，也没有红色预警。"
        if len(view.reported)
        else "首要问题是没有数据。"
    )
    return _listed(items, nothing)


def _open(view: View) -> pd.DataFrame:
    """Targets that are unmet, undecidable or under a red warning, least likely first."""
    red = set(view.warnings.loc[view.warnings["severity"] == Severity.RED, "target"])
    frame = view.targets
    unmet = frame["status"].isin([Status.UNMET, Status.UNDECIDABLE]) | frame["target"].isin(red)
    chosen = frame[unmet & (frame["status"] != Status.MISSING)]
    return chosen.sort_values("p_met", kind="stable", na_position="last").head(MOST)


def recommendations(view: View) -> Html:
    """建议: for each open problem the plan's own measures, the department and the quantity."""
    if view.is_reference:
        return sentence(
            f"以上为参照数据，不构成对{view.region.short}的评估，因此不提出对策；"
            "九台区可据此了解同一指标在更大范围内的水平和走势。"
        )
    words = words_for(view)
    items = []
    for row in rows(_open(view)):
        measures = view.plan.measures_for(row["goal"])
        named = numbers.joined([f"“{m.title}”（措施{m.number}）" for m in measures], 2)
        pace = words.pace(row) or words.requirement(row)
        items.append(
            f"{row['name']}由{row['department']}牵头，对照规划措施{named}逐项核查落实情况；{pace}，"
            f"下一次年度监测时报告（{goal_label(view, row['goal'])}）。"
        )
    departments = view.missing["department"].value_counts()
    if len(departments):
        most = [f"{name}{count}项" for name, count in departments.head(4).items()]
        items.append(
            f"先补数：{numbers.joined(most)}"
            + ("等" if len(departments) > 4 else "")
            + f"，合计{len(view.missing)}项指标，随下一次年度填报一并报送，"
            f"基期（{view.plan.info.baseline_year}年）值同时补报。"
        )
    return _listed(items, "有数据的指标均已达到要求，按现有措施继续推进并每年复核。")


def _listed(items: list[str], otherwise: str) -> Html:
    return render("list.html.j2", "\n".join(items) or otherwise, items=items, otherwise=otherwise)
