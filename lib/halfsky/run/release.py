"""From 送审稿 to 审定稿: a report kept with its inputs and hashes, unchanged from then on.

reports/<region>/<year>/releases/vN/ holds report/ (whatever the region's folder held), inputs/
(raw files, params, plan text, notebooks, lock: a small project of its own), manifest.json, and
from v2 on what changed. It is made beside its place and moved in, then only read.
"""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import halfsky
from halfsky import data
from halfsky.data.sheets import escape_formula
from halfsky.plan import ParameterError, Plan, Problem, Region, tr
from halfsky.plan.paths import data_dir, notebooks_dir, params_dir
from halfsky.report.render.html import environment
from halfsky.run.differences import Difference, differences, field_name, shown

DRAFT, FINAL = "送审稿", "审定稿"
_WORDS = {DRAFT: DRAFT, FINAL: FINAL, "draft": DRAFT, "final": FINAL}
MANIFEST = "manifest.json"
SCHEMA = 1
SOFTWARE = ("pandas", "numpy", "scipy", "statsmodels", "papermill", "nbconvert")
# What lies in a region's folder beside its report. Briefs are letters made by another command,
# maybe of other figures.
_NOT_REPORT = ("releases", "public", "briefs", "run.log")


@dataclass(frozen=True)
class Release:
    """One 审定稿: its number, folder, the sha256 of its manifest, and the figures that changed
    since the one before. is_new is False where nothing had changed and none was made."""

    number: int
    folder: Path
    fingerprint: str
    changed: int
    is_new: bool

    def __str__(self) -> str:
        if not self.is_new:
            return tr(
                f"与审定稿v{self.number}的数字和输入完全相同，不另出新版：{self.folder}",
                f"figures and inputs are those of release v{self.number}; no new one: "
                f"{self.folder}",
            )
        since = ""
        if self.number > 1:
            since = tr(
                f"，与v{self.number - 1}相比有{self.changed}处变化",
                f", {self.changed} changes since v{self.number - 1}",
            )
        return tr(
            f"审定稿v{self.number}{since}：{self.folder}\n清单指纹（sha256）：{self.fingerprint}",
            f"release v{self.number}{since}: {self.folder}\nmanifest sha256: {self.fingerprint}",
        )


def state_of(word: str) -> str:
    """The state a word names: 送审稿 or draft, 审定稿 or final.

    Raises:
        ParameterError: any other word.
    """
    if word not in _WORDS:
        raise ParameterError(
            Problem(
                what=tr("没有这种文稿状态", "no such state"),
                hint=tr("请用 ", "Use ") + tr("、", ", ").join(_WORDS) + tr("。", "."),
                column="--state",
                value=word,
            )
        )
    return _WORDS[word]


def releases(folder: Path) -> list[Path]:
    """The releases of a region and year, oldest first."""
    found = {}
    for path in folder.glob("releases/v*/"):
        match = re.fullmatch(r"v([1-9]\d*)", path.name)
        if match and (path / MANIFEST).is_file():
            found[int(match[1])] = path
    return [found[number] for number in sorted(found)]


def read_manifest(release: Path) -> dict[str, Any]:
    """A release's manifest.

    Raises:
        ParameterError: the folder holds none, or one that is no release's.
    """
    try:
        manifest = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
        fits = manifest["schema"] == SCHEMA and isinstance(manifest["files"], dict)
        fits = fits and {"year", "region", "plan"} <= set(manifest["parameters"])
    except (OSError, ValueError, KeyError, TypeError):
        fits = False
    if not fits:
        near = [str(path) for path in releases(release)]
        hint = tr(
            "请指明审定稿所在的文件夹，如 reports/jiutai/2025/releases/v1。",
            "Name a release's folder, such as reports/jiutai/2025/releases/v1.",
        )
        if near:
            hint = tr("这里有：", "There are: ") + tr("、", ", ").join(near)
        raise ParameterError(
            Problem(
                what=tr("不是审定稿：没有可读的清单", "not a release: no manifest to read"),
                hint=hint,
                file=str(release),
            )
        )
    return dict(manifest)


def inputs(plan: Plan, region: Region, notebooks: Sequence[Path]) -> dict[str, Path]:
    """The files a report is made from, by their place below inputs/."""
    raw = data.input_hashes([region.id, *region.compare_with])
    found = {f"data/{name}": data_dir() / name for name in raw}
    text = Path("raw") / "plan" / plan.info.text
    for extra, path in {
        f"data/{text.as_posix()}": data_dir() / text,
        "requirements.lock": notebooks_dir().parent / "requirements.lock",
    }.items():
        if path.is_file():
            found[extra] = path
    for path in sorted(p for p in params_dir().rglob("*") if p.is_file()):
        found[f"params/{path.relative_to(params_dir()).as_posix()}"] = path
    return found | {f"notebooks/{path.name}": path for path in notebooks}


def is_released(folder: Path, files: Mapping[str, Path]) -> bool:
    """Whether the newest release of a region and year was made from these very files."""
    made = releases(folder)
    if not made:
        return False
    return _inputs_of(read_manifest(made[-1])) == {
        name: data.sha256(path.read_bytes()) for name, path in files.items()
    }


def _inputs_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    named = manifest["files"].items()
    return {name[7:]: mark for name, mark in named if name.startswith("inputs/")}


