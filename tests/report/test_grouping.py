"""Parts under one heading: what is there is shown, what is not is said once."""

from __future__ import annotations

from halfsky.report.grouping import together
from halfsky.report.html import Html, note

TABLE = Html("<table></table>", "表")
PROSE = Html("<ol><li>一</li></ol>", "一")
SHORT, LONG = note("没有数据。"), note("没有数据，应由区卫生健康局填报。")
NOTHING = Html("", "")


def test_sentences_about_what_is_missing_give_way_to_tables():
    assert together(SHORT, TABLE, LONG, PROSE, NOTHING).parts == [TABLE, PROSE]


def test_paragraphs_stand_beside_a_table():
    prose = Html('<div class="prose"><p>健康2……</p></div>', "健康2……")
    assert together(TABLE, prose, SHORT).parts == [TABLE, prose]


def test_where_nothing_is_there_one_sentence_says_so():
    assert together(SHORT, LONG, NOTHING).parts == [LONG]


def test_nothing_at_all_shows_nothing():
    assert together(NOTHING).parts == []
