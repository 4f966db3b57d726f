"""Where and who: women and men, town and country, townships, what moved the whole, peers.

Where there is nothing to compare, the table says in one sentence what would have to be filed; the
chart beside it is then left out, so that a page does not say it twice.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pandas as pd

from halfsky.evaluate.results import (
    Decomposition,
    GroupGap,
    Movement,
    PeerComparison,
    Record,
    Results,
    SmallArea,
    SmallAreaTest,
)
from halfsky.plan.models import Indicator
from halfsky.report import charts, numbers
from halfsky.report.blocks import (
    MISSING,
    SILENT,
    Block,
    Blocks,
    Bullets,
    Cell,
    Column,
    Figure,
    amount,
    count,
    note,
    signed,
    table,
    words,
)
from halfsky.report.blocks import year as year_cell
from halfsky.report.charts.sizes import (
    CONTRIBUTION_PANELS,
    DUMBBELL_ROWS,
    FUNNEL_PANELS,
    SLOPE_PANELS,
)
from halfsky.report.labels import of_plan, paged, source_line
from halfsky.report.text import phrase
from halfsky.report.text.movement import up_down
from halfsky.report.theme import GROUPS
from halfsky.report.view import View

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

FUNNELS_PER_PAGE = 8  # the townships furthest from alike; the table holds every indicator
CONTRIBUTIONS_PER_PAGE = 4
SENTENCES = 6  # of each kind
MOST_TOWNSHIPS = 2  # named in one recommendation
MOST_NAMES = 3  # indicators that a note asks for
MOST_REGIONS = 4
MOST_FLAGGED = 5
FULL = 99.5  # percent of the denominator from which the townships are the whole
_PAIRS = {"sex": "男女", "area": "城乡"}
_BREAKDOWNS = {"sex": "sex", "area": "urban_rural"}
_SPLITS = {"subarea": "乡镇", "urban_rural": "城乡"}
_AREA_WORDS = {"urban": "城镇", "rural": "农村"}
_VERDICTS = ("wider", "reversed", "narrower", "same")  # in the order of what a reader must see
_COUNTED = re.compile(r"(人次|人口|成员|[人户座件起例])数?(?:（[^）]*）)?$")
_BRACKETS = re.compile(r"（[^）]*）")
_figures = partial(Column, is_number=True)

R = TypeVar("R", bound=Record)


# ---- the results, and what their figures are called


def _indicator(view: View, row: Any) -> Indicator:
    return view.plan.indicators[row.indicator]


def _verbs(indicator: Indicator) -> dict[str, str]:
    """The words for a figure's rise and fall, as phrases take them."""
    up, down = up_down(indicator.unit, indicator.kind, indicator.direction)
    return {"up": up, "down": down}


def _frame(view: View, kind: type[R], found: Iterable[R]) -> pd.DataFrame:
    """Records as a chart takes them: with name, unit and decimals of their indicator."""
    frame = Results(kind, found).df
    indicators = [view.plan.indicators[name] for name in frame["indicator"]]
    return frame.assign(
        name=[i.name for i in indicators],
        unit=[i.unit for i in indicators],
        decimals=[i.decimals for i in indicators],
    )


def _paged(
    view: View,
    found: Sequence[R],
    per: int,
    title: str,
    draw: Callable[[Sequence[R]], tuple[Drawing, pd.DataFrame]],
    message: Callable[[Sequence[R]], str],
    more: str = "",
) -> Blocks:
    """One chart per page of results, each with its own message and source."""
    made = []
    for mark, part in paged(found, per):
        drawing, data = draw(part)
        source = source_line(view, data["source"], more)
        synthetic = view.is_synthetic
        made.append(Figure(drawing, f"{title}{mark}", message(part), source, data, synthetic))
    return Blocks(*made)


def _breaking_down(view: View, by: str) -> list[str]:
    """Names of the view's indicators that are to be filed by `sex`, `urban_rural`, `subarea`."""
    return [
        i.name
        for i in view.plan.indicators.values()
        if by in i.breakdowns
        and i.kind != "count"
        and not (by == "sex" and i.is_female_share)
        and view.domain_id in (None, view.plan.domain_of_indicator[i.id])
    ]


# ---- women and men, town and country


