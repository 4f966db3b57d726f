"""The tables of a page as a workbook beside it: what a page shows, and the figures behind it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

from halfsky.data.workbook import write_tables
from halfsky.plan import Plan, Region
from halfsky.report.blocks import MIME, Table, from_json
from halfsky.report.render.excel import figures_sheet, table_sheet
from halfsky.run.publish import PUBLIC_NOTICE, banner


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
    sheets = [] if record is None else [figures_sheet(record, plan, notices)]
    sheets += [table_sheet(table, notices) for table in tables_of(notebook)]
    write_tables(sheets, path, title)
    return path


def tables_of(notebook: nbformat.NotebookNode) -> list[Table]:
    """The tables an executed notebook shows, in their order.

    Raises:
        ValueError: an output of ours that holds no blocks.
    """
    found: list[Table] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            found += from_json(output.get("data", {}).get(MIME, [])).tables
    return found
