"""From executed notebooks to pages, and from all runs present to the portal."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat

import halfsky
from halfsky import data
from halfsky.data.files import replace_file
from halfsky.plan import Plan, Region, load_plan, load_region
from halfsky.plan.paths import params_dir
from halfsky.report.labels import short_text
from halfsky.report.render.page import to_html
from halfsky.report.render.portal import render_portal, render_region_index
from halfsky.run.attachments import attachments
from halfsky.run.execute import Outcome
from halfsky.run.pages import Page
from halfsky.run.release import DRAFT

REFERENCE_BANNER = "参照数据：以{district}规划目标对照公布数据，不构成对该地区的评估"
SYNTHETIC_BANNER = "合成数据：仅用于演示，不代表任何真实地区"
_SOFTWARE = ("pandas", "numpy", "statsmodels", "scipy", "papermill", "nbconvert")


def replace(path: Path, text: str) -> Path:
    """Write a text in one piece, as UTF-8 and with the same line ends on every system."""
    return replace_file(path, text.encode("utf-8"))


def banner(region: Region, plan: Plan) -> str | None:
    """What stands on top of every page of a region that is not evaluated."""
    if region.role == "reference":
        return REFERENCE_BANNER.format(district=plan.info.district)
    return SYNTHETIC_BANNER if region.role == "synthetic" else None


def provenance(plan: Plan, region: Region, parameters: dict[str, Any]) -> dict[str, Any]:
    """What a third party needs to run the same again: versions, hashes, parameters, time."""
    inputs = data.input_hashes([region.id, *region.compare_with])
    return {
        "规划": f"{plan.info.name}，版本{plan.info.version}",
        "参数": "，".join(f"{key}={value}" for key, value in parameters.items()),
        "数据指纹": {name: digest[:16] for name, digest in inputs.items()} or "无原始数据",
        "规则指纹": params_hash()[:16],
        "软件": "，".join(
            [f"halfsky {halfsky.__version__}", f"Python {platform.python_version()}"]
            + [f"{name} {version(name)}" for name in _SOFTWARE]
        ),
        "生成时间": datetime.now().astimezone().strftime("%Y年%m月%d日 %H:%M（UTC%z）"),
    }


STATE, LEFT_OUT = "文稿状态", "公开处理"
_DRAFT_NOTICE = "送审稿：尚未审定，数字和结论可能修改，请勿引用"
PUBLIC_NOTICE = "公开版：过小的人数、例数和可据以推算出它们的数字按规定不公开，以＊表示"


def edition(state: str | None, record: Mapping[str, Any] | None) -> dict[str, str]:
    """What a footer says of the edition: its state, and how much a public one leaves out."""
    footer = {} if state is None else {STATE: state}
    if record is not None and record.get("public"):
        footer[LEFT_OUT] = (
            f"{record['withheld']}个数字按规定不公开，以＊表示：例数、人数过小的，和可据以推算出它们的"
            if record["withheld"]
            else "没有需要略去的小数字"
        )
    return footer


def params_hash() -> str:
    """One hash over every file of params/, by path: which rules and constants were used."""
    digest = hashlib.sha256()
    folder = params_dir()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode())
        # Line endings differ between checkouts on Windows and elsewhere; the rules do not.
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def page(
    page_: Page,
    requested: list[Page],
    notebook: nbformat.NotebookNode,
    region: Region,
    plan: Plan,
    year: int,
    made_with: dict[str, Any],
    outcome: Outcome,
) -> str:
    """One executed notebook as a page; a failed one says so on top."""
    phase = None if region.role == "reference" else plan.phase(year)
    kind = phase or "参照数据"
    notices = [banner(region, plan)]
    if made_with.get(STATE) == DRAFT:
        notices.append(_DRAFT_NOTICE)
    if LEFT_OUT in made_with:
        notices.append(PUBLIC_NOTICE)
    if not outcome.ok:
        cell = "" if outcome.cell is None else f"第{outcome.cell + 1}个单元格"
        notices.append(f"本页未能完整生成：{cell}出错，以下只是出错之前的部分结果")
    nav = [("区域首页", "index.html", False)]
    nav += [(p.title, f"{p.stem}.html", p.stem == page_.stem) for p in requested]
    return to_html(
        notebook,
        title=f"{page_.title}：{region.short}{year}年{kind}",
        region=region.name,
        year=year,
        phase=phase,
        banner="。".join(filter(None, notices)) or None,
        synthetic=region.role == "synthetic",
        provenance=made_with,
        nav=nav,
    )


def _with_names(results: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A run's results with what the portal prints beside them."""
    plan = load_plan(results["plan"])
    region = load_region(results["region"])
    titles = {f"{d.number:02d}_{d.domain}": d.title for d in plan.domains}
    stems = {"00_overview": "总览", **titles}
    present = [
        {"file": f"{stem}.html", "title": title}
        for stem, title in stems.items()
        if (folder / f"{stem}.html").is_file()
    ]
    made = datetime.fromtimestamp((folder / "results.json").stat().st_mtime).astimezone()
    return {
        **results,
        "region_name": region.name,
        "region_short": region.short,
        "plan_name": plan.info.name,
        "banner": banner(region, plan),
        "pages": present,
        "names": {goal.id: short_text(goal.text) for goal in plan.goals.values()},
        "domain_names": {d.domain: d.name for d in plan.domains},
        "indicators": {i.id: i.name for i in plan.indicators.values()},
        "generated": made.strftime("%Y年%m月%d日"),
        **_named(attachments(folder), stems),
    }


def _named(found: dict[str, list[dict[str, Any]]], titles: dict[str, str]) -> dict[str, Any]:
    """Attachments with the page's title where a workbook is only named after its page."""
    linked = [link for release in found["releases"] for link in release["links"]]
    for link in (*found["documents"], *linked):
        link["title"] = titles.get(link["title"], link["title"])
    return found


def region_index(folder: Path, results: dict[str, Any], *, alone: bool = False) -> Path:
    """reports/<region>/<year>/index.html: links to the pages, nothing else.

    alone: for a folder that travels without the others: no link leaves it.
    """
    run = _with_names(results, folder)
    if alone:
        run |= {"releases": [], "alone": True}
    return replace(folder / "index.html", render_region_index(run))


def portal(reports: Path) -> Path:
    """reports/index.html over every run present."""
    runs = []
    for path in sorted(reports.glob("*/*/results.json")):
        results = json.loads(path.read_text(encoding="utf-8"))
        place = f"{path.parent.parent.name}/{path.parent.name}"
        runs.append(_with_names(results, path.parent) | {"folder": place})
    reports.mkdir(parents=True, exist_ok=True)
    return replace(reports / "index.html", render_portal(runs))
