"""Blocks as HTML: every text escaped, tables that can be read on a phone and aloud."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from halfsky.plan.vocabulary import Severity, Status
from halfsky.report.blocks import (
    Bullets,
    Cell,
    Column,
    Counts,
    Heading,
    Note,
    Paragraph,
    Row,
    amount,
    severity,
    status,
    table,
    words,
)
from halfsky.report.render.html import to_html

NAMES = [Column("指标", is_header=True), Column("现值", small="年份", is_number=True)]


def soup(*blocks, **how):
    return BeautifulSoup(to_html(blocks, **how), "html.parser")


def test_every_text_is_escaped():
    bad = "<script>alert(1)</script>"
    grid = table(bad, [Column(bad, bad)], [Row((words(bad, bad, anchors=(bad,)),), anchor=bad)])
    blocks = [grid, Paragraph(bad, lead=bad), Bullets((bad,)), Note(bad), Heading(bad)]
    blocks += [Counts(((Status.MET, bad, 1),))]
    assert soup(*blocks).find("script") is None
    assert soup(*blocks).get_text().count(bad) == 11


def test_a_table_names_its_columns_and_rows():
    grid = table("甲表", NAMES, [Row((words("甲", "健康1"), amount(95.9, "%")), anchor="t-1")])
    found = soup(grid)
    assert found.caption.get_text() == "甲表"
    assert [th["scope"] for th in found.find_all("th")] == ["col", "col", "row"]
    assert found.find(id="t-1").td["class"] == ["num"]
    assert [small.get_text() for small in found.find_all("small")] == ["年份", "健康1"]


def test_notebooks_get_their_alignment_inline():
    grid = table("甲表", NAMES, [(words("甲"), amount(1.0))])
    sides = [tag["style"] for tag in soup(grid, is_styled=True).select("tbody th, tbody td")]
    assert sides == ["text-align:left", "text-align:right"]
    assert not soup(grid).select("[style]")


def columns(n):
    return [Column(f"列{i}", is_header=i == 0) for i in range(n)]


@pytest.mark.parametrize(
    ("n", "longest", "options", "is_card"),
    [
        pytest.param(4, 17, {}, True, id="four columns, a cell of 17 characters"),
        pytest.param(4, 16, {}, False, id="16 characters are still a figure"),
        pytest.param(3, 17, {}, False, id="three columns fit a phone"),
        pytest.param(4, 17, {"is_grouped": True}, False, id="a grouped cell has no single row"),
    ],
)
def test_a_table_of_words_says_each_cells_column(n, longest, options, is_card):
    grid = table("表", columns(n), [[Cell("字" * longest)] * n], **options)
    found = soup(grid)
    assert bool(found.select(".stack")) is is_card
    labels = [td.get("data-label") for td in found.find_all("td")]
    assert labels == [f"列{i}" if is_card else None for i in range(1, n)]


def test_a_spanning_cell_keeps_the_columns_after_it_in_place():
    rows = [(words("甲"), words("例数太少", span=2), amount(1.0))]
    head = [Column("指标"), Column("低"), Column("高"), Column("数", is_number=True)]
    cells = soup(table("表", head, rows)).find_all("td")
    assert cells[1]["colspan"] == "2"
    assert cells[2]["class"] == ["num"]


def test_equal_neighbours_share_a_cell():
    rows = [[Cell("甲局"), Cell("1")], [Cell("甲局"), Cell("2")], [Cell("乙局"), Cell("3")]]
    head = [Column("部门", is_header=True), Column("数")]
    found = soup(table("表", head, rows, is_grouped=True))
    cells = found.select("tbody th")
    assert [(c.get_text(), c.get("rowspan"), c["scope"]) for c in cells] == [
        ("甲局", "2", "rowgroup"),
        ("乙局", None, "row"),
    ]
    assert [len(tr.find_all("td")) for tr in found.select("tbody tr")] == [1, 1, 1]


def test_a_status_is_a_shape_and_a_word():
    rows = [[status(Status.UNMET, "未达标"), severity(Severity.RED)]]
    chips = soup(table("表", columns(2), rows)).select("tbody span[class]")
    assert [c.get_text() for c in chips] == ["▲未达标", "▲", "■红色", "■"]
    assert chips[1]["aria-hidden"] == "true"


def test_commands_are_set_as_code_and_escaped_like_the_rest():
    command = "halfsky ingest --from <表>"
    found = soup(Paragraph(f"用 {command} 读入<b>。", commands=(command,)))
    assert [code.get_text() for code in found.find_all("code")] == [command]
    assert found.p.get_text() == f"用 {command} 读入<b>。"


def test_named_words_carry_the_ids_that_links_lead_to():
    anchors = (("a-1", "甲机制"), ("a-2", "甲机制建设"), ("b-1", "<乙>"))
    text = Paragraph("甲机制、甲机制建设、<乙>。", anchors=anchors)
    found = soup(text)
    assert [(s["id"], s.get_text()) for s in found.find_all("span")] == [
        ("a-1", "甲机制"), ("a-2", "甲机制建设"), ("b-1", "<乙>"),
    ]  # fmt: skip
    assert found.p.get_text() == "甲机制、甲机制建设、<乙>。"
