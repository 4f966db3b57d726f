"""The tables and paragraphs of a page, each made from a view.

Every function returns an Html that a notebook shows. Where nothing is known it returns one
sentence that says what is missing, never an empty table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from halfsky.evaluate.intervals import gamma_poisson, probability_rate_at_most
from halfsky.evaluate.results import StatusRule
from halfsky.plan.models import PlanFile
from halfsky.plan.vocabulary import Status
from halfsky.report import numbers
from halfsky.report.html import SILENT, Html, environment, note
from halfsky.report.text.words import Words, rows, status_mark, status_word
from halfsky.report.view import View

# Bodies that sources name in two ways, a journal that speaks for its publisher.
_ONE_NAME = {
    "中央组织部": "中共中央组织部",
    "国家卫健委": "国家卫生健康委",
    "国家卫计委": "国家卫生计生委",
    "中国疾控中心周报": "中国疾控中心",
}
REGISTER_COLUMNS = ("sex", "area")
_SEXES, _AREAS = ("total", "female", "male"), ("total", "urban", "rural")
_SEX = {"female": "女", "male": "男", "total": ""}
_AREA = {"urban": "城镇", "rural": "农村", "total": ""}


def due(info: PlanFile, step: str, year: int) -> str:
    """The day by which a year's figures or reports are due: 2026年4月30日前."""
    if info.schedule is None:
        return f"{year + 1}年年度填报时"
    month, day = getattr(info.schedule, step).split("-")
    return f"{year + 1}年{int(month)}月{int(day)}日前"


def localised(text: str, view: View) -> str:
    """The plan's own district replaced by the region's name: a demonstration is not 九台区."""
    if view.region.role != "synthetic":
        return text
    return text.replace(view.plan.info.district, view.region.short)


def by_department(missing: pd.DataFrame) -> str:
    """Of whom how many of some missing figures are asked: 区卫生健康局（36项）、……等5个部门."""
    counts = missing["department"].value_counts(sort=False)
    counts = counts.sort_values(ascending=False, kind="stable")
    rendered = numbers.joined([f"{name}（{count}项）" for name, count in counts.head(4).items()])
    return rendered + (f"等{len(counts)}个部门" if len(counts) > 4 else "")


def words_for(view: View) -> Words:
    """The sentence maker of a view's plan."""
    return Words.of_view(view)


def chance_word(view: View) -> str:
    """What P is called: a reference region reaches this plan's value, it does not 达标."""
    return "达到目标值的概率" if view.is_reference else "达标概率"


def goal_label(view: View, goal: str) -> str:
    """健康2: a goal's short name, by domain and number."""
    found = view.plan.goals[goal]
    return f"{view.plan.domain(found.domain).name}{found.number}"


def render(template: str, plain: str, **values: Any) -> Html:
    """One HTML template filled; plain is what a text-only reader gets."""
    return Html(environment().get_template(template).render(**values), plain)


def sentence(text: str) -> Html:
    """One paragraph."""
    return render("sentence.html.j2", text, text=text)


