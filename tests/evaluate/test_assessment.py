"""The whole evaluation on small figures: warnings, ranks, changes, local calibration."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from builders import UNITS, indicator, no_evidence, observations, plan_of, target, target_result
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.evaluate.expected import rank_sensitivity
from halfsky.evaluate.results import GoalResult
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import Data, Family, Severity, Status

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())
HERE = Region(id="here", name="某区", short="某区", role="evaluated", plan="small")


def assessed(targets, figures, indicators=None, year=2025, role="evaluated"):
    here = HERE.model_copy(update={"role": role})
    return assess(plan_of(targets, indicators), here, year, figures, no_evidence(), ASSUMED)


def families(found) -> dict[str, str]:
    return dict(zip(found.warnings["family"], found.warnings["rule"], strict=True))


def steady(start: float, step: float, first: int = 2013, last: int = 2025) -> dict[int, float]:
    return {year: round(start + step * (year - first), 1) for year in range(first, last + 1)}


def test_a_target_out_of_reach_is_a_red_warning_with_its_department():
    found = assessed([target(value=95)], observations(steady(60, 0.3)))
    row = found.warnings[found.warnings["family"] == Family.OFF_TRACK].iloc[0]
    assert row["severity"] == Severity.RED
    assert row["department"] == "某局"
    assert row["inputs"]["p"] < 0.1
    assert row["since"] == 2021, "it has been open in every year judged, from the plan's first"


def test_a_target_held_for_years_raises_no_alarm():
    found = assessed([target(value=60)], observations(steady(80, 0.3)))
    assert Family.OFF_TRACK not in set(found.warnings["family"])
    assert found.targets["p_met"].iloc[0] > 0.9


def test_last_years_forecast_is_not_held_against_a_single_year_of_few_cases():
    deaths = {year: (1 + year % 2, 60000) for year in range(2013, 2026)}
    rate = indicator(
        "rate", unit="1/10万", kind="rate", counting="events", upper=None, delta=1,
        delta_reason="例",
    )  # fmt: skip
    found = assessed([target(comparator="<=", value=12)], observations(deaths, per=1e5), [rate])
    assert found.hindsight.empty
    yearly = assessed([target(value=60)], observations(steady(80, 0.3)))
    assert len(yearly.hindsight) == 1


def test_a_forecast_is_compared_as_it_is_printed():
    seats = dict.fromkeys(range(2013, 2026), (1, 9))
    row = assessed([target(value=20)], observations(seats)).hindsight.iloc[0]
    assert row["actual"] == pytest.approx(100 / 9), "11.11 beside 11.1 to 11.1"
    assert row["is_inside_80"]


def test_a_goals_change_is_its_own():
    # The clause that decides moves from one to the other; the goal stays unmet.
    low = {2020: 70.0, 2021: 70.0, 2022: 70.0, 2023: 70.0, 2024: 70.0, 2025: 96.0}
    high = {2020: 96.0, 2021: 96.0, 2022: 96.0, 2023: 96.0, 2024: 96.0, 2025: 70.0}
    both = [indicator("a"), indicator("b")]
    clauses = [target(id="things-1-1", indicator="a"), target(id="things-1-2", indicator="b")]
    figures = pd.concat([observations(low, "a"), observations(high, "b")])
    found = assessed(clauses, figures, both)
    assert set(found.targets["change"]) == {"升级", "降级"}
    assert found.goals["change"].tolist() == ["不变"]


def test_no_year_of_reaching_is_named_where_the_end_is_unlikely():
    found = assessed([target(value=95)], observations(steady(60, 0.3)))
    assert pd.isna(found.targets["attain_year"].iloc[0])


def test_outside_by_one_seat_is_said_to_be_one():
    seats = dict.fromkeys(range(2013, 2025), (8, 41)) | {2025: (10, 41)}
    found = assessed([target(value=30)], observations(seats))
    row = found.hindsight.iloc[0]
    assert not row["is_inside_95"]
    assert row["is_one_case"]
    more = assessed([target(value=30)], observations(seats | {2025: (14, 41)}))
    assert not more.hindsight.iloc[0]["is_one_case"]


@pytest.mark.parametrize(("first", "of"), [(1, 9), (8, 41), (20, 101)])
def test_one_seat_more_is_nothing_unforeseen(first, of):
    seats = dict.fromkeys(range(2013, 2025), (first, of)) | {2025: (first + 1, of)}
    row = assessed([target(value=30)], observations(seats)).hindsight.iloc[0]
    assert row["is_inside_95"]
    assert row["hi80"] - row["lo80"] > 50 / of, "half a seat at least: the level is known to one"


def test_two_years_the_wrong_way_are_told_with_both_ends():
    figures = {**steady(80, 0.5, last=2023), 2024: 82.0, 2025: 78.0}
    figures[2023] = 85.0
    found = assessed([target(value=70)], observations(figures))
    row = found.warnings[found.warnings["rule"] == "wrong_way"].iloc[0]
    assert (row["inputs"]["first"], row["inputs"]["value"]) == (85.0, 78.0)
    assert row["since"] == 2025, "the first year of the warning, not of the way down"


def test_a_slip_of_the_unit_is_unusual():
    figures = {**steady(40, 0.5, last=2024), 2025: 4.6}
    found = assessed([target(value=30)], observations(figures))
    row = found.warnings[found.warnings["family"] == Family.UNUSUAL].iloc[0]
    assert row["inputs"]["hi95"] > row["inputs"]["lo95"] > 4.6
    assert row["inputs"]["tests"] == 1


def test_a_repeat_of_last_years_value_is_asked_about():
    figures = {year: (10 * share, 1000.0) for year, share in steady(40, 0.5, last=2024).items()}
    figures[2025] = figures[2024]
    assert "repeated" in set(assessed([target(value=30)], observations(figures)).warnings["rule"])


def test_a_denominator_that_moved_is_asked_about():
    figures = observations({2024: (400, 1000), 2025: (300, 700)})
    found = assessed([target(value=30)], figures)
    row = found.warnings[found.warnings["rule"] == "denominator_moved"].iloc[0]
    assert row["inputs"]["moved_pct"] == pytest.approx(-30)


def test_women_and_men_that_do_not_enclose_the_total_are_asked_about():
    parts = [
        observations({2025: value}, sex=sex)
        for sex, value in (("female", 50.0), ("male", 60.0), ("total", 70.0))
    ]
    found = assessed([target(value=30)], pd.concat(parts))
    assert "sexes_disagree" in set(found.warnings["rule"])


def test_an_overdue_figure_is_told_once_and_a_missing_one_is_no_warning():
    targets = [target(), target(id="things-2-1", indicator="other")]
    indicators = [indicator(), indicator("other")]
    found = assessed(targets, observations(steady(80, 0.5, last=2021)), indicators)
    assert list(found.warnings["rule"]) == ["overdue"]
    assert found.warnings["since"].iloc[0] == 2023, "in 2022 the figure of 2021 was still in time"


def test_the_change_of_status_says_what_was_known_last_year():
    found = assessed([target(value=85)], observations({**steady(80, 0.3, last=2024), 2025: 86.0}))
    row = found.targets.iloc[0]
    assert (row["status_before"], row["status"], row["change"]) == ("未达标", "达标", "升级")
    assert row["value_year_before"] == 2024


def test_what_is_needed_from_now_brings_the_probability_asked_for():
    found = assessed([target(value=80)], observations(steady(60, 0.8)))
    row = found.targets.iloc[0]
    assert row["need80"] > row["need50"] > 0
    assert row["point"] < 80


def test_no_forecast_from_two_points_and_a_flag_at_four():
    two = assessed([target(value=80)], observations({2024: 70.0, 2025: 71.0})).targets.iloc[0]
    four = assessed([target(value=80)], observations(steady(70, 1, first=2022))).targets.iloc[0]
    many = assessed([target(value=80)], observations(steady(61, 1))).targets.iloc[0]
    assert math.isnan(two["p_met"])
    assert two["outlook"] == "无法预测"
    assert four["forecast_method"] == "drift"
    assert four["hi80"] - four["lo80"] > many["hi80"] - many["lo80"]


def test_at_the_plans_end_the_verdict_is_the_answer():
    found = assessed([target(value=80)], observations(steady(70, 1, last=2030)), year=2030)
    assert found.targets["p_met"].iloc[0] == 1.0


def test_local_calibration_needs_thirty_series():
    few = assessed([target(value=80)], observations(steady(60, 0.8)))
    assert not few.local.is_possible
    rng = np.random.default_rng(7)
    names = [f"rate{n}" for n in range(32)]
    targets = [target(id=f"things-{n + 1}-1", indicator=name) for n, name in enumerate(names)]
    walks = [50 + np.cumsum(rng.normal(0.5, 2, 12)) for _ in names]
    figures = pd.concat(
        observations(dict(zip(range(2014, 2026), walk.round(1), strict=True)), name)
        for name, walk in zip(names, walks, strict=True)
    )
    many = assessed(targets, figures, [indicator(name) for name in names])
    assert many.local.is_possible
    assert many.local.series == 32
    assert math.isfinite(many.local.log_score_local)


def test_other_places_are_compared_in_the_same_year_where_published():
    figures, elsewhere = (
        observations({2024: 80.0}),
        observations({2023: 70.0, 2024: 71.0, 2025: 72.0}),
    )
    other = observations({2022: 60.0})
    plan = plan_of([target()])
    found = assess(
        plan, HERE, 2025, figures, no_evidence(), ASSUMED, {"there": elsewhere, "far": other}
    ).references.set_index("region")
    assert found.loc["there", ["value", "value_year", "is_same_year"]].tolist() == [
        71.0,
        2024,
        True,
    ]
    assert found.loc["far", ["value", "value_year", "is_same_year"]].tolist() == [60.0, 2022, False]


def test_ranks_are_firm_only_where_every_weighting_agrees():
    judged = {
        "a-1": Status.MET,
        "a-2": Status.MET,
        "b-1": Status.MET,
        "b-2": Status.UNMET,
        "c-1": Status.MISSING,
    }
    goals = [
        GoalResult(goal, goal[0], one, "", None, "", Data.ENOUGH) for goal, one in judged.items()
    ]
    names = ["a-1", "a-2", "b-1", "b-2", "b-2", "b-2", "c-1"]
    targets = [target_result(goal=goal) for goal in names]
    table = rank_sensitivity(goals, targets, seed=1).df.set_index("domain")
    assert list(table.index) == ["a", "b"], "a domain without an assessable goal has no rank"
    assert table.loc["a", ["met_pct", "rank", "rank_low", "rank_high"]].tolist() == [100, 1, 1, 1]
    assert table.loc["b", "met_pct"] == 50
    assert table.loc["b", "met_by_target_pct"] == pytest.approx(100 * 1 / 4)


def test_rank_intervals_hold_the_middle_ninety_percent():
    # Under even weights a's rate is uniform and b's Beta(12, 1): a leads in E[1 - B] = 1/13 =
    # 7.7 % of weightings, outside the middle 80 % and inside the middle 90 %.
    statuses = [Status.MET, Status.UNMET] + [Status.MET] * 12 + [Status.UNMET]
    goals = [
        GoalResult(f"{'a' if n < 2 else 'b'}-{n}", "a" if n < 2 else "b", one, "", None, "",
                   Data.ENOUGH)
        for n, one in enumerate(statuses)
    ]  # fmt: skip
    targets = [target_result(goal=goal.goal) for goal in goals]
    first = rank_sensitivity(goals, targets, seed=1)[0]
    assert (first.domain, first.rank, first.rank_low, first.rank_high) == ("a", 2, 1, 2)


def test_families_cover_all_five_of_the_method():
    assert [family.value for family in Family] == [
        *("预计完成困难", "恶化", "异常", "波动较大", "数据"),
    ]
    assert families(assessed([target(value=95)], observations(steady(60, 0.3))))


def wrong_way(found) -> bool:
    return "wrong_way" in set(found.warnings["rule"])


def test_one_seat_less_in_each_of_two_years_is_no_decline():
    seats = dict.fromkeys(range(2016, 2024), (20, 40)) | {2024: (19, 40), 2025: (18, 40)}
    assert not wrong_way(assessed([target(value=40)], observations(seats)))
    several = seats | {2024: (17, 40), 2025: (14, 40)}
    assert wrong_way(assessed([target(value=40)], observations(several)))


@pytest.mark.parametrize(("asked", "rendered"), [(400, False), (40_000, True)])
def test_what_a_survey_cannot_tell_is_no_decline(asked, rendered):
    shares = dict.fromkeys(range(2016, 2024), 60.0) | {2024: 57.0, 2025: 54.0}
    counts = {year: (round(asked * share / 100), asked) for year, share in shares.items()}
    surveyed = [indicator(counting="sample")]
    assert wrong_way(assessed([target(value=50)], observations(counts), surveyed)) is rendered


def test_single_years_of_a_few_cases_have_no_pace_and_no_decline():
    cases = {
        year: (c, 40_000) for year, c in zip(range(2013, 2026), [2] * 11 + [4, 6], strict=True)
    }
    rate = indicator(
        "rate", unit="1/10万", kind="rate", direction="lower_better", counting="events", delta=1,
        delta_reason="例",
    )  # fmt: skip
    found = assessed([target(value=9, comparator="<=")], observations(cases, per=1e5), [rate])
    row = found.targets.iloc[0]
    assert row["is_pooled"]
    assert row["is_pooled_baseline"]
    assert math.isnan(row["recent_pace"])
    assert not wrong_way(found)


def test_years_on_either_side_of_the_baseline_are_counted():
    figures = observations(steady(10, 0.5, last=2023, first=2015))
    found = assessed(
        [target("slow_rise")], figures, [indicator(direction="lower_better")], year=2023
    )
    row = found.targets.iloc[0]
    assert (row["points_before"], row["points_after"]) == (6, 4)


def test_a_reference_region_has_reached_a_goal_or_not():
    near = [target(value=85), target(id="things-1-2", indicator="none", value=50)]
    figures = observations(steady(60, 2, last=2025))
    both = [indicator(), indicator("none")]
    assert assessed(near, figures, both).targets["status"].tolist() == ["基本达标", "未填报"]
    assert assessed(near, figures, both).goals["status"].tolist() == ["未填报"]
    assert assessed(near, figures, both, role="reference").goals["status"].tolist() == ["未达标"]
