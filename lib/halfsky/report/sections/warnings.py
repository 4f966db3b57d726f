"""预警: what must be looked at, why, since when, and what became of last year's warnings.

Source: docs/method.md section 5.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from halfsky.evaluate.results import Change, EarlyWarning, RegisterEntry
from halfsky.plan.vocabulary import Family, Severity, WarningState
from halfsky.report import blocks, charts
from halfsky.report.blocks import Blocks, Cell, Column, Figure, Paragraph
from halfsky.report.labels import goal_label
from halfsky.report.text import phrase
from halfsky.report.text.words import ContextFigure, Subject, Words
from halfsky.report.view import View

MOST = 12  # lines of a register that is read; beyond that, what changed
_ASKING = (Severity.RED, Severity.AMBER)


def subjects(view: View) -> Callable[[EarlyWarning | RegisterEntry], Subject]:
    """What a warning is about: its target, else an indicator that no target rests on."""

    def about(warning: EarlyWarning | RegisterEntry) -> Subject:
        if warning.target is not None:
            return view.by_target[warning.target]
        indicator = view.plan.indicators[warning.indicator]
        return ContextFigure(indicator.name, indicator.unit, indicator.decimals)

    return about


def _kind(view: View) -> str:
    """预警; a reference region is warned of nothing, its figures are looked at."""
    return phrase("warning_table", "kind_reference" if view.is_reference else "kind")


def warning_table(view: View) -> Blocks:
    """问题诊断: early warnings with rule, inputs and responsible department."""
    if not view.warnings:
        if not view.reported:
            return blocks.note(phrase("warning_table", "no_figures"))
        return blocks.note(phrase("warning_table", "nothing", n=len(view.reported)))
    words, about = Words.of_view(view), subjects(view)
    rows = []
    for warning in view.warnings:
        subject = about(warning)
        cells = [
            blocks.severity(warning.severity),
            blocks.words(str(warning.family)),
            blocks.words(subject.name, goal_label(view, warning.goal)),
            blocks.words(words.warning(warning, subject)),
            blocks.words(warning.department),
            blocks.count(warning.since),
        ]
        rows.append(_for_reader(view, cells))
    columns = [
        Column("级别"),
        Column("类别"),
        Column("指标", is_header=True),
        Column("依据", is_wide=True),
        _department(),
        Column("起始年", is_number=True),
    ]
    return Blocks(
        blocks.table(
            phrase("warning_table", "caption", kind=_kind(view), n=len(rows)),
            _for_reader(view, columns),
            rows,
            label=phrase("warning_table", "label"),
            note="".join(false_alarms(view)),
        )
    )


def _department() -> Column:
    return Column(phrase("warning_table", "department"))


def _for_reader(view: View, columns: list[Any]) -> list[Any]:
    """Columns or cells without the last but one, the department, which a reference has not."""
    return [*columns[:-2], columns[-1]] if view.is_reference else columns


def false_alarms(view: View) -> list[str]:
    """How many of the warnings to expect to be false, by family and what each rests on."""
    expected = view.assessment.false_alarms
    # The discovery rate is controlled over the whole plan, whatever the page shows.
    tests = {alarms.family: alarms.tests for alarms in expected.filter(domain="all")}
    fdr = view.assessment.assumptions.thresholds.warning.fdr
    return [
        phrase("alarms", alarms.family, a=alarms, tests=tests.get(alarms.family, 0), fdr=fdr)
        for alarms in expected.filter(domain=view.domain_id or "all")
        if alarms.found
    ]


def warning_chart(view: View) -> Blocks:
    """How many warnings of each family, the gravest first."""
    if not view.warnings:
        return blocks.SILENT
    kind = _kind(view)
    frame = view.df.warnings
    return Blocks(
        Figure(
            charts.plot_warnings(frame, families=[family.value for family in Family]),
            phrase("warning_table", "chart", kind=kind),
            phrase(
                "warning_table",
                "message",
                kind=kind,
                n=len(view.warnings),
                by_severity=_counted(Counter(w.severity for w in view.warnings), Severity),
                by_family=_counted(Counter(w.family for w in view.warnings)),
            ),
            phrase("warning_table", "source", year=view.year, is_synthetic=view.is_synthetic),
            frame[["family", "severity"]],
            is_synthetic=view.is_synthetic,
        )
    )


def _counted(counts: Counter[Any], order: Any = None) -> str:
    """红色3条，黄色5条: in a given order, else the most frequent first."""
    pairs = counts.most_common() if order is None else [(w, counts[w]) for w in order]
    return "，".join(f"{word}{count}条" for word, count in pairs if count)


def warning_register(view: View) -> Blocks:
    """The register of amber and red warnings, this year's and those of last year that went.

    Notes are counted only: a remark on scope stays for years and needs no follow-up. Of many
    only those that are new, gone or of another severity are listed; the table of warnings has all.
    """
    # Last year's notes that went are entries of the register, too.
    notes = sum(entry.severity == Severity.NOTE for entry in view.register)
    entries = [e for e in view.register if e.severity in _ASKING or e.severity_before in _ASKING]
    if not entries:
        return blocks.note(phrase("register", "empty", year=view.year, notes=notes))
    worse = sum(_is_worse(e) and e.severity_before == Severity.AMBER for e in entries)
    listed = entries
    if len(entries) > MOST:
        listed = [e for e in entries if e.severity != e.severity_before]
    listed = sorted(listed, key=lambda entry: list(WarningState).index(entry.state))
    counts = Counter(entry.state for entry in entries)
    is_first = view.year == view.plan.info.start_year
    summary = phrase(
        "register",
        "first" if is_first else "summary",
        n={state.value: counts[state] for state in WarningState},
        year=view.year,
        notes=notes,
        worse=worse,
    )
    if not listed:
        return blocks.sentence(summary)
    columns = [
        Column("变化"),
        Column("类别"),
        Column("指标", is_header=True),
        Column("上年级别"),
        Column("本年级别"),
        _department(),
        Column("起始年", is_number=True),
    ]
    kind = _kind(view)
    return Blocks(
        Paragraph(summary),
        blocks.table(
            phrase("register", "caption", kind=kind, n=len(entries), listed=len(listed)),
            _for_reader(view, columns),
            [_for_reader(view, _register_cells(view, entry)) for entry in listed],
            label=phrase("register", "label"),
        ),
    )


def _register_cells(view: View, entry: RegisterEntry) -> list[Cell]:
    small = [goal_label(view, entry.goal), _reason(view, entry)]
    return [
        blocks.words(phrase("register", "worse") if _is_worse(entry) else str(entry.state)),
        blocks.words(_family(entry)),
        blocks.words(subjects(view)(entry).name, "，".join(part for part in small if part)),
        _severity(entry.severity_before),
        _severity(entry.severity),
        blocks.words(entry.department),
        blocks.count(entry.since),
    ]


def _severity(level: Severity | None) -> Cell:
    return blocks.words("—") if level is None else blocks.severity(level)


def _reason(view: View, entry: RegisterEntry) -> str:
    """Why a warning went, or why its going is no good news; empty where neither is so."""
    target = view.by_target.get(entry.target or "")
    has_fallen = target is not None and target.change == Change.WORSE
    if entry.state == WarningState.EASED and has_fallen:
        return phrase("register", "fallen")
    return phrase("register", entry.reason) if entry.reason else ""


def _family(entry: RegisterEntry) -> str:
    """Two rules of one family are two warnings: one may close while the other stays open."""
    if entry.family != Family.DETERIORATION:
        return str(entry.family)
    return f"{entry.family}（{phrase('register', entry.rule)}）"


def _is_worse(entry: RegisterEntry) -> bool:
    """Still open, and graver than it was last year."""
    if entry.state != WarningState.OPEN or not entry.severity or not entry.severity_before:
        return False
    order = list(Severity)
    return order.index(entry.severity) < order.index(entry.severity_before)


def register_record(view: View) -> list[dict[str, Any]]:
    """The register for results.json: every entry, notes too."""
    return [
        {
            "goal": entry.goal,
            "target": entry.target,
            "indicator": entry.indicator,
            "family": entry.family,
            "rule_id": entry.rule,
            "state": entry.state,
            "severity": entry.severity,
            "severity_before": entry.severity_before,
            "reason": entry.reason,
            "department": None if view.is_reference else entry.department,
            "since": entry.since,
        }
        for entry in view.register
    ]
