"""The first screen: what is wrong, how sure, who acts."""

from __future__ import annotations

from halfsky import report
from small_view import small_view


def test_the_gravest_come_with_figure_chance_and_department() -> None:
    lead, *rendered = report.summary_box(small_view()).text.splitlines()
    assert lead.startswith("需要处理的目标")
    # 2025年: 80 + 2025 % 3 + 0.5 × 10 = 85.0
    (line,) = (line for line in rendered if line.startswith("事项1"))
    assert "85.0%" in line
    assert "到2030年达标概率" in line
    assert line.endswith("由某局牵头（建议）。")


def test_nothing_is_asked_of_a_reference_region_nor_of_a_year_without_figures() -> None:
    assert report.summary_box(small_view("CN")).html == ""
    assert report.summary_box(small_view(is_filed=False)).html == ""
