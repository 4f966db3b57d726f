"""Which targets and goals are met, and which are not? Charts, tables and what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from halfsky.evaluate.results import (
    NOT_ASSESSABLE,
    Change,
    DomainRates,
    GoalResult,
    StatusRule,
    TargetResult,
)
from halfsky.plan.vocabulary import Status
from halfsky.report import blocks, charts, numbers
from halfsky.report.blocks import (
    MISSING,
    SILENT,
    SUPPRESSED,
    Blocks,
    Cell,
    Column,
    Figure,
    Row,
    note,
    table,
    words,
)
from halfsky.report.charts.sizes import COMPLETION_ROWS
from halfsky.report.labels import (
    about_plan,
    chance_word,
    goal_label,
    listed,
    short_text,
    sources_of,
    synthetic_note,
)
from halfsky.report.sections.goals import has_changed
from halfsky.report.sections.milestones import level
from halfsky.report.text import phrase
from halfsky.report.text.words import Words, status_mark, status_word
from halfsky.report.view import View

# Judged by a comparison that no bar from baseline to target shows.
_NO_BAR = ("parity", "relative", "milestone", "slow_rise")
_LONG = 24  # characters, from which a cell needs room


def completion_chart(view: View) -> Blocks:
    """How far each target has come against the time gone."""
    drawn = [
        target.target
        for target in view.reported
        if target.threshold is not None and target.value is not None and target.type not in _NO_BAR
    ]
    if not drawn:
        return note(phrase("completion_chart", "nothing"))
    shown = view.df.reported
    # Split before ordering would hide who is furthest behind: the order is that of the whole.
    ordered = charts.furthest_behind_first(shown[shown["target"].isin(drawn)])
    starts = range(0, len(ordered), COMPLETION_ROWS)
    figures = []
    for page, start in enumerate(starts, start=1):
        part = ordered.iloc[start : start + COMPLETION_ROWS]
        ends = {"first": part["name"].iloc[0], "last": part["name"].iloc[-1], "n": len(part)}
        figures.append(
            Figure(
                charts.plot_completion(part, is_reference=view.is_reference),
                phrase("completion_chart", "title", page=page if len(starts) > 1 else None),
                _paces([view.by_target[name] for name in drawn])
                if start == 0
                else phrase("completion_chart", "continued", **ends),
                sources_of(view, part["target"]),
                part,
                view.is_synthetic,
            )
        )
    return Blocks(*figures)


def _paces(targets: Sequence[TargetResult]) -> str:
    """What the bars show: how many are met, ahead of the time gone, and behind it."""
    known = [(t.completion_pct, t.elapsed_pct) for t in targets if t.completion_pct is not None]
    ahead = sum(elapsed is not None and done >= elapsed for done, elapsed in known)
    return phrase(
        "completion_chart",
        "message",
        n=len(targets),
        met=sum(t.status == Status.MET for t in targets),
        n_known=len(known),
        ahead=ahead,
        slow=len(known) - ahead,
    )


def completion_table(view: View) -> Blocks:
    """目标完成: every target with figures, its status and the rule that decided."""
    if not len(view.reported):
        return note(phrase("completion_table", "nothing", n=len(view.goals)))
    columns = (
        Column("指标", is_header=True),
        Column("规划要求"),
        Column("基期", is_number=True),
        Column("现值", is_number=True),
        Column("完成度", is_number=True),
        Column("状态"),
        Column("判定依据", is_wide=True),
    )
    sentences = Words.of_view(view)
    n = len(view.reported) if len(view.missing) else None
    return Blocks(
        table(
            phrase("completion_table", "caption", n=n),
            columns,
            [_completion_row(view, sentences, target) for target in view.reported],
            note=phrase("completion_table", "note", end_year=view.plan.info.end_year),
            label=phrase("completion_table", "label"),
        )
    )


def _completion_row(view: View, sentences: Words, target: TargetResult) -> Row:
    pace = "" if target.status == Status.MET else sentences.pace(target)
    why = _rule(view, sentences, target) + (f"。{pace}" if pace else "")
    cells = (
        words(target.name, _cell_text("goal", target, label=goal_label(view, target.goal))),
        words(sentences.requirement(target)),
        blocks.amount(target.baseline, target.unit, target.decimals).with_small(
            _cell_text("baseline_year", target)
        ),
        _value(target).with_small(_cell_text("value_year", target)),
        _completion(target),
        _status(view, target.status),
        words(why),
    )
    return Row(cells, anchor=target.target)


def _cell_text(key: str, target: TargetResult, **more: Any) -> str:
    return phrase("target_cells", key, t=target, **more)


def _rule(view: View, sentences: Words, target: TargetResult) -> str:
    """Why a target has its status; of a gap that is judged closer although its survey cannot
    tell, that it is within sampling error."""
    rule = sentences.rule(target)
    if target.type != "narrow_gap" or target.status != Status.MET:
        return rule
    gaps = view.assessment.disparities.gaps
    same = gaps[
        (gaps["indicator"] == target.indicator)
        & (gaps["dimension"] == "sex")
        & (gaps["age"] == target.age)
        & (gaps["verdict"] == "same")
    ]
    is_noise = bool((same["widened"].abs() > same["delta"]).any())
    return rule + (phrase("target_cells", "within_error") if is_noise else "")


def _value(target: TargetResult) -> Cell:
    """The value a target is judged by, or the level of a milestone."""
    if target.rule == StatusRule.SUPPRESSED:
        return SUPPRESSED
    if target.type == "milestone" and target.level is not None:
        return level(target.level)
    return blocks.amount(target.value, target.unit, target.decimals)


def _completion(target: TargetResult) -> Cell:
    """The share of the way; where there is none, the distance to the requirement or baseline."""
    if target.completion_pct is not None:
        elapsed = _cell_text("elapsed", target)
        return blocks.share(target.completion_pct, 0).with_small(elapsed)
    if target.headroom is not None:
        return words("", *_cell_text("headroom", target).splitlines())
    if target.progress is not None and target.type not in ("milestone", "parity"):
        return words("", *_cell_text("progress", target).splitlines())
    return MISSING


def _status(view: View, status: Status) -> Cell:
    mark = Status(status_mark(status, view.is_reference))
    return blocks.status(mark, status_word(status, view.is_reference))


def change_table(view: View) -> Blocks:
    """Targets whose status changed since last year, as it was known then, and why."""
    if all(target.status_before is None for target in view.targets):
        return note(phrase("change_table", "first_year"))
    changed = [target for target in view.targets if has_changed(target)]
    if not changed:
        key = "none" if len(view.reported) else "nothing"
        given = {"year": view.year, "n": len(view.reported)}
        return note(phrase("change_table", key, **given))
    columns = (
        Column("指标", is_header=True),
        Column("上一年"),
        Column("本年"),
        Column("变化"),
        Column("原因", is_wide=True),
    )
    sentences = Words.of_view(view)
    rows = [
        (
            words(target.name, goal_label(view, target.goal)),
            _status(view, Status(str(target.status_before))),
            _status(view, target.status),
            words(_kind(target)),
            words(_why(target, _rule(view, sentences, target))),
        )
        for target in changed
    ]
    return Blocks(
        table(
            phrase("change_table", "caption", year=view.year, n=len(changed)),
            columns,
            rows,
            label=phrase("change_table", "label"),
        )
    )


def _kind(target: TargetResult) -> str:
    """升级 or 降级; else what has become of the possibility to judge."""
    if target.change is not None:
        return str(target.change)
    was_known = target.status_before not in NOT_ASSESSABLE
    is_known = target.status not in NOT_ASSESSABLE
    if is_known:
        return phrase("change_kinds", "in_doubt" if was_known else "newly_known")
    return phrase("change_kinds", "no_longer_known" if was_known else "still_unknown")


def _why(target: TargetResult, rule: str) -> str:
    """Both years' figures and the rule; the rule alone where one of them has none."""
    if target.value_before is None or target.value is None:
        return rule
    before = numbers.quantity(target.value_before, target.unit, target.decimals)
    if target.type == "relative":
        side = "低" if target.value_before < 0 else "高"
        distance = abs(target.value_before)
        before = side + numbers.difference(distance, target.unit, target.decimals)
    return phrase(
        "change_table", "why", t=target, before=before, rule=rule, is_figure=rule[0].isdigit()
    )


