"""What every notebook keeps to: thin, parameterised where it is a report, run from top to bottom.

Run by pre-commit as a script, and by test_house.py; needs nothing but nbformat.
"""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
MOST_LINES = 12
REPORT = re.compile(r"\d\d_[a-z_]+")


def faults(name: str, notebook: nbformat.NotebookNode) -> list[str]:
    """What is wrong with a notebook, one line each.

    Args:
        name: its file name without ending; those that begin with two digits become reports.
    """
    found: list[str] = []
    cells = notebook.cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    if not cells or cells[0].cell_type != "markdown" or not cells[0].source.startswith("# "):
        found.append("does not open with a heading")
    if REPORT.fullmatch(name):
        tagged = [cell for cell in code if "parameters" in cell.metadata.get("tags", [])]
        if len(tagged) != 1:
            found.append(f"{len(tagged)} cells tagged parameters instead of one")
        found += [
            "the parameters cell does more than assign values"
            for cell in tagged
            if not _only_assigns(cell.source)
        ]
    for place, cell in enumerate(code, start=1):
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            found.append(f"code cell {place} has {len(lines)} lines, {MOST_LINES} at most")
        if re.search(r"^\s*(async\s+def|def|class)\s", cell.source, flags=re.MULTILINE):
            found.append(f"code cell {place} defines something: that belongs in lib/")
        if cell.execution_count != place:
            found.append(f"code cell {place} was not run in order from a fresh kernel")
        for output in cell.outputs:
            if output.output_type == "error":
                found.append(f"code cell {place} ended in {output.ename}")
            elif output.output_type == "stream" and output.name == "stderr":
                found.append(f"code cell {place} wrote to stderr: {output.text[:60]}")
    if not any(cell.outputs for cell in code):
        found.append("carries no outputs")
    return found


def _only_assigns(source: str) -> bool:
    """Plain values only, so that papermill can replace each of them."""
    statements = ast.parse(source).body
    return bool(statements) and all(
        isinstance(s, ast.Assign) and isinstance(s.value, ast.Constant) for s in statements
    )


def main() -> int:
    """Print every fault of every notebook of the repository."""
    count = 0
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for fault in faults(path.stem, nbformat.read(path, as_version=4)):
            print(f"{path.relative_to(ROOT)}: {fault}")
            count += 1
    return int(count > 0)


if __name__ == "__main__":
    sys.exit(main())
