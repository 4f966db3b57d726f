"""A report page: complete in itself, in Chinese, without code, safe, and readable by all."""

from __future__ import annotations

import base64
import re

import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from halfsky.report.chart import Chart
from halfsky.report.render.page import to_html
from halfsky.report.render.results_json import MIME
from halfsky.report.theme import new_figure

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


def chart_output():
    figure = new_figure(2)
    figure.subplots().plot([1, 2])
    data, metadata = Chart(
        figure, "完成度", "9项中3项<落后>", "来源：国家统计局"
    )._repr_mimebundle_()
    data = {**data, "image/png": base64.b64encode(data["image/png"]).decode("ascii")}
    return new_output("display_data", data=data, metadata=metadata)


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
        chart_output(),
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
    found = soup(chart_output(), chart_output())
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


def test_tables_keep_their_structure_and_scroll_by_keyboard():
    row = '<tr id="t.1"><th scope="row" colspan="2">一</th></tr>'
    table = f"<table><caption>甲表</caption>{row}</table>"
    found = soup(html_output(table), markdown="## 节\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |")
    boxes = found.select("main .table-scroll")
    assert [b["aria-label"] for b in boxes] == ["表格", "甲表"]
    assert all(b["tabindex"] == "0" and b["role"] == "region" for b in boxes)
    cell = found.find("th", attrs={"scope": "row"})
    assert cell["colspan"] == "2"
    assert cell.parent["id"] == "t.1"


def test_a_table_of_words_says_each_cells_column():
    head = "<tr><th>指标</th><th>现值<br><small>年份</small></th><th>依据</th><th>年</th></tr>"
    reason = "最近三次填报中两次达到，因此判为达标"
    row = f"<tr><th scope='row'>甲</th><td>1</td><td>{reason}</td><td>5</td></tr>"
    words = f"<table><thead>{head}</thead><tbody>{row}</tbody></table>"
    figures = words.replace(reason, "99.46—100.00")
    merged = words.replace("<td>1", '<td rowspan="1">1')
    tables = (words, figures, merged)
    found = [soup(html_output(table)).select_one("main table") for table in tables]
    assert [td["data-label"] for td in found[0].find_all("td")] == ["现值", "依据", "年"]
    assert found[0]["class"] == ["stack"]
    for table in found[1:]:
        assert "class" not in table.attrs
        assert not table.find(attrs={"data-label": True})


def test_a_scrolling_table_is_not_wrapped_twice():
    inner = '<div class="table-scroll" tabindex="0"><table><tr><td>一</td></tr></table></div>'
    assert len(soup(html_output(inner)).select("main .table-scroll")) == 1


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
    assert page(chart_output()) == page(chart_output())
