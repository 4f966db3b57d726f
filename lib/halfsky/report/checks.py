"""How far the verdicts can be trusted: past forecasts, two raters, weights, last year's status."""

from __future__ import annotations

from typing import Any

from halfsky.evaluate.results import (
    MIN_TARGETS_FOR_KAPPA,
    NOT_ASSESSABLE,
)
from halfsky.plan.vocabulary import Status
from halfsky.report import numbers
from halfsky.report._sections import goal_label, render, within_error, words_for
from halfsky.report.html import Html, note
from halfsky.report.text.words import rows, status_word
from halfsky.report.view import View


def change_table(view: View) -> Html:
    """Targets whose status changed since last year, as it was known then, and why."""
    if "status_before" not in view.df.targets:
        return note("规划的第一年，没有上一年的结果可比。")
    frame = view.df.targets[view.df.targets["status"] != view.df.targets["status_before"]]
    if frame.empty:
        if view.df.reported.empty:
            return note("两年都没有数据，状态没有变化可说。")
        return note(f"与{view.year - 1}年相比，{len(view.df.reported)}项有数据的指标状态均无变化。")
    words = words_for(view)
    rendered = []
    for row in rows(frame):
        row["goal_label"] = goal_label(view, row["goal"])
        row["before_word"] = status_word(row["status_before"], view.is_reference)
        row["status_word"] = status_word(row["status"], view.is_reference)
        row["kind"] = _kind(row)
        row["why"] = _why(row, words.rule(row) + within_error(view, row))
        rendered.append(row)
    return render(
        "changes.html.j2",
        "\n".join(
            f"{r['target']} {r['before_word']}→{r['status_word']} {r['why']}" for r in rendered
        ),
        rows=rendered,
        year=view.year,
    )


def _kind(row: dict[str, Any]) -> str:
    unknown = [str(status) for status in NOT_ASSESSABLE]
    if row["change"] is not None:
        return str(row["change"])
    if row["status_before"] not in unknown and row["status"] not in unknown:
        return "数值待核实"
    if row["status_before"] in unknown and row["status"] not in unknown:
        return "新可判断"
    return "转为不能判断" if row["status_before"] not in unknown else "仍不能判断"


def _why(row: dict[str, Any], rule: str) -> str:
    if row["value_before"] is None or row["value"] is None:
        return rule
    before = numbers.quantity(row["value_before"], row["unit"], row["decimals"])
    if row["type"] == "relative":
        side = "低" if row["value_before"] < 0 else "高"
        distance = numbers.difference(abs(row["value_before"]), row["unit"], row["decimals"])
        before = side + distance
    opening = "" if rule[0].isdigit() else "："
    return f"{int(row['value_year_before'])}年{before}；{int(row['value_year'])}年{opening}{rule}"


def rank_table(view: View) -> Html:
    """Does the order of the domains hang on how goals are weighed?"""
    frame = view.assessment.ranks
    if len(frame) < 2:
        return note("可评价目标不足两个领域，不作领域排序。")
    if not frame[["met_pct", "met_by_target_pct"]].to_numpy().any():
        return note(f"可评价的{len(frame)}个领域都没有目标达到要求，分不出名次。")
    names = {d.domain: d.title for d in view.plan.domains}
    rendered = [{**row, "label": names[row["domain"]]} for row in rows(frame.sort_values("rank"))]
    return render(
        "ranks.html.j2",
        "\n".join(f"{r['label']} {r['rank']} {r['rank_low']}-{r['rank_high']}" for r in rendered),
        rows=rendered,
        met="已达" if view.is_reference else "达标",
    )


def milestone_table(view: View, *, only_open: bool = False) -> Html:
    """Milestones: documents filed, levels rated, disagreements, agreement of two raters.

    only_open: list those unmet or disputed alone; all are counted.
    """
    levels = view.assessment.milestones
    levels = levels[levels["target"].isin(view.df.targets["target"])]
    filed = levels[levels["documents"] > 0]
    if view.is_reference:
        return note(
            f"{len(levels)}项机制类指标凭{view.plan.info.district}自己的佐证材料评定，"
            f"不用来对照{view.region.short}。"
        )
    if filed.empty:
        return note(
            f"{len(levels)}项机制类指标尚未提交有日期的佐证材料，不推定为已完成，也不推定为未完成。"
        )
    info = view.df.targets.set_index("target")[["name", "goal", "status"]]
    listed = filed.join(info, on="target")
    if only_open:
        listed = listed[(listed["status"] == Status.UNMET) | listed["is_disputed"].astype(bool)]
    rendered = rows(listed)
    for row in rendered:
        row["goal_label"] = goal_label(view, row["goal"])
    agreement = _agreement(view)
    return render(
        "milestones.html.j2",
        agreement
        + "\n"
        + "\n".join(f"{r['target']} {r['level']} {r['documents']}" for r in rendered),
        rows=rendered,
        filed=len(filed),
        only_open=only_open,
        all=len(levels),
        agreement=agreement,
    )


def _agreement(view: View) -> str:
    found = view.assessment.agreement
    if found.n == 0 or found.share_equal is None:
        return "没有两人同时评定的指标，不计算一致性。"
    rendered = f"两人评定{found.n}项，级别相同的占{100 * found.share_equal:.0f}%"
    if found.kappa is None:
        why = "其中一人各项评级相同"
        if found.n < MIN_TARGETS_FOR_KAPPA:
            why = f"不足{MIN_TARGETS_FOR_KAPPA}项"
        return f"{rendered}；{why}，不计算加权kappa。"
    return (
        f"{rendered}；扣除偶然相同并按差几级计分的一致程度（二次加权kappa，1为完全一致，"
        f"0为不比偶然相同更好）为{found.kappa:.2f}。"
    )