def release(
    folder: Path, plan: Plan, region: Region, parameters: Mapping[str, Any], files: dict[str, Path]
) -> Release:
    """Keep the report in `folder` as its next release; where nothing changed, name the last.

    Args:
        folder: reports/<region>/<year>/ with results.json. parameters: year, region, plan.
        files: inputs().

    Raises:
        OSError: the folder cannot be written to; earlier releases stay as they are.
    """
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    earlier = releases(folder)
    number, found, before = 1, [], {}
    if earlier:
        number = int(earlier[-1].name[1:]) + 1
        before = read_manifest(earlier[-1])
        old = json.loads((earlier[-1] / "report" / "results.json").read_text(encoding="utf-8"))
        found = differences(old, results)
        if not found and is_released(folder, files):
            mark = data.sha256((earlier[-1] / MANIFEST).read_bytes())
            return Release(number - 1, earlier[-1], mark, 0, False)
    place = folder / "releases"
    place.mkdir(exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=place, prefix=f".v{number}."))
    try:
        _copy_report(folder, made / "report")
        for name, path in files.items():
            target = made / "inputs" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        manifest = _manifest(number, parameters, made)
        if before:
            _write_changes(made, found, before, manifest, plan, region)
        manifest["files"] = hashes(made)
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (made / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
        for path in made.rglob("*"):
            if path.is_file():
                # On Windows this sets the read-only attribute.
                path.chmod(stat.S_IREAD | stat.S_IRGRP | stat.S_IROTH)
        made.chmod(0o755)  # mkdtemp made it private
        os.rename(made, place / f"v{number}")
    except BaseException:
        _discard(made)
        raise
    mark = data.sha256(text.encode("utf-8"))
    return Release(number, place / f"v{number}", mark, len(found), True)


def _discard(folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(stat.S_IRWXU)  # Windows removes no read-only file
    shutil.rmtree(folder)


def _copy_report(folder: Path, target: Path) -> None:
    """Whatever lies in a region's folder: pages, notebooks, results, documents."""

    def ignored(at: str, names: list[str]) -> set[str]:
        hidden = {name for name in names if name.startswith((".", "~$"))}
        return hidden | (set(_NOT_REPORT) if Path(at) == folder else set())

    shutil.copytree(folder, target, ignore=ignored, copy_function=shutil.copyfile)


def hashes(folder: Path) -> dict[str, str]:
    """sha256 of every file below a folder, by its path in it; without the manifest."""
    return {
        name: data.sha256(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and (name := path.relative_to(folder).as_posix()) != MANIFEST
    }


def _manifest(number: int, parameters: Mapping[str, Any], made: Path) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "state": FINAL,
        "version": number,
        "made": datetime.now().astimezone().isoformat(timespec="seconds"),
        "parameters": dict(parameters),
        "software": software(),
        "files": hashes(made),
    }


def software() -> dict[str, str | None]:
    """What computed the figures, by name; commit is None where halfsky came without its git."""
    return {
        "halfsky": halfsky.__version__,
        "commit": _commit(),
        "python": platform.python_version(),
        **{name: version(name) for name in SOFTWARE},
    }


def _commit() -> str | None:
    package = Path(halfsky.__file__).parent
    tracked = ["git", "-C", str(package), "ls-files", "--error-unmatch", "__init__.py"]
    named = ["git", "-C", str(package), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        # Installed below somebody else's repository, it is not of that repository's commit.
        subprocess.run(tracked, check=True, capture_output=True, timeout=20)
        done = subprocess.run(named, check=True, capture_output=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace").strip() or None


def _write_changes(
    made: Path,
    found: Sequence[Difference],
    before: Mapping[str, Any],
    now: Mapping[str, Any],
    plan: Plan,
    region: Region,
) -> None:
    """changes.csv for machines, 变更说明.md for readers."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["goal", "target", "field", "before", "after"])
    for one in found:
        texts = ["" if v is None else v for v in (one.before, one.after)]
        cells = [escape_formula(v) if isinstance(v, str) else v for v in texts]
        writer.writerow([one.goal, one.target, one.field, *cells])
    (made / "changes.csv").write_text("\ufeff" + table.getvalue(), encoding="utf-8", newline="")
    names = {target.id: target.name for _, target in plan.each_target()}
    names |= {
        t.id: plan.indicators[t.indicator].name
        for _, t in plan.each_target()
        if not t.name and t.indicator is not None
    }
    rows = [
        {
            "goal": _goal_label(plan, one.goal),
            "target": names.get(one.target) or one.target,
            "field": field_name(one.field),
            "before": shown(one.before),
            "after": shown(one.after),
        }
        for one in found
    ]
    old, new = _inputs_of(before), _inputs_of(now)
    text = (
        environment()
        .get_template("release_changes.md.j2")
        .render(
            region=region,
            year=now["parameters"]["year"],
            number=now["version"],
            rows=rows,
            added=[name for name in new if name not in old],
            removed=[name for name in old if name not in new],
            edited=[name for name in new if name in old and new[name] != old[name]],
            software=[
                (name, before["software"].get(name), value)
                for name, value in now["software"].items()
                if before["software"].get(name) != value
            ],
        )
    )
    (made / "变更说明.md").write_text(text, encoding="utf-8", newline="\n")


def _goal_label(plan: Plan, goal: str) -> str:
    """健康2; a goal the plan no longer has keeps its id."""
    found = plan.goals.get(goal)
    return goal if found is None else f"{plan.domain(found.domain).name}{found.number}"
