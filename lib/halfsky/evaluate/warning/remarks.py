"""数据, what the row itself says: remarks in 〔 〕 that a figure may not be read as it stands.

The editors of the raw data put scope, doubt and contradiction beside the figure (data/raw/
README.md); a report must carry them along. Two kinds are more than a remark: a change nobody
explained (family 异常) and one that goes against the release's own words. Which words tell them
apart is in params/thresholds.yaml. Source: docs/method.md section 5, rule 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pandas as pd

from halfsky.evaluate.warning.finding import Finding, Known, Row, finding, is_gap, reporting_target
from halfsky.plan.models import Indicator
from halfsky.plan.vocabulary import Family, Severity

_REMARK = re.compile("\u3014(.+?)\u3015")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
MOST = 120  # letters of a remark that are quoted


def remarks(known: Known) -> Iterator[Finding]:
    """One finding per goal and remark of the last years, with the indicators it stands beside."""
    noted = known.observations["note"].fillna("").astype(str)
    shown = known.year - known.thresholds.warning.shown_years
    rows = known.observations[noted.str.contains("\u3014") & (known.observations["year"] > shown)]
    texts = rows["note"].map(
        lambda note: "；".join(t for t in _REMARK.findall(str(note)) if _was_known(t, known.year))
    )
    groups: dict[tuple[str, str], list[tuple[Row, Indicator, pd.DataFrame]]] = {}
    for (name, text), part in rows.groupby(["indicator", texts], sort=False):
        indicator = known.plan.indicators[str(name)]
        row = reporting_target(known, indicator)
        if row is not None and text and not _is_told_by_break(known, row, str(text)):
            groups.setdefault((row["goal"], str(text)), []).append((row, indicator, part))
    for (_, text), members in groups.items():
        yield _told(known, text, members)


def _was_known(text: str, year: int) -> bool:
    """A remark that speaks of a later year was written later: the report of `year` had none."""
    return all(int(named) <= year for named in _YEAR.findall(text))


def _is_told_by_break(known: Known, row: Row, text: str) -> bool:
    """A plain remark beside a registered break says the same thing twice."""
    if row["target"] is None or is_gap(row["break_year"]):
        return False
    is_shown = row["break_year"] > known.year - known.thresholds.warning.shown_years
    return bool(is_shown) and _kind(text, known.thresholds.warning.remarks) == "remark"


def _told(known: Known, text: str, members: list[tuple[Row, Indicator, pd.DataFrame]]) -> Finding:
    row = next((m[0] for m in members if m[0]["target"] is not None), members[0][0])
    years = pd.concat([part["year"] for *_, part in members])
    last = int(years.max())
    kind = _kind(text, known.thresholds.warning.remarks)
    is_fresh = last >= known.year - known.thresholds.status.normal_lag
    family = Family.UNUSUAL if kind == "unexplained" else Family.DATA
    severity = Severity.AMBER if kind != "remark" and is_fresh else Severity.NOTE
    names = list(dict.fromkeys(indicator.name for _, indicator, _ in members))
    return finding(
        row,
        family,
        severity,
        kind,
        last if kind == "unexplained" else int(years.min()),
        None,
        {
            "text": text[:MOST],
            "names": "、".join(names),
            "first_year": int(years.min()),
            "value_year": last,
        },
    )


def _kind(text: str, marks: Mapping[str, str]) -> str:
    """unexplained or contradicts, by the words that mark them; else remark."""
    return next((kind for kind, words in marks.items() if words in text), "remark")
