"""经验、问题、原因、对策: what went well, what did not and why, and what the plan itself offers.

One sentence a goal, the gravest first; each carries a figure or names one of the plan's own
measures (prose.is_backed), else it is not printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from halfsky.evaluate.results import (
    PROVEN,
    Countermeasure,
    MeasureProgress,
    PracticeReason,
    Results,
    StatusRule,
    TargetResult,
    WarningRule,
)
from halfsky.plan.vocabulary import (
    Action,
    Data,
    Family,
    MeasureFinding,
    Progress,
    Severity,
    Status,
)
from halfsky.report import blocks, labels, numbers
from halfsky.report.blocks import Blocks, Bullets, Column, Note, Paragraph
from halfsky.report.labels import due, goal_label
from halfsky.report.sections.disparities import townships_first
from halfsky.report.sections.measures import measures_for
from halfsky.report.sections.warnings import subjects
from halfsky.report.text import phrase
from halfsky.report.text.prose import (
    Prose,
    change_since_baseline,
    claim,
    inner_quotes,
    is_backed,
    short_name,
    shown,
    variant_phrase,
)
from halfsky.report.text.words import (
    contradicts_forecast,
    filed_word,
    has_no_pace,
    status_word,
)
from halfsky.report.view import FILING, View

MOST = 8  # sentences in one list; the tables hold the rest
MOST_EVIDENCE = 2
FEW = 3  # so many missing figures are named one by one
# The figures of the sentence itself say these.
_KNOWN_TROUBLE = (WarningRule.P_BELOW, WarningRule.OVERDUE)
_TO_VERIFY = (Family.DATA, Family.UNUSUAL)
MOST_IDLE = 6  # measures never begun that are named in one sentence
MOST_DEPARTMENTS = 4


def experience(view: View) -> Blocks:
    """经验做法: goals ahead of their time or held, with the measures that ran meanwhile.

    Without a word on causes: what ran at the same time is named, and that it did.
    """
    practices = [p for p in view.assessment.practices if p.target in view.by_target]
    by_goal: dict[str, list[tuple[TargetResult, PracticeReason]]] = {}
    for practice in practices:
        chosen = view.by_target[practice.target], practice.why
        by_goal.setdefault(practice.goal, []).append(chosen)
    items = [_ahead(view, [t for t, _ in of], of[0][1]) for of in by_goal.values()]
    listed, closing = _most(items, "experience", in_table=False)
    n = len(view.reported)
    otherwise = (
        phrase("experience", "nothing", n=n, is_reference=view.is_reference)
        if n
        else phrase("experience", "no_figures", n=len(view.targets))
    )
    return _listed(view, listed, otherwise, closing)


def _ahead(view: View, targets: list[TargetResult], why: PracticeReason) -> str:
    prose, first = Prose(view), targets[0]
    text = f"{goal_label(view, first.goal)}：{_movement(prose, first)}"
    if why == PracticeReason.HEADROOM:
        text += _headroom(prose, first)
    else:
        text += phrase("experience", why, r=first)
    # They qualify for reasons of their own; what they share is that they are met.
    met = [t for t in targets[1:] if t.status == Status.MET and _series(t) != _series(first)]
    if met:
        is_reference = view.is_reference
        names = values_of(met)
        text += phrase("experience", "others_met", names=names, is_reference=is_reference)
    text += _meanwhile(view, prose, first)
    text += _evidence(view, targets)
    # An example for its evidence alone: nobody is to read its goal as reached.
    if any(g.goal == first.goal and g.status == Status.UNMET for g in view.goals):
        short = [t for t in view.targets if t.goal == first.goal and t.status == Status.UNMET]
        names = numbers.joined([t.name for t in short], 2)
        text += phrase("experience", "not_reached", names=names)
    return text + "。"


def _series(target: TargetResult) -> tuple[str | None, str, str, str]:
    return target.indicator, target.sex, target.age, target.area


def _headroom(prose: Prose, row: TargetResult) -> str:
    over, is_beyond = row.headroom or 0.0, False
    if row.type == "about" and row.value is not None and row.plan_value is not None:
        # 左右 is asked with a tolerance: better is what lies beyond the plan's own value.
        over = (1 if row.comparator == ">=" else -1) * (row.value - row.plan_value)
        is_beyond = over > 0
    key = "beyond" if is_beyond else "better" if over > 0 else "within"
    return phrase("experience", key, r=row, over=over, asked=_asked(prose, row))


def _meanwhile(view: View, prose: Prose, first: TargetResult) -> str:
    """The measures that ran a year before the figure; those that did not, apart from them."""
    begun: list[MeasureProgress] = []
    idle: list[str] = []
    young: dict[tuple[int, bool], list[str]] = {}
    for m in measures_for(view, first.goal):
        number = view.plan.measures[m.measure].number
        if m.status == Progress.NOT_BEGUN:
            idle.append(phrase("experience", "idle", number=number))
        elif m.started_year is None:
            continue
        elif first.value_year is not None and m.started_year > first.value_year - 1:
            is_late = m.finding == MeasureFinding.BEGUN_LATE
            named = phrase("parts", "measure", number=number)
            young.setdefault((m.started_year, is_late), []).append(named)
        elif (
            m.status in (Progress.RUNNING, Progress.DONE)
            and m.finding != MeasureFinding.WITHOUT_RESULT
        ):
            begun.append(m)
    late = [
        phrase("experience", "young", named=numbers.joined(of), year=year, is_late=is_late)
        for (year, is_late), of in young.items()
    ]
    if begun:
        ran = prose.measures(begun, first.goal, as_run=True)
        return "；".join([phrase("experience", "ran", measures=ran), *late, *idle])
    if late:
        return phrase("experience", "too_young", apart=numbers.joined(late + idle))
    return phrase("experience", "without") if idle else ""


def _asked(prose: Prose, row: TargetResult) -> str:
    """What a figure is better than: the plan's value, or the baseline where the plan has none."""
    name, limit = prose.aim, prose.limit(row)
    if row.plan_value is None:
        name = phrase("experience", "floor" if row.type == "maintain" else "requirement")
        limit = numbers.limit(row.threshold, row.unit, row.decimals)
    return phrase("experience", "asked", name=name, limit=limit)


