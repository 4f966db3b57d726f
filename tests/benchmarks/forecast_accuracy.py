"""How good are the forecasts? Out of fold on the open plan-target benchmark, and on M3 yearly.

    python tests/benchmarks/forecast_accuracy.py ../shared/benchmark/open

Writes results/forecast_accuracy.json and .md beside this file; docs/forecast.md quotes them.
Every figure of the plan-target part is out of fold: spread, tails, multipliers and the map to
P(met) are learned without the indicator (country, kind) that is scored. M3 is not learned on:
it is forecast with the stored calibration. Takes about five minutes of CPU.
"""

# ruff: noqa: E402 - the number of threads is set before numpy is imported

from __future__ import annotations

import json
import os
import sys
from functools import partial
from multiprocessing import Pool
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
import pandas as pd
from scipy import special, stats

from halfsky.cli.benchmark import learn_all
from halfsky.evaluate.forecast import SeriesSpec, forecast, learn, scores
from halfsky.evaluate.forecast import benchmark as bench
from halfsky.evaluate.forecast.pool import Window, components
from halfsky.evaluate.forecast.scale import choose
from halfsky.plan.calibration import load_calibration

RESULTS = Path(__file__).resolve().parent / "results"
SHORT = (3, 4)
M3_HORIZON = 6
DECIMALS = 4


def main(folder: Path) -> None:
    series, tasks = folder / "series.csv", folder / "tasks.csv"
    calibration, answers = learn_all(series, tasks)
    own = answers["indicator"]
    out: dict[str, object] = {
        "out_of_fold": {by: scores.summary(frame) for by, frame in answers.items()},
        "not_met_at_mid_term": scores.summary(own[own["met_at_train_end"] == 0]),
        "by_kind": _split(own, own["kind"] + " " + own["level"]),
        "by_horizon": _split(own, "T+" + (own["horizon_year"] - own["train_end"]).astype(str)),
        "by_window": _split(own, own["n_window"].astype(str)),
        "by_unit": _split(own, own["unit"]),
        "reliability": scores.reliability(
            own["p_met"].to_numpy(float), own["met"].to_numpy(float)
        ).to_dict("records"),
        "worst_indicators": _worst(own),
        "against_pool_of_three": _against(own, folder),
        "stored_coefficients": calibration.pool.model_dump(),
    }
    out["short_windows"] = _short(folder, own)
    out["m3"] = {str(last or "full"): _m3(folder / "m3_yearly.csv", last) for last in (None, 10)}
    rounded = _rounded(out)
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(rounded, indent=1, ensure_ascii=False)
    (RESULTS / "forecast_accuracy.json").write_text(text + "\n", encoding="utf-8")
    (RESULTS / "forecast_accuracy.md").write_text(_markdown(rounded), encoding="utf-8")
    print(_markdown(rounded))


def _split(frame: pd.DataFrame, by: pd.Series) -> dict[str, dict[str, float]]:
    return {str(name): scores.summary(part) for name, part in frame.groupby(by)}


def _worst(frame: pd.DataFrame) -> list[dict[str, object]]:
    """Indicators whose mean P lies farthest from the share met."""
    table = frame.groupby("indicator").agg(
        tasks=("met", "size"), mean_p=("p_met", "mean"), met_rate=("met", "mean")
    )
    gap = (table["mean_p"] - table["met_rate"]).abs()
    return (
        table.loc[gap.sort_values(ascending=False).index].head(6).reset_index().to_dict("records")
    )


def _against(own: pd.DataFrame, folder: Path) -> dict[str, float]:
    """Brier against the recalibrated equal-weight pool of drift, damped ETS and Theta.

    The rival: mean of the three changes on the same scale, normal random-walk spread from the
    window's own steps, and a logistic recalibration out of fold by the same indicator folds.
    """
    history = bench.histories(pd.read_csv(folder / "series.csv", encoding="utf-8"))
    rows = []
    for window in bench.windows(own, history):
        scale = choose(window.spec, window.values)
        w = Window.of(window.years, scale.to(window.values))
        horizon = int(window.tasks["horizon_year"].max()) - window.key[2]
        change = components(w, horizon)[1:].mean(axis=0)
        size = max(float(np.std(w.steps, ddof=1)), 1e-3)
        for task in window.tasks.itertuples():
            h = int(task.horizon_year) - window.key[2]
            up = 1.0 if task.comparator == ">=" else -1.0
            target = float(scale.to(task.target))
            z = up * (w.z[-1] + change[h - 1] - target) / (size * np.sqrt(h))
            rows.append((task.task_id, float(np.clip(z, -30, 30))))
    signal = dict(rows)
    z = own["task_id"].map(signal).to_numpy(float)
    met = own["met"].to_numpy(float)
    fold = learn.fold_of(own["indicator"], 6)
    rival = np.empty(len(own))
    share = np.clip(stats.norm.cdf(z), 1e-3, 1 - 1e-3)
    for k in range(6):
        held = fold == k
        m = learn.fit_probability(share[~held], met[~held])
        rival[held] = special.expit(m.intercept + m.slope * special.logit(share[held]))
    loss = (own["p_met"].to_numpy(float) - met) ** 2
    mean, low, high = scores.paired_difference(
        loss, (rival - met) ** 2, own["indicator"].to_numpy()
    )
    return {
        "brier_pool_of_three": scores.brier(rival, met),
        "ece_pool_of_three": scores.ece(rival, met),
        "difference": mean,
        "low": low,
        "high": high,
    }


