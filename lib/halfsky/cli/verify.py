"""halfsky verify: does a release give the same figures again?"""

from pathlib import Path
from typing import Annotated

import typer

from halfsky.plan.errors import tr


def register(app: typer.Typer, command: type) -> None:
    """Add `verify` to the command line."""
    app.command(
        "verify",
        cls=command,
        help=tr(
            "核验一份审定稿：先比对每个文件的指纹，再用随稿输入重新计算并逐项比较数字。"
            "一致退出码为0，不一致为1，不是审定稿为2。",
            "Verify a release: hashes first, then its figures computed again from its own "
            "inputs. Exit code 0 equal, 1 different, 2 not a release.",
        ),
    )(verify)


def verify(
    path: Annotated[
        Path,
        typer.Argument(
            help=tr(
                "审定稿的文件夹，如 reports/jiutai/2025/releases/v1。", "The release's folder."
            ),
            metavar=tr("文件夹", "PATH"),
        ),
    ],
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help=tr("只比对文件指纹，不重新计算。", "Hashes only, nothing is run.")
        ),
    ] = False,
) -> None:
    """Print what was found; exit 1 where anything differs."""
    from halfsky.run.verify import verify as verify_release

    verdict = verify_release(path, quick=quick)
    typer.echo(str(verdict))
    if not verdict.ok:
        raise typer.Exit(1)
