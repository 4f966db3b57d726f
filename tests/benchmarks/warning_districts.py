"""How often do the warnings cry wolf, and how much must happen before they speak?

    python tests/benchmarks/warning_districts.py null 200
    python tests/benchmarks/warning_districts.py power 8
    python tests/benchmarks/warning_districts.py report

null: synthetic districts with nothing planted (halfsky.demo, seeds from FIRST on, none of which
was looked at while the model was made: seeds 1 to 400 were, and 1001 to 1400 were spent on
earlier models). From each a random
subset of the plan's targets is evaluated by `assess` in YEAR, as if the plan ended in 2025, so
that the end is known: which targets warned of were met after all. What the report prints as
expected is held against what was found. A whole district has about 190 such targets and would
take a minute; the subset goes the same way, without its townships. Its own errors are too few
to recalibrate with, so the local calibration is learned once, on other districts together, as
a whole district learns its own.

power: districts of invented indicators with an effect planted in some of them, of `effect`
residual standard deviations, by length of the series. Each rule's share found.

Writes results/warning_districts.json and .md beside this file; docs/early_warning.md quotes
them. About ten minutes of CPU in all; each district is kept as it is done, and a run goes on
where the last one stopped.
"""

# ruff: noqa: E402 - the number of threads is set before numpy is imported

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
import pandas as pd
from scipy import stats

from halfsky.demo import district
from halfsky.evaluate.assessment import Assessment, Assumptions, assess
from halfsky.evaluate.early_warning import UNTESTED, expected_false
from halfsky.evaluate.forecast.rolling import local_check
from halfsky.evaluate.results import EarlyWarning, Results, RolledForecast, WarningTest
from halfsky.evaluate.series import WHOLE, SeriesIndex
from halfsky.plan import load_plan, load_units
from halfsky.plan.calibration import Calibration, load_calibration
from halfsky.plan.models import (
    Departments,
    DomainFile,
    Duty,
    Goal,
    Indicator,
    Measure,
    Plan,
    PlanFile,
    Region,
    Target,
)
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import Family, Severity, Status

RESULTS = Path(__file__).resolve().parent / "results"
KEPT = RESULTS / "warning_districts.json"
YEAR, END = 2023, 2025
TARGETS = 4
FIRST = 1401
LEARNERS = range(801, 813)  # districts whose errors the local calibration is learned from
DEMO = Region(id="demo", name="合成", short="合成", role="synthetic", plan="jiutai_2021_2030")
FAMILIES = (Family.OFF_TRACK, Family.DETERIORATION, Family.UNUSUAL, Family.VOLATILE)
LENGTHS = (7, 11, 15)
EFFECTS = (1, 2, 3, 5)
KINDS = ("jump", "reversal", "noise", "slip", "slow")
PER_KIND, NULLS = 5, 15
LAST = 2025


# ---------------------------------------------------------------- nothing planted


def shortened(seed: int, count: int) -> Plan:
    """The plan ending in END, with a random subset of its targets that carry figures."""
    plan = load_plan()
    info = plan.info.model_copy(update={"midterm_year": YEAR, "end_year": END})
    rng = np.random.default_rng([seed, 5])
    having = [t.id for t in plan.targets.values() if t.type not in ("milestone", "slow_rise")]
    chosen = set(rng.choice(having, count, replace=False))
    domains = []
    for domain in plan.domains:
        goals = tuple(
            goal.model_copy(update={"targets": kept})
            for goal in domain.goals
            if (kept := tuple(t for t in goal.targets if t.id in chosen))
        )
        domains.append(domain.model_copy(update={"goals": goals}))
    return Plan(info=info, domains=tuple(domains), duties=plan.duties)


@cache
def learned() -> Calibration:
    """The stored calibration, or the one that the districts' own errors do better with."""
    stored = load_calibration()
    rolled: list[RolledForecast] = []
    for seed in LEARNERS:
        found = Results.from_frame(RolledForecast, evaluated(seed, TARGETS, stored)[1].rolled)
        rolled += [replace(one, series=f"{seed}:{one.series}") for one in found]
    return local_check(rolled, stored).calibration


def evaluated(seed: int, count: int, calibration: Calibration) -> tuple[Plan, Assessment, Any]:
    """One district in YEAR, and the district."""
    plan = shortened(seed, count)
    made = district(plan, seed=seed, with_stories=False)
    used = {t.indicator for t in plan.targets.values()}
    used |= {t.reference_indicator for t in plan.targets.values()}
    used |= {t.population_indicator for t in plan.targets.values()}
    figures = made.observations[
        made.observations["indicator"].isin(list(used)) & (made.observations["subarea"] == WHOLE)
    ]
    assumed = Assumptions(load_thresholds(), load_units(), calibration)
    found = assess(plan, DEMO, YEAR, figures, made.evidence, assumed)
    return plan, found, figures


