"""halfsky brief: the brief for 区政府 and a sheet for each department, as Word files."""

from __future__ import annotations

import re
from pathlib import Path

from halfsky.data.files import replace_file
from halfsky.data.workbook import write_tables
from halfsky.plan import ParameterError, Problem, tr
from halfsky.plan.paths import reports_dir
from halfsky.report.documents.brief import (
    ELSEWHERE,
    department_sheets,
    government_brief,
    overview_tables,
)
from halfsky.report.render.excel import table_sheet
from halfsky.report.render.word import to_docx
from halfsky.run.publish import SYNTHETIC_BANNER


def write_briefs(year: int, region: str, plan: str) -> list[Path]:
    """Write reports/<region>/<year>/briefs/: the brief, the departments' sheets, their overview.

    Sheets of an earlier time that are not made again are removed.

    Raises:
        ParameterError: unknown names, a year outside the plan, or a reference region, which is
            compared and has nobody to be sent a brief.
    """
    from halfsky.notebook import open_study

    view = open_study(None, year=year, region=region, plan=plan)
    if view.is_reference:
        raise ParameterError(
            Problem(
                what=tr("参照地区不作评估，没有简报", "a reference region is not evaluated"),
                hint=tr("请用被评估的地区，如 jiutai。", "Use an evaluated region, e.g. jiutai."),
                column="region",
                value=region,
            )
        )
    folder = reports_dir() / region / str(year) / "briefs"
    folder.mkdir(parents=True, exist_ok=True)
    made = [replace_file(folder / "区政府简报.docx", to_docx(government_brief(view)))]
    for number, (department, sheet) in enumerate(department_sheets(view), start=1):
        name = re.sub(r'[\\/:*?"<>|\s]', "", department)
        made.append(replace_file(folder / f"{number:02d}_{name}.docx", to_docx(sheet)))
    for old in set(folder.glob("[0-9][0-9]_*.docx")) - set(made):
        old.unlink()  # a department with nothing left to do, or numbered otherwise now
    overview = folder / ELSEWHERE
    notes = (SYNTHETIC_BANNER,) if view.is_synthetic else ()
    title = f"{view.region.short}{year}年各部门任务一览"
    sheets = [table_sheet(table, notes) for table in overview_tables(view)]
    write_tables(sheets, overview, title)
    return [*made, overview]
