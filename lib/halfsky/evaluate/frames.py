"""Frames as rows and parts, with the types a reader expects."""

from __future__ import annotations

from typing import Any

import pandas as pd


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A frame's rows as dicts by column name."""
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def by_key(frame: pd.DataFrame, column: str = "target") -> dict[str, pd.DataFrame]:
    """A frame's parts by the value of one column, in order of first appearance."""
    return {str(key): part for key, part in frame.groupby(column, sort=False)}
