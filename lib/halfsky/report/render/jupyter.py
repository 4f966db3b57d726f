"""Blocks as a notebook shows them: HTML, the same as plain text, and as data for the page.

A run of texts and tables is one output, a chart another; below a chart stands its source, for
viewers that know nothing of our pages (on those, the figure carries it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from halfsky.report.blocks import MIME, Block, Blocks, Figure, Note, to_json
from halfsky.report.render.html import to_html

CAPTION = {"halfsky": {"is_caption": True}}
Bundle = tuple[dict[str, Any], dict[str, Any]]


def bundles(blocks: Iterable[Block]) -> Iterator[Bundle]:
    """Data and metadata of each output, in order."""
    run: list[Block] = []
    for block in blocks:
        if not isinstance(block, Figure):
            run.append(block)
            continue
        if run:
            yield _texts(Blocks(*run)), {}
        run = []
        data = {"image/png": block.png, "text/plain": block.message}
        yield data, {"image/png": block.metadata}
        if block.source:
            source = Note(block.source, is_small=True)
            yield {"text/html": to_html([source]), "text/plain": block.source}, CAPTION
    if run:
        yield _texts(Blocks(*run)), {}


def _texts(blocks: Blocks) -> dict[str, Any]:
    return {
        "text/html": to_html(blocks, is_styled=True),
        "text/plain": blocks.text,
        MIME: to_json(blocks),
    }


def show(blocks: Blocks) -> None:
    """Display blocks in the running notebook."""
    from IPython.display import display

    for data, metadata in bundles(blocks):
        display(data, metadata=metadata, raw=True)
