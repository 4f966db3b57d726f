"""What a report is made of: paragraphs, lists, tables of typed cells, figures, notes.

Sections hand on nothing else. A block knows what it says and what stands behind it (a cell its
figure and unit, a figure its data); how it looks is the renderers' business (report.render).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from halfsky.plan.vocabulary import Severity, Status
from halfsky.report import numbers

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure as Drawing

SYNTHETIC = "合成数据"
MIME = "application/vnd.halfsky.blocks+json"


class Gap(StrEnum):
    """Why a cell holds no figure."""

    MISSING = "missing"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    text: as printed. small: lines of small print below it. value: the number behind the text,
    None where the cell holds words or a gap. unit, decimals: of the value; a unit of "%" counts
    in hundredths of the whole. gap: why there is no figure. mark: a status or severity that is
    drawn as a chip. href: the address that the text leads to. anchors: ids that links on other
    pages lead to. span: columns the cell covers. is_strong: set in bold.
    """

    text: str = ""
    small: tuple[str, ...] = ()
    value: float | int | None = None
    unit: str = ""
    decimals: int | None = None
    gap: Gap | None = None
    mark: Status | Severity | None = None
    href: str = ""
    anchors: tuple[str, ...] = ()
    span: int = 1
    is_strong: bool = False

    @property
    def lines(self) -> str:
        """The whole cell as plain text, one line below the other."""
        return "\n".join(line for line in (self.text, *self.small) if line)

    def with_small(self, *lines: str) -> Cell:
        """The same with small print below; empty lines are left out."""
        return replace(self, small=(*self.small, *(line for line in lines if line)))


EMPTY = Cell()
MISSING = Cell(numbers.number(None), gap=Gap.MISSING)
SUPPRESSED = Cell(numbers.SUPPRESSED, gap=Gap.SUPPRESSED)


def words(text: str, *small: str, **more: Any) -> Cell:
    """A cell of words."""
    return Cell(text, tuple(line for line in small if line), **more)


def amount(value: Any, unit: Any = "", decimals: Any = 1) -> Cell:
    """A figure with its unit, as numbers.quantity prints it: 95.9%, 14.3/10万; a dash for a gap."""
    if not numbers.is_known(value):
        return MISSING
    text = numbers.quantity(value, unit, decimals) if unit else numbers.number(value, decimals)
    return _figure(text, value, unit, decimals)


def limit(value: Any, unit: Any, decimals: Any = 1) -> Cell:
    """A target value: whole numbers lose their empty decimals."""
    if not numbers.is_known(value):
        return MISSING
    return _figure(numbers.limit(value, unit, decimals), value, unit, decimals)


def signed(value: Any, decimals: Any = 1) -> Cell:
    """A change with its sign, one decimal more than the figure it changes."""
    if not numbers.is_known(value):
        return MISSING
    places = 1 if not numbers.is_known(decimals) else int(decimals)
    return _figure(numbers.signed(value, decimals), value, "", places + 1)


def count(value: Any) -> Cell:
    """A whole number."""
    return MISSING if not numbers.is_known(value) else _figure(str(int(value)), int(value), "", 0)


def year(value: Any) -> Cell:
    """2025年."""
    return MISSING if not numbers.is_known(value) else Cell(numbers.year(value), value=int(value))


def share(percent: Any, decimals: int = 1) -> Cell:
    """A share given in percent: 12.5%."""
    if not numbers.is_known(percent):
        return MISSING
    return _figure(f"{numbers.number(percent, decimals)}%", percent, "%", decimals)


def chance(p: Any) -> Cell:
    """A probability (0 to 1), never printed as 0 % or 100 %."""
    if not numbers.is_known(p):
        return MISSING
    return Cell(numbers.percent(p), value=100 * float(p), unit="%", decimals=0)


def status(word: Status, text: str) -> Cell:
    """A status as a chip; text: as this page prints it."""
    return Cell(text, mark=word)


def severity(level: Severity) -> Cell:
    """A severity as a chip."""
    return Cell(str(level), mark=level)


def _figure(text: str, value: Any, unit: Any, decimals: Any) -> Cell:
    places = 1 if not numbers.is_known(decimals) else int(decimals)
    return Cell(text, value=float(value), unit=str(unit or ""), decimals=places)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    small: a second line of the title. is_number: figures, set to the right. is_header: its cells
    name their rows. is_wide: sentences, which need room. weight: its share of a printed page's
    width beside the other columns; 0: by its content.
    """

    title: str
    small: str = ""
    is_number: bool = False
    is_header: bool = False
    is_wide: bool = False
    weight: float = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table. anchor: the id that links lead to. is_total: it closes the table."""

    cells: tuple[Cell, ...]
    anchor: str = ""
    is_total: bool = False


