"""The form that departments fill in: one workbook, and the same three tables as CSV.

It holds a line for every figure, document and measure the plan needs, so that a district can
start on the first day; `ingest` reads the filled form back. The same plan, figures and year give
the same bytes, so that a form someone has begun to fill is recognised and never written over.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from halfsky.data.columns import AREA, EVIDENCE, MEASURES, OBSERVATIONS, SEX, STATUS, Table
from halfsky.data.files import replace_file
from halfsky.data.ingest import records_on_file
from halfsky.data.requested import evidence_lines, measure_lines, observation_lines
from halfsky.data.sheets import GUIDE_SHEET, escape_formula, shown
from halfsky.data.workbook import (
    TO_FILL,
    TO_READ,
    head,
    height_of,
    new_workbook,
    print_setup,
    put,
    thin_border,
    to_bytes,
    width_of,
)
from halfsky.plan import ParameterError, Plan, Problem, Region, load_region, tr
from halfsky.plan.paths import reports_dir

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Lines = list[dict[str, Any]]

_VALUE_TYPES = ("填报", "公布", "推算", "估计")
_COUNT_HEADER = ("责任部门", "数值", "其中已填", "佐证材料", "措施进展")


@dataclass(frozen=True)
class _Layout:
    """A sheet's columns in order, with widths in characters; the last `unprinted` stay off paper.

    fill: the columns departments write in. frozen: the first cell that scrolls.
    """

    table: Table
    widths: dict[str, float]
    fill: tuple[str, ...]
    unprinted: int
    frozen: str


_LAYOUTS = (
    _Layout(
        OBSERVATIONS,
        {
            "department": 14,
            "plan_goal": 13,
            "indicator_zh": 24,
            "year": 6.5,
            "sex": 6,
            "age": 9,
            "area": 6,
            "value": 10,
            "unit": 8,
            "numerator": 10,
            "denominator": 10,
            "last_filed": 10,
            "source_title": 19,
            "note": 12,
            "definition": 36,
            "indicator_id": 26,
            "region": 8,
            "subarea": 7,
            "value_type": 9,
            "known_from": 9,
            "publisher": 14,
            "source_url": 16,
            "domain": 10,
        },
        ("value", "numerator", "denominator", "source_title", "note"),
        unprinted=8,
        frozen="D2",
    ),
    _Layout(
        EVIDENCE,
        {
            "department": 14,
            "target": 17,
            "clause": 26,
            "wanted": 54,
            "date": 12,
            "document": 24,
            "issuer": 14,
            "level_claimed": 9,
            "rater": 10,
            "level": 9,
            "note": 16,
            "goal": 16,
            "region": 8,
        },
        ("date", "document", "issuer", "level_claimed", "note"),
        unprinted=2,
        frozen="C2",
    ),
    _Layout(
        MEASURES,
        {
            "department": 14,
            "measure": 18,
            "title": 40,
            "serves": 20,
            "year": 6.5,
            "status": 9,
            "started": 12,
            "money_wan": 15,
            "people": 11,
            "note": 26,
            "region": 8,
        },
        ("status", "started", "money_wan", "people", "note"),
        unprinted=1,
        frozen="D2",
    ),
)


def write_template(
    plan: Plan, region: str, year: int, out_dir: Path | None = None, overwrite: bool = False
) -> list[Path]:
    """Write the form for one region and report year.

    Args:
        plan: whose targets and measures the form asks for.
        region: region id.
        year: report year, within the plan.
        out_dir: where to; None: reports/<region>/templates/.
        overwrite: replace a form that differs from what would be written, such as one already
            begun.

    Returns:
        The workbook, then observations, evidence and measures as CSV (UTF-8 with BOM).

    Raises:
        ParameterError: unknown region, a year outside the plan, or a form that has been filled
            in lies there. DataError: the region's raw files are wrong.
    """
    place = load_region(region)
    if not plan.info.start_year <= year <= plan.info.end_year:
        span = f"{plan.info.start_year}—{plan.info.end_year}"
        raise ParameterError(
            Problem(
                what=tr("年份不在规划期内", "the year lies outside the plan"),
                hint=tr(f"应为 {span}。", f"It is one of {span}."),
                column="year",
                value=str(year),
            )
        )
    on_file = records_on_file(region, plan)
    lines = {
        OBSERVATIONS.id: observation_lines(plan, place, year, on_file[OBSERVATIONS.id]),
        EVIDENCE.id: evidence_lines(plan, place, on_file[EVIDENCE.id]),
        MEASURES.id: measure_lines(plan, place, year, on_file[MEASURES.id]),
    }
    contents = {f"填报表_{place.short}_{year}.xlsx": _workbook(plan, place, year, lines)}
    for layout in _LAYOUTS:
        name = f"{layout.table.id}_{year}.csv"
        contents[name] = _csv(layout, lines[layout.table.id])
    folder = reports_dir() / region / "templates" if out_dir is None else Path(out_dir)
    paths = {folder / name: content for name, content in contents.items()}
    if not overwrite:
        _spare_filled(paths)
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in paths.items():
        replace_file(path, content)
    return list(paths)


def _spare_filled(paths: dict[Path, bytes]) -> None:
    """Refuse to write over a form that someone may have begun to fill."""
    begun = [p for p, content in paths.items() if p.exists() and p.read_bytes() != content]
    if begun:
        raise ParameterError(
            [
                Problem(
                    what=tr(
                        "已有一份内容不同的填报表，可能已开始填写",
                        "a form with other content lies there, perhaps begun",
                    ),
                    hint=tr(
                        "请先收取或移走它，再生成新表。",
                        "Ingest it or move it away, then write a new one.",
                    ),
                    file=shown(path),
                )
                for path in begun
            ]
        )


def _csv(layout: _Layout, lines: Lines) -> bytes:
    """UTF-8 with BOM and CRLF: what WPS and Excel open without asking."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([layout.table[column].zh for column in layout.widths])
    for line in lines:
        cells = (line.get(column, "") for column in layout.widths)
        writer.writerow([escape_formula(_plain(cell)) for cell in cells])
    return buffer.getvalue().encode("utf-8-sig")


