"""Numbering of headings, and what is left out of a document."""

from __future__ import annotations

import pytest

from halfsky.plan.vocabulary import Status
from halfsky.report.blocks import SILENT, Blocks, Column, Counts, Paragraph, sentence, table, words
from halfsky.report.documents.document import (
    Document,
    Section,
    chinese,
    set_small,
    weighted,
)

SAID = (sentence("话"),)


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
        Section("甲", SAID),
        Section("乙"),
        Section("丙", SAID, level=2),
        Section("丁", SAID, level=2),
        Section("戊", SAID, level=3),
        Section("己", SAID),
        Section("庚", SAID, level=2),
        Section("附录1　辛", SAID, numbered=False),
    )
    assert [s.heading for s in made.numbered()] == [
        *("一、甲", "二、乙", "（一）丙", "（二）丁", "1．戊", "三、己", "（一）庚", "附录1　辛"),
    ]


def test_a_heading_above_nothing_is_left_out() -> None:
    made = document(
        Section("空", (SILENT,)),
        Section("上"),
        Section("也空", (SILENT,), level=2),
        Section("有", SAID, level=2),
        Section("末", ()),
    )
    assert [s.heading for s in made.numbered()] == ["一、上", "（一）有"]


def test_a_row_of_counts_is_not_printed_and_fills_no_section() -> None:
    counts = Counts(((Status.MET, "达标", 3),))
    made = document(
        Section("图", (Blocks(counts),)), Section("话", (Blocks(counts, Paragraph("句")),))
    )
    assert [s.heading for s in made.numbered()] == ["一、话"]
    assert [b.text for b in made.numbered()[0].blocks] == ["句"]


def test_an_annex_is_small_and_wide_and_its_texts_are_as_they_were() -> None:
    made = table("题", [Column("甲"), Column("乙")], [[words("1"), words("2")]])
    part = Blocks(Paragraph("句"), made)
    said, small = set_small(part, is_wide=True)
    assert (said.text, small.is_dense, small.is_wide) == ("句", True, True)
    assert set_small(part)[1].is_wide is False
    assert [c.weight for c in weighted(part, (3, 5))[1].columns] == [3, 5]
