"""Blocks as HTML: for a page, and for a notebook that no style sheet of ours reaches."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from halfsky.plan.vocabulary import Severity, Status
from halfsky.report.blocks import Block, Figure, Table

# A cell of more characters holds words; "99.46—100.00" and a status do not.
LONG_CELL = 16
CARD_COLUMNS = 4  # fewer fit a phone as they are
_CHIPS: dict[str, tuple[str, str]] = {
    Status.MET: ("status status-met", "●"),
    Status.NEARLY: ("status status-nearly", "◆"),
    Status.UNMET: ("status status-unmet", "▲"),
    Status.UNDECIDABLE: ("status status-undecidable", "◇"),
    Status.MISSING: ("status status-missing", "○"),
    Severity.RED: ("severity severity-red", "■"),
    Severity.AMBER: ("severity severity-amber", "◆"),
    Severity.NOTE: ("severity severity-note", "□"),
}


def to_html(blocks: Iterable[Block], *, is_styled: bool = False) -> str:
    """Blocks as HTML; every text is escaped.

    Args:
        is_styled: carry alignment inline, for JupyterLab and nbconvert's own templates, whose
            style sheets set every cell to the right.
    """
    template = environment().get_template("blocks.html.j2")
    shown = [block for block in blocks if not isinstance(block, Figure)]
    return template.render(blocks=shown, is_styled=is_styled)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Jinja2 with the templates of pages; autoescaping, and strict about missing names."""
    env = Environment(
        loader=PackageLoader("halfsky.report.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(
        chips=_CHIPS,
        is_card=_is_card,
        row_spans=_row_spans,
        with_code=_with_code,
        with_anchors=_with_anchors,
    )
    return env


def _with_code(text: str, commands: tuple[str, ...]) -> Markup:
    """An escaped text with its commands set as code."""
    shown = escape(text)
    for command in commands:
        shown = shown.replace(escape(command), Markup("<code>{}</code>").format(command))
    return shown


def _with_anchors(text: str, anchors: tuple[tuple[str, str], ...]) -> Markup:
    """An escaped text whose named words carry the ids that links lead to."""
    shown, rest = Markup(""), text
    for anchor, words in anchors:
        before, found, rest = rest.partition(words)
        shown += escape(before) + Markup('<span id="{}">{}</span>').format(anchor, found)
    return shown + escape(rest)


def _is_card(table: Table) -> bool:
    """May a phone show a row as a card, each cell below its column's title?

    Only where cells hold words: a table of figures is read across and scrolls. A cell over
    several columns or rows has no single title.
    """
    cells = [cell for row in table.rows for cell in row.cells]
    is_merged = table.is_grouped or any(cell.span > 1 for cell in cells)
    if len(table.columns) < CARD_COLUMNS or is_merged:
        return False
    return max((len(cell.lines) for cell in cells), default=0) > LONG_CELL


def _row_spans(table: Table) -> list[int]:
    """How many rows the first cell of each row covers; 0 where the one above covers it."""
    if not table.is_grouped:
        return [1] * len(table.rows)
    spans: list[int] = []
    opened = 0
    for place, row in enumerate(table.rows):
        is_same = place > 0 and row.cells[0] == table.rows[place - 1].cells[0]
        if is_same:
            spans[opened] += 1
        else:
            opened = place
        spans.append(0 if is_same else 1)
    return spans