def goal_table(view: View) -> Blocks:
    """All goals with the three answers, the change against last year and the weakest clause."""
    if not len(view.reported):
        return note(phrase("goal_table", "nothing", n=len(view.goals)))
    columns = (
        Column("目标", is_header=True),
        Column("内容"),
        Column("对照" if view.is_reference else "状态"),
        Column("前景"),
        Column("概率", is_number=True),
        Column("数据"),
        Column("最弱一项"),
    )
    # No prospect is read off a figure to be verified.
    doubtful = {target.goal for target in view.targets if target.doubt is not None}
    rows = [_goal_row(view, goal, is_doubtful=goal.goal in doubtful) for goal in view.goals]
    return Blocks(
        table(
            phrase("goal_table", "caption", n=len(rows)),
            columns,
            rows,
            label=phrase("goal_table", "label"),
        )
    )


def _goal_row(view: View, goal: GoalResult, *, is_doubtful: bool) -> Row:
    domain = view.plan.domain(goal.domain)
    page = f"{domain.number:02d}_{domain.domain}.html#{goal.weakest}"
    moved = goal.change in (Change.BETTER, Change.WORSE)
    change = phrase("goal_table", "change", change=goal.change) if moved else ""
    weakest = view.by_target[goal.weakest].name if goal.status != Status.MET else ""
    cells = (
        words(goal_label(view, goal.goal), href=page),
        words(short_text(view.plan.goals[goal.goal].text)),
        _status(view, goal.status).with_small(change),
        words(phrase("goal_table", "in_doubt") if is_doubtful else goal.outlook),
        blocks.chance(None if is_doubtful else goal.p),
        words(goal.data),
        words(weakest),
    )
    return Row(cells, anchor=goal.goal)


