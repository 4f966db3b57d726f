"""Can a reader of the public edition work out a count from 1 to 4? An attacker tries, and fails.

The attacker knows the births and populations of every year, which figures add up to which, and
everything a public edition prints. With nothing withheld the same attacker gets every count.
"""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from pathlib import Path

import docx
import nbformat
import numpy as np
import openpyxl
import pandas as pd
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp

from builders import indicator, no_evidence, observations, plan_of, target
from halfsky import report
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.evaluate.disclosure import (
    KEYS,
    suppress_cells,
    suppress_headcounts,
    suppress_results,
)
from halfsky.evaluate.results import StatusRule
from halfsky.plan import Region, Unit, load_units
from halfsky.plan.calibration import load_calibration
from halfsky.plan.thresholds import load_thresholds
from halfsky.report.blocks import Blocks
from halfsky.report.documents.evaluation import evaluation_report
from halfsky.report.documents.monitoring import monitoring_report
from halfsky.report.render.html import to_html
from halfsky.report.render.jupyter import bundles
from halfsky.report.render.results_json import results
from halfsky.report.render.word import to_docx
from halfsky.report.view import View
from halfsky.run.workbooks import write_workbook

UNITS = load_units()
ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())
SMALLEST = ASSUMED.thresholds.disclosure.smallest
HERE = Region(id="here", name="某区", short="某区", role="evaluated", plan="small")
YEAR = 2025
TOWNS = ("甲镇", "乙镇", "丙镇", "丁镇")

DEATHS = {2018: 5, 2019: 2, 2020: 6, 2021: 0, 2022: 3, 2023: 1, 2024: 7, 2025: 2}
BIRTHS = {year: 5200 - 110 * (year - 2018) for year in DEATHS}
AT_HOME = {2020: 9, 2021: 8, 2022: 6, 2023: 5, 2024: 3, 2025: 7}
ORDERS = {"female": 21, "male": 3, "甲镇": 2, "乙镇": 9, "丙镇": 6, "丁镇": 7}
COURT = {2020: 1, 2021: 4, 2022: 8, 2023: 6, 2024: 9, 2025: 3}


def named(key: str, name: str, **changes: object):
    return indicator(key, **changes).model_copy(update={"name": name})


PLAN = plan_of(
    [
        target(indicator="mmr", comparator="<=", value=12, clause="控制在12/10万以下"),
        target(id="things-2-1", indicator="hospital", comparator=">=", value=99),
        target(id="things-3-1", indicator="rate", comparator=">=", value=70),
        target(type_="directional", id="things-4-1", indicator="orders", sex="female"),
    ],
    [
        named("mmr", "孕产妇死亡率", unit="1/10万", kind="rate", counting="events",
            direction="lower_better",
            delta=2,
            delta_reason="例",
        ),
        named("hospital", "住院分娩率", decimals=2),
        indicator(),
        named("orders", "人身安全保护令", unit="份", kind="count", decimals=0,
            delta=2, delta_reason="例", direction="higher_better",
        ),
        named("all_cases", "案件合计", unit="件", kind="count", decimals=0,
                  role="context", direction="neutral", parts=["court_cases", "other_cases"]),
        named("court_cases", "判决案件", unit="件", kind="count", decimals=0,
                  role="context", direction="neutral"),
        named("other_cases", "其他案件", unit="件", kind="count", decimals=0,
                  role="context", direction="neutral"),
    ],
)  # fmt: skip
SHOWN = ["mmr", "hospital", "orders", "all_cases", "court_cases", "other_cases"]