def _gaps(view: View, dimension: str | None = None) -> list[GroupGap]:
    """Gaps recent enough to speak of; of one dimension those with events enough."""
    limit = view.assessment.assumptions.thresholds.status.stale_lag
    recent = [g for g in view.gaps if g.lag <= limit]
    if dimension is None:
        return recent
    return [g for g in recent if g.dimension == dimension and not g.is_few]


def gap_chart(view: View, indicators: Iterable[str], title: str) -> Blocks:
    """Women's and men's newest figures of some indicators, however old, joined by the gap."""
    requested = of_plan(view, indicators)
    if not requested:
        return note(phrase("gaps", "no_group"))
    found = [
        gap
        for gap in view.whole.gaps
        if gap.dimension == "sex" and gap.indicator in requested and not gap.is_few
    ]
    if not found:
        names = numbers.joined([view.plan.indicators[name].name for name in requested], 4)
        return note(phrase("gaps", "none_to_draw", region=view.region.short, names=names))
    found.sort(key=lambda gap: requested.index(gap.indicator))
    # All in one figure: a page that names a few indicators wants them together.
    return _paged(view, found, len(found), title, _drawer(view, charts.plot_dumbbell), _both(view))


def _drawer(
    view: View, plot: Callable[[pd.DataFrame], Drawing]
) -> Callable[[Sequence[GroupGap]], tuple[Drawing, pd.DataFrame]]:
    def draw(part: Sequence[GroupGap]) -> tuple[Drawing, pd.DataFrame]:
        frame = _frame(view, GroupGap, part)
        return plot(frame), frame

    return draw


def dumbbell_chart(view: View, dimension: str = "sex") -> Blocks:
    """Both groups' newest figures of every indicator, joined by the gap.

    Args:
        dimension: `sex` (women and men) or `area` (country and town).
    """
    found = _gaps(view, dimension)
    # Indicators of one unit stand together, so that they share an axis.
    order = list(dict.fromkeys(_indicator(view, gap).unit for gap in found))
    found.sort(key=lambda gap: (order.index(_indicator(view, gap).unit), -abs(gap.gap or 0)))
    title = phrase("gaps", "title_now", pair=_PAIRS[dimension])
    draw = _drawer(view, charts.plot_dumbbell)
    return _paged(view, found, DUMBBELL_ROWS, title, draw, _both(view))


def slope_chart(view: View, dimension: str = "sex") -> Blocks:
    """Both groups from the baseline to now.

    Args:
        dimension: `sex` (women and men) or `area` (country and town).
    """
    found, pair = _gaps(view, dimension), _PAIRS[dimension]
    if not found:
        return SILENT
    known = _most_changed(gap for gap in found if gap.base_year is not None)
    if not known:
        return note(
            phrase(
                "gaps",
                "no_baseline",
                n=len(found),
                pair=pair,
                base_year=view.plan.info.baseline_year,
                is_reference=view.is_reference,
            )
        )
    rest = len(known) - SLOPE_PANELS
    more = phrase("gaps", "undrawn", rest=rest) if rest > 0 else ""
    drawn = known[:SLOPE_PANELS]
    title = phrase("gaps", "title_change", pair=pair)
    draw = _drawer(view, charts.plot_slope)
    return _paged(view, drawn, SLOPE_PANELS, title, draw, _changes(view), more)


def _most_changed(found: Iterable[GroupGap]) -> list[GroupGap]:
    """Gaps that widened first, then those that narrowed, then the rest by size against δ."""
    rank = {verdict: place for place, verdict in enumerate(_VERDICTS)}

    def order(gap: GroupGap) -> tuple[bool, int, float]:
        return gap.is_few, rank.get(gap.verdict or "", len(rank)), -_size(gap)

    return sorted(found, key=order)


def _size(gap: GroupGap) -> float:
    """How often δ goes into a gap's change, or into the gap where no change is known."""
    moved = gap.gap if gap.widened is None else gap.widened
    if moved is None or gap.delta is None:
        return -math.inf
    return abs(moved) / gap.delta if gap.delta else math.inf


def _both(view: View) -> Callable[[Sequence[GroupGap]], str]:
    def message(part: Sequence[GroupGap]) -> str:
        return "；".join(_of_gap(view, "both", gap) for gap in part) + "。"

    return message


