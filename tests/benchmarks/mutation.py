"""Mutation testing: do the tests notice when the package computes something else?

A fixed sample of small changes (cosmic-ray's operators: < for <=, + for -, 1 for 0, and for or, a
condition negated, a loop left out) is made one at a time in a copy of the repository, and the test
files that run through the changed line judge it. Which files those are is measured first, with
coverage.py; each mutant then takes seconds.

The sample: in each of four packages the places whose hash is smallest. The hash is that of the
line's own text, its function and its file, so that a change elsewhere moves no other place in or
out. At each place one of its mutants, by the same hash.

    make mutate                                     all, and results/mutation.md
    make mutate MUTATE=--resume                     what was judged before stays judged
    make mutate MUTATE="--only lib/halfsky/data/sheets.py --tests tests/data"     one module; the
                                                    result is printed and nothing written

A survivor's reason is written by hand into results/mutation.json and kept from run to run.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import itertools
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).parent / "results"
WORK = ROOT / "build" / "mutation"
TOOLS = ROOT / "build" / "mutate"
MEASURED = WORK / "coverage.json"
JUDGED = WORK / "judged.json"
# Mutants of a package; in proportion to its lines, 15 at least.
SAMPLE = {"evaluate": 50, "data": 25, "report": 40, "run": 15}
SEED = "halfsky"
# Seconds of tests a mutant is judged by, cheapest files first, and what a mutant may take.
BUDGET, TIMEOUT = 60.0, 600.0
PYTEST = "-q -x -p no:cacheprovider -p no:nbval -p no:xdist --hypothesis-seed=0 -m 'not tools'"


@dataclass(frozen=True)
class Mutant:
    """One change: what cosmic-ray needs to make it, and what a reader needs to see it."""

    file: str
    line: int
    operator: str
    occurrence: int
    start: tuple[int, int]
    end: tuple[int, int]
    before: str
    after: str

    @property
    def key(self) -> str:
        """The same as long as the file's line and the change to it are."""
        return f"{self.file}: {self.before} -> {self.after}"

    @property
    def package(self) -> str:
        return self.file.split("/")[2]


@dataclass(frozen=True)
class Place:
    """A spot of a file that operators can change, and which of them how (name, occurrence)."""

    path: Path
    start: tuple[int, int]
    end: tuple[int, int]
    before: str
    ways: tuple[tuple[str, int], ...]


def places(path: Path) -> dict[str, Place]:
    """A file's places under names that hold as long as their lines do."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.ast.ast_query import ASTQuery
    from cosmic_ray.plugins import get_operator, operator_names

    source, file = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
    lines, passed_over = source.splitlines(), set(without_effect(source))
    nodes = list(ast_nodes(get_ast(source)))
    ways: dict[tuple[Any, Any], list[tuple[str, int]]] = defaultdict(list)
    inside: dict[tuple[Any, Any], str] = {}
    for name in operator_names():
        operator_class = get_operator(name)
        if operator_class.arguments():
            continue  # needs to be given a variable's name
        occurrence, operator = 0, operator_class()
        for node in nodes:
            for start, end in operator.mutation_positions(node):
                if start[0] not in passed_over and not is_drawing(file, name):
                    ways[start, end].append((name, occurrence))
                    inside[start, end] = ASTQuery(node).get_definition_name() or ""
                occurrence += 1
    found: dict[str, Place] = {}
    seen: Counter[str] = Counter()
    for start, end in sorted(ways):
        before = lines[start[0] - 1].strip()
        name = f"{file}:{inside[start, end]}:{before}:{start[1]}"
        seen[name] += 1
        found[f"{name}:{seen[name]}"] = Place(path, start, end, before, tuple(ways[start, end]))
    return found


def mutant_at(name: str, place: Place) -> Mutant | None:
    """One of a place's mutants, by the hash of their operators; None if nothing would change."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source, file = place.path.read_text(encoding="utf-8"), place.path.relative_to(ROOT).as_posix()
    # By operator and rank, because its occurrence in the file changes with the lines before it.
    order = sorted(range(len(place.ways)), key=lambda k: _rank(f"{name}:{k}:{place.ways[k][0]}"))
    for operator, occurrence in [place.ways[k] for k in order]:
        changed = mutate_code(source, get_operator(operator)(), occurrence)
        if changed is not None and changed != source:
            lines = changed.splitlines()
            is_left_out = len(lines) < len(source.splitlines())  # a decorator
            after = "(left out)" if is_left_out else lines[place.start[0] - 1].strip()
            return Mutant(
                *(file, place.start[0], operator, occurrence, place.start, place.end),
                *(place.before, after),
            )
    return None


def without_effect(source: str) -> Iterator[int]:
    """Lines whose change nobody could see: annotations (never evaluated), caches, TYPE_CHECKING."""
    for node in ast.walk(ast.parse(source)):
        spans: list[ast.AST] = []
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            spans.append(node.annotation)
        if isinstance(node, ast.FunctionDef):
            spans += [node.returns] if node.returns is not None else []
            spans += [d for d in node.decorator_list if "cache" in ast.unparse(d)]
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            spans.append(node)
        for span in spans:
            yield from range(span.lineno, (span.end_lineno or span.lineno) + 1)