@dataclass(frozen=True)
class Table:
    """A table that a page, a Word file and a workbook print alike.

    label: what a screen reader calls it (default: the caption). note: small print below, source
    and caveats. is_grouped: equal neighbours in the first column belong together. is_wide: needs
    a landscape page. is_dense: an annex to look up, set small. lists_missing: it shows no figures
    but lists those that are missing.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    label: str = ""
    is_grouped: bool = False
    is_wide: bool = False
    is_dense: bool = False
    lists_missing: bool = False
    kind: Literal["table"] = "table"

    @property
    def titles(self) -> list[str]:
        return [column.title for column in self.columns]

    @property
    def texts(self) -> list[list[str]]:
        """The cells as plain text, row by row; a cell that spans repeats nothing."""
        return [[cell.lines for cell in cells] for cells in self.grid]

    @property
    def grid(self) -> list[list[Cell]]:
        """The cells row by row, one a column: what a spanning cell covers is empty."""
        return [
            [c for cell in row.cells for c in (cell, *[EMPTY] * (cell.span - 1))]
            for row in self.rows
        ]

    @property
    def text(self) -> str:
        lines = ["｜".join(cell.replace("\n", "，") for cell in row) for row in self.texts]
        return "\n".join(line for line in (self.caption, *lines, self.note) if line)

    @cached_property
    def df(self) -> pd.DataFrame:
        """The table as a frame: numbers where a column holds figures only, else text."""
        import pandas as pd

        columns: dict[str, list[Any]] = {}
        for place, title in enumerate(distinct(self.titles)):
            cells = [row[place] for row in self.grid]
            are_figures = all(c.value is not None or c.gap or not c.text for c in cells)
            columns[title] = [c.value if are_figures else c.lines for c in cells]
        return pd.DataFrame(columns)


def distinct(titles: Iterable[str]) -> list[str]:
    """Column titles made unique: a page may print the same title twice (名次)."""
    seen: dict[str, int] = {}
    made = []
    for title in titles:
        seen[title] = seen.get(title, 0) + 1
        made.append(title if seen[title] == 1 else f"{title}（{seen[title]}）")
    return made


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Row | Sequence[Cell]],
    **more: Any,
) -> Table:
    """A table; a row without an anchor may be given as its cells."""
    made = tuple(row if isinstance(row, Row) else Row(tuple(row)) for row in rows)
    for row in made:
        if sum(cell.span for cell in row.cells) != len(columns):
            raise ValueError(f"{caption}: a row of {len(row.cells)} cells, {len(columns)} columns")
    return Table(caption, tuple(columns), made, **more)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Plain text; a line break is a new line. lead: bold words in front.

    is_detail: what a reader looks up rather than reads through, set small on paper. is_strong:
    the whole in bold. anchors: id and words of what links lead to, in the order of the text.
    leads_empty: it says that no figure came in at all, so that a page may leave out the sections
    that would each say it again. commands: parts of the text that somebody types, set as code.
    """

    text: str
    lead: str = ""
    commands: tuple[str, ...] = ()
    is_detail: bool = False
    is_strong: bool = False
    anchors: tuple[tuple[str, str], ...] = ()
    leads_empty: bool = False
    kind: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; level 2 or 3, as in a notebook."""

    text: str
    level: int = 3
    kind: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; numbered or not. is_detail: set small on paper."""

    items: tuple[str, ...]
    is_numbered: bool = True
    is_detail: bool = False
    kind: Literal["bullets"] = "bullets"

    @property
    def text(self) -> str:
        return "\n".join(self.items)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many of each status, as chips; a picture of the sentence above it, not printed."""

    counts: tuple[tuple[Status, str, int], ...]
    kind: Literal["counts"] = "counts"

    @property
    def text(self) -> str:
        return "；".join(f"{word}{number}" for _, word, number in self.counts)


@dataclass(frozen=True, slots=True)
class Note:
    """One sentence where a chart or table would be empty: it says what is missing.

    asks: it also says who is to send what; then it stays on a page that has nothing else to say.
    is_small: small print to what stands above it, not in the place of something.
    """

    text: str
    asks: bool = False
    is_small: bool = False
    kind: Literal["note"] = "note"


@dataclass(eq=False)
class Figure:
    """A chart.

    drawing: the matplotlib figure. title: drawn above it, left. message: what it shows in a
    sentence or two, for those who do not see it. source: who published the figures, printed
    below. data: what is drawn. is_synthetic: 合成数据 is drawn across it.
    """

    drawing: Drawing
    title: str
    message: str
    source: str
    data: pd.DataFrame | None = None
    is_synthetic: bool = False
    kind: Literal["figure"] = field(default="figure", init=False)

    def __post_init__(self) -> None:
        from halfsky.report.charts.canvas import finish

        finish(self.drawing, self.title)
        if self.is_synthetic:
            self.is_synthetic = False
            self.mark_synthetic()

    def mark_synthetic(self) -> None:
        """Draw 合成数据 across the figure and name it below, once; before its picture is taken."""
        from halfsky.report.charts.canvas import watermark

        if not self.is_synthetic:
            self.is_synthetic = True
            watermark(self.drawing, SYNTHETIC)
        if SYNTHETIC not in self.source:
            self.source += f"（{SYNTHETIC}）"

    @property
    def text(self) -> str:
        return self.message

    @cached_property
    def png(self) -> bytes:
        """The picture, the same bytes for the same figure."""
        from halfsky.report.charts.canvas import to_png

        return to_png(self.drawing)

    @property
    def width(self) -> int:
        """Width on a page in CSS pixels."""
        from halfsky.report.theme import PAGE_DPI

        return round(self.drawing.get_figwidth() * PAGE_DPI)

    @property
    def metadata(self) -> dict[str, Any]:
        """What a page needs beside the picture."""
        return {
            "alt": self.message,
            "caption": self.source,
            "title": self.title,
            "width": self.width,
        }


Text = Paragraph | Heading | Bullets | Counts | Note | Table
Block = Text | Figure


class Blocks(Sequence[Block]):
    """What one call of report hands on, in order; Jupyter shows it, renderers print it."""

    __slots__ = ("_blocks",)

    def __init__(self, *parts: Block | Blocks) -> None:
        flat: list[Block] = []
        for part in parts:
            flat.extend(part if isinstance(part, Blocks) else [part])
        self._blocks = tuple(flat)

    def __len__(self) -> int:
        return len(self._blocks)

    def __getitem__(self, place: Any) -> Any:
        return self._blocks[place]

    def __iter__(self) -> Iterator[Block]:
        return iter(self._blocks)

    def __repr__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """All of it as plain text."""
        return "\n".join(shown for b in self if (shown := plain(b)))

    @property
    def tables(self) -> list[Table]:
        return [b for b in self if isinstance(b, Table)]

    @property
    def figures(self) -> list[Figure]:
        return [b for b in self if isinstance(b, Figure)]

    @property
    def is_note(self) -> bool:
        """Is this nothing but notes in the place of something, or nothing at all?"""
        return all(isinstance(b, Note) and not b.is_small for b in self)

    def as_detail(self) -> Blocks:
        """The same with its paragraphs and lists set small on paper."""
        small = (Paragraph, Bullets)
        return Blocks(*(replace(b, is_detail=True) if isinstance(b, small) else b for b in self))

    def marked_synthetic(self) -> Blocks:
        """The same with 合成数据 in every caption and across every figure."""
        return Blocks(*(mark_synthetic(b) for b in self))

    def _ipython_display_(self) -> None:
        from halfsky.report.render.jupyter import show

        show(self)


SILENT = Blocks()  # where not even a reason needs to be given: a page leaves such a section out


def note(text: str, *, asks: bool = False) -> Blocks:
    """A note in the place of a chart or table."""
    return Blocks(Note(text, asks=asks))


def sentence(text: str) -> Blocks:
    """One paragraph."""
    return Blocks(Paragraph(text))


def paragraphs(text: str) -> Blocks:
    """A paragraph a line."""
    return Blocks(*(Paragraph(line) for line in text.splitlines() if line))


def together(*parts: Blocks) -> Blocks:
    """The parts that have something to show; where none has, the note that says most.

    A note says why there is no table or chart. Beside tables it says nothing, and five of them
    below one heading say it five times.
    """
    shown = [part for part in parts if not part.is_note]
    if shown:
        return Blocks(*shown)
    notes = sorted((part for part in parts if len(part)), key=lambda part: -len(part.text))
    return Blocks(*notes[:1])


def plain(block: Block) -> str:
    """A block as plain text."""
    if isinstance(block, Paragraph):
        return f"{block.lead}　{block.text}" if block.lead else block.text
    return block.text


def mark_synthetic(block: Block) -> Block:
    """A table or figure that says 合成数据; anything else as it is."""
    if isinstance(block, Table) and SYNTHETIC not in block.caption:
        return replace(block, caption=f"{block.caption}（{SYNTHETIC}）")
    if isinstance(block, Figure):
        block.mark_synthetic()
    return block


def to_json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Blocks without their pictures, as JSON values; what equals its default is left out."""
    texts = [block for block in blocks if not isinstance(block, Figure)]
    dump = _adapter().dump_python
    return [{"kind": b.kind, **dump(b, mode="json", exclude_defaults=True)} for b in texts]


def from_json(content: Any) -> Blocks:
    """Blocks that to_json wrote, checked: a notebook may come from anybody.

    Raises:
        ValueError: what is no block.
    """
    if not isinstance(content, list):
        raise ValueError("blocks are a list")
    return Blocks(*map(_adapter().validate_python, content))


@lru_cache(maxsize=1)
def _adapter() -> Any:
    from pydantic import Field, TypeAdapter

    return TypeAdapter(Annotated[Text, Field(discriminator="kind")])
