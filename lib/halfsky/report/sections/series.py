"""What was published or filed year by year: tables, lines, other regions' figures beside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from halfsky.evaluate.results import ReferenceValue, StatusRule, TargetResult
from halfsky.plan.models import Indicator
from halfsky.plan.vocabulary import Status
from halfsky.report import charts, numbers
from halfsky.report.blocks import (
    EMPTY,
    SILENT,
    SUPPRESSED,
    Blocks,
    Cell,
    Column,
    Figure,
    amount,
    note,
    table,
    words,
)
from halfsky.report.labels import (
    AREA,
    MOST_PUBLISHERS,
    SEX,
    goal_label,
    indicator_label,
    of_plan,
    publishers,
    source_line,
)
from halfsky.report.text import phrase
from halfsky.report.view import View

MOST_NAMES = 4  # indicators that a note names
MOST_SOURCES = 6  # publishers below a table of many indicators
WIDE = 10  # columns that an upright page still holds
MANY_LINES = 25  # from here on a table of figures is looked up, not read
_SEXES, _AREAS = tuple(SEX), tuple(AREA)
_GROUPS = {"female": "女", "male": "男", "urban": "城镇", "rural": "农村"}
_ALL = "合计"
_SERIES = ["indicator", "sex", "area", "age"]
# Of these the others' figures are known only as levels: not to be set beside a ratio or gap.
_NO_LEVEL = ("parity", "narrow_gap", "relative")


# ---- tables


def series_table(view: View, indicators: Iterable[str], caption: str, since: int = 2015) -> Blocks:
    """Published or filed figures of some indicators, by sex and area, year by year."""
    requested = of_plan(view, indicators)
    if not requested:
        return note(phrase("series", "no_group"))
    known = view.observations
    frame = known[
        known["indicator"].isin(requested) & (known["year"] >= since) & (known["subarea"] == "全区")
    ]
    if frame.empty:
        return _note_of(view, "no_figures", requested)
    years = sorted(frame["year"].unique())
    order = {name: place for place, name in enumerate(requested)}
    parts = [
        (_Whose(*map(str, key)), dict(zip(part["year"], part["value"], strict=True)))
        for key, part in frame.groupby(_SERIES, sort=True)
    ]
    parts.sort(key=lambda part: (order[part[0].indicator], part[0].place))
    rows = []
    for whose, values in parts:
        indicator = view.plan.indicators[whose.indicator]
        cells = [_figure(values[y], indicator) if y in values else EMPTY for y in years]
        rows.append([words(_label(whose, indicator)), *cells])
    # No real office filed an invented figure: publishers() names the synthetic region.
    named = numbers.joined(publishers(view, frame["source"]), MOST_SOURCES, "家")
    columns = [Column("指标", is_header=True), *(Column(str(y), is_number=True) for y in years)]
    return Blocks(
        table(
            caption,
            columns,
            rows,
            note=phrase("series", "note", sources=named),
            is_wide=len(columns) > WIDE,
            is_dense=len(rows) > MANY_LINES,
        )
    )


def statistics_table(view: View) -> Blocks:
    """统计资料: every indicator of a domain since the baseline, as filed or published.

    The years before stand in the workbook beside the page.
    """
    domain = view.domain
    requested = [i.id for i in domain.indicators] if domain else list(view.plan.indicators)
    caption = phrase("series", "statistics", title=domain.title if domain else None)
    return series_table(view, requested, caption, since=view.plan.info.baseline_year)


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose figures a line of a table holds."""

    indicator: str
    sex: str
    area: str
    age: str

    @property
    def place(self) -> tuple[int, int, str]:
        """合计, 女, 男, then 城镇, 农村: the whole before its parts, as in a yearbook."""
        age = "" if self.age == "total" else self.age
        return _AREAS.index(self.area), _SEXES.index(self.sex), age


def _label(whose: _Whose, indicator: Indicator) -> str:
    """覆盖率（农村，%）: an indicator, of whom, and its unit where the name does not hold it."""
    sex = "" if indicator.is_female_share else SEX[whose.sex]
    age = "" if whose.age == "total" else f"{whose.age}岁"
    unit = "" if _names_unit(indicator) else indicator.unit
    inside = "，".join(filter(None, (AREA[whose.area] + sex + age, unit)))
    return f"{indicator.name}（{inside}）" if inside else indicator.name


