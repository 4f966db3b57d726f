"""The third party's tool: does a release give the same figures again from its own inputs?

First every file is held against the manifest's hashes; then the notebooks are run again from the
release's own inputs, in a temporary folder and a process of its own, and the figures and the
Word files' texts compared.
"""

from __future__ import annotations

import difflib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn

import halfsky
from halfsky import data
from halfsky.plan import HalfskyError, tr
from halfsky.run.differences import Difference, differences
from halfsky.run.release import MANIFEST, hashes, read_manifest, software

# What file managers leave behind in a folder that somebody has looked at.
_LITTER = ("Thumbs.db", "desktop.ini", ".DS_Store")
_RESULTS = "report/results.json"
_LINES = 5  # of a Word file that differs; who wants all of them has both files


class RerunFailed(HalfskyError):
    """The release could not be run again; the message says what the run said."""


@dataclass(frozen=True)
class Again:
    """What a second run gave: results.json, and each Word file by its name."""

    results: dict[str, Any]
    documents: dict[str, bytes]


@dataclass(frozen=True)
class Reworded:
    """A Word file that came out with other bytes; lines: (kept, again) where its text differs.

    Without such lines only its look differs: another version draws a chart a little otherwise.
    """

    name: str
    lines: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        if not self.lines:
            return tr(
                f"  {self.name}：文字和表格相同，只有图片或版式不同，不影响结论",
                f"  {self.name}: the same text; only pictures or layout differ, which is no matter",
            )
        head = tr(
            f"  {self.name}：{len(self.lines)}处文字不同（随稿 → 重算）：",
            f"  {self.name}: text differs in {len(self.lines)} places (kept → again):",
        )
        lines = [f"    {kept or '—'} → {again or '—'}" for kept, again in self.lines[:_LINES]]
        return "\n".join([head, *lines, *(["    …"] if len(self.lines) > _LINES else [])])


@dataclass(frozen=True)
class Verdict:
    """What verify found: files by name, figures by goal, target and field, Word files by name.

    differing is None where nothing was run again: hashes only, or the inputs were not those of
    the manifest. other_software: name, then, now, where they differ. same_documents: how many
    Word files came out with the same bytes.
    """

    release: Path
    fingerprint: str
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    differing: tuple[Difference, ...] | None
    other_software: tuple[tuple[str, str | None, str | None], ...]
    reworded: tuple[Reworded, ...] = ()
    same_documents: int = 0

    @property
    def files_equal(self) -> bool:
        return not (self.changed or self.missing or self.extra)

    @property
    def ok(self) -> bool:
        return self.files_equal and not self.differing and not self._other_words

    @property
    def _other_words(self) -> bool:
        return any(one.lines for one in self.reworded)

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
        if self.same_documents:
            lines.append(
                tr(
                    f"重新生成的{self.same_documents}份Word文件与随稿逐字节相同。",
                    f"{self.same_documents} Word files came out byte for byte the same.",
                )
            )
        if self.reworded:
            lines.append(tr("重新生成的Word文件与随稿有出入：", "Word files came out otherwise:"))
            lines += [str(one) for one in self.reworded]
        if (self.differing or self.reworded) and self.other_software:
            lines.append(
                tr(
                    "本机软件与定稿时不同，可能是原因所在；请按 inputs/requirements.lock "
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
    rerun: Callable[[Path, Mapping[str, Any]], Again] | None = None,
) -> Verdict:
    """Hold a release against its manifest, then against its own figures computed again.

    Args:
        path: the release's folder or its manifest.json.
        quick: hashes only.
        rerun: (folder of inputs, manifest) to what comes out of them; default: run_again.

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
    differing, reworded, same = None, [], 0
    if not quick and inputs_equal and _RESULTS not in missing:
        kept = json.loads((folder / _RESULTS).read_text(encoding="utf-8"))
        again = (rerun or run_again)(folder / "inputs", manifest)
        differing = tuple(differences(kept, again.results))
        for name, content in again.documents.items():
            path = folder / "report" / name
            if path.is_file() and f"report/{name}" not in changed:
                is_same = path.read_bytes() == content
                same += is_same
                if not is_same:
                    reworded.append(Reworded(name, _other_lines(path.read_bytes(), content)))
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
        reworded=tuple(reworded),
        same_documents=same,
    )


def _other_lines(kept: bytes, again: bytes) -> tuple[tuple[str, str], ...]:
    """Where the texts of two Word files differ, paragraph by paragraph, tables included."""
    old, new = _paragraphs(kept), _paragraphs(again)
    matched = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        pair
        for what, a, b, c, d in matched.get_opcodes()
        if what != "equal"
        for pair in zip_longest(old[a:b], new[c:d], fillvalue="")
    )


def _paragraphs(content: bytes) -> list[str]:
    body = docx.Document(io.BytesIO(content)).element.body
    texts = ("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in body.iter(qn("w:p")))
    return [text for text in texts if text]


def run_again(inputs: Path, manifest: Mapping[str, Any]) -> Again:
    """What comes out of a release's inputs alone, made as a release: its covers say so.

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
        command = [sys.executable, "-m", "halfsky.cli", "run", year, "-r", region]
        command += ["--plan", plan, "--state", "final"]
        done = subprocess.run(
            command, cwd=place, env=_environment(place), capture_output=True, check=False
        )
        made = place / "reports" / region / year
        if done.returncode != 0 or not (made / "results.json").is_file():
            said = done.stderr.decode("utf-8", "replace").strip()
            raise RerunFailed(
                tr(
                    "文件与清单相符，但随稿输入在本机不能重新计算：\n"
                    f"{said}\n请按 inputs/requirements.lock 安装软件后再试。",
                    f"The release's inputs cannot be computed again here:\n{said}\n"
                    "Install inputs/requirements.lock and try again.",
                )
            )
        return Again(
            dict(json.loads((made / "results.json").read_text(encoding="utf-8"))),
            {path.name: path.read_bytes() for path in sorted(made.glob("*.docx"))},
        )


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
