"""A sheet of a workbook before it is written: report fills it, data.workbook writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Shown:
    """A number with the format it is shown in: Shown(0.959, "0.0%").

    text: as shown, which gives its column the width; default: the bare number.
    """

    value: float
    form: str
    text: str = ""

    def __str__(self) -> str:
        return self.text or f"{self.value:.6g}"


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: a table, and lines below it (source, 合成数据).

    title: the table's caption; the sheet is named by what stands before its bracket, and the
    whole of it stands below the table. fixed: columns that stay in sight, and on every page.
    """

    title: str
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    fixed: int = 1
