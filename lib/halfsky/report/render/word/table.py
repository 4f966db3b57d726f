"""A table of typed cells as a Word table: widths by content, faces, groups, status shapes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from docx.document import Document as Word
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Pt, RGBColor

from halfsky.plan.vocabulary import Status
from halfsky.report.blocks import Cell, Column, Table
from halfsky.report.render.word import styles
from halfsky.report.render.word.ooxml import add_text
from halfsky.report.theme import STATUS

_SMALLEST = styles.SIZES["六号"]
_PALE = RGBColor(0x59, 0x59, 0x59)
_WIDE = re.compile(r"[\u2010-\u2027\u2190-\u27ff\u2e80-\uffef]")
_SEAM = re.compile(r"[0-9A-Za-z%](?=[\u4e00-\u9fff])|[\u4e00-\u9fff](?=[0-9A-Za-z])")
# What a line must not end in: a figure with its unit, a word of Latin letters.
_TOKEN = re.compile(r"[（+−≥≤＜＞]?[0-9A-Za-z.]+(?:—[0-9.]+)?[%‰年]?(?:/10万)?")
MARGIN = 3  # points beside a cell's text
UNBROKEN = 13  # half characters: a line so short is not broken
KEPT = 0.75  # of its share that a column keeps where others need more room
LATIN_WIDTH = 1.15  # half characters, of the widest face that may stand in
NAME = 48  # half characters of a name on one line, beside columns of figures
LONG = 12  # lines of a table from which its letters are smaller
WIDE = 10  # columns that an upright page still holds
MANY_LINES = 25  # of figures only, from which a table is set in small letters


def is_wide(table: Table) -> bool:
    """Does it need a landscape page?"""
    return table.is_wide or len(table.columns) > WIDE


def is_dense(table: Table) -> bool:
    """Is it looked up line by line, and set small? An annex, or a yearbook's page of figures."""
    is_yearbook = all(c.is_number for c in table.columns[1:]) and len(table.rows) > MANY_LINES
    return table.is_dense or is_yearbook