def _evidence(view: View, targets: list[TargetResult]) -> str:
    """The grades of evidence that say something, by measure and target."""
    names = {t.target: t.name for t in targets}
    texts = [
        phrase(
            "experience",
            "evidence",
            name=names[effect.target],
            number=view.plan.measures[effect.measure].number,
            grade=effect.grade,
        )
        for effect in view.whole.effects
        if effect.target in names and effect.grade in PROVEN
    ]
    return f"；{numbers.joined(texts[:MOST_EVIDENCE])}" if texts else ""


def _movement(prose: Prose, row: TargetResult) -> str:
    """From the baseline to now, whatever the type: the evidence of an experience."""
    if row.type in ("parity", "relative", "narrow_gap"):
        return prose.standing(row)
    is_still = round(change_since_baseline(row), row.decimals or 0) == 0
    return variant_phrase(
        "standing",
        "still" if is_still else "moved",
        row.goal,
        r=row,
        name=prose.name(row),
        moved=prose.moved_to(row),
    )


def values_of(targets: Sequence[TargetResult], most: int = 3) -> str:
    """Names with their figures: 住院分娩率（99.95%）、……."""
    return numbers.joined(
        [
            phrase(
                "problems",
                "value",
                r=row,
                name=short_name(row),
                shown=shown(row),
                claim=claim(row),
                is_old=row.data == Data.STALE and row.value_year is not None,
            )
            for row in targets
        ],
        most,
    )


def problems(view: View) -> Blocks:
    """问题: goals not met or warned of, the gravest first, then what cannot be said."""
    prose = Prose(view)
    items = [
        f"{goal_label(view, goal)}：{_problem(view, prose, of_goal)}。"
        for goal, of_goal in _in_trouble(view).items()
    ]
    listed, closing = _most(items, "problems")
    more = []
    n, reported = len(view.missing), len(view.reported)
    if n and reported:
        goals = len({t.goal for t in view.missing})
        more.append(phrase("problems", "missing", goals=goals, n=n, reported=reported))
    more += _measures_at_fault(view)
    if not reported:
        return blocks.note("".join([_no_figures(view), *items, *more]))
    nothing = phrase("problems", "nothing", n=reported, is_reference=view.is_reference)
    listed, closing = _after(listed, closing, more)
    return _listed(view, listed, nothing, closing)


def open_targets(view: View) -> list[TargetResult]:
    """Targets with a problem that something can be done about, the gravest first."""
    return [view.by_target[problem.target] for problem in view.open_problems]


