"""What a target asks and how fast it must move, in words."""

from __future__ import annotations

import pytest

from halfsky.report import numbers
from halfsky.report.text.words import Words

WORDS = Words((0.97, 1.03), 2030, {})
SHARE = {
    "target": "things-1-1",
    "unit": "%",
    "kind": "share",
    "decimals": 1,
    "direction": "higher_better",
    "comparator": ">=",
    "type": "directional",
    "delta": 3.0,
}
GAP = SHARE | {"type": "narrow_gap", "unit": "百分点", "comparator": "<="}


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        (SHARE | {"baseline": 80.0, "threshold": 83.0}, "比基期提高3.0个百分点以上"),
        (SHARE | {"baseline": 98.0, "threshold": 100.0}, "比基期提高3.0个百分点以上（以100%为限）"),
        (SHARE | {"baseline": 100.0, "threshold": 100.0}, "保持在100%"),
        (
            SHARE | {"comparator": "<=", "direction": "lower_better"}
            | {"baseline": 0.0, "threshold": 0.0},
            "保持在0%",
        ),
        (GAP | {"baseline": 8.0, "threshold": 5.0}, "男女差距比基期缩小3.0个百分点以上"),
        (GAP | {"baseline": 2.0, "threshold": 0.0}, "男女差距缩小到0个百分点"),
        (SHARE | {"baseline": None, "threshold": None}, "比基期提高3.0个百分点以上"),
    ],
)  # fmt: skip
def test_nobody_is_asked_to_go_past_the_end_of_a_scale(row, asked):
    assert WORDS.requirement(row) == asked


@pytest.mark.parametrize(
    ("row", "pace", "rendered"),
    [
        (SHARE, 1.5, "今后每年需提高1.50个百分点"),
        (GAP, -0.25, "今后每年需缩小0.25个百分点"),
        (GAP | {"unit": "元/月", "decimals": 0}, -42.5, "今后每年需缩小42元"),
        (SHARE | {"type": "relative", "value": -5.0}, 0.5, "今后每年需缩小0.50个百分点"),
        (SHARE | {"unit": "个", "kind": "count", "decimals": 0}, 2.4, "今后每年需增加2.4个"),
    ],
)
def test_a_table_asks_a_gap_to_narrow_and_a_count_to_grow_as_the_text_does(row, pace, rendered):
    row = row | {"needed_pace": pace, "speed_up": None, "is_stalled": False, "p_met": None}
    assert WORDS.pace(row) == rendered


@pytest.mark.parametrize(
    ("change", "shown"), [(0.38, "+0.38"), (-0.46, "−0.46"), (0.001, "0.00"), (-0.001, "0.00")]
)
def test_a_change_that_prints_as_nothing_has_no_sign(change, shown):
    assert numbers.signed(change, 1) == shown


@pytest.mark.parametrize(
    "found", [{"rule": "few_events"}, {"rule": "short", "doubt": "denominator_moved"}]
)
def test_no_pace_is_read_off_a_handful_of_cases_or_a_figure_to_be_verified(found):
    row = SHARE | {"needed_pace": 0.5, "p_met": None, "is_stalled": True, "speed_up": None}
    assert "今后每年需提高" in WORDS.pace(row | {"rule": "short", "doubt": None})
    assert WORDS.pace(row | {"doubt": None} | found) == ""


@pytest.mark.parametrize(
    ("wan", "shown"), [(92.5, "92.5万元"), (120.0, "120万元"), (0.04, "0万元")]
)
def test_money_is_told_as_it_was_filed(wan, shown):
    assert numbers.money(wan) == shown
