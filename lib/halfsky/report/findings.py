"""经验、问题、对策: what went well, what did not, and what the plan itself offers.

One sentence a goal, the gravest first; each carries a figure or names one of the plan's own
measures (prose.is_backed), else it is not printed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from halfsky.evaluate.countermeasures import open_problems
from halfsky.evaluate.experience import ahead
from halfsky.evaluate.results import PROVEN
from halfsky.plan.vocabulary import (
    Action,
    Data,
    Family,
    MeasureFinding,
    Progress,
    Severity,
    Status,
)
from halfsky.report import numbers
from halfsky.report._sections import due, goal_label, render, subjects
from halfsky.report.html import Html, note
from halfsky.report.places import townships_first
from halfsky.report.text.prose import Prose, claim, inner_quotes, is_backed, say, short_name, shown
from halfsky.report.text.words import rows, status_word
from halfsky.report.view import View

MOST = 8  # sentences in one list; the tables hold the rest
MOST_EVIDENCE = 2
FEW = 3  # so many missing figures are named one by one
_FILING = (Action.FILE_FIGURES, Action.FILE_BASELINE, Action.FILE_DOCUMENTS)
_KNOWN_TROUBLE = ("p_below", "overdue")  # told by the figures of the sentence itself
_TO_VERIFY = (Family.DATA, Family.UNUSUAL)
MOST_IDLE = 6  # measures never begun that are named in one sentence


def experience(view: View) -> Html:
    """经验做法: goals ahead of their time or held, with the measures that ran meanwhile.

    Without a word on causes: what ran at the same time is named, and that it did.
    """
    found = ahead(view.df.targets, view.df.goals, view.df.warnings, view.assessment.effects)
    by_target = {row["target"]: row for row in rows(view.df.targets)}
    items = []
    for _, part in found.groupby("goal", sort=False):
        chosen = [
            by_target[target] | {"why": why} for _, target, why in part.itertuples(index=False)
        ]
        items.append(_ahead(view, chosen))
    n = len(view.df.reported)
    shown, closing = _most(items, "项目标含有进展较快或保持较好的指标", rest="")
    return _listed(
        view,
        shown,
        f"有数据的{n}项指标中，没有快于时间进度而又没有"
        f"{'需要关注之处' if view.is_reference else '预警'}的。"
        if n
        else f"{len(view.df.targets)}项指标都没有可用数据，看不出哪些做法有成效。",
        closing,
    )


def _ahead(view: View, targets: list[dict[str, Any]]) -> str:
    prose, first = Prose(view), targets[0]
    goal = first["goal"]
    rendered = f"{goal_label(view, goal)}：{_movement(prose, first)}"
    if first["why"] == "ahead":
        rendered += (
            f"，完成度{first['completion_pct']:.0f}%，快于时间进度（{first['elapsed_pct']:.0f}%）"
        )
    elif first["why"] == "headroom":
        over = first["headroom"]
        if first["type"] == "about":
            # 左右 is asked with a tolerance: better is what lies beyond the plan's own value.
            sign = 1 if first["comparator"] == ">=" else -1
            over = sign * (first["value"] - first["plan_value"])
        margin = numbers.gap(over, first["unit"], first["decimals"])
        asked = _asked(prose, first)
        if first["type"] == "about" and over > 0:
            plan = numbers.limit(first["plan_value"], first["unit"], first["decimals"])
            side = "高" if first["comparator"] == ">=" else "低"
            rendered += f"，比规划的{plan}{side}{margin}"
        else:
            rendered += f"，优于{asked}{margin}" if over > 0 else f"，在{asked}的范围内"
    else:
        least = numbers.difference(first["delta"], first["unit"], first["decimals"])
        rendered += f"，变化超过有意义的最小幅度（{least}）"
    # They qualify for reasons of their own; what they share is that they are met.
    series = ("indicator", "sex", "age", "area")
    own = [first[key] for key in series]
    met = [
        row
        for row in targets[1:]
        if row["status"] == Status.MET and [row[key] for key in series] != own
    ]
    if met:
        rendered += f"；同一目标的{values_of(met)}也已{'达到要求' if view.is_reference else '达标'}"
    rendered += _meanwhile(view, prose, first)
    rendered += _evidence(view, targets)
    unmet = view.df.goals.loc[view.df.goals["status"] == Status.UNMET, "goal"]
    if goal in set(unmet):  # an example for its evidence alone: nobody is to read it as reached
        is_short = (view.df.targets["goal"] == goal) & (view.df.targets["status"] == Status.UNMET)
        short = view.df.targets[is_short]
        rendered += f"；该目标因{numbers.joined(list(short['name']), 2)}未达标，尚未达到"
    return rendered + "。"


def _meanwhile(view: View, prose: Prose, first: dict[str, Any]) -> str:
    """The measures that ran a year before the figure; those that did not are told as such."""
    goal = first["goal"]
    begun: list[dict[str, Any]] = []
    idle: list[str] = []
    young: dict[tuple[int, bool], list[str]] = {}
    for m in measures_for(view, goal):
        number = view.plan.measures[m["measure"]].number
        if m["status"] == Progress.NOT_BEGUN:
            idle.append(f"措施{number}至今未启动")
        elif m["started_year"] is None:
            continue
        elif m["started_year"] > first["value_year"] - 1:
            is_late = m["finding"] == MeasureFinding.BEGUN_LATE
            young.setdefault((int(m["started_year"]), is_late), []).append(f"措施{number}")
        elif (
            m["status"] in (Progress.RUNNING, Progress.DONE)
            and m["finding"] != MeasureFinding.WITHOUT_RESULT
        ):
            begun.append(m)
    late = [
        f"{numbers.joined(named)}于{year}年{'才' if is_late else ''}启动"
        for (year, is_late), named in young.items()
    ]
    if begun:
        ran = f"。同期，{prose.measures(begun, goal, as_run=True)}"
        return ran + "".join(f"；{rendered}" for rendered in late + idle)
    if late:
        apart = numbers.joined(late + idle)
        return f"。指标向好，而{apart}，尚不足以总结做法"
    if idle:
        return "。指标向好，而对应措施尚未启动，与措施无关"
    return ""


def _asked(prose: Prose, row: dict[str, Any]) -> str:
    """What a figure is better than: the plan's value, or the baseline where the plan has none."""
    if row["plan_value"] is None:
        return f"{'基期' if row['type'] == 'maintain' else '要求'}（{_limit(row)}）"
    return f"{prose.aim}（{prose.limit(row)}）"


