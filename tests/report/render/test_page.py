"""A report page: complete in itself, in Chinese, without code, safe, and readable by all."""

from __future__ import annotations

import base64
import re

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from halfsky.report.blocks import MIME as BLOCKS
from halfsky.report.blocks import Blocks, Cell, Column, Figure, Paragraph, table
from halfsky.report.charts.canvas import new_figure
from halfsky.report.render.jupyter import bundles
from halfsky.report.render.page import to_html
from halfsky.report.render.results_json import MIME

GIVEN = {
    "title": "妇女与健康：全国2025年参照数据",
    "region": "全国",
    "year": 2025,
    "phase": None,
    "banner": "参照数据：以九台区规划目标对照公布数据，不构成对该地区的评估",
    "synthetic": False,
    "provenance": {
        "规划": "版本1.0",
        "数据指纹": {"CN/observations.csv": "0123abcd"},
        "清单": ["甲"],
    },
    "nav": [("区域首页", "index.html", False), ("妇女与健康", "01_health.html", True)],
}


def shown(*blocks):
    """Blocks as the outputs of an executed cell."""
    outputs = []
    for data, metadata in bundles(Blocks(*blocks)):
        if "image/png" in data:
            data |= {"image/png": base64.b64encode(data["image/png"]).decode("ascii")}
        outputs.append(new_output("display_data", data=data, metadata=metadata))
    return outputs


def chart():
    figure = new_figure(2)
    figure.subplots().plot([1, 2])
    return Figure(figure, "完成度", "9项中3项<落后>", "来源：国家统计局")


def html_output(html):
    data = {"text/html": html, "text/plain": "x"}
    return new_output("execute_result", data=data, execution_count=1)


def page(*outputs, markdown="## 目标完成\n\n说明。", **changed):
    cells = [
        new_markdown_cell("# 自己的标题\n\n开头。"),
        new_markdown_cell(markdown),
        new_code_cell("secret_call()", outputs=list(outputs)),
        new_markdown_cell("## 数据与缺项\n\n### 缺项"),
    ]
    return to_html(new_notebook(cells=cells), **(GIVEN | changed))


def soup(*outputs, **changed):
    return BeautifulSoup(page(*outputs, **changed), "html.parser")


def test_page_is_chinese_and_has_one_title():
    found = soup()
    assert found.html["lang"] == "zh-CN"
    assert [h.get_text() for h in found.find_all("h1")] == [GIVEN["title"]]
    assert found.title.get_text() == GIVEN["title"]
    assert GIVEN["banner"] in found.select_one(".banner").get_text()


def test_nothing_is_loaded_from_outside():
    html = page(
        *shown(chart()),
        html_output('<img src="https://example.org/a.png" alt="外图"><p style="color:red">字</p>'),
        markdown="## 节\n\n![图](https://example.org/b.png)",
    )
    found = BeautifulSoup(html, "html.parser")
    assert found.find_all(["script", "link", "iframe", "object"]) == []
    assert all(i["src"].startswith("data:image/") for i in found.find_all("img"))
    assert not re.search(r"url\(|@import", found.style.get_text())
    assert "外图" in found.get_text()


def test_code_prompts_stderr_and_the_machines_record_are_hidden():
    record = new_output("display_data", data={MIME: {"goals": []}, "text/plain": "结果：77项目标"})
    html = page(new_output("stream", name="stderr", text="UserWarning: x"), record)
    for hidden in ("secret_call", "UserWarning", "结果：77项", "In [", "Out["):
        assert hidden not in html


def test_contents_point_at_headings_that_exist():
    found = soup(markdown="## 目标完成\n\n### 小数字\n\n字。\n\n## 目标完成")
    links = [a["href"][1:] for a in found.select(".toc li a")]
    assert links == ["目标完成", "小数字", "目标完成-2", "数据与缺项", "缺项"]
    assert all(found.find(id=anchor) is not None for anchor in links)


