"""The package stands as CONTRIBUTING.md draws it: arrows, plain words, thin notebooks."""

from __future__ import annotations

import ast
import copy
import itertools
import re
import subprocess
import sys
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


def test_every_package_stands_in_the_contract() -> None:
    """A package outside the layers could import whatever it likes."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    layers = next(c for c in tool["importlinter"]["contracts"] if c["type"] == "layers")["layers"]
    listed = set(re.findall(r"halfsky\.(\w+)", " ".join(layers)))
    package = ROOT / "lib" / "halfsky"
    packages = {path.parent.name for path in package.glob("*/__init__.py")}
    modules = {path.stem for path in package.glob("*.py") if path.stem != "__init__"}
    assert packages | modules <= listed


def test_make_and_pre_commit_check_the_contract() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lint = re.search(r"^lint:.*\n((?:\t.*\n)+)", makefile, flags=re.MULTILINE)
    assert lint is not None
    assert "lint-imports" in lint[1]
    assert re.search(r"^test:.*\blint\b", makefile, flags=re.MULTILINE)
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert "lint_imports_command" in hooks


REPORT = ROOT / "lib" / "halfsky" / "report"
CHINESE = re.compile("[\u4e00-\u9fff]")
MOST_CHINESE = 1500  # characters: labels and units; a sentence stands in report/text


def literals(path: Path) -> list[str]:
    """The strings of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


def test_sentences_stand_in_text_not_in_reports_code() -> None:
    found = {
        str(path.relative_to(REPORT)): len(CHINESE.findall("".join(literals(path))))
        for path in REPORT.rglob("*.py")
    }
    assert sum(found.values()) <= MOST_CHINESE, Counter(found).most_common(10)


def test_report_has_few_modules_at_the_top() -> None:
    modules = {path.stem for path in REPORT.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in REPORT.glob("*/__init__.py")}
    assert len(modules | packages) <= 16, sorted(modules | packages)


def test_nobody_parses_our_own_pages() -> None:
    """bs4 and bleach came with HTML as the thing that functions handed on."""
    files = (ROOT / "lib").rglob("*.py")
    names = [path.name for path in files if re.search(
        r"^\s*(?:from|import) (?:bs4|bleach)", path.read_text(encoding="utf-8"), flags=re.MULTILINE
    )]  # fmt: skip
    assert names == []


def test_showing_a_page_of_text_loads_no_statistics_and_draws_nothing() -> None:
    code = (
        "import sys; from halfsky import report; report.headline, report.completion_table;"
        "print([m for m in ('statsmodels', 'scipy', 'matplotlib', 'seaborn') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    assert done.stdout.strip() == "[]"


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
    ("cell", "change", "named"),
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
def test_each_fault_is_named(cell: int, change: dict[str, object], named: str) -> None:
    notebook = copy.deepcopy(_good())
    notebook.cells[cell].update(nbformat.from_dict(change))
    assert [fault for fault in faults("01_health", notebook) if named in fault] != []


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
