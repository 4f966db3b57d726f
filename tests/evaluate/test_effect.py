"""Evidence for a measure's effect: the four pieces, their mapping to a grade, and its errors."""

from __future__ import annotations

import importlib.util
import json
import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from builders import (
    UNITS,
    indicator,
    no_evidence,
    observations,
    plan_of,
    target,
    yearly_figures,
)
from halfsky.demo import district
from halfsky.evaluate import completion
from halfsky.evaluate.assessment import Assumptions, assess
from halfsky.evaluate.effect import After, after_start, assess_effects, weigh
from halfsky.evaluate.forecast import SeriesSpec
from halfsky.evaluate.forecast.rolling import rolling_origin
from halfsky.evaluate.measures import RETURNS, progress
from halfsky.evaluate.review import roll
from halfsky.evaluate.series import SeriesIndex, history_frame
from halfsky.evaluate.status import add_status
from halfsky.plan import load_plan, load_units
from halfsky.plan.calibration import load_calibration
from halfsky.plan.models import Region
from halfsky.plan.thresholds import load_thresholds

ASSUMED = Assumptions(load_thresholds(), UNITS, load_calibration())
RULES = ASSUMED.thresholds.effect
NONE = np.array([])
NAN = math.nan
BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


def followed(actual, ratio=(2.0, 3.0, 4.0), sign=1.0) -> After:
    """Three years against a forecast of 50, 80 % 45—55, 95 % 40—60."""
    wide = [np.full(3, x) for x in (50.0, 45.0, 55.0, 40.0, 60.0)]
    years = np.array([2022.0, 2023.0, 2024.0])
    return After(
        years, np.array(actual, float), *wide, np.array(ratio), sign=sign, origin=2021, n=8
    )


FAR, NEAR, INSIDE = followed([58, 61, 62]), followed([56, 57, 56]), followed([52, 53, 52])


@pytest.mark.parametrize(
    ("actual", "sign", "side"),
    [
        pytest.param([54, 56, 61], 1, "beyond95", id="mean 57 > 55, and 61 > 60"),
        pytest.param([56, 56, 56], 1, "beyond80", id="mean 56 > 55, none > 60"),
        pytest.param([50, 50, 61], 1, "within", id="one odd year: mean 53.7 < 55"),
        pytest.param([49, 48, 47], 1, "wrong_side", id="mean 48 < 50"),
        pytest.param([39, 44, 44], -1, "beyond95", id="lower is better: 42.3 < 45, 39 < 40"),
        pytest.param([61, 61, 61], -1, "wrong_side", id="lower is better, and it rose"),
    ],
)
def test_where_what_followed_lies(actual, sign, side):
    assert followed(actual, sign=sign).side == side


def test_the_statistic_is_the_mean_error_in_the_right_direction():
    assert followed([1, 2, 3]).statistic == pytest.approx(3), "(2 + 3 + 4) / 3"
    assert followed([1, 2, 3], sign=-1.0).statistic == pytest.approx(-3)


def test_one_new_draw_is_as_noisy_as_the_comparisons():
    found = weigh(FAR, np.array([0.0, 1.0, 2.0, 0.0, 1.0, 2.0]), NONE, None, RULES)
    assert found.difference == pytest.approx(3 - 1)
    reach = 2.015048 * math.sqrt(4 / 5) * math.sqrt(1 + 1 / 6)
    assert found.low == pytest.approx(2 - reach, abs=1e-5), "t(5) .95 × sd × root of 1 + 1/6"
    assert found.right == (True, True, None, None)


def test_a_comparison_gone_wild_moves_the_difference_little():
    wild = np.r_[QUIET[:-1], 400.0]
    found, calm = (weigh(FAR, others, NONE, True, RULES) for others in (wild, QUIET))
    assert (found.difference, found.low) == pytest.approx((calm.difference, calm.low), abs=1e-9)


def test_the_winsorised_scatter_is_that_of_a_normal():
    z = stats.norm.ppf((np.arange(2000) + 0.5) / 2000)
    found = weigh(FAR, z, NONE, True, RULES)
    assert found.difference - found.low == pytest.approx(1.6449, abs=0.005), "z .95 of sd 1"


@pytest.mark.parametrize(
    ("n", "as_good", "p"),
    [
        pytest.param(19, 0, 0.05, id="first of 20"),
        pytest.param(19, 1, 0.10, id="second of 20"),
        pytest.param(40, 1, 2 / 41, id="second of 41"),
        pytest.param(18, 0, NAN, id="18 comparisons: not available"),
    ],
)
def test_rank_among_placebos(n, as_good, p):
    others = np.r_[np.full(as_good, 5.0), np.linspace(-1, 1, n - as_good)]
    found = weigh(FAR, others, NONE, True, RULES)
    assert found.rank_p == pytest.approx(p, nan_ok=True)
    assert found.right[2] == (None if math.isnan(p) else p <= 0.05)


