"""What a report consists of, whatever it is printed on: headings, paragraphs, tables, charts.

A document is one ordered list of sections. The Word file and the overview page are both made
from the same functions, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from halfsky.plan.vocabulary import Status
from halfsky.report import blocks
from halfsky.report.chart import Chart
from halfsky.report.html import Html, environment
from halfsky.report.markup import Grid, Paragraph, read
from halfsky.report.text.words import status_word

# A cell that is a status word and nothing else is printed as the page prints a status.
_CHIPS = {status_word(s, is_reference): s for is_reference in (True, False) for s in Status}


@dataclass(frozen=True)
class Table:
    """A table that a page, a Word file and a workbook print alike.

    frame: one row per line, columns named by their Chinese titles; cells are text as printed,
    None or "" where there is nothing. numbers: titles of the columns that hold figures.
    grouped: equal neighbours in the first column belong together. wide: needs a landscape page.
    dense: an annex to look up, in 六号.
    weights: relative widths of the columns; empty: by their content.
    """

    frame: pd.DataFrame
    caption: str
    note: str = ""
    numbers: tuple[str, ...] = ()
    grouped: bool = False
    wide: bool = False
    dense: bool = False
    weights: tuple[float, ...] = ()

    @property
    def rows(self) -> list[list[str]]:
        """The cells as text, row by row; a gap is an empty text."""
        filled = self.frame.astype(object).where(self.frame.notna(), "")
        return [[str(cell) for cell in row] for row in filled.itertuples(index=False)]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        html = (
            environment()
            .get_template("table.html.j2")
            .render(table=self, titles=list(self.frame.columns), rows=self.rows, chips=_CHIPS)
        )
        return {"text/html": html, "text/plain": "\n".join("｜".join(r) for r in self.rows)}


WIDE = 10  # columns that an upright page still holds
MANY_LINES = 25  # of figures only, from which a table is set in small letters


@dataclass(frozen=True)
class Detail:
    """What a reader looks up rather than reads through: its paragraphs are set small."""

    part: Html | blocks.Blocks


Part = str | blocks.Blocks | Html | Detail | Paragraph | Table | Chart
Block = Paragraph | Table | Chart


@dataclass(frozen=True)
class Section:
    """One heading and what stands below it; level 1 to 3.

    numbered: counted 一、（一）1．; an annex bears its own number in its heading.
    """

    heading: str
    parts: tuple[Part, ...] = ()
    level: int = 1
    numbered: bool = True

    @property
    def blocks(self) -> list[Block]:
        """The parts as paragraphs, tables and charts."""
        return [block for part in self.parts for block in _blocks(part)]


@dataclass(frozen=True)
class Document:
    """A report before it is printed.

    title: lines of the cover's title. authors: lines of the cover's foot. author: the office in
    the file's properties. notice: printed on every page and under every table (合成数据).
    is_brief: a few pages, with the title on top of the first instead of a cover.
    is_sheet: a brief of one sheet, set small.
    """

    name: str
    title: tuple[str, ...]
    authors: tuple[str, ...]
    author: str
    year: int
    sections: tuple[Section, ...]
    state: str = ""
    notice: str = ""
    has_contents: bool = True
    is_brief: bool = False
    is_sheet: bool = False

    @property
    def heading(self) -> str:
        """The title in one line."""
        return "".join(self.title)

    def numbered(self) -> list[Section]:
        """The sections with their numbers in front of the headings, as GB/T 9704 counts them."""
        counts = [0, 0, 0]
        rendered = []
        for section in _filled(self.sections):
            if section.numbered:
                counts[section.level - 1] += 1
                counts[section.level :] = [0] * (3 - section.level)
                number = ordinal(counts[section.level - 1], section.level)
                section = replace(section, heading=number + section.heading)
            else:
                counts[section.level :] = [0] * (3 - section.level)
            rendered.append(section)
        return rendered


def _filled(sections: Sequence[Section]) -> list[Section]:
    """The sections that say something, or stand above one that does: no empty heading."""
    kept: list[Section] = []
    for section in reversed(sections):
        below = kept[-1] if kept else None
        if section.blocks or (below is not None and below.level > section.level):
            kept.append(section)
    return kept[::-1]


_DIGITS = "零一二三四五六七八九"


def chinese(count: int) -> str:
    """1 to 99 in Chinese figures: 一, 十二, 二十.

    Raises:
        ValueError: outside 1 to 99.
    """
    if not 1 <= count <= 99:
        raise ValueError(f"{count} is not between 1 and 99")
    tens, ones = divmod(count, 10)
    lead = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return lead + (_DIGITS[ones] if ones else "")


def ordinal(count: int, level: int) -> str:
    """The number of a heading: 一、 then （一） then 1．."""
    if level == 1:
        return f"{chinese(count)}、"
    return f"（{chinese(count)}）" if level == 2 else f"{count}．"


def _blocks(part: Part) -> Iterator[Block]:
    if isinstance(part, str):
        yield from (Paragraph(line) for line in part.splitlines() if line)
    elif isinstance(part, blocks.Blocks):
        for new in part:
            yield from _older(new)
    elif isinstance(part, Html):
        yield from from_markup(part.html)
    elif isinstance(part, Detail) and isinstance(part.part, blocks.Blocks):
        yield from _blocks(part.part.as_detail())
    elif isinstance(part, Detail):
        for block in from_markup(part.part.html):  # type: ignore[union-attr]
            if isinstance(block, Paragraph) and block.kind != "note":
                yield replace(block, kind="detail")
            else:
                yield block
    else:
        yield part


def _older(block: blocks.Block) -> Iterator[Block]:
    """A block in the types that the Word file is still made of."""
    if isinstance(block, blocks.Paragraph):
        text = f"{block.lead}　{block.text}" if block.lead else block.text
        yield Paragraph(text, "detail" if block.is_detail else "body")
    elif isinstance(block, blocks.Bullets):
        for place, item in enumerate(block.items, start=1):
            yield Paragraph(item, "item", place if block.is_numbered else 0)
    elif isinstance(block, blocks.Note):
        yield Paragraph(block.text, "note")
    elif isinstance(block, blocks.Table):
        yield Table(
            pd.DataFrame(block.texts, columns=blocks.distinct(block.titles)),
            block.caption,
            block.note,
            tuple(c.title for c in block.columns if c.is_number),
            block.is_grouped,
            block.is_wide,
            block.is_dense,
        )
    elif isinstance(block, blocks.Figure):
        made = Chart.__new__(Chart)
        made.__dict__ |= {
            "fig": block.drawing,
            "title": block.title,
            "alt": block.message,
            "source": block.source,
            "synthetic": block.is_synthetic,
            "png": block.png,
        }
        yield made


def from_markup(html: str) -> Iterator[Paragraph | Table]:
    """The paragraphs and tables of a piece of a page, in their order.

    Small print below a table is the table's own note: its source and caveats go where it goes.
    """
    rendered: list[Paragraph | Table] = []
    for piece in read(html):
        above = rendered[-1] if rendered else None
        if not isinstance(piece, Paragraph):
            rendered.append(_table(piece))
        elif piece.kind == "note" and isinstance(above, Table):
            rendered[-1] = replace(above, note="\n".join(filter(None, (above.note, piece.text))))
        else:
            rendered.append(piece)
    yield from rendered


def _table(grid: Grid) -> Table:
    titles = _distinct(grid.titles)
    # A yearbook's pages are many and hold figures only: they are read line by line.
    is_yearbook = all(grid.is_number[1:]) and len(grid.rows) > MANY_LINES
    return Table(
        pd.DataFrame(grid.rows, columns=titles),
        grid.caption,
        # By the distinct titles: of two columns of one name each may hold figures or not.
        numbers=tuple(t for t, n in zip(titles, grid.is_number, strict=True) if n),
        grouped=grid.is_grouped,
        wide=len(titles) > WIDE,
        dense=is_yearbook,
    )


def _distinct(titles: Iterable[str]) -> list[str]:
    """Column titles made unique: a page may print the same title twice (名次)."""
    seen: dict[str, int] = {}
    rendered = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        rendered.append(title if seen[title] == 1 else f"{title}（{seen[title]}）")
    return rendered
