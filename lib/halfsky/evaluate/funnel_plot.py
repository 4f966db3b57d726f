"""Which townships stand out, and what does each contribute to the whole?

Exact control limits around the townships' own whole and one false discovery rate over all of a
year's townships and indicators. Townships differ by more than counting, so that many lie outside
such limits; one is singled out only if it is unlike the others as well.
Source: docs/method.md section 6.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint, proportions_chisquare

from halfsky.evaluate.comparable import GROUP, widest
from halfsky.evaluate.intervals import rate_interval
from halfsky.evaluate.series import WHOLE
from halfsky.plan.models import Plan
from halfsky.plan.thresholds import DisparityRules, Thresholds

Vector = NDArray[np.float64]

COLUMNS: dict[str, str] = {
    **dict.fromkeys(["domain", "indicator", "age", "sex", "area", "subarea"], "object"),
    "year": "int64",
    **dict.fromkeys(["rate", "numerator", "denominator", "low", "high", "whole"], "float64"),
    **dict.fromkeys(["inner_low", "inner_high", "outer_low", "outer_high"], "float64"),
    **dict.fromkeys(["share", "contribution", "people", "p_value", "p_judged"], "float64"),
    **dict.fromkeys(["zone", "side", "source"], "object"),
    "is_flagged": "bool",
}
SUMMARY_COLUMNS: dict[str, str] = {
    **dict.fromkeys(["domain", "indicator", "age", "sex", "area"], "object"),
    **dict.fromkeys(["year", "lag", "areas", "counted"], "int64"),
    **dict.fromkeys(["whole", "filed", "coverage_pct"], "float64"),
    **dict.fromkeys(["statistic", "p_value", "dispersion"], "float64"),
    **dict.fromkeys(["outside_inner", "outside_outer", "flagged"], "int64"),
    "is_overdispersed": "bool",
}


def control_limits(
    rate: Vector, exposure: Vector, per: Vector, family: NDArray[np.object_], level: float
) -> tuple[Vector, Vector]:
    """Exact control limits of rates that differ from a common one by chance alone.

    Args:
        rate: the common rate in the printed unit. exposure: denominators. per: multiplier of
            the printed rate. family: `binomial` or `poisson`. level: e.g. 0.95.

    Returns:
        Lowest and highest rate inside: each tail beyond holds at most (1 − level) ÷ 2.
    """
    tails = ((1 - level) / 2, 1 - (1 - level) / 2)
    n, p = np.round(exposure), np.clip(rate / per, 0, 1)
    counts = [
        np.where(
            family == "binomial",
            stats.binom.ppf(tail, n, p),
            stats.poisson.ppf(tail, rate / per * exposure),
        )
        for tail in tails
    ]
    return per * counts[0] / exposure, per * counts[1] / exposure


def limit_curves(
    rate: float, exposure: Vector, per: float, family: str, levels: dict[str, float]
) -> pd.DataFrame:
    """Control limits as curves to draw: interpolated between counts, so without their teeth.

    A whole count lies outside a curve exactly where it lies outside control_limits, which step
    from count to count (after Spiegelhalter 2005, appendix).

    Args:
        levels: name -> level, e.g. {"inner": 0.95}.

    Returns:
        denominator and name_low, name_high of each level, in the printed unit.
    """
    n = np.round(exposure)
    p = min(max(rate / per, 0.0), 1.0)
    law = stats.binom(n, p) if family == "binomial" else stats.poisson(rate / per * n)
    columns: dict[str, Vector] = {"denominator": n}
    for name, level in levels.items():
        tail = (1 - level) / 2
        low, high = law.ppf(tail), law.ppf(1 - tail)
        below = (law.cdf(low) - tail) / law.pmf(low)
        above = (law.sf(high - 1) - tail) / law.pmf(high)
        top = per if family == "binomial" else np.inf
        columns[f"{name}_low"] = np.clip(per * (low - below) / n, 0, None)
        columns[f"{name}_high"] = np.clip(per * (high + above) / n, None, top)
    return pd.DataFrame(columns)


def chance(
    count: Vector, exposure: Vector, rate: Vector, per: Vector, family: NDArray[np.object_]
) -> Vector:
    """Exact two-sided p: twice the smaller tail at or beyond the count, at most 1."""
    n, p, mean = np.round(exposure), np.clip(rate / per, 0, 1), rate / per * exposure
    is_share = family == "binomial"
    below = np.where(is_share, stats.binom.cdf(count, n, p), stats.poisson.cdf(count, mean))
    above = np.where(is_share, stats.binom.sf(count - 1, n, p), stats.poisson.sf(count - 1, mean))
    return np.minimum(1.0, 2 * np.minimum(below, above))


def compute_funnels(
    rows: pd.DataFrame, plan: Plan, year: int, thresholds: Thresholds
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every township's newest figures against their whole.

    Indicators last filed by township more than status.stale_lag years ago are left out.

    Args:
        rows: places.comparable, as known in `year`.

    Returns:
        COLUMNS, one row per indicator and township, the largest first: rate and its 95 %
        interval (Wilson for shares, exact Poisson for rates), whole (the pooled rate of the
        townships with counts), exact limits at the inner and outer level, zone (`inside`,
        `inner`: outside the inner limits only, `outer`), share of the denominator,
        contribution = share × (rate − whole), people (numerator short of the whole's rate;
        negative: above it), exact p_value, p_judged (the larger of it and that of being unlike
        the others; NaN where too few others tell what is usual), side (`better`, `worse`, None
        where direction is neutral or rates are equal), is_flagged: outside the inner limits and
        found by Benjamini–Hochberg over all p_judged. NaN and None without counts.
        SUMMARY_COLUMNS, one row per indicator: the filed whole beside the pooled one, what
        part of its denominator the townships hold, the test of heterogeneity (NaN where
        expected counts are too few), dispersion = χ² ÷ (k − 1).
    """
    parts = widest(rows[rows["subarea"] != WHOLE], ["sex", "area"])
    if parts.empty:  # most regions file nothing by township
        return _nothing(COLUMNS), _nothing(SUMMARY_COLUMNS)
    newest = parts.groupby(GROUP, sort=False)["year"].transform("max")
    parts = parts[(parts["year"] == newest) & (year - newest <= thresholds.status.stale_lag)]
    areas = _areas(parts, plan, thresholds.disparities)
    summary = _summary(areas, rows[rows["subarea"] == WHOLE], year, thresholds.disparities)
    areas = _judged(areas, thresholds.disparities)
    areas = _flagged(areas, thresholds.warning.fdr)
    outside = areas.assign(
        flagged=areas["is_flagged"],
        outside_inner=areas["zone"].isin(["inner", "outer"]),
        outside_outer=areas["zone"] == "outer",
    ).groupby(GROUP, sort=False)[["flagged", "outside_inner", "outside_outer"]]
    summary = summary.merge(outside.sum().reset_index(), on=GROUP, how="left")
    return _ordered(areas, COLUMNS, plan), _ordered(summary, SUMMARY_COLUMNS, plan)


