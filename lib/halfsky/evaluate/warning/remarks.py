"""数据, what the row itself says: remarks in 〔 〕 that a figure may not be read as it stands.

The editors of the raw data put scope, doubt and contradiction beside the figure (data/raw/
README.md); a report must carry them along. Two kinds are more than a remark: a change nobody
explained (family 异常) and one that goes against the release's own words. Which words tell them
apart is in params/thresholds.yaml. Source: docs/method.md section 5, rule 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from halfsky.evaluate.results import EarlyWarning, TargetResult, WarningRule
from halfsky.evaluate.warning.finding import Known, Subject, finding
from halfsky.plan.models import Indicator
from halfsky.plan.vocabulary import Family, Severity

_REMARK = re.compile("\u3014(.+?)\u3015")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
MOST = 120  # letters of a remark that are quoted

# Where a remark stands: its subject, the indicator and the years.
Member = tuple[Subject, Indicator, list[int]]


def remarks(known: Known) -> Iterator[EarlyWarning]:
    """One finding per goal and remark of the last years, with the indicators it stands beside."""
    shown = known.year - known.thresholds.warning.shown_years
    beside: dict[tuple[str, str], list[int]] = {}
    for one in known.observed.remarks:
        if one.year > shown and one.known_from <= known.year:
            texts = (t for t in _REMARK.findall(one.note) if _was_known(t, known.year))
            beside.setdefault((one.indicator, "；".join(texts)), []).append(one.year)
    groups: dict[tuple[str, str], list[Member]] = {}
    for (name, text), years in beside.items():
        indicator = known.plan.indicators[name]
        row = known.reporting_target(indicator)
        if row is not None and text and not _is_told_by_break(known, row, text):
            groups.setdefault((row.goal, text), []).append((row, indicator, years))
    for (_, text), members in groups.items():
        yield _finding(known, text, members)


def _was_known(text: str, year: int) -> bool:
    """A remark that speaks of a later year was written later: the report of `year` had none."""
    return all(int(named) <= year for named in _YEAR.findall(text))


def _is_told_by_break(known: Known, row: Subject, text: str) -> bool:
    """A plain remark beside a registered break says the same thing twice."""
    if not isinstance(row, TargetResult) or row.break_year is None:
        return False
    is_shown = row.break_year > known.year - known.thresholds.warning.shown_years
    return is_shown and _rule(text, known.thresholds.warning.remarks) == WarningRule.REMARK


def _finding(known: Known, text: str, members: list[Member]) -> EarlyWarning:
    row = next((m[0] for m in members if m[0].target is not None), members[0][0])
    years = [year for *_, mine in members for year in mine]
    first, last = min(years), max(years)
    rule = _rule(text, known.thresholds.warning.remarks)
    is_fresh = last >= known.year - known.thresholds.status.normal_lag
    is_unexplained = rule == WarningRule.UNEXPLAINED
    return finding(
        row,
        Family.UNUSUAL if is_unexplained else Family.DATA,
        Severity.AMBER if rule != WarningRule.REMARK and is_fresh else Severity.NOTE,
        rule,
        last if is_unexplained else first,
        None,
        {
            "text": text[:MOST],
            "names": "、".join(dict.fromkeys(indicator.name for _, indicator, _ in members)),
            "first_year": first,
            "value_year": last,
        },
    )


def _rule(text: str, marks: Mapping[str, str]) -> WarningRule:
    """unexplained or contradicts, by the words that mark them; else remark."""
    marked = (WarningRule(rule) for rule, words in marks.items() if words in text)
    return next(marked, WarningRule.REMARK)
