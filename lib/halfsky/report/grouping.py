"""Several outputs under one heading, without the sentences that say of each what is missing."""

from __future__ import annotations

from collections.abc import Sequence

from halfsky.report.blocks import Blocks
from halfsky.report.chart import Chart
from halfsky.report.html import Html, is_note

Part = Chart | Html | Blocks


class Together:
    """What a cell shows, in order."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = list(parts)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for part in self.parts:
            display(part)


def together(*parts: Part) -> Together:
    """The parts that have something to show; where none has, the note that says most.

    A note tells why there is no table or chart. Beside tables it tells nothing, and five of them
    below one heading tell it five times.
    """
    shown = [part for part in parts if not _is_note(part)]
    if shown:
        return Together(shown)
    sentences = [p for p in parts if isinstance(p, Html | Blocks) and p.text]
    return Together(sorted(sentences, key=lambda part: -len(part.text))[:1])


def _is_note(part: Part) -> bool:
    if isinstance(part, Blocks):
        return part.is_note
    return isinstance(part, Html) and is_note(part.html)
