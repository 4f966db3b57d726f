"""How much work is a region's year, against an older version of halfsky? In one run.

    python tests/benchmarks/region_year.py [--against e2e3137] [--region CN] [--year 2025]
                                           [--repeats 5]

Both versions are taken from git into a temporary folder at the start, this one with what is edited
and not committed, and run on the same interpreter and libraries; what the older one needs besides
is installed beside it by pip. Both read copies of data/raw.
Old and new take turns, each measurement in a fresh process on one thread. CPU seconds of

- the evaluation of the region and year, figures loaded, without imports;
- the code cells of the nine notebooks, one process each, the evaluation handed over as
  halfsky.run does; every module of halfsky.report is imported before the clock starts;
- `from halfsky import report`, and the same with every public function looked up;
- `halfsky plan check` and `halfsky plan`, the whole process.

Prints medians and ratios and writes results/region_year.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
RESULTS = Path(__file__).resolve().parent / "results" / "region_year.md"

# Each prints the CPU seconds of one piece of work as its last line. Arguments: region, year,
# path of the handed evaluation, path of a notebook.
HAND_OVER = """
import sys
from pathlib import Path
from halfsky.notebook import hand_over
from halfsky.plan import load_plan, load_region
hand_over(Path(sys.argv[3]), load_plan(), load_region(sys.argv[1]), int(sys.argv[2]))
"""
EVALUATION = """
import sys, time
from halfsky.notebook import evaluate_region
from halfsky.plan import load_plan, load_region
plan, region = load_plan(), load_region(sys.argv[1])
started = time.process_time()
evaluate_region(plan, region, int(sys.argv[2]))
print(time.process_time() - started)
"""
CELLS = """
import json, os, sys, time
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
import halfsky.notebook
from halfsky import report
for name in report.__all__:
    getattr(report, name)
os.environ["HALFSKY_HANDED"] = sys.argv[3]
with open(sys.argv[4], encoding="utf-8") as file:
    cells = [cell for cell in json.load(file)["cells"] if cell["cell_type"] == "code"]
given = f"# Parameters\\nyear = {int(sys.argv[2])}\\nregion = {sys.argv[1]!r}"
sources = []
for cell in cells:
    sources.append("".join(cell["source"]))
    if "parameters" in cell["metadata"].get("tags", []):
        sources.append(given)
shell = InteractiveShell.instance()  # formats what a cell shows as a kernel does
os.chdir(os.path.dirname(sys.argv[4]))
started = time.process_time()
for source in sources:
    with capture_output():
        done = shell.run_cell(source, store_history=True)
    done.raise_error()
print(time.process_time() - started)
"""
IMPORT = """
import time
started = time.process_time()
from halfsky import report
print(time.process_time() - started)
"""
IMPORT_ALL = """
import time
started = time.process_time()
from halfsky import report
for name in report.__all__:
    getattr(report, name)
