"""Where is it heading? Forecasts, what another pace would mean, completion over the years."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from halfsky.evaluate.results import PACE_FACTORS, PaceScenario, Results, Scenario, TargetResult
from halfsky.plan.vocabulary import Status
from halfsky.report import charts, numbers
from halfsky.report.blocks import (
    MISSING,
    SILENT,
    Blocks,
    Cell,
    Column,
    Figure,
    amount,
    chance,
    count,
    note,
    sentence,
    signed,
    table,
    words,
)
from halfsky.report.blocks import year as year_cell
from halfsky.report.charts.sizes import FAN_PANELS
from halfsky.report.labels import chance_word, goal_label, paged, sources_of
from halfsky.report.text import phrase
from halfsky.report.text.movement import moving
from halfsky.report.text.prose import Prose
from halfsky.report.text.words import Words
from halfsky.report.view import View

MOST_FANS = 16  # panels a reader looks at; the table holds every forecast
MOST_TARGETS = 6  # in the table of paces
MOST_TIED = 3  # targets on the same figures that a line names
SURE = 0.99
PATH_COLUMNS = ["domain", "target", "name", "year", "completion_pct", "status"]


# ---- forecasts


def fan_charts(view: View) -> Blocks:
    """History, forecast bands, target and pace of the targets least likely to be met."""
    forecast = [t for t in view.targets if t.point is not None]
    if not forecast:
        return note(phrase("forecast", "none"))
    drawn = _least_likely(forecast)
    rest = len(forecast) - len(drawn)
    more = phrase("forecast", "undrawn", most=MOST_FANS, rest=rest) if rest else ""
    return Blocks(*(_fans(view, part, mark, more) for mark, part in paged(drawn, FAN_PANELS)))


def _least_likely(targets: list[TargetResult]) -> list[TargetResult]:
    """Those that are drawn, in the plan's order."""
    places = sorted(range(len(targets)), key=lambda place: _chance(targets[place]))
    return [targets[place] for place in sorted(places[:MOST_FANS])]


def _chance(t: TargetResult) -> float:
    """P(met) to sort by, the unknown last."""
    return math.inf if t.p_met is None else t.p_met


def _fans(view: View, part: Sequence[TargetResult], mark: str, more: str) -> Figure:
    end = view.plan.info.end_year
    given = {"end_year": end, "chance": chance_word(view)}
    message = "；".join(phrase("forecast", "message", r=t, **given) for t in part) + "。"
    ids = [t.target for t in part]
    forecasts = view.forecasts[view.forecasts["target"].isin(ids)]
    return Figure(
        charts.plot_fans(Results(TargetResult, part).df, view.history, forecasts, end_year=end),
        phrase("forecast", "title") + mark,
        message,
        sources_of(view, ids) + more,
        forecasts,
        view.is_synthetic,
    )


def forecast_table(view: View) -> Blocks:
    """趋势预测: the end-year forecast, its intervals and P(met)."""
    forecast = [t for t in view.targets if t.point is not None]
    if not forecast:
        short = sum(bool(t.n) for t in view.reported)
        return note(phrase("forecast", "too_short", short=short))
    end = view.plan.info.end_year
    maker = Words.of_view(view)
    columns = [
        Column("指标", is_header=True),
        Column("现值", is_number=True),
        Column("要求"),
        Column(phrase("forecast", "point", end_year=end), is_number=True),
        Column("80%区间", "95%区间", is_number=True),
        Column(chance_word(view)),
        Column(phrase("forecast", "needed"), phrase("forecast", "needed_small"), is_number=True),
        Column("预计达到", is_number=True),
        Column("数据点", is_number=True),
    ]
    return Blocks(
        table(
            phrase("forecast", "caption", end_year=end, chance=chance_word(view)),
            columns,
            [_forecast_row(view, maker, t) for t in forecast],
            label=phrase("forecast", "label"),
            note=phrase("forecast", "note"),
        )
    )


def _forecast_row(view: View, maker: Words, t: TargetResult) -> list[Cell]:
    pooled = phrase("forecast", "pooled") if t.is_pooled else ""
    is_short = t.forecast_method == "drift"  # of fewer than five points no trend is read
    interval = numbers.span(t.lo80, t.hi80, t.decimals)
    return [
        words(t.name, goal_label(view, t.goal)),
        amount(t.value, t.unit, t.decimals).with_small(numbers.year(t.value_year) + pooled),
        words(maker.requirement(t)),
        amount(t.point, t.unit, t.decimals),
        words(interval, numbers.span(t.lo95, t.hi95, t.decimals)),
        chance(t.p_met).with_small(phrase("forecast", "in_doubt") if t.doubt else t.outlook),
        _needed(t),
        _attained(view, t),
        count(t.n).with_small(phrase("forecast", "few_points") if is_short else ""),
    ]