def test_charts_have_message_number_and_source():
    found = soup(*shown(chart()), *shown(chart()))
    figures = found.find_all("figure")
    assert [f.img["alt"] for f in figures] == ["9项中3项<落后>"] * 2
    assert [f.figcaption.get_text() for f in figures] == [
        "图1　来源：国家统计局",
        "图2　来源：国家统计局",
    ]
    assert figures[0].img["width"] == "740"


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<svg onload="alert(1)"></svg>',
    ],
)
def test_markup_from_data_cannot_act(source):
    for found in (soup(html_output(source)), soup(markdown=f"## 节\n\n{source}")):
        assert found.find("script") is None
        assert found.find("svg") is None
        for tag in found.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")]
            assert not str(tag.get("href", "")).startswith(("javascript:", "data:"))


def test_tables_scroll_by_keyboard_whoever_made_them():
    foreign = html_output("<table><caption>外表</caption><tr><td>1</td></tr></table>")
    own = shown(table("甲表", [Column("指标")], [[Cell("一")]]))
    found = soup(foreign, *own, markdown="## 节\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |")
    boxes = found.select("main .table-scroll")
    assert [b["aria-label"] for b in boxes] == ["表格", "外表", "甲表"]
    assert all(b["tabindex"] == "0" and b["role"] == "region" for b in boxes)


def test_a_page_is_drawn_from_the_blocks_not_from_the_html_beside_them():
    (output,) = shown(Paragraph("真的"))
    output["data"]["text/html"] = "<p>别的</p><script>alert(1)</script>"
    assert "真的" in page(output)
    assert "别的" not in page(output)


def test_what_is_no_block_is_cleaned_and_shown_as_html():
    (output,) = shown(Paragraph("真的"))
    output["data"][BLOCKS] = [{"kind": "script", "text": "x"}]
    output["metadata"]["halfsky_blocks"] = "<script>alert(1)</script>"
    output["data"]["text/html"] = "<p>别的<script>alert(1)</script></p>"
    assert "<p>别的</p>" in page(output)
    assert "alert" not in page(output)


def test_the_source_below_a_chart_is_printed_once():
    assert page(*shown(chart())).count("国家统计局") == 1


def test_keyboard_and_screen_reader_order():
    found = soup()
    assert found.find("a")["href"] == "#main"
    assert found.find(id="main").name == "main"
    assert found.select_one(".pages a[aria-current]").get_text() == "妇女与健康"
    ids = [tag["id"] for tag in found.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_footer_says_where_the_page_comes_from():
    footer = soup().footer.get_text()
    for words in ("规划", "版本1.0", "CN/observations.csv", "0123abcd", "甲"):
        assert words in footer


@pytest.mark.parametrize("synthetic", [True, False])
def test_only_a_synthetic_page_says_so(synthetic):
    assert ("合成数据" in soup(synthetic=synthetic).get_text()) is synthetic


def test_phase_is_shown_where_there_is_one():
    assert soup(phase="中期评估").select_one(".phase").get_text() == "中期评估"
    assert soup(phase=None).select_one(".phase") is None


def test_a_failed_cell_is_named_and_nothing_stands_empty_after_it():
    error = new_output("error", ename="ValueError", evalue="坏<数>", traceback=[])
    found = soup(error)
    assert "本节运行出错" in found.select_one(".failed").get_text()
    assert "坏<数>" in found.get_text()
    assert found.find(id="数据与缺项") is None


def test_data_in_the_header_are_escaped():
    found = soup(title="<b>甲</b>", region="<i>乙</i>", banner="<u>丙</u>")
    assert found.h1.get_text() == "<b>甲</b>"
    assert found.select_one(".where").find("i") is None
    assert found.select_one(".banner").find("u") is None


def test_template_is_light_and_pages_are_the_same_again():
    assert len(page().encode("utf-8")) < 30_000
    assert page(*shown(chart())) == page(*shown(chart()))
