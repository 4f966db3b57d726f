"""The tutorial's commands, run in its order, do what it says; both languages have the same."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from openpyxl.styles import PatternFill

from test_docs import ROOT

CHINESE = ROOT / "docs" / "tutorial.md"
ENGLISH = ROOT / "docs" / "tutorial.en.md"
REGION = Path("practice/reports/jiutai/2025")

Cell = tuple[str, str, int, str, str]  # department, indicator, year, column, entry


def blocks(path: Path) -> list[tuple[str, str]]:
    """A tutorial's parts in order: (sh, commands), (text, output), (cells, table rows)."""
    found = re.findall(
        r"```(sh|text)\n(.*?)```|^\|[^\n]*\|\n\|(?:---\|){5}\n((?:\|[^\n]*\|\n)+)",
        path.read_text(encoding="utf-8"),
        flags=re.DOTALL | re.MULTILINE,
    )
    return [(kind or "cells", (text or rows).strip()) for kind, text, rows in found]


def cells(table: str) -> list[Cell]:
    """What a table tells a department to enter."""
    rows = ([c.strip() for c in line.strip("|").split("|")] for line in table.splitlines())
    return [(who, what, int(year), column, entry) for who, what, year, column, entry in rows]


def fill(form: Path, entries: list[Cell]) -> None:
    """Enter cells as a department does in WPS: by the printed words, in yellow cells only."""
    book = openpyxl.load_workbook(form)
    head, *lines = book["观测值"].iter_rows()
    place = {str(cell.value): n for n, cell in enumerate(head)}
    for who, what, year, column, entry in entries:
        (line,) = [
            line
            for line in lines
            if [line[place[c]].value for c in ("责任部门", "指标名称", "年份")] == [who, what, year]
        ]
        cell = line[place[column]]
        assert cell.fill.fgColor.rgb == "00FFF9E5", f"{cell.coordinate} is not yellow"
        cell.value = float(entry) if column == "数值" else entry
    book.save(form)


def goal(folder: Path, name: str = "environment-7") -> dict[str, Any]:
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    (found,) = [goal for goal in results["goals"] if goal["id"] == name]
    return {**found, "rates": results["rates"], "state": results["state"]}


def test_both_languages_ask_for_the_same() -> None:
    assert blocks(CHINESE) == blocks(ENGLISH)
    # what is named, quoted or filled in is the same too
    paths = [re.findall(r"`(practice[^`]*)`", p.read_text("utf-8")) for p in (CHINESE, ENGLISH)]
    assert paths[0] == paths[1]


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        pytest.param(("甲局", "某率", 2025, "单位", "人"), AssertionError, id="a white cell"),
        pytest.param(("乙局", "某率", 2025, "数值", "1"), ValueError, id="another's row"),
    ],
)
def test_departments_fill_yellow_cells_of_their_own(
    tmp_path: Path, entry: Cell, error: type[Exception]
) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet("观测值")
    sheet.append(["责任部门", "指标名称", "年份", "数值", "单位"])
    sheet.append(["甲局", "某率", 2025, None, "%"])
    sheet["D2"].fill = PatternFill("solid", fgColor="FFF9E5")
    form = tmp_path / "form.xlsx"
    book.save(form)
    with pytest.raises(error):
        fill(form, [entry])
    fill(form, cells("| 甲局 | 某率 | 2025 | 数值 | 9.5 |"))
    assert openpyxl.load_workbook(form)["观测值"]["D2"].value == 9.5


def to_pdf(word: Path, folder: Path) -> str:
    """The text of a Word file as LibreOffice prints it."""
    if shutil.which("soffice") is None:
        pytest.fail("LibreOffice is not installed: make test-all needs it")
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, word],
        check=True,
        capture_output=True,
        timeout=240,
    )
    pdf = folder / f"{word.stem}.pdf"
    done = subprocess.run(
        ["pdftotext", str(pdf), "-"], check=True, capture_output=True, encoding="utf-8"
    )
    return re.sub(r"\s", "", done.stdout)


