"""From filed tables to checked ones: data/raw/<region>/ -> data/processed/<region>/.

Raw files are only read. A returned template is kept unchanged as a new file below
data/raw/<region>/returns/. Results are replaced only when every file is right, each by one
rename, so that a reader sees the old or the new and never half of one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from halfsky.data import frames
from halfsky.data.check import Checked, Merged, Record, Rules, check_rows, merge
from halfsky.data.columns import OBSERVATIONS, TABLES
from halfsky.data.files import replace_file
from halfsky.data.sheets import Filed, raise_if, read_file, shown, suggest
from halfsky.plan import (
    DataError,
    Plan,
    Problem,
    load_plan,
    load_region,
    load_regions,
    load_units,
    tr,
)
from halfsky.plan.paths import data_dir

RETURNS = "returns"
# Raised when the layout of processed files changes: older ones are then rebuilt.
LAYOUT = 1
_SPREADSHEETS = (".csv", ".xlsx", ".xls", ".xlsm", ".et", ".ods")


@dataclass(frozen=True)
class RegionIngest:
    """What one region's files held."""

    region: str
    files: tuple[str, ...]
    figures: int
    evidence: int
    measures: int
    blank: int
    repeated: int
    corrections: tuple[str, ...]
    changed: bool


@dataclass(frozen=True)
class IngestReport:
    """What an ingest did: regions read, returns stored (paths as messages show them)."""

    regions: tuple[RegionIngest, ...]
    stored: tuple[str, ...] = ()
    already_stored: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [tr(f"已存入 {path}", f"stored {path}") for path in self.stored]
        lines += [
            tr(f"此前已收到，不再存：{path}", f"received before, not stored again: {path}")
            for path in self.already_stored
        ]
        for r in self.regions:
            lines.append(
                tr(
                    f"{r.region}：{len(r.files)} 个文件，{r.figures} 个数值，"
                    f"{r.evidence} 份佐证材料，{r.measures} 条措施进展；{r.blank} 行未填报，"
                    f"{r.repeated} 行与已有相同",
                    f"{r.region}: {len(r.files)} files, {r.figures} figures, "
                    f"{r.evidence} documents, {r.measures} measures; {r.blank} rows left blank, "
                    f"{r.repeated} rows already on file",
                )
            )
            lines += [tr(f"  更正：{c}", f"  corrected: {c}") for c in r.corrections]
        if not self.regions:
            lines.append(tr("没有可读的数据文件", "no files to read"))
        return "\n".join(lines)


@dataclass(frozen=True)
class _Built:
    """A region's processed files, ready to be written, and what they were made of."""

    outputs: Mapping[str, bytes]
    merged: Mapping[str, Merged]
    checked: Sequence[Checked]
    files: tuple[str, ...]


def raw_dir(region: str) -> Path:
    """data/raw/<region>/."""
    return data_dir() / "raw" / region


def processed_dir(region: str) -> Path:
    """data/processed/<region>/."""
    return data_dir() / "processed" / region


def raw_files(region: str) -> list[Path]:
    """The spreadsheets of a region: its own by name, then returns in the order received."""
    found: list[Path] = []
    for folder in (raw_dir(region), raw_dir(region) / RETURNS):
        if folder.is_dir():
            found += sorted(
                path
                for path in folder.iterdir()
                if path.suffix.lower() in _SPREADSHEETS and not path.name.startswith(("~$", "."))
            )
    return found


def sha256(content: bytes) -> str:
    """Hex digest, as manifests and footers print it."""
    return hashlib.sha256(content).hexdigest()


def _read_inputs(region: str) -> dict[Path, bytes]:
    try:
        return {path: path.read_bytes() for path in raw_files(region)}
    except OSError as error:
        raise DataError(
            Problem(
                what=tr("文件打不开", "cannot be opened") + f" ({error.strerror})",
                hint=tr(
                    "请先在表格软件中关闭它，并检查读取权限。",
                    "Close it in the spreadsheet program and check its permissions.",
                ),
                file=shown(Path(str(error.filename))),
            )
        ) from error


def _hashes(inputs: Mapping[Path, bytes]) -> dict[str, str]:
    base = data_dir()
    return {path.relative_to(base).as_posix(): sha256(data) for path, data in inputs.items()}


