"""Where and who, on a page: charts, tables and sentences about gaps, townships and peers.

Every number comes from the frames of evaluate.disparities. Where there is nothing to compare, the
table says in one sentence what would have to be filed; the chart beside it is then left out, so
that a page does not say it twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from halfsky.evaluate.funnel_plot import limit_curves
from halfsky.report import numbers
from halfsky.report._sections import of_plan, publisher, render
from halfsky.report.chart import Chart
from halfsky.report.charts import plot_contributions, plot_dumbbell, plot_funnel, plot_slope
from halfsky.report.charts.contributions import CONTRIBUTIONS_PER_FIGURE
from halfsky.report.charts.funnel import FUNNELS_PER_FIGURE
from halfsky.report.charts.gaps import DUMBBELLS_PER_FIGURE, GROUPS, SLOPES_PER_FIGURE
from halfsky.report.figures import NOTHING, Charts, Shown
from halfsky.report.html import SILENT, Html, note
from halfsky.report.text import phrase
from halfsky.report.text.movement import up_down
from halfsky.report.text.words import rows
from halfsky.report.view import View

FUNNELS_PER_PAGE = 8  # the townships furthest from alike; the table holds every indicator
CONTRIBUTIONS_PER_PAGE = 4
SENTENCES = 6  # of each kind
MOST_TOWNSHIPS = 2  # named in one recommendation
_MERGED = {"sex": "男女", "area": "城乡"}


# ---- what the figures are called


def _named(view: View, frame: pd.DataFrame) -> pd.DataFrame:
    """Rows with name, unit and decimals of their indicator, the words for its rise and fall."""
    known = view.plan.indicators
    verbs = [up_down(known[i].unit, known[i].kind, known[i].direction) for i in frame["indicator"]]
    return frame.assign(
        name=[known[i].name for i in frame["indicator"]],
        unit=[known[i].unit for i in frame["indicator"]],
        decimals=[known[i].decimals for i in frame["indicator"]],
        up=[up for up, _ in verbs],
        down=[down for _, down in verbs],
    )


def _source(view: View, sources: Iterable[Any], more: str = "") -> str:
    names = sorted({publisher(source) for source in sources if numbers.is_known(source)})
    mark = "（合成数据）" if view.is_synthetic else ""
    return "来源：" + (numbers.joined(names, 5, "家") or "无") + mark + more


def _paged(
    view: View, frame: pd.DataFrame, per: int, title: str, draw: Any, tell: Any, more: str = ""
) -> Charts:
    """One chart per page of rows, each with its own message and source."""
    pages = range(0, len(frame), per)
    made = []
    for start in pages:
        part = frame.iloc[start : start + per]
        page = f"（{start // per + 1}）" if len(pages) > 1 else ""
        made.append(
            Chart(
                draw(part),
                f"{title}{page}",
                tell(part),
                _source(view, part["source"], more),
                view.is_synthetic,
            )
        )
    return Charts(made)


# ---- women and men, town and country


def _gaps(view: View, dimension: str | None = None) -> pd.DataFrame:
    """Gaps recent enough to speak of, named; of one dimension those with events enough."""
    frame = view.disparities.gaps
    frame = frame[frame["lag"] <= view.assessment.assumptions.thresholds.status.stale_lag]
    if dimension is not None:
        frame = frame[(frame["dimension"] == dimension) & ~frame["is_few"]]
    return _named(view, frame.reset_index(drop=True))


def gap_chart(view: View, indicators: Iterable[str], title: str) -> Shown:
    """Women's and men's newest figures of some indicators, however old, joined by the gap."""
    requested = of_plan(view, indicators)
    if not requested:
        return note("本规划没有登记这一组指标，不画图。")
    frame = view.assessment.disparities.gaps
    wanted_rows = frame["indicator"].isin(requested) & ~frame["is_few"]
    frame = frame[(frame["dimension"] == "sex") & wanted_rows]
    if frame.empty:
        names = numbers.joined([view.plan.indicators[name].name for name in requested], 4)
        return note(f"{view.region.short}没有同年的男女{names}数据，不画差距图。")
    order = {name: place for place, name in enumerate(requested)}
    frame = frame.sort_values("indicator", key=lambda names: names.map(order), kind="stable")
    frame = _named(view, frame)
    return Chart(
        plot_dumbbell(frame),
        title,
        _both_told(frame),
        _source(view, frame["source"]),
        view.is_synthetic,
    )


def dumbbell_chart(view: View, dimension: str = "sex") -> Charts | Html:
    """Both groups' newest figures of every indicator, joined by the gap.

    Args:
        dimension: `sex` (women and men) or `area` (country and town).
    """
    frame = _gaps(view, dimension)
    if frame.empty:
        return NOTHING
    # Indicators of one unit stand together, so that they share an axis.
    order = {unit: place for place, unit in enumerate(dict.fromkeys(frame["unit"]))}
    frame = frame.assign(place=frame["unit"].map(order), size=-frame["gap"].abs())
    frame = frame.sort_values(["place", "size"], kind="stable")
    title = f"{_MERGED[dimension]}差距：最近一年"
    return _paged(view, frame, DUMBBELLS_PER_FIGURE, title, plot_dumbbell, _both_told)


def slope_chart(view: View, dimension: str = "sex") -> Charts | Html:
    """Both groups from the baseline to now.

    Args:
        dimension: `sex` (women and men) or `area` (country and town).
    """
    frame = _gaps(view, dimension)
    known = frame[frame["base_year"].notna()]
    if frame.empty:
        return NOTHING
    if known.empty:
        base = view.plan.info.baseline_year
        return note(
            f"{len(frame)}项有{_MERGED[dimension]}数据的指标都缺{base}年前后的数，"
            "看不出差距的变化" + ("。" if view.is_reference else "；补报基期值后即可比较。")
        )
    title = f"{_MERGED[dimension]}差距：基期到现在"
    rest = len(known) - SLOPES_PER_FIGURE
    more = f"；另有{rest}项变化较小的指标见表" if rest > 0 else ""
    shown = _most_changed(known).head(SLOPES_PER_FIGURE)
    return _paged(view, shown, SLOPES_PER_FIGURE, title, plot_slope, _change_told, more)


def _most_changed(frame: pd.DataFrame) -> pd.DataFrame:
    """Gaps that widened first, then those that narrowed, then the rest by size against δ."""
    rank = {"wider": 0, "reversed": 1, "narrower": 2, "same": 3}
    changed = frame["widened"].abs().fillna(frame["gap"].abs()) / frame["delta"]
    few = frame["is_few"].astype(int) * 9
    frame = frame.assign(rank=frame["verdict"].map(rank).fillna(4) + few, size=-changed)
    return frame.sort_values(["rank", "size"], kind="stable")


def _no_gap(view: View, dimension: str) -> str:
    words = "和".join(group.word for group in GROUPS[dimension])
    needed = _breaking_down(view, {"sex": "sex", "area": "urban_rural"}[dimension])
    if not needed:
        return f"这里的指标不分{_MERGED[dimension]}，不作比较。"
    return (
        f"没有同一年份的{words}数据，不作{_MERGED[dimension]}比较；"
        f"应分{_MERGED[dimension]}填报的有{numbers.joined(needed, 3)}。"
    )


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


def _both_told(frame: pd.DataFrame) -> str:
    rendered = []
    for row in rows(frame):
        one, two = GROUPS[row["dimension"]]
        rendered.append(
            f"{row['name']}{row['year']}年{one.short}"
            f"{numbers.number(row['first'], row['decimals'])}、"
            f"{two.short}{numbers.quantity(row['second'], row['unit'], row['decimals'])}"
        )
    return "；".join(rendered) + "。"


def _change_told(frame: pd.DataFrame) -> str:
    words = {
        "wider": "扩大",
        "narrower": "缩小",
        "same": "大致不变或变化在误差之内",
        "reversed": "高低互换",
    }
    groups = [
        f"{word}的有{numbers.joined(list(frame.loc[frame['verdict'] == key, 'name']))}"
        for key, word in words.items()
        if (frame["verdict"] == key).any()
    ]
    return f"{len(frame)}项指标中，差距{'；'.join(groups)}。"


def gap_table(view: View) -> Html:
    """Level and change of every gap by sex and by town and country, and who moved."""
    frame = _gaps(view)
    if frame.empty:
        if view.is_reference:
            lag = view.assessment.assumptions.thresholds.status.stale_lag
            both = "或".join(_MERGED.values())
            return note(f"{view.region.short}近{lag}年没有公布同一年份的{both}数据，不作比较。")
        return note(_no_gap(view, "sex") + _no_gap(view, "area"))
    rendered = []
    for row in rows(frame):
        one, two = GROUPS[row["dimension"]]
        row["pair"] = _MERGED[row["dimension"]]
        row["who"] = _who(row)
        row["words"] = (one.short, two.short)
        rendered.append(row)
    return render(
        "places_gaps.html.j2",
        "\n".join(f"{r['name']} {r['pair']} {r['gap']:.6g} {r['who']}" for r in rendered),
        rows=rendered,
        few=view.assessment.assumptions.thresholds.status.few_events,
    )


def _who(row: dict[str, Any]) -> str:
    """Who moved, in words; empty without a baseline."""
    if row["base_year"] is None:
        return ""
    one, two = GROUPS[row["dimension"]]
    moves = (row["first_moved"], row["second_moved"])
    lead = "" if row["mover"] is None else (one if row["mover"] == "first" else two).word
    if numbers.alike(abs(moves[0]), abs(moves[1]), row["decimals"]):
        lead = ""  # both moved as much: neither is the reason
    mine, other = moves if row["mover"] == "first" else moves[::-1]
    return phrase(
        "gaps",
        "moves",
        r=row,
        one=one.word,
        two=two.word,
        places=row["decimals"],
        lead=lead,
        rose=mine > 0,
        both=mine * other > 0,
        moved=[_moved(move, row) for move in moves],
    )


def _moved(move: float, row: dict[str, Any]) -> str:
    rendered = numbers.difference(abs(move), row["unit"], row["decimals"])
    if numbers.number(move, row["decimals"]) == numbers.number(0, row["decimals"]):
        return "未变"
    return (row["up"] if move > 0 else row["down"]) + rendered


# ---- townships


def _tested(view: View) -> pd.DataFrame:
    """Indicators with at least two townships, named; the least alike first."""
    frame = _named(view, view.disparities.area_tests)
    frame = frame[frame["counted"] >= 2]
    least = view.disparities.areas.groupby(["indicator", "age"])["p_judged"].min().rename("least")
    frame = frame.merge(least.reset_index(), on=["indicator", "age"], how="left")
    keys = ["flagged", "outside_outer", "least"]
    return frame.sort_values(keys, ascending=[False, False, True], kind="stable")


def _areas(view: View, tests: pd.DataFrame) -> pd.DataFrame:
    """Townships with counts of some indicators, in the indicators' order."""
    keys = ["indicator", "age"]
    frame = tests[keys].merge(view.disparities.areas, on=keys, how="left")
    frame = _named(view, frame[frame["denominator"].notna()])
    ages = frame["age"].where(frame["age"] != "total", "")
    below = [view.plan.indicators[i].denominator for i in frame["indicator"]]
    return frame.assign(
        panel=frame["name"] + ages.map(lambda age: f"（{age}岁）" if age else ""),
        denominator_name=below,
    )


