"""Runs a document's python blocks in order and compares what they print with the text block below.

As a script it writes what they print now: python tests/cookbook.py docs/cookbook.md
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
from pathlib import Path

BLOCK = re.compile(r"```python\n(?P<code>.*?)```(?:\n+```text\n(?P<said>.*?)```)?", re.DOTALL)


def run(text: str) -> list[tuple[str, str, str]]:
    """Each block with what the document says it prints and what it printed."""
    names: dict[str, object] = {}
    found = []
    for block in BLOCK.finditer(text):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(block["code"], "cookbook", "exec"), names)
        found.append((block["code"], block["said"] or "", out.getvalue()))
    return found


def written(text: str) -> str:
    """The document with every answer as it is now."""
    answers = iter(run(text))

    def one(block: re.Match[str]) -> str:
        code, _, printed = next(answers)
        return f"```python\n{code}```" + (f"\n\n```text\n{printed}```" if printed else "")

    return BLOCK.sub(one, text)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
