"""The way into the reports: every region and year present, all goals at a glance, a search.

One file that opens from a disk: a few lines of script filter a table that is already there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from halfsky.plan.vocabulary import Status
from halfsky.report.render.html import environment
from halfsky.report.text.words import status_word
from halfsky.report.theme import STATUS

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
            search also finds indicators by their names; with documents and releases (see
            run.attachments) these are listed.
    """
    regions: dict[str, list[Run]] = {}
    for run in sorted(runs, key=lambda r: (_ROLE_ORDER.get(r["role"], 3), r["region"], -r["year"])):
        regions.setdefault(run["region"], []).append(run)
    shown = [_region(mine) for mine in regions.values()]
    plans = list(dict.fromkeys(run["plan_name"] for run in runs))
    years = sorted({run["year"] for run in runs}, reverse=True)
    return (
        environment()
        .get_template("portal.html.j2")
        .render(
            css=_css(),
            plan="、".join(plans),
            regions=shown,
            years=years,
            goals=_goals(list(regions.values())),
            key=[(key, STATUS[status].shape, str(status)) for status, key in _KEYS.items()],
        )
    )


def render_region_index(run: Run) -> str:
    """reports/<region>/<year>/index.html: what is known of the run, and links to its pages."""
    return (
        environment()
        .get_template("region_index.html.j2")
        .render(
            css=_css(),
            run={"documents": [], "releases": [], **run},
            counts=_counts(run),
            heading=_heading(run),
        )
    )


def _css() -> str:
    folder = resources.files("halfsky.report") / "assets"
    return "".join((folder / n).read_text(encoding="utf-8") for n in ("report.css", "portal.css"))


def _heading(run: Run) -> str:
    return f"{run['year']}年{run['phase'] or '参照数据'}"


def _counts(run: Run) -> list[tuple[str, str, int]]:
    """(status, word, number): a reference region has reached the plan's value or it has not."""
    is_reference = run["role"] == "reference"
    counts: dict[str, tuple[str, str, int]] = {}
    for status, key in _COUNTS.items():
        word = status_word(status, is_reference)
        drawn = Status.UNMET if is_reference and status == Status.NEARLY else status
        before = counts.get(word, (str(drawn), word, 0))[2]
        counts[word] = (str(drawn), word, before + int(run["rates"][key]))
    return list(counts.values())


def _region(runs: Sequence[Run]) -> dict[str, Any]:
    """One region: the newest run with its wall, the others each on a line."""
    newest = runs[0]
    made = [_run(run, runs) for run in runs]
    return {
        "id": newest["region"],
        "name": newest["region_name"],
        "short": newest["region_short"],
        "role": newest["role"],
        "banner": newest["banner"],
        "newest": made[0],
        "older": made[1:],
        "by_year": {run["year"]: run for run in made},
    }


def _run(run: Run, others: Sequence[Run]) -> dict[str, Any]:
    before = _year_before(run, others)
    return {
        "year": run["year"],
        "heading": _heading(run),
        "kind": run["phase"] or "参照数据",
        "folder": run["folder"],
        "pages": run["pages"],
        "generated": run["generated"],
        "state": run.get("state"),
        "counts": _counts(run),
        "tally": [(_KEYS[Status(s)], STATUS[s].shape, w, n) for s, w, n in _counts(run) if n],
        "n": len(run["goals"]),
        "wall": _wall(run, before),
        "changes": _changes(run, before) if before else None,
        "failed": len(run.get("failed", [])),
        "entry": _entry(run),
        "documents": run.get("documents", []),
        "releases": run.get("releases", []),
    }


def _year_before(run: Run, runs: Sequence[Run]) -> dict[str, str]:
    """Status by goal a year before; empty where that year was not run."""
    return {
        goal["id"]: goal["status"]
        for other in runs
        if other["year"] == run["year"] - 1
        for goal in other["goals"]
    }


def _changes(run: Run, before: Mapping[str, str]) -> list[dict[str, Any]]:
    """Goals by what they were and what they are, the most frequent change first."""
    is_reference = run["role"] == "reference"
    groups: dict[tuple[str, str], list[dict[str, str]]] = {}
    for goal in run["goals"]:
        brick = _brick(run, goal, before)
        if brick["was"]:
            status = _drawn(goal["status"], is_reference)
            name = _label(run, goal["id"])
            groups.setdefault((brick["was"], status), []).append({**brick, "label": name})
    ordered = sorted(groups.items(), key=lambda item: -len(item[1]))
    return [
        {"was": was, "status": status, "word": goals[0]["word"], "goals": goals}
        for (was, status), goals in ordered
    ]


def _entry(run: Run) -> str:
    files = [page["file"] for page in run["pages"]]
    start = _OVERVIEW if _OVERVIEW in files else (files[0] if files else "index.html")
    return f"{run['folder']}/{start}"


def _wall(run: Run, before: Mapping[str, str]) -> list[dict[str, Any]]:
    """Bricks by domain, in the plan's order."""
    rows: dict[str, list[dict[str, str]]] = {}
    for goal in run["goals"]:
        rows.setdefault(_domain(goal["id"]), []).append(_brick(run, goal, before))
    return [{"name": _name(run, d), "bricks": b} for d, b in rows.items()]


def _drawn(status: str, is_reference: bool) -> str:
    """The status whose look is used: a reference region has reached the value or it has not."""
    return str(Status.UNMET if is_reference and status == Status.NEARLY else Status(status))


def _brick(run: Run, goal: Mapping[str, Any], before: Mapping[str, str]) -> dict[str, str]:
    is_reference = run["role"] == "reference"
    status = _drawn(goal["status"], is_reference)
    word = status_word(status, is_reference)
    last = before.get(goal["id"])
    was = word if last is None else status_word(_drawn(last, is_reference), is_reference)
    return {
        "key": _KEYS[Status(status)],
        "status": status,
        "shape": STATUS[status].shape,
        "word": word,
        "was": was if was != word else "",
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


def _name(run: Run, domain: str) -> str:
    return str(run.get("domain_names", {}).get(domain, domain))


def _label(run: Run, goal_id: str) -> str:
    """健康2: the goal's domain, as every report calls it, and number."""
    return _name(run, _domain(goal_id)) + goal_id.rsplit("-", 1)[-1]


def _goals(regions: Sequence[Sequence[Run]]) -> list[dict[str, Any]]:
    """One row a goal for the search: its words, who answers for it, its newest status a region."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for place, runs in enumerate(regions):
        newest = runs[0]
        before = _year_before(newest, runs)
        names = newest.get("indicators", {})
        for goal in newest["goals"]:
            row = rows.setdefault(
                (newest["plan"], goal["id"]),
                {
                    "label": _label(newest, goal["id"]),
                    "text": newest["names"].get(goal["id"], goal["id"]),
                    "indicators": [],
                    "clauses": [],
                    "departments": [],
                    "cells": [None] * len(regions),
                },
            )
            for target in goal["targets"]:
                _note(row["indicators"], names.get(target["indicator"] or ""))
                _note(row["clauses"], target["clause"])
                _note(row["departments"], target.get("department"))
            row["cells"][place] = _brick(newest, goal, before)
    return list(rows.values())


def _note(known: list[str], word: str | None) -> None:
    if word and word not in known:
        known.append(word)
