"""halfsky plan: show the monitoring scheme, and check that every clause has its target."""

import json
import shutil
import sys
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer

from halfsky.plan.errors import ParameterError, Problem, tr

_GAP = "  "  # between columns of the listing
_NARROWEST = 8  # columns of a cell


class Format(StrEnum):
    """How the scheme is written."""

    table = "table"
    json = "json"
    xlsx = "xlsx"
    docx = "docx"


def register(app: typer.Typer, group: type, command: type) -> None:
    """Add `plan` and `plan check` to the command line."""
    plan = typer.Typer(
        cls=group,
        invoke_without_command=True,
        help=tr(
            "列出监测方案：目标、指标、定义、来源和责任部门；plan check 检查其完整性。",
            "Print the monitoring scheme; plan check tests its completeness.",
        ),
        rich_markup_mode=None,
    )
    plan.callback()(show)
    plan.command(
        "check",
        cls=command,
        help=tr(
            "检查每一条目标是否都有指标，有无孤立指标和矛盾。",
            "Find clauses without a target, orphans and contradictions.",
        ),
    )(check)
    app.add_typer(plan, name="plan")


_PLAN = Annotated[str, typer.Option("--plan", metavar="P", help=tr("规划编号。", "Plan id."))]


def show(
    context: typer.Context,
    plan: _PLAN = "jiutai_2021_2030",
    domain: Annotated[
        str | None,
        typer.Option("--domain", "-d", metavar="D", help=tr("只看一个领域。", "One domain.")),
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option("--goal", "-g", metavar="G", help=tr("只看一项目标。", "One goal.")),
    ] = None,
    department: Annotated[
        str | None,
        typer.Option(
            "--department", metavar=tr("名称", "NAME"), help=tr("只看一个部门。", "One department.")
        ),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help=tr("输出格式。", "Output format."))
    ] = Format.table,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FILE", help=tr("写到文件（xlsx、docx 必填）。", "File to write.")
        ),
    ] = None,
) -> None:
    """Print the monitoring scheme of a plan."""
    if context.invoked_subcommand is not None:
        return
    from halfsky.plan.load import load_plan, load_units
    from halfsky.plan.scheme import COLUMNS, scheme_rows
    from halfsky.plan.thresholds import load_thresholds

    rows = scheme_rows(load_plan(plan), load_thresholds(), load_units())
    for column, requested in (("domain", domain), ("goal", goal), ("department", department)):
        if requested is not None:
            rows = _rows_of(rows, column, requested)
    if form is Format.json:
        text = json.dumps(rows, ensure_ascii=False, indent=1)
        if out is None:
            typer.echo(text)
        else:
            out.write_text(text + "\n", encoding="utf-8")
    elif form is Format.xlsx:
        import pandas as pd

        from halfsky.data.workbook import write_table

        out = _needed(out, form)
        frame = pd.DataFrame(rows, columns=list(COLUMNS), dtype=object)
        write_table(frame, out, title=tr("妇女统计监测方案", "Monitoring scheme"))
        typer.echo(str(out))
    elif form is Format.docx:
        from halfsky.data.files import replace_file
        from halfsky.report.documents.scheme import scheme_document
        from halfsky.report.render.word import to_docx

        if domain or goal or department:
            raise ParameterError(
                Problem(
                    what=tr(
                        "送审的方案是整个规划的", "the scheme for approval is the whole plan's"
                    ),
                    hint=tr(
                        "请去掉 --domain、--goal、--department；只看一部分可用 --format xlsx。",
                        "Leave out --domain, --goal, --department; --format xlsx takes a part.",
                    ),
                    column="--format",
                    value=form,
                )
            )
        out = _needed(out, form)
        document = scheme_document(load_plan(plan), load_thresholds(), load_units())
        typer.echo(str(replace_file(out, to_docx(document))))
    else:
        _print_table(rows)


def _rows_of(rows: list[dict[str, Any]], column: str, requested: str) -> list[dict[str, Any]]:
    """The rows of one domain, goal or department.

    Raises:
        ParameterError: there is none of that name.
    """
    kept = [row for row in rows if row[column] == requested]
    if not kept:
        known = "、".join(dict.fromkeys(row[column] for row in rows))
        raise ParameterError(
            Problem(
                what=tr(f"方案中没有“{requested}”", f"'{requested}' is not in the scheme"),
                hint=tr("可用的值：", "Values: ") + known[:600],
                column=column,
                value=requested,
            )
        )
    return kept


def _needed(out: Path | None, form: Format) -> Path:
    """Where a file is to be written; these formats cannot be printed on a console.

    Raises:
        ParameterError: no --out, or no such folder.
    """
    if out is None or not out.resolve().parent.is_dir():
        raise ParameterError(
            Problem(
                what=tr(f"{form.value} 要写到文件", f"{form.value} needs a file")
                if out is None
                else tr("没有这个文件夹", "no such folder"),
                hint=tr(
                    f"请加上 --out 监测评估方案.{form.value}。", f"Add --out scheme.{form.value}."
                )
                if out is None
                else tr("请先建好文件夹。", "Make the folder first."),
                column="--out",
                value="" if out is None else str(out.parent),
            )
        )
    return out


def _print_table(rows: list[dict[str, Any]]) -> None:
    """One target a line, as wide as the terminal; a cell too long for its column is folded."""
    from rich.cells import cell_len, chop_cells, set_cell_size

    titles = {
        "target": tr("编号", "Id"),
        "name": tr("指标", "Target"),
        "type": tr("类型", "Type"),
        "requirement": tr("要求", "Requirement"),
        "indicator": tr("指标编号", "Indicator"),
        "department": tr("责任部门（建议）", "Department (proposed)"),
    }
    lines = [list(titles.values())]
    lines += [[str(row[column] or "") for column in titles] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    total = shutil.get_terminal_size().columns if sys.stdout.isatty() else 140
    while sum(widths) + len(_GAP) * (len(widths) - 1) > total and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    for cells in lines:
        folded = [chop_cells(cell, width) for cell, width in zip(cells, widths, strict=True)]
        for pieces in zip_longest(*folded, fillvalue=""):
            padded = [set_cell_size(text, n) for text, n in zip(pieces, widths, strict=True)]
            typer.echo(_GAP.join(padded).rstrip())


def check(plan: _PLAN = "jiutai_2021_2030") -> None:
    """Exit 0 when the plan is fully typed, 2 with one line per fault otherwise."""
    from halfsky.plan.check import check as faults_of
    from halfsky.plan.load import load_plan, load_units

    loaded = load_plan(plan)
    faults = faults_of(loaded, load_units())
    for fault in faults:
        typer.echo(f"{fault.where}: {fault.what}", err=True)
    counts = (len(loaded.goals), len(loaded.measures), len(loaded.targets), len(loaded.indicators))
    typer.echo(
        tr(
            "{}项目标，{}条措施，{}项指标要求，{}个统计指标；发现{}个问题。",
            "{} goals, {} measures, {} targets, {} indicators; {} faults.",
        ).format(*counts, len(faults))
    )
    if faults:
        raise typer.Exit(2)