def is_drawing(file: str, operator: str) -> bool:
    """A chart's inches and points: judged by looking at the chart."""
    return "NumberReplacer" in operator and ("/charts/" in file or file.endswith("/theme.py"))


def _rank(name: str) -> str:
    return hashlib.sha256(f"{SEED}:{name}".encode()).hexdigest()


def modules(package: str) -> list[Path]:
    """A package's modules; what stands beside its assets is run by hand, once."""
    files = sorted((ROOT / "lib" / "halfsky" / package).rglob("*.py"))
    return [file for file in files if file.parent.name != "assets"]


def sample(files: list[Path], size: int) -> list[Mutant]:
    """The mutants of the places with the smallest hashes."""
    found = {name: place for file in files for name, place in places(file).items()}
    ranked = (mutant_at(name, found[name]) for name in sorted(found, key=_rank))
    return list(itertools.islice(filter(None, ranked), size))


def copy_of_repository(name: str) -> Path:
    """The files git knows, as they are now, in a folder of their own."""
    folder = WORK / name
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, encoding="utf-8",
    ).stdout.split("\0")  # fmt: skip
    shutil.rmtree(folder, ignore_errors=True)
    for file in filter(None, listed):
        if (ROOT / file).is_file():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, folder / file)
    # Tests that ask git for the files it knows find a repository.
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    return folder


def environment(folder: Path, *more: Path) -> dict[str, str]:
    """Python finds the package of a copy, and not the installed one."""
    paths = os.pathsep.join(map(str, (folder / "lib", *more)))
    return {**os.environ, "PYTHONPATH": paths, "MPLBACKEND": "Agg"}


def measure() -> dict[str, Any]:
    """Run all tests once: seconds of each file, which failed, and the lines each ran through.

    Returns:
        {"seconds": {file: s}, "failed": [test, ...], "lines": {module: {line: [file, ...]}}}
    """
    folder = copy_of_repository("measured")
    command = [sys.executable, str(Path(__file__).resolve()), "--inside", str(MEASURED)]
    subprocess.run(
        command, cwd=folder, check=True, env=environment(folder, TOOLS.with_name("coverage"))
    )
    return dict(json.loads(MEASURED.read_text(encoding="utf-8")))