def _evidence(view: View, targets: list[dict[str, Any]]) -> str:
    """The grades of evidence that say something, by measure and target."""
    frame = view.assessment.effects
    mine = frame[frame["target"].isin([t["target"] for t in targets]) & frame["grade"].isin(PROVEN)]
    names = {t["target"]: t["name"] for t in targets}
    rendered = [
        f"{names[row['target']]}的变化与措施{view.plan.measures[row['measure']].number}"
        f"起作用相一致（证据等级{row['grade']}）"
        for row in rows(mine)
    ]
    return f"；{numbers.joined(rendered[:MOST_EVIDENCE])}" if rendered else ""


def _movement(prose: Prose, row: dict[str, Any]) -> str:
    """From the baseline to now, whatever the type: the evidence of an experience."""
    if row["type"] in ("parity", "relative", "narrow_gap"):
        return prose.standing(row)
    is_still = round(row["value"] - row["baseline"], int(row["decimals"])) == 0
    return say(
        "standing",
        "still" if is_still else "moved",
        row["goal"],
        r=row,
        name=prose.name(row),
        moved=prose.turn(row),
    )


def _limit(row: dict[str, Any]) -> str:
    return numbers.limit(row["threshold"], row["unit"], row["decimals"])


def values_of(targets: list[dict[str, Any]], most: int = 3) -> str:
    """Names with their figures: 住院分娩率（99.95%）、……."""
    rendered = []
    for row in targets:
        doubt = "，待核实" if row["doubt"] is not None else ""
        span = "五年合并" if row["is_pooled"] else ""
        is_old = row["data"] == Data.STALE and row["value_year"] is not None
        dated = f"，{int(row['value_year'])}年" if is_old else ""
        rendered.append(f"{short_name(row)}（{span}{shown(row)}{claim(row)}{dated}{doubt}）")
    return numbers.joined(rendered, most)


