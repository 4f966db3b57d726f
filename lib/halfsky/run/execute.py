"""Execute one notebook with papermill in a process of its own, reporting which cell is in work.

Separate processes, because one notebook's settings must not leak into the next.
"""

from __future__ import annotations

import logging
import os
import sys
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Of papermill's three seconds of import, most goes into IRI grammars that no Jupyter schema
# uses (jupyter_server issue 1559); jsonschema does without them when the module is absent.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

CELL_TIMEOUT = 600
START_TIMEOUT = 120
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """How one notebook ended: the executed notebook, and where it failed if it did.

    cell: the failing cell's place in our own notebook, from 0: papermill adds cells to the
    executed one, so its places there mean nothing to whoever corrects the source.
    """

    stem: str
    notebook: Path
    seconds: float
    cell: int | None = None
    error: str = ""

    @property
    def ok(self) -> bool:
        return not self.error


def execute(
    stem: str,
    source: Path,
    out: Path,
    parameters: dict[str, Any],
    progress: Progress | None = None,
    environment: Mapping[str, str] | None = None,
) -> Outcome:
    """Run a notebook to `out`; a failing cell leaves the partial notebook there.

    Args:
        progress: called with (stem, cell number, cells) as each cell starts.
        environment: variables that the kernel gets besides this process's own.
    """
    import time

    import papermill
    from papermill.engines import NBClientEngine, papermill_engines
    from papermill.exceptions import PapermillExecutionError

    class ProgressEngine(NBClientEngine):
        """papermill's own engine, which also says which cell it is at."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, *args: Any, **kwargs: Any) -> Any:
            cells = len(nb_man.nb.cells)
            start = nb_man.cell_start

            def report_start(cell: Any, cell_index: int = 0, **more: Any) -> Any:
                if progress is not None:
                    progress(stem, cell_index + 1, cells)
                return start(cell, cell_index, **more)

            nb_man.cell_start = report_start
            return super().execute_managed_notebook(nb_man, *args, **kwargs)

    papermill_engines.register("halfsky", ProgressEngine)
    logging.getLogger("papermill").setLevel(logging.ERROR)
    # One thread per kernel: the notebooks themselves are run side by side.
    os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")
    os.environ.update(environment or {})
    started = time.monotonic()

    def ended(cell: int | None = None, error: str = "") -> Outcome:
        return Outcome(stem, out, time.monotonic() - started, cell, error)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            papermill.execute_notebook(
                str(source),
                str(out),
                parameters=parameters,
                engine_name="halfsky",
                kernel_name="python3",
                progress_bar=False,
                log_output=False,
                cwd=str(source.parent),
                execution_timeout=CELL_TIMEOUT,
                start_timeout=START_TIMEOUT,
                # A kernel on this machine's loopback warns of unencrypted TCP at every start.
                extra_arguments=["--IPKernelApp.log_level=50"],
            )
    except PapermillExecutionError as failed:
        return ended(_place(source, failed.source), f"{failed.ename}: {failed.evalue}")
    except Exception as failed:  # noqa: BLE001 - a dead kernel must not stop the other domains
        return ended(None, f"{type(failed).__name__}: {failed}")
    return ended()


def _place(notebook: Path, failed: str) -> int | None:
    """Where a cell's source stands in a notebook; None for the cell of injected parameters."""
    import nbformat

    cells = nbformat.read(notebook, as_version=4).cells
    return next((n for n, cell in enumerate(cells) if cell.source == failed), None)
