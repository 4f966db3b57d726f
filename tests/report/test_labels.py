"""What things are called on a page, and how lists of names end."""

from __future__ import annotations

import pytest

from halfsky.report.labels import MOST_NAMES, listed, publisher, short_text, synthetic_note
from small_view import small_view


@pytest.mark.parametrize(
    "source",
    [
        "公报 · 国家卫健委(新华社转载) · x",
        "表 · 新华网(引国家卫健委)",
        "国家卫生健康委(第三方转录)",
    ],
)
def test_one_publisher_bears_one_name(source: str) -> None:
    assert publisher(source) == "国家卫生健康委"


def test_a_long_list_says_how_many_there_are() -> None:
    names = [f"第{n}项" for n in range(MOST_NAMES + 1)]
    assert listed(names[:-1]) == "、".join(names[:-1])
    assert listed(names) == "、".join(names[:-1]) + f"等{MOST_NAMES + 1}项"
    assert listed(names, is_counted=True) == "、".join(names[:-1]) + "等"


def test_names_that_hold_commas_are_parted_by_semicolons() -> None:
    assert listed(["甲（1，2）", "乙"]) == "甲（1，2）；乙"


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        pytest.param("甲率提高。乙率下降。", "甲率提高", id="the first sentence"),
        pytest.param("甲，乙丙丁戊己庚，辛壬癸", "甲，乙丙丁戊己庚……", id="cut at a comma"),
        pytest.param("甲，乙丙丁戊己庚辛壬癸", "甲，乙丙丁戊己庚辛……", id="not at one too early"),
    ],
)
def test_a_goals_opening_is_cut_at_a_clause(text: str, opening: str) -> None:
    assert short_text(text, most=9) == opening


def test_only_invented_figures_are_called_so() -> None:
    assert synthetic_note(small_view("demo")) == "合成数据，仅用于演示。"
    assert synthetic_note(small_view()) == ""
