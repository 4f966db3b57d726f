"""How far can the forecasts be trusted? Last year's, and those that this region's past allows."""

from __future__ import annotations

from functools import partial

from halfsky.evaluate.results import (
    MIN_ORIGINS,
    MIN_SERIES,
    HorizonCoverage,
    PastForecast,
    ReliabilityBin,
)
from halfsky.report import numbers
from halfsky.report.blocks import (
    Blocks,
    Cell,
    Column,
    Paragraph,
    Table,
    amount,
    count,
    note,
    share,
    table,
    words,
)
from halfsky.report.blocks import year as year_cell
from halfsky.report.text import phrase
from halfsky.report.view import View

MOST_HINDSIGHT = 12  # lines of a table that says: as foretold
WIDE = 5  # percentage points off the stated coverage that a page speaks of
MIN_BIN = 3  # a bin of one or two forecasts shows nothing but chance
_figures = partial(Column, is_number=True)


def hindsight_table(view: View) -> Blocks:
    """去年的预测准不准: last year's forecast beside this year's value.

    Of many only those outside the 80% interval are listed; all are counted below the table.
    """
    if not view.hindsight:
        return note(phrase("hindsight", "none"))
    tested = _one_a_series(view)
    only_missed = len(tested) > MOST_HINDSIGHT
    listed = [p for p in tested if not (only_missed and p.is_inside_80)]
    local = view.assessment.local
    below = phrase(
        "hindsight",
        "note",
        n=len(tested),
        inside80=sum(p.is_inside_80 for p in tested),
        inside95=sum(p.is_inside_95 for p in tested),
        is_rescaled=local.is_used,
        multiplier=local.multiplier,
        pooled=len(view.assessment.pooled & view.by_target.keys()),
    )
    if not listed:
        return note(below)
    columns = [
        Column("指标", is_header=True),
        _figures("年份"),
        _figures("上一年的预测"),
        _figures("80%区间"),
        _figures("实际"),
        Column("结果"),
    ]
    return Blocks(
        table(
            phrase("hindsight", "caption", only_missed=only_missed),
            columns,
            [_past_row(view, past) for past in listed],
            label=phrase("hindsight", "label"),
            note=below,
        )
    )


def _one_a_series(view: View) -> list[PastForecast]:
    """Two requirements on one indicator have one forecast between them."""
    found: dict[tuple[str | None, str, str, str], PastForecast] = {}
    for past in view.hindsight:
        t = view.by_target[past.target]
        found.setdefault((t.indicator, t.sex, t.age, t.area), past)
    return list(found.values())


def _past_row(view: View, past: PastForecast) -> list[Cell]:
    t = view.by_target[past.target]
    return [
        words(t.name),
        year_cell(past.year),
        amount(past.point, t.unit, t.decimals),
        words(numbers.span(past.lo80, past.hi80, t.decimals)),
        amount(past.actual, t.unit, t.decimals),
        words(phrase("hindsight", _outcome(past))),
    ]


def _outcome(past: PastForecast) -> str:
    if past.is_inside_80:
        return "inside80"
    if past.is_inside_95:
        return "inside95"
    return "one_case" if past.is_one_case else "outside"


def local_check_table(view: View) -> Blocks:
    """Would these forecasts have held here? Rolling origins, reliability, which calibration."""
    coverage = sorted(view.assessment.coverage, key=lambda c: c.horizon)
    learned = phrase("local_check", "learned", c=view.assessment.assumptions.calibration)
    if not coverage:
        return note(phrase("local_check", "none", learned=learned))
    verdict = _calibration(view, learned) + _held(coverage)
    bins = [b for b in view.assessment.reliability if b.n >= MIN_BIN]
    is_used = view.assessment.local.is_used
    below = phrase("local_check", "note", min_bin=MIN_BIN)
    tables = [_coverage_table(coverage, is_used, "" if bins else below)]
    if bins:
        tables.append(_reliability_table(bins, is_used, below))
    return Blocks(Paragraph(verdict), *tables)


def _calibration(view: View, learned: str) -> str:
    """Could the region's own errors replace the stored size of error, and did they?"""
    check = view.assessment.local
    key = "impossible" if not check.is_possible else "used" if check.is_used else "not_better"
    limits = {"min_origins": MIN_ORIGINS, "min_series": MIN_SERIES}
    return phrase("local_check", key, check=check, learned=learned, **limits)


def _held(coverage: list[HorizonCoverage]) -> str:
    """How many outcomes the intervals held, over all horizons and one year ahead."""
    n = sum(c.n for c in coverage)
    held80 = 100 * sum(c.inside80 for c in coverage) / n
    near = 100 * coverage[0].coverage80
    return phrase(
        "local_check",
        "held",
        n=n,
        held80=held80,
        held95=100 * sum(c.inside95 for c in coverage) / n,
        near=near,
        stated=_against_stated(held80),
        near_stated=_against_stated(near),
    )


def _against_stated(held: float) -> str:
    """Is an 80 % interval wider or narrower than it says by more than WIDE points?"""
    if held > 80 + 2 * WIDE:
        return phrase("local_check", "much_wider")
    if held > 80 + WIDE:
        return phrase("local_check", "wider")
    return phrase("local_check", "narrower") if held < 80 - WIDE else ""


def _coverage_table(coverage: list[HorizonCoverage], is_used: bool, below: str) -> Table:
    columns = [
        _figures("提前年数", is_header=True),
        _figures("指标"),
        _figures("预测次数"),
        *(_figures(phrase("local_check", "covered", level=level)) for level in (80, 95)),
    ]
    rows = [
        [
            count(c.horizon),
            count(c.series),
            count(c.n),
            share(100 * c.coverage80, 0),
            share(100 * c.coverage95, 0),
        ]
        for c in coverage
    ]
    caption = phrase("local_check", "coverage", is_used=is_used)
    label = phrase("local_check", "coverage_label")
    return table(caption, columns, rows, label=label, note=below)


def _reliability_table(bins: list[ReliabilityBin], is_used: bool, below: str) -> Table:
    columns = [
        Column("概率区间", is_header=True),
        _figures("次数"),
        _figures("平均概率"),
        _figures("实现比重"),
    ]
    rows = [
        [
            words(f"{100 * b.low:.0f}%—{100 * b.high:.0f}%"),
            count(b.n),
            share(100 * b.mean_p, 0),
            share(100 * b.met_rate, 0),
        ]
        for b in bins
    ]
    caption = phrase("local_check", "reliability", is_used=is_used)
    label = phrase("local_check", "reliability_label")
    return table(caption, columns, rows, label=label, note=below)
