"""Typed cells as a spreadsheet holds them: numbers in the format they print in, words as text."""

from __future__ import annotations

import pytest

from halfsky.plan.sheets import Shown
from halfsky.plan.vocabulary import Status
from halfsky.report import blocks
from halfsky.report.blocks import Cell, Column, amount, chance, limit, signed, table, words
from halfsky.report.render.excel import LONGEST_FORMAT, content, table_sheet


@pytest.mark.parametrize(
    ("cell", "value", "form"),
    [
        pytest.param(amount(95.94, "%"), 0.959, "0.0%", id="a share: 95.9/100"),
        pytest.param(amount(14.26, "1/10万"), 14.3, '0.0"/10万"', id="a rate keeps its unit"),
        pytest.param(amount(-1.25, "", 2), -1.25, "0.00", id="a typographic minus"),
        pytest.param(amount(7950, "万人", 2), 7950, '0"万人"', id="whole thousands of 万"),
        pytest.param(limit(95, "%"), 0.95, "0%", id="a target loses its empty decimals"),
        pytest.param(blocks.count(12), 12, "0", id="a count"),
        pytest.param(blocks.year(2025), 2025, '0"年"', id="a year"),
        pytest.param(blocks.share(12.5), 0.125, "0.0%", id="a share given in percent"),
        pytest.param(chance(0.46), 0.46, "0%", id="a probability"),
        # 0.8994 prints as 89.9%, since 90% is another word.
        pytest.param(chance(0.8994), 0.899, "0.0%", id="a probability beside a limit"),
        pytest.param(signed(0.379), 0.38, "+0.00;-0.00;0.00", id="a change with its sign"),
        pytest.param(signed(-0.46), -0.46, "0.00", id="a fall"),
        pytest.param(
            amount(85, "%").with_small("2023年", "五年合并"),
            0.85,
            '0.0%" 2023年 五年合并"',
            id="small print follows the number",
        ),
    ],
)
def test_a_figure_is_the_printed_number_in_its_format(cell: Cell, value: float, form: str) -> None:
    found = content(cell)
    assert isinstance(found, Shown)
    assert (found.value, found.form) == (value, form)


def test_words_in_the_place_of_a_number_are_shown_and_the_number_sorts() -> None:
    # No probability is printed as 0% or 100%.
    assert content(chance(0.999)) == Shown(1.0, '"99%以上";"99%以上";"99%以上"', "99%以上")
    past = Cell("已超过", value=748.0, unit="%", decimals=0)
    assert content(past) == Shown(7.48, '"已超过";"已超过";"已超过"', "已超过")
    # Its text begins with the 99 that no decimals would give, but is not that.
    finer = content(Cell("99.4%", value=99.4, unit="%", decimals=0))
    assert finer == Shown(0.994, "0.0%", "99.4%")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param(blocks.MISSING, None, id="a gap is empty"),
        pytest.param(blocks.EMPTY, None, id="so is a cell without anything"),
        pytest.param(blocks.MISSING.with_small("（2019年）"), "—\n（2019年）", id="not its note"),
        pytest.param(blocks.SUPPRESSED, "＊", id="a suppressed figure stays marked"),
        pytest.param(words("未评定", "2024年"), "未评定\n2024年", id="words with small print"),
        pytest.param(words("—"), "—", id="a dash among words"),
        pytest.param(blocks.status(Status.MET, "达标"), "达标", id="a status is its word"),
        pytest.param(words("95.9%"), "95.9%", id="words are not guessed to be figures"),
    ],
)
def test_words_and_gaps(cell: Cell, expected: str | None) -> None:
    assert content(cell) == expected


def test_a_figure_whose_note_is_longer_than_a_format_stays_text() -> None:
    long = amount(85, "%").with_small("某" * LONGEST_FORMAT)
    assert content(long) == "85.0%\n" + "某" * LONGEST_FORMAT


def test_a_column_of_words_and_numbers_keeps_its_numbers() -> None:
    made = table(
        "表题（2025年）",
        [Column("指标"), Column("名次"), Column("名次", small="按指标")],
        [
            [words("甲"), blocks.count(1), words("未评定")],
            [words("乙"), words("—"), amount(5, "%")],
        ],
        note="来源：某局。",
    )
    sheet = table_sheet(made, ("合成数据",))
    assert (sheet.title, sheet.notes) == ("表题（2025年）", ("来源：某局。", "合成数据"))
    assert list(sheet.frame.columns) == ["指标", "名次", "名次\n按指标"]
    assert sheet.frame.iloc[:, 1].tolist() == [Shown(1, "0", "1"), "—"]
    assert sheet.frame.iloc[:, 2].tolist() == ["未评定", Shown(0.05, "0.0%", "5.0%")]