def _changes(view: View) -> Callable[[Sequence[GroupGap]], str]:
    def message(part: Sequence[GroupGap]) -> str:
        groups = []
        for verdict in ("wider", "narrower", "same", "reversed"):
            names = [_indicator(view, gap).name for gap in part if gap.verdict == verdict]
            if names:
                groups.append(phrase("gaps", verdict, names=numbers.joined(names)))
        return phrase("gaps", "changed", n=len(part), groups="；".join(groups))

    return message


def _of_gap(view: View, key: str, gap: GroupGap, **more: Any) -> str:
    """A phrase about one gap and its two groups."""
    one, two = GROUPS[gap.dimension]
    return phrase("gaps", key, r=gap, i=_indicator(view, gap), one=one, two=two, **more)


def _no_gap(view: View, dimension: str) -> str:
    pair, groups = _PAIRS[dimension], GROUPS[dimension]
    asked = _breaking_down(view, _BREAKDOWNS[dimension])
    if not asked:
        return phrase("gaps", "not_split", pair=pair)
    both = "和".join(group.word for group in groups)
    names = numbers.joined(asked, MOST_NAMES)
    return phrase("gaps", "none", both=both, pair=pair, names=names)


def gap_table(view: View) -> Blocks:
    """Level and change of every gap by sex and by town and country, and who moved."""
    found, rules = _gaps(view), view.assessment.assumptions.thresholds.status
    if not found and view.is_reference:
        pairs = "或".join(_PAIRS.values())
        given = {"region": view.region.short, "lag": rules.stale_lag, "pairs": pairs}
        return note(phrase("gaps", "none_reference", **given))
    if not found:
        return note(_no_gap(view, "sex") + _no_gap(view, "area"))
    columns = [
        Column("指标", is_header=True),
        Column("比较"),
        _figures("年份"),
        _figures("女、农村"),
        _figures("男、城镇"),
        _figures("差"),
        _figures("两者之比"),
        _figures("基期的差"),
        Column(phrase("gaps", "who"), is_wide=True),
    ]
    return Blocks(
        table(
            phrase("gaps", "caption"),
            columns,
            [_gap_row(view, gap) for gap in found],
            label=phrase("gaps", "label"),
            note=phrase("gaps", "note", few=rules.few_events),
        )
    )


def _gap_row(view: View, gap: GroupGap) -> list[Cell]:
    indicator, (one, two) = _indicator(view, gap), GROUPS[gap.dimension]
    unit, decimals = indicator.unit, indicator.decimals
    if gap.is_few:
        apart = [words(_of_gap(view, "few_events", gap), span=2)]
    else:
        apart = [amount(gap.gap, decimals=decimals), amount(gap.ratio, decimals=2)]
    base = "no_base" if gap.base_year is None else "base"
    return [
        words(indicator.name),
        words(_PAIRS[gap.dimension]),
        year_cell(gap.year),
        words(one.short + numbers.quantity(gap.first, unit, decimals)),
        words(two.short + numbers.quantity(gap.second, unit, decimals)),
        *apart,
        words(_of_gap(view, base, gap)),
        words("" if gap.is_few else _who_moved(view, gap)),
    ]


def _who_moved(view: View, gap: GroupGap) -> str:
    """Who moved, in words; empty without a baseline."""
    if gap.base_year is None or gap.first_moved is None or gap.second_moved is None:
        return ""
    indicator, (one, two) = _indicator(view, gap), GROUPS[gap.dimension]
    moves = (gap.first_moved, gap.second_moved)
    lead = "" if gap.mover is None else (one if gap.mover == "first" else two).word
    if numbers.alike(abs(moves[0]), abs(moves[1]), indicator.decimals):
        lead = ""  # both moved as much: neither is the reason
    mine, other = moves if gap.mover == "first" else moves[::-1]
    return phrase(
        "gaps",
        "who_moved",
        r=gap,
        i=indicator,
        one=one.word,
        two=two.word,
        places=indicator.decimals,
        lead=lead,
        rose=mine > 0,
        both=mine * other > 0,
        moved=[_moved(move, indicator) for move in moves],
        **_verbs(indicator),
    )


def _moved(move: float, indicator: Indicator) -> str:
    if numbers.alike(move, 0, indicator.decimals):
        return phrase("gaps", "unmoved")
    verb = _verbs(indicator)["up" if move > 0 else "down"]
    return verb + numbers.difference(abs(move), indicator.unit, indicator.decimals)


