"""What is missing, and who is to send it? Years with figures, lists of gaps by name and office."""

from __future__ import annotations

from dataclasses import replace

from halfsky.evaluate.results import StatusRule, TargetResult, WarningRule
from halfsky.plan.vocabulary import Status
from halfsky.report import blocks, charts, numbers
from halfsky.report.blocks import (
    EMPTY,
    SILENT,
    Blocks,
    Cell,
    Column,
    Figure,
    Paragraph,
    Row,
    Table,
    note,
    table,
    words,
)
from halfsky.report.labels import (
    due,
    goal_label,
    indicator_label,
    listed,
    sources_of,
    synthetic_note,
)
from halfsky.report.text import phrase
from halfsky.report.text.words import Words, status_mark, status_word
from halfsky.report.view import View

FEW = 3  # so many missing figures are listed once, not by department and again by name
MOST_OFFICES = 4  # named in one sentence


def completeness_chart(view: View) -> Blocks:
    """Which years have figures, target by target."""
    known = view.history[["target", "year", "value", "in_use"]]
    frame = view.df.targets[view.df.targets["target"].isin(known["target"])]
    if frame.empty:
        return note(phrase("completeness_chart", "nothing"))
    # Institutions are rated by documents and never have a year's figure.
    rated = sum(target.type == "milestone" for target in view.targets)
    n = len(view.targets) - rated
    base_year = view.plan.info.baseline_year
    return Blocks(
        Figure(
            charts.plot_completeness(frame, known, year=view.year, baseline_year=base_year),
            phrase("completeness_chart", "title"),
            phrase("completeness_chart", "message", n=n, known=len(frame), rated=rated),
            sources_of(view, frame["target"]),
            known,
            view.is_synthetic,
        )
    )


def domain_completeness_chart(view: View) -> Blocks:
    """What share of each domain's targets has a figure, year by year.

    Without the milestones: they are rated by documents and never have a yearly figure.
    """
    if view.history.empty:
        return note(phrase("domain_completeness", "nothing"))
    names = {d.domain: d.name for d in view.plan.domains}
    is_rated = view.df.targets["type"] == "milestone"
    frame = view.df.targets[~is_rated].assign(domain=view.df.targets["domain"].map(names))
    known = view.history[["target", "year", "value", "in_use"]]
    known = known[known["target"].isin(frame["target"])]
    current = known[(known["year"] == view.year) & known["value"].notna()]
    given = {"n": len(frame), "known": current["target"].nunique(), "year": view.year}
    left_out = phrase("domain_completeness", "left_out", rated=int(is_rated.sum()))
    base_year = view.plan.info.baseline_year
    return Blocks(
        Figure(
            charts.plot_completeness_by_domain(
                frame, known, year=view.year, baseline_year=base_year
            ),
            phrase("domain_completeness", "title"),
            phrase("domain_completeness", "message", **given),
            sources_of(view, frame["target"]) + left_out,
            known,
            view.is_synthetic,
        )
    )


def missing_table(view: View) -> Blocks:
    """缺项清单: what is missing, from whom."""
    if not len(view.missing):
        return note(_nothing_missing(view))
    # A nation hands in no documents on a county's institutions: nothing is missing there.
    documents = [t for t in view.missing if view.is_reference and t.type == "milestone"]
    missing = [target for target in view.missing if target not in documents]
    rows = _requested(view, missing)
    shown: list[Paragraph | Table] = []
    if missing and (len(view.reported) or view.is_reference):  # else the headline has said so
        counted = {
            "is_reference": view.is_reference,
            "goals": len({target.goal for target in missing}),
            "n": len(missing),
            "departments": len({target.department for target in missing}),
        }
        shown.append(Paragraph(phrase("missing_table", "intro", **counted)))
    if documents:
        # A page of one domain names them, so that links to these targets arrive.
        names = [target.name for target in documents] if view.domain_id else []
        district = view.plan.info.district
        anchors = tuple((target.target, target.name) for target in documents) if names else ()
        shown.append(
            Paragraph(
                phrase(
                    "missing_table", "documents", n=len(documents), district=district, names=names
                ),
                anchors=anchors,
            )
        )
    if rows:
        shown.append(_missing_rows(view, rows))
    return Blocks(*shown)


# One line of the list: department, goal, what is requested, the last known figure.
_Line = tuple[str, str, str, str]


def _requested(view: View, missing: list[TargetResult]) -> dict[_Line, list[str]]:
    """What is requested, by department; two targets of a goal may rest on one figure, which is
    requested once: its line leads to both of them."""
    departments: dict[str, dict[_Line, list[str]]] = {}
    for target in missing:
        department = "" if view.is_reference else target.department
        label = goal_label(view, target.goal)
        line = (department, label, _what(view, target), _last_known(target))
        lines = departments.setdefault(department, {})
        lines.setdefault(line, []).append(target.target)
    return {line: ids for lines in departments.values() for line, ids in lines.items()}


