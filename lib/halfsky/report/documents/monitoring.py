"""监测报告: what the monitoring group files every year, at mid-term and at the end."""

from __future__ import annotations

from functools import partial

from halfsky.report.blocks import SILENT, Blocks
from halfsky.report.documents.cover import document
from halfsky.report.documents.document import Document, Section, section, with_message
from halfsky.report.sections import milestones, missing, status, summary
from halfsky.report.sections.reliability import hindsight_table, local_check_table
from halfsky.report.sections.series import statistics_table
from halfsky.report.sections.warnings import warning_chart, warning_table
from halfsky.report.text import phrase
from halfsky.report.view import View

GROUP = "monitoring_report"  # of the headings, in text/monitoring.yaml
_section = partial(section, GROUP)


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
    return document(
        view,
        kind=phrase(GROUP, "kind", stage=view.plan.phase(view.year)[:2]),
        office=view.plan.info.statistics_office,
        group=phrase(GROUP, "group"),
        sections=_answered(view) if len(view.reported) else _unanswered(view),
        state=state,
    )


def _answered(view: View) -> tuple[Section, ...]:
    by_domain = [(d, view.of_domain(d.domain)) for d in view.plan.domains]
    completeness = missing.domain_completeness_chart(view)
    return (
        _section("basis", summary.basis(view), summary.coverage(view)),
        _section("overall"),
        _section(
            "goals",
            summary.headline(view),
            summary.goal_wall(view),
            status.rates_table(view),
            level=2,
        ),
        _section("changes", status.change_table(view), level=2),
        _section("domains"),
        *(Section(d.title, _domain(mine), level=2) for d, mine in by_domain),
        _section("warnings", with_message(warning_chart(view)), warning_table(view)),
        _section("quality"),
        _section("completeness", with_message(completeness), level=2),
        _section("small_counts", status.small_counts_table(view), level=2),
        _section("milestones", milestones.milestone_table(view), level=2),
        _section("hindsight", hindsight_table(view), local_check_table(view), level=2),
        _section("wanted", _asked(view)),
        _section("annex_statistics", numbered=False),
        *(
            Section(d.title, (statistics_table(mine),), level=2, numbered=False)
            for d, mine in by_domain
        ),
        _section("annex_missing", _missing(view), numbered=False),
    )


def _domain(view: View) -> tuple[Blocks, ...]:
    if not len(view.reported):
        return (summary.domain_paragraph(view),)
    return (summary.domain_paragraph(view), status.domain_table(view), missing.named_open(view))


def _asked(view: View) -> Blocks:
    """By department; a few by name at once, and then there is no annex that says it again."""
    is_few = 0 < len(view.missing) <= missing.FEW
    return missing.requested_list(view) if is_few else missing.returns_table(view)


def _missing(view: View) -> Blocks:
    return missing.missing_table(view) if len(view.missing) > missing.FEW else SILENT


def _unanswered(view: View) -> tuple[Section, ...]:
    return (
        _section("basis", summary.basis(view)),
        _section("overall", summary.nothing_filed(view)),
        _section("wanted", missing.returns_table(view)),
    )
