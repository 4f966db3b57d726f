"""A chart as a picture of a printed page: without the title that its caption repeats."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from halfsky.report.charts.canvas import to_png

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


def untitled(drawing: Drawing) -> bytes:
    """The picture without the title drawn on it: the caption below says it once.

    Of its two marks of invented figures one is enough on a page that bears one too.
    """
    marks = [text for text in drawing.texts if text.get_gid() == "watermark"]
    hidden = [drawing._suptitle, *marks[1:]]  # type: ignore[attr-defined]
    for text in hidden:
        text.set_visible(False)
    try:
        return to_png(drawing)
    finally:
        for text in hidden:
            text.set_visible(True)


def clear_ground(picture: bytes) -> bytes:
    """A palette picture whose white is transparent."""
    image = Image.open(io.BytesIO(picture))
    colours = image.getpalette() or []
    white = [n for n in range(len(colours) // 3) if colours[3 * n : 3 * n + 3] == [255, 255, 255]]
    out = io.BytesIO()
    opacity = bytes(0 if n in white else 255 for n in range(len(colours) // 3))
    image.save(out, format="png", optimize=True, transparency=opacity)
    return out.getvalue()