def _in_trouble(view: View) -> dict[str, list[TargetResult]]:
    """Goals and their targets with a problem, the gravest first."""
    known = view.open_problems
    found = [p.target for p in known]
    if view.is_reference:
        # Old figures of another place are no problem of this plan's; whatever its page calls
        # short of the value is printed, though for an evaluated county it were nearly met.
        short = (Status.UNMET, Status.NEARLY, Status.UNDECIDABLE)
        found = [p.target for p in known if p.status in short or p.severity == Severity.RED]
        nearly = [t.target for t in view.targets if t.status == Status.NEARLY]
        found += [target for target in nearly if target not in found]
    by_goal: dict[str, list[TargetResult]] = {}
    for target in found:
        row = view.by_target[target]
        by_goal.setdefault(row.goal, []).append(row)
    return by_goal


def _problem(view: View, prose: Prose, targets: list[TargetResult]) -> str:
    first = targets[0]
    parts = [prose.standing(first) + prose.verdict(first)]
    parts += [prose.outlook(first), prose.pace(first)]
    parts += troubles(view, prose, first)
    # A year without a case asks for nothing, and cannot be judged all the same.
    few = [
        t
        for t in view.targets
        if t.goal == first.goal and t.rule == StatusRule.FEW_EVENTS and t not in targets
    ]
    parts += _others(view, [*targets[1:], *few])
    return "；".join(part for part in parts if part)


def _others(view: View, targets: list[TargetResult]) -> list[str]:
    """The goal's other open targets, by how they stand."""
    groups: dict[str, list[TargetResult]] = {}
    for row in targets:
        word = status_word(row.status, view.is_reference)
        if row.status == Status.MET:
            word = phrase("problems", "met", is_reference=view.is_reference)
        groups.setdefault(word, []).append(row)
    texts = [
        phrase("problems", "group", word=word, names=values_of(group))
        for word, group in groups.items()
    ]
    return [phrase("problems", "same_goal", first=texts[0]), *texts[1:]] if texts else []


def troubles(view: View, prose: Prose, row: TargetResult) -> list[str]:
    """Warnings of a target that its own figures do not already say.

    What is to be verified first, all of it; then the gravest of the others, unless the figure
    itself is in doubt.
    """
    mine = [
        w
        for w in view.warnings
        if w.target == row.target and w.rule not in _KNOWN_TROUBLE and w.severity != Severity.NOTE
    ]
    to_verify = [w for w in mine if w.family in _TO_VERIFY]
    others = [w for w in mine if w.family not in _TO_VERIFY]
    about = subjects(view)
    chosen = [*to_verify, *others[: 0 if row.doubt is not None else 1]]
    return [prose.words.warning(w, about(w)) for w in chosen]


def _measures_at_fault(view: View) -> list[str]:
    """How many of the measures are unreported, never begun or without result; named if begun."""
    mine = view.measures
    if not mine:
        return []
    unreported = [m for m in mine if m.finding == MeasureFinding.NOT_REPORTED]
    if len(unreported) == len(mine):
        return [phrase("problems", "unreported", n=len(mine))]
    parts = []
    for finding in (
        MeasureFinding.NEVER_BEGUN,
        MeasureFinding.WITHOUT_RESULT,
        MeasureFinding.BEGUN_LATE,
    ):
        found = [m for m in mine if m.finding == finding]
        if found:
            named = numbers.joined([_named(view, m) for m in found[:3]])
            what = phrase("problems", finding)
            parts.append(phrase("problems", "at_fault", n=len(found), what=what, named=named))
    if unreported:
        parts.append(phrase("problems", "not_reported", n=len(unreported)))
    return [phrase("problems", "measures", n=len(mine), parts="；".join(parts))] if parts else []


def _named(view: View, m: MeasureProgress) -> str:
    domain = "" if view.domain_id else view.plan.domain(m.domain).name
    return f"{domain}“{inner_quotes(m.title)}”"


def recommendations(view: View) -> Blocks:
    """对策: for each open problem the quantity, the measures and what they lack, who and when."""
    if view.is_reference:
        return blocks.note(
            phrase(
                "recommendations",
                "reference",
                region=view.region.short,
                targets=len(view.targets),
                n=len(view.reported),
                district=view.plan.info.district,
            )
        )
    prose = Prose(view)
    by_goal = Results(Countermeasure, _proposed(view)).by("goal")
    items = [_proposal(view, prose, answers) for answers in by_goal.values()]
    listed, closing = _most(items, "recommendations")
    asked = [*_to_begin(view), *_to_be_filed(view)]
    if not view.reported:
        return blocks.note("".join(asked))  # no proposal, only what is asked for
    listed, closing = _after(listed, closing, asked)
    return _listed(view, listed, _nothing_to_do(view), closing)


