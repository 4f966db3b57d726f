"""Read a filed CSV or workbook into rows of text, whatever the spreadsheet program wrote.

Nothing is interpreted here beyond the encoding and the header: cells stay text, so that a message
can show what the clerk sees. Formulas are never evaluated and text is never treated as markup.
"""

from __future__ import annotations

import csv
import datetime as dt
import difflib
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from halfsky.data.columns import OBSERVATIONS, TABLES, Column, Table
from halfsky.plan.errors import DataError, Problem, tr
from halfsky.plan.paths import data_dir

FORMULA_STARTS = ("=", "+", "-", "@")
GUIDE_SHEET = "填报说明"  # the template's first sheet: to read, not to fill
_EXCEL_ERROR = re.compile(r"^#(REF!|N/A|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!)$", re.I)


@dataclass(frozen=True)
class Row:
    """One filed row: where it stands and its cells by column id, as text.

    number counts as a spreadsheet does: the header is row 1.
    """

    file: str
    sheet: str
    number: int
    cells: dict[str, str]
    headers: dict[str, str]
    faulty: frozenset[str] = frozenset()  # columns whose form is already reported

    def get(self, column: str) -> str:
        return self.cells.get(column, "")

    def problem(self, column: str, what: str, hint: str, value: str | None = None) -> Problem:
        """A problem with one cell of this row; value defaults to the cell's text."""
        return Problem(
            what=what,
            hint=hint,
            file=self.file,
            sheet=self.sheet,
            row=self.number,
            column=self.headers.get(column, column),
            value=(self.get(column) if value is None else value)[:80],
        )


@dataclass
class Filed:
    """What one file holds: rows by table id, and the problems found while reading it."""

    path: Path
    rows: dict[str, list[Row]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def shown(path: Path) -> str:
    """A path as messages show it: from the folder above data/ where it lies below it."""
    for base in (data_dir().resolve().parent, Path.cwd().resolve()):
        try:
            return path.resolve().relative_to(base).as_posix()
        except ValueError:
            continue
    return str(path)


def escape_formula(text: str) -> str:
    """Text that a spreadsheet would take for a formula, made plain by a leading apostrophe."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def unescape_formula(text: str) -> str:
    """Undo escape_formula, also where the spreadsheet itself wrote the apostrophe."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text


def read_file(path: Path, content: bytes | None = None) -> Filed:
    """Every row of a .csv or .xlsx file, with the problems of its form.

    content, where given, is what the file holds: what was hashed is what is read.
    """
    name = shown(path)
    filed = Filed(path)
    try:
        data = path.read_bytes() if content is None else content
    except OSError as error:
        filed.problems.append(
            Problem(
                what=tr("文件打不开", "cannot be opened") + f" ({error.strerror})",
                hint=tr(
                    "请检查文件名，并先在表格软件中关闭它。",
                    "Check its name, and close it in the spreadsheet program.",
                ),
                file=name,
            )
        )
        return filed
    if path.suffix.lower() == ".csv":
        _read_csv(filed, data, name)
    elif path.suffix.lower() == ".xlsx":
        _read_xlsx(filed, data, name)
    else:
        filed.problems.append(
            Problem(
                what=tr("不是 .xlsx 或 .csv 文件", "is neither .xlsx nor .csv"),
                hint=tr(
                    "请在表格软件中“另存为” .xlsx 或 .csv（UTF-8）。",
                    "Save it as .xlsx or as .csv (UTF-8).",
                ),
                file=name,
            )
        )
    return filed


def decode(data: bytes) -> tuple[str, int | None]:
    """Text in UTF-8 (with or without BOM) or GB18030, and None; else "" and the offset of the
    first byte that fits neither."""
    where = data.find(b"\x00")
    if where >= 0:
        return "", where  # UTF-16 or a binary file: GB18030 would read noise out of it
    offset = 0
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding), None
        except UnicodeDecodeError as error:
            offset = max(offset, error.start)
    return "", offset


def _read_csv(filed: Filed, data: bytes, name: str) -> None:
    text, wrong = decode(data)
    if wrong is not None:
        filed.problems.append(
            Problem(
                what=tr("既不是 UTF-8 也不是 GB18030 编码", "is neither UTF-8 nor GB18030"),
                hint=tr(
                    "请在表格软件中另存为“CSV UTF-8”，或直接用 .xlsx。",
                    "Save it as 'CSV UTF-8', or use .xlsx.",
                ),
                file=name,
                row=data[:wrong].count(b"\n") + 1,
                value=data[wrong : wrong + 4].hex(" "),
            )
        )
        return
    records: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(text, newline=""), strict=True):
            records.append(record)
    except csv.Error as error:
        filed.problems.append(
            Problem(
                what=tr("引号不成对，读不下去", "quotation marks do not pair") + f" ({error})",
                hint=tr(
                    "请检查该行起的英文双引号；单元格内的双引号要写成两个。",
                    "Check the double quotes from there on; a quote inside a cell is doubled.",
                ),
                file=name,
                row=len(records) + 1,
            )
        )
        return
    if not any(cell.strip() for record in records for cell in record):
        filed.problems.append(
            Problem(
                what=tr("是空文件", "is empty"),
                hint=tr("请换成有内容的文件，或删去它。", "Replace it, or remove it."),
                file=name,
            )
        )
        return
    table = _table_of(filed.path.stem, records[0])
    _take_rows(filed, table, records, name, "")


