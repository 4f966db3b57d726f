"""What is read back from a page's markup is what the page says."""

from __future__ import annotations

from halfsky.report.markup import Grid, Paragraph, read


def test_paragraphs_notes_and_lists_in_their_order() -> None:
    found = list(
        read(
            '<div><p>第一段，<b>95.9%</b>。</p><ul class="counts"><li>达标 3</li></ul>'
            '<ol><li>甲</li><li>乙</li></ol><ul><li>丙</li></ul><p class="note">小字</p></div>'
        )
    )
    assert found == [
        Paragraph("第一段，95.9%。"),
        Paragraph("甲", "item", 1),
        Paragraph("乙", "item", 2),
        Paragraph("丙", "item", 0),
        Paragraph("小字", "note"),
    ]


def test_a_table_with_a_group_over_several_rows() -> None:
    html = (
        "<table><caption>缺项</caption><thead><tr><th>部门</th><th class='num'>数</th></tr></thead>"
        "<tbody><tr><th rowspan='2'>甲局</th><td>1</td></tr><tr><td>2</td></tr>"
        "<tr><th>乙局</th><td></td></tr></tbody></table>"
    )
    (grid,) = read(html)
    assert isinstance(grid, Grid)
    assert (grid.caption, grid.titles, grid.is_number) == ("缺项", ["部门", "数"], [False, True])
    assert grid.rows == [["甲局", "1"], ["甲局", "2"], ["乙局", ""]]
    assert grid.is_grouped


def test_spaces_of_the_markup_are_no_spaces_of_the_text() -> None:
    html = "<p>用\n <code>halfsky run</code> 生成　（见 表1）</p><p>  </p>"
    assert list(read(html)) == [Paragraph("用halfsky run生成　（见表1）")]


def test_a_shape_for_the_eye_is_no_text() -> None:
    html = '<p><span class="severity"><span aria-hidden="true">□</span>提示</span>1条</p>'
    assert list(read(html)) == [Paragraph("提示1条")]


def test_a_line_break_in_a_cell_stays() -> None:
    (grid,) = read(
        "<table><tbody></tbody><thead><tr><th>现值<br><small>年</small></th></tr></thead>"
    )
    assert isinstance(grid, Grid)
    assert grid.titles == ["现值\n年"]
