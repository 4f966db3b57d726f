"""Workbooks that read and print well, and whose bytes depend on their content alone."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from halfsky.data.files import replace_file
from halfsky.data.sheets import FORMULA_STARTS
from halfsky.plan.archive import STAMP, same_bytes
from halfsky.plan.sheets import Sheet, Shown

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

TO_FILL, TO_READ, HEAD = "FFF9E5", "F2F2F2", "7B2D43"
LINK = "0B5394"
MAX_WIDTH, DEFAULT_WIDTH = 48, 8.43  # characters
ONE_PAGE = 240  # characters of columns that one landscape page still prints legibly
NOTE_WIDTH = 80  # characters of a note's line
LONGEST_NAME = 31  # of a sheet
MOST_TABS = 6  # sheets whose names stand side by side below the window
CONTENTS = "目录"


def new_workbook(title: str) -> Workbook:
    """An empty workbook with one sheet and no trace of when it was made."""
    from openpyxl import Workbook  # imported here: slow to load, and seldom needed

    book = Workbook()
    book.properties.creator = "halfsky"
    book.properties.title = title
    book.properties.created = STAMP
    return book


def to_bytes(book: Workbook) -> bytes:
    """The saved workbook with fixed times in its zip entries and properties."""
    saved = io.BytesIO()
    book.save(saved)
    return same_bytes(saved.getvalue())


def put(cell: Any, content: Any) -> None:
    """Write a cell; text that looks like a formula stays text."""
    if content is None or content == "":
        return
    cell.value = content
    if isinstance(content, str):
        cell.data_type = "s"
        if content.startswith(FORMULA_STARTS):
            cell.quotePrefix = True


def head(sheet: Worksheet, titles: list[str]) -> None:
    """Row 1: white on halfsky's red, wrapped."""
    from openpyxl.styles import Alignment, Font, PatternFill

    for place, title in enumerate(titles, start=1):
        cell = sheet.cell(row=1, column=place)
        put(cell, title)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=HEAD)
        cell.border = thin_border()
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    sheet.row_dimensions[1].height = 32


def thin_border() -> Any:
    """The grey line around every cell of a form."""
    from openpyxl.styles import Border, Side

    line = Side(style="thin", color="BFBFBF")
    return Border(left=line, right=line, top=line, bottom=line)


def width_of(text: str) -> int:
    """Width of a text in character cells; a Chinese character takes two."""
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def height_of(texts: list[tuple[str, float]], most: int = 14) -> float:
    """Row height in points for the tallest of (text, column width), wrapped."""
    rows = max((_lines(text, width) for text, width in texts), default=1)
    return 15.0 * min(rows, most) + 4


