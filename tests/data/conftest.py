"""A small plan and an empty data folder: the data package's tests touch nothing of the project."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from halfsky.plan import Plan, load_plan

HERE = Path(__file__).parent
REPO = HERE.parents[1]

HEADER = (
    "indicator_id,region,year,sex,age,area,subarea,value,unit,numerator,denominator,"
    "value_type,known_from,source_title,publisher,note"
)
GOOD = (
    "maternal_mortality,jiutai,2023,total,,total,,28.6,1/10万,1,3500,reported,,妇幼卫生年报,"
    "卫生健康局,",
    "system_management,jiutai,2023,total,,total,,91.2,%,,,reported,,妇幼卫生年报,卫生健康局,",
)

Write = Callable[..., Path]


@pytest.fixture
def params(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small plan beside the project's own regions and units."""
    folder = tmp_path / "params"
    shutil.copytree(HERE / "params", folder)
    for name in ("regions.yaml", "units.yaml"):
        shutil.copy(REPO / "params" / name, folder / name)
    monkeypatch.setenv("HALFSKY_PARAMS", str(folder))
    return folder


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder, and reports beside it."""
    folder = tmp_path / "data"
    (folder / "raw").mkdir(parents=True)
    monkeypatch.setenv("HALFSKY_DATA", str(folder))
    monkeypatch.setenv("HALFSKY_REPORTS", str(tmp_path / "reports"))
    return folder


@pytest.fixture
def plan(params: Path) -> Plan:
    return load_plan()


@pytest.fixture
def write(data: Path) -> Write:
    """Write lines below the English header as raw/<region>/<name>."""

    def _write(
        *lines: str,
        name: str = "observations.csv",
        region: str = "jiutai",
        header: str = HEADER,
        encoding: str = "utf-8",
    ) -> Path:
        path = data / "raw" / region / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([header, *lines]) + "\n", encoding=encoding, newline="")
        return path

    return _write
