"""A status is a colour, a shape and a word; none of the three is shared."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import NO_FORECAST, Data, Severity, Status
from halfsky.report import theme

CSS = Path(theme.__file__).parent / "assets"


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_word_has_a_look():
    assert set(theme.STATUS) == set(Status)
    assert set(theme.DATA) == set(Data)
    assert set(theme.SEVERITY) == set(Severity)
    assert set(theme.OUTLOOK) == {*load_thresholds().outlook.bands, NO_FORECAST}


def test_statuses_differ_in_shape_and_in_grey():
    looks = theme.STATUS.values()
    assert len({look.shape for look in looks}) == len(theme.STATUS)
    for one, other in itertools.combinations(looks, 2):
        # A hatch tells apart what a black-and-white printer makes equally light.
        assert contrast(one.fill, other.fill) > 1.15 or one.hatch != other.hatch


@pytest.mark.parametrize("table", [theme.STATUS, theme.OUTLOOK, theme.DATA, theme.SEVERITY])
def test_text_on_a_fill_and_edges_on_paper_can_be_read(table):
    for word, look in table.items():
        assert contrast(look.fill, look.ink) >= 4.5, word
        if look.fill != theme.PAPER:
            assert contrast(look.edge, theme.PAPER) >= 3, word


@pytest.mark.parametrize("colour", [theme.INK, theme.MUTED, theme.TARGET, theme.WOMEN])
def test_lettering_can_be_read_on_paper(colour):
    assert contrast(colour, theme.PAPER) >= 4.5


def palettes() -> list[tuple[str, dict[str, str]]]:
    """The page's colours in light, dark and print."""
    css = (CSS / "report.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root\{(.*?)\}", css, re.DOTALL)
    assert len(blocks) == 3
    light, dark, paper = [
        {k: _long(v) for k, v in re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", b)} for b in blocks
    ]
    return [("light", light), ("dark", light | dark), ("print", light | paper)]


def _long(colour: str) -> str:
    return colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])


@pytest.mark.parametrize(
    ("name", "palette"), palettes(), ids=lambda v: v if isinstance(v, str) else ""
)
def test_page_colours_meet_aa(name, palette):
    inks = ["ink", "soft", "link", "mark", "met", "nearly", "unmet", "undecidable", "missing"]
    for ink in [*inks, "red", "amber", "note"]:
        for ground in ("paper", "faint"):
            assert contrast(palette[ink], palette[ground]) >= 4.5, (name, ink, ground)
    assert contrast(palette["banner-ink"], palette["banner"]) >= 4.5
