"""The command line: a thin skin. Every command's work is done in the packages below.

The modules of commands keep their annotations as objects (no `from __future__ import annotations`):
typer would compile every option's annotation anew at each start.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys

# Modules, models and the plan stay to the end: at Python's usual 700 the collector looks through
# them over and over while they are built, in vain.
gc.set_threshold(100_000)
# halfsky uses no plugin of pydantic; searching for one reads every installed package's metadata.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from halfsky.cli.localise import (  # noqa: E402
    command_classes,
    make_stdio_safe,
    translate_typer,
    usage_problem,
)

translate_typer()

import typer  # noqa: E402 - after its words are translated

from halfsky.cli import benchmark, brief, demo, evaluate, files, plan, verify  # noqa: E402
from halfsky.plan.errors import HalfskyError, tr  # noqa: E402

_GROUP, _COMMAND = command_classes()

app = typer.Typer(
    name="halfsky",
    cls=_GROUP,
    help=tr(
        "半边天：妇女发展规划的年度监测、中期评估和终期评估。",
        "halfsky: yearly, mid-term and final evaluation of a Women's Development Plan.",
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

evaluate.register(app, _COMMAND)
brief.register(app, _COMMAND)
verify.register(app, _COMMAND)
files.register(app, _COMMAND)
plan.register(app, _GROUP, _COMMAND)
demo.register(app, _COMMAND)
benchmark.register(app, _COMMAND)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", help=tr("显示版本号。", "Show the version and exit.")
    ),
) -> None:
    if version:
        from halfsky import __version__

        typer.echo(f"halfsky {__version__}")
        raise typer.Exit


def main(arguments: list[str] | None = None) -> None:
    """Entry point: exit code 0 done, 1 a notebook failed, 2 bad input or usage."""
    make_stdio_safe()
    atexit.register(gc.freeze)  # the process ends: nothing is left to look through
    try:
        code = app(arguments, standalone_mode=False)
    except HalfskyError as error:
        typer.echo(str(error), err=True)
        sys.exit(error.exit_code)
    except typer.Abort:
        typer.echo(tr("已中止。", "Aborted."), err=True)
        sys.exit(130)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        context = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError":
            typer.echo(str(error))
        else:
            typer.echo(tr("错误：", "Error: ") + usage_problem(error), err=True)
            if context is not None:
                typer.echo(context.get_usage(), err=True)
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)
