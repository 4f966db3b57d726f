"""All goals at a glance: a wall with three answers a brick, never merged into one light."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from halfsky.report.charts.canvas import new_figure
from halfsky.report.text.words import status_word
from halfsky.report.theme import DATA, INK, MUTED, OUTLOOK, STATUS, Look, status_look


def plot_goal_wall(goals: pd.DataFrame, *, is_reference: bool = False) -> Figure:
    """One brick a goal, one row a domain: status above, outlook and data below.

    Args:
        goals: goal (id ending in its number), domain (the name shown), status, outlook, data;
            in the plan's order.

    Raises:
        ValueError: no rows.
    """
    if goals.empty:
        raise ValueError("no goals to draw")
    domains = list(dict.fromkeys(goals["domain"]))
    most = int(goals.groupby("domain", sort=False).size().max())
    # Few goals keep the brick's size instead of growing across the page.
    columns = max(most, 10)
    figure = new_figure(1.65 + 0.62 * len(domains))
    axis, key = figure.subplots(2, 1, height_ratios=[0.62 * len(domains) + 0.1, 1.0])
    for row, domain in enumerate(domains):
        mine = goals[goals["domain"] == domain]
        for column, goal in enumerate(mine.to_dict("records")):
            _brick(axis, column, row, goal, is_reference)
    axis.set_xlim(-0.06, columns)
    axis.set_ylim(len(domains), -0.04)
    axis.set_yticks([r + 0.46 for r in range(len(domains))], domains, fontsize=10, color=INK)
    axis.set_xticks([])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    _key(key, goals, is_reference)
    return figure


def _fill(axis: Axes, x: float, y: float, width: float, height: float, look: Look) -> None:
    axis.add_patch(
        Rectangle(
            (x, y),
            width,
            height,
            facecolor=look.fill,
            edgecolor=look.edge,
            linewidth=0.8,
            hatch=look.hatch,
            linestyle=(0, (3, 2)) if look.fill == "#ffffff" else "-",
        )
    )


def _brick(axis: Axes, column: int, row: int, goal: dict[str, str], is_reference: bool) -> None:
    x, y, width = column + 0.04, row + 0.05, 0.88
    status = status_look(goal["status"], is_reference)
    _fill(axis, x, y, width, 0.52, status)
    number = str(goal["goal"]).rsplit("-", 1)[-1]
    backing = {"facecolor": status.fill, "edgecolor": "none", "pad": 0.6} if status.hatch else None
    axis.text(
        x + 0.27, y + 0.27, number, color=status.ink, fontsize=9, fontweight="bold",
        ha="center", va="center", bbox=backing,
    )  # fmt: skip
    axis.text(
        x + 0.64, y + 0.27, status.shape, color=status.ink, fontsize=9,
        ha="center", va="center", bbox=backing,
    )  # fmt: skip
    half = width / 2 - 0.02
    answers = ((0.0, OUTLOOK[goal["outlook"]]), (half + 0.04, DATA[goal["data"]]))
    for offset, look in answers:
        _fill(axis, x + offset, y + 0.57, half, 0.31, look)
        axis.text(
            x + offset + half / 2, y + 0.73, look.shape, color=look.ink, fontsize=7,
            ha="center", va="center",
        )  # fmt: skip


def _key(axis: Axes, goals: pd.DataFrame, is_reference: bool) -> None:
    """Three lines of key, with counts: they are the chart's totals."""
    axis.set_xlim(0, 100)
    axis.set_ylim(3, 0)
    axis.axis("off")
    groups: list[tuple[str, str, dict[str, Look]]] = [
        ("上：状态", "status", STATUS),
        ("左下：前景", "outlook", OUTLOOK),
        ("右下：数据", "data", DATA),
    ]
    for line, (heading, column, looks) in enumerate(groups):
        axis.text(0, line + 0.5, heading, fontsize=8.5, color=MUTED, va="center")
        counts = goals[column].value_counts()
        place = 12.0
        rendered: dict[str, tuple[Look, int]] = {}
        for answer, look in looks.items():
            word = str(answer)
            if column == "status":
                word, look = status_word(answer, is_reference), status_look(answer, is_reference)
            seen = rendered.get(word, (look, 0))
            rendered[word] = (seen[0], seen[1] + int(counts.get(answer, 0)))
        for word, (look, count) in rendered.items():
            axis.add_patch(
                Rectangle(
                    (place, line + 0.2),
                    2.2,
                    0.62,
                    facecolor=look.fill,
                    edgecolor=look.edge,
                    linewidth=0.8,
                    hatch=look.hatch,
                )
            )
            axis.text(
                place + 1.1, line + 0.52, look.shape, fontsize=7, color=look.ink,
                ha="center", va="center",
            )  # fmt: skip
            text = f"{word} {count}"
            axis.text(place + 2.8, line + 0.52, text, fontsize=8.5, va="center")
            place += 5.2 + 1.72 * len(word) + 1.1 * len(str(count))
