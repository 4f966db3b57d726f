"""The form: asks for all that is needed, opens well, and comes back as it was filled."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halfsky import data as store
from halfsky.data.sheets import escape_formula, unescape_formula
from halfsky.plan import DataError, ParameterError, Plan, load_plan

from .conftest import GOOD, Write

Cells = dict[str, Any]


def sheet_rows(path: Path, sheet: str) -> list[Cells]:
    book = openpyxl.load_workbook(path, read_only=True)
    header, *rows = book[sheet].iter_rows(values_only=True)
    book.close()
    return [dict(zip(header, row, strict=True)) for row in rows]


def csv_rows(path: Path) -> list[Cells]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def fill_workbook(path: Path, sheet: str, where: Cells, values: Cells) -> None:
    """Type values into the one row whose cells match, as a clerk would, and save."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    columns = {cell.value: cell.column for cell in page[1]}
    hits = [
        row
        for row in range(2, page.max_row + 1)
        if all(page.cell(row, columns[k]).value == v for k, v in where.items())
    ]
    assert len(hits) == 1, hits
    for column, value in values.items():
        page.cell(hits[0], columns[column]).value = value
    book.save(path)


MMR = {"指标编号": "maternal_mortality", "年份": 2025}


@pytest.fixture
def form(plan: Plan, data: Path, tmp_path: Path) -> list[Path]:
    return store.write_template(plan, "jiutai", 2025, tmp_path / "form")


def test_lies_in_the_reports_folder_by_default(plan: Plan, data: Path, tmp_path: Path) -> None:
    paths = store.write_template(plan, "jiutai", 2025)
    folder = tmp_path / "reports" / "jiutai" / "templates"
    assert paths == [
        folder / name
        for name in (
            "填报表_九台区_2025.xlsx",
            "observations_2025.csv",
            "evidence_2025.csv",
            "measures_2025.csv",
        )
    ]
    assert list((data / "raw").iterdir()) == []


@pytest.mark.parametrize(
    ("indicator", "series"),
    [
        pytest.param("maternal_mortality", {("合计", 2020), ("合计", 2025)}, id="reach"),
        pytest.param(
            "system_management",
            {("合计", year) for year in (2020, 2023, 2024, 2025)},
            id="maintain: the last three filed",
        ),
        pytest.param("life_expectancy", {("女", 2020), ("女", 2025)}, id="of women"),
        pytest.param(
            "housework_min",
            {(sex, year) for sex in "女男" for year in (2020, 2025)},
            id="narrow_gap: both sexes",
        ),
        pytest.param("party_female_share", {("女", 2020), ("女", 2025)}, id="held against"),
        pytest.param(
            "school_age",
            {(sex, year) for sex in "女男" for year in (2020, 2025)},
            id="parity: the population too",
        ),
        pytest.param(
            "divorces",
            {("合计", year) for year in range(2017, 2026)},
            id="slow_rise: four points before 2021",
        ),
    ],
)
def test_a_line_for_every_figure_needed(
    indicator: str, series: set[tuple[str, int]], form: list[Path]
) -> None:
    rows = [r for r in sheet_rows(form[0], "观测值") if r["指标编号"] == indicator]
    assert {(r["性别"], r["年份"]) for r in rows} == series
    assert len(rows) == len(series)
    assert all(r["数值"] is None for r in rows)


def test_real_form_asks_for_every_target_and_comes_back_blank(data: Path, tmp_path: Path) -> None:
    plan = load_plan()
    form = store.write_template(plan, "jiutai", 2025, tmp_path / "form")
    asked = {r["指标编号"] for r in sheet_rows(form[0], "观测值") if r["年份"] == 2025}
    named = {
        indicator
        for target in plan.targets.values()
        for indicator in (
            target.indicator,
            target.reference_indicator,
            target.population_indicator,
        )
        if indicator is not None
    }
    assert asked == named
    milestones = [t.id for t in plan.targets.values() if t.type == "milestone"]
    assert {r["子目标编号"] for r in sheet_rows(form[0], "佐证材料")} == set(milestones)
    assert len(sheet_rows(form[0], "措施进展")) == 95
    report = store.ingest(["jiutai"], plan, files=form).regions[0]
    assert (report.figures, report.evidence, report.measures) == (0, 0, 0)


