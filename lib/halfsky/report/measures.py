"""What was done and what came of it: the plan's measures, causes, and evidence of effect.

Nothing here says that a measure caused anything: figures agree with an effect (相一致), or they
do not suffice to tell (不足以判断). Source: docs/method.md section 7.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from halfsky.plan.vocabulary import MeasureFinding, Progress, Severity, Status
from halfsky.report import numbers
from halfsky.report._sections import due, goal_label, render
from halfsky.report.chart import Chart
from halfsky.report.charts.effects import EFFECTS_PER_FIGURE, plot_effects
from halfsky.report.figures import Charts, sources
from halfsky.report.html import SILENT, Html, note
from halfsky.report.text.prose import inner_quotes
from halfsky.report.text.words import rows
from halfsky.report.view import View

MOST_PANELS = 4  # one picture; the table holds every measure
MOST_SOUND = 3  # goals whose measures all began in time, told of one by one up to here
MOST_TOLD = 2  # targets without evidence in one goal's sentence; the table holds the rest
GRADES = ("A", "B", "C", "D")
SAID = {
    "A": "与措施起作用相一致，四项证据都支持",
    "B": "与措施起作用相一致，三项证据支持",
    "C": "与措施起作用初步一致，启动后的变化还不够大",
    "D": "不足以判断",
}
_HELD = {True: "支持", False: "不支持", None: "不可用"}


def measure_table(view: View) -> Html:
    """措施进展: status, start, money and people of the domain's measures, and what stands out."""
    if view.is_reference:
        return SILENT  # the plan's measures are not a reference region's
    mine = _mine(view)
    nothing = _nothing_filed(view, mine)
    if nothing:
        return note(nothing, asks=True)
    rendered = []
    for row in rows(mine):
        row["goal_labels"] = numbers.joined([goal_label(view, g) for g in row["goals"]], 4)
        row["number"] = view.plan.measures[row["measure"]].number
        row["said"] = _finding(view, row)
        row["people_text"] = numbers.headcount(row["people"])
        rendered.append(row)
    text = "\n".join(f"{r['measure']} {r['status']} {r['said']}".rstrip() for r in rendered)
    return render("measures.html.j2", text, rows=rendered)


def cause_sentences(view: View) -> Html:
    """原因: what became of the measures that serve each goal unmet or under a red warning."""
    if view.is_reference:
        return SILENT  # the plan's measures are not a reference region's
    mine = _mine(view)
    nothing = _nothing_filed(view, mine)
    if nothing:
        return note(nothing, asks=True)
    red = set(view.df.warnings.loc[view.df.warnings["severity"] == Severity.RED, "goal"])
    unmet = view.df.goals[
        (view.df.goals["status"] == Status.UNMET) | view.df.goals["goal"].isin(red)
    ]
    seen: set[str] = set()
    rendered = [(goal, _causes(view, goal, view.assessment.measures, seen)) for goal in rows(unmet)]
    quiet = [
        _says_nothing(text) or (view.domain_id is None and not _stand_out(view, goal["goal"]))
        for goal, text in rendered
    ]
    sound = [
        goal_label(view, goal["goal"])
        for (goal, _), is_quiet in zip(rendered, quiet, strict=True)
        if is_quiet
    ]
    # One such sentence may stand; twenty of them bury the measures that something is wrong with.
    many = len(sound) >= MOST_SOUND
    items = [
        text for (_, text), is_quiet in zip(rendered, quiet, strict=True) if not (many and is_quiet)
    ]
    if many:
        items.append(
            f"{numbers.joined(sound)}共{len(sound)}项目标未达标或有红色预警，对应的措施都按期启动，"
            "填报未见延误"
            + ("；有启动前后数据的，见各领域报告。" if view.domain_id is None else "。")
        )
    return render(
        "list.html.j2",
        "\n".join(items),
        items=items,
        otherwise=f"{len(view.df.goals)}项目标都没有未达标或红色预警，不必追查原因。",
    )


