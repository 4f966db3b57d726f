"""The cookbook's answers are those its code gives."""

from __future__ import annotations

from pathlib import Path

from cookbook import run

COOKBOOK = Path(__file__).resolve().parents[1] / "docs" / "cookbook.md"


def test_every_answer_is_what_the_code_prints():
    found = run(COOKBOOK.read_text(encoding="utf-8"))
    assert len(found) == 11  # the opening and ten questions
    assert [(code, said) for code, said, _ in found] == [(c, printed) for c, _, printed in found]


def test_a_wrong_answer_would_be_seen():
    (_, said, printed), *_ = run("```python\nprint(1 + 1)\n```\n\n```text\n3\n```\n")
    assert (said, printed) == ("3\n", "2\n")