def null_district(seed: int, count: int = TARGETS, *, calibration: Calibration) -> dict[str, Any]:
    """What was found where nothing was planted, and what was expected, by family."""
    plan, found, figures = evaluated(seed, count, calibration)
    final = _final_status(plan, found, figures)
    assumed = found.assumptions.thresholds
    table = expected_false(
        Results.from_frame(WarningTest, found.warning_tests),
        Results.from_frame(EarlyWarning, found.warnings),
        assumed.warning,
    )
    rows = {row.family: row for row in table}
    off_track = found.warnings[found.warnings["family"] == Family.OFF_TRACK]
    met = sum(final.get(target) == Status.MET for target in off_track["target"])
    out: dict[str, Any] = {"seed": seed, "targets": count}
    for family in FAMILIES:
        row = rows[family]
        out[family.value] = {
            "found": row.found,
            "false": met if family == Family.OFF_TRACK else row.found,
            "expected": round(row.expected, 4),
            "most": round(row.most, 4),
            "tests": row.tests - row.unknown,
        }
    out["hard"] = [
        [round(float(inputs["p"]), 3), int(final.get(target) == Status.MET)]
        for target, inputs in zip(off_track["target"], off_track["inputs"], strict=True)
    ]
    worse = found.warning_tests[found.warning_tests["family"] == Family.DETERIORATION]
    for rule, part in worse.groupby("rule"):
        out[str(rule)] = [int(part["fired"].sum()), round(float(part["chance"].sum()), 4)]
    tested = found.warning_tests[found.warning_tests["family"] == Family.UNUSUAL]
    out["unusual_p"] = [round(float(p), 4) for p in tested["chance"]]
    data = found.warnings[found.warnings["family"] == Family.DATA]
    out["data"] = data["rule"].value_counts().to_dict()
    return out


def _final_status(plan: Plan, found: Assessment, figures: pd.DataFrame) -> dict[str, str]:
    """The targets' status in the plan's last year, by the same rules."""
    from halfsky.evaluate import completion, status

    rules = found.assumptions.thresholds
    found_then, _ = completion.facts(
        plan, SeriesIndex(figures), region="demo", year=END, thresholds=rules, units=load_units()
    )
    return {row.target: row.status for row in status.add_status(found_then, rules)}


# ---------------------------------------------------------------- something planted


def power_district(length: int, effect: float, seed: int) -> dict[str, Any]:
    """One district of invented shares with effects planted: found, by kind and rule.

    Each series rises by half a δ a year with a residual sd of one δ (1 point). jump: the last
    figure lies `effect` sd below its course. reversal: the last two years fall by `effect` sd
    each. noise: the residual sd is 1 + `effect` times what counting alone gives. slip: the last
    figure is ten times too small. slow: the target lies `effect` times 5 points above where
    the course leads in 2030.
    """
    rng = np.random.default_rng([seed, length, int(10 * effect)])
    kinds = [kind for kind in KINDS for _ in range(PER_KIND)] + ["null"] * NULLS
    years = np.arange(LAST - length + 1, LAST + 1)
    targets, rows = [], []
    for place, kind in enumerate(kinds):
        course = rng.uniform(40, 60) + 0.5 * (years - LAST)
        sampled = kind == "noise" or place % 5 == 0
        people = 2000 if sampled else 0
        value = course + rng.normal(0, 1, length)
        if sampled:
            sd = np.sqrt(course * (100 - course) / people)
            value = course + rng.normal(0, sd * (1 + effect if kind == "noise" else 1))
        if kind == "jump":
            value[-1] = course[-1] - effect
        if kind == "reversal":
            value[-2:] = value[-3] - effect * np.array([1.0, 2.0])
        goal = course[-1] + 2.5 + (5 * effect if kind == "slow" else -10.0)
        if kind == "slip":
            value[-1] = value[-1] / 10
        targets.append((f"x{place}", round(float(goal), 1)))
        rows += [_row(f"x{place}", y, v, people) for y, v in zip(years, value, strict=True)]
    found = _assessed(targets, pd.DataFrame(rows))
    return {
        "length": length,
        "effect": effect,
        "seed": seed,
        "kinds": kinds,
        "rules": [
            sorted(found.loc[found["target"] == f"made-{place + 1}-1", "rule"])
            for place in range(len(kinds))
        ],
    }


