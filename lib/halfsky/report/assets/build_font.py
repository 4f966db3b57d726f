"""Cut the shipped font subset from Noto Sans SC; run by hand when a character is missing.

    npm pack @expo-google-fonts/noto-sans-sc && tar xzf expo-google-fonts-noto-sans-sc-*.tgz
    python lib/halfsky/report/assets/build_font.py package

Needs fonttools (a development dependency). The subset is renamed, so that a system font called
Noto Sans SC can neither replace it nor be replaced by it: charts look the same everywhere.
"""

from __future__ import annotations

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

FAMILY = "Halfsky Sans SC"
WEIGHTS = {
    "Regular": "400Regular/NotoSansSC_400Regular.ttf",
    "Bold": "700Bold/NotoSansSC_700Bold.ttf",
}
SYMBOLS = "—–“”‘’…·≥≤±×÷√→←↑↓▲▼●■◆△▽○□◇◐✓％‰°′″≈≠≡∞①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣⅤ−κδαβμσ％／２"
ROOT = Path(__file__).resolve().parents[4]
READ = ("params/**/*.yaml", "data/raw/**/*.txt", "data/raw/**/*.csv", "data/raw/**/*.md")


def gb2312() -> set[str]:
    """Every character of GB 2312: 6763 Chinese characters, punctuation and symbols."""
    found = set()
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.add(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:
                continue
    return found


def project_characters(root: Path = ROOT) -> set[str]:
    """Every character that occurs in the parameters, the plan's text and the raw data."""
    found: set[str] = set()
    for pattern in READ:
        for path in sorted(root.glob(pattern)):
            found |= set(path.read_text(encoding="utf-8-sig"))
    return {character for character in found if character.isprintable()}


def requested() -> set[str]:
    ascii_and_latin = {chr(code) for code in (*range(0x20, 0x7F), *range(0xA0, 0x100))}
    # Box drawing, kana and Cyrillic of GB 2312 never stand in these charts.
    chinese = {c for c in gb2312() if not "─" <= c <= "╿" and not "ぁ" <= c <= "ヿ"}
    chinese = {c for c in chinese if not "Ѐ" <= c <= "ӿ"}
    return ascii_and_latin | chinese | set(SYMBOLS) | project_characters()


def build(source: Path, target: Path, style: str) -> set[str]:
    """Write one weight's subset; return the wanted characters the source font lacks."""
    options = subset.Options()
    options.hinting = False
    options.layout_features = ["kern", "vert"]
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.glyph_names = False
    font: TTFont = subset.load_font(str(source), options, lazy=False)
    characters = requested()
    missing = {c for c in characters if ord(c) not in font.getBestCmap()}
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(c) for c in characters])
    cutter.subset(font)
    names = font["name"]
    names.names = [n for n in names.names if n.nameID in (0, 5, 13, 14)]
    postscript = FAMILY.replace(" ", "")
    for number, text in {
        1: FAMILY,
        2: style,
        3: f"{postscript}-{style}; subset of Noto Sans SC",
        4: f"{FAMILY} {style}",
        6: f"{postscript}-{style}",
    }.items():
        names.setName(text, number, 3, 1, 0x409)
    # The same input gives the same bytes.
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(str(target))
    return missing


def main() -> None:
    package = Path(sys.argv[1])
    folder = Path(__file__).resolve().parent / "fonts"
    for style, name in WEIGHTS.items():
        target = folder / f"HalfskySansSC-{style}.ttf"
        missing = build(package / name, target, style)
        size = target.stat().st_size / 1e6
        print(f"{target.name}: {size:.2f} MB; not in the source: {''.join(sorted(missing))}")
    licence = (package / "LICENSE_FONT").read_text(encoding="utf-8")
    (folder / "OFL.txt").write_text(licence, encoding="utf-8")


if __name__ == "__main__":
    main()