# ---- townships


def _of_test(view: View, test: SmallAreaTest) -> list[SmallArea]:
    """One indicator's townships."""
    return [a for a in view.areas if a.indicator == test.indicator and a.age == test.age]


def _tested(view: View) -> list[SmallAreaTest]:
    """Indicators with at least two townships; the least alike first."""
    found = [t for t in view.area_tests if t.counted >= 2]
    return sorted(found, key=lambda t: (-t.flagged, -t.outside_outer, _least(view, t)))


def _least(view: View, test: SmallAreaTest) -> float:
    """The smallest p of an indicator's townships, by which none may be judged: infinite."""
    judged = [a.p_judged for a in _of_test(view, test) if a.p_judged is not None]
    return min(judged, default=math.inf)


def _drawn_areas(view: View, tests: Sequence[SmallAreaTest]) -> pd.DataFrame:
    """Townships with counts of some indicators, in the indicators' order, as charts take them."""
    found = [a for t in tests for a in _of_test(view, t) if a.denominator is not None]
    frame = _frame(view, SmallArea, found)
    below = [view.plan.indicators[name].denominator for name in frame["indicator"]]
    panels = [_panel(view, area) for area in found]
    return frame.assign(panel=panels, denominator_name=below)


def _panel(view: View, row: Any) -> str:
    """An indicator and of what age: 宫颈癌筛查率（35—64岁）."""
    return _indicator(view, row).name + ("" if row.age == "total" else f"（{row.age}岁）")


def funnel_charts(view: View) -> Blocks:
    """Townships of each indicator in a funnel of exact control limits."""
    tests = _tested(view)
    judged = [t for t in tests if math.isfinite(_least(view, t))]
    drawn = judged[:FUNNELS_PER_PAGE]
    rest = len(tests) - len(drawn)
    more = phrase("areas", "undrawn", rest=rest) if rest else ""

    def draw(part: Sequence[SmallAreaTest]) -> tuple[Drawing, pd.DataFrame]:
        areas = _drawn_areas(view, part)
        return charts.plot_funnel(areas, _curves(view, part)), areas

    def message(part: Sequence[SmallAreaTest]) -> str:
        return "".join(_funnel_message(view, test) for test in part)

    title = phrase("areas", "title_funnel")
    return _paged(view, drawn, FUNNEL_PANELS, title, draw, message, more)


def _curves(view: View, tests: Sequence[SmallAreaTest]) -> pd.DataFrame:
    """The control limits of each indicator as curves over the denominator."""
    limits = {(c.indicator, c.age): c for c in view.assessment.funnel_limits}
    names = ["denominator", "inner_low", "inner_high", "outer_low", "outer_high"]
    parts = []
    for test in tests:
        found = limits[test.indicator, test.age]
        curves = {name: list(getattr(found, name)) for name in names}
        parts.append(pd.DataFrame(curves).assign(panel=_panel(view, test)))
    return pd.concat(parts, ignore_index=True)


def _funnel_message(view: View, test: SmallAreaTest) -> str:
    flagged = [area.subarea for area in _of_test(view, test) if area.is_flagged]
    names = numbers.joined(flagged, MOST_FLAGGED)
    return phrase("areas", "funnel", t=test, i=_indicator(view, test), names=names)


def contribution_chart(view: View) -> Blocks:
    """Bars of what each township adds to or takes from the whole, least alike first."""
    tests = [t for t in _tested(view) if t.whole is not None][:CONTRIBUTIONS_PER_PAGE]

    def draw(part: Sequence[SmallAreaTest]) -> tuple[Drawing, pd.DataFrame]:
        areas = _drawn_areas(view, part)
        return charts.plot_contributions(areas), areas

    def message(part: Sequence[SmallAreaTest]) -> str:
        return "".join(_pull_message(view, test) for test in part)

    title = phrase("areas", "title_contribution")
    return _paged(view, tests, CONTRIBUTION_PANELS, title, draw, message)


def _ends(view: View, test: SmallAreaTest) -> tuple[SmallArea, SmallArea]:
    """The townships that pull an indicator furthest down and up."""
    mine = [a for a in _of_test(view, test) if a.contribution is not None]
    ordered = sorted(mine, key=lambda area: area.contribution or 0.0)
    return ordered[0], ordered[-1]


