"""Gaps: how wide, wider or narrower, and who moved."""

from __future__ import annotations

import pandas as pd
import pytest

from builders import UNITS, indicator, observations, plan_of, target
from halfsky.evaluate import gaps
from halfsky.evaluate.comparable import comparable
from halfsky.plan.thresholds import load_thresholds
from places import groups

RULES = load_thresholds()


def found(figures, targets=None, indicators=None, year=2025):
    plan = plan_of(targets or [target()], indicators)
    return gaps.compute_gaps(comparable(figures, plan, "here", UNITS), plan, year, RULES)


def only(figures, **changes):
    frame = found(figures, **changes)
    assert len(frame) == 1
    return frame.iloc[0]


def test_gap_and_change_since_the_baseline():
    row = only(groups("area", {2020: (60, 70), 2025: (63, 76)}))
    assert (row["gap"], row["gap_base"], row["widened"]) == (63 - 76, 60 - 70, 13 - 10)
    assert row["ratio"] == pytest.approx(63 / 76)
    assert (row["first_moved"], row["second_moved"]) == (3, 6)
    assert (row["dimension"], row["area"], row["sex"]) == ("area", "both", "total")


@pytest.mark.parametrize(
    ("before", "now", "verdict", "mover", "behind", "down"),
    [
        pytest.param((60, 70), (63, 76), "wider", "second", "first", False, id="men rose more"),
        pytest.param((60, 70), (57, 70), "wider", "first", "first", False, id="women fell"),
        pytest.param((60, 70), (68, 71), "narrower", "first", "first", False, id="women rose more"),
        pytest.param((60, 70), (60, 63), "narrower", "second", "first", True, id="men fell"),
        pytest.param((60, 70), (61, 63), "narrower", "second", "first", True, id="men fell more"),
        pytest.param((60, 70), (66, 75.5), "same", None, "first", False, id="10 to 9.5: within δ"),
        pytest.param((60, 70), (75, 70), "reversed", None, "second", False, id="women overtook"),
        pytest.param(
            (60, 62), (60.5, 60.1), "narrower", None, "second", False, id="crossed by little"
        ),
        pytest.param((70, 70), (70, 74), "wider", "second", "first", False, id="from no gap"),
    ],
)
def test_who_moved(before, now, verdict, mover, behind, down):
    row = only(groups("sex", {2020: before, 2025: now}))
    assert row["verdict"] == verdict
    assert row["mover"] == mover
    assert row["behind"] == behind
    assert row["is_levelling_down"] == down


@pytest.mark.parametrize(
    ("of", "verdict"),
    [
        pytest.param(10_000, "reversed", id="3 points of 10,000 asked: error 1.4"),
        pytest.param(400, "same", id="of 400: error 6.9, nobody known to lead"),
    ],
)
def test_who_leads_is_known_only_beyond_sampling_error(of, verdict):
    rows = [
        {"year": year, "sex": sex, "value": share, "numerator": share * of / 100, "denominator": of}
        for year, pair in {2020: (50, 53), 2025: (53, 50)}.items()
        for sex, share in zip(("female", "male"), pair, strict=True)
    ]
    row = only(observations(rows), indicators=[indicator(counting="sample")])
    assert row["verdict"] == verdict


def test_lower_is_better_turns_who_is_behind():
    rate = indicator(kind="rate", unit="‰", direction="lower_better", delta=0.1, delta_reason="x")
    row = only(groups("area", {2025: (8, 5)}, unit="‰"), indicators=[rate])
    assert row["behind"] == "first"
    assert pd.isna(row["base_year"])
    assert row["verdict"] is None


def test_a_neutral_indicator_has_nobody_behind():
    row = only(groups("sex", {2025: (8, 5)}), indicators=[indicator(direction="neutral")])
    assert row["behind"] is None


def test_a_narrowing_target_says_how_much_counts():
    narrow = target("narrow_gap", delta=4, delta_reason="x")
    figures = groups("sex", {2020: (60, 70), 2025: (60, 67)})
    assert only(figures, targets=[narrow])["verdict"] == "same", "10 − 7 = 3 < 4"
    assert only(figures)["verdict"] == "narrower"


