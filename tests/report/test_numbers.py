"""Numbers as printed: no false 0, no false 100 %, no figure on the wrong side of a word."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from halfsky.plan.thresholds import load_thresholds
from halfsky.report import numbers

GAPS = [None, math.nan, np.float64("nan"), pd.NA]


@pytest.mark.parametrize("gap", GAPS, ids=repr)
def test_a_gap_is_a_dash_and_never_a_zero(gap: Any) -> None:
    assert not numbers.is_known(gap)
    one = (numbers.number, numbers.many_times, numbers.percent, numbers.headcount)
    assert {show(gap) for show in (*one, numbers.signed, numbers.year)} == {"—"}
    units = (numbers.quantity, numbers.difference, numbers.limit, numbers.gap)
    assert {show(gap, "%") for show in units} == {"—"}


@pytest.mark.parametrize("value", [0, 0.0, -1.5, "", False, np.float64(3)], ids=repr)
def test_what_is_no_gap_is_known(value: Any) -> None:
    assert numbers.is_known(value)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        pytest.param(0, 1, "0.0", id="a zero is a figure"),
        pytest.param(-0.04, 1, "0.0", id="rounds to zero: no minus"),
        pytest.param(-0.06, 1, "−0.1", id="U+2212, not a hyphen"),
        pytest.param(-1.25, 2, "−1.25", id="a typographic minus"),
        pytest.param(1234567.8, 1, "1234567.8", id="no thousands separator"),
        pytest.param(12, 0, "12", id="no decimals"),
        pytest.param(12, None, "12.0", id="decimals unknown: one"),
        pytest.param(12, math.nan, "12.0", id="decimals missing: one"),
        pytest.param(2.96, 1, "3.0", id="carried"),
    ],
)
def test_number(value: float, decimals: Any, expected: str) -> None:
    assert numbers.number(value, decimals) == expected


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "expected"),
    [
        (14.3, "1/10万", 1, "14.3/10万"),
        (95.9, "%", 1, "95.9%"),
        (3.2, "‰", 1, "3.2‰"),
        (2.5, "百分点", 1, "2.5个百分点"),
        (78.6, "岁", 1, "78.6岁"),
        (129, "分钟/日", 0, "129分钟"),
        (0.98, "女/男", 2, "0.98"),
        (105, "女=100", 0, "105（女=100）"),
        (5, None, 1, "5.0"),
        pytest.param(7950, "万人", 2, "7950万人", id="a nation's headcount in whole 万"),
        pytest.param(1000, "万人", 2, "1000万人", id="from 1000 on"),
        pytest.param(-1000, "万人", 2, "−1000万人", id="or a fall as large"),
        pytest.param(999, "万人", 2, "999.00万人", id="below 1000"),
        pytest.param(1000.5, "万人", 2, "1000.50万人", id="not whole"),
        pytest.param(1000, "人", 1, "1000.0人", id="not in 万"),
    ],
)
def test_quantity(value: float, unit: str | None, decimals: int, expected: str) -> None:
    assert numbers.quantity(value, unit, decimals) == expected


@pytest.mark.parametrize(
    ("unit", "expected"),
    [
        ("%", "1.2个百分点"),
        ("百分点", "1.2个百分点"),
        ("‰", "1.2个千分点"),
        ("岁", "1.2岁"),
    ],
)
def test_shares_differ_by_points(unit: str, expected: str) -> None:
    assert numbers.difference(1.2, unit) == expected


def test_a_whole_target_value_has_no_decimals() -> None:
    assert numbers.limit(95.0, "%") == "95%"
    assert numbers.limit(99.5, "%") == "99.5%"
    assert numbers.limit(12, "1/10万", 1) == "12/10万"


@pytest.mark.parametrize(
    ("p", "expected"),
    [
        pytest.param(0.0, "不到1%", id="never 0%"),
        pytest.param(0.00999, "不到1%", id="just below one"),
        pytest.param(0.01, "1%", id="one"),
        pytest.param(0.46, "46%", id="no limit near"),
        pytest.param(0.99, "99%", id="ninety-nine"),
        pytest.param(0.9901, "99%以上", id="above it"),
        pytest.param(1.0, "99%以上", id="never 100%"),
        # Lower limits of the words: .90, .66, .33, .10. Rounding may not carry a p over one.
        pytest.param(0.90, "90%", id="on the limit is above it"),
        pytest.param(0.904, "90%", id="rounded down to the limit: the same side"),
        pytest.param(0.899, "89.9%", id="90% would be 很有把握"),
        pytest.param(0.8996, "89.9%", id="so would 90.0%: cut off, not rounded"),
        pytest.param(0.6551, "65.5%", id="66% would be 较有把握"),
        pytest.param(0.3296, "32.9%", id="33.0% would be 难以判断"),
        pytest.param(0.0996, "9.9%", id="10.0% would be 较难完成"),
        pytest.param(0.894, "89%", id="rounded away from the limit"),
    ],
)
def test_a_probability_stays_on_its_side_of_every_word(p: float, expected: str) -> None:
    assert numbers.percent(p) == expected


def test_likely_and_unlikely_are_where_the_words_begin() -> None:
    bands = load_thresholds().outlook.bands
    assert numbers.likely() == bands["较有把握"] == 0.66
    assert numbers.unlikely() == bands["难以判断"] == 0.33


@pytest.mark.parametrize(
    ("p", "expected"), [(0.46, "为46%"), (0.005, "不到1%"), (0.99, "为99%"), (0.995, "超过99%")]
)
def test_chance_reads_on_after_its_noun(p: float, expected: str) -> None:
    assert numbers.chance(p) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(18.14, "18.1"), (99.9, "99.9"), (100, "100"), (11684.3, "11684"), (-100.4, "−100")],
)
def test_large_multiples_are_whole(value: float, expected: str) -> None:
    assert numbers.many_times(value) == expected


def test_alike_is_what_prints_the_same() -> None:
    assert numbers.alike(1.04, 0.96)  # both 1.0
    assert not numbers.alike(1.04, 1.06)  # 1.0 and 1.1
    assert not numbers.alike(1.04, 0.96, 2)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.1, 0.4, "0.1—0.4%"),
        (-0.2, 0.4, "−0.2至0.4%"),
        (-0.4, -0.2, "−0.4至−0.2%"),
        pytest.param(-0.04, 0.4, "0.0—0.4%", id="a minus that does not print"),
    ],
)
def test_an_interval_with_a_minus_is_joined_by_a_word(low: float, high: float, expected: str):
    assert numbers.span(low, high, 1, "%") == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0.4, 1, "0.4个百分点"),
        (0.04, 1, "0.04个百分点"),
        (-0.004, 1, "−0.004个百分点"),
        (0.0, 1, "0.0个百分点"),
        (0.4, 0, "0.4个百分点"),
        (0.04, None, "0.04个百分点"),
        pytest.param(1.26, None, "1.3个百分点", id="decimals unknown: one"),
        pytest.param(1e-9, 1, "0.000000个百分点", id="six decimals at most"),
    ],
)
def test_a_gap_that_is_there_is_not_printed_as_none(
    value: float, decimals: int | None, expected: str
) -> None:
    assert numbers.gap(value, "%", decimals) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(1240.0, "1240"), (1806.4, "1806"), (1234567, "1234567"), (0, "0")]
)
def test_people_are_whole_and_ungrouped(value: float, expected: str) -> None:
    assert numbers.headcount(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(92.5, "92.5万元"), (120.0, "120万元"), (1234.56, "1234.6万元")]
)
def test_money(value: float, expected: str) -> None:
    assert numbers.money(value) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (0.38, 1, "+0.38"),
        (-0.46, 1, "−0.46"),
        (5, 0, "+5.0"),
        (0.38, None, "+0.38"),
        pytest.param(0.0, 1, "0.00", id="no change, no sign"),
        pytest.param(0.004, 1, "0.00", id="none that prints"),
        pytest.param(-0.004, 1, "0.00", id="none that prints, falling"),
    ],
)
def test_a_change_has_its_sign_and_a_decimal_more(
    value: float, decimals: int | None, expected: str
) -> None:
    assert numbers.signed(value, decimals) == expected


def test_years_and_lists() -> None:
    assert numbers.year(2025.0) == "2025年"
    three = ["甲", "乙", "丙"]
    assert numbers.joined(three) == numbers.joined(three, 3) == "甲、乙、丙"
    assert numbers.joined(three, 2) == "甲、乙等3项"
    assert numbers.joined(three, 1, "个部门") == "甲等3个部门"
