"""What pages print besides the verdicts is filled in once, by assess()."""

import pytest

import builders
from builders import no_evidence, observations, plan_of, target
from halfsky.evaluate.assessment import Assessment, Assumptions, assess
from halfsky.plan import Region
from halfsky.plan.calibration import load_calibration
from halfsky.plan.thresholds import load_thresholds

RULES = Assumptions(load_thresholds(), builders.UNITS, load_calibration())
HERE = Region(id="here", name="此地", short="此地", role="evaluated", plan="small")


@pytest.fixture(scope="module")
def behind() -> Assessment:
    """80, 81, ... 89 % by 2025; 100 % asked by 2030: 1 a year, 2.2 needed."""
    plan = plan_of([target(comparator=">=", value=100)], [builders.indicator()])
    seen = observations({2016 + i: 80.0 + i for i in range(10)})
    return assess(plan, HERE, 2025, seen, no_evidence(), RULES)


def test_how_far_and_how_fast(behind):
    row = behind.targets.iloc[0]
    assert row["shortfall"] == pytest.approx(11), "100 - 89"
    assert row["needed_pace"] == pytest.approx(2.2), "11 / 5"
    assert row["pace50"] >= row["need50"]
    assert row["pace50"] >= 2.2, "never less than the straight line"
    assert row["pace80"] >= row["pace50"]


def test_an_unlikely_target_is_shown_under_four_paces(behind):
    factors = [one.factor for one in behind.scenarios]
    assert factors == [0.5, 1.0, 1.5, 2.0]
    assert [one.yearly_change for one in behind.scenarios] == pytest.approx([1.1, 2.2, 3.3, 4.4])
    assert behind.scenarios[0].same_series == ()


def test_its_problem_is_ranked(behind):
    (problem,) = behind.open_problems
    assert (problem.rank, problem.target) == (1, "things-1-1")


def test_false_alarms_of_the_whole_plan(behind):
    (row,) = [
        one for one in behind.false_alarms.filter(domain="all") if one.family == "预计完成困难"
    ]
    p = behind.targets["p_met"].iloc[0]
    assert row.found == 1
    assert row.expected == pytest.approx(p), "one warned of, met after all with P"


def test_posterior_of_a_rare_event():
    """Gamma(.5, 0) prior, 4 deaths of 100,000: mean (4 + .5) / (100,000 + rate) x 100,000."""
    rate = builders.indicator(
        unit="1/10万",
        kind="rate",
        counting="events",
        direction="lower_better",
        delta=1,
        delta_reason="样例",
    )
    plan = plan_of([target(comparator="<=", value=12)], [rate])
    seen = observations(dict.fromkeys(range(2016, 2026), (4, 100000)), per=100_000, unit="1/10万")
    found = assess(plan, HERE, 2025, seen, no_evidence(), RULES)
    (posterior,) = found.posteriors
    prior = RULES.thresholds.prior
    events, people = 5 * 4, 5 * 100_000  # five years are pooled
    expected = (prior.gamma_shape + events) / (prior.gamma_rate + people) * 100_000
    assert posterior.mean == pytest.approx(expected)
    assert posterior.low < posterior.mean < posterior.high
    assert posterior.p_met > 0.99, "4 a year against 12"
    assert found.pooled == {"things-1-1"}
