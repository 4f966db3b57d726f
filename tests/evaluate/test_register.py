"""The register: what becomes of a warning from one year to the next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from halfsky.evaluate.early_warning import Warnings
from halfsky.evaluate.register import compare, with_beginnings
from halfsky.evaluate.results import (
    EarlyWarning,
    Results,
    WarningRule,
    WarningTest,
)
from halfsky.plan.vocabulary import Family, Severity, WarningState


def warned(*findings: EarlyWarning, doubts: dict[str, str] | None = None) -> Warnings:
    return Warnings(Results(EarlyWarning, findings), Results(WarningTest, ()), doubts or {})


def one(target: str | None = "a-1-1", **changes: object) -> EarlyWarning:
    base = {
        "goal": "a-1",
        "target": target,
        "indicator": "rate",
        "domain": "a",
        "family": Family.OFF_TRACK,
        "severity": Severity.AMBER,
        "rule": WarningRule.P_BELOW,
        "threshold": 0.66,
        "inputs": {},
        "department": "某局",
        "since": 2025,
    }
    return EarlyWarning(**(base | changes))


VALUES = {"a-1-1": 50.0}
LOST = {"a-1-1": None}


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
            [one(family=Family.VOLATILE, rule=WarningRule.SMALL_BASE_NOISE,
                 severity=Severity.NOTE)],
            [one(family=Family.VOLATILE, rule=WarningRule.VOLATILE, since=2024)],
            WarningState.EASED, 2024, id="volatile becomes noise of small numbers",
        ),
    ],
)  # fmt: skip
def test_states(now, before, state, since):
    register = compare(warned(*now), warned(*before), VALUES)
    assert [entry.state for entry in register] == [state]
    assert register[0].since == since


def test_a_closed_warning_keeps_only_last_years_severity():
    row = compare(warned(), warned(one()), VALUES)[0]
    assert (row.severity, row.severity_before, row.reason) == (None, Severity.AMBER, None)


def test_nothing_is_closed_by_a_doubtful_figure():
    row = compare(warned(doubts={"a-1-1": "unit_slip"}), warned(one()), VALUES)[0]
    assert (row.state, row.reason) == (WarningState.OPEN, "doubt")
    assert row.severity == Severity.AMBER


def test_nothing_is_closed_by_falling_silent():
    row = compare(warned(), warned(one()), LOST)[0]
    assert (row.state, row.reason) == (WarningState.OPEN, "no_figure")


def test_a_late_figure_that_came_is_closed():
    overdue = one(family=Family.DATA, rule=WarningRule.OVERDUE)
    assert compare(warned(), warned(overdue), VALUES)[0].state == WarningState.CLOSED


def test_different_rules_of_a_family_are_different_warnings():
    fell = one(family=Family.DETERIORATION, rule=WarningRule.P_FELL)
    wrong = one(family=Family.DETERIORATION, rule=WarningRule.WRONG_WAY)
    register = compare(warned(wrong), warned(fell), VALUES)
    assert [entry.state for entry in register] == [WarningState.NEW, WarningState.CLOSED]


def test_a_context_indicators_warning_is_followed_by_its_indicator():
    remark = one(None, family=Family.DATA, rule=WarningRule.REMARK, severity=Severity.NOTE)
    other = one(None, indicator="other", family=Family.DATA, rule=WarningRule.REMARK)
    register = compare(warned(remark), warned(remark, other), VALUES)
    assert [entry.state for entry in register] == [WarningState.OPEN, WarningState.CLOSED]
    assert [entry.indicator for entry in register] == ["rate", "other"]


def test_in_the_first_year_everything_is_new():
    (entry,) = compare(warned(one()), None, VALUES)
    assert entry.state == WarningState.NEW


def test_the_beginning_is_the_registers():
    earlier = compare(warned(one("a", since=2024)), warned(one("a", since=2022)), VALUES)
    findings = Results(EarlyWarning, [one("a", since=2024), one("b", since=2025)])
    assert [f.since for f in with_beginnings(findings, earlier)] == [2022, 2025]


def test_a_remark_begins_with_the_year_it_is_of():
    remark = one(family=Family.DATA, rule=WarningRule.REMARK, since=2025)
    entries = compare(warned(remark), warned(replace(remark, since=2023)), VALUES)
    assert entries[0].since == 2023, "the register's own"
    (found,) = with_beginnings(Results(EarlyWarning, [remark]), entries)
    assert found.since == 2025