def rates_table(view: View) -> Blocks:
    """达标率 by domain and overall, with both denominators and the missing-data envelope."""
    is_reference = view.is_reference
    titles = [
        "目标",
        "已达" if is_reference else "达标",
        *([] if is_reference else ["基本达标"]),
        "未达" if is_reference else "未达标",
        "不可判",
        status_word(Status.MISSING, is_reference),
    ]
    if not is_reference:
        titles += [phrase("rates_table", key) for key in ("of_assessable", "of_all", "envelope")]
    names = {d.domain: d.title for d in view.plan.domains} | {"all": "合计"}
    # The total closes the table, as in a statistical yearbook.
    ordered = sorted(view.rates, key=lambda r: r.domain == "all")
    rows = [
        Row(
            (words(names[rates.domain]), *_rates(rates, is_reference)),
            is_total=rates.domain == "all",
        )
        for rates in ordered
    ]
    return Blocks(
        table(
            phrase("rates_table", "caption", is_reference=is_reference),
            [Column("领域", is_header=True), *(Column(t, is_number=True) for t in titles)],
            rows,
            label=phrase("rates_table", "label"),
        )
    )


def _rates(rates: DomainRates, is_reference: bool) -> list[Cell]:
    if is_reference:
        of_status = [rates.met, rates.unmet + rates.basically]
    else:
        of_status = [rates.met, rates.basically, rates.unmet]
    counts = [rates.all, *of_status, rates.undecidable, rates.missing]
    cells = [blocks.count(n) for n in counts]
    if is_reference:
        return cells
    if rates.met_of_assessable_pct is None:
        return [*cells, MISSING, MISSING, MISSING]
    low, high = blocks.share(rates.lowest_pct), blocks.share(rates.highest_pct)
    envelope = low if low.text == high.text else words(f"{low.text}—{high.text}")
    shares = [blocks.share(rates.met_of_assessable_pct), blocks.share(rates.met_of_all_pct)]
    return [*cells, *shares, envelope]


