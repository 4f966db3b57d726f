"""Evidence and returns: dated, rated twice, a few not begun."""

from __future__ import annotations

import pandas as pd
import pytest

from districts import district_of
from halfsky.demo import District
from halfsky.plan import load_plan

PLAN = load_plan()


@pytest.fixture(scope="module")
def made() -> District:
    return district_of(11)


def test_every_milestone_has_a_dated_document_and_a_rating(made):
    milestones = {t.id for t in PLAN.targets.values() if t.type == "milestone"}
    assert set(made.evidence["target"]) == milestones
    rated = made.evidence[made.evidence["level"].notna()]
    assert set(rated["target"]) == milestones
    dates = pd.to_datetime(made.evidence["date"])
    assert dates.dt.year.between(2021, 2025).all()
    assert (made.evidence["goal"] == made.evidence["target"].map(PLAN.goal_of)).all()


def test_raters_mostly_agree_and_not_always(made):
    pairs = made.evidence.dropna(subset=["level"]).pivot_table(
        index=["target", "document"], columns="rater", values="level"
    )
    both = pairs.dropna()
    share = float((both.iloc[:, 0] == both.iloc[:, 1]).mean())
    # .82 expected of about 100 pairs: three standard errors are .12.
    assert share == pytest.approx(0.82, abs=0.12)
    assert pairs.isna().any(axis=None), "some second ratings are still missing"


def test_levels_rise_with_the_documents_dates(made):
    claimed = made.evidence.drop_duplicates(["target", "document"]).sort_values("date")
    rises = claimed.groupby("target")["level_claimed"].apply(lambda s: s.is_monotonic_increasing)
    assert rises.all()


def test_a_return_for_every_measure_and_year_from_its_lead_department(made):
    assert len(made.measures) == len(PLAN.measures) * 5
    assert set(made.measures["year"]) == set(range(2021, 2026))
    leads = {name: duty.lead for name, duty in PLAN.duties.measures.items()}
    assert (made.measures["department"] == made.measures["measure"].map(leads)).all()


def test_money_and_people_only_where_something_was_begun(made):
    begun = made.measures["status"] != "未启动"
    assert made.measures.loc[begun, ["money_wan", "people"]].notna().all(axis=None)
    assert made.measures.loc[~begun, ["money_wan", "people"]].isna().all(axis=None)
    assert (made.measures.loc[~begun, "started"] == "").all()
    started = made.measures.loc[begun, "started"].str[:4].astype(int)
    assert (started <= made.measures.loc[begun, "year"]).all()


def test_a_few_measures_never_begin_and_a_few_begin_late():
    seeds = (11, 1, 2025, 7)
    last = pd.concat(district_of(seed).measures.query("year == 2025") for seed in seeds)
    never = (last["status"] == "未启动").mean()
    late = last["started"].isin([f"{y}-{m:02d}" for y in (2024, 2025) for m in range(1, 13)])
    # .04 and .08 of 380: three standard errors are .03 and .042.
    assert never == pytest.approx(0.04, abs=0.03)
    assert late.mean() == pytest.approx(0.08, abs=0.042)
