"""The pages of a region and year as a run makes them, without kernels and without pictures."""

from __future__ import annotations

import base64
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.v4 import new_output

from halfsky.notebook import HANDED
from halfsky.plan import load_plan, load_region
from halfsky.report.blocks import Figure
from halfsky.run import publish
from halfsky.run.execute import Outcome
from halfsky.run.pages import pages

# The smallest PNG there is: what stands in a picture is tested elsewhere, its alt text here.
_DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def read(handed: Path, region: str, year: int) -> dict[str, BeautifulSoup]:
    """The nine pages by stem, executed in this process on an evaluation handed over."""
    plan, place = load_plan(), load_region(region)
    requested = pages(plan)
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(HANDED, str(handed))
        patch.setattr(Figure, "png", _DOT)
        # The shell puts its own namespace in this one's place, from which no process can spawn.
        patch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        for page in requested:
            notebook = nbformat.read(page.notebook, as_version=4)
            _execute(notebook, {"year": year, "region": region})
            outcome = Outcome(page.stem, page.notebook, 0.0)
            html = publish.page(page, requested, notebook, place, plan, year, {}, outcome)
            made[page.stem] = BeautifulSoup(html, "html.parser")
    return made


def _execute(notebook: nbformat.NotebookNode, parameters: dict[str, Any]) -> None:
    """Run the code cells one after another in a fresh namespace."""
    shell = InteractiveShell.instance()
    shell.reset(new_session=True)
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        source = cell.source
        if "parameters" in cell.metadata.get("tags", []):
            source += "".join(f"\n{name} = {value!r}" for name, value in parameters.items())
        with capture_output() as seen:
            result = shell.run_cell(source)
        result.raise_error()
        shown = [(output.data, output.metadata or {}) for output in seen.outputs]
        if result.result is not None:
            shown.append(shell.display_formatter.format(result.result))
        cell.outputs = [
            new_output("display_data", data=_plain(data), metadata=metadata)
            for data, metadata in shown
            if data
        ]


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {
        kind: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for kind, value in data.items()
    }


def rendered(page: BeautifulSoup, *, tables: bool) -> str:
    """A page's own words, one paragraph or cell a line; commands and the footer left out."""
    return "\n".join(lines(page, tables=tables))


def lines(page: BeautifulSoup, *, tables: bool) -> list[str]:
    """Paragraphs, list items and the messages of charts, with or without cells of tables."""
    main = page.find("main")
    assert isinstance(main, Tag)
    kinds = [
        "p",
        "li",
        "h2",
        "h3",
        "figcaption",
        "img",
        "caption",
        *(["th", "td"] if tables else []),
    ]
    found = []
    for part in main.find_all(kinds):
        if not tables and part.find_parent("table"):
            continue
        text = str(part["alt"]) if part.name == "img" else _words(part)
        if text:
            found.append(text)
    return found


def _words(part: Tag) -> str:
    """A part's text without commands to type."""
    text = "".join(
        str(piece) for piece in part.find_all(string=True) if piece.find_parent("code") is None
    )
    return re.sub(r"\s+", " ", text).strip()


def sentences(page: BeautifulSoup) -> list[str]:
    """Sentences and clauses up to a semicolon, outside tables and headings."""
    main = page.find("main")
    assert isinstance(main, Tag)
    parts = [p for p in main.find_all(["p", "li"]) if not p.find_parent("table")]
    return [
        piece.strip()
        for part in parts
        for piece in re.split(r"[。；？]", _words(part))
        if piece.strip()
    ]
