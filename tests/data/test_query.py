"""The figures in SQL: the same rows as the frames, gaps as null, originals out of reach."""

from __future__ import annotations

from halfsky.data import database, load_observations
from halfsky.plan import load_plan

PLAN = load_plan("jiutai_2021_2030")


def test_tables_hold_what_the_frames_hold():
    db = database(PLAN)
    named = {row[0] for row in db.sql("show tables").fetchall()}
    assert named == {"observations", "evidence", "measures", "targets", "indicators"}
    asked = "select count(*), count(numerator), sum(value) from observations where region = 'CN'"
    rows, counts, total = db.sql(asked).fetchall()[0]
    frame = load_observations(PLAN, "CN", PLAN.info.end_year)
    assert (rows, counts) == (len(frame), frame["numerator"].notna().sum())
    assert abs(total - frame["value"].sum()) < 1e-6
    assert db.sql("select count(*) from targets").fetchall()[0][0] == len(PLAN.targets)


def test_figures_join_their_indicators():
    orphans = database(PLAN).sql(
        "select count(*) from observations o anti join indicators i on o.indicator = i.id"
    )
    assert orphans.fetchall()[0][0] == 0