def problems(view: View) -> Html:
    """问题: goals not met or warned of, the gravest first, then what cannot be said."""
    prose = Prose(view)
    opened = open_problems(view.df.targets, view.df.warnings)
    known = opened[~opened["action"].isin(_FILING)]
    if view.is_reference:
        # Old figures of another place are no problem of this plan's; whatever its page calls
        # short of the value is told, though for an evaluated county it were nearly met.
        short = view.df.targets[view.df.targets["status"] == Status.NEARLY]
        known = known[
            known["status"].isin([Status.UNMET, Status.NEARLY, Status.UNDECIDABLE])
            | (known["severity"] == Severity.RED)
        ]
        others = short[~short["target"].isin(known["target"])]
        known = pd.concat([part[["goal", "target"]] for part in (known, others)])
    by_target = {row["target"]: row for row in rows(view.df.targets)}
    items = []
    for goal, part in known.groupby("goal", sort=False):
        of_goal = [by_target[t] for t in part["target"]]
        items.append(f"{goal_label(view, str(goal))}：{_problem(view, prose, of_goal)}。")
    shown, closing = _most(items, "项目标需要处理")
    more = []
    n = len(view.df.missing)
    if n and len(view.df.reported):
        more.append(
            f"{view.df.missing['goal'].nunique()}项目标的{n}项指标没有可用数据，结论只对其余"
            f"{len(view.df.reported)}项成立。"
        )
    more += _measures_at_fault(view)
    if view.df.reported.empty:
        return note("".join([_no_figures(view), *items, *more]))
    nothing = f"有数据的{len(view.df.reported)}项指标没有" + (
        "未达本规划目标值的。" if view.is_reference else "未达标的，也没有红色或黄色预警。"
    )
    shown, closing = _after(shown, closing, more)
    return _listed(view, shown, nothing, closing)


def _problem(view: View, prose: Prose, targets: list[dict[str, Any]]) -> str:
    first = targets[0]
    parts = [prose.standing(first) + prose.verdict(first)]
    parts += [prose.outlook(first), prose.pace(first)]
    parts += troubles(view, prose, first)
    rendered = {row["target"] for row in targets}
    few = view.df.targets[
        (view.df.targets["goal"] == first["goal"]) & (view.df.targets["rule"] == "few_events")
    ]
    # A year without a case asks for nothing, and cannot be judged all the same.
    parts += _others(view, [*targets[1:], *rows(few[~few["target"].isin(rendered)])])
    return "；".join(part for part in parts if part)


