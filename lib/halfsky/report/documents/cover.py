"""A report's cover: whose it is, of which place and year, in which state."""

from __future__ import annotations

from halfsky.report.document import Document, Section
from halfsky.report.labels import localised
from halfsky.report.view import View

LONGEST = 20  # characters of 22 points in 156 mm
SYNTHETIC = "合成数据：仅用于演示，不代表任何真实地区"


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
    return Document(
        name=kind,
        title=(*name_lines(localised(view.plan.info.name, view)), kind),
        authors=(f"{office}（{group}牵头单位）", f"{view.year}年度"),
        author=office,
        year=view.year,
        sections=sections,
        state="，".join(filter(None, (state, "公开版" if view.is_public else ""))),
        notice=SYNTHETIC if view.is_synthetic else "",
        has_contents=not view.df.reported.empty,
    )


def name_lines(name: str) -> tuple[str, ...]:
    """A plan's name in lines that a title of 二号 holds: its years go below where it is long."""
    if len(name) <= LONGEST or "（" not in name:
        return (name,)
    place = name.index("（")
    return name[:place], name[place:]
