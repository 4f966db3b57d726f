"""Figures of townships and groups for tests: made in code, with what they hide told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from builders import observations

# Denominator and rate (%) of twelve townships: eleven alike, one far behind.
TWELVE: dict[str, tuple[int, float]] = {
    "九台街道": (6200, 80.2), "营城街道": (4100, 79.4), "九郊街道": (3300, 80.9),
    "西营城街道": (2400, 78.8), "卡伦湖街道": (5200, 81.0), "龙嘉街道": (2800, 80.4),
    "东湖街道": (1900, 79.1), "土们岭街道": (1500, 80.7), "沐石河街道": (2100, 62.0),
    "城子街街道": (1300, 81.2), "其塔木镇": (1700, 79.8), "莽卡满族乡": (640, 78.1),
}  # fmt: skip


def townships(
    areas: Mapping[str, tuple[int, float]] = TWELVE,
    year: int = 2025,
    name: str = "rate",
    per: int = 100,
    **common: Any,
) -> pd.DataFrame:
    """Rows of each township and of the whole (全区, their sum) in one year.

    Args:
        areas: denominator and rate by name; the numerator is rounded to whole people.
    """
    counts = {place: (round(n * rate / per), n) for place, (n, rate) in areas.items()}
    total = (sum(k for k, _ in counts.values()), sum(n for _, n in counts.values()))
    rows = [
        {
            "year": year,
            "subarea": place,
            "numerator": k,
            "denominator": n,
            "value": round(per * k / n, 1),
        }
        for place, (k, n) in {**counts, "全区": total}.items()
    ]
    return observations(rows, name, **common)


def groups(
    dimension: str, values: Mapping[int, tuple[float, float]], name: str = "rate", **common: Any
) -> pd.DataFrame:
    """Women and men (`sex`) or rural and urban (`area`) by year: {year: (first, second)}."""
    words = {"sex": ("female", "male"), "area": ("rural", "urban")}[dimension]
    rows = [
        {"year": year, dimension: word, "value": value}
        for year, pair in values.items()
        for word, value in zip(words, pair, strict=True)
    ]
    return observations(rows, name, **common)