def _names_unit(indicator: Indicator) -> bool:
    """Does the name itself say what is counted? 登记结婚对数 does, 常住人口 in 人 does not."""
    unit = indicator.unit
    # 年限 and 年龄 are no 年 that is counted.
    return unit in indicator.name and unit != "年" and (unit != "人" or "人数" in indicator.name)


def _figure(value: Any, indicator: Indicator) -> Cell:
    """A filed figure; one without a number is suppressed, since a gap has no row."""
    if pd.isna(value):
        return SUPPRESSED
    is_round = numbers.is_round_thousands(value, indicator.unit)
    return amount(value, decimals=0 if is_round else indicator.decimals)


def comparison_table(view: View) -> Blocks:
    """Other regions' newest figures beside the region's own; they never fill a gap."""
    if view.is_reference and not view.region.compare_with:
        return SILENT
    others = {(r.target, r.region): r for r in view.references}
    known = {region for _, region in others}
    regions = [region for region in view.region.compare_with if region in known]
    compared = _compared(view)
    if not compared:
        return note(phrase("comparison", "none"))
    rows = []
    for target in compared:
        cells = [_other(view, target, others.get((target.target, name))) for name in regions]
        label = words(goal_label(view, target.goal))
        rows.append([label, words(indicator_label(target)), _own(view, target), *cells])
    ids = {target.target for target in compared}
    sources = publishers(view, [r.source for r in view.references if r.target in ids])
    columns = [
        Column("目标", is_header=True),
        Column("指标"),
        Column(view.region.short, is_number=True),
        *(
            Column(phrase("comparison", "column", name=view.region_names[name]), is_number=True)
            for name in regions
        ),
    ]
    return Blocks(
        table(
            phrase("comparison", "caption"),
            columns,
            rows,
            label=phrase("comparison", "label"),
            note=phrase(
                "comparison",
                "note",
                has_own=any(target.value is not None for target in compared),
                region=view.region.short,
                sources=numbers.joined(sources, MOST_PUBLISHERS, "家"),
            ),
        )
    )


def _compared(view: View) -> list[TargetResult]:
    """The targets with another region's figure of the same kind, one a series."""
    ids = {r.target for r in view.references}
    found: dict[tuple[Any, ...], TargetResult] = {}
    for t in view.targets:
        # A headcount of a nation beside a district's says how large each is.
        if t.target in ids and t.type not in _NO_LEVEL and t.kind != "count":
            found.setdefault((t.indicator, t.sex, t.age, t.area), t)
    return list(found.values())


def _own(view: View, target: TargetResult) -> Cell:
    if target.value is not None:
        return _dated(target.value, target.unit, target.decimals, target.value_year)
    if target.rule == StatusRule.SUPPRESSED:
        return SUPPRESSED
    return words(str(Status.MISSING))


def _other(view: View, target: TargetResult, found: ReferenceValue | None) -> Cell:
    if found is None:
        return EMPTY
    unit = view.plan.indicators[str(target.indicator)].unit
    return _dated(found.value, unit, target.decimals, found.value_year)


def _dated(value: float, unit: Any, decimals: Any, year: Any) -> Cell:
    """12.3%（2024年）."""
    given = {"value": value, "unit": unit, "decimals": decimals, "year": year}
    return words(phrase("comparison", "figure", **given))


# ---- charts


def series_chart(view: View, indicators: Iterable[str], title: str, since: int = 2010) -> Blocks:
    """Figures of a few indicators over the years, by sex or area, cut at definition breaks."""
    requested = of_plan(view, indicators)
    if not requested:
        return note(phrase("series", "no_group_to_draw"))
    frame = _years_of(view, requested, since)
    if frame.empty:
        return _note_of(view, "no_figures_to_draw", requested)
    return _lines(view, frame, requested, title)


def area_chart(view: View, indicators: Iterable[str], title: str, since: int = 2010) -> Blocks:
    """Town and country side by side, of those indicators that have both.

    Events so few that a single case makes the difference are left out: their lines would show
    nothing but chance.
    """
    few = view.assessment.assumptions.thresholds.status.few_events
    frame = _years_of(view, of_plan(view, indicators), since)
    frame = frame[frame["sex"].isin(["total", "female"])]
    parts = []
    for name, own in frame.groupby("indicator", sort=False):
        sides = own[own["area"].isin(["urban", "rural"])]
        is_rare = view.plan.indicators[str(name)].counting == "events"
        yearly = sides.groupby("year")["numerator"].sum(min_count=1)
        if sides["area"].nunique() == 2 and not (is_rare and yearly.max() < few):
            parts.append(own)
    if not parts:
        return SILENT if view.is_reference else note(phrase("series", "no_sides_to_draw"))
    drawn = pd.concat(parts)
    return _lines(view, drawn, list(dict.fromkeys(drawn["indicator"])), title)


