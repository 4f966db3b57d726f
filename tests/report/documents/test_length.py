"""A district that reports everything: its reports are short enough to be filed and read."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from halfsky.demo import District
from halfsky.evaluate.assessment import Assessment
from halfsky.plan.vintage import as_known
from halfsky.plan.vocabulary import Severity, Status
from halfsky.report.blocks import Table
from halfsky.report.documents.brief import department_sheets, government_brief, overview_tables
from halfsky.report.documents.document import Document
from halfsky.report.documents.evaluation import evaluation_report
from halfsky.report.documents.monitoring import monitoring_report
from halfsky.report.fonts import font_file
from halfsky.report.render.word import to_docx
from halfsky.report.sections.findings import causes
from halfsky.report.sections.goals import goals_in_question, in_question
from halfsky.report.view import FILING, View

FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{folder}</dir><cachedir>{cache}</cachedir></fontconfig>"""
# Pages: what an office files; both sides of one sheet.
MOST = {"evaluation": 45, "monitoring": 45, "brief": 2}
SHEET = 2
SAME = "同上"  # the measures of the goal of the row above


@pytest.fixture(scope="module")
def view(demo_2025: tuple[District, Assessment]) -> View:
    made, found = demo_2025
    return View(found, as_known(made.observations, 2025), {"demo": "合成示范区"})


def tables(document: Document) -> list[Table]:
    return [b for section in document.sections for b in section.blocks if isinstance(b, Table)]


def workbook(view: View, caption: str) -> Table:
    """A table of the workbook that goes with the sheets."""
    (found,) = (table for table in overview_tables(view) if table.caption == caption)
    return found


def test_every_warning_of_a_department_is_in_its_workbook(view: View) -> None:
    shown = workbook(view, "预警").df
    warned = view.df.warnings[view.df.warnings["severity"] != Severity.NOTE]
    assert len(shown) == len(warned)
    assert set(shown["部门（建议）"]) == set(warned["department"])


def test_a_sheet_says_how_many_lines_it_leaves_out(view: View) -> None:
    shown = workbook(view, "预警").df
    (sheet,) = (s for name, s in department_sheets(view) if name == "区卫生健康局")
    (table,) = (t for t in tables(sheet) if t.caption.startswith("预警"))
    n = int((shown["部门（建议）"] == "区卫生健康局").sum())
    assert n > len(table.rows) == 6
    assert table.note.startswith(f"共{n}项，以上列出最要紧的6项，其余见各部门一览.xlsx。")


def test_what_is_called_right_but_slow_is_better_than_the_baseline(view: View) -> None:
    lines = causes(view).text.split("\n")
    targets = {row["name"]: row for _, row in view.df.targets.iterrows()}
    for start, is_better in (
        ("方向正确但速度不够", True),
        ("现值不好于基期", False),
    ):
        (line,) = (one for one in lines if one.startswith(start))
        named = [name for name in targets if re.search(f"[：、；]{re.escape(name)}[（、。]", line)]
        assert named
        for name in named:
            row = targets[name]
            gained = (row["value"] - row["baseline"]) * (1 if row["comparator"] == ">=" else -1)
            assert (gained > 0) is is_better, name
    (few,) = (one for one in lines if one.startswith("例数太少"))
    assert "妇女抑郁症患病率" not in few, "318 of 4006 asked are not few: its rise is not clear"


def test_what_each_goal_costs_is_told_once(view: View) -> None:
    (table,) = (t for t in tables(evaluation_report(view)) if t.caption.startswith("分部门对策"))
    asked = table.df["规划措施及进展"]
    assert (asked == SAME).any()
    before = asked.shift().where(asked == SAME)
    assert before.dropna().size, "it refers to a row above"
    assert asked.iloc[0] != SAME
    named = view.df.targets.set_index("name")["status"]
    grave = view.assessment.countermeasures
    grave = grave[(grave["status"] == Status.UNMET) | (grave["severity"] == Severity.RED)]
    grave = grave[~grave["action"].isin(FILING)]
    assert len(table.rows) == len(grave) < len(named)


def test_no_unmet_target_or_goal_is_left_out_of_the_report(view: View) -> None:
    document = evaluation_report(view)
    unmet = view.df.targets[view.df.targets["status"] == Status.UNMET]
    rendered = "\n".join(cell for table in tables(document) for row in table.texts for cell in row)
    assert set(unmet["target"]) <= {target.target for target in in_question(view)}
    assert [name for name in unmet["name"] if name not in rendered] == []
    goals = view.df.goals.loc[view.df.goals["status"] == Status.UNMET, "goal"]
    assert set(goals) <= goals_in_question(view) < set(view.df.goals["goal"])


@pytest.mark.tools
def test_reports_and_sheets_are_short(view: View, tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.fail("LibreOffice is not installed: make test-all needs it")
    made = {
        "evaluation": evaluation_report(view),
        "monitoring": monitoring_report(view),
        "brief": government_brief(view),
    } | dict(department_sheets(view))
    for name, document in made.items():
        (tmp_path / f"{name}.docx").write_bytes(to_docx(document))
    fonts = tmp_path / "fonts.conf"
    folder, cache = font_file().parent, tmp_path / "cache"
    fonts.write_text(FONTS.format(folder=folder, cache=cache), encoding="utf-8")
    environment = {"FONTCONFIG_FILE": str(fonts), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run(
        [soffice, "--headless", "--convert-to", "pdf", *(f"{name}.docx" for name in made)],
        cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=900,
    )  # fmt: skip
    pages = {}
    for name, document in made.items():
        rendered = subprocess.run(
            ["pdftotext", "-layout", f"{name}.pdf", "-"],
            cwd=tmp_path, check=True, capture_output=True, timeout=60,
        ).stdout.decode()  # fmt: skip
        pages[name] = rendered.count("\f")
        bare = [re.sub(r"\s", "", page) for page in rendered.split("\f")]
        for table in tables(document):
            caption = re.sub(r"\s", "", table.caption)
            assert any(caption in page for page in bare), f"{name}: {caption}"
    assert {n: p for n, p in pages.items() if p > MOST.get(n, SHEET)} == {}
