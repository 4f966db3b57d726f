"""Shared by all tests: the repository's own params and data, and nobody's environment."""

from __future__ import annotations

import importlib
import os
import pickle
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import pytest

if TYPE_CHECKING:
    from halfsky.demo import District
    from halfsky.evaluate.assessment import Assessment
    from halfsky.report.view import View

# What evaluates is imported where it is used: the process that only hands tests to xdist's workers
# reads this file too, and runs none.

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(Path(__file__).resolve().parent))
matplotlib.use("Agg")
# typer's words are translated only if halfsky.cli comes before any other import of typer, and in
# the language of that moment.
os.environ.pop("HALFSKY_LANG", None)
importlib.import_module("halfsky.cli")
# The schemas of notebooks hold no IRI; the parser for them takes seconds to import, each process.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
_SETTINGS = tuple(f"HALFSKY_{name}" for name in ("DATA", "REPORTS", "PARAMS", "LANG", "HANDED"))


_left = pytest.StashKey[int]()


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Count the tests that need another program; workers report them to the terminal."""
    for item in items:
        if item.get_closest_marker("tools") is not None:
            item.config.stash[_left] = item.config.stash.get(_left, 0) + 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left"] = session.config.stash.get(_left, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    # Every worker collects, and so leaves out, the same tests.
    node.config.stash[_left] = node.workeroutput.get("left", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    left = terminalreporter.config.stash.get(_left, 0)
    if left:
        terminalreporter.write_line(
            f"left to make test-all, for Chromium, npm or LibreOffice: {left} tests"
        )


@pytest.fixture(autouse=True, scope="session")
def _quiet_children() -> None:
    """Programs that tests start are not asked to warn of other people's encodings."""
    os.environ.pop("PYTHONWARNDEFAULTENCODING", None)


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """once(name, make): a file that make(path) writes, made by one worker and read by all."""
    # Workers have folders side by side in one of the session's own; without workers the parent
    # outlives the session, and what lies there may be of another version.
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name: str, make: Callable[[Path], None]) -> Path:
        kept, lock = shared / name, shared / f"{name}.lock"
        while not kept.exists():
            try:
                lock.mkdir()
            except FileExistsError:
                time.sleep(0.2)  # another worker is at it
                continue
            try:
                if not kept.exists():  # it may have been finished in between
                    part = shared / f"{name}.part"
                    make(part)
                    part.replace(kept)
            finally:
                lock.rmdir()
        return kept

    return made


@pytest.fixture(scope="session")
def demo_2025(once: Callable[[str, Callable[[Path], None]], Path]) -> tuple[District, Assessment]:
    """The synthetic district and its evaluation, which workers share."""

    def make(path: Path) -> None:
        from halfsky.demo import district
        from halfsky.evaluate.assessment import Assumptions, assess
        from halfsky.plan import load_plan, load_region, load_units
        from halfsky.plan.calibration import load_calibration
        from halfsky.plan.thresholds import load_thresholds

        plan = load_plan()
        made = district(plan)
        rests_on = Assumptions(load_thresholds(), load_units(), load_calibration())
        region, frames = load_region("demo"), (made.observations, made.evidence)
        found = assess(plan, region, 2025, *frames, rests_on, returns=made.measures)
        path.write_bytes(pickle.dumps((made, found)))

    return pickle.loads(once("demo_2025.pickle", make).read_bytes())


@pytest.fixture(scope="session")
def handed(once: Callable[[str, Callable[[Path], None]], Path]) -> Callable[[str, int], Path]:
    """handed(region, year): its evaluation in the file that HALFSKY_HANDED names to a kernel."""

    def of(region: str, year: int) -> Path:
        def make(path: Path) -> None:
            from halfsky.notebook import hand_over
            from halfsky.plan import load_plan, load_region

            hand_over(path, load_plan(), load_region(region), year)

        return once(f"{region}_{year}.pickle", make)

    return of


@pytest.fixture(scope="session")
def study(handed: Callable[[str, int], Path]) -> Callable[..., View]:
    """study(region, year, domain=None): open_study, evaluated once for all tests."""

    def of(region: str, year: int, domain: str | None = None) -> View:
        from halfsky.notebook import HANDED, open_study

        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(HANDED, str(handed(region, year)))
            return open_study(domain, year=year, region=region)

    return of


@pytest.fixture(autouse=True)
def _own_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the repository, with no setting left over from the machine."""
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
