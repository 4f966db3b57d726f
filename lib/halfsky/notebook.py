"""What a notebook's first cells need: check the parameters, load, evaluate, hand over a view.

study = open_study("health", year=year, region=region, plan=plan)
report.headline(study)
"""

from __future__ import annotations

import ast
import os
import pickle
from pathlib import Path

import pandas as pd
from threadpoolctl import threadpool_limits

from halfsky import data
from halfsky.evaluate.assessment import Assessment, Assumptions, assess
from halfsky.evaluate.disclosure import (
    KEYS,
    Edition,
    suppress_cells,
    suppress_headcounts,
    suppress_results,
)
from halfsky.plan import (
    DEFAULT_PLAN,
    ParameterError,
    Plan,
    Problem,
    Region,
    load_plan,
    load_region,
    load_regions,
    load_units,
    tr,
)
from halfsky.plan.calibration import load_calibration
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vintage import as_known
from halfsky.report.view import View

PARAMETERS = ("year", "region", "plan", "public")
_INJECTED = "# Parameters"


def check_parameters(year: object, region: object, plan: object) -> tuple[int, Region, Plan]:
    """Parameters as they are used, or one error that names every one that cannot be.

    Raises:
        ParameterError: wrong type, a year outside the plan, an unknown region or plan.
    """
    problems: list[Problem] = []
    loaded: Plan | None = None
    place: Region | None = None
    try:
        loaded = load_plan(str(plan))
    except ParameterError as error:
        problems += error.problems
    try:
        place = load_region(str(region))
    except ParameterError as error:
        problems += error.problems
    is_whole = isinstance(year, int) and not isinstance(year, bool)
    first, last = (loaded.info.start_year, loaded.info.end_year) if loaded else (None, None)
    if not is_whole:
        problems.append(
            Problem(
                what=tr("年份不是整数", "the year is not a whole number"),
                hint=tr("请写成 2025 这样的四位年份，不加引号。", "Write four digits like 2025."),
                column="year",
                value=str(year),
            )
        )
    elif first is not None and last is not None and not first <= int(str(year)) <= last:
        problems.append(
            Problem(
                what=tr("年份不在规划期内", "the year lies outside the plan"),
                hint=tr(f"请用 {first}—{last} 之间的年份。", f"Use a year from {first} to {last}."),
                column="year",
                value=str(year),
            )
        )
    if problems or loaded is None or place is None:
        raise ParameterError(problems)
    return int(str(year)), place, loaded


def unknown_parameters(cells: list[str]) -> list[str]:
    """Names that papermill injected and no notebook of ours knows.

    Args:
        cells: the source of the cells run so far. papermill only warns of a misspelt parameter
            and then runs with the default; it marks its own cell with "# Parameters".
    """
    found: list[str] = []
    for source in cells:
        if not source.lstrip().startswith(_INJECTED):
            continue
        for node in ast.parse(source).body:
            if isinstance(node, ast.Assign):
                found += [t.id for t in node.targets if isinstance(t, ast.Name)]
    return [name for name in found if name not in PARAMETERS]


def _cells_so_far() -> list[str]:
    """The cells of this kernel's session; none outside a notebook."""
    try:
        from IPython import get_ipython
    except ImportError:
        return []
    shell = get_ipython()
    return [] if shell is None else list(shell.user_ns.get("In", []))


def open_study(
    domain: str | None = None,
    *,
    year: int,
    region: str = "jiutai",
    plan: str = DEFAULT_PLAN,
    public: bool = False,
) -> View:
    """Check the parameters, then load and evaluate: what every notebook opens with.

    Args:
        domain: the domain a notebook is about, or None for the whole plan.
        year, region, plan, public: the notebook's parameters; public leaves out small counts.

    Returns:
        The view that report's functions take.

    Raises:
        ParameterError: an unknown or misspelt parameter, a year outside the plan, an unknown
            region or plan; before any analysis runs. DataError: the figures cannot be used.
    """
    unknown = unknown_parameters(_cells_so_far())
    if unknown:
        raise ParameterError(
            [
                Problem(
                    what=tr("不认识的参数", "unknown parameter"),
                    hint=tr("可用的参数：", "Parameters: ") + "、".join(PARAMETERS),
                    column=name,
                )
                for name in unknown
            ]
        )
    when, place, loaded = check_parameters(year, region, plan)
    if domain is not None and domain not in loaded.info.domains:
        raise ParameterError(
            Problem(
                what=tr(f"没有名为“{domain}”的领域", f"no domain named '{domain}'"),
                hint=tr("可用的领域：", "Domains: ") + "、".join(loaded.info.domains),
                column="domain",
                value=domain,
            )
        )
    assessment, observations = evaluate_region(loaded, place, when, public)
    names = {r.id: r.short for r in load_regions().values()}
    return View(assessment, observations, names, domain)


# A run evaluates a region once and hands the result to its nine notebooks through a file in its
# own temporary folder, named here. It lives as long as the run: no stale answer, and no pickle
# that somebody else could have left in data/.
HANDED = "HALFSKY_HANDED"


def hand_over(path: Path, plan: Plan, region: Region, year: int, public: bool = False) -> None:
    """Evaluate a region and keep the result at `path` for evaluate_region of other processes."""
    made = _evaluate(plan, region, year, public)
    path.write_bytes(pickle.dumps((plan.id, region.id, year, public, made)))


def evaluate_region(
    plan: Plan, region: Region, year: int, public: bool = False
) -> tuple[Assessment, pd.DataFrame]:
    """Load and evaluate one region and year; the observations known then come along.

    public: without small counts and whatever reveals them (evaluate.disclosure). Figures of a
    reference region are published ones, and stay.
    """
    path = os.environ.get(HANDED)
    if path is not None:
        *of, handed = pickle.loads(Path(path).read_bytes())
        if of == [plan.id, region.id, year, public]:
            return handed
    return _evaluate(plan, region, year, public)


def _evaluate(
    plan: Plan, region: Region, year: int, public: bool
) -> tuple[Assessment, pd.DataFrame]:
    filed = data.load_observations(plan, region.id, year)
    evidence = data.load_evidence(plan, region.id, year)
    references = {name: data.load_observations(plan, name, year) for name in region.compare_with}
    returns = data.load_measures(plan, region.id, year)
    assumptions = Assumptions(load_thresholds(), load_units(), load_calibration())
    edition = Edition(filed, filed.loc[[], KEYS])
    if public and region.role != "reference":
        smallest = assumptions.thresholds.disclosure.smallest
        edition = suppress_cells(filed, plan, assumptions.units, smallest)
        returns = suppress_headcounts(returns, smallest)
    observations = edition.observations
    # The series are short: threads cost more than they give, and fight over the cores.
    with threadpool_limits(limits=1):
        result = assess(
            plan, region, year, observations, evidence, assumptions, references, returns
        )
        if public:
            result = suppress_results(result, edition, filed)
    return result, as_known(observations, year)
