"""The Chinese font of the charts, shipped with halfsky: a bare machine has none.

A subset of Noto Sans SC under the SIL Open Font License (assets/fonts/OFL.txt), cut by
assets/build_font.py to GB 2312 and every character of the parameters, the plan and the data.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager, ft2font

FAMILY = "Halfsky Sans SC"
WEIGHTS = ("Regular", "Bold")


def font_file(weight: str = "Regular") -> Path:
    """Path of one shipped weight (Regular or Bold)."""
    folder = resources.files("halfsky.report") / "assets" / "fonts"
    return Path(str(folder / f"HalfskySansSC-{weight}.ttf"))


@cache
def _register() -> None:
    for weight in WEIGHTS:
        font_manager.fontManager.addfont(str(font_file(weight)))


def use_fonts() -> None:
    """Draw every text of this process's figures in the shipped font.

    Sets matplotlib's rcParams; calling it again costs nothing.
    """
    _register()
    mpl.rcParams.update(
        {
            # The one family, without a fallback: a character it lacks must be noticed by a
            # warning here, not drawn as a box on the reader's page.
            "font.family": [FAMILY],
            # The subset's hyphen-minus is certain to exist on every system; U+2212 is not.
            "axes.unicode_minus": False,
            # A dollar sign or underscore in a name is no formula.
            "text.parse_math": False,
        }
    )


@cache
def covered() -> frozenset[int]:
    """Code points the shipped font can draw."""
    return frozenset(ft2font.FT2Font(str(font_file())).get_charmap())


def missing_characters(text: str) -> set[str]:
    """Printable characters of a text that the shipped font lacks."""
    return {c for c in text if c.isprintable() and ord(c) not in covered()}