def _read_xlsx(filed: Filed, data: bytes, name: str) -> None:
    import openpyxl  # imported here: only workbooks need it, and it is slow to load
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            # Excel's own extensions (list styles and the like) hold no figures.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(io.BytesIO(data), data_only=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        filed.problems.append(
            Problem(
                what=tr("不是能打开的 .xlsx 工作簿", "is not a readable .xlsx workbook")
                + f" ({type(error).__name__})",
                hint=tr(
                    "请用表格软件打开、去掉密码后重新另存为 .xlsx。",
                    "Open it in a spreadsheet program, remove any password, save as .xlsx.",
                ),
                file=name,
            )
        )
        return
    by_name = {table.zh: table for table in TABLES.values()} | TABLES
    found = False
    for sheet in book.worksheets:
        title = sheet.title.strip()
        records = [[_Cell.of(c) for c in row] for row in sheet.iter_rows()]
        filled = any(cell.text for record in records for cell in record)
        if title == GUIDE_SHEET or (not filled and title not in by_name):
            continue
        if title not in by_name:
            filed.problems.append(
                Problem(
                    what=tr("不认识的工作表", "unknown sheet"),
                    hint=tr(
                        f"请改名为 {'、'.join(t.zh for t in TABLES.values())} 之一，或删去。",
                        f"Name it {', '.join(TABLES)}, or remove it.",
                    ),
                    file=name,
                    sheet=title,
                )
            )
            continue
        found = True
        table = by_name[title]
        texts = [[cell.text for cell in record] for record in records]
        faults = {
            (number, index): cell.fault
            for number, record in enumerate(records, start=1)
            for index, cell in enumerate(record)
            if cell.fault
        }
        _take_rows(filed, table, texts, name, title, faults)
    if not found and not filed.problems:
        filed.problems.append(
            Problem(
                what=tr("没有可读的工作表", "has no sheet to read"),
                hint=tr(
                    f"工作表应名为 {'、'.join(t.zh for t in TABLES.values())}。",
                    f"Its sheets are named {', '.join(TABLES)}.",
                ),
                file=name,
            )
        )


@dataclass(frozen=True)
class _Cell:
    """A workbook cell as text; fault is "formula" or "percent" where the text would mislead."""

    text: str
    fault: str = ""

    @classmethod
    def of(cls, cell: Any) -> _Cell:
        value = cell.value
        if value is None:
            return cls("")
        if cell.data_type == "f":
            return cls(str(getattr(value, "text", value)), "formula")
        if isinstance(value, bool):
            return cls(str(value).upper())
        if isinstance(value, int | float):
            text = f"{value:.15g}"  # what the spreadsheet itself shows of a binary fraction
            return cls(text, "percent" if "%" in (cell.number_format or "") else "")
        if isinstance(value, dt.datetime | dt.date):
            return cls(value.strftime("%Y-%m-%d"))
        return cls(str(value).strip())


def _fault_problem(row: Row, column: Column, fault: str) -> Problem:
    """The message for a cell whose text must not be taken for what it says."""
    if fault == "formula":
        return row.problem(
            column.id,
            tr("是公式而不是数值", "is a formula, not a value"),
            tr("请“复制—选择性粘贴—数值”后再保存。", "Paste it as values and save again."),
        )
    if fault == "percent":
        percent = f"{float(row.get(column.id)) * 100:.15g}"
        return row.problem(
            column.id,
            tr("单元格是百分比格式", "is formatted as a percentage"),
            tr(
                f"请把格式改为“常规”，填 {percent}（单位列已写%）。",
                f"Set its format to General and enter {percent} (the unit column says %).",
            ),
        )
    return row.problem(
        column.id,
        tr("是表格软件的错误值", "is an error value of the spreadsheet"),
        tr(
            "请改正公式并粘贴为数值；未统计请留空。",
            "Mend the formula and paste values; leave blank what is unknown.",
        ),
    )


