"""What was known in a year, and nothing that came later."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from halfsky import data as store
from halfsky.data.columns import TABLES
from halfsky.data.frames import DTYPES
from halfsky.plan import ParameterError, Plan

from .conftest import Write

ROWS = (
    "maternal_mortality,jiutai,2020,total,,total,,30.1,1/10万,,,derived,2022,年报,,由2022年数推算",
    "maternal_mortality,jiutai,2021,total,,total,,28.0,1/10万,,,reported,,年报,,",
    "maternal_mortality,jiutai,2022,total,,total,,27.0,1/10万,,,reported,,年报,,",
    "party_female_share,jiutai,2021,女,,全部,,30.5,％,,,公布,,党内统计,组织部,",
)


def test_figures_known_in_a_year(plan: Plan, write: Write) -> None:
    write(*ROWS)
    known = {
        year: store.load_observations(plan, "jiutai", year)["year"].tolist()
        for year in (2020, 2021, 2022)
    }
    # The figure of 2020 was computed from a release of 2022: unknown before it.
    assert known == {2020: [], 2021: [2021, 2021], 2022: [2020, 2021, 2022, 2021]}


def test_later_rows_change_nothing(plan: Plan, write: Write) -> None:
    write(*ROWS)
    everything = store.load_observations(plan, "jiutai", 2021)
    write(*ROWS[1:2], *ROWS[3:])
    assert_frame_equal(everything, store.load_observations(plan, "jiutai", 2021))


def test_columns_and_dtypes(plan: Plan, write: Write) -> None:
    write(*ROWS)
    frame = store.load_observations(plan, "jiutai", 2025)
    assert frame.dtypes.astype(str).to_dict() == DTYPES["observations"]
    party = frame[frame["indicator"] == "party_female_share"].iloc[0]
    assert party[["sex", "area", "value_type", "age", "subarea", "unit"]].tolist() == [
        "female",
        "total",
        "reported",
        "total",
        "全区",
        "%",
    ]
    assert party["source"] == "党内统计 · 组织部"
    assert pd.isna(party["known_from"])
    assert pd.isna(party["numerator"])


def test_domain_takes_what_its_targets_are_held_against(plan: Plan, write: Write) -> None:
    write(*ROWS)
    assert set(store.load_observations(plan, "jiutai", 2025, "family")["indicator"]) == {
        "party_female_share"
    }
    assert set(store.load_observations(plan, "jiutai", 2025, domain="health")["indicator"]) == {
        "maternal_mortality"
    }


def test_region_without_files_is_an_empty_frame(plan: Plan, data: object) -> None:
    for load, table in (
        (store.load_observations, "observations"),
        (store.load_evidence, "evidence"),
        (store.load_measures, "measures"),
    ):
        frame = load(plan, "changchun", 2025)
        assert frame.empty
        assert frame.dtypes.astype(str).to_dict() == DTYPES[TABLES[table].id]


def test_unknown_region(plan: Plan, data: object) -> None:
    with pytest.raises(ParameterError, match="没有名为“jutai”的地区"):
        store.load_observations(plan, "jutai", 2025)


def test_evidence_and_measures(plan: Plan, write: Write) -> None:
    write(
        "health-2,health-2-1,2023年5月10日,实施方案,区政府办,2,张三,1",
        "health-2,health-2-1,2023/5/10,实施方案,区政府办,2,李四,2",
        "health-2,health-2-1,2025-01-31,运行报告,卫生健康局,3,,",
        "health-2,health-2-1,,,,,,",
        header="goal,target,date,document,issuer,level_claimed,rater,level",
        name="evidence.csv",
    )
    write(
        "health-m1,卫生健康局,2024,推进中,2022年3月,120.5,3400,",
        "health-m1,卫生健康局,2025,完成,2022,,,",
        "family-m1,妇联,2024,,,,,",
        header="measure,department,year,status,started,money_wan,people,note",
        name="measures.csv",
    )
    evidence = store.load_evidence(plan, "jiutai", 2024)
    assert evidence[["date", "rater", "level"]].values.tolist() == [
        ["2023-05-10", "张三", 1],
        ["2023-05-10", "李四", 2],
    ]
    assert store.load_evidence(plan, "jiutai", 2025)["level"].isna().sum() == 1
    measures = store.load_measures(plan, "jiutai", 2024)
    assert measures[["measure", "status", "started", "money_wan"]].values.tolist() == [
        ["health-m1", "推进中", "2022-03", 120.5]
    ]
    assert len(store.load_measures(plan, "jiutai", 2025)) == 2