def test_a_relative_smallest_change_is_of_the_baseline_gap():
    """Pay 47 and 61 thousand → 60 and 81: wider by 7 > 10 % of 14, though not of the level."""
    pay = indicator(kind="level", unit="年", delta_relative=0.1, delta_reason="x")
    row = only(
        groups("sex", {2020: (47, 61), 2025: (60, 81)}, unit="年"),
        targets=[target("narrow_gap")],
        indicators=[pay],
    )
    assert row["delta"] == pytest.approx(1.4)
    assert (row["verdict"], row["mover"]) == ("wider", "second")


def test_both_groups_must_be_of_the_same_year():
    figures = groups("sex", {2023: (60, 70)})
    late = observations([{"year": 2025, "sex": "female", "value": 65.0}])
    row = only(pd.concat([figures, late]))
    assert (row["year"], row["lag"]) == (2023, 2)
    assert found(late).empty


def test_a_change_of_definition_is_not_bridged():
    broken = indicator(breaks=[{"year": 2022, "reason": "口径"}])
    row = only(groups("sex", {2020: (60, 70), 2025: (63, 76)}), indicators=[broken])
    assert pd.isna(row["gap_base"])


def test_the_nearest_year_stands_in_for_the_baseline_and_the_earlier_of_two():
    figures = groups("sex", {2017: (1, 2), 2019: (60, 70), 2021: (61, 70), 2025: (63, 76)})
    assert only(figures)["base_year"] == 2019


def test_few_events_are_marked():
    rate = indicator(kind="rate", unit="1/10万", direction="lower_better", counting="events",
                     delta=1, delta_reason="x")  # fmt: skip
    rows = [
        {"year": 2025, "area": area, "value": 1e5 * k / n, "numerator": k, "denominator": n}
        for area, k, n in (("rural", 12, 9000), ("urban", 7, 8000))
    ]
    assert only(observations(rows, unit="1/10万"), indicators=[rate])["is_few"], "12 + 7 < 20"
    rows[0]["numerator"] = 13
    assert not only(observations(rows, unit="1/10万"), indicators=[rate])["is_few"]


def counted(values, **common):
    rows = [
        {"year": year, "sex": sex, "numerator": k, "denominator": n, "value": 100 * k / n}
        for year, pair in values.items()
        for sex, (k, n) in zip(("female", "male"), pair, strict=True)
    ]
    return observations(rows, **common)


def test_a_sampled_gap_must_leave_its_sampling_error():
    """40 → 35 of 100 beside 50 of 100: wider by 5 points, ± 1.96 × 100 × √(4 × .24 ÷ 100) ≈ 19."""
    figures = counted({2020: ((40, 100), (50, 100)), 2025: ((35, 100), (50, 100))})
    survey = only(figures, indicators=[indicator(counting="sample")])
    assert survey["verdict"] == "same"
    variance = sum(p * (1 - p) / 100 for p in (40.5 / 101, 35.5 / 101, 50.5 / 101, 50.5 / 101))
    assert survey["margin"] == pytest.approx(1.959964 * 100 * variance**0.5, rel=1e-6)
    census = only(figures)
    assert (census["verdict"], census["margin"]) == ("wider", 0)
    large = counted({2020: ((4000, 10000), (5000, 10000)), 2025: ((3500, 10000), (5000, 10000))})
    assert only(large, indicators=[indicator(counting="sample")])["verdict"] == "wider"


def test_counts_and_womens_shares_have_no_gap():
    figures = groups("sex", {2025: (60, 70)})
    assert found(figures, indicators=[indicator(is_female_share=True)]).empty
    head_count = indicator(kind="count", unit="年", delta=1, delta_reason="x")
    assert found(figures, indicators=[head_count]).empty


def test_the_whole_population_counts_where_there_are_several():
    figures = pd.concat(
        [
            groups("sex", {2025: (60, 70)}),
            groups("sex", {2025: (50, 65)}, area="rural"),
        ]
    )
    assert only(figures)["gap"] == -10
    assert only(figures[figures["area"] == "rural"])["area"] == "rural"


def test_the_order_of_rows_does_not_matter():
    figures = pd.concat(
        [groups("sex", {2020: (60, 70), 2025: (63, 76)}), groups("area", {2025: (50, 65)})]
    )
    turned = figures.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(found(figures), found(turned))


def test_nothing_filed_gives_an_empty_frame_with_its_columns():
    assert list(found(observations([])).columns) == list(gaps.COLUMNS)
