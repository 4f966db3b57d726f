"""Sentences with variants: the same facts in one of several wordings, fixed by the goal.

The Chinese lives in prose.yaml. Which variant a goal gets hangs on its id alone, so
that a page made again reads the same, and 77 goals do not read alike.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Template

from halfsky.evaluate.results import Countermeasure, MeasureProgress, StatusRule, TargetResult
from halfsky.plan.models import Plan
from halfsky.plan.vocabulary import Action, MeasureFinding, Progress, Status
from halfsky.plan.yaml_text import parse_yaml
from halfsky.report import numbers
from halfsky.report.text import VARIANTS, environment, phrase
from halfsky.report.text.movement import moving, verbs
from halfsky.report.text.words import (
    Words,
    contradicts_forecast,
    filed_word,
    has_moved_away,
    has_no_pace,
    status_word,
)
from halfsky.report.view import View

# Rules whose own sentence says where a target stands.
_RULE_IN_WORDS = (
    StatusRule.SUPPRESSED,
    StatusRule.FEW_EVENTS,
    StatusRule.INTERVAL_HOLDS_TARGET,
    StatusRule.GAP_BY_DECLINE,
    StatusRule.TOO_FEW_POINTS,
    StatusRule.SLOWER,
    StatusRule.FASTER,
    StatusRule.SLOPE_UNCLEAR,
)
SAME = 0.02  # two paces that differ by less are one: 3.33 and 3.34 a year
MOST_TIMES = 10
FEW_PEOPLE = 50  # below, a share is printed with the people it is of
MOST_SUPPORT = 3
MOST_MEASURES = 2  # named in one sentence; the table of measures holds the rest


@lru_cache(maxsize=1)
def _file() -> dict[str, Any]:
    source = resources.files("halfsky.report.text").joinpath(VARIANTS)
    tree: dict[str, Any] = parse_yaml(source.read_text(encoding="utf-8"))
    return tree


@lru_cache(maxsize=1)
def variants() -> dict[tuple[str, str], list[Template]]:
    """Every wording of each sentence, by (group, key)."""
    env = environment()
    return {
        (group, key): [env.from_string(text) for text in ways]
        for group, keys in _file().items()
        if isinstance(keys, dict)
        for key, ways in keys.items()
    }


def place_of(goal: str, group: str, n: int) -> int:
    """Which of n variants a goal gets: the same on every machine and in every run."""
    return int.from_bytes(hashlib.sha256(f"{group}|{goal}".encode()).digest()[:4], "big") % n


def variant_phrase(group: str, key: str, goal: str, offset: int = 0, **values: Any) -> str:
    """One sentence or part of one, in the goal's own variant; offset: so many variants further."""
    ways = variants()[group, key]
    return ways[(place_of(goal, group, len(ways)) + offset) % len(ways)].render(**values)


def counted(numerator: str) -> str:
    """What a numerator counts, as its measure word; "" where it is nothing to count."""
    bare = re.sub(r"（[^（）]*）", "", numerator)
    for pattern, noun in _file()["counted"]:
        if re.search(pattern, bare):
            return str(noun)
    return ""


def is_backed(text: str, plan: Plan) -> bool:
    """Does a sentence hold a figure or name one of the plan's measures? Else it is a platitude.

    A goal's label (健康2) is an address, not a figure.
    """
    for domain in plan.domains:
        text = re.sub(rf"{re.escape(domain.name)}\d+", "", text)
    return bool(re.search(rf"\d|{re.escape(_file()['measure_mark'])}", text))


