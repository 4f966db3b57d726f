"""A page without figures keeps the sections that have something to show."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from halfsky.report.blocks import Blocks, Cell, Column, Paragraph, note, sentence, table
from halfsky.report.render.jupyter import bundles
from halfsky.report.render.outline import filled, with_blocks

TABLE = Blocks(table("表", [Column("甲")], [[Cell("一")]]))
LIST = Blocks(table("缺项清单", [Column("甲")], [[Cell("一")]], lists_missing=True))
NOTHING = Blocks(Paragraph("尚未收到。", leads_empty=True))
FIGURES = sentence("达标1项。")
ASKS = note("请区卫生健康局填写。", asks=True)


def shows(*parts):
    outputs = [
        with_blocks(new_output("display_data", data=data, metadata=metadata))
        for part in parts
        for data, metadata in bundles(part)
    ]
    return new_code_cell("report.something(study)", outputs=outputs, execution_count=1)


def cells(headline):
    return [
        new_markdown_cell("# 标题\n\n开头。"),
        shows(headline),
        new_markdown_cell("## 目标完成\n\n说明。"),
        shows(note("没有数据。")),
        new_markdown_cell("### 城乡\n\n问题。"),
        shows(note("没有数据。")),
        new_markdown_cell("## 诊断\n\n小基数。"),
        shows(note("没有数据。")),
        new_markdown_cell("### 对照\n\n别处的数。"),
        shows(TABLE, note("没有数据。")),
        new_markdown_cell("### 措施\n\n做了什么。"),
        shows(ASKS),
        new_markdown_cell("## 经验\n\n### 问题"),
        shows(note("没有数据。")),
    ]


def sources(made):
    return [cell.source for cell in made if cell.cell_type == "markdown"]


def test_sections_that_only_say_there_is_nothing_go_with_their_headings():
    made = filled(cells(NOTHING))
    assert sources(made) == [
        "# 标题\n\n开头。",
        "## 对照\n\n别处的数。",
        "## 措施",
    ], "no chapter heads what it does not hold, no introduction promises figures where none are"
    assert sum(cell.cell_type == "code" for cell in made) == 3


def test_a_page_with_figures_keeps_every_section():
    given = cells(FIGURES)
    assert filled(given) == given


def test_a_chart_is_something_to_show():
    chart = new_code_cell(
        "c", outputs=[new_output("display_data", data={"image/png": "", "text/plain": "图"})]
    )
    given = [shows(NOTHING), new_markdown_cell("## 图"), chart]
    assert filled(given)[1:] == given[1:]


def test_each_cell_keeps_an_id_of_its_own():
    """nbformat warns of two alike; one markdown cell with two headings becomes two."""
    nothing = new_code_cell("report.something(study)", execution_count=1)
    two = new_markdown_cell("## 一\n\n说明。\n\n### 二\n\n说明。")
    made = filled([*cells(FIGURES), new_markdown_cell("## 空"), nothing, two, shows(TABLE)])
    assert sources(made)[-2:] == ["## 一\n\n说明。\n\n", "### 二\n\n说明。"]
    assert len({cell.id for cell in made}) == len(made)


def test_a_list_of_what_is_missing_shows_no_figures():
    given = [
        new_markdown_cell("# 标题"),
        shows(NOTHING),
        new_markdown_cell("## 数据\n\n每项指标有几年的数。"),
        shows(LIST),
    ]
    assert sources(filled(given)) == ["# 标题", "## 数据"]


def test_a_section_that_prints_nothing_goes_on_any_page():
    given = [
        new_markdown_cell("# 标题"),
        shows(FIGURES),
        new_markdown_cell("## 空\n\n说明。"),
        shows(Blocks()),
        new_markdown_cell("## 满"),
        shows(TABLE),
    ]
    assert sources(filled(given)) == ["# 标题", "## 满"]