def district(deaths=DEATHS, orders=ORDERS, court=COURT, at_home=AT_HOME) -> pd.DataFrame:
    """A district's figures with single deaths and law cases planted among them."""
    cases = {"unit": "件"}
    parts = [
        observations(
            {y: (n, BIRTHS[y]) for y, n in deaths.items()}, "mmr", per=100_000, unit="1/10万",
            note="其中1例为异地转入",
        ),
        observations({y: (BIRTHS[y] - n, BIRTHS[y]) for y, n in at_home.items()}, "hospital"),
        observations({y: 60 + 1.5 * (y - 2016) for y in range(2016, 2026)}),
        observations(court, "court_cases", **cases),
        observations({y: 40 + y % 7 for y in court}, "other_cases", **cases),
        observations({y: n + 40 + y % 7 for y, n in court.items()}, "all_cases", **cases),
        # Men of 2023 were not filed: 17 − 14 = 3 is a count all the same.
        observations({2020: 11, 2023: 17, 2025: 24}, "orders", unit="份"),
        observations({2020: 11, 2023: 14, 2025: orders["female"]}, "orders", unit="份",
                     sex="female"),
        observations({2025: orders["male"]}, "orders", unit="份", sex="male"),
        *[observations({2025: orders[t]}, "orders", unit="份", subarea=t) for t in TOWNS],
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def edition(figures: pd.DataFrame, public: bool) -> View:
    if not public:
        return View(assess(PLAN, HERE, YEAR, figures, no_evidence(), ASSUMED), figures, {})
    made = suppress_cells(figures, PLAN, UNITS, SMALLEST)
    result = assess(PLAN, HERE, YEAR, made.observations, no_evidence(), ASSUMED)
    return View(suppress_results(result, made, figures), made.observations, {})


def shown_by(view: View) -> list[Blocks]:
    """Everything a report shows of a view in tables and sentences."""
    tables = [
        report.headline, report.completion_table, report.forecast_table, report.goal_table,
        report.small_counts_table, report.warning_table, report.hindsight_table,
        report.change_table, report.comparison_table, report.missing_table, report.rates_table,
        report.local_check_table, report.expected_sentence, report.experience, report.problems,
        report.recommendations,
    ]  # fmt: skip
    return [*(f(view) for f in tables), report.series_table(view, SHOWN, "各年数字")]


def printed(view: View) -> str:
    """The same with results.json."""
    text = [t for made in shown_by(view) for t in (to_html(made), made.text)]
    return "\n".join([*text, json.dumps(results(view), ensure_ascii=False)])


def filed(view: View, folder: Path) -> dict[str, bytes]:
    """The files beside the pages: the two Word reports and the workbook."""
    outputs = [
        nbformat.v4.new_output("display_data", data, metadata=metadata)
        for made in shown_by(view)
        for data, metadata in bundles(made)
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=outputs)])
    path = write_workbook(folder / "page.xlsx", "页", book, results(view), PLAN, HERE)
    return {
        "monitoring.docx": to_docx(monitoring_report(view, "审定稿")),
        "evaluation.docx": to_docx(evaluation_report(view, "审定稿")),
        "page.xlsx": path.read_bytes(),
    }


def words(content: bytes) -> str:
    body = docx.Document(io.BytesIO(content)).element.body
    return "\n".join(t.text or "" for t in body.iter(qn("w:t")))


def sheets(content: bytes) -> list[list[list[object]]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book]


def drawn(view: View) -> list[tuple[str, str, bytes]]:
    """Its charts, by their words and their pixels."""
    many = (report.completion_chart(view), report.fan_charts(view))
    many += (report.series_chart(view, SHOWN, "走势"), report.completeness_chart(view))
    charts = [chart for made in many for chart in made.figures]
    return [(chart.message, chart.source, chart.png) for chart in charts]


Cell = tuple[str, int, str, str]  # indicator, year, sex, subarea