def _nothing(columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns)).astype(columns)


def _areas(parts: pd.DataFrame, plan: Plan, rules: DisparityRules) -> pd.DataFrame:
    """Rates, shares, contributions, intervals and limits of each township."""
    frame = parts[[*GROUP, "subarea", "year", "rate", "per", "family", "is_counted", "source"]]
    counts = parts[["numerator", "denominator"]].where(parts["is_counted"])
    frame = frame.assign(numerator=counts["numerator"], denominator=counts["denominator"])
    totals = frame.groupby(GROUP, sort=False)[["numerator", "denominator"]].transform("sum")
    whole = (frame["per"] * totals["numerator"] / totals["denominator"]).where(frame["is_counted"])
    share = frame["denominator"] / totals["denominator"]
    difference = frame["rate"] - whole
    direction = frame["indicator"].map({k: i.direction for k, i in plan.indicators.items()})
    sign = direction.map({"higher_better": 1, "lower_better": -1}).astype(float)
    frame = frame.assign(
        whole=whole,
        share=share,
        contribution=share * difference,
        people=-difference * frame["denominator"] / frame["per"],
        side=np.select([sign * difference > 0, sign * difference < 0], ["better", "worse"], ""),
        zone="",
        **dict.fromkeys(
            ("low", "high", "p_value", "inner_low", "inner_high", "outer_low", "outer_high"),
            math.nan,
        ),
    )
    has_law = frame["is_counted"] & frame["family"].notna()
    some = frame[has_law]
    if len(some):
        n, k, rate, per = (
            some[c].to_numpy(float) for c in ("denominator", "numerator", "whole", "per")
        )
        family = some["family"].to_numpy(object)
        inner = control_limits(rate, n, per, family, rules.inner_limit)
        outer = control_limits(rate, n, per, family, rules.outer_limit)
        own = per * k / n
        is_inside = (own >= inner[0]) & (own <= inner[1])
        is_outer = (own < outer[0]) | (own > outer[1])
        columns = ["low", "high", "p_value", "inner_low", "inner_high", "outer_low", "outer_high"]
        frame.loc[has_law, columns] = np.column_stack(
            [
                *_intervals(k, n, per, family, rules.inner_limit),
                chance(k, n, rate, per, family),
                *inner,
                *outer,
            ]
        )
        frame.loc[has_law, "zone"] = np.select([is_inside, is_outer], ["inside", "outer"], "inner")
    return frame


