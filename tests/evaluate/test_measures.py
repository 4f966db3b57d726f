"""What became of the plan's measures: returns joined, and what stands out in them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from builders import UNITS, no_evidence, observations, plan_of, target
from halfsky.evaluate.assessment import Assessment, Assumptions, assess
from halfsky.evaluate.measures import RETURNS, improvement, no_returns
from halfsky.plan import load_plan
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())
NAN = math.nan


def returns(*rows: tuple) -> pd.DataFrame:
    """(department, year, status, started, money_wan, people) of measure things-m1."""
    names = ["department", "year", "status", "started", "money_wan", "people"]
    made = pd.DataFrame(rows, columns=names).assign(region="here", measure="things-m1", note="")
    return made[list(RETURNS)].astype(RETURNS)


def assessed(filed: pd.DataFrame, figures=None, role="evaluated", year=2025) -> Assessment:
    here = Region(id="here", name="某区", short="某区", role=role, plan="small")
    known = observations({2020: 80.0, 2024: 80.4} if figures is None else figures)
    plan = plan_of([target(value=95)])
    return assess(plan, here, year, known, no_evidence(), ASSUMED, returns=filed)


def only(found: Assessment) -> pd.Series:
    assert len(found.measures) == 1
    return found.measures.iloc[0]


def test_money_adds_up_over_years_and_people_do_not():
    row = only(
        assessed(
            returns(
                ("甲局", 2022, "推进中", "2022-03", 30.0, 500.0),
                ("甲局", 2023, "推进中", "2022-03", 20.0, 600.0),
                ("乙局", 2023, "推进中", "2023", NAN, 40.0),
                ("甲局", 2024, "推进中", "2022-03", 5.5, NAN),
            )
        )
    )
    assert row["money_wan"] == 55.5, "30 + 20 + 5.5"
    assert (row["people"], row["people_year"]) == (640, 2023), "600 + 40: 2024 has none"
    assert (row["started_year"], row["status_year"]) == (2022, 2024)
    assert row["departments_reporting"] == ("乙局", "甲局")
    assert (row["department"], row["goals"]) == ("某局", ("things-1",))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param(("完成", "完成"), "完成", id="all of them have finished"),
        pytest.param(("完成", "推进中"), "推进中", id="one still works at it"),
        pytest.param(("完成", "未启动"), "推进中", id="one has finished: the measure has begun"),
        pytest.param(("未启动", "未启动"), "未启动", id="nobody has begun"),
    ],
)
def test_several_departments_make_one_status(said, status):
    filed = [
        (name, 2024, word, "", NAN, NAN) for name, word in zip(("甲局", "乙局"), said, strict=True)
    ]
    assert only(assessed(returns(*filed)))["status"] == status


def test_the_newest_return_counts_and_later_ones_are_not_known_yet():
    filed = returns(
        ("甲局", 2022, "未启动", "", NAN, NAN),
        ("甲局", 2024, "推进中", "2024", 1.0, NAN),
        ("甲局", 2026, "完成", "2024", 9.0, NAN),
    )
    row = only(assessed(filed))
    assert (row["status"], row["status_year"], row["money_wan"]) == ("推进中", 2024, 1.0)


@pytest.mark.parametrize(
    ("filed", "figures", "finding"),
    [
        pytest.param([], None, "not_reported", id="no return"),
        pytest.param([(2021, "推进中", "2021")], None, "not_reported", id="2025-2021 > 3"),
        pytest.param([(2024, "未启动", "")], None, "never_begun", id="not begun"),
        pytest.param(
            [(2024, "推进中", "2024")],
            None,
            "begun_late",
            id="2024-2021 = 3 > 2",
        ),
        pytest.param([(2024, "推进中", "2023")], {2020: 80, 2024: 81}, "", id="moved by δ = 1"),
        pytest.param(
            [(2024, "推进中", "2023")],
            {2020: 80, 2024: 80.9},
            "done_without_result",
            id="2025-2023 = 2 years, 0.9 < δ = 1, 80.9 < 95",
        ),
        pytest.param(
            [(2021, "完成", "2021")],
            {2020: 80, 2024: 79},
            "done_without_result",
            id="finished stays finished; the value fell",
        ),
        pytest.param(
            [(2024, "完成", "2021")], {2020: 96, 2024: 96}, "", id="nothing is unmet: 96 >= 95"
        ),
        pytest.param([(2024, "完成", "2021")], {2024: 80}, "", id="no baseline: cannot be said"),
        pytest.param([(2024, "推进中", "")], {2020: 80, 2024: 80}, "", id="start unknown"),
    ],
)
def test_what_stands_out(filed, figures, finding):
    rows = returns(*[("甲局", *row, NAN, NAN) for row in filed])
    assert only(assessed(rows, figures))["finding"] == finding


def test_a_gap_of_money_stays_a_gap_and_a_zero_a_zero():
    row = only(assessed(returns(("甲局", 2024, "推进中", "2023", NAN, 0.0))))
    assert math.isnan(row["money_wan"])
    assert row["people"] == 0


def test_a_reference_region_carries_out_no_measure():
    assert assessed(no_returns(), role="reference").measures.empty


def test_every_measure_of_the_plan_has_a_row():
    plan = load_plan()
    here = Region(id="here", name="某区", short="某区", role="evaluated", plan=plan.id)
    units = {i.unit: UNITS["年"].model_copy(update={"per": None}) for i in plan.indicators.values()}
    assumed = Assumptions(ASSUMED.thresholds, units, ASSUMED.calibration)
    found = assess(plan, here, 2025, observations([]), no_evidence(), assumed).measures
    assert list(found["measure"]) == list(plan.measures)
    assert len(found) == 95
    assert set(found["status"]) == {"未填报"}
    assert found["department"].notna().all()


@pytest.mark.parametrize(
    ("comparator", "before", "after", "expected"),
    [
        pytest.param(">=", 80, 83, 3, id="83-80"),
        pytest.param("<=", 20, 16, 4, id="20-16"),
        pytest.param("within", 0.90, 1.04, 0.06, id="|.90-1| - |1.04-1|"),
    ],
)
def test_improvement_is_signed_by_what_the_target_asks(comparator, before, after, expected):
    row = {"comparator": comparator, "threshold": 1.0}
    assert improvement(row, before, after) == pytest.approx(expected)
