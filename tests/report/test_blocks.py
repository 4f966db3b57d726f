"""Blocks: what a cell prints and the figure behind it agree; a gap is never a number."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from halfsky.plan.vocabulary import Status
from halfsky.report import blocks
from halfsky.report.blocks import (
    MISSING,
    SUPPRESSED,
    Blocks,
    Bullets,
    Cell,
    Column,
    Counts,
    Figure,
    Gap,
    Heading,
    Note,
    Paragraph,
    Row,
    from_json,
    note,
    sentence,
    table,
    to_json,
    together,
)
from halfsky.report.charts.canvas import new_figure


@pytest.mark.parametrize(
    ("cell", "text", "value", "unit", "decimals"),
    [
        pytest.param(blocks.amount(95.94, "%", 1), "95.9%", 95.94, "%", 1, id="share"),
        pytest.param(blocks.amount(14.3, "1/10万", 1), "14.3/10万", 14.3, "1/10万", 1, id="rate"),
        pytest.param(blocks.amount(0, "%", 1), "0.0%", 0, "%", 1, id="a zero stays a zero"),
        pytest.param(blocks.amount(-0.2, "百分点", 1), "−0.2个百分点", -0.2, "百分点", 1,
                     id="a difference of shares, minus sign"),
        pytest.param(blocks.limit(95.0, "%", 1), "95%", 95, "%", 1, id="whole targets"),
        pytest.param(blocks.signed(0.38, 1), "+0.38", 0.38, "", 2, id="a change: one decimal more"),
        pytest.param(blocks.count(1240), "1240", 1240, "", 0, id="no thousands separator"),
        pytest.param(blocks.year(2025), "2025年", 2025, "", None, id="year"),
        pytest.param(blocks.share(12.34), "12.3%", 12.34, "%", 1, id="given in percent"),
        pytest.param(blocks.chance(0.004), "不到1%", 0.4, "%", 0, id="no false 0 %"),
        pytest.param(blocks.chance(0.9951), "99%以上", 99.51, "%", 0, id="no false 100 %"),
    ],
)  # fmt: skip
def test_text_and_value_agree(cell, text, value, unit, decimals):
    assert cell.text == text
    assert cell.value == pytest.approx(value)
    assert (cell.unit, cell.decimals, cell.gap) == (unit, decimals, None)


@pytest.mark.parametrize("gap", [None, math.nan, pd.NA], ids=["none", "nan", "NA"])
@pytest.mark.parametrize(
    "make", [blocks.amount, blocks.signed, blocks.count, blocks.year, blocks.share, blocks.chance]
)
def test_a_gap_is_a_dash_without_value(make, gap):
    assert make(gap) == MISSING
    assert (MISSING.text, MISSING.value, MISSING.gap) == ("—", None, Gap.MISSING)
    assert (SUPPRESSED.text, SUPPRESSED.value) == ("＊", None)


def grid(**options):
    head = [Column("指标", is_header=True), Column("值", is_number=True), Column("值")]
    rows = [
        Row((Cell("甲", ("健康1",)), blocks.amount(1.5, "%"), Cell("一")), anchor="t-1"),
        (Cell("乙"), Cell("不比较", span=2)),
        (Cell("丙"), MISSING, Cell()),
    ]
    return table("表", head, rows, note="注", **options)


def test_a_row_fills_every_column():
    with pytest.raises(ValueError, match="a row of 1 cells, 2 columns"):
        table("表", [Column("甲"), Column("乙")], [[Cell("1")]])


def test_a_tables_plain_text_is_what_it_shows():
    assert grid().text == "表\n甲，健康1｜1.5%｜一\n乙｜不比较｜\n丙｜—｜\n注"


def test_a_tables_frame_has_numbers_where_a_column_holds_only_figures():
    frame = table(
        "表",
        [Column("指标"), Column("值"), Column("值")],
        [
            (Cell("甲"), blocks.amount(1.5, "%"), blocks.amount(2.0)),
            (Cell("乙"), MISSING, Cell("多")),
        ],
    ).df
    assert list(frame.columns) == ["指标", "值", "值（2）"]
    assert frame["值"].tolist()[0] == 1.5
    assert math.isnan(frame["值"].tolist()[1])
    assert frame["值（2）"].tolist() == ["2.0", "多"]


def everything():
    return Blocks(
        grid(is_grouped=True, is_wide=True, is_dense=True, lists_missing=True, label="名"),
        Paragraph("话", lead="头", is_detail=True, anchors=(("t-2", "话"),), leads_empty=True),
        Bullets(("一", "二"), is_numbered=False),
        Counts(((Status.MET, "达标", 3),)),
        Note("缺", asks=True),
        Heading("节", level=2),
    )


def test_json_holds_every_block_and_comes_back_the_same():
    assert tuple(from_json(to_json(everything()))) == tuple(everything())
    assert to_json([Paragraph("话")]) == [{"kind": "paragraph", "text": "话"}]


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "note", "text": "x"},
        [{"kind": "script", "text": "x"}],
        [{"kind": "note"}],
        [{"kind": "note", "text": ["x"]}],
        [{"kind": "table", "caption": "x", "columns": [], "rows": [{"cells": "x"}]}],
    ],
    ids=["no list", "unknown kind", "nothing said", "no text", "no cells"],
)
def test_what_is_no_block_is_refused(content):
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's own wording
        from_json(content)


def figure(**options):
    return Figure(new_figure(2), "题", "话。", "来源：某局", **options)


def test_synthetic_data_are_marked_once_wherever_they_are_shown():
    twice = Blocks(grid(), figure(), Paragraph("话")).marked_synthetic().marked_synthetic()
    shown, drawn, said = twice
    assert shown.caption == "表（合成数据）"
    assert [t.get_text() for t in drawn.drawing.texts].count("合成数据") == 2
    assert drawn.source == "来源：某局（合成数据）"
    assert said == Paragraph("话")


def test_a_figure_has_the_same_picture_every_time():
    one, other = figure(), figure()
    assert one.png == other.png
    assert one.metadata == {"alt": "话。", "caption": "来源：某局", "title": "题", "width": 740}


def test_together_drops_notes_beside_tables_and_keeps_the_fullest_alone():
    shown = together(note("没有。"), sentence("有。"), note("也没有。"))
    assert shown.text == "有。"
    assert together(note("没有。"), Blocks(), note("什么也没有。")).text == "什么也没有。"
    assert len(together(Blocks())) == 0


def test_small_print_is_no_note_in_the_place_of_something():
    assert Blocks(Note("缺")).is_note
    assert Blocks().is_note
    assert not Blocks(Note("注", is_small=True)).is_note


def test_details_are_set_small():
    small = Blocks(Paragraph("话"), Bullets(("一",)), Note("缺")).as_detail()
    assert [getattr(b, "is_detail", None) for b in small] == [True, True, None]