def test_two_departments_return_copies_of_one_form(
    plan: Plan, form: list[Path], tmp_path: Path
) -> None:
    other = tmp_path / "教育局.xlsx"
    other.write_bytes(form[0].read_bytes())
    fill_workbook(form[0], "观测值", MMR, {"数值": 28.6})
    where = {"指标编号": "students", "年份": 2025, "性别": "女"}
    fill_workbook(other, "观测值", where, {"数值": 24100})
    store.ingest(["jiutai"], plan, files=[form[0]])
    report = store.ingest(["jiutai"], plan, files=[other])
    assert report.regions[0].figures == 2


def test_lines_stand_by_department(form: list[Path]) -> None:
    rows = sheet_rows(form[0], "观测值")
    departments = [r["责任部门"] for r in rows]
    order = ["卫生健康局", "妇联", "组织部", "教育局", "民政局"]
    assert departments == sorted(departments, key=order.index)
    (mortality,) = (r for r in rows if r["指标编号"] == "maternal_mortality" and r["年份"] == 2025)
    assert mortality["单位"] == "1/10万"
    assert mortality["规划目标"] == "健康目标1"
    assert mortality["来源"] == "妇幼卫生年报"
    assert mortality["指标定义"] == (
        "每10万例活产中孕产妇死亡数；分子：孕产妇死亡人数；分母：活产数"
    )


def test_every_measure_and_milestone_has_a_line(plan: Plan, form: list[Path]) -> None:
    assert {r["措施编号"] for r in sheet_rows(form[0], "措施进展")} == set(plan.measures)
    (milestone,) = sheet_rows(form[0], "佐证材料")
    assert milestone["子目标编号"] == "health-2-1"
    assert milestone["需要的材料"] == "区政府印发的实施方案、经费文件和运行报告"


def test_csv_and_workbook_ask_for_the_same(form: list[Path]) -> None:
    for path, sheet in zip(form[1:], ("观测值", "佐证材料", "措施进展"), strict=True):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # WPS then knows it is UTF-8
        as_text = [
            {k: "" if v is None else str(v) for k, v in row.items()}
            for row in sheet_rows(form[0], sheet)
        ]
        assert csv_rows(path) == as_text


def test_unfilled_form_gives_no_figure_and_no_error(plan: Plan, form: list[Path]) -> None:
    report = store.ingest(None, plan, files=form).regions[0]
    assert (report.figures, report.evidence, report.measures) == (0, 0, 0)
    assert report.blank > 0
    assert store.load_observations(plan, "jiutai", 2025).empty


def test_filled_workbook_comes_back(plan: Plan, form: list[Path]) -> None:
    fill_workbook(form[0], "观测值", MMR, {"数值": 28.6, "分子": 1, "分母": 3500})
    fill_workbook(
        form[0],
        "观测值",
        {"指标编号": "housework_min", "年份": 2025, "性别": "女"},
        {"数值": 126, "备注": "=见附件", "来源": "区调查"},
    )
    fill_workbook(
        form[0],
        "佐证材料",
        {"子目标编号": "health-2-1"},
        {"日期": "2024年3月1日", "文件名称": "实施方案", "发文单位": "区政府办", "自评等级": 2},
    )
    fill_workbook(
        form[0],
        "措施进展",
        {"措施编号": "health-m1"},
        {"进展": "推进中", "启动时间": "2022-03", "投入资金（万元）": 120.5, "惠及人数": 3400},
    )
    # Typing "=见附件" makes a formula; the clerk is told, and writes it as text.
    with pytest.raises(DataError, match=r"“备注”列：是公式而不是数值（值：=见附件）"):
        store.ingest(["jiutai"], plan, files=form[:1])
    fill_workbook(
        form[0],
        "观测值",
        {"指标编号": "housework_min", "年份": 2025, "性别": "女"},
        {"备注": "'=见附件"},
    )
    store.ingest(["jiutai"], plan, files=form[:1])

    figures = store.load_observations(plan, "jiutai", 2025).set_index("indicator")
    assert len(figures) == 2
    mortality = figures.loc["maternal_mortality"]
    assert mortality[["value", "numerator", "denominator"]].tolist() == [28.6, 1, 3500]
    assert mortality["source"] == "妇幼卫生年报 · 卫生健康局"
    assert mortality["value_type"] == "reported"
    assert figures.loc["housework_min", ["sex", "value", "note"]].tolist() == [
        "female",
        126,
        "=见附件",
    ]
    (document,) = store.load_evidence(plan, "jiutai", 2025).to_dict("records")
    assert (document["date"], document["level_claimed"]) == ("2024-03-01", 2)
    (measure,) = store.load_measures(plan, "jiutai", 2025).to_dict("records")
    assert (measure["status"], measure["money_wan"]) == ("推进中", 120.5)