def add_table(word: Word, table: Table, *, is_small: bool) -> Any:
    """Append a table; its caption and note are the document's.

    Args:
        is_small: print it one size smaller, as on a sheet of a page or two.
    """
    made = word.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    _ruled(made)
    # Looked up once: python-docx searches all styles for every paragraph it is given.
    head, body = (word.styles[name].style_id for name in (styles.HEAD_CELL, styles.CELL))
    lines = printed(table)
    size = _letters(table, len(lines), is_small)
    total = styles.HEIGHT - styles.TOP - styles.BOTTOM
    if not is_wide(table):
        total = styles.WIDTH - styles.LEFT - styles.RIGHT
    shares = column_shares(lines, table.columns, size, Emu(total).pt)
    widths = [int(total * share) for share in shares]
    for grid, width in zip(made._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
        grid.set(qn("w:w"), str(width // 635))
    for number, (row, texts) in enumerate(zip(made.rows, lines, strict=True)):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if number == 0:
            properties.append(OxmlElement("w:tblHeader"))
        # The name of a group stands in each of its rows: a page that a group is continued on
        # must say whose rows these are. Its repetitions are paler.
        is_same = table.is_grouped and number > 1 and texts[0] == lines[number - 1][0]
        for place, cell in enumerate(row.cells):
            cell.width = Emu(widths[place])
            cell.vertical_alignment = 1
            _fill(
                cell,
                texts[place],
                head if number == 0 else body,
                size,
                is_centred=table.columns[place].is_number or texts[place][:1] in _SHAPES,
                colour=_PALE if is_same and place == 0 else None,
            )
            if number == 0:
                _shade(cell, "EDEDED")
            elif number == len(table.rows) and table.note:
                for line in cell.paragraphs:  # the note stays with its table
                    line.paragraph_format.keep_with_next = True
    return made


_SHAPES = {look.shape for look in STATUS.values()}


def printed(table: Table) -> list[list[str]]:
    """The cells as printed, titles first; a status with its shape in front."""
    titles = [two_lines(column) for column in table.columns]
    return [titles, *([_shown(cell) for cell in cells] for cells in table.grid)]


def _shown(cell: Cell) -> str:
    shape = STATUS[cell.mark].shape if isinstance(cell.mark, Status) else ""
    return f"{shape}{cell.lines}"


def two_lines(column: Column) -> str:
    """达标率（可评价）: the bracket on a line of its own, where it is not broken."""
    title = "\n".join(filter(None, (column.title, column.small)))
    is_long = _cells(column.title) > UNBROKEN and not title.startswith("（")
    return title.replace("（", "\n（", 1) if is_long else title


def _letters(table: Table, n_lines: int, is_small: bool) -> float:
    """The size of a table's letters in points."""
    if is_dense(table):
        return styles.SIZES["六号"]
    is_small = is_small or len(table.columns) > 5 or n_lines > LONG or is_wide(table)
    return styles.SIZES["小五" if is_small else "五号"]


def _ruled(table: Any) -> None:
    """Thin lines, and small margins inside the cells."""
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="{8 if side in ("top", "bottom") else 4}" w:space="0" '
        'w:color="404040"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    properties = table._tbl.tblPr
    properties.append(parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>"))
    properties.append(
        parse_xml(
            f'<w:tblCellMar {nsdecls("w")}><w:left w:w="{20 * MARGIN}" w:type="dxa"/>'
            f'<w:right w:w="{20 * MARGIN}" w:type="dxa"/></w:tblCellMar>'
        )
    )


def _shade(cell: Any, colour: str) -> None:
    cell._tc.get_or_add_tcPr().append(
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{colour}"/>')
    )


def _fill(
    cell: Any,
    text: str,
    style: str,
    size: float,
    *,
    is_centred: bool,
    colour: RGBColor | None,
) -> None:
    for number, part in enumerate(text.split("\n")):
        line = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        line._p.style = style
        run = add_text(line, part)
        run.font.size = Pt(_size(size, number))
        if colour is not None:
            run.font.color.rgb = colour
        line.paragraph_format.line_spacing = Pt(round(size * styles.CELL_LINE, 1))
        if is_centred:
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _size(size: float, line: int) -> float:
    """Letters of a cell's first line, and of those below it, which are smaller."""
    return size if line == 0 or size <= _SMALLEST else size - 1


def column_shares(
    lines: list[list[str]], titled: Sequence[Column], size: float, total: float
) -> list[float]:
    """Widths of the columns as shares of the page: by their longest line, within reason.

    Args:
        lines: the cells as printed, titles first.
        size: the letters in points.
        total: the page's text in points. No column is narrower than what in it must not break,
            as far as the others have room to give.
    """
    columns = list(zip(*lines, strict=True))
    if all(column.weight for column in titled):
        requested = [column.weight for column in titled]
    elif len(columns) > 1 and all(column.is_number for column in titled[1:]):
        # Figures need their own width and no more; what they are of then fits on one line.
        needed = [max(_cells(part) for text in c for part in text.split("\n")) for c in columns]
        requested = [float(min(needed[0] + 2, NAME)), *(max(6.0, n + 2.0) for n in needed[1:])]
    else:
        requested = []
        for column in columns:
            longest = max(_cells(line) for text in column for line in text.split("\n"))
            mean = sum(_cells(text) for text in column[1:]) / max(1, len(column) - 1)
            # Long texts wrap: what they need is between their longest and their average line.
            requested.append(min(60.0, max(6.0, min(longest, 14) + 0.35 * mean)))
    requested = [w / sum(requested) for w in requested]
    shares = requested
    # Of words the shorter ones are kept whole first, and figures always.
    for unbroken in range(UNBROKEN, -1, -1):
        floors = [_floor(column, size, unbroken) / total for column in columns]
        shares = _raised(requested, floors)
        if sum(floors) < 1 and min(s / w for s, w in zip(shares, requested, strict=True)) > KEPT:
            break
    return shares


def _raised(shares: list[float], floors: list[float]) -> list[float]:
    """Shares of which none is below its floor; the wider columns give what the others take."""
    if sum(floors) >= 1:
        return [floor / sum(floors) for floor in floors]
    spare = [max(0.0, share - floor) for share, floor in zip(shares, floors, strict=True)]
    left = (1 - sum(floors)) / sum(spare)
    return [floor + left * more for floor, more in zip(floors, spare, strict=True)]


def _floor(column: Sequence[str], size: float, unbroken: int) -> float:
    """Points that a column needs so that no figure, year or short word in it is broken."""
    found = 0.0
    for text in column:
        for number, line in enumerate(text.split("\n")):
            is_whole = line[:1] in _SHAPES or _cells(line) <= unbroken
            pieces = [line] if is_whole else _TOKEN.findall(line)
            widest = max((_room(piece) for piece in pieces), default=0)
            found = max(found, widest * _size(size, number) / 2)
    return found + 2 * MARGIN + 1


def _room(text: str) -> float:
    """Half characters that a text takes up, with the gap Word leaves between the two scripts."""
    wide = _cells(text) - len(text)
    return 2 * wide + LATIN_WIDTH * (len(text) - wide) + 0.5 * len(_SEAM.findall(text))


def _cells(text: str) -> int:
    """Widths of half a character; marks like ◆, — and ≥ are as wide as a Chinese character."""
    return sum(2 if _WIDE.match(c) else 1 for c in text)
