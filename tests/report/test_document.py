"""Numbering of headings, and what is left out of a document."""

from __future__ import annotations

import pandas as pd
import pytest

from halfsky.report.document import Document, Section, Table, chinese, from_markup
from halfsky.report.html import Html


def document(*sections: Section) -> Document:
    return Document("名", ("题",), ("某办",), "某办", 2025, sections)


@pytest.mark.parametrize(
    ("count", "rendered"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (34, "三十四"), (99, "九十九")],
)
def test_chinese_figures(count: int, rendered: str) -> None:
    assert chinese(count) == rendered


@pytest.mark.parametrize("count", [0, 100])
def test_chinese_figures_end_at_99(count: int) -> None:
    with pytest.raises(ValueError, match=str(count)):
        chinese(count)


def test_headings_are_counted_and_begin_again_below_each() -> None:
    made = document(
        Section("甲", ("话",)),
        Section("乙"),
        Section("丙", ("话",), level=2),
        Section("丁", ("话",), level=2),
        Section("戊", ("话",), level=3),
        Section("己", ("话",)),
        Section("庚", ("话",), level=2),
        Section("附录1　辛", ("话",), numbered=False),
    )
    assert [s.heading for s in made.numbered()] == [
        *("一、甲", "二、乙", "（一）丙", "（二）丁", "1．戊", "三、己", "（一）庚", "附录1　辛"),
    ]


def test_a_heading_above_nothing_is_left_out() -> None:
    made = document(
        Section("空", (Html("", ""),)),
        Section("上"),
        Section("也空", (Html("", ""),), level=2),
        Section("有", ("话",), level=2),
        Section("末", ()),
    )
    assert [s.heading for s in made.numbered()] == ["一、上", "（一）有"]


def test_a_table_is_the_same_on_a_page_and_read_back_from_it() -> None:
    frame = pd.DataFrame({"指标": ["某率\n健康2", "<b>名</b>"], "值": ["95.9%", None]})
    table = Table(frame, "表题", note="注", numbers=("值",))
    html = table._repr_mimebundle_()["text/html"]
    assert "<b>名" not in html, "cells are data"
    (first,) = from_markup(html)
    assert isinstance(first, Table)
    assert first.rows == table.rows == [["某率\n健康2", "95.9%"], ["<b>名</b>", ""]]
    assert (first.caption, first.numbers, first.note) == ("表题", ("值",), "注")


def test_small_print_below_a_table_belongs_to_it() -> None:
    table = "<table><thead><tr><th>甲</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"
    html = f'{table}<p class="note">来源：某局。</p><p class="note">合成数据。</p><p>正文。</p>'
    first, after, last = from_markup(html + '<p class="note">没有表。</p>')
    assert isinstance(first, Table)
    assert first.note == "来源：某局。\n合成数据。"
    assert (after.text, last.text, last.kind) == ("正文。", "没有表。", "note")


def test_figures_of_two_columns_of_one_name_are_both_figures() -> None:
    head = '<th>甲</th><th class="num">名次</th><th class="num">名次</th>'
    body = "<td>某</td><td>1</td><td>2</td>"
    (made,) = from_markup(
        f"<table><thead><tr>{head}</tr></thead><tbody><tr>{body}</tr></tbody></table>"
    )
    assert made.numbers == ("名次", "名次（2）")
