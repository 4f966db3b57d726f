"""One region and year after another: check the input, run the notebooks, publish the pages.

A notebook that fails leaves its partial copy and does not stop the others; the run then says
so. Pages are written beside their place and moved into it, so that a reader never meets half.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat

from halfsky import data
from halfsky.evaluate.expected import count_statuses
from halfsky.plan import HalfskyError, ParameterError, Plan, Problem, Region, load_plan, tr
from halfsky.plan.paths import reports_dir
from halfsky.plan.vocabulary import Status
from halfsky.report.render.results_json import MIME
from halfsky.run import documents, publish
from halfsky.run.execute import Outcome, execute
from halfsky.run.pages import OVERVIEW, Page, pages
from halfsky.run.release import DRAFT, FINAL, Release, is_released, release, state_of
from halfsky.run.release import inputs as release_inputs
from halfsky.run.workbooks import write_workbook

log = logging.getLogger("halfsky.run")
Progress = Callable[[str, str, int, int], None]


class RunFailed(HalfskyError):
    """Some notebooks failed; the message names each with its cell and error."""


@dataclass
class RunReport:
    """What a run did: pages, Word files and releases by region, and what failed.

    failed_documents: region, file name, error. state: 送审稿, 审定稿, or None for the default;
    public: small counts are left out.
    """

    year: int
    pages: dict[str, list[Path]] = field(default_factory=dict)
    failed: list[tuple[str, Outcome]] = field(default_factory=list)
    documents: dict[str, list[Path]] = field(default_factory=dict)
    failed_documents: list[tuple[str, str, str]] = field(default_factory=list)
    portal: Path | None = None
    state: str | None = None
    public: bool = False
    releases: dict[str, Release] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.failed and not self.failed_documents

    def message(self) -> str:
        """The failures, one line each."""
        notebooks = [
            tr(
                f"{region} {outcome.stem}：第{_cell(outcome)}个单元格出错：{outcome.error}。"
                f"部分结果：{outcome.notebook}",
                f"{region} {outcome.stem}: cell {_cell(outcome)} failed: {outcome.error}. "
                f"Partial notebook: {outcome.notebook}",
            )
            for region, outcome in self.failed
        ]
        documents = [
            tr(
                f"{region} {name}：没有生成：{error}。网页报告不受影响。",
                f"{region} {name}: not made: {error}. The pages are as they should be.",
            )
            for region, name, error in self.failed_documents
        ]
        return "\n".join([*notebooks, *documents])


def _cell(outcome: Outcome) -> str:
    return "?" if outcome.cell is None else str(outcome.cell + 1)


def run_year(
    year: int,
    regions: Sequence[str],
    *,
    plan: str,
    domains: Sequence[str] = (),
    jobs: int | None = None,
    progress: Progress | None = None,
    state: str | None = None,
    public: bool = False,
) -> RunReport:
    """Run a year's notebooks for some regions and publish their pages and the portal.

    Args:
        jobs: notebooks at once; default: the number of processors.
        progress: called with (region, page, cell, cells); cell = cells when a page is done.
        state: 送审稿 (default of evaluated regions) or 审定稿: the report of each region that
            is no reference is then kept as its next release (run.release).
        public: leave out small counts and what reveals them; pages go to <year>/public/. Its
            state is that of the report it was made from.

    Raises:
        InputError: bad parameters or bad raw data; nothing has been written then.
    """
    from halfsky.notebook import check_parameters

    places: list[tuple[Region, Plan]] = []
    for name in dict.fromkeys(regions):
        _, region, loaded = check_parameters(year, name, plan)
        places.append((region, loaded))
    requested = pages(load_plan(plan), tuple(domains))
    state = None if state is None else state_of(state)
    _check_state(state, public, bool(domains), [region for region, _ in places])
    needed = {name for region, _ in places for name in (region.id, *region.compare_with)}
    data.ingest(sorted(needed), load_plan(plan))
    report = RunReport(year, state=state, public=public)
    for region, loaded in places:
        _run_region(report, region, loaded, requested, bool(domains), jobs, progress)
        failed = region.id in {name for name, *_ in (*report.failed, *report.failed_documents)}
        if state == FINAL and region.role != "reference" and not failed:
            files = release_inputs(loaded, region, [page.notebook for page in requested])
            report.releases[region.id] = _release(year, region, loaded, files)
    report.portal = publish.portal(reports_dir())
    return report


def _release(year: int, region: Region, plan: Plan, files: dict[str, Path]) -> Release:
    """Keep a region's report; its index lists releases, the one that is kept stands alone."""
    folder = reports_dir() / region.id / str(year)
    parameters = {"year": year, "region": region.id, "plan": plan.id}
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    try:
        publish.region_index(folder, results, alone=True)
        return release(folder, plan, region, parameters, files)
    except OSError as error:
        raise RunFailed(
            tr(
                f"审定稿写不进 {folder}（{error.strerror}）；已有的审定稿未动。请检查文件夹的写入"
                "权限、磁盘空间和路径长度（Windows 一般不超过260个字符）后再运行。",
                f"The release cannot be written to {folder} ({error.strerror}); earlier ones are "
                "as they were. Check permissions, disk space and, on Windows, the path's length.",
            )
        ) from error
    finally:
        publish.region_index(folder, results)


