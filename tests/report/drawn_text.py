"""What a figure really writes, and where: to test a chart's words and that none overlap."""

from __future__ import annotations

import itertools

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox


def written(figure: Figure, monkeypatch) -> list[tuple[str, Bbox]]:
    """Every text drawn, with its box in pixels; a watermark is not among them."""
    seen: dict[int, Text] = {}
    plain = Text.draw

    def draw(self, renderer):
        if self.get_visible() and self.get_text().strip() and self.get_gid() != "watermark":
            seen[id(self)] = self
        return plain(self, renderer)

    monkeypatch.setattr(Text, "draw", draw)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    monkeypatch.setattr(Text, "draw", plain)
    renderer = canvas.get_renderer()
    # Text.get_window_extent, not Annotation's, which takes in an arrow's tip.
    return [(t.get_text(), Text.get_window_extent(t, renderer)) for t in seen.values()]


def words(figure: Figure, monkeypatch) -> str:
    """All texts in one string, line breaks of long names closed up."""
    return " ".join(text.replace("\n", "") for text, _ in written(figure, monkeypatch))


def overlaps(figure: Figure, monkeypatch) -> list[tuple[str, str]]:
    """Pairs of texts that cover each other by more than a hair's breadth."""
    found = []
    for (one, a), (other, b) in itertools.combinations(written(figure, monkeypatch), 2):
        width = min(a.x1, b.x1) - max(a.x0, b.x0)
        height = min(a.y1, b.y1) - max(a.y0, b.y0)
        if width > 1.5 and height > 1.5:
            found.append((one, other))
    return found


def outside(figure: Figure, monkeypatch) -> list[str]:
    """Texts that leave the picture."""
    edge = figure.bbox
    return [
        text
        for text, box in written(figure, monkeypatch)
        if box.x0 < edge.x0 - 1
        or box.x1 > edge.x1 + 1
        or box.y0 < edge.y0 - 1
        or box.y1 > edge.y1 + 1
    ]
