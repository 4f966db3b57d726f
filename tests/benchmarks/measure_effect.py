"""How often does the evidence grade of a measure err, and how often does it see an effect?

    python tests/benchmarks/measure_effect.py

Null series: a share of 60 % with AR(1) noise (0, .3, .6; the sd is that of the residuals, not
of the innovations), without trend or rising by half a residual sd a year, n = 8–15 figures of
which the last three follow the start. Noise levels: the quartiles of the residual sd about a
straight line of the 879 share windows of the open benchmark (.033, .089, .207 on the logit
scale), which at 60 % are .8, 2.1 and 5 points. Comparison areas are other draws of the same
process and length; untouched indicators are draws of any process and noise of that length.
An effect is a step of so many residual sd in the three years after the start.

Timing and dose are taken as right throughout: for the error rates that is the worst case, as a
B then needs only one more piece besides the forecast.

Writes results/measure_effect.json and .md. About two minutes of CPU, one process.
"""

# ruff: noqa: E402 - the number of threads is set before numpy is imported

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
import pandas as pd

from halfsky.evaluate.effect import BOUNDS, After, weigh
from halfsky.evaluate.forecast import SeriesSpec, forecast
from halfsky.evaluate.forecast.rolling import fate
from halfsky.plan.calibration import Calibration, load_calibration
from halfsky.plan.thresholds import EffectRules, load_thresholds

RESULTS = Path(__file__).resolve().parent / "results"
SEED = 20210101
LEVEL = 60.0
NOISE = (0.8, 2.1, 5.0)  # points; the middle one is the main design
MAIN = 2.1
PHI = (0.0, 0.3, 0.6)
TREND = (0.0, 0.5)  # residual sd a year
LENGTHS = tuple(range(8, 16))
STEPS = (0, 1, 2, 3, 4, 5)
COMPARISONS = (0, 5, 20)
SPEC = SeriesSpec("share", 0.0, 100.0, 1)


def series(rng: np.random.Generator, n: int, phi: float, trend: float, sd: float) -> np.ndarray:
    """One null series; its residuals have standard deviation sd, stationary from the start."""
    shocks = rng.standard_normal(n)
    noise = np.empty(n)
    noise[0] = shocks[0]
    for t in range(1, n):
        noise[t] = phi * noise[t - 1] + np.sqrt(1 - phi**2) * shocks[t]
    return LEVEL + sd * (noise + trend * (np.arange(n) - (n - 1) / 2))


def afters(
    values: np.ndarray, sd: float, rules: EffectRules, calibration: Calibration
) -> dict[int, After]:
    """What followed, by size of the step; the forecast before it is the same for all."""
    split = len(values) - rules.years_after
    years = np.arange(2030 - len(values), 2030)
    fc = forecast(
        years[:split],
        published(values[:split]),
        spec=SPEC,
        end_year=2029,
        calibration=calibration,
    )
    made = {}
    for step in STEPS:
        later = published(values[split:] + step * sd)
        ahead = zip(years[split:].tolist(), later.tolist(), strict=True)
        rows = [fate("", fc, year, actual) for year, actual in ahead]
        columns = {k: np.array([getattr(r, k) for r in rows]) for k in ("actual", *BOUNDS)}
        ratio = np.array([r.ratio for r in rows])
        made[step] = After(
            years[split:].astype(float), **columns, ratio=ratio, sign=1.0, origin=2026, n=split
        )
    return made


def published(values: np.ndarray) -> np.ndarray:
    """As published: within bounds, one digit."""
    return np.clip(values, 0.0, 100.0).round(SPEC.decimals)


