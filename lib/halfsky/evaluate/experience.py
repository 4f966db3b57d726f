"""Which targets are worth learning from? Ahead of their time, above what is asked, or moved.

Source: docs/method.md section 6. Nothing here says why: see evaluate.measures.
"""

from __future__ import annotations

import pandas as pd

from halfsky.evaluate.results import PROVEN, PracticeReason, WarningRule
from halfsky.plan.vocabulary import Family, Severity, Status

COLUMNS = ["goal", "target", "domain", "why"]


def ahead(
    targets: pd.DataFrame, goals: pd.DataFrame, warnings: pd.DataFrame, effects: pd.DataFrame
) -> pd.DataFrame:
    """Targets ahead of their time or held, of goals neither unmet nor under a red warning.

    A target whose figures agree with a measure's effect counts whatever its goal's others do.

    Args:
        targets: judged targets with p_met and doubt. goals: goal, status.
        warnings: early_warning.compute_warnings. effects: target, grade of evaluate.effect.

    Returns:
        COLUMNS, those with evidence of an effect first, then the likeliest to last (how far a
        target came says less: a tiny distance is soon covered many times over). why: ahead
        (completion not behind the time gone), headroom (met at the baseline, better than
        asked and not worse since) or moved (met, and bettered by δ or more); a target warned of
        as hard to meet, worsening or volatile, or whose newest figure is in doubt or may be last
        year's, is none of these.
    """
    # A goal under a red warning is told among the problems: it cannot be an example beside them.
    red = warnings.loc[warnings["severity"] == Severity.RED, "target"]
    in_trouble = set(goals.loc[goals["status"] == Status.UNMET, "goal"])
    in_trouble |= set(targets.loc[targets["target"].isin(red), "goal"])
    # Nor can a figure that jumps more than it came, or that may be last year's filed again.
    is_amber = warnings["severity"] != Severity.NOTE
    jumps = (warnings["family"] == Family.VOLATILE) & is_amber
    jumps |= warnings["rule"] == WarningRule.REPEATED
    proven = set(effects.loc[effects["grade"].isin(PROVEN), "target"])
    # The jump that is evidence of an effect is no reason to pass it over.
    jumps &= ~warnings["target"].isin(proven)
    bad = warnings["family"].isin([Family.OFF_TRACK, Family.DETERIORATION]) | jumps
    troubled = warnings.loc[bad, "target"]
    has_place = ~targets["goal"].isin(in_trouble) | targets["target"].isin(proven)
    frame = targets[has_place & ~targets["target"].isin(troubled) & targets["doubt"].isna()]
    met = (frame["status"] == Status.MET) & frame["baseline"].notna()
    why = pd.Series(pd.NA, index=frame.index, dtype=object)
    # Towards the better only: a rise that slowed is no progress, and a lead that is being lost
    # is not an example to others.
    sign = frame["comparator"].map({">=": 1.0, "<=": -1.0}).astype(float)
    gained = sign * frame["progress"]
    why[met & (gained >= frame["delta"])] = PracticeReason.MOVED
    why[met & (frame["headroom"] > 0) & (gained >= 0)] = PracticeReason.HEADROOM
    # A gap closer by less than means something has not come closer.
    is_real = (frame["type"] != "narrow_gap") | (gained >= frame["delta"])
    why[(frame["completion_pct"] >= frame["elapsed_pct"]) & is_real] = PracticeReason.AHEAD
    found = frame.assign(why=why)[why.notna()]
    order = found.assign(_proven=found["target"].isin(proven)).sort_values(
        ["_proven", "p_met"], ascending=False, kind="stable", na_position="last"
    )
    return order[COLUMNS].reset_index(drop=True)
