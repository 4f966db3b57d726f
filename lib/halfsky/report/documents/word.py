"""A document as a Word file, with python-docx; the same document gives the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

import docx
from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph
from PIL import Image

from halfsky.plan.archive import STAMP, same_bytes
from halfsky.plan.vocabulary import Status
from halfsky.report.chart import Chart, to_png
from halfsky.report.document import Document, Section, Table
from halfsky.report.documents import styles
from halfsky.report.markup import Paragraph
from halfsky.report.synthetic import MARK, WORD
from halfsky.report.text.words import status_word
from halfsky.report.theme import STATUS

_SHAPES = {
    status_word(status, is_reference): STATUS[status].shape
    for is_reference in (True, False)
    for status in Status
}
_SMALLEST = styles.SIZES["六号"]
_RED, _PALE = RGBColor(0xA8, 0x20, 0x0D), RGBColor(0x59, 0x59, 0x59)
_WIDE = re.compile(r"[\u2010-\u2027\u2190-\u27ff\u2e80-\uffef]")
_SEAM = re.compile(r"[0-9A-Za-z%](?=[\u4e00-\u9fff])|[\u4e00-\u9fff](?=[0-9A-Za-z])")
# What a line must not end in: a figure with its unit, a word of Latin letters.
_TOKEN = re.compile(r"[（+−≥≤＜＞]?[0-9A-Za-z.]+(?:—[0-9.]+)?[%‰年]?(?:/10万)?")
PICTURE_WIDTH = Mm(154)
PICTURE_HEIGHT = Mm(205)  # a page of 225 mm less caption and source
MARGIN = 3  # points beside a cell's text
UNBROKEN = 13  # half characters: a line so short is not broken
KEPT = 0.75  # of its share that a column keeps where others need more room
LATIN_WIDTH = 1.15  # half characters, of the widest face that may stand in
NAME = 48  # half characters of a name on one line, beside columns of figures
LONG = 12  # lines of a table from which its letters are smaller


def to_docx(document: Document) -> bytes:
    """A document as the bytes of a .docx: cover, contents, sections, page numbers."""
    return _Writer(document).bytes()


class _Writer:
    """Writes one document; counts its figures, tables and bookmarks."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.word: Word = docx.Document()
        styles.set_styles(self.word)
        # Looked up once: python-docx searches all styles for every paragraph it is given.
        self.style_ids = {style.name: style.style_id for style in self.word.styles}
        self.counts = {"图": 0, "表": 0}
        self.marks = 0
        self.is_wide = False

    def bytes(self) -> bytes:
        sections = self.document.numbered()
        styles.set_page(self.word.sections[0])
        if self.document.notice and not self.document.is_brief:
            self._mark_contents(self.word.sections[0])
        if self.document.is_brief:
            self._number_pages(self.word.sections[0])
            self._title()
        else:
            self._cover()
            if self.document.has_contents:
                self._contents(sections)
            self._number_pages(self.word.add_section(WD_SECTION.NEW_PAGE))
        for place, section in enumerate(sections):
            self._turn(_opens_wide(sections[place:]))
            self._section(section)
        self._properties()
        for part in self.word.part.package.iter_parts():
            if str(part.partname) == "/word/fontTable.xml":
                part._blob = styles.font_table()
        saved = io.BytesIO()
        self.word.save(saved)
        return same_bytes(saved.getvalue())

    # -- cover, contents, pages ---------------------------------------------------------------

    def _cover(self) -> None:
        state = self._line(self.document.state and f"（{self.document.state}）", styles.COVER)
        state.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self._gap(90)
        for line in self.document.title:
            self._line(line, "Title")
        if self.document.notice:
            self._gap(20)
            notice = self._line(self.document.notice, styles.COVER)
            notice.runs[0].font.color.rgb = _RED
        self._gap(250 if self.document.notice else 290)
        for line in self.document.authors:
            self._line(line, styles.COVER)

    def _title(self) -> None:
        """A brief has no cover: title, who issues it, and then the matter."""
        for line in self.document.title:
            title = self._line(line, "Title")
            if self.document.is_sheet:
                title.paragraph_format.line_spacing = Pt(26)
                title.runs[0].font.size = Pt(styles.SIZES["三号"])
        self._line("　".join(self.document.authors), styles.COVER)

    def _gap(self, points: float) -> None:
        self._line("", styles.COVER).paragraph_format.space_before = Pt(points)

    def _contents(self, sections: list[Section]) -> None:
        """A contents field with its entries in place; Word adds the page numbers, which it alone
        knows, when the file is opened (settings: updateFields) and the reader lets it."""
        heading = self._line("目　录", styles.COVER)
        heading.paragraph_format.page_break_before = True
        heading.runs[0].font.size = Pt(styles.SIZES["二号"])
        _face(heading.runs[0], styles.BLACK)
        listed = [s for s in sections if s.level <= 2]
        for place, section in enumerate(listed):
            line = self.word.add_paragraph(style=f"TOC {section.level}")
            if place == 0:
                _field_start(line, 'TOC \\o "1-2" \\h \\z \\u')
            mark = f"_Toc{sections.index(section) + 1:04d}"
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), mark)
            line._p.append(link)
            _run(link, _one_line(section.heading))
            _run(link, None).append(OxmlElement("w:tab"))
            for piece in _field(f"PAGEREF {mark} \\h", ""):
                link.append(piece)
            if place == len(listed) - 1:
                line._p.append(_mark_run("end"))

    def _mark_contents(self, section: Any) -> None:
        """What is invented says so on the contents' pages too; the cover says it in its title."""
        section.different_first_page_header_footer = True
        for header in (section.header, section.even_page_header):
            header.is_linked_to_previous = False
            self._head(header.paragraphs[0])

    def _head(self, line: WordParagraph) -> None:
        """The line on top of a page, with the notice and the page's own watermark."""
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _add(line, self.document.title[-1] if self.document.is_brief else self.document.heading)
        if self.document.notice:
            _add(line, f"　{self.document.notice}").font.color.rgb = _RED
            line._p.append(_watermark("合成数据"))
        line._p.get_or_add_pPr().append(_rule_below())

    def _number_pages(self, section: Any) -> None:
        """Header and footers of the body: the cover and the contents have no page numbers."""
        styles.set_page(section)
        section.different_first_page_header_footer = False
        section.header.is_linked_to_previous = section.footer.is_linked_to_previous = False
        section.even_page_header.is_linked_to_previous = False
        section.even_page_footer.is_linked_to_previous = False
        numbers = OxmlElement("w:pgNumType")
        numbers.set(qn("w:start"), "1")
        section._sectPr.append(numbers)
        for header in (section.header, section.even_page_header):
            self._head(header.paragraphs[0])
        for footer, align in (
            (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
            (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
        ):
            line = footer.paragraphs[0]
            line.alignment = align
            side = "w:rightChars" if align == WD_ALIGN_PARAGRAPH.RIGHT else "w:leftChars"
            line._p.get_or_add_pPr().get_or_add_ind().set(qn(side), "100")
            _add(line, "— ")
            for piece in _field("PAGE", "1"):
                line._p.append(piece)
            _add(line, " —")

    # -- sections -----------------------------------------------------------------------------

    def _section(self, section: Section) -> None:
        heading = self.word.add_heading(level=section.level)
        self.marks += 1
        mark = f"_Toc{self.marks:04d}"
        heading._p.append(_bookmark("Start", self.marks, mark))
        _add(heading, section.heading)
        heading._p.append(_bookmark("End", self.marks))
        for block in section.blocks:
            if isinstance(block, Table):
                self._turn(block.wide)
                self._table(block)
            elif isinstance(block, Chart):
                self._turn(False)
                self._picture(block)
            else:
                self._paragraph(block)

    def _turn(self, is_wide: bool) -> None:
        """Begin a page of the other orientation where one is needed."""
        if is_wide == self.is_wide:
            return
        added = self.word.add_section(WD_SECTION.NEW_PAGE)
        for numbers in added._sectPr.findall(qn("w:pgNumType")):
            added._sectPr.remove(numbers)
        styles.set_page(added, is_wide=is_wide)
        self.is_wide = is_wide

    def _paragraph(self, block: Paragraph) -> None:
        if block.kind == "note":
            self._line(block.text, styles.NOTE)
            return
        number = f"{block.number}．" if block.number else ""
        for line in (number + block.text).split("\n"):
            self._line(line, self._body_style(block))

    def _body_style(self, block: Paragraph) -> str:
        if self.document.is_sheet:
            return styles.SHEET
        if self.document.is_brief:
            return styles.BRIEF
        return styles.DETAIL if block.kind == "detail" else "Body Text"

    def _picture(self, chart: Chart) -> None:
        picture = _untitled(chart)
        if self.document.notice:
            picture = _clear_ground(picture)  # the page's watermark is not cut off at its edge
        line = self.word.add_paragraph(style="Normal")
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.keep_with_next = True
        line.paragraph_format.space_before = Pt(6)
        shape = line.add_run().add_picture(io.BytesIO(picture), width=PICTURE_WIDTH)
        if shape.height > PICTURE_HEIGHT:
            shape.width = Emu(int(shape.width * PICTURE_HEIGHT / shape.height))
            shape.height = PICTURE_HEIGHT
        described = shape._inline.docPr
        described.set("descr", chart.alt)
        described.set("title", chart.title)
        described.set("id", str(100 + self.counts["图"]))
        self._caption("图", chart.title).paragraph_format.keep_with_next = True
        self._line(chart.source, styles.NOTE).alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _caption(self, kind: str, text: str) -> WordParagraph:
        self.counts[kind] += 1
        line = self.word.add_paragraph(style=styles.CAPTION)
        _add(line, kind)
        for piece in _field(f"SEQ {kind} \\* ARABIC", str(self.counts[kind])):
            line._p.append(piece)
        made_up = MARK if self.document.notice and WORD not in text else ""
        _add(line, f"　{_one_line(text)}{made_up}")
        return line

    def _table(self, table: Table) -> None:
        if not table.rows:
            return
        self._caption("表", table.caption).paragraph_format.keep_with_next = True
        titles = [str(title) for title in table.frame.columns]
        made = self.word.add_table(rows=1 + len(table.rows), cols=len(titles))
        made.alignment = WD_TABLE_ALIGNMENT.CENTER
        made.autofit = False
        _ruled(made)
        total = (
            styles.HEIGHT - styles.TOP - styles.BOTTOM
            if table.wide
            else (styles.WIDTH - styles.LEFT - styles.RIGHT)
        )
        lines = [[_two_lines(title) for title in titles], *table.rows]
        is_small = len(titles) > 5 or len(lines) > LONG or table.wide or self.document.is_sheet
        size = styles.SIZES["六号" if table.dense else "小五" if is_small else "五号"]
        widths = [int(total * share) for share in _shares(lines, table, size, Emu(total).pt)]
        for grid, width in zip(made._tbl.tblGrid.findall(qn("w:gridCol")), widths, strict=True):
            grid.set(qn("w:w"), str(width // 635))
        for number, (row, texts) in enumerate(zip(made.rows, lines, strict=True)):
            properties = row._tr.get_or_add_trPr()
            properties.append(OxmlElement("w:cantSplit"))
            if number == 0:
                properties.append(OxmlElement("w:tblHeader"))
            for place, cell in enumerate(row.cells):
                cell.width = Emu(widths[place])
                cell.vertical_alignment = 1
                # The name of a group stands in each of its rows: a page that a group is continued
                # on must say whose rows these are. Its repetitions are paler.
                is_same = (
                    table.grouped and place == 0 and number > 1 and texts[0] == lines[number - 1][0]
                )
                _fill(
                    cell,
                    texts[place],
                    self.style_ids[styles.HEAD_CELL if number == 0 else styles.CELL],
                    size,
                    is_number=titles[place] in table.numbers,
                    colour=_PALE if is_same else None,
                )
                if number == 0:
                    _shade(cell, "EDEDED")
                elif number == len(table.rows) and table.note:
                    for line in cell.paragraphs:  # the note stays with its table
                        line.paragraph_format.keep_with_next = True
        after = self._line(table.note, styles.NOTE)
        if not table.note:
            after.paragraph_format.line_spacing = Pt(8)

    def _line(self, text: str, style: str) -> WordParagraph:
        line = self.word.add_paragraph(style=style)
        _add(line, text)
        return line

    def _properties(self) -> None:
        core = self.word.core_properties
        core.title, core.author = self.document.heading, self.document.author
        core.last_modified_by, core.language = self.document.author, "zh-CN"
        core.subject = f"{self.document.year}年度"
        core.comments, core.keywords = self.document.notice, ""
        core.created = core.modified = STAMP
        core.revision = 1
        update = OxmlElement("w:updateFields")
        update.set(qn("w:val"), "true")
        if self.document.has_contents:
            self.word.settings.element.append(update)


def _opens_wide(sections: Sequence[Section]) -> bool:
    """Does a landscape table follow the first heading at once, or the headings below it?"""
    for section in sections:
        if section.blocks:
            first = section.blocks[0]
            return isinstance(first, Table) and first.wide
    return False


def _two_lines(title: str) -> str:
    """达标率（可评价）: the bracket on a line of its own, where it is not broken."""
    is_long = _cells(title) > UNBROKEN and not title.startswith("（")
    return title.replace("（", "\n（", 1) if is_long else title


def _one_line(text: str) -> str:
    return text.replace("\n", "")


def _untitled(chart: Chart) -> bytes:
    """The picture without the title drawn on it: the caption below says it once.

    Of its two marks of invented figures one is enough on a page that bears one too.
    """
    title = chart.fig._suptitle  # type: ignore[attr-defined]
    marks = [text for text in chart.fig.texts if text.get_gid() == "watermark"]
    hidden = [title, *marks[1:]]
    for text in hidden:
        text.set_visible(False)
    try:
        return to_png(chart.fig)
    finally:
        for text in hidden:
            text.set_visible(True)


def _clear_ground(picture: bytes) -> bytes:
    """A palette picture whose white is transparent."""
    image = Image.open(io.BytesIO(picture))
    colours = image.getpalette() or []
    white = [n for n in range(len(colours) // 3) if colours[3 * n : 3 * n + 3] == [255, 255, 255]]
    out = io.BytesIO()
    opacity = bytes(0 if n in white else 255 for n in range(len(colours) // 3))
    image.save(out, format="png", optimize=True, transparency=opacity)
    return out.getvalue()


def _add(line: WordParagraph, text: str) -> Any:
    """A run in the paragraph's face; quotation marks and dashes are Chinese ones."""
    run = line.add_run(text)
    fonts = run._r.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:hint"), "eastAsia")
    return run


def _face(run: Any, face: str) -> None:
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _run(parent: Any, text: str | None) -> Any:
    run = OxmlElement("w:r")
    properties = OxmlElement("w:rPr")
    fonts = OxmlElement("w:rFonts")
    fonts.set(qn("w:hint"), "eastAsia")
    properties.append(fonts)
    run.append(properties)
    if text is not None:
        run.append(_text(text))
    parent.append(run)
    return run


def _text(text: str, tag: str = "w:t") -> Any:
    found = OxmlElement(tag)
    found.text = text
    found.set(qn("xml:space"), "preserve")
    return found


def _mark_run(kind: str) -> Any:
    run = OxmlElement("w:r")
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    run.append(mark)
    return run


def _field_start(line: WordParagraph, code: str) -> None:
    line._p.append(_mark_run("begin"))
    run = OxmlElement("w:r")
    run.append(_text(f" {code} ", "w:instrText"))
    line._p.append(run)
    line._p.append(_mark_run("separate"))


def _field(code: str, shown: str) -> Iterator[Any]:
    """A field with the result it shows until it is renewed, if one is known."""
    yield _mark_run("begin")
    run = OxmlElement("w:r")
    run.append(_text(f" {code} ", "w:instrText"))
    yield run
    yield _mark_run("separate")
    if shown:
        result = OxmlElement("w:r")
        result.append(_text(shown))
        yield result
    yield _mark_run("end")


def _bookmark(kind: str, number: int, name: str = "") -> Any:
    mark = OxmlElement(f"w:bookmark{kind}")
    mark.set(qn("w:id"), str(number))
    if name:
        mark.set(qn("w:name"), name)
    return mark


def _rule_below() -> Any:
    return parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="4" w:space="2" '
        'w:color="7F7F7F"/></w:pBdr>'
    )


def _watermark(text: str) -> Any:
    """Word's own kind of watermark: a grey text across the page, anchored in the header."""
    return parse_xml(
        f'<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:o="urn:schemas-microsoft-com:office:office"><w:pict>'
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" '
        'path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
        "</v:shapetype>"
        '<v:shape id="PowerPlusWaterMarkObject1" o:spid="_x0000_s2049" type="#_x0000_t136" '
        'style="position:absolute;margin-left:0;margin-top:0;width:400pt;height:100pt;'
        "rotation:315;z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        'mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#e9c4be" '
        'stroked="f"><v:fill opacity=".4"/>'
        f'<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string="{text}"/>'
        "</v:shape></w:pict></w:r>"
    )


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
    style: str | None,
    size: float,
    *,
    is_number: bool,
    colour: RGBColor | None,
) -> None:
    shape = _SHAPES.get(text)
    for number, part in enumerate((f"{shape}{text}" if shape else text).split("\n")):
        line = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        line._p.style = style
        run = _add(line, part)
        run.font.size = Pt(_size(size, number))
        if colour is not None:
            run.font.color.rgb = colour
        line.paragraph_format.line_spacing = Pt(round(size * styles.CELL_LINE, 1))
        if is_number or shape:
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _size(size: float, line: int) -> float:
    """Letters of a cell's first line, and of those below it, which are smaller."""
    return size if line == 0 or size <= _SMALLEST else size - 1


def _shares(lines: list[list[str]], table: Table, size: float, total: float) -> list[float]:
    """Widths of the columns as shares of the page: by their longest line, within reason.

    Args:
        lines: the cells as printed, titles first.
        size: the letters in points.
        total: the page's text in points. No column is narrower than what in it must not break,
            as far as the others have room to give.
    """
    columns = list(zip(*lines, strict=True))
    if table.weights:
        requested = [float(w) for w in table.weights]
    elif len(columns) > 1 and set(lines[0][1:]) <= set(table.numbers):
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
        shown = f"{_SHAPES[text]}{text}" if text in _SHAPES else text
        for number, line in enumerate(shown.split("\n")):
            is_whole = text in _SHAPES or _cells(line) <= unbroken
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