def _ends_of_rate(view: View, test: SmallAreaTest) -> tuple[SmallArea, SmallArea]:
    mine = [a for a in _of_test(view, test) if a.denominator is not None]
    ordered = sorted(mine, key=lambda area: math.inf if area.rate is None else area.rate)
    return ordered[0], ordered[-1]


def _pull_message(view: View, test: SmallAreaTest) -> str:
    low, high = _ends(view, test)
    return phrase("areas", "pull", t=test, i=_indicator(view, test), low=low, high=high)


def _is_few(view: View, test: SmallAreaTest) -> bool:
    """Events so few that one case would name a township."""
    events = sum(a.numerator or 0 for a in _of_test(view, test))
    is_rare = _indicator(view, test).counting == "events"
    return is_rare and events < view.assessment.assumptions.thresholds.status.few_events


def _no_townships(view: View) -> str:
    if view.is_reference:
        return phrase("areas", "none_reference", region=view.region.short)
    asked = _breaking_down(view, "subarea")
    if not asked:
        return phrase("areas", "not_split")
    return phrase("areas", "none", names=numbers.joined(asked, MOST_NAMES))


def contribution_table(view: View) -> Blocks:
    """Townships: how unlike, which stand out, which pull the whole up and down."""
    tests = _tested(view)
    if not tests:
        return note(_no_townships(view))
    columns = [
        Column("指标", is_header=True),
        _figures("年份"),
        _figures("乡镇数"),
        _figures("合计"),
        _figures("离散系数"),
        _figures(phrase("areas", "outside")),
        Column(phrase("areas", "lowest")),
        Column(phrase("areas", "highest")),
    ]
    flagged = [area for area in view.areas if area.is_flagged]
    below = _areas_note(view, tests)
    made = table(
        phrase("areas", "caption", n=len(tests)),
        columns,
        [_test_row(view, test) for test in tests],
        label=phrase("areas", "label"),
        note="" if flagged else below,
    )
    return Blocks(made, *([_flagged_table(view, flagged, below)] if flagged else []))


def _areas_note(view: View, tests: Sequence[SmallAreaTest]) -> str:
    # The tests of all domains are judged together, whatever the page shows.
    every = view.whole.areas
    partial_cover = [
        (_indicator(view, t).name, t.coverage_pct)
        for t in tests
        if t.coverage_pct is not None and t.coverage_pct < FULL
    ]
    return phrase(
        "areas",
        "note",
        tests=sum(area.p_judged is not None for area in every),
        found=sum(area.is_flagged for area in every),
        fdr=view.assessment.assumptions.thresholds.warning.fdr,
        partial=partial_cover,
    )


def _test_row(view: View, test: SmallAreaTest) -> list[Cell]:
    indicator = _indicator(view, test)
    if _is_few(view, test):
        ends = [words(phrase("areas", "few_events"), span=2)]
    else:
        ends = [_end(area, indicator) for area in _ends(view, test)]
    return [
        words(_panel(view, test)),
        year_cell(test.year),
        count(test.counted),
        amount(test.whole, indicator.unit, indicator.decimals),
        words(phrase("areas", "dispersion", t=test)),
        words(f"{test.outside_inner}，{test.outside_outer}"),
        *ends,
    ]


def _end(area: SmallArea, indicator: Indicator) -> Cell:
    """The township at one end, unless it pulls by nothing that is printed."""
    if numbers.alike(area.contribution, 0, indicator.decimals + 1):
        return MISSING
    return words(phrase("areas", "end", r=area, i=indicator))


def _flagged_table(view: View, flagged: Sequence[SmallArea], below: str) -> Block:
    columns = [
        Column("乡镇", is_header=True),
        Column("指标"),
        _figures("率"),
        _figures("95%区间"),
        _figures("合计"),
        _figures(phrase("areas", "limits")),
        _figures("贡献"),
        _figures(phrase("areas", "people")),
    ]
    return table(
        phrase("areas", "flagged_caption", n=len(flagged)),
        columns,
        [_flagged_row(view, area) for area in flagged],
        label=phrase("areas", "flagged_label"),
        note=below,
    )


