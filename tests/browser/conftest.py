"""Pages for Chromium, made once: two regions' real reports, and a specimen of every part."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import ROOT, launch, page_of, program
from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from playwright.sync_api import Browser, sync_playwright

import report_fakes as fake
from halfsky.report import blocks, charts
from halfsky.report.render.jupyter import bundles
from halfsky.report.render.portal import render_portal
from halfsky.run import run_year

PLAN = "jiutai_2021_2030"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as driver:
        opened = launch(driver, tmp_path_factory.mktemp("chromium"))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """reports/ of the nation and of the district for 2025, all pages.

    HALFSKY_TEST_REPORTS names a folder that is there already: a minute saved while working on
    the pages' look.
    """
    ready = os.environ.get("HALFSKY_TEST_REPORTS")
    if ready:
        return Path(ready)
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("HALFSKY_DATA", str(folder / "data"))
        patch.setenv("HALFSKY_REPORTS", str(folder / "reports"))
        report = run_year(2025, ["CN", "jiutai"], plan=PLAN)
    assert report.ok, report.message()
    return folder / "reports"


@pytest.fixture(scope="session")
def specimen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A synthetic region's page with every chart, a table with every status, and a failure."""
    rows = "".join(
        f'<tr id="t.{place}"><th scope="row">{row["name"]}</th><td class="num">{row["value"]}</td>'
        f'<td><span class="status status-{key}"><span class="mark" aria-hidden="true">●</span>'
        f'{row["status"]}</span></td><td class="wide">{row["name"]}：{row["unit"]}</td></tr>'
        for place, row in enumerate(fake.targets().to_dict("records") * 4)
        for key in [("met", "nearly", "unmet", "undecidable", "missing")[place % 5]]
    )
    table = (
        '<div class="table-scroll" tabindex="0" role="region" aria-label="标本"><table>'
        '<caption>各项指标</caption><thead><tr><th scope="col">指标</th>'
        '<th scope="col" class="num">现值</th><th scope="col">状态</th>'
        f'<th scope="col">依据</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )
    drawn = [
        charts.plot_completion(fake.targets()),
        charts.plot_fans(
            fake.targets().head(6), fake.observations(), fake.forecasts(), end_year=2030
        ),
        charts.plot_goal_wall(fake.goals()),
        charts.plot_status_counts(fake.goals()),
        charts.plot_dumbbell(fake.gaps()),
        charts.plot_slope(fake.gaps()),
    ]
    cells = [new_markdown_cell("# 标本\n\n各种部件各一份，用来看样子。")]
    for place, figure in enumerate(drawn, 1):
        cells += [
            new_markdown_cell(
                f"## 第{place}幅\n\n### 说明与图\n\n图前一句话，说明它回答什么问题。"
            ),
            new_code_cell("chart", outputs=[_shown(figure, place)]),
        ]
    data = {"text/html": table, "text/plain": "x"}
    cells += [
        new_markdown_cell("## 表\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |"),
        new_code_cell("table", outputs=[new_output("display_data", data=data)]),
        new_markdown_cell("## 出错的一节"),
        new_code_cell("1/0", outputs=[new_output("error", ename="ZeroDivisionError", evalue="0")]),
    ]
    path = tmp_path_factory.mktemp("specimen") / "specimen.html"
    path.write_text(page_of(new_notebook(cells=cells)), encoding="utf-8")
    return path


def _shown(figure: Figure, place: int) -> NotebookNode:
    chart = blocks.Figure(figure, "图", f"第{place}幅图的意思", "来源：无", is_synthetic=True)
    data, metadata = next(iter(bundles([chart])))
    data = {**data, "image/png": base64.b64encode(data["image/png"]).decode("ascii")}
    return new_output("display_data", data=data, metadata=metadata)


@pytest.fixture(scope="session")
def full_portal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The portal over three regions and five years, every status among them."""
    roles = {"jiutai": "evaluated", "CN": "reference", "demo": "synthetic"}
    runs = [
        fake.run(region, role, year, seed=year + place)
        for place, (region, role) in enumerate(roles.items())
        for year in range(2021, 2026)
    ]
    path = tmp_path_factory.mktemp("portal") / "index.html"
    path.write_text(render_portal(runs), encoding="utf-8")
    return path
