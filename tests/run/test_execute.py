"""A failing notebook leaves its partial copy, names cell and error, and stops nobody else."""

from __future__ import annotations

import nbformat
import pytest

from halfsky.run.build import RunFailed, merge
from halfsky.run.execute import execute


def notebook(path, *cells: str):
    book = nbformat.v4.new_notebook()
    book.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    first = nbformat.v4.new_code_cell("year = 1")
    first.metadata["tags"] = ["parameters"]
    book.cells = [first, *(nbformat.v4.new_code_cell(source) for source in cells)]
    nbformat.write(book, path)
    return path


def test_a_good_notebook_tells_each_cell(tmp_path):
    rendered: list[tuple[str, int, int]] = []
    source = notebook(tmp_path / "a.ipynb", "year + 1")
    outcome = execute(
        "a", source, tmp_path / "out.ipynb", {"year": 41}, lambda *step: rendered.append(step)
    )
    assert outcome.ok
    made = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert made.cells[-1].outputs[0]["data"]["text/plain"] == "42"
    assert rendered == [("a", n, 3) for n in (1, 2, 3)]


def test_a_bad_cell_is_named_and_the_partial_notebook_kept(tmp_path):
    source = notebook(tmp_path / "b.ipynb", "1 + 1", "1 / 0", "'never'")
    outcome = execute("b", source, tmp_path / "out.ipynb", {})
    assert not outcome.ok
    assert "ZeroDivisionError" in outcome.error
    partial = nbformat.read(tmp_path / "out.ipynb", as_version=4)
    assert nbformat.read(source, as_version=4).cells[outcome.cell].source == "1 / 0"
    assert any(o.output_type == "error" for c in partial.cells for o in c.get("outputs", []))


def test_a_dead_kernel_is_an_outcome_not_a_crash(tmp_path):
    source = notebook(tmp_path / "c.ipynb", "import os", "os._exit(1)")
    outcome = execute("c", source, tmp_path / "out.ipynb", {})
    assert not outcome.ok
    assert outcome.error


def record(stem: str, *goals: tuple[str, str]) -> dict:
    return {
        "region": stem,
        "goals": [{"id": g, "status": s} for g, s in goals],
        "warnings": [],
        "register": [],
        "measures": [],
        "effects": [],
        "rates": {},
    }


def test_domains_are_merged_and_counted():
    merged = merge(
        {
            "01_a": record("x", ("a-1", "达标"), ("a-2", "未填报")),
            "02_b": record("x", ("b-1", "未达标")),
        },
        True,
    )
    assert merged is not None
    assert [g["id"] for g in merged["goals"]] == ["a-1", "a-2", "b-1"]
    assert merged["rates"] == {
        "met": 1,
        "basically": 0,
        "unmet": 1,
        "undecidable": 0,
        "missing": 1,
        "assessable": 2,
        "all": 3,
    }


def test_two_answers_to_one_question_are_refused():
    with pytest.raises(RunFailed, match="a-1"):
        merge(
            {"00_overview": record("x", ("a-1", "达标")), "01_a": record("x", ("a-1", "未达标"))},
            False,
        )
