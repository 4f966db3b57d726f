"""The parts of a page as they pass into it: cleaned, anchored, and noted for the contents."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import bleach  # type: ignore[import-untyped]
from bs4 import BeautifulSoup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

# What a report consists of. Whatever else a notebook shows is turned into text.
_TAGS = frozenset(
    ["a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del",
     "details", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5",
     "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong",
     "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u",
     "ul"]
)  # fmt: skip
_ATTRIBUTES = {
    "*": ["class", "id", "lang", "title", "role", "tabindex", "aria-hidden", "aria-label",
          "aria-labelledby", "aria-describedby"],
    "a": ["href"],
    "img": ["src", "alt", "width", "height"],
    "ol": ["start"],
    "td": ["colspan", "rowspan", "headers"],
    "th": ["colspan", "rowspan", "scope", "abbr", "headers"],
    "time": ["datetime"],
    "details": ["open"],
}  # fmt: skip
# A cell of more characters holds words; "99.46—100.00" and a status do not.
LONG_CELL = 16
_NOT_IN_ID = re.compile(r"[^\w一-鿿]+")


@dataclass
class Outline:
    """Cleans the pieces of one page and gathers its headings on the way.

    entries: (level 2 or 3, anchor, text) in the page's order.
    """

    entries: list[tuple[int, str, str]] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    _figures: int = 0

    def markdown(self, source: str) -> str:
        """A markdown cell; HTML in it is shown as text."""
        renderer = IPythonRenderer(
            escape=True, allow_harmful_protocols=False, exclude_anchor_links=True
        )
        return self.html(MarkdownWithMath(renderer=renderer).render(source))

    def html(self, source: str) -> str:
        """A piece of HTML without scripts, styles and addresses of images outside the page."""
        clean = bleach.clean(
            source,
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            protocols={"http", "https", "mailto", "data"},
        )
        soup = BeautifulSoup(clean, "html.parser")
        for image in soup.find_all("img"):
            if not str(image.get("src", "")).startswith("data:image/"):
                image.replace_with(str(image.get("alt", "")))
        for link in soup.find_all("a"):
            if str(link.get("href", "")).startswith("data:"):
                del link["href"]
        for heading in soup.find_all(re.compile("^h[1-6]$")):
            self._anchor(heading)
        for table in soup.find_all("table"):
            _wrap(soup, table)
            _label(table)
        return str(soup)

    def figure_number(self) -> int:
        """The next figure's number."""
        self._figures += 1
        return self._figures

    def _anchor(self, heading: Any) -> None:
        """A stable anchor from the heading's own words; the page's title replaces any h1."""
        text = heading.get_text(" ", strip=True)
        if heading.name == "h1":
            heading.decompose()
            return
        stem = _NOT_IN_ID.sub("-", text).strip("-") or "节"
        anchor, again = stem, 2
        while anchor in self._taken:
            anchor, again = f"{stem}-{again}", again + 1
        self._taken.add(anchor)
        heading["id"] = anchor
        if heading.name in ("h2", "h3"):
            self.entries.append((int(heading.name[1]), anchor, text))

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


def _wrap(soup: BeautifulSoup, table: Any) -> None:
    """A table scrolls by itself on a narrow screen, also by keyboard."""
    if table.find_parent(class_="table-scroll") is not None:
        return
    caption = table.find("caption")
    label = caption.get_text(strip=True) if caption else "表格"
    box = soup.new_tag(
        "div",
        attrs={"class": "table-scroll", "tabindex": "0", "role": "region", "aria-label": label},
    )
    table.wrap(box)


def _label(table: Any) -> None:
    """Say each cell's column in the cell, so that a phone can show a row as a card.

    Only where cells hold words: a table of figures is read across and scrolls. Merged cells have
    no single column, and three columns fit a phone as they are.
    """
    headcount = [head for row in table.select("thead tr") for head in row.find_all("th")]
    merged = table.find(lambda cell: cell.has_attr("colspan") or cell.has_attr("rowspan"))
    rows = table.select("tbody tr")
    if len(table.select("thead tr")) != 1 or len(headcount) < 4 or merged or not rows:
        return
    longest = max((len(cell.get_text()) for cell in table.select("tbody td")), default=0)
    if longest <= LONG_CELL:
        return
    table["class"] = [*table.get("class", []), "stack"]
    names = [str(next(head.stripped_strings, "")) for head in headcount]
    for row in rows:
        for cell, name in zip(row.find_all(["th", "td"]), names, strict=False):
            if cell.name == "td":
                cell["data-label"] = name
