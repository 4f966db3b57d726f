"""Any frame as a workbook that reads well."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd

from halfsky.data.workbook import height_of, width_of, write_table


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