def _others(view: View, targets: list[dict[str, Any]]) -> list[str]:
    """The goal's other open targets, by how they stand."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in targets:
        if row["status"] == Status.MET:
            word = "需要关注" if view.is_reference else "有预警"
        elif row["status"] == Status.UNDECIDABLE:
            word = str(Status.UNDECIDABLE)
        else:
            word = status_word(row["status"], view.is_reference)
        groups.setdefault(word, []).append(row)
    rendered = [f"{word}的还有{values_of(group)}" for word, group in groups.items()]
    return [f"同一目标下{rendered[0]}", *rendered[1:]] if rendered else []


def troubles(view: View, prose: Prose, row: dict[str, Any]) -> list[str]:
    """Warnings of a target that its own figures do not already tell.

    What is to be verified first, all of it; then the gravest of the others, unless the figure
    itself is in doubt.
    """
    mine = view.df.warnings[
        (view.df.warnings["target"] == row["target"])
        & ~view.df.warnings["rule"].isin(_KNOWN_TROUBLE)
        & (view.df.warnings["severity"] != Severity.NOTE)
    ]
    about = subjects(view)
    to_verify = mine["family"].isin(_TO_VERIFY)
    others = mine[~to_verify].head(0 if row["doubt"] is not None else 1)
    return [prose.words.warning(w, about(w)) for w in [*rows(mine[to_verify]), *rows(others)]]


def measures_for(view: View, goal: str) -> list[dict[str, Any]]:
    """The measures for a goal with what was returned; none for a reference region."""
    frame = view.assessment.measures
    mine = {m.id for m in view.plan.measures_for(goal)}
    return rows(frame[frame["measure"].isin(mine)])


def _measures_at_fault(view: View) -> list[str]:
    """How many of the measures are unreported, never begun or without result; named if begun."""
    frame = view.assessment.measures
    if view.domain_id is not None:
        frame = frame[frame["domain"] == view.domain_id]
    if frame.empty:
        return []
    unreported = frame[frame["finding"] == MeasureFinding.NOT_REPORTED]
    if len(unreported) == len(frame):
        return [f"{len(frame)}项措施都没有填报进展，无从判断是否落实。"]
    parts = []
    for finding, rendered in (
        (MeasureFinding.NEVER_BEGUN, "至今未启动"),
        (MeasureFinding.WITHOUT_RESULT, "已完成或推进多年而指标没有明显改善"),
        (MeasureFinding.BEGUN_LATE, "启动偏晚"),
    ):
        mine = rows(frame[frame["finding"] == finding])
        if mine:
            named = numbers.joined([_named(view, m) for m in mine[:3]])
            parts.append(f"{len(mine)}项{rendered}（{named}{'等' if len(mine) > 3 else ''}）")
    if len(unreported):
        parts.append(f"{len(unreported)}项没有填报进展")
    return [f"{len(frame)}项措施中，{'；'.join(parts)}。"] if parts else []


def _named(view: View, m: dict[str, Any]) -> str:
    measure = view.plan.measures[m["measure"]]
    domain = "" if view.domain_id else view.plan.domain(measure.domain).name
    return f"{domain}“{inner_quotes(m['title'])}”"


def recommendations(view: View) -> Html:
    """对策: for each open problem the quantity, the measures and what they lack, who and when."""
    if view.is_reference:
        n = len(view.df.reported)
        offered = f"，{n}项有数据的指标可供{view.plan.info.district}了解更大范围内的水平和走势"
        rendered = f"{view.region.short}的{len(view.df.targets)}项指标只作对照，不提出对策"
        return note(f"{rendered}{offered if n else ''}。")
    prose = Prose(view)
    proposed = _mine(view)
    missing = proposed["status"] == Status.MISSING
    by_target = {row["target"]: row for row in rows(view.df.targets)}
    items = []
    for _, part in proposed[~missing].groupby("goal", sort=False):
        items.append(_proposal(view, prose, rows(part), by_target))
    shown, closing = _most(items, "项目标需要采取对策")
    asked = [*_to_begin(view), *_to_be_filed(view, proposed[missing])]
    if view.df.reported.empty:
        return note("".join(asked))  # no proposal, only what is asked for
    shown, closing = _after(shown, closing, asked)
    return _listed(view, shown, _nothing_to_do(view), closing)


def countermeasure_table(view: View) -> Html:
    """Every countermeasure: quantity, measures with their progress, department and date."""
    if view.is_reference:
        return recommendations(view)
    prose = Prose(view)
    proposed = _mine(view)
    missing = proposed[proposed["status"] == Status.MISSING]
    by_target = {row["target"]: row for row in rows(view.df.targets)}
    rendered = []
    for place, answer in enumerate(rows(proposed[proposed["status"] != Status.MISSING]), 1):
        goal, row = answer["goal"], by_target[answer["target"]]
        rendered.append(
            {
                **answer,
                "rank": place,
                "goal_label": goal_label(view, goal),
                "name": row["name"],
                "need": prose.need(row, answer),
                "measures": prose.measures(measures_for(view, goal), goal),
                "support": numbers.joined(list(answer["support"])),
            }
        )
    if not rendered:
        return note("".join(_to_be_filed(view, missing)) or _nothing_to_do(view))
    plain = "\n".join(f"{t['rank']} {t['goal_label']} {t['need']}" for t in rendered)
    return render("countermeasures.html.j2", plain, rows=rendered)


def _mine(view: View) -> pd.DataFrame:
    """The view's own countermeasures."""
    proposed = view.assessment.countermeasures
    return proposed if view.domain_id is None else proposed[proposed["domain"] == view.domain_id]


def _nothing_to_do(view: View) -> str:
    return f"有数据的{len(view.df.reported)}项指标均已达到要求，没有需要提出对策的问题。"


def _proposal(
    view: View,
    prose: Prose,
    answers: list[dict[str, Any]],
    by_target: dict[str, dict[str, Any]],
) -> str:
    first = answers[0]
    goal = first["goal"]
    rendered = f"{goal_label(view, goal)}：{prose.need(by_target[first['target']], first)}"
    late = [by_target[a["target"]] for a in answers[1:] if a["action"] == Action.FILE_FIGURES]
    rest = [by_target[a["target"]] for a in answers[1:] if a["action"] != Action.FILE_FIGURES]
    if rest:
        rendered += f"；{values_of(rest)}一并纳入"
    if late:
        rendered += f"；{values_of(late)}须补报此后各年的数"
    open_rows = [by_target[a["target"]] for a in answers]
    rendered += townships_first(view, [r["indicator"] for r in open_rows if r["doubt"] is None])
    year = int(first["report_year"])
    serving = measures_for(view, goal)
    measures = prose.measures(serving, goal, steps=year)
    is_spent = bool(serving) and all(
        m["status"] == Progress.DONE and m["finding"] == MeasureFinding.NOTHING for m in serving
    )
    if is_spent and first["status"] != Status.MET:
        measures += "；" + say("step", "spent", goal, year=year)
    # Whoever answers for one of the goal's other figures, or has a step to take, is named, too.
    owners = [a["department"] for a in answers[1:]]
    owners += [m["department"] for m in serving if m["finding"] != MeasureFinding.NOTHING]
    return f"{rendered}。{measures}。{prose.duty(first, owners)}。"


