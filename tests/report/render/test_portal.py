"""The portal shows every run, links deep, and stays light."""

from __future__ import annotations

import json
import re

import pytest
from bs4 import BeautifulSoup

import report_fakes as fake
from halfsky.report.render.portal import render_portal, render_region_index

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
    for requested in (
        "健康1",
        "妇女全生命周期",
        "孕产妇死亡率",
        "控制在12/10万以下",
        "九台区卫生健康局",
    ):
        assert requested in words


def statuses(region, year):
    run = next(r for r in runs() if (r["region"], r["year"]) == (region, year))
    return {g["id"]: g["status"] for g in run["goals"]}


def test_differences_to_last_year_are_told_goal_by_goal(portal):
    now, before = statuses("jiutai", 2025), statuses("jiutai", 2024)
    section = portal.select(".region")[0]
    rendered = {
        (li.select_one(".was").get_text(), li.select_one(".status").get_text()[1:], a.get_text())
        for li in section.select(".changes li")
        for a in li.find_all("a")
    }
    label = {"health-1": "健康1", "law-9": "法律9"}
    for goal, name in label.items():
        change = (before[goal], now[goal], name)
        assert (change in rendered) is (before[goal] != now[goal])
    changed = sum(now[g] != before[g] for g in now)
    assert len(rendered) == changed == len(section.select(".brick.changed"))
    numbers = [int(li.b.get_text().removesuffix("项")) for li in section.select(".changes li")]
    assert sum(numbers) == changed
    assert numbers == sorted(numbers, reverse=True)
    cell = portal.select("#list tbody tr")[0].select("td")[1]
    assert ("上一年" in cell.get_text()) is (now["health-1"] != before["health-1"])


def test_a_reference_that_only_nears_a_value_has_not_changed():
    first, second = (fake.run("CN", "reference", year) for year in (2024, 2025))
    for run, status in ((first, "未达标"), (second, "基本达标")):
        for goal in run["goals"]:
            goal["status"] = status
    section = BeautifulSoup(render_portal([first, second]), "html.parser").select_one(".region")
    assert "77项目标的状态都与2024年相同" in section.get_text()


def test_a_first_year_is_compared_with_nothing():
    found = BeautifulSoup(render_portal([fake.run("jiutai", "evaluated", 2021)]), "html.parser")
    assert "年相比" not in found.get_text()
    assert found.select(".wall .changed") == []


def test_every_region_and_year_is_in_the_first_table(portal):
    table = portal.select_one("#runs")
    assert [th.get_text() for th in table.select("thead th")][1:] == [
        "九台区",
        "全国",
        "合成示范区",
    ]
    assert [th.get_text() for th in table.select("tbody th")] == [
        f"{year}年" for year in range(2025, 2020, -1)
    ]
    newest = table.select("tbody tr")[0].select("td")
    assert [td.a.get_text() for td in newest] == ["中期评估", "参照数据", "中期评估"]
    met = list(statuses("jiutai", 2025).values()).count("达标")
    assert newest[0].select_one(".tally .b-met").get_text() == f"●达标{met}"


def test_a_year_that_was_not_run_is_an_empty_cell():
    few = [fake.run("jiutai", "evaluated", 2025), fake.run("CN", "reference", 2024)]
    rows = BeautifulSoup(render_portal(few), "html.parser").select("#runs tbody tr")
    assert [[bool(td.find("a")) for td in row.select("td")] for row in rows] == [
        [True, False],
        [False, True],
    ]


def test_documents_and_releases_are_listed_where_there_are_any():
    others = {
        "documents": [{"title": "报告", "kind": "Word", "size": "86 KB", "href": "a%20b.docx"}],
        "releases": [
            {"title": "第1版", "made": "2026年3月1日",
             "links": [{"title": "网页", "kind": "HTML", "size": "", "href": "releases/v1/i.html"}]}
        ],
    }  # fmt: skip
    run = fake.run("jiutai", "evaluated", 2025)
    for html, base in (
        (render_portal([run | others]), "jiutai/2025/"),
        (render_region_index(run | others), ""),
    ):
        found = BeautifulSoup(html, "html.parser")
        links = {a["href"]: a.get_text() for a in found.find_all("a")}
        assert links[base + "a%20b.docx"] == "报告"
        assert links[base + "releases/v1/i.html"] == "网页"
        assert "第1版（2026年3月1日定稿）" in found.get_text()
    for html in (render_portal([run]), render_region_index(run)):
        assert BeautifulSoup(html, "html.parser").select(".files") == []


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
    assert links == ["#main", *[p["file"] for p in run["pages"]], "../../index.html"]
    assert "不构成对该地区的评估" in found.get_text()


def test_a_failed_page_is_told():
    run = fake.run("jiutai", "evaluated", 2025) | {"failed": ["01_health"]}
    assert "有1页未能完整生成" in render_region_index(run)
    assert "有1页未能完整生成" in render_portal([run])