def rank_table(view: View) -> Blocks:
    """Does the order of the domains hang on how goals are weighed?"""
    ranks = view.ranks
    if len(ranks) < 2:
        return note(phrase("rank_table", "too_few"))
    if not any(r.met_pct or r.met_by_target_pct for r in ranks):
        return note(phrase("rank_table", "none_met", n=len(ranks)))
    met = "已达" if view.is_reference else "达标"
    keys = ("n", "by_goal", "rank_by_goal", "by_target", "rank_by_target", "any_weights")
    titles = [phrase("rank_titles", key, met=met) for key in keys]
    names = {d.domain: d.title for d in view.plan.domains}
    rows = [
        (
            words(names[r.domain]),
            blocks.count(r.n),
            blocks.share(r.met_pct),
            blocks.count(r.rank),
            blocks.share(r.met_by_target_pct),
            blocks.count(r.rank_by_target),
            words(f"{r.rank_low}—{r.rank_high}"),
        )
        for r in sorted(ranks, key=lambda r: r.rank)
    ]
    return Blocks(
        table(
            phrase("rank_table", "caption"),
            [Column("领域", is_header=True), *(Column(t, is_number=True) for t in titles)],
            rows,
            note=phrase("rank_table", "note", met=met),
            label=phrase("rank_table", "label"),
        )
    )


def status_chart(view: View) -> Blocks:
    """How the goals of each domain stand; nothing where the table beside it says why."""
    if not len(view.reported):
        return SILENT
    names = {d.domain: d.name for d in view.plan.domains}
    goals = view.df.goals.assign(domain=view.df.goals["domain"].map(names))
    domains = [
        (names[domain], len(found), sum(g.status not in NOT_ASSESSABLE for g in found))
        for domain, found in view.goals.by("domain").items()
    ]
    return Blocks(
        Figure(
            charts.plot_status_counts(goals, is_reference=view.is_reference),
            phrase("status_chart", "title"),
            phrase("status_chart", "message", domains=domains, is_reference=view.is_reference),
            about_plan(view),
            goals,
            view.is_synthetic,
        )
    )


def goals_by_status(view: View) -> Blocks:
    """Which goals are met and which not, by number: the met-rate can be counted again from it."""
    if not len(view.reported):
        return SILENT
    marks = {goal.goal: status_mark(goal.status, view.is_reference) for goal in view.goals}
    used = [status for status in Status if status in marks.values()]
    rows = []
    for domain in view.plan.domains:
        cells = [words(domain.title)]
        for status in used:
            found = [
                goal.goal.rsplit("-", 1)[1]
                for goal in view.goals
                if goal.domain == domain.domain and marks[goal.goal] == status
            ]
            cells.append(words(f"{'、'.join(found)}（{len(found)}项）" if found else "—"))
        rows.append(cells)
    return Blocks(
        table(
            phrase("goals_by_status", "caption"),
            _word_columns(["领域", *(status_word(s, view.is_reference) for s in used)], rows),
            rows,
            note=phrase("goals_by_status", "note") + synthetic_note(view),
        )
    )


def open_by_domain(view: View) -> Blocks:
    """未达标、不可判 and 未填报 by domain, by name: what the met-rate is short of."""
    if not len(view.reported):
        return SILENT
    asked = (Status.UNMET, Status.UNDECIDABLE, Status.MISSING)
    titles = [status_word(status, view.is_reference) for status in asked]
    rows = []
    for domain in view.plan.domains:
        mine = view.of_domain(domain.domain).targets
        names = [
            dict.fromkeys(t.name for t in mine if status_mark(t.status, view.is_reference) == s)
            for s in asked
        ]
        rows.append([words(domain.title), *(words(listed(list(n)) or "—") for n in names)])
    return Blocks(
        table(
            phrase("open_by_domain", "caption", is_reference=view.is_reference, missing=titles[2]),
            _word_columns(["领域", *titles], rows, weights=(12, 54, 21, 13)),
            rows,
            note=synthetic_note(view),
        )
    )


