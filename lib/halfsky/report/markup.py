"""Paragraphs and tables read back from a page's own markup.

Pages are made by our templates; Word files and workbooks take their text and tables from the
same markup, so that a figure is put into words once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag


@dataclass(frozen=True)
class Paragraph:
    """Plain text. kind: body, item (of a list; number or 0), detail, note (small print)."""

    text: str
    kind: str = "body"
    number: int = 0


@dataclass
class Grid:
    """A table as printed: titles, cells row by row, which columns hold figures."""

    caption: str
    titles: list[str]
    rows: list[list[str]] = field(default_factory=list)
    is_number: list[bool] = field(default_factory=list)
    is_grouped: bool = False


def read(html: str) -> Iterator[Paragraph | Grid]:
    """The paragraphs and tables of a page's piece, in their order.

    The row of status chips is left out: it repeats the sentence above it; so are shapes that
    only the eye is meant to see (■, □): on paper an empty square is a character that is missing.
    """
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.select("[aria-hidden=true]"):
        tag.decompose()
    yield from _walk(soup)


def _walk(node: Tag) -> Iterator[Paragraph | Grid]:
    for child in node.children:
        if isinstance(child, NavigableString):
            if text := _tidy(str(child)):
                yield Paragraph(text)
        elif isinstance(child, Tag):
            yield from _piece(child)


def _piece(tag: Tag) -> Iterator[Paragraph | Grid]:
    names = tag.get_attribute_list("class")
    if "counts" in names or tag.name in ("style", "script", "svg"):
        return
    if tag.name == "table":
        yield _grid(tag)
    elif tag.name in ("p", "h2", "h3", "h4", "summary", "figcaption"):
        if text := _text(tag):
            yield Paragraph(text, "note" if "note" in names else "body")
    elif tag.name in ("ol", "ul"):
        for number, item in enumerate(tag.find_all("li", recursive=False), start=1):
            yield Paragraph(_text(item), "item", number if tag.name == "ol" else 0)
    else:
        yield from _walk(tag)


def _grid(table: Tag) -> Grid:
    caption = table.find("caption")
    head = table.find("thead")
    lines = [_cells(row) for row in (head.find_all("tr") if head else [])]
    titles = lines[-1] if lines else []
    grid = Grid(
        _text(caption) if caption else "",
        [text for text, *_ in titles],
        is_number=["num" in names for _, names, _ in titles],
    )
    body = table.find("tbody")
    open_spans: dict[int, tuple[int, str]] = {}
    for row in body.find_all("tr") if body else []:
        cells = iter(_cells(row))
        rendered: list[str] = []
        while len(rendered) < len(grid.titles):
            left, text = open_spans.get(len(rendered), (0, ""))
            if left:
                open_spans[len(rendered)] = (left - 1, text)
            else:
                text, _, span = next(cells, ("", [], 1))
                if span > 1:
                    grid.is_grouped = True
                    open_spans[len(rendered)] = (span - 1, text)
            rendered.append(text)
        grid.rows.append(rendered)
    return grid


def _cells(row: Tag) -> list[tuple[str, list[str], int]]:
    return [
        (_text(c), [str(n) for n in c.get_attribute_list("class")], int(str(c.get("rowspan") or 1)))
        for c in row.find_all(["th", "td"], recursive=False)
    ]


def _text(tag: Tag) -> str:
    """Words of a tag; <br> is a new line."""
    pieces = []
    for part in tag.descendants:
        if isinstance(part, NavigableString):
            pieces.append(re.sub(r"[ \t\r\n]+", " ", str(part)))
        elif isinstance(part, Tag) and part.name == "br":
            pieces.append("\n")
    return "\n".join(line for line in map(_tidy, "".join(pieces).split("\n")) if line)


def _tidy(text: str) -> str:
    """No space at the ends, nor beside a Chinese character; an ideographic space stays."""
    text = re.sub(r"[ \t\r\n]+", " ", text).strip()
    return re.sub(r"(?<=[\u2e80-\uffef\u3000]) | (?=[\u2e80-\uffef\u3000])", "", text)
