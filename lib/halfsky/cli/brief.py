"""halfsky brief: two pages for 区政府 and one sheet for each department."""

from typing import Annotated

import typer

from halfsky.plan.errors import tr


def register(app: typer.Typer, command: type) -> None:
    """Add `brief` to the command line."""
    app.command(
        "brief",
        cls=command,
        help=tr(
            "生成给区政府的两页简报和各部门任务单（Word），以及各部门一览（Excel）。",
            "Write a two-page brief and a sheet a department (Word), and their overview (Excel).",
        ),
    )(brief)


def brief(
    year: Annotated[
        int,
        typer.Argument(help=tr("报告年份，如 2025。", "Report year."), metavar=tr("年份", "YEAR")),
    ],
    region: Annotated[
        str, typer.Option("--region", "-r", metavar="R", help=tr("地区编号。", "Region id."))
    ] = "jiutai",
    plan: Annotated[
        str, typer.Option("--plan", metavar="P", help=tr("规划编号。", "Plan id."))
    ] = "jiutai_2021_2030",
) -> None:
    """Write the brief and the departments' sheets of one region and year."""
    from halfsky.run.briefs import write_briefs

    made = write_briefs(year, region, plan)
    typer.echo(f"{made[0].parent}  ({len(made)})")
