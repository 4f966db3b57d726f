"""Shared by all tests: the repository's own params and data, and nobody's environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import matplotlib
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(Path(__file__).resolve().parent))
matplotlib.use("Agg")


@pytest.fixture(autouse=True, scope="session")
def _quiet_children() -> None:
    """Programs that tests start are not asked to warn of other people's encodings."""
    os.environ.pop("PYTHONWARNDEFAULTENCODING", None)


@pytest.fixture(autouse=True)
def _own_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the repository, with no setting left over from the machine."""
    for name in ("HALFSKY_DATA", "HALFSKY_REPORTS", "HALFSKY_PARAMS", "HALFSKY_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