class Attacker:
    """Linear arithmetic on all that is published; `recovered` are the counts it determines."""

    def __init__(self, view: View, truth: pd.DataFrame, workbook: bytes) -> None:
        self.cells: dict[Cell, int] = {}
        self.lines: list[tuple[dict[Cell, float], float]] = []
        self._filed(view.observations)
        self._sums(truth)
        self._rates(view)
        self._workbook(workbook)

    def _is(self, terms: dict[Cell, float], value: float) -> None:
        self.lines.append((terms, value))

    def _filed(self, shown: pd.DataFrame) -> None:
        """Every count that stands in a table; the rest of a share under the name of 'rest'."""
        for row in shown.to_dict("records"):
            cell = (row["indicator"], row["year"], row["sex"], row["subarea"])
            if row["indicator"] == "hospital" and not math.isnan(row["numerator"]):
                self._is({cell: 1}, row["denominator"] - row["numerator"])
            elif row["indicator"] == "mmr" and not math.isnan(row["numerator"]):
                self._is({cell: 1}, row["numerator"])
            elif row["unit"] in ("份", "件") and not math.isnan(row["value"]):
                self._is({cell: 1}, row["value"])

    def _sums(self, truth: pd.DataFrame) -> None:
        """Women and men, the four towns, the two kinds of cases add up."""
        for year in (2020, 2023, 2025):
            whole = ("orders", year, "total", "全区")
            sexes = {("orders", year, sex, "全区"): 1.0 for sex in ("female", "male")}
            self._is({**sexes, whole: -1}, 0)
        self._is(
            {
                **{("orders", 2025, "total", t): 1.0 for t in TOWNS},
                ("orders", 2025, "total", "全区"): -1,
            },
            0,
        )
        for year in COURT:
            kinds = ("court_cases", "other_cases")
            terms = {(name, year, "total", "全区"): 1.0 for name in kinds}
            self._is({**terms, ("all_cases", year, "total", "全区"): -1}, 0)

    def _rates(self, view: View) -> None:
        """Rate × known births is a count, of one year or pooled; from results.json."""
        for goal in results(view)["goals"]:
            for rendered in goal["targets"]:
                pairs = [("value", "value_year"), ("last_value", "last_year")]
                pairs.append(("baseline", "baseline_year"))
                for figure, when in pairs:
                    if rendered[figure] is not None and rendered[when] is not None:
                        self._rate(rendered["indicator"], rendered[figure], rendered[when])

    def _workbook(self, content: bytes) -> None:
        """The same from the numbers of the workbook's sheet of figures."""
        book = openpyxl.load_workbook(io.BytesIO(content))
        titles, *rows = book["指标数据"].iter_rows(values_only=True)
        for cells in rows:
            row = dict(zip(titles, cells, strict=True))
            name = {t.id: t.indicator for _, t in PLAN.each_target()}.get(str(row["指标编号"]))
            for figure, when in (("现值", "现值年"), ("基期值", "基期年")):
                rate, year = row[figure], row[when]
                if name and isinstance(rate, int | float) and isinstance(year, int | float):
                    self._rate(name, rate, int(year))

    def _rate(self, name: str, rate: float, year: int) -> None:
        if name == "hospital":
            self._is({(name, year, "total", "全区"): 1}, round((1 - rate / 100) * BIRTHS[year]))
        if name != "mmr":
            return
        for years in ([year], [y for y in BIRTHS if year - 5 < y <= year]):
            count = rate * sum(BIRTHS[y] for y in years) / 100_000
            if abs(count - round(count)) < 0.002:
                self._is({(name, y, "total", "全区"): 1.0 for y in years}, round(count))

    @property
    def recovered(self) -> set[Cell]:
        names = sorted({cell for terms, _ in self.lines for cell in terms})
        place = {cell: n for n, cell in enumerate(names)}
        matrix = np.zeros((len(self.lines), len(names)))
        for line, (terms, _) in enumerate(self.lines):
            for cell, sign in terms.items():
                matrix[line, place[cell]] = sign
        _, sizes, right = np.linalg.svd(matrix)
        free = right[int((sizes > 1e-9).sum()) :]  # what the equations leave open
        return {cell for cell in names if np.abs(free[:, place[cell]]).max(initial=0) < 1e-9}