def _flagged_row(view: View, area: SmallArea) -> list[Cell]:
    indicator = _indicator(view, area)
    unit, decimals = indicator.unit, indicator.decimals

    def interval(low: float | None, high: float | None) -> Cell:
        return words("—".join(numbers.quantity(end, unit, decimals) for end in (low, high)))

    return [
        words(area.subarea),
        words(indicator.name),
        amount(area.rate, unit, decimals),
        interval(area.low, area.high),
        amount(area.whole, unit, decimals),
        interval(area.outer_low, area.outer_high),
        signed(area.contribution, decimals),
        words(phrase("areas", "short", r=area, people=_people(view, area))),
    ]


def _counted(indicator: Indicator, part: str = "numerator") -> str:
    """What a numerator counts: 人, 户, 例; empty where its definition does not end in it."""
    found = _COUNTED.search(getattr(indicator, part))
    if found is None:
        return ""
    return "人" if found[1] in ("人口", "成员") else found[1]


def _people(view: View, area: SmallArea) -> str:
    """How many people (households, cases) lie between a township and the whole's rate."""
    return numbers.number(abs(area.people or 0.0), 0) + _counted(_indicator(view, area))


def _p_judged(area: SmallArea) -> float:
    return math.inf if area.p_judged is None else area.p_judged


def townships_first(view: View, indicators: Sequence[str]) -> str:
    """；先解决癸镇……: where one township drags one of these figures down, with what it lacks."""
    found = [
        area
        for area in view.areas
        if area.is_flagged
        and area.side == "worse"
        and (area.people or 0.0) > 0
        and area.indicator in indicators
    ]
    worst = sorted(found, key=_p_judged)[:MOST_TOWNSHIPS]
    steps = [
        phrase("areas", "first", r=area, i=_indicator(view, area), people=_people(view, area))
        for area in worst
    ]
    return phrase("areas", "order", steps=steps) if steps else ""


# ---- what a change is made of


def _moves(view: View) -> list[Movement]:
    """Changes of a rate larger than δ, by numerator and denominator."""
    return [
        m
        for m in view.movements
        if m.mover is not None and abs(m.change or 0.0) > (math.inf if m.delta is None else m.delta)
    ]


def decomposition_table(view: View) -> Blocks:
    """Changes of the whole split into rates and composition, numerator and denominator."""
    parts, moves = view.decompositions, _moves(view)
    if not parts and not moves:
        if view.is_reference:
            return note(phrase("changes", "none_reference", region=view.region.short))
        return note(phrase("changes", "none", base_year=view.plan.info.baseline_year))
    tables = []
    if parts:
        tables.append(_parts_table(view, parts))
    if moves:
        tables.append(_moves_table(view, moves))
    return Blocks(*tables)


def _parts_table(view: View, parts: Sequence[Decomposition]) -> Block:
    columns = [
        Column("指标", is_header=True),
        Column("分组"),
        _figures("年份"),
        _figures("变化"),
        _figures("水平"),
        _figures("比重"),
        Column(phrase("changes", "leader")),
    ]
    return table(
        phrase("changes", "parts_caption"),
        columns,
        [_parts_row(view, part) for part in parts],
        label=phrase("changes", "parts_label"),
        note=phrase("changes", "parts_note"),
    )


def _parts_row(view: View, part: Decomposition) -> list[Cell]:
    indicator = _indicator(view, part)
    given = {"r": part, "i": indicator}
    leader = MISSING
    if not numbers.alike(part.leader_effect, 0, indicator.decimals + 1):
        leader = words(phrase("changes", "lead", leader=_area(part.leader), **given))
    return [
        words(indicator.name),
        words(phrase("changes", "by", by=_SPLITS[part.dimension], **given)),
        words(f"{part.base_year}—{numbers.year(part.year)}"),
        words(phrase("changes", "from_to", **given)),
        signed(part.rate_effect, indicator.decimals),
        signed(part.composition_effect, indicator.decimals),
        leader,
    ]


def _moves_table(view: View, moves: Sequence[Movement]) -> Block:
    columns = [
        Column("指标", is_header=True),
        _figures("年份"),
        _figures("变化"),
        _figures("分子"),
        _figures("分母"),
        _figures("分子的作用"),
        _figures("分母的作用"),
        Column("主要来自"),
    ]
    return table(
        phrase("changes", "moves_caption"),
        columns,
        [_moves_row(view, move) for move in moves],
        label=phrase("changes", "moves_label"),
        note=phrase("changes", "moves_note"),
    )