def _needed(t: TargetResult) -> Cell:
    """The yearly changes that give an even chance and one of 80 %."""
    if t.status == Status.MET or t.doubt or t.need50 is None:
        return MISSING
    return _change(t, t.pace50).with_small(_change(t, t.pace80).text)


def _change(t: TargetResult, pace: float | None) -> Cell:
    """A yearly change that is needed; a change for the worse may happen without harm: 已够."""
    if pace is None:
        return MISSING
    better = {">=": 1, "<=": -1}.get(t.comparator or "", 0)
    shown = signed(pace, t.decimals)
    is_asked = better * pace > 0 and not shown.text.startswith("0")
    return shown if is_asked else words(phrase("forecast", "enough"))


def _attained(view: View, t: TargetResult) -> Cell:
    """The first year with a more than even chance."""
    if t.doubt:
        return MISSING
    if t.status == Status.MET:
        return words(phrase("forecast", "met"))
    if t.attain_year is not None:
        return year_cell(t.attain_year)
    later = phrase("forecast", "later", end_year=view.plan.info.end_year)
    return words(later, phrase("forecast", "likelier_than_not", p=t.p_met))


def expected_sentence(view: View) -> Blocks:
    """How many goals are expected to be met by the plan's end, and over how many that is said."""
    found = view.assessment.expected
    if found.n == 0:
        return note(phrase("expected", "none"))
    rules = view.assessment.assumptions.thresholds.expected
    alone = (found.low_independent, found.high_independent)
    return sentence(
        phrase(
            "expected",
            "sentence",
            c=found,
            chance=chance_word(view),
            end_year=view.plan.info.end_year,
            is_reference=view.is_reference,
            within=f"{rules.within_domain:g}",
            between=f"{rules.between_domains:g}",
            is_same=alone == (found.low, found.high),
            # Goals without a forecast may all be met, or none of them.
            most=found.mean + found.n_all - found.n,
        )
    )


# ---- other paces


def what_if_table(view: View) -> Blocks:
    """The unmet targets that are least likely, each under four paces.

    The forecast's own paths with their middle moved: no claim that anything would cause it.
    """
    paces = view.assessment.scenarios.by("target")
    asked = [t for t in view.targets if t.target in paces]
    asked = sorted(asked, key=_chance)[:MOST_TARGETS]
    if not asked:
        n = len(view.reported)
        return note(phrase("scenarios", "none", n=n, is_reference=view.is_reference))
    end, prose = view.plan.info.end_year, Prose(view)
    slowest = f"{PACE_FACTORS[0]:g}"
    columns = [
        Column("指标", is_header=True),
        Column(phrase("scenarios", "needed")),
        Column("现有趋势", is_number=True),
        *(
            Column(phrase("scenarios", "factor", factor=f"{factor:g}"), is_number=True)
            for factor in PACE_FACTORS
        ),
        Column(phrase("scenarios", "short", factor=slowest, end_year=end)),
    ]
    return Blocks(
        table(
            phrase("scenarios", "caption", end_year=end, chance=chance_word(view)),
            columns,
            [_paces_row(view, prose, t, paces[t.target]) for t in asked],
            label=phrase("scenarios", "label"),
            note=phrase(
                "scenarios",
                "note",
                end_year=end,
                capped=_capped([t for t in asked if _is_capped(paces[t.target])]),
            ),
        )
    )


def _paces_row(view: View, prose: Prose, t: TargetResult, paces: list[PaceScenario]) -> list[Cell]:
    half = paces[0]
    needed = next(p.yearly_change for p in paces if p.factor == 1)
    pace = phrase("scenarios", "pace", change=abs(needed), unit=t.unit, **moving(t, needed))
    short = MISSING
    if half.shortfall:
        missing = numbers.gap(half.shortfall, t.unit, t.decimals)
        short = words(missing + prose.people(t, half.headcount))
    names = _names(view, half.same_series)
    tied = phrase("scenarios", "tied", names=names) if names else ""
    return [
        words(t.name, goal_label(view, t.goal) + tied),
        words(pace),
        chance(t.p_met),
        *(chance(p.p) for p in paces),
        short,
    ]


