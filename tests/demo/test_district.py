"""The synthetic district: whole, consistent, the same for the same seed, accepted by ingest."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest

from districts import district_of
from halfsky.data.columns import EVIDENCE, MEASURES, OBSERVATIONS
from halfsky.data.frames import DTYPES, schema
from halfsky.data.requested import series_of
from halfsky.demo import YEARS, District, district
from halfsky.plan import ParameterError, load_plan, load_units

PLAN = load_plan()
WHOLE = "全区"
USUAL = inspect.signature(district).parameters["townships"].default
KEY = ["indicator", "year", "area", "subarea"]
# Each with the fewest, the most or the usual townships; every property holds in all of them.
SEEDS = pytest.mark.parametrize(("seed", "townships"), [(7, None), (104729, 4), (999983, 22)])


@pytest.fixture(scope="module")
def made() -> District:
    return district_of(7)


@pytest.mark.parametrize("table", [OBSERVATIONS, EVIDENCE, MEASURES], ids=lambda t: t.id)
def test_frames_are_those_of_the_data_room(made, table):
    frame = getattr(made, table.id)
    requested = pd.DataFrame(columns=list(DTYPES[table.id])).astype(DTYPES[table.id])
    assert list(frame.columns) == list(requested.columns)
    assert list(frame.dtypes) == list(requested.dtypes)
    schema(table).validate(frame)
    sorted_ = frame.sort_values(list(table.key), kind="stable", ignore_index=True)
    pd.testing.assert_frame_equal(frame, sorted_)


def test_every_figure_a_target_is_judged_by_is_there_in_every_year():
    null = district_of(7, with_stories=False).observations
    whole = null[null["subarea"] == WHOLE]
    filed = set(zip(whole["indicator"], whole["sex"], whole["area"], whole["year"], strict=True))
    needed = {
        (name, sex, target.area, year)
        for _, target in PLAN.each_target()
        for name, sex in series_of(target)
        for year in YEARS
    }
    assert needed - filed == set()
    assert {t.age for t in PLAN.targets.values()} == {"total"}


def test_same_seed_same_district_other_seed_another(made):
    again, other = district(PLAN, seed=7), district_of(999983, townships=22)
    pd.testing.assert_frame_equal(again.observations, made.observations)
    pd.testing.assert_frame_equal(again.evidence, made.evidence)
    pd.testing.assert_frame_equal(again.measures, made.measures)
    assert again.manifest == made.manifest
    assert not other.observations["value"].equals(made.observations["value"])


def test_stories_change_their_own_indicators_and_nothing_else(made):
    null = district_of(7, with_stories=False)
    assert null.manifest == []
    keys = [*KEY, "sex"]
    both = null.observations.merge(made.observations, on=keys, how="outer", suffixes=("", "_s"))
    columns = ["value", "numerator", "denominator"]
    same = [both[c].eq(both[f"{c}_s"]) | (both[c].isna() & both[f"{c}_s"].isna()) for c in columns]
    changed = set(both.loc[~np.logical_and.reduce(same), "indicator"])
    assert changed == {entry["indicator"] for entry in made.manifest}


def test_every_row_says_that_it_is_synthetic(made):
    assert made.observations["source"].str.contains("合成数据").all()
    for frame in (made.observations, made.evidence, made.measures):
        assert frame["note"].str.contains("合成数据").all()
        assert (frame["region"] == "demo").all()


def wide(frame: pd.DataFrame, values: str) -> pd.DataFrame:
    """One column a sex, where women, men and the total are filed."""
    table = frame.pivot_table(index=KEY, columns="sex", values=values, aggfunc="first")
    return table.dropna(subset=["female", "male", "total"])


@SEEDS
def test_women_and_men_add_up(seed, townships):
    frame = district_of(seed, townships=townships).observations
    for part in ("numerator", "denominator"):
        counts = wide(frame, part)
        assert len(counts) > 1000
        assert (counts["female"] + counts["male"] == counts["total"]).all()
    kinds = frame["indicator"].map({i.id: i.kind for i in PLAN.indicators.values()})
    headcount = wide(frame[kinds == "count"], "value")
    assert len(headcount) > 0
    assert np.allclose(headcount["female"] + headcount["male"], headcount["total"])
    rates = wide(frame[kinds != "count"], "value")
    low, high = rates[["female", "male"]].min(axis=1), rates[["female", "male"]].max(axis=1)
    assert rates["total"].between(low, high).all()


@SEEDS
def test_townships_add_up_to_the_district(seed, townships):
    frame = district_of(seed, townships=townships).observations
    counted = frame[frame["denominator"].notna()]
    by = ["indicator", "year", "sex", "area"]
    is_whole = counted["subarea"] == WHOLE
    parts = counted[~is_whole].groupby(by)[["numerator", "denominator"]].sum()
    whole = counted[is_whole].set_index(by)[["numerator", "denominator"]]
    pd.testing.assert_frame_equal(parts, whole.loc[parts.index])
    names = counted.loc[~is_whole, "subarea"].unique()
    assert len(names) == (townships or USUAL)
    people = frame[frame["indicator"] == "population"].pivot_table(
        index=["year", "sex"], columns="subarea", values="value"
    )
    assert (people.drop(columns=WHOLE).sum(axis=1) == people[WHOLE]).all()


@SEEDS
def test_town_and_country_add_up(seed, townships):
    frame = district_of(seed, townships=townships).observations
    counted = frame[frame["denominator"].notna() & (frame["subarea"] == WHOLE)]
    table = counted.pivot_table(
        index=["indicator", "year", "sex"], columns="area", values="denominator", aggfunc="first"
    ).dropna()
    assert len(table) > 500
    assert (table["urban"] + table["rural"] == table["total"]).all()


@SEEDS
def test_values_keep_bounds_decimals_and_quotient(seed, townships):
    units = load_units()
    frame = district_of(seed, townships=townships).observations
    for name, rows in frame.groupby("indicator"):
        indicator = PLAN.indicators[name]
        value = rows["value"].to_numpy()
        assert np.allclose(value, value.round(indicator.decimals), atol=1e-9), name
        assert (value >= (indicator.lower or -np.inf)).all(), name
        assert (value <= (indicator.upper or np.inf)).all(), name
        per = units[indicator.unit].per
        counted = rows[rows["denominator"].notna()]
        if per and len(counted):
            quotient = per * counted["numerator"] / counted["denominator"]
            off = (quotient - counted["value"]).abs()
            assert (off <= 0.5 * 10.0**-indicator.decimals + 1e-6).all(), name
            assert (counted["numerator"] == counted["numerator"].round()).all(), name


def test_same_denominator_same_numbers(made):
    """Live births are one number, whatever is counted among them."""
    births = [i.id for i in PLAN.indicators.values() if i.denominator == "活产数"]
    whole = made.observations[made.observations["subarea"] == WHOLE]
    rows = whole[whole["indicator"].isin(births) & (whole["area"] == "total")]
    assert rows["indicator"].nunique() >= 3
    assert len(rows[["year", "denominator"]].drop_duplicates()) == len(YEARS)


def test_a_county_of_some_600_000_with_some_3_000_births(made):
    whole = made.observations[
        (made.observations["subarea"] == WHOLE) & (made.observations["sex"] == "total")
    ]
    people = whole.loc[whole["indicator"] == "population", "value"]
    births = whole.loc[whole["indicator"] == "hospital_delivery"].query("area == 'total'")
    assert people.between(550_000, 620_000).all()
    assert births["denominator"].between(2_400, 3_600).all()


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        pytest.param({"seed": -1}, "seed", id="negative seed"),
        pytest.param({"townships": 3}, "townships", id="too few"),
        pytest.param({"townships": 23}, "townships", id="more than there are names"),
    ],
)
def test_impossible_districts_are_refused(changes, column):
    with pytest.raises(ParameterError) as rendered:
        district(PLAN, **({"seed": 1} | changes))
    assert [problem.column for problem in rendered.value.problems] == [column]


def test_another_plan_gets_a_district_of_its_own():
    """Nothing is tied to one plan's ids: what is not known by name gets the values of its kind."""
    from builders import indicator, plan_of, target

    plan = plan_of([target()], [indicator(), indicator("unused")])
    made = district(plan, seed=1)
    assert set(made.observations["indicator"]) == {"rate"}
    assert list(made.observations["year"]) == list(YEARS)
    assert made.manifest == []
    assert set(made.measures["measure"]) == {"things-m1"}
