"""What should someone look at now? Five families of early warning.

Each finding names its rule, inputs, goal, responsible department and the year it began.
Source: docs/method.md section 5; limits in params/thresholds.yaml.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from halfsky.evaluate.frames import by_key, records
from halfsky.plan.models import Plan
from halfsky.plan.thresholds import Thresholds, WarningRules
from halfsky.plan.vocabulary import Data, Family, Severity, Status

COLUMNS = [
    "goal",
    "target",
    "domain",
    "family",
    "severity",
    "rule",
    "inputs",
    "department",
    "since",
]
Finding = dict[str, Any]


def find(
    targets: pd.DataFrame,
    history: pd.DataFrame,
    observations: pd.DataFrame,
    one_step: pd.DataFrame,
    previous: pd.DataFrame | None,
    plan: Plan,
    *,
    region: str,
    year: int,
    thresholds: Thresholds,
) -> pd.DataFrame:
    """Every warning of one region and year.

    Args:
        targets: judged targets with p_met. history: their series.
        observations: what was known, for the checks of the figures themselves.
        one_step: one-step forecasts of past years: target, year, actual, point, lo95, hi95,
            error (own unit), p_value (two-sided; NaN where no interval was possible).
        previous: last year's judged targets with p_met, as they were known then, or None.

    Returns:
        COLUMNS, the most severe first, then in the plan's order. inputs is a dict of numbers.
    """
    rules = thresholds.warning
    rows = {row["target"]: row for row in records(targets)}
    before = {} if previous is None else {r["target"]: r for r in records(previous)}
    past = by_key(history[history["in_use"].astype(bool)])
    found: list[Finding] = []
    for key, row in rows.items():
        own = past.get(key)
        found += _hard(row, before.get(key), year, rules)
        found += _worse(row, before.get(key), own, year, rules)
        found += _data(row, own, history[history["target"] == key], year, rules)
    found += _unusual(rows, one_step, rules)
    found += _volatile(rows, past, one_step, thresholds)
    found += _sexes_disagree(rows, observations, plan)
    frame = pd.DataFrame(found, columns=[c for c in COLUMNS if c not in ("domain", "department")])
    frame = frame.assign(
        domain=[rows[t]["domain"] for t in frame["target"]],
        department=[rows[t]["department"] for t in frame["target"]],
    )
    order = {key: place for place, key in enumerate(rows)}
    severity = {level: place for place, level in enumerate(Severity)}
    frame = frame.assign(
        _s=frame["severity"].map(severity).astype(float), _t=frame["target"].map(order)
    )
    frame = frame.sort_values(["_s", "_t", "family"], kind="stable")
    return frame[COLUMNS].reset_index(drop=True)


def _finding(
    row: dict[str, Any], family: Family, severity: Severity, rule: str, since: int, **inputs: Any
) -> Finding:
    return {
        "goal": row["goal"],
        "target": row["target"],
        "family": family,
        "severity": severity,
        "rule": rule,
        "inputs": {k: v.item() if hasattr(v, "item") else v for k, v in inputs.items()},
        "since": since,
    }


def _hard(
    row: dict[str, Any], before: dict[str, Any] | None, year: int, rules: WarningRules
) -> Iterator[Finding]:
    p = row["p_met"]
    if math.isnan(p) or p >= rules.amber_below or row["forecast_method"] == "observed":
        return
    is_red = p < rules.red_below
    limit = rules.red_below if is_red else rules.amber_below
    was_open = before is not None and before["p_met"] < rules.amber_below
    yield _finding(
        row,
        Family.HARD,
        Severity.RED if is_red else Severity.AMBER,
        "p_below",
        year - 1 if was_open else year,
        p=p,
        limit=limit,
        value=row["value"],
        value_year=row["value_year"],
        threshold=row["threshold"],
    )


def _worse(
    row: dict[str, Any],
    before: dict[str, Any] | None,
    own: pd.DataFrame | None,
    year: int,
    rules: WarningRules,
) -> Iterator[Finding]:
    if before is not None and before["p_met"] - row["p_met"] >= rules.fall_in_p:
        yield _finding(
            row,
            Family.WORSENING,
            Severity.AMBER,
            "p_fell",
            year,
            p_before=before["p_met"],
            p=row["p_met"],
            limit=rules.fall_in_p,
        )
    sign = {">=": 1, "<=": -1}.get(row["comparator"])
    if own is None or sign is None or pd.isna(row["value"]):
        return
    recent = own.tail(rules.wrong_way_years + 1)
    if len(recent) <= rules.wrong_way_years:
        return
    steps = sign * np.diff(recent["value"].to_numpy(float))
    consecutive = np.diff(recent["year"].to_numpy(int)) == 1
    if consecutive.all() and (steps < -row["delta"]).all():
        yield _finding(
            row,
            Family.WORSENING,
            Severity.RED if row["status"] == Status.UNMET else Severity.AMBER,
            "wrong_way",
            int(recent["year"].iloc[1]),
            years=rules.wrong_way_years,
            first=recent["value"].iloc[0],
            first_year=recent["year"].iloc[0],
            value=recent["value"].iloc[-1],
            value_year=recent["year"].iloc[-1],
            delta=row["delta"],
        )


def _data(
    row: dict[str, Any],
    own: pd.DataFrame | None,
    whole: pd.DataFrame,
    year: int,
    rules: WarningRules,
) -> Iterator[Finding]:
    """Deterministic faults of the figures. A target never reported is in the list of missing
    figures instead: one line there says more than a warning each."""
    if own is None:
        return
    last_year = int(row["last_year"])
    if row["data"] in (Data.STALE, Data.MISSING):
        yield _finding(
            row,
            Family.DATA,
            Severity.AMBER,
            "overdue",
            last_year + 1,
            last_value=row["last_value"],
            last_year=last_year,
            report_year=year,
        )
    if pd.notna(row["break_year"]) and int(row["break_year"]) > year - 10:
        first = int(row["break_year"])
        cut = whole[~whole["in_use"].astype(bool)].iloc[-1]
        after = own[own["year"] == first].iloc[0]
        yield _finding(
            row,
            Family.DATA,
            Severity.NOTE,
            "break",
            first,
            before=cut["value"],
            before_year=cut["year"],
            after=after["value"],
            after_year=first,
        )
    if pd.isna(row["value"]) or len(own) < 2:
        return
    last, previous = own.iloc[-1], own.iloc[-2]
    if last["year"] - previous["year"] != 1:
        return
    if last["denominator"] > 0 and previous["denominator"] > 0:
        moved = last["denominator"] / previous["denominator"] - 1
        if abs(moved) > rules.denominator_moved:
            yield _finding(
                row,
                Family.DATA,
                Severity.AMBER,
                "denominator_moved",
                int(last["year"]),
                moved_pct=100 * moved,
                denominator=last["denominator"],
                before=previous["denominator"],
                limit_pct=100 * rules.denominator_moved,
            )
    if last["value"] == previous["value"] and not _at_bound(row, last["value"]):
        yield _finding(
            row,
            Family.DATA,
            Severity.NOTE,
            "repeated",
            int(last["year"]),
            value=last["value"],
            value_year=last["year"],
            before_year=previous["year"],
        )


def _at_bound(row: dict[str, Any], value: float) -> bool:
    """A share may rest at 0 or 100 without being a stale copy."""
    return value == 0 or (row["kind"] == "share" and value >= 99.9)


def _unusual(
    rows: dict[str, dict[str, Any]], one_step: pd.DataFrame, rules: WarningRules
) -> Iterator[Finding]:
    """The latest value outside last year's 95 % interval, over all targets tested at once."""
    latest = one_step.sort_values("year").groupby("target", sort=False).tail(1)
    newest = latest["target"].map({key: row["value_year"] for key, row in rows.items()})
    tested = latest[(latest["year"] == newest) & latest["p_value"].notna()]
    if tested.empty:
        return
    rejected = multipletests(tested["p_value"], alpha=rules.fdr, method="fdr_bh")[0]
    outside = (tested["actual"] < tested["lo95"]) | (tested["actual"] > tested["hi95"])
    for step in records(tested[rejected & outside]):
        row = rows[step["target"]]
        sign = {">=": 1, "<=": -1}.get(row["comparator"], 0)
        is_good = sign * (step["actual"] - step["point"]) > 0
        yield _finding(
            row,
            Family.UNUSUAL,
            Severity.NOTE if is_good else Severity.AMBER,
            "outside_interval",
            int(step["year"]),
            value=step["actual"],
            value_year=step["year"],
            point=step["point"],
            lo95=step["lo95"],
            hi95=step["hi95"],
            p_value=step["p_value"],
            tests=len(tested),
            fdr=rules.fdr,
        )


