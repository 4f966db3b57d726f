"""Does every number of a sentence stand in the results? Parses text, looks each number up.

A number is looked for among the figures of the goals its sentence names (of the whole view where
it names none), by what it counts: 96.1% among levels and chances, 2.9个百分点 among differences,
1,240人 among heads, 2024年 among years. Rounding is allowed as far as the printed decimals go.
Words in quotation marks are the plan's own and must stand in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from halfsky.evaluate.countermeasures import open_problems
from halfsky.evaluate.experience import ahead
from halfsky.evaluate.status import shortfall
from halfsky.plan.thresholds import load_thresholds
from halfsky.report._sections import due
from halfsky.report.text.words import rows
from halfsky.report.view import View

NUMBER = re.compile(r"(?<![\d.])(\d[\d,]*(?:\.\d+)?)")
# 2020年的68.4%, 2024年……为93.5%, 2024年提高到77.1%, 2023年（26.54%）, 2025年惠及1,806人
PAIR = re.compile(
    r"(\d{4})年(?:的|惠及|([^，；。：（\d]*?)(?:为|到|（))(\d[\d,]*(?:\.\d+)?)(?![\d级])"
)
TAGS = re.compile(r"<[^>]+>")
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


def _dated(row: dict[str, object], pair: tuple[str, str]) -> list[tuple[float, float]]:
    found = known([row.get(pair[0])]), known([row.get(pair[1])])
    return [(found[0][0], found[1][0])] if all(found) else []


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
        inputs = view.assessment.warnings["inputs"]
        self.remarks = {str(i["text"]) for i in inputs if "text" in i}  # the data's own notes
        # The plan proposes days: one in another month or year is no longer this text.
        steps = ("returns", "monitoring", "evaluation")
        self.days = {due(plan.info, step, view.year) for step in steps}
        self._by_goal: dict[str | None, Figures] = {}

    def untraced(self, text: str) -> list[str]:
        """The numbers of one sentence that stand nowhere in the results, each with its context."""
        text = TAGS.sub("", text)
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
        mine = {m.id for goal in goals for m in self.view.plan.measures_for(goal)}
        returns = self.view.assessment.measures
        started = returns.loc[returns["measure"].isin(mine), "started_year"].dropna()
        return {int(year) - self.view.plan.info.start_year for year in started}

    def _begun(self, goals: list[str]) -> set[tuple[int, int]]:
        """Number and year of start of each measure that serves some goals."""
        returns = self.view.assessment.measures.dropna(subset="started_year")
        years = returns.set_index("measure")["started_year"]
        mine = {m for goal in goals for m in self.view.plan.measures_for(goal)}
        return {(m.number, int(years[m.id])) for m in mine if m.id in years.index}

    def _label(self) -> str:
        domains = "|".join(re.escape(d.name) for d in self.view.plan.domains)
        return rf"(?:{domains})\d+"

    def figures(self, goal: str | None) -> Figures:
        """The figures of one goal, or of the whole view."""
        if goal not in self._by_goal:
            self._by_goal[goal] = self._of_goal(goal) if goal else self._of_view()
        return self._by_goal[goal]

    def _of_goal(self, goal: str) -> Figures:
        view, figures = self.view, Figures()
        assessment = view.assessment
        targets = assessment.targets[assessment.targets["goal"] == goal]
        for row in rows(targets):
            self._target(figures, row)
        joint = assessment.goals.loc[assessment.goals["goal"] == goal, "p"]
        figures.chance += chances(*joint)
        for warning in rows(assessment.warnings[assessment.warnings["goal"] == goal]):
            self._warning(figures, warning)
        actions = assessment.countermeasures
        for row in rows(actions[actions["goal"] == goal]):
            figures.difference += known([row[n] for n in ("shortfall", "change50", "change80")])
            figures.head += known([row[n] for n in ("headcount", "headcount50", "headcount80")])
            figures.head += self._to_the_end(row)
        areas = view.disparities.areas
        for row in rows(areas[areas["indicator"].isin(list(targets["indicator"]))]):
            figures.level += known([row["rate"], row["whole"]])
            figures.head += known([row["people"]])
        mine = {m.id for m in view.plan.measures_for(goal)}
        for row in rows(assessment.measures[assessment.measures["measure"].isin(mine)]):
            figures.dated += _dated(row, ("people_year", "people"))
        returns = assessment.measures[assessment.measures["measure"].isin(mine)]
        figures.money += known(returns["money_wan"])
        figures.head += known(returns["people"]) + known(returns["person_times"])
        figures.count += known(returns["started_year"] - view.plan.info.start_year)
        effects = assessment.effects[assessment.effects["goal"] == goal]
        figures.level += known(effects["actual"]) + known(effects["point"])
        figures.year |= {int(y) for n in ("first_year", "last_year") for y in effects[n]}
        for name in ("started_year", "people_year", "status_year"):
            figures.year |= {int(y) for y in returns[name].dropna()}
        figures.count += [len(mine), max(len(mine) - 2, 0)]
        figures.count += known(returns["status"].iloc[:].value_counts())
        states = targets["status"].value_counts()
        good, bad = (int(states.get(s, 0)) for s in ("达标", "未达标"))
        nearly = int(states.get("基本达标", 0))
        # Lists of the other targets leave out the one the sentence is about.
        figures.count += known(states)
        for n in (good, good + nearly, bad, bad + nearly, int(states.get("不可判", 0))):
            figures.count += [n, max(n - 1, 0)]
        duties = view.plan.duties
        for name in (goal, *targets["target"]):
            duty = duties.targets.get(name) or duties.goals.get(name)
            figures.count += [len(duty.support)] if duty else []
        figures.count += [len(targets), len(targets) - int((targets["status"] == "未填报").sum())]
        is_document = targets["type"] == "milestone"
        figures.count.append(int((targets.loc[~is_document, "status"] == "未填报").sum()))
        self._constants(figures)
        return figures

    def _to_the_end(self, row: dict[str, object]) -> list[float]:
        """Where one of the two is less than one head a year: how many by the end, rounded up."""
        years = self.view.assessment.targets.set_index("target")["value_year"]
        yearly = known([row["headcount50"], row["headcount80"]])
        if not yearly or min(yearly) >= 1:
            return []
        end = self.view.plan.info.end_year
        return [math.ceil(h * (end - int(years[row["target"]])) - 1e-9) for h in yearly]

    def _target(self, figures: Figures, row: dict[str, object]) -> None:
        rules = self.view.assessment.assumptions.thresholds
        levels = known([row.get(name) for name in LEVELS])
        figures.level += levels
        figures.difference += known([row.get(name) for name in DIFFERENCES])
        if row["type"] in ("narrow_gap", "relative"):
            figures.difference += levels
        if row["type"] == "relative":  # the share that women's is held against
            female, value = known([row["female"]]), known([row["value"]])
            figures.level += [f - v for f, v in zip(female, value, strict=True)]
        if row["value"] is not None and row["threshold"] is not None:
            figures.difference.append(shortfall(row, rules))
        if row["type"] == "about" and row["value"] is not None:
            figures.difference.append(abs(row["value"] - row["plan_value"]))  # type: ignore[operator]
        figures.chance += chances(row["p_met"], row.get("p_before"))
        figures.chance += known([row["completion_pct"], row["elapsed_pct"]])
        figures.times += known([row["speed_up"]])
        for pair in (
            *(("value_year", "value"), ("value_year", "latest_value"), ("value_year", "female")),
            *(("baseline_year", "baseline"), ("last_year", "last_value")),
            ("value_year", "numerator"),  # the cases of the years up to it
        ):
            figures.dated += _dated(row, pair)
        figures.head += known([row["numerator"], row["denominator"]])
        figures.count += known([row["n"], row["good_recent"], row["of_recent"], row["level"]])
        # What the rules count is told of the targets that they are for, and of no others.
        if row["type"] == "milestone":
            figures.count.append(4)  # the level asked
        if row["type"] == "slow_rise":
            figures.count += [rules.status.slow_rise_points]
            figures.count += known([row["points_before"], row["points_after"]])
        if row["counting"] == "events":
            figures.count.append(rules.status.pooled_years)
        figures.year |= {int(y) for y in known([row.get(name) for name in YEARS])}
        if row["is_pooled"] and row["value_year"] is not None:
            figures.year.add(int(row["value_year"]) - rules.status.pooled_years + 1)  # type: ignore[call-overload]

    def _warning(self, figures: Figures, warning: dict[str, object]) -> None:
        inputs: dict[str, object] = warning["inputs"]  # type: ignore[assignment]
        values = known(inputs.values())
        figures.level += values
        figures.difference += values
        figures.chance += [100 * v for v in values if v <= 1] + values
        figures.times += values
        figures.head += values
        years = {int(v) for v in values if 1990 <= v <= 2100}
        figures.year |= years | {int(warning["since"])}  # type: ignore[call-overload]
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
        assessment = view.assessment
        measures, actions = assessment.measures, assessment.countermeasures
        if view.domain_id is not None:
            measures = measures[measures["domain"] == view.domain_id]
            actions = actions[actions["domain"] == view.domain_id]
        for frame in (
            view.df.goals,
            view.df.targets,
            view.df.missing,
            view.df.reported,
            measures,
            actions,
        ):
            figures.count.append(len(frame))
            for name in ("goal", "status", "department", "action", "finding", "severity"):
                if name in frame.columns:
                    figures.count += known(frame[name].value_counts())
                    figures.count.append(frame[name].nunique())
        for _, part in actions.groupby("status"):
            figures.count += known(part["action"].value_counts())
            figures.count += [*known(part["department"].value_counts()), part["goal"].nunique()]
            figures.count.append(part["department"].nunique())
        has_figures = set(view.df.reported["goal"])
        bare = view.df.missing[~view.df.missing["goal"].isin(has_figures)]
        figures.count += [len(bare), bare["goal"].nunique(), bare["department"].nunique()]
        figures.count += known(bare["department"].value_counts())
        # A reference page tells figures and documents that are missing apart.
        figures.count.append((bare["type"] == "milestone").sum())
        found = open_problems(view.df.targets, view.df.warnings)
        figures.count.append(found.loc[found["status"] != "未填报", "goal"].nunique())
        found_ahead = ahead(view.df.targets, view.df.goals, view.df.warnings, assessment.effects)
        figures.count.append(found_ahead["goal"].nunique())
        figures.count.append(actions.loc[actions["status"] != "未填报", "goal"].nunique())
        counts = assessment.rates.set_index("domain").loc[view.domain_id or "all"]
        figures.count += known(counts)
        figures.count += [
            counts["basically"] + counts["unmet"],
            counts["all"] - counts["assessable"],
        ]
        figures.chance += known(counts)
        return figures
