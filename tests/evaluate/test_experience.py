"""What is worth learning from: ahead, above what is asked, or moved; never what is in trouble."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from halfsky.evaluate.experience import ahead
from halfsky.plan.vocabulary import Family, Severity, Status

NO_EFFECTS = pd.DataFrame({"target": [], "grade": []})
NO_WARNINGS = pd.DataFrame({"family": [], "target": [], "severity": [], "rule": []})


def target(name: str = "a-1-1", **changes: object) -> dict[str, object]:
    base: dict[str, object] = {
        "target": name,
        "goal": name.rsplit("-", 1)[0],
        "domain": "a",
        "type": "reach",
        "status": Status.MET,
        "baseline": 80.0,
        "comparator": ">=",
        "progress": 0.0,
        "delta": 1.0,
        "headroom": math.nan,
        "completion_pct": math.nan,
        "elapsed_pct": 50.0,
        "p_met": 0.9,
        "doubt": None,
    }
    return base | changes


def warning(family: Family, name: str, severity: Severity, rule: str = "") -> pd.DataFrame:
    one = {"family": [family], "target": [name], "severity": [severity], "rule": [rule]}
    return pd.DataFrame(one)


def found(
    *rows: dict[str, object], unmet: tuple[str, ...] = (), warnings=NO_WARNINGS, effects=NO_EFFECTS
):
    frame = pd.DataFrame(rows)
    goals = pd.DataFrame({"goal": frame["goal"].unique()})
    goals["status"] = [Status.UNMET if g in unmet else Status.MET for g in goals["goal"]]
    result = ahead(frame, goals, warnings, effects)
    return dict(zip(result["target"], result["why"], strict=True))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"completion_pct": 60.0}, "ahead", id="60 % done in 50 % of the time"),
        pytest.param({"completion_pct": 50.0}, "ahead", id="just in time"),
        pytest.param({"completion_pct": 40.0}, None, id="behind"),
        pytest.param(
            {"completion_pct": 60.0, "doubt": "unit_slip"},
            None,
            id="60 %, but the figure is in doubt",
        ),
        pytest.param(
            {"completion_pct": 60.0, "status": Status.NEARLY}, "ahead", id="not there yet"
        ),
        pytest.param({"headroom": 0.5}, "headroom", id="better than asked from the start"),
        pytest.param({"headroom": 0.0}, None, id="just what was asked"),
        pytest.param(
            {"progress": -1.0, "comparator": "<="}, "moved", id="lower is better: moved by δ"
        ),
        pytest.param({"progress": -1.0}, None, id="moved by δ the wrong way"),
        pytest.param({"headroom": 1.8, "progress": -1.6}, None, id="above, but losing its lead"),
        pytest.param({"progress": 0.9}, None, id="less than δ"),
        pytest.param({"headroom": 1.8, "progress": -0.3}, None, id="above, and a little lower"),
        pytest.param(
            {"type": "narrow_gap", "comparator": "<=", "progress": -0.6, "completion_pct": 60.0},
            None,
            id="a gap closer by less than means something",
        ),
        pytest.param(
            {"type": "narrow_gap", "comparator": "<=", "progress": -1.2, "completion_pct": 60.0},
            "ahead",
            id="a gap closer by δ",
        ),
        pytest.param({"progress": 9.0, "status": Status.UNMET}, None, id="moved and unmet"),
    ],
)
def test_why(changes, why):
    assert found(target(**changes)) == ({} if why is None else {"a-1-1": why})


def test_a_goal_in_trouble_sets_no_example():
    good = {"completion_pct": 90.0}
    assert found(target(**good), unmet=("a-1",)) == {}
    worse = warning(Family.DETERIORATION, "a-1-1", Severity.AMBER)
    assert found(target(**good), warnings=worse) == {}
    noted = warning(Family.DATA, "a-1-1", Severity.NOTE)
    assert found(target(**good), warnings=noted) == {"a-1-1": "ahead"}
    jumps = warning(Family.VOLATILE, "a-1-1", Severity.AMBER)
    assert found(target(**good), warnings=jumps) == {}, "it jumps more than it came"
    again = warning(Family.DATA, "a-1-1", Severity.AMBER, "repeated")
    assert found(target(**good), warnings=again) == {}, "perhaps last year's figure once more"
    red = warning(Family.OFF_TRACK, "a-1-2", Severity.RED)
    both = [target(**good), target("a-1-2", status=Status.NEARLY)]
    assert found(*both, warnings=red) == {}, "the same goal stands among the problems"


def test_evidence_of_an_effect_comes_first_whatever_the_goals_other_targets_do():
    rows = [target("a-1-1", progress=2.0), target("a-2-1", progress=2.0, p_met=0.99)]
    graded = pd.DataFrame({"target": ["a-1-1", "a-2-1"], "grade": ["B", "C"]})
    assert list(found(*rows, unmet=("a-1",), effects=graded)) == ["a-1-1", "a-2-1"]
    assert list(found(*rows, unmet=("a-1",))) == ["a-2-1"]


def test_the_likeliest_to_last_comes_first():
    rows = [
        target("a-1-1", completion_pct=900.0, p_met=0.7),
        target("a-2-1", completion_pct=60.0, p_met=0.95),
        target("a-3-1", completion_pct=60.0, p_met=math.nan),
    ]
    assert list(found(*rows)) == ["a-2-1", "a-1-1", "a-3-1"]