def _check_state(
    state: str | None, public: bool, is_partial: bool, regions: Sequence[Region]
) -> None:
    """Refuse what could not be released before anything is run."""
    what = hint = ""
    if public and state is not None:
        what = tr("公开版不另定文稿状态", "a public edition has no state of its own")
        hint = tr(
            "请先定稿（--state 审定稿），再单独运行 --public。",
            "Release the report first (--state final), then run --public by itself.",
        )
    elif state == FINAL and is_partial:
        what = tr("审定稿须是整份报告", "a release is a whole report")
        hint = tr("请去掉 --domain。", "Leave out --domain.")
    elif state is not None and all(region.role == "reference" for region in regions):
        what = tr("参照地区没有送审稿和审定稿", "a reference region is not released")
        hint = tr("请写明被评估的地区，如 --region jiutai。", "Name an evaluated region.")
    if what:
        raise ParameterError(Problem(what=what, hint=hint, column="--state", value=state or ""))


def _state_of(report: RunReport, region: Region, plan: Plan, requested: list[Page]) -> str | None:
    """What stands on a region's pages: nothing for a reference region."""
    if region.role == "reference":
        return None
    if report.public:
        folder = reports_dir() / region.id / str(report.year)
        files = release_inputs(plan, region, [page.notebook for page in requested])
        return FINAL if is_released(folder, files) else DRAFT
    return report.state or (DRAFT if region.role == "evaluated" else None)


def _run_region(
    report: RunReport,
    region: Region,
    plan: Plan,
    requested: list[Page],
    is_partial: bool,
    jobs: int | None,
    progress: Progress | None,
) -> None:
    year = report.year
    place = reports_dir() / region.id / str(year)
    folder = place / "public" if report.public else place
    folder.mkdir(parents=True, exist_ok=True)
    parameters: dict[str, Any] = {"year": year, "region": region.id, "plan": plan.id}
    if report.public:
        parameters["public"] = True
    state = _state_of(report, region, plan, requested)
    # Both stay out of public/: a log holds whatever a failing cell said, and a run that is killed
    # leaves its folder behind.
    with (
        _logging_to(place / "run.log"),
        tempfile.TemporaryDirectory(dir=place, prefix=".run.") as temporary,
    ):
        log.info("run %s", parameters)
        handed = _hand_over(Path(temporary), plan, region, year, report.public)
        outcomes = _execute_all(
            requested, Path(temporary), parameters, jobs, region.id, progress, handed
        )
        if report.public and not _all_withheld(report, region, outcomes):
            return
        provenance = publish.provenance(plan, region, parameters)
        records: dict[str, dict[str, Any]] = {}
        made: list[Path] = []
        for page in requested:
            outcome = outcomes[page.stem]
            if not outcome.notebook.exists():
                # The kernel never started: the notebook as it stands is the partial result.
                nbformat.write(nbformat.read(page.notebook, as_version=4), outcome.notebook)
            notebook = nbformat.read(outcome.notebook, as_version=4)
            record = _record(notebook)
            if record is not None and outcome.ok:
                records[page.stem] = record
            footer = publish.edition(state, record) | provenance
            html = publish.page(page, requested, notebook, region, plan, year, footer, outcome)
            made.append(publish.replace(folder / f"{page.stem}.html", html))
            if outcome.ok:
                title = f"{page.title}：{region.short}{year}年"
                write_workbook(folder / f"{page.stem}.xlsx", title, notebook, record, plan, region)
            os.replace(outcome.notebook, folder / f"{page.stem}.ipynb")
            if outcome.ok:
                log.info("%s: %.1f s", page.stem, outcome.seconds)
            else:
                kept = Outcome(
                    page.stem,
                    folder / f"{page.stem}.ipynb",
                    outcome.seconds,
                    outcome.cell,
                    outcome.error,
                )
                report.failed.append((region.id, kept))
                log.error("%s: cell %s: %s", page.stem, _cell(kept), kept.error)
        results = merge(records, is_partial)
        if results is not None:
            failed = [stem for stem, outcome in outcomes.items() if not outcome.ok]
            if failed:
                results["failed"] = failed
            results["state"] = state
            publish.replace(
                folder / "results.json", json.dumps(results, ensure_ascii=False, indent=1) + "\n"
            )
            if not is_partial:
                with _environment(handed):
                    _documents(report, region, plan, folder, state)
            publish.region_index(folder, results, alone=report.public)
    report.pages[region.id] = made


