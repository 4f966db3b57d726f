"""Tables of typed cells as sheets of a workbook: figures as numbers, formatted as printed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from halfsky.plan import Plan
from halfsky.plan.models import Indicator
from halfsky.plan.sheets import Sheet, Shown
from halfsky.plan.thresholds import load_thresholds
from halfsky.report import numbers
from halfsky.report.blocks import Cell, Gap, Table, distinct
from halfsky.report.text import phrase

LONGEST_FORMAT = 255  # characters that Excel takes
# The figures sheet: key in results.json's targets -> how its numbers are shown; the titles stand
# in text/workbook.yaml. The indicator's decimals; a probability; 46 as 46%; as it is.
_OWN, _CHANCE, _PERCENT, _PLAIN = "own", "chance", "percent", "plain"
_CHANCE_FORM = '[>0.99]"99%以上";[<0.01]"不到1%";0%'  # as report.numbers.percent prints it
_FIGURES = {
    "clause": _PLAIN,
    "asked": _PLAIN,
    "target": _OWN,
    "unit": _PLAIN,
    "baseline": _OWN,
    "baseline_year": _PLAIN,
    "value": _OWN,
    "value_year": _PLAIN,
    "completion_pct": _PERCENT,
    "elapsed_pct": _PERCENT,
    "status": _PLAIN,
    "outlook": _PLAIN,
    "p_met": _CHANCE,
    "point": _OWN,
    "lo80": _OWN,
    "hi80": _OWN,
    "lo95": _OWN,
    "hi95": _OWN,
    "data": _PLAIN,
    "rule": _PLAIN,
    "department": _PLAIN,
    "id": _PLAIN,  # as in results.json
}


def table_sheet(table: Table, notices: tuple[str, ...] = ()) -> Sheet:
    """A table as a sheet; its note and the notices stand below it."""
    titles = ["\n".join(filter(None, (c.title, c.small))) for c in table.columns]
    rows = [[content(cell) for cell in cells] for cells in table.grid]
    frame = pd.DataFrame(rows, columns=distinct(titles), dtype=object)
    caption = table.caption or phrase("workbook", "table")
    return Sheet(caption, frame, (table.note, *notices))


def content(cell: Cell) -> Shown | str | None:
    """What a spreadsheet holds of a cell: a number in its format, words, or nothing for a gap.

    A suppressed figure stays marked. The number is the printed one, no more decimals than the page
    publishes: with more, a small count could be worked out from a rate.
    """
    if cell.gap is Gap.MISSING and not cell.small:
        return None
    if cell.value is None:
        return cell.lines or None
    below = _literal(" " + " ".join(cell.small)) if cell.small else ""
    value, form = _printed(cell)
    sections = ";".join(section + below for section in form.split(_SECTION))
    if len(sections) > LONGEST_FORMAT:
        return cell.lines
    return Shown(value, sections, cell.lines)


_DIGITS = tuple("0123456789.")
_SECTION = "\0"  # between the sections of a format; a semicolon may stand in a word


def _printed(cell: Cell) -> tuple[float, str]:
    """The number of a cell as its text rounds it, and the format that shows it as the text does."""
    value = cell.value or 0
    sign = "+" if cell.text.startswith("+") else ""
    bare = cell.text.removeprefix("+")
    usual = cell.decimals or 0
    # A target value loses empty decimals, a probability gains one beside a limit.
    for decimals in dict.fromkeys((usual, 0, usual + 1)):
        after = bare.removeprefix(numbers.number(value, decimals))
        if after == bare or after.startswith(_DIGITS):
            continue
        places, share = round(value, decimals), after.startswith("%")
        if share:  # rounded again: 95.9 / 100 is no exact number
            places = round(places / 100, decimals + 2)
        form = _form(decimals) + ("%" if share else "") + _literal(after.removeprefix("%"))
        return places, _SECTION.join((f"+{form}", f"-{form}", form)) if sign else form
    # Words that stand for a number (99%以上, 已超过): the number sorts, the words are shown.
    value = round(value, usual)
    shown = round(value / 100, usual + 2) if cell.unit == "%" else value
    return shown, _SECTION.join([_literal(cell.text)] * 3)


def _literal(text: str) -> str:
    """Words inside a number format."""
    return '"' + text.replace('"', "'") + '"' if text else ""


def _form(decimals: int) -> str:
    return "0" + ("." + "0" * decimals if decimals else "")


def figures_sheet(record: dict[str, Any], plan: Plan, notices: tuple[str, ...] = ()) -> Sheet:
    """One row per target of a record, in numbers; goal and indicator by their names."""
    titles = [phrase("workbook", key) for key in ("goal", "indicator", *_FIGURES)]
    rows = []
    for goal in record["goals"]:
        found = plan.goals[goal["id"]]
        label = f"{plan.domain(found.domain).name}{found.number}"
        for target in goal["targets"]:
            indicator = plan.indicators.get(target["indicator"] or "")
            named = plan.targets[target["id"]].name or (indicator.name if indicator else "")
            filled = target | {"asked": _asked(target)}
            decimals = _decimals(target, indicator)
            cells = [_figure(filled[key], kind, decimals) for key, kind in _FIGURES.items()]
            rows.append([label, named or target["clause"], *cells])
    frame = pd.DataFrame(rows, columns=titles, dtype=object)
    return Sheet(phrase("workbook", "figures"), frame, notices, fixed=2)


def _asked(target: dict[str, Any]) -> str | None:
    """What is asked of the value beside the target value: 不低于, 0.97—1.03之间."""
    if target["type"] == "parity":
        rules = load_thresholds().status
        return phrase("workbook", "parity", low=rules.parity_low, high=rules.parity_high)
    key = {">=": "at_least", "<=": "at_most", "within": "within"}.get(target["comparator"])
    return None if key is None else phrase("workbook", key)


def _decimals(target: dict[str, Any], indicator: Indicator | None) -> int:
    """Those the pages print: see evaluate.completion."""
    if target["type"] == "parity":
        return 3
    return indicator.decimals if indicator else 0


def _figure(value: Any, kind: str, decimals: int) -> Any:
    if not isinstance(value, int | float) or kind == _PLAIN:
        return value
    if kind == _OWN:
        return Shown(value, _form(decimals))
    return Shown(value, _CHANCE_FORM) if kind == _CHANCE else Shown(value / 100, "0%")
