"""The rules of early warning on small figures, each with its arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats

from builders import UNITS, indicator, no_evidence, observations, plan_of, target
from halfsky.evaluate.assessment import Assessment, Assumptions, assess
from halfsky.evaluate.early_warning import expected_false
from halfsky.evaluate.results import EarlyWarning, WarningRule, WarningTest
from halfsky.evaluate.series import Series
from halfsky.evaluate.warning.deterioration import below, chance_of_fall
from halfsky.evaluate.warning.finding import Forecasts
from halfsky.evaluate.warning.totals import slips, slips_against_forecast
from halfsky.evaluate.warning.volatile import overdispersion
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import Family, Severity

RULES = load_thresholds()
ASSUMED = Assumptions(RULES, UNITS, load_calibration())
HERE = Region(id="here", name="某区", short="某区", role="evaluated", plan="small")


def assessed(targets, figures, indicators=None, year=2025) -> Assessment:
    return assess(plan_of(targets, indicators), HERE, year, figures, no_evidence(), ASSUMED)


def rules_of(found: Assessment) -> dict[str, dict]:
    return {row["rule"]: row for row in found.warnings.to_dict("records")}


def steady(start: float, step: float, first: int = 2015, last: int = 2025) -> dict[int, float]:
    return {year: round(start + step * (year - first), 1) for year in range(first, last + 1)}


# ------------------------------------------------------------------ doubt


SLIPPED = {**steady(40, 0.6, last=2024), 2025: 4.6}


def test_a_slipped_unit_is_told_as_that_and_as_nothing_else():
    found = assessed([target(value=30)], observations(SLIPPED))
    rules = rules_of(found)
    slip = rules["unit_slip"]
    assert (slip["family"], slip["severity"]) == (Family.DATA, Severity.AMBER)
    assert (slip["inputs"]["factor"], slip["inputs"]["is_larger"]) == (10, False)
    assert slip["threshold"] == pytest.approx(0.1)
    assert not {"p_fell", "wrong_way", "p_below"} & set(rules)
    assert rules["outside_interval"]["severity"] == Severity.AMBER
    row = found.targets.iloc[0]
    assert (row["doubt"], row["status"], row["change"]) == ("unit_slip", "未达标", None)


def test_a_slip_upwards_is_no_good_news():
    found = assessed([target(value=30)], observations({**steady(4, 0.06, last=2024), 2025: 45.0}))
    rules = rules_of(found)
    assert rules["unit_slip"]["inputs"]["is_larger"]
    assert rules["outside_interval"]["severity"] == Severity.AMBER, "else a note: good direction"
    assert found.targets["doubt"].iloc[0] == "unit_slip"


def test_a_warning_that_was_open_before_a_doubtful_figure_stays_open():
    figures = {**steady(40, 0.1, last=2024), 2025: 4.1}
    rules = rules_of(assessed([target(value=95)], observations(figures)))
    off_track = rules["p_below"]
    assert (off_track["inputs"]["value"], off_track["inputs"]["value_year"]) == (
        figures[2024],
        2024,
    )
    assert off_track["since"] == 2021


def test_a_clean_series_leaves_no_doubt():
    found = assessed([target(value=30)], observations(steady(40, 0.6)))
    assert found.targets["doubt"].iloc[0] is None
    assert found.warnings.empty


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([40, 41, 42, 4.3], [(3, -1)], id="4.3 for 43: log10(43/42) = .010 < .011"),
        pytest.param([40, 41, 42, 5.3], [], id="53 after 42 is no ordinary step: .10 > .011"),
        pytest.param([40, 41, 5.3, 43], [(2, -1)], id="against both: log10(53/41) = .11 < .2"),
        pytest.param([0, 0.19, 1.74, 1.34, 2.17, 3.53], [], id="has just left zero"),
        pytest.param([0.2, 1.7, 1.3, 2.2, 3.5], [], id="not steady: log10(2.2/1.3) = .23 > .1"),
        pytest.param([2.0, 1.9, 1.6, 1.3, 0.9, 0.1], [], id="falling: log10(1.3/.9) = .16 > .1"),
        pytest.param([2.0, 1.9, 1.9, 1.8, 0.1], [], id="1.0 after 1.8: log10 = .26 > .2"),
        pytest.param([40, 41, 4.2, 43, 44], [(2, -1)], id="then back again"),
        pytest.param([3, 3.1, 3.2, 325], [(3, 2)], id="325 for 3.25: 100 times"),
        pytest.param([40, 41, 42, 0.43], [(3, -2)], id="0.43 for 43: a share for percent"),
        pytest.param([40, 41, 42, 20], [], id="halved is no slip: log10(.48) = -.32"),
        pytest.param([40, 41, 42, 9], [], id="a fall to 9: log10(.21) = -.67, no power of ten"),
        pytest.param([0.5, 3, 8, 20, 45, 60], [], id="grown through a power of ten"),
        pytest.param([40, 4.1, 42, 4.3], [], id="half and half: nobody knows which"),
        pytest.param([40, 41, 42, 0], [], id="a zero is a zero"),
        pytest.param([40, 41, 4.2], [], id="three figures are too few"),
    ],
)
def test_slips(values, expected):
    years = np.arange(len(values))
    found = slips(years, np.array(values, float), 0.4, 0.2)
    assert [(year, power) for year, _, _, power in found] == expected


@pytest.mark.parametrize(
    ("actual", "low", "high", "expected"),
    [
        pytest.param(0.41, 2.79, 4.63, -1, id="4.1 is what was forecast"),
        pytest.param(331, 2.79, 4.63, 2, id="3.31 is"),
        pytest.param(3.1, 2.79, 4.63, None, id="within the interval"),
        pytest.param(0.9, 2.79, 4.63, None, id="9 is as far off as .9"),
        pytest.param(0.2, 0.5, 2.4, None, id="an interval of half a power of ten decides nothing"),
        pytest.param(0.0, 2.79, 4.63, None, id="zero is zero"),
    ],
)
def test_a_figure_that_fits_the_forecast_with_its_point_put_right_is_a_slip(
    actual, low, high, expected
):
    steps = Forecasts(
        years=(2025,),
        at=np.array([[low, low, 3.6, high, high]]),
        actual=np.array([actual]),
        error=np.array([actual - 3.6]),
        p_value=np.array([0.5]),
    )
    found = slips_against_forecast(steps, 2025)
    assert [power for *_, power in found] == ([] if expected is None else [expected])
    assert slips_against_forecast(steps, 2024) == []


def test_a_few_events_may_be_ten_times_as_many_next_year():
    deaths = {2019: (2, 3e5), 2020: (2, 3e5), 2021: (2, 3e5), 2022: (2, 3e5), 2023: (19, 3e5)}
    rate = indicator(
        "rate", unit="1/10万", kind="rate", counting="events", direction="lower_better",
        delta=1, delta_reason="例",
    )  # fmt: skip
    found = assessed(
        [target(comparator="<=", value=12)],
        observations(deaths, per=100_000, unit="1/10万"),
        [rate],
        year=2023,
    )
    assert "unit_slip" not in rules_of(found)


# ------------------------------------------------------------------ chance of a fall in P


@pytest.mark.parametrize(
    ("p", "left", "expected"),
    [
        pytest.param(0.5, 0.8, 0.2422, id="Φ(−(0 + .5244·.8) ÷ .6) = Φ(−.6992)"),
        pytest.param(0.5, 0.0, 0.5, id="all is known next year: 1 − .5"),
        pytest.param(0.9, 0.0, 0.1, id="all is known next year: 1 − .9"),
        pytest.param(0.5, 1.0, 0.0, id="next year tells nothing"),
        pytest.param(0.2, 0.5, 0.0, id="P of .20 cannot fall by .20"),
    ],
)
def test_chance_of_fall(p, left, expected):
    assert chance_of_fall(p, left, 0.2) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("left", [0.5, 0.9])
@pytest.mark.parametrize("p", [0.3, 0.6, 0.95])
def test_a_calibrated_p_falls_as_often_as_its_chance_says(p, left):
    """Draw the year's news, work P out anew, count the falls: n = 200,000, error .001."""
    news = np.sqrt(1 - left**2) * np.random.default_rng(1).standard_normal(200_000)
    after = special.ndtr((special.ndtri(p) + news) / left)
    assert after.mean() == pytest.approx(p, abs=0.005), "a martingale"
    assert (p - after >= 0.2).mean() == pytest.approx(chance_of_fall(p, left, 0.2), abs=0.005)


