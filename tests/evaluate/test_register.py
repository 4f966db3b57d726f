"""The register: what becomes of a warning from one year to the next."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from halfsky.evaluate.early_warning import Warnings
from halfsky.evaluate.register import compare, with_beginnings
from halfsky.evaluate.warning.finding import COLUMNS, TEST_COLUMNS
from halfsky.plan.vocabulary import Family, Severity, WarningState


def warned(*findings: dict, doubts: dict[str, str] | None = None) -> Warnings:
    frame = pd.DataFrame(list(findings), columns=COLUMNS)
    return Warnings(frame, pd.DataFrame(columns=TEST_COLUMNS), doubts or {})


def one(target: str | None = "a-1-1", **changes: object) -> dict:
    base = {
        "goal": "a-1",
        "target": target,
        "indicator": "rate",
        "domain": "a",
        "family": Family.OFF_TRACK,
        "severity": Severity.AMBER,
        "rule": "p_below",
        "threshold": 0.66,
        "inputs": {},
        "department": "某局",
        "since": 2025,
    }
    return base | changes


TARGETS = pd.DataFrame({"target": ["a-1-1"], "value": [50.0]})
LOST = TARGETS.assign(value=math.nan)


@pytest.mark.parametrize(
    ("now", "before", "state", "since"),
    [
        pytest.param([one()], [], WarningState.NEW, 2025, id="not there last year"),
        pytest.param([one()], [one(since=2022)], WarningState.OPEN, 2022, id="the older beginning"),
        pytest.param(
            [one()], [one(severity=Severity.RED, since=2023)], WarningState.EASED, 2023,
            id="red to amber",
        ),
        pytest.param(
            [one(severity=Severity.RED)], [one(since=2024)], WarningState.OPEN, 2024,
            id="amber to red is not eased",
        ),
        pytest.param([], [one(since=2024)], WarningState.CLOSED, 2024, id="gone"),
        pytest.param(
            [one(family=Family.VOLATILE, rule="small_base_noise", severity=Severity.NOTE)],
            [one(family=Family.VOLATILE, rule="volatile", since=2024)],
            WarningState.EASED, 2024, id="volatile becomes noise of small numbers",
        ),
    ],
)  # fmt: skip
def test_states(now, before, state, since):
    register = compare(warned(*now), warned(*before), TARGETS)
    assert list(register["state"]) == [state]
    assert register["since"].iloc[0] == since


def test_a_closed_warning_keeps_only_last_years_severity():
    row = compare(warned(), warned(one()), TARGETS).iloc[0]
    assert (row["severity"], row["severity_before"], row["reason"]) == (None, Severity.AMBER, None)


def test_nothing_is_closed_by_a_doubtful_figure():
    row = compare(warned(doubts={"a-1-1": "unit_slip"}), warned(one()), TARGETS).iloc[0]
    assert (row["state"], row["reason"]) == (WarningState.OPEN, "doubt")
    assert row["severity"] == Severity.AMBER


def test_nothing_is_closed_by_falling_silent():
    row = compare(warned(), warned(one()), LOST).iloc[0]
    assert (row["state"], row["reason"]) == (WarningState.OPEN, "no_figure")


def test_a_late_figure_that_came_is_closed():
    overdue = one(family=Family.DATA, rule="overdue")
    assert compare(warned(), warned(overdue), TARGETS)["state"].iloc[0] == WarningState.CLOSED


def test_different_rules_of_a_family_are_different_warnings():
    fell = one(family=Family.DETERIORATION, rule="p_fell")
    wrong = one(family=Family.DETERIORATION, rule="wrong_way")
    register = compare(warned(wrong), warned(fell), TARGETS)
    assert list(register["state"]) == [WarningState.NEW, WarningState.CLOSED]


def test_a_context_indicators_warning_is_followed_by_its_indicator():
    remark = one(None, family=Family.DATA, rule="remark", severity=Severity.NOTE)
    other = one(None, indicator="other", family=Family.DATA, rule="remark")
    register = compare(warned(remark), warned(remark, other), TARGETS)
    assert list(register["state"]) == [WarningState.OPEN, WarningState.CLOSED]
    assert list(register["indicator"]) == ["rate", "other"]


def test_in_the_first_year_everything_is_new():
    assert set(compare(warned(one()), None, TARGETS)["state"]) == {WarningState.NEW}


def test_the_beginning_is_the_registers():
    entries = pd.DataFrame(
        {
            "target": ["a"],
            "indicator": [None],
            "family": ["恶化"],
            "rule": ["p_fell"],
            "since": 2022,
        }
    )
    findings = pd.DataFrame(
        {
            "target": ["a", "b"],
            "indicator": [None, None],
            "family": ["恶化", "恶化"],
            "rule": ["p_fell", "p_fell"],
            "since": [2024, 2025],
        }
    )
    assert list(with_beginnings(findings, entries)["since"]) == [2022, 2025]
