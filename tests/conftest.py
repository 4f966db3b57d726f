"""Shared by all tests: the repository's own params and data, and nobody's environment."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import matplotlib
import pytest

from halfsky.demo import District, district
from halfsky.evaluate.assessment import Assessment, Assumptions, assess
from halfsky.plan import load_plan, load_region, load_units
from halfsky.plan.calibration import load_calibration
from halfsky.plan.thresholds import load_thresholds

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(Path(__file__).resolve().parent))
matplotlib.use("Agg")


@pytest.fixture(autouse=True, scope="session")
def _quiet_children() -> None:
    """Programs that tests start are not asked to warn of other people's encodings."""
    os.environ.pop("PYTHONWARNDEFAULTENCODING", None)


@pytest.fixture(scope="session")
def demo_2025(tmp_path_factory: pytest.TempPathFactory) -> tuple[District, Assessment]:
    """The synthetic district and its evaluation, half a minute of work that workers share."""
    # Workers have folders side by side in one of the session's own; without workers the parent
    # outlives the session, and what lies there may be of another version.
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    kept = shared / "demo_2025.pickle"
    if not kept.exists():
        plan = load_plan()
        made = district(plan)
        rests_on = Assumptions(load_thresholds(), load_units(), load_calibration())
        region, frames = load_region("demo"), (made.observations, made.evidence)
        found = assess(plan, region, 2025, *frames, rests_on, returns=made.measures)
        part = kept.with_name(f"{os.getpid()}.part")
        part.write_bytes(pickle.dumps((made, found)))
        part.replace(kept)
    return pickle.loads(kept.read_bytes())


@pytest.fixture(autouse=True)
def _own_project(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in the repository, with no setting left over from the machine."""
    for name in ("HALFSKY_DATA", "HALFSKY_REPORTS", "HALFSKY_PARAMS", "HALFSKY_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