def _table_of(stem: str, header: Sequence[str]) -> Table:
    """Which table a CSV is: by its name, else by the columns it shares; figures by default."""
    for table in TABLES.values():
        if re.match(rf"(\d+_)?({table.id}|{table.zh})", stem, re.I):
            return table
    scores = {
        table.id: sum(1 for h in header if (c := table.find(h)) is not None and c.kind != "label")
        for table in TABLES.values()
    }
    best = max(scores, key=lambda table: scores[table])
    return TABLES[best] if scores[best] else OBSERVATIONS


def suggest(word: str, known: Iterable[str]) -> str:
    """The nearest known word, or ""."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return near[0] if near else ""


def _take_rows(
    filed: Filed,
    table: Table,
    records: Sequence[Sequence[str]],
    name: str,
    sheet: str,
    faults: dict[tuple[int, int], str] | None = None,
) -> None:
    """Match the header to the table's columns and keep every row that is not empty."""
    header = [h.strip() for h in records[0]] if records else []
    columns = _columns(filed, table, header, records, name, sheet)
    if columns is None:
        return
    headers = {column_id: header[index] for index, column_id in columns.items()}
    rows = filed.rows.setdefault(table.id, [])
    for number, record in enumerate(records[1:], start=2):
        if not any(cell.strip() for cell in record):
            continue
        if faults is None and len(record) != len(header):
            filed.problems.append(
                Problem(
                    what=tr(
                        f"有{len(record)}格，表头有{len(header)}格",
                        f"has {len(record)} cells, the header has {len(header)}",
                    ),
                    hint=tr(
                        "含逗号的内容要用英文双引号括起来；用表格软件另存即可。",
                        "Cells with a comma take double quotes; a spreadsheet program adds them.",
                    ),
                    file=name,
                    sheet=sheet,
                    row=number,
                )
            )
            continue
        cells = {
            column_id: unescape_formula(record[index].strip())
            for index, column_id in columns.items()
            if index < len(record)
        }
        found = {
            column_id: (faults or {}).get((number, index), "")
            or ("error" if _EXCEL_ERROR.match(cells.get(column_id, "")) else "")
            for index, column_id in columns.items()
            if table[column_id].kind != "label"
        }
        faulty = {column_id: fault for column_id, fault in found.items() if fault}
        row = Row(name, sheet, number, cells, headers, frozenset(faulty))
        rows.append(row)
        for column_id, fault in faulty.items():
            filed.problems.append(_fault_problem(row, table[column_id], fault))


def _columns(
    filed: Filed,
    table: Table,
    header: Sequence[str],
    records: Sequence[Sequence[str]],
    name: str,
    sheet: str,
) -> dict[int, str] | None:
    """Column ids by position; None where the header leaves the rows unreadable."""

    def complain(title: str, what: str, hint: str, value: str = "") -> None:
        filed.problems.append(
            Problem(what, hint, file=name, sheet=sheet, row=1, column=title, value=value[:80])
        )

    if len(header) == 1 and re.search(r"[\t;；，|]", header[0]):
        complain(
            "",
            tr("整行只有一列", "the header is one single column"),
            tr("各列之间请用英文逗号分隔。", "Separate columns by commas."),
            header[0],
        )
        return None
    columns: dict[int, str] = {}
    for index, title in enumerate(header):
        column = table.find(title)
        if column is None:
            if title or any(len(r) > index and r[index].strip() for r in records[1:]):
                known = [c.zh for c in table.columns] + [c.id for c in table.columns]
                near = suggest(title, [k for k in known if k not in header])
                complain(
                    title,
                    tr("不认识的列", "unknown column"),
                    tr(
                        f"是否为“{near}”？" if near else "请删去这一列，或把内容写入“备注”。",
                        f"Did you mean '{near}'?"
                        if near
                        else "Remove it, or move its content to 'note'.",
                    ),
                    title,
                )
        elif column.id in columns.values():
            complain(
                title,
                tr("同一列出现两次", "the same column stands twice"),
                tr("请删去其中一列。", "Remove one of them."),
            )
        else:
            columns[index] = column.id
    missing = [c for c in table.columns if c.required and c.id not in columns.values()]
    english = any(title in columns.values() for title in header)
    for column in missing:
        shown_name = column.id if english else column.zh
        complain(
            shown_name,
            tr(f"缺少“{shown_name}”列", f"column '{column.id}' is missing"),
            tr(
                f"请在第1行（表头）补上“{column.zh}”（{column.id}）。",
                f"Add '{column.id}' to row 1, the header.",
            ),
        )
    # Without a needed column every row would only repeat that message.
    return None if missing else columns


def raise_if(problems: Sequence[Problem]) -> None:
    """All problems as one DataError, in the order of files, sheets and rows.

    Raises:
        DataError: where there is any problem.
    """
    if problems:
        raise DataError(
            sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.sheet, p.row or 0))
        )
