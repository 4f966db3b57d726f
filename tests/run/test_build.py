"""One region and domain from raw figures to pages; bad input leaves what was there."""

from __future__ import annotations

import json
import shutil

import nbformat
import pytest

from conftest import ROOT
from county import shorten
from halfsky.plan import DataError, ParameterError
from halfsky.run import build, run_year

PLAN = "jiutai_2021_2030"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Data and reports of their own."""
    shutil.copytree(ROOT / "data" / "raw", tmp_path / "data" / "raw")
    monkeypatch.setenv("HALFSKY_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("HALFSKY_REPORTS", str(tmp_path / "reports"))
    return tmp_path


def test_a_domain_from_raw_figures_to_its_page(place):
    steps: list[tuple[str, str, int, int]] = []
    report = run_year(
        2024, ["CN"], plan=PLAN, domains=["law"], progress=lambda *step: steps.append(step)
    )
    folder = place / "reports" / "CN" / "2024"
    assert report.ok
    assert {p.name for p in folder.iterdir()} == {
        *("08_law.html", "08_law.ipynb", "08_law.xlsx", "index.html", "results.json", "run.log"),
    }
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert (results["schema"], results["year"], results["phase"]) == (1, 2024, None)
    assert [goal["id"] for goal in results["goals"]] == [f"law-{n}" for n in range(1, 10)]
    html = (folder / "08_law.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN"' in html
    assert "以九台区规划目标对照公布数据，不构成对该地区的评估" in html
    assert "中期评估" not in html
    assert "open_study" not in html, "code is hidden"
    assert (place / "reports" / "index.html").is_file()
    assert steps[-1] == ("CN", "08_law", 1, 1)

    # Bad input afterwards: a clear error, and everything stays as it was.
    before = {p: p.read_bytes() for p in sorted((place / "reports").rglob("*")) if p.is_file()}
    raw = place / "data" / "raw" / "CN" / "observations.csv"
    lines = raw.read_text(encoding="utf-8-sig").splitlines()
    lines[5] = (
        lines[5].replace("39.4", "约四成").replace("47.8", "约四成").replace("51.9", "约四成")
    )
    raw.write_text(
        "\n".join([*lines[:5], lines[5] + ",,,,,,,x", *lines[6:]]) + "\n", encoding="utf-8"
    )
    with pytest.raises(DataError) as caught:
        run_year(2024, ["CN"], plan=PLAN, domains=["law"])
    assert caught.value.problems[0].row == 6
    after = {p: p.read_bytes() for p in sorted((place / "reports").rglob("*")) if p.is_file()}
    assert after == before


def test_a_failing_notebook_is_named_and_the_others_finish(place, monkeypatch, tmp_path):
    folder = tmp_path / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder)
    shorten(folder)
    broken = nbformat.read(folder / "08_law.ipynb", as_version=4)
    broken.cells[4].source = "1 / 0"
    nbformat.write(broken, folder / "08_law.ipynb")
    monkeypatch.setattr("halfsky.run.pages.notebooks_dir", lambda: folder)
    report = run_year(2025, ["jiutai"], plan=PLAN, domains=["law", "environment"])
    made = place / "reports" / "jiutai" / "2025"
    assert [outcome.stem for _, outcome in report.failed] == ["08_law"]
    assert "第5个单元格" in report.message()
    assert "ZeroDivisionError" in report.message()
    partial = nbformat.read(made / "08_law.ipynb", as_version=4)
    assert any(o.output_type == "error" for c in partial.cells for o in c.get("outputs", []))
    assert "本页未能完整生成" in (made / "08_law.html").read_text(encoding="utf-8")
    assert "九台区2025年中期评估" in (made / "07_environment.html").read_text(encoding="utf-8")
    results = json.loads((made / "results.json").read_text(encoding="utf-8"))
    assert results["failed"] == ["08_law"]
    assert len(results["goals"]) == 9


def test_another_countys_plan_runs_through_the_same_notebooks(place, monkeypatch, tmp_path):
    params = tmp_path / "params"
    shutil.copytree(ROOT / "tests" / "plan" / "small_county", params)
    for shared in ("units.yaml", "thresholds.yaml"):
        shutil.copy(ROOT / "params" / shared, params / shared)
    shutil.copytree(ROOT / "params" / "calibration", params / "calibration")
    monkeypatch.setenv("HALFSKY_PARAMS", str(params))
    own = place / "data" / "raw" / "qinghe"
    own.mkdir()
    head = "indicator_id,region,year,sex,area,value,unit,value_type,source_title,publisher"
    made = "%,reported,妇幼卫生年报,县卫生健康局"
    rows = [
        f"screening,qinghe,{year},female,total,{60 + 2 * (year - 2021)},{made}"
        for year in range(2021, 2027)
    ]
    (own / "observations.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    report = run_year(2026, ["qinghe"], plan="qinghe_2022_2030")
    assert report.ok, report.message()
    folder = place / "reports" / "qinghe" / "2026"
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert results["phase"] == "中期评估"
    screening = results["goals"][1]["targets"][0]
    assert (screening["value"], screening["status"]) == (70, "达标")
    assert "清河县2026年中期评估" in (folder / "01_health.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("year", "region", "domain"), [(2020, "CN", "law"), (2025, "X", "law"), (2025, "CN", "lw")]
)
def test_bad_parameters_stop_the_run_before_anything_is_written(place, year, region, domain):
    with pytest.raises(ParameterError):
        build.run_year(year, [region], plan=PLAN, domains=[domain])
    assert not (place / "reports").exists()
