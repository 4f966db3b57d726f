"""Where things lie: params/, data/ and reports/, found from wherever a notebook was opened."""

from __future__ import annotations

import os
from pathlib import Path

from halfsky.plan.errors import PlanError, Problem, tr


def project_root() -> Path:
    """The folder that holds params/: the nearest above the working directory, else the checkout.

    Looking upward from the working directory first lets a county keep its own params/ beside
    its data while halfsky itself is installed elsewhere.
    """
    here = Path.cwd().resolve()
    checkout = Path(__file__).resolve().parents[3]
    for folder in (here, *here.parents, checkout):
        if (folder / "params" / "regions.yaml").is_file():
            return folder
    raise PlanError(
        Problem(
            what=tr("找不到 params/ 文件夹", "no params/ folder found"),
            hint=tr(
                "请在项目文件夹内运行，或用环境变量 HALFSKY_PARAMS 指明它的位置。",
                "Run inside the project folder, or name it in HALFSKY_PARAMS.",
            ),
            file=str(here),
        )
    )


def params_dir() -> Path:
    """HALFSKY_PARAMS, else params/ of the project."""
    named = os.environ.get("HALFSKY_PARAMS")
    return Path(named) if named else project_root() / "params"


def data_dir() -> Path:
    """HALFSKY_DATA, else data/ of the project."""
    named = os.environ.get("HALFSKY_DATA")
    return Path(named) if named else project_root() / "data"


def reports_dir() -> Path:
    """HALFSKY_REPORTS, else reports/ of the project."""
    named = os.environ.get("HALFSKY_REPORTS")
    return Path(named) if named else project_root() / "reports"


def notebooks_dir() -> Path:
    """notebooks/ of the project."""
    return project_root() / "notebooks"
