"""预警台账: which warnings are new, still open, eased or closed since last year.

Source: docs/method.md section 5.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from halfsky.plan.vocabulary import Family, Severity, WarningState
from halfsky.report._sections import goal_label, render, subjects
from halfsky.report.html import Html, note
from halfsky.report.text import phrase
from halfsky.report.text.words import rows
from halfsky.report.view import View

MOST = 12  # lines of a register that is read; beyond that, what changed


def _mine(view: View) -> pd.DataFrame:
    register = view.assessment.register
    if view.domain_id is None:
        return register
    return register[register["domain"] == view.domain_id].reset_index(drop=True)


def warning_register(view: View) -> Html:
    """The register of amber and red warnings, this year's and those of last year that went.

    Notes are counted only: a remark on scope stays for years and needs no follow-up. Of many
    only those that are new, gone or of another severity are listed; the table of warnings has all.
    """
    frame = _mine(view)
    # Last year's notes that went are rows of the register, too.
    notes = int((frame["severity"] == Severity.NOTE).sum())
    warns = frame["severity"].isin([Severity.RED, Severity.AMBER])
    warned = frame["severity_before"].isin([Severity.RED, Severity.AMBER])
    shown = frame[warns | warned]
    if shown.empty:
        return note(
            f"{view.year}年和上年都没有黄色或红色预警，台账为空"
            + (f"（本年另有提示{notes}条，见预警表）。" if notes else "。")
        )
    about = subjects(view)
    fallen: set[str] = set()
    if "change" in view.df.targets:
        fallen = set(view.df.targets.loc[view.df.targets["change"] == "降级", "target"])
    rendered = []
    for row in rows(shown):
        row["goal_label"] = goal_label(view, row["goal"])
        row["name"] = about(row)["name"]
        row["note"] = phrase("register", row["reason"]) if row["reason"] else ""
        if row["state"] == WarningState.EASED and row["target"] in fallen:
            row["note"] = phrase("register", "fallen")
        # Two rules of one family are two warnings: one may close while the other stays open.
        row["kind"] = row["family"]
        if row["family"] == Family.DETERIORATION:
            row["kind"] = f"{row['family']}（{phrase('register', row['rule'])}）"
        row["change"] = phrase("register", "worse") if _is_worse(row) else row["state"]
        rendered.append(row)
    worse = sum(_is_worse(row) and row["severity_before"] == Severity.AMBER for row in rendered)
    if len(rendered) > MOST:
        rendered = [row for row in rendered if row["severity"] != row["severity_before"]]
    order = {state: place for place, state in enumerate(WarningState)}
    rendered.sort(key=lambda row: order[row["state"]])
    counts = shown["state"].value_counts()
    is_first = view.year == view.plan.info.start_year
    summary = phrase(
        "register",
        "first" if is_first else "summary",
        n={state.value: int(counts.get(state, 0)) for state in WarningState},
        year=view.year,
        notes=notes,
        worse=worse,
    )
    return render(
        "register.html.j2",
        summary
        + "\n"
        + "\n".join(
            f"{r['state']} {r['target'] or r['indicator']} {r['family']}" for r in rendered
        ),
        summary=summary,
        rows=rendered,
        n_all=len(shown),
        is_reference=view.is_reference,
    )


def _is_worse(row: dict[str, Any]) -> bool:
    """Still open, and graver than it was last year."""
    if row["state"] != WarningState.OPEN or not row["severity"] or not row["severity_before"]:
        return False
    order = list(Severity)
    return order.index(row["severity"]) < order.index(row["severity_before"])


def register_record(view: View) -> list[dict[str, Any]]:
    """The register for results.json: every row, notes too."""
    return [
        {
            "goal": row["goal"],
            "target": row["target"],
            "indicator": row["indicator"],
            "family": row["family"],
            "rule_id": row["rule"],
            "state": row["state"],
            "severity": row["severity"],
            "severity_before": row["severity_before"],
            "reason": row["reason"],
            "department": None if view.is_reference else row["department"],
            "since": int(row["since"]),
        }
        for row in rows(_mine(view))
    ]
