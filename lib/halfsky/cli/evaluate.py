"""halfsky run: a year's notebooks for some regions."""

from typing import Annotated

import typer

from halfsky.plan.errors import tr

REGIONS = ("jiutai", "CN")


def register(app: typer.Typer, command: type) -> None:
    """Add `run` to the command line."""
    app.command(
        "run",
        cls=command,
        help=tr(
            "运行某一年的全部笔记本，生成网页报告、results.json 和总门户。",
            "Run a year's notebooks and publish reports, results.json and the portal.",
        ),
    )(run)


def run(
    year: Annotated[
        int,
        typer.Argument(help=tr("报告年份，如 2025。", "Report year."), metavar=tr("年份", "YEAR")),
    ],
    region: Annotated[
        list[str] | None,
        typer.Option(
            "--region",
            "-r",
            metavar="R",
            help=tr(
                "地区编号，可多次给出；默认 jiutai 和 CN。",
                "Region id, may be repeated; default jiutai and CN.",
            ),
        ),
    ] = None,
    domain: Annotated[
        list[str] | None,
        typer.Option(
            "--domain",
            "-d",
            metavar="D",
            help=tr("只运行这些领域，如 health。", "Only these domains, e.g. health."),
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            metavar="N",
            help=tr("同时运行几个笔记本；默认等于处理器数。", "Notebooks at once."),
        ),
    ] = None,
    plan: Annotated[
        str, typer.Option("--plan", metavar="P", help=tr("规划编号。", "Plan id."))
    ] = "jiutai_2021_2030",
    state: Annotated[
        str | None,
        typer.Option(
            "--state",
            metavar="S",
            help=tr(
                "文稿状态：送审稿（draft）或审定稿（final）；不写为送审稿。审定稿连同输入和指纹"
                "存入 releases/vN/，只读。",
                "draft (default) or final; a final report is kept in releases/vN/ with its "
                "inputs and hashes, read-only.",
            ),
        ),
    ] = None,
    public: Annotated[
        bool,
        typer.Option(
            "--public",
            help=tr(
                "生成公开版，存入 public/：不公开1—4的人数、例数和可据以推算出它们的数字。",
                "The public edition, in public/: counts 1-4 and what reveals them left out.",
            ),
        ),
    ] = False,
) -> None:
    """Run the notebooks of a year; exit 1 if any of them failed."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    from halfsky.run import run_year

    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
        console=console,
    )
    tasks: dict[tuple[str, str], TaskID] = {}

    def show(place: str, page: str, cell: int, cells: int) -> None:
        key = (place, page)
        if key not in tasks:
            tasks[key] = bar.add_task(f"{place} {page}", total=1.0, state="")
        done = cell >= cells
        state = tr("完成", "done") if done else tr(f"单元格 {cell}/{cells}", f"cell {cell}/{cells}")
        bar.update(tasks[key], completed=cell / cells, state=state)
        if done and not console.is_terminal:
            console.print(f"{place} {page} {state}")

    with bar:
        report = run_year(
            year,
            region or list(REGIONS),
            plan=plan,
            domains=domain or (),
            jobs=jobs,
            progress=show,
            state=state,
            public=public,
        )
    for name, made in report.pages.items():
        typer.echo(f"{name}: {made[0].parent}  ({len(made)})")
    for name, kept in report.releases.items():
        typer.echo(f"{name}: {kept}")
    typer.echo(tr(f"总门户：{report.portal}", f"Portal: {report.portal}"))
    if not report.ok:
        typer.echo(report.message(), err=True)
        raise typer.Exit(1)