def _word_columns(
    titles: Sequence[str], rows: Iterable[Sequence[Cell]], weights: Sequence[float] = ()
) -> list[Column]:
    """Columns of words, the first naming its row; those with a long cell get room."""
    by_column = list(zip(*rows, strict=True))
    return [
        Column(
            title,
            is_header=place == 0,
            is_wide=any(len(cell.text) > _LONG for cell in by_column[place]),
            weight=weights[place] if weights else 0,
        )
        for place, title in enumerate(titles)
    ]


def small_counts_table(view: View) -> Blocks:
    """Counts behind the rates of rare events, with exact interval and posterior."""
    events = [target for target in view.targets if target.counting == "events"]
    known = [target for target in events if target.value is not None]
    counted = [t for t in known if t.numerator is not None and t.denominator is not None]
    if not counted:
        return SILENT if view.is_reference else note(_no_counts(events, known))
    titles = ("例数", "分母", "率", "95%区间", "后验均值", phrase("small_counts", "p_met"))
    columns = (
        Column("指标", is_header=True),
        Column("年份"),
        *(Column(title, is_number=True) for title in titles),
    )
    thresholds = view.assessment.assumptions.thresholds
    posteriors = {p.target: p for p in view.posteriors}
    rows = []
    for target in counted:
        last = int(target.value_year or 0)
        first = last - thresholds.status.pooled_years + 1
        interval = (numbers.number(end, target.decimals) for end in (target.low, target.high))
        posterior = posteriors[target.target]
        rows.append(
            (
                words(target.name),
                words(f"{first}—{last}年" if target.is_pooled else f"{last}年"),
                blocks.amount(target.numerator, "", 0),
                blocks.amount(target.denominator, "", 0),
                blocks.amount(target.value, target.unit, target.decimals),
                words("—".join(interval)),
                blocks.amount(posterior.mean, target.unit, target.decimals),
                blocks.chance(posterior.p_met),
            )
        )
    return Blocks(
        table(
            phrase("small_counts", "caption"),
            columns,
            rows,
            note=phrase("small_counts", "note", shape=thresholds.prior.gamma_shape),
            label=phrase("small_counts", "label"),
        )
    )


def _no_counts(events: Sequence[TargetResult], known: Sequence[TargetResult]) -> str:
    """Why there are no counts to list: suppressed, not filed, or published as rates alone."""
    suppressed = sum(target.rule == StatusRule.SUPPRESSED for target in events)
    if suppressed:
        return phrase("small_counts", "suppressed", n=suppressed)
    if not known:
        return phrase("small_counts", "nothing")
    names = numbers.joined([target.name for target in known], 4)
    return phrase("small_counts", "rates_alone", names=names)


def domain_table(view: View, targets: Sequence[TargetResult] | None = None) -> Blocks:
    """Each reported target of a domain: figure, last figure, change, requirement, status.

    targets: those to list (in_question); None lists all that have figures.
    """
    chosen = view.reported if targets is None else targets
    if not len(chosen):
        return SILENT
    base = view.plan.info.baseline_year
    weights = (9, 21, 21, 9, 9, 10, 11, 10)
    columns = (
        Column("目标", is_header=True, weight=weights[0]),
        Column("指标", weight=weights[1]),
        Column("规划要求", weight=weights[2]),
        Column("基期", is_number=True, weight=weights[3]),
        Column("上次", is_number=True, weight=weights[4]),
        Column("最新", is_number=True, weight=weights[5]),
        Column("变化", is_number=True, weight=weights[6]),
        Column("对照" if view.is_reference else "状态", weight=weights[7]),
    )
    sentences = Words.of_view(view)
    rows = [
        (
            words(goal_label(view, target.goal)),
            words(target.name),
            words(sentences.requirement(target, in_table=True)),
            _dated(target, target.baseline, target.baseline_year, base),
            MISSING
            if target.is_pooled
            else _dated(target, target.previous_value, target.previous_year, view.year - 1),
            latest(target, view.year),
            _change(target),
            _status(view, target.status),
        )
        for target in chosen
    ]
    given = {
        "title": view.domain.title if view.domain else phrase("domain_table", "all"),
        "left": len(view.reported) - len(chosen),
        "is_reference": view.is_reference,
        "base_year": base,
        "year": view.year,
    }
    return Blocks(
        table(
            phrase("domain_table", "caption", **given),
            columns,
            rows,
            note=phrase("domain_table", "note", **given) + synthetic_note(view),
            is_grouped=True,
            is_dense=True,
        )
    )


