"""What was done and what came of it: the plan's measures, causes, and evidence of effect.

Nothing here says that a measure caused anything: figures agree with an effect (相一致), or they
do not suffice to tell (不足以判断). Source: docs/method.md section 7.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from halfsky.evaluate.results import (
    GoalResult,
    MeasureEffect,
    MeasureProgress,
    Results,
    TargetResult,
)
from halfsky.plan.vocabulary import MeasureFinding, Severity, Status
from halfsky.report import blocks, charts, numbers
from halfsky.report.blocks import Blocks, Bullets, Cell, Column, Figure, Note
from halfsky.report.charts.sizes import EFFECT_PANELS
from halfsky.report.labels import due, goal_label, sources_of
from halfsky.report.text import phrase
from halfsky.report.text.prose import inner_quotes
from halfsky.report.view import View

MOST_PANELS = 4  # one picture; the table holds every measure
MOST_SOUND = 3  # goals whose measures all began in time, each in a sentence up to here
MOST_WITHOUT = 2  # targets without evidence in one goal's sentence; the table holds the rest
GRADES = ("A", "B", "C", "D")
_HELD = {True: "supports", False: "against", None: "unavailable"}


def measures_for(view: View, goal: str) -> list[MeasureProgress]:
    """The measures for a goal with what was returned; none for a reference region."""
    mine = {m.id for m in view.plan.measures_for(goal)}
    return [m for m in view.whole.measures if m.measure in mine]


def measure_table(view: View) -> Blocks:
    """措施进展: status, start, money and people of the domain's measures, and what stands out."""
    if view.is_reference:
        return blocks.SILENT  # the plan's measures are not a reference region's
    nothing = _nothing_filed(view)
    if nothing:
        return blocks.note(nothing, asks=True)
    columns = (
        Column("措施", is_header=True),
        Column("服务目标"),
        Column(phrase("measures", "department")),
        Column("进展"),
        Column("启动", is_number=True),
        Column("累计投入", "万元", is_number=True),
        Column("惠及人数", is_number=True),
        Column("提示", is_wide=True),
    )
    return Blocks(
        blocks.table(
            phrase("measures", "caption", n=len(view.measures)),
            columns,
            [_measure_cells(view, m) for m in view.measures],
            label=phrase("measures", "label"),
            note=phrase("measures", "note"),
        )
    )


def _measure_cells(view: View, m: MeasureProgress) -> tuple[Cell, ...]:
    filed = "" if m.status_year is None else phrase("measures", "filed", year=m.status_year)
    people_year = "" if m.people_year is None else numbers.year(m.people_year)
    return (
        blocks.words(f"{view.plan.measures[m.measure].number}. {m.title}"),
        blocks.words(numbers.joined([goal_label(view, goal) for goal in m.goals], 4)),
        blocks.words(m.department),
        blocks.words(str(m.status), filed),
        blocks.year(m.started_year),
        blocks.amount(m.money_wan),
        blocks.amount(m.people, decimals=0).with_small(people_year),
        blocks.words(_finding(view, m) or "—"),
    )


def cause_sentences(view: View) -> Blocks:
    """原因: what became of the measures that serve each goal unmet or under a red warning."""
    if view.is_reference:
        return blocks.SILENT  # the plan's measures are not a reference region's
    nothing = _nothing_filed(view)
    if nothing:
        return blocks.note(nothing, asks=True)
    red = {w.goal for w in view.warnings if w.severity == Severity.RED}
    unmet = [g for g in view.goals if g.status == Status.UNMET or g.goal in red]
    seen: set[str] = set()
    texts: list[tuple[GoalResult, str, bool]] = []
    for goal in unmet:
        text, is_sound = _causes(view, goal, seen)
        is_quiet = view.domain_id is None and not _stand_out(view, goal.goal)
        texts.append((goal, text, is_sound or is_quiet))
    sound = [goal_label(view, goal.goal) for goal, _, is_quiet in texts if is_quiet]
    # One such sentence may stand; twenty of them bury the measures that something is wrong with.
    is_many = len(sound) >= MOST_SOUND
    items = [text for _, text, is_quiet in texts if not (is_many and is_quiet)]
    if is_many:
        goals, is_whole = numbers.joined(sound), view.domain_id is None
        items.append(
            phrase("measure_causes", "all_sound", goals=goals, n=len(sound), is_whole=is_whole)
        )
    if not items:
        return Blocks(Note(phrase("measure_causes", "nothing", n=len(view.goals))))
    return Blocks(Bullets(tuple(items)))


