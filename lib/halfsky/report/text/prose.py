"""Sentences with variants: the same facts, told in one of several ways fixed by the goal.

The Chinese lives in prose.yaml. Which variant a goal gets hangs on its id alone, so
that a page made again reads the same, and 77 goals do not read alike.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

from jinja2 import Template

from halfsky.evaluate.status import shortfall
from halfsky.plan.models import Plan
from halfsky.plan.vocabulary import Action, MeasureFinding, Progress, Status
from halfsky.plan.yaml_text import parse_yaml
from halfsky.report import numbers
from halfsky.report._sections import words_for
from halfsky.report.text import VARIANTS, environment
from halfsky.report.text.movement import moving, verbs
from halfsky.report.text.words import contradicts_forecast, has_moved_away, has_no_pace, status_word
from halfsky.report.view import View

Row = Mapping[str, Any]
_AS_TOLD = (
    "withheld",
    "few_events",
    "interval_holds_target",
    "gap_by_decline",
    "too_few_points",
    "slower",
    "faster",
    "slope_unclear",
)
_DEEDS = (
    "达到",
    "降为",
    "提高到",
    "下降到",
    "保持在",
    "男女差距缩小到",
)  # what one does to reach it
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
    """Every way of saying each thing, by (group, key)."""
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


def say(group: str, key: str, goal: str, turn: int = 0, **values: Any) -> str:
    """One sentence or part of one, in the goal's own variant; turn: so many variants further."""
    ways = variants()[group, key]
    return ways[(place_of(goal, group, len(ways)) + turn) % len(ways)].render(**values)


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
    return bool(re.search(r"\d|（措施", text))


