"""评估报告: what the evaluation group submits at mid-term and at the end."""

from __future__ import annotations

from dataclasses import replace

from halfsky.report import blocks
from halfsky.report.blocks import Blocks
from halfsky.report.document import Detail, Document, Part, Section
from halfsky.report.documents import parts
from halfsky.report.documents.cover import document
from halfsky.report.sections import milestones, missing, status, summary
from halfsky.report.sections.disparities import disparity_sentences
from halfsky.report.sections.findings import (
    action_table,
    causes,
    experience,
    problems,
    recommendations,
)
from halfsky.report.sections.forecast import expected_sentence
from halfsky.report.sections.goals import in_question, paragraphs_in_question
from halfsky.report.sections.measures import cause_sentences, effect_table
from halfsky.report.sections.warnings import warning_chart
from halfsky.report.view import View


def evaluation_report(view: View, state: str = "") -> Document:
    """The evaluation report of a region and year, in the shape 妇儿工委 submits.

    Args:
        view: the whole plan's view (domain_id None) of a region that is evaluated.
        state: 送审稿 or 审定稿, printed on the cover.

    Raises:
        ValueError: a reference region, which is compared and not evaluated.
    """
    if view.is_reference:
        raise ValueError(f"{view.region.id} is a reference region: it is not evaluated")
    phase = view.plan.phase(view.year)
    info = view.plan.info
    sections = _unanswered(view) if view.df.reported.empty else _answered(view)
    return document(
        view,
        kind=f"{phase}报告",
        office=info.office,
        group="评估组",
        sections=sections,
        state=state,
    )


def _answered(view: View) -> tuple[Section, ...]:
    return (
        Section("评估依据和方法", (summary.basis(view), summary.method_note(view).as_detail())),
        Section("区情背景", (summary.background(view),)),
        Section("总体评价"),
        Section("目标达标情况", (summary.headline(view), summary.goal_wall(view)), level=2),
        Section("与上一年相比", (status.change_table(view),), level=2),
        Section("到期预测", (expected_sentence(view),), level=2),
        Section("分领域评价"),
        *(
            Section(domain.title, _domain(view.of_domain(domain.domain)), level=2)
            for domain in view.plan.domains
        ),
        Section("达标率及未达标、未填报情况"),
        Section(
            "达标率",
            (status.rates_table(view), status.status_chart(view), status.rank_table(view)),
            level=2,
        ),
        Section("各状态的目标", (_dense(status.goals_by_status(view)),), level=2),
        Section("未达标和未填报的指标", (status.open_by_domain(view),), level=2),
        Section("主要问题及原因"),
        Section("主要问题", (Detail(problems(view)),), level=2),
        Section("从数据看到的原因", (Detail(causes(view)),), level=2),
        Section("地区和人群之间的差距", (disparity_sentences(view).as_detail(),), level=2),
        Section("策略措施的落实和成效", (Detail(cause_sentences(view)),), level=2),
        Section(
            "机制建设中的问题", (_dense(milestones.milestone_table(view, only_open=True)),), level=2
        ),
        Section("预警", parts.with_message(warning_chart(view)), level=2),
        Section("经验做法"),
        Section("进展较好的指标", (Detail(experience(view)),), level=2),
        Section("取得实效的机制", (milestones.proven_milestones(view).as_detail(),), level=2),
        Section("对策建议", (Detail(recommendations(view)),)),
        Section(
            "分部门建议一览",
            (action_table(view, only_gravest=True),),
            level=2,
            numbered=False,
        ),
        Section("附录1　全部指标一览", (status.annex_table(view),), numbered=False),
        Section("附录2　缺项清单", _missing(view), numbered=False),
        Section("附录3　措施成效的证据", _effects(view), numbered=False),
    )


def _domain(view: View) -> tuple[Part, ...]:
    if view.df.reported.empty:
        return (summary.domain_paragraph(view),)
    return (
        summary.domain_paragraph(view),
        status.domain_table(view, in_question(view)),
        paragraphs_in_question(view),
    )


def _missing(view: View) -> tuple[Part, ...]:
    """The list of gaps on the landscape page that the annex before it ends on."""
    # Of a few, the list by name says all that the list by department does.
    asked = missing.returns_table(view).tables if len(view.missing) > missing.FEW else []
    tables = (*asked, *missing.requested_list(view).tables)
    return (Blocks(*(replace(table, is_dense=True, is_wide=True) for table in tables)),)


def _dense(shown: Blocks) -> Blocks:
    """The same with its tables in small letters."""
    return Blocks(*(replace(b, is_dense=True) if b.kind == "table" else b for b in shown))


def _effects(view: View) -> tuple[Part, ...]:
    """The graded evidence on landscape pages; nothing where no measure could be graded."""
    if view.assessment.effects.empty:
        return ()
    return tuple(
        Blocks(_weighted(b) if isinstance(b, blocks.Table) else b)
        for b in effect_table(view, grades="ABC")
    )


def _weighted(table: blocks.Table) -> blocks.Table:
    pairs = zip(table.columns, _EVIDENCE, strict=True)
    columns = tuple(replace(column, weight=weight) for column, weight in pairs)
    return replace(table, columns=columns, is_wide=True, is_dense=True)


_EVIDENCE = (12, 22, 24, 22, 14, 24)


def _unanswered(view: View) -> tuple[Section, ...]:
    """Without a single figure there is one thing to say: what is missing, from whom, by when."""
    return (
        Section("评估依据", (summary.basis(view),)),
        Section("总体情况", (summary.nothing_filed(view),)),
        Section("需要补报的数据", (missing.returns_table(view),)),
    )