def _intervals(
    count: Vector, exposure: Vector, per: Vector, family: NDArray[np.object_], level: float
) -> tuple[Vector, Vector]:
    """Wilson's for shares, exact Poisson for rates, in the printed unit."""
    is_share = family == "binomial"
    low, high = np.empty(len(count)), np.empty(len(count))
    low[is_share], high[is_share] = proportion_confint(
        count[is_share], exposure[is_share], alpha=1 - level, method="wilson"
    )
    rates = [
        rate_interval(k, n, 1.0, level)
        for k, n in zip(count[~is_share], exposure[~is_share], strict=True)
    ]
    low[~is_share], high[~is_share] = np.array(rates).reshape(-1, 2).T
    return low * per, high * per


def _summary(
    areas: pd.DataFrame, whole: pd.DataFrame, year: int, rules: DisparityRules
) -> pd.DataFrame:
    """One row per indicator: how many townships, what whole, how unlike."""
    at = whole.set_index([*GROUP, "year"])
    filed, below = at["rate"].to_dict(), at["denominator"].to_dict()
    made: list[dict[str, object]] = []
    for key, part in areas.groupby(GROUP, sort=False):
        counted = part[part["denominator"].notna()]
        when = int(part["year"].iloc[0])
        row: dict[str, object] = dict(zip(GROUP, key, strict=True))
        row |= {
            "year": when,
            "lag": year - when,
            "areas": len(part),
            "counted": len(counted),
            "whole": counted["whole"].iloc[0] if len(counted) else math.nan,
            "coverage_pct": math.nan,
            **_heterogeneity(counted[counted["family"].notna()], rules),
        }
        row["filed"] = filed.get((*key, when), math.nan)
        total = below.get((*key, when), math.nan)
        if len(counted) and total > 0:
            row["coverage_pct"] = 100 * counted["denominator"].sum() / total
        made.append(row)
    columns = [c for c in SUMMARY_COLUMNS if c not in ("outside_inner", "outside_outer", "flagged")]
    return pd.DataFrame(made, columns=[c for c in columns if c != "domain"])