class Prose:
    """Tells the rows of one view's targets, countermeasures and measures.

    turn: how many variants further than a goal's own: for what a page tells in two places.
    """

    def __init__(self, view: View, turn: int = 0) -> None:
        self.view = view
        self._turn = turn
        self.words = words_for(view)
        self.end = view.plan.info.end_year
        reference = view.is_reference
        self.aim = "本规划目标值" if reference else "目标值"
        self.reach = "达到目标值" if reference else "达标"
        self.rules = view.assessment.assumptions.thresholds
        targets = view.assessment.targets
        self._goal = dict(zip(targets["target"], targets["goal"], strict=True))
        self._clauses = targets["goal"].value_counts()
        goals = view.assessment.goals
        self._joint = dict(zip(goals["goal"], goals["p"], strict=True))

    def _say(self, group: str, key: str, goal: str, **values: Any) -> str:
        return say(group, key, goal, self._turn, **values)

    def name(self, row: Row) -> str:
        """A target's name that can be followed by a figure."""
        if row["type"] in ("milestone", "parity", "narrow_gap"):
            return str(row["name"])
        is_quantity = re.search(_file()["quantity_name"], row["name"])
        return str(row["name"] if is_quantity else row["indicator_name"])

    def ask(self, row: Row) -> str:
        """规划要求“……”，: the clause verbatim, quotation marks within it made the inner kind."""
        return self._say("ask", "plan", row["goal"], clause=inner_quotes(row["clause"]))

    def standing(self, row: Row) -> str:
        """Where a target stands, by its own figures."""
        values: dict[str, Any] = {"r": row, "name": self.name(row), "aim": self.aim}
        values["limit"] = self.limit(row)
        key = self._kind(row)
        if self._is_doubtful(row):
            key = "doubt"
            values |= {"shown": shown(row), "base": self._baseline(row), "filed": self._filed}
        elif key == "words":
            rendered = self.words.rule(row)
            values["rendered"] = (
                f"{rendered.replace('：', '（')}）" if row["type"] == "milestone" else rendered
            )
        elif key == "short":
            values["short"] = shortfall(row, self.rules)
            values["below"] = "低于" if row["comparator"] == ">=" else "高于"
        elif key == "parity":
            low, high = self.rules.status.parity_low, self.rules.status.parity_high
            values |= {"low": low, "high": high, "side": _side(row["value"], low, high)}
        elif key == "relative":
            values["against"] = self.words.against(row)
        elif key in ("moved", "gap"):
            values["moved"] = self.turn(row)
        rendered = self._say("standing", key, row["goal"], **values)
        if key in ("moved", "short") and row["is_pooled"]:
            # The sentence names the last year alone; the figure is of all of them together.
            rendered += "（五年合并）"
        elif key == "short":
            rendered += self._of_whom(row)
        return rendered

    def _of_whom(self, row: Row) -> str:
        """（12人中10人）: what a share of few people rests on."""
        if row["kind"] != "share" or not row["is_quotient"] or row["denominator"] > FEW_PEOPLE:
            return ""
        noun = self._noun(row) or "个"
        of, have = numbers.headcount(row["denominator"]), numbers.headcount(row["numerator"])
        return f"（{of}{noun}中{have}{noun}）"

    @property
    def _filed(self) -> str:
        return "公布" if self.view.is_reference else "填报"

    def _is_doubtful(self, row: Row) -> bool:
        """Is the figure itself in doubt? Then it is told as filed, and no rise read off it."""
        return row["doubt"] is not None and row["value"] is not None and row["type"] != "milestone"

    def _baseline(self, row: Row) -> str:
        if row["baseline"] is None or row["type"] == "relative":
            return ""
        if row["type"] == "parity":
            return f"（基期{numbers.number(row['baseline'], 3)}）"
        return f"（基期{numbers.quantity(row['baseline'], row['unit'], row['decimals'])}）"

    def limit(self, row: Row) -> str:
        """The target value as printed: 12/10万; 40%左右，即不低于38%."""
        limit = numbers.limit(row["threshold"], row["unit"], row["decimals"])
        if row["type"] != "about":
            return limit
        side = "不低于" if row["comparator"] == ">=" else "不高于"
        plan = numbers.limit(row["plan_value"], row["unit"], row["decimals"])
        return f"{plan}左右，即{side}{limit}"

    def turn(self, row: Row) -> str:
        """提高到, 下降到: from the baseline to the value."""
        up, down = verbs(row)
        change = row["value"] - row["baseline"]
        if row["type"] == "narrow_gap" and abs(change) < row["delta"]:
            return "变为"  # neither wider nor narrower by as much as means something
        return (up if change > 0 else down) + "到"

    def _kind(self, row: Row) -> str:
        if row["type"] == "milestone" or row["rule"] in _AS_TOLD:
            return "words"
        if row["type"] in ("parity", "relative"):
            return str(row["type"])
        floor = row["type"] == "maintain" and row["plan_value"] is None
        if row["type"] in ("directional", "narrow_gap") or floor:
            if numbers.alike(row["value"], row["baseline"], row["decimals"]):
                return "still"
            return "gap" if row["type"] == "narrow_gap" else "moved"
        if shortfall(row, self.rules) > 0:
            return "short"
        return "unsteady" if row["status"] != Status.MET else "reached"

    def verdict(self, row: Row) -> str:
        """，判为未达标: with what was asked, where the figures alone do not show it."""
        reference, kind = self.view.is_reference, self._kind(row)
        if self._is_doubtful(row):
            word = status_word(row["status"], reference)
            return self._say("verdict", "doubt", row["goal"], word=word)
        if reference and kind in ("short", "reached", "unsteady"):
            return ""  # the sentence has just said whether the value was reached
        key, goal = "plain", row["goal"]
        # A reference region has reached the value or not: being near excuses nothing there.
        is_near = row["rule"] == "within_delta" and not reference
        if is_near and kind in ("short", "parity"):
            key = "near"
        elif row["type"] in ("directional", "narrow_gap", "relative"):
            key = "asked_near" if is_near else "asked"
        return self._say(
            "verdict",
            key,
            goal,
            r=row,
            word=status_word(row["status"], reference),
            judged="" if reference else ("判为", "评为")[place_of(goal, "judged", 2)],
            asked=self.words.requirement(row, is_named=True),
        )

    def outlook(self, row: Row) -> str:
        """The probability at the plan's end, or why there is none; may be empty."""
        if row["forecast_method"] == "observed" or row["type"] == "milestone":
            return ""
        if row["doubt"] is not None:
            return ""  # the warning says what to verify before any chance is read off it
        if row["p_met"] is None:
            few = row["n"] and row["n"] < 3
            return self._say("outlook", "none", row["goal"], r=row) if few else ""
        key = "keep" if row["status"] == Status.MET else "chance"
        goal = self._goal[row["target"]]
        is_one_of_several = self._clauses[goal] > 1
        rendered = self._say(
            "outlook",
            key,
            row["goal"],
            r=row,
            end=self.end,
            reach=self.reach,
            # A goal's clauses have each its own chance, and the goal a smaller one.
            who=short_name(row) if is_one_of_several else "",
        )
        joint = self._joint[goal]
        own = numbers.chance(row["p_met"]) if numbers.is_known(row["p_met"]) else ""
        if is_one_of_several and numbers.is_known(joint) and numbers.chance(joint) != own:
            rendered += f"，整个目标同时达到的概率{numbers.chance(joint)}"
        return rendered

    def pace(self, row: Row) -> str:
        """The straight line from here to the target, beside the recent pace."""
        is_met = row["status"] == Status.MET
        if row["needed_pace"] is None or is_met or has_no_pace(row):
            return ""
        enough = row["speed_up"] is not None and row["speed_up"] <= 1
        if contradicts_forecast(row):
            return ""
        key = "needed"
        if has_moved_away(row):
            pace = row["needed_pace"]
            return self._say("pace", key, row["goal"], r=row, pace=pace, **self.moving(row, pace))
        if row["is_stalled"]:
            key = "stalled"
        elif row["speed_up"] is not None:
            key = "enough" if enough else "faster"
            if row["speed_up"] > MOST_TIMES:  # 146倍 says less than the two paces do
                key = "slow"
        pace = row["needed_pace"]
        return self._say("pace", key, row["goal"], r=row, pace=pace, **self.moving(row, pace))

    def need(self, row: Row, answer: Row) -> str:
        """The quantity of a countermeasure: a row of evaluate.countermeasures.propose."""
        key = _NEEDS[Action(answer["action"])]
        change = answer["change50"] if answer["change50"] is not None else answer["change80"]
        if key == "speed":
            key = "asked"
            # Without a forecast the change is the straight line's, and no chance goes with it.
            is_line = answer.get("is_line") or row["p_met"] is None
            if answer["change50"] is not None and is_line:
                key = "line" if answer["change80"] is None else "line_sure"
            elif answer["change80"] is not None:
                key = "sure" if answer["change50"] is None else "both"
            elif answer["change50"] is not None:
                key = "half"
            moving = self.moving(row, change)
            if key in ("both", "line_sure") and _alike(answer, row["unit"], moving["places"]):
                key = "same" if key == "both" else "line"
        status = self.rules.status
        if key == "past" and row["points_before"] >= status.slow_rise_points:
            key = "wait"  # only time brings the years that are short
        first = 1 + int(row["value_year"] or 0) - (status.pooled_years if row["is_pooled"] else 1)
        last = row["value_year"]
        people50, people80 = self._yearly(row, answer)
        return self._say(
            "need",
            key,
            row["goal"],
            r=row,
            a=answer,
            name=self.lagging(row) if key != "asked" else self.name(row),
            end=self.end,
            asked=self.words.requirement(row),
            is_deed=self.words.requirement(row).startswith(_DEEDS),
            now=self._behind(row),
            people50=people50,
            people80=people80,
            reach=self.reach,
            base=self.view.plan.info.baseline_year,
            points=status.slow_rise_points,
            years=status.pooled_years,
            span=f"{first}—{last}年" if row["is_pooled"] else f"{last}年",
            **self.moving(row, change),
        )

    def lagging(self, row: Row) -> str:
        """What is to move: a figure, or its distance from the share it is held against."""
        if row["type"] != "relative":
            return self.name(row)
        return f"{row['indicator_name']}与{self.words.reference(row)}的差距"

    def _behind(self, row: Row) -> str:
        """，2025年低5.1个百分点: how far a share lies from the one it is held against."""
        if row["type"] != "relative" or row["value"] is None:
            return ""
        side = "低" if row["value"] < 0 else "高"
        short = numbers.difference(abs(row["value"]), row["unit"], row["decimals"])
        return f"，{numbers.year(row['value_year'])}{side}{short}"

    def _yearly(self, row: Row, answer: Row) -> tuple[str, str]:
        """（约1240人） a year for even and for good odds; where either is less than one, both for
        the whole way to the plan's end, and once where they are the same."""
        rendered = [answer["headcount50"], answer["headcount80"]]
        known = [h for h in rendered if h is not None]
        if not known or min(known) >= 1 or row["value_year"] is None:
            return self.people(row, rendered[0]), self.people(row, rendered[1])
        noun = self._noun(row)
        if not noun:
            return "", ""
        years = self.end - int(row["value_year"])
        change = answer["change50"] if answer["change50"] is not None else answer["change80"]
        verb = "增加" if (change or 0) > 0 else "减少"
        totals = [None if h is None else math.ceil(h * years - 1e-9) for h in rendered]
        shown = ["" if t is None else f"（到{self.end}年共需{verb}{t}{noun}）" for t in totals]
        if totals[0] == totals[1]:
            shown[0] = ""
        return shown[0], shown[1]

    def _noun(self, row: Row) -> str:
        if row["indicator"] is None:
            return ""
        return counted(self.view.plan.indicators[row["indicator"]].numerator)

    def people(self, row: Row, headcount: float | None) -> str:
        """（约1240人）, or nothing where the numerator cannot be counted."""
        noun = self._noun(row)
        if headcount is None or not noun:
            return ""
        return (
            f"（约{numbers.headcount(headcount)}{noun}）"
            if round(headcount)
            else f"（不足1{noun}）"
        )

    def moving(self, row: Row, change: float | None) -> dict[str, Any]:
        """A yearly change as phrases about paces tell it, and what it aims at."""
        return moving(row, change) | {"aim": self.aim}

    def measure(self, row: Row, goal: str, *, as_run: bool = False, with_cost: bool = True) -> str:
        """One measure and what was returned on it: a row of evaluate.measures.progress.

        as_run: tell when it ran, whatever stands out about it. with_cost: and what it cost and
        how many it reached.
        """
        key = "running" if as_run else row["finding"] or "running"
        started, money, people = row["started_year"], row["money_wan"], row["people"]
        spent = ""
        if with_cost and money is not None and money > 0:
            spent += f"，累计投入{numbers.money(money)}"
        if with_cost and people is not None and people > 0:
            spent += f"，{int(row['people_year'])}年惠及{numbers.headcount(people)}人"
        return self._say(
            "measure",
            key,
            goal,
            m=row,
            title=inner_quotes(row["title"]),
            number=self.view.plan.measures[row["measure"]].number,
            since="" if started is None else f"{int(started)}年启动，",
            spent=spent,
        )

    def measures(
        self,
        rows: list[dict[str, Any]],
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
        first = sorted(rows, key=lambda m: order.index(m["finding"]))
        shown = first[:MOST_MEASURES]
        if len(shown) > 1 and all(m["finding"] == MeasureFinding.NOT_REPORTED for m in rows):
            return self._unreported(rows, steps)
        rendered = []
        for m in shown:
            text = self.measure(m, goal, as_run=as_run, with_cost=with_cost)
            if steps is not None and m["finding"]:
                text += "，须" + self._say("step", _step(m), goal, year=steps)
            rendered.append(text)
        rest = first[MOST_MEASURES:]
        if rest:
            numbered = self.view.plan.measures
            by_status = [
                numbers.joined([f"措施{numbered[m['measure']].number}" for m in rest
                                if m["status"] == said]) + said
                for said in Progress
                if any(m["status"] == said for m in rest)
            ]  # fmt: skip
            rendered.append(f"另有{'，'.join(by_status)}")
        return "；".join(rendered)

    def _unreported(self, rows: list[dict[str, Any]], steps: int | None) -> str:
        """One sentence for several measures of which nothing is known."""
        named = [
            f"“{inner_quotes(m['title'])}”（措施{self.view.plan.measures[m['measure']].number}）"
            for m in rows[:MOST_MEASURES]
        ]
        text = "、".join(named) + (f"等{len(rows)}项措施" if len(rows) > MOST_MEASURES else "")
        text += "都没有填报进展"
        if steps is not None:
            text += "，须" + self._say(
                "step", MeasureFinding.NOT_REPORTED, rows[0]["measure"], year=steps
            )
        return text

    def duty(self, answer: Row, owners: Sequence[str] = ()) -> str:
        """Who reports, and when; owners: departments that must be named beside the lead."""
        named = [o for o in dict.fromkeys(owners) if o != answer["department"]]
        others = list(dict.fromkeys([*named, *answer["support"]]))
        shown = max(MOST_SUPPORT, len(named))
        support = numbers.joined(others[:shown])
        if len(others) > shown:
            support += f"等{len(others)}个部门"
        key = "both" if support else "alone"
        lead, year = answer["department"], int(answer["report_year"])
        return self._say("duty", key, answer["goal"], lead=lead, support=support, year=year)


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


def _step(m: Row) -> str:
    """The next step of a measure: of one begun late and done since, what came of it; of one done
    without result, what follows: there is nothing left of it to adjust."""
    if m["finding"] == MeasureFinding.WITHOUT_RESULT and m["status"] == Progress.DONE:
        return "done_in_vain"
    is_done_late = m["finding"] == MeasureFinding.BEGUN_LATE and m["status"] == Progress.DONE
    return "begun_late_done" if is_done_late else str(m["finding"])


def _alike(answer: Row, unit: Any, places: int) -> bool:
    """Are the changes for five and for eight in ten as good as one, or print alike?"""
    half, sure = abs(answer["change50"]), abs(answer["change80"])
    rendered = {numbers.gap(change, unit, places) for change in (half, sure)}
    return len(rendered) == 1 or abs(sure - half) < SAME * sure


def shown(row: Row) -> str:
    """A target's figure as a sentence prints it: a level, a ratio, women's share or a quantity."""
    if row["type"] == "milestone":
        return f"{row['level']:.0f}级"
    if row["type"] == "parity":
        return numbers.number(row["value"], 3)
    if row["type"] == "relative":
        return numbers.quantity(row["female"], "%", row["decimals"])
    return numbers.quantity(row["value"], row["unit"], row["decimals"])


def short_name(row: Row) -> str:
    """A target's short name; where that would read as a finding (……提高), its indicator's."""
    says_something = re.search(_file()["statement_name"], row["name"])
    return str(row["indicator_name"] if says_something else row["name"])


def claim(row: Row) -> str:
    """，要求提高: which of two clauses on one indicator is meant, where short_name does not say."""
    found = re.search(_file()["claim_name"], row["name"])
    return f"，要求{found[1]}" if found else ""


def inner_quotes(text: str) -> str:
    """Quotation marks of a text that stands between quotation marks itself."""
    return text.replace("“", "‘").replace("”", "’")


def _side(ratio: float, low: float, high: float) -> str:
    if low <= ratio <= high:
        return "处于"
    return "低于" if ratio < low else "高于"
