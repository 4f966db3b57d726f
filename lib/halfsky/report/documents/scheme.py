"""监测评估方案: the monitoring and evaluation scheme as the leading group approves it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from halfsky.plan.models import Plan, Unit
from halfsky.plan.scheme import scheme
from halfsky.plan.thresholds import Thresholds
from halfsky.report.blocks import (
    EMPTY,
    Blocks,
    Cell,
    Column,
    count,
    paragraphs,
    sentence,
    table,
    words,
)
from halfsky.report.documents.document import Document, Section, section
from halfsky.report.text import phrase

if TYPE_CHECKING:
    import pandas as pd

# The types of targets in the order in which the scheme explains them.
TYPES = (
    "reach",
    "maintain",
    "about",
    "parity",
    "narrow_gap",
    "directional",
    "slow_rise",
    "relative",
    "milestone",
)
_text = partial(phrase, "scheme")
_section = partial(section, "scheme")


def scheme_document(
    plan: Plan, thresholds: Thresholds, units: dict[str, Unit], state: str = ""
) -> Document:
    """The scheme for approval: who does what by when, every indicator, every rule.

    Args:
        plan, thresholds, units: from params/.
        state: 送审稿 or 审定稿, printed on the cover.
    """
    info = plan.info
    frame = scheme(plan, thresholds, units)
    domains = [
        Section(domain.title, (_domain(frame[frame["domain"] == domain.domain]),), level=2)
        for domain in plan.domains
    ]
    name = _text("name")
    return Document(
        name=name,
        title=(info.name, name),
        authors=(
            _text("monitoring_group", office=info.statistics_office),
            _text("evaluation_group", office=info.office),
        ),
        author=info.office,
        year=info.start_year,
        state=state,
        sections=(
            _section("purpose", _purpose(plan, frame)),
            _section("organisation", _organisation(plan, frame)),
            _section("schedule", _schedule(plan)),
            _section("rules"),
            _section("types", _types(frame), level=2),
            _section("answers", _answers(thresholds, plan), level=2),
            _section("warnings", _warnings(thresholds), level=2),
            _section("quality", _quality(thresholds), level=2),
            _section("indicators"),
            *domains,
        ),
    )


def _purpose(plan: Plan, frame: pd.DataFrame) -> Blocks:
    text = _text(
        "purpose_text",
        info=plan.info,
        domains=len(plan.domains),
        goals=len(plan.goals),
        measures=len(plan.measures),
        n=len(frame),
        indicators=frame["indicator"].nunique(),
        milestones=int((frame["type"] == "milestone").sum()),
    )
    return paragraphs(text)


def _organisation(plan: Plan, frame: pd.DataFrame) -> Blocks:
    """Who leads, then how many figures and documents each department is to file."""
    order = {name: n for n, name in enumerate(plan.duties.departments)}
    groups = sorted(frame.groupby("department"), key=lambda g: order.get(str(g[0]), len(order)))
    rows = []
    for name, part in groups:
        documents = int((part["type"] == "milestone").sum())
        filed = (len(part) - documents, documents)
        rows.append(
            [
                words(str(name)),
                count(part["goal"].nunique()),
                *(count(n) if n else EMPTY for n in filed),
            ]
        )
    duties = table(
        _text("departments", n=len(rows)),
        [
            _column("department", 40),
            *(_column(k, 20, is_number=True) for k in ("goal", "figures", "documents")),
        ],
        rows,
    )
    return Blocks(
        paragraphs(_text("organisation_text", info=plan.info, duties=plan.duties)), duties
    )


def _column(key: str, weight: float, **more: Any) -> Column:
    return Column(phrase("scheme_columns", key), weight=weight, **more)


def _schedule(plan: Plan) -> Blocks:
    info = plan.info
    years = _text("years", info=info)
    if info.schedule is None:
        return sentence(years + _text("no_dates"))
    days = {
        "returns": info.schedule.returns,
        "monitoring": info.schedule.monitoring,
        "evaluation": info.schedule.evaluation,
    }
    rows = [
        [words(_text(f"step_{step}", info=info)), words(_day(day)), words(_text(f"by_{step}"))]
        for step, day in days.items()
    ]
    return Blocks(
        table(
            _text("steps"),
            [_column("work", 54), _column("deadline", 24), _column("unit", 22)],
            rows,
            note=years + _text("dates", status=info.schedule.status),
        )
    )


def _day(month_day: str) -> str:
    month, day = month_day.split("-")
    return _text("day", month=int(month), day=int(day))


def _types(frame: pd.DataFrame) -> Blocks:
    """The types of targets that the plan has, and when one of each is met."""
    counts = Counter(frame["type"])
    rows = [
        [
            words(phrase("scheme_types", key)),
            count(counts[key]),
            words(phrase("scheme_conditions", key)),
        ]
        for key in TYPES
        if counts[key]
    ]
    columns = [_column("type", 20), _column("count", 10, is_number=True), _column("condition", 70)]
    return Blocks(table(_text("types"), columns, rows))


def _answers(rules: Thresholds, plan: Plan) -> Blocks:
    bands = "、".join(
        _text("band" if low else "lowest_band", word=word, low=low)
        for word, low in rules.outlook.bands.items()
    )
    text = _text(
        "answers_text",
        status=rules.status,
        bands=bands,
        end_year=plan.info.end_year,
        short_series=rules.outlook.short_series,
    )
    return paragraphs(text)


def _warnings(rules: Thresholds) -> Blocks:
    return paragraphs(_text("warnings_text", limits=rules.warning))


def _quality(rules: Thresholds) -> Blocks:
    return paragraphs(_text("quality_text", status=rules.status))


def _domain(frame: pd.DataFrame) -> Blocks:
    """Every target of a domain with what a statistician must know of it."""
    columns = [
        _column("goal", 7),
        _column("clause", 20),
        _column("indicator", 16),
        _column("requirement", 12),
        _column("definition", 24),
        _column("source", 13),
        _column("lead", 16),
    ]
    rows = [_target(row) for row in frame.itertuples()]
    caption = _text("targets", n=len(rows))
    return Blocks(table(caption, columns, rows, is_grouped=True, is_wide=True))


def _target(row: Any) -> list[Cell]:
    return [
        words(_text("goal", number=row.goal.rsplit("-", 1)[1])),
        words(row.clause),
        words(row.name + (f"（{row.unit}）" if row.unit else "")),
        words(row.requirement),
        words(row.definition or _text("evidence", evidence=row.evidence), row.formula or ""),
        words(f"{row.source}，{row.frequency}" if row.source else _text("yearly")),
        words(row.department, _text("support", support=row.support) if row.support else ""),
    ]
