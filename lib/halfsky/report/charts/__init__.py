"""Charts: frame in, figure out. The `*_chart` functions add title, message and source to them.

`plot_*` draw only and refuse an empty frame. `*_chart` choose: a Chart where there is something
to see, else one sentence that says what is missing (html.note).
"""

from halfsky.report.charts.completion import plot_completion
from halfsky.report.charts.fans import plot_fans
from halfsky.report.charts.wall import plot_goal_wall

__all__ = ["plot_completion", "plot_fans", "plot_goal_wall"]
