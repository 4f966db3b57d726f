"""What was known about a region in a given year: the only door to the figures."""

from __future__ import annotations

import pandas as pd

from halfsky.data.ingest import fresh_frame
from halfsky.plan import Plan, load_region


def load_observations(
    plan: Plan, region: str, year: int, domain: str | None = None
) -> pd.DataFrame:
    """Figures of a region as known in the report year.

    Args:
        plan: whose indicators the figures belong to.
        region: region id.
        year: report year. Later figures are left out, and so are figures that became known
            only with a later release (known_from).
        domain: keep only the domain's own indicators and those its targets are held against.

    Returns:
        One row per region, indicator, year, sex, age, area and subarea; value, numerator and
        denominator in the row's unit (counts NaN where not filed), value_type, known_from (year
        or NA), source, note. Empty, with the same dtypes, for a region without files.

    Raises:
        ParameterError: unknown region. DataError: its raw files are wrong.
    """
    load_region(region)
    made = fresh_frame(region, "observations", plan)
    known = made["known_from"].isna() | (made["known_from"] <= year)
    keep = (made["year"] <= year) & known.astype(bool)
    if domain is not None:
        keep &= made["indicator"].isin(indicators_for(plan, domain))
    return made[keep].reset_index(drop=True)


def indicators_for(plan: Plan, domain: str) -> set[str]:
    """A domain's own indicators and those its targets are held against."""
    own = {i.id for i in plan.domain(domain).indicators}
    for _goal, target in plan.each_target(domain):
        named = (target.indicator, target.reference_indicator, target.population_indicator)
        own |= {i for i in named if i is not None}
    return own


def load_evidence(plan: Plan, region: str, year: int) -> pd.DataFrame:
    """Documents filed for milestones and dated in the report year or before.

    Returns:
        region, goal, target, date (ISO), document, issuer, level_claimed (0-4 or NA), rater,
        level (0-4 or NA where not rated), note. One row per document and rater.

    Raises:
        ParameterError: unknown region. DataError: its raw files are wrong.
    """
    load_region(region)
    made = fresh_frame(region, "evidence", plan)
    return made[made["date"].str[:4].astype("int64") <= year].reset_index(drop=True)


def load_measures(plan: Plan, region: str, year: int) -> pd.DataFrame:
    """Progress of measures reported for the report year or before.

    Returns:
        region, measure, department, year, status (未启动, 推进中, 完成), started ("" or an ISO
        year, month or date), money_wan (10,000 yuan), people, note.

    Raises:
        ParameterError: unknown region. DataError: its raw files are wrong.
    """
    load_region(region)
    made = fresh_frame(region, "measures", plan)
    return made[made["year"] <= year].reset_index(drop=True)
