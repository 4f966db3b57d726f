"""The domains side by side on one scale: a view's completion over the years."""

from __future__ import annotations

import pandas as pd

from halfsky.report import numbers
from halfsky.report.chart import Chart
from halfsky.report.charts.multiples import plot_multiples
from halfsky.report.figures import NOTHING, Shown, sources
from halfsky.report.view import View

COLUMNS = ["domain", "target", "name", "year", "completion_pct", "status"]


def completion_paths(view: View) -> pd.DataFrame:
    """Completion of every target that has one, from its baseline year to its newest value.

    Returns:
        COLUMNS; the last point of a target is its own completion_pct, the earlier ones are
        reckoned the same way (METHOD.md section 2) from the history since the baseline.
    """
    names = {d.domain: d.name for d in view.plan.domains}
    parts = [pd.DataFrame(columns=COLUMNS)]
    # A distance from another share is no way from a baseline: completion_chart leaves it out too.
    is_way = view.df.targets["completion_pct"].notna() & (view.df.targets["type"] != "relative")
    targets = view.df.targets[is_way]
    for row in targets.to_dict("records"):
        first, last = int(row["baseline_year"]), int(row["value_year"])
        past = view.history[
            (view.history["target"] == row["target"])
            & view.history["in_use"].astype(bool)
            & view.history["year"].between(first + 1, last - 1)
        ]
        covered = (past["value"] - row["baseline"]) / (row["threshold"] - row["baseline"])
        parts.append(
            pd.DataFrame(
                {
                    "domain": names[row["domain"]],
                    "target": row["target"],
                    "name": row["name"],
                    "year": [first, *past["year"].astype(int), last],
                    "completion_pct": [0.0, *(100 * covered), float(row["completion_pct"])],
                    "status": row["status"],
                }
            )
        )
    return pd.concat(parts, ignore_index=True).astype({"year": int, "completion_pct": float})


def small_multiples(view: View) -> Shown:
    """Completion over the years, one small panel a domain; nothing where none can be reckoned."""
    paths = completion_paths(view)
    if paths.empty:
        return NOTHING
    known = {d.domain: d.name for d in view.plan.domains}
    counts = view.df.targets["domain"].map(known).value_counts()
    domains = {name: int(counts[name]) for name in known.values() if name in counts.index}
    info = view.plan.info
    ends = paths.groupby("target", sort=False).tail(1)
    rendered = []
    for name, own in ends.groupby("domain", sort=False):
        least = own.sort_values("completion_pct", kind="stable").iloc[0]
        rendered.append(
            f"{name}{len(own)}项，完成度最低的是{least['name']}"
            f"（{numbers.number(least['completion_pct'], 0)}%）"
        )
    return Chart(
        plot_multiples(
            paths,
            domains,
            start=info.baseline_year,
            end=info.end_year,
            is_reference=view.is_reference,
        ),
        "各领域的完成度走势",
        f"能计算完成度的{len(ends)}项指标：" + "；".join(rendered) + "。",
        sources(view, ends),
        view.is_synthetic,
    )