def input_hashes(regions: Sequence[str]) -> dict[str, str]:
    """sha256 of every raw file of some regions, by its path below data/: for report footers."""
    found: dict[str, str] = {}
    for region in regions:
        found |= _hashes(_read_inputs(region))
    return found


def _plan_of(region: str, plan: Plan | None) -> Plan:
    return load_plan(load_region(region).plan) if plan is None else plan


def _rules(region: str, plan: Plan | None) -> Rules:
    return Rules(_plan_of(region, plan), load_units(), load_region(region))


def _rules_hash(rules: Rules) -> str:
    """What the checks depend on besides the files: the plan, the units, the region."""
    units = "".join(unit.model_dump_json() for unit in rules.units.values())
    text = rules.plan.model_dump_json() + units + rules.region.model_dump_json()
    return sha256(text.encode("utf-8"))


def _check_file(path: Path, content: bytes, rules: Rules) -> tuple[dict[str, Checked], Filed]:
    filed = read_file(path, content)
    checked = {table: check_rows(TABLES[table], rows, rules) for table, rows in filed.rows.items()}
    return checked, filed


def _build(region: str, inputs: Mapping[Path, bytes], rules: Rules) -> _Built:
    """Read, check and join a region's files.

    Raises:
        DataError: with every problem of every file.
    """
    problems: list[Problem] = []
    by_table: dict[str, list[Checked]] = {table: [] for table in TABLES}
    for path, content in inputs.items():
        checked, filed = _check_file(path, content, rules)
        problems += filed.problems
        for kind, result in checked.items():
            problems += result.problems
            by_table[kind].append(result)
    merged = {kind: merge(results) for kind, results in by_table.items()}
    problems += [p for m in merged.values() for p in m.problems]
    raise_if(problems)
    outputs: dict[str, bytes] = {}
    for name, table in TABLES.items():
        made = frames.frame(table, (r.values for r in merged[name].records.values()))
        frames.schema(table).validate(made)
        outputs[f"{name}.parquet"] = frames.to_parquet(made)
    manifest = {
        "layout": LAYOUT,
        "region": region,
        "plan": rules.plan.id,
        "rules": _rules_hash(rules),
        "inputs": _hashes(inputs),
        "outputs": {name: sha256(content) for name, content in outputs.items()},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    outputs["manifest.json"] = text.encode("utf-8")
    return _Built(
        outputs=outputs,
        merged=merged,
        checked=[c for results in by_table.values() for c in results],
        files=tuple(_hashes(inputs)),
    )


def _write(region: str, outputs: Mapping[str, bytes]) -> bool:
    """Put a region's files in place, the manifest last; True where anything changed."""
    folder = processed_dir(region)
    changed = False
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in outputs.items():
        path = folder / name
        if path.is_file() and path.read_bytes() == content:
            continue
        changed = True
        replace_file(path, content)
    return changed


def ingest(
    regions: Sequence[str] | None = None,
    plan: Plan | None = None,
    files: Sequence[Path] = (),
) -> IngestReport:
    """Check raw files and write data/processed/<region>/.

    Args:
        regions: region ids; None: every registered region with a raw folder, or, with `files`,
            the region the files name.
        plan: the plan whose indicators, goals and measures the rows refer to; None: the
            region's own.
        files: returned templates (.xlsx or .csv). Each is checked together with what is on
            file, then kept as a new file below data/raw/<region>/returns/.

    Raises:
        DataError: every problem of every file; nothing was written then.
        ParameterError: an unknown region.
    """
    if files:
        regions = [_region_of(files, regions)]
    elif regions is None:
        regions = [name for name in load_regions() if raw_dir(name).is_dir()]
        raise_if(_unregistered())
    built: dict[str, _Built] = {}
    problems: list[Problem] = []
    new: dict[Path, bytes] = {}
    known: list[str] = []
    for region in regions:
        rules = _rules(region, plan)
        inputs = _read_inputs(region)
        if files:
            new, known = _returns(region, files, inputs)
        try:
            built[region] = _build(region, {**inputs, **new}, rules)
        except DataError as error:
            problems += error.problems
    if problems and new:
        problems = _as_returned(problems, new, files)
    raise_if(problems)
    if new:
        (region,) = regions
        stored = tuple(_store(path, content) for path, content in new.items())
        # Read back: a number taken by another process meanwhile changed a name.
        built[region] = _build(region, _read_inputs(region), _rules(region, plan))
    else:
        stored = ()
    try:
        done = [_summary(name, made, _write(name, made.outputs)) for name, made in built.items()]
    except OSError as error:
        raise DataError(
            Problem(
                what=tr("结果写不进去", "results cannot be written") + f" ({error.strerror})",
                hint=tr(
                    "请检查文件夹的写入权限和磁盘空间。",
                    "Check the folder's permissions and the disk's space.",
                ),
                file=shown(data_dir() / "processed"),
            )
        ) from error
    return IngestReport(tuple(done), tuple(shown(p) for p in stored), tuple(known))


def _unregistered() -> list[Problem]:
    """Folders below raw/ that hold spreadsheets of no registered region: nobody would read them."""
    regions = load_regions()
    folders = sorted((data_dir() / "raw").glob("*/")) if (data_dir() / "raw").is_dir() else []
    problems = []
    for folder in folders:
        if folder.name in regions or not raw_files(folder.name):
            continue
        near = suggest(folder.name, regions)
        problems.append(
            Problem(
                what=tr("文件夹不是登记过的地区", "the folder is no registered region"),
                hint=tr(
                    f"是否为“{near}”？" if near else "请先在 params/regions.yaml 登记它。",
                    f"Did you mean '{near}'?" if near else "Register it in params/regions.yaml.",
                ),
                file=shown(folder),
                value=folder.name,
            )
        )
    return problems


def _summary(region: str, built: _Built, changed: bool) -> RegionIngest:
    corrections = []
    for merged in built.merged.values():
        for record in merged.corrections:
            place = f"{record.row.file} {record.row.sheet}".strip()
            corrections.append(
                tr(f"{place} 第{record.row.number}行：", f"{place} row {record.row.number}: ")
                + " ".join(str(part) for part in record.key)
            )
    return RegionIngest(
        region=region,
        files=built.files,
        figures=len(built.merged["observations"].records),
        evidence=len(built.merged["evidence"].records),
        measures=len(built.merged["measures"].records),
        blank=sum(c.blank for c in built.checked),
        repeated=sum(m.repeated for m in built.merged.values()),
        corrections=tuple(corrections),
        changed=changed,
    )


def _region_of(files: Sequence[Path], regions: Sequence[str] | None) -> str:
    """The one region that returned files belong to."""
    if regions is not None:
        if len(regions) != 1:
            raise DataError(
                Problem(
                    what=tr("收件一次只能属于一个地区", "returned files belong to one region"),
                    hint=tr("请只写一个 --region。", "Name one --region."),
                    value="、".join(regions),
                )
            )
        return load_region(regions[0]).id
    named = {
        name: region.id
        for region in load_regions().values()
        for name in (region.id, region.name, region.short)
    }
    found = set()
    for path in files:
        for rows in read_file(Path(path)).rows.values():
            found |= {named[row.get("region")] for row in rows if row.get("region") in named}
    if len(found) != 1:
        raise DataError(
            Problem(
                what=tr("看不出属于哪个地区", "no telling which region they belong to")
                if not found
                else tr("文件属于不同地区", "the files belong to several regions"),
                hint=tr("请写明 --region，如 --region jiutai。", "Say which: --region jiutai."),
                file="、".join(shown(Path(path)) for path in files),
                value="、".join(sorted(found)),
            )
        )
    return found.pop()


def _returns(
    region: str, files: Sequence[Path], inputs: Mapping[Path, bytes]
) -> tuple[dict[Path, bytes], list[str]]:
    """Where each returned file will be kept; those kept already are named apart."""
    folder = raw_dir(region) / RETURNS
    on_file = {sha256(content): path for path, content in inputs.items()}
    new: dict[Path, bytes] = {}
    known: list[str] = []
    numbers = [
        int(match[1])
        for path in on_file.values()
        if path.parent == folder and (match := re.match(r"(\d{4})_", path.name))
    ]
    number = 1 + max(numbers, default=0)
    for path in (Path(p) for p in files):
        try:
            content = path.read_bytes()
        except OSError as error:
            raise DataError(
                Problem(
                    what=tr("文件打不开", "cannot be opened") + f" ({error.strerror})",
                    hint=tr("请检查文件名和位置。", "Check its name and place."),
                    file=shown(path),
                )
            ) from error
        if path.suffix.lower() not in (".csv", ".xlsx"):
            raise_if(read_file(path, content).problems)
        if sha256(content) in on_file:
            known.append(f"{shown(path)} = {shown(on_file[sha256(content)])}")
            continue
        stem = re.sub(r"[^\w\-（）()]+", "_", path.stem).strip("_")[:80] or OBSERVATIONS.id
        stem = re.sub(r"^\d{4}_", "", stem)
        target = folder / f"{number:04d}_{stem}{path.suffix.lower()}"
        on_file[sha256(content)] = target
        new[target] = content
        number += 1
    return new, known


def _as_returned(
    problems: Sequence[Problem], new: Mapping[Path, bytes], files: Sequence[Path]
) -> list[Problem]:
    """Problems of files not yet kept, under the names their sender knows."""
    by_hash = {sha256(Path(p).read_bytes()): shown(Path(p)) for p in files}
    names = {shown(path): by_hash[sha256(content)] for path, content in new.items()}
    renamed = []
    for problem in problems:
        what, hint = problem.what, problem.hint
        for kept, sent in names.items():
            what, hint = what.replace(kept, sent), hint.replace(kept, sent)
        renamed.append(
            Problem(
                what=what,
                hint=hint,
                file=names.get(problem.file, problem.file),
                sheet=problem.sheet,
                row=problem.row,
                column=problem.column,
                value=problem.value,
            )
        )
    return renamed


def _store(path: Path, content: bytes) -> Path:
    """Keep a returned file under its number, or the next one free; never over another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, rest = path.name.split("_", 1)
    for attempt in range(int(number), int(number) + 1000):
        candidate = path.with_name(f"{attempt:04d}_{rest}")
        if any(candidate.parent.glob(f"{attempt:04d}_*")):
            continue
        try:
            with open(candidate, "xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return candidate
    raise DataError(
        Problem(
            what=tr("收件编号用尽", "no return number is free"),
            hint=tr("请清理 returns 文件夹。", "Tidy the returns folder."),
            file=shown(path.parent),
        )
    )


def records_on_file(
    region: str, plan: Plan | None = None
) -> dict[str, dict[tuple[Any, ...], Record]]:
    """What a region has filed, by table and key; read from its raw files, nothing written.

    Raises:
        DataError: the raw files are wrong.
    """
    built = _build(region, _read_inputs(region), _rules(region, plan))
    return {table: merged.records for table, merged in built.merged.items()}


def fresh_frame(region: str, table: str, plan: Plan | None = None) -> pd.DataFrame:
    """A processed table that agrees with the raw files as they are now.

    Rebuilds it where files or plan changed. Safe beside other processes: what is returned was
    read in one piece and agrees with a manifest, whoever wrote it.

    Raises:
        DataError: the raw files are wrong; earlier results stay.
    """
    definition = TABLES[table]
    inputs = _read_inputs(region)
    if not inputs:
        return frames.frame(definition)
    rules = _rules(region, plan)
    content = _if_current(region, table, inputs, rules)
    if content is None:
        # Another process may be writing too: what is built here is right for these inputs.
        built = _build(region, inputs, rules)
        # A folder that cannot be written to, such as a shared one, still yields its figures.
        with contextlib.suppress(OSError):
            _write(region, built.outputs)
        content = built.outputs[f"{table}.parquet"]
    return frames.from_parquet(definition, content)


def _if_current(
    region: str, table: str, inputs: Mapping[Path, bytes], rules: Rules
) -> bytes | None:
    """A processed file's bytes where its manifest agrees with inputs, plan and the bytes."""
    folder = processed_dir(region)
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        content = (folder / f"{table}.parquet").read_bytes()
        agrees = (
            manifest["layout"] == LAYOUT
            and manifest["inputs"] == _hashes(inputs)
            and manifest["rules"] == _rules_hash(rules)
            and manifest["outputs"][f"{table}.parquet"] == sha256(content)
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return content if agrees else None
