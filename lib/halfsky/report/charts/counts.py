"""How many: goals by status, figures by year, warnings by family."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from halfsky.report.charts.canvas import new_figure
from halfsky.report.charts.lettering import wrap
from halfsky.report.text.words import status_word
from halfsky.report.theme import FAINT, GRID, INK, MUTED, SEVERITY, STATUS, Look, status_look

SINCE = 15
FILLED = "#2f78b0"
BEFORE = "#b9cfe0"
_SHARE = LinearSegmentedColormap.from_list("share", ["#ffffff", "#8ec3ea", "#08457e"])


def plot_status_counts(goals: pd.DataFrame, *, is_reference: bool = False) -> Figure:
    """Stacked bars of goals by status, one bar a domain, every part with its number.

    Args:
        goals: domain (the name shown), status; in the plan's order.

    Raises:
        ValueError: no rows.
    """
    if goals.empty:
        raise ValueError("no goals to count")
    words: dict[str, Look] = {}
    for status in STATUS:
        words.setdefault(status_word(status, is_reference), status_look(status, is_reference))
    said = goals["status"].map(lambda s: status_word(s, is_reference))
    counts = pd.crosstab(goals["domain"], said).reindex(
        index=list(dict.fromkeys(goals["domain"])), columns=list(words), fill_value=0
    )
    return _stacked(counts, words, "项")


def plot_warnings(warnings: pd.DataFrame, *, families: Sequence[str]) -> Figure:
    """Stacked bars of warnings by family, red first, every part with its number.

    Args:
        warnings: family, severity.
        families: all families in their order; one without warnings keeps its line, for "none"
            is a finding too.

    Raises:
        ValueError: no rows.
    """
    if warnings.empty:
        raise ValueError("no warnings to count")
    counts = pd.crosstab(warnings["family"], warnings["severity"]).reindex(
        index=list(families), columns=list(SEVERITY), fill_value=0
    )
    return _stacked(counts, {str(k): v for k, v in SEVERITY.items()}, "条")


def _stacked(counts: pd.DataFrame, looks: dict[str, Look], counter: str) -> Figure:
    figure = new_figure(1.1 + 0.42 * len(counts))
    axis = figure.subplots()
    most = max(int(counts.sum(axis=1).max()), 1)
    for place, (_, row) in enumerate(counts.iterrows()):
        start = 0
        for word, look in looks.items():
            number = int(row[word])
            if number:
                _part(axis, place, start, number, look)
            start += number
        axis.text(
            start + most * 0.012, place, f"{start}{counter}", va="center", color=MUTED, fontsize=8.5
        )
    axis.set_yticks(range(len(counts)), [wrap(str(n), 10) for n in counts.index], color=INK)
    axis.tick_params(axis="y", length=0, labelsize=9)
    axis.set_ylim(len(counts) - 0.4, -0.6)
    axis.set_xlim(0, most * 1.1)
    axis.set_xticks([])
    axis.spines[["bottom", "top", "right"]].set_visible(False)
    handles = [
        Patch(
            facecolor=look.fill,
            edgecolor=look.edge,
            hatch=look.hatch,
            label=f"{look.shape} {word} {int(counts[word].sum())}",
        )
        for word, look in looks.items()
    ]
    figure.legend(
        handles=handles, loc="outside lower left", ncols=len(handles), columnspacing=1.2,
        handlelength=1.4,
    )  # fmt: skip
    return figure


def _part(axis: Axes, place: int, start: int, number: int, look: Look) -> None:
    axis.barh(
        place, number, left=start, height=0.62, color=look.fill, edgecolor=look.edge,
        hatch=look.hatch, linewidth=0.8,
    )  # fmt: skip
    backing = {"facecolor": look.fill, "edgecolor": "none", "pad": 1} if look.hatch else None
    axis.text(
        start + number / 2, place, str(number), ha="center", va="center", fontsize=8.5,
        fontweight="bold", color=look.ink, bbox=backing,
    )  # fmt: skip


def _known(
    targets: pd.DataFrame, observations: pd.DataFrame, year: int
) -> tuple[pd.DataFrame, list[int]]:
    """The targets' own figures, and the years from the oldest of them to the report's."""
    known = observations[observations["target"].isin(targets["target"])]
    if "value" in known:
        known = known.dropna(subset=["value"])
    first = max(int(known["year"].min()), year - SINCE) if len(known) else year - 5
    return known, list(range(min(first, year - 5), year + 1))


def plot_completeness(
    targets: pd.DataFrame,
    observations: pd.DataFrame,
    *,
    year: int,
    baseline_year: int | None = None,
) -> Figure:
    """For which years is there a figure? One line a target, one square a year.

    Args:
        targets: target, name; one line a row, in the order given.
        observations: target, year; with value, rows without one are no data; with in_use,
            squares before a definition break (False) are paler.
        year: the last column; the first is the oldest year known, at most SINCE years before.
        baseline_year: its column is marked 基期.

    Raises:
        ValueError: no rows.
    """
    if targets.empty:
        raise ValueError("no targets to draw")
    known, years = _known(targets, observations, year)
    state = pd.DataFrame(0, index=list(targets["target"]), columns=list(years))
    in_use = known["in_use"].astype(bool) if "in_use" in known else known["year"].notna()
    for part, mark in ((known[~in_use], 1), (known[in_use], 2)):
        for name, year in zip(part["target"], part["year"], strict=True):
            if name in state.index and year in state.columns:
                state.loc[name, year] = mark
    figure = new_figure(1.0 + 0.29 * len(targets))
    axis = figure.subplots()
    sns.heatmap(
        state,
        ax=axis,
        cmap=["#ffffff", BEFORE, FILLED],
        vmin=0,
        vmax=2,
        cbar=False,
        linewidths=2.2,
        linecolor="white",
    )
    for row, column in zip(*(state.to_numpy() == 0).nonzero(), strict=True):
        axis.plot(
            column + 0.5, row + 0.5, "o", color=FAINT, markersize=2.5, markerfacecolor="white"
        )
    axis.set_yticks(
        [i + 0.5 for i in range(len(targets))],
        [wrap(str(n), 21, lines=1) for n in targets["name"]],
        rotation=0,
        color=INK,
    )
    _year_heads(axis, years, baseline_year)
    handles: list[Artist] = [Patch(facecolor=FILLED, label="有数据")]
    if (state == 1).to_numpy().any():
        handles.append(Patch(facecolor=BEFORE, label="口径变化前"))
    handles.append(
        Line2D([], [], linestyle="", marker="o", markersize=3, markeredgecolor=FAINT,
               markerfacecolor="white", label="无数据")
    )  # fmt: skip
    figure.legend(handles=handles, loc="outside lower left", ncols=3, columnspacing=1.4)
    return figure


def plot_completeness_by_domain(
    targets: pd.DataFrame,
    observations: pd.DataFrame,
    *,
    year: int,
    baseline_year: int | None = None,
) -> Figure:
    """Share of each domain's targets with a figure, year by year, printed in the squares.

    Args:
        targets: target, domain (the name shown).
        observations, year, baseline_year: as in plot_completeness.

    Raises:
        ValueError: no rows.
    """
    if targets.empty:
        raise ValueError("no targets to draw")
    domain_of = targets.set_index("target")["domain"]
    known, years = _known(targets, observations, year)
    known = known.assign(domain=known["target"].map(domain_of)).dropna(subset=["domain"])
    once = known.drop_duplicates(["target", "year"])
    order = list(dict.fromkeys(targets["domain"]))
    table = pd.crosstab(once["domain"], once["year"]).reindex(
        index=order, columns=years, fill_value=0
    )
    share = table.div(targets.groupby("domain").size().reindex(order), axis=0) * 100
    labels = table.astype(int).astype(str).where(table > 0, "")
    figure = new_figure(1.0 + 0.42 * len(order))
    axis = figure.subplots()
    sns.heatmap(
        share,
        ax=axis,
        annot=labels,
        fmt="",
        cmap=_SHARE,
        vmin=0,
        vmax=100,
        linewidths=1.5,
        linecolor=GRID,
        annot_kws={"fontsize": 8.5},
        # Beside three rows or fewer its label would not fit; the squares say their numbers.
        cbar=len(order) > 3,
        cbar_kws={"label": "有数据的占比（%）", "shrink": 0.8, "pad": 0.015},
    )
    sizes = targets.groupby("domain").size()
    axis.set_yticks(
        [i + 0.5 for i in range(len(order))],
        [f"{wrap(str(d), 9, lines=1)}（{sizes[d]}）" for d in order],
        rotation=0,
        color=INK,
    )
    axis.tick_params(axis="y", length=0, labelsize=9)
    _year_heads(axis, years, baseline_year)
    return figure


def _year_heads(axis: Axes, years: Sequence[int], baseline_year: int | None) -> None:
    """Years above the columns: all of them, or every second where they would touch."""
    step = 1 if len(years) <= 12 else 2
    shown = [(i, y) for i, y in enumerate(years) if (len(years) - 1 - i) % step == 0]
    axis.set_xticks(
        [i + 0.5 for i, _ in shown],
        [f"{y}\n基期" if y == baseline_year else str(y) for _, y in shown],
        rotation=0,
    )
    axis.xaxis.tick_top()
    axis.tick_params(axis="both", length=0)
    axis.set(xlabel="", ylabel="")
