"""The third party's tool: does a release give the same figures again from its own inputs?

First every file is held against the manifest's hashes; then the notebooks are run again from the
release's own inputs, in a temporary folder and a process of its own, and the figures compared.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import halfsky
from halfsky import data
from halfsky.plan import HalfskyError, tr
from halfsky.run.differences import Difference, differences
from halfsky.run.release import MANIFEST, hashes, read_manifest, software

# What file managers leave behind in a folder that somebody has looked at.
_LITTER = ("Thumbs.db", "desktop.ini", ".DS_Store")
_RESULTS = "report/results.json"


class RerunFailed(HalfskyError):
    """The release could not be run again; the message says what the run said."""


@dataclass(frozen=True)
class Verdict:
    """What verify found: files by name, figures by goal, target and field.

    differing is None where nothing was run again: hashes only, or the inputs were not those of
    the manifest. other_software: name, then, now, where they differ.
    """

    release: Path
    fingerprint: str
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    differing: tuple[Difference, ...] | None
    other_software: tuple[tuple[str, str | None, str | None], ...]

    @property
    def files_equal(self) -> bool:
        return not (self.changed or self.missing or self.extra)

    @property
    def ok(self) -> bool:
        return self.files_equal and not self.differing

    def __str__(self) -> str:
        lines = [
            tr(f"核验 {self.release}", f"verified {self.release}"),
            tr(f"清单指纹（sha256）：{self.fingerprint}", f"manifest sha256: {self.fingerprint}"),
        ]
        for names, word in (
            (self.changed, tr("文件内容被改动", "changed")),
            (self.missing, tr("文件缺失", "missing")),
            (self.extra, tr("清单之外的文件", "not in the manifest")),
        ):
            lines += [f"  {word}{tr('：', ': ')}{name}" for name in names]
        if self.files_equal:
            lines.append(tr("文件与清单逐一相符。", "Every file is as the manifest says."))
        lines += self._figures()
        if self.differing and self.other_software:
            lines.append(
                tr(
                    "本机软件与定稿时不同，可能是数字不同的原因；请按 inputs/requirements.lock "
                    "装好后再核验：",
                    "The software differs from the release's; install inputs/requirements.lock "
                    "and verify again:",
                )
            )
            lines += [f"  {name}: {then} → {now}" for name, then, now in self.other_software]
        lines.append(self._conclusion())
        return "\n".join(lines)

    def _figures(self) -> list[str]:
        if self.differing is None:
            return []
        if not self.differing:
            return [
                tr(
                    "用随稿输入重新计算，全部数字和结论相同。",
                    "Computed again from its own inputs: every figure is the same.",
                )
            ]
        head = tr(
            f"用随稿输入重新计算，{len(self.differing)}处不同（随稿 → 重算）：",
            f"Computed again from its own inputs, {len(self.differing)} differ (kept → again):",
        )
        return [head, *[f"  {one}" for one in self.differing]]

    def _conclusion(self) -> str:
        if self.ok and self.differing is not None:
            return tr("结论：一致。", "Equal.")
        if self.ok:
            return tr(
                "结论：文件未被改动；数字没有重算（去掉 --quick 可重算）。",
                "Files are intact; figures were not computed again (leave out --quick).",
            )
        if self.differing is None and not self.files_equal:
            return tr(
                "结论：不一致，没有重算。请向发布单位索取原件，并与其公布的清单指纹核对。",
                "Different, not computed again. Ask the publisher for the original and its "
                "manifest's sha256.",
            )
        return tr(
            "结论：不一致。请把以上内容告知发布单位。", "Different. Tell the publisher the above."
        )


def verify(
    path: Path,
    *,
    quick: bool = False,
    rerun: Callable[[Path, Mapping[str, Any]], dict[str, Any]] | None = None,
) -> Verdict:
    """Hold a release against its manifest, then against its own figures computed again.

    Args:
        path: the release's folder or its manifest.json.
        quick: hashes only.
        rerun: (folder of inputs, manifest) to results.json's content; default: run_again.

    Raises:
        ParameterError: the path is no release. RerunFailed: the notebooks could not be run.
    """
    folder = path.parent if path.name == MANIFEST else path
    manifest = read_manifest(folder)
    listed, found = manifest["files"], hashes(folder)
    changed = tuple(name for name in listed if name in found and found[name] != listed[name])
    missing = tuple(name for name in listed if name not in found)
    extra = tuple(name for name in found if name not in listed and Path(name).name not in _LITTER)
    inputs_equal = not any(
        name.startswith("inputs/") for names in (changed, missing, extra) for name in names
    )
    differing = None
    if not quick and inputs_equal and _RESULTS not in missing:
        kept = json.loads((folder / _RESULTS).read_text(encoding="utf-8"))
        again = (rerun or run_again)(folder / "inputs", manifest)
        differing = tuple(differences(kept, again))
    then, now = manifest.get("software", {}), software()
    return Verdict(
        release=folder,
        fingerprint=data.sha256((folder / MANIFEST).read_bytes()),
        changed=changed,
        missing=missing,
        extra=extra,
        differing=differing,
        other_software=tuple(
            (name, then.get(name), now[name]) for name in now if then.get(name) != now[name]
        ),
    )


def run_again(inputs: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """results.json of a run from a release's inputs alone.

    In a process of its own, whose parameters, data and notebooks are the release's copies.

    Raises:
        RerunFailed: a notebook failed, or the inputs cannot be used.
    """
    parameters = manifest["parameters"]
    year, region, plan = (str(parameters[key]) for key in ("year", "region", "plan"))
    with tempfile.TemporaryDirectory(prefix="halfsky-verify-") as temporary:
        place = Path(temporary).resolve()
        shutil.copytree(inputs, place, dirs_exist_ok=True, copy_function=shutil.copyfile)
        (place / "data" / "raw").mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "halfsky.cli", "run", year, "-r", region, "--plan", plan]
        done = subprocess.run(
            command, cwd=place, env=_environment(place), capture_output=True, check=False
        )
        made = place / "reports" / region / year / "results.json"
        if done.returncode != 0 or not made.is_file():
            said = done.stderr.decode("utf-8", "replace").strip()
            raise RerunFailed(
                tr(
                    "文件与清单相符，但随稿输入在本机不能重新计算：\n"
                    f"{said}\n请按 inputs/requirements.lock 安装软件后再试。",
                    f"The release's inputs cannot be computed again here:\n{said}\n"
                    "Install inputs/requirements.lock and try again.",
                )
            )
        return dict(json.loads(made.read_text(encoding="utf-8")))


def _environment(place: Path) -> dict[str, str]:
    """This process's own, with every path leading into the copy."""
    package = str(Path(halfsky.__file__).resolve().parents[1])
    others = os.environ.get("PYTHONPATH", "")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [package, others])),
        "PYTHONIOENCODING": "utf-8",
        "HALFSKY_DATA": str(place / "data"),
        "HALFSKY_PARAMS": str(place / "params"),
        "HALFSKY_REPORTS": str(place / "reports"),
    }