def _row(name: str, year: int, value: float, people: int) -> dict[str, Any]:
    shown = float(np.clip(value, 0.1, 99.9))
    counted = people > 0
    events = float(round(shown * people / 100)) if counted else np.nan
    return {
        "region": "made", "indicator": name, "year": int(year), "sex": "total", "age": "total",
        "area": "total", "subarea": "全区",
        "value": 100 * events / people if counted else round(shown, 2),
        "numerator": events, "denominator": float(people) if counted else np.nan,
        "unit": "%", "value_type": "reported", "known_from": None, "source": "合成", "note": "",
    }  # fmt: skip


def _assessed(targets: list[tuple[str, float]], rows: pd.DataFrame) -> pd.DataFrame:
    goals, indicators = [], []
    for place, (name, value) in enumerate(targets, 1):
        indicators.append(
            Indicator(
                id=name,
                name=name,
                unit="%",
                direction="higher_better",
                kind="share",
                lower=0,
                upper=100,
                decimals=2,
                delta=1,
                delta_reason="合成",
                definition="合成",
                source="合成",
            )
        )
        reach = Target(
            id=f"made-{place}-1",
            type="reach",
            clause="合成",
            indicator=name,
            comparator=">=",
            value=value,
        )
        goals.append(Goal(id=f"made-{place}", text="合成", targets=(reach,)))
    info = PlanFile(
        id="made",
        name="合成",
        version="1",
        district="合成",
        office="合成",
        statistics_office="合成",
        text="made.txt",
        baseline_year=2020,
        start_year=2024,
        midterm_year=2025,
        end_year=2030,
        domains=("made",),
    )
    duty = Duty(lead="合成")
    domain = DomainFile(
        domain="made",
        name="合成",
        title="合成",
        number=1,
        indicators=tuple(indicators),
        goals=tuple(goals),
        measures=(Measure(id="made-m1", text="合成。", serves=("made-1",)),),
    )
    duties = Departments(
        status="合成",
        departments=("合成",),
        goals={g.id: duty for g in goals},
        measures={"made-m1": duty},
    )
    plan = Plan(info=info, domains=(domain,), duties=duties)
    region = Region(id="made", name="合成", short="合成", role="synthetic", plan="made")
    frame = rows.astype({"known_from": "Int64", "year": "int64"})
    evidence = pd.DataFrame(columns=["target", "date", "document", "rater", "level"])
    assumed = Assumptions(load_thresholds(), load_units(), load_calibration())
    found = assess(plan, region, LAST, frame, evidence, assumed)
    warns = found.warnings["severity"] != Severity.NOTE
    return found.warnings[warns & ~found.warnings["rule"].isin(list(UNTESTED))]


# ---------------------------------------------------------------- told


def summary(kept: dict[str, Any]) -> dict[str, Any]:
    """Found and expected by family over all null districts; power by rule, length, effect."""
    nulls = list(kept["null"].values())
    out: dict[str, Any] = {"districts": len(nulls), "targets": sum(n["targets"] for n in nulls)}
    for family in FAMILIES:
        rows = [n[family.value] for n in nulls]
        false = sum(r["false"] for r in rows)
        expected = sum(r["expected"] for r in rows)
        most = sum(r["most"] for r in rows)
        any_share = float(np.mean([r["false"] > 0 for r in rows])) if rows else 0.0
        out[family.value] = {
            "tests": sum(r["tests"] for r in rows),
            "found": sum(r["found"] for r in rows),
            "false": false,
            "expected": expected,
            "most": most,
            "share_of_districts_with_a_false_one": any_share,
            "p_more_by_chance": _more_by_chance(family, false, expected, rows),
        }
    p = np.array([value for n in nulls for value in n["unusual_p"]])
    out["worsening"] = {
        rule: [sum(n[rule][k] for n in nulls if rule in n) for k in (0, 1)]
        for rule in ("p_fell", "wrong_way")
    }
    out["met_by_p"] = _met_by_p([pair for n in nulls for pair in n["hard"]])
    out["unusual_p_below"] = {str(c): float((p <= c).mean()) for c in (0.01, 0.05, 0.1, 0.5)}
    rules = [rule for n in nulls for rule in n["data"]]
    out["data"] = {rule: sum(n["data"].get(rule, 0) for n in nulls) for rule in sorted(set(rules))}
    out["power"] = _power(list(kept["power"].values()))
    return out


def _met_by_p(pairs: list[list[float]]) -> dict[str, list[float]]:
    """Of targets warned of, by P: how many, mean P, share met in the end."""
    out = {}
    for low, high in ((0.0, 0.1), (0.1, 0.33), (0.33, 0.66)):
        mine = np.array([pair for pair in pairs if low <= pair[0] < high])
        if len(mine):
            out[f"{low:g}–{high:g}"] = [len(mine), *mine.mean(axis=0).tolist()]
    return out