print(time.process_time() - started)
"""


@dataclass(frozen=True)
class Version:
    """One version of halfsky, ready to run.

    root: its checkout. path: what PYTHONPATH holds. data: its own copy of data/. handed: the
    evaluation of the region and year, as it hands it to its notebooks.
    """

    root: Path
    path: tuple[Path, ...]
    data: Path
    handed: Path
    region: str
    year: int

    def run(self, *arguments: str) -> str:
        """What a fresh interpreter of this version prints.

        Raises:
            SystemExit: it failed; with what it said.
        """
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HALFSKY_")}
        environment |= {
            "PYTHONPATH": os.pathsep.join(map(str, self.path)),
            "HALFSKY_DATA": str(self.data),
            "HALFSKY_PARAMS": str(self.root / "params"),
            "MPLBACKEND": "agg",
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        }
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            capture_output=True,
            encoding="utf-8",
        )
        if done.returncode != 0:
            sys.exit(f"{self.root}: {arguments[0]} failed\n{done.stderr[-3000:]}")
        return done.stdout

    def clocked(self, code: str, notebook: Path | str = "") -> float:
        """CPU seconds that a piece of code measures of itself."""
        given = (self.region, str(self.year), str(self.handed), str(notebook))
        return float(self.run("-c", code, *given).split()[-1])

    def evaluation(self) -> float:
        return self.clocked(EVALUATION)

    def cells(self) -> float:
        """All numbered notebooks of this version, added up."""
        notebooks = sorted((self.root / "notebooks").glob("[0-9]*.ipynb"))
        return sum(self.clocked(CELLS, notebook) for notebook in notebooks)

    def import_report(self) -> float:
        return self.clocked(IMPORT)

    def import_all_of_report(self) -> float:
        return self.clocked(IMPORT_ALL)

    def plan_check(self) -> float:
        return self._command("plan", "check")

    def plan_listing(self) -> float:
        return self._command("plan")

    def _command(self, *words: str) -> float:
        """CPU seconds of a whole process of the command line, its start and end included."""
        before = os.times()
        self.run("-m", "halfsky.cli", *words)
        after = os.times()
        user = after.children_user - before.children_user
        return user + after.children_system - before.children_system


# What is measured, and the most it may take of the older version's (issue 11, Must show 2).
MEASURED: tuple[tuple[str, Callable[[Version], float], str], ...] = (
    ("evaluation", Version.evaluation, "1/4"),
    ("cells of the nine notebooks", Version.cells, "1/2.5"),
    ("`from halfsky import report`", Version.import_report, "1/2.5"),
    ("the same, every public name looked up", Version.import_all_of_report, ""),
    ("`halfsky plan check`", Version.plan_check, "1/5"),
    ("`halfsky plan`", Version.plan_listing, "1/5"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--against", default="e2e3137", help="revision of the older version")
    parser.add_argument("--region", default="CN")
    parser.add_argument("--year", type=int, default=2025)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    load = os.getloadavg()[0]
    name = git("describe", "--always", "--dirty")
    # A commit of what is edited, which changes no file and no branch; nothing if nothing is.
    edited = git("stash", "create")
    with tempfile.TemporaryDirectory() as folder:
        old = ready(checkout(given.against, Path(folder) / "old"), given.region, given.year)
        new = ready(checkout(edited or "HEAD", Path(folder) / "new"), given.region, given.year)
        seconds = measure(old, new, given.repeats)
    lines = table(seconds, name, given, load)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


def git(*arguments: str) -> str:
    """What git says of this checkout."""
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout.strip()


def checkout(revision: str, folder: Path) -> Path:
    """The files of a revision, taken from git."""
    archive = folder.with_suffix(".tar")
    git("archive", "--output", str(archive), revision)
    folder.mkdir()
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    return folder


def ready(root: Path, region: str, year: int) -> Version:
    """A version with what it needs: libraries, data, compiled modules, an evaluation to hand over.

    Making the evaluation also reads data/raw, which is no part of what is measured.
    """
    work = root.with_name(f"{root.name}_work")
    work.mkdir()
    shutil.copytree(ROOT / "data" / "raw", work / "data" / "raw")
    path = (root / "lib", *missing_libraries(root, work / "libraries"))
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(root / "lib")], check=True)
    version = Version(root, path, work / "data", work / "handed.pickle", region, year)
    version.run("-c", HAND_OVER, region, str(year), str(version.handed))
    return version


def missing_libraries(root: Path, folder: Path) -> list[Path]:
    """A folder with the libraries of a version that this environment lacks; none, if none is.

    Raises:
        SystemExit: pip cannot install them; says which.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    missing = [name for name in project["dependencies"] if not is_installed(name)]
    if not missing:
        return []
    pip = [sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), *missing]
    done = subprocess.run(pip, capture_output=True, encoding="utf-8")
    if done.returncode != 0:
        needed = " ".join(missing)
        sys.exit(f"{root.name} needs {needed}; install them and run this again.\n{done.stderr}")
    return [folder]


def is_installed(requirement: str) -> bool:
    """Whether some version of a distribution is in this environment."""
    try:
        metadata.version(Requirement(requirement).name)
    except metadata.PackageNotFoundError:
        return False
    return True


def measure(old: Version, new: Version, repeats: int) -> dict[str, tuple[list[float], list[float]]]:
    """CPU seconds of each piece of work by both versions, who goes first changing each round."""
    seconds: dict[str, tuple[list[float], list[float]]] = {n: ([], []) for n, *_ in MEASURED}
    for turn in range(repeats):
        for name, work, _ in MEASURED:
            for which in (0, 1) if turn % 2 == 0 else (1, 0):
                taken = work((old, new)[which])
                seconds[name][which].append(taken)
                print(
                    f"{turn + 1}/{repeats} {name} {('old', 'new')[which]} {taken:.2f} s", flush=True
                )
    return seconds


def table(
    seconds: dict[str, tuple[list[float], list[float]]],
    revision: str,
    given: argparse.Namespace,
    load: float,
) -> list[str]:
    """The results as Markdown."""
    lines = [
        f"# A region-year: {revision} against {given.against}",
        "",
        f"Made by `tests/benchmarks/region_year.py`: {given.region} {given.year}, CPU seconds, "
        f"median of {given.repeats} (least to most), old and new in turn. {machine()}; "
        f"load {load:.1f} at the start.",
        "",
        f"| | {given.against} | {revision} | old ÷ new | asked |",
        "|---|---|---|---|---|",
    ]
    for name, _, most in MEASURED:
        old, new = seconds[name]
        ratio = statistics.median(old) / statistics.median(new)
        asked = f"at most {most}" if most else ""
        lines.append(f"| {name} | {spread(old)} | {spread(new)} | {ratio:.1f} | {asked} |")
    return lines


def spread(seconds: list[float]) -> str:
    """1.23 (1.20–1.31)"""
    middle = statistics.median(seconds)
    return f"{middle:.2f} ({min(seconds):.2f}–{max(seconds):.2f})"


def machine() -> str:
    """Processor, number of cores, Python."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        name = models[0] if models else name
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


if __name__ == "__main__":
    main()
