"""The order of a page: its headings with anchors, and which of its sections have anything to say.

An executed notebook is somebody's file: what it shows is read back as blocks (report.blocks) and
drawn anew; HTML of any other origin is cleaned first.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from halfsky.report.blocks import MIME, Blocks, Note, Paragraph, Table, from_json
from halfsky.report.render.html import to_html

_NOT_IN_ID = re.compile(r"[^\w一-鿿]+")
_HEADING = re.compile(r"^(?=#{2,3} )", flags=re.MULTILINE)
_NO_PICTURE = re.compile(r"<img\b(?![^>]*\bsrc=)[^>]*>")  # as nh3 writes it: > is escaped in values
_OWN = "halfsky_blocks"  # in an output's metadata: our own blocks, as read back


@dataclass
class Outline:
    """Renders the markdown of one page and gathers its headings on the way.

    entries: (level 2 or 3, anchor, text) in the page's order.
    """

    entries: list[tuple[int, str, str]] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    _figures: int = 0

    def markdown(self, source: str) -> str:
        """A markdown cell; HTML in it is shown as text."""
        return _scrolling(str(MarkdownWithMath(renderer=_Renderer(self)).render(source)))

    def figure_number(self) -> int:
        """The next figure's number."""
        self._figures += 1
        return self._figures

    def anchor(self, level: int, text: str) -> str:
        """A stable anchor from the heading's own words, noted for the contents."""
        stem = _NOT_IN_ID.sub("-", text).strip("-") or "节"
        anchor, again = stem, 2
        while anchor in self._taken:
            anchor, again = f"{stem}-{again}", again + 1
        self._taken.add(anchor)
        if level in (2, 3):
            self.entries.append((level, anchor, text))
        return anchor

    @property
    def tree(self) -> list[dict[str, Any]]:
        """The contents: chapters with their sections."""
        chapters: list[dict[str, Any]] = []
        for level, anchor, text in self.entries:
            entry = {"anchor": anchor, "text": text, "sections": []}
            if level == 2 or not chapters:
                chapters.append(entry)
            else:
                chapters[-1]["sections"].append(entry)
        return chapters


class _Renderer(IPythonRenderer):
    """Markdown whose headings have anchors; the page's title replaces any first-level one."""

    def __init__(self, outline: Outline) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)
        self._outline = outline

    def image(self, text: str, url: str, title: str | None = None, **attrs: Any) -> str:
        return html.escape(text)

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        if level == 1:
            return ""
        words = html.unescape(nh3.clean(text, tags=set())).strip()
        return f'<h{level} id="{self._outline.anchor(level, words)}">{text}</h{level}>\n'


def cleaned(source: str) -> str:
    """HTML of unknown origin without scripts, styles and whatever lies outside the page."""
    clean = nh3.clean(
        source,
        tags=nh3.ALLOWED_TAGS | {"figure", "figcaption", "section"},
        url_schemes={"http", "https", "mailto", "data"},
        attribute_filter=_only_inside,
        link_rel="noopener noreferrer",
    )
    return _scrolling(_NO_PICTURE.sub(_alternative, clean))


def _alternative(found: re.Match[str]) -> str:
    """What stands for a picture that the page does not load: its words."""
    words = re.search(r'\balt="([^"]*)"', found[0])
    return words[1] if words else ""


def _scrolling(source: str) -> str:
    """Tables that scroll by themselves on a narrow screen, also by keyboard.

    Args:
        source: HTML as nh3 or mistune writes it: every tag is closed, and none stands in a text.
    """
    return re.sub(r"<table\b.*?</table>", _scrolling_box, source, flags=re.DOTALL)


def _scrolling_box(table: re.Match[str]) -> str:
    """One table in its box, which bears the caption's words: two on a page are told apart."""
    caption = re.search(r"<caption\b[^>]*>(.*?)</caption>", table[0], flags=re.DOTALL)
    label = nh3.clean(caption[1], tags=set()).strip() if caption else "表格"
    label = label.replace('"', "&quot;")
    box = f'<div class="table-scroll" tabindex="0" role="region" aria-label="{label}">'
    return f"{box}{table[0]}</div>"


def _only_inside(tag: str, attribute: str, value: str) -> str | None:
    """A page loads nothing from outside, and no link opens data that came along."""
    if attribute == "src":
        return value if value.startswith("data:image/") else None
    return None if attribute == "href" and value.startswith("data:") else value


def with_blocks(output: NotebookNode) -> NotebookNode:
    """An output whose HTML is drawn anew from its blocks, else cleaned."""
    data, metadata = dict(output.get("data", {})), dict(output.get("metadata", {}))
    metadata.pop(_OWN, None)
    try:
        blocks = from_json(data[MIME]) if MIME in data else None
    except ValueError:
        blocks = None
    if blocks is not None:
        data["text/html"] = to_html(blocks)
        metadata[_OWN] = blocks
    elif "text/html" in data:
        data["text/html"] = cleaned("".join(data["text/html"]))
    return NotebookNode({**output, "data": data, "metadata": metadata})


def blocks_of(output: NotebookNode) -> Blocks | None:
    """The blocks of an output that went through with_blocks; None of any other kind."""
    found = output.get("metadata", {}).get(_OWN)
    return found if isinstance(found, Blocks) else None


def filled(cells: list[NotebookNode]) -> list[NotebookNode]:
    """The cells of a page without those sections that have nothing to show.

    On any page a section whose cells print nothing at all goes with its heading. On a page
    without figures so does one whose outputs are all notes, unless they ask somebody for figures;
    a section that holds nothing but what is asked for keeps no introduction to figures, and where
    a chapter's own part goes, its subsections move up.
    """
    parts = _sections(cells)
    if not any(_leads_empty(cell) for cell in cells):
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


def _leads_empty(cell: NotebookNode) -> bool:
    """Does a cell say that no figure came in at all?"""
    return any(
        isinstance(block, Paragraph) and block.leads_empty
        for output in cell.get("outputs", [])
        for block in blocks_of(output) or ()
    )


def _shows_figures(cell: NotebookNode) -> bool:
    """Does a cell show a series of figures, as a chart or a table? What is missing is none."""
    for output in cell.get("outputs", []):
        if "image/png" in output.get("data", {}):
            return True
        tables = [b for b in blocks_of(output) or () if isinstance(b, Table)]
        if any(not table.lists_missing for table in tables):
            return True
    return False


def _has_substance(cell: NotebookNode) -> bool:
    """Does a cell show anything but notes?"""
    return any(_is_substance(output) for output in cell.get("outputs", []))


def _is_substance(output: NotebookNode) -> bool:
    blocks = blocks_of(output)
    if blocks is None:  # a picture, an error, an analyst's own output
        return True
    return any(not isinstance(b, Note) or b.asks or b.is_small for b in blocks)
