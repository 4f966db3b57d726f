"""A few seeds of the study of false alarms and power (tests/benchmarks/warning_districts.py)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from halfsky.plan.calibration import load_calibration
from halfsky.plan.vocabulary import Family

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import warning_districts as study  # noqa: E402 - found beside the other benchmarks

KEPT = json.loads((BENCHMARKS / "results" / "warning_districts.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", [1, 2])
def test_a_district_without_stories_raises_few_alarms(seed: int) -> None:
    found = study.null_district(seed, 3, calibration=load_calibration())
    for family in (Family.UNUSUAL, Family.VOLATILE):
        assert found[family.value]["false"] <= 1
    assert found[Family.DETERIORATION.value]["false"] <= 1
    assert found[Family.OFF_TRACK.value]["false"] <= found[Family.OFF_TRACK.value]["found"]
    assert len(found["unusual_p"]) == found[Family.UNUSUAL.value]["tests"]
    assert not found["data"], "no figure of a clean district is at fault"


def test_the_committed_false_alarms_are_within_what_is_printed() -> None:
    rendered = study.summary(KEPT)
    assert rendered["districts"] >= 200
    for family in study.FAMILIES:
        assert rendered[family.value]["p_more_by_chance"] > 0.05, family


def test_power_grows_with_the_effect() -> None:
    power = study.summary(KEPT)["power"]
    for name in ("reversal: wrong_way", "slow: p_below"):
        for length, effects in power[name].items():
            assert effects["5"]["share"] >= 0.8, (name, length)
            assert effects["5"]["share"] >= effects["1"]["share"], (name, length)
    # A slip of ten times is as large whatever the residual sd.
    for length, effects in power["slip: unit_slip"].items():
        assert min(effect["share"] for effect in effects.values()) >= 0.9, length
    for lengths in power.values():
        assert min(effect["n"] for cells in lengths.values() for effect in cells.values()) >= 40
