"""Another county of two goals, whose whole report is two notebooks: seconds instead of a minute."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from conftest import ROOT
from halfsky.plan import load_plan, load_region
from halfsky.run.pages import pages
from halfsky.run.release import Release, inputs, release

YEAR, COUNTY, PLAN = 2026, "qinghe", "qinghe_2022_2030"
DEATHS = {2021: 3, 2022: 0, 2023: 2, 2024: 1, 2025: 0, 2026: 1}
BIRTHS = {year: 3100 - 40 * (year - 2021) for year in DEATHS}
_HEAD = (
    "indicator_id,region,year,sex,area,value,numerator,denominator,unit,value_type,"
    "source_title,publisher"
)
_SOURCE = "reported,妇幼卫生年报,县卫生健康局"


def settle(place: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its params, figures and notebooks below `place`, where halfsky then looks for them."""
    params = place / "params"
    shutil.copytree(ROOT / "tests" / "plan" / "small_county", params)
    for shared in ("units.yaml", "thresholds.yaml"):
        shutil.copy(ROOT / "params" / shared, params / shared)
    shutil.copytree(ROOT / "params" / "calibration", params / "calibration")
    notebooks = place / "notebooks"
    notebooks.mkdir()
    for stem in ("00_overview", "01_health"):
        shutil.copy(ROOT / "notebooks" / f"{stem}.ipynb", notebooks)
    (place / "requirements.lock").write_text("pandas==3.0.0\n", encoding="utf-8")
    file_figures(place)
    monkeypatch.setenv("HALFSKY_PARAMS", str(params))
    monkeypatch.setenv("HALFSKY_DATA", str(place / "data"))
    monkeypatch.setenv("HALFSKY_REPORTS", str(place / "reports"))
    for module in ("pages", "release"):
        monkeypatch.setattr(f"halfsky.run.{module}.notebooks_dir", lambda: notebooks)
    return place


def file_figures(place: Path, screened: float = 70, deaths: dict[int, int] = DEATHS) -> Path:
    """Its one file of figures; screened: the rate of 2026, in percent."""
    rows = [
        f"screening,{COUNTY},{year},female,total,{60 + 2 * (year - 2021)},,,%,{_SOURCE}"
        for year in range(2021, YEAR)
    ]
    rows.append(f"screening,{COUNTY},{YEAR},female,total,{screened},,,%,{_SOURCE}")
    for year, n in deaths.items():
        rate = round(100_000 * n / BIRTHS[year], 1)
        counts = f"{rate},{n},{BIRTHS[year]}"
        rows.append(f"maternal_mortality,{COUNTY},{year},total,total,{counts},1/10万,{_SOURCE}")
    path = place / "data" / "raw" / COUNTY / "observations.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([_HEAD, *rows]) + "\n", encoding="utf-8")
    return path


def shorten(notebooks: Path) -> None:
    """Leave of each notebook its parameters, its first results and its record: they run faster."""
    for path in notebooks.glob("*.ipynb"):
        book = nbformat.read(path, as_version=4)
        book.cells = [*book.cells[:5], book.cells[-1]]
        nbformat.write(book, path)


# What a report of it says, made up: no notebook has to run.
TARGET = {
    "id": "health-2-1",
    "clause": "宫颈癌筛查率逐步提高",
    "rule": "70%",
    "rule_id": "met",
    "value": 70.0,
    "value_year": 2026,
    "baseline": 60.0,
    "p_met": None,
    "status": "达标",
}
GOAL = {
    "id": "health-2",
    "status": "未填报",
    "outlook": "无法预测",
    "data": "缺项",
    "p": None,
    "weakest": "health-2-2",
    "targets": [TARGET],
}
RESULTS = {"goals": [GOAL], "warnings": []}
WARNING = {
    "goal": "health-2",
    "target": "health-2-1",
    "family": "异常",
    "severity": "黄色",
    "rule_id": "outside_interval",
}


def keep(county: Path, results: dict[str, Any] = RESULTS, word: bytes = b"PK") -> Release:
    """Release a report that holds these results and a Word file."""
    plan, region = load_plan(PLAN), load_region(COUNTY)
    folder = county / "reports" / COUNTY / str(YEAR)
    (folder / "public").mkdir(parents=True, exist_ok=True)
    (folder / "public" / "results.json").write_text("{}", encoding="utf-8")
    (folder / "run.log").write_text("x", encoding="utf-8")
    (folder / "中期评估报告.docx").write_bytes(word)
    (folder / "briefs").mkdir(exist_ok=True)
    (folder / "briefs" / "区政府简报.docx").write_bytes(b"PK")
    (folder / ".run.killed").mkdir(exist_ok=True)
    (folder / ".run.killed" / "evaluated.pickle").write_bytes(b"x")
    text = json.dumps(results, ensure_ascii=False)
    (folder / "results.json").write_text(text, encoding="utf-8")
    files = inputs(plan, region, [page.notebook for page in pages(plan)])
    parameters = {"year": YEAR, "region": COUNTY, "plan": PLAN}
    return release(folder, plan, region, parameters, files)


def with_target(**changes: Any) -> dict[str, Any]:
    """Those results with one target's fields changed."""
    return {**RESULTS, "goals": [{**GOAL, "targets": [{**TARGET, **changes}]}]}
