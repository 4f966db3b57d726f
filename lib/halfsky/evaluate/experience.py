"""Which targets are worth learning from? Ahead of their time, above what is asked, or moved.

Source: docs/method.md section 6. Nothing here says why: see evaluate.measures.
"""

from __future__ import annotations

import pandas as pd

from halfsky.plan.vocabulary import Family, Status

COLUMNS = ["goal", "target", "why"]


def ahead(targets: pd.DataFrame, goals: pd.DataFrame, warnings: pd.DataFrame) -> pd.DataFrame:
    """Targets ahead of their time or held, of goals that are not unmet.

    Args:
        targets: judged targets with p_met and doubt. goals: goal, status.
        warnings: early_warning.find.

    Returns:
        COLUMNS, the likeliest to last first (how far a target came says less: a tiny distance
        is soon covered many times over). why: ahead (completion not behind the time gone),
        headroom (met at the baseline and better than asked) or moved (met, and changed by δ
        or more); a target warned of as hard to meet or worsening, or whose newest figure is in
        doubt, is none of these.
    """
    unmet = goals.loc[goals["status"] == Status.UNMET, "goal"]
    troubled = warnings.loc[warnings["family"].isin([Family.HARD, Family.WORSENING]), "target"]
    frame = targets[
        ~targets["goal"].isin(unmet) & ~targets["target"].isin(troubled) & targets["doubt"].isna()
    ]
    met = (frame["status"] == Status.MET) & frame["baseline"].notna()
    why = pd.Series(pd.NA, index=frame.index, dtype=object)
    why[met & (frame["progress"].abs() >= frame["delta"])] = "moved"
    why[met & (frame["headroom"] > 0)] = "headroom"
    why[frame["completion_pct"] >= frame["elapsed_pct"]] = "ahead"
    found = frame.assign(why=why)[why.notna()]
    order = found.sort_values("p_met", ascending=False, kind="stable", na_position="last")
    return order[COLUMNS].reset_index(drop=True)
