"""Does every number of a sentence stand in the results? Parses text, looks each number up.

A number is looked for among the figures of the goals its sentence names (of the whole view where
it names none), by what it counts: 96.1% among levels and chances, 2.9个百分点 among differences,
1,240人 among heads, 2024年 among years. Rounding is allowed as far as the printed decimals go.
Words in quotation marks are the plan's own and must stand in it.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from halfsky.evaluate.results import Countermeasure, EarlyWarning, TargetResult
from halfsky.plan.thresholds import load_thresholds
from halfsky.plan.vocabulary import Status
from halfsky.report.labels import due
from halfsky.report.view import View

NUMBER = re.compile(r"(?<![\d.])(\d[\d,]*(?:\.\d+)?)")
# 2020年的68.4%, 2024年……为93.5%, 2024年提高到77.1%, 2023年（26.54%）, 2025年惠及1,806人
PAIR = re.compile(
    r"(\d{4})年(?:的|惠及|([^，；。：（\d]*?)(?:为|到|（))(\d[\d,]*(?:\.\d+)?)(?![\d级])"
)
LEVELS = (
    *("value", "baseline", "threshold", "plan_value", "last_value", "latest_value"),
    *("female", "female_baseline", "low", "high"),
)
DIFFERENCES = (
    *("delta", "headroom", "progress", "needed_pace", "recent_pace", "need50", "need80"),
    *("slope_change", "slope_low", "slope_high"),
)
YEARS = ("value_year", "baseline_year", "last_year", "previous_year", "attain_year", "break_year")
WORDS = ("项", "个年份", "次", "条", "个部门", "个数", "级")


@dataclass
class Figures:
    """What may be printed, by what it is; kinds as in the module's docstring."""

    level: list[float] = field(default_factory=list)
    difference: list[float] = field(default_factory=list)
    chance: list[float] = field(default_factory=list)
    count: list[float] = field(default_factory=list)
    year: set[int] = field(default_factory=set)
    head: list[float] = field(default_factory=list)
    money: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    dated: list[tuple[float, float]] = field(default_factory=list)  # year, its figure

    def allows(self, printed: str, after: str, before: str) -> bool:
        """Is there a figure that rounds to what is printed?"""
        text = printed.replace(",", "")
        decimals = len(text.partition(".")[2])
        pool = self._pool(text, after, before)
        reach = 0.5 * 10.0**-decimals + 1e-9
        return any(abs(float(text) - abs(known)) <= reach for known in pool)

    def allows_pair(self, year: str, printed: str) -> bool:
        """Is a figure that rounds to what is printed one of that year?"""
        text = printed.replace(",", "")
        reach = 0.5 * 10.0 ** -len(text.partition(".")[2]) + 1e-9
        return any(y == float(year) and abs(float(text) - v) <= reach for y, v in self.dated)

    def _pool(self, text: str, after: str, before: str) -> Iterable[float]:
        if re.fullmatch(r"(19|20)\d\d", text) and re.match(r"年|—\d{4}年", after):
            return [float(year) for year in self.year]
        if re.match(r"个(百|千)分点", after):
            return self.difference
        if after.startswith("%"):
            is_chance = before.endswith(("概率为", "概率不到", "概率超过", "完成度", "进度（"))
            return self.chance if is_chance else [*self.level, *self.chance]
        if after.startswith("倍"):
            return self.times
        if after.startswith(WORDS) or not after or before.endswith("只有"):
            return self.count
        if after.startswith("万元"):
            return [*self.money, *self.level]
        if re.match(r"(人|例|户|家|所|件|起|次|座|张|天|人次)", after) and before.endswith(
            ("约", "惠及", "的", "不足", "合并", "共需增加", "共需减少", "还差")
        ):
            return self.head
        return [*self.level, *self.difference, *self.head]


def known(values: Iterable[object]) -> list[float]:
    """The finite numbers among some values."""
    found = []
    for value in values:
        if isinstance(value, (list, tuple)):
            found += known(value)
        elif value is not None and not isinstance(value, (str, bool)) and not pd.isna(value):
            found.append(float(value))  # type: ignore[arg-type]
    return [x for x in found if math.isfinite(x)]


