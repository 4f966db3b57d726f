"""A page without figures keeps the sections that have something to show."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from halfsky.report.html import Html, note
from halfsky.report.render.page import folded

TABLE = Html("<table></table>", "表")
NOTHING = Html('<div class="headline nothing"><p>尚未收到。</p></div>', "尚未收到。")
FIGURES = Html('<div class="headline"><p>达标1项。</p></div>', "达标1项。")
ASKS = note("请区卫生健康局填写。", asks=True)


def shows(*parts):
    outputs = [
        new_output("display_data", data={"text/html": p.html, "text/plain": p.text}) for p in parts
    ]
    return new_code_cell("report.something(study)", outputs=outputs)


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
    made = folded(cells(NOTHING))
    assert sources(made) == [
        "# 标题\n\n开头。",
        "## 对照\n\n别处的数。",
        "## 措施",
    ], "no chapter heads what it does not hold, no introduction promises figures where none are"
    assert sum(cell.cell_type == "code" for cell in made) == 3


def test_a_page_with_figures_keeps_every_section():
    given = cells(FIGURES)
    assert folded(given) == given


def test_a_chart_is_something_to_show():
    chart = new_code_cell(
        "c", outputs=[new_output("display_data", data={"image/png": "", "text/plain": "图"})]
    )
    given = [shows(NOTHING), new_markdown_cell("## 图"), chart]
    assert folded(given)[1:] == given[1:]


def test_each_cell_keeps_an_id_of_its_own():
    """nbformat warns of two alike; one markdown cell with two headings becomes two."""
    nothing = new_code_cell("report.something(study)", execution_count=1)
    two = new_markdown_cell("## 一\n\n说明。\n\n### 二\n\n说明。")
    made = folded([*cells(FIGURES), new_markdown_cell("## 空"), nothing, two, shows(TABLE)])
    assert sources(made)[-2:] == ["## 一\n\n说明。\n\n", "### 二\n\n说明。"]
    assert len({cell.id for cell in made}) == len(made)