def _moves_row(view: View, move: Movement) -> list[Cell]:
    indicator = _indicator(view, move)

    def from_to(before: float | None, now: float | None) -> Cell:
        return words("→".join(numbers.number(value, 0) for value in (before, now)))

    return [
        words(indicator.name),
        words(f"{move.base_year}—{numbers.year(move.year)}"),
        signed(move.change, indicator.decimals),
        from_to(move.numerator_before, move.numerator),
        from_to(move.denominator_before, move.denominator),
        signed(move.numerator_effect, indicator.decimals),
        signed(move.denominator_effect, indicator.decimals),
        words("分子" if move.mover == "numerator" else "分母"),
    ]


def _area(name: str | None) -> str:
    return "" if name is None else _AREA_WORDS.get(name, name)


# ---- peers


def peer_table(view: View) -> Blocks:
    """Targets beside reference regions that once stood at the same level."""
    found, region = view.peers, view.region.short
    if not found:
        return _no_peers(view)
    columns = [
        Column("指标", is_header=True),
        _figures(phrase("peers", "start", region=region)),
        _figures("年数"),
        _figures(phrase("peers", "own", region=region)),
        _figures("参照段数"),
        _figures(phrase("peers", "median")),
        _figures("最低—最高"),
        _figures(phrase("peers", "behind", region=region)),
        Column("参照来自"),
    ]
    return Blocks(
        table(
            phrase("peers", "caption"),
            columns,
            [_peer_row(view, peer) for peer in found],
            label=phrase("peers", "label"),
            note=phrase("peers", "note", n=sum(peer.n for peer in found), region=region),
        )
    )


def _no_peers(view: View) -> Blocks:
    if view.is_reference and not view.region.compare_with:
        return SILENT
    names = [view.region_names[region] for region in view.region.compare_with]
    if not names:
        return note(phrase("peers", "no_region", region=view.region.short))
    least = view.assessment.assumptions.thresholds.disparities.peer_min
    named = numbers.joined(names, MOST_REGIONS)
    return note(phrase("peers", "none", names=named, region=view.region.short, least=least))


def _peer_row(view: View, peer: PeerComparison) -> list[Cell]:
    indicator = _indicator(view, peer)
    given = {"r": peer, "i": indicator}
    windows = [
        phrase(
            "peers",
            "window",
            name=view.region_names.get(w["region"], w["region"]),
            start=w["start_year"],
            end=w["end_year"],
        )
        for w in peer.windows
    ]
    return [
        words(indicator.name),
        words(phrase("peers", "baseline", **given)),
        count(peer.years),
        signed(peer.change, indicator.decimals),
        count(peer.n),
        signed(peer.median, indicator.decimals),
        words(phrase("peers", "range", **given)),
        count(peer.behind),
        words(numbers.joined(windows, MOST_REGIONS)),
    ]


# ---- in sentences


def disparity_sentences(view: View) -> Blocks:
    """差在哪里、差在谁: the findings above in sentences, each with its figures."""
    items = [*_gap_items(view), *_area_items(view), *_change_items(view), *_peer_items(view)]
    if items:
        return Blocks(Bullets(tuple(items)))
    if view.is_reference:
        return note(phrase("disparities", "none_reference", region=view.region.short))
    sex, area, towns = (len(_breaking_down(view, by)) for by in ("sex", "urban_rural", "subarea"))
    return note(phrase("disparities", "none", sex=sex, area=area, towns=towns))


def _gap_items(view: View) -> list[str]:
    chosen = [gap for gap in _gaps(view) if gap.is_few or _is_wide(gap) or _has_moved(gap)]
    items = []
    for gap in _most_changed(chosen)[:SENTENCES]:
        if gap.is_few:
            items.append(_of_gap(view, "sentence_few", gap))
            continue
        more = {
            "higher": (gap.gap or 0.0) > 0,
            "places": _indicator(view, gap).decimals,
            "who": _who_moved(view, gap),
        }
        items.append(_of_gap(view, "sentence", gap, **more))
    return items


def _is_wide(gap: GroupGap) -> bool:
    """Wider than δ, and than chance would make it."""
    limits = [limit for limit in (gap.delta, gap.gap_margin) if limit is not None]
    return gap.gap is not None and bool(limits) and abs(gap.gap) > max(limits)


def _has_moved(gap: GroupGap) -> bool:
    return gap.verdict in ("wider", "reversed", "narrower")