def _volatile(
    rows: dict[str, dict[str, Any]],
    past: dict[str, pd.DataFrame],
    one_step: pd.DataFrame,
    thresholds: Thresholds,
) -> Iterator[Finding]:
    """Errors of one-step forecasts large against the distance to the target, or against δ."""
    rules = thresholds.warning
    by_target = by_key(one_step)
    judged: list[tuple[dict[str, Any], float, float, float, float]] = []
    for key, row in rows.items():
        steps = by_target.get(key)
        if steps is None or len(steps) < rules.min_errors or pd.isna(row["value"]):
            continue
        spread = float(stats.median_abs_deviation(steps["error"], scale="normal"))
        if row["type"] in ("reach", "about"):
            away = max(abs(row["threshold"] - row["value"]), row["delta"])
            limit = rules.volatile_reach
        else:
            away, limit = row["delta"], rules.volatile_delta
        if away > 0 and spread / away > limit:
            judged.append((row, spread, away, limit, _overdispersion(past[key])))
    counted = [p for *_, p in judged if not math.isnan(p)]
    passed = list(multipletests(counted, alpha=rules.fdr, method="fdr_bh")[0]) if counted else []
    for row, spread, away, limit, p in judged:
        is_noise = not math.isnan(p) and not passed.pop(0)
        yield _finding(
            row,
            Family.VOLATILE,
            Severity.NOTE if is_noise else Severity.AMBER,
            "small_base_noise" if is_noise else "volatile",
            int(row["value_year"]),
            spread=spread,
            away=away,
            ratio=spread / away,
            limit=limit,
            p_value=None if math.isnan(p) else p,
        )


