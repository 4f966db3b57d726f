"""Are P-based warnings better than the growth-ratio rule? On the open plan-target benchmark.

    python tests/benchmarks/early_warning.py ../shared/benchmark/open

Both answer the same question at mid-term: will this target be missed? Ours warns where
P(met) < .66 (amber) or < .33 (red), P out of fold by indicator as in forecast_accuracy.py. The
growth rule (Eurostat, Open SDG) warns where actual ÷ required yearly growth since the plan's
start is under .95. A yes or no can only be compared at its own recall, so P's limit is moved to
that recall, and the growth rule's limit to ours. Lead time: how many years before the end the
warning that then stayed was first given, each year judged from what was known in it.

Writes results/early_warning.json and .md; docs/early_warning.md quotes them. About two
minutes of CPU.
"""

# ruff: noqa: E402 - the number of threads is set before numpy is imported

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
import pandas as pd
from scipy import optimize

from halfsky.evaluate.forecast import benchmark as bench
from halfsky.evaluate.forecast import forecast, learn, scores
from halfsky.evaluate.warning.deterioration import chance_of_fall
from halfsky.plan.calibration import Calibration, load_calibration
from halfsky.plan.thresholds import load_thresholds

RESULTS = Path(__file__).resolve().parent / "results"
ON_TRACK = 0.95
AMBER, RED = 0.66, 0.33
FOLDS = 6
DRAWS = 1000
SEED = 20210101
MIN_CLUSTERS = 5
PLAN_LENGTH = 5  # lead time is followed on the targets five years ahead, the plan's own half
Histories = dict[str, tuple[np.ndarray, np.ndarray]]


def main(folder: Path) -> None:
    tasks = pd.read_csv(folder / "tasks.csv", encoding="utf-8")
    history = bench.histories(pd.read_csv(folder / "series.csv", encoding="utf-8"))
    answered, windows, fitted = out_of_fold(tasks, history)
    answered = answered.assign(ratio=growth_ratio(answered, history))
    answered["p_growth"] = recalibrated(answered)
    out: dict[str, Any] = {"all": compare(answered)}
    out["not_yet_met"] = compare(answered[answered["met_at_train_end"] == 0])
    for name, part in answered.groupby(answered["kind"] + " " + answered["level"]):
        out[str(name)] = compare(part)
    limits = (out["all"]["limit_p_at_growth_recall"], out["all"]["limit_ratio_at_amber_recall"])
    followed = follow(windows, fitted, history)
    out["lead_time"] = lead_times(followed, limits)
    out["falls"] = falls(followed)
    rounded = _rounded(out)
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(rounded, indent=1, ensure_ascii=False)
    (RESULTS / "early_warning.json").write_text(text + "\n", encoding="utf-8")
    (RESULTS / "early_warning.md").write_text(markdown(rounded), encoding="utf-8")
    print(markdown(rounded))


def out_of_fold(
    tasks: pd.DataFrame, history: Histories
) -> tuple[pd.DataFrame, Sequence[learn.Asked], Sequence[Calibration]]:
    """Tasks answered by calibrations that never saw their indicator, and those calibrations."""
    known = bench.with_outcomes(tasks, history)
    pairs = [learn.all_rows(past) for past in bench.pasts(known, history)]
    whole = pd.concat([w for w, _ in pairs], ignore_index=True)
    short = pd.concat([s for _, s in pairs], ignore_index=True)
    windows = bench.asked(known, history)
    fitted = learn.cross_fit(whole, short, windows, load_calibration(), folds=FOLDS)
    return bench.answer_out_of_fold(known, windows, fitted), windows, fitted


def growth_ratio(tasks: pd.DataFrame, history: Histories, at: int | None = None) -> np.ndarray:
    """Actual ÷ required yearly growth since base_year, at mid-term or in another year.

    Compound growth where all three values are positive, else the plain yearly change, as the
    rule's own users do. >= .95 is on track.
    """
    ratios = []
    for task in tasks.itertuples():
        years, values = history[str(task.series_id)]
        known = dict(zip(years.astype(int).tolist(), values.tolist(), strict=True))
        now = int(task.train_end) if at is None else at
        ratios.append(
            ratio_of(
                known[int(task.base_year)],
                known[now],
                float(task.target),
                now - int(task.base_year),
                int(task.horizon_year) - int(task.base_year),
            )
        )
    return np.array(ratios)


