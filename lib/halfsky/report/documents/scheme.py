"""监测评估方案: the monitoring and evaluation scheme as the leading group approves it."""

from __future__ import annotations

import pandas as pd

from halfsky.plan.models import Plan, Unit
from halfsky.plan.scheme import scheme
from halfsky.plan.thresholds import Thresholds
from halfsky.report.document import Document, Section, Table
from halfsky.report.text.words import rows

_TYPES = {
    "reach": ("达到类", "规划给出数值，现值达到或优于目标值"),
    "maintain": ("保持类", "最近一次填报达到，且最近三次中至少两次达到"),
    "about": ("左右类", "规划写“左右”，现值不低于目标值减去允许偏差"),
    "parity": ("均衡类", "女性与男性之比落在均衡区间内"),
    "narrow_gap": ("缩小差距类", "男女差距比基期缩小，且女性自身水平没有下降"),
    "directional": ("方向类", "规划没有给出数值，现值比基期有有意义的改善"),
    "slow_rise": ("减缓类", "基期以后的年均上升慢于基期以前，80%区间不含0"),
    "relative": ("对照类", "不低于另一项指标，或与之相适应"),
    "milestone": ("机制类", "凭有日期的佐证材料评级，4级为达标，3级为基本达标"),
}
_DIRECTIONS = {"higher_better": "越高越好", "lower_better": "越低越好", "neutral": "不论高低"}


def scheme_document(
    plan: Plan, thresholds: Thresholds, units: dict[str, Unit], state: str = ""
) -> Document:
    """The scheme for approval: who does what by when, every indicator, every rule.

    Args:
        plan, thresholds, units: from params/.
        state: 送审稿 or 审定稿, printed on the cover.
    """
    info = plan.info
    frame = scheme(plan, thresholds, units)
    domains = [
        Section(domain.title, _domain(frame[frame["domain"] == domain.domain]), level=2)
        for domain in plan.domains
    ]
    return Document(
        name="监测评估方案",
        title=(info.name, "监测评估方案"),
        authors=(
            f"{info.statistics_office}（监测组牵头单位）",
            f"{info.office}（评估组牵头单位）",
        ),
        author=info.office,
        year=info.start_year,
        state=state,
        sections=(
            Section("目的和依据", (_purpose(plan, frame),)),
            Section("组织分工", (_organisation(plan), _departments(plan, frame))),
            Section("时间安排", (_schedule(plan),)),
            Section("判定方法"),
            Section("目标的类型和达标条件", (_types(frame),), level=2),
            Section("现状、前景、数据三个问题", (_answers(thresholds, plan),), level=2),
            Section("预警规则", (_warnings(thresholds),), level=2),
            Section("数据质量要求", (_quality(thresholds),), level=2),
            Section("指标体系"),
            *domains,
        ),
    )


def _purpose(plan: Plan, frame: pd.DataFrame) -> str:
    info = plan.info
    milestones = int((frame["type"] == "milestone").sum())
    return (
        f"为落实《{info.name}》第四部分“监测评估”的要求，对规划实施情况进行年度监测、中期评估和终期评估，"
        f"制定本方案，报{info.district}妇女儿童工作委员会监测评估领导小组审批。\n"
        f"规划设{len(plan.domains)}个领域、{len(plan.goals)}项主要目标、{len(plan.measures)}条策略措施。"
        f"本方案把目标逐句分解为{len(frame)}项指标要求：{len(frame) - milestones}项由"
        f"{frame['indicator'].nunique()}个统计指标判断，{milestones}项为机制建设，由佐证材料评级。"
        f"规划没有给出数值的，按本方案第四部分的规则判断，并注明为本方案的解释。"
    )


def _organisation(plan: Plan) -> str:
    info = plan.info
    return (
        f"监测组由{info.statistics_office}牵头，负责监测方案、指标体系、数据收集和分析，提交年度、中期和终期"
        f"监测报告；评估组由{info.office}牵头，负责评估方案和组织评估，提交中期和终期评估报告。\n"
        f"各指标的填报部门见下表。{plan.duties.status}。"
    )


def _departments(plan: Plan, frame: pd.DataFrame) -> Table:
    order = {name: n for n, name in enumerate(plan.duties.departments)}
    groups = sorted(frame.groupby("department"), key=lambda g: order.get(str(g[0]), len(order)))
    rendered = []
    for name, part in groups:
        documents = int((part["type"] == "milestone").sum())
        rendered.append(
            {
                "部门（建议）": name,
                "目标": str(part["goal"].nunique()),
                "统计数据": str(len(part) - documents) if len(part) > documents else "",
                "佐证材料": str(documents) if documents else "",
            }
        )
    return Table(
        pd.DataFrame(rendered),
        f"各部门承担的指标（{len(rendered)}个部门）",
        numbers=("目标", "统计数据", "佐证材料"),
        weights=(40, 20, 20, 20),
    )


