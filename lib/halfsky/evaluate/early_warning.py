"""What should someone look at now? Five families of early warning.

Each finding names its rule, threshold, figures, goal, responsible department and the first year
of its present spell. The figures are looked at first: what they put in doubt is not spoken of.
Source: docs/method.md section 5; limits in params/thresholds.yaml; measured in
docs/early_warning.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import special

from halfsky.evaluate.results import EarlyWarning, FalseAlarms, Results, WarningRule, WarningTest
from halfsky.evaluate.warning.deterioration import deterioration
from halfsky.evaluate.warning.doubt import doubtful
from halfsky.evaluate.warning.figures import figures
from halfsky.evaluate.warning.finding import Known, Tested
from halfsky.evaluate.warning.off_track import off_track
from halfsky.evaluate.warning.remarks import remarks
from halfsky.evaluate.warning.totals import totals
from halfsky.evaluate.warning.unusual import unusual
from halfsky.evaluate.warning.volatile import volatile
from halfsky.plan.thresholds import WarningRules
from halfsky.plan.vocabulary import Family, Severity

# Findings of tested families that rest on no test: what chance explains, what a note tells.
UNTESTED = (WarningRule.SMALL_BASE_NOISE, WarningRule.UNEXPLAINED)

ALL = "all"  # stands for every domain


@dataclass(frozen=True)
class Warnings:
    """What was found in one year.

    findings: the most severe first, then in the plan's order; target is None for a finding about
    a context indicator, whose goal is the one that shows it; inputs is a dict of the figures
    read. tests: one per target and rule of families 1 to 4 that could have warned: chance is
    P(met) for a target warned of by rule 1, the chance of warning although nothing changed for
    rule 2 (None where unknown), the p-value for rules 3 and 4. doubts: the data rule that
    silences families 1 and 2, by target.
    """

    findings: Results[EarlyWarning]
    tests: Results[WarningTest]
    doubts: dict[str, str]


def compute_warnings(known: Known) -> Warnings:
    """Every warning of one region and year."""
    found: list[EarlyWarning] = []
    tests: list[WarningTest] = []

    def take(pairs: Iterable[Tested]) -> None:
        for one, tried in pairs:
            found.extend([one] if one else [])
            tests.extend([tried] if tried else [])

    for row in known.rows.values():
        found += figures(known, row)
    found += totals(known)
    found += remarks(known)
    doubts = doubtful(known, found)
    for key, row in known.rows.items():
        take(off_track(known, row, is_doubtful=key in doubts))
        take(deterioration(known, row, is_doubtful=key in doubts))
    take(unusual(known, doubts))
    take(volatile(known))
    return Warnings(
        Results(EarlyWarning, _ordered(found, known)), Results(WarningTest, tests), doubts
    )


def _ordered(found: list[EarlyWarning], known: Known) -> list[EarlyWarning]:
    goals = {goal: place for place, goal in enumerate(known.plan.goals)}
    rows = {key: place for place, key in enumerate(known.rows)}
    severity = {level: place for place, level in enumerate(Severity)}
    family = {name: place for place, name in enumerate(Family)}
    last = len(rows)  # what is found of a context indicator follows its goal's targets
    return sorted(
        found,
        key=lambda f: (
            severity[f.severity],
            goals[f.goal],
            last if f.target is None else rows[f.target],
            family[f.family],
        ),
    )


def expected_false(
    tests: Iterable[WarningTest],
    findings: Iterable[EarlyWarning],
    rules: WarningRules,
    domain: str = ALL,
) -> list[FalseAlarms]:
    """How many of the warnings of families 1 to 4 to expect to be false, one record a family.

    Args:
        tests, findings: of Warnings, or one domain's share of them. domain: named in the records.

    Returns:
        Family 1: expected is the sum of P(met) over the targets warned of, that is how many will
        be met after all; most: if the whole region's odds are off by as much as those of the
        worst indicator ever held out (`worst_shift`), else equal to expected. Family 2: the sum
        over all targets looked at of the chance to warn although nothing changed. Families 3 and
        4: a share q of the findings; where nothing at all is wrong, q is the chance that there
        is any.
    """
    tests, findings = list(tests), list(findings)
    made = []
    for family in (Family.OFF_TRACK, Family.DETERIORATION, Family.UNUSUAL, Family.VOLATILE):
        mine = [one for one in tests if one.family == family]
        known = [one.chance for one in mine if one.chance is not None]
        if family == Family.OFF_TRACK:
            chance = np.array([one.chance for one in mine if one.fired], float)
            expected = float(chance.sum())
            most = float(special.expit(special.logit(chance) + rules.worst_shift).sum())
        elif family == Family.DETERIORATION:
            expected = most = float(np.sum(known))
        else:
            fired = sum(one.fired for one in mine)
            expected = most = rules.fdr * max(fired, 1) if mine else 0.0
        own = [one for one in findings if one.family == family and one.rule not in UNTESTED]
        made.append(
            FalseAlarms(
                domain=domain,
                family=family,
                found=len(own),
                tests=len(mine),
                unknown=len(mine) - len(known),
                expected=expected,
                most=most,
            )
        )
    return made
