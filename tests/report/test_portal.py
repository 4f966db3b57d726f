"""The portal shows every run, links deep, and stays light."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup

import report_fakes as fake
from halfsky.report.portal import render_portal, render_region_index

ROLES = {"jiutai": "evaluated", "CN": "reference", "demo": "synthetic"}


def runs(years=range(2021, 2026)):
    return [
        fake.run(region, role, year, seed=year + place)
        for place, (region, role) in enumerate(ROLES.items())
        for year in years
    ]


@pytest.fixture(scope="module")
def portal():
    return BeautifulSoup(render_portal(runs()), "html.parser")


def test_three_regions_and_five_years_stay_under_300_kb():
    assert len(render_portal(runs()).encode("utf-8")) < 300_000


def test_evaluated_comes_first_then_reference_then_synthetic(portal):
    names = [h.get_text() for h in portal.select(".region h2")]
    assert names == ["九台区", "全国", "合成示范区"]
    banners = [s.select_one(".banner") for s in portal.select(".region")]
    assert banners[0] is None
    assert "参照数据：以九台区规划目标对照公布数据" in banners[1].get_text()


def test_every_region_shows_77_bricks_that_link_into_domain_pages(portal):
    for region, section in zip(ROLES, portal.select(".region"), strict=True):
        bricks = section.select("a.brick")
        assert len(bricks) == 77
        assert bricks[1]["href"] == f"{region}/2025/01_health.html#health-2.1"
        assert bricks[-1]["href"] == f"{region}/2025/08_law.html#law-9.1"


def test_every_year_of_every_region_is_reachable(portal):
    links = {a["href"] for a in portal.find_all("a")}
    for run in runs():
        for page in run["pages"]:
            assert f"{run['folder']}/{page['file']}" in links


def test_counts_are_the_runs_own(portal):
    run = next(r for r in runs() if (r["region"], r["year"]) == ("jiutai", 2025))
    shown = [int(b.get_text()) for b in portal.select(".region")[0].select(".counts b")]
    keys = ("met", "basically", "unmet", "undecidable", "missing")
    assert shown == [run["rates"][key] for key in keys]
    assert sum(shown) == 77


def test_a_reference_is_compared_never_judged(portal):
    section = portal.select(".region")[1].get_text() + "".join(
        b["aria-label"] for b in portal.select(".region")[1].select("a.brick")
    )
    assert "已达本规划目标值" in section
    assert "达标" not in section
    assert "中期评估" not in section


def test_search_finds_by_goal_indicator_and_department(portal):
    rows = portal.select("#list tbody tr")
    assert len(rows) == 77
    words = rows[0].get_text() + rows[0]["data-w"]
    for wanted in (
        "健康1",
        "妇女全生命周期",
        "孕产妇死亡率",
        "控制在12/10万以下",
        "九台区卫生健康局",
    ):
        assert wanted in words


def test_differences_to_last_year_are_said(portal):
    mine = {(r["region"], r["year"]): {g["id"]: g["status"] for g in r["goals"]} for r in runs()}
    now, before = mine["jiutai", 2025], mine["jiutai", 2024]
    changed = sum(now[g] != before[g] for g in now)
    assert f"与上一年相比，{changed}项目标的状态有变化" in portal.select(".region")[0].get_text()
    cell = portal.select("#list tbody tr")[0].select("td")[1]
    assert ("上年：" in cell.get_text()) is (now["health-1"] != before["health-1"])


def test_portal_loads_nothing_and_has_unique_ids(portal):
    html = str(portal)
    assert not re.search(r'(src|href)="(https?:)?//', html)
    assert portal.find_all(["link", "img", "iframe"]) == []
    ids = [tag["id"] for tag in portal.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_without_runs_the_portal_says_so():
    found = BeautifulSoup(render_portal([]), "html.parser")
    assert "还没有生成任何报告" in found.get_text()
    assert found.find("table") is None


def test_runs_come_back_from_json_as_they_were():
    through = json.loads(json.dumps(runs([2025])))
    assert render_portal(through) == render_portal(runs([2025]))


def test_markup_in_data_is_text():
    run = fake.run("jiutai", "evaluated", 2025)
    run["names"]["health-1"] = "<script>x</script>"
    found = BeautifulSoup(render_portal([run]), "html.parser")
    assert len(found.find_all("script")) == 1
    assert "<script>x</script>" in found.get_text()


def test_region_index_links_its_nine_pages_and_the_portal():
    run = fake.run("CN", "reference", 2025)
    found = BeautifulSoup(render_region_index(run), "html.parser")
    links = [a["href"] for a in found.find_all("a")]
    assert links == [*[p["file"] for p in run["pages"]], "../../index.html"]
    assert "不构成对该地区的评估" in found.get_text()


def test_a_failed_page_is_told():
    run = fake.run("jiutai", "evaluated", 2025) | {"failed": ["01_health"]}
    assert "有1页未能完整生成" in render_region_index(run)
    assert "有1页未能完整生成" in render_portal([run])
