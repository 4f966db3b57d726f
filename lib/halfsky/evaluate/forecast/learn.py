"""What do past errors teach? Fits the calibration from series whose outcomes are known.

Learned: the size of the error, its tails, the interval multipliers and the map from a share of
paths to P(met). Everything is scored out of fold by indicator; the multipliers are taken from
errors that are out of fold within the training folds, too.
Source: docs/method.md section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, special

from halfsky.evaluate.forecast.pool import MIN_POOL, combine
from halfsky.evaluate.forecast.predict import Prepared, finish, prepare
from halfsky.evaluate.forecast.scale import Array, SeriesSpec
from halfsky.evaluate.forecast.spread import (
    INSIDE80,
    INSIDE95,
    KAPPA_FEATURES,
    SPREAD_FEATURES,
)
from halfsky.plan.calibration import Calibration, Errors, Probability

HORIZONS = 10
SHORT = (3, 4)
INNER_FOLDS = 5
FEATURES = list(SPREAD_FEATURES)


@dataclass(frozen=True)
class Past:
    """A training window and what followed it.

    years, values: the window, own unit. later: observed values by horizon 1..HORIZONS, NaN
    where none. indicator: what it measures; errors of one indicator are never told apart.
    """

    years: Array
    values: Array
    later: Array
    spec: SeriesSpec
    indicator: str


def error_rows(past: Past, last: int | None = None) -> pd.DataFrame:
    """Errors of one window on the analysis scale, one row per horizon with an outcome.

    last: use only so many of the newest observations.

    Returns:
        indicator, group (the indicator, until regrouped), n, horizon_years, error (outcome −
        centre), and SPREAD_FEATURES.
    """
    years, values = past.years, past.values
    if last is not None:
        years, values = years[-last:], values[-last:]
    ready = prepare(years, values, past.spec, HORIZONS)
    outcome = ready.scale.to(ready.scale.clip(past.later))
    rows = pd.DataFrame(ready.design, columns=FEATURES)
    rows.insert(0, "error", outcome - ready.window.z[-1] - combine(ready.changes))
    rows.insert(0, "horizon_years", np.arange(1, HORIZONS + 1))
    rows.insert(0, "n", ready.window.n)
    rows.insert(0, "group", past.indicator)
    rows.insert(0, "indicator", past.indicator)
    return rows[np.isfinite(rows["error"])]


def fit_errors(rows: pd.DataFrame, folds: int = INNER_FOLDS) -> Errors:
    """Spread, degrees of freedom and interval multipliers from error rows.

    The multipliers come from errors of indicators that the spread was not fitted on.
    """
    coefficients, degrees = _fit_t(rows)
    fold = fold_of(rows["indicator"], folds)
    ratio = np.empty(len(rows))
    for k in range(folds):
        held = fold == k
        inner, _ = _fit_t(rows[~held])
        ratio[held] = _standardised(rows[held], inner)
    design = rows[list(KAPPA_FEATURES)].to_numpy(float)
    return Errors(
        spread=_named(FEATURES, coefficients),
        degrees=_round(degrees),
        kappa80=_named(KAPPA_FEATURES, _fit_quantile(design, ratio, 2 * INSIDE80 - 1)),
        kappa95=_named(KAPPA_FEATURES, _fit_quantile(design, ratio, 2 * INSIDE95 - 1)),
    )


def fit_probability(share: Array, met: Array) -> Probability:
    """The logistic map from shares of paths to frequencies; two numbers, slope > 0."""
    x = special.logit(np.clip(share, 1e-6, 1 - 1e-6))
    y = met.astype(float)

    def loss(b: Array) -> tuple[float, Array]:
        eta = b[0] + b[1] * x
        rest = special.expit(eta) - y
        return (
            float(np.mean(np.logaddexp(0.0, eta) - y * eta)),
            np.array([rest.mean(), (rest * x).mean()]),
        )

    found = optimize.minimize(
        loss, np.array([0.0, 1.0]), jac=True, method="L-BFGS-B", bounds=[(None, None), (0.05, None)]
    )
    return Probability(intercept=_round(found.x[0]), slope=_round(found.x[1]))


def fold_of(groups: Sequence[str] | pd.Series, folds: int, seed: int = 1) -> NDArray[np.int64]:
    """Fold of each row; a group never sits in two folds. Depends on the names only."""
    names = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    place = {name: int(k) % folds for name, k in zip(names, order, strict=True)}
    return np.array([place[name] for name in groups], dtype=np.int64)


def _fit_t(rows: pd.DataFrame) -> tuple[Array, float]:
    """Maximum likelihood of Student-t errors whose log size is linear in the features."""
    design, error = rows[FEATURES].to_numpy(float), rows["error"].to_numpy(float)

    def loss(p: Array) -> tuple[float, Array]:
        b, nu = p[:-1], 1.0 + np.exp(p[-1])
        size = design @ b
        r2 = (error * np.exp(-size)) ** 2
        log_tail = np.log1p(r2 / nu)
        value = (
            special.gammaln((nu + 1) / 2)
            - special.gammaln(nu / 2)
            - 0.5 * np.log(nu * np.pi)
            - size
            - (nu + 1) / 2 * log_tail
        )
        by_size = (nu + 1) * (r2 / nu) / (1 + r2 / nu) - 1.0
        by_nu = 0.5 * (
            special.digamma((nu + 1) / 2)
            - special.digamma(nu / 2)
            - 1 / nu
            - log_tail
            + (nu + 1) * (r2 / nu**2) / (1 + r2 / nu)
        )
        slope = np.append(design.T @ by_size / len(error), by_nu.mean() * (nu - 1.0))
        return -float(value.mean()), -slope

    start = np.zeros(len(FEATURES) + 1)
    start[1], start[-1] = 1.0, np.log(2.0)
    # Between 1.05 and 150 degrees of freedom; beyond, t is normal and the digit means nothing.
    bounds = [(None, None)] * len(FEATURES) + [(-3.0, 5.0)]
    found = optimize.minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 1000}
    )
    return found.x[:-1], float(1.0 + np.exp(found.x[-1]))


def _standardised(rows: pd.DataFrame, coefficients: Array) -> Array:
    size = np.exp(rows[FEATURES].to_numpy(float) @ coefficients)
    return np.abs(rows["error"].to_numpy(float)) / size


def _fit_quantile(design: Array, ratio: Array, level: float) -> Array:
    """Coefficients of the log of the level-quantile of |standardised error|: a smoothed
    pinball loss, because the exact one has kinks that stop a quasi-Newton search."""
    y = np.log(np.maximum(ratio, 1e-9))
    width = 0.02

    def loss(b: Array) -> tuple[float, Array]:
        rest = (y - design @ b) / width
        value = level * rest + np.logaddexp(0.0, -rest)
        return float(width * value.mean()), -design.T @ (level - special.expit(-rest)) / len(y)

    start = np.zeros(design.shape[1])
    start[0] = float(np.quantile(y, level))
    return np.asarray(optimize.minimize(loss, start, jac=True, method="L-BFGS-B").x)


def all_rows(past: Past) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Error rows of a whole window (n >= 5) and of its last three and four points."""
    n = len(past.values)
    whole = error_rows(past) if n >= MIN_POOL else error_rows(past).head(0)
    return whole, pd.concat([error_rows(past, last) for last in SHORT if last <= n])