def measure_findings(view: View) -> Blocks:
    """What became of the measures of open goals, and the evidence of their effect."""
    found, effects = cause_sentences(view), effect_table(view, grades="AB")
    # Where nothing is known of measures both say so in the same words: once is enough.
    return found if found.text == effects.text else Blocks(found, effects)


def effect_table(view: View, *, grades: str = "ABCD") -> Blocks:
    """成效证据: the grade of each measure and target, with the four pieces and their figures.

    grades: those to list; D, which cannot be told, only where a target is unmet.
    """
    if view.is_reference:
        return blocks.SILENT  # the plan's measures are not a reference region's
    effects = _effects(view)
    if not effects:
        return blocks.note(_no_effects(view))
    # A table of things that cannot be told is long and says little: of D only what is unmet.
    listed = [
        effect
        for effect in effects
        if effect.grade in grades
        and (effect.grade != "D" or _target(view, effect).status == Status.UNMET)
    ]
    # Two requirements on one series have one and the same evidence.
    listed = _once(listed)
    by_grade = Counter(effect.grade for effect in effects)
    counts = [(grade, by_grade[grade]) for grade in GRADES]
    rules = view.assessment.assumptions.thresholds.effect
    note = phrase(
        "effects",
        "note",
        n_rows=len(listed),
        counts=counts,
        rules=rules,
        n=len(effects),
        left_out=len(effects) - len(listed),
        grades=grades,
        by_chance=rules.expected_error * len(effects),
    )
    if not listed:
        return blocks.sentence(note)
    columns = (
        Column("等级"),
        Column(phrase("effects", "target"), is_header=True),
        *(Column(phrase("effects", piece)) for piece in _PIECES),
    )
    return Blocks(
        blocks.table(
            phrase("effects", "caption", counts=counts),
            columns,
            [_effect_cells(view, effect) for effect in listed],
            label=phrase("effects", "label"),
            note=note,
        )
    )


_PIECES = ("forecast", "difference", "placebo", "timing")


def _once(effects: Iterable[MeasureEffect]) -> list[MeasureEffect]:
    first: dict[tuple[str, str], MeasureEffect] = {}
    for effect in effects:
        first.setdefault((effect.measure, effect.series), effect)
    return list(first.values())


def _effect_cells(view: View, effect: MeasureEffect) -> tuple[Cell, ...]:
    target = _target(view, effect)
    values: dict[str, Any] = {
        "e": effect,
        "r": target,
        "rules": view.assessment.assumptions.thresholds.effect,
        "years": _years(effect),
        "side": phrase("effects", effect.side, e=effect),
        "compared": _compared(effect),
        "spent": _spent(effect.money_wan, effect.people),
    }
    held = (
        effect.forecast_right,
        effect.difference_right,
        effect.placebo_right,
        effect.timing_right,
    )
    return (
        blocks.words(effect.grade, phrase("effects", effect.grade), is_strong=True),
        blocks.words(_named(view, effect.measure), f"{target.name}（{_goal(view, effect)}）"),
        *(
            blocks.words(phrase("effects", _HELD[is_held]), phrase("effects", key, **values))
            for is_held, key in zip(held, [f"of_{piece}" for piece in _PIECES], strict=True)
        ),
    )


def _years(effect: MeasureEffect) -> str:
    return phrase("effects", "years", e=effect)


def _goal(view: View, effect: MeasureEffect) -> str:
    return goal_label(view, effect.goal)


