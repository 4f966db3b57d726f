"""Any frame as a workbook that reads well."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd

from halfsky.data.workbook import (
    CONTENTS,
    Sheet,
    height_of,
    width_of,
    write_table,
    write_tables,
)


def test_cells_keep_their_kind(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "编号": ["health-1", "=1+1", None],
            "值": [12.5, float("nan"), 0.0],
            "年": pd.array([2025, None, 2020], dtype="Int64"),
            "列": [("a", "b"), None, ""],
        }
    )
    write_table(frame, tmp_path / "a.xlsx", "监测方案：表/一")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["监测方案：表 一"]
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert rows == [
        ("编号", "值", "年", "列"),
        ("health-1", 12.5, 2025, "('a', 'b')"),
        ("=1+1", None, None, None),
        (None, 0, 2020, None),
    ]
    assert book.worksheets[0]["A3"].data_type == "s"
    assert book.worksheets[0].freeze_panes == "B2"


def test_empty_frame(tmp_path: Path) -> None:
    write_table(pd.DataFrame(columns=["编号", "值"]), tmp_path / "a.xlsx", "空表")
    rows = list(openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows(values_only=True))
    assert rows == [("编号", "值")]


def test_same_frame_same_bytes(tmp_path: Path) -> None:
    frame = pd.DataFrame({"值": [1, 2]})
    write_table(frame, tmp_path / "a.xlsx", "表")
    first = (tmp_path / "a.xlsx").read_bytes()
    write_table(frame, tmp_path / "a.xlsx", "表")
    assert (tmp_path / "a.xlsx").read_bytes() == first


def test_rows_are_high_enough_for_their_text() -> None:
    assert width_of("健康ab") == 6
    assert height_of([("短", 20.0)]) == 19
    # 60 characters of two cells in 40 wide: 120 / 38, four lines.
    assert height_of([("长" * 60, 40.0)]) == 64


def test_rows_are_high_enough_for_each_of_the_lines_of_a_cell() -> None:
    # 某率 and 健康2 are two lines; 30 characters of two cells in 20 wide: 60 / 18, four more.
    assert height_of([("某率\n健康2", 20.0)]) == 15 * 2 + 4
    assert height_of([("某率\n" + "长" * 30, 20.0)]) == 15 * (1 + 4) + 4


def book_of(tmp_path: Path, *sheets: Sheet) -> openpyxl.Workbook:
    write_tables(sheets, tmp_path / "a.xlsx", "某区2025年：R&D")
    return openpyxl.load_workbook(tmp_path / "a.xlsx")


def test_a_sheet_is_named_without_its_brackets_which_stand_below_it(tmp_path: Path) -> None:
    caption = "机制类目标的佐证评定（已提交35项，共37项；列出未达标或评级不一致的）"
    frame = pd.DataFrame({"甲": [1]})
    book = book_of(tmp_path, Sheet(caption, frame, ("来源：某局。\n口径有变。", "合成数据")))
    assert book.sheetnames == ["机制类目标的佐证评定"]
    first = [row[0] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert first == ["甲", 1, None, caption, "来源：某局。", "口径有变。", "合成数据"]


def test_the_footer_says_whose_the_workbook_is_and_the_name_of_the_sheet_once(
    tmp_path: Path,
) -> None:
    footer = book_of(tmp_path, Sheet("表", pd.DataFrame({"甲": [1]}))).worksheets[0].oddFooter
    assert (footer.left.text, footer.center.text) == ("某区2025年：R&&D", "&A")


def test_many_sheets_begin_with_a_list_that_leads_to_each(tmp_path: Path) -> None:
    frame = pd.DataFrame({"甲": [1, 2]})
    few = book_of(tmp_path, *(Sheet(f"表{n}", frame) for n in range(6)))
    assert CONTENTS not in few.sheetnames
    book = book_of(tmp_path, *(Sheet(f"表（{n}）", frame) for n in range(7)))
    assert book.sheetnames == [CONTENTS, "表", *(f"表 {n}" for n in range(2, 8))]
    listed = book[CONTENTS]
    assert [c.value for c in listed[3]] == ["表 2", "表（1）", 2]
    assert listed["A3"].hyperlink.location == "'表 2'!A1"


def test_a_very_wide_sheet_is_two_pages_wide_and_repeats_its_names(tmp_path: Path) -> None:
    wide = pd.DataFrame({f"列{n}": ["长" * 30] for n in range(8)})
    sheet = book_of(tmp_path, Sheet("表", wide, fixed=2)).worksheets[0]
    assert sheet.page_setup.fitToWidth == 2
    assert (sheet.freeze_panes, sheet.print_title_cols) == ("C2", "$A:$B")
    narrow = book_of(tmp_path, Sheet("表", wide[["列0"]])).worksheets[0]
    assert narrow.page_setup.fitToWidth == 1