# ------------------------------------------------------------------ figures


def test_a_figure_out_of_bounds_is_asked_about():
    found = assessed([target(value=30)], observations({2023: 90.0, 2024: 95.0, 2025: 104.0}))
    row = rules_of(found)["out_of_bounds"]
    assert (row["inputs"]["value"], row["threshold"]) == (104.0, 100)
    assert found.targets["doubt"].iloc[0] == "out_of_bounds"


def people(values: dict[str, dict[int, float]]) -> pd.DataFrame:
    return pd.concat([observations(by_year, sex=sex) for sex, by_year in values.items()])


def headcount() -> list:
    return [indicator(unit="人", kind="count", lower=0, decimals=0, delta=1, delta_reason="例")]


def test_sexes_that_do_not_add_up_are_told_since_when():
    figures = people(
        {
            "female": {2022: 50, 2023: 51, 2024: 52, 2025: 53},
            "male": {2022: 50, 2023: 49, 2024: 48, 2025: 47},
            "total": {2022: 100, 2023: 105, 2024: 104, 2025: 107},
        }
    )
    kept = {**UNITS, "人": UNITS["年"]}
    plan = plan_of([target(value=30, sex="female")], headcount())
    found = assess(
        plan, HERE, 2025, figures, no_evidence(), Assumptions(RULES, kept, ASSUMED.calibration)
    )
    row = rules_of(found)["sexes_disagree"]
    assert row["since"] == 2023, "100 in 2022 was right; 2023, 2024 and 2025 are not"
    assert row["inputs"]["times"] == 3