def effect_charts(view: View) -> Blocks:
    """The forecast made before a start against what followed, comparisons in grey."""
    if view.is_reference:
        return blocks.SILENT  # the plan's measures are not a reference region's
    effects = _effects(view)
    if not effects:
        return blocks.note(_no_effects(view))
    # Measures begun in one year for one indicator, and alike in grade, share their picture.
    groups: dict[tuple[str, int, str], list[MeasureEffect]] = {}
    for effect in effects:
        groups.setdefault((effect.series, effect.started_year, effect.grade), []).append(effect)
    panels = [
        (of[0], _target(view, of[0]).name, _caption(view, of))
        for of in list(groups.values())[:MOST_PANELS]
    ]
    starts = range(0, len(panels), EFFECT_PANELS)
    return Blocks(
        *(
            _effect_figure(
                view, panels[start : start + EFFECT_PANELS], page if len(starts) > 1 else 0
            )
            for page, start in enumerate(starts, 1)
        )
    )


def _effect_figure(view: View, panels: list[tuple[MeasureEffect, str, str]], page: int) -> Figure:
    """One picture; page: its number where there are several, else 0."""
    effects, names, captions = zip(*panels, strict=True)
    frame = Results(MeasureEffect, effects).df.assign(name=list(names), caption=list(captions))
    return Figure(
        charts.plot_effects(frame, view.assessment.history, view.assessment.rolled),
        phrase("effects", "chart", page=page),
        phrase("effects", "panels", panels=list(zip(names, captions, strict=True))),
        sources_of(view, [effect.target for effect in effects]),
        frame,
        is_synthetic=view.is_synthetic,
    )


def _caption(view: View, effects: list[MeasureEffect]) -> str:
    number = {e.measure: view.plan.measures[e.measure].number for e in effects}
    named = [phrase("parts", "measure", number=n) for n in number.values()]
    grade = effects[0].grade
    measures, meaning = numbers.joined(named, 3), phrase("effects", grade)
    return phrase("effects", "panel", measures=measures, grade=grade, meaning=meaning)


_MEASURE_KEYS = ("status", "status_year", "started_year", "money_wan", "people", "finding")
_EFFECT_KEYS = (
    *("measure", "target", "started_year", "first_year", "last_year", "grade", "side"),
    *("actual", "point", "lo80", "hi80", "lo95", "hi95"),
    *("difference", "difference_low", "difference_high", "n_compared", "rank_p", "n_placebo"),
    *("change_year", "dose"),
)


def measures_record(view: View) -> dict[str, list[dict[str, Any]]]:
    """measures and effects for results.json; measures nobody returned anything on are left out."""
    return {
        "measures": [
            {"id": m.measure, **{key: _plain(getattr(m, key)) for key in _MEASURE_KEYS}}
            for m in view.measures
            if m.departments_reporting
        ],
        "effects": [
            {key: _plain(getattr(effect, key)) for key in _EFFECT_KEYS} for effect in _effects(view)
        ],
    }


def _plain(value: Any) -> Any:
    """Six significant digits; words and whole numbers as they are; a gap is null."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _effects(view: View) -> list[MeasureEffect]:
    """The view's effects, the best grade first, of D those with the largest statistic."""

    def order(effect: MeasureEffect) -> tuple[int, float]:
        size = math.inf if effect.statistic is None else -effect.statistic
        return GRADES.index(effect.grade), size

    return sorted(view.effects, key=order)


def _nothing_filed(view: View) -> str:
    """One sentence where no return can be shown; empty where one can."""
    if any(m.departments_reporting for m in view.measures):
        return ""
    departments = list(dict.fromkeys(m.department for m in view.measures))
    leads = numbers.joined(departments, 4, "个部门")
    when = due(view.plan.info, "returns", view.year)
    return phrase("measures", "nothing_filed", n=len(view.measures), leads=leads, due=when)


def _no_effects(view: View) -> str:
    begun = sum(m.started_year is not None for m in view.measures)
    return _nothing_filed(view) or phrase("effects", "none", n=begun)