def measure_here(out: Path, tests: list[str]) -> None:
    """Inside the copy: pytest under coverage.py, one context a test file."""
    import time

    import coverage
    import pytest

    measured = coverage.Coverage(
        data_file=None, source=[str(Path.cwd() / "lib" / "halfsky")], config_file=False
    )
    seconds: Counter[str] = Counter()
    failed: list[str] = []

    class Contexts:
        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_protocol(self, item: Any) -> Iterator[None]:
            file = item.nodeid.split("::")[0]
            measured.switch_context(file)
            start = time.process_time()
            result = yield
            seconds[file] += time.process_time() - start
            return result

        def pytest_runtest_logreport(self, report: Any) -> None:
            if report.failed:
                failed.append(report.nodeid)

    measured.start()
    options = [o for o in shlex.split(PYTEST) if o != "-x"]
    pytest.main([*options, "--continue-on-collection-errors", *tests], plugins=[Contexts()])
    measured.stop()
    data = measured.get_data()
    lines = {
        Path(file).relative_to(Path.cwd()).as_posix(): {
            line: sorted(filter(None, contexts))
            for line, contexts in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    found = {"seconds": dict(seconds), "failed": failed, "lines": lines}
    out.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")


def judges(mutant: Mutant, measured: dict[str, Any]) -> list[str]:
    """The test files that run through a mutant's line, the module's own first, within the budget.

    A line that runs on import alone is judged by the files that run through its module most.
    """
    lines = measured["lines"].get(mutant.file, {})
    covering = Counter(dict.fromkeys(lines.get(str(mutant.line), []), 1))
    if not covering:
        counted = Counter(file for files in lines.values() for file in files)
        covering = Counter(dict(counted.most_common(5)))
    own = f"test_{Path(mutant.file).stem.lstrip('_')}.py"
    seconds = measured["seconds"]
    ranked = sorted(covering, key=lambda file: (not file.endswith(f"/{own}"), seconds[file]))
    chosen: list[str] = []
    for file in ranked:
        if chosen and sum(seconds[f] for f in chosen) + seconds[file] > BUDGET:
            break
        chosen.append(file)
    return chosen


def judge(mutant: Mutant, files: list[str], failing: list[str]) -> dict[str, Any]:
    """Make the change in this process's copy, run the files, undo it."""
    from cosmic_ray.mutating import mutate_and_test
    from cosmic_ray.work_item import MutationSpec

    spec = MutationSpec(mutant.file, mutant.operator, mutant.occurrence, mutant.start, mutant.end)
    deselected = [f"--deselect={test}" for test in failing if test.split("::")[0] in files]
    command = shlex.join(
        [sys.executable, "-m", "pytest", *shlex.split(PYTEST), *deselected, *files]
    )
    result = mutate_and_test([spec], command, TIMEOUT)
    output = result.output or ""
    outcome = "no test" if not files else str(result.test_outcome.value)
    said = (line for line in output.splitlines() if line.startswith(("FAILED", "ERROR")))
    killer = next(said, "")
    if output == "timeout":
        outcome = "timeout"
    return {**asdict(mutant), "outcome": outcome, "by": killer.split(" - ")[0], "files": files}


def enter_copy() -> None:
    """A worker's own copy, which it changes and puts right again."""
    folder = copy_of_repository(f"copy-{os.getpid()}")
    os.chdir(folder)
    os.environ.update(environment(folder))


def run(chosen: Iterable[Mutant], measured: dict[str, Any], jobs: int, resume: bool) -> list[Any]:
    """Every mutant judged; what is known so far stands in build/mutation/judged.json."""
    before = json.loads(JUDGED.read_text(encoding="utf-8")) if resume and JUDGED.exists() else {}
    done: dict[str, Any] = {}
    with ProcessPoolExecutor(jobs, initializer=enter_copy) as pool:
        waiting = {}
        for mutant in chosen:
            if mutant.key in before:
                done[mutant.key] = {**before[mutant.key], **asdict(mutant)}
                continue
            files = judges(mutant, measured)
            waiting[pool.submit(judge, mutant, files, measured["failed"])] = mutant
        for future in as_completed(waiting):
            mutant, found = waiting[future], future.result()
            done[mutant.key] = found
            print(f"{found['outcome']:9} {mutant.file}:{mutant.line}  {mutant.after}", flush=True)
            JUDGED.write_text(json.dumps(before | done, ensure_ascii=False), encoding="utf-8")
    for copy in WORK.glob("copy-*"):
        shutil.rmtree(copy)
    return list(done.values())


def report(found: list[dict[str, Any]]) -> str:
    """results/mutation.md: counts by package, every survivor with its reason."""
    lines = [
        "# Mutants killed by the tests",
        "Written by tests/benchmarks/mutation.py (`make mutate`), which says how they are chosen.",
        "",
        "| package | mutants | killed | by timeout | survived | killed, % |",
        "|---|---|---|---|---|---|",
    ]
    for package in (*SAMPLE, "all"):
        own = [m for m in found if package in ("all", m["file"].split("/")[2])]
        count = Counter(m["outcome"] for m in own)
        killed = count["killed"] + count["timeout"]
        lines.append(
            f"| {package} | {len(own)} | {count['killed']} | {count['timeout']} | "
            f"{len(own) - killed} | {100 * killed / max(len(own), 1):.1f} |"
        )
    lines += ["", "## Survivors", ""]
    survivors = [m for m in found if m["outcome"] not in ("killed", "timeout")]
    for m in sorted(survivors, key=lambda m: (m["file"], m["line"])):
        lines += [
            f"- `{m['file']}:{m['line']}` {m.get('reason') or 'no reason yet'}",
            "  ```diff",
            f"  - {m['before']}",
            f"  + {m['after']}",
            "  ```",
        ]
    if not survivors:
        lines.append("None.")
    return "\n".join(lines) + "\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--jobs", type=int, default=2, help="mutants at once")
    options.add_argument("--only", nargs="*", default=[], help="modules: a sample of each")
    options.add_argument("--tests", nargs="*", default=["tests"], help="tests that are measured")
    options.add_argument("--size", type=int, default=20, help="mutants of each module of --only")
    options.add_argument("--resume", action="store_true", help="keep what was judged before")
    options.add_argument("--measured", action="store_true", help="keep what was measured before")
    options.add_argument("--list", action="store_true", help="print the sample and stop")
    options.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.inside:
        measure_here(asked.inside, os.environ.get("MUTATION_TESTS", "tests").split())
        return
    # After the environment's own packages: the tool's come with versions of their own.
    sys.path.append(str(TOOLS))
    WORK.mkdir(parents=True, exist_ok=True)
    if asked.only:
        chosen = [m for file in asked.only for m in sample([ROOT / file], asked.size)]
    else:
        chosen = [m for name, size in SAMPLE.items() for m in sample(modules(name), size)]
    if asked.list:
        for m in chosen:
            print(f"{m.file}:{m.line}  {m.before}  ->  {m.after}")
        return
    os.environ["MUTATION_TESTS"] = " ".join(asked.tests)
    kept = asked.measured and MEASURED.exists()
    measured = json.loads(MEASURED.read_text(encoding="utf-8")) if kept else measure()
    found = run(chosen, measured, asked.jobs, asked.resume)
    if asked.only:
        print(report(found))
        return
    path = RESULTS / "mutation.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    reasons = {(m["file"], m["before"], m["after"]): m.get("reason", "") for m in before}
    kept_fields = ("file", "line", "before", "after", "outcome", "by")
    rows = [
        {k: m[k] for k in kept_fields}
        | {"reason": reasons.get((m["file"], m["before"], m["after"]), "")}
        for m in sorted(found, key=lambda m: (m["file"], m["line"], m["after"]))
    ]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (RESULTS / "mutation.md").write_text(report(rows), encoding="utf-8")
    print(report(rows))


if __name__ == "__main__":
    main()
