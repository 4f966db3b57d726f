"""halfsky template and halfsky ingest: figures out to the departments and back."""

from pathlib import Path
from typing import Annotated

import typer

from halfsky.plan.errors import tr


def register(app: typer.Typer, command: type) -> None:
    """Add `template` and `ingest` to the command line."""
    app.command(
        "template",
        cls=command,
        help=tr(
            "生成部门填报表（.xlsx 和 .csv），列出各项目标需要的每一个数。",
            "Write the return forms (.xlsx and .csv), a line for every figure needed.",
        ),
    )(template)
    app.command(
        "ingest",
        cls=command,
        help=tr(
            "校验原始数据并生成 data/processed；也可收回部门填好的表。",
            "Check raw data and build data/processed; also takes filled forms back.",
        ),
    )(ingest)


def template(
    year: Annotated[
        int, typer.Argument(help=tr("填报年份。", "Year to report."), metavar=tr("年份", "YEAR"))
    ],
    region: Annotated[
        str, typer.Option("--region", "-r", metavar="R", help=tr("地区编号。", "Region id."))
    ] = "jiutai",
    plan: Annotated[
        str, typer.Option("--plan", metavar="P", help=tr("规划编号。", "Plan id."))
    ] = "jiutai_2021_2030",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help=tr("写到哪个文件夹。", "Folder to write to.")),
    ] = None,
) -> None:
    """Write a region's return forms for one year."""
    from halfsky import data
    from halfsky.notebook import check_parameters

    _, place, loaded = check_parameters(year, region, plan)
    for path in data.write_template(loaded, place.id, year, out):
        typer.echo(str(path))


def ingest(
    region: Annotated[
        list[str] | None,
        typer.Option(
            "--region",
            "-r",
            metavar="R",
            help=tr("地区编号，可多次给出；默认全部。", "Region id, may be repeated; default all."),
        ),
    ] = None,
    source: Annotated[
        list[Path] | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help=tr("部门填好的表，可多次给出。", "A filled form, may be repeated."),
        ),
    ] = None,
) -> None:
    """Check raw files and build data/processed."""
    from halfsky import data

    typer.echo(str(data.ingest(region or None, files=tuple(source or ()))))
