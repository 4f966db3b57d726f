"""A report before it is printed: an ordered list of sections, each of blocks below a heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from halfsky.report.blocks import Block, Blocks, Counts, Paragraph, Table
from halfsky.report.text import phrase


@dataclass(frozen=True)
class Section:
    """One heading and what stands below it; level 1 to 3.

    numbered: counted 一、（一）1．; an annex bears its own number in its heading.
    """

    heading: str
    parts: tuple[Blocks, ...] = ()
    level: int = 1
    numbered: bool = True

    @property
    def blocks(self) -> list[Block]:
        """What is printed: a row of counts repeats, as a picture, the sentence above it."""
        return [b for part in self.parts for b in part if not isinstance(b, Counts)]


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


def section(group: str, key: str, *parts: Blocks, level: int = 1, numbered: bool = True) -> Section:
    """A section whose heading is a phrase of a group."""
    return Section(phrase(group, key), parts, level, numbered)


def with_message(chart: Blocks) -> Blocks:
    """Charts below their own message in words, where the heading has no other text."""
    return Blocks(*(Paragraph(f.message, is_detail=True) for f in chart.figures), chart)


def set_small(part: Blocks, *, is_wide: bool | None = None) -> Blocks:
    """The same with its tables as those of an annex, in 六号; is_wide: on landscape pages."""
    return Blocks(
        *(_small(block, is_wide) if isinstance(block, Table) else block for block in part)
    )


def _small(table: Table, is_wide: bool | None) -> Table:
    return replace(table, is_dense=True, is_wide=table.is_wide if is_wide is None else is_wide)


def weighted(part: Blocks, weights: Sequence[float]) -> Blocks:
    """The same with its tables' columns as wide as `weights` are to each other."""
    return Blocks(*(_weighted(b, weights) if isinstance(b, Table) else b for b in part))


def _weighted(table: Table, weights: Sequence[float]) -> Table:
    paired = zip(table.columns, weights, strict=True)
    return replace(table, columns=tuple(replace(c, weight=w) for c, w in paired))


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
