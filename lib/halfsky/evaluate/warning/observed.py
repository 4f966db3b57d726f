"""Every figure and remark of a region, indexed once for all report years that look for faults.

Unlike evaluate.series it knows small areas, and rows with a remark alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

SEXES = ("female", "male", "total")


@dataclass(frozen=True, slots=True)
class Remark:
    """A row's note, as filed."""

    indicator: str
    year: int
    note: str
    known_from: float


@dataclass(frozen=True, slots=True)
class SexFigures:
    """Women, men and total of one group in one year, with the year each became known."""

    indicator: str
    year: int
    age: str
    area: str
    subarea: str
    values: tuple[float, float, float]
    known_from: float


class Observed:
    """A region's remarks, in the order filed, and its figures by sex, in order of their keys."""

    def __init__(self, observations: pd.DataFrame) -> None:
        years = observations["year"].to_numpy(np.int64)
        known_from = observations["known_from"].to_numpy(dtype=float, na_value=np.nan)
        # A figure without a release is known in its own year (plan.vintage.as_known).
        known = np.maximum(np.where(np.isnan(known_from), years, known_from), years)
        indicators = observations["indicator"].tolist()
        notes = observations["note"].fillna("").astype(str).tolist()
        self.remarks = [
            Remark(indicators[row], int(years[row]), note, float(known[row]))
            for row, note in enumerate(notes)
            if "\u3014" in note
        ]
        self._sexes = _by_sex(observations, indicators, years, known)

    def by_sex(self, year: int) -> list[SexFigures]:
        """Groups whose women, men and total were all known by a year."""
        return [one for one in self._sexes if one.known_from <= year]


def _by_sex(
    observations: pd.DataFrame, indicators: list[str], years: np.ndarray, known: np.ndarray
) -> list[SexFigures]:
    values = observations["value"].to_numpy(dtype=float, na_value=np.nan)
    keys = zip(
        indicators,
        years.tolist(),
        *(observations[name].tolist() for name in ("age", "area", "subarea")),
        strict=True,
    )
    rows: dict[tuple[str, int, str, str, str], dict[str, int]] = {}
    for row, (key, sex) in enumerate(zip(keys, observations["sex"].tolist(), strict=True)):
        if not np.isnan(values[row]):
            rows.setdefault(key, {}).setdefault(sex, row)
    made = []
    for key in sorted(key for key, mine in rows.items() if len(mine) >= len(SEXES)):
        mine = [rows[key].get(sex) for sex in SEXES]
        if None not in mine:
            female, male, total = (float(values[row]) for row in mine)
            latest = max(float(known[row]) for row in mine)
            made.append(SexFigures(*key, values=(female, male, total), known_from=latest))
    return made