def effect_table(view: View, *, grades: str = "ABCD") -> Html:
    """成效证据: the grade of each measure and target, with the four pieces and their figures.

    grades: those to list; D, which cannot be told, only where a target is unmet.
    """
    if view.is_reference:
        return SILENT  # the plan's measures are not a reference region's
    frame = _effects(view)
    if frame.empty:
        return note(_no_effects(view))
    # A table of things that cannot be told is long and says little: of D only what is unmet.
    targets = view.assessment.targets
    unmet = targets.loc[targets["status"] == Status.UNMET, "target"]
    shown = frame[(frame["grade"] != "D") | frame["target"].isin(unmet)]
    shown = shown[shown["grade"].isin(list(grades))]
    # Two requirements on one series have one and the same evidence.
    shown = shown.drop_duplicates(["measure", "series"])
    rendered = [_told(view, row) for row in rows(shown)]
    counts = frame["grade"].value_counts()
    text = "\n".join(f"{r['grade']} {r['measure']} {r['target']} {r['said']}" for r in rendered)
    rules = view.assessment.assumptions.thresholds.effect
    return render(
        "effects.html.j2",
        text,
        rows=rendered,
        said=SAID,
        counts=[(g, int(counts.get(g, 0))) for g in GRADES],
        rules=rules,
        n=len(frame),
        left_out=len(frame) - len(shown),
        listed=grades,
        by_chance=rules.expected_error * len(frame),
    )


def effect_charts(view: View) -> Charts | Html:
    """The forecast made before a start against what followed, comparisons in grey."""
    if view.is_reference:
        return SILENT  # the plan's measures are not a reference region's
    frame = _effects(view)
    if frame.empty:
        return note(_no_effects(view))
    # Measures begun in one year for one indicator, and alike in grade, share their picture.
    keys = ["series", "started_year", "grade"]
    shown = frame.drop_duplicates(keys).head(MOST_PANELS)
    names = frame.groupby(keys, sort=False)["measure"].agg(list)
    named = [row["target"] for row in rows(shown)]
    shown = shown.assign(
        name=[_target(view, t)["name"] for t in named],
        caption=[_caption(view, row, names[tuple(row[k] for k in keys)]) for row in rows(shown)],
    )
    made = []
    for start in range(0, len(shown), EFFECTS_PER_FIGURE):
        part = shown.iloc[start : start + EFFECTS_PER_FIGURE]
        rendered = "；".join(f"{r['name']}：{r['caption']}" for r in rows(part))
        page = f"（{start // EFFECTS_PER_FIGURE + 1}）" if len(shown) > EFFECTS_PER_FIGURE else ""
        made.append(
            Chart(
                plot_effects(part, view.assessment.history, view.assessment.rolled),
                f"措施启动前的预测与此后的实际{page}",
                rendered + "。",
                sources(view, part),
                view.is_synthetic,
            )
        )
    return Charts(made)


_MEASURE_KEYS = ("status", "status_year", "started_year", "money_wan", "people", "finding")
_EFFECT_KEYS = (
    *("measure", "target", "started_year", "first_year", "last_year", "grade", "side"),
    *("actual", "point", "lo80", "hi80", "lo95", "hi95"),
    *("difference", "difference_low", "difference_high", "n_compared", "rank_p", "n_placebo"),
    *("change_year", "dose"),
)


def measures_record(view: View) -> dict[str, list[dict[str, Any]]]:
    """measures and effects for results.json; measures nobody returned anything on are left out."""
    filed = _mine(view)
    filed = filed[filed["departments_reporting"].map(len) > 0]
    return {
        "measures": [
            {"id": row["measure"], **{key: _plain(row[key]) for key in _MEASURE_KEYS}}
            for row in rows(filed)
        ],
        "effects": [
            {key: _plain(row[key]) for key in _EFFECT_KEYS} for row in rows(_effects(view))
        ],
    }


def _plain(value: Any) -> Any:
    """Six significant digits; words and whole numbers as they are; a gap is null."""
    return float(f"{value:.6g}") if isinstance(value, float) else value


def _mine(view: View) -> pd.DataFrame:
    frame = view.assessment.measures
    return frame if view.domain_id is None else frame[frame["domain"] == view.domain_id]


def _effects(view: View) -> pd.DataFrame:
    """The domain's effects, the best grade first, of D those with the largest statistic."""
    frame = view.assessment.effects
    if view.domain_id is not None:
        frame = frame[frame["domain"] == view.domain_id]
    order = frame["grade"].map({grade: place for place, grade in enumerate(GRADES)})
    frame = frame.assign(_grade=order.astype(float))
    return frame.sort_values(["_grade", "statistic"], ascending=[True, False], kind="stable")


