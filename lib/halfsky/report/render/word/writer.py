"""A document as a Word file, with python-docx; the same document gives the same bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import docx
from docx.document import Document as Word
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from halfsky.plan.archive import STAMP, same_bytes
from halfsky.report.blocks import SYNTHETIC, Block, Bullets, Figure, Note, Table, plain
from halfsky.report.documents.document import Document, Section
from halfsky.report.render.word import styles
from halfsky.report.render.word.ooxml import (
    add_run,
    add_text,
    bookmark,
    field,
    field_mark,
    rule_below,
    set_face,
    start_field,
    watermark,
)
from halfsky.report.render.word.picture import clear_ground, untitled
from halfsky.report.render.word.table import add_table, is_wide

_RED = RGBColor(0xA8, 0x20, 0x0D)
PICTURE_WIDTH = Mm(154)
PICTURE_HEIGHT = Mm(205)  # a page of 225 mm less caption and source


def to_docx(document: Document) -> bytes:
    """A document as the bytes of a .docx: cover, contents, sections, page numbers."""
    return _Writer(document).bytes()


class _Writer:
    """Writes one document; counts its figures, tables and bookmarks."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.word: Word = docx.Document()
        styles.set_styles(self.word)
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
        set_face(heading.runs[0], styles.BLACK)
        listed = [s for s in sections if s.level <= 2]
        for place, section in enumerate(listed):
            line = self.word.add_paragraph(style=f"TOC {section.level}")
            if place == 0:
                start_field(line, 'TOC \\o "1-2" \\h \\z \\u')
            mark = f"_Toc{sections.index(section) + 1:04d}"
            link = OxmlElement("w:hyperlink")
            link.set(qn("w:anchor"), mark)
            line._p.append(link)
            add_run(link, _one_line(section.heading))
            add_run(link, None).append(OxmlElement("w:tab"))
            for piece in field(f"PAGEREF {mark} \\h", ""):
                link.append(piece)
            if place == len(listed) - 1:
                line._p.append(field_mark("end"))

    def _mark_contents(self, section: Any) -> None:
        """What is invented says so on the contents' pages too; the cover says it in its title."""
        section.different_first_page_header_footer = True
        for header in (section.header, section.even_page_header):
            header.is_linked_to_previous = False
            self._head(header.paragraphs[0])

    def _head(self, line: WordParagraph) -> None:
        """The line on top of a page, with the notice and the page's own watermark."""
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        add_text(line, self.document.title[-1] if self.document.is_brief else self.document.heading)
        if self.document.notice:
            add_text(line, f"　{self.document.notice}").font.color.rgb = _RED
            line._p.append(watermark(SYNTHETIC))
        line._p.get_or_add_pPr().append(rule_below())

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
            add_text(line, "— ")
            for piece in field("PAGE", "1"):
                line._p.append(piece)
            add_text(line, " —")

    # -- sections -----------------------------------------------------------------------------

    def _section(self, section: Section) -> None:
        heading = self.word.add_heading(level=section.level)
        self.marks += 1
        mark = f"_Toc{self.marks:04d}"
        heading._p.append(bookmark("Start", self.marks, mark))
        add_text(heading, section.heading)
        heading._p.append(bookmark("End", self.marks))
        for block in section.blocks:
            if isinstance(block, Table):
                self._turn(is_wide(block))
                self._table(block)
            elif isinstance(block, Figure):
                self._turn(False)
                self._picture(block)
            else:
                self._text(block)

    def _turn(self, to_wide: bool) -> None:
        """Begin a page of the other orientation where one is needed."""
        if to_wide == self.is_wide:
            return
        added = self.word.add_section(WD_SECTION.NEW_PAGE)
        for numbers in added._sectPr.findall(qn("w:pgNumType")):
            added._sectPr.remove(numbers)
        styles.set_page(added, is_wide=to_wide)
        self.is_wide = to_wide

    def _text(self, block: Block) -> None:
        if isinstance(block, Note):
            self._line(block.text, styles.NOTE)
        elif isinstance(block, Bullets):
            for number, item in enumerate(block.items, start=1):
                self._lines(f"{number}．{item}" if block.is_numbered else item, block.is_detail)
        else:
            self._lines(plain(block), getattr(block, "is_detail", False))

    def _lines(self, text: str, is_detail: bool) -> None:
        for line in text.split("\n"):
            self._line(line, self._body_style(is_detail))

    def _body_style(self, is_detail: bool) -> str:
        if self.document.is_sheet:
            return styles.SHEET
        if self.document.is_brief:
            return styles.BRIEF
        return styles.DETAIL if is_detail else "Body Text"

    def _picture(self, chart: Figure) -> None:
        picture = untitled(chart.drawing)
        if self.document.notice:
            picture = clear_ground(picture)  # the page's watermark is not cut off at its edge
        line = self.word.add_paragraph(style="Normal")
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line.paragraph_format.keep_with_next = True
        line.paragraph_format.space_before = Pt(6)
        shape = line.add_run().add_picture(io.BytesIO(picture), width=PICTURE_WIDTH)
        if shape.height > PICTURE_HEIGHT:
            shape.width = Emu(int(shape.width * PICTURE_HEIGHT / shape.height))
            shape.height = PICTURE_HEIGHT
        described = shape._inline.docPr
        described.set("descr", chart.message)
        described.set("title", chart.title)
        described.set("id", str(100 + self.counts["图"]))
        self._caption("图", chart.title).paragraph_format.keep_with_next = True
        self._line(chart.source, styles.NOTE).alignment = WD_ALIGN_PARAGRAPH.CENTER

    def _caption(self, kind: str, text: str) -> WordParagraph:
        self.counts[kind] += 1
        line = self.word.add_paragraph(style=styles.CAPTION)
        add_text(line, kind)
        for piece in field(f"SEQ {kind} \\* ARABIC", str(self.counts[kind])):
            line._p.append(piece)
        made_up = f"（{SYNTHETIC}）" if self.document.notice and SYNTHETIC not in text else ""
        add_text(line, f"　{_one_line(text)}{made_up}")
        return line

    def _table(self, table: Table) -> None:
        if not table.rows:
            return
        self._caption("表", table.caption).paragraph_format.keep_with_next = True
        add_table(self.word, table, is_small=self.document.is_sheet)
        after = self._line(table.note, styles.NOTE)
        if not table.note:
            after.paragraph_format.line_spacing = Pt(8)

    def _line(self, text: str, style: str) -> WordParagraph:
        line = self.word.add_paragraph(style=style)
        add_text(line, text)
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
            return isinstance(first, Table) and is_wide(first)
    return False


def _one_line(text: str) -> str:
    return text.replace("\n", "")