def test_a_headcount_against_its_total_is_asked_about():
    figures = people({"female": {2022: 2903, 2024: 2661}, "total": {2022: 4655, 2024: 4846}})
    kept = {**UNITS, "人": UNITS["年"]}
    plan = plan_of([target(value=30, sex="female")], headcount())
    found = assess(
        plan, HERE, 2024, figures, no_evidence(), Assumptions(RULES, kept, ASSUMED.calibration)
    )
    row = rules_of(found)["headcount_against"]
    assert row["inputs"]["moved_pct"] == pytest.approx(100 * (2661 / 2903 - 1))
    assert found.targets["doubt"].iloc[0] == "headcount_against"


@pytest.mark.parametrize(
    ("counts", "is_found"),
    [
        pytest.param([(455, 1000), (456, 1003), (470, 1010), (470, 1010)], True, id="both copied"),
        pytest.param([(455, 1000), (456, 1003), (470, 1010), (470, 1012)], False, id="one moved"),
        pytest.param([(4, 11), (5, 11), (5, 11), (5, 11)], False, id="eleven seats stay filled"),
        pytest.param(
            [(455, 1000), (455, 1000), (470, 1010), (470, 1010)], False, id="it did so before"
        ),
    ],
)
def test_copies_of_last_years_counts(counts, is_found):
    figures = observations(dict(zip(range(2022, 2026), counts, strict=True)))
    assert ("repeated" in rules_of(assessed([target(value=30)], figures))) == is_found


@pytest.mark.parametrize(
    ("step", "is_found"),
    [
        pytest.param(0.1, False, id="a tie of one-decimal figures that move by .1 is common"),
        pytest.param(4.0, True, id="a tie of figures that move by 4 is not: .1/(.1+8) = .01"),
    ],
)
def test_printed_ties_are_not_copies(step, is_found):
    figures = {2022: 50.0, 2023: 50.0 + step, 2024: 50.0 + 2 * step, 2025: 50.0 + 2 * step}
    found = rules_of(assessed([target(value=30)], observations(figures)))
    assert ("repeated" in found) == is_found
    if is_found:
        assert found["repeated"]["inputs"]["chance"] < RULES.warning.repeat_chance


