"""How much of a trend do real series keep, and how far do they move about it from year to year?

    python tests/benchmarks/trend_persistence.py ../shared/benchmark/open

The synthetic district takes its dynamics from this (lib/halfsky/demo/model.yaml, docs/demo.md).
Every stretch of eleven years in a row that moved ADVANCE towards the better in its first eight,
on the logit (shares) or log scale: its yearly pace in the next two years over that of the eight,
and the standard deviation of the eight yearly steps over their mean. The last row is the
synthetic district itself, seen in the same way. And how differently places move in the same
indicator: each series' change over ten years over the indicator's median one, where that is at
least TYPICAL. Writes results/trend_persistence.json. About thirty seconds of CPU.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from halfsky.demo import district
from halfsky.evaluate.series import WHOLE
from halfsky.plan import load_plan

RESULTS = Path(__file__).resolve().parent / "results"
ADVANCE = (0.2, 0.8)
SEEN, NEXT = 8, 2
SEEDS = (1, 2, 3)
DECADE, TYPICAL, LEAST = 10, 0.15, 10  # years; logits or logs; series of an indicator
EDGE = 0.05  # per cent: a share at 0 or 100 is taken to lie half a printed unit inside


def stretches(values: dict[int, float]) -> list[dict[str, float]]:
    """Each stretch of a series on the analysis scale, higher better.

    Returns:
        past, following: what was gained in the SEEN and the NEXT years; ratio: the sd of the
        seen yearly steps over their mean; alike: the correlation of neighbouring seen steps.
    """
    found = []
    for year in values:
        span = range(year - SEEN, year + NEXT + 1)
        if not all(one in values for one in span):
            continue
        steps = np.diff([values[one] for one in span])
        seen, following = steps[:SEEN], steps[SEEN:]
        if not ADVANCE[0] < seen.sum() <= ADVANCE[1]:
            continue
        still = seen[:-1].std() == 0 or seen[1:].std() == 0
        found.append(
            {
                "past": float(seen.sum()),
                "following": float(following.sum()),
                "ratio": float(seen.std(ddof=1) / seen.mean()),
                "alike": 0.0 if still else float(np.corrcoef(seen[:-1], seen[1:])[0, 1]),
            }
        )
    return found


def scored(values: np.ndarray, *, is_percent: bool, is_higher_better: bool) -> np.ndarray:
    """Logit of a share, log of the rest (NaN unless positive); higher better."""
    sign = 1 if is_higher_better else -1
    if is_percent:
        share = np.clip(values, EDGE, 100 - EDGE) / 100
        return sign * np.log(share / (1 - share))
    return sign * np.log(np.where(values > 0, values, np.nan))


def scored_series(folder: Path) -> Iterator[tuple[str, str, str, np.ndarray, np.ndarray]]:
    """Each series of the open benchmark: name, indicator, kind, years, scores."""
    about = pd.read_csv(folder / "indicators.csv", encoding="utf-8").set_index("indicator")
    series = pd.read_csv(folder / "series.csv", encoding="utf-8")
    for (name, indicator), part in series.groupby(["series_id", "indicator"], sort=False):
        rendered = about.loc[indicator]
        score = scored(
            part["value"].to_numpy(float),
            is_percent=rendered["unit"] == "percent",
            is_higher_better=rendered["direction"] == "up",
        )
        yield str(name), str(indicator), str(rendered["kind"]), part["year"].to_numpy(int), score


def real(folder: Path) -> pd.DataFrame:
    """Stretches of the open benchmark, with series and kind."""
    rows: list[dict[str, Any]] = []
    for name, _, kind, years, score in scored_series(folder):
        rows += _kept(years, score, name, kind)
    return pd.DataFrame(rows)


def paces(folder: Path) -> dict[str, Any]:
    """Places' ten-year changes as multiples of their indicator's median; indicators alike."""
    rows = []
    for name, indicator, _, years, score in scored_series(folder):
        known = dict(zip(years.tolist(), score.tolist(), strict=True))
        changes = [known[y + DECADE] - known[y] for y in known if y + DECADE in known]
        changes = [change for change in changes if np.isfinite(change)]
        if changes:
            rows.append({"series": name, "of": indicator, "change": float(np.median(changes))})
    frame = pd.DataFrame(rows)
    typical = frame.groupby("of")["change"].transform("median")
    size = frame.groupby("of")["change"].transform("size")
    kept = frame[(typical.abs() >= TYPICAL) & (size >= LEAST)]
    pace = kept["change"] / typical[kept.index]
    weight = 1 / size[kept.index]
    income = pace[kept["of"] == "se_income_f"]
    return {
        "indicators": int(kept["of"].nunique()),
        "series": len(kept),
        "quantiles": {
            str(q): round(_quantile(pace, weight, q), 2) for q in (0.05, 0.25, 0.75, 0.95)
        },
        "backwards": round(float(np.average(pace < 0, weights=weight)), 2),
        "income": {str(q): round(float(income.quantile(q)), 2) for q in (0.1, 0.9)},
    }


def synthetic() -> pd.DataFrame:
    """Likewise of districts with nothing planted; figures at a bound are left out."""
    plan = load_plan()
    asked = {t.indicator: t for t in plan.targets.values() if t.indicator is not None}
    rows: list[dict[str, Any]] = []
    for seed in SEEDS:
        figures = district(plan, seed=seed, townships=6, with_stories=False).observations
        figures = figures[figures["subarea"] == WHOLE]
        for name, target in asked.items():
            indicator = plan.indicators[name]
            mine = (figures["indicator"] == name) & (figures["area"] == target.area)
            part = figures[mine & (figures["sex"] == target.sex)].sort_values("year")
            value = part["value"].to_numpy(float)
            top = np.inf if indicator.upper is None else indicator.upper
            if indicator.kind == "difference" or (value <= 0).any() or (value >= top).any():
                continue
            score = scored(
                value,
                is_percent=indicator.upper == 100,
                is_higher_better=indicator.direction != "lower_better",
            )
            rows += _kept(part["year"].to_numpy(int), score, f"{seed}:{name}", "synthetic")
    return pd.DataFrame(rows)


def _kept(years: np.ndarray, score: np.ndarray, name: str, kind: str) -> list[dict[str, Any]]:
    known = np.isfinite(score)
    values = dict(zip(years[known].tolist(), score[known].tolist(), strict=True))
    return [{"series": name, "kind": kind, **one} for one in stretches(values)]


def rendered(frame: pd.DataFrame) -> dict[str, float]:
    """Pace kept: a ratio of sums. The rest gives each series the same weight."""
    weight = 1 / frame.groupby("series")["series"].transform("size")
    kept = (frame["following"].sum() / NEXT) / (frame["past"].sum() / SEEN)
    return {
        "stretches": len(frame),
        "series": int(frame["series"].nunique()),
        "pace_kept": round(float(kept), 2),
        "went_on": round(float(np.average(frame["following"] > 0, weights=weight)), 2),
        "ratio_lower_quartile": round(_quantile(frame["ratio"], weight, 0.25), 2),
        "ratio_median": round(_quantile(frame["ratio"], weight, 0.5), 2),
        "neighbours_alike": round(_quantile(frame["alike"], weight, 0.5), 2),
    }


def _quantile(values: pd.Series, weight: pd.Series, level: float) -> float:
    order = np.argsort(values.to_numpy(), kind="stable")
    reached = weight.to_numpy()[order].cumsum()
    return float(values.to_numpy()[order][np.searchsorted(reached, level * reached[-1])])


def main(folder: Path) -> None:
    frame = real(folder)
    out = {
        "all": rendered(frame),
        "not_modelled": rendered(frame[frame["kind"] != "modelled"]),
        "modelled": rendered(frame[frame["kind"] == "modelled"]),
        "synthetic": rendered(synthetic()),
        "paces": paces(folder),
    }
    text = json.dumps(out, indent=1)
    (RESULTS / "trend_persistence.json").write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
