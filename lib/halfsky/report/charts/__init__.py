"""Charts: frame in, figure out. They draw only, and refuse an empty frame.

A section chooses the rows, adds title, message and source, and says in a sentence where there is
nothing to draw.
"""

from halfsky.report.charts.completion import plot_completion
from halfsky.report.charts.contributions import plot_contributions
from halfsky.report.charts.counts import (
    plot_completeness,
    plot_completeness_by_domain,
    plot_status_counts,
    plot_warnings,
)
from halfsky.report.charts.fans import plot_fans
from halfsky.report.charts.funnel import plot_funnel
from halfsky.report.charts.gaps import plot_dumbbell, plot_slope
from halfsky.report.charts.multiples import plot_multiples
from halfsky.report.charts.series import plot_series
from halfsky.report.charts.wall import plot_goal_wall

__all__ = [
    "plot_completeness",
    "plot_completeness_by_domain",
    "plot_completion",
    "plot_contributions",
    "plot_dumbbell",
    "plot_fans",
    "plot_funnel",
    "plot_goal_wall",
    "plot_multiples",
    "plot_series",
    "plot_slope",
    "plot_status_counts",
    "plot_warnings",
]