def _nothing_filed(view: View, mine: pd.DataFrame) -> str:
    """One sentence where no return can be shown; empty where one can."""
    if (mine["departments_reporting"].map(len) > 0).any():
        return ""
    leads = numbers.joined(list(dict.fromkeys(mine["department"])), 4, "个部门")
    return (
        f"{len(mine)}条措施都没有填报进展，无从分析原因和成效：请{leads}（牵头部门建议名单）"
        f"于{due(view.plan.info, 'returns', view.year)}填写填报表的“措施进展”页，"
        "写明进展、启动时间、投入资金和惠及人数。"
    )


def _no_effects(view: View) -> str:
    nothing = _nothing_filed(view, _mine(view))
    if nothing:
        return nothing
    begun = int(_mine(view)["started_year"].notna().sum())
    return (
        f"填报了启动时间的{begun}条措施，所服务的指标都没有启动前5个以上、启动后至少1个年度数，"
        "成效不作评定；请补报启动前的历年数。"
    )


def _target(view: View, target: str) -> dict[str, Any]:
    frame = view.assessment.targets
    return rows(frame[frame["target"] == target])[0]


def _measure(view: View, measure: str) -> str:
    found = view.plan.measures[measure]
    return f"“{inner_quotes(found.title)}”（措施{found.number}）"


def _spent(row: dict[str, Any]) -> str:
    """累计投入120万元、惠及9000人次; empty where neither was filed."""
    parts = []
    if row["money_wan"] is not None:
        parts.append(f"投入{numbers.money(row['money_wan'])}")
    if row["person_times"] is not None:
        parts.append(f"惠及{numbers.headcount(row['person_times'])}人次")
    return "累计" + "、".join(parts) if parts else ""


def _finding(view: View, row: dict[str, Any]) -> str:
    """What stands out in a measure's returns, with its years; empty where nothing does."""
    start = view.plan.info.start_year
    if row["finding"] == MeasureFinding.NEVER_BEGUN:
        return f"{row['status_year']}年填报仍未启动"
    if row["finding"] == MeasureFinding.BEGUN_LATE:
        late = row["started_year"] - start
        return f"{row['started_year']}年才启动，比规划开始晚{late}年"
    if row["finding"] == MeasureFinding.WITHOUT_RESULT:
        begun = f"{row['started_year']}年启动，" if row["started_year"] else ""
        done = "已完成" if row["status"] == Progress.DONE else "推进至今"
        return f"{begun}{done}，所服务的指标与基期相比都没有明显改善，其中有未达标的"
    if row["finding"] == MeasureFinding.NOT_REPORTED:
        if row["status_year"]:
            return f"最近一次填报在{row['status_year']}年，此后没有更新"
        return "没有填报进展"
    return ""


def _causes(view: View, goal: dict[str, Any], measures: pd.DataFrame, seen: set[str]) -> str:
    """One goal's own measures: those that stand out by name, the others counted.

    seen: measures that stood out in an earlier goal, told in full there; this goal's are added.
    """
    serving = [r for r in rows(measures) if goal["goal"] in r["goals"]]
    parts = []
    for row in serving:
        found = _finding(view, row)
        if not found:
            continue
        if row["measure"] in seen:
            parts.append(f"措施{view.plan.measures[row['measure']].number}已如前述")
            continue
        seen.add(row["measure"])
        spent = _spent(row) if row["finding"] == MeasureFinding.WITHOUT_RESULT else ""
        parts.append(
            f"{_measure(view, row['measure'])}由{row['department']}牵头，{found}"
            + (f"（{spent}）" if spent else "")
        )
    sound = [r for r in serving if not _finding(view, r)]
    if sound:
        names = numbers.joined([_measure(view, r["measure"]) for r in sound], 2)
        starts = sorted({int(r["started_year"]) for r in sound if r["started_year"]})
        since = "—".join(str(y) for y in dict.fromkeys((starts[0], starts[-1]))) if starts else ""
        parts.append(
            f"{names}按期启动（{since}年），填报未见延误" if since else f"{names}未填启动时间"
        )
    parts += _without_evidence(view, goal["goal"], {r["measure"] for r in sound})
    label = goal_label(view, goal["goal"])
    status = "未达标" if goal["status"] == Status.UNMET else "有红色预警"
    return f"{label}{status}，对应措施{len(serving)}条：" + "；".join(parts) + "。"