def latest(target: TargetResult, year: int) -> Cell:
    """The value a target is judged by, or the level of a milestone; below it, how it is dated
    where that is not `year`."""
    if target.type == "milestone":
        return MISSING if target.level is None else level(target.level)
    return _dated(target, target.value, target.value_year, year, is_pooled=bool(target.is_pooled))


def _dated(
    target: TargetResult,
    value: float | None,
    dated: int | None,
    year: int,
    *,
    is_pooled: bool = False,
) -> Cell:
    """85.0%; below it, unbroken, （2023年） where that is not the year a reader expects."""
    if value is None:
        return MISSING
    own = None if dated == year else dated
    small = phrase("target_cells", "dated", year=own, is_pooled=is_pooled)
    return blocks.amount(value, target.unit, target.decimals).with_small(small)


def _change(target: TargetResult) -> Cell:
    """Latest less the figure before it; shares differ by points."""
    # A pooled value is of five years: the single year before it is no measure of its change.
    if target.previous_value is None or target.value is None or target.is_pooled:
        return MISSING
    change = target.value - target.previous_value
    shown = numbers.difference(abs(change), target.unit, target.decimals)
    if shown == numbers.difference(0, target.unit, target.decimals):
        return words("持平")
    unit = "百分点" if target.unit == "%" else target.unit or ""
    sign = "+" if change > 0 else "−"
    return Cell(sign + shown, value=change, unit=unit, decimals=target.decimals)


def annex_table(view: View) -> Blocks:
    """全部指标一览: every target of the plan with its three answers, reported or not."""
    info, is_reference = view.plan.info, view.is_reference
    columns = [
        Column("目标", is_header=True, weight=5),
        Column("指标", weight=17),
        Column("规划要求", weight=20),
        Column("基期", is_number=True, weight=7),
        Column("最新", is_number=True, weight=9),
        Column("变化", is_number=True, weight=11),
        Column("完成度", is_number=True, weight=6),
        Column("对照" if is_reference else "状态", weight=8.5),
        Column(chance_word(view), weight=7.5),
        Column("数据", weight=5.5),
        *([] if is_reference else [Column(phrase("labels", "department"), weight=14)]),
    ]
    sentences = Words.of_view(view)
    rows = []
    for target in view.targets:
        outlook = words(target.outlook)
        cells = [
            words(goal_label(view, target.goal)),
            words(target.name),
            words(sentences.requirement(target, in_table=True)),
            _dated(target, target.baseline, target.baseline_year, info.baseline_year),
            latest(target, view.year),
            _change(target),
            _way_gone(target.completion_pct),
            _status(view, target.status),
            outlook if target.p_met is None else blocks.chance(target.p_met),
            words(target.data),
        ]
        rows.append(cells if is_reference else [*cells, words(target.department)])
    return Blocks(
        table(
            phrase("annex_table", "caption", n=len(rows)),
            columns,
            rows,
            note=phrase("annex_table", "note", base_year=info.baseline_year, year=view.year)
            + synthetic_note(view),
            is_grouped=True,
            is_wide=True,
            is_dense=True,
        )
    )


def _way_gone(percent: float | None) -> Cell:
    """The share of the way; beyond its ends a percentage would be read as a measure of success."""
    if percent is None or 0 <= percent <= 100:
        return blocks.share(percent, 0)
    return words("已超过" if percent > 100 else "倒退")