def test_one_seat_more_is_not_unusual():
    seats = dict.fromkeys(range(2014, 2025), (9, 12)) | {2025: (10, 12)}
    found = assessed([target(value=30)], observations(seats))
    assert "outside_interval" not in rules_of(found)
    tests = found.warning_tests
    assert list(tests.loc[tests["family"] == Family.UNUSUAL, "chance"]) == [1.0]


@pytest.mark.parametrize(
    ("note", "rule", "family", "severity"),
    [
        ("〔二手转录〕", "remark", Family.DATA, Severity.NOTE),
        ("原文〔由5降至3，而发布稿称上升〕", "contradicts", Family.DATA, Severity.AMBER),
        ("〔由5降至3，未见公布的解释〕", "unexplained", Family.UNUSUAL, Severity.AMBER),
    ],
)
def test_a_rows_own_remark_is_carried_along(note, rule, family, severity):
    figures = observations({2024: 5.0, 2025: 3.0}).assign(note=["", note])
    row = rules_of(assessed([target(value=30)], figures))[rule]
    assert (row["family"], row["severity"]) == (family, severity)
    assert row["inputs"]["text"] in note
    assert "〔" not in row["inputs"]["text"]


def test_an_old_contradiction_becomes_a_note_and_then_silent():
    figures = observations({2014: 5.0, 2016: 3.0, 2025: 4.0})
    figures = figures.assign(note=["〔2014〕", "〔而发布稿称上升〕", ""])
    row = rules_of(assessed([target(value=30)], figures))
    assert row["contradicts"]["severity"] == Severity.NOTE
    assert "remark" not in row, "2014 is more than ten years old"


# ------------------------------------------------------------------ chances


LINE = np.array([40.2, 43.6, 50.0, 56.4, 59.8])  # lo95, lo80, point, hi80, hi95


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(50, 0.5, id="the point is the median"),
        pytest.param(43.6, 0.1, id="the lower 80 % bound: .1"),
        pytest.param(59.8, 0.975, id="the upper 95 % bound: .975"),
        pytest.param(46.8, stats.norm.cdf(-1.2816 / 2), id="half way in normal scores"),
        pytest.param(0, 0.0, id="far below"),
    ],
)
def test_below_reads_the_printed_quantiles(value, expected):
    assert below(LINE, value) == pytest.approx(expected, abs=1e-4)


def test_below_stands_ties_at_a_bound():
    line = np.array([98.0, 99.0, 100, 100, 100])
    assert below(line, 99.0) == pytest.approx(0.1)
    assert below(line, 100.5) == pytest.approx(1.0)


def test_the_chance_of_two_wrong_years_is_the_product_of_two():
    rng = np.random.default_rng(3)
    figures = {y: round(50 + 0.5 * (y - 2010) + rng.normal(0, 1), 1) for y in range(2010, 2026)}
    found = assessed([target(value=40)], observations(figures))
    tests = found.warning_tests.set_index("rule")
    chance = tests.loc["wrong_way", "chance"]
    assert 0 < chance < 0.25
    assert not tests.loc["wrong_way", "fired"]


def test_no_new_figure_no_news():
    figures = {y: v for y, v in steady(60, 0.3).items() if y < 2025}
    found = assessed([target(value=62)], observations(figures))
    tests = found.warning_tests.set_index("rule")
    assert tests.loc["p_fell", "chance"] == 0.0


def tried(family: Family, rule: WarningRule, chance: float | None, *, fired: bool) -> WarningTest:
    return WarningTest("a", "x", family, rule, chance, fired)


def found_by(family: Family, rule: WarningRule) -> EarlyWarning:
    return EarlyWarning("g", "a", "rate", "x", family, Severity.AMBER, rule, None, {}, "某局", 2025)


