"""合成数据 on everything made from a synthetic region, put on in one place.

A function of this room added later cannot forget the mark: halfsky.report wraps them all.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from bs4 import BeautifulSoup

from halfsky.report.blocks import Blocks
from halfsky.report.chart import Chart
from halfsky.report.document import Table
from halfsky.report.html import Html

WORD = "合成数据"
MARK = f"（{WORD}）"


def takes_view(function: object) -> bool:
    """Is it a function whose first parameter is a view?"""
    if not inspect.isfunction(function):
        return False
    return next(iter(inspect.signature(function).parameters), None) == "view"


def marked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; what it shows of a synthetic region says so."""

    @wraps(function)
    def show(view: Any, *given: Any, **named: Any) -> Any:
        shown = function(view, *given, **named)
        return mark(shown) if view.is_synthetic else shown

    return show


def mark(shown: Any) -> Any:
    """A table, chart or group of charts with 合成数据 on it; anything else as it is."""
    if isinstance(shown, Blocks):
        return shown.marked_synthetic()
    if isinstance(shown, Html):
        return _table(shown)
    if isinstance(shown, Table):
        return replace(shown, caption=shown.caption + MARK)
    for chart in getattr(shown, "charts", [shown]):
        if isinstance(chart, Chart):
            chart.mark_synthetic()
            if WORD not in chart.source:
                chart.source += MARK
    return shown


def _table(shown: Html) -> Html:
    """Every caption ends with the mark; a table without a caption gets one."""
    if "<table" not in shown.html:
        return shown
    soup = BeautifulSoup(shown.html, "html.parser")
    for table in soup.find_all("table"):
        caption = table.find("caption")
        if caption is None:
            caption = soup.new_tag("caption")
            table.insert(0, caption)
        if WORD not in caption.get_text():
            caption.append(MARK)
    text = shown.text if shown.text.endswith(MARK) else f"{shown.text}{MARK}"
    return Html(str(soup), text)
