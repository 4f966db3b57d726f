"""The published figures carried into data/raw/: nothing lost, nothing changed, known in time."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

from halfsky import data as store
from halfsky.plan import load_plan

from .conftest import REPO

REGIONS = {"CN": 694, "jilin": 42, "changchun": 8, "jiutai": 2}
SHARED = REPO.parent / "shared" / "data" / "published_statistics.csv"
KEY = ("region", "indicator_id", "year", "sex", "area")


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def carried() -> dict[tuple[str, ...], dict[str, str]]:
    rows = [
        row
        for region in REGIONS
        for row in rows_of(REPO / "data" / "raw" / region / "observations.csv")
    ]
    assert len(rows) == 746
    return {tuple(row[k] for k in KEY): row for row in rows}


def test_746_rows_each_once() -> None:
    assert len(carried()) == 746


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_file(), reason="the delivery beside the repository is absent")
def test_every_cell_as_delivered() -> None:
    mine = carried()
    for row in rows_of(SHARED):
        own = mine[tuple(row[k] for k in KEY)]
        assert own["note"].startswith(row["note"])
        assert own["note"].removeprefix(row["note"]).strip()[:1] in ("", "〔")
        for column in set(row) - {"note"}:
            assert own[column] == row[column], (column, row)


def test_known_from_stands_with_derived_figures_only() -> None:
    for row in carried().values():
        assert bool(row["known_from"]) == (row["value_type"] == "derived"), row


@pytest.mark.parametrize(
    ("indicator", "year", "sex", "known_from"),
    [
        pytest.param("central_civil_recruit_female_share", 2011, "female", 2015, id="51.9 in 2015"),
        pytest.param("npc_female_share", 2008, "female", 2013, id="23.4, the next congress"),
        pytest.param("cpc_female_share", 2020, "female", 2021, id="29.4, up 1 on the year"),
        pytest.param("science_literacy", 2022, "female", 2023, id="12.53, up 1.55"),
        pytest.param("science_literacy", 2020, "total", 2024, id="15.37, up 4.81 on 2020"),
        pytest.param("science_literacy_gap", 2023, "total", 2023, id="15.66-12.53, same release"),
        pytest.param("employed_work_min", 2008, "female", 2018, id="the next time-use survey"),
        pytest.param("injury_insured", 2012, "total", 2021, id="28287-9277, 28287 is of 2021"),
        pytest.param("physique_pass", 2020, "total", 2025, id="84.9 in 2025"),
        pytest.param("crude_marriage_rate", 2010, "total", 2011, id="9.7-0.4"),
    ],
)
def test_known_from_is_the_release_it_was_computed_from(
    indicator: str, year: int, sex: str, known_from: int
) -> None:
    row = carried()["CN", indicator, str(year), sex, "total"]
    assert row["known_from"] == str(known_from)


def test_a_derived_figure_rests_on_a_figure_of_its_known_from_year() -> None:
    """The release a figure was computed from printed the newer figure: it is on file as reported,
    but for the few whose source states the arithmetic without a figure of that year."""
    mine = carried()
    # The gap in points is computed from the two sexes' figures, within one year.
    without = {"science_literacy_gap"}
    for row in mine.values():
        if row["value_type"] == "derived" and row["indicator_id"] not in without:
            key = (row["region"], row["indicator_id"], row["known_from"], row["sex"], row["area"])
            assert key in mine, row
            assert mine[key]["value_type"] == "reported", row


def test_known_faults_stand_in_the_notes() -> None:
    mine = carried()
    assert "前后不可比" in mine["CN", "rural_toilet", "2020", "total", "rural"]["note"]
    assert "年份系推定" in mine["CN", "rural_tap_water", "2017", "total", "rural"]["note"]
    assert "下限" in mine["CN", "medical_coverage", "2023", "total", "total"]["note"]
    assert "262.2" in mine["CN", "divorces_registered", "2025", "total", "total"]["note"]


@pytest.mark.parametrize("region", REGIONS)
def test_all_rows_pass_against_the_real_plan(
    region: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Units, codes and bounds of every published row agree with the plan's indicators."""
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    shutil.copytree(REPO / "data" / "raw" / region, raw / region)
    monkeypatch.setenv("HALFSKY_DATA", str(tmp_path / "data"))
    report = store.ingest([region], load_plan())
    assert report.regions[0].figures == REGIONS[region]
