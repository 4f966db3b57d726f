"""What a page shows: charts, tables, sentences. Frames in; nothing is read or evaluated here."""

from halfsky.report.checks import (
    change_table,
    local_check_table,
    milestone_table,
    rank_table,
)
from halfsky.report.documents.parts import (
    action_table,
    background,
    basis,
    causes,
    domain_verdicts,
    goals_by_status,
    measure_findings,
    open_by_domain,
    returns_table,
)
from halfsky.report.figures import (
    area_chart,
    completeness_chart,
    completion_chart,
    domain_completeness_chart,
    fan_charts,
    goal_wall,
    series_chart,
    status_chart,
    warning_chart,
    women_share_chart,
)
from halfsky.report.findings import (
    countermeasure_table,
    experience,
    problems,
    recommendations,
)
from halfsky.report.measures import (
    cause_sentences,
    effect_charts,
    effect_table,
    measure_table,
)
from halfsky.report.multiples import small_multiples
from halfsky.report.paragraphs import goal_paragraphs
from halfsky.report.places import (
    contribution_chart,
    contribution_table,
    decomposition_table,
    dumbbell_chart,
    funnel_charts,
    gap_chart,
    gap_table,
    peer_table,
    slope_chart,
    where_sentences,
)
from halfsky.report.record import Record as record
from halfsky.report.register import warning_register
from halfsky.report.scenarios import scenario_sentence, what_if_table
from halfsky.report.sections import (
    comparison_table,
    completion_table,
    expected_sentence,
    forecast_table,
    goal_table,
    headline,
    hindsight_table,
    method_note,
    missing_table,
    rates_table,
    series_table,
    small_counts_table,
    warning_table,
)
from halfsky.report.summary_box import summary_box
from halfsky.report.synthetic import marked, takes_view
from halfsky.report.together import together
from halfsky.report.view import View

__all__ = [
    "View",
    "action_table",
    "area_chart",
    "background",
    "basis",
    "cause_sentences",
    "causes",
    "change_table",
    "comparison_table",
    "completeness_chart",
    "completion_chart",
    "completion_table",
    "contribution_chart",
    "contribution_table",
    "countermeasure_table",
    "decomposition_table",
    "domain_completeness_chart",
    "domain_verdicts",
    "dumbbell_chart",
    "effect_charts",
    "effect_table",
    "expected_sentence",
    "experience",
    "fan_charts",
    "forecast_table",
    "funnel_charts",
    "gap_chart",
    "gap_table",
    "goal_paragraphs",
    "goal_table",
    "goal_wall",
    "goals_by_status",
    "headline",
    "hindsight_table",
    "local_check_table",
    "measure_findings",
    "measure_table",
    "method_note",
    "milestone_table",
    "missing_table",
    "open_by_domain",
    "peer_table",
    "problems",
    "rank_table",
    "rates_table",
    "recommendations",
    "record",
    "returns_table",
    "scenario_sentence",
    "series_chart",
    "series_table",
    "slope_chart",
    "small_counts_table",
    "small_multiples",
    "status_chart",
    "summary_box",
    "together",
    "warning_chart",
    "warning_register",
    "warning_table",
    "what_if_table",
    "where_sentences",
    "women_share_chart",
]

# Everything that notebooks call with a view, also what is added later: no table or chart of a
# synthetic region without the mark.
globals().update({n: marked(globals()[n]) for n in __all__ if takes_view(globals()[n])})
