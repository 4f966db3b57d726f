"""The Word file: form, numbering, fonts, and the same bytes for the same document."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from PIL import Image

from halfsky.plan.vocabulary import Severity, Status
from halfsky.report.blocks import (
    Block,
    Blocks,
    Bullets,
    Column,
    Note,
    Paragraph,
    Table,
    amount,
    severity,
    share,
    status,
    table,
    words,
)
from halfsky.report.documents.brief import government_brief
from halfsky.report.documents.document import Document, Section
from halfsky.report.documents.evaluation import evaluation_report
from halfsky.report.documents.monitoring import monitoring_report
from halfsky.report.fonts import font_file
from halfsky.report.render.word import styles, to_docx
from halfsky.report.render.word.table import column_shares, printed
from small_view import small_view


@pytest.fixture(scope="module")
def made() -> bytes:
    return to_docx(evaluation_report(small_view("demo"), state="送审稿"))


@pytest.fixture(scope="module")
def word(made: bytes) -> Any:
    return docx.Document(io.BytesIO(made))


def test_the_same_document_gives_the_same_bytes(made: bytes) -> None:
    assert to_docx(evaluation_report(small_view("demo"), state="送审稿")) == made


def test_paper_and_margins_are_the_standards(word: Any) -> None:
    for section in word.sections:
        upright = round(section.page_width.mm) == 210
        edges = [
            section.top_margin, section.bottom_margin, section.left_margin, section.right_margin,
        ]  # fmt: skip
        expected = (37, 35, 28, 26) if upright else (28, 26, 35, 37)
        assert [round(edge.mm) for edge in edges] == list(expected)
        size = {round(section.page_width.mm), round(section.page_height.mm)}
        assert size == {210, 297}


def test_faces_are_the_standards_and_each_has_a_stand_in(word: Any, made: bytes) -> None:
    faces = {
        name: word.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Title", "Heading 1", "Heading 2", "Heading 3", "Body Text")
    }
    assert faces == {
        "Title": "方正小标宋简体",
        "Heading 1": "黑体",
        "Heading 2": "楷体_GB2312",
        "Heading 3": "仿宋_GB2312",
        "Body Text": "仿宋_GB2312",
    }
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        table = archive.read("word/fontTable.xml").decode()
    for face in set(faces.values()):
        found = re.search(rf'<w:font w:name="{face}"><w:altName w:val="([^"]+)"', table)
        # On a machine without an office's fonts any that has the characters.
        assert found[1].split(",")[-2:] == ["WenQuanYi Zen Hei", "Halfsky Sans SC"]
        assert "Source Han" in found[1]


def captions(word: Any, kind: str) -> list[int]:
    found = []
    for line in word.paragraphs:
        if line.style.name == "Caption" and line.text.startswith(kind):
            found.append(int(re.match(rf"{kind}(\d+)　\S", line.text)[1]))
            assert f"SEQ {kind} " in "".join(t.text for t in line._p.iter(qn("w:instrText")))
    return found


def test_figures_and_tables_are_counted_without_gaps(word: Any) -> None:
    assert captions(word, "表") == list(range(1, len(word.tables) + 1))
    assert captions(word, "图") == list(range(1, len(word.inline_shapes) + 1))
    assert len(word.tables) >= 5
    assert len(word.inline_shapes) >= 2


def test_tables_repeat_their_head_and_split_no_row(word: Any) -> None:
    for printed_table in word.tables:
        first, *others = printed_table.rows
        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert others
        assert all(r._tr.trPr.find(qn("w:tblHeader")) is None for r in others)
        assert all(r._tr.trPr.find(qn("w:cantSplit")) is not None for r in printed_table.rows)


GROUPS = [["甲局", "+3.7个百分点"], ["甲局", "—"], ["乙局", "—"]]


def groups(title: str = "变化", weights: tuple[float, float] = (0, 0), **more: Any) -> Table:
    """Two offices with three changes."""
    columns = [Column("部门", weight=weights[0]), Column(title, weight=weights[1])]
    return table("表题", columns, [[words(text) for text in row] for row in GROUPS], **more)


def written(*blocks: Block, notice: str = "", **more: Any) -> Any:
    section = Section("题", (Blocks(*blocks),))
    document = Document("名", ("题",), ("某办",), "某办", 2025, (section,), notice=notice, **more)
    return docx.Document(io.BytesIO(to_docx(document)))


def test_every_row_of_a_group_names_it_on_whatever_page_it_falls() -> None:
    (made,) = written(groups(is_grouped=True)).tables
    assert [row.cells[0].text for row in made.rows] == ["部门", "甲局", "甲局", "乙局"]
    assert not list(made._tbl.iter(qn("w:vMerge")))
    # Its repetition is paler: the second of two rows.
    colours = [row.cells[0].paragraphs[0].runs[0].font.color.rgb for row in made.rows]
    assert [colour is not None for colour in colours] == [False, False, True, False]


def test_a_note_stays_with_its_table() -> None:
    made = written(groups(note="来源：某局。"))
    kept = [
        [line.paragraph_format.keep_with_next for cell in row.cells for line in cell.paragraphs]
        for row in made.tables[0].rows
    ]
    assert kept[-1] == [True, True]
    assert kept[1] == [None, None]
    follows = made.tables[0]._tbl.getnext()
    assert "".join(t.text for t in follows.iter(qn("w:t"))) == "来源：某局。"


def test_no_figure_or_short_word_is_broken_by_a_narrow_column() -> None:
    narrow = groups(weights=(99, 1))
    width = column_shares(printed(narrow), narrow.columns, 9, 442)[1] * 442
    # Four wide characters of 9 points, +3.7 in four of 4.5 at least.
    assert width >= 4 * 9 + 4 * 4.5
    # Words give way before figures: nine columns of them cannot all be whole.
    titles = [*(f"列{n}" for n in range(9)), "数"]
    row = [*(words("机制运行并") for _ in range(9)), words("115100")]
    many = table("", [Column(title) for title in titles], [row])
    shares = column_shares(printed(many), many.columns, 9, 260)
    assert shares[-1] * 260 >= 6 * 4.5


def test_a_long_title_is_broken_before_its_bracket() -> None:
    made = written(groups("达标率（可评价）"))
    assert made.tables[0].rows[0].cells[1].text == "达标率\n（可评价）"


def test_figures_and_statuses_stand_in_the_middle_and_a_status_has_its_shape() -> None:
    columns = [Column("指标"), Column("值", is_number=True), Column("状态"), Column("级别")]
    row = [
        words("某率"),
        amount(95.94, "%").with_small("2024年"),
        status(Status.UNMET, "未达标"),
        severity(Severity.NOTE),
    ]
    (made,) = written(table("题", columns, [row])).tables
    cells = made.rows[1].cells
    assert [cell.text for cell in cells] == ["某率", "95.9%\n2024年", "▲未达标", "提示"]
    centred = [cell.paragraphs[0].alignment is not None for cell in cells]
    assert centred == [False, True, True, False]
    # Small print is a point smaller: 五号 is 10.5 points.
    sizes = [line.runs[0].font.size.pt for line in cells[1].paragraphs]
    assert sizes == [10.5, 9.5]


@pytest.mark.parametrize(
    ("n_columns", "n_rows", "more", "size", "width"),
    [
        pytest.param(3, 2, {}, 10.5, 210, id="a small table: 五号"),
        pytest.param(6, 2, {}, 9, 210, id="more than 5 columns: 小五"),
        pytest.param(3, 13, {}, 9, 210, id="more than 12 lines: 小五"),
        pytest.param(3, 26, {}, 7.5, 210, id="more than 25 lines of figures: 六号"),
        pytest.param(11, 2, {}, 9, 297, id="more than 10 columns: landscape"),
        pytest.param(3, 2, {"is_wide": True}, 9, 297, id="wide"),
        pytest.param(3, 2, {"is_dense": True}, 7.5, 210, id="dense"),
    ],
)
def test_letters_and_paper_follow_from_the_table(
    n_columns: int, n_rows: int, more: dict[str, bool], size: float, width: int
) -> None:
    columns = [Column(f"列{n}", is_number=n > 0) for n in range(n_columns)]
    rows = [[words(f"名{n}"), *[share(50)] * (n_columns - 1)] for n in range(n_rows)]
    made = written(table("题", columns, rows, **more))
    letters = made.tables[0].rows[1].cells[1].paragraphs[0].runs[0].font.size.pt
    assert (letters, round(made.sections[-1].page_width.mm)) == (size, width)


def test_columns_are_as_wide_as_they_weigh() -> None:
    columns = [Column("甲", weight=30), Column("乙", weight=70)]
    (made,) = written(table("题", columns, [[words("一"), words("二")]])).tables
    first, second = (cell.width for cell in made.rows[1].cells)
    assert first / (first + second) == pytest.approx(0.3, abs=0.001)


def test_texts_lists_and_notes_have_their_styles() -> None:
    made = written(
        Paragraph("正文", lead="健康"),
        Paragraph("细节", is_detail=True),
        Bullets(("甲", "乙")),
        Bullets(("丙",), is_numbered=False, is_detail=True),
        Note("没有数据。"),
        has_contents=False,
    )
    heading = next(n for n, p in enumerate(made.paragraphs) if p.style.name == "Heading 1")
    assert [(p.text, p.style.name) for p in made.paragraphs[heading + 1 :]] == [
        ("健康　正文", "Body Text"),
        ("细节", styles.DETAIL),
        ("1．甲", "Body Text"),
        ("2．乙", "Body Text"),
        ("丙", styles.DETAIL),
        ("没有数据。", styles.NOTE),
    ]


@pytest.mark.parametrize(("region", "is_clear"), [("demo", True), ("jiutai", False)])
def test_a_picture_lets_the_watermark_of_its_page_through(region: str, is_clear: bool) -> None:
    saved = io.BytesIO(to_docx(evaluation_report(small_view(region))))
    with zipfile.ZipFile(saved) as archive:
        names = [n for n in archive.namelist() if n.startswith("word/media/")]
        for name in names:
            picture = Image.open(io.BytesIO(archive.read(name))).convert("RGBA")
            assert (picture.getpixel((0, 0))[3] == 0) is is_clear
    assert names


def test_every_picture_says_its_message(word: Any) -> None:
    for shape in word.inline_shapes:
        described = shape._inline.docPr
        assert re.search(r"\d", described.get("descr"))
        assert described.get("title")


def test_invented_figures_say_so_on_every_page_and_table(word: Any) -> None:
    for line in word.paragraphs:
        if line.style.name == "Caption" and line.text.startswith("表"):
            assert line.text.endswith("（合成数据）")
    front, body = word.sections[:2]
    for section in (front, body):  # the contents' pages too
        for header in (section.header, section.even_page_header):
            assert "合成数据：仅用于演示" in header.paragraphs[0].text
            assert 'string="合成数据"' in header._element.xml
    assert front.different_first_page_header_footer  # the cover says it in its title
    assert not body.different_first_page_header_footer


def test_a_real_report_bears_no_mark_of_invented_figures() -> None:
    with zipfile.ZipFile(io.BytesIO(to_docx(evaluation_report(small_view())))) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                assert "合成" not in archive.read(name).decode(), name


def test_cover_contents_and_page_numbers(word: Any) -> None:
    lines = [line.text for line in word.paragraphs]
    assert lines[0] == "（送审稿）"
    headings = [line.text for line in word.paragraphs if line.style.name.startswith("Heading")]
    contents = [line for line in word.paragraphs if line.style.name.lower().startswith("toc")]
    entries = ["".join(t.text for t in line._p.iter(qn("w:t"))) for line in contents]
    assert entries == [h for h in headings if not re.match(r"\d．", h)]
    assert entries[0] == "一、评估依据和方法"
    for line in contents:  # a page number at the right tab, once Word has been let count
        codes = [t.text.split() for t in line._p.iter(qn("w:instrText"))]
        mark = next(line._p.iter(qn("w:hyperlink"))).get(qn("w:anchor"))
        assert ["PAGEREF", mark, "\\h"] in codes
        assert line._p.findall(f".//{qn('w:tab')}")
    for footer in (word.sections[1].footer, word.sections[1].even_page_footer):
        codes = [t.text.strip() for t in footer._element.iter(qn("w:instrText"))]
        assert codes == ["PAGE"]
    assert not word.sections[0].footer.paragraphs[0].text
    marks = {m.get(qn("w:name")) for m in word.element.iter(qn("w:bookmarkStart"))}
    assert {link.get(qn("w:anchor")) for link in word.element.iter(qn("w:hyperlink"))} <= marks


def test_properties_name_the_office_and_the_language(word: Any) -> None:
    core = word.core_properties
    assert (core.author, core.language) == ("某办", "zh-CN")
    assert core.title == "小规划中期评估报告"


def test_headings_stand_above_something(word: Any) -> None:
    lines = [b for b in word.element.body if b.tag in (qn("w:p"), qn("w:tbl"))]
    levels = []
    for block in lines:
        style = block.find(f"{qn('w:pPr')}/{qn('w:pStyle')}") if block.tag == qn("w:p") else None
        name = "" if style is None else style.get(qn("w:val"))
        found = re.fullmatch(r"Heading(\d)", name)
        levels.append(int(found[1]) if found else 0)
    pairs = list(zip(levels, [*levels[1:], 1], strict=True))
    assert all(after == 0 or after > level for level, after in pairs if level)


FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{folder}</dir><cachedir>{cache}</cachedir></fontconfig>"""