def ratio_of(base: float, now: float, target: float, gone: int, whole: int) -> float:
    """Actual growth a year ÷ the growth a year that would just reach the target."""
    if min(base, now, target) > 0:
        actual = (now / base) ** (1 / gone) - 1
        required = (target / base) ** (1 / whole) - 1
    else:
        actual, required = (now - base) / gone, (target - base) / whole
    return actual / required


def recalibrated(tasks: pd.DataFrame) -> np.ndarray:
    """The growth ratio as a probability: the best rising curve, out of fold by indicator.

    Isotonic regression asks nothing of the ratio but its order, so the rule is not held back by
    a curve that does not suit it.
    """
    ratio, met = tasks["ratio"].to_numpy(float), tasks["met"].to_numpy(float)
    fold = learn.fold_of(tasks["indicator"], FOLDS)
    p = np.empty(len(tasks))
    for k in range(FOLDS):
        held = fold == k
        order = np.argsort(ratio[~held], kind="stable")
        curve = optimize.isotonic_regression(met[~held][order]).x
        p[held] = np.interp(ratio[held], ratio[~held][order], curve)
    return p


def warned_like(signal: np.ndarray, missed: np.ndarray, recall: float) -> tuple[np.ndarray, float]:
    """Warn where a signal is lowest, until the share of missed targets warned is `recall`."""
    worst = np.sort(signal[missed])
    limit = float(worst[min(int(np.ceil(recall * len(worst))), len(worst)) - 1])
    return signal <= limit, limit


def quality(warned: np.ndarray, missed: np.ndarray) -> dict[str, float]:
    hits = float((warned & missed).sum())
    return {
        "warned": float(warned.sum()),
        "precision": hits / max(float(warned.sum()), 1.0),
        "recall": hits / max(float(missed.sum()), 1.0),
    }


def compare(tasks: pd.DataFrame) -> dict[str, Any]:
    """Both rules as they are, and each moved to the other's recall."""
    p, ratio = tasks["p_met"].to_numpy(float), tasks["ratio"].to_numpy(float)
    met = tasks["met"].to_numpy(float)
    missed = met == 0
    groups = tasks["indicator"].to_numpy()
    growth = quality(ratio < ON_TRACK, missed)
    amber, red = quality(p < AMBER, missed), quality(p < RED, missed)
    moved, limit_p = warned_like(p, missed, growth["recall"])
    as_amber, limit_amber = warned_like(ratio, missed, amber["recall"])
    as_red, _ = warned_like(ratio, missed, red["recall"])
    on_track = (ratio >= ON_TRACK).astype(float)
    loss = (p - met) ** 2
    rival = tasks["p_growth"].to_numpy(float)
    return {
        "tasks": len(tasks),
        "missed": int(missed.sum()),
        "indicators": int(tasks["indicator"].nunique()),
        "growth": growth,
        "ours_at_growth_recall": quality(moved, missed),
        "limit_p_at_growth_recall": limit_p,
        "difference_at_growth_recall": precision_difference(
            moved, ratio < ON_TRACK, missed, groups
        ),
        "amber": amber,
        "growth_at_amber_recall": quality(as_amber, missed),
        "limit_ratio_at_amber_recall": limit_amber,
        "difference_at_amber_recall": precision_difference(p < AMBER, as_amber, missed, groups),
        "red": red,
        "growth_at_red_recall": quality(as_red, missed),
        "difference_at_red_recall": precision_difference(p < RED, as_red, missed, groups),
        "brier": scores.brier(p, met),
        "brier_growth_raw": scores.brier(on_track, met),
        "brier_growth_recalibrated": scores.brier(rival, met),
        "brier_difference": scores.paired_difference(loss, (rival - met) ** 2, groups),
        "on_track_came_true": float(met[on_track == 1].mean()) if on_track.any() else None,
        "p_over_90_came_true": float(met[p >= 0.9].mean()) if (p >= 0.9).any() else None,
    }


def precision_difference(
    ours: np.ndarray, theirs: np.ndarray, missed: np.ndarray, groups: np.ndarray
) -> tuple[float, float, float]:
    """Our precision minus theirs, with the 95 % interval of redrawing whole indicators."""
    columns = {"a": ours & missed, "b": ours, "c": theirs & missed, "d": theirs}
    sums = pd.DataFrame(columns).astype(float).groupby(groups).sum().to_numpy()
    rng = np.random.default_rng(SEED)
    picked = sums[rng.integers(0, len(sums), size=(DRAWS, len(sums)))].sum(axis=1)

    def difference(total: np.ndarray) -> np.ndarray:
        return np.asarray(total[..., 0] / total[..., 1] - total[..., 2] / total[..., 3])

    low, high = np.nanquantile(difference(picked), [0.025, 0.975])
    return float(difference(sums.sum(axis=0))), float(low), float(high)