@pytest.mark.tools
def test_the_tutorial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "lib")}
    text = CHINESE.read_text(encoding="utf-8")
    said = ""
    done: list[str] = []
    for kind, part in blocks(CHINESE):
        if kind == "cells":
            fill(Path("practice/填报表_九台区_2025.xlsx"), cells(part))
            continue
        if kind == "text":
            assert part in said, f"{done[-1]}: {part!r} not in {said}"
            continue
        (words,) = [shlex.split(line) for line in part.splitlines()]
        if words[0] == "export":
            environment |= dict(word.split("=") for word in words[1:])
            continue
        assert words[0] == "halfsky"
        ran = subprocess.run(
            [sys.executable, "-m", "halfsky.cli", *words[1:]],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            timeout=900,
        )
        said = ran.stdout + ran.stderr
        done.append(" ".join(words[1:]))
        assert ran.returncode == 0, f"{part}\n{said}"
        if done[-1] == "run 2025 --region jiutai":
            a_draft_that_is_short(text, tmp_path)
        if words[1] == "brief":
            names = {path.name for path in (REGION / "briefs").iterdir()}
            assert {"区政府简报.docx", "各部门一览.xlsx"} <= names
            (sheet,) = (REGION / "briefs").glob("[0-9][0-9]_区水务局.docx")
            rendered = docx.Document(str(sheet)).tables[0]
            assert "92.1%" in "".join(cell.text for row in rendered.rows for cell in row.cells)
    assert [line.split()[0] for line in done] == [
        *("template", "ingest", "run", "brief", "ingest", "run", "verify", "run")
    ]
    a_final_report_that_is_met(text)
    the_public_edition()


def a_draft_that_is_short(text: str, tmp_path: Path) -> None:
    """Step 5: one goal not met, 76 not reported, pages and Word files that say so."""
    found = goal(REGION)
    assert (found["status"], found["state"]) == ("未达标", "送审稿")
    assert (found["rates"]["unmet"], found["rates"]["missing"]) == (1, 76)
    assert "1格未达标，76格未填报" in text
    clauses = {target["id"]: target for target in found["targets"]}
    assert found["weakest"] == "environment-7-1"
    assert clauses["environment-7-2"]["status"] == "达标"
    assert clauses["environment-7-1"]["p_met"] is None
    rule = clauses["environment-7-1"]["rule"]
    assert f"“{rule}”" in text
    assert rule in (REGION / "07_environment.html").read_text(encoding="utf-8")
    assert "jiutai/2025/" in Path("practice/reports/index.html").read_text(encoding="utf-8")
    for name in ("中期监测报告.docx", "中期评估报告.docx"):
        assert f"`{name}`" in text
    printed = to_pdf(REGION / "中期评估报告.docx", tmp_path)
    assert "送审稿" in printed
    assert "92.1%" in printed


def a_final_report_that_is_met(text: str) -> None:
    """Steps 7 and 8: the correction is kept beside the first return and decides the goal."""
    assert len(list(Path("practice/data/raw/jiutai/returns").iterdir())) == 2
    release = REGION / "releases" / "v1"
    found = goal(release / "report")
    assert (found["status"], found["state"]) == ("达标", "审定稿")
    assert f"“{found['targets'][0]['rule']}”" in text
    files = [path for path in release.rglob("*") if path.is_file()]
    assert [path for path in files if path.stat().st_mode & stat.S_IWUSR] == []
    names = {path.name for path in files}
    assert {"manifest.json", "中期评估报告.docx", "0002_填报表_九台区_2025.xlsx"} <= names
    assert not (REGION / "releases" / "v2").exists()


def the_public_edition() -> None:
    """Step 10: of shares alone nothing is left out, and the edition is as final as the report."""
    found = goal(REGION / "public")
    assert (found["status"], found["state"]) == ("达标", "审定稿")