QUIET = np.linspace(-1, 1, 20)
WIDE = np.linspace(0, 5.5, 20)  # mean 2.75; nine of them at least 3
ROSE_MORE = np.linspace(3, 5, 20)


@pytest.mark.parametrize(
    ("after", "others", "timing", "contradicted", "grade"),
    [
        pytest.param(FAR, QUIET, True, False, "A", id="all four"),
        pytest.param(FAR, QUIET, None, False, "B", id="dose not filed: three"),
        pytest.param(FAR, QUIET, False, True, "B", id="timing wrong: three"),
        pytest.param(FAR, QUIET[:6], True, False, "B", id="too few placebos: three"),
        pytest.param(FAR, QUIET[:4], True, False, "C", id="no comparisons: two"),
        pytest.param(FAR, WIDE, True, False, "C", id="(ii) holds 0, (iii) p = 10/21: two"),
        pytest.param(FAR, ROSE_MORE, True, False, "D", id="the others rose more: against"),
        pytest.param(NEAR, QUIET, True, False, "C", id="only beyond 80 %, nothing against"),
        pytest.param(NEAR, QUIET, False, True, "D", id="beyond 80 %, change came before"),
        pytest.param(INSIDE, QUIET, True, False, "D", id="without (i) nothing counts"),
    ],
)
def test_grades_are_mapped_as_the_method_says(after, others, timing, contradicted, grade):
    found = weigh(after, others, NONE, timing, RULES, is_contradicted=contradicted)
    assert found.grade == grade


def test_areas_count_before_indicators_where_they_suffice():
    low, high = np.full(20, 0.0), np.full(20, 9.0)
    assert weigh(FAR, low, high, True, RULES).rank_p == pytest.approx(1 / 21)
    few = weigh(FAR, low[:5], high, True, RULES)
    assert few.difference == pytest.approx(3), "five areas suffice for the difference"
    assert (few.n_placebo, few.rank_p) == (25, pytest.approx(21 / 26)), "not for the rank"


def test_shifting_everyone_alike_changes_no_comparison():
    moved = replace(FAR, ratio=FAR.ratio + 1)
    one, two = weigh(FAR, QUIET, NONE, True, RULES), weigh(moved, QUIET + 1, NONE, True, RULES)
    assert (one.difference, one.rank_p) == pytest.approx((two.difference, two.rank_p))


def rolled(*rows: tuple[int, int]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=["origin", "year"])
    fixed = dict.fromkeys(("actual", "point", "lo80", "hi80", "lo95", "hi95", "ratio"), 1.0)
    return made.assign(horizon=made["year"] - made["origin"], n=7, **fixed)


@pytest.mark.parametrize(
    ("rows", "years"),
    [
        pytest.param([(2020, 2021), (2021, 2022), (2021, 2023)], [2022, 2023], id="newest origin"),
        pytest.param([(2021, y) for y in range(2022, 2027)], [2022, 2023, 2024], id="three years"),
        pytest.param([(2020, 2022)], [2022], id="one year missing before the start"),
        pytest.param([(2019, 2022)], None, id="two years missing"),
        pytest.param([(2022, 2023)], None, id="nothing before the start"),
        pytest.param([(2021, 2026)], None, id="not yet known in 2025"),
    ],
)
def test_which_forecast_and_which_years(rows, years):
    found = after_start(rolled(*rows), 2022, 2025, 1.0, RULES)
    assert (None if found is None else found.years.tolist()) == years


def wobbling(seed: int, step: float = 0.0, start: int = 2022) -> dict[int, float]:
    """A share about 60 %, sd 2, from 2011; `step` points more from the start on."""
    noise = np.random.default_rng(seed).normal(60, 2, 14).round(1)
    return {
        year: round(value + step * (year >= start), 1)
        for year, value in zip(range(2011, 2025), noise, strict=True)
    }


SPEC = SeriesSpec("share", 0.0, 100.0, 1)


def rolled_of(series: dict[str, dict[int, float]]) -> pd.DataFrame:
    """Past forecasts from 2020 on: all that a start in 2021 or 2022 asks for."""
    own = {name: yearly_figures(one) for name, one in series.items()}
    specs = dict.fromkeys(series, SPEC)
    return rolling_origin(own, specs, ASSUMED.calibration, least=9, origins=3).df