def follow(
    windows: Sequence[learn.Asked], fitted: Sequence[Calibration], history: Histories
) -> pd.DataFrame:
    """The targets five years ahead, judged each year from mid-term on from what was known then.

    Returns:
        task_id, met, met_at_train_end, left (years to the end), p, ratio, width_left
        (the spread a year short of the end ÷ that at the end, on the bad side).
    """
    rows = []
    for window, calibration in zip(windows, fitted, strict=True):
        far = window.tasks["horizon_year"] - window.tasks["train_end"] == PLAN_LENGTH
        asked = window.tasks[far]
        if len(asked):
            rows += list(_followed(asked, window, calibration, history))
    return pd.DataFrame(rows)


def falls(followed: pd.DataFrame) -> dict[str, Any]:
    """P falling by .20 within a year: how often it did, and how often that was to be expected.

    The chance is the one the report prints (evaluate.warning.deterioration), by the P before.
    """
    limit = load_thresholds().warning.fall_in_p
    later = followed[["task_id", "left", "p"]].assign(left=followed["left"] + 1)
    pairs = followed.merge(later, on=["task_id", "left"], suffixes=("", "_next"))
    fell = pairs["p"] - pairs["p_next"] >= limit
    chance = [
        chance_of_fall(p, width_left, limit)
        for p, width_left in zip(pairs["p"], pairs["width_left"], strict=True)
    ]
    frame = pd.DataFrame({"p": pairs["p"], "fell": fell, "chance": chance})
    out: dict[str, Any] = {}
    for low, high in ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01), (0.0, 1.01)):
        part = frame[(frame["p"] >= low) & (frame["p"] < high)]
        out[f"{low:.1f}–{min(high, 1):.1f}"] = {
            "pairs": len(part),
            "fell": int(part["fell"].sum()),
            "expected": float(part["chance"].sum()),
        }
    return out


def lead_times(frame: pd.DataFrame, limits: tuple[float, float]) -> dict[str, Any]:
    """Years of notice on the targets five years ahead, each year from what was known in it.

    Two pairs of equal recall at mid-term: the growth rule as it is against P at its recall, and
    amber against the growth rule at amber's recall.
    """
    limit_p, limit_ratio = limits
    rules: dict[str, Callable[[pd.DataFrame], pd.Series]] = {
        "growth": lambda f: f["ratio"] < ON_TRACK,
        "ours_at_growth_recall": lambda f: f["p"] <= limit_p,
        "amber": lambda f: f["p"] < AMBER,
        "growth_at_amber_recall": lambda f: f["ratio"] <= limit_ratio,
        "red": lambda f: f["p"] < RED,
    }
    out: dict[str, Any] = {}
    for name, part in (("all", frame), ("not_yet_met", frame[frame["met_at_train_end"] == 0])):
        out[name] = {
            "tasks": int(part["task_id"].nunique()),
            **{rule: _notice(part.assign(on=warns(part))) for rule, warns in rules.items()},
        }
    return out


def _followed(
    asked: pd.DataFrame, window: learn.Asked, calibration: Calibration, history: Histories
) -> Any:
    first = asked.iloc[0]
    years, values = history[str(first["series_id"])]
    start, middle = int(first["train_start"]), int(first["train_end"])
    end = middle + PLAN_LENGTH
    for now in range(middle, end):
        if now not in years:
            continue
        seen = (years >= start) & (years <= now)
        fc = forecast(
            years[seen].astype(int),
            values[seen],
            spec=window.spec,
            end_year=end,
            calibration=calibration,
            series_key=str(first["series_id"]),
        )
        ratios = growth_ratio(asked, history, at=now)
        for task, ratio in zip(asked.to_dict("records"), ratios, strict=True):
            comparator = bench.COMPARATOR[str(task["direction"])]
            side = "lo80" if comparator == ">=" else "hi80"
            width = (fc.table[side] - fc.table["point"]).abs().to_numpy()
            yield {
                "task_id": task["task_id"],
                "met": task["met"],
                "met_at_train_end": task["met_at_train_end"],
                "left": end - now,
                "p": fc.p_met(end, float(task["target"]), comparator),
                "ratio": ratio,
                "width_left": _width_left(width),
            }