class Prose:
    """Sentences about one view's targets, countermeasures and measures.

    offset: how many variants further than a goal's own: for what a page prints in two places.
    """

    def __init__(self, view: View, offset: int = 0) -> None:
        self.view = view
        self._offset = offset
        self.words = Words.of_view(view)
        self.end = view.plan.info.end_year
        reference = "_reference" if view.is_reference else ""
        self.aim = phrase("parts", f"aim{reference}")
        self.reach = phrase("parts", f"reach{reference}")
        self.rules = view.assessment.assumptions.thresholds
        whole = view.whole
        self._clauses = Counter(t.goal for t in whole.targets)
        self._joint = {g.goal: g.p for g in whole.goals}

    def _phrase(self, group: str, key: str, goal: str, **values: Any) -> str:
        return variant_phrase(group, key, goal, self._offset, **values)

    def name(self, row: TargetResult) -> str:
        """A target's name that can be followed by a figure."""
        if row.type in ("milestone", "parity", "narrow_gap"):
            return row.name
        is_quantity = re.search(_file()["quantity_name"], row.name)
        return row.name if is_quantity else str(row.indicator_name)

    def ask(self, row: TargetResult) -> str:
        """规划要求“……”，: the clause verbatim, quotation marks within it made the inner kind."""
        return self._phrase("ask", "plan", row.goal, clause=inner_quotes(row.clause))

    def standing(self, row: TargetResult) -> str:
        """Where a target stands, by its own figures."""
        values: dict[str, Any] = {"r": row, "name": self.name(row), "aim": self.aim}
        values["limit"] = self.limit(row)
        key = self._kind(row)
        if _is_doubtful(row):
            key = "doubt"
            filed = filed_word(self.view.is_reference)
            values |= {"shown": shown(row), "base": _baseline(row), "filed": filed}
        elif key == "words":
            rule = self.words.rule(row)
            values["rule"] = f"{rule.replace('：', '（')}）" if row.type == "milestone" else rule
        elif key == "short":
            values["short"] = row.shortfall
        elif key == "parity":
            low, high = self.rules.status.parity_low, self.rules.status.parity_high
            values |= {"low": low, "high": high}
        elif key == "relative":
            values["against"] = self.words.against(row)
        elif key in ("moved", "gap"):
            values["moved"] = self.moved_to(row)
        text = self._phrase("standing", key, row.goal, **values)
        if key in ("moved", "short") and row.is_pooled:
            # The sentence names the last year alone; the figure is of all of them together.
            text += phrase("parts", "pooled")
        elif key == "short":
            text += self._of_whom(row)
        return text

    def _of_whom(self, row: TargetResult) -> str:
        """（12人中10人）: what a share of few people rests on."""
        is_of_few = row.denominator is not None and row.denominator <= FEW_PEOPLE
        if row.kind != "share" or not row.is_quotient or not is_of_few:
            return ""
        return phrase("parts", "of_whom", r=row, noun=self._noun(row))

    def limit(self, row: TargetResult) -> str:
        """The target value as printed: 12/10万; 40%左右，即不低于38%."""
        limit = numbers.limit(row.threshold, row.unit, row.decimals)
        return phrase("parts", "about", r=row, limit=limit) if row.type == "about" else limit

    def moved_to(self, row: TargetResult) -> str:
        """提高到, 下降到: from the baseline to the value."""
        up, down = verbs(row)
        change = change_since_baseline(row)
        # Neither wider nor narrower by as much as means something.
        if row.type == "narrow_gap" and row.delta is not None and abs(change) < row.delta:
            return phrase("parts", "became")
        return phrase("parts", "moved_to", verb=up if change > 0 else down)

    def _kind(self, row: TargetResult) -> str:
        if row.type == "milestone" or row.rule in _RULE_IN_WORDS:
            return "words"
        if row.type in ("parity", "relative"):
            return row.type
        floor = row.type == "maintain" and row.plan_value is None
        if row.type in ("directional", "narrow_gap") or floor:
            if numbers.alike(row.value, row.baseline, row.decimals):
                return "still"
            return "gap" if row.type == "narrow_gap" else "moved"
        if row.shortfall is not None and row.shortfall > 0:
            return "short"
        return "unsteady" if row.status != Status.MET else "reached"

    def verdict(self, row: TargetResult) -> str:
        """，判为未达标: with what was asked, where the figures alone do not show it."""
        reference, kind = self.view.is_reference, self._kind(row)
        word = status_word(row.status, reference)
        if _is_doubtful(row):
            return self._phrase("verdict", "doubt", row.goal, word=word)
        if reference and kind in ("short", "reached", "unsteady"):
            return ""  # the sentence has just said whether the value was reached
        key = "plain"
        # A reference region has reached the value or not: being near excuses nothing there.
        is_near = row.rule == StatusRule.WITHIN_DELTA and not reference
        if is_near and kind in ("short", "parity"):
            key = "near"
        elif row.type in ("directional", "narrow_gap", "relative"):
            key = "asked_near" if is_near else "asked"
        return self._phrase(
            "verdict",
            key,
            row.goal,
            r=row,
            word=word,
            judged="" if reference else variant_phrase("judged", "plain", row.goal),
            asked=self.words.requirement(row, is_named=True),
        )

    def outlook(self, row: TargetResult) -> str:
        """The probability at the plan's end, or why there is none; may be empty."""
        if row.forecast_method == "observed" or row.type == "milestone":
            return ""
        if row.doubt is not None:
            return ""  # the warning says what to verify before any chance is read off it
        if row.p_met is None:
            is_few = row.n is not None and 0 < row.n < 3
            return self._phrase("outlook", "none", row.goal, r=row) if is_few else ""
        key = "keep" if row.status == Status.MET else "chance"
        goal = self.view.plan.goal_of.get(row.target, row.goal)
        is_one_of_several = self._clauses[goal] > 1
        text = self._phrase(
            "outlook",
            key,
            row.goal,
            r=row,
            end=self.end,
            reach=self.reach,
            # A goal's clauses have each its own chance, and the goal a smaller one.
            who=short_name(row) if is_one_of_several else "",
        )
        joint = self._joint.get(goal)
        if is_one_of_several and joint is not None:
            chance = numbers.chance(joint)
            if chance != numbers.chance(row.p_met):
                text += phrase("parts", "joint", p=joint)
        return text

    def pace(self, row: TargetResult) -> str:
        """The straight line from here to the target, beside the recent pace."""
        if row.needed_pace is None or row.status == Status.MET or has_no_pace(row):
            return ""
        if contradicts_forecast(row):
            return ""
        key = "needed"
        if row.is_stalled and not has_moved_away(row):
            key = "stalled"
        elif row.speed_up is not None and not has_moved_away(row):
            key = "enough" if row.speed_up <= 1 else "faster"
            if row.speed_up > MOST_TIMES:  # 146倍 says less than the two paces do
                key = "slow"
        pace = row.needed_pace
        return self._phrase("pace", key, row.goal, r=row, pace=pace, **self.moving(row, pace))

    def need(self, row: TargetResult, answer: Countermeasure) -> str:
        """The quantity that a countermeasure asks for."""
        key = _NEEDS[answer.action]
        change = answer.change50 if answer.change50 is not None else answer.change80
        if key == "speed":
            key = self._speed(row, answer, change)
        status = self.rules.status
        if key == "past" and (row.points_before or 0) >= status.slow_rise_points:
            key = "wait"  # only time brings the years that are short
        asked = self.words.requirement(row)
        people50, people80 = self._yearly(row, answer)
        return self._phrase(
            "need",
            key,
            row.goal,
            r=row,
            a=answer,
            name=self.lagging(row) if key != "asked" else self.name(row),
            end=self.end,
            asked=asked,
            is_deed=bool(re.match(_file()["deed"], asked)),
            now=self._behind(row),
            people50=people50,
            people80=people80,
            reach=self.reach,
            base=self.view.plan.info.baseline_year,
            points=status.slow_rise_points,
            years=status.pooled_years,
            first=1 + (row.value_year or 0) - (status.pooled_years if row.is_pooled else 1),
            **self.moving(row, change),
        )

    def _speed(self, row: TargetResult, answer: Countermeasure, change: float | None) -> str:
        """Which odds a faster pace is asked for: five in ten, eight in ten, both or none."""
        half, sure = answer.change50, answer.change80
        if half is None and sure is None:
            return "asked"
        # Without a forecast the change is the straight line's, and no chance goes with it.
        is_line = half is not None and (answer.is_line or row.p_met is None)
        if sure is None:
            return "line" if is_line else "half"
        if half is None:
            return "sure"
        if _alike(half, sure, row.unit, self.moving(row, change)["places"]):
            return "line" if is_line else "same"
        return "line_sure" if is_line else "both"

    def lagging(self, row: TargetResult) -> str:
        """What is to move: a figure, or its distance from the share it is held against."""
        if row.type != "relative":
            return self.name(row)
        return phrase("parts", "distance", r=row, reference=self.words.reference(row))

    def _behind(self, row: TargetResult) -> str:
        """，2025年低5.1个百分点: how far a share lies from the one it is held against."""
        if row.type != "relative" or row.value is None:
            return ""
        return phrase("parts", "behind", r=row)

    def _yearly(self, row: TargetResult, answer: Countermeasure) -> tuple[str, str]:
        """（约1240人） a year for even and for good odds; where either is less than one, both for
        the whole way to the plan's end, and once where they are the same."""
        both = answer.headcount50, answer.headcount80
        known = [h for h in both if h is not None]
        if not known or min(known) >= 1 or row.value_year is None:
            return self.people(row, both[0]), self.people(row, both[1])
        noun = self._noun(row)
        if not noun:
            return "", ""
        years = self.end - row.value_year
        change = answer.change50 if answer.change50 is not None else answer.change80
        totals = [None if h is None else math.ceil(h * years - 1e-9) for h in both]
        given = {"end": self.end, "is_more": (change or 0) > 0, "noun": noun}
        half, sure = (
            "" if total is None else phrase("parts", "in_all", total=total, **given)
            for total in totals
        )
        return ("" if totals[0] == totals[1] else half), sure

    def _noun(self, row: TargetResult) -> str:
        if row.indicator is None:
            return ""
        return counted(self.view.plan.indicators[row.indicator].numerator)

    def people(self, row: TargetResult, headcount: float | None) -> str:
        """（约1240人）, or nothing where the numerator cannot be counted."""
        noun = self._noun(row)
        if headcount is None or not noun:
            return ""
        return phrase("parts", "people", headcount=headcount, noun=noun)

    def moving(self, row: TargetResult, change: float | None) -> dict[str, Any]:
        """A yearly change as phrases about paces need it, and what it aims at."""
        return moving(row, change) | {"aim": self.aim}

    def measure(
        self, row: MeasureProgress, goal: str, *, as_run: bool = False, with_cost: bool = True
    ) -> str:
        """One measure and what was returned on it.

        as_run: say when it ran, whatever stands out about it. with_cost: and what it cost and
        how many it reached.
        """
        return self._phrase(
            "measure",
            "running" if as_run else row.finding or "running",
            goal,
            m=row,
            title=inner_quotes(row.title),
            number=self._number(row),
            since="" if row.started_year is None else phrase("parts", "since", m=row),
            spent=phrase("parts", "spent", m=row) if with_cost else "",
        )

    def _number(self, row: MeasureProgress) -> int:
        return self.view.plan.measures[row.measure].number

    def measures(
        self,
        rows: Sequence[MeasureProgress],
        goal: str,
        *,
        steps: int | None = None,
        as_run: bool = False,
        with_cost: bool = True,
    ) -> str:
        """The measures of a goal, those that stand out first.

        Args:
            steps: the year the next steps are due; None: only what was returned.
            as_run, with_cost: as for measure().
        """
        order = [*list(MeasureFinding)[1:], MeasureFinding.NOTHING]
        first = sorted(rows, key=lambda m: order.index(m.finding))
        named = first[:MOST_MEASURES]
        if len(named) > 1 and all(m.finding == MeasureFinding.NOT_REPORTED for m in rows):
            return self._unreported(rows, steps)
        parts = []
        for m in named:
            text = self.measure(m, goal, as_run=as_run, with_cost=with_cost)
            if steps is not None and m.finding:
                step = self._phrase("step", _step(m), goal, year=steps)
                text += phrase("parts", "must", step=step)
            parts.append(text)
        rest = first[MOST_MEASURES:]
        if rest:
            by_status = [
                (status, numbers.joined([self._short(m) for m in rest if m.status == status]))
                for status in Progress
                if any(m.status == status for m in rest)
            ]
            parts.append(phrase("parts", "other_measures", by_status=by_status))
        return "；".join(parts)

    def _short(self, row: MeasureProgress) -> str:
        return phrase("parts", "measure", number=self._number(row))

    def _unreported(self, rows: Sequence[MeasureProgress], steps: int | None) -> str:
        """One sentence for several measures of which nothing is known."""
        named = [(inner_quotes(m.title), self._number(m)) for m in rows[:MOST_MEASURES]]
        text = phrase("parts", "unreported", named=named, n=len(rows))
        if steps is not None:
            key = MeasureFinding.NOT_REPORTED
            step = self._phrase("step", key, rows[0].measure, year=steps)
            text += phrase("parts", "must", step=step)
        return text

    def duty(self, answer: Countermeasure, owners: Sequence[str] = ()) -> str:
        """Who reports, and when; owners: departments that must be named beside the lead."""
        named = [o for o in dict.fromkeys(owners) if o != answer.department]
        others = list(dict.fromkeys([*named, *answer.support]))
        listed = max(MOST_SUPPORT, len(named))
        support = numbers.joined(others[:listed])
        if len(others) > listed:
            support += phrase("parts", "departments", n=len(others))
        key = "both" if support else "alone"
        lead, year = answer.department, answer.report_year
        return self._phrase("duty", key, answer.goal, lead=lead, support=support, year=year)


