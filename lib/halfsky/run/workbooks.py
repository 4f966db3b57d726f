"""The tables of a page as a workbook beside it: what a page shows, and the figures behind it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from halfsky.data.workbook import Sheet, Shown, write_tables
from halfsky.plan import Plan, Region
from halfsky.plan.models import Indicator
from halfsky.plan.thresholds import load_thresholds
from halfsky.report import numbers
from halfsky.report.document import Table, from_markup
from halfsky.run.publish import PUBLIC_NOTICE, banner

_NUMBER = re.compile(r"[−+-]?\d+(?:\.(\d+))?(%?)")
_ASKED = {">=": "不低于", "<=": "不高于"}
# Columns of the first sheet: title, key in results.json's targets, how its numbers are printed.
# The indicator's decimals; a probability; 46 as 46%; as it is.
_OWN, _CHANCE, _PERCENT, _PLAIN = "own", "chance", "percent", "plain"
_CHANCE_FORM = '[>0.99]"99%以上";[<0.01]"不到1%";0%'  # as report.numbers.percent prints it
_FIGURES = (
    ("规划条款", "clause", _PLAIN),
    ("要求", "asked", _PLAIN),
    ("目标值", "target", _OWN),
    ("单位", "unit", _PLAIN),
    ("基期值", "baseline", _OWN),
    ("基期年", "baseline_year", _PLAIN),
    ("现值", "value", _OWN),
    ("现值年", "value_year", _PLAIN),
    ("完成度", "completion_pct", _PERCENT),
    ("时间进度", "elapsed_pct", _PERCENT),
    ("状态", "status", _PLAIN),
    ("前景", "outlook", _PLAIN),
    ("达到目标值的概率", "p_met", _CHANCE),
    ("预测值", "point", _OWN),
    ("80%区间下限", "lo80", _OWN),
    ("80%区间上限", "hi80", _OWN),
    ("95%区间下限", "lo95", _OWN),
    ("95%区间上限", "hi95", _OWN),
    ("数据", "data", _PLAIN),
    ("判定依据", "rule", _PLAIN),
    ("责任部门（建议）", "department", _PLAIN),
    ("指标编号", "id", _PLAIN),  # as in results.json
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
    sheets = [] if record is None else [Sheet("指标数据", figures(record, plan), notices, fixed=2)]
    for table in tables_of(notebook):
        frame = table.frame.apply(numbered)
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
    """One row per target of a record, in numbers; goal and indicator by their names."""
    rows = []
    for goal in record["goals"]:
        found = plan.goals[goal["id"]]
        label = f"{plan.domain(found.domain).name}{found.number}"
        for target in goal["targets"]:
            indicator = plan.indicators.get(target["indicator"] or "")
            named = plan.targets[target["id"]].name or (indicator.name if indicator else "")
            rendered = target | {"asked": _asked(target)}
            decimals = _decimals(target, indicator)
            row = {"目标": label, "指标": named or target["clause"]}
            row |= {title: _cell(rendered[key], kind, decimals) for title, key, kind in _FIGURES}
            rows.append(row)
    return pd.DataFrame(rows, columns=["目标", "指标", *(title for title, *_ in _FIGURES)])


def _asked(target: dict[str, Any]) -> str | None:
    """What is asked of the value beside the target value: 不低于, 0.97—1.03之间."""
    if target["type"] == "parity":
        rules = load_thresholds().status
        return f"{rules.parity_low:.2f}—{rules.parity_high:.2f}之间"
    if target["comparator"] == "within":
        return "与参照比例相适应"
    return _ASKED.get(target["comparator"])


def _decimals(target: dict[str, Any], indicator: Indicator | None) -> int:
    """Those the pages print: see evaluate.completion."""
    if target["type"] == "parity":
        return 3
    return indicator.decimals if indicator else 0


def _cell(content: Any, kind: str, decimals: int) -> Any:
    if not isinstance(content, int | float) or kind == _PLAIN:
        return content
    if kind == _OWN:
        return Shown(content, _form(decimals))
    return Shown(content, _CHANCE_FORM) if kind == _CHANCE else Shown(content / 100, "0%")


def _form(decimals: int) -> str:
    return "0" + ("." + "0" * decimals if decimals else "")


def numbered(column: pd.Series) -> pd.Series:
    """A column in numbers where all that is filled in it is one, of one kind; else as its texts.

    A column of both would neither sort nor add up. A dash is a gap; ＊ stays as it is.
    """
    rendered = column.map(lambda text: typed("" if text == "—" else text))
    filled = rendered[rendered.notna() & (rendered != numbers.SUPPRESSED)]
    forms = {cell.form.endswith("%") if isinstance(cell, Shown) else None for cell in filled}
    if len(forms) == 1 and None not in forms:
        return rendered
    return column.where(column != "", None)


def typed(text: str) -> str | Shown | None:
    """A cell as a spreadsheet should hold it: 95.9% as a number, 14.3/10万 as text."""
    if text == "":
        return None
    found = _NUMBER.fullmatch(text)
    if found is None:
        return text
    decimals, is_share = len(found[1] or ""), bool(found[2])
    value = float(text.rstrip("%").replace("−", "-"))
    form = _form(decimals)
    # Rounded again: 95.9 / 100 is no exact number.
    return Shown(round(value / 100, decimals + 2), form + "%") if is_share else Shown(value, form)
