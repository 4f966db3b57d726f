"""The first screen: what is wrong, how sure, who acts."""

from __future__ import annotations

from dataclasses import replace

from halfsky import report
from small_view import small_view


def test_the_gravest_come_with_figure_chance_and_department() -> None:
    lead, *told = report.gist(small_view()).text.splitlines()
    assert lead.startswith("需要处理的目标")
    # 2025年: 80 + 2025 % 3 + 0.5 × 10 = 85.0
    (line,) = (line for line in told if line.startswith("事项1"))
    assert "85.0%" in line
    assert "到2030年达标概率" in line
    assert line.endswith("由某局牵头（建议）。")


def test_nothing_is_asked_of_a_reference_region_nor_of_a_year_without_figures() -> None:
    assert report.gist(small_view("CN")).html == ""
    assert report.gist(small_view(is_filed=False)).html == ""


def test_without_an_open_goal_it_says_so() -> None:
    view = small_view()
    targets = view.assessment.targets
    status = targets["status"].where(targets["status"] == "未填报", "达标")
    found = replace(
        view.assessment,
        targets=targets.assign(status=status, p_met=0.99, outlook="很有把握"),
        warnings=view.assessment.warnings.iloc[:0],
    )
    quiet = replace(view, assessment=found)
    n = len(quiet.reported)
    assert report.gist(quiet).text == f"有数据的{n}项指标没有未达标的，也没有红色或黄色预警。"