def _told(view: View, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of targets with their words added."""
    words = words_for(view)
    rendered = []
    for row in rows(frame):
        row["goal_label"] = goal_label(view, row["goal"])
        row["requirement"] = words.requirement(row)
        row["rule_text"] = words.rule(row) + within_error(view, row)
        row["pace"] = "" if row["status"] == Status.MET else words.pace(row)
        row["status_word"] = status_word(row["status"], view.is_reference)
        row["mark"] = status_mark(row["status"], view.is_reference)
        row["shown_value"] = numbers.quantity(row["value"], row["unit"], row["decimals"])
        if row["type"] == "milestone" and row["level"] is not None:
            row["shown_value"] = f"{row['level']:.0f}级"
        if row["rule"] == StatusRule.SUPPRESSED:
            row["shown_value"] = numbers.SUPPRESSED
        rendered.append(row)
    return rendered


def within_error(view: View, row: Mapping[str, Any]) -> str:
    """，变化在抽样误差之内: of a gap that is judged closer although its survey cannot tell."""
    if row["type"] != "narrow_gap" or row["status"] != Status.MET:
        return ""
    gaps = view.assessment.disparities.gaps
    same = gaps[
        (gaps["indicator"] == row["indicator"])
        & (gaps["dimension"] == "sex")
        & (gaps["age"] == row["age"])
        & (gaps["verdict"] == "same")
    ]
    is_noise = bool((same["widened"].abs() > same["delta"]).any())
    return "，达到要求，但变化在抽样误差之内" if is_noise else ""


def completion_table(view: View) -> Html:
    """目标完成: every target with figures, its status and the rule that decided."""
    if view.df.reported.empty:
        return note(f"尚无可用数据，{len(view.df.goals)}项目标均不能评价；未填报不计作未达标。")
    rendered = _told(view, view.df.reported)
    text = "\n".join(
        f"{r['target']} {r['shown_value']} {r['status']} {r['rule_text']}" for r in rendered
    )
    return render(
        "completion.html.j2",
        text,
        rows=rendered,
        only_reported=len(view.df.missing) > 0,
        end_year=view.plan.info.end_year,
    )


def _of_whom(row: Mapping[str, Any]) -> str:
    """An indicator and whose it is: 宫颈癌早诊率（女）; 村委会成员中女性比例 says so itself."""
    name = str(row["indicator_name"])
    sex = "" if re.search("[女妇]", name) else _SEX[row["sex"]]
    area = "" if re.search("[村城]|社区", name) else _AREA[row["area"]]
    return name + (f"（{area}{sex}）" if area or sex else "")


def missing_table(view: View) -> Html:
    """缺项清单: what is missing, from whom."""
    if view.df.missing.empty:
        return note(_nothing_missing(view))
    groups: dict[str, dict[tuple[str, str, str], list[str]]] = {}
    plan_indicators = view.plan.indicators
    # A nation hands in no documents on a county's institutions: nothing is missing there.
    missing = view.df.missing
    if view.is_reference:
        missing = missing[missing["type"] != "milestone"]
    for row in rows(missing):
        target = view.plan.targets[row["target"]]
        label = goal_label(view, row["goal"])
        if row["type"] == "milestone":
            needed = f"{row['name']}：佐证材料"
        else:
            by_sex = target.type == "narrow_gap" or target.basis == "by_sex"
            needed = f"{row['indicator_name']}（分男女）" if by_sex else _of_whom(row)
        if row["rule"] == "no_baseline":
            needed += f"：缺{view.plan.info.baseline_year}年基期值"
        other = plan_indicators.get(target.reference_indicator or "")
        if other is not None:
            needed += f"（同时报{other.name}）" if not view.is_reference else ""
        last = ""
        if row["last_value"] is not None:
            apart = "男女相差" if target.type == "narrow_gap" else ""
            shown = apart + numbers.quantity(row["last_value"], row["unit"], row["decimals"])
            last = f"{shown}（{int(row['last_year'])}年）"
        department = "" if view.is_reference else row["department"]
        asked = groups.setdefault(department, {})
        # Two targets of a goal may rest on one figure: it is asked for once.
        asked.setdefault((label, needed, last), []).append(row["target"])
    n, goals = len(missing), missing["goal"].nunique()
    if view.is_reference:
        intro = f"{goals}项目标中的{n}项指标要求没有收录到可用的公布数据，留空不补。"
    else:
        intro = (
            f"{goals}项目标中的{n}项指标要求尚未填报，涉及{len(groups)}个部门"
            "（部门分工为建议，规划未作规定）。"
        )
    if missing.empty or (view.df.reported.empty and not view.is_reference):
        intro = ""  # the headline has said so
    documents = view.df.missing.loc[
        view.df.missing.index.difference(missing.index), ["target", "name"]
    ]
    ordered: list[dict[str, Any]] = [
        {
            "department": department,
            "rows": [
                {"targets": targets, "goal_label": label, "needed": needed, "last": last}
                for (label, needed, last), targets in asked.items()
            ],
        }
        for department, asked in groups.items()
    ]
    text = [intro, *(f"{g['department'] or '没有收录'}：{len(g['rows'])}项" for g in ordered)]
    if len(documents):
        text.append(f"不作对照：{numbers.joined(list(documents['name']))}")
    return render(
        "missing.html.j2",
        "\n".join(text),
        intro=intro,
        documents=documents.to_dict("records"),
        with_names=view.domain_id is not None,
        district=view.plan.info.district,
        groups=ordered,
        has_last=any(row["last"] for group in ordered for row in group["rows"]),
        is_reference=view.is_reference,
    )


def _nothing_missing(view: View) -> str:
    """Every target has a figure; those whose newest one is getting old are asked for on."""
    overdue = view.df.warnings.loc[view.df.warnings["rule"] == "overdue", "target"]
    late = [
        f"{r['name']}（最近一次为{int(r['last_year'])}年"
        + ("）" if view.is_reference else f"，{r['department']}）")
        for r in rows(view.df.targets[view.df.targets["target"].isin(overdue)])
    ]
    rendered = f"{'各项' if view.domain_id is None else '本领域各项'}指标均有可用数据"
    if not late:
        return rendered + ("。" if view.is_reference else "，没有需要补报的。")
    asked = "没有收录到" if view.is_reference else "须补报"
    return f"{rendered}；{asked}以后各年数据的有{len(late)}项：{numbers.joined(late)}。"


def of_plan(view: View, indicators: Iterable[str]) -> list[str]:
    """Those of some indicators that the plan knows: another county's may lack a few."""
    return [name for name in indicators if name in view.plan.indicators]


def publisher(source: str) -> str:
    """The publisher's part of a source (title · publisher（copied from） · address)."""
    parts = [part.strip() for part in str(source).split("·")]
    named = parts[1] if len(parts) > 1 else parts[0]
    # Where a figure was copied from stands in the data, in brackets; a page names who issued it.
    # A text that quotes its source does not speak for itself: 智研咨询(引国家医保局).
    quoted = re.search(r"[(（]引([^)）]+)[)）]", named)
    name = quoted[1] if quoted else re.split(r"[(（/]", named, maxsplit=1)[0] or named
    name = name.strip()
    return _ONE_NAME.get(name, name)


def small_counts_table(view: View) -> Html:
    """Counts behind the rates of rare events, with exact interval and posterior."""
    frame = view.df.targets[
        (view.df.targets["counting"] == "events") & view.df.targets["value"].notna()
    ]
    counted = frame[frame["numerator"].notna() & frame["denominator"].notna()]
    if counted.empty and view.is_reference:
        return SILENT
    if counted.empty:
        named = numbers.joined(list(frame["name"]), 4)
        rule = view.df.targets.loc[view.df.targets["counting"] == "events", "rule"]
        if (rule == StatusRule.SUPPRESSED).any():
            return note(
                f"{(rule == StatusRule.SUPPRESSED).sum()}项事件类指标的例数和率按规定不公开。"
            )
        if frame.empty:
            return note("没有事件类指标的数据，无例数可列。")
        return note(f"{named}只有公布的率，没有例数和分母，不能计算区间，按公布值对照。")
    prior = view.assessment.assumptions.thresholds.prior
    level = view.assessment.assumptions.thresholds.status.interval_level
    units = view.assessment.assumptions.units
    pooled = view.assessment.assumptions.thresholds.status.pooled_years
    rendered = []
    for row in rows(counted):
        unit = view.plan.indicators[row["indicator"]].unit
        per = units[unit].per or 1.0
        shape, rate = prior.gamma_shape, prior.gamma_rate
        events, exposure = row["numerator"], row["denominator"]
        posterior = gamma_poisson(events, exposure, per, level, shape, rate)
        row["posterior"] = posterior["mean"]
        row["p_rate"] = probability_rate_at_most(
            row["threshold"], events, exposure, per, shape, rate
        )
        if row["comparator"] == ">=":
            row["p_rate"] = 1 - row["p_rate"]
        last = int(row["value_year"])
        row["span"] = f"{last - pooled + 1}—{last}年" if row["is_pooled"] else f"{last}年"
        rendered.append(row)
    return render(
        "small_counts.html.j2",
        "\n".join(f"{r['target']} {r['numerator']:.0f}/{r['denominator']:.0f}" for r in rendered),
        rows=rendered,
        shape=prior.gamma_shape,
    )


def goal_table(view: View) -> Html:
    """All goals with the three answers, the change against last year and the weakest clause."""
    if view.df.reported.empty:
        return note(
            f"{len(view.df.goals)}项目标均为未填报，不逐项重复；需要的数据和填报部门见“缺项”。"
        )
    targets = view.df.targets.set_index("target")
    numbers_of = {d.domain: f"{d.number:02d}_{d.domain}" for d in view.plan.domains}
    doubtful = set(view.df.targets.loc[view.df.targets["doubt"].notna(), "goal"])
    rendered = []
    for row in rows(view.df.goals):
        if row["goal"] in doubtful:  # no prospect is read off a figure to be verified
            row |= {"outlook": "数据待核实", "p": None}
        goal = view.plan.goals[row["goal"]]
        weakest = targets.loc[row["weakest"]]
        row["goal_label"] = goal_label(view, row["goal"])
        row["short"] = short_text(goal.text)
        row["weakest_name"] = weakest["name"] if row["status"] != Status.MET else ""
        row["status_word"] = status_word(row["status"], view.is_reference)
        row["mark"] = status_mark(row["status"], view.is_reference)
        row["change"] = row.get("change")
        row["href"] = f"{numbers_of[goal.domain]}.html#{row['weakest']}"
        rendered.append(row)
    return render(
        "goals.html.j2",
        "\n".join(f"{r['goal']} {r['status']} {r['outlook']} {r['data']}" for r in rendered),
        rows=rendered,
        is_reference=view.is_reference,
    )


def short_text(text: str, most: int = 40) -> str:
    """The opening of a goal, cut at a clause."""
    first = text.split("。", 1)[0]
    if len(first) <= most:
        return first
    cut = max(first.rfind("，", 0, most), first.rfind("、", 0, most))
    return first[: cut if cut > most // 3 else most] + "……"


def rates_table(view: View) -> Html:
    """达标率 by domain and overall, with both denominators and the missing-data envelope."""
    names = {d.domain: d.title for d in view.plan.domains} | {"all": "合计"}
    frame = view.assessment.rates
    # The total closes the table, as in a statistical yearbook.
    ordered = pd.concat([frame[frame["domain"] != "all"], frame[frame["domain"] == "all"]])
    rendered = [{**row, "label": names[row["domain"]]} for row in rows(ordered)]
    return render(
        "rates.html.j2",
        "\n".join(f"{r['label']} {r['met']}/{r['assessable']}/{r['all']}" for r in rendered),
        rows=rendered,
        is_reference=view.is_reference,
    )