def _area_items(view: View) -> list[str]:
    order = {"worse": 0, "better": 1}
    flagged = sorted(
        (area for area in view.areas if area.is_flagged),
        key=lambda area: (order.get(area.side or "", 2), _p_judged(area)),
    )
    items = [_flagged_sentence(view, area) for area in flagged[:SENTENCES]]
    apart = [t for t in _tested(view) if t.is_overdispersed and not t.flagged]
    apart.sort(key=lambda t: -(t.dispersion or 0.0))
    ranges = []
    for test in apart[: SENTENCES // 2]:
        low, high = _ends_of_rate(view, test)
        given = {"t": test, "i": _indicator(view, test), "low": low, "high": high}
        ranges.append(phrase("areas", "range", **given))
    if ranges:
        given = {"ranges": "；".join(ranges), "n": len(ranges), "of": len(apart)}
        items.append(phrase("areas", "unlike", **given))
    return items


def _flagged_sentence(view: View, area: SmallArea) -> str:
    indicator = _indicator(view, area)
    return phrase(
        "areas",
        "flagged",
        r=area,
        i=indicator,
        people=_people(view, area),
        of=_counted(indicator),
        whole=_counted(indicator, "denominator"),
    )


def _change_items(view: View) -> list[str]:
    """Changes that composition or the denominator made, not the work itself."""
    parts = [p for p in view.decompositions if _has_changed(p)]
    # Composition is news where it matters; of townships and urban/rural one split is enough.
    parts.sort(key=lambda p: (not _is_news(p), -_times(p)))
    first: dict[str, Decomposition] = {}
    for part in parts:
        first.setdefault(part.indicator, part)
    fell = [move for move in _moves(view) if move.mover == "denominator"]
    return [
        *(_parts_sentence(view, part) for part in list(first.values())[: SENTENCES // 2]),
        *(_denominator_sentence(view, move) for move in fell[: SENTENCES // 2]),
    ]


def _times(part: Decomposition) -> float:
    """How often δ goes into a change."""
    return abs(part.change or 0.0) / part.delta if part.delta else math.inf


def _has_changed(part: Decomposition) -> bool:
    return part.delta is not None and abs(part.change or 0.0) > part.delta


def _is_news(part: Decomposition) -> bool:
    return part.delta is not None and abs(part.composition_effect or 0.0) > part.delta


def _parts_sentence(view: View, part: Decomposition) -> str:
    indicator = _indicator(view, part)
    names = ("rate_effect", "composition_effect", "leader_effect", "follower_effect")
    return phrase(
        "changes",
        "parts",
        r=part,
        i=indicator,
        by=_SPLITS[part.dimension],
        leader=_area(part.leader),
        follower=_area(part.follower),
        effect={name: _effect(getattr(part, name), indicator) for name in names},
        **_verbs(indicator),
    )


def _effect(value: float | None, indicator: Indicator) -> str:
    """What an effect did to the whole, in words."""
    if value is None or numbers.alike(value, 0, indicator.decimals + 1):
        return phrase("changes", "no_effect")
    verb = _verbs(indicator)["up" if value > 0 else "down"]
    return phrase("changes", "effect", verb=verb, value=abs(value), i=indicator)


def _denominator_sentence(view: View, move: Movement) -> str:
    indicator = _indicator(view, move)
    return phrase(
        "changes",
        "denominator",
        r=move,
        i=indicator,
        above=_in_brackets(indicator.numerator),
        below=_in_brackets(indicator.denominator),
        # The numerator went the denominator's way, only more slowly.
        follows=(move.numerator_effect or 0.0) * (move.denominator_effect or 0.0) < 0,
        same=numbers.alike(move.numerator, move.numerator_before, 0),
        places=indicator.decimals,
        **_verbs(indicator),
    )


def _in_brackets(definition: str) -> str:
    """A numerator's or denominator's definition in brackets, without its own."""
    text = _BRACKETS.sub("", definition)
    return f"（{text}）" if text else ""


def _peer_items(view: View) -> list[str]:
    found = view.peers[: SENTENCES // 2]
    return [
        phrase("peers", "sentence", r=peer, i=_indicator(view, peer), region=view.region.short)
        for peer in found
    ]


where_sentences = disparity_sentences  # its name until issue 11; others' notebooks may use it