def chances(*values: object) -> list[float]:
    """Probabilities in percent; one that rounds up to a limit as it is printed, rounded down."""
    limits = [limit for limit in load_thresholds().outlook.bands.values() if limit]
    found = known(values)
    down = [math.floor(1000 * p) / 10 for p in found if any(p < x <= round(p, 3) for x in limits)]
    return [100 * p for p in found] + down


def _dated(row: object, pair: tuple[str, str]) -> list[tuple[float, float]]:
    """Year and figure of a record, or of the figures a warning read; none where one is a gap."""
    values = [row.get(k) if isinstance(row, Mapping) else getattr(row, k) for k in pair]
    found = [known([value]) for value in values]
    return [(found[0][0], found[1][0])] if all(found) else []


def counts(rows: Iterable[object], *names: str) -> list[float]:
    """How often each value of some fields comes, and how many values there are."""
    made: list[float] = []
    for name in names:
        kept = [value for row in rows if (value := getattr(row, name, None)) is not None]
        made += [float(n) for n in Counter(kept).values()] + [float(len(set(kept)))]
    return made


LISTED = r"共(\d+)项目标"
BEGUN = r"措施(\d+)）(\d{4})年启动"
LATE = r"比规划开始晚(\d+)年"


class Tracer:
    """Traces the sentences of one view."""

    def __init__(self, view: View) -> None:
        self.view = view
        plan = view.plan
        self.labels = {
            f"{plan.domain(goal.domain).name}{goal.number}": goal.id for goal in plan.goals.values()
        }
        names = {t.name for t in plan.targets.values()} | {i.name for i in plan.indicators.values()}
        self.names = sorted((n for n in names if re.search(r"\d", n)), key=len, reverse=True)
        self.words = "\n".join(
            [g.text for g in plan.goals.values()]
            + [m.text for m in plan.measures.values()]
            + [t.clause for t in plan.targets.values()]
        )
        inputs = [w.inputs for w in view.whole.warnings]
        self.remarks = {str(i["text"]) for i in inputs if "text" in i}  # the data's own notes
        # The plan proposes days: one in another month or year is no longer this text.
        steps = ("returns", "monitoring", "evaluation")
        self.days = {due(plan.info, step, view.year) for step in steps}
        self._by_goal: dict[str | None, Figures] = {}

    def untraced(self, text: str) -> list[str]:
        """The numbers of one sentence that stand nowhere in the results, each with its context."""
        for known in (*self.remarks, *self.days):
            text = text.replace(known, "")
        missing = [
            f"“{quoted}”"
            for quoted in re.findall(r"“([^”]*\d[^”]*)”", text)
            if quoted not in self.words
        ]
        text = re.sub(r"“[^”]*”", "", text)
        goals = []
        for label in re.findall(self._label(), text):
            if label not in self.labels:
                missing.append(label)
            else:
                goals.append(self.labels[label])
        text = re.sub(self._label(), "", text)
        for name in self.names:
            text = text.replace(name, "")
        begun = self._begun(goals)
        missing += [
            f"措施{number}：{year}年启动"
            for number, year in re.findall(BEGUN, text)
            if (int(number), int(year)) not in begun
        ]
        numbers_of = {m.number for g in goals for m in self.view.plan.measures_for(g)}
        missing += [
            f"措施{n}"
            for n in re.findall(r"措施(\d+)(?![\d条项])", text)
            if int(n) not in numbers_of
        ]
        text = re.sub(r"措施\d+(?![\d条项])", "", text).replace("/10万", "/十万")
        missing += [f"共{n}项目标" for n in re.findall(LISTED, text) if int(n) != len(goals)]
        missing += [f"晚{n}年" for n in re.findall(LATE, text) if int(n) not in self._late(goals)]
        text = re.sub(LATE, "", re.sub(LISTED, "", text))
        # A sentence about one goal may use that goal's figures only.
        figures = self.figures(goals[0]) if len(goals) == 1 else self.figures(None)
        for found in NUMBER.finditer(text):
            before, after = text[: found.start()], text[found.end() :]
            if before.endswith("/") or not figures.allows(found[1], after, before):
                missing.append(f"{before[-6:]}[{found[1]}]{after[:6]}")
        for year, between, value in PAIR.findall(text):
            if len(goals) == 1 and "概率" not in between and not figures.allows_pair(year, value):
                missing.append(f"{year}年[{value}]")
        return missing

    def _late(self, goals: list[str]) -> set[int]:
        """Years from the plan's start to the start of each measure that serves some goals."""
        start = self.view.plan.info.start_year
        return {year - start for _, year in self._begun(goals)}

    def _begun(self, goals: list[str]) -> set[tuple[int, int]]:
        """Number and year of start of each measure that serves some goals."""
        mine = {m.id: m.number for goal in goals for m in self.view.plan.measures_for(goal)}
        return {
            (mine[m.measure], m.started_year)
            for m in self.view.whole.measures
            if m.measure in mine and m.started_year is not None
        }

    def _label(self) -> str:
        domains = "|".join(re.escape(d.name) for d in self.view.plan.domains)
        return rf"(?:{domains})\d+"

    def figures(self, goal: str | None) -> Figures:
        """The figures of one goal, or of the whole view."""
        if goal not in self._by_goal:
            self._by_goal[goal] = self._of_goal(goal) if goal else self._of_view()
        return self._by_goal[goal]

    def _of_goal(self, goal: str) -> Figures:
        view, figures = self.view.whole, Figures()
        targets = [t for t in view.targets if t.goal == goal]
        for target in targets:
            self._target(figures, target)
        figures.chance += chances(*(g.p for g in view.goals if g.goal == goal))
        for warning in view.warnings.filter(goal=goal):
            self._warning(figures, warning)
        for answer in view.countermeasures.filter(goal=goal):
            figures.difference += known([answer.shortfall, answer.change50, answer.change80])
            figures.head += known([answer.headcount, answer.headcount50, answer.headcount80])
            figures.head += self._to_the_end(answer)
        areas = view.disparities.areas
        own = areas[areas["indicator"].isin([t.indicator for t in targets])]
        figures.level += known(own["rate"]) + known(own["whole"])
        figures.head += known(own["people"])
        mine = {m.id for m in view.plan.measures_for(goal)}
        returns = [m for m in view.measures if m.measure in mine]
        for m in returns:
            figures.dated += _dated(m, ("people_year", "people"))
            figures.money += known([m.money_wan])
            figures.head += known([m.people, m.person_times])
            years = [y for y in (m.started_year, m.people_year, m.status_year) if y is not None]
            figures.year |= set(years)
            if m.started_year is not None:
                figures.count.append(m.started_year - view.plan.info.start_year)
        for effect in view.effects.filter(goal=goal):
            figures.level += known([effect.actual, effect.point])
            figures.year |= {effect.first_year, effect.last_year}
        figures.count += [len(mine), max(len(mine) - 2, 0)]
        figures.count += Counter(m.status for m in returns).values()
        states = Counter(t.status for t in targets)
        good, bad, nearly = states[Status.MET], states[Status.UNMET], states[Status.NEARLY]
        # Lists of the other targets leave out the one the sentence is about.
        figures.count += states.values()
        for n in (good, good + nearly, bad, bad + nearly, states[Status.UNDECIDABLE]):
            figures.count += [n, max(n - 1, 0)]
        duties = view.plan.duties
        for name in (goal, *(t.target for t in targets)):
            duty = duties.targets.get(name) or duties.goals.get(name)
            figures.count += [len(duty.support)] if duty else []
        figures.count += [len(targets), len(targets) - states[Status.MISSING]]
        figures.count.append(
            sum(t.type != "milestone" and t.status == Status.MISSING for t in targets)
        )
        self._constants(figures)
        return figures

    def _to_the_end(self, answer: Countermeasure) -> list[float]:
        """Where one of the two is less than one head a year: how many by the end, rounded up."""
        yearly = known([answer.headcount50, answer.headcount80])
        year = self.view.whole.by_target[answer.target].value_year
        if not yearly or min(yearly) >= 1 or year is None:
            return []
        return [math.ceil(h * (self.view.plan.info.end_year - year) - 1e-9) for h in yearly]

    def _target(self, figures: Figures, row: TargetResult) -> None:
        rules = self.view.assessment.assumptions.thresholds
        levels = known([getattr(row, name) for name in LEVELS])
        figures.level += levels
        figures.difference += known([getattr(row, name) for name in DIFFERENCES])
        if row.type in ("narrow_gap", "relative"):
            figures.difference += levels
        if row.type == "relative" and row.female is not None and row.value is not None:
            figures.level.append(row.female - row.value)  # the share that women's is held against
        figures.difference += known([row.shortfall])
        if row.type == "about" and row.value is not None and row.plan_value is not None:
            figures.difference.append(abs(row.value - row.plan_value))
        figures.chance += chances(row.p_met, row.p_before)
        figures.chance += known([row.completion_pct, row.elapsed_pct])
        figures.times += known([row.speed_up])
        for pair in (
            *(("value_year", "value"), ("value_year", "latest_value"), ("value_year", "female")),
            *(("baseline_year", "baseline"), ("last_year", "last_value")),
            ("value_year", "numerator"),  # the cases of the years up to it
        ):
            figures.dated += _dated(row, pair)
        figures.head += known([row.numerator, row.denominator])
        figures.count += known([row.n, row.good_recent, row.of_recent, row.level])
        # What the rules count is said of the targets that they are for, and of no others.
        if row.type == "milestone":
            figures.count.append(4)  # the level asked
        if row.type == "slow_rise":
            figures.count += [rules.status.slow_rise_points]
            figures.count += known([row.points_before, row.points_after])
        if row.counting == "events":
            figures.count.append(rules.status.pooled_years)
        figures.year |= {int(y) for y in known([getattr(row, name) for name in YEARS])}
        if row.is_pooled and row.value_year is not None:
            figures.year.add(row.value_year - rules.status.pooled_years + 1)

    def _warning(self, figures: Figures, warning: EarlyWarning) -> None:
        inputs: Mapping[str, Any] = warning.inputs
        values = known(inputs.values())
        figures.level += values
        figures.difference += values
        figures.chance += [100 * v for v in values if v <= 1] + values
        figures.times += values
        figures.head += values
        years = {int(v) for v in values if 1990 <= v <= 2100}
        figures.year |= years | {warning.since}
        figures.count += known([inputs.get("years")])
        for pair in (
            *(("value_year", "value"), ("first_year", "first"), ("last_year", "last_value")),
            *(("before_year", "before"), ("after_year", "after"), ("value_year", "female")),
            ("before_year", "value"),
        ):
            figures.dated += _dated(inputs, pair)

    def _constants(self, figures: Figures) -> None:
        """What the plan and params/ declare: its years, the rules' levels, limits and counts."""
        info, rules = self.view.plan.info, self.view.assessment.assumptions.thresholds
        year = self.view.year
        figures.year |= {info.baseline_year, info.end_year, year, min(year + 1, info.end_year)}
        # 不到1%, 超过99%; 95 % and 80 % intervals.
        figures.chance += [1, 99, 95, 100 * rules.status.slow_rise_level]
        figures.level += [rules.status.parity_low, rules.status.parity_high]
        figures.level += [0, rules.status.pooled_years, rules.status.parity_delta]
        figures.head.append(1)  # 不足1人

    def _of_view(self) -> Figures:
        """Counts of goals, targets, measures and departments; rates; expected numbers."""
        view, figures = self.view, Figures()
        self._constants(figures)
        answers = view.countermeasures
        names = ("goal", "status", "department", "action", "finding", "severity")
        for rows in (
            *(view.goals, view.targets, view.missing, view.reported),
            *(view.measures, answers),
        ):
            figures.count.append(len(rows))
            figures.count += counts(rows, *names)
        for part in answers.by("status").values():
            figures.count += counts(part, "action", "department", "goal")
        has_figures = {t.goal for t in view.reported}
        bare = [t for t in view.missing if t.goal not in has_figures]
        figures.count += [len(bare), *counts(bare, "goal", "department")]
        # A reference page tells figures and documents that are missing apart.
        figures.count.append(sum(t.type == "milestone" for t in bare))
        found = [p for p in view.assessment.open_problems if p.target in view.by_target]
        figures.count.append(len({p.goal for p in found if p.status != Status.MISSING}))
        practices = [p for p in view.assessment.practices if p.target in view.by_target]
        figures.count.append(len({p.goal for p in practices}))
        figures.count.append(len({a.goal for a in answers if a.status != Status.MISSING}))
        (rates,) = view.rates.filter(domain=view.domain_id or "all")
        numbers = known(getattr(rates, name) for name in rates.__slots__)
        figures.count += [*numbers, rates.basically + rates.unmet, rates.all - rates.assessable]
        figures.chance += numbers
        return figures
