"""Names and numbers as they stand in a chart: Chinese names break where a reader would break them.

matplotlib breaks lines at spaces only, and Chinese has none.
"""

from __future__ import annotations

import unicodedata

# No line begins with these, none ends with those.
_CLOSING = frozenset("，。、；：！？）》”’…％%·】〉")
_OPENING = frozenset("（《“‘【〈(")


def width_of(text: str) -> float:
    """Width in Chinese characters: a Latin letter or digit takes a little over half of one."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.58 for c in text)


def wrap(text: str, width: float, lines: int = 2) -> str:
    """Break a name into at most some lines; what does not fit ends in …

    Args:
        width: of a line, in Chinese characters.
    """
    rows = [""]
    for piece in _pieces(text):
        if rows[-1] and width_of(rows[-1] + piece) > width:
            rows.append("")
        rows[-1] += piece
    if len(rows) > lines:
        last = rows[lines - 1]
        while last and width_of(last + "…") > width:
            last = last[:-1]
        rows = [*rows[: lines - 1], last + "…"]
    return "\n".join(rows)


def _pieces(text: str) -> list[str]:
    """What a line break may not divide: a character with its punctuation, a number, a word."""
    pieces: list[str] = []
    for character in text:
        joins = pieces and (
            character in _CLOSING
            or pieces[-1][-1] in _OPENING
            or (_is_latin(character) and _is_latin(pieces[-1][-1]))
        )
        if joins:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _is_latin(character: str) -> bool:
    return character.isascii() and not character.isspace()


def spread(places: list[float], apart: float, low: float, high: float) -> list[float]:
    """Move labels apart along an axis until they no longer touch; order and rank are kept.

    Args:
        places: wanted positions. apart: least distance. low, high: the axis's ends.

    Returns:
        Positions in the order given; within low and high where there is room for all.
    """
    order = sorted(range(len(places)), key=places.__getitem__)
    moved = [places[i] for i in order]
    for i in range(1, len(moved)):
        moved[i] = max(moved[i], moved[i - 1] + apart)
    if moved:
        moved[-1] = min(moved[-1], high)
    for i in range(len(moved) - 2, -1, -1):
        moved[i] = min(moved[i], moved[i + 1] - apart)
    if moved and moved[0] < low:
        moved[0] = low
        for i in range(1, len(moved)):
            moved[i] = max(moved[i], moved[i - 1] + apart)
    back = [0.0] * len(places)
    for position, i in enumerate(order):
        back[i] = moved[position]
    return back
