"""What a page shows: charts, tables, sentences. Frames in; nothing is read or evaluated here.

The public functions are imported when they are first used (PEP 562), so that a page of text loads
no drawing library and `from halfsky import report` costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from halfsky.report.blocks import together as together
    from halfsky.report.render.results_json import record as record
    from halfsky.report.sections.disparities import contribution_chart as contribution_chart
    from halfsky.report.sections.disparities import contribution_table as contribution_table
    from halfsky.report.sections.disparities import decomposition_table as decomposition_table
    from halfsky.report.sections.disparities import disparity_sentences as disparity_sentences
    from halfsky.report.sections.disparities import dumbbell_chart as dumbbell_chart
    from halfsky.report.sections.disparities import funnel_charts as funnel_charts
    from halfsky.report.sections.disparities import gap_chart as gap_chart
    from halfsky.report.sections.disparities import gap_table as gap_table
    from halfsky.report.sections.disparities import peer_table as peer_table
    from halfsky.report.sections.disparities import slope_chart as slope_chart
    from halfsky.report.sections.disparities import where_sentences as where_sentences
    from halfsky.report.sections.findings import action_table as action_table
    from halfsky.report.sections.findings import causes as causes
    from halfsky.report.sections.findings import countermeasure_table as countermeasure_table
    from halfsky.report.sections.findings import experience as experience
    from halfsky.report.sections.findings import problems as problems
    from halfsky.report.sections.findings import recommendations as recommendations
    from halfsky.report.sections.forecast import expected_sentence as expected_sentence
    from halfsky.report.sections.forecast import fan_charts as fan_charts
    from halfsky.report.sections.forecast import forecast_table as forecast_table
    from halfsky.report.sections.forecast import scenario_sentence as scenario_sentence
    from halfsky.report.sections.forecast import small_multiples as small_multiples
    from halfsky.report.sections.forecast import what_if_table as what_if_table
    from halfsky.report.sections.goals import goal_paragraphs as goal_paragraphs
    from halfsky.report.sections.measures import cause_sentences as cause_sentences
    from halfsky.report.sections.measures import effect_charts as effect_charts
    from halfsky.report.sections.measures import effect_table as effect_table
    from halfsky.report.sections.measures import measure_findings as measure_findings
    from halfsky.report.sections.measures import measure_table as measure_table
    from halfsky.report.sections.milestones import milestone_table as milestone_table
    from halfsky.report.sections.missing import completeness_chart as completeness_chart
    from halfsky.report.sections.missing import (
        domain_completeness_chart as domain_completeness_chart,
    )
    from halfsky.report.sections.missing import missing_table as missing_table
    from halfsky.report.sections.missing import returns_table as returns_table
    from halfsky.report.sections.reliability import hindsight_table as hindsight_table
    from halfsky.report.sections.reliability import local_check_table as local_check_table
    from halfsky.report.sections.series import area_chart as area_chart
    from halfsky.report.sections.series import comparison_table as comparison_table
    from halfsky.report.sections.series import series_chart as series_chart
    from halfsky.report.sections.series import series_table as series_table
    from halfsky.report.sections.series import women_share_chart as women_share_chart
    from halfsky.report.sections.status import change_table as change_table
    from halfsky.report.sections.status import completion_chart as completion_chart
    from halfsky.report.sections.status import completion_table as completion_table
    from halfsky.report.sections.status import goal_table as goal_table
    from halfsky.report.sections.status import goals_by_status as goals_by_status
    from halfsky.report.sections.status import open_by_domain as open_by_domain
    from halfsky.report.sections.status import rank_table as rank_table
    from halfsky.report.sections.status import rates_table as rates_table
    from halfsky.report.sections.status import small_counts_table as small_counts_table
    from halfsky.report.sections.status import status_chart as status_chart
    from halfsky.report.sections.summary import background as background
    from halfsky.report.sections.summary import basis as basis
    from halfsky.report.sections.summary import domain_verdicts as domain_verdicts
    from halfsky.report.sections.summary import goal_wall as goal_wall
    from halfsky.report.sections.summary import headline as headline
    from halfsky.report.sections.summary import method_note as method_note
    from halfsky.report.sections.summary import summary_box as summary_box
    from halfsky.report.sections.warnings import warning_chart as warning_chart
    from halfsky.report.sections.warnings import warning_register as warning_register
    from halfsky.report.sections.warnings import warning_table as warning_table
    from halfsky.report.view import View as View


# Public name -> the module that defines it; mypy and editors read the imports above. No name may
# be that of a submodule: importing the submodule would put the module in its place.
_EXPORTS = {
    "View": "halfsky.report.view",
    "action_table": "halfsky.report.sections.findings",
    "area_chart": "halfsky.report.sections.series",
    "background": "halfsky.report.sections.summary",
    "basis": "halfsky.report.sections.summary",
    "cause_sentences": "halfsky.report.sections.measures",
    "causes": "halfsky.report.sections.findings",
    "change_table": "halfsky.report.sections.status",
    "comparison_table": "halfsky.report.sections.series",
    "completeness_chart": "halfsky.report.sections.missing",
    "completion_chart": "halfsky.report.sections.status",
    "completion_table": "halfsky.report.sections.status",
    "contribution_chart": "halfsky.report.sections.disparities",
    "contribution_table": "halfsky.report.sections.disparities",
    "countermeasure_table": "halfsky.report.sections.findings",
    "decomposition_table": "halfsky.report.sections.disparities",
    "disparity_sentences": "halfsky.report.sections.disparities",
    "domain_completeness_chart": "halfsky.report.sections.missing",
    "domain_verdicts": "halfsky.report.sections.summary",
    "dumbbell_chart": "halfsky.report.sections.disparities",
    "effect_charts": "halfsky.report.sections.measures",
    "effect_table": "halfsky.report.sections.measures",
    "expected_sentence": "halfsky.report.sections.forecast",
    "experience": "halfsky.report.sections.findings",
    "fan_charts": "halfsky.report.sections.forecast",
    "forecast_table": "halfsky.report.sections.forecast",
    "funnel_charts": "halfsky.report.sections.disparities",
    "gap_chart": "halfsky.report.sections.disparities",
    "gap_table": "halfsky.report.sections.disparities",
    "goal_paragraphs": "halfsky.report.sections.goals",
    "goal_table": "halfsky.report.sections.status",
    "goal_wall": "halfsky.report.sections.summary",
    "goals_by_status": "halfsky.report.sections.status",
    "headline": "halfsky.report.sections.summary",
    "hindsight_table": "halfsky.report.sections.reliability",
    "local_check_table": "halfsky.report.sections.reliability",
    "measure_findings": "halfsky.report.sections.measures",
    "measure_table": "halfsky.report.sections.measures",
    "method_note": "halfsky.report.sections.summary",
    "milestone_table": "halfsky.report.sections.milestones",
    "missing_table": "halfsky.report.sections.missing",
    "open_by_domain": "halfsky.report.sections.status",
    "peer_table": "halfsky.report.sections.disparities",
    "problems": "halfsky.report.sections.findings",
    "rank_table": "halfsky.report.sections.status",
    "rates_table": "halfsky.report.sections.status",
    "recommendations": "halfsky.report.sections.findings",
    "record": "halfsky.report.render.results_json",
    "returns_table": "halfsky.report.sections.missing",
    "scenario_sentence": "halfsky.report.sections.forecast",
    "series_chart": "halfsky.report.sections.series",
    "series_table": "halfsky.report.sections.series",
    "slope_chart": "halfsky.report.sections.disparities",
    "small_counts_table": "halfsky.report.sections.status",
    "small_multiples": "halfsky.report.sections.forecast",
    "status_chart": "halfsky.report.sections.status",
    "summary_box": "halfsky.report.sections.summary",
    "together": "halfsky.report.blocks",
    "warning_chart": "halfsky.report.sections.warnings",
    "warning_register": "halfsky.report.sections.warnings",
    "warning_table": "halfsky.report.sections.warnings",
    "what_if_table": "halfsky.report.sections.forecast",
    "where_sentences": "halfsky.report.sections.disparities",
    "women_share_chart": "halfsky.report.sections.series",
}

__all__ = list(_EXPORTS)


def __getattr__(name: str) -> Any:
    """A public function or class, from its module.

    Every function of a view gets the mark of synthetic data here, also one added later: no table
    or chart of a synthetic region without it.
    """
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from halfsky.report.synthetic import marked, takes_view

    exported = getattr(import_module(_EXPORTS[name]), name)
    if takes_view(exported):
        exported = marked(exported)
    globals()[name] = exported  # the next look-up does not come here
    return exported


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
