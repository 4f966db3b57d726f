"""A report's cover: whose it is, of which place and year, in which state."""

from __future__ import annotations

from halfsky.report.documents.document import Document, Section
from halfsky.report.labels import localised
from halfsky.report.text import phrase
from halfsky.report.view import View

LONGEST = 20  # characters of 22 points in 156 mm


def document(
    view: View,
    *,
    kind: str,
    office: str,
    group: str,
    sections: tuple[Section, ...],
    state: str = "",
) -> Document:
    """A filed report with its cover.

    Args:
        kind: the report's name, e.g. 中期评估报告; also the file's.
        office: the office that leads the group which wrote it.
        group: 监测组 or 评估组.
    """
    office = localised(office, view)
    edition = phrase("cover", "public") if view.is_public else ""
    return Document(
        name=kind,
        title=(*name_lines(localised(view.plan.info.name, view)), kind),
        authors=(
            phrase("cover", "author", office=office, leads=group),
            phrase("cover", "year", year=view.year),
        ),
        author=office,
        year=view.year,
        sections=sections,
        state="，".join(filter(None, (state, edition))),
        notice=notice(view),
        has_contents=len(view.reported) > 0,
    )


def notice(view: View) -> str:
    """What stands on every page of a report of invented figures."""
    return phrase("cover", "synthetic") if view.is_synthetic else ""


def name_lines(name: str) -> tuple[str, ...]:
    """A plan's name in lines that a title of 二号 holds: its years go below where it is long."""
    if len(name) <= LONGEST or "（" not in name:
        return (name,)
    place = name.index("（")
    return name[:place], name[place:]
