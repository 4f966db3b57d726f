"""halfsky.plan and halfsky.report hand out their names when used, and load nothing before."""

from __future__ import annotations

import ast
import inspect
import pkgutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from halfsky import plan, report

PACKAGES = [pytest.param(p, id=p.__name__) for p in (plan, report)]
NAMES = [pytest.param(p, n, id=f"{p.__name__}.{n}") for p in (plan, report) for n in p.__all__]


def static_imports(package: ModuleType) -> dict[str, str]:
    """Name -> module of the imports that only type checkers and editors read."""
    tree = ast.parse(Path(str(package.__file__)).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    return {alias.asname or alias.name: str(i.module) for i in imports for alias in i.names}


@pytest.mark.parametrize("package", PACKAGES)
def test_what_mypy_reads_is_what_is_handed_out(package):
    assert static_imports(package) == package._EXPORTS
    assert set(package.__all__) == set(package._EXPORTS) <= set(dir(package))


@pytest.mark.parametrize(("package", "name"), NAMES)
def test_each_name_is_its_modules_own(package, name):
    module = import_module(package._EXPORTS[name])
    assert inspect.unwrap(getattr(package, name)) is getattr(module, name)
    assert getattr(getattr(module, name), "__module__", module.__name__) == module.__name__


@pytest.mark.parametrize("package", PACKAGES)
def test_no_public_name_is_a_submodules(package):
    """Importing halfsky.report.x puts the module at report.x, whatever stood there."""
    submodules = {module.name for module in pkgutil.iter_modules(package.__path__)}
    assert submodules & {"view", "models"}
    assert submodules & set(package.__all__) == set()


@pytest.mark.parametrize("package", PACKAGES)
def test_an_unknown_name_is_an_attribute_error(package):
    with pytest.raises(AttributeError, match=f"'{package.__name__}' has no attribute 'headlines'"):
        package.headlines  # noqa: B018 - the look-up is what raises


@pytest.mark.parametrize(
    ("code", "expected", "unwanted"),
    [
        pytest.param(
            "from halfsky import report",
            "halfsky.report",
            {"pandas", "matplotlib", "seaborn", "statsmodels", "scipy", "pydantic", "yaml"},
            id="report",
        ),
        pytest.param(
            "import halfsky.cli",
            "typer",
            {"pandas", "matplotlib", "nbconvert", "pydantic", "yaml", "rich", "numpy"},
            id="help",
        ),
        pytest.param(
            "from halfsky.cli.plan import check; check()",
            "halfsky.plan.check",
            {"pandas", "matplotlib", "nbconvert", "rich", "numpy", "halfsky.evaluate"},
            id="plan check",
        ),
    ],
)
def test_what_is_quick_loads_no_heavy_library(code, expected, unwanted):
    code = f"import sys; {code}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )
    loaded = set(run.stdout.splitlines()[-1].split())
    assert expected in loaded
    assert loaded & unwanted == set()
