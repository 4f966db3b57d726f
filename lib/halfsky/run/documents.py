"""The Word files of a region and year: which are due in its phase, and where they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from halfsky.data.files import replace_file
from halfsky.plan import Plan, Region
from halfsky.report.documents.document import Document
from halfsky.report.documents.evaluation import evaluation_report
from halfsky.report.documents.monitoring import monitoring_report
from halfsky.report.render.word import to_docx
from halfsky.report.view import View

Maker = Callable[[View, str], Document]


def due(plan: Plan, region: Region, year: int) -> dict[str, Maker]:
    """File name -> what makes it: 监测报告 every year, 评估报告 at mid-term and at the end.

    A reference region has none: it is compared, not evaluated.
    """
    if region.role == "reference":
        return {}
    phase = plan.phase(year)
    found: dict[str, Maker] = {f"{phase[:2]}监测报告.docx": monitoring_report}
    if phase != "年度监测":
        found[f"{phase}报告.docx"] = evaluation_report
    return found


def build(
    plan: Plan, region: Region, year: int, folder: Path, public: bool = False, state: str = ""
) -> Iterator[tuple[str, str]]:
    """Write the documents that are due; yields each one's name and its error, "" if none.

    public: without small counts, like the pages beside them. state: 送审稿 or 审定稿, on the
    cover. A document that fails leaves the pages, and its own earlier version, as they are.
    A public edition is one by its name too: files are sent on without their folder.
    """
    makers = due(plan, region, year)
    if not makers:
        return
    if public:
        makers = {name.replace(".docx", "（公开版）.docx"): made for name, made in makers.items()}
    from halfsky.notebook import open_study

    try:
        view = open_study(None, year=year, region=region.id, plan=plan.id, public=public)
    except Exception as failed:  # noqa: BLE001 - the pages are made; say that these are not
        for name in makers:
            yield name, f"{type(failed).__name__}: {failed}"
        return
    for name, make in makers.items():
        try:
            replace_file(folder / name, to_docx(make(view, state)))
        except Exception as failed:  # noqa: BLE001 - one document must not stop the other
            yield name, f"{type(failed).__name__}: {failed}"
        else:
            yield name, ""