def _no_townships(view: View) -> str:
    if view.is_reference:
        return f"{view.region.short}是参照地区，没有分乡镇的数据。"
    needed = _breaking_down(view, "subarea")
    if not needed:
        return "这里的指标不分乡镇填报，不作乡镇比较。"
    return (
        "没有两个以上乡镇的分子、分母，不作乡镇比较；可以分乡镇填报的有"
        f"{numbers.joined(needed, 3)}，在填报表的“片区”一栏写乡镇名称即可。"
    )


def funnel_charts(view: View) -> Charts | Html:
    """Townships of each indicator in a funnel of exact control limits."""
    tests = _tested(view)
    tests = tests[tests["least"].notna()]
    if tests.empty:
        return NOTHING
    shown = tests.head(FUNNELS_PER_PAGE)
    rest = len(_tested(view)) - len(shown)
    more = f"；另有{rest}项指标的乡镇数据见表" if rest > 0 else ""

    def draw(part: pd.DataFrame) -> Any:
        areas = _areas(view, part)
        return plot_funnel(areas, _curves(view, areas))

    def tell(part: pd.DataFrame) -> str:
        return "".join(_funnel_told(view, row) for row in rows(part))

    areas = view.disparities.areas
    sources = areas.groupby("indicator")["source"].first()
    shown = shown.assign(source=shown["indicator"].map(sources))
    return _paged(view, shown, FUNNELS_PER_FIGURE, "各乡镇与控制限", draw, tell, more)