def _overdispersion(own: pd.DataFrame) -> float:
    """p of "no more scatter around one rate than counting alone gives"; NaN without counts."""
    counts = own[own["numerator"].notna() & (own["denominator"] > 0)]
    if len(counts) < 3:
        return math.nan
    events, exposure = counts["numerator"].to_numpy(), counts["denominator"].to_numpy()
    rate = events.sum() / exposure.sum()
    if rate <= 0 or rate >= 1:
        return math.nan
    expected = rate * exposure
    statistic = (((events - expected) ** 2) / (expected * (1 - rate))).sum()
    return float(stats.chi2.sf(statistic, len(counts) - 1))


def _sexes_disagree(
    rows: dict[str, dict[str, Any]], observations: pd.DataFrame, plan: Plan
) -> Iterator[Finding]:
    """Women and men do not add up to the total, or the total lies outside the two rates."""
    keys = ["indicator", "year", "age", "area", "subarea"]
    wide = observations.pivot_table(index=keys, columns="sex", values="value", aggfunc="first")
    if not {"female", "male", "total"} <= set(wide.columns):
        return
    by_indicator: dict[str, dict[str, Any]] = {}
    for row in rows.values():
        if row["indicator"] is not None:
            by_indicator.setdefault(row["indicator"], row)
    for v in records(wide.dropna(subset=["female", "male", "total"]).reset_index()):
        name, year = v["indicator"], v["year"]
        found = by_indicator.get(name)
        if found is None or year != found["last_year"]:
            continue
        indicator = plan.indicators[name]
        unit = 10.0**-indicator.decimals
        low, high = sorted((v["female"], v["male"]))
        if indicator.kind == "count":
            wrong = abs(v["female"] + v["male"] - v["total"]) > 2 * unit
        else:
            wrong = not low - unit <= v["total"] <= high + unit
        if wrong:
            yield _finding(
                found,
                Family.DATA,
                Severity.AMBER,
                "sexes_disagree",
                int(year),
                female=v["female"],
                male=v["male"],
                total=v["total"],
                value_year=year,
            )
