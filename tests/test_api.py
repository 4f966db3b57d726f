"""The API pages come from docstrings: every public name has one, and the pages can be made."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from types import ModuleType

import pdoc
import pytest

import halfsky

MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(halfsky.__path__, "halfsky.")
    if not module.name.endswith("__main__")
)


def public(module: ModuleType) -> list[str]:
    """Functions and classes that a module defines and does not hide."""
    members = inspect.getmembers(module, lambda m: inspect.isfunction(m) or inspect.isclass(m))
    return [n for n, m in members if not n.startswith("_") and m.__module__ == module.__name__]


@pytest.mark.parametrize("name", MODULES)
def test_every_public_name_says_what_it_is(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, name
    silent = [n for n in public(module) if not (getattr(module, n).__doc__ or "").strip()]
    assert silent == []


def test_pages_are_made_and_load_nothing_from_outside(tmp_path) -> None:
    pdoc.render.configure(docformat="google")
    pdoc.pdoc("halfsky.data", "halfsky.notebook", output_directory=tmp_path)
    page = (tmp_path / "halfsky" / "notebook.html").read_text(encoding="utf-8")
    assert "what every notebook opens with" in page
    assert 'src="http' not in page