@cache
def untouched() -> pd.DataFrame:
    return rolled_of({f"things-{k + 1}-1": wobbling(k) for k in range(1, 25)})


BEGUN = ("推进中", "2022", 30.0, 5000.0)


def effects(step: float, filed=BEGUN, *, start=2022, down=False, areas=0, people=1e4):
    """Effects of a measure that serves goal things-1 of 25, as known in 2024."""
    indicators = [indicator(f"rate{k}") for k in range(25)]
    plan = plan_of(
        [target(id=f"things-{k + 1}-1", indicator=f"rate{k}") for k in range(25)], indicators
    )
    targets = pd.DataFrame(
        [
            {
                "target": t.id, "goal": g.id, "type": t.type, "comparator": ">=",
                "indicator": t.indicator, "sex": t.sex, "age": t.age, "area": t.area,
                "kind": "share", "counting": "complete", "unit": "%", "denominator": NAN,
                "value": 60.0, "baseline": 60.0, "delta": 1.0, "threshold": 95.0,
                "status": "未达标",
            }
            for g, t in plan.each_target()
        ]
    )  # fmt: skip
    if down:
        targets.loc[0, "comparator"] = "<="
    row = ("here", "things-m1", "某局", 2024, *filed, "")
    returns = pd.DataFrame([row], columns=list(RETURNS)).astype(RETURNS)
    history = pd.DataFrame({"target": ["things-1-1"], "denominator": [people]})
    own = rolled_of({"things-1-1": wobbling(0, step, start)})
    return assess_effects(
        progress(plan, returns, 2024, ASSUMED.thresholds, targets),
        targets,
        history,
        pd.concat([own, untouched()], ignore_index=True),
        plan,
        2024,
        rules=RULES,
        areas={f"area{k}": observations(wobbling(100 + k), "rate0") for k in range(areas)},
        units=UNITS,
        calibration=ASSUMED.calibration,
    )


def test_a_measure_that_worked_gets_an_a_and_its_figures_add_up():
    row = effects(step=12).iloc[0]
    assert (row["grade"], row["side"]) == ("A", "beyond95")
    assert (row["origin"], row["n_before"]) == (2021, 11), "2011—2021"
    values = wobbling(0, 12)
    assert row["actual"] == pytest.approx((values[2022] + values[2023] + values[2024]) / 3)
    assert row["lo95"] < row["lo80"] < row["point"] < row["hi80"] < row["hi95"] < row["actual"]
    assert (row["n_compared"], len(row["indicators"]), row["areas"]) == (24, 24, ())
    assert row["rank_p"] == pytest.approx(1 / 25)
    assert (row["change_year"], row["dose"]) == (2022, "filed")


def test_a_measure_that_did_nothing_gets_a_d():
    assert list(effects(step=0)["grade"]) == ["D"]


def test_a_rate_that_should_fall_and_fell_is_in_the_right_direction():
    fell = effects(step=-12, down=True).iloc[0]
    assert (fell["grade"], fell["sign"]) == ("A", -1)
    assert effects(step=12, down=True).iloc[0]["side"] == "wrong_side"


def test_a_change_before_the_start_speaks_against_the_measure():
    row = effects(step=12, start=2021).iloc[0]
    assert row["changed_before"]
    assert row["is_against"]
    assert not row["timing_right"]
    assert row["grade"] not in ("A", "B")


def test_nothing_spent_and_nobody_reached_leaves_timing_open():
    row = effects(step=12, filed=("推进中", "2022", NAN, NAN)).iloc[0]
    assert pd.isna(row["timing_right"])
    assert (row["dose"], row["grade"]) == ("absent", "B")


@pytest.mark.parametrize(
    "filed",
    [("未启动", "", NAN, NAN), ("推进中", "", 30.0, NAN), ("推进中", "2014", 30.0, NAN)],
    ids=["not begun", "start unknown", "three figures before the start"],
)
def test_without_a_start_or_figures_before_it_there_is_no_row(filed):
    assert effects(step=12, filed=filed).empty


def test_other_areas_with_the_same_indicator_are_comparisons():
    row = effects(step=12, areas=6).iloc[0]
    assert len(row["areas"]) == 6
    assert (row["n_compared"], row["n_placebo"]) == (6, 30), "6 areas; 6 + 24 for the rank"
    assert row["grade"] == "A"


