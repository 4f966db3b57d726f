"""Errors that a clerk can act on: what is wrong, where, and how to correct it.

Every message exists in Chinese (what users see) and English (HALFSKY_LANG=en).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass


def language() -> str:
    """The language of messages: "zh" unless HALFSKY_LANG starts with "en"."""
    return "en" if os.environ.get("HALFSKY_LANG", "zh").lower().startswith("en") else "zh"


def tr(zh: str, en: str) -> str:
    """Choose one of the two wordings of a message."""
    return en if language() == "en" else zh


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one place of one file.

    row counts as a spreadsheet does (the header is row 1); for YAML it is the line.
    hint says what the reader should do.
    """

    what: str
    hint: str
    file: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.sheet:
            place += tr(f" 工作表“{self.sheet}”", f" sheet '{self.sheet}'")
        if self.row is not None:
            place += tr(f" 第{self.row}行", f" row {self.row}")
        if self.column:
            place += tr(f" “{self.column}”列", f" column '{self.column}'")
        shown = tr(f"（值：{self.value}）", f" (value: {self.value})") if self.value != "" else ""
        colon = tr("：", ": ") if place else ""
        return f"{place}{colon}{self.what}{shown}{tr('。', '. ')}{self.hint}"


class HalfskyError(Exception):
    """Base of every error that halfsky explains to its user."""

    exit_code = 1


class InputError(HalfskyError):
    """Bad input: carries every problem found, so that a sheet is corrected once.

    Exit code 2. Earlier results are left untouched by whoever raises it.
    """

    exit_code = 2

    def __init__(self, problems: Sequence[Problem] | Problem | str) -> None:
        if isinstance(problems, str):
            problems = [Problem(what=problems, hint="")]
        elif isinstance(problems, Problem):
            problems = [problems]
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class PlanError(InputError):
    """Something under params/ is wrong."""


class DataError(InputError):
    """Something under data/raw/ is wrong."""


class ParameterError(InputError):
    """A notebook or command was given a parameter it cannot use."""
