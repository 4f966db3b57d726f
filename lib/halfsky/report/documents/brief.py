"""What is sent round after an evaluation: two pages for 区政府, one sheet for each department."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from halfsky.evaluate.results import TargetResult
from halfsky.plan.vocabulary import Severity, Status
from halfsky.report import numbers
from halfsky.report.blocks import (
    SILENT,
    Blocks,
    Column,
    Paragraph,
    Row,
    Table,
    count,
    sentence,
    severity,
    table,
    words,
)
from halfsky.report.documents.cover import notice
from halfsky.report.documents.document import Document, Section, section
from halfsky.report.labels import due, goal_label, listed, localised, synthetic_note
from halfsky.report.sections import summary
from halfsky.report.sections.findings import action_table, next_report, open_targets
from halfsky.report.sections.status import latest
from halfsky.report.sections.warnings import subjects
from halfsky.report.text import phrase
from halfsky.report.text.words import Words
from halfsky.report.view import View

MOST = 5  # of each kind: two pages hold no more
MOST_LINES = 6  # of a sheet's tables of warnings and measures
MOST_WANTED = 10
ELSEWHERE = "各部门一览.xlsx"  # holds every line of every department
_brief = partial(phrase, "government_brief")
_task = partial(phrase, "department_sheet")
_heading = partial(section, "government_brief")
_task_heading = partial(section, "department_sheet")


def government_brief(view: View) -> Document:
    """监测评估简报: the verdict, what is going wrong, what is asked of whom, on two pages.

    Raises:
        ValueError: a reference region, which is compared and not evaluated.
    """
    _evaluated(view)
    if len(view.reported):
        sections: tuple[Section, ...] = (
            _heading("overall", summary.headline(view), _by_domain(view)),
            _heading("open", _worst(view)),
            _heading("ahead", _best(view)),
            _heading("asked", _asked(view), _missing(view)),
        )
    else:
        sections = (
            _heading("overall", summary.nothing_filed(view)),
            _heading("asked", _missing(view)),
        )
    office = localised(view.plan.info.office, view)
    region = view.region.short
    return Document(
        name=_brief("name"),
        title=(_brief("title", region=region), _brief("subtitle", year=view.year)),
        authors=(office, phrase("cover", "year", year=view.year)),
        author=office,
        year=view.year,
        sections=sections,
        notice=notice(view),
        has_contents=False,
        is_brief=True,
    )


def department_sheets(view: View) -> list[tuple[str, Document]]:
    """One sheet for each department that answers for a goal: (department, document).

    Raises:
        ValueError: a reference region, which has no departments here.
    """
    _evaluated(view)
    return [(name, _sheet(view, name)) for name in _departments(view)]


def _departments(view: View) -> list[str]:
    """Those that answer for a target, in the order of the plan."""
    found = {t.department for t in view.targets}
    order = [name for name in view.plan.duties.departments if name in found]
    return order + sorted(found - set(order))


def _evaluated(view: View) -> None:
    if view.is_reference:
        raise ValueError(f"{view.region.id} is a reference region: it is not evaluated")


def _sheet(view: View, department: str) -> Document:
    mine = _of(view, department)
    counts = Counter(t.status for t in mine)
    good = [t for t in mine if t.status in (Status.MET, Status.NEARLY)]
    values = [f"{t.name}（{latest(t, view.year).text}）" for t in good]
    stand = _task(
        "goals",
        goals=len({t.goal for t in mine}),
        n=len(mine),
        department=department,
        counts="，".join(f"{s}{counts[s]}项" for s in Status if counts[s]),
    )
    told = [
        Paragraph(stand),
        *([Paragraph(_task("good", named=listed(values)))] if good else []),
    ]
    actions = action_table(view, department)
    office = localised(view.plan.info.office, view)
    return Document(
        name=department,
        title=(_task("title", region=view.region.short, year=view.year), department),
        authors=(office,),
        author=office,
        year=view.year,
        sections=(
            _task_heading("status", Blocks(*told)),
            _task_heading("warnings", _first(_warned(view, department), MOST_LINES)),
            _task_heading("measures", _first(actions, MOST_LINES)),
            _task_heading("wanted", _first(_wanted(view, mine), MOST_WANTED)),
        ),
        notice=notice(view),
        has_contents=False,
        is_brief=True,
        is_sheet=True,
    )


def _of(view: View, department: str) -> list[TargetResult]:
    return [t for t in view.targets if t.department == department]


def overview_tables(view: View) -> list[Table]:
    """The workbook beside the sheets: how every department stands, then every line of theirs.

    Raises:
        ValueError: a reference region, which has no departments here.
    """
    _evaluated(view)
    departments = _departments(view)
    groups: dict[str, list[tuple[str, Blocks]]] = {
        "all_warnings": [(name, _warned(view, name)) for name in departments],
        "all_measures": [(name, action_table(view, name)) for name in departments],
        "all_wanted": [(name, _wanted(view, _of(view, name))) for name in departments],
    }
    joined = [_joined(_task(key), found) for key, found in groups.items()]
    return [_overview(view, departments), *(one for one in joined if one is not None)]


def _overview(view: View, departments: Sequence[str]) -> Table:
    """One row per department: its targets, how they stand, warnings, when to file."""
    figures = ["目标", "指标", *map(str, Status), "红色预警", "黄色预警"]
    lines = []
    for name in departments:
        mine = _of(view, name)
        warned = Counter(w.severity for w in view.warnings if w.department == name)
        stands = Counter(t.status for t in mine)
        counts = [len({t.goal for t in mine}), len(mine), *(stands[s] for s in Status)]
        counts += [warned[Severity.RED], warned[Severity.AMBER]]
        when = due(view.plan.info, "returns", view.year)
        lines.append([words(name), *map(count, counts), words(when)])
    columns = [
        Column(_task("department_column"), is_header=True),
        *(Column(title, is_number=True) for title in figures),
        Column(_task("due_column")),
    ]
    return table(_task("overview"), columns, lines)


def _joined(title: str, found: Iterable[tuple[str, Blocks]]) -> Table | None:
    """The departments' tables of one kind as one, with their names in front; None: there is none.

    Their captions and notes speak of one department's sheet: they stay there.
    """
    tables = [(name, one) for name, part in found for one in part.tables]
    if not tables:
        return None
    columns = (Column(_task("department_column"), is_header=True), *tables[0][1].columns)
    lines = [Row((words(name), *row.cells)) for name, one in tables for row in one.rows]
    return table(title, columns, lines)


def _first(part: Blocks, most: int) -> Blocks:
    """The first lines of a table; its note says how many there are and where they stand."""
    return Blocks(*(_cut(b, most) if isinstance(b, Table) else b for b in part))


def _cut(whole: Table, most: int) -> Table:
    n = len(whole.rows)
    if n <= most:
        return whole
    left = _task("more_lines", n=n, most=most, elsewhere=ELSEWHERE)
    return replace(whole, rows=whole.rows[:most], note=left + whole.note)


def _warned(view: View, department: str) -> Blocks:
    """The red and amber warnings, a line each; a note is left to the monitoring report."""
    warned = [
        w for w in view.warnings if w.department == department and w.severity != Severity.NOTE
    ]
    if not warned:
        return SILENT
    sentences, about = Words.of_view(view), subjects(view)
    lines = [
        [
            severity(w.severity),
            words(w.family),
            words(about(w).name),
            words(sentences.warning(w, about(w))),
        ]
        for w in warned
    ]
    columns = _columns(级别=9, 类别=15, 指标=24, 依据=52)
    caption = _task("warnings_caption", n=len(lines))
    return Blocks(table(caption, columns, lines, note=synthetic_note(view)))


def _columns(**weights: float) -> list[Column]:
    """Columns of words by their titles and widths."""
    return [Column(title, weight=weight) for title, weight in weights.items()]


def _wanted(view: View, mine: Iterable[TargetResult]) -> Blocks:
    lines = []
    for t in mine:
        if t.status == Status.MISSING:
            is_document = t.type == "milestone"
            what = _task("document") if is_document else _task("figures", name=t.indicator_name)
            lines.append([words(goal_label(view, t.goal)), words(t.name), words(what)])
    if not lines:
        return SILENT
    when = due(view.plan.info, "returns", view.year)
    return Blocks(
        table(
            _task("wanted_caption", due=when, n=len(lines)),
            _columns(目标=14, 指标=43, 需要=43),
            lines,
            note=_task("wanted_note") + synthetic_note(view),
            is_grouped=True,
        )
    )


def _by_domain(view: View) -> Blocks:
    titles = {d.domain: d.title for d in view.plan.domains} | {"all": _brief("total")}
    ordered = sorted(view.rates, key=lambda r: r.domain == "all")
    lines = [
        [
            words(titles[r.domain]),
            *map(count, (r.all, r.met, r.basically, r.unmet, r.undecidable, r.missing)),
        ]
        for r in ordered
    ]
    weights = dict(zip(("目标", *Status), (10, 10, 10, 14, 12, 12), strict=True))
    columns = [
        Column("领域", weight=28, is_header=True),
        *(Column(str(title), weight=w, is_number=True) for title, w in weights.items()),
    ]
    return Blocks(table(_brief("by_domain"), columns, lines, note=synthetic_note(view)))


def _worst(view: View) -> Blocks:
    found = open_targets(view)
    if not found:
        return sentence(_brief("nothing_open", n=len(view.reported)))
    sentences, end = Words.of_view(view), view.plan.info.end_year
    named = [
        _brief(
            "one_open",
            name=t.name,
            department=t.department,
            rule=sentences.rule(t),
            p=t.p_met,
            end_year=end,
        )
        for t in found[:MOST]
    ]
    if len(found) > MOST:
        named.append(_brief("more_open", n=len(found) - MOST))
    return Blocks(*map(Paragraph, named))


def _best(view: View) -> Blocks:
    ahead = [t for t in view.reported if _is_ahead(t)]
    if not ahead:
        return SILENT
    first = sorted(ahead, key=lambda t: -(t.completion_pct or 0))[:MOST]
    named = "、".join(_brief("one_ahead", t=t) for t in first)
    return sentence(_brief("all_ahead", n=len(ahead), named=named))


def _is_ahead(t: TargetResult) -> bool:
    if t.completion_pct is None or t.elapsed_pct is None:
        return False
    return t.completion_pct >= t.elapsed_pct


def _asked(view: View) -> Blocks:
    found = open_targets(view)
    if not found:
        return SILENT
    when = due(view.plan.info, "returns", next_report(view))
    return sentence(_brief("review", departments=_by_department(found), due=when))


def _by_department(targets: Iterable[TargetResult]) -> str:
    """区教育局3项、区民政局2项等6个部门: the largest first."""
    counts = Counter(t.department for t in targets).most_common()
    named = numbers.joined([_brief("department", name=name, n=n) for name, n in counts[:MOST]])
    if len(counts) <= MOST:
        return named
    return _brief("more_departments", named=named, n=len(counts))


def _missing(view: View) -> Blocks:
    if not len(view.missing):
        return SILENT
    return sentence(
        _brief(
            "file",
            n=len(view.missing),
            documents=sum(t.type == "milestone" for t in view.missing),
            departments=_by_department(view.missing),
            due=due(view.plan.info, "returns", view.year),
            base_year=view.plan.info.baseline_year,
        )
    )
