"""The scheme for approval: every target of the plan, every rule with the thresholds in use."""

from __future__ import annotations

import pytest

from halfsky.plan import load_plan, load_units
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.blocks import Table, plain
from halfsky.report.documents.document import Document
from halfsky.report.documents.scheme import TYPES, scheme_document


@pytest.fixture(scope="module")
def document() -> Document:
    return scheme_document(load_plan(), load_thresholds(), load_units())


def section(document: Document, heading: str) -> str:
    (found,) = (s for s in document.sections if s.heading == heading)
    return "\n".join(plain(block) for block in found.blocks)


def test_it_lists_every_target_once(document: Document) -> None:
    plan = load_plan()
    tables = [
        b for s in document.sections for b in s.blocks
        if isinstance(b, Table) and b.caption.startswith("目标和指标")
    ]  # fmt: skip
    assert sum(len(t.rows) for t in tables) == len(plan.targets)
    shown = [cell for t in tables for cell in t.df["规划条款"]]
    assert shown == [target.clause for _, target in plan.each_target()]


def test_departments_file_every_figure_and_document(document: Document) -> None:
    plan = load_plan()
    (found,) = (s for s in document.sections if s.heading == "组织分工")
    (table,) = (b for b in found.blocks if isinstance(b, Table))
    documents = sum(target.type == "milestone" for target in plan.targets.values())
    frame = table.df
    assert frame["佐证材料"].sum() == documents
    assert frame["统计数据"].sum() == len(plan.targets) - documents


def test_every_type_of_target_has_its_condition(document: Document) -> None:
    used = {target.type for target in load_plan().targets.values()}
    (found,) = (s for s in document.sections if s.heading == "目标的类型和达标条件")
    (table,) = found.blocks
    assert used <= set(TYPES)
    assert len(table.rows) == len(used)
    assert table.df["项数"].sum() == len(load_plan().targets)


def test_rules_are_told_with_the_thresholds_in_use(document: Document) -> None:
    rules = load_thresholds()
    # 0.1 → 10%: as percents, without decimals.
    assert f"概率低于{100 * rules.warning.red_below:.0f}%为红色" in section(document, "预警规则")
    answers = section(document, "现状、前景、数据三个问题")
    assert f"事件数不足{rules.status.few_events}例" in answers
    assert f"{list(rules.outlook.bands)[-1]}（更低）" in answers
    years = rules.status.pooled_years
    assert f"按{years}年合并判断" in section(document, "数据质量要求")
