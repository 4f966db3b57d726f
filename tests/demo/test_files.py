"""The district's files: what ingest reads gives the district's own frames back."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from districts import district_of
from halfsky import data
from halfsky.demo import district
from halfsky.demo.files import to_files
from halfsky.plan import load_plan

PLAN = load_plan()


@pytest.fixture(scope="module")
def made():
    return district_of(11)


def test_ingest_accepts_every_row_and_gives_the_same_frames(made, tmp_path, monkeypatch):
    monkeypatch.setenv("HALFSKY_DATA", str(tmp_path))
    folder = tmp_path / "raw" / "demo"
    folder.mkdir(parents=True)
    for name, content in to_files(made, PLAN).items():
        (folder / name).write_bytes(content)
    report = data.ingest(["demo"])
    assert [(r.figures, r.blank, r.repeated) for r in report.regions] == [
        (len(made.observations), 0, 0)
    ]
    loaded = data.load_observations(PLAN, "demo", 2025)
    pd.testing.assert_frame_equal(loaded, made.observations)
    pd.testing.assert_frame_equal(data.load_evidence(PLAN, "demo", 2025), made.evidence)
    pd.testing.assert_frame_equal(data.load_measures(PLAN, "demo", 2025), made.measures)


def test_same_district_same_bytes(made):
    assert to_files(district(PLAN, seed=11), PLAN) == to_files(made, PLAN)


def test_the_manifest_and_every_line_say_what_they_are(made):
    files = to_files(made, PLAN)
    assert json.loads(files["manifest.json"]) == made.manifest
    for name in ("observations.csv", "evidence.csv", "measures.csv"):
        assert files[name].startswith(b"\xef\xbb\xbf")
        header, *lines = files[name].decode("utf-8-sig").splitlines()
        assert all("合成数据" in line for line in lines)
        assert not header.startswith("\ufeff")
