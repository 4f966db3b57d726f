"""评估报告: what the evaluation group submits at mid-term and at the end."""

from __future__ import annotations

from functools import partial

from halfsky.report.blocks import SILENT, Blocks
from halfsky.report.documents.cover import document
from halfsky.report.documents.document import (
    Document,
    Section,
    section,
    set_small,
    weighted,
    with_message,
)
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
from halfsky.report.text import phrase
from halfsky.report.view import View

GROUP = "evaluation_report"  # of the headings, in text/evaluation.yaml
_EVIDENCE = (12, 22, 24, 22, 14, 24)  # widths of the columns of the annex on measures
_section = partial(section, GROUP)


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
    return document(
        view,
        kind=phrase(GROUP, "kind", phase=view.plan.phase(view.year)),
        office=view.plan.info.office,
        group=phrase(GROUP, "group"),
        sections=_answered(view) if len(view.reported) else _unanswered(view),
        state=state,
    )


def _answered(view: View) -> tuple[Section, ...]:
    return (
        _section("basis", summary.basis(view), summary.method_note(view).as_detail()),
        _section("background", summary.background(view)),
        _section("overall"),
        _section("goals", summary.headline(view), summary.goal_wall(view), level=2),
        _section("changes", status.change_table(view), level=2),
        _section("expected", expected_sentence(view), level=2),
        _section("domains"),
        *(
            Section(domain.title, _domain(view.of_domain(domain.domain)), level=2)
            for domain in view.plan.domains
        ),
        _section("rates_and_open"),
        _section(
            "rates",
            status.rates_table(view),
            status.status_chart(view),
            status.rank_table(view),
            level=2,
        ),
        _section("goals_by_status", set_small(status.goals_by_status(view)), level=2),
        _section("open", status.open_by_domain(view), level=2),
        _section("problems_and_causes"),
        _section("problems", problems(view).as_detail(), level=2),
        _section("causes", causes(view).as_detail(), level=2),
        _section("disparities", disparity_sentences(view).as_detail(), level=2),
        _section("measures", cause_sentences(view).as_detail(), level=2),
        _section(
            "milestones", set_small(milestones.milestone_table(view, only_open=True)), level=2
        ),
        _section("warnings", with_message(warning_chart(view)), level=2),
        _section("practices"),
        _section("ahead", experience(view).as_detail(), level=2),
        _section("proven", milestones.proven_milestones(view).as_detail(), level=2),
        _section("recommendations", recommendations(view).as_detail()),
        _section("actions", action_table(view, only_gravest=True), level=2, numbered=False),
        _section("annex_targets", status.annex_table(view), numbered=False),
        _section("annex_missing", _missing(view), numbered=False),
        _section("annex_effects", _effects(view), numbered=False),
    )


def _domain(view: View) -> tuple[Blocks, ...]:
    if not len(view.reported):
        return (summary.domain_paragraph(view),)
    return (
        summary.domain_paragraph(view),
        status.domain_table(view, in_question(view)),
        paragraphs_in_question(view),
    )


def _missing(view: View) -> Blocks:
    """The list of gaps on the landscape page that the annex before it ends on."""
    # Of a few, the list by name says all that the list by department does.
    asked = missing.returns_table(view) if len(view.missing) > missing.FEW else SILENT
    tables = Blocks(*asked.tables, *missing.requested_list(view).tables)
    return set_small(tables, is_wide=True)


def _effects(view: View) -> Blocks:
    """The graded evidence on landscape pages; nothing where no measure could be graded."""
    if not len(view.effects):
        return SILENT
    evidence = effect_table(view, grades="ABC")
    return weighted(set_small(evidence, is_wide=True), _EVIDENCE)


def _unanswered(view: View) -> tuple[Section, ...]:
    """Without a single figure there is one thing to say: what is missing, from whom, by when."""
    return (
        _section("basis_only", summary.basis(view)),
        _section("overall_only", summary.nothing_filed(view)),
        _section("wanted", missing.returns_table(view)),
    )
