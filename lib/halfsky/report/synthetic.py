"""合成数据 on everything made from a synthetic region, put on in one place.

A function added later cannot forget the mark: halfsky.report hands out all of them with it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from halfsky.report.blocks import Blocks


def takes_view(function: object) -> bool:
    """Is it a function whose first parameter is a view?"""
    if not inspect.isfunction(function):
        return False
    return next(iter(inspect.signature(function).parameters), None) == "view"


def marked(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; the blocks it gives of a synthetic region say so."""

    @wraps(function)
    def show(view: Any, *given: Any, **named: Any) -> Any:
        shown = function(view, *given, **named)
        is_marked = view.is_synthetic and isinstance(shown, Blocks)
        return shown.marked_synthetic() if is_marked else shown

    return show