def _stand_out(view: View, goal: str) -> bool:
    """Is anything returned on a goal's measures that asks for more than to go on?"""
    serving = [r for r in rows(view.assessment.measures) if goal in r["goals"]]
    return any(_finding(view, r) or not r["started_year"] for r in serving)


def _says_nothing(text: str) -> bool:
    """Is all that is told of a goal's measures that they began in time?"""
    return text.endswith("填报未见延误。") and "；" not in text


def _without_evidence(view: View, goal: str, sound: set[str]) -> list[str]:
    """The goal's unmet targets that did no better than was forecast before a measure began."""
    targets = view.assessment.targets
    unmet = targets.loc[(targets["goal"] == goal) & (targets["status"] == Status.UNMET), "target"]
    frame = view.assessment.effects
    frame = frame[frame["target"].isin(unmet) & frame["measure"].isin(sound)]
    frame = frame[frame["side"].isin(["within", "wrong_side"])].sort_values("statistic")
    parts = []
    for row in rows(frame.drop_duplicates("target").head(MOST_TOLD)):
        rendered = _told(view, row)
        value, was = (
            numbers.quantity(row[name], rendered["unit"], rendered["decimals"])
            for name in ("actual", "point")
        )
        parts.append(
            f"{rendered['name']}{rendered['years']}{value}，{rendered['measure_name']}启动前的预测是{was}，"
            "成效不足以判断"
        )
    return parts


def _caption(view: View, row: dict[str, Any], measures: list[str]) -> str:
    which = numbers.joined(
        list(dict.fromkeys(f"措施{view.plan.measures[m].number}" for m in measures)), 3
    )
    return f"{which}，证据等级{row['grade']}：{SAID[row['grade']]}"


def _told(view: View, row: dict[str, Any]) -> dict[str, Any]:
    """A row of effects with its words."""
    target = _target(view, row["target"])
    unit, decimals = target["unit"], target["decimals"]
    first, last = int(row["first_year"]), int(row["last_year"])
    row["years"] = f"{first}—{last}年平均" if last > first else f"{first}年"
    row["name"], row["unit"], row["decimals"] = target["name"], unit, decimals
    row["goal_label"] = goal_label(view, row["goal"])
    row["measure_name"] = _measure(view, row["measure"])
    row["beyond"] = {
        "beyond95": f"超出80%区间，其中{row['years_beyond95']}年超出95%区间",
        "beyond80": "超出80%区间，没有一年超出95%区间",
        "within": "在80%区间之内",
        "wrong_side": "不如预测",
    }[row["side"]]
    row["held"] = [_HELD[row[f"{piece}_right"]] for piece in _PIECES]
    row["against_whom"] = _against_whom(row)
    row["dose_text"] = _dose(row)
    row["said"] = SAID[row["grade"]]
    return row


_PIECES = ("forecast", "difference", "placebo", "timing")


def _against_whom(row: dict[str, Any]) -> str:
    """What the difference is taken from: other areas where they suffice, else all."""
    areas, indicators = len(row["areas"]), len(row["indicators"])
    if row["n_compared"] == areas:
        indicators = 0
    parts = [f"{areas}个其他地区"] if areas else []
    return "、".join(parts + ([f"{indicators}个未涉及的指标"] if indicators else []))


def _dose(row: dict[str, Any]) -> str:
    """When it changed, and how much was done."""
    if row["changed_before"]:
        change = "启动前一年已有变化"
    elif row["change_year"]:
        change = f"{row['change_year']}年起变化"
    else:
        change = "启动后没有超出预测的变化"
    spent = _spent({"money_wan": row["money_wan"], "person_times": row["people"]})
    if row["dose"] == "too_small":
        spent += f"，少于这一变化相当的{numbers.headcount(row['people_needed'])}人"
    return f"{row['started_year']}年启动，{change}；{spent or '资金和人数都未填报'}"
