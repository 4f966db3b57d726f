"""监测报告: what the monitoring group files every year, at mid-term and at the end."""

from __future__ import annotations

from halfsky.report.document import Document, Part, Section
from halfsky.report.documents import parts
from halfsky.report.documents.cover import document
from halfsky.report.sections import milestones, missing, status, summary
from halfsky.report.sections.reliability import hindsight_table, local_check_table
from halfsky.report.sections.series import statistics_table
from halfsky.report.sections.warnings import warning_chart, warning_table
from halfsky.report.view import View


def monitoring_report(view: View, state: str = "") -> Document:
    """The monitoring report of a region and year: indicators, changes, quality, statistics.

    Args:
        view: the whole plan's view (domain_id None) of a region that is evaluated.
        state: 送审稿 or 审定稿, printed on the cover.

    Raises:
        ValueError: a reference region, which is compared and not monitored.
    """
    if view.is_reference:
        raise ValueError(f"{view.region.id} is a reference region: it is not monitored")
    stage = view.plan.phase(view.year)[:2]
    sections = _unanswered(view) if view.df.reported.empty else _answered(view)
    return document(
        view,
        kind=f"{stage}监测报告",
        office=view.plan.info.statistics_office,
        group="监测组",
        sections=sections,
        state=state,
    )


def _answered(view: View) -> tuple[Section, ...]:
    by_domain = [(d, view.of_domain(d.domain)) for d in view.plan.domains]
    return (
        Section("监测工作概况", (summary.basis(view), summary.coverage(view))),
        Section("总体情况"),
        Section(
            "目标达标情况",
            (summary.headline(view), summary.goal_wall(view), status.rates_table(view)),
            level=2,
        ),
        Section("与上一年相比", (status.change_table(view),), level=2),
        Section("分领域监测结果"),
        *(Section(d.title, _domain(mine), level=2) for d, mine in by_domain),
        Section("预警", (*parts.with_message(warning_chart(view)), warning_table(view))),
        Section("数据质量"),
        Section(
            "数据完整程度", parts.with_message(missing.domain_completeness_chart(view)), level=2
        ),
        Section("小基数指标", (status.small_counts_table(view),), level=2),
        Section("机制建设类指标的佐证", (milestones.milestone_table(view),), level=2),
        Section(
            "预测的检验",
            (hindsight_table(view), local_check_table(view)),
            level=2,
        ),
        Section("补报要求", _asked(view)),
        Section("附表1　统计资料", numbered=False),
        *(
            Section(d.title, (statistics_table(mine),), level=2, numbered=False)
            for d, mine in by_domain
        ),
        Section("附表2　缺项清单", _missing(view), numbered=False),
    )


def _domain(view: View) -> tuple[Part, ...]:
    if view.df.reported.empty:
        return (summary.domain_paragraph(view),)
    return (summary.domain_paragraph(view), status.domain_table(view), missing.named_open(view))


def _asked(view: View) -> tuple[Part, ...]:
    """By department; a few by name at once, and then there is no annex that says it again."""
    is_few = 0 < len(view.df.missing) <= missing.FEW
    return (missing.requested_list(view),) if is_few else (missing.returns_table(view),)


def _missing(view: View) -> tuple[Part, ...]:
    return (missing.missing_table(view),) if len(view.df.missing) > missing.FEW else ()


def _unanswered(view: View) -> tuple[Section, ...]:
    return (
        Section("监测工作概况", (summary.basis(view),)),
        Section("总体情况", (summary.nothing_filed(view),)),
        Section("补报要求", (missing.returns_table(view),)),
    )