def _curves(view: View, areas: pd.DataFrame) -> pd.DataFrame:
    """The limits over a panel's range of denominators."""
    rules = view.assessment.assumptions.thresholds.disparities
    units = view.assessment.assumptions.units
    made = []
    for panel, part in areas.groupby("panel", sort=False):
        first = part.iloc[0]
        sizes = part["denominator"]
        smallest, largest = max(1.0, 0.4 * sizes.min()), 1.1 * sizes.max()
        n = np.unique(np.round(np.linspace(smallest, largest, 240))).astype(np.float64)
        per = units[str(first["unit"])].per or 1.0
        share = view.plan.indicators[str(first["indicator"])].kind == "share"
        family = "binomial" if share else "poisson"
        levels = {"inner": rules.inner_limit, "outer": rules.outer_limit}
        made.append(limit_curves(float(first["whole"]), n, per, family, levels).assign(panel=panel))
    return pd.concat(made, ignore_index=True)


def _flagged(view: View, row: dict[str, Any]) -> list[str]:
    frame = view.disparities.areas
    mine = (frame["indicator"] == row["indicator"]) & (frame["age"] == row["age"])
    return list(frame.loc[mine & frame["is_flagged"], "subarea"])


def _funnel_told(view: View, row: dict[str, Any]) -> str:
    names = _flagged(view, row)
    return phrase("areas", "funnel", t=row, names=numbers.joined(names, 5))


