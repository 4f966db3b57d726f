"""Which notebooks make which pages of a region and year."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from halfsky.plan import ParameterError, Plan, Problem, tr
from halfsky.plan.paths import notebooks_dir

OVERVIEW = "00_overview"


@dataclass(frozen=True)
class Page:
    """One notebook and the page made from it; domain is None for the overview."""

    stem: str
    title: str
    domain: str | None
    notebook: Path


def pages(plan: Plan, domains: tuple[str, ...] = ()) -> list[Page]:
    """The overview and one page per domain, or the named domains' pages alone.

    Raises:
        ParameterError: a domain the plan does not have.
    """
    known = {d.domain: d for d in plan.domains}
    unknown = [name for name in domains if name not in known]
    if unknown:
        raise ParameterError(
            [
                Problem(
                    what=tr(f"没有名为“{name}”的领域", f"no domain named '{name}'"),
                    hint=tr("可用的领域：", "Domains: ") + "、".join(known),
                    column="domain",
                    value=name,
                )
                for name in unknown
            ]
        )
    folder = notebooks_dir()
    found = [
        Page(stem, d.title, d.domain, folder / f"{stem}.ipynb")
        for d in plan.domains
        for stem in [f"{d.number:02d}_{d.domain}"]
        if not domains or d.domain in domains
    ]
    if not domains:
        found.insert(0, Page(OVERVIEW, "总览", None, folder / f"{OVERVIEW}.ipynb"))
    return found
