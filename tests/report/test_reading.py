"""The pages read from top to bottom: nothing twice, nothing empty, nothing in English."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from reading import lines, read, rendered, sentences

Pages = dict[str, BeautifulSoup]
LONG = 12  # a shorter sentence may well come again
# Scales, statistics, grades and names that Chinese official text writes in Latin letters.
LATIN = {
    "HPV",
    "logit",
    "Gamma",
    "Theta",
    "P",
    "p",
    "A",
    "B",
    "C",
    "D",
    "kappa",
    "PM",
    "measures.csv",
}
BROKEN = (
    *("。。", "，。", "；。", "，，", "、。", "：。", "（）", "{{", "}}"),
    *("None", "nan", "NaN", "lower_better"),
)
VERDICTS = (
    *("达标率", "未达标", "基本达标", "责任部门", "填报部门"),
    *("年度监测", "中期评估", "终期评估"),
)
# What indicators and targets are called, and the one place that explains the word.
NAMES = re.compile(r"意识达标率|水源(水质)?达标率|达标户|达标的|基本达标的列入未达|判“基本达标”")


@pytest.fixture(scope="module", params=["CN-2022", "jiutai-2025"])
def site(request: pytest.FixtureRequest, handed: Callable[[str, int], Path]) -> Pages:
    region, year = request.param.split("-")
    return read(handed(region, int(year)), region, int(year)) | {"": request.param}


def each(site: Pages) -> list[tuple[str, BeautifulSoup]]:
    return [(stem, page) for stem, page in site.items() if stem]


def test_no_sentence_stands_twice_on_a_page(site: Pages) -> None:
    for stem, page in each(site):
        counted = Counter(s for s in sentences(page) if len(s) > LONG)
        assert {s for s, n in counted.items() if n > 1} == set(), stem


def test_every_heading_is_followed_by_something_to_read(site: Pages) -> None:
    for stem, page in each(site):
        empty = [h.get_text() for h in page.select("main h2, main h3") if not _follows(h)]
        assert empty == [], stem


def _follows(heading) -> bool:
    """Is there a paragraph, table or chart before the next heading of its rank or above?"""
    ranks = ("h2",) if heading.name == "h2" else ("h2", "h3")
    for part in heading.find_all_next(["h2", "h3", "p", "li", "table", "img"]):
        if part.name in ranks or part.find_parent("footer"):
            return False
        if part.name not in ("h2", "h3"):
            return True
    return False


def test_every_goal_leads_to_its_clause(site: Pages) -> None:
    """The overview's table and the portal's bricks name the clause; its page has the place."""
    links = {str(a["href"]) for a in site["00_overview"].select("main a[href*='.html#']")}
    assert links or site[""].startswith("jiutai"), "a district without figures lists no goals"
    ways = [link.split(".html#") for link in links]
    assert [way for way in ways if site[way[0]].find(id=way[1]) is None] == []


def test_pages_are_in_chinese_and_whole(site: Pages) -> None:
    for stem, page in each(site):
        text = rendered(page, tables=True)
        words = set(re.findall(r"[A-Za-z][A-Za-z_.]*", text))
        assert words - LATIN == set(), stem
        assert [mark for mark in BROKEN if mark in text] == [], stem


def test_a_reference_page_judges_nobody(site: Pages) -> None:
    if not site[""].startswith("CN"):
        pytest.skip("not a reference region")
    for stem, page in each(site):
        text = NAMES.sub("", rendered(page, tables=True))
        assert [word for word in VERDICTS if word in text] == [], stem
        assert page.title.get_text().endswith("全国2022年参照数据")


def test_an_evaluated_page_bears_its_phase(site: Pages) -> None:
    if site[""].startswith("CN"):
        pytest.skip("a reference region has no phase")
    for _, page in each(site):
        assert page.title.get_text().endswith("九台区2025年中期评估")


def test_a_page_of_2022_speaks_of_no_later_year_but_the_plans_end(site: Pages) -> None:
    """2030 is the plan's end; the forecast table alone may name the year a target is reached."""
    if site[""] != "CN-2022":
        pytest.skip("another year")
    for stem, page in each(site):
        later = [line for line in lines(page, tables=False) if re.search(r"20(2[3-9])\b", line)]
        assert later == [], stem
        for table in page.select("main table"):
            cells = [cell.get_text() for cell in table.find_all(["th", "td"])]
            years = {cell for cell in cells if re.search(r"20(2[3-9])(?!\d)", cell)}
            if "预测与" in table.caption.get_text():
                years = {cell for cell in years if not re.fullmatch(r"20\d\d年", cell.strip())}
            assert years == set(), stem


def test_a_domain_without_figures_says_in_a_few_lines_what_whom_when_and_how(site: Pages) -> None:
    if not site[""].startswith("jiutai"):
        pytest.skip("has figures")
    for stem, page in each(site):
        if stem == "00_overview":
            continue
        headline = page.select_one("main .shown").get_text()
        for part in ("41项指标" if stem == "01_health" else "项指标", "2026年4月30日前报送"):
            assert part in headline
        assert "halfsky template 2025 --region jiutai" in headline
        prose = lines(page, tables=False)
        assert len([line for line in prose if "没有" in line]) <= 5, stem
        assert sum(map(len, prose)) < 1200, stem
        assert page.select("main table"), "the list of what is missing"