def _width_left(width: np.ndarray) -> float:
    """The spread a year short of the end ÷ that at the end: what a forecast next year leaves."""
    if len(width) < 2:
        return 0.0
    return float(width[-2] / width[-1]) if width[-1] > 0 else 1.0


def _notice(frame: pd.DataFrame) -> dict[str, float]:
    """Mean years of notice of the missed (none: 0), and how many were ever warned in vain.

    in_vain: share of the met targets under a warning at mid-term.
    """
    missed = frame[frame["met"] == 0].sort_values(["task_id", "left"])
    lead = []
    for _, part in missed.groupby("task_id"):
        held = part["on"].cumprod().astype(bool)  # from the end backwards: stayed until then
        lead.append(float(part.loc[held, "left"].max()) if held.any() else 0.0)
    came = frame[(frame["met"] == 1) & (frame["left"] == PLAN_LENGTH)]
    return {
        "mean_years": float(np.mean(lead)),
        "never_warned": float(np.mean(np.array(lead) == 0)),
        "in_vain": float(came["on"].mean()),
    }


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    return round(float(value), 4) if isinstance(value, float | np.floating) else value


def _interval(triple: Sequence[float], indicators: int, digits: int = 3) -> str:
    shown = f"{triple[0]:+.{digits}f}"
    if indicators < MIN_CLUSTERS:  # too few to redraw: an interval would only look exact
        return shown
    return f"{shown} ({triple[1]:+.{digits}f} to {triple[2]:+.{digits}f})"


def markdown(out: dict[str, Any]) -> str:
    """The tables of docs/early_warning.md."""
    parts = {key: value for key, value in out.items() if key not in ("lead_time", "falls")}
    lines = [
        "# Early warning against the growth-ratio rule",
        "Written by tests/benchmarks/early_warning.py. Intervals: indicators redrawn "
        f"{DRAWS:,} times; none where there are fewer than {MIN_CLUSTERS}.\n",
        "## Precision at equal recall\n",
        "| | targets | indicators | missed | recall | growth rule | P, same recall | difference "
        "| amber recall | growth, same recall | amber | difference "
        "| red recall | growth, same recall | red | difference |",
        "|---" * 16 + "|",
    ]
    for name, row in parts.items():
        cells = [
            f"{row['tasks']}",
            f"{row['indicators']}",
            f"{row['missed']}",
            f"{row['growth']['recall']:.3f}",
            f"{row['growth']['precision']:.3f}",
            f"{row['ours_at_growth_recall']['precision']:.3f}",
            _interval(row["difference_at_growth_recall"], row["indicators"]),
        ]
        for level in ("amber", "red"):
            cells += [
                f"{row[level]['recall']:.3f}",
                f"{row[f'growth_at_{level}_recall']['precision']:.3f}",
                f"{row[level]['precision']:.3f}",
                _interval(row[f"difference_at_{level}_recall"], row["indicators"]),
            ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += [
        "\n## Brier score\n",
        "| | P | growth, yes or no | growth, recalibrated | recalibrated − P |",
        "|---|---|---|---|---|",
    ]
    for name, row in parts.items():
        lines.append(
            f"| {name} | {row['brier']:.4f} | {row['brier_growth_raw']:.4f} | "
            f"{row['brier_growth_recalibrated']:.4f} | "
            f"{_interval(row['brier_difference'], row['indicators'], 4)} |"
        )
    lines += [
        "\n## Lead time, targets five years ahead\n",
        "| | rule | mean years of notice | missed without warning | met, warned at mid-term |",
        "|---|---|---|---|---|",
    ]
    for name, rules in out["lead_time"].items():
        for rule, row in rules.items():
            if rule != "tasks":
                lines.append(
                    f"| {name} ({rules['tasks']}) | {rule} | {row['mean_years']:.2f} | "
                    f"{row['never_warned']:.3f} | {row['in_vain']:.3f} |"
                )
    lines += [
        "\n## P falling by .20 within a year, targets five years ahead\n",
        "| P before | pairs of years | fell | expected |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {band} | {row['pairs']} | {row['fell']} | {row['expected']:.1f} |"
        for band, row in out["falls"].items()
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