def idle_elsewhere(view: View) -> pd.DataFrame:
    """Measures never begun, of goals without a proposal that would name them."""
    frame = view.assessment.measures
    if view.domain_id is not None:
        frame = frame[frame["domain"] == view.domain_id]
    proposed = view.assessment.countermeasures
    opened = set(proposed.loc[proposed["status"] != Status.MISSING, "goal"])
    idle = frame[frame["status"] == Progress.NOT_BEGUN]
    return idle[[opened.isdisjoint(goals) for goals in idle["goals"]]]


def _to_begin(view: View) -> list[str]:
    """Which measures are to begin although no figure of their goals asks for it."""
    idle = rows(idle_elsewhere(view))
    if not idle:
        return []
    year = min(view.year + 1, view.plan.info.end_year)
    named = [
        f"“{inner_quotes(m['title'])}”（{goal_label(view, m['goals'][0])}，"
        f"措施{view.plan.measures[m['measure']].number}，{m['department']}）"
        for m in idle
    ]
    return [f"另须在{year}年内启动：{numbers.joined(named, MOST_IDLE, '条措施')}。"]


def _to_be_filed(view: View, missing: pd.DataFrame) -> list[str]:
    """What is to be filed, by whom and when: one sentence."""
    if missing.empty:
        return []
    when = due(view.plan.info, "returns", view.year)
    if len(missing) <= FEW:
        pairs = zip(missing["target"], missing["department"], strict=True)
        names = dict(zip(view.df.targets["target"], view.df.targets["name"], strict=True))
        named = [f"{names.get(target, target)}（{lead}）" for target, lead in pairs]
        return [f"补报{numbers.joined(named)}，于{when}报送。"]
    counts = missing["department"].value_counts(sort=False)
    counts = counts.sort_values(ascending=False, kind="stable")
    most = [f"{name}{count}项" for name, count in counts.head(4).items()]
    kinds = missing["action"].value_counts()
    rendered = [
        f"{kinds[action]}项{word}"
        for action, word in (
            (Action.FILE_FIGURES, "数据"),
            (Action.FILE_BASELINE, "基期数据"),
            (Action.FILE_DOCUMENTS, "佐证材料"),
        )
        if action in kinds.index
    ]
    others = f"等{len(counts)}个部门" if len(counts) > 4 else ""
    return [
        f"补报{numbers.joined(rendered)}，涉及{missing['goal'].nunique()}项目标："
        f"{numbers.joined(most)}{others}，于{when}报送。"
    ]


def _no_figures(view: View) -> str:
    """Why a list is empty where nothing is known at all."""
    filed = "公布" if view.is_reference else "填报"
    return f"{len(view.df.goals)}项目标的{len(view.df.targets)}项指标都没有{filed}数据。"


def _most(items: list[str], what: str, rest: str = "，其余见表") -> tuple[list[str], list[str]]:
    """The first few, and the sentence below the list that says how many there are in all.

    rest: where the others stand; empty where no table holds them.
    """
    if len(items) <= MOST:
        return items, []
    return items[:MOST], [f"共有{len(items)}{what}，以上列出{MOST}项{rest}。"]


def _after(items: list[str], closing: list[str], more: list[str]) -> tuple[list[str], list[str]]:
    """More sentences at the end of a list; below the one that closes it where it is cut short."""
    return (items, [*closing, *more]) if closing else ([*items, *more], [])


def _listed(view: View, items: Iterable[str], otherwise: str, closing: Iterable[str] = ()) -> Html:
    """A numbered list, and paragraphs below it that are none of its items."""
    kept = [item for item in items if is_backed(item, view.plan)]
    rendered = [line for line in closing if is_backed(line, view.plan)]
    plain = "\n".join([*kept, *rendered]) or otherwise
    return render("list.html.j2", plain, items=kept, closing=rendered, otherwise=otherwise)
