"""The road on real figures: what the nation's pages must say, and what a year may know."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import nbformat
import pandas as pd
import pytest

from halfsky import data
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.notebook import HANDED
from halfsky.plan import load_plan, load_region, load_regions, load_units
from halfsky.plan.calibration import load_calibration
from halfsky.plan.paths import notebooks_dir
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.render.results_json import MIME, results
from halfsky.report.view import View


@pytest.fixture(scope="module")
def plan():
    return load_plan()


def record_of(plan, region: str, year: int, observations: pd.DataFrame) -> dict:
    place = load_region(region)
    assumptions = Assumptions(load_thresholds(), load_units(), load_calibration())
    evidence = data.load_evidence(plan, region, year)
    found = assess(plan, place, year, observations, evidence, assumptions)
    names = {r.id: r.short for r in load_regions().values()}
    return results(View(found, observations, names))


def test_a_year_knows_nothing_of_later_rows(plan, study):
    everything = data.load_observations(plan, "CN", 2030)
    then = everything[everything["year"] <= 2022]
    assert len(then) < len(everything)
    assert (then["known_from"] > 2022).any(), "a derived figure of a later release is among them"
    with_all = record_of(plan, "CN", 2022, everything)
    without = results(study("CN", 2022))
    assert with_all["goals"] == without["goals"]
    assert with_all["warnings"] == without["warnings"]


@pytest.fixture(scope="module")
def nation(study):
    return {
        target["id"]: target
        for goal in results(study("CN", 2025))["goals"]
        for target in goal["targets"]
    }


def by_indicator(nation: dict, name: str) -> dict:
    return next(t for t in nation.values() if t["indicator"] == name and t["type"] == "reach")


def test_maternal_mortality_is_held_against_twelve_with_a_probability(nation):
    target = by_indicator(nation, "maternal_mortality")
    assert (target["value"], target["value_year"], target["target"]) == (14.3, 2024, 12)
    assert target["status"] == "未达标"
    assert 0.2 < target["p_met"] < 0.8
    assert target["lo95"] < target["lo80"] < target["point"] < target["hi80"] < target["hi95"]


def test_retention_is_far_from_ninety_nine(nation):
    target = by_indicator(nation, "compulsory_retention")
    assert (target["value"], target["value_year"], target["target"]) == (96.1, 2025, 99)
    assert target["outlook"] == "很难完成"


def test_rural_tap_water_has_reached_the_plans_value(nation):
    target = by_indicator(nation, "rural_tap_water")
    assert (target["value"], target["target"], target["status"]) == (96, 95, "达标")


def test_village_committees_are_unreported_with_their_last_known_value(nation):
    target = by_indicator(nation, "village_committee_female_share")
    assert target["status"] == "未填报"
    assert target["value"] is None
    assert (target["last_value"], target["last_year"]) == (24.2, 2020)
    assert "24.2%（2020年）" in target["rule"]


def test_no_verdict_without_data(nation):
    for target in nation.values():
        if target["value"] is None:
            assert target["status"] == "未填报"
            assert target["p_met"] is None


def test_a_definition_break_is_not_sold_as_a_fall(nation):
    toilets = next(t for t in nation.values() if t["indicator"] == "rural_toilet")
    assert toilets["baseline"] == 65
    assert toilets["n"] == 2, "81.8 (2017) is of another definition"
    assert toilets["p_met"] is None, "two points are no trend"


def test_a_region_without_figures_is_a_result(study):
    record = results(study("jiutai", 2025))
    assert record["rates"]["missing"] == record["rates"]["all"] == 77
    assert record["phase"] == "中期评估"
    assert record["warnings"] == []
    assert all(t["value"] is None for g in record["goals"] for t in g["targets"])


@pytest.mark.parametrize(
    ("year", "phase"), [(2024, "年度监测"), (2025, "中期评估"), (2030, "终期评估")]
)
def test_the_phase_follows_the_year(plan, year, phase):
    assert plan.phase(year) == phase


def test_results_are_json_without_nan(study):
    text = json.dumps(results(study("CN", 2022, "law")), allow_nan=False)
    assert "NaN" not in text


def test_papermill_by_hand_gives_the_same_numbers(tmp_path, handed, study):
    """With a file of parameters; what a flag changes, test_build has."""
    out = tmp_path / "out.ipynb"
    subprocess.run(
        [
            *(sys.executable, "-m", "papermill", str(notebooks_dir() / "07_environment.ipynb")),
            *(str(out), "-f", "params/2025.yaml", "--no-progress-bar"),
        ],
        env={**os.environ, HANDED: str(handed("CN", 2025))},
        capture_output=True,
        check=True,
    )
    made = nbformat.read(out, as_version=4)
    record = made.cells[-1].outputs[0]["data"][MIME]
    assert record == results(study("CN", 2025, "environment"))


def test_papermill_itself_refuses_a_misspelt_parameter(tmp_path):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "papermill"),
            *(str(notebooks_dir() / "08_law.ipynb"), str(tmp_path / "out.ipynb")),
            *("-p", "yaer", "2024", "--no-progress-bar"),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode != 0
    assert "不认识的参数" in done.stderr
    assert "yaer" in done.stderr