def planted() -> set[Cell]:
    """The counts from 1 to 4 of the district, and the one nobody filed."""
    found = {("mmr", y, "total", "全区") for y, n in DEATHS.items() if 1 <= n < SMALLEST}
    found |= {("hospital", y, "total", "全区") for y, n in AT_HOME.items() if 1 <= n < SMALLEST}
    found |= {("court_cases", y, "total", "全区") for y, n in COURT.items() if 1 <= n < SMALLEST}
    found |= {("orders", 2025, "male", "全区"), ("orders", 2025, "total", "甲镇")}
    return found | {("orders", 2023, "male", "全区")}


@pytest.fixture(scope="module")
def internal() -> View:
    return edition(district(), public=False)


@pytest.fixture(scope="module")
def public() -> View:
    return edition(district(), public=True)


@pytest.fixture(scope="module")
def internal_files(internal, tmp_path_factory) -> dict[str, bytes]:
    return filed(internal, tmp_path_factory.mktemp("internal"))


@pytest.fixture(scope="module")
def public_files(public, tmp_path_factory) -> dict[str, bytes]:
    return filed(public, tmp_path_factory.mktemp("public"))


def test_the_attacker_gets_every_count_where_nothing_is_withheld(internal, internal_files):
    attacker = Attacker(internal, district(), internal_files["page.xlsx"])
    assert planted() <= attacker.recovered


def test_the_attacker_gets_none_from_the_public_edition(public, public_files):
    attacker = Attacker(public, district(), public_files["page.xlsx"])
    assert attacker.recovered & planted() == set()


def test_word_and_excel_files_hold_small_counts_only_in_the_internal_edition(
    internal_files, public_files
):
    """2 deaths of 2025 and 3 at home of 2024, by the figures that give them away."""
    years = range(YEAR - 4, YEAR + 1)
    pooled_rate = 100_000 * sum(DEATHS[y] for y in years) / sum(BIRTHS[y] for y in years)
    rate = f"{pooled_rate:.1f}"
    for name in ("monitoring.docx", "evaluation.docx"):
        assert rate in words(internal_files[name]), name
        assert rate not in words(public_files[name]), name
        assert "（审定稿，公开版）" in words(public_files[name])
        assert "公开版" not in words(internal_files[name])
    found = {
        edition: {cell for sheet in sheets(made["page.xlsx"]) for row in sheet for cell in row}
        for edition, made in (("internal", internal_files), ("public", public_files))
    }
    pooled = [c for c in found["internal"] if isinstance(c, float) and f"{c:.1f}" == rate]
    assert pooled
    assert not set(pooled) & found["public"]


def test_no_page_depends_on_a_withheld_count(public, public_files, tmp_path):
    """The strongest form: other small counts behind the same sums give the same bytes."""
    deaths = {**DEATHS, 2019: 4, 2022: 1, 2023: 2, 2025: 3}
    orders = {**ORDERS, "female": 20, "male": 4, "甲镇": 4, "丙镇": 4}
    court = {**COURT, 2020: 3}
    other = district(deaths, orders, court, {**AT_HOME, 2024: 1})
    fixed = other["indicator"] == "all_cases"
    other.loc[fixed, "value"] = district().loc[fixed, "value"]
    moved = (other["indicator"] == "other_cases") & (other["year"] == 2020)
    other.loc[moved, "value"] -= 2  # the total stays: 1 + 44 = 3 + 42
    same = edition(other, public=True)
    assert printed(same) == printed(public)
    assert drawn(same) == drawn(public)
    assert filed(same, tmp_path) == public_files


def test_pages_do_depend_on_them_where_nothing_is_withheld(internal):
    other = edition(district({**DEATHS, 2025: 3}), public=False)
    assert printed(other) != printed(internal)