@pytest.mark.parametrize(
    ("people", "dose"),
    [
        pytest.param(50.0, "too_small", id="some 12 % of 10 000 more, 50 reached"),
        pytest.param(5000.0, "filed", id="enough"),
    ],
)
def test_too_few_people_cannot_have_moved_the_rate(people, dose):
    shares = {year: (100 * value, 10_000) for year, value in wobbling(0, 12).items()}
    figures = observations(shares)
    filed = ("here", "things-m1", "某局", 2024, "推进中", "2022", 30.0, people, "")
    returns = pd.DataFrame([filed], columns=list(RETURNS)).astype(RETURNS)
    here = Region(id="here", name="某区", short="某区", role="evaluated", plan="small")
    plan = plan_of([target(value=90)])
    row = assess(plan, here, 2024, figures, no_evidence(), ASSUMED, returns=returns).effects.iloc[0]
    assert row["people_needed"] == pytest.approx(100 * (row["actual"] - row["point"]))
    assert row["dose"] == dose
    assert row["timing_right"] == (dose == "filed")


@pytest.mark.parametrize(
    ("people", "rows"),
    [
        pytest.param(90.0, 0, id="one of 90 is 1.1 points > δ = 1"),
        pytest.param(110.0, 1, id="one of 110 is .9 points < δ = 1"),
    ],
)
def test_where_one_person_is_a_meaningful_change_no_effect_is_graded(people, rows):
    assert len(effects(step=12, people=people)) == rows


def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "measure_effect", BENCHMARKS / "measure_effect.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_few_seeds_of_the_study_err_seldom_and_see_a_large_step():
    module = study()
    found = module.graded(21, RULES, noises=[module.MAIN], lengths=[12])
    seen = module.rates(found[found["comparisons"] == "areas_20"], ["step"]).set_index("step")
    assert seen.loc[0, "series"] == 126, "21 series × 3 AR × with and without trend"
    assert seen.loc[0, "a_or_b"] <= 0.05
    assert seen.loc[3, "a_or_b"] >= 0.5
    assert seen["a_or_b"].is_monotonic_increasing
    none = found[found["comparisons"] == "areas_0"]
    assert not none["grade"].isin(["A", "B"]).any(), "two pieces are no B"


def test_the_committed_study_keeps_both_bounds_and_its_rules():
    found = json.loads((BENCHMARKS / "results" / "measure_effect.json").read_text(encoding="utf-8"))
    assert found["null_series"] >= 1000
    assert found["null_a_or_b"] <= 0.05
    assert found["null_all_noise"] <= RULES.expected_error == 0.05
    assert found["power_3sd_20_areas"] >= 0.5
    assert found["rules"] == RULES.model_dump(), "the study was made with other limits: run it"


@pytest.mark.parametrize("story", ["measure_worked", "measure_failed"])
def test_planted_measures_of_the_synthetic_district_are_told_apart(story):
    """One that worked gets A, B or C; one that did nothing gets D. Only their own series and
    twenty untouched ones are forecast: that is all the grade rests on."""
    plan, made = load_plan(), district(load_plan())
    planted = next(entry for entry in made.manifest if entry["id"] == story)
    target_of = planted["target"]
    own = plan.targets[target_of]
    rules, units = ASSUMED.thresholds, load_units()
    goals = plan.measures[planted["measure"]].serves
    plain = [t for g, t in plan.each_target() if g.id not in goals and t.type == "directional"]
    others = plain[:36]
    known = SeriesIndex(made.observations).as_known(2025)
    facts, series = completion.facts(
        plan, known, region="demo", year=2025, thresholds=rules, units=units,
        targets=[(plan.goals[plan.goal_of[t.id]], t) for t in (own, *others)],
    )  # fmt: skip
    judged = add_status(facts, rules)
    started = planted["years"][0]
    kept = {name: own.until(started + RULES.years_after - 1) for name, own in series.items()}
    found = assess_effects(
        progress(plan, made.measures, 2025, rules, judged.df),
        judged.df,
        history_frame(series.values()),
        roll(kept, judged, plan, ASSUMED.calibration).df,
        plan,
        2025,
        rules=RULES,
        areas={},
        units=units,
        calibration=ASSUMED.calibration,
    )
    row = found[(found["measure"] == planted["measure"]) & (found["target"] == target_of)].iloc[0]
    assert row["n_placebo"] >= RULES.min_placebo
    assert row["grade"] in (("A", "B", "C") if story == "measure_worked" else ("D",))


@pytest.mark.parametrize(
    ("resolution", "side"),
    [(0.0, "beyond95"), (1.5, "beyond95"), (2.5, "beyond80"), (11.0, "within")],
)
def test_a_case_more_than_was_forecast_is_no_effect(resolution, side):
    # 10.3 above the forecast on the mean, the best year 2 beyond its 95 % bound.
    assert replace(followed([58, 61, 62]), resolution=resolution).side == side
