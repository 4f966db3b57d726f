"""监测报告, 评估报告, briefs: their shape, their figures, and that they agree with results.json."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from conftest import ROOT
from halfsky.report.chart import Chart
from halfsky.report.document import Document, Table
from halfsky.report.documents import evaluation_report, monitoring_report
from halfsky.report.documents.brief import department_sheets, government_brief, overview_table
from halfsky.report.record import results
from small_view import small_view

EVALUATION = [
    "评估依据和方法",
    "区情背景",
    "总体评价",
    "分领域评价",
    "达标率及未达标、未填报情况",
    "主要问题及原因",
    "经验做法",
    "对策建议",
]


def texts(document: Document) -> str:
    """Everything a document prints."""
    told = []
    for section in document.sections:
        told.append(section.heading)
        for block in section.blocks:
            if isinstance(block, Table):
                told += [block.caption, *(cell for row in block.rows for cell in row), block.note]
            else:
                told.append(block.alt if isinstance(block, Chart) else block.text)
    return "\n".join(told)


def top(document: Document) -> list[str]:
    return [s.heading for s in document.sections if s.level == 1 and s.numbered]


def test_the_two_reports_have_different_authors_titles_and_contents() -> None:
    view = small_view()
    evaluated, monitored = evaluation_report(view), monitoring_report(view)
    assert (evaluated.name, monitored.name) == ("中期评估报告", "中期监测报告")
    assert (evaluated.author, monitored.author) == ("某办", "某局")
    assert top(evaluated) == EVALUATION
    assert top(monitored) == [
        *("监测工作概况", "总体情况", "分领域监测结果", "预警", "数据质量", "补报要求"),
    ]


@pytest.mark.parametrize(("year", "name"), [(2024, "年度监测报告"), (2025, "中期监测报告")])
def test_a_monitoring_report_is_named_by_its_phase(year: int, name: str) -> None:
    assert monitoring_report(small_view(year=year)).name == name


def test_the_annex_says_what_results_json_says() -> None:
    view = small_view()
    (annex,) = next(
        s for s in evaluation_report(view).sections if s.heading.startswith("附录1")
    ).blocks
    assert isinstance(annex, Table)
    told = [t for goal in results(view)["goals"] for t in goal["targets"]]
    assert list(annex.frame["状态"]) == [t["status"] for t in told]
    # 2025年: 80 + 2025 % 3 + 0.5 × 10 = 85.0; 85 + 0.9 × 10 = 94.0.
    # Pooled over 2021—2025: (1 + 0 + 1 + 0 + 1) ÷ 15000 = 20/10万.
    # Figures of 2025 bear no year: the note below the table says so.
    assert list(annex.frame["最新"]) == [
        *("85.0%", "20.0/10万（五年合并）", "—", "94.0%", "—"),
    ]
    assert "未注年份的，基期为2020年，最新为2025年" in annex.note


def test_what_is_asked_stands_in_results_json() -> None:
    view = small_view()
    asked = results(view)["countermeasures"]
    proposed = view.assessment.countermeasures
    assert [one["target"] for one in asked] == list(proposed["target"])
    assert [one["action"] for one in asked] == list(proposed["action"])
    assert [one["department"] for one in asked] == list(proposed["department"])
    steps = proposed["change50"].dropna().tolist()
    told = [one["change50"] for one in asked if one["change50"] is not None]
    assert told == pytest.approx(steps, rel=1e-5)
    assert json.loads(json.dumps(asked)) == asked, "plain data, a gap is null"


def test_unmet_and_unfiled_targets_are_named() -> None:
    told = texts(evaluation_report(small_view()))
    assert "缺报率" in told
    assert "某率" in told
    assert "2026年4月30日前" in told


def test_without_a_figure_there_is_a_short_report_of_what_is_missing() -> None:
    view = small_view(is_filed=False)
    for make in (evaluation_report, monitoring_report):
        document = make(view)
        assert len(top(document)) == 3
        told = texts(document)
        assert "没有收到任何填报数据" in told
        tables = [b for s in document.sections for b in s.blocks if isinstance(b, Table)]
        assert [table.rows for table in tables] == [[["某局", "4", "1", told_goals(view)]]]
        assert "halfsky" not in told


def told_goals(view: object) -> str:
    return "、".join(f"事项{n}" for n in range(1, 6))


def test_a_reference_region_has_no_report_and_no_brief() -> None:
    view = small_view("CN")
    for make in (evaluation_report, monitoring_report, government_brief, department_sheets):
        with pytest.raises(ValueError, match="reference"):
            make(view)


def test_a_synthetic_report_is_not_signed_by_a_real_office_and_says_what_it_is() -> None:
    document = evaluation_report(small_view("demo"))
    assert document.notice == "合成数据：仅用于演示，不代表任何真实地区"


def test_a_department_is_told_its_own_figures_only() -> None:
    view = small_view()
    ((name, sheet),) = department_sheets(view)
    assert name == sheet.name == "某局"
    told = texts(sheet)
    assert "5项目标的5项指标" in told
    assert "某率" in told
    assert "2026年4月30日前补报（2项）" in told
    table = overview_table(view)
    assert table.loc[0, ["目标", "指标", "未填报"]].tolist() == [5, 5, 2]


def test_the_overview_notebook_follows_the_evaluation_report() -> None:
    notebook = nbformat.read(Path(ROOT) / "notebooks" / "00_overview.ipynb", as_version=4)
    lines = [
        line.removeprefix("## ")
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    ]
    # The page also serves reference regions, which are no district and have no met-rate.
    own = {"人口和社会背景": "区情背景", "达到目标的情况和未填报的指标": EVALUATION[4]}
    named = [own.get(line, line) for line in lines]
    assert [line for line in named if line in EVALUATION] == EVALUATION