def women_share_chart(
    view: View, indicators: Iterable[str], title: str, since: int = 2010
) -> Blocks:
    """Women's share of what some indicators count, in the years with women's and all figures."""
    requested = of_plan(view, indicators)
    frame = _years_of(view, requested, since)
    frame = frame[frame["area"] == "total"]
    keys = ["indicator", "year"]
    sides = frame.pivot_table(index=keys, columns="sex", values="value")
    sides = sides.reindex(columns=["female", "total"]).dropna()
    if sides.empty:
        return _note_of(view, "no_figures_to_draw", requested)
    share = (100 * sides["female"] / sides["total"]).rename("value").reset_index()
    women = frame[frame["sex"] == "female"].drop(columns="value")
    drawn = share.merge(women, on=keys).assign(sex="total")
    names = [name for name in requested if name in set(share["indicator"])]
    ending = phrase("series", "of_women")
    return _lines(view, drawn, names, title, unit="%", decimals=1, ending=ending)


def _note_of(view: View, key: str, requested: Sequence[str]) -> Blocks:
    names = numbers.joined([view.plan.indicators[name].name for name in requested], MOST_NAMES)
    return note(phrase("series", key, region=view.region.short, names=names))


def _years_of(view: View, requested: list[str], since: int) -> pd.DataFrame:
    known = view.observations
    return known[
        known["indicator"].isin(requested)
        & (known["year"] >= since)
        & (known["subarea"] == "全区")
        & known["value"].notna()
    ]


def _lines(
    view: View,
    frame: pd.DataFrame,
    requested: list[str],
    title: str,
    *,
    unit: str | None = None,
    decimals: int | None = None,
    ending: str = "",
) -> Blocks:
    """One panel an indicator, or two; unit, decimals: where not the indicator's own."""
    parts = []
    for name in requested:
        indicator = view.plan.indicators[name]
        breaks = [b.year for b in indicator.breaks_in(view.region.id)]
        for by, own in by_groups(frame[frame["indicator"] == name]).items():
            parts.append(
                own.assign(
                    panel=indicator.name + by + ending,
                    unit=unit or indicator.unit,
                    decimals=indicator.decimals if decimals is None else decimals,
                    segment=[sum(year >= b for b in breaks) for year in own["year"]],
                    by=by,
                )
            )
    drawn = pd.concat(parts, ignore_index=True)
    return Blocks(
        Figure(
            charts.plot_series(drawn),
            title,
            _newest(drawn),
            source_line(view, drawn["source"]),
            drawn,
            view.is_synthetic,
        )
    )


def _newest(drawn: pd.DataFrame) -> str:
    """The newest figure of every line."""
    newest = drawn.sort_values("year").groupby(["panel", "group"], sort=False).tail(1)
    # Of two panels of one indicator the total is named once.
    again = (newest["group"] == _ALL) & newest.duplicated(["indicator", "group"])
    parts = []
    for row in newest[~again].itertuples(index=False):
        is_whole = row.group == _ALL
        name = str(row.panel).removesuffix(str(row.by)) if is_whole else f"{row.panel}{row.group}"
        parts.append(phrase("series", "newest", r=row, name=name))
    return "；".join(parts) + "。"


def by_groups(own: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """One indicator's figures as the lines of one panel, or of two where sex and area are known.

    Args:
        own: sex, area and what else an observation has, of one indicator.

    Returns:
        The frame with group (女 | 男 | 城镇 | 农村 | 合计), by what its panel's name ends in. An
        indicator of women or of the country alone has one line, 合计: its name says whose.
    """
    several = [axis for axis in ("sex", "area") if len(set(own[axis])) > 1]
    if len(several) < 2:
        group = own[several[0]].map(_GROUPS).fillna(_ALL) if several else _ALL
        return {"": own.assign(group=group)}
    made = {}
    for axis, other, by in (("sex", "area", "（分男女）"), ("area", "sex", "（分城乡）")):
        part = own[own[other] == "total"]
        made[by] = part.assign(group=part[axis].map(_GROUPS).fillna(_ALL))
    return {by: part for by, part in made.items() if len(part)}