def _what(view: View, target: TargetResult) -> str:
    """The figure or document that a target lacks."""
    asked = view.plan.targets[target.target]
    other = view.plan.indicators.get(asked.reference_indicator or "")
    by_sex = target.type == "narrow_gap" or asked.basis == "by_sex"
    kind = "documents" if target.type == "milestone" else "by_sex" if by_sex else "figure"
    label = indicator_label(target) if kind == "figure" else ""
    base_year = view.plan.info.baseline_year if target.rule == StatusRule.NO_BASELINE else None
    with_it = other.name if other is not None and not view.is_reference else None
    more = phrase("requested", "more", base_year=base_year, other=with_it)
    return phrase("requested", kind, t=target, label=label) + more


def _last_known(target: TargetResult) -> str:
    return "" if target.last_value is None else phrase("requested", "last_known", t=target)


def _missing_rows(view: View, lines: dict[_Line, list[str]]) -> Table:
    has_last = any(last for *_, last in lines)
    columns = [
        Column("目标"),
        Column(phrase("missing_table", "requested", is_reference=view.is_reference)),
        *([Column(phrase("missing_table", "last_known"))] if has_last else []),
    ]
    if not view.is_reference:
        columns.insert(0, Column(phrase("missing_table", "department"), is_header=True))
    rows = []
    for (department, label, needed, last), ids in lines.items():
        shared = phrase("missing_table", "shared", n=len(ids)) if len(ids) > 1 else ""
        cells: list[Cell] = [] if view.is_reference else [words(department)]
        cells += [words(label, anchors=tuple(ids[1:])), words(needed + shared)]
        rows.append(Row((*cells, *([words(last)] if has_last else [])), anchor=ids[0]))
    return table(
        phrase("missing_table", "caption", is_reference=view.is_reference),
        columns,
        rows,
        label=phrase("missing_table", "label"),
        is_grouped=not view.is_reference,
    )


def _nothing_missing(view: View) -> str:
    """Every target has a figure; those whose newest one is getting old are requested further."""
    overdue = {w.target for w in view.warnings if w.rule == WarningRule.OVERDUE}
    late = [
        phrase("nothing_missing", "late", t=target, is_reference=view.is_reference)
        for target in view.targets
        if target.target in overdue
    ]
    return phrase(
        "nothing_missing",
        "all_known",
        is_domain=view.domain_id is not None,
        is_reference=view.is_reference,
        late=late,
    )


def returns_table(view: View) -> Blocks:
    """缺项 by department: how many figures are requested of whom, and by when."""
    if view.is_reference:
        return SILENT
    if not len(view.missing):
        return missing_table(view)
    order = {name: n for n, name in enumerate(view.plan.duties.departments)}
    by_department = view.missing.by("department")
    rows = []
    for name in sorted(by_department, key=lambda name: (order.get(name, len(order)), name)):
        found = by_department[name]
        documents = sum(target.type == "milestone" for target in found)
        goals = dict.fromkeys(goal_label(view, target.goal) for target in found)
        rows.append(
            (
                words(name),
                *(blocks.count(n) if n else EMPTY for n in (len(found) - documents, documents)),
                words("、".join(goals)),
            )
        )
    columns = (
        Column(phrase("returns_table", "department"), is_header=True),
        Column("统计数据", is_number=True),
        Column("佐证材料", is_number=True),
        Column("涉及目标"),
    )
    when = due(view.plan.info, "returns", view.year)
    given = {"n": len(view.missing), "departments": len(rows)}
    return Blocks(
        table(
            phrase("returns_table", "caption", due=when),
            columns,
            rows,
            note=phrase("returns_table", "note", **given) + synthetic_note(view),
        )
    )


def requested_list(view: View) -> Blocks:
    """The list of gaps by name where it is short enough to stand for the one by department too."""
    when = due(view.plan.info, "returns", view.year)
    rendered = phrase("returns_table", "requested", due=when) + synthetic_note(view)
    return Blocks(*(replace(found, note=rendered) for found in missing_table(view).tables))


def named_open(view: View) -> Blocks:
    """未达标 and 未填报: the targets by name, which ends every domain of an official report."""
    sentences = Words.of_view(view)
    marks = {t.target: status_mark(t.status, view.is_reference) for t in view.reported}
    lines = []
    for status in (Status.UNMET, Status.UNDECIDABLE):
        found = [t for t in view.reported if marks[t.target] == status]
        if found:
            named = [f"{target.name}（{sentences.rule(target)}）" for target in found]
            given = {
                "status": status_word(status, view.is_reference),
                "n": len(found),
                "names": listed(named, is_counted=True),
            }
            lines.append(phrase("named_open", "open", **given))
    if len(view.missing) and len(view.reported):
        names = dict.fromkeys(target.name for target in view.missing)
        offices = dict.fromkeys(target.department for target in view.missing)
        given = {
            "is_reference": view.is_reference,
            "n": len(view.missing),
            "names": listed(list(names), is_counted=True),
            "departments": numbers.joined(list(offices), MOST_OFFICES),
        }
        lines.append(phrase("named_open", "missing", **given))
    return Blocks(*(Paragraph(line) for line in lines))
