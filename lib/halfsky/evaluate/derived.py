"""What pages print besides the verdicts, computed once: problems, practices, paces, limits.

All of it follows from a finished assessment, so that a public edition derives it anew from what
is left. Source: docs/method.md sections 3 to 6.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator

import numpy as np

from halfsky.evaluate import (
    countermeasures,
    early_warning,
    experience,
    funnel_plot,
    intervals,
    what_if,
)
from halfsky.evaluate.forecast.rolling import coverage, reliability_bins, rescaled
from halfsky.evaluate.frames import records
from halfsky.evaluate.results import (
    Assessment,
    EarlyWarning,
    FalseAlarms,
    FunnelLimits,
    GoodPractice,
    OpenProblem,
    PaceScenario,
    RatePosterior,
    Results,
    RolledForecast,
    TargetResult,
    WarningTest,
)
from halfsky.plan.vocabulary import Status

FUNNELS_PER_DOMAIN = 8  # the townships furthest from alike; a table holds every indicator
SCENARIOS_PER_DOMAIN = 6
_CURVE_POINTS = 240


def add_paces(targets: Iterable[TargetResult]) -> Results[TargetResult]:
    """Judged and forecast targets with pace50 and pace80 (see TargetResult)."""
    return Results(
        TargetResult,
        [
            dataclasses.replace(row, pace50=_pace(row, row.need50), pace80=_pace(row, row.need80))
            for row in targets
        ],
    )


def _pace(row: TargetResult, need: float | None) -> float | None:
    if need is None:
        return None
    return countermeasures.not_below_line(row.comparator, row.needed_pace, need)


def add_derived(result: Assessment) -> Assessment:
    """The assessment with everything that pages print besides the verdicts."""
    # Rates of few events are forecast from five years together, not from these plain series.
    yearly = result.rolled[~result.rolled["series"].isin(result.pooled)]
    rolled = Results.from_frame(RolledForecast, yearly)
    if result.local.is_used:
        rolled = rescaled(rolled, result.local.multiplier)
    return dataclasses.replace(
        result,
        false_alarms=Results(FalseAlarms, _false_alarms(result)),
        open_problems=Results.from_frame(
            OpenProblem, countermeasures.open_problems(result.targets, result.warnings)
        ),
        practices=Results.from_frame(
            GoodPractice,
            experience.ahead(result.targets, result.goals, result.warnings, result.effects),
        ),
        scenarios=Results(PaceScenario, _scenarios(result)),
        funnel_limits=Results(FunnelLimits, _funnel_limits(result)),
        posteriors=Results(RatePosterior, _posteriors(result)),
        coverage=coverage(rolled),
        reliability=reliability_bins(rolled),
    )


def _false_alarms(result: Assessment) -> Iterator[FalseAlarms]:
    rules = result.assumptions.thresholds.warning
    tests = Results.from_frame(WarningTest, result.warning_tests)
    findings = Results.from_frame(EarlyWarning, result.warnings)
    yield from early_warning.expected_false(tests, findings, rules)
    tried, found = tests.by("domain"), findings.by("domain")
    for domain in result.plan.info.domains:
        mine = tried.get(domain, ()), found.get(domain, ())
        yield from early_warning.expected_false(*mine, rules, domain)


def _scenarios(result: Assessment) -> Iterator[PaceScenario]:
    """The unmet targets that are least likely, by domain; what is likely asks for no other pace.

    Of a doubtful figure none can be told.
    """
    targets = result.targets
    likely = list(result.assumptions.thresholds.outlook.bands.values())[1]
    is_open = targets["status"].isin([Status.UNMET, Status.NEARLY])
    is_asked = (targets["p_met"] < likely) & targets["doubt"].isna()
    can_move = targets["needed_pace"].notna() & ~targets["type"].isin(what_if.NO_PACE)
    asked = targets[is_open & is_asked & can_move].sort_values("p_met", kind="stable")
    asked = asked.groupby("domain", sort=False).head(SCENARIOS_PER_DOMAIN)
    for found in what_if.paces_of(result, asked["target"]).values():
        yield from found


def _funnel_limits(result: Assessment) -> Iterator[FunnelLimits]:
    """Limits over each indicator's range of denominators, for the funnels that are drawn."""
    found = result.disparities
    rules, units = result.assumptions.thresholds.disparities, result.assumptions.units
    counted = found.areas[found.areas["denominator"].notna()]
    areas = {tuple(map(str, key)): part for key, part in counted.groupby(["indicator", "age"])}
    least = {key: part["p_judged"].min() for key, part in areas.items()}
    tests = found.area_tests[found.area_tests["counted"] >= 2]
    keyed = zip(tests["indicator"], tests["age"], strict=True)
    tests = tests.assign(least=np.array([least.get(key, np.nan) for key in keyed], float))
    keys = ["flagged", "outside_outer", "least"]
    tests = tests[tests["least"].notna()]
    tests = tests.sort_values(keys, ascending=[False, False, True], kind="stable")
    levels = {"inner": rules.inner_limit, "outer": rules.outer_limit}
    for row in records(tests.groupby("domain", sort=False).head(FUNNELS_PER_DOMAIN)):
        part = areas[row["indicator"], row["age"]]
        smallest = max(1.0, 0.4 * part["denominator"].min())
        largest = 1.1 * part["denominator"].max()
        n = np.unique(np.round(np.linspace(smallest, largest, _CURVE_POINTS)))
        indicator = result.plan.indicators[row["indicator"]]
        curves = funnel_plot.limit_curves(
            float(part["whole"].iloc[0]),
            n.astype(np.float64),
            units[indicator.unit].per or 1.0,
            "binomial" if indicator.kind == "share" else "poisson",
            levels,
        )
        yield FunnelLimits(
            **{key: row[key] for key in ("domain", "indicator", "age", "sex", "area")},
            denominator=tuple(curves["denominator"]),
            inner_low=tuple(curves["inner_low"]),
            inner_high=tuple(curves["inner_high"]),
            outer_low=tuple(curves["outer_low"]),
            outer_high=tuple(curves["outer_high"]),
        )


def _posteriors(result: Assessment) -> Iterator[RatePosterior]:
    """Of every rate of events with its counts, under the Gamma prior of params/thresholds.yaml."""
    prior = result.assumptions.thresholds.prior
    level = result.assumptions.thresholds.status.interval_level
    targets = result.targets
    is_counted = targets["numerator"].notna() & targets["denominator"].notna()
    is_event = (targets["counting"] == "events") & targets["value"].notna()
    for row in records(targets[is_event & is_counted]):
        per = result.assumptions.units[result.plan.indicators[row["indicator"]].unit].per or 1.0
        counts = row["numerator"], row["denominator"], per
        shape, rate = prior.gamma_shape, prior.gamma_rate
        posterior = intervals.gamma_poisson(*counts, level, shape, rate)
        p = intervals.probability_rate_at_most(row["threshold"], *counts, shape, rate)
        yield RatePosterior(
            target=row["target"],
            domain=row["domain"],
            **posterior,
            p_met=1 - p if row["comparator"] == ">=" else p,
        )
