"""监测报告, 评估报告, briefs: their shape, their figures, and that they agree with results.json."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from conftest import ROOT
from halfsky.plan import load_plan
from halfsky.report.blocks import Figure, Table, plain
from halfsky.report.documents.brief import department_sheets, government_brief, overview_tables
from halfsky.report.documents.document import Document, Section
from halfsky.report.documents.evaluation import evaluation_report
from halfsky.report.documents.monitoring import monitoring_report
from halfsky.report.render.results_json import results
from halfsky.report.sections.milestones import proven_milestones
from halfsky.report.sections.status import _way_gone
from halfsky.report.view import View
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
    rendered = []
    for section in document.sections:
        rendered.append(section.heading)
        rendered += [plain(block) for block in section.blocks]
    return "\n".join(rendered)


def column(table: Table, title: str) -> list[str]:
    """One column's cells as texts."""
    place = table.titles.index(title)
    return [row[place] for row in table.texts]


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
    rendered = [t for goal in results(view)["goals"] for t in goal["targets"]]
    assert column(annex, "状态") == [t["status"] for t in rendered]
    # 2025年: 80 + 2025 % 3 + 0.5 × 10 = 85.0; 85 + 0.9 × 10 = 94.0.
    # Pooled over 2021—2025: (1 + 0 + 1 + 0 + 1) ÷ 15000 = 20/10万.
    # Figures of 2025 bear no year: the note below the table says so.
    assert column(annex, "最新") == [
        *("85.0%", "20.0/10万\n（五年合并）", "—", "94.0%", "—"),
    ]
    assert "未注年份的，基期为2020年，最新为2025年" in annex.note


@pytest.mark.parametrize(
    ("share", "rendered"),
    [(None, "—"), (748, "已超过"), (100, "100%"), (46.2, "46%"), (0, "0%"), (-69, "倒退")],
)
def test_beyond_its_ends_the_way_gone_is_told_in_words(share: float | None, rendered: str) -> None:
    assert _way_gone(share).text == rendered


def section(document: Document, name: str) -> Section:
    (found,) = (s for s in document.sections if s.heading == name)
    return found


def with_milestone(level: float) -> View:
    """The small view with its milestone rated."""
    view = small_view()
    frame = view.df.targets
    targets = frame.assign(level=frame["level"].mask(frame["type"] == "milestone", level))
    return replace(view, assessment=replace(view.assessment, targets=targets))


def test_only_institutions_with_proven_results_are_an_experience() -> None:
    assert proven_milestones(with_milestone(3)).text == ""
    rendered = proven_milestones(with_milestone(4)).text
    assert rendered.startswith("1项机制建设类指标中，1项有取得实效的佐证材料，评为4级：")
    assert rendered.endswith("（事项5）。")
    headings = [s.heading for s in evaluation_report(small_view()).sections]
    assert headings.index("机制建设中的问题") < headings.index("经验做法")


def test_a_picture_below_a_heading_follows_its_message_in_words() -> None:
    view = small_view()
    for document, name in (
        (evaluation_report(view), "预警"),
        (monitoring_report(view), "预警"),
        (monitoring_report(view), "数据完整程度"),
    ):
        first, second = section(document, name).blocks[:2]
        assert isinstance(second, Figure)
        assert first.text == second.message
        assert first.is_detail


def test_a_few_missing_figures_are_listed_once() -> None:
    view = small_view()
    assert len(view.missing) == 2
    for document in (evaluation_report(view), monitoring_report(view)):
        captions = [b.caption for s in document.sections for b in s.blocks if isinstance(b, Table)]
        asked = [c for c in captions if c.startswith(("缺项清单", "需要补报"))]
        assert asked == ["缺项清单（按建议填报部门）"]
    (table,) = section(monitoring_report(view), "补报要求").blocks
    assert table.note.startswith("请于2026年4月30日前补报")


def test_nothing_missing_is_no_annex() -> None:
    view = small_view()
    filed = view.df.targets[view.df.targets["status"] != "未填报"]
    complete = replace(view, assessment=replace(view.assessment, targets=filed))
    for document in (evaluation_report(complete), monitoring_report(complete)):
        assert not [s.heading for s in document.numbered() if "缺项清单" in s.heading]


def test_captions_are_short_enough_for_one_line() -> None:
    # 36 characters of 12 points in 156 mm, less 表99　 and （合成数据）.
    for name in (d.title for d in load_plan().domains):
        assert len(f"{name}：重点指标的数值和状态") <= 36 - 10
    captions = [
        b.caption
        for s in evaluation_report(small_view()).sections
        for b in s.blocks
        if isinstance(b, Table)
    ]
    assert any(c.endswith("指标的数值和状态") for c in captions)


def test_what_is_asked_stands_in_results_json() -> None:
    view = small_view()
    asked = results(view)["countermeasures"]
    proposed = view.assessment.countermeasures
    assert [one["target"] for one in asked] == list(proposed["target"])
    assert [one["action"] for one in asked] == list(proposed["action"])
    assert [one["department"] for one in asked] == list(proposed["department"])
    steps = proposed["change50"].dropna().tolist()
    rendered = [one["change50"] for one in asked if one["change50"] is not None]
    assert rendered == pytest.approx(steps, rel=1e-5)
    assert json.loads(json.dumps(asked)) == asked, "plain data, a gap is null"


def test_unmet_and_unfiled_targets_are_named() -> None:
    rendered = texts(evaluation_report(small_view()))
    assert "缺报率" in rendered
    assert "某率" in rendered
    assert "2026年4月30日前" in rendered


def test_without_a_figure_there_is_a_short_report_of_what_is_missing() -> None:
    view = small_view(is_filed=False)
    for make in (evaluation_report, monitoring_report):
        document = make(view)
        assert len(top(document)) == 3
        rendered = texts(document)
        assert "没有收到任何填报数据" in rendered
        tables = [b for s in document.sections for b in s.blocks if isinstance(b, Table)]
        assert [table.texts for table in tables] == [[["某局", "4", "1", told_goals(view)]]]
        assert "halfsky" not in rendered


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
    rendered = texts(sheet)
    assert "5项目标的5项指标" in rendered
    assert "某率" in rendered
    assert "2026年4月30日前补报（2项）" in rendered
    overview, *_ = overview_tables(view)
    (row,) = overview.df.to_dict("records")
    # Unfiled: 缺报率 and the milestone.
    assert (row["目标"], row["指标"], row["未填报"]) == (5, 5, 2)
    assert row["报送时间（建议）"] == "2026年4月30日前"


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
    own = {"人口和社会背景": "区情背景", "达到目标的情况和缺少数据的指标": EVALUATION[4]}
    named = [own.get(line, line) for line in lines]
    assert [line for line in named if line in EVALUATION] == EVALUATION
