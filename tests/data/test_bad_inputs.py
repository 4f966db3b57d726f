"""One broken file per message: file, sheet, row, column, value, what is wrong, how to mend it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from halfsky import data as store
from halfsky.plan import DataError, Plan

from .conftest import GOOD, REPO, Write

BAD = REPO / "tests" / "bad_inputs"

# file: (row, column, value, part of what is wrong, part of how to mend it)
EXPECTED: dict[str, list[tuple[int | None, str, str, str, str]]] = {
    "observations/wrong_column.csv": [
        (1, "values", "values", "不认识的列", "是否为“value”"),
        (1, "value", "", "缺少“value”列", "补上“数值”（value）"),
    ],
    "observations/unknown_column.csv": [(1, "颜色", "颜色", "不认识的列", "请删去这一列")],
    "observations/repeated_column.csv": [(1, "year", "", "同一列出现两次", "删去其中一列")],
    "observations/semicolons.csv": [(1, "", "indicator_id;region", "只有一列", "英文逗号")],
    "observations/empty.csv": [(None, "", "", "是空文件", "换成有内容的文件")],
    "observations/neither_encoding.csv": [
        (2, "", "00 61 00 74", "既不是 UTF-8 也不是 GB18030", "另存为“CSV UTF-8”"),
    ],
    "observations/too_many_cells.csv": [(3, "", "", "有17格，表头有16格", "双引号")],
    "observations/open_quote.csv": [(3, "", "", "引号不成对", "双引号")],
    "observations/text_in_number.csv": [(3, "value", "约92.5%", "不是数字", "如 92.5；")],
    "observations/text_in_count.csv": [(3, "numerator", "九百", "不是数字", "请填数值")],
    "observations/dash_for_missing.csv": [(3, "value", "—", "不是数字", "未统计请留空")],
    "observations/not_a_number_nan.csv": [(3, "value", "nan", "不是数字", "未统计请留空")],
    "observations/formula_text.csv": [(3, "value", "=37/40*100", "不是数字", "粘贴为数值")],
    "observations/excel_error.csv": [(3, "value", "#REF!", "错误值", "改正公式")],
    "observations/duplicate_key.csv": [
        (4, "value", "93.1", "与第3行重复（jiutai，system_management，2024", "只保留一行"),
    ],
    "observations/year_out_of_range.csv": [(3, "year", "2034", "超出范围", "1990—2030")],
    "observations/year_before_1990.csv": [(3, "year", "1989", "超出范围", "1990—2030")],
    "observations/year_not_whole.csv": [(3, "year", "2024上半年", "不是整数", "1990—2030")],
    "observations/year_blank.csv": [(3, "year", "", "空白", "四位数的年份")],
    "observations/unknown_indicator.csv": [
        (3, "indicator_id", "system_managment", "没有这个指标", "是否为“system_management”"),
    ],
    "observations/indicator_by_name.csv": [
        (3, "indicator_id", "孕产妇系统管理率", "没有这个指标", "是否为“system_management”"),
    ],
    "observations/wrong_unit.csv": [(3, "unit", "‰", "单位不一致", "应为“%”")],
    "observations/blank_unit.csv": [(3, "unit", "", "空白", "应为“%”")],
    "observations/bad_sex.csv": [(3, "sex", "妇女", "没有这个代码", "女（female）")],
    "observations/bad_area.csv": [(3, "area", "郊区", "没有这个代码", "农村（rural）")],
    "observations/bad_value_type.csv": [
        (3, "value_type", "projected", "没有这个代码", "推算（derived）"),
    ],
    "observations/share_above_100.csv": [(3, "value", "925", "超出指标可能的范围", "0—100（%）")],
    "observations/negative_rate.csv": [
        (2, "value", "-28.6", "超出指标可能的范围", "不小于 0（1/10万）"),
    ],
    "observations/numerator_above_denominator.csv": [
        (3, "numerator", "1000", "大于分母 925", "是否填反"),
    ],
    "observations/quotient_disagrees.csv": [
        (3, "value", "95.2", "925÷1000×100＝92.50", "核对数值、分子、分母"),
    ],
    "observations/one_count_only.csv": [(3, "denominator", "", "空白", "要么都填，要么都留空")],
    "observations/zero_denominator.csv": [(3, "denominator", "0", "应大于零", "核对")],
    "observations/negative_numerator.csv": [(3, "numerator", "-925", "不能是负数", "核对")],
    "observations/half_an_event.csv": [(2, "numerator", "1.5", "应为整数", "实际发生数")],
    "observations/counts_without_value.csv": [
        (3, "value", "", "填了分子或分母而没有数值", "应为 92.5，请填上"),
    ],
    "observations/derived_without_known_from.csv": [
        (3, "known_from", "", "空白", "由哪一年发布的数据算出"),
    ],
    "observations/known_from_before_year.csv": [
        (3, "known_from", "2023", "早于数值所属年份 2024", "发布数据的年份"),
    ],
    "observations/other_region.csv": [
        (3, "region", "changchun", "与所在文件夹的地区“jiutai”不一致", "应为 jiutai（九台区）"),
    ],
    "observations/missing_source.csv": [(3, "source_title", "", "空白", "报表、公报或文件")],
    "observations/female_share_not_female.csv": [
        (3, "sex", "total", "本身是女性所占比例", "女（female）"),
    ],
    "evidence/undated.csv": [(3, "date", "", "空白", "每份材料都要有日期")],
    "evidence/bad_date.csv": [(3, "date", "2024-13-01", "不是日期", "2024-06-30")],
    "evidence/future_date.csv": [(3, "date", "2045-01-01", "超出范围", "1990—2031")],
    "evidence/unknown_target.csv": [
        (3, "target", "health-2-9", "没有这个里程碑型子目标", "是否为“health-2-1”"),
    ],
    "evidence/not_a_milestone.csv": [
        (3, "target", "health-1-1", "不是里程碑型子目标", "请报数值"),
    ],
    "evidence/wrong_goal.csv": [(3, "goal", "health-1", "与子目标 health-2-1 不符", "health-2")],
    "evidence/level_out_of_range.csv": [(3, "level_claimed", "5", "超出范围", "0—4")],
    "evidence/no_document.csv": [(3, "document", "", "空白", "文件名称和文号")],
    "evidence/no_level_claimed.csv": [(3, "level_claimed", "", "空白", "自评等级 0—4")],
    "evidence/level_without_rater.csv": [(3, "rater", "", "空白", "写明评定人")],
    "evidence/rater_without_level.csv": [(3, "level", "", "空白", "写评定等级")],
    "evidence/repeated.csv": [(3, "date", "2023-05-10", "与第2行重复", "只保留一行")],
    "measures/unknown_measure.csv": [
        (3, "measure", "health-m9", "没有这个措施", "是否为“health-m1”"),
    ],
    "measures/unknown_department.csv": [
        (3, "department", "妇联会", "没有这个部门", "是否为“妇联”"),
    ],
    "measures/bad_status.csv": [(3, "status", "进行中", "没有这个代码", "推进中")],
    "measures/status_blank.csv": [(3, "status", "", "空白", "推进中")],
    "measures/bad_start.csv": [(3, "started", "去年", "不是时间", "2022-03")],
    "measures/start_after_year.csv": [
        (3, "started", "2025-01", "晚于进展所属年份 2024", "核对启动时间和年份"),
    ],
    "measures/not_started_with_date.csv": [
        (3, "started", "2023-01", "进展却是“未启动”", "改正其中一格"),
    ],
    "measures/negative_money.csv": [(3, "money_wan", "-3", "不能是负数", "核对")],
    "measures/part_of_a_person.csv": [(3, "people", "12.5", "不是整数", "整数")],
    "measures/repeated.csv": [(3, "status", "推进中", "与第2行重复", "只保留一行")],
    "workbook/formula.xlsx": [(3, "value", "=37/40*100", "是公式而不是数值", "选择性粘贴")],
    "workbook/percent_format.xlsx": [(3, "value", "0.925", "百分比格式", "填 92.5")],
    "workbook/error_value.xlsx": [(3, "value", "#DIV/0!", "错误值", "改正公式")],
    "workbook/unknown_sheet.xlsx": [(None, "", "", "不认识的工作表", "请改名为 观测值")],
    "workbook/no_sheet.xlsx": [(None, "", "", "没有可读的工作表", "观测值")],
    "workbook/not_a_workbook.xlsx": [(None, "", "", "不是能打开的 .xlsx", "另存为 .xlsx")],
    "workbook/old_format.xls": [(None, "", "", "不是 .xlsx 或 .csv", "另存为")],
}


def test_every_bad_file_has_its_message() -> None:
    found = {path.relative_to(BAD).as_posix() for path in BAD.rglob("*.*")}
    assert {name for name in found if name.split("/")[0] in _ROOM} == set(EXPECTED)


_ROOM = ("observations", "evidence", "measures", "workbook")


@pytest.mark.parametrize("name", EXPECTED)
def test_message(name: str, plan: Plan, data: Path, write: Write) -> None:
    write(*GOOD, name="observations_earlier.csv")
    store.ingest(["jiutai"], plan)
    processed = data / "processed" / "jiutai"
    earlier = {p.name: p.read_bytes() for p in processed.iterdir()}

    source = BAD / name
    target = data / "raw" / "jiutai" / f"{source.parent.name}{source.suffix}"
    shutil.copy(source, target)
    with pytest.raises(DataError) as caught:
        store.ingest(["jiutai"], plan)

    assert caught.value.exit_code == 2
    assert {p.file for p in caught.value.problems} == {f"data/raw/jiutai/{target.name}"}
    sheets = {"workbook/unknown_sheet.xlsx": "Sheet2"}
    in_sheet = source.suffix == ".xlsx" and EXPECTED[name][0][0] is not None
    sheet = sheets.get(name, "观测值" if in_sheet else "")
    assert {p.sheet for p in caught.value.problems} == {sheet}
    assert len(caught.value.problems) == len(EXPECTED[name])
    for problem, (row, column, value, what, hint) in zip(
        caught.value.problems, EXPECTED[name], strict=True
    ):
        assert (problem.row, problem.column) == (row, column)
        assert problem.value.startswith(value)
        assert bool(problem.value) == bool(value)
        assert what in problem.what
        assert hint in problem.hint
    assert {p.name: p.read_bytes() for p in processed.iterdir()} == earlier


def test_all_problems_of_all_files_at_once(plan: Plan, data: Path, write: Write) -> None:
    rows = (
        "maternal_mortality,jiutai,2041,total,,total,,28.6,1/10万,,,reported,,年报,,",
        "maternal_mortality,jiutai,2023,妇女,,郊区,,很低,‰,,,reported,,年报,,",
    )
    write(*rows)
    shutil.copy(BAD / "measures" / "bad_status.csv", data / "raw" / "jiutai" / "measures.csv")
    with pytest.raises(DataError) as caught:
        store.ingest(["jiutai"], plan)
    places = [(p.file.rsplit("/", 1)[1], p.row, p.column) for p in caught.value.problems]
    assert places == [
        ("measures.csv", 3, "status"),
        ("observations.csv", 2, "year"),
        ("observations.csv", 3, "sex"),
        ("observations.csv", 3, "area"),
        ("observations.csv", 3, "value"),
        ("observations.csv", 3, "unit"),
    ]


def test_message_in_english(plan: Plan, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFSKY_LANG", "en")
    write("maternal_mortality,jiutai,2041,total,,total,,28.6,1/10万,,,reported,,年报,,")
    with pytest.raises(DataError, match="row 2 column 'year': is out of range") as caught:
        store.ingest(["jiutai"], plan)
    assert str(caught.value).isascii()


def test_row_is_the_spreadsheets_row(plan: Plan, write: Write) -> None:
    """A blank line counts; a line break inside a cell does not."""
    note = '"两行\n备注"'
    write(GOOD[0] + note, "", GOOD[1].replace("91.2", "高"))
    with pytest.raises(DataError) as caught:
        store.ingest(["jiutai"], plan)
    (problem,) = caught.value.problems
    assert (problem.row, problem.value) == (4, "高")