def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column: each of its own lines wraps by itself."""
    # Chinese breaks between any two characters, but a wide one that does not fit moves on.
    characters = max(1, int(width) - 2)
    return sum(max(1, -(-width_of(line) // characters)) for line in text.split("\n"))


def print_setup(sheet: Worksheet, caption: str, pages_wide: int = 1) -> None:
    """A4 landscape, as wide as the page or two, with what it belongs to and page numbers.

    Args:
        caption: the footer's left, whose workbook it is; the sheet's own name stands in the middle.
    """
    from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth = pages_wide
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.7
    sheet.page_margins.footer = 0.35
    sheet.oddFooter = HeaderFooterItem(
        left=_HeaderFooterPart(caption.replace("&", "&&")),  # & begins a code
        center=_HeaderFooterPart("&A"),
        right=_HeaderFooterPart("第&P页 共&N页"),
    )


def write_table(frame: pd.DataFrame, path: Path, title: str) -> None:
    """Write any frame as a workbook of one sheet, its header frozen, ready to filter and print.

    Args:
        frame: columns become the header; NaN and None become blank cells.
        path: the .xlsx to write; replaced in one piece.
        title: the sheet's name and the workbook's title.
    """
    write_tables([Sheet(title, frame)], path, title)


def write_tables(sheets: Sequence[Sheet], path: Path, title: str) -> None:
    """Write several tables as one workbook, a sheet each; a name used twice gets a number.

    More sheets than a reader sees at once are listed on a first one, 目录, with links.
    """
    book = new_workbook(title)
    used = {CONTENTS} if len(sheets) > MOST_TABS else set()
    names = [_sheet_name(content.title, used) for content in sheets]
    if len(sheets) > MOST_TABS:
        _fill(book.worksheets[0], CONTENTS, _listing(sheets, names), title)
        _link(book.worksheets[0], names)
    for number, (name, content) in enumerate(zip(names, sheets, strict=True)):
        is_first = number == 0 and len(sheets) <= MOST_TABS
        sheet = book.worksheets[0] if is_first else book.create_sheet()
        _fill(sheet, name, content, title)
    replace_file(Path(path), to_bytes(book))


def _sheet_name(title: str, used: set[str]) -> str:
    """A name a spreadsheet accepts: 31 characters, none of []:*?/\\, unlike the others."""
    plain = _plain(title)
    # What stands in brackets stands below the table: the tab says what the table is.
    plain = plain.split("（")[0].strip() or plain
    name, number = plain[:LONGEST_NAME], 2
    while name.lower() in used:
        tail = f" {number}"
        name, number = plain[: LONGEST_NAME - len(tail)] + tail, number + 1
    used.add(name.lower())
    return name


def _plain(title: str) -> str:
    return re.sub(r"[\[\]:*?/\\\n']", " ", title).strip() or "表"


def _listing(sheets: Sequence[Sheet], names: list[str]) -> Sheet:
    frame = pd.DataFrame(
        {
            "工作表": names,
            "内容": [content.title for content in sheets],
            "行数": [len(content.frame) for content in sheets],
        }
    )
    return Sheet(CONTENTS, frame)


def _link(sheet: Worksheet, names: list[str]) -> None:
    """The names in the first column lead to their sheets."""
    from openpyxl.styles import Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    for row, name in enumerate(names, start=2):
        cell = sheet.cell(row=row, column=1)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{name}'!A1")
        cell.font = Font(color=LINK, underline="single")


def _fill(sheet: Worksheet, name: str, content: Sheet, book_title: str) -> None:
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    sheet.title = name
    frame = content.frame
    head(sheet, [str(column) for column in frame.columns])
    widths = []
    for place, column in enumerate(frame.columns, start=1):
        texts = [str(column), *(str(v) for v in frame[column].dropna().head(200))]
        longest = max(width_of(line) for text in texts for line in text.split("\n"))
        width = float(min(MAX_WIDTH, max(8, longest + 2)))
        widths.append(width)
        sheet.column_dimensions[get_column_letter(place)].width = width
    rows = frame.astype(object).where(frame.notna(), None).itertuples(index=False)
    number = 1
    for number, row in enumerate(rows, start=2):
        for place, cell_content in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=place)
            if isinstance(cell_content, Shown):
                cell.value, cell.number_format = cell_content.value, cell_content.form
            else:
                is_plain = cell_content is None or isinstance(
                    cell_content, bool | int | float | str
                )
                put(cell, cell_content if is_plain else str(cell_content))
            is_number = isinstance(cell.value, int | float)
            cell.alignment = Alignment(
                wrap_text=True,
                vertical="center",
                horizontal="right" if is_number else None,
                indent=1 if is_number else 0,  # a figure keeps off the text beside it
            )
            cell.border = thin_border()
        filled = [("" if v is None else str(v), w) for v, w in zip(row, widths, strict=True)]
        sheet.row_dimensions[number].height = height_of(filled)
    first = get_column_letter(content.fixed + 1)
    sheet.freeze_panes = f"{first}2"
    sheet.auto_filter.ref = sheet.dimensions
    whole = () if _plain(content.title) == name else (content.title,)
    _notes(sheet, number + 2, (*whole, *content.notes), widths)
    sheet.print_title_rows = "1:1"
    is_wide = sum(widths) > ONE_PAGE
    if is_wide:
        sheet.print_title_cols = f"A:{get_column_letter(content.fixed)}"
    print_setup(sheet, book_title, 2 if is_wide else 1)


def _notes(sheet: Worksheet, row: int, notes: Sequence[str], widths: list[float]) -> None:
    """Lines below the table, each wrapped across as many columns as a line of text needs."""
    from openpyxl.styles import Alignment

    spanned, width = 0, 0.0
    while width < NOTE_WIDTH:
        width += widths[spanned] if spanned < len(widths) else DEFAULT_WIDTH
        spanned += 1
    lines = [line for note in notes for line in note.split("\n") if line]
    for place, line in enumerate(lines, start=row):
        cell = sheet.cell(row=place, column=1)
        put(cell, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=place, end_row=place, start_column=1, end_column=spanned)
        sheet.row_dimensions[place].height = height_of([(line, width)])
