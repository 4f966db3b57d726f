"""How soon does a page show its first words, and how large is it? In Chromium, from the disk.

    python tests/benchmarks/page_load.py [reports]

For the portal and for every region's newest overview and largest domain report: size, and the
median first contentful paint of several fresh visits, with the processor as it is and slowed
to a quarter, which stands for an old office computer. Writes results/page_load.json and fails
where a page breaks its bounds: 1.5 MB a report, 300 KB the portal, a second to the first paint
on the processor as it is.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "browser"))
from chromium import launch  # noqa: E402 - it lies beside the tests

RESULTS = Path(__file__).resolve().parent / "results"
VISITS = 5
SLOWER = 4
REPORT_BYTES, PORTAL_BYTES, PAINT_MS = 1_500_000, 300_000, 1000


def main(reports: Path) -> int:
    rows = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = launch(driver, Path(folder))
        for page in chosen(reports):
            rows[page.relative_to(reports).as_posix()] = {
                "bytes": page.stat().st_size,
                "first_paint_ms": paint(browser, page, 1),
                f"first_paint_ms_{SLOWER}x_slower": paint(browser, page, SLOWER),
            }
        version = browser.version
        browser.close()
    out = {"chromium": version.split(".")[0], "visits": VISITS, "pages": rows}
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(out, indent=1) + "\n"
    (RESULTS / "page_load.json").write_text(text, encoding="utf-8")
    print(text)
    return 1 if any(over(name, row) for name, row in rows.items()) else 0


def chosen(reports: Path) -> list[Path]:
    """The portal, and of each region's newest year the overview and the largest domain report."""
    found = [reports / "index.html"]
    for region in sorted(path for path in reports.iterdir() if path.is_dir()):
        newest = max(path for path in region.iterdir() if path.is_dir())
        overview = newest / "00_overview.html"
        domains = set(newest.glob("0*.html")) - {overview}
        found += [overview, max(domains, key=lambda page: page.stat().st_size)]
    return found


def over(name: str, row: dict[str, int]) -> bool:
    """Whether a page breaks a bound."""
    most = PORTAL_BYTES if name == "index.html" else REPORT_BYTES
    return row["bytes"] > most or row["first_paint_ms"] > PAINT_MS


def paint(browser: Browser, path: Path, slower: int) -> int:
    """Median milliseconds from the start of navigation to the first contentful paint."""
    seen = []
    for _ in range(VISITS):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
        page = context.new_page()
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto(path.resolve().as_uri())
        seen.append(
            page.evaluate(
                """() => new Promise(done => new PerformanceObserver(list => {
                    const found = list.getEntriesByName("first-contentful-paint");
                    if (found.length) done(found[0].startTime);
                }).observe({type: "paint", buffered: true}))"""
            )
        )
        context.close()
    return round(statistics.median(seen))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "reports"))
