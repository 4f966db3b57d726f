"""Others who stood at the same level: how many, and what they did in as many years."""

from __future__ import annotations

import itertools
import math

import pandas as pd
import pytest

from builders import UNITS, indicator, no_evidence, observations, plan_of, target
from halfsky.evaluate import peers
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())
HERE = Region(id="here", name="某区", short="某区", role="evaluated", plan="small")
OWN = observations({2020: 80.0, 2025: 84.0})


def found(references, own=OWN, indicators=None, **changes):
    plan = plan_of([target(**changes)], indicators)
    return assess(plan, HERE, 2025, own, no_evidence(), ASSUMED, references).disparities.peers


def series(start: float, step: float, first: int = 2005, last: int = 2025) -> pd.DataFrame:
    return observations({year: start + step * (year - first) for year in range(first, last + 1)})


@pytest.mark.parametrize(
    ("one", "other", "is_share", "expected"),
    [
        pytest.param(80, 84, True, math.log((84 / 16) / (80 / 20)), id="share: ln 5.25/4"),
        pytest.param(10, 12, False, math.log(1.2), id="rate: ln 1.2"),
        pytest.param(0, 0, True, 0, id="equal at the bound"),
        pytest.param(0, 5, True, math.inf, id="no logarithm of 0"),
        pytest.param(100, 99, True, math.inf, id="100 % is unlike 99 %"),
    ],
)
def test_distance(one, other, is_share, expected):
    assert peers.distance(one, other, is_share=is_share) == pytest.approx(expected)


def test_windows_of_the_same_length_from_the_same_level():
    # Each passes 80: a +1 a year from 2010, b +0.4, c never moves.
    references = {
        "a": series(75, 1, 2005, 2020),
        "b": series(78, 0.4, 2010, 2022),
        "c": series(81, 0, 2015, 2021),
    }
    row = found(references).iloc[0]
    assert (row["years"], row["change"]) == (5, 4)
    by_place = {w["region"]: w for w in row["windows"]}
    assert by_place["a"]["start_year"] == 2010
    assert (row["lowest"], row["highest"]) == (0, 5)
    assert row["n"] == len(row["windows"]) >= 3
    assert row["places"] == 3
    changes = [w["end"] - w["start"] for w in row["windows"]]
    assert row["behind"] == sum(change < 4 for change in changes)
    assert row["median"] == pytest.approx(sorted(changes)[len(changes) // 2], abs=1e-9) or (
        row["n"] % 2 == 0
    )


def test_windows_of_one_place_do_not_overlap():
    row = found({"a": series(80, 0.0, 2000, 2025)}).iloc[0]
    starts = [w["start_year"] for w in row["windows"]]
    assert all(b - a >= 5 for a, b in itertools.pairwise(starts))
    assert row["places"] == 1


def test_too_few_say_nothing():
    assert found({"a": series(80, 0.1, 2015, 2025)}).empty, "two windows: 2015 and 2020"
    assert found({"a": series(20, 0.1), "b": series(99, 0), "c": series(40, 0)}).empty
    assert found({}).empty


def test_no_window_crosses_a_break():
    broken = indicator(breaks=[{"year": y, "region": "a", "reason": "口径"} for y in (2007, 2012)])
    rows = found({"a": series(80, 0.0, 2000, 2025)}, indicators=[broken])
    assert [w["start_year"] for w in rows.iloc[0]["windows"]] == [2000, 2012, 2017]


def test_a_neutral_indicator_ranks_nobody():
    rows = found(
        {"a": series(80, 0.1)}, indicators=[indicator(direction="neutral")], comparator=">="
    )
    assert pd.isna(rows.iloc[0]["behind"])
