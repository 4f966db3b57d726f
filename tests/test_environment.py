"""pyproject.toml is the one list of packages: the lock, conda and pre-commit follow it."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]

# conda-forge splits some projects; the part without GUI toolkits and document tools is enough.
CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "matplotlib": "matplotlib-base",
    "nbconvert": "nbconvert-core",
    "pandera": "pandera-pandas",
    "playwright": "playwright-python",
    "seaborn": "seaborn-base",
}

# Of benchmarks: compared with, and installed by hand for that (forecast_speed.py); installed by
# `make mutate` into folders of their own (mutation.py).
BY_HAND = {"statsforecast", "cosmic_ray", "coverage"}


def declared() -> dict[str, Requirement]:
    """What pyproject.toml asks for, to run and to test, by canonical name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = project["dependencies"] + project["optional-dependencies"]["dev"]
    requirements = [Requirement(line) for line in asked]
    return {canonicalize_name(r.name): r for r in requirements}


def locked() -> dict[str, Version]:
    """Versions of requirements.lock by canonical name, the oldest where Pythons differ."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    found: dict[str, Version] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", text, flags=re.MULTILINE):
        key, number = canonicalize_name(name), Version(version)
        found[key] = min(number, found.get(key, number))
    return found


def conda() -> dict[str, str]:
    """environment.yml: floor ("" for none) by conda-forge name, in the order written."""
    loaded = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = [line for line in loaded["dependencies"] if isinstance(line, str)]
    parts = [re.fullmatch(r"([a-z0-9-]+)(?: >=([0-9.]+))?", line) for line in lines]
    assert all(parts), lines
    return {part[1]: part[2] or "" for part in parts if part is not None}


def floor_of(requirement: Requirement) -> str:
    return next((s.version for s in requirement.specifier if s.operator == ">="), "")


def imported(folder: str) -> dict[str, str]:
    """Modules from elsewhere that a folder's code imports, each with one file that does."""
    tests = [ROOT / "tests", *(ROOT / "tests").rglob("*")]
    own = {p.stem for p in tests if p.is_dir() or p.suffix == ".py"} | {"halfsky"}
    found: dict[str, str] = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in (
                {n.split(".")[0] for n in names} - set(sys.stdlib_module_names) - own - BY_HAND
            ):
                found[name] = str(path.relative_to(ROOT))
    return found


@pytest.mark.parametrize("folder", ["lib", "tests"])
def test_what_is_imported_is_declared(folder: str) -> None:
    """A package that only comes along with another goes when the other lets go of it."""
    owners = packages_distributions()
    undeclared = {
        name: path
        for name, path in imported(folder).items()
        if not {canonicalize_name(owner) for owner in owners.get(name, [])} & set(declared())
    }
    assert undeclared == {}


def test_conda_names_the_same_packages_with_the_same_floors() -> None:
    expected = {CONDA_NAMES.get(name, name): floor_of(r) for name, r in declared().items()}
    offered = conda()
    python = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f">={offered.pop('python')}" == python["requires-python"]
    assert offered.pop("pip") == ""
    assert offered == expected


def test_conda_installs_halfsky_itself_and_only_that_by_pip() -> None:
    loaded = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert loaded["name"] == "halfsky"
    assert loaded["channels"] == ["conda-forge", "nodefaults"]
    assert [line for line in loaded["dependencies"] if isinstance(line, dict)] == [
        {"pip": ["-e ."]}
    ]


@pytest.mark.parametrize("name", sorted(declared()))
def test_lock_satisfies_pyproject(name: str) -> None:
    requirement = declared()[name]
    assert requirement.specifier.contains(locked()[name])


def test_every_locked_package_carries_a_hash() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(entries) >= len(declared())
    assert [e.splitlines()[0] for e in entries if "--hash=sha256:" not in e] == []
    assert "/" not in "".join(line for line in text.splitlines() if line.startswith("#"))


def test_pre_commit_uses_the_locked_tools() -> None:
    loaded = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    hooks = [hook for repo in loaded["repos"] for hook in repo["hooks"]]
    pinned = {line for hook in hooks for line in hook.get("additional_dependencies", [])}
    versions = locked()
    assert pinned == {f"{tool}=={versions[tool]}" for tool in ("ruff", "import-linter", "nbformat")}