@pytest.mark.tools
@pytest.mark.parametrize(
    ("name", "most"), [("evaluation", 60), ("monitoring", 60), ("brief", 2), ("empty", 6)]
)
def test_libreoffice_opens_and_prints_it(tmp_path: Path, name: str, most: int) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.fail("LibreOffice is not installed: make test-all needs it")
    document = {
        "evaluation": lambda: evaluation_report(small_view("demo")),
        "monitoring": lambda: monitoring_report(small_view("demo")),
        "brief": lambda: government_brief(small_view()),
        "empty": lambda: evaluation_report(small_view(is_filed=False)),
    }[name]()
    (tmp_path / "report.docx").write_bytes(to_docx(document))
    fonts = tmp_path / "fonts.conf"
    folder, cache = font_file().parent, tmp_path / "cache"
    fonts.write_text(FONTS.format(folder=folder, cache=cache), encoding="utf-8")
    environment = {"FONTCONFIG_FILE": str(fonts), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    subprocess.run(
        [soffice, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, "report.docx"],
        cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    rendered = subprocess.run(
        ["pdftotext", "-layout", "report.pdf", "-"],
        cwd=tmp_path, check=True, capture_output=True, timeout=60,
    ).stdout.decode()  # fmt: skip
    bare = re.sub(r"\s", "", rendered)
    for section in document.numbered():
        assert re.sub(r"\s", "", section.heading) in bare
    assert not {"□", "\ufffd"} & set(rendered)
    assert rendered.count("\f") <= most