def countermeasure_table(view: View) -> Blocks:
    """Every countermeasure: quantity, measures with their progress, department and date."""
    if view.is_reference:
        return recommendations(view)
    prose = Prose(view)
    proposed = _proposed(view)
    if not proposed:
        return blocks.note("".join(_to_be_filed(view)) or _nothing_to_do(view))
    rows = []
    for place, answer in enumerate(proposed, 1):
        row = view.by_target[answer.target]
        warned = phrase("countermeasures", "warned", severity=answer.severity)
        named = numbers.joined(list(answer.support))
        support = phrase("countermeasures", "support", named=named) if named else ""
        rows.append(
            (
                blocks.count(place),
                blocks.words(row.name, goal_label(view, answer.goal)),
                blocks.words(str(answer.status), warned if answer.severity else ""),
                blocks.words(prose.need(row, answer)),
                blocks.words(prose.measures(measures_for(view, answer.goal), answer.goal)),
                blocks.words(answer.department, support),
                blocks.year(answer.report_year),
            )
        )
    columns = (
        Column("次序", is_number=True),
        Column("指标", is_header=True),
        Column("状态"),
        Column("需要做到", is_wide=True),
        Column(phrase("countermeasures", "measures"), is_wide=True),
        Column("部门"),
        Column("报告", is_number=True),
    )
    caption = phrase("countermeasures", "caption", n=len(rows))
    label = phrase("countermeasures", "label")
    return Blocks(blocks.table(caption, columns, rows, label=label))


def _proposed(view: View) -> list[Countermeasure]:
    """The view's countermeasures, without those that only ask for figures."""
    return [a for a in view.countermeasures if a.status != Status.MISSING]


def _nothing_to_do(view: View) -> str:
    return phrase("recommendations", "nothing", n=len(view.reported))


def _proposal(view: View, prose: Prose, answers: list[Countermeasure]) -> str:
    first = answers[0]
    goal, by_target = first.goal, view.by_target
    text = f"{goal_label(view, goal)}：{prose.need(by_target[first.target], first)}"
    late = [by_target[a.target] for a in answers[1:] if a.action == Action.FILE_FIGURES]
    rest = [by_target[a.target] for a in answers[1:] if a.action != Action.FILE_FIGURES]
    if rest:
        text += phrase("recommendations", "included", names=values_of(rest))
    if late:
        text += phrase("recommendations", "late", names=values_of(late))
    asked = [by_target[a.target] for a in answers]
    text += townships_first(view, [str(t.indicator) for t in asked if t.doubt is None])
    serving = measures_for(view, goal)
    measures = prose.measures(serving, goal, steps=first.report_year)
    is_spent = bool(serving) and all(
        m.status == Progress.DONE and m.finding == MeasureFinding.NOTHING for m in serving
    )
    if is_spent and first.status != Status.MET:
        measures += "；" + variant_phrase("step", "spent", goal, year=first.report_year)
    # Whoever answers for one of the goal's other figures, or has a step to take, is named, too.
    owners = [a.department for a in answers[1:]]
    owners += [m.department for m in serving if m.finding != MeasureFinding.NOTHING]
    return f"{text}。{measures}。{prose.duty(first, owners)}。"


def idle_elsewhere(view: View) -> list[MeasureProgress]:
    """Measures never begun, of goals without a proposal that would name them."""
    opened = {a.goal for a in _proposed(view.whole)}
    return [
        m for m in view.measures if m.status == Progress.NOT_BEGUN and opened.isdisjoint(m.goals)
    ]


def _to_begin(view: View) -> list[str]:
    """Which measures are to begin although no figure of their goals asks for it."""
    named = [
        phrase(
            "recommendations",
            "idle",
            m=m,
            title=inner_quotes(m.title),
            goal=goal_label(view, m.goals[0]),
            number=view.plan.measures[m.measure].number,
        )
        for m in idle_elsewhere(view)
    ]
    if not named:
        return []
    listed = numbers.joined(named, MOST_IDLE, phrase("listed", "measures"))
    return [phrase("recommendations", "to_begin", year=next_report(view), named=listed)]