def _plain(cell: Any) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


def _workbook(plan: Plan, region: Region, year: int, lines: dict[str, Lines]) -> bytes:
    caption = f"{region.short} {year}年"
    book = new_workbook(f"{plan.info.name} {caption}填报表")
    _guide(book, plan, region, year, lines)
    for layout in _LAYOUTS:
        _sheet(book, layout, lines[layout.table.id], caption)
    return to_bytes(book)


def _sheet(book: Workbook, layout: _Layout, lines: Lines, caption: str) -> None:
    from openpyxl.styles import Alignment, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.pagebreak import Break

    table = layout.table
    sheet = book.create_sheet(table.zh)
    head(sheet, [table[column].zh for column in layout.widths])
    border, fill = thin_border(), PatternFill("solid", fgColor=TO_FILL)
    for place, (column, width) in enumerate(layout.widths.items(), start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
        kind = table[column].kind
        alignment = Alignment(
            wrap_text=kind != "number",
            vertical="center",
            horizontal={"number": "right", "text": "left", "label": "left"}.get(kind, "center"),
        )
        for row, content in enumerate(lines, start=2):
            cell = sheet.cell(row=row, column=place)
            put(cell, content.get(column))
            cell.alignment, cell.border = alignment, border
            if column in layout.fill:
                cell.fill = fill
    # Columns off the printed page do not stretch the rows.
    printed = list(layout.widths.items())[: len(layout.widths) - layout.unprinted]
    for row, content in enumerate(lines, start=2):
        texts = [(str(content.get(column, "")), width) for column, width in printed]
        sheet.row_dimensions[row].height = height_of(texts)
    # Each department's lines start a page of their own: the office hands them out.
    for row, (above, below) in enumerate(pairwise(lines), start=2):
        if above["department"] != below["department"]:
            sheet.row_breaks.append(Break(id=row))
    last_column = get_column_letter(len(layout.widths))
    sheet.freeze_panes = layout.frozen
    sheet.auto_filter.ref = f"A1:{last_column}{len(lines) + 1}"
    _lists(sheet, layout, len(lines))
    print_setup(sheet, caption)
    sheet.print_area = f"A1:{get_column_letter(len(printed))}{len(lines) + 1}"
    sheet.print_title_rows = "1:1"


def _lists(sheet: Worksheet, layout: _Layout, count: int) -> None:
    """Lists and limits on the cells to fill, and on spare lines below for added years."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    last = count + 200

    def limit(column: str, validation: DataValidation, message: str) -> None:
        letter = get_column_letter(list(layout.widths).index(column) + 1)
        validation.error, validation.errorTitle = message, "请改正"
        validation.showErrorMessage = True
        validation.add(f"{letter}2:{letter}{last}")
        sheet.add_data_validation(validation)

    def choices(column: str, options: Sequence[str]) -> None:
        joined = ",".join(options)
        check = DataValidation(type="list", formula1=f'"{joined}"', allow_blank=True)
        limit(column, check, f"请从下拉列表中选择：{joined}")

    if layout.table is OBSERVATIONS:
        choices("sex", [synonyms[0] for synonyms in SEX.values()])
        choices("area", [synonyms[0] for synonyms in AREA.values()])
        choices("value_type", _VALUE_TYPES)
        for column in ("value", "numerator", "denominator"):
            low = "-1000000000000" if column == "value" else "0"
            check = DataValidation(
                type="decimal",
                operator="between",
                formula1=low,
                formula2="1000000000000",
                allow_blank=True,
            )
            limit(column, check, "请只填数字，不带%、单位或“约”；未统计请留空。")
    elif layout.table is EVIDENCE:
        for column in ("level_claimed", "level"):
            choices(column, ["0", "1", "2", "3", "4"])
    else:
        choices("status", list(STATUS))
        for column in ("money_wan", "people"):
            check = DataValidation(
                type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True
            )
            limit(column, check, "请只填数字；没有请留空。")


def _guide(book: Workbook, plan: Plan, region: Region, year: int, lines: dict[str, Lines]) -> None:
    """The first sheet: how to fill the form, code lists, how much each department files."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.pagebreak import Break

    sheet = book.worksheets[0]
    sheet.title = GUIDE_SHEET
    for letter, width in {"A": 24, "B": 16, "C": 16, "D": 16, "E": 16, "F": 34}.items():
        sheet.column_dimensions[letter].width = width
    row = 0
    for text in _guide_text(plan, region, year).splitlines():
        row += 1
        level = len(text) - len(text.lstrip("#"))
        text = text.lstrip("# ")
        size = (11, 18, 13)[level]
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=6)
        cell = sheet.cell(row=row, column=1)
        put(cell, text)
        cell.font = Font(bold=level > 0, size=size)
        cell.alignment = Alignment(wrap_text=True, vertical="bottom" if level else "center")
        sheet.row_dimensions[row].height = size * 1.55 * -(-width_of(text) // 118) + 2
    sheet.row_breaks.append(Break(id=row - 1))  # the table on a page of its own
    table: list[tuple[str | int, ...]] = [_COUNT_HEADER, *_counts(plan, lines)]
    for number, entries in enumerate(table, start=row + 1):
        for place, content in enumerate(entries, start=1):
            cell = sheet.cell(row=number, column=place, value=content)
            cell.alignment = Alignment(horizontal="left" if place == 1 else "center")
            if number in (row + 1, row + len(table)):
                cell.font = Font(bold=True)
                cell.fill = PatternFill("solid", fgColor=TO_READ)
    print_setup(sheet, f"{region.short} {year}年")


def _guide_text(plan: Plan, region: Region, year: int) -> str:
    text = (Path(__file__).parent / "templates" / "guide.txt").read_text(encoding="utf-8")
    return text.format(
        plan=plan.info.name,
        region=region.short,
        region_id=region.id,
        year=year,
        office=plan.info.office,
        sex="、".join(synonyms[0] for synonyms in SEX.values()),
        area="、".join(synonyms[0] for synonyms in AREA.values()),
        value_type="、".join(_VALUE_TYPES),
        status="、".join(STATUS),
    )


def _counts(plan: Plan, lines: dict[str, Lines]) -> list[tuple[str | int, ...]]:
    """How much each department is asked for, and all together."""
    observations = lines[OBSERVATIONS.id]
    milestones = {line["target"]: line["department"] for line in lines[EVIDENCE.id]}
    columns = (
        Counter(line["department"] for line in observations),
        Counter(line["department"] for line in observations if "value" in line),
        Counter(milestones.values()),
        Counter(line["department"] for line in lines[MEASURES.id]),
    )
    asked = [name for name in plan.duties.departments if any(c[name] for c in columns)]
    rows: list[tuple[str | int, ...]] = [
        (name, *(column[name] for column in columns)) for name in asked
    ]
    return [*rows, ("合计", *(column.total() for column in columns))]
