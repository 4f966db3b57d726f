"""Opening a page in Debian's Chromium without a network, and noting what goes wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nbformat import NotebookNode
from playwright.sync_api import Browser, Page, Playwright

from halfsky.report.render.page import to_html

ROOT = Path(__file__).resolve().parents[2]
FONTS = ROOT / "lib" / "halfsky" / "report" / "assets" / "fonts"
AXE = ROOT / "tests" / "tools" / "node_modules" / "axe-core" / "axe.min.js"
WIDTHS = (1440, 768, 390)
BANNER = "合成数据：仅用于演示，不代表任何真实地区"


def needed(found: str | Path | None, name: str) -> Path:
    """A tool's place. CI sets HALFSKY_REQUIRE_TOOLS, and then a missing tool is a failure."""
    if found is not None and Path(found).exists():
        return Path(found)
    if os.environ.get("HALFSKY_REQUIRE_TOOLS"):
        pytest.fail(f"{name} is missing")
    pytest.skip(f"{name} is not installed")


def program(*names: str) -> Path:
    """The first of some programs that is installed."""
    return needed(next(filter(None, map(shutil.which, names)), None), names[0])


def launch(driver: Playwright, folder: Path) -> Browser:
    """The system's Chromium with the project's own font: a bare machine has no Chinese one."""
    config = folder / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
        f"<dir>{FONTS}</dir><cachedir>{folder}/fonts</cachedir></fontconfig>\n",
        encoding="utf-8",
    )
    return driver.chromium.launch(
        executable_path=program("chromium", "chromium-browser", "google-chrome"),
        args=["--no-sandbox"],
        env={**os.environ, "FONTCONFIG_FILE": str(config)},
    )


@dataclass
class Visit:
    """An open page with what it asked of the network and what it complained of."""

    page: Page
    outside: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        return self.outside + self.failed + self.errors


@contextmanager
def visit(
    browser: Browser, path: Path, *, width: int = 1440, height: int = 900, scheme: str = "light"
) -> Iterator[Visit]:
    """Open a file with the network off; fragment and all."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        offline=True,
        locale="zh-CN",
    )
    try:
        page = context.new_page()
        page.set_default_timeout(10_000)
        seen = Visit(page)
        page.on("request", lambda r: _outside(r.url) and seen.outside.append(r.url))
        page.on("requestfailed", lambda r: seen.failed.append(f"{r.url}: {r.failure}"))
        page.on("console", lambda m: m.type in ("error", "warning") and seen.errors.append(m.text))
        page.on("pageerror", lambda e: seen.errors.append(str(e)))
        page.goto(path.resolve().as_uri(), wait_until="load")
        yield seen
    finally:
        context.close()


def _outside(address: str) -> bool:
    return not address.startswith(("file:", "data:"))


def axe(page: Page) -> list[str]:
    """Violations of WCAG 2.2 A and AA and of axe's best practices, one line each."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.add_script_tag(path=needed(AXE, "axe-core (npm ci --prefix tests/tools)"))
    found = page.evaluate(
        """() => axe.run(document, {resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa",
            "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})"""
    )
    return [
        f"{v['impact']} {v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}"
        f" ({len(v['nodes'])}×) {v['nodes'][0]['failureSummary'][:300]}"
        for v in found["violations"]
    ]


def run(command: list[str | Path]) -> str:
    """A program's output."""
    done = subprocess.run(
        [str(part) for part in command], check=True, capture_output=True, timeout=120
    )
    return done.stdout.decode("utf-8")


def page_of(notebook: NotebookNode, **changed: object) -> str:
    """A notebook as a synthetic region's page."""
    given = {
        "title": "标本：合成示范区2025年中期评估",
        "region": "合成示范区",
        "year": 2025,
        "phase": "中期评估",
        "banner": BANNER,
        "synthetic": True,
        "provenance": {"规划": "版本1.0"},
        "nav": [],
    }
    return to_html(notebook, **(given | changed))
