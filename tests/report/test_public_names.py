"""halfsky.report hands out its public names when they are used, and loads nothing before."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from halfsky import report


def static_imports() -> dict[str, str]:
    """Name -> module of the imports that only type checkers and editors read."""
    tree = ast.parse(Path(report.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: str(i.module) for i in imports for alias in i.names}


def test_what_mypy_reads_is_what_is_handed_out():
    assert static_imports() == report._EXPORTS
    assert set(report.__all__) == set(report._EXPORTS) <= set(dir(report))


@pytest.mark.parametrize("name", report.__all__)
def test_each_name_is_its_modules_own(name):
    module = import_module(report._EXPORTS[name])
    assert inspect.unwrap(getattr(report, name)) is getattr(module, name)
    assert getattr(module, name).__module__ == module.__name__


def test_no_public_name_is_a_submodules():
    """Importing halfsky.report.x puts the module at report.x, whatever stood there."""
    submodules = {module.name for module in pkgutil.iter_modules(report.__path__)}
    assert "view" in submodules
    assert submodules & set(report.__all__) == set()


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'headlines'"):
        report.headlines  # noqa: B018 - the look-up is what raises


def test_importing_report_loads_no_heavy_library():
    code = "import sys; from halfsky import report; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "halfsky.report" in loaded
    heavy = {"pandas", "matplotlib", "seaborn", "statsmodels", "scipy", "pydantic", "yaml"}
    assert loaded & heavy == set()
