"""HTML that a notebook shows, with the plain text that stands for it in a terminal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import escape

from halfsky.report.numbers import is_known
from halfsky.report.text import environment as text_environment


@dataclass(frozen=True)
class Html:
    """A displayable piece of HTML.

    html: markup whose data were escaped when it was made (a template with autoescape, or note()).
    text: the same in plain words.
    """

    html: str
    text: str

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.text}


# Where not even a reason needs to be given: a page leaves such a section out.
SILENT = Html("", "")


def note(text: str, *, asks: bool = False) -> Html:
    """One sentence where a chart or table would be empty: it says what is missing.

    asks: it also says who is to send what; then it stays on a page that has nothing else to say.
    """
    return Html(f'<p class="note{" asks" if asks else ""}">{escape(text)}</p>', text)


def is_note(html: str) -> bool:
    """Is this nothing but notes, or nothing at all?"""
    return not re.sub(r'<p class="note( asks)?">[^<]*</p>', "", html).strip()


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The HTML templates with the number filters; autoescaping, strict about missing names."""
    env = Environment(
        loader=PackageLoader("halfsky.report", "templates/zh"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(text_environment().filters)
    env.globals["known"] = is_known
    return env
