"""Charts: frame in, figure out. They draw only, and refuse an empty frame.

A section chooses the rows, adds title, message and source, and says in a sentence where there is
nothing to draw. Names are imported when they are first used (PEP 562): a page of text loads no
drawing library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from halfsky.report.charts.completion import furthest_behind_first as furthest_behind_first
    from halfsky.report.charts.completion import plot_completion as plot_completion
    from halfsky.report.charts.contributions import plot_contributions as plot_contributions
    from halfsky.report.charts.counts import plot_completeness as plot_completeness
    from halfsky.report.charts.counts import (
        plot_completeness_by_domain as plot_completeness_by_domain,
    )
    from halfsky.report.charts.counts import plot_status_counts as plot_status_counts
    from halfsky.report.charts.counts import plot_warnings as plot_warnings
    from halfsky.report.charts.effects import plot_effects as plot_effects
    from halfsky.report.charts.fans import plot_fans as plot_fans
    from halfsky.report.charts.funnel import plot_funnel as plot_funnel
    from halfsky.report.charts.gaps import plot_dumbbell as plot_dumbbell
    from halfsky.report.charts.gaps import plot_slope as plot_slope
    from halfsky.report.charts.multiples import plot_multiples as plot_multiples
    from halfsky.report.charts.series import plot_series as plot_series
    from halfsky.report.charts.wall import plot_goal_wall as plot_goal_wall

_EXPORTS = {
    "furthest_behind_first": "completion",
    "plot_completeness": "counts",
    "plot_completeness_by_domain": "counts",
    "plot_completion": "completion",
    "plot_contributions": "contributions",
    "plot_dumbbell": "gaps",
    "plot_effects": "effects",
    "plot_fans": "fans",
    "plot_funnel": "funnel",
    "plot_goal_wall": "wall",
    "plot_multiples": "multiples",
    "plot_series": "series",
    "plot_slope": "gaps",
    "plot_status_counts": "counts",
    "plot_warnings": "counts",
}

__all__ = list(_EXPORTS)


def __getattr__(name: str) -> Any:
    """A drawing function, from its module."""
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_EXPORTS[name]}"), name)
    globals()[name] = found
    return found
