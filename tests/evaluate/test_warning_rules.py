"""Each rule of early warning at its exact limit, and since when: on records, without a forecast.

The rules over whole assessments are in test_early_warning.py.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd
import pytest

from builders import UNITS, indicator, observations, plan_of, target
from halfsky.evaluate.early_warning import compute_warnings
from halfsky.evaluate.results import EarlyWarning, TargetResult, WarningRule
from halfsky.evaluate.series import SeriesIndex, target_series
from halfsky.evaluate.warning.deterioration import deterioration
from halfsky.evaluate.warning.figures import figures
from halfsky.evaluate.warning.finding import Forecasts, Known
from halfsky.evaluate.warning.observed import Observed
from halfsky.evaluate.warning.off_track import off_track
from halfsky.evaluate.warning.totals import totals
from halfsky.evaluate.warning.unusual import unusual
from halfsky.evaluate.warning.volatile import volatile
from halfsky.plan.models import Indicator
from halfsky.plan.thresholds import Thresholds, load_thresholds
from halfsky.plan.vocabulary import Data, Severity, Status

RULES = load_thresholds()
YEAR = 2025
ID = "things-1-1"


def limits(**changes: float) -> Thresholds:
    """The thresholds with other limits of warning."""
    return RULES.model_copy(update={"warning": RULES.warning.model_copy(update=changes)})


def judged(name: str = ID, **changes: Any) -> TargetResult:
    """A reach target of 95 %, more is better, at 85 % this year; δ 1."""
    base: dict[str, Any] = dict.fromkeys(field.name for field in fields(TargetResult))
    base |= {
        "target": name,
        "goal": "things-1",
        "domain": "things",
        "type": "reach",
        "indicator": "rate",
        "sex": "total",
        "age": "total",
        "area": "total",
        "unit": "%",
        "kind": "share",
        "comparator": ">=",
        "department": "某局",
        "decimals": 1,
        "is_pooled": False,
        "value": 85.0,
        "value_year": YEAR,
        "last_year": YEAR,
        "threshold": 95.0,
        "delta": 1.0,
        "status": Status.UNMET,
        "data": Data.ENOUGH,
        "forecast_method": "pool",
        "p_met": 0.5,
    }
    return TargetResult(**(base | changes))


def known(
    by_year: Mapping[int, TargetResult] | TargetResult,
    seen: pd.DataFrame | None = None,
    *,
    of: Indicator | None = None,
    rules: Thresholds = RULES,
    one_step: Mapping[str, Forecasts] | None = None,
) -> Known:
    """One region with one target, as judged in each year."""
    years = by_year if isinstance(by_year, Mapping) else {YEAR: by_year}
    plan = plan_of([target()], [of or indicator(delta=1, delta_reason="例")])
    seen = observations({}) if seen is None else seen
    index = SeriesIndex(seen).as_known(YEAR)
    own = target_series(plan.targets[ID], plan, index, "here", UNITS)
    return Known(
        plan=plan,
        region="here",
        year=YEAR,
        thresholds=rules,
        judged={year: {row.target: row} for year, row in years.items()},
        whole={ID: own} if len(own) else {},
        index=index,
        observed=Observed(seen),
        one_step=one_step or {},
        paths={},
    )


def rules_of(found: list[EarlyWarning]) -> dict[WarningRule, EarlyWarning]:
    return {one.rule: one for one in found}


def past(
    errors: list[float] | None = None,
    *,
    actual: float = 85.0,
    p: float = 0.5,
    lo95: float = 80.0,
    hi95: float = 90.0,
) -> Forecasts:
    """Forecasts of the years up to YEAR, all alike, and their fate."""
    middle = (lo95 + hi95) / 2
    errors = errors or [0.0]
    n = len(errors)
    return Forecasts(
        years=tuple(range(YEAR - n + 1, YEAR + 1)),
        at=np.tile([lo95, lo95, middle, hi95, hi95], (n, 1)),
        actual=np.full(n, actual),
        error=np.array(errors),
        p_value=np.full(n, p),
    )


# ------------------------------------------------------------------ 1: off track


@pytest.mark.parametrize(
    ("p", "severity", "limit"),
    [
        pytest.param(0.66, None, None, id="at .66: not under it"),
        pytest.param(0.6599, Severity.AMBER, 0.66, id="under .66"),
        pytest.param(0.33, Severity.AMBER, 0.66, id="at .33: not under it"),
        pytest.param(0.3299, Severity.RED, 0.33, id="under .33"),
    ],
)
def test_p_below_its_limits(p, severity, limit):
    row = judged(p_met=p)
    ((found, tried),) = off_track(known(row), row, is_doubtful=False)
    assert tried.fired == (severity is not None)
    assert tried.chance == p
    if severity is None:
        assert found is None
    else:
        assert (found.severity, found.threshold, found.since) == (severity, limit, YEAR)


@pytest.mark.parametrize(
    ("before", "since"),
    [
        pytest.param({2024: 0.5, 2023: 0.5, 2022: 0.7, 2021: 0.5}, 2023, id="open since 2023"),
        pytest.param({2024: 0.66}, 2025, id=".66 a year ago was no warning"),
        pytest.param({2024: 0.5, 2022: 0.5}, 2024, id="a year not judged ends the streak"),
        pytest.param({2023: 0.5}, 2025, id="not judged last year"),
    ],
)
def test_since_when_a_target_is_off_track(before, since):
    row = judged()
    years = {YEAR: row} | {year: judged(p_met=p) for year, p in before.items()}
    ((found, _),) = off_track(known(years), row, is_doubtful=False)
    assert found.since == since


# ------------------------------------------------------------------ 2: deterioration


def fell(before: Mapping[int, float], p: float) -> EarlyWarning | None:
    row = judged(p_met=p)
    years = {YEAR: row} | {year: judged(p_met=was) for year, was in before.items()}
    found = [one for one, _ in deterioration(known(years), row, is_doubtful=False) if one]
    return found[0] if found else None


def test_p_fell_by_exactly_the_limit():
    assert 0.5 - 0.3 == 0.2
    assert fell({2024: 0.5}, 0.3).rule == WarningRule.P_FELL
    assert fell({2024: 0.5}, 0.3001) is None


def test_since_when_p_falls():
    assert fell({2024: 0.65, 2023: 0.9}, 0.4).since == 2024, "fell by .25 in 2024 and in 2025"
    assert fell({2024: 0.65, 2023: 0.8}, 0.4).since == 2025, "by .15 only in 2024"
    assert fell({2024: 0.65}, 0.4).since == 2025


def wrong_way(values: Mapping[int, Any], of: Indicator | None = None, **changes: Any):
    """The finding or None; False where the rule could not be used."""
    row = judged(p_met=None, **changes)
    pairs = list(deterioration(known(row, observations(values), of=of), row, is_doubtful=False))
    return pairs[0][0] if pairs else False


def test_a_step_of_exactly_delta_is_not_the_wrong_way():
    assert wrong_way({2023: 90.0, 2024: 89.0, 2025: 88.0}) is None, "δ is 1"
    assert wrong_way({2023: 90.0, 2024: 88.9, 2025: 87.8}).inputs["years"] == 2


@pytest.mark.parametrize(
    ("values", "years", "since"),
    [
        pytest.param({2022: 80, 2023: 90, 2024: 88, 2025: 86}, 2, 2025, id="two steps"),
        pytest.param({2022: 92, 2023: 90, 2024: 88, 2025: 86}, 3, 2024, id="three steps"),
        pytest.param({2021: 94, 2022: 92, 2023: 90, 2024: 88, 2025: 86}, 4, 2023, id="four steps"),
    ],
)
def test_a_streak_begins_when_two_years_had_gone_wrong(values, years, since):
    found = wrong_way({year: float(value) for year, value in values.items()})
    assert (found.inputs["years"], found.since) == (years, since)
    assert found.inputs["first_year"] == 2025 - years


def test_one_wrong_step_is_no_streak():
    assert wrong_way({2022: 90.0, 2023: 88.0, 2024: 90.0, 2025: 88.0}) is None


def test_a_missing_year_leaves_the_rule_unused():
    assert wrong_way({2021: 92.0, 2022: 90.0, 2024: 88.0, 2025: 86.0}) is False


def test_one_case_less_is_no_step():
    """200 people: one is .5 point, more than δ of .3; two are a step."""
    one = {2023: (180, 200), 2024: (179, 200), 2025: (178, 200)}
    two = {2023: (180, 200), 2024: (178, 200), 2025: (176, 200)}
    assert wrong_way(one, delta=0.3) is None
    assert wrong_way(two, delta=0.3) is not None


@pytest.mark.parametrize(
    ("asked", "is_found"),
    [
        pytest.param(100, False, id="10 points of 100 asked: 1.96·√(24.3 + 25.0) = 13.8"),
        pytest.param(10_000, True, id="10 points of 10,000 asked: 1.38"),
    ],
)
def test_a_survey_may_fall_by_its_sampling_error(asked, is_found):
    survey = indicator(counting="sample", delta=1, delta_reason="例")
    shares = {2023: 0.6, 2024: 0.5, 2025: 0.4}
    values = {year: (share * asked, asked) for year, share in shares.items()}
    assert (wrong_way(values, survey) is not None) == is_found


# ------------------------------------------------------------------ 3: unusual


def fired_of(*ps: float) -> list[bool]:
    """Which of several targets are found, each with its own figure and p."""
    rows = [judged(f"things-1-{n}", value=90.1 + n) for n in range(1, len(ps) + 1)]
    about = known(rows[0], observations({2024: 84.0, 2025: 91.1}))
    steps = {row.target: past(actual=row.value, p=p) for row, p in zip(rows, ps, strict=True)}
    about = Known(
        **{f.name: getattr(about, f.name) for f in fields(Known)}
        | {
            "judged": {YEAR: {row.target: row for row in rows}},
            "whole": dict.fromkeys(steps, about.whole[ID]),
            "one_step": steps,
        }
    )
    return [tried.fired for _, tried in unusual(about, ())]


@pytest.mark.parametrize(
    ("ps", "fired"),
    [
        pytest.param((0.10,), [True], id="one test at .10"),
        pytest.param((0.11,), [False], id="one test over .10"),
        pytest.param((0.06, 0.10), [True, True], id="BH: the second is at 2/2 of .10"),
        pytest.param((0.06, 0.11), [False, False], id="BH: .06 is over 1/2 of .10"),
        pytest.param((0.05, 0.11), [True, False], id="BH: .05 is at 1/2 of .10"),
        pytest.param((0.03, 0.07, 0.9), [True, False, False], id="BH: .07 is over 2/3 of .10"),
    ],
)
def test_benjamini_hochberg_at_a_tenth(ps, fired):
    assert fired_of(*ps) == fired


@pytest.mark.parametrize(
    ("actual", "is_found"),
    [
        pytest.param(90.0, False, id="on the bound is inside"),
        pytest.param(90.1, True, id="beyond it"),
    ],
)
def test_the_bound_of_the_interval_is_inside(actual, is_found):
    row = judged(value=actual)
    steps = {ID: past(actual=actual, p=0.001)}
    about = known(row, observations({2024: 84.0, 2025: actual}), one_step=steps)
    ((found, tried),) = unusual(about, ())
    assert (found is not None) == tried.fired == is_found


def test_exactly_one_case_beyond_the_bound_is_usual():
    """10 of 16 is 62.5, one case is 6.25 points: 56.25 is one case below, 56.24 is less."""
    seats = observations({2024: (9, 16), 2025: (10, 16)})
    row = judged(value=62.5)
    for hi95, chance in ((56.25, 1.0), (56.24, 0.001)):
        steps = {ID: past(actual=62.5, p=0.001, lo95=50.0, hi95=hi95)}
        ((_, tried),) = unusual(known(row, seats, one_step=steps), ())
        assert tried.chance == chance


def test_targets_on_one_figure_are_one_test():
    rows = {name: judged(name) for name in (ID, "things-1-2")}
    about = known(rows[ID], observations({2024: 84.0, 2025: 85.0}))
    about = Known(
        **{f.name: getattr(about, f.name) for f in fields(Known)}
        | {"judged": {YEAR: rows}, "one_step": dict.fromkeys(rows, past())}
    )
    assert [tried.target for _, tried in unusual(about, ())] == [ID], "the plan's first"


# ------------------------------------------------------------------ 4: volatile


@pytest.mark.parametrize(("nearer", "is_found"), [(1.0, False), (0.999, True)])
def test_volatile_only_beyond_its_limit(nearer, is_found):
    """Errors 4, 4, -4, -4: 4 from their median 0, sd 4 ÷ .6745 = 5.93; 10 to go."""
    spread = 4 / 0.6744897501960817
    row = judged()
    about = known(
        row,
        observations({2024: 84.0, 2025: 85.0}),
        rules=limits(volatile_reach=nearer * spread / 10),
        one_step={ID: past([4.0, 4.0, -4.0, -4.0])},
    )
    ((found, _),) = volatile(about)
    assert (found is not None) == is_found
    if found:
        assert found.inputs["ratio"] == pytest.approx(0.593, abs=5e-4)


def test_three_errors_are_too_few_for_volatility():
    about = known(judged(), observations({2025: 85.0}), one_step={ID: past([9.0, 9.0, -9.0])})
    assert list(volatile(about)) == []


# ------------------------------------------------------------------ 5: figures


@pytest.mark.parametrize(
    ("last", "since"),
    [
        pytest.param(2024, None, id="last year's is in time"),
        pytest.param(2023, 2025, id="2023: late since 2023 + 1 + 1"),
        pytest.param(2021, 2023, id="2021: late since 2023"),
    ],
)
def test_overdue_begins_when_the_figure_is_late(last, since):
    row = judged(value=None, data=Data.STALE, last_year=last, last_value=80.0)
    found = rules_of(list(figures(known(row, observations({last: 80.0})), row)))
    assert (WarningRule.OVERDUE in found) == (since is not None)
    if since:
        assert found[WarningRule.OVERDUE].since == since


@pytest.mark.parametrize(
    ("people", "is_found"),
    [
        pytest.param(1250, False, id="by exactly a quarter"),
        pytest.param(1251, True, id="by more"),
        pytest.param(750, False, id="down by exactly a quarter"),
        pytest.param(749, True, id="down by more"),
    ],
)
def test_a_denominator_that_moved_by_its_limit(people, is_found):
    seen = observations({2024: (500, 1000), 2025: (400, people)})
    row = judged()
    found = rules_of(list(figures(known(row, seen, rules=limits(denominator_moved=0.25)), row)))
    assert (WarningRule.DENOMINATOR_MOVED in found) == is_found


@pytest.mark.parametrize(("first", "is_found"), [(2015, False), (2016, True)])
def test_a_break_is_shown_for_ten_years(first, is_found):
    broken = indicator(breaks=[{"year": first, "reason": "例"}], delta=1, delta_reason="例")
    seen = observations({first - 1: 50.0, first: 60.0, 2025: 62.0})
    row = judged(break_year=first)
    found = rules_of(list(figures(known(row, seen, of=broken), row)))
    assert (WarningRule.BREAK in found) == is_found
    if is_found:
        made = found[WarningRule.BREAK].inputs
        assert (made["before"], made["before_year"], made["after"]) == (50.0, first - 1, 60.0)


@pytest.mark.parametrize(
    ("start", "is_found"),
    [
        pytest.param(10.0, False, id="steps of 9.5: 1 ÷ (1 + 19) = .05, not under it"),
        pytest.param(9.0, True, id="steps of 10: 1 ÷ 21"),
    ],
)
def test_a_tie_as_likely_as_the_limit_is_no_copy(start, is_found):
    step = (29.0 - start) / 2
    values = {2022: start, 2023: start + step, 2024: 29.0, 2025: 29.0}
    row = judged(decimals=0)
    found = rules_of(list(figures(known(row, observations(values)), row)))
    assert (WarningRule.REPEATED in found) == is_found


def test_the_second_copy_is_less_likely_than_the_first():
    """Two ties running: the chance is squared, and the streak begins with the first of them."""
    values = {2021: 9.0, 2022: 19.0, 2023: 29.0, 2024: 29.0, 2025: 29.0}
    row = judged(decimals=0)
    found = rules_of(list(figures(known(row, observations(values)), row)))[WarningRule.REPEATED]
    assert (found.inputs["times"], found.since) == (2, 2024)
    # Steps before the newest figure are 10, 10 and 0: their median is 10.
    assert found.inputs["chance"] == pytest.approx((1 / 21) ** 2)


def test_bounds_belong_to_the_range():
    row = judged()
    assert not list(totals(known(row, observations({2024: 0.0, 2025: 100.0}))))
    (found,) = totals(known(row, observations({2023: 101.0, 2024: 99.0, 2025: -0.1})))
    assert (found.rule, found.threshold, found.since) == (WarningRule.OUT_OF_BOUNDS, 0, 2023)


def people(values: Mapping[str, Mapping[int, float]]) -> pd.DataFrame:
    return pd.concat([observations(by_year, sex=sex) for sex, by_year in values.items()])


HEADCOUNT = indicator(unit="年", kind="count", decimals=0, delta=1, delta_reason="例")


@pytest.mark.parametrize(
    ("women", "whole", "is_found"),
    [
        pytest.param(1500, 4100, True, id="exactly a quarter fewer women, more people"),
        pytest.param(1501, 4100, False, id="not quite a quarter"),
        pytest.param(1500, 4001, False, id="the whole moved by its rounding"),
        pytest.param(1500, 4002, True, id="by more than its rounding"),
        pytest.param(1500, 3900, False, id="both fell"),
    ],
)
def test_a_headcount_against_its_whole(women, whole, is_found):
    seen = people({"female": {2024: 2000, 2025: women}, "total": {2024: 4000, 2025: whole}})
    about = known(judged(), seen, of=HEADCOUNT, rules=limits(headcount_moved=0.25))
    assert (WarningRule.HEADCOUNT_AGAINST in rules_of(list(totals(about)))) == is_found


@pytest.mark.parametrize(
    ("of", "total", "is_found"),
    [
        pytest.param(HEADCOUNT, 102, False, id="50 + 50: two units off is rounding"),
        pytest.param(HEADCOUNT, 103, True, id="three are not"),
        pytest.param(HEADCOUNT, 98, False, id="two below"),
        pytest.param(HEADCOUNT, 97, True, id="three below"),
    ],
)
def test_parts_add_up_but_for_rounding(of, total, is_found):
    seen = people({"female": {2025: 50}, "male": {2025: 50}, "total": {2025: total}})
    assert (WarningRule.SEXES_DISAGREE in rules_of(list(totals(known(judged(), seen, of=of))))) == (
        is_found
    )


@pytest.mark.parametrize(
    ("total", "is_found"),
    [(49.0, False), (48.0, True), (61.0, False), (62.0, True)],
    ids=["a unit below both", "two below", "a unit above both", "two above"],
)
def test_a_rate_lies_between_its_two_sexes(total, is_found):
    rate = indicator(decimals=0, delta=1, delta_reason="例")
    seen = people({"female": {2025: 50.0}, "male": {2025: 60.0}, "total": {2025: total}})
    found = rules_of(list(totals(known(judged(), seen, of=rate))))
    assert (WarningRule.SEXES_DISAGREE in found) == is_found


def test_what_became_known_later_is_not_asked_about():
    seen = people({"female": {2024: 50.0}, "male": {2024: 60.0}, "total": {2024: 70.0}})
    late = seen.assign(known_from=pd.array([2026, None, None], dtype="Int64"))
    row = judged(value_year=2024)
    assert WarningRule.SEXES_DISAGREE in rules_of(list(totals(known(row, seen))))
    assert WarningRule.SEXES_DISAGREE not in rules_of(list(totals(known(row, late))))


def test_a_chance_that_is_not_known_stays_a_gap():
    row = judged(value_year=2025)
    years = {YEAR: row, 2024: judged(value_year=2024)}
    found = compute_warnings(known(years, observations({2024: 84.0, 2025: 85.0})))
    (fall,) = [one for one in found.tests if one.rule == WarningRule.P_FELL]
    assert fall.chance is None, "no forecast of last year's is at hand"
    assert math.isnan(found.tests.df.set_index("rule").loc["p_fell", "chance"])
