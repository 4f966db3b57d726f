"""nbconvert with our own template: no code, no prompts, nothing loaded from outside."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from nbconvert.exporters.templateexporter import TemplateExporter
from nbformat import NotebookNode
from traitlets import default
from traitlets.config import Config

from halfsky.report.render.outline import Outline, filled, with_blocks
from halfsky.report.render.results_json import MIME as RESULTS

TEMPLATES = Path(__file__).with_name("templates")
# The first type present is shown; a record for machines is not for readers.
SHOWN = ("text/html", "text/markdown", "image/svg+xml", "image/png", "image/jpeg", "text/plain")
_PAPERMILL_NOTES = {"papermill-error-cell-tag"}


_UNNAMED: dict[str, Any] = {
    "title": "",
    "region": "",
    "year": "",
    "phase": None,
    "banner": None,
    "synthetic": False,
    "provenance": {},
    "nav": [],
}


class ReportExporter(TemplateExporter):
    """HTML of a halfsky report.

    Also `jupyter nbconvert --to halfsky.report.render.page.ReportExporter`, untitled there.
    """

    export_from_notebook = "halfsky"

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    @default("template_name")
    def _template_name_default(self) -> str:
        return "halfsky"

    @default("extra_template_basedirs")
    def _extra_template_basedirs_default(self) -> list[str]:
        return [str(TEMPLATES)]

    output_mimetype = "text/html"

    @property
    def default_config(self) -> Config:
        config = Config(
            {
                "NbConvertBase": {"display_data_priority": list(SHOWN)},
                "TemplateExporter": {
                    "exclude_input": True,
                    "exclude_input_prompt": True,
                    "exclude_output_prompt": True,
                    "exclude_raw": True,
                },
            }
        )
        config.merge(super().default_config)
        return config

    def from_notebook_node(  # type: ignore[override]  # nbconvert names its own return type
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Render; resources["halfsky"] holds what to_html was given."""
        outline = Outline()
        given = (resources or {}).get("halfsky", {})
        page = {**_UNNAMED, **given, "css": stylesheet()}
        rendered = {**(resources or {}), "page": page}
        # A global: nbconvert copies what stands in resources, and the copy would stay empty.
        self.environment.globals["outline"] = outline
        self.environment.filters.update(markdown2html=outline.markdown, as_base64=_as_base64)
        return super().from_notebook_node(readable(nb), rendered, **kw)


def stylesheet() -> str:
    """The page's style sheet, which the template carries inline."""
    source = resources.files("halfsky.report") / "assets" / "report.css"
    return source.read_text(encoding="utf-8")


def _as_base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def readable(nb: NotebookNode) -> NotebookNode:
    """A copy as a page shows it: our blocks drawn anew, anything else cleaned.

    Without what readers have no use for: the runner's notes in English, outputs for machines,
    whatever follows a failed cell (its headings would stand over nothing), the line of source
    below a chart, which the page's own figure carries, and sections without anything to say.
    """
    kept = []
    for cell in nb.cells:
        if _PAPERMILL_NOTES & set(cell.get("metadata", {}).get("tags", [])):
            continue
        if cell.cell_type != "code":
            kept.append(cell)
            continue
        outputs = [with_blocks(o) for o in cell.get("outputs", []) if _is_for_readers(o)]
        kept.append(NotebookNode({**cell, "outputs": outputs}))
        if any(o.output_type == "error" for o in outputs):
            break
    return NotebookNode({**nb, "cells": filled(kept)})


def _is_for_readers(output: NotebookNode) -> bool:
    is_caption = output.get("metadata", {}).get("halfsky", {}).get("is_caption", False)
    return (
        RESULTS not in output.get("data", {}) and output.get("name") != "stderr" and not is_caption
    )


def to_html(
    nb: NotebookNode,
    *,
    title: str,
    region: str,
    year: int,
    phase: str | None,
    banner: str | None,
    synthetic: bool,
    provenance: Mapping[str, Any],
    nav: Sequence[tuple[str, str, bool]],
) -> str:
    """An executed notebook as one self-contained page in Chinese.

    Args:
        nb: its first # heading is dropped: title stands in its place.
        phase: 年度监测, 中期评估, 终期评估; None for a reference region.
        banner: what a reader must know before the first figure, or None.
        synthetic: the page says 合成数据 on its edge, on paper too.
        provenance: what a third party needs to run the same again; a value may be a text, a
            list of texts or a mapping of text to text.
        nav: (label, address, is this page) of the region's pages, in their order.

    Returns:
        The page; it loads nothing.
    """
    page = {
        "title": title,
        "region": region,
        "year": year,
        "phase": phase,
        "banner": banner,
        "synthetic": synthetic,
        "provenance": dict(provenance),
        "nav": list(nav),
    }
    exporter = ReportExporter()  # type: ignore[no-untyped-call]
    html, _ = exporter.from_notebook_node(nb, {"halfsky": page})
    return str(html)