def _target(view: View, effect: MeasureEffect) -> TargetResult:
    return view.whole.by_target[effect.target]


def _named(view: View, measure: str) -> str:
    found = view.plan.measures[measure]
    return phrase("measures", "named", title=inner_quotes(found.title), number=found.number)


def _spent(money: float | None, person_times: float | None) -> str:
    """累计投入120万元、惠及9000人次; empty where neither was filed."""
    return phrase("measures", "spent", money=money, times=person_times)


def _finding(view: View, m: MeasureProgress) -> str:
    """What stands out in a measure's returns, with its years; empty where nothing does."""
    if m.finding == MeasureFinding.NOTHING:
        return ""
    late = None if m.started_year is None else m.started_year - view.plan.info.start_year
    return phrase("measures", m.finding, m=m, late=late)


def _causes(view: View, goal: GoalResult, seen: set[str]) -> tuple[str, bool]:
    """One goal's own measures: those that stand out by name, the others counted.

    seen: measures that stood out in an earlier goal, named in full there; this goal's are added.

    Returns:
        The sentence, and whether it only says that the measures began in time.
    """
    serving = [m for m in view.whole.measures if goal.goal in m.goals]
    sound = [m for m in serving if m.finding == MeasureFinding.NOTHING]
    parts = [_stands_out(view, m, seen) for m in serving if m not in sound]
    since = sorted({m.started_year for m in sound if m.started_year})
    if sound:
        names = numbers.joined([_named(view, m.measure) for m in sound], 2)
        key = "sound" if since else "no_start"
        years = "—".join(map(str, dict.fromkeys((since[0], since[-1])))) if since else ""
        parts.append(phrase("measure_causes", key, names=names, since=years))
    parts += _without_evidence(view, goal.goal, {m.measure for m in sound})
    text = phrase(
        "measure_causes",
        "goal",
        goal=goal_label(view, goal.goal),
        is_unmet=goal.status == Status.UNMET,
        n=len(serving),
        parts="；".join(parts),
    )
    return text, len(parts) == 1 and bool(since)


def _stands_out(view: View, m: MeasureProgress, seen: set[str]) -> str:
    if m.measure in seen:
        return phrase("measure_causes", "again", number=view.plan.measures[m.measure].number)
    seen.add(m.measure)
    is_in_vain = m.finding == MeasureFinding.WITHOUT_RESULT
    return phrase(
        "measure_causes",
        "stands_out",
        measure=_named(view, m.measure),
        m=m,
        finding=_finding(view, m),
        spent=_spent(m.money_wan, m.person_times) if is_in_vain else "",
    )


def _stand_out(view: View, goal: str) -> bool:
    """Is anything returned on a goal's measures that asks for more than to go on?"""
    serving = [m for m in view.whole.measures if goal in m.goals]
    return any(m.finding or not m.started_year for m in serving)


def _without_evidence(view: View, goal: str, sound: set[str]) -> list[str]:
    """The goal's unmet targets that did no better than was forecast before a measure began."""
    whole = view.whole
    unmet = {t.target for t in whole.targets if t.goal == goal and t.status == Status.UNMET}
    found = [
        e
        for e in whole.effects
        if e.target in unmet and e.measure in sound and e.side in ("within", "wrong_side")
    ]
    found.sort(key=lambda e: math.inf if e.statistic is None else e.statistic)
    worst: dict[str, MeasureEffect] = {}
    for effect in found:
        worst.setdefault(effect.target, effect)
    return [
        phrase(
            "measure_causes",
            "no_evidence",
            e=effect,
            r=_target(view, effect),
            years=_years(effect),
            measure=_named(view, effect.measure),
        )
        for effect in list(worst.values())[:MOST_WITHOUT]
    ]


def _compared(effect: MeasureEffect) -> str:
    """What the difference is taken from: other areas where they suffice, else all."""
    areas, indicators = len(effect.areas), len(effect.indicators)
    if effect.n_compared == areas:
        indicators = 0
    return phrase("effects", "compared", areas=areas, indicators=indicators)