def _more_by_chance(
    family: Family, false: int, expected: float, rows: list[dict[str, Any]]
) -> float:
    """P(at least so many) if what is printed as expected is right.

    Families 1 and 2 by Poisson; families 3 and 4 promise that at most a share q of districts
    without anything wrong shows a finding: binomial.
    """
    if family in (Family.OFF_TRACK, Family.DETERIORATION):
        return float(stats.poisson.sf(false - 1, expected)) if false else 1.0
    hit = sum(row["false"] > 0 for row in rows)
    return float(stats.binom.sf(hit - 1, len(rows), load_thresholds().warning.fdr))


def _power(districts: list[dict[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for kind, rule in (
        ("jump", "outside_interval"),
        ("reversal", "wrong_way"),
        ("reversal", "p_fell"),
        ("noise", "volatile"),
        ("slip", "unit_slip"),
        ("slow", "p_below"),
        ("null", "outside_interval"),
        ("null", "wrong_way"),
        ("null", "p_fell"),
        ("null", "volatile"),
        ("null", "unit_slip"),
        ("null", "p_below"),
    ):
        for length in LENGTHS:
            for effect in EFFECTS:
                mine = [d for d in districts if (d["length"], d["effect"]) == (length, effect)]
                hits = [
                    rule in rules
                    for d in mine
                    for k, rules in zip(d["kinds"], d["rules"], strict=True)
                    if k == kind
                ]
                if hits:
                    place = out.setdefault(f"{kind}: {rule}", {}).setdefault(str(length), {})
                    place[str(effect)] = {"share": float(np.mean(hits)), "n": len(hits)}
    return out


def markdown(rendered: dict[str, Any]) -> str:
    lines = [
        "# Warnings on synthetic districts",
        "Written by tests/benchmarks/warning_districts.py.\n",
        f"## Nothing planted: {rendered['districts']} districts, {rendered['targets']} targets, "
        f"report year {YEAR}, plan ending {END}\n",
        "| family | tests | found | false | expected false | at most | districts with a false one "
        "| P(so many by chance) |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for family in FAMILIES:
        row = rendered[family.value]
        lines.append(
            f"| {family.value} | {row['tests']} | {row['found']} | {row['false']} | "
            f"{row['expected']:.1f} | {row['most']:.1f} | "
            f"{row['share_of_districts_with_a_false_one']:.3f} | "
            f"{row['p_more_by_chance']:.3f} |"
        )
    lines += [
        "\nFalse: of family 1, met in the end; of the others, every finding.",
        "\nFamily 2 by rule, found and expected: "
        + ", ".join(f"{rule} {n} and {e:.1f}" for rule, (n, e) in rendered["worsening"].items()),
        "\nFamily 1 by P, warned, mean P, met: "
        + "; ".join(
            f"P {band}: {n:.0f}, {p:.2f}, {met:.2f}"
            for band, (n, p, met) in rendered["met_by_p"].items()
        ),
        "\nShare of one-step p-values at or below: "
        + ", ".join(f"{c}: {share:.3f}" for c, share in rendered["unusual_p_below"].items()),
        "\nFamily 5 (deterministic): "
        + (", ".join(f"{rule} {n}" for rule, n in rendered["data"].items()) or "none"),
        "\n## Power: share found, by length of series and effect (residual sd)\n",
        "| kind: rule | years | series a cell | " + " | ".join(str(e) for e in EFFECTS) + " |",
        "|---|---|---|" + "---|" * len(EFFECTS),
    ]
    for name, lengths in rendered["power"].items():
        for length, effects in lengths.items():
            cells = [f"{effects[str(e)]['share']:.2f}" for e in EFFECTS if str(e) in effects]
            each = min(effect["n"] for effect in effects.values())
            lines.append(f"| {name} | {length} | {each} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _kept() -> dict[str, Any]:
    if KEPT.is_file():
        return dict(json.loads(KEPT.read_text(encoding="utf-8")))
    return {"null": {}, "power": {}}


def _keep(part: str, key: str, value: dict[str, Any]) -> None:
    kept = _kept()
    kept[part][key] = value
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"))
    KEPT.write_text(text + "\n", encoding="utf-8")


def main(what: str, count: int) -> None:
    RESULTS.mkdir(exist_ok=True)
    if what == "null":
        for seed in range(FIRST, FIRST + count):
            if str(seed) not in _kept()["null"]:
                _keep("null", str(seed), null_district(seed, calibration=learned()))
    if what == "power":
        for seed in range(1, count + 1):
            for length in LENGTHS:
                for effect in EFFECTS:
                    key = f"{length}:{effect}:{seed}"
                    if key not in _kept()["power"]:
                        _keep("power", key, power_district(length, effect, seed))
    rendered = markdown(summary(_kept()))
    (RESULTS / "warning_districts.md").write_text(rendered, encoding="utf-8")
    print(rendered)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