def _documents(
    report: RunReport, region: Region, plan: Plan, folder: Path, state: str | None
) -> None:
    """The Word files of a whole run: part of the domains is no report to file."""
    made = report.documents.setdefault(region.id, [])
    for name, error in documents.build(
        plan, region, report.year, folder, report.public, state or ""
    ):
        if error:
            report.failed_documents.append((region.id, name, error))
            log.error("%s: %s", name, error)
        else:
            made.append(folder / name)
            log.info("%s", name)


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """The same variables in this process as the kernels had."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _all_withheld(report: RunReport, region: Region, outcomes: dict[str, Outcome]) -> bool:
    """Whether every notebook ran through and says that it left small counts out.

    A public edition is whole or not there: half a page may hold what the other half hides.
    """
    for outcome in outcomes.values():
        if outcome.ok and (_record(nbformat.read(outcome.notebook, 4)) or {}).get("public"):
            continue
        why = outcome.error or tr(
            "笔记本没有把参数 public 交给 open_study，可能印出小数字",
            "the notebook does not hand its parameter public to open_study",
        )
        refused = Outcome(outcome.stem, outcome.notebook, outcome.seconds, outcome.cell, why)
        report.failed.append((region.id, refused))
        log.error("%s: not published: %s", outcome.stem, why)
    return not any(name == region.id for name, _ in report.failed)


def _hand_over(
    temporary: Path, plan: Plan, region: Region, year: int, public: bool
) -> dict[str, str]:
    """Evaluate once for all notebooks; the variables that name the file to their kernels."""
    from halfsky.notebook import HANDED, hand_over

    path = temporary / "evaluated.pickle"
    try:
        hand_over(path, plan, region, year, public)
    except Exception as failed:  # noqa: BLE001 - each notebook then fails by itself, with its cell
        log.error("evaluation: %s: %s", type(failed).__name__, failed)
        return {}
    return {HANDED: str(path.resolve())}


def merge(records: dict[str, dict[str, Any]], is_partial: bool) -> dict[str, Any] | None:
    """The notebooks' records as one results.json; None where none succeeded.

    A whole run takes the overview's record, which holds every goal, and checks it against the
    domains' own: a difference would be two answers to one question.

    Raises:
        RunFailed: a domain's record differs from the overview's.
    """
    if not records:
        return None
    whole = records.get(OVERVIEW)
    parts = [record for stem, record in records.items() if stem != OVERVIEW]
    if whole is not None and not is_partial:
        by_id = {goal["id"]: goal for goal in whole["goals"]}
        differing = [g["id"] for part in parts for g in part["goals"] if by_id[g["id"]] != g]
        if differing:
            raise RunFailed(
                tr("总览与分领域结果不一致：", "overview and domains disagree: ")
                + "、".join(differing)
            )
        return dict(whole)
    merged = dict(parts[0])
    merged["goals"] = [goal for part in parts for goal in part["goals"]]
    merged["warnings"] = [warning for part in parts for warning in part["warnings"]]
    for key in ("register", "measures", "effects"):
        merged[key] = [row for part in parts for row in part[key]]
    merged["rates"] = count_statuses(Status(goal["status"]) for goal in merged["goals"])
    return merged


def _record(notebook: nbformat.NotebookNode) -> dict[str, Any] | None:
    """The record a notebook's last cells showed."""
    for cell in reversed(notebook.cells):
        for output in cell.get("outputs", []):
            found = output.get("data", {}).get(MIME)
            if found is not None:
                return dict(found)
    return None


def _execute_all(
    requested: list[Page],
    temporary: Path,
    parameters: dict[str, Any],
    jobs: int | None,
    region: str,
    progress: Progress | None,
    environment: dict[str, str],
) -> dict[str, Outcome]:
    """Every page's notebook, several at once; each in a fresh kernel."""
    workers = max(1, min(jobs or os.cpu_count() or 1, len(requested)))
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(workers, mp_context=context) as pool:
        queue = manager.Queue()
        futures: dict[Future[Outcome], str] = {
            pool.submit(
                execute,
                page.stem,
                page.notebook,
                temporary / f"{page.stem}.ipynb",
                parameters,
                ProgressQueue(queue),
                environment,
            ): page.stem
            for page in requested
        }
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=0.1)
            for stem, cell, cells in _drained(queue):
                if progress is not None:
                    progress(region, stem, cell - 1, cells)
            for future in done:
                if progress is not None:
                    progress(region, futures[future], 1, 1)
        return {stem: future.result() for future, stem in futures.items()}


@dataclass(frozen=True)
class ProgressQueue:
    """Sends a worker's progress home; picklable, unlike a closure."""

    queue: Any

    def __call__(self, stem: str, cell: int, cells: int) -> None:
        self.queue.put((stem, cell, cells))


def _drained(queue: Any) -> Iterator[tuple[str, int, int]]:
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return


@contextmanager
def _logging_to(path: Path) -> Iterator[None]:
    """Append this run to the region's log file."""
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(handler)
        handler.close()
