"""Parameters are checked before any analysis runs, under plain papermill too."""

from __future__ import annotations

import pytest
from pandas.testing import assert_frame_equal

from halfsky.notebook import (
    HANDED,
    check_parameters,
    evaluate_region,
    hand_over,
    open_study,
    unknown_parameters,
)
from halfsky.plan import ParameterError, load_plan, load_region

PLAN = "jiutai_2021_2030"


def test_good_parameters_come_back_typed():
    year, region, plan = check_parameters(2025, "CN", PLAN)
    assert (year, region.role, plan.id) == (2025, "reference", PLAN)


@pytest.mark.parametrize(
    ("year", "region", "plan", "columns"),
    [
        (2020, "CN", PLAN, {"year"}),
        (2031, "CN", PLAN, {"year"}),
        ("2025", "CN", PLAN, {"year"}),
        (2025.0, "CN", PLAN, {"year"}),
        (True, "CN", PLAN, {"year"}),
        (2025, "XX", PLAN, {"region"}),
        (2025, "CN", "XX", {"plan"}),
        (1999, "XX", PLAN, {"year", "region"}),
    ],
)
def test_every_bad_parameter_is_named_at_once(year, region, plan, columns):
    with pytest.raises(ParameterError) as caught:
        check_parameters(year, region, plan)
    assert {p.column for p in caught.value.problems} == columns
    assert all(p.hint for p in caught.value.problems)


def test_a_misspelt_parameter_is_found_in_papermills_own_cell():
    cells = ["", "year = 2025\nregion = 'CN'", "# Parameters\nyaer = 2024\nregion = 'CN'\n"]
    assert unknown_parameters(cells) == ["yaer"]


def test_names_of_a_notebooks_own_cells_are_no_parameters():
    assert unknown_parameters(["year = 2025", "shown = ['a']\nstudy = 1"]) == []


def test_unknown_domain_is_refused():
    with pytest.raises(ParameterError, match="领域"):
        open_study("helth", year=2025, region="CN", plan=PLAN)


def test_what_a_run_hands_over_is_taken_for_its_own_region_and_year_only(tmp_path, monkeypatch):
    plan, region = load_plan(PLAN), load_region("changchun")
    hand_over(tmp_path / "evaluated.pickle", plan, region, 2025)
    fresh, known = evaluate_region(plan, region, 2025)
    monkeypatch.setenv(HANDED, str(tmp_path / "evaluated.pickle"))
    monkeypatch.setattr("halfsky.notebook._evaluate", lambda *which: which[1:])
    handed, also_known = evaluate_region(plan, region, 2025)
    assert_frame_equal(handed.targets, fresh.targets)
    assert_frame_equal(also_known, known)
    assert evaluate_region(plan, region, 2024) == (region, 2024, False)
    assert evaluate_region(plan, region, 2025, public=True) == (region, 2025, True)
