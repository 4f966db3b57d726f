"""Which documents a phase asks for; a failed one is named and destroys nothing."""

from __future__ import annotations

import docx
import nbformat
import openpyxl
import pytest

from halfsky.data.workbook import Shown
from halfsky.plan import load_plan, load_region
from halfsky.run import documents
from halfsky.run.build import RunReport
from halfsky.run.workbooks import typed, write_workbook


@pytest.mark.parametrize(
    ("region", "year", "names"),
    [
        ("jiutai", 2024, ["年度监测报告.docx"]),
        ("jiutai", 2025, ["中期监测报告.docx", "中期评估报告.docx"]),
        ("jiutai", 2030, ["终期监测报告.docx", "终期评估报告.docx"]),
        ("demo", 2025, ["中期监测报告.docx", "中期评估报告.docx"]),
        ("CN", 2025, []),
    ],
)
def test_what_is_due(region: str, year: int, names: list[str]) -> None:
    assert list(documents.due(load_plan(), load_region(region), year)) == names


def test_a_failed_document_is_named_and_the_other_is_made(tmp_path, monkeypatch) -> None:
    def fails(view: object, state: str) -> None:
        raise ZeroDivisionError("x")

    (tmp_path / "中期评估报告.docx").write_bytes(b"last year's")
    monkeypatch.setattr(documents, "evaluation_report", fails)
    plan, region = load_plan(), load_region("jiutai")
    found = dict(documents.build(plan, region, 2025, tmp_path, state="送审稿"))
    assert found == {"中期监测报告.docx": "", "中期评估报告.docx": "ZeroDivisionError: x"}
    assert (tmp_path / "中期评估报告.docx").read_bytes() == b"last year's"
    made = docx.Document(str(tmp_path / "中期监测报告.docx"))
    assert made.paragraphs[0].text == "（送审稿）"
    assert len(list(tmp_path.iterdir())) == 2, "no temporary file stays"
    report = RunReport(
        2025, failed_documents=[("jiutai", "中期评估报告.docx", "ZeroDivisionError: x")]
    )
    assert not report.ok
    assert "jiutai 中期评估报告.docx：没有生成：ZeroDivisionError: x" in report.message()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("95.9%", Shown(0.959, "0.0%"), id="a share is a number: 95.9/100"),
        pytest.param("−1.25", Shown(-1.25, "0.00"), id="a typographic minus"),
        pytest.param("12", Shown(12, "0"), id="a count"),
        pytest.param("14.3/10万", "14.3/10万", id="a unit stays with its figure"),
        pytest.param("=1+1", "=1+1", id="a formula is text"),
        pytest.param("2024年", "2024年", id="a year is text"),
        pytest.param("", None, id="a gap is no zero"),
    ],
)
def test_cells_of_a_workbook(text: str, expected: object) -> None:
    assert typed(text) == expected


def test_every_table_of_a_page_is_a_sheet_and_no_cell_a_formula(tmp_path) -> None:
    html = (
        "<table><caption>同名[1]</caption><thead><tr><th>名</th><th>值</th></tr></thead><tbody>"
        "<tr><td>=HYPERLINK(1)</td><td>95.9%</td></tr><tr><td>@SUM</td><td></td></tr></tbody></table>"
    )
    shown = nbformat.v4.new_output("execute_result", {"text/html": html + html})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[shown])])
    path = tmp_path / "page.xlsx"
    write_workbook(path, "页", notebook, None, load_plan(), load_region("demo"))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["同名 1", "同名 1 2"]
    sheet = book.worksheets[0]
    assert [sheet.cell(2, 1).data_type, sheet.cell(3, 1).data_type] == ["s", "s"]
    assert (sheet.cell(2, 2).value, sheet.cell(2, 2).number_format) == (0.959, "0.0%")
    assert sheet.cell(3, 2).value is None
    assert sheet.cell(5, 1).value == "合成数据：仅用于演示，不代表任何真实地区"
    first = path.read_bytes()
    write_workbook(path, "页", notebook, None, load_plan(), load_region("demo"))
    assert path.read_bytes() == first
