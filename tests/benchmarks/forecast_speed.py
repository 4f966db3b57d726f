"""How long does a forecast take? In one run, against choosing a model per series.

    python tests/benchmarks/forecast_speed.py ../shared/benchmark/open [windows]

Rivals, on the same windows and the same scale, one process, one thread:
- statsmodels: exponential smoothing without trend, with trend and with damped trend, all fitted
  and the lowest AICc taken: what an "auto" routine does;
- statsforecast AutoETS and AutoTheta, if installed. halfsky does not depend on it; in a
  throw-away environment: pip install statsforecast, then run this file there with
  PYTHONPATH=lib. Its first call compiles and is not counted.

Prints milliseconds of CPU per series, ratios, and the peak memory after 100 series and after
all. Writes results/forecast_speed.json.
"""

# ruff: noqa: E402 - the number of threads is set before numpy is imported

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import numpy as np
import pandas as pd
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from halfsky.evaluate.forecast import benchmark as bench
from halfsky.evaluate.forecast.scale import choose
from halfsky.plan.calibration import load_calibration

RESULTS = Path(__file__).resolve().parent / "results"
HORIZON = 7
MEMORY_AT = 100


def main(folder: Path, count: int | None) -> None:
    tasks = pd.read_csv(folder / "tasks.csv", encoding="utf-8")
    history = bench.histories(pd.read_csv(folder / "series.csv", encoding="utf-8"))
    windows = list(bench.windows(tasks, history))[:count]
    calibration = load_calibration()
    grids = [_grid(window) for window in windows]
    bench.answer(windows[0], calibration)
    answer = _timed(lambda w: bench.answer(w, calibration), windows)
    memory = answer.pop("memory_mb")
    out = {"windows": len(windows), "halfsky": answer, "memory_mb": memory}
    out["statsmodels_ets_by_aicc"] = _drop_memory(_timed(_ets_by_aicc, grids))
    try:
        from statsforecast.models import AutoETS, AutoTheta
    except ImportError:
        out["statsforecast"] = "not installed"
    else:
        for name, model in (("AutoETS", AutoETS), ("AutoTheta", AutoTheta)):
            work = _statsforecast(model)
            work(grids[0])
            out[f"statsforecast_{name}"] = _drop_memory(_timed(work, grids))
    own = out["halfsky"]["cpu_ms_per_series"]
    out["ratio_to_halfsky"] = {
        name: round(row["cpu_ms_per_series"] / own, 2)
        for name, row in out.items()
        if isinstance(row, dict) and "cpu_ms_per_series" in row and name != "halfsky"
    }
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(out, indent=1) + "\n"
    (RESULTS / "forecast_speed.json").write_text(text, encoding="utf-8")
    print(text)


def _grid(window: bench.WindowTasks) -> np.ndarray:
    """The window on its scale, one value a year, as any of the rivals needs it."""
    scale = choose(window.spec, window.values)
    years = np.arange(window.years[0], window.years[-1] + 1)
    return np.interp(years, window.years, scale.to(window.values))


def _ets_by_aicc(z: np.ndarray) -> np.ndarray:
    best, chosen = np.inf, None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for trend, damped in ((None, False), ("add", False), ("add", True)):
            try:
                fitted = ExponentialSmoothing(
                    z, trend=trend, damped_trend=damped, initialization_method="estimated"
                ).fit()
            except ValueError:
                continue  # too short for this many parameters
            aicc = float(fitted.aicc)
            if chosen is None or aicc < best:
                best, chosen = aicc, fitted
        assert chosen is not None
        return np.asarray(chosen.forecast(HORIZON))


def _statsforecast(model: type) -> Callable[[np.ndarray], object]:
    def work(z: np.ndarray) -> object:
        try:
            return model(season_length=1).forecast(z, h=HORIZON, level=[80, 95])
        except Exception:  # noqa: BLE001 - it refuses short windows in several ways
            return None

    return work


def _timed(work: Callable, items: list) -> dict:
    cpu, wall = time.process_time(), time.perf_counter()
    memory = {}
    for k, item in enumerate(items, 1):
        work(item)
        if k in (MEMORY_AT, len(items)):
            memory[str(k)] = _peak_mb()
    used, passed = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "cpu_ms_per_series": round(1000 * used / len(items), 1),
        "cpu_s": round(used, 1),
        "wall_s": round(passed, 1),
        "memory_mb": memory,
    }


def _drop_memory(row: dict) -> dict:
    return {name: value for name, value in row.items() if name != "memory_mb"}


def _peak_mb() -> float | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