def _schedule(plan: Plan) -> Table | str:
    info = plan.info
    years = (
        f"年度监测每年一次；中期评估在{info.midterm_year}年数据报齐后进行，终期评估在"
        f"{info.end_year}年数据报齐后进行。"
    )
    if info.schedule is None:
        return years + "各步骤的日期由领导小组另行确定。"
    steps = (
        ("报送上一年数据、佐证材料和措施进展", info.schedule.returns, "各责任部门"),
        (
            "提交监测报告（中期、终期年份同时为中期、终期监测报告）",
            info.schedule.monitoring,
            "监测组",
        ),
        (
            f"提交评估报告（{info.midterm_year}年和{info.end_year}年）",
            info.schedule.evaluation,
            "评估组",
        ),
    )
    rendered = [
        {"工作": what, "次年截止日期（建议）": _day(day), "责任单位": who}
        for what, day, who in steps
    ]
    return Table(
        pd.DataFrame(rendered),
        "一年的工作步骤",
        note=f"{years}日期：{info.schedule.status}。",
        weights=(54, 24, 22),
    )


def _day(month_day: str) -> str:
    month, day = month_day.split("-")
    return f"{int(month)}月{int(day)}日"


def _types(frame: pd.DataFrame) -> Table:
    counts = frame["type"].value_counts()
    rendered = [
        {"类型": name, "项数": str(counts[key]), "达标条件": rule}
        for key, (name, rule) in _TYPES.items()
        if key in counts.index
    ]
    return Table(
        pd.DataFrame(rendered), "目标的类型和达标条件", numbers=("项数",), weights=(20, 10, 70)
    )


def _answers(rules: Thresholds, plan: Plan) -> str:
    status = rules.status
    bands = "、".join(
        f"{word}（{100 * low:.0f}%以上）" if low else f"{word}（更低）"
        for word, low in rules.outlook.bands.items()
    )
    return (
        f"现状分达标、基本达标、未达标、不可判、未填报五种。取报告年或上一年的数；"
        f"{status.normal_lag + 1}—"
        f"{status.stale_lag}年前的数标“数据滞后”；更早的视为未填报。事件数不足{status.few_events}例、"
        f"精确{100 * status.interval_level:.0f}%区间又包含目标值的，判不可判。"
        "一项目标含多项指标的，以最弱的一项为准。\n"
        f"前景为到{plan.info.end_year}年达到要求的概率：{bands}。不足3个年份的不预测。\n"
        f"数据分充分、趋势不足（不足{rules.outlook.short_series}个年份）、滞后、缺项四种。\n"
        "达标率只数达标，按可评价的目标和全部目标各算一次，并给出缺数全部达标和全部未达标时的上下限。"
        "没有数据的目标不计作达标，也不计作未达标。"
    )


def _warnings(rules: Thresholds) -> str:
    limits = rules.warning
    return (
        f"预计完成困难：概率低于{100 * limits.red_below:.0f}%为红色，"
        f"低于{100 * limits.amber_below:.0f}%为黄色。\n"
        f"恶化：概率一年内下降{100 * limits.fall_in_p:.0f}个百分点以上，"
        f"或连续{limits.wrong_way_years}年朝不利方向变化。\n"
        "异常：最新数值落在上一年预测的95%区间之外。\n"
        f"波动较大：一步预测误差相当于离目标距离的{limits.volatile_reach:g}倍以上，或有意义变化的"
        f"{limits.volatile_delta:g}倍以上。\n"
        f"数据：缺报、口径变化、分母变动超过{100 * limits.denominator_moved:.0f}%、"
        "分性别与合计不符、与上年数值相同。\n"
        f"异常和波动两类按错误发现率{100 * limits.fdr:.0f}%控制误报。"
    )


def _quality(rules: Thresholds) -> str:
    status = rules.status
    return (
        "率和比例同时报送分子、分母和人群范围，凡能分性别的分性别报送。没有统计的留空并说明，不填0；确实没有发生的填0。\n"
        f"例数很少的事件按{status.pooled_years}年合并判断，孕产妇死亡等每一例都另作个案评审，不以统计结果代替。\n"
        "口径变化须注明年份和原因，变化前后的数不相连接。佐证材料须有日期，由两人分别评级，不一致时取较低级。"
    )


def _domain(frame: pd.DataFrame) -> tuple[Table]:
    rendered = []
    for row in rows(frame):
        definition = row["definition"] or f"佐证材料：{row['evidence']}"
        formula = f"\n{row['formula']}" if row["formula"] else ""
        rendered.append(
            {
                "目标": f"目标{row['goal'].rsplit('-', 1)[1]}",
                "规划条款": row["clause"],
                "指标": row["name"] + (f"（{row['unit']}）" if row["unit"] else ""),
                "要求": row["requirement"],
                "定义和算法": definition + formula,
                "来源和频率": f"{row['source']}，{row['frequency']}" if row["source"] else "按年",
                "责任部门（建议）": row["department"]
                + (f"\n配合：{row['support']}" if row["support"] else ""),
            }
        )
    return (
        Table(
            pd.DataFrame(rendered),
            f"目标和指标（{len(rendered)}项）",
            grouped=True,
            wide=True,
            weights=(7, 20, 16, 12, 24, 13, 16),
        ),
    )
