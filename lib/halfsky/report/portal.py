"""The way into the reports: every region and year present, all goals at a glance, a search.

One file that opens from a disk: a few lines of script filter a table that is already there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from halfsky.plan.vocabulary import Status
from halfsky.report.theme import STATUS
from halfsky.report.words import environment, status_word

Run = Mapping[str, Any]

_KEYS = {
    Status.MET: "met",
    Status.NEARLY: "nearly",
    Status.UNMET: "unmet",
    Status.UNDECIDABLE: "undecidable",
    Status.MISSING: "missing",
}
_COUNTS = {
    Status.MET: "met",
    Status.NEARLY: "basically",
    Status.UNMET: "unmet",
    Status.UNDECIDABLE: "undecidable",
    Status.MISSING: "missing",
}
_ROLE_ORDER = {"evaluated": 0, "reference": 1, "synthetic": 2}
_OVERVIEW = "00_overview.html"


def render_portal(runs: Sequence[Run]) -> str:
    """reports/index.html.

    Args:
        runs: results.json of each run, with region_name, region_short, plan_name, banner (or
            None), folder (its address from the portal), pages [{file, title}], names {goal id:
            short text}, domains {domain id: title}, generated; with indicators {id: name} the
            search also finds indicators by their names.
    """
    regions: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda r: (_ROLE_ORDER.get(r["role"], 3), r["region"], -r["year"])):
        regions.setdefault(run["region"], []).append(run)
    shown = [_region(mine) for mine in regions.values()]
    plans = list(dict.fromkeys(run["plan_name"] for run in runs))
    return (
        environment()
        .get_template("portal.html.j2")
        .render(
            css=_css(),
            plan="、".join(plans),
            regions=shown,
            goals=_goals(list(regions.values())),
            key=[(key, STATUS[status].shape, str(status)) for status, key in _KEYS.items()],
        )
    )


def render_region_index(run: Run) -> str:
    """reports/<region>/<year>/index.html: what is known of the run, and links to its pages."""
    return (
        environment()
        .get_template("region_index.html.j2")
        .render(css=_css(), run=run, counts=_counts(run), heading=_heading(run))
    )


def _css() -> str:
    folder = resources.files("halfsky") / "report" / "assets"
    return "".join((folder / n).read_text(encoding="utf-8") for n in ("report.css", "portal.css"))


def _heading(run: Run) -> str:
    return f"{run['year']}年{run['phase'] or '参照数据'}"


def _counts(run: Run) -> list[tuple[str, str, int]]:
    """(status, word, number): a reference region has reached the plan's value or it has not."""
    is_reference = run["role"] == "reference"
    told: dict[str, tuple[str, str, int]] = {}
    for status, key in _COUNTS.items():
        word = status_word(status, is_reference)
        drawn = Status.UNMET if is_reference and status == Status.NEARLY else status
        before = told.get(word, (str(drawn), word, 0))[2]
        told[word] = (str(drawn), word, before + int(run["rates"][key]))
    return list(told.values())


def _region(runs: Sequence[Run]) -> dict[str, Any]:
    """One region: the newest run with its wall, the others each on a line."""
    newest = runs[0]
    return {
        "id": newest["region"],
        "name": newest["region_name"],
        "short": newest["region_short"],
        "role": newest["role"],
        "banner": newest["banner"],
        "newest": _run(newest, runs),
        "older": [_run(run, runs) for run in runs[1:]],
    }


def _run(run: Run, others: Sequence[Run]) -> dict[str, Any]:
    before = {
        goal["id"]: goal["status"]
        for r in others
        if r["year"] == run["year"] - 1
        for goal in r["goals"]
    }
    changed = [
        g["id"] for g in run["goals"] if g["id"] in before and before[g["id"]] != g["status"]
    ]
    return {
        "year": run["year"],
        "heading": _heading(run),
        "folder": run["folder"],
        "pages": run["pages"],
        "documents": run.get("documents", []),
        "generated": run["generated"],
        "counts": _counts(run),
        "n": len(run["goals"]),
        "wall": _wall(run),
        "changed": len(changed) if before else None,
        "failed": len(run.get("failed", [])),
        "entry": _entry(run),
    }


def _entry(run: Run) -> str:
    files = [page["file"] for page in run["pages"]]
    start = _OVERVIEW if _OVERVIEW in files else (files[0] if files else "index.html")
    return f"{run['folder']}/{start}"


def _wall(run: Run) -> list[dict[str, Any]]:
    """Bricks by domain, in the plan's order."""
    rows: dict[str, list[dict[str, str]]] = {}
    for goal in run["goals"]:
        rows.setdefault(_domain(goal["id"]), []).append(_brick(run, goal))
    return [{"name": _short(run["domains"].get(d, d)), "bricks": b} for d, b in rows.items()]


def _brick(run: Run, goal: Mapping[str, Any]) -> dict[str, str]:
    is_reference = run["role"] == "reference"
    status = Status(goal["status"])
    if is_reference and status == Status.NEARLY:
        status = Status.UNMET
    return {
        "key": _KEYS[status],
        "status": str(status),
        "shape": STATUS[status].shape,
        "word": status_word(status, is_reference),
        "number": goal["id"].rsplit("-", 1)[-1],
        "href": _address(run, goal),
    }


def _address(run: Run, goal: Mapping[str, Any]) -> str:
    """The place in the domain's page where the goal's weakest clause stands."""
    domain = _domain(goal["id"])
    for page in run["pages"]:
        if page["file"].endswith(f"_{domain}.html"):
            return f"{run['folder']}/{page['file']}#{goal.get('weakest') or goal['id']}"
    return _entry(run)


def _domain(goal_id: str) -> str:
    return goal_id.rsplit("-", 1)[0]


def _short(title: str) -> str:
    return title.removeprefix("妇女与").removeprefix("妇女")


def _goals(regions: Sequence[Sequence[Run]]) -> list[dict[str, Any]]:
    """One row a goal for the search: its words, who answers for it, its newest status a region."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for place, runs in enumerate(regions):
        newest = runs[0]
        before = {g["id"]: g for r in runs if r["year"] == newest["year"] - 1 for g in r["goals"]}
        indicators = newest.get("indicators", {})
        for goal in newest["goals"]:
            key = (newest["plan"], goal["id"])
            row = rows.setdefault(
                key,
                {
                    "label": _short(newest["domains"].get(_domain(goal["id"]), ""))
                    + goal["id"].rsplit("-", 1)[-1],
                    "text": newest["names"].get(goal["id"], goal["id"]),
                    "departments": [],
                    "words": [],
                    "cells": [None] * len(regions),
                },
            )
            for target in goal["targets"]:
                name = indicators.get(target["indicator"] or "", "")
                for word in (name, target["clause"]):
                    if word and word not in row["words"]:
                        row["words"].append(word)
                department = target.get("department")
                if department and department not in row["departments"]:
                    row["departments"].append(department)
            cell = _brick(newest, goal)
            last = before.get(goal["id"])
            was = status_word(last["status"], newest["role"] == "reference") if last else None
            cell["was"] = was if was is not None and was != cell["word"] else ""
            row["cells"][place] = cell
    return list(rows.values())
