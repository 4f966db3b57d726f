"""The house stands as CONTRIBUTING.md draws it: rooms, arrows, thin notebooks."""

from __future__ import annotations

import copy
import itertools
import re
import tomllib
from collections import Counter
from pathlib import Path

import nbformat
import pytest

from halfsky.plan import load_plan
from notebook_rules import faults

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
REPORTS = [path for path in NOTEBOOKS if re.match(r"\d\d_", path.name)]


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def test_every_room_stands_in_the_contract() -> None:
    """A room outside the layers could import whatever it likes."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    layers = next(c for c in tool["importlinter"]["contracts"] if c["type"] == "layers")["layers"]
    listed = set(re.findall(r"halfsky\.(\w+)", " ".join(layers)))
    package = ROOT / "lib" / "halfsky"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    doors = {path.stem for path in package.glob("*.py") if path.stem != "__init__"}
    assert rooms | doors <= listed


def test_make_and_pre_commit_check_the_contract() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lint = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, flags=re.MULTILINE)
    assert lint is not None
    assert "lint-imports" in lint[1]
    assert re.search(r"^test:.*\blint\b", makefile, flags=re.MULTILINE)
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert "lint_imports_command" in hooks


def test_a_notebook_for_each_domain_and_one_for_the_whole() -> None:
    expected = {f"{d.number:02d}_{d.domain}" for d in load_plan().domains} | {"00_overview"}
    assert {path.stem for path in REPORTS} == expected


def test_first_heading_is_the_domain() -> None:
    titles = {f"{d.number:02d}_{d.domain}": d.title for d in load_plan().domains}
    titles["00_overview"] = "总览"
    headings = {path.stem: read(path).cells[0].source.splitlines()[0] for path in REPORTS}
    assert headings == {stem: f"# {title}" for stem, title in titles.items()}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_thin_and_carries_its_outputs(path: Path) -> None:
    assert faults(path.stem, read(path)) == []


def test_each_domain_asks_its_own_questions() -> None:
    """Of each domain's cells at least a quarter stand in no other notebook."""
    cells = {path.stem: [c.source.strip() for c in read(path).cells] for path in REPORTS}
    everywhere = Counter(itertools.chain.from_iterable(set(own) for own in cells.values()))
    share = {
        stem: sum(everywhere[source] == 1 for source in own) / len(own)
        for stem, own in cells.items()
    }
    assert {stem: value for stem, value in share.items() if value < 0.25} == {}


def _good() -> nbformat.NotebookNode:
    new = nbformat.v4
    parameters = new.new_code_cell("year = 2025", metadata={"tags": ["parameters"]})
    shown = new.new_code_cell("year", outputs=[new.new_output("stream", text="2025\n")])
    parameters.execution_count, shown.execution_count = 1, 2
    return new.new_notebook(cells=[new.new_markdown_cell("# 标题"), parameters, shown])


def test_a_good_notebook_passes() -> None:
    assert faults("01_health", _good()) == []


@pytest.mark.parametrize(
    ("cell", "change", "told"),
    [
        pytest.param(0, {"source": "标题"}, "heading", id="no heading"),
        pytest.param(1, {"metadata": {}}, "0 cells tagged", id="no parameters tag"),
        pytest.param(1, {"source": "year = f()"}, "more than assign", id="parameter computed"),
        pytest.param(2, {"source": "x = 1\n" * 13}, "13 lines", id="13 lines"),
        pytest.param(2, {"source": "def f():\n    return 1"}, "defines", id="a function"),
        pytest.param(2, {"source": "class A:\n    x = 1"}, "defines", id="a class"),
        pytest.param(2, {"execution_count": None}, "not run", id="never run"),
        pytest.param(2, {"execution_count": 7}, "not run in order", id="run out of order"),
        pytest.param(2, {"outputs": []}, "no outputs", id="outputs stripped"),
        pytest.param(
            2,
            {"outputs": [nbformat.v4.new_output("error", ename="ValueError", evalue="x")]},
            "ValueError",
            id="an error kept",
        ),
        pytest.param(
            2,
            {"outputs": [nbformat.v4.new_output("stream", name="stderr", text="Warning: x")]},
            "stderr",
            id="a warning kept",
        ),
    ],
)
def test_each_fault_is_named(cell: int, change: dict[str, object], rendered: str) -> None:
    notebook = copy.deepcopy(_good())
    notebook.cells[cell].update(nbformat.from_dict(change))
    assert [fault for fault in faults("01_health", notebook) if rendered in fault] != []


@pytest.mark.parametrize(
    ("shown", "kept"),
    [
        pytest.param("14.3（2024年）", "14.3（2024年）", id="a figure and its year"),
        pytest.param("P = 0.866", "P = 0.866", id="a probability"),
        pytest.param("2026-11-24T04:03:15+08:00", "CLOCK", id="a clock time"),
        pytest.param("2026-11-24 04:03", "CLOCK", id="a clock time without seconds"),
        pytest.param("2025-12-31", "2025-12-31", id="a date is a figure"),
        pytest.param("a" * 64, "HASH", id="a hash"),
        pytest.param("<F at 0x7f00aa00bb00>", "<F at ADDRESS>", id="an address"),
    ],
)
def test_notebooks_are_compared_in_every_figure(shown: str, kept: str) -> None:
    text = (ROOT / "tests" / "nbval_sanitize.cfg").read_text(encoding="utf-8")
    pairs = re.findall(r"^regex: (.*)$\n^replace: (.*)$", text, flags=re.MULTILINE)
    assert len(pairs) == 3
    for pattern, replacement in pairs:
        shown = re.sub(pattern, replacement, shown)
    assert shown == kept