def test_expected_false_alarms_by_family():
    tests = [
        tried(Family.OFF_TRACK, WarningRule.P_BELOW, 0.2, fired=True),
        tried(Family.OFF_TRACK, WarningRule.P_BELOW, 0.5, fired=True),
        tried(Family.OFF_TRACK, WarningRule.P_BELOW, 0.9, fired=False),
        tried(Family.DETERIORATION, WarningRule.P_FELL, 0.05, fired=False),
        tried(Family.DETERIORATION, WarningRule.WRONG_WAY, 0.02, fired=True),
        tried(Family.DETERIORATION, WarningRule.WRONG_WAY, None, fired=False),
        tried(Family.UNUSUAL, WarningRule.OUTSIDE_INTERVAL, 0.001, fired=True),
        tried(Family.UNUSUAL, WarningRule.OUTSIDE_INTERVAL, 0.002, fired=True),
        tried(Family.UNUSUAL, WarningRule.OUTSIDE_INTERVAL, 0.8, fired=False),
    ]
    findings = [
        found_by(Family.OFF_TRACK, WarningRule.P_BELOW),
        found_by(Family.OFF_TRACK, WarningRule.P_BELOW),
        found_by(Family.DETERIORATION, WarningRule.WRONG_WAY),
        found_by(Family.UNUSUAL, WarningRule.OUTSIDE_INTERVAL),
        found_by(Family.UNUSUAL, WarningRule.OUTSIDE_INTERVAL),
        found_by(Family.UNUSUAL, WarningRule.UNEXPLAINED),
        found_by(Family.VOLATILE, WarningRule.SMALL_BASE_NOISE),
    ]
    rows = expected_false(tests, findings, RULES.warning)
    by_family = {row.family: row for row in rows}
    assert by_family[Family.OFF_TRACK].expected == pytest.approx(0.2 + 0.5)
    shifted = [1 / (1 + math.exp(-math.log(p / (1 - p)) - 1.2)) for p in (0.2, 0.5)]
    assert by_family[Family.OFF_TRACK].most == pytest.approx(sum(shifted)), "odds times e^1.2"
    assert by_family[Family.DETERIORATION].expected == pytest.approx(0.05 + 0.02)
    assert by_family[Family.DETERIORATION].unknown == 1
    assert by_family[Family.UNUSUAL].expected == pytest.approx(0.1 * 2), "a tenth of two"
    assert by_family[Family.VOLATILE].expected == 0, "nothing could be tested"
    assert [row.found for row in rows] == [2, 1, 2, 0]


def test_one_false_alarm_in_ten_where_nothing_was_found():
    quiet = [tried(Family.UNUSUAL, WarningRule.OUTSIDE_INTERVAL, 0.4, fired=False)]
    (row,) = [r for r in expected_false(quiet, [], RULES.warning) if r.family == Family.UNUSUAL]
    assert (row.found, row.expected) == (0, pytest.approx(0.1))


# ------------------------------------------------------------------ volatility


def counted(rates, people=1000.0) -> Series:
    rates = np.array(rates, float)
    words = np.full(len(rates), "", dtype=object)
    return Series(
        years=np.arange(2016, 2016 + len(rates)),
        value=100 * rates,
        numerator=rates * people,
        denominator=np.full(len(rates), people),
        value_type=words,
        source=words,
        note=words,
    )


def test_a_steady_trend_is_no_scatter():
    assert overdispersion(counted(np.linspace(0.1, 0.5, 10))) > 0.99


def test_scatter_by_hand():
    """Rates .5 ± .05 in turn, 1,000 people: variance .25/1000, a line through the middle, so
    χ² is about 8 × .0025/.00025 = 80 on 6 degrees of freedom."""
    p = overdispersion(counted([0.55, 0.45] * 4))
    assert p < stats.chi2.sf(70, 6)


def test_scatter_within_counting_noise():
    rng = np.random.default_rng(1)
    ps = [overdispersion(counted(rng.binomial(1000, 0.3, 9) / 1000)) for _ in range(200)]
    assert np.mean(np.array(ps) < 0.1) == pytest.approx(0.1, abs=0.06)


def test_three_years_of_counts_say_nothing_about_scatter():
    assert math.isnan(overdispersion(counted([0.5, 0.4, 0.5])))
