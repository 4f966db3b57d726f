"""Runs a command whose kernels share one evaluation: python tests/evaluated_once.py COMMAND ...

The committed notebooks all have the same parameters. What they are about is evaluated here, once,
and handed over as a run does it (halfsky.notebook.hand_over); a kernel with other parameters
evaluates by itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

from halfsky.notebook import HANDED, check_parameters, hand_over

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


def parameters(notebook: Path) -> dict[str, Any]:
    """The values in a notebook's parameters cell, by name."""
    (cell,) = [
        cell
        for cell in nbformat.read(notebook, as_version=4).cells
        if "parameters" in cell.metadata.get("tags", [])
    ]
    names: dict[str, Any] = {}
    exec(cell.source, {}, names)
    return names


def main(command: list[str]) -> int:
    """The exit code of the command."""
    asked = parameters(NOTEBOOKS / "00_overview.ipynb")
    year, region, plan = check_parameters(asked["year"], asked["region"], asked["plan"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "evaluated.pickle"
        hand_over(path, plan, region, year, asked["public"])
        return subprocess.run(command, env={**os.environ, HANDED: str(path)}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
