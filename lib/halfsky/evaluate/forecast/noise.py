"""Figures counted in samples wobble by themselves: what the series did beneath the noise.

Each observation weighs by its sampling variance. A straight line is fitted with those weights;
around it the series is a random walk seen through noise of known size, and is smoothed back
(Kalman, Rauch–Tung–Striebel). With large samples nothing changes.
Source: docs/method.md section 3.
"""

from __future__ import annotations

import numpy as np

from halfsky.evaluate.forecast.scale import Array, Scale


def sampling_variance(scale: Scale, numerators: Array, denominators: Array) -> Array:
    """Variance of each observation on the analysis scale, from its counts.

    logit: 1/(k+½) + 1/(n−k+½); log: 1/(k+½); identity: 0, as there the counts say nothing.
    """
    k, n = numerators, denominators
    if scale.form == "logit":
        return 1.0 / (k + 0.5) + 1.0 / (np.maximum(n - k, 0.0) + 0.5)
    if scale.form == "log":
        return 1.0 / (k + 0.5)
    return np.zeros(len(k))


def smooth(years: Array, z: Array, variance: Array) -> Array:
    """The series beneath its sampling noise, same length.

    years ascending; z observed; variance of each observation, >= 0 (0: known exactly).
    """
    if len(z) < 3 or not bool(np.any(variance > 0)):
        return z
    gap = np.diff(years)
    expected_noise = (variance[1:] + variance[:-1]) / gap
    moved = np.diff(z) - gap * (z[-1] - z[0]) / (years[-1] - years[0])
    # What remains of the mean squared step after the noise's own share; never quite nothing,
    # so that the newest observations always count for more than the oldest.
    walk = float(np.mean(moved**2 / gap - expected_noise))
    walk = max(walk, 0.05 * float(np.mean(expected_noise)))
    line = _weighted_line(years, z, variance + walk)
    return line + _walk_smoother(years, z - line, variance, walk)


def _weighted_line(years: Array, z: Array, variance: Array) -> Array:
    design = np.column_stack([np.ones(len(z)), years - years.mean()])
    root = 1.0 / np.sqrt(variance)
    fit, *_ = np.linalg.lstsq(design * root[:, None], z * root, rcond=None)
    return design @ fit


def _walk_smoother(years: Array, rest: Array, variance: Array, walk: float) -> Array:
    n = len(rest)
    mean, spread = np.empty(n), np.empty(n)
    ahead_spread = np.empty(n)
    # A start as uncertain as the series is long: the line has taken the level out already.
    before_mean, before = 0.0, walk * float(years[-1] - years[0])
    for t in range(n):
        if t:
            before_mean, before = mean[t - 1], spread[t - 1] + walk * float(years[t] - years[t - 1])
        ahead_spread[t] = before
        gain = before / (before + variance[t])
        mean[t] = before_mean + gain * (rest[t] - before_mean)
        spread[t] = (1.0 - gain) * before
    for t in range(n - 2, -1, -1):
        back = spread[t] / ahead_spread[t + 1]
        mean[t] += back * (mean[t + 1] - mean[t])
    return mean
