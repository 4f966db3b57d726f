"""HTML that a notebook shows, with the plain text that stands for it in a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import escape


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


def note(text: str) -> Html:
    """One sentence where a chart or table would be empty: it says what is missing."""
    return Html(f'<p class="note">{escape(text)}</p>', text)
