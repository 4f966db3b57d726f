"""Where nothing is known, the sections that would each say so are left out of the page."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from halfsky.report.html import is_note

# What report.headline prints where no figure came in; it says what is missing and from whom.
NOTHING = 'class="headline nothing"'
_HEADING = re.compile(r"^(?=#{2,3} )", flags=re.MULTILINE)
_TABLE = "<table"
_MISSING = 'aria-label="缺项清单"'
_ASKS = 'class="note asks"'


def folded(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells of a page without those sections that have nothing to show.

    On any page a section whose cells print nothing at all goes with its heading. On a page
    without figures so does one whose outputs are all notes (report.html.note), unless they ask
    somebody for figures; a section that holds nothing but what is asked for keeps no introduction
    to figures, and where a chapter's own part goes, its subsections move up.
    """
    parts = _sections(cells)
    if not any(NOTHING in html for cell in cells for html in _shown(cell)):
        silent = [_is_silent(part) for part in parts]
        if not any(silent):
            return cells
        return [cell for part, gone in zip(parts, silent, strict=True) if not gone for cell in part]
    full = [any(_has_substance(cell) for cell in part) for part in parts]
    kept: list[NotebookNode] = []
    for place, part in enumerate(parts):
        if _level(part) == 0:
            kept += [cell for cell in part if cell.cell_type != "code" or _has_substance(cell)]
        elif full[place]:
            is_orphan = _level(part) == 3 and not full[_chapter(parts, place)]
            title = part[0].source.removeprefix("#" if is_orphan else "")
            if not any(_shows_figures(cell) for cell in part):
                title = title.splitlines()[0]
            kept.append(NotebookNode({**part[0], "source": title}))
            kept += [cell for cell in part if cell.cell_type == "code" and _has_substance(cell)]
    return kept


def _is_silent(part: list[NotebookNode]) -> bool:
    """A section below the title whose code prints nothing, not even a note."""
    code = [cell for cell in part if cell.cell_type == "code"]
    was_run = bool(code) and all(cell.execution_count is not None for cell in code)
    return _level(part) > 0 and was_run and not any(_prints(cell) for cell in code)


def _prints(cell: NotebookNode) -> bool:
    """Does a cell show anything? An output without data (a stream, an error) counts as shown."""
    return any(any(o.get("data", {"": True}).values()) for o in cell.get("outputs", []))


def _sections(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    """The cells from each heading to the next; one markdown cell may hold two headings."""
    parts: list[list[NotebookNode]] = [[]]
    for cell in cells:
        if cell.cell_type != "markdown":
            parts[-1].append(cell)
            continue
        for place, source in enumerate(filter(str.strip, _HEADING.split(cell.source))):
            own = {"id": f"{cell.id}-{place}"} if place and "id" in cell else {}
            piece = NotebookNode({**cell, **own, "source": source})
            if source.startswith("##"):
                parts.append([piece])
            else:
                parts[-1].append(piece)
    return parts


def _level(part: list[NotebookNode]) -> int:
    """2 or 3; 0 for what stands before the first heading."""
    opening = re.match("#{2,3}(?= )", part[0].source) if part else None
    return len(opening[0]) if opening else 0


def _chapter(parts: list[list[NotebookNode]], place: int) -> int:
    """The place of the chapter's heading that a subsection stands below."""
    return next((p for p in range(place, -1, -1) if _level(parts[p]) == 2), place)


def _shown(cell: NotebookNode) -> list[str]:
    return [o.get("data", {}).get("text/html", "") for o in cell.get("outputs", [])]


def _shows_figures(cell: NotebookNode) -> bool:
    """Does a cell show a series of figures, as a chart or a table? What is missing is none."""
    return any(
        (_TABLE in html and _MISSING not in html) or "image/png" in output.get("data", {})
        for output, html in zip(cell.get("outputs", []), _shown(cell), strict=True)
    )


def _has_substance(cell: NotebookNode) -> bool:
    """Does a cell show anything but notes?"""
    return any(
        _ASKS in html or not is_note(html) or "image/png" in output.get("data", {})
        for output, html in zip(cell.get("outputs", []), _shown(cell), strict=True)
    )
