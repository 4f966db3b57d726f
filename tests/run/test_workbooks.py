"""A page's tables as a workbook: numbers with their formats, words instead of keys."""

from __future__ import annotations

from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest

from halfsky.data.workbook import Shown
from halfsky.report.render.results_json import results
from halfsky.run.workbooks import numbered, write_workbook
from small_view import small_view

TABLE = """<table><caption>某表（2025年）</caption>
<thead><tr><th>指标</th><th class="num">值</th></tr>
</thead><tbody><tr><td>某率</td><td>95.9%</td></tr></tbody></table>
<p class="note">来源：某局。不宜据以评比。</p>"""


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    view = small_view()
    output = nbformat.v4.new_output("execute_result", {"text/html": TABLE})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])])
    path: Path = tmp_path_factory.mktemp("book") / "a.xlsx"
    write_workbook(path, "题", notebook, results(view), view.plan, view.region)
    return openpyxl.load_workbook(path)


def test_the_figures_are_in_words_and_in_the_decimals_of_their_indicator(
    book: openpyxl.Workbook,
) -> None:
    sheet = book["指标数据"]
    titles, first, deaths, *_ = sheet.iter_rows()
    row = {t.value: c for t, c in zip(titles, first, strict=True)}
    assert row["目标"].value == "事项1"
    assert row["要求"].value == "不低于"
    assert {t.value: c.value for t, c in zip(titles, deaths, strict=True)}["要求"] == "不高于"
    # 2025年: 80 + 2025 % 3 + 0.5 × 10 = 85.0
    assert (row["现值"].value, row["现值"].number_format) == (85, "0.0")
    assert row["时间进度"].number_format == "0%"
    # No probability is printed as 0% or 100%.
    assert row["达到目标值的概率"].number_format == '[>0.99]"99%以上";[<0.01]"不到1%";0%'
    assert row["时间进度"].value == 0.5  # 2020—2030年, half gone
    assert sheet.freeze_panes == "C2"


def test_a_table_keeps_its_source_and_caveats(book: openpyxl.Workbook) -> None:
    cells = [row[0] for row in book["某表"].iter_rows(values_only=True)]
    assert cells == ["指标", "某率", None, "某表（2025年）", "来源：某局。不宜据以评比。"]
    assert book["某表"]["B2"].value == 0.959


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(["1", "2.50"], [Shown(1, "0"), Shown(2.5, "0.00")], id="numbers"),
        pytest.param(["1", "未评定"], ["1", "未评定"], id="one text: all texts"),
        pytest.param(["95.9%", "14"], ["95.9%", "14"], id="shares and others"),
        pytest.param(["5%", "—", ""], [Shown(0.05, "0%"), None, None], id="a dash is a gap"),
        pytest.param(["5", "＊"], [Shown(5, "0"), "＊"], id="withheld stays marked"),
        pytest.param(["—", "—"], ["—", "—"], id="nothing but dashes"),
    ],
)
def test_a_column_is_of_one_type(texts: list[str], expected: list[object]) -> None:
    found = numbered(pd.Series(texts))
    assert [None if pd.isna(c) else c for c in found.astype(object)] == expected
