"""What a page shows: charts, tables, sentences. Frames in; nothing is read or evaluated here."""

from halfsky.report.checks import (
    change_table,
    local_check_table,
    milestone_table,
    rank_table,
)
from halfsky.report.figures import (
    completeness_chart,
    completion_chart,
    domain_completeness_chart,
    fan_charts,
    gap_chart,
    goal_wall,
    series_chart,
    status_chart,
    warning_chart,
)
from halfsky.report.findings import (
    countermeasure_table,
    experience,
    problems,
    recommendations,
)
from halfsky.report.paragraphs import goal_paragraphs
from halfsky.report.record import Record as record
from halfsky.report.scenarios import what_if_table
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
from halfsky.report.view import View

__all__ = [
    "View",
    "change_table",
    "comparison_table",
    "completeness_chart",
    "completion_chart",
    "completion_table",
    "countermeasure_table",
    "domain_completeness_chart",
    "expected_sentence",
    "experience",
    "fan_charts",
    "forecast_table",
    "gap_chart",
    "goal_paragraphs",
    "goal_table",
    "goal_wall",
    "headline",
    "hindsight_table",
    "local_check_table",
    "method_note",
    "milestone_table",
    "missing_table",
    "problems",
    "rank_table",
    "rates_table",
    "recommendations",
    "record",
    "series_chart",
    "series_table",
    "small_counts_table",
    "status_chart",
    "warning_chart",
    "warning_table",
    "what_if_table",
]