_NEEDS = {
    Action.SPEED_UP: "speed",
    Action.HOLD: "hold",
    Action.RAISE_LEVEL: "level",
    Action.REVIEW_CASES: "cases",
    Action.VERIFY: "verify",
    Action.SMOOTH: "smooth",
    Action.FILE_FIGURES: "file",
    Action.FILE_BASELINE: "file",
    Action.FILE_PAST: "past",
}


def _step(m: MeasureProgress) -> str:
    """The next step of a measure: of one begun late and done since, what came of it; of one done
    without result, what follows: there is nothing left of it to adjust."""
    if m.finding == MeasureFinding.WITHOUT_RESULT and m.status == Progress.DONE:
        return "done_in_vain"
    is_done_late = m.finding == MeasureFinding.BEGUN_LATE and m.status == Progress.DONE
    return "begun_late_done" if is_done_late else str(m.finding)


def _alike(half: float, sure: float, unit: str | None, places: int) -> bool:
    """Are the changes for five and for eight in ten as good as one, or print alike?"""
    half, sure = abs(half), abs(sure)
    printed = {numbers.gap(change, unit, places) for change in (half, sure)}
    return len(printed) == 1 or abs(sure - half) < SAME * sure


def _is_doubtful(row: TargetResult) -> bool:
    """Is the figure itself in doubt? Then it is printed as filed, and no rise read off it."""
    return row.doubt is not None and row.value is not None and row.type != "milestone"