def _to_be_filed(view: View) -> list[str]:
    """What is to be filed, by whom and when: one sentence."""
    missing = [a for a in view.countermeasures if a.status == Status.MISSING]
    if not missing:
        return []
    when = due(view.plan.info, "returns", view.year)
    if len(missing) <= FEW:
        named = numbers.joined([_to_file(view, a) for a in missing])
        return [phrase("recommendations", "few_to_file", named=named, due=when)]
    counts = Counter(a.department for a in missing).most_common()
    most = numbers.joined([f"{name}{n}项" for name, n in counts[:MOST_DEPARTMENTS]])
    departments = phrase(
        "recommendations", "departments", named=most, n=len(counts), most=MOST_DEPARTMENTS
    )
    kinds = Counter(a.action for a in missing)
    asked = [phrase("recommendations", kind, n=kinds[kind]) for kind in FILING if kinds[kind]]
    return [
        phrase(
            "recommendations",
            "to_file",
            kinds=numbers.joined(asked),
            goals=len({a.goal for a in missing}),
            departments=departments,
            due=when,
        )
    ]


def _to_file(view: View, answer: Countermeasure) -> str:
    target = view.by_target.get(answer.target)
    return f"{answer.target if target is None else target.name}（{answer.department}）"


def _no_figures(view: View) -> str:
    """Why a list is empty where nothing is known at all."""
    filed = filed_word(view.is_reference)
    goals, n = len(view.goals), len(view.targets)
    return phrase("problems", "no_figures", goals=goals, n=n, filed=filed)


def _most(items: list[str], what: str, *, in_table: bool = True) -> tuple[list[str], list[str]]:
    """The first few, and the sentence below the list that says how many there are in all.

    what: key of "listed" for what is counted. in_table: a table holds the others.
    """
    if len(items) <= MOST:
        return items, []
    counted = phrase("listed", what)
    closing = phrase("listed", "of_all", n=len(items), what=counted, most=MOST, in_table=in_table)
    return items[:MOST], [closing]


def _after(items: list[str], closing: list[str], more: list[str]) -> tuple[list[str], list[str]]:
    """More sentences at the end of a list; below the one that closes it where it is cut short."""
    return (items, [*closing, *more]) if closing else ([*items, *more], [])


def _listed(
    view: View, items: Iterable[str], otherwise: str, closing: Iterable[str] = ()
) -> Blocks:
    """A numbered list, and paragraphs below it that are none of its items."""
    kept = tuple(item for item in items if is_backed(item, view.plan))
    if not kept:
        return Blocks(Note(otherwise))
    below = [Paragraph(line) for line in closing if is_backed(line, view.plan)]
    return Blocks(Bullets(kept), *below)


def causes(view: View) -> Blocks:
    """Why targets are not met, as far as figures tell: stalled, too slow, few cases, no data."""
    found = _once([t for t in open_targets(view) if not has_no_pace(t)])
    prose = Prose(view)
    words = prose.words
    stalled = [t for t in found if t.is_stalled]
    slow = [
        t
        for t in found
        if t.speed_up is not None
        and t.speed_up > 1
        and _is_better(t)
        and not contradicts_forecast(t)
    ]
    back = [t for t in found if not t.is_stalled and not _is_better(t) and t.progress is not None]
    declined = [t for t in found if t.rule == StatusRule.GAP_BY_DECLINE]
    few = [t for t in view.targets if t.rule == StatusRule.FEW_EVENTS]
    unclear = [t for t in found if t.status == Status.UNDECIDABLE]
    short = [t for t in view.reported if t.data in (Data.SHORT, Data.STALE)]
    groups = {
        "stalled": [_cause(_moves(t, prose), _recent(t, prose)) for t in stalled],
        "slow": [_cause(_moves(t, prose), words.pace(t)) for t in slow],
        "back": _distinct(back),
        "declined": [_cause(t.name, words.rule(t)) for t in declined],
        "few": _distinct(few),
        "unclear": _distinct(unclear),
        "short": _distinct(short),
    }
    sizes = dict(zip(groups, (stalled, slow, back, declined, few, unclear, short), strict=True))
    lines = [
        phrase("causes", key, n=len(sizes[key]), names=labels.listed(names, is_counted=True))
        for key, names in groups.items()
        if names
    ]
    if not lines:
        return blocks.SILENT
    asked = [] if view.is_reference else [phrase("causes", "asked")]
    return Blocks(*(Paragraph(line) for line in [*asked, *lines]))


