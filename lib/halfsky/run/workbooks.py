"""The tables of a page as a workbook beside it: what a page shows, and the figures behind it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from halfsky.data.workbook import Sheet, Shown, write_tables
from halfsky.plan import Plan, Region
from halfsky.report.document import Table, from_markup
from halfsky.run.publish import PUBLIC_NOTICE, banner

_NUMBER = re.compile(r"[−+-]?\d+(?:\.(\d+))?(%?)")
# Columns of the first sheet: title, key in results.json's targets.
_FIGURES = (
    ("指标编号", "id"),
    ("规划条款", "clause"),
    ("要求", "comparator"),
    ("目标值", "target"),
    ("单位", "unit"),
    ("基期值", "baseline"),
    ("基期年", "baseline_year"),
    ("现值", "value"),
    ("现值年", "value_year"),
    ("完成度（%）", "completion_pct"),
    ("时间进度（%）", "elapsed_pct"),
    ("状态", "status"),
    ("前景", "outlook"),
    ("达到目标值的概率", "p_met"),
    ("预测值", "point"),
    ("80%区间下限", "lo80"),
    ("80%区间上限", "hi80"),
    ("95%区间下限", "lo95"),
    ("95%区间上限", "hi95"),
    ("数据", "data"),
    ("判定依据", "rule"),
    ("责任部门（建议）", "department"),
)


def write_workbook(
    path: Path,
    title: str,
    notebook: nbformat.NotebookNode,
    record: dict[str, Any] | None,
    plan: Plan,
    region: Region,
) -> Path:
    """Every table of an executed notebook as a sheet, the figures in numbers first.

    Cells are data: a text that begins like a formula stays text.
    """
    is_public = record is not None and record.get("public")
    notices = (banner(region, plan) or "", PUBLIC_NOTICE if is_public else "")
    sheets = [] if record is None else [Sheet("指标数据", figures(record, plan), notices)]
    for table in tables_of(notebook):
        frame = table.frame.map(typed)
        sheets.append(Sheet(table.caption or "表", frame, (table.note, *notices)))
    write_tables(sheets, path, title)
    return path


def tables_of(notebook: nbformat.NotebookNode) -> list[Table]:
    """The tables an executed notebook shows, in their order."""
    found = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            html = output.get("data", {}).get("text/html", "")
            found += [b for b in from_markup("".join(html)) if isinstance(b, Table)]
    return found


def figures(record: dict[str, Any], plan: Plan) -> pd.DataFrame:
    """One row per target of a record, in numbers; the indicator by its name."""
    rows = []
    for goal in record["goals"]:
        for target in goal["targets"]:
            indicator = plan.indicators.get(target["indicator"] or "")
            named = plan.targets[target["id"]].name or (indicator.name if indicator else "")
            row = {"目标": goal["id"], "指标": named or target["clause"]}
            rows.append(row | {title: target[key] for title, key in _FIGURES})
    return pd.DataFrame(rows, columns=["目标", "指标", *(title for title, _ in _FIGURES)])


def typed(text: str) -> str | Shown | None:
    """A cell as a spreadsheet should hold it: 95.9% as a number, 14.3/10万 as text."""
    if text == "":
        return None
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    decimals, is_share = len(found[1] or ""), bool(found[2])
    value = float(text.rstrip("%").replace("−", "-"))
    form = "0" + ("." + "0" * decimals if decimals else "")
    # Rounded again: 95.9 / 100 is no exact number.
    return Shown(round(value / 100, decimals + 2), form + "%") if is_share else Shown(value, form)