def _baseline(row: TargetResult) -> str:
    if row.baseline is None or row.type == "relative":
        return ""
    return phrase("parts", "baseline", r=row)


def change_since_baseline(row: TargetResult) -> float:
    """Value less baseline, own unit.

    Raises:
        ValueError: either is unknown.
    """
    if row.value is None or row.baseline is None:
        raise ValueError(f"{row.target} has no value or no baseline")
    return row.value - row.baseline


def shown(row: TargetResult) -> str:
    """A target's figure as a sentence prints it: a level, a ratio, women's share or a quantity."""
    if row.type == "milestone":
        return phrase("parts", "level", level=row.level)
    if row.type == "parity":
        return numbers.number(row.value, 3)
    if row.type == "relative":
        return numbers.quantity(row.female, "%", row.decimals)
    return numbers.quantity(row.value, row.unit, row.decimals)


def short_name(row: TargetResult) -> str:
    """A target's short name; where that would read as a finding (……提高), its indicator's."""
    is_statement = re.search(_file()["statement_name"], row.name)
    return str(row.indicator_name) if is_statement else row.name


def claim(row: TargetResult) -> str:
    """，要求提高: which of two clauses on one indicator is meant, where short_name does not say."""
    found = re.search(_file()["claim_name"], row.name)
    return phrase("parts", "claim", word=found[1]) if found else ""


def inner_quotes(text: str) -> str:
    """Quotation marks of a text that stands between quotation marks itself."""
    return text.replace("“", "‘").replace("”", "’")
