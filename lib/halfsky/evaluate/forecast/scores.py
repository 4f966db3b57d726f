"""Did the probabilities come true, and did the intervals hold? Scores of answered tasks.

Brier score, reliability in ten bins and its mean absolute gap (ECE), interval coverage, and
the error scaled by the window's own yearly change (MASE).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from halfsky.evaluate.forecast.scale import Array

BINS = 10


def reliability(p: Array, met: Array, bins: int = BINS) -> pd.DataFrame:
    """Stated against observed frequency.

    Args:
        p: probabilities, 0–1. met: 0 or 1, same length.

    Returns:
        low, high (edges of the bin), n, mean_p, met_rate; empty bins are left out.
    """
    place = np.minimum((np.asarray(p) * bins).astype(int), bins - 1)
    frame = pd.DataFrame({"bin": place, "p": p, "met": met})
    table = frame.groupby("bin").agg(
        n=("p", "size"), mean_p=("p", "mean"), met_rate=("met", "mean")
    )
    edges = table.index.to_numpy(float)
    table.insert(0, "high", (edges + 1) / bins)
    table.insert(0, "low", edges / bins)
    return table.reset_index(drop=True)


def ece(p: Array, met: Array, bins: int = BINS) -> float:
    """Mean absolute gap between stated and observed frequency, weighted by the bins' size."""
    table = reliability(p, met, bins)
    gap = (table["mean_p"] - table["met_rate"]).abs()
    return float((table["n"] * gap).sum() / table["n"].sum())


def brier(p: Array, met: Array) -> float:
    """Mean squared distance of the probability from what happened."""
    return float(np.mean((np.asarray(p) - np.asarray(met)) ** 2))


def log_loss(p: Array, met: Array, edge: float = 1e-3) -> float:
    """Mean negative log likelihood, probabilities clipped to [edge, 1 − edge]."""
    q = np.clip(p, edge, 1 - edge)
    return float(-np.mean(np.where(np.asarray(met) > 0, np.log(q), np.log(1 - q))))


def summary(frame: pd.DataFrame) -> dict[str, float]:
    """Scores of a frame of answered tasks.

    Args:
        frame: p_met, met, and per forecast (several tasks may share one) key, actual, scale,
            point, lo80, hi80, lo95, hi95. key says which rows share a forecast.

    Returns:
        tasks, forecasts, met_rate, brier, log_loss, ece, mase, coverage80, coverage95, msis95.
    """
    p, met = frame["p_met"].to_numpy(float), frame["met"].to_numpy(float)
    once = frame.drop_duplicates("key")
    actual = once["actual"]
    error = (once["point"] - actual).abs() / once["scale"]
    low, high = once["lo95"], once["hi95"]
    beyond = (low - actual).clip(lower=0) + (actual - high).clip(lower=0)
    return {
        "tasks": float(len(frame)),
        "forecasts": float(len(once)),
        "met_rate": float(met.mean()),
        "brier": brier(p, met),
        "log_loss": log_loss(p, met),
        "ece": ece(p, met),
        "mase": float(error.mean()),
        "coverage80": float(actual.between(once["lo80"], once["hi80"]).mean()),
        "coverage95": float(actual.between(low, high).mean()),
        "msis95": float(((high - low + 40 * beyond) / once["scale"]).mean()),
    }


def paired_difference(
    loss: Array, other: Array, groups: Array, draws: int = 2000, seed: int = 20210101
) -> tuple[float, float, float]:
    """Mean of other − loss, with the 95 % interval of a bootstrap that redraws whole groups."""
    frame = pd.DataFrame({"d": np.asarray(other) - np.asarray(loss), "g": groups})
    parts = frame.groupby("g")["d"].agg(["sum", "size"]).to_numpy(float)
    rng = np.random.default_rng(seed)
    pick = rng.integers(0, len(parts), size=(draws, len(parts)))
    means = parts[pick, 0].sum(axis=1) / parts[pick, 1].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(frame["d"].mean()), float(low), float(high)
