"""异常: is the newest figure outside the 95 % interval of the forecast made the year before?

Benjamini–Hochberg over all targets tested at once; a printed share q of the findings is
expected to be false. Source: docs/method.md section 5, rule 3.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
from statsmodels.stats.multitest import multipletests

from halfsky.evaluate.frames import records
from halfsky.evaluate.series import resolution_of
from halfsky.evaluate.warning.finding import Finding, Known, finding, sign_of, test
from halfsky.plan.vocabulary import Family, Severity


def unusual(
    known: Known, doubtful: Collection[str]
) -> Iterator[tuple[Finding | None, dict[str, Any]]]:
    """A finding or None, and the test, for each target whose newest figure was forecast.

    A figure far off in the good direction is only noted, unless it is doubtful. One case more
    or less is never unusual: a body of twelve moves by eight points or not at all, and a series
    that stood still for years would make any step look impossible.
    """
    q = known.thresholds.warning.fdr
    latest = known.one_step.sort_values("year").groupby("target", sort=False).tail(1)
    newest = latest["target"].map({key: row["value_year"] for key, row in known.rows.items()})
    tested = latest[(latest["year"] == newest) & latest["p_value"].notna()]
    # Targets that share an indicator share its figure: one test, or BH would count it twice.
    once = tested.drop_duplicates(["year", "actual", "point", "p_value"])
    if once.empty:
        return
    resolution = once["target"].map({key: resolution_of(known.past[key]) for key in once["target"]})
    beyond = np.maximum(once["lo95"] - once["actual"], once["actual"] - once["hi95"])
    is_one_case = (beyond > 0) & (beyond <= resolution)
    once = once.assign(p_value=once["p_value"].mask(is_one_case, 1.0))
    rejected = multipletests(once["p_value"], alpha=q, method="fdr_bh")[0]
    for step, is_rejected in zip(records(once), rejected, strict=True):
        row = known.rows[step["target"]]
        outside = not step["lo95"] <= step["actual"] <= step["hi95"]
        found = None
        if is_rejected and outside:
            is_good = sign_of(row) * (step["actual"] - step["point"]) > 0
            calm = is_good and row["target"] not in doubtful
            found = finding(
                row,
                Family.UNUSUAL,
                Severity.NOTE if calm else Severity.AMBER,
                "outside_interval",
                int(step["year"]),
                q,
                {
                    "value": step["actual"],
                    "value_year": step["year"],
                    "point": step["point"],
                    "lo95": step["lo95"],
                    "hi95": step["hi95"],
                    "p_value": step["p_value"],
                    "tests": len(once),
                    "fdr": q,
                },
            )
        done = test(row, Family.UNUSUAL, "outside_interval", step["p_value"], fired=bool(found))
        yield found, done