def _heterogeneity(part: pd.DataFrame, rules: DisparityRules) -> dict[str, object]:
    """Do these townships differ by more than counting allows?"""
    nothing: dict[str, object] = {
        "statistic": math.nan,
        "p_value": math.nan,
        "dispersion": math.nan,
        "is_overdispersed": False,
    }
    if len(part) < 2:
        return nothing
    count, n = part["numerator"].to_numpy(float), part["denominator"].to_numpy(float)
    p = count.sum() / n.sum()
    is_share = part["family"].iloc[0] == "binomial"
    # Cochran's rule, for the rarer of the two outcomes.
    expected = n * (min(p, 1 - p) if is_share else p)
    if expected.min() < 1 or (expected >= rules.min_expected).mean() < 0.8:
        return nothing
    if is_share:
        statistic, p_value, _ = proportions_chisquare(count, n)
    else:
        statistic = ((count - n * p) ** 2 / (n * p)).sum()
        p_value = stats.chi2.sf(statistic, len(part) - 1)
    return {
        "statistic": float(statistic),
        "p_value": float(p_value),
        "dispersion": float(statistic) / (len(part) - 1),
        "is_overdispersed": bool(p_value < rules.dispersion_level),
    }


def unlike_others(values: Vector) -> Vector:
    """Two-sided p of each value under "one more like the others": deleted Student residuals.

    Each value is held against mean and standard deviation of the others only, so that one that
    stands out cannot hide in the spread it makes itself; t with k − 2 degrees of freedom.
    """
    k = len(values)
    values = values - values.mean()  # against cancellation where they are nearly equal
    total, squares = values.sum(), (values**2).sum()
    mean = (total - values) / (k - 1)
    variance = (squares - values**2 - (k - 1) * mean**2) / (k - 2)
    scale = np.sqrt(np.maximum(variance, 0) * k / (k - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(values - mean) / scale
    # Others without any spread: equal to them is usual, anything else is not.
    t = np.where(np.isnan(t), 0.0, t)
    p: Vector = 2 * stats.t.sf(t, k - 2)
    return p


def _judged(areas: pd.DataFrame, rules: DisparityRules) -> pd.DataFrame:
    """The larger of two p: against chance, and against how much the townships differ anyway.

    Asked of every indicator, not only where a test finds them to differ: a test that finds
    nothing in few cases would let chance alone decide where places do differ.
    """
    judged = np.full(len(areas), math.nan)
    has_p = areas["p_value"].notna().to_numpy()
    exact = areas["p_value"].to_numpy(float)
    rate = (areas["rate"] / areas["per"]).to_numpy(float)
    # Scales on which counting scatters townships of one size alike, whatever their level.
    level = np.where(
        areas["family"] == "binomial", np.arcsin(np.sqrt(np.clip(rate, 0, 1))), np.sqrt(rate)
    )
    for places in areas[has_p].groupby(GROUP, sort=False).indices.values():
        at = np.flatnonzero(has_p)[places]
        if len(at) >= rules.min_areas:
            judged[at] = np.maximum(exact[at], unlike_others(level[at]))
    return areas.assign(p_judged=judged)


def _flagged(areas: pd.DataFrame, fdr: float) -> pd.DataFrame:
    """One false discovery rate over every township and indicator."""
    p = areas["p_judged"].to_numpy(float)
    flagged = np.zeros(len(areas), dtype=bool)
    tested = ~np.isnan(p)
    if tested.any():
        flagged[tested] = multipletests(p[tested], alpha=fdr, method="fdr_bh")[0]
    # Where few are tested, the false discovery rate alone would single out those inside.
    flagged &= areas["zone"].isin(["inner", "outer"]).to_numpy()
    return areas.assign(is_flagged=flagged)


def _ordered(frame: pd.DataFrame, columns: dict[str, str], plan: Plan) -> pd.DataFrame:
    order = {name: place for place, name in enumerate(plan.indicators)}
    frame = frame.assign(
        domain=frame["indicator"].map(plan.domain_of_indicator),
        place=frame["indicator"].map(order),
    )
    words = [c for c in ("zone", "side") if c in frame]
    frame[words] = frame[words].astype(object).replace("", None)
    if "subarea" in columns:
        # Names decide between equals, so that the order of the file does not.
        frame = frame.assign(size=-frame["denominator"].fillna(0))
        keys = ["place", "age", "size", "subarea"]
    else:
        keys = ["place", "age"]
    frame = frame.sort_values(keys, kind="stable").reset_index(drop=True)
    return frame[list(columns)].astype(columns)
