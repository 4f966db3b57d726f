"""Every target type and every status, worked by hand; the arithmetic is in the case's id."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from builders import UNITS, indicator, observations, plan_of, target, target_result
from halfsky.evaluate import completion, status
from halfsky.evaluate.series import SeriesIndex
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import Status

RULES = load_thresholds()


def judge(one, figures, indicators=None, year=2025):
    """The judged row of a single target."""
    plan = plan_of([one], indicators)
    found, _ = completion.facts(
        plan, SeriesIndex(figures), region="here", year=year, thresholds=RULES, units=UNITS
    )
    return status.add_status(found, RULES).df.iloc[0]


def deaths(**changes):
    return indicator(
        kind="rate",
        unit="1/10万",
        direction="lower_better",
        counting="events",
        delta=1,
        delta_reason="一例约合此数",
        upper=None,
        **changes,
    )


def village():
    return indicator(is_female_share=True)


@pytest.mark.parametrize(
    ("one", "figures", "indicators", "expected", "rule"),
    [
        pytest.param(
            target(value=12, comparator="<="),
            observations({2025: (2, 17_500)}, per=100_000),
            [deaths()],
            Status.UNDECIDABLE,
            "few_events",
            id="2/17500 = 11.4 per 100k <= 12, but 2 events: exact 95% 1.4-41.3 contains 12",
        ),
        pytest.param(
            target(value=12, comparator="<="),
            observations({2025: (40, 200_000)}, per=100_000),
            [deaths()],
            Status.UNMET,
            "short",
            id="40/200000 = 20 per 100k; exact 95% 14.3-27.2 above 12",
        ),
        pytest.param(
            target(value=12, comparator="<="),
            observations({2025: (30, 200_000)}, per=100_000),
            [deaths()],
            Status.NEARLY,
            "interval_holds_target",
            id="30/200000 = 15 per 100k, 30 events; exact 95% 10.1-21.4 contains 12",
        ),
        pytest.param(
            target(value=12, comparator="<="),
            observations({2025: 12.9}),
            [deaths()],
            Status.NEARLY,
            "within_delta",
            id="12.9 - 12 = 0.9 <= delta 1, no counts filed",
        ),
        pytest.param(
            target(value=30, sex="female"),
            observations({2025: (294, 1_050)}, sex="female"),
            [village()],
            Status.UNMET,
            "short",
            id="294/1050 = 28%, complete count: no interval; 30-28 = 2 > delta 1",
        ),
        pytest.param(
            target(value=99),
            observations({2025: (9_896, 10_000)}),
            None,
            Status.NEARLY,
            "within_delta",
            id="9896/10000 = 98.96 < 99 unrounded, gap 0.04 <= 1",
        ),
        pytest.param(
            target(value=99),
            observations({2025: 99.0}),
            None,
            Status.MET,
            "met",
            id="printed 99.0 without counts is held as printed",
        ),
        pytest.param(
            target("maintain"),
            observations({2023: 96, 2024: 93, 2025: 96}),
            None,
            Status.MET,
            "met",
            id="floor 95 breached once: latest good, 2 of 3 good",
        ),
        pytest.param(
            target("maintain"),
            observations({2023: 93, 2024: 93, 2025: 96}),
            None,
            Status.NEARLY,
            "within_delta",
            id="latest good but 1 of 3: gap of the latest 0 <= delta",
        ),
        pytest.param(
            target("maintain"),
            observations({2023: 96, 2024: 96, 2025: 93}),
            None,
            Status.UNMET,
            "short",
            id="latest breach: 95-93 = 2 > 1",
        ),
        pytest.param(
            target("maintain", baseline_floor=True),
            observations({2020: 43.5, 2024: 43.2, 2025: 42.6}),
            None,
            Status.MET,
            "met",
            id="floor is the baseline 43.5 less delta 1: 42.6 >= 42.5",
        ),
        pytest.param(
            target("maintain", baseline_floor=True),
            observations({2020: 43.5, 2024: 43.2, 2025: 42.4}),
            None,
            Status.UNMET,
            "short",
            id="floor is the baseline 43.5 less delta 1: 42.4 < 42.5",
        ),
        pytest.param(
            target("about", value=40),
            observations({2025: 38.0}),
            None,
            Status.MET,
            "met",
            id="about 40: 38 >= 40-2",
        ),
        pytest.param(
            target("about", value=40),
            observations({2025: 37.9}),
            None,
            Status.UNMET,
            "short",
            id="about 40: 37.9 < 38; delta is not granted twice",
        ),
        pytest.param(
            target("about", value=40),
            observations({2025: 61.0}),
            None,
            Status.MET,
            "met",
            id="about is one-sided unless the plan means a balance",
        ),
        pytest.param(
            target("about", value=50, two_sided=True),
            observations({2025: 61.0}),
            None,
            Status.UNMET,
            "short",
            id="a balance of 50: |61-50| = 11 > 2",
        ),
        pytest.param(
            target("directional"),
            observations({2020: 50, 2025: 51.0}),
            None,
            Status.MET,
            "met",
            id="raised by 1 = delta",
        ),
        pytest.param(
            target("directional"),
            observations({2020: 50, 2025: 50.4}),
            None,
            Status.NEARLY,
            "within_delta",
            id="raised by 0.4: 51-50.4 = 0.6 <= 1",
        ),
        pytest.param(
            target("directional"),
            observations({2020: 50, 2025: 49.9}),
            None,
            Status.UNMET,
            "short",
            id="fell: 51-49.9 = 1.1 > 1",
        ),
        pytest.param(
            target("directional"),
            observations({2025: 49.9}),
            None,
            Status.MISSING,
            "no_baseline",
            id="no baseline within 2018-2022",
        ),
        pytest.param(
            target("directional"),
            observations({2020: 99.6, 2025: 100}),
            None,
            Status.MET,
            "met",
            id="nobody passes 100%: the bound itself is asked",
        ),
        pytest.param(
            target("reach", value=95),
            observations({2020: 97, 2025: 93}),
            None,
            Status.UNMET,
            "short",
            id="met at baseline, lost since: 95-93 = 2 > 1",
        ),
        pytest.param(
            target("reach", value=0, comparator="<="),
            observations({2025: 0.0}),
            [indicator(direction="lower_better")],
            Status.MET,
            "met",
            id="a zero target met by a zero that stays a zero",
        ),
        pytest.param(
            target("reach", value=100),
            observations({2025: 103.2}),
            [indicator(kind="ratio", upper=None)],
            Status.MET,
            "met",
            id="gross enrolment 103.2 >= 100",
        ),
        pytest.param(
            target(),
            observations({2020: 97}),
            None,
            Status.MISSING,
            "stale",
            id="only the baseline year: no value of the plan's time",
        ),
        pytest.param(
            target(),
            observations({2021: 97}),
            None,
            Status.MISSING,
            "stale",
            id="2025-2021 = 4 years old",
        ),
        pytest.param(
            target(),
            observations({2022: 97}),
            None,
            Status.MET,
            "met",
            id="2025-2022 = 3 years old: shown as stale data, still judged",
        ),
        pytest.param(
            target(),
            observations({}),
            None,
            Status.MISSING,
            "not_reported",
            id="nothing filed",
        ),
        pytest.param(
            target("reach", value=60),
            observations({2018: 80.3, 2020: 65.0, 2025: 77.0}),
            [indicator(breaks=[{"year": 2020, "reason": "口径"}])],
            Status.MET,
            "met",
            id="broken in 2020: 77 >= 60",
        ),
    ],
)
def test_status(one, figures, indicators, expected, rule):
    row = judge(one, figures, indicators)
    assert (row["status"], row["rule"]) == (expected, rule)


def by_sex(figures: dict[int, tuple[float, float]], **common) -> pd.DataFrame:
    women = observations({year: f for year, (f, _) in figures.items()}, sex="female", **common)
    men = observations({year: m for year, (_, m) in figures.items()}, sex="male", **common)
    return pd.concat([women, men], ignore_index=True)


@pytest.mark.parametrize(
    ("figures", "expected", "rule"),
    [
        pytest.param(
            {2020: (60, 80), 2025: (65, 80)}, Status.MET, "met", id="gap 20 -> 15 <= 20-1"
        ),
        pytest.param(
            {2020: (60, 80), 2025: (57, 70)},
            Status.UNMET,
            "gap_by_decline",
            id="gap 20 -> 13, but women fell by 3 > 1",
        ),
        pytest.param(
            {2020: (60, 80), 2025: (60, 79.5)},
            Status.NEARLY,
            "within_delta",
            id="gap 20 -> 19.5: 19.5-19 = 0.5 <= 1",
        ),
        pytest.param(
            {2020: (60, 80), 2025: (60, 83)}, Status.UNMET, "short", id="gap 20 -> 23 widened"
        ),
    ],
)
def test_narrow_gap(figures, expected, rule):
    one = target("narrow_gap", clause="差距缩小")
    row = judge(one, by_sex(figures), [indicator(breakdowns=("sex",))])
    assert (row["status"], row["rule"]) == (expected, rule)


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        pytest.param(49.5, Status.MET, id="49.5/50.5 = 0.980 in 0.97-1.03"),
        pytest.param(51.0, Status.NEARLY, id="51/49 = 1.041, 0.011 over 1.03"),
        pytest.param(54.0, Status.UNMET, id="54/46 = 1.174"),
    ],
)
def test_parity_of_a_share(share, expected):
    one = target("parity", basis="share", sex="female", clause="比例均衡")
    row = judge(one, observations({2025: share}, sex="female"), [village()])
    assert row["status"] == expected


def test_relative_holds_one_indicator_against_another():
    one = target("relative", reference_indicator="members", sex="female", reference_sex="female")
    indicators = [village(), indicator("members", is_female_share=True, role="context")]
    own = observations({2025: 27.4}, sex="female")
    other = observations({2025: 28.0}, "members", sex="female")
    row = judge(one, pd.concat([own, other]), indicators)
    assert row["value"] == pytest.approx(-0.6)
    assert row["status"] == Status.NEARLY


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(
            {
                y: 10 + 2 * (y - 2015) if y <= 2020 else 20 + 0.1 * (y - 2020)
                for y in range(2015, 2026)
            },
            Status.MET,
            id="slope 2 before, 0.1 after",
        ),
        pytest.param(
            {
                y: 10 + 2 * (y - 2015) if y <= 2020 else 20 + 5 * (y - 2020)
                for y in range(2015, 2026)
            },
            Status.UNMET,
            id="slope 2 before, 5 after",
        ),
        pytest.param({2020: 10, 2024: 12, 2025: 13}, Status.UNDECIDABLE, id="3 points after"),
    ],
)
def test_slow_rise(values, expected):
    one = target("slow_rise", clause="减缓上升趋势")
    row = judge(one, observations(values), [indicator(direction="lower_better")])
    assert row["status"] == expected


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (4, Status.MET),
        (3, Status.NEARLY),
        (2, Status.UNMET),
        (0, Status.UNMET),
        (None, Status.MISSING),
    ],
)
def test_milestone(level, expected):
    found, _ = completion.facts(
        plan_of([target("milestone")]),
        SeriesIndex(observations({})),
        region="here",
        year=2025,
        thresholds=RULES,
        units=UNITS,
    )
    verdict, rule = status.judge(replace(found[0], level=level), RULES)
    assert verdict == expected
    assert rule == ("no_document" if level is None else f"level_{level}")


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([Status.MET, Status.UNMET, Status.MISSING], Status.UNMET),
        ([Status.MET, Status.MISSING, Status.UNDECIDABLE], Status.MISSING),
        ([Status.MET, Status.UNDECIDABLE, Status.NEARLY], Status.UNDECIDABLE),
        ([Status.MET, Status.NEARLY], Status.NEARLY),
        ([Status.MET, Status.MET], Status.MET),
    ],
)
def test_a_goal_is_as_strong_as_its_weakest_clause(statuses, expected):
    assert status.goal_status(statuses) == expected


@pytest.mark.parametrize(
    ("value", "expected", "rule"),
    [
        pytest.param(94.0, Status.NEARLY, "within_delta", id="95 - 94 = 1 = delta"),
        pytest.param(93.9, Status.UNMET, "short", id="95 - 93.9 = 1.1 > delta 1"),
        pytest.param(95.0, Status.MET, "met", id="95 = 95"),
        pytest.param(94.9, Status.NEARLY, "within_delta", id="95 - 94.9 = 0.1"),
    ],
)
def test_exactly_delta_short_is_nearly(value, expected, rule):
    row = judge(target(value=95), observations({2025: value}))
    assert (row["status"], row["rule"]) == (expected, rule)


@pytest.mark.parametrize(
    ("count", "expected", "rule"),
    [
        pytest.param(
            (996, 1000), Status.UNDECIDABLE, "few_events",
            id="4 of 1000 without: exact 95% 98.98-99.89 holds 99.5, and 4 < few",
        ),
        pytest.param(
            (9950, 10_000), Status.MET, "met",
            id="50 of 10000 without: 99.5 = 99.5, 50 are not few",
        ),
    ],
)  # fmt: skip
def test_of_a_share_the_rarer_side_is_counted(count, expected, rule):
    row = judge(target(value=99.5), observations({2025: count}), [indicator(counting="sample")])
    assert (row["status"], row["rule"]) == (expected, rule)


@pytest.mark.parametrize(
    ("completions", "expected"),
    [
        pytest.param([50.0, 20.0, 80.0], "b", id="20 % is furthest behind"),
        pytest.param([None, 20.0], "b", id="unknown comes after what is measured"),
        pytest.param([None, 140.0], "b", id="even after one that is past its target"),
        pytest.param([None, None], "a", id="of equals the first"),
        pytest.param([-10.0, None, -20.0], "c", id="away from the target"),
    ],
)
def test_the_weakest_target_of_equal_status(completions, expected):
    rows = [
        target_result(target=name, status=Status.UNMET, completion_pct=done)
        for name, done in zip("abc", completions, strict=False)
    ]
    assert status.weakest(rows) == expected
    met = target_result(target="met", status=Status.MET, completion_pct=-99.0)
    assert status.weakest([met, *rows]) == expected, "status before completion"


def test_five_years_are_pooled_and_named_so():
    figures = observations(
        {2021: (1, 3_500), 2022: (0, 3_500), 2023: (0, 3_500), 2024: (1, 3_500), 2025: (0, 3_500)},
        per=100_000,
    )
    row = judge(target(value=12, comparator="<="), figures, [deaths()])
    assert row["is_pooled"]
    assert row["value"] == pytest.approx(2 / 17_500 * 100_000)
    assert row["latest_value"] == 0
    assert row["status"] == Status.UNDECIDABLE


def test_a_break_cuts_the_baseline_away():
    broken = [indicator(breaks=[{"year": 2021, "reason": "口径"}])]
    figures = observations({2019: 80.3, 2020: 81.0, 2023: 65.0, 2025: 77.0})
    row = judge(target("reach", value=70), figures, broken)
    assert pd.isna(row["baseline"])
    assert row["status"] == Status.MET
    assert row["break_year"] == 2023