def test_the_public_edition_says_so_and_judges_nothing_by_what_it_hides(internal, public):
    rows = public.targets.df.set_index("target")
    assert rows.loc["things-1-1", ["status", "rule", "value_year"]].tolist() == [
        *("不可判", StatusRule.SUPPRESSED, 2025),
    ]
    assert rows.loc["things-1-1", ["value", "numerator", "low", "p_met"]].isna().all()
    assert rows.loc["things-1-1", "threshold"] == 12
    rendered = printed(public)
    assert "＊（按规定不公开）" in rendered
    assert ">＊<" in to_html(report.series_table(public, SHOWN, "各年数字"))
    assert "异地转入" not in rendered
    # What rests on published figures alone is the same in both editions.
    kept = ["status", "value", "completion_pct", "p_met", "lo80", "hi95"]
    assert rows.loc["things-3-1", kept].equals(
        internal.targets.df.set_index("target").loc["things-3-1", kept]
    )
    assert results(public)["withheld"] == len(public.assessment.suppressed) > len(planted()) - 1
    assert (results(public)["public"], results(internal)["public"]) == (True, False)
    assert results(internal)["withheld"] is None


def test_zero_is_about_nobody_and_is_shown(public):
    mmr = public.observations[public.observations["indicator"] == "mmr"].set_index("year")
    assert mmr["numerator"].dropna().to_dict() == {2018: 5, 2020: 6, 2021: 0, 2024: 7}


@pytest.mark.parametrize(
    ("rows", "hidden"),
    [
        pytest.param({"female": 21, "male": 3, "total": 24}, {"female", "male"}, id="24-21=3"),
        pytest.param({"female": 4, "male": 4, "total": 8}, {"female", "male"}, id="4 of 8"),
        pytest.param({"female": 1, "male": 1, "total": 2}, {"female", "male", "total"}, id="1+1"),
        pytest.param({"female": 0, "male": 3, "total": 3}, {"male", "total"}, id="3-0=3"),
        pytest.param({"female": 0, "male": 9, "total": 9}, set(), id="0 and 9"),
        pytest.param({"female": 14, "total": 17}, {"female"}, id="17-14=3, men not filed"),
        pytest.param({"female": 3}, {"female"}, id="nothing to subtract from"),
    ],
)
def test_withheld_by_sex(rows, hidden):
    frame = pd.concat(
        [observations({2025: n}, "orders", unit="份", sex=sex) for sex, n in rows.items()],
        ignore_index=True,
    )
    assert set(suppress_cells(frame, PLAN, UNITS, SMALLEST).suppressed["sex"]) == hidden


def test_towns_that_leave_two_for_one_and_one_hide_a_third():
    """30 − 28 = 2 for two towns means one each; the next smallest town is withheld too."""
    counts = {"甲镇": 1, "乙镇": 1, "丙镇": 8, "丁镇": 20, "全区": 30}
    frame = pd.concat(
        [observations({2025: n}, "orders", unit="份", subarea=t) for t, n in counts.items()],
        ignore_index=True,
    )
    suppressed = suppress_cells(frame, PLAN, UNITS, SMALLEST).suppressed
    assert set(suppressed["subarea"]) == {"甲镇", "乙镇", "丙镇"}


def test_a_rate_of_rare_events_without_its_count_is_withheld():
    frame = observations({2024: 28.6, 2025: 0.0}, "mmr", unit="1/10万")
    assert suppress_cells(frame, PLAN, UNITS, SMALLEST).suppressed["year"].tolist() == [2024]


def test_ten_thousands_and_things_that_are_no_persons():
    units = {**UNITS, "个": Unit(label="个", lower=0), "万件": Unit(label="万件", headcount=1e4)}
    changed = plan_of(
        [target()],
        [
            indicator(),
            indicator("covered", of_people=False, role="context"),
            indicator("homes", unit="个", kind="count", role="context", direction="neutral"),
            indicator("cases", unit="万件", kind="count", role="context", direction="neutral"),
        ],
    )
    frame = pd.concat(
        [
            observations({2024: 3}, "homes", unit="个"),
            observations({2024: (3, 11)}, "covered"),
            observations({2024: 0.0003, 2025: 0.03}, "cases", unit="万件"),
        ],
        ignore_index=True,
    )
    made = suppress_cells(frame, changed, units, SMALLEST)
    assert made.suppressed[["indicator", "year"]].values.tolist() == [["cases", 2024]]


