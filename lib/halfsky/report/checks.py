"""How far the verdicts can be trusted: past forecasts, two raters, weights, last year's status."""

from __future__ import annotations

from typing import Any

from halfsky.evaluate.forecast.rolling import coverage_table, reliability_table, rescaled
from halfsky.evaluate.results import (
    MIN_ORIGINS,
    MIN_SERIES,
    MIN_TARGETS_FOR_KAPPA,
    NOT_ASSESSABLE,
)
from halfsky.evaluate.review import pooled
from halfsky.plan.vocabulary import Status
from halfsky.report import numbers
from halfsky.report._sections import goal_label, render, within_error, words_for
from halfsky.report.html import Html, note
from halfsky.report.text.words import rows, status_word
from halfsky.report.view import View

WIDE = 5  # percentage points off the stated coverage that a page speaks of
MIN_BIN = 3  # a bin of one or two forecasts shows nothing but chance


def local_check_table(view: View) -> Html:
    """Would these forecasts have held here? Rolling origins, reliability, which calibration."""
    check, rolled = view.assessment.local, view.assessment.rolled
    # Rates of few events are forecast from five years together, not from these plain series.
    rolled = rolled[~rolled["series"].isin(pooled(view.history, view.plan))]
    stored = view.assessment.assumptions.calibration
    learned = f"{stored.windows}个公开数列的窗口（{stored.indicators}种指标，{stored.tasks}个目标）"
    if rolled.empty:
        return note(
            f"没有一项指标达到6个连续可比的年份，不能用本地数据检验预测；误差幅度和概率采用在{learned}上"
            "学得的校准。"
        )
    if check.is_used:
        rolled = rescaled(rolled, check.multiplier)
    coverage = coverage_table(rolled)
    held80, held95 = (100 * rolled[f"inside{level}"].mean() for level in (80, 95))
    reliability = reliability_table(rolled)
    rendered = [
        {**r, "label": f"{100 * r['low']:.0f}%—{100 * r['high']:.0f}%"}
        for r in rows(reliability[reliability["n"] >= MIN_BIN])
    ]
    if not check.is_possible:
        verdict = (
            f"本地校准不可行：{f'有{check.series}个' if check.series else '没有'}数列达到"
            f"{MIN_ORIGINS}个预测起点，至少需要{MIN_SERIES}个；误差幅度和概率采用在{learned}上学得的校准。"
        )
    elif check.is_used:
        verdict = (
            f"本地校准可行并已采用：{check.series}个数列、{check.origins}个预测起点，误差幅度为"
            f"通用校准的{check.multiplier:.2f}倍，留出数列的对数得分由{check.log_score_stored:.3f}"
            f"升为{check.log_score_local:.3f}。"
        )
    else:
        verdict = (
            f"本地校准可行但没有更好（留出数列的对数得分{check.log_score_local:.3f}，不高于通用校准的"
            f"{check.log_score_stored:.3f}），仍采用在{learned}上学得的校准。"
        )
    near = 100 * coverage.sort_values("horizon")["coverage80"].iloc[0]
    stated, near_stated = _against_stated(held80), _against_stated(near)
    if stated == near_stated and stated:  # said of both at once, behind the second
        stated, near_stated = "", f"，都{stated[1:]}"
    verdict += (
        f"{len(rolled)}次预测中，80%区间包住了{held80:.0f}%的实际值，95%区间包住了{held95:.0f}%"
        f"{stated}；只提前一年的，80%区间包住了{near:.0f}%{near_stated}。"
    )
    lines = [f"{r['horizon']} {r['coverage80']:.4g} {r['coverage95']:.4g}" for r in rows(coverage)]
    return render(
        "local.html.j2",
        verdict + "\n" + "\n".join(lines),
        verdict=verdict,
        is_used=check.is_used,
        min_bin=MIN_BIN,
        coverage=rows(coverage),
        reliability=rendered,
    )


def _against_stated(held: float) -> str:
    """Is an 80 % interval wider or narrower than it says by more than WIDE points?"""
    if held > 80 + 2 * WIDE:
        return "，明显宽于所称，偏于保守"
    return "，宽于所称" if held > 80 + WIDE else "，窄于所称" if held < 80 - WIDE else ""


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
