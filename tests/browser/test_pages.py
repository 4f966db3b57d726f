"""Every page by itself: nothing is loaded, every link leads somewhere, search answers."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from chromium import ROOT, WIDTHS, axe, visit
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.tools

STEMS = (
    *("00_overview", "01_health", "02_education", "03_economy", "04_decision"),
    *("05_social_security", "06_family", "07_environment", "08_law"),
)
REPORTS = [f"{region}/2025/{stem}.html" for region in ("CN", "jiutai") for stem in STEMS]
INDEXES = ["index.html", "CN/2025/index.html", "jiutai/2025/index.html"]
EVERY = INDEXES + REPORTS
# One page of each kind, with figures and without: what is looked at closely.
KINDS = ["index.html", "CN/2025/index.html", *REPORTS[:2], *REPORTS[9:11]]
SHOTS = ROOT / "build" / "screenshots"


@pytest.mark.parametrize("name", EVERY)
def test_with_the_network_off_nothing_is_missed(name: str, site: Path, browser: Browser) -> None:
    with visit(browser, site / name) as seen:
        assert seen.complaints == []
        assert seen.page.title()


def test_a_page_that_loads_or_complains_is_noticed(tmp_path: Path, browser: Browser) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        '<!DOCTYPE html><img src="https://example.org/a.png"><img src="none.png">'
        "<script>console.error('x'); nothing()</script>",
        encoding="utf-8",
    )
    with visit(browser, page) as seen:
        seen.page.wait_for_timeout(200)
        assert seen.outside == ["https://example.org/a.png"]
        assert any("none.png" in line for line in seen.failed)
        assert "x" in seen.errors
        assert any("nothing is not defined" in line for line in seen.errors)


@pytest.mark.parametrize("name", EVERY)
def test_pages_are_light(name: str, site: Path) -> None:
    page = site / name
    assert page.stat().st_size <= (300_000 if name in INDEXES else 1_500_000)
    found = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    for part in found.select("main, footer, nav"):
        part.decompose()
    assert len(str(found).encode("utf-8")) <= 150_000, "the template's own share"


# ---- links


@cache
def anchors(path: Path) -> frozenset[str]:
    found = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    return frozenset(str(tag["id"]) for tag in found.find_all(id=True))


def broken(page: Page) -> list[str]:
    """Links of a page to a file or an anchor that is not there."""
    addresses = page.eval_on_selector_all("a[href]", "links => links.map(a => a.href)")
    found = []
    for address in dict.fromkeys(addresses):
        parts = urlsplit(address)
        if parts.scheme != "file":
            continue
        path = Path(unquote(parts.path))
        fragment = unquote(parts.fragment)
        if not path.is_file() or (fragment and fragment not in anchors(path)):
            found.append(f"{path.name}#{fragment}")
    return found


@pytest.mark.parametrize("name", EVERY)
def test_every_link_leads_to_a_page_and_a_place_in_it(
    name: str, site: Path, browser: Browser
) -> None:
    with visit(browser, site / name) as seen:
        assert broken(seen.page) == []


def test_a_broken_link_is_noticed(tmp_path: Path, browser: Browser) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '<p id="有"><a href="#有">好</a><a href="#无">坏</a><a href="no.html">坏</a>',
        encoding="utf-8",
    )
    with visit(browser, page) as seen:
        assert broken(seen.page) == ["page.html#无", "no.html#"]


@pytest.mark.parametrize("name", REPORTS)
def test_contents_bring_their_heading_into_view(name: str, site: Path, browser: Browser) -> None:
    with visit(browser, site / name) as seen:
        links = seen.page.locator(".toc li a")
        assert links.count() == seen.page.locator("main :is(h2, h3)[id]").count() > 0
        for place in range(links.count()):
            links.nth(place).click()
            top = seen.page.evaluate(
                "document.getElementById(decodeURIComponent(location.hash.slice(1)))"
                ".getBoundingClientRect().top"
            )
            assert -1 <= top < 900, links.nth(place).text_content()


def test_bricks_open_the_goal_in_its_domains_report(site: Path, browser: Browser) -> None:
    with visit(browser, site / "index.html") as seen:
        page = seen.page
        for region in ("jiutai", "CN"):
            rows = page.locator(f"section[aria-labelledby={region}] .bricks")
            assert rows.count() == 8
            for place in range(8):
                rows.nth(place).locator("a.brick").nth(1).click()
                assert page.locator(":target").is_visible()
                assert page.url.split("#")[0].endswith(f"{STEMS[place + 1]}.html")
                page.go_back()
        assert seen.complaints == []


# ---- search


@pytest.mark.parametrize(
    ("words", "label"),
    [
        pytest.param("健康2", "健康2", id="goal"),
        pytest.param("孕产妇死亡率", "健康2", id="indicator"),
        pytest.param("教育局", "教育2", id="department"),
        pytest.param("孕产妇　12/10万", "健康2", id="two words"),
    ],
)
def test_search_keeps_what_fits(words: str, label: str, site: Path, browser: Browser) -> None:
    with visit(browser, site / "index.html") as seen:
        page = seen.page
        page.get_by_label("查找", exact=True).fill(words)
        shown = page.locator("#list tbody tr:visible")
        count = shown.count()
        assert 0 < count < 77
        assert label in shown.locator("th").all_text_contents()
        assert page.locator("#said").text_content() == f"找到{count}项目标"
        page.get_by_label("查找", exact=True).fill("")
        assert shown.count() == 77


def test_search_that_finds_nothing_says_so(site: Path, browser: Browser) -> None:
    with visit(browser, site / "index.html") as seen:
        none = seen.page.locator(".none")
        assert not none.is_visible()
        seen.page.get_by_label("查找", exact=True).fill("火星")
        assert seen.page.locator("#list tbody tr:visible").count() == 0
        assert none.is_visible()


# ---- reading, by eye and without


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", EVERY)
def test_axe_finds_nothing(name: str, scheme: str, site: Path, browser: Browser) -> None:
    with visit(browser, site / name, scheme=scheme) as seen:
        assert axe(seen.page) == []


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_where_every_status_is_shown(
    width: int, scheme: str, specimen: Path, full_portal: Path, browser: Browser
) -> None:
    for path in (specimen, full_portal):
        with visit(browser, path, scheme=scheme, width=width) as seen:
            assert axe(seen.page) == []


def test_axe_is_asked_in_earnest(tmp_path: Path, browser: Browser) -> None:
    page = tmp_path / "bad.html"
    page.write_text(
        '<!DOCTYPE html><title>x</title><main><p style="color:#aaa">太淡的一行字</p>'
        '<img src="data:,"></main>',
        encoding="utf-8",
    )
    with visit(browser, page) as seen:
        found = " ".join(axe(seen.page))
    for rule in ("color-contrast", "image-alt", "html-has-lang"):
        assert rule in found


@pytest.mark.parametrize("width", [390, 320])
@pytest.mark.parametrize("name", EVERY)
def test_a_phone_scrolls_down_only(name: str, width: int, site: Path, browser: Browser) -> None:
    with visit(browser, site / name, width=width) as seen:
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width


def test_keyboard_skips_to_the_text_and_sees_where_it_is(site: Path, browser: Browser) -> None:
    with visit(browser, site / "CN/2025/01_health.html") as seen:
        page = seen.page
        page.keyboard.press("Tab")
        skip = page.locator(":focus")
        assert skip.text_content() == "跳到正文"
        assert skip.bounding_box()["x"] >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        for _ in range(8):
            page.keyboard.press("Tab")
            focus = page.locator(":focus")
            assert focus.evaluate("e => document.getElementById('main').contains(e)")
            assert focus.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


@pytest.mark.parametrize("name", EVERY)
def test_headings_descend_one_level_at_a_time(name: str, site: Path, browser: Browser) -> None:
    with visit(browser, site / name) as seen:
        levels = seen.page.eval_on_selector_all(
            "h1, h2, h3, h4", "all => all.map(h => Number(h.tagName[1]))"
        )
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


# ---- pictures for the eye


@pytest.mark.parametrize("name", KINDS)
def test_screenshots_are_kept(name: str, site: Path, browser: Browser) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        for scheme in ("light", "dark") if width == 1440 else ("light",):
            path = SHOTS / f"{name.replace('/', '_').removesuffix('.html')}_{width}_{scheme}.png"
            with visit(browser, site / name, width=width, scheme=scheme) as seen:
                tall = seen.page.evaluate("document.documentElement.scrollHeight")
                # Chromium draws no taller picture than 16384 pixels.
                clip = {"x": 0, "y": 0, "width": width, "height": min(tall, 16000)}
                seen.page.screenshot(path=path, full_page=True, clip=clip)
            assert path.stat().st_size > 20_000
