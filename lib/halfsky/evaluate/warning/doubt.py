"""Of which targets must nothing be said, for better or worse, until a figure is cleared up?

A figure that is probably wrong, or right about something else, is no progress and no decline:
its target is not called 恶化, is no 经验, and no change of status is told from it. A P that rests
on it warns only if the P before it warned already. The data finding stands in place of them.
Source: docs/method.md section 5.
"""

from __future__ import annotations

from collections.abc import Iterable

from halfsky.evaluate.warning.finding import Finding, Known, is_gap

# Rules that put the newest figure itself in doubt, not its age, its comparison or its trend.
DOUBTS = frozenset(
    {
        "unit_slip",
        "out_of_bounds",
        "sexes_disagree",
        "denominator_moved",
        "headcount_against",
        "contradicts",
        "unexplained",
    }
)


def doubtful(known: Known, findings: Iterable[Finding]) -> dict[str, str]:
    """The rule that puts each doubtful target's figures in doubt, by target.

    A target is in doubt where the figure it is judged by is, and for a slipped unit also where
    its baseline or one of the years that tell its direction is.
    """
    found: dict[str, str] = {}
    for one in findings:
        if one["rule"] not in DOUBTS:
            continue
        years = {int(one["inputs"].get("value_year", one["since"]))}
        if one["rule"] == "denominator_moved":
            years = {one["since"]}
        for key, row in known.rows.items():
            if row["indicator"] != one["indicator"] or is_gap(row["value"]):
                continue
            newest = int(row["value_year"])
            leant = {newest}
            if one["rule"] == "unit_slip":
                leant |= set(range(newest - known.thresholds.warning.wrong_way_years, newest))
                leant |= set() if is_gap(row["baseline_year"]) else {int(row["baseline_year"])}
            if years & leant:
                found.setdefault(key, one["rule"])
    return found
