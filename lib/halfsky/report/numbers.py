"""Numbers, units and years as Chinese official texts print them (GB/T 15835)."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import pandas as pd

from halfsky.plan.thresholds import load_thresholds

SUPPRESSED = "＊"  # a figure that a public edition leaves out; a gap is a dash
_SUFFIX = {"%": "%", "‰": "‰", "1/10万": "/10万", "女=100": "（女=100）", "女/男": "", "男/女": ""}
_SPOKEN = {"分钟/日": "分钟", "元/月": "元", "元/年": "元", "人/户": "人"}


def is_known(value: Any) -> bool:
    """False for None, NA and NaN: a gap."""
    return (
        value is not None
        and value is not pd.NA
        and not (isinstance(value, float) and math.isnan(value))
    )


def number(value: Any, decimals: Any = 1) -> str:
    """A number with a fixed count of decimals; a dash for a gap, never 0."""
    if not is_known(value):
        return "—"
    places = 1 if not is_known(decimals) else int(decimals)
    shown = f"{float(value):.{places}f}"
    # "-0.0" is a rounding artefact, not a figure.
    return shown.removeprefix("-") if float(shown) == 0 else shown.replace("-", "−")


def quantity(value: Any, unit: Any, decimals: Any = 1) -> str:
    """A number with its unit: 14.3/10万, 95.9%, 2.5百分点→个百分点, 78.6岁."""
    if not is_known(value):
        return "—"
    if not is_known(unit):
        return number(value, decimals)
    if unit == "百分点":
        return number(value, decimals) + "个百分点"
    if is_round_thousands(value, unit):
        decimals = 0
    return number(value, decimals) + _SUFFIX.get(unit, _SPOKEN.get(unit, unit))


def is_round_thousands(value: Any, unit: Any) -> bool:
    """7950万人: a nation's headcount in whole 万, where two decimals would feign exactness."""
    large = is_known(value) and abs(float(value)) >= 1000 and float(value).is_integer()
    return large and str(unit).startswith("万")


def difference(value: Any, unit: Any, decimals: Any = 1) -> str:
    """A difference of two quantities: shares differ by 个百分点 or 个千分点."""
    spoken = {"%": "个百分点", "‰": "个千分点", "百分点": "个百分点"}
    if unit in spoken and is_known(value):
        return number(value, decimals) + spoken[unit]
    return quantity(value, unit, decimals)


def limit(value: Any, unit: Any, decimals: Any = 1) -> str:
    """A target value: whole numbers lose their empty decimals (95%, not 95.0%)."""
    if is_known(value) and float(value).is_integer():
        decimals = 0
    return quantity(value, unit, decimals)


@lru_cache(maxsize=1)
def _limits() -> tuple[float, ...]:
    """The lower limits of the words for a probability."""
    return tuple(load_thresholds().outlook.bands.values())


def likely() -> float:
    """From here on a probability is told as 较有把握."""
    return _limits()[1]


def unlikely() -> float:
    """Below, a probability is told as 较难完成 or 很难完成."""
    return _limits()[2]


def many_times(value: Any) -> str:
    """How many times, as a dispersion: 18.1; from 100 on whole, since no one reads 11684.3."""
    return number(value, 0 if is_known(value) and abs(value) >= 100 else 1)


def percent(p: Any) -> str:
    """A probability: whole percents, and never a false 0 % or 100 %.

    Where rounding would carry it over a limit of a word or of a warning, one decimal more, if need
    be rounded down, keeps it on its own side: 89.9% is 较有把握, 90% is not.
    """
    if not is_known(p):
        return "—"
    if p < 0.01:
        return "不到1%"
    if p > 0.99:
        return "99%以上"
    for shown in (f"{100 * p:.0f}", f"{100 * p:.1f}"):
        if not any(p < limit <= float(shown) / 100 for limit in _limits()):
            return f"{shown}%"
    return f"{math.floor(1000 * p) / 10:.1f}%"


def alike(first: Any, second: Any, decimals: Any = 1) -> bool:
    """Do two known figures print as one and the same number?"""
    return number(first, decimals) == number(second, decimals)


def span(low: Any, high: Any, decimals: Any = 1, unit: Any = None) -> str:
    """An interval: 0.1—0.4%; with a sign −0.2至0.4, since −0.4—−0.2 cannot be read."""
    ends = (number(low, decimals), quantity(high, unit, decimals))
    return ("至" if any("−" in end for end in ends) else "—").join(ends)


def gap(value: Any, unit: Any, decimals: Any = 1) -> str:
    """A difference with as many decimals as the figure, and more where it would print as 0."""
    places = int(decimals) if is_known(decimals) else 1
    while is_known(value) and value != 0 and round(abs(float(value)), places) == 0 and places < 6:
        places += 1
    return difference(value, unit, places)


def chance(p: Any) -> str:
    """A probability as it follows 概率: 为46%, 不到1%, 超过99%."""
    shown = percent(p).removesuffix("以上")
    return shown if shown.startswith("不到") else ("超过" if p > 0.99 else "为") + shown


def headcount(value: Any) -> str:
    """A whole number of people or cases: 1240, ungrouped like every other figure on a page."""
    return f"{float(value):.0f}" if is_known(value) else "—"


def money(wan: Any) -> str:
    """A sum of 万元 as returns give it, to a thousand yuan: 92.5万元, 120万元."""
    return number(wan, 1).removesuffix(".0") + "万元"


def signed(value: Any, decimals: Any = 1) -> str:
    """A change with its sign, one decimal more than the figure it changes: +0.38, −0.46."""
    if not is_known(value):
        return "—"
    places = (1 if not is_known(decimals) else int(decimals)) + 1
    shown = number(value, places)
    return shown if shown.startswith("−") or float(shown) == 0 else f"+{shown}"


def year(value: Any) -> str:
    """2025年; a dash for a gap."""
    return "—" if not is_known(value) else f"{int(value)}年"


def joined(items: list[str], most: int = 0, unit: str = "项") -> str:
    """甲、乙、丙; with `most`, 甲、乙等5项, or whatever unit they are counted in."""
    if most and len(items) > most:
        return "、".join(items[:most]) + f"等{len(items)}{unit}"
    return "、".join(items)