def contribution_chart(view: View) -> Charts | Html:
    """Bars of what each township adds to or takes from the whole, least alike first."""
    tests = _tested(view)
    tests = tests[tests["whole"].notna()].head(CONTRIBUTIONS_PER_PAGE)
    if tests.empty:
        return NOTHING

    def draw(part: pd.DataFrame) -> Any:
        return plot_contributions(_areas(view, part))

    def tell(part: pd.DataFrame) -> str:
        return "".join(_pull_told(view, row) for row in rows(part))

    sources = view.disparities.areas.groupby("indicator")["source"].first()
    tests = tests.assign(source=tests["indicator"].map(sources))
    return _paged(view, tests, CONTRIBUTIONS_PER_FIGURE, "各乡镇对合计的贡献", draw, tell)


def _ends(view: View, row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The townships that pull an indicator furthest down and up."""
    frame = view.disparities.areas
    mine = frame[(frame["indicator"] == row["indicator"]) & (frame["age"] == row["age"])]
    ordered = rows(mine.dropna(subset=["contribution"]).sort_values("contribution", kind="stable"))
    return ordered[0], ordered[-1]


def _pull_told(view: View, row: dict[str, Any]) -> str:
    low, high = _ends(view, row)
    return phrase("areas", "pull", t=row, low=low, high=high)


def _is_few(view: View, row: dict[str, Any]) -> bool:
    """Events so few that one case would name a township."""
    areas = view.disparities.areas
    mine = areas[(areas["indicator"] == row["indicator"]) & (areas["age"] == row["age"])]
    is_rare = view.plan.indicators[row["indicator"]].counting == "events"
    few = view.assessment.assumptions.thresholds.status.few_events
    return bool(is_rare and mine["numerator"].sum() < few)


def contribution_table(view: View) -> Html:
    """Townships: how unlike, which stand out, which pull the whole up and down."""
    tests = _tested(view)
    if tests.empty:
        return note(_no_townships(view))
    rendered = []
    for row in rows(tests):
        row["low"], row["high"] = _ends(view, row)
        row["is_few"] = _is_few(view, row)
        rendered.append(row)
    frame = view.disparities.areas
    flagged = _named(view, frame[frame["is_flagged"]])
    every = view.assessment.disparities.areas
    return render(
        "places_areas.html.j2",
        "\n".join(f"{r['name']} {r['counted']} {r['whole']:.6g}" for r in rendered)
        + "\n"
        + "\n".join(f"{r['subarea']} {r['name']} {r['rate']:.6g}" for r in rows(flagged)),
        rows=rendered,
        flagged=[{**r, "short": _people(view, r)} for r in rows(flagged)],
        tests=int(every["p_judged"].notna().sum()),
        found=int(every["is_flagged"].sum()),
        fdr=view.assessment.assumptions.thresholds.warning.fdr,
        rules=view.assessment.assumptions.thresholds.disparities,
        partial=[r for r in rendered if r["coverage_pct"] is not None and r["coverage_pct"] < 99.5],
    )


_COUNTED = re.compile(r"(人次|人口|成员|[人户座件起例])数?(?:（[^）]*）)?$")


def _counted(view: View, row: dict[str, Any], part: str = "numerator") -> str:
    """What a numerator counts: 人, 户, 例; empty where its definition does not end in it."""
    found = _COUNTED.search(getattr(view.plan.indicators[row["indicator"]], part))
    if found is None:
        return ""
    return "人" if found[1] in ("人口", "成员") else found[1]


def _people(view: View, row: dict[str, Any]) -> str:
    """How many people (households, cases) lie between a township and the whole's rate."""
    return numbers.number(abs(row["people"]), 0) + _counted(view, row)


# ---- what a change is made of


def decomposition_table(view: View) -> Html:
    """Changes of the whole split into rates and composition, numerator and denominator."""
    parts = _named(view, view.disparities.decompositions)
    moves = _named(view, view.disparities.movements)
    moves = moves[moves["mover"].notna() & (moves["change"].abs() > moves["delta"])]
    if parts.empty and moves.empty:
        if view.is_reference:
            return note(f"{view.region.short}公布的是率，没有分子、分母，不能分解变化的来源。")
        base = view.plan.info.baseline_year
        return note(
            f"没有一项指标在{base}年前后和近年都有分子、分母，并且变化超过有意义的最小变化，"
            "无从分解变化的来源；填报率时一并填报分子、分母即可。"
        )
    return render(
        "places_changes.html.j2",
        "\n".join(f"{r['name']} {r['change']:.6g} {r['rate_effect']:.6g}" for r in rows(parts))
        + "\n"
        + "\n".join(f"{r['name']} {r['change']:.6g} {r['mover']}" for r in rows(moves)),
        parts=[{**r, "by": _BY[r["dimension"]], "lead": _area(r["leader"])} for r in rows(parts)],
        moves=rows(moves),
    )


_BY = {"subarea": "乡镇", "urban_rural": "城乡"}
_AREA_WORDS = {"urban": "城镇", "rural": "农村"}


def _area(name: str | None) -> str:
    return "" if name is None else _AREA_WORDS.get(name, name)


# ---- peers


def peer_table(view: View) -> Html:
    """Targets beside reference regions that once stood at the same level."""
    frame = _named(view, view.disparities.peers)
    if frame.empty and view.is_reference and not view.region.compare_with:
        return SILENT
    if frame.empty:
        rules = view.assessment.assumptions.thresholds.disparities
        names = numbers.joined([view.region_names[r] for r in view.region.compare_with], 4)
        if not names:
            return note(f"{view.region.short}没有指定可比的地区，不作同一起点的比较。")
        return note(
            f"{names}历年的数据里，与{view.region.short}基期水平相近、又有同样多年之后数据的"
            f"不足{rules.peer_min}段，不作同一起点的比较。"
        )
    rendered = []
    for row in rows(frame):
        windows = [
            f"{view.region_names.get(w['region'], w['region'])}{w['start_year']}—{w['end_year']}年"
            for w in row["windows"]
        ]
        rendered.append({**row, "from_where": numbers.joined(windows, 4)})
    return render(
        "places_peers.html.j2",
        "\n".join(f"{r['name']} {r['change']:.6g} {r['median']:.6g} n={r['n']}" for r in rendered),
        rows=rendered,
        region=view.region,
    )


# ---- in sentences


def where_sentences(view: View) -> Html:
    """差在哪里、差在谁: the findings above in sentences, each with its figures."""
    items = [*_gap_items(view), *_area_items(view), *_change_items(view), *_peer_items(view)]
    if not items:
        return note(_nothing_compared(view))
    return render("list.html.j2", "\n".join(items), items=items, otherwise="")


def _nothing_compared(view: View) -> str:
    if view.is_reference:
        return f"{view.region.short}没有近年的分男女、分城乡数据可以比较。"
    sex, area, towns = (len(_breaking_down(view, by)) for by in ("sex", "urban_rural", "subarea"))
    return (
        f"应分男女填报的{sex}项、分城乡的{area}项、分乡镇的{towns}项指标都还没有可比的数据，"
        "看不出差在哪里、差在谁。"
    )


def _gap_items(view: View) -> list[str]:
    frame = _gaps(view)
    is_wide = frame["gap"].abs() > np.fmax(frame["delta"], frame["gap_margin"])
    has_moved = frame["verdict"].isin(["wider", "reversed", "narrower"])
    frame = _most_changed(frame[is_wide | has_moved | frame["is_few"]])
    items = []
    for row in rows(frame.head(SENTENCES)):
        one, two = GROUPS[row["dimension"]]
        items.append(
            phrase(
                "gaps",
                "few" if row["is_few"] else "told",
                r=row,
                one=one,
                two=two,
                higher=row["gap"] > 0,
                places=row["decimals"],
                who=_who(row),
            )
        )
    return items


def _area_items(view: View) -> list[str]:
    items: list[str] = []
    frame = view.disparities.areas
    flagged = _named(view, frame[frame["is_flagged"]])
    order = {"worse": 0, "better": 1}
    flagged = flagged.assign(rank=flagged["side"].map(order).fillna(2)).sort_values(
        ["rank", "p_judged"], kind="stable"
    )
    items += [
        phrase(
            "areas",
            "flagged",
            r=row,
            people=_people(view, row),
            of=_counted(view, row),
            whole=_counted(view, row, "denominator"),
        )
        for row in rows(flagged.head(SENTENCES))
    ]
    tests = _tested(view)
    apart = tests[tests["is_overdispersed"] & (tests["flagged"] == 0)]
    apart = apart.sort_values("dispersion", ascending=False, kind="stable")
    unlike = rows(apart.head(SENTENCES // 2))
    if unlike:
        rendered = [
            phrase("areas", "range", t=row, low=low, high=high)
            for row in unlike
            for low, high in [_ends_of_rate(view, row)]
        ]
        told_of = phrase(
            "areas", "unlike", rendered="；".join(rendered), n=len(rendered), of=len(apart)
        )
        items.append(told_of)
    return items


def townships_first(view: View, indicators: list[str]) -> str:
    """；先解决癸镇……: where one township drags one of these figures down, with what it lacks."""
    areas = view.disparities.areas
    found = areas[areas["is_flagged"] & (areas["side"] == "worse") & (areas["people"] > 0)]
    found = found[found["indicator"].isin(indicators)].sort_values("p_judged", kind="stable")
    rendered = [
        phrase("areas", "first", r=row, people=_people(view, row))
        for row in rows(_named(view, found).head(MOST_TOWNSHIPS))
    ]
    return f"；先从{'；再从'.join(rendered)}" if rendered else ""


def _ends_of_rate(view: View, row: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    frame = view.disparities.areas
    mine = frame[(frame["indicator"] == row["indicator"]) & (frame["age"] == row["age"])]
    ordered = rows(mine.dropna(subset=["denominator"]).sort_values("rate", kind="stable"))
    return ordered[0], ordered[-1]


def _change_items(view: View) -> list[str]:
    """Changes that composition or the denominator made, not the work itself."""
    items = []
    parts = _named(view, view.disparities.decompositions)
    parts = parts[parts["change"].abs() > parts["delta"]]
    # Composition is news where it matters; of townships and urban/rural one split is enough.
    parts = parts.assign(
        news=parts["composition_effect"].abs() > parts["delta"],
        size=(parts["change"] / parts["delta"]).abs(),
    )
    parts = parts.sort_values(["news", "size"], ascending=False, kind="stable")
    for row in rows(parts.drop_duplicates("indicator").head(SENTENCES // 2)):
        items.append(
            phrase(
                "changes",
                "parts",
                r=row,
                by=_BY[row["dimension"]],
                leader=_area(row["leader"]),
                follower=_area(row["follower"]),
                effect={key: _effect(row, key) for key in _EFFECTS},
            )
        )
    moves = _named(view, view.disparities.movements)
    fell = moves[(moves["mover"] == "denominator") & (moves["change"].abs() > moves["delta"])]
    for row in rows(fell.head(SENTENCES // 2)):
        indicator = view.plan.indicators[row["indicator"]]
        items.append(
            phrase(
                "changes",
                "denominator",
                r=row,
                above=_short(indicator.numerator),
                below=_short(indicator.denominator),
                # The numerator went the denominator's way, only more slowly.
                follows=row["numerator_effect"] * row["denominator_effect"] < 0,
                same=numbers.number(row["numerator"], 0)
                == numbers.number(row["numerator_before"], 0),
                places=row["decimals"],
            )
        )
    return items


_EFFECTS = ("rate_effect", "composition_effect", "leader_effect", "follower_effect")
_BRACKETS = re.compile(r"（[^）]*）")


def _short(definition: str) -> str:
    """A numerator's or denominator's definition in brackets, without its own."""
    text = _BRACKETS.sub("", definition)
    return f"（{text}）" if text else ""


def _effect(row: dict[str, Any], key: str) -> str:
    """What an effect did to the whole, in words."""
    value, places = row[key], row["decimals"] + 1
    if value is None or float(numbers.number(abs(value), places)) == 0:
        return "没有影响"
    verb = row["up"] if value > 0 else row["down"]
    return f"使合计{verb}{numbers.gap(abs(value), row['unit'], row['decimals'])}"


def _peer_items(view: View) -> list[str]:
    frame = _named(view, view.disparities.peers)
    return [
        phrase("peers", "told", r=row, places=row["decimals"], region=view.region.short)
        for row in rows(frame.head(SENTENCES // 2))
    ]