def test_last_years_verdict_is_blanked_where_last_years_edition_blanked_it(public):
    view = edition(district({**DEATHS, 2024: 3, 2025: 7}), public=True)
    row = view.targets.df.set_index("target").loc["things-1-1"]
    assert row[["status", "status_before"]].tolist() == ["不可判", "不可判"]
    assert row["change"] is None
    assert row[["value_before", "p_before"]].isna().all()


def test_a_region_without_small_counts_loses_nothing():
    figures = observations({y: 60 + 1.5 * (y - 2016) for y in range(2016, 2026)})
    before, after = edition(figures, public=False), edition(figures, public=True)
    assert after.is_public
    assert not before.is_public
    plain = replace(after.assessment, suppressed=None)
    assert printed(View(plain, after.observations, {})) == printed(before)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=2), min_size=2, max_size=4))
def test_the_sums_leave_every_small_count_open(table):
    """Towns by sex with both margins: each small cell could be four whole numbers or more."""
    counts = {(t, s): n for t, row in enumerate(table) for s, n in zip("fm", row, strict=True)}
    for t, row in enumerate(table):
        counts[t, "total"] = sum(row)
    for s in ("f", "m", "total"):
        counts["all", s] = sum(counts[t, s] for t in range(len(table)))
    sex = {"f": "female", "m": "male", "total": "total"}
    frame = observations(
        [
            {"year": 2025, "sex": sex[s], "subarea": "全区" if t == "all" else f"{t}镇", "value": n}
            for (t, s), n in counts.items()
        ],
        "orders",
        unit="份",
    )
    made = suppress_cells(frame, PLAN, UNITS, SMALLEST)
    assert (made.observations["value"].notna() | frame["value"].gt(0)).all(), "zeros stay"
    cells, shown = list(counts), made.observations["value"].to_numpy()
    lines = [
        {cells.index((t, "f")): 1, cells.index((t, "m")): 1, cells.index((t, "total")): -1}
        for t in [*range(len(table)), "all"]
    ]
    lines += [
        {cells.index((t, s)): 1 for t in range(len(table))} | {cells.index(("all", s)): -1}
        for s in sex
    ]
    matrix = np.zeros((len(lines), len(cells)))
    for place, line in enumerate(lines):
        for cell, sign in line.items():
            matrix[place, cell] = sign
    low = np.where(np.isnan(shown), 1, shown)
    high = np.where(np.isnan(shown), np.inf, shown)
    for cell, (name, n) in enumerate(counts.items()):
        if not 1 <= n < SMALLEST:
            continue
        assert math.isnan(shown[cell]), name
        possible = 0
        for other in range(1, 14):
            at = np.where(np.arange(len(cells)) == cell, other, low)
            most = np.where(np.arange(len(cells)) == cell, other, high)
            possible += milp(
                np.zeros(len(cells)),
                constraints=LinearConstraint(matrix, 0, 0),
                bounds=(at, most),
                integrality=np.ones(len(cells)),
            ).success
        assert possible >= SMALLEST - 1, (name, n)


def test_people_reached_by_a_measure_are_not_told_where_one_department_reached_few():
    returns = pd.DataFrame(
        {
            "measure": ["m1", "m1", "m1", "m2"],
            "year": [2025, 2025, 2024, 2025],
            "people": [3.0, 120.0, 90.0, 0.0],
        }
    )
    shown = suppress_headcounts(returns, SMALLEST)["people"]
    assert shown.isna().tolist() == [True, True, False, False]  # 123 − 120 would be 3
    assert shown.dropna().tolist() == [90, 0]


def test_keys_name_each_row_once():
    assert not district()[KEYS].duplicated().any()
