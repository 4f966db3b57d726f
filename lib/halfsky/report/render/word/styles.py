"""The look of a filed report: GB/T 9704—2012 (党政机关公文格式) where it applies to a report.

A4, margins 37, 35, 28 and 26 mm, 22 lines a page, body in 三号仿宋, headings in 黑体, 楷体 and
仿宋, title in 二号小标宋, page numbers — 1 — outside. A reader's machine that lacks a font is told
which one to take instead.
"""

from __future__ import annotations

from typing import Any

from docx.document import Document as Word
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import (
    WD_ALIGN_PARAGRAPH,
    WD_LINE_SPACING,
    WD_TAB_ALIGNMENT,
    WD_TAB_LEADER,
)
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

TITLE, BLACK, KAI, FANG, SONG = "方正小标宋简体", "黑体", "楷体_GB2312", "仿宋_GB2312", "宋体"
LATIN = "Times New Roman"
# Where none of the usual ones is there, any that has the characters: the last is our own.
_ANY = "WenQuanYi Zen Hei,Halfsky Sans SC"
_SERIF = f"Noto Serif CJK SC,Source Han Serif SC,{_ANY}"
_SANS = f"Noto Sans CJK SC,Source Han Sans SC,{_ANY}"
# What stands in for a font that a machine lacks, nearest first: Windows, macOS, Linux.
STAND_INS = {
    TITLE: f"小标宋,FZXiaoBiaoSong-B05S,华文中宋,STZhongsong,SimSun,Songti SC,{_SERIF}",
    BLACK: f"SimHei,Heiti SC,{_SANS}",
    KAI: f"楷体,KaiTi,Kaiti SC,AR PL UKai CN,{_SERIF}",
    FANG: f"仿宋,FangSong,STFangsong,{_SERIF}",
    SONG: f"SimSun,Songti SC,{_SERIF}",
}
TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
WIDTH, HEIGHT = Mm(210), Mm(297)
LINE = Pt(28.9)  # 225 mm of text in 22 lines
# 字号 of Chinese typesetting in points.
SIZES = {
    "二号": 22.0,
    "三号": 16.0,
    "四号": 14.0,
    "小四": 12.0,
    "五号": 10.5,
    "小五": 9.0,
    "六号": 7.5,
}

CAPTION, NOTE, CELL, HEAD_CELL, COVER = "Caption", "表注", "表格", "表头", "封面"
BRIEF, DETAIL, SHEET = "简报正文", "明细正文", "任务单正文"
CELL_LINE = 1.25  # lines of a table, in sizes of its letters: the same whatever font stands in


def set_styles(word: Word) -> None:
    """Give a python-docx template's own styles the face of an official report, and add ours."""
    styles = word.styles
    normal = styles["Normal"]
    _font(normal, FANG, "三号")
    _paragraph(normal)
    body = styles["Body Text"]
    _font(body, FANG, "三号")
    _paragraph(body, line=LINE, indent=200)
    body.paragraph_format.widow_control = True
    _font(styles["Title"], TITLE, "二号")
    _paragraph(styles["Title"], align=WD_ALIGN_PARAGRAPH.CENTER, line=Pt(36))
    _no_border(styles["Title"])
    for name, face, bold in (
        ("Heading 1", BLACK, False),
        ("Heading 2", KAI, False),
        ("Heading 3", FANG, True),
    ):
        _font(styles[name], face, "三号", bold=bold)
        _paragraph(styles[name], line=LINE, indent=200)
        styles[name].paragraph_format.keep_with_next = True
    _font(styles[CAPTION], BLACK, "小四")
    _paragraph(styles[CAPTION], align=WD_ALIGN_PARAGRAPH.CENTER, before=6, after=4)
    for name in ("Header", "Footer"):
        _font(styles[name], SONG, "小五" if name == "Header" else "四号")
        _paragraph(styles[name])
    for name, face, size, align in (
        (NOTE, FANG, "小五", WD_ALIGN_PARAGRAPH.LEFT),
        (CELL, FANG, "五号", WD_ALIGN_PARAGRAPH.LEFT),
        (HEAD_CELL, BLACK, "五号", WD_ALIGN_PARAGRAPH.CENTER),
        (COVER, FANG, "三号", WD_ALIGN_PARAGRAPH.CENTER),
    ):
        added = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        added.base_style = normal
        _font(added, face, size)
        _paragraph(added, align=align, after=4 if name == NOTE else 0)
    for name, size, line in ((BRIEF, "四号", 24), (DETAIL, "五号", 17), (SHEET, "小四", 18)):
        added = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        added.base_style = body
        _font(added, FANG, size)
        _paragraph(added, line=Pt(line), indent=200)
    for level in (1, 2):
        added = styles.add_style(f"TOC {level}", WD_STYLE_TYPE.PARAGRAPH)
        added.base_style = normal
        _font(added, BLACK if level == 1 else FANG, "四号")
        _paragraph(added, line=Pt(26))
        added.paragraph_format.left_indent = Pt(28 * (level - 1))
        added.paragraph_format.tab_stops.add_tab_stop(
            WIDTH - LEFT - RIGHT, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
        )
    _defaults(word)


def _font(style: Any, face: str, size: str, *, bold: bool = False) -> None:
    style.font.name = LATIN
    style.font.size = Pt(SIZES[size])
    style.font.bold = bold
    style.font.italic = False
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), face)
    fonts.set(qn("w:hint"), "eastAsia")


def _paragraph(
    style: Any,
    *,
    align: Any = None,
    line: Any = None,
    indent: int = 0,
    before: float = 0,
    after: float = 0,
) -> None:
    layout = style.paragraph_format
    layout.alignment = align
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    if line is None:
        layout.line_spacing = 1.0
    else:
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, line
    if indent:
        found = style.element.get_or_add_pPr().get_or_add_ind()
        found.set(qn("w:firstLineChars"), str(indent))
        found.set(qn("w:firstLine"), str(int(indent / 100 * style.font.size.pt * 20)))


def _no_border(style: Any) -> None:
    properties = style.element.get_or_add_pPr()
    for border in properties.findall(qn("w:pBdr")):
        properties.remove(border)


def _defaults(word: Word) -> None:
    """Language, outer page numbers, and contents renewed when the file is opened."""
    properties = word.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault"))[0]
    for language in properties.findall(qn("w:lang")):
        properties.remove(language)
    properties.append(
        parse_xml(f'<w:lang {nsdecls("w")} w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>')
    )
    word.settings.odd_and_even_pages_header_footer = True


def font_table() -> bytes:
    """word/fontTable.xml: each font with those that may stand in for it."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{"modern" if name in (BLACK, FANG, KAI) else "roman"}"/></w:font>'
        for name, others in STAND_INS.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<w:fonts {nsdecls("w")}>{fonts}<w:font w:name="{LATIN}">'
        '<w:charset w:val="00"/><w:family w:val="roman"/></w:font></w:fonts>'
    ).encode()


def set_page(section: Any, *, is_wide: bool = False) -> None:
    """A4 with the standard's margins; a landscape page is the upright one turned."""
    if is_wide:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = HEIGHT, WIDTH
        edges = (LEFT, RIGHT, BOTTOM, TOP)
    else:
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = WIDTH, HEIGHT
        edges = (TOP, BOTTOM, LEFT, RIGHT)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = edges
    section.header_distance, section.footer_distance = (
        Mm(18 if is_wide else 22),
        Mm(18 if is_wide else 27),
    )