def _short(folder: Path, own: pd.DataFrame) -> dict[str, dict[str, float]]:
    """The same tasks answered from the last three or four points, out of fold by indicator."""
    history = bench.histories(pd.read_csv(folder / "series.csv", encoding="utf-8"))
    calibration = load_calibration()
    answered = own.drop(columns=bench.PREDICTION_COLUMNS[1:])
    whole, short = [], []
    for past in bench.pasts(answered, history):
        w, s = learn.all_rows(past)
        whole.append(w)
        short.append(s)
    windows = bench.asked(answered, history)
    rows = (pd.concat(whole, ignore_index=True), pd.concat(short, ignore_index=True))
    fitted = learn.cross_fit(*rows, windows, calibration, folds=6)
    out = {}
    for last in SHORT:
        parts = []
        for window, fold in zip(bench.windows(answered, history), fitted, strict=True):
            cut = bench.WindowTasks(
                window.key, window.years[-last:], window.values[-last:], window.spec, window.tasks
            )
            parts.append(bench.answer(cut, fold))
        out[f"n = {last}"] = scores.summary(answered.merge(pd.concat(parts), on="task_id"))
    return out


def _m3(path: Path, last: int | None) -> dict[str, float]:
    data = pd.read_csv(path, encoding="utf-8").sort_values(["series_id", "t"])
    jobs = [part for _, part in data.groupby("series_id")]
    with Pool() as pool:
        rows = pool.map(partial(_m3_one, last=last), jobs, chunksize=20)
    frame = pd.DataFrame([row for row in rows if row is not None])
    mean = frame.mean(numeric_only=True)
    owa = (mean["smape"] / mean["smape_naive"] + mean["mase"] / mean["mase_naive"]) / 2
    kept = ["smape", "mase", "coverage80", "coverage95"]
    return {"series": float(len(frame)), "owa": float(owa), **mean[kept].to_dict()}


def _m3_one(part: pd.DataFrame, last: int | None) -> dict[str, float] | None:
    train, test = part[part["part"] == "train"], part[part["part"] == "test"]
    train = train.tail(last) if last else train
    values, actual = train["value"].to_numpy(float), test["value"].to_numpy(float)
    scale = float(np.abs(np.diff(values)).mean())
    if scale <= 0:
        return None
    fc = forecast(
        train["t"].to_numpy(int),
        values,
        spec=SeriesSpec("level", 0.0, None, 2),
        end_year=int(train["t"].max()) + M3_HORIZON,
        calibration=load_calibration(),
    )
    t = fc.table
    out = {}
    for name, point in (("", t["point"].to_numpy()), ("_naive", np.full(len(actual), values[-1]))):
        error = np.abs(point - actual)
        out["smape" + name] = float(np.mean(200 * error / (np.abs(point) + np.abs(actual))))
        out["mase" + name] = float(np.mean(error) / scale)
    for level in ("80", "95"):
        inside = (t["lo" + level].to_numpy() <= actual) & (actual <= t["hi" + level].to_numpy())
        out["coverage" + level] = float(inside.mean())
    return out


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {str(k): _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    return round(float(value), DECIMALS) if isinstance(value, float | np.floating) else value


def _table(rows: dict[str, dict[str, float]], columns: tuple[str, ...]) -> str:
    lines = ["| | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for name, row in rows.items():
        cells = [
            f"{row[c]:.0f}" if c in ("tasks", "forecasts") else f"{row[c]:.3f}" for c in columns
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _markdown(out: dict) -> str:
    main_columns = ("tasks", "brier", "ece", "coverage80", "coverage95", "mase", "msis95")
    rival = out["against_pool_of_three"]
    parts = ["# Forecast accuracy", "Written by tests/benchmarks/forecast_accuracy.py.\n"]
    for title, key in (
        ("Out of fold, by what was left out", "out_of_fold"),
        ("By kind of data", "by_kind"),
        ("By horizon", "by_horizon"),
        ("By length of window", "by_window"),
        ("By unit", "by_unit"),
        ("Windows cut to their last points", "short_windows"),
    ):
        parts += [f"## {title}\n", _table(out[key], main_columns) + "\n"]
    parts += ["## Reliability\n", "| P | n | mean P | met |", "|---|---|---|---|"]
    parts += [
        f"| {r['low']:.1f}–{r['high']:.1f} | {r['n']} | {r['mean_p']:.3f} | {r['met_rate']:.3f} |"
        for r in out["reliability"]
    ]
    parts += [
        "\n## Indicators farthest off\n",
        "| indicator | tasks | mean P | met |",
        "|---|---|---|---|",
    ]
    parts += [
        f"| {r['indicator']} | {r['tasks']} | {r['mean_p']:.2f} | {r['met_rate']:.2f} |"
        for r in out["worst_indicators"]
    ]
    parts += [
        "\n## Against the recalibrated pool of three\n",
        f"Brier {rival['brier_pool_of_three']:.4f}; difference {rival['difference']:+.4f}, 95 % "
        f"interval {rival['low']:+.4f} to {rival['high']:+.4f} (indicators redrawn 2,000 times).",
        "\n## M3 yearly, six years ahead, calibration not learned on it\n",
        _table(out["m3"], ("owa", "smape", "mase", "coverage80", "coverage95")),
    ]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
