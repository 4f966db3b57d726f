"""A page's tables as a workbook: numbers with their formats, words instead of keys."""

from __future__ import annotations

from pathlib import Path

import nbformat
import openpyxl
import pytest

from halfsky.plan import load_plan, load_region
from halfsky.report.blocks import MIME, MISSING, Blocks, Column, Note, amount, table, words
from halfsky.report.render.jupyter import bundles
from halfsky.report.render.results_json import results
from halfsky.run.workbooks import write_workbook
from small_view import small_view

TABLE = table(
    "某表（2025年）",
    [Column("指标"), Column("值", is_number=True)],
    [[words("某率"), amount(95.9, "%")]],
    note="来源：某局。不宜据以评比。",
)


def executed(*blocks: object) -> nbformat.NotebookNode:
    """A notebook of one cell that has shown some blocks."""
    outputs = [
        nbformat.v4.new_output("display_data", data, metadata=metadata)
        for data, metadata in bundles(Blocks(*blocks))
    ]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=outputs)])


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    view = small_view()
    path: Path = tmp_path_factory.mktemp("book") / "a.xlsx"
    write_workbook(
        path, "题", executed(Note("没有图。"), TABLE), results(view), view.plan, view.region
    )
    return openpyxl.load_workbook(path)


def test_the_figures_are_in_words_and_in_the_decimals_of_their_indicator(
    book: openpyxl.Workbook,
) -> None:
    sheet = book["指标数据"]
    titles, first, deaths, *_ = sheet.iter_rows()
    row = {t.value: c for t, c in zip(titles, first, strict=True)}
    assert row["目标"].value == "事项1"
    assert row["要求"].value == "不低于"
    assert {t.value: c.value for t, c in zip(titles, deaths, strict=True)}["要求"] == "不高于"
    # 2025年: 80 + 2025 % 3 + 0.5 × 10 = 85.0
    assert (row["现值"].value, row["现值"].number_format) == (85, "0.0")
    assert row["时间进度"].number_format == "0%"
    # No probability is printed as 0% or 100%.
    assert row["达到目标值的概率"].number_format == '[>0.99]"99%以上";[<0.01]"不到1%";0%'
    assert row["时间进度"].value == 0.5  # 2020—2030年, half gone
    assert sheet.freeze_panes == "C2"


def test_a_table_keeps_its_source_and_caveats(book: openpyxl.Workbook) -> None:
    cells = [row[0] for row in book["某表"].iter_rows(values_only=True)]
    assert cells == ["指标", "某率", None, "某表（2025年）", "来源：某局。不宜据以评比。"]
    assert book["某表"]["B2"].value == 0.959
    assert book["某表"]["B2"].number_format == "0.0%"


def test_every_table_of_a_page_is_a_sheet_and_no_cell_a_formula(tmp_path: Path) -> None:
    shown = table(
        "同名[1]",
        [Column("名"), Column("值", is_number=True)],
        [[words("=HYPERLINK(1)"), amount(95.9, "%")], [words("@SUM"), MISSING]],
    )
    notebook = executed(shown, shown)
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


def test_an_output_that_holds_no_blocks_is_refused(tmp_path: Path) -> None:
    output = nbformat.v4.new_output("display_data", {MIME: [{"kind": "script"}]})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x", outputs=[output])])
    with pytest.raises(ValueError, match="script"):
        write_workbook(tmp_path / "a.xlsx", "页", notebook, None, load_plan(), load_region("demo"))
