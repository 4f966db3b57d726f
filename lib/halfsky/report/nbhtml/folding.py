"""Where nothing is known, the sections that would each say so are left out of the page."""

from __future__ import annotations

import re

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from halfsky.report.html import is_note

# What report.headline prints where no figure came in; it says what is missing and from whom.
NOTHING = 'class="headline nothing"'
_HEADING = re.compile(r"^(?=#{2,3} )", flags=re.MULTILINE)
_ASKS = 'class="note asks"'


def folded(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells of a page; of one without figures only the sections that have something to show.

    There, a section whose outputs are all notes (report.html.note) goes with its heading; one
    whose subsections alone have something to show keeps its heading. Notes that ask somebody for
    figures stay.
    """
    if not any(NOTHING in html for cell in cells for html in _shown(cell)):
        return cells
    parts = _sections(cells)
    full = [any(_has_substance(cell) for cell in part) for part in parts]
    kept: list[NotebookNode] = []
    for place, part in enumerate(parts):
        if full[place] or _level(part) == 0:
            kept += [cell for cell in part if cell.cell_type != "code" or _has_substance(cell)]
        elif _level(part) == 2 and any(full[place + 1 : _end(parts, place)]):
            kept.append(new_markdown_cell(part[0].source.splitlines()[0]))
    return kept


def _sections(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    """The cells from each heading to the next; one markdown cell may hold two headings."""
    parts: list[list[NotebookNode]] = [[]]
    for cell in cells:
        if cell.cell_type != "markdown":
            parts[-1].append(cell)
            continue
        for source in filter(str.strip, _HEADING.split(cell.source)):
            piece = NotebookNode({**cell, "source": source})
            if source.startswith("##"):
                parts.append([piece])
            else:
                parts[-1].append(piece)
    return parts


def _level(part: list[NotebookNode]) -> int:
    """2 or 3; 0 for what stands before the first heading."""
    opening = re.match("#{2,3}(?= )", part[0].source) if part else None
    return len(opening[0]) if opening else 0


def _end(parts: list[list[NotebookNode]], place: int) -> int:
    """Where the chapter that opens at a place ends."""
    after = range(place + 1, len(parts))
    return next((p for p in after if _level(parts[p]) == 2), len(parts))


def _shown(cell: NotebookNode) -> list[str]:
    return [o.get("data", {}).get("text/html", "") for o in cell.get("outputs", [])]


def _has_substance(cell: NotebookNode) -> bool:
    """Does a cell show anything but notes?"""
    return any(
        _ASKS in html or not is_note(html) or "image/png" in output.get("data", {})
        for output, html in zip(cell.get("outputs", []), _shown(cell), strict=True)
    )
