"""A report becomes a release: kept with its inputs, read-only, numbered, its changes told."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import stat
import subprocess
from urllib.parse import unquote

import docx
import nbformat
import openpyxl
import pytest
from docx.oxml.ns import qn

from conftest import ROOT
from county import (
    COUNTY,
    DEATHS,
    PLAN,
    WARNING,
    YEAR,
    file_figures,
    keep,
    settle,
    shorten,
    with_target,
)
from halfsky.plan import ParameterError, load_plan, load_region
from halfsky.report.render.results_json import MIME
from halfsky.run import build, run_year
from halfsky.run import release as releasing
from halfsky.run.execute import Outcome
from halfsky.run.pages import pages
from halfsky.run.release import inputs, is_released, releases, state_of
from halfsky.run.verify import verify


@pytest.fixture
def county(tmp_path, monkeypatch):
    return settle(tmp_path, monkeypatch)


def test_a_release_holds_the_report_and_all_it_was_made_from(county):
    made = keep(county)
    assert (made.number, made.is_new, made.folder.name) == (1, True, "v1")
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) >= {
        "report/results.json",
        "report/中期评估报告.docx",
        f"inputs/data/raw/{COUNTY}/observations.csv",
        f"inputs/params/plan/{PLAN}/health.yaml",
        "inputs/params/calibration/forecast.yaml",
        "inputs/notebooks/01_health.ipynb",
        "inputs/requirements.lock",
    }
    kept = {name for name in manifest["files"] if name.startswith("report/")}
    assert kept == {"report/results.json", "report/中期评估报告.docx"}
    assert manifest["parameters"] == {"year": YEAR, "region": COUNTY, "plan": PLAN}
    assert manifest["software"]["halfsky"]
    assert releases(made.folder.parents[1]) == [made.folder]
    assert made.fingerprint in str(made)


def test_its_files_are_read_only(county):
    files = [path for path in keep(county).folder.rglob("*") if path.is_file()]
    assert not any(path.stat().st_mode & stat.S_IWUSR for path in files)


def test_no_change_makes_no_new_version_and_says_so(county):
    first = keep(county)
    again = keep(county)
    assert (again.number, again.is_new, again.folder) == (1, False, first.folder)
    assert "不另出新版" in str(again)
    assert [path.name for path in (first.folder.parent).iterdir()] == ["v1"]


def test_a_changed_figure_makes_the_next_version_with_the_list_of_changes(county):
    first = keep(county)
    before = (first.folder / "manifest.json").read_bytes()
    file_figures(county, screened=68.5)
    second = keep(
        county, {**with_target(value=68.5, rule="68.5%", status="未达标"), "warnings": [WARNING]}
    )
    assert (second.number, second.changed) == (2, 3)
    with (second.folder / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    assert rows == [
        ("health-2", "health-2-1", "value", "70.0", "68.5"),
        ("health-2", "health-2-1", "status", "达标", "未达标"),
        ("health-2", "health-2-1", "warning", "", "黄色 异常"),
    ]
    rendered = (second.folder / "变更说明.md").read_text(encoding="utf-8")
    assert "| 健康2 | 宫颈癌筛查率 | 现值 | 70 | 68.5 |" in rendered
    assert f"修改 `data/raw/{COUNTY}/observations.csv`" in rendered
    assert (first.folder / "manifest.json").read_bytes() == before


def test_changed_inputs_without_a_changed_figure_are_a_version_too(county):
    keep(county)
    (county / "requirements.lock").write_text("pandas==3.0.1\n", encoding="utf-8")
    second = keep(county)
    assert (second.number, second.changed) == (2, 0)
    rendered = (second.folder / "变更说明.md").read_text(encoding="utf-8")
    assert "数字和结论没有变化" in rendered
    assert "requirements.lock" in rendered


def test_a_failure_leaves_what_was_there(county, monkeypatch):
    first = keep(county)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(releasing.os, "rename", full)
    with pytest.raises(OSError, match="No space"):
        keep(county, with_target(value=1.0))
    assert [path.name for path in first.folder.parent.iterdir()] == ["v1"]


def test_a_text_that_looks_like_a_formula_stays_text(county):
    keep(county)
    second = keep(county, with_target(clause="=1+1"))
    assert "'=1+1" in (second.folder / "changes.csv").read_text(encoding="utf-8")


def test_last_digits_and_sentences_are_no_changes(county):
    keep(county)
    assert not keep(county, with_target(value=70.0005, rule="其他话")).is_new


@pytest.mark.parametrize("word", ["draft", "送审稿"])
def test_a_state_can_be_typed_in_ascii(word):
    assert state_of(word) == "送审稿"


def test_an_unknown_state_names_the_known_ones():
    with pytest.raises(ParameterError, match="审定稿"):
        state_of("定稿")


@pytest.mark.parametrize(
    ("region", "options", "says"),
    [
        ("jiutai", {"state": "final", "public": True}, "公开版不另定"),
        ("jiutai", {"state": "final", "domains": ["law"]}, "整份报告"),
        ("CN", {"state": "final"}, "参照地区"),
    ],
)
def test_what_cannot_be_released_is_refused_before_anything_runs(
    tmp_path, monkeypatch, region, options, says
):
    monkeypatch.setenv("HALFSKY_DATA", str(ROOT / "data"))
    monkeypatch.setenv("HALFSKY_REPORTS", str(tmp_path / "reports"))
    with pytest.raises(ParameterError, match=says):
        run_year(2025, [region], plan="jiutai_2021_2030", **options)
    assert not (tmp_path / "reports").exists()


def test_from_release_to_verdict_to_public_edition(county):
    """The whole way, with two notebooks: each page says what it is, none overwrites another."""
    shorten(county / "notebooks")
    folder = county / "reports" / COUNTY / str(YEAR)
    plan, region = load_plan(PLAN), load_region(COUNTY)
    files = inputs(plan, region, [page.notebook for page in pages(plan)])

    done = run_year(YEAR, [COUNTY], plan=PLAN, state="final")
    assert done.ok, done.message()
    assert not is_released(county / "elsewhere", files)
    assert is_released(folder, files)
    health = (folder / "01_health.html").read_text(encoding="utf-8")
    assert "<dd>审定稿</dd>" in health
    assert "请勿引用" not in health
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert (results["state"], results["public"]) == ("审定稿", False)
    portal = (county / "reports" / "index.html").read_text(encoding="utf-8")
    assert f'href="{COUNTY}/{YEAR}/releases/v1/report/index.html"' in portal
    assert 'href="releases/v1/report/index.html"' in _read(folder / "index.html")
    # A release is filed elsewhere, without what lay around it.
    index = _read(folder / "releases" / "v1" / "report" / "index.html")
    assert "../" not in index
    assert "releases/" not in index
    assert _dead_links(folder / "releases" / "v1" / "report") == set()

    # A third party has the release alone: the figures in data/raw have moved on.
    file_figures(county, screened=50)
    verdict = verify(done.releases[COUNTY].folder)
    assert verdict.ok, str(verdict)
    assert "全部数字和结论相同" in str(verdict)
    assert "重新生成的2份Word文件与随稿逐字节相同" in str(verdict)
    assert not is_released(folder, files)
    file_figures(county)
    assert is_released(folder, files)

    public = run_year(YEAR, [COUNTY], plan=PLAN, public=True)
    assert public.ok, public.message()
    assert (folder / "01_health.html").read_text(encoding="utf-8") == health
    words = {p.name: _words(p) for p in (folder / "public").iterdir() if p.suffix == ".docx"}
    assert set(words) == {"中期监测报告（公开版）.docx", "中期评估报告（公开版）.docx"}
    assert all("（审定稿，公开版）" in text for text in words.values())
    assert not (folder / "public" / "run.log").exists()
    shown = {
        path.name: path.read_text(encoding="utf-8")
        for path in (folder / "public").iterdir()
        if path.suffix in (".html", ".json", ".ipynb")
    }
    assert set(shown) == {
        *("00_overview.html", "00_overview.ipynb", "01_health.html", "01_health.ipynb"),
        *("index.html", "results.json"),
    }
    # 7 deaths among 15,000 births in five years; 1 among 2,900 in 2026: neither stands anywhere.
    rendered = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    hidden = rendered["goals"][0]["targets"][0]
    assert f"{hidden['value']:.1f}/10万" in health
    assert f"{hidden['value']:.1f}/10万" in _words(folder / "中期监测报告.docx")
    shown |= words
    for name, text in shown.items():
        assert f"{hidden['value']:.1f}/10万" not in text, name
    said = json.loads(shown["results.json"])
    suppressed = sum(1 for n in DEATHS.values() if 1 <= n <= 4)
    assert (said["state"], said["public"], said["withheld"]) == ("审定稿", True, suppressed)
    assert f"{suppressed}个数字按规定不公开" in shown["01_health.html"]
    assert "公开版：过小的人数" in shown["01_health.html"]
    assert "公开版" not in health
    assert _dead_links(folder / "public") == set()
    sheet = openpyxl.load_workbook(folder / "public" / "01_health.xlsx")["指标数据"]
    cells = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert any(text.startswith("公开版：") for text in cells)
    assert not {str(hidden["value"]), str(hidden["baseline"])} & cells


def _read(path):
    return path.read_text(encoding="utf-8")


def _words(path):
    body = docx.Document(str(path)).element.body
    return "\n".join(t.text or "" for t in body.iter(qn("w:t")))


def _dead_links(folder):
    """Links of a folder's pages that lead out of it or nowhere."""
    return {
        (page.name, link)
        for page in folder.glob("*.html")
        for link in re.findall(r'href="([^"#]+)"', _read(page))
        if ".." in link or not (folder / unquote(link)).is_file()
    }


def test_a_notebook_that_ignores_public_is_not_published(county, monkeypatch):
    """It would print every small count under the name of a public edition."""

    def ran(requested, temporary, *_):
        output = nbformat.v4.new_output("display_data", {MIME: {"public": False}})
        cell = nbformat.v4.new_code_cell(outputs=[output])
        path = temporary / f"{requested[0].stem}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
        return {requested[0].stem: Outcome(requested[0].stem, path, 1.0)}

    monkeypatch.setattr(build, "_execute_all", ran)
    done = run_year(YEAR, [COUNTY], plan=PLAN, domains=["health"], public=True)
    assert [outcome.stem for _, outcome in done.failed] == ["01_health"]
    assert "public" in done.message()
    assert os.listdir(county / "reports" / COUNTY / str(YEAR) / "public") == []


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_clean_keeps_releases(tmp_path):
    for name in ("2025/index.html", "2025/public/index.html", "2025/releases/v1/manifest.json"):
        path = tmp_path / "reports" / "jiutai" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    left = [p.relative_to(tmp_path / "reports") for p in (tmp_path / "reports").rglob("*.*")]
    assert [path.as_posix() for path in left] == ["jiutai/2025/releases/v1/manifest.json"]
