"""A page printed to PDF: no chart is cut, no heading stands alone at a page's foot."""

from __future__ import annotations

import base64
import io
from collections import defaultdict
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from chromium import page_of, program, run, visit
from nbformat.v4 import new_markdown_cell, new_notebook
from PIL import Image
from playwright.sync_api import Browser
from test_pages import REPORTS

pytestmark = pytest.mark.tools

POINTS = 72 / 25.4
HEIGHT = 297 * POINTS
# report.css: @page margin 18mm 15mm 20mm; 合成数据 stands in the upper margin, the page's number
# in the lower one.
HEAD, FOOT = 18 * POINTS, 20 * POINTS
ROOM = (180.5, 259.5)  # mm between the margins
PIXELS = 681  # 180 mm


class Printed:
    """A page's PDF, taken apart by Poppler."""

    def __init__(self, browser: Browser, source: Path, pdf: Path) -> None:
        with visit(browser, source) as seen:
            seen.page.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
            self.headings = set(
                seen.page.eval_on_selector_all(
                    "h1, h2, h3, h4, caption, thead tr",
                    "all => all.map(e => e.textContent.replace(/\\s/g, ''))",
                )
            ) - {""}
            self.figures = seen.page.locator("figure img").count()
            # Chromium makes the whole text smaller where something is too wide for the paper.
            seen.page.emulate_media(media="print")
            seen.page.set_viewport_size({"width": PIXELS, "height": 980})
            wide = seen.page.evaluate("document.documentElement.scrollWidth")
            self.beyond = [f"{wide} of {PIXELS} pixels"] if wide > PIXELS else []
        layout = run([program("pdftotext"), "-bbox-layout", pdf, "-"])
        self.pages = BeautifulSoup(layout, "html.parser").find_all("page")
        # page, num, type, width, height, color, comp, bpc, enc, interp, object, id, x-ppi, y-ppi
        listed = run([program("pdfimages"), "-list", pdf]).splitlines()[2:]
        self.images = [line.split() for line in listed]

    def rows(self, page: BeautifulSoup) -> list[str]:
        """The texts of a page's rows without their spaces, from top to foot."""
        found: list[tuple[float, list[tuple[float, str]]]] = []
        lines = []
        for line in page.find_all("line"):
            x0, y0, y1 = (float(line[key]) for key in ("xmin", "ymin", "ymax"))
            words = "".join(w.get_text() for w in line.find_all("word"))
            if y1 > HEAD and y0 < HEIGHT - FOOT:
                lines.append(((y0 + y1) / 2, x0, words))
        for middle, x0, words in sorted(lines):
            if found and middle - found[-1][0] < 4:
                found[-1][1].append((x0, words))
            else:
                found.append((middle, [(x0, words)]))
        return ["".join(w for _, w in sorted(parts)) for _, parts in found]

    def lonely(self) -> list[str]:
        """Headings, captions and heads of tables that are a page's last words."""
        last = [rows[-1] for rows in map(self.rows, self.pages) if rows]
        return [text for text in last if text in self.headings]

    def cut(self) -> list[str]:
        """Charts drawn on more than one page, or larger than a page's room."""
        found = []
        pages: dict[str, set[str]] = defaultdict(set)
        for page, _, _, width, height, *_, number, _, x_ppi, y_ppi, _, _ in self.images:
            pages[number].add(page)
            size = int(width) / int(x_ppi) * 25.4, int(height) / int(y_ppi) * 25.4
            if size[0] > ROOM[0] or size[1] > ROOM[1]:
                found.append(f"page {page}: {size[0]:.0f} × {size[1]:.0f} mm")
        found += [f"on pages {sorted(where)}" for where in pages.values() if len(where) > 1]
        if len(pages) != self.figures:
            found.append(f"{len(pages)} of {self.figures} charts printed")
        return found


@pytest.mark.parametrize("name", REPORTS)
def test_paper_keeps_charts_whole_and_headings_with_their_text(
    name: str, site: Path, browser: Browser, tmp_path: Path
) -> None:
    printed = Printed(browser, site / name, tmp_path / "page.pdf")
    assert printed.cut() == []
    assert printed.lonely() == []
    assert printed.beyond == []


def test_a_page_of_every_part_prints_well(
    specimen: Path, full_portal: Path, browser: Browser, tmp_path: Path
) -> None:
    for path in (specimen, full_portal):
        printed = Printed(browser, path, tmp_path / "page.pdf")
        assert (printed.cut(), printed.lonely(), printed.beyond) == ([], [], [])


def test_contents_and_navigation_stay_on_the_screen(
    specimen: Path, browser: Browser, tmp_path: Path
) -> None:
    printed = Printed(browser, specimen, tmp_path / "page.pdf")
    texts = ["".join(page.get_text().split()) for page in printed.pages]
    words = "".join(texts)
    assert all("合成数据" in text for text in texts), "every sheet of a synthetic report says so"
    assert "目录" not in words
    assert "跳到正文" not in words


FAULTS = {
    "too tall for any page": ("cut", "", "img{height:400mm!important;max-height:none!important}"),
    "wider than the paper": ("cut", "", "img{width:260mm!important;max-width:none!important}"),
    "a heading at the foot": ("lonely", "225mm", "h2{break-after:auto!important}"),
    "a line into the margin": ("beyond", "", "main p{white-space:nowrap}"),
}


@pytest.mark.parametrize(("check", "spacer", "css"), FAULTS.values(), ids=FAULTS.keys())
def test_a_planted_fault_is_found(
    check: str, spacer: str, css: str, browser: Browser, tmp_path: Path
) -> None:
    long = "很长的一行字" * 12
    block = '<div style="height:60mm;break-inside:avoid">正文。</div>'
    html = page_of(new_notebook(cells=[new_markdown_cell(f"# 题\n\n{long}")]), synthetic=False)
    picture = io.BytesIO()
    Image.linear_gradient("L").save(picture, "PNG")
    address = "data:image/png;base64," + base64.b64encode(picture.getvalue()).decode("ascii")
    figure = f'<figure><div class="card"><img alt="图" width="600" src="{address}"></div></figure>'
    planted = f'<div style="break-before:page;height:{spacer or 0}"></div><h2>孤行标题</h2>'
    planted += block + figure
    html = html.replace("</main>", planted + "</main>").replace("</style>", css + "</style>")
    source = tmp_path / "fault.html"
    source.write_text(html, encoding="utf-8")
    printed = Printed(browser, source, tmp_path / "fault.pdf")
    found = {"cut": printed.cut(), "lonely": printed.lonely(), "beyond": printed.beyond}
    assert found[check] != []