def _once(targets: Iterable[TargetResult]) -> list[TargetResult]:
    """One target a series: two requirements on one stall or move together."""
    first: dict[object, TargetResult] = {}
    for target in targets:
        first.setdefault(target.target if target.indicator is None else _series(target), target)
    return list(first.values())


def _is_better(target: TargetResult) -> bool:
    """Not worse than at the baseline: five years may have gone up and still end below it."""
    sign = {">=": 1, "<=": -1}.get(target.comparator or "")
    if target.baseline is None or sign is None:
        return True
    return target.progress is not None and sign * target.progress > 0


def _distinct(targets: Iterable[TargetResult]) -> list[str]:
    return list(dict.fromkeys(t.name for t in targets))


def _cause(name: str, why: str) -> str:
    return phrase("causes", "named", name=name, why=why)


def _moves(row: TargetResult, prose: Prose) -> str:
    """What widens or narrows is a share's distance from another, not the share itself."""
    return prose.lagging(row) if row.type == "relative" else row.name


def _recent(row: TargetResult, prose: Prose) -> str:
    pace = row.recent_pace
    if pace is None:
        return phrase("causes", "not_closer")
    if pace == 0:
        return phrase("causes", "unchanged")
    return phrase("causes", "recent", r=row, pace=pace, **prose.moving(row, pace))


def next_report(view: View) -> int:
    """The year whose monitoring shows what came of this report."""
    return min(view.year + 1, view.plan.info.end_year)


def action_table(
    view: View, department: str | None = None, *, only_gravest: bool = False
) -> Blocks:
    """对策建议 by department: each open target, the plan's own measures, what is asked by when.

    only_gravest: those unmet or under a red warning; the note says where the others stand.
    """
    proposed = [
        a
        for a in view.countermeasures
        if a.action not in FILING and department in (None, a.department)
    ]
    grave = [a for a in proposed if a.status == Status.UNMET or a.severity == Severity.RED]
    rest = len(proposed) - len(grave) if only_gravest else 0
    proposed = grave if rest else proposed
    if view.is_reference or not proposed:
        return blocks.SILENT
    prose, is_one = Prose(view), department is not None
    same, never_begun = phrase("actions", "same"), phrase("actions", "never_begun")
    rows, before, is_idle = [], None, False
    for answer in _by_department(view, proposed):
        row = view.by_target[answer.target]
        # What they cost stands with the goal itself; here counts what is still to be done.
        measures = prose.measures(
            measures_for(view, row.goal), row.goal, with_cost=not only_gravest
        )
        # A goal's targets stand together: its measures are printed once.
        of_one = (answer.department, row.goal)
        measures, before = (same if of_one == before else measures), of_one
        is_idle = is_idle or never_begun in measures
        cells = (
            blocks.words(answer.department),
            blocks.words(row.name, goal_label(view, row.goal)),
            blocks.words(prose.words.rule(row)),
            blocks.words(measures),
            blocks.words(prose.need(row, answer)),
        )
        rows.append(cells[1:] if is_one else cells)
    columns = (
        Column(phrase("actions", "department"), weight=13),
        Column("指标", weight=18 if is_one else 14),
        Column("现状", weight=18 if is_one else 15),
        Column(phrase("actions", "measures"), weight=32 if is_one else 29, is_wide=True),
        Column("要求", weight=32 if is_one else 29, is_wide=True),
    )[is_one:]
    year = next_report(view)
    return Blocks(
        blocks.table(
            phrase("actions", "caption_one" if is_one else "caption"),
            (replace(columns[0], is_header=True), *columns[1:]),
            rows,
            note=phrase(
                "actions",
                "note",
                year=year,
                due=due(view.plan.info, "returns", year),
                rest=rest,
                is_idle=is_idle,
                is_synthetic=view.is_synthetic,
            ),
            is_grouped=not is_one,
            is_wide=not is_one,
            is_dense=not is_one,
        )
    )


def _by_department(view: View, proposed: list[Countermeasure]) -> list[Countermeasure]:
    """In the order of the plan's departments; a goal's targets where its gravest stands."""
    order = {name: n for n, name in enumerate(view.plan.duties.departments)}
    first: dict[str, int] = {}
    for a in proposed:
        first[a.goal] = min(a.rank, first.get(a.goal, a.rank))
    return sorted(
        proposed, key=lambda a: (order.get(a.department, len(order)), first[a.goal], a.rank)
    )
