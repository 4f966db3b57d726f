"""Chinese in charts on a machine without a Chinese font."""

from __future__ import annotations

import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
import yaml
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from halfsky.report import fonts

ROOT = Path(__file__).resolve().parents[2]
NO_GLYPH = "\ue000"  # private use: no font of ours draws it, so the box appears


def drawn(text: str, weight: str = "normal") -> np.ndarray:
    """The pixels of a text."""
    fonts.use_fonts()
    figure = Figure(figsize=(4, 1), dpi=100)
    figure.text(0.1, 0.3, text, fontsize=30, fontweight=weight)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, 0].copy()


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_maternal_mortality_is_drawn_not_boxed(weight):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pictures = [drawn(character, weight) for character in "孕产妇死亡率"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        box = drawn(NO_GLYPH, weight)
    assert (box < 128).any(), "the box itself must be visible for the comparison to mean anything"
    for i, picture in enumerate(pictures):
        assert (picture < 128).any()
        assert not np.array_equal(picture, box)
        assert not any(np.array_equal(picture, other) for other in pictures[:i])


def test_a_missing_glyph_speaks_up():
    with pytest.warns(UserWarning, match="missing from font"):
        drawn(NO_GLYPH)


def test_the_shipped_font_is_the_one_used():
    fonts.use_fonts()
    found = Path(font_manager.findfont(mpl.rcParams["font.family"][0], fallback_to_default=False))
    assert found == fonts.font_file()
    bold = font_manager.FontProperties(family=fonts.FAMILY, weight="bold")
    assert Path(font_manager.findfont(bold)) == fonts.font_file("Bold")


def strings(tree: object) -> str:
    """All text of a YAML tree."""
    if isinstance(tree, dict):
        return "".join(strings(k) + strings(v) for k, v in tree.items())
    if isinstance(tree, list):
        return "".join(map(strings, tree))
    return str(tree)


@pytest.mark.parametrize(
    "path", sorted((ROOT / "params").rglob("*.yaml")), ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_every_character_of_the_parameters_is_covered(path):
    text = strings(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert fonts.missing_characters(text) == set()


@pytest.mark.parametrize(
    "folder", ["data/raw/plan", "lib/halfsky/report/text", "lib/halfsky/report/render/templates"]
)
def test_every_character_of_plan_and_texts_is_covered(folder):
    files = [p for p in (ROOT / folder).iterdir() if p.is_file() and p.suffix != ".md"]
    assert files
    for path in files:
        assert fonts.missing_characters(path.read_text(encoding="utf-8")) == set(), path.name


def test_shapes_and_punctuation_are_covered():
    assert fonts.missing_characters("—“”‘’…·≥≤±×÷→↑↓▲▼●■◆△▽○□◇◐✓％‰℃①②③") == set()
    assert fonts.missing_characters("ok" + NO_GLYPH) == set()  # not printable: never on a page
    assert fonts.missing_characters("㐂") == {"㐂"}


@pytest.mark.parametrize("weight", fonts.WEIGHTS)
def test_fonts_are_small_and_licensed(weight):
    file = fonts.font_file(weight)
    assert file.stat().st_size < 3_000_000
    licence = (file.parent / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