def _round(x: float) -> float:
    """Six digits: enough for any figure in a report, and the same on every machine."""
    return float(np.round(x, 6))


def _named(names: Sequence[str], values: Array) -> dict[str, float]:
    return {name: _round(float(v)) for name, v in zip(names, values, strict=True)}


@dataclass(frozen=True)
class Asked:
    """A prepared window and what was asked of it: one row per task in `tasks`.

    tasks: task_id, horizon_year, target, comparator, met (0/1), in any order.
    """

    prepared: Prepared
    values: Array
    spec: SeriesSpec
    group: str
    tasks: pd.DataFrame


def learn(
    whole: pd.DataFrame, short: pd.DataFrame, asked: Sequence[Asked], frame: Calibration
) -> Calibration:
    """A calibration from error rows and answered tasks; `frame` gives the describing fields."""
    errors = frame.model_copy(
        update={
            "pool": fit_errors(whole),
            "short": fit_errors(short),
            "probability": Probability(intercept=0.0, slope=1.0),
        }
    )
    share = np.concatenate([shares(window, errors) for window in asked])
    met = np.concatenate([window.tasks["met"].to_numpy(float) for window in asked])
    return errors.model_copy(update={"probability": fit_probability(share, met)})


def shares(window: Asked, calibration: Calibration) -> Array:
    """Uncalibrated share of paths that meet each task's target."""
    fc = finish(window.prepared, window.values, window.spec, calibration)
    tasks = window.tasks
    columns = (tasks["horizon_year"], tasks["target"], tasks["comparator"])
    answers = [fc.share_met(year, c, sign) for year, c, sign in zip(*columns, strict=True)]
    return np.array(answers, dtype=np.float64)


def cross_fit(
    whole: pd.DataFrame,
    short: pd.DataFrame,
    asked: Sequence[Asked],
    frame: Calibration,
    *,
    folds: int,
    seed: int = 1,
) -> list[Calibration]:
    """For each asked window, the calibration learned without its group.

    The groups of the asked windows and of the error rows are the same names.
    """
    place = fold_of([window.group for window in asked], folds, seed)
    by_group = {window.group: k for window, k in zip(asked, place, strict=True)}
    in_whole = whole["group"].map(by_group).to_numpy()
    in_short = short["group"].map(by_group).to_numpy()
    fitted = []
    for k in range(folds):
        rest = [window for window, p in zip(asked, place, strict=True) if p != k]
        fitted.append(learn(whole[in_whole != k], short[in_short != k], rest, frame))
    return [fitted[k] for k in place]