def graded(
    per_cell: int,
    rules: EffectRules,
    noises: Iterable[float] = NOISE,
    lengths: Iterable[int] = LENGTHS,
) -> pd.DataFrame:
    """One row per series, step and kind of comparisons.

    Returns:
        noise, phi, trend, n, step, comparisons (areas_0, areas_5, areas_20, indicators_20),
        grade, forecast, difference, placebo (the pieces that held).
    """
    calibration, rng = load_calibration(), np.random.default_rng(SEED)
    cells: dict[tuple[float, float, float, int], list[dict[int, After]]] = {}
    for noise, phi, trend, n in product(noises, PHI, TREND, lengths):
        cells[noise, phi, trend, n] = [
            afters(series(rng, n, phi, trend, noise), noise, rules, calibration)
            for _ in range(per_cell)
        ]
    rows: list[dict[str, Any]] = []
    for (noise, phi, trend, n), cell in cells.items():
        nulls = np.array([one[0].statistic for one in cell])
        any_kind = np.concatenate(
            [[one[0].statistic for one in c] for key, c in cells.items() if key[3] == n]
        )
        for place, one in enumerate(cell):
            others = rng.permutation(np.delete(nulls, place))
            mixed = rng.choice(any_kind, 20, replace=False)
            kinds = {f"areas_{k}": (others[:k], others[:0]) for k in COMPARISONS}
            kinds["indicators_20"] = (others[:0], mixed)
            for step, (kind, (areas, indicators)) in product(STEPS, kinds.items()):
                found = weigh(one[step], areas, indicators, True, rules)
                rows.append(
                    {
                        "noise": noise, "phi": phi, "trend": trend, "n": n, "step": step,
                        "comparisons": kind, "grade": found.grade,
                        "forecast": bool(found.right[0]), "difference": found.right[1] is True,
                        "placebo": found.right[2] is True,
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def rates(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Share of each grade, of A or B, and of each piece, by some columns."""
    marks = {f"grade_{g}": frame["grade"] == g for g in "ABCD"}
    marks["a_or_b"] = frame["grade"].isin(["A", "B"])
    pieces = ["forecast", "difference", "placebo"]
    made = frame[by + pieces].assign(**marks).groupby(by)
    return made.mean().assign(series=made.size()).round(4).reset_index()


def summary(frame: pd.DataFrame, rules: EffectRules) -> dict[str, Any]:
    """The two bounds of the main design, and everything by which they move."""
    twenty = frame[frame["comparisons"] == "areas_20"]
    main = twenty[twenty["noise"] == MAIN]
    null, effect = main[main["step"] == 0], main[main["step"] == 3]
    by = ["noise", "comparisons", "step"]
    return {
        "rules": rules.model_dump(),
        "null_series": len(null),
        "null_a_or_b": round(float(null["grade"].isin(["A", "B"]).mean()), 4),
        "power_3sd_20_areas": round(float(effect["grade"].isin(["A", "B"]).mean()), 4),
        "null_all_noise": round(
            float(twenty.loc[twenty["step"] == 0, "grade"].isin(["A", "B"]).mean()), 4
        ),
        "by_noise": rates(frame, by).to_dict("records"),
        "null_by_process": rates(null, ["phi", "trend"]).to_dict("records"),
        "power_by_process": rates(effect, ["phi", "trend"]).to_dict("records"),
        "curve": rates(frame[frame["noise"] == MAIN], ["comparisons", "n", "step"])[
            ["comparisons", "n", "step", "a_or_b", "grade_A", "grade_C", "series"]
        ].to_dict("records"),
    }


def main(per_cell: int = 42) -> None:
    begun, rules = time.process_time(), load_thresholds().effect
    found = summary(graded(per_cell, rules), rules)
    found["cpu_seconds"] = round(time.process_time() - begun)
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    (RESULTS / "measure_effect.json").write_text(text, encoding="utf-8")
    (RESULTS / "measure_effect.md").write_text(page(found), encoding="utf-8")
    print(json.dumps({k: v for k, v in found.items() if not isinstance(v, list)}, indent=1))


def page(found: dict[str, Any]) -> str:
    """The results to read."""
    curve, noise = pd.DataFrame(found["curve"]), pd.DataFrame(found["by_noise"])
    seen = curve[curve["comparisons"] != "areas_0"]
    wide = seen.pivot_table(index=["comparisons", "n"], columns="step", values="a_or_b")
    levels = noise.pivot_table(index=["noise", "comparisons"], columns="step", values="a_or_b")
    nulls = noise[noise["step"] == 0].drop(columns="step")
    parts = [
        "# Grades of a measure's effect: errors and power",
        "Written by tests/benchmarks/measure_effect.py, whose head tells the design.",
        f"- No effect, {found['null_series']} series, 20 comparison areas, noise {MAIN} points: "
        f"A or B in {found['null_a_or_b']:.1%} (bound: 5 %); over all noise levels "
        f"{found['null_all_noise']:.1%}.\n"
        f"- A step of three residual sd, 20 comparison areas, noise {MAIN} points: A or B in "
        f"{found['power_3sd_20_areas']:.1%} (bound: at least 50 %).\n"
        "- Without comparisons no series can get A or B. Where a series is quieter than most "
        "(.8 points) its forecast is wider than its noise, because quiet series of the past "
        "moved more than their noise; power is lower there, see the second table.",
        "## No effect: share of each grade, and of each piece held",
        _table(nulls),
        "## A or B by noise (points), comparisons and step (residual sd)",
        _table(levels.reset_index()),
        f"## A or B by comparisons, length and step, noise {MAIN} points",
        _table(wide.reset_index()),
        "## No effect, 20 areas, by process",
        _table(pd.DataFrame(found["null_by_process"])),
        "## Step of three sd, 20 areas, by process",
        _table(pd.DataFrame(found["power_by_process"])),
    ]
    return "\n\n".join(parts) + "\n"


def _table(frame: pd.DataFrame) -> str:
    """A Markdown table; shares as they are."""
    head = [str(c) for c in frame.columns]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(_cell(v) for v in row) + " |" for row in frame.to_numpy()]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