def _is_capped(paces: list[PaceScenario]) -> bool:
    """Paths that rest at 100 % already gain nothing from arriving there sooner."""
    return paces[-1].p == paces[-2].p and paces[-1].p < SURE


def _capped(targets: list[TargetResult]) -> list[tuple[str, str]]:
    """Where figures can go no further, and whose they are."""
    by_bound: dict[str, list[str]] = {}
    for t in targets:
        by_bound.setdefault(_bound(t), []).append(t.name)
    return [(bound, numbers.joined(names)) for bound, names in by_bound.items()]


def _bound(t: TargetResult) -> str:
    """Where a figure can go no further."""
    if t.comparator == "<=":
        return phrase("scenarios", "bound_low")
    return phrase("scenarios", "bound_full" if t.unit == "%" else "bound")


def _names(view: View, targets: Sequence[str]) -> str:
    """Targets on the same figures: they move with this one whatever is done."""
    return numbers.joined([view.plan.targets[t].name for t in targets], MOST_TIED)


def scenario_sentence(view: View, found: Scenario) -> Blocks:
    """One assumed course: P with and without it, what is still missing, what moves along."""
    t = view.whole.by_target[found.target]
    same = found.together[found.together["relation"] == "same_series"]
    people = None if math.isnan(found.headcount) else found.headcount
    return sentence(
        phrase(
            "scenarios",
            "course",
            r=t,
            s=found,
            places=(t.decimals or 0) + 1,
            end_year=view.plan.info.end_year,
            chance=chance_word(view),
            people=Prose(view).people(t, people),
            tied=_names(view, list(same["target"])),
        )
    )


# ---- completion over the years


def completion_paths(view: View) -> pd.DataFrame:
    """Completion of every target that has one, from its baseline year to its newest value.

    Returns:
        PATH_COLUMNS; the last point of a target is its own completion_pct, the earlier ones are
        computed the same way (METHOD.md section 2) from the history since the baseline.
    """
    names = {d.domain: d.name for d in view.plan.domains}
    history = view.history[view.history["in_use"].astype(bool)]
    by_target = dict(list(history.groupby("target", sort=False)))
    rows: list[dict[str, Any]] = []
    for t in view.targets:
        # A distance from another share is no way from a baseline: completion_chart leaves it out.
        if t.completion_pct is None or t.type == "relative":
            continue
        first, last = int(t.baseline_year or 0), int(t.value_year or 0)
        past = by_target.get(t.target, history.head(0))
        past = past[past["year"].between(first + 1, last - 1)]
        covered = (past["value"] - t.baseline) / (t.threshold - t.baseline)  # type: ignore[operator]
        points = [(first, 0.0), *zip(past["year"], 100 * covered, strict=True)]
        rows += [
            {
                "domain": names[t.domain],
                "target": t.target,
                "name": t.name,
                "year": year,
                "completion_pct": pct,
                "status": t.status,
            }
            for year, pct in [*points, (last, t.completion_pct)]
        ]
    frame = pd.DataFrame(rows, columns=PATH_COLUMNS)
    return frame.astype({"year": int, "completion_pct": float})


def small_multiples(view: View) -> Blocks:
    """Completion over the years, one small panel a domain; nothing where none can be computed."""
    paths = completion_paths(view)
    if paths.empty:
        return SILENT
    by_domain = view.targets.by("domain")
    domains = {d.name: len(by_domain[d.domain]) for d in view.plan.domains if d.domain in by_domain}
    info = view.plan.info
    ends = paths.groupby("target", sort=False).tail(1)
    parts = []
    for name, own in ends.groupby("domain", sort=False):
        least = own.sort_values("completion_pct", kind="stable").iloc[0]
        given = {"least": least["name"], "pct": least["completion_pct"]}
        parts.append(phrase("completion_paths", "domain", name=name, n=len(own), **given))
    drawing = charts.plot_multiples(
        paths,
        domains,
        start=info.baseline_year,
        end=info.end_year,
        is_reference=view.is_reference,
    )
    return Blocks(
        Figure(
            drawing,
            phrase("completion_paths", "title"),
            phrase("completion_paths", "message", n=len(ends), domains="；".join(parts)),
            sources_of(view, ends["target"]),
            paths,
            view.is_synthetic,
        )
    )