@pytest.mark.tools
@pytest.mark.skipif(shutil.which("libreoffice") is None, reason="LibreOffice is not installed")
def test_form_saved_by_a_spreadsheet_program_comes_back(
    plan: Plan, form: list[Path], tmp_path: Path
) -> None:
    fill_workbook(form[0], "观测值", MMR, {"数值": 28.6, "分子": 1, "分母": 3500})
    saved = tmp_path / "saved"
    command = ["libreoffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(saved)]
    subprocess.run([*command, str(form[0])], check=True, capture_output=True, timeout=120)
    report = store.ingest(["jiutai"], plan, files=[saved / form[0].name]).regions[0]
    assert report.figures == 1
    assert store.load_observations(plan, "jiutai", 2025)["value"].tolist() == [28.6]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_filled_csv_comes_back(encoding: str, plan: Plan, form: list[Path]) -> None:
    rows = csv_rows(form[1])
    for row in rows:
        if row["指标编号"] == "maternal_mortality":
            row["数值"] = {"2020": "0", "2025": "28.6"}[row["年份"]]
    with form[1].open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    store.ingest(["jiutai"], plan, files=[form[1]])
    frame = store.load_observations(plan, "jiutai", 2025)
    assert frame[["year", "value"]].values.tolist() == [[2020, 0.0], [2025, 28.6]]


def test_filled_form_in_the_raw_folder_itself(plan: Plan, data: Path) -> None:
    """--out data/raw/jiutai: filled in place, read from there."""
    form = store.write_template(plan, "jiutai", 2025, data / "raw" / "jiutai")
    fill_workbook(form[0], "观测值", MMR, {"数值": 28.6})
    store.ingest(["jiutai"], plan)
    assert store.load_observations(plan, "jiutai", 2025)["value"].tolist() == [28.6]


def test_what_is_on_file_is_printed_and_may_come_back(
    plan: Plan, write: Write, tmp_path: Path
) -> None:
    write(*(line.replace(",2023,", ",2025,") for line in GOOD), GOOD[0])
    form = store.write_template(plan, "jiutai", 2025, tmp_path / "form")
    rows = sheet_rows(form[0], "观测值")
    (mortality,) = (r for r in rows if r["指标编号"] == "maternal_mortality" and r["年份"] == 2025)
    assert (mortality["数值"], mortality["分子"], mortality["分母"]) == (28.6, 1, 3500)
    assert mortality["最近已填报"] == "2023年 28.6"
    report = store.ingest(["jiutai"], plan, files=form[:1]).regions[0]
    assert (report.figures, report.repeated) == (3, 2)


def test_corrected_on_the_form(plan: Plan, write: Write, tmp_path: Path) -> None:
    write(*(line.replace(",2023,", ",2025,") for line in GOOD))
    form = store.write_template(plan, "jiutai", 2025, tmp_path / "form")
    management = {"指标编号": "system_management", "年份": 2025}
    fill_workbook(form[0], "观测值", management, {"数值": 93})
    with pytest.raises(DataError, match="备注请以“更正”开头"):
        store.ingest(["jiutai"], plan, files=form[:1])
    fill_workbook(form[0], "观测值", management, {"备注": "更正：补报一院"})
    store.ingest(["jiutai"], plan, files=form[:1])
    values = store.load_observations(plan, "jiutai", 2025).set_index("indicator")["value"]
    assert values["system_management"] == 93


def test_same_form_same_bytes(
    plan: Plan, form: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    later = time.time() + 90_000
    monkeypatch.setattr(time, "time", lambda: later)
    again = store.write_template(plan, "jiutai", 2025, tmp_path / "again")
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in form]


def test_a_form_begun_is_not_written_over(plan: Plan, form: list[Path]) -> None:
    store.write_template(plan, "jiutai", 2025, form[0].parent)  # the same again does no harm
    fill_workbook(form[0], "观测值", MMR, {"数值": 28.6})
    begun = form[0].read_bytes()
    with pytest.raises(ParameterError, match="可能已开始填写"):
        store.write_template(plan, "jiutai", 2025, form[0].parent)
    assert form[0].read_bytes() == begun
    store.write_template(plan, "jiutai", 2025, form[0].parent, overwrite=True)
    assert form[0].read_bytes() != begun


@pytest.mark.parametrize("year", [2020, 2031])
def test_year_outside_the_plan(year: int, plan: Plan, data: Path) -> None:
    with pytest.raises(ParameterError, match=r"不在规划期内.*2021—2030"):
        store.write_template(plan, "jiutai", year)


def test_clerks_get_lists_frozen_headers_and_a4(form: list[Path]) -> None:
    book = openpyxl.load_workbook(form[0])
    assert book.sheetnames == ["填报说明", "观测值", "佐证材料", "措施进展"]
    sheet = book["观测值"]
    assert sheet.freeze_panes == "D2"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.print_title_rows == "$1:$1"
    lists = {v.formula1: str(v.sqref) for v in sheet.data_validations.dataValidation}
    assert lists['"合计,女,男"'].startswith("E2:E")
    status = book["措施进展"].data_validations.dataValidation
    assert any(v.formula1 == '"未启动,推进中,完成"' for v in status)


def test_texts_that_look_like_formulas_stay_texts(params: Path, data: Path, tmp_path: Path) -> None:
    path = params / "plan" / "jiutai_2021_2030" / "health.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("source: 人口普查", 'source: "=HYPERLINK(\\"http://x\\")"')
    path.write_text(text, encoding="utf-8")
    plan = load_plan()
    form = store.write_template(plan, "jiutai", 2025, tmp_path / "form")
    book = openpyxl.load_workbook(form[0])
    formulas = [c for s in book for row in s.iter_rows() for c in row if c.data_type == "f"]
    assert formulas == []
    (row,) = (
        r for r in csv_rows(form[1]) if r["指标编号"] == "life_expectancy" and r["年份"] == "2025"
    )
    assert row["来源"] == '\'=HYPERLINK("http://x")'
    fill_workbook(form[0], "观测值", {"指标编号": "life_expectancy", "年份": 2025}, {"数值": 81.2})
    store.ingest(["jiutai"], plan, files=form[:1])
    source = store.load_observations(plan, "jiutai", 2025)["source"].tolist()
    assert source == ['=HYPERLINK("http://x") · 卫生健康局']


@given(st.text())
def test_escaping_is_undone(text: str) -> None:
    escaped = escape_formula(text)
    assert not escaped.startswith(("=", "+", "-", "@"))
    if not (text[:1] == "'" and text[1:].startswith(("=", "+", "-", "@"))):
        assert unescape_formula(escaped) == text


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    values=st.lists(
        st.floats(0, 1e6, allow_nan=False).map(lambda v: round(v, 3)), min_size=2, max_size=2
    ),
    in_csv=st.booleans(),
)
def test_any_figure_survives_the_round_trip(
    values: list[float], in_csv: bool, plan: Plan, data: Path, tmp_path: Path
) -> None:
    form = store.write_template(plan, "jiutai", 2025, tmp_path / "trip", overwrite=True)
    where = [{"指标编号": "students", "年份": 2025, "性别": sex} for sex in ("女", "男")]
    if in_csv:
        rows = csv_rows(form[1])
        for row in rows:
            for cells, value in zip(where, values, strict=True):
                if all(row[k] == str(v) for k, v in cells.items()):
                    row["数值"] = repr(value)
        with form[1].open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    else:
        for cells, value in zip(where, values, strict=True):
            fill_workbook(form[0], "观测值", cells, {"数值": value})
    place = data / "raw" / "jiutai" / ("observations.csv" if in_csv else "form.xlsx")
    place.parent.mkdir(exist_ok=True)
    for old in place.parent.iterdir():
        old.unlink()
    os.replace(form[1] if in_csv else form[0], place)
    frame = store.load_observations(plan, "jiutai", 2025).set_index("sex")
    assert frame.loc[["female", "male"], "value"].tolist() == values
