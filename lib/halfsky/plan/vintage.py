"""What was known in a given year? One rule, used by data and by evaluate."""

from __future__ import annotations

import pandas as pd


def as_known(observations: pd.DataFrame, year: int) -> pd.DataFrame:
    """The observations a report of `year` may use.

    Args:
        observations: columns year and known_from (missing: known in its own year).
        year: the report year.

    Returns:
        Rows of that year or earlier whose figure was known by then. A derived figure is known
        from the release it was computed from.
    """
    known_from = observations["known_from"].astype("Float64").fillna(observations["year"])
    return observations[(observations["year"] <= year) & (known_from <= year)]
