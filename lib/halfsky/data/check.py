"""Is every filed row what it claims to be? Turns rows of text into typed records.

Every problem of every row is gathered, so that a clerk corrects a sheet once. A row without a value
is 未填报: it yields no figure, and none is made up for it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from halfsky.data.columns import (
    ALL_AGES,
    DEFAULT_AGE,
    DEFAULT_SUBAREA,
    EVIDENCE,
    FIRST_YEAR,
    LEVELS,
    MEASURES,
    OBSERVATIONS,
    Column,
    Table,
)
from halfsky.data.sheets import Row, suggest
from halfsky.plan import Indicator, Plan, Problem, Region, Unit, tr

CORRECTION = "更正"
_NUMBER = re.compile(r"^[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?([eE][+-]?\d+)?$")
_DATE = re.compile(r"^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_MONTH = re.compile(r"^(\d{4})(?:[-/.年](\d{1,2})月?|年)?$")


@dataclass(frozen=True)
class Rules:
    """What rows of one region are checked against."""

    plan: Plan
    units: dict[str, Unit]
    region: Region

    @property
    def last_year(self) -> int:
        """The last year a figure may be of."""
        return self.plan.info.end_year


@dataclass(frozen=True)
class Record:
    """One typed row that holds something, and the row it came from."""

    table: Table
    values: dict[str, Any]
    row: Row

    @property
    def key(self) -> tuple[Any, ...]:
        return tuple(self.values[column] for column in self.table.key)


@dataclass
class Checked:
    """Typed records, the number of rows left blank, and all problems."""

    records: list[Record] = field(default_factory=list)
    blank: int = 0
    problems: list[Problem] = field(default_factory=list)


class _RowCheck:
    """Reads the cells of one row and notes what is wrong with them."""

    def __init__(self, table: Table, row: Row, rules: Rules) -> None:
        self.table, self.row, self.rules = table, row, rules
        self.problems: list[Problem] = []

    def say(self, column: str, what: str, hint: str) -> None:
        """Note a problem, unless the cell's form was already complained of."""
        if column not in self.row.faulty:
            self.problems.append(self.row.problem(column, what, hint))

    def has_content(self) -> bool:
        return any(self.row.get(c) for c in self.table.content)

    def text(self, column: str) -> str:
        return self.row.get(column)

    def needed(self, column: str, hint: str) -> str:
        text = self.row.get(column)
        if not text:
            self.say(column, tr("空白", "is blank"), hint)
        return text

    def number(self, column: str) -> float | None:
        text = unicodedata.normalize("NFKC", self.row.get(column)).strip()
        if not text:
            return None
        if not _NUMBER.match(text):
            self.say(column, tr("不是数字", "is not a number"), _number_hint(text))
            return None
        return float(text.replace(",", ""))

    def integer(self, column: str, low: int, high: int) -> int | None:
        text = unicodedata.normalize("NFKC", self.row.get(column)).strip().removesuffix("年")
        if not text:
            return None
        if not re.fullmatch(r"\d+(\.0+)?", text):
            self.say(
                column,
                tr("不是整数", "is not a whole number"),
                tr(f"请填 {low}—{high} 的整数。", f"Enter a whole number, {low} to {high}."),
            )
            return None
        number = int(float(text))
        if not low <= number <= high:
            self.say(
                column,
                tr("超出范围", "is out of range"),
                tr(f"应在 {low}—{high} 之间。", f"It must lie between {low} and {high}."),
            )
            return None
        return number

    def year(self, column: str = "year") -> int | None:
        """A year that must be there."""
        high = self.rules.last_year + (1 if column == "known_from" else 0)
        if column == "year":
            self.needed(column, tr("请填四位数的年份。", "Enter a four-digit year."))
        return self.integer(column, FIRST_YEAR, high)

    def code(self, column: str) -> str | None:
        definition: Column = self.table[column]
        text = self.needed(
            column, tr(f"应为 {definition.code_list}。", f"One of {', '.join(definition.codes)}.")
        )
        code = definition.code(text)
        if text and code is None:
            self.say(
                column,
                tr("没有这个代码", "no such code"),
                tr(
                    f"应为 {definition.code_list}。",
                    f"One of {', '.join(definition.codes)}.",
                ),
            )
        return code

    def place(self) -> None:
        """The region column, where there is one, must name the region the file is filed for."""
        region = self.rules.region
        text = self.row.get("region")
        if "region" not in self.row.headers:
            return
        if not text:
            self.needed("region", tr(f"应为 {region.id}。", f"It must be {region.id}."))
        elif text not in (region.id, region.name, region.short):
            self.say(
                "region",
                tr(
                    f"与所在文件夹的地区“{region.id}”不一致",
                    f"differs from the folder's region '{region.id}'",
                ),
                tr(
                    f"应为 {region.id}（{region.short}）；别的地区请放进它自己的文件夹。",
                    f"It must be {region.id}; another region has a folder of its own.",
                ),
            )

    def known(self, column: str, options: Iterable[str], named: dict[str, str], kind: str) -> bool:
        """Is a cell one of the known ids? named gives ids by their Chinese name."""
        text = self.row.get(column)
        ids = list(options)
        if text in ids:
            return True
        near = named.get(text) or suggest(text, ids) or named.get(suggest(text, named), "")
        self.say(
            column,
            tr(f"没有这个{kind}", "no such id"),
            tr(
                f"是否为“{near}”？" if near else "请检查拼写，或先在 params/ 中定义它。",
                f"Did you mean '{near}'?"
                if near
                else "Check its spelling, or define it in params/.",
            ),
        )
        return False


def _number_hint(text: str) -> str:
    """How to correct a cell that should hold a number."""
    if text.startswith("="):
        return tr(
            "公式请粘贴为数值；未统计请留空。", "Paste the value; leave blank what is not known."
        )
    found = re.findall(r"\d+(?:\.\d+)?", text)  # the number inside 约95.2% or 95.2以上
    if len(found) == 1:
        return tr(
            f"请只填数字，如 {found[0]}；未统计请留空。",
            f"Enter digits only, such as {found[0]}; leave blank what is not known.",
        )
    return tr("请填数值；未统计请留空。", "Enter a number; leave blank what is not known.")


def _date(text: str) -> str | None:
    """An ISO date, else None."""
    match = _DATE.match(text)
    if not match:
        return None
    year, month, day = (int(part) for part in match.groups())
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return None


def _started(text: str) -> str | None:
    """A year, year-month or date in ISO form, else None."""
    full = _date(text)
    if full:
        return full
    match = _MONTH.match(text)
    if not match:
        return None
    year, month = match.groups()
    if month is None:
        return year
    return f"{year}-{int(month):02d}" if 1 <= int(month) <= 12 else None


def decimals(text: str) -> int:
    """Digits printed after the decimal point: 95.0 has one."""
    text = unicodedata.normalize("NFKC", text)
    return len(text.split(".", 1)[1]) if "." in text and "e" not in text.lower() else 0


def bounds(indicator: Indicator, unit: Unit | None) -> tuple[float | None, float | None]:
    """The values an indicator can take: its own bounds, else its unit's; a share ends at 100 %."""
    low, high = indicator.lower, indicator.upper
    if unit is not None:
        low = unit.lower if low is None else low
        high = unit.upper if high is None else high
        if high is None and indicator.kind == "share":
            high = unit.per
    return low, high


def _observation(check: _RowCheck) -> dict[str, Any] | None:
    """One figure; None where the row holds none or is wrong."""
    rules, row = check.rules, check.row
    check.place()
    named = {i.name: i.id for i in rules.plan.indicators.values()}
    check.needed("indicator_id", tr("请填指标编号。", "Enter the indicator's id."))
    indicator = None
    if row.get("indicator_id") and check.known(
        "indicator_id", rules.plan.indicators, named, "指标"
    ):
        indicator = rules.plan.indicators[row.get("indicator_id")]
    year, sex, area = check.year(), check.code("sex"), check.code("area")
    value, numerator, denominator = (check.number(c) for c in ("value", "numerator", "denominator"))
    known_from = check.year("known_from")
    if indicator is not None:
        _unit(check, indicator)
        if indicator.is_female_share and sex not in (None, "female"):
            check.say(
                "sex",
                tr("这一指标本身是女性所占比例", "the indicator is itself women's share"),
                tr("性别应填 女（female）。", "Its sex is female."),
            )
    if not check.has_content():
        return None
    value_type = check.code("value_type")
    if not row.get("value"):
        _value_missing(check, indicator, numerator, denominator)
    if not row.get("source_title") and not row.get("publisher"):
        check.needed(
            "source_title",
            tr("请填报表、公报或文件的名称。", "Name the return, bulletin or document."),
        )
    if value_type == "derived" and not row.get("known_from"):
        check.needed(
            "known_from",
            tr(
                "推算值要写明由哪一年发布的数据算出。",
                "A derived figure needs the data year of the release it was computed from.",
            ),
        )
    if known_from is not None and year is not None and known_from < year:
        check.say(
            "known_from",
            tr(f"早于数值所属年份 {year}", f"is before the figure's own year {year}"),
            tr("请填发布数据的年份。", "Enter the year of the release."),
        )
    if indicator is not None:
        unit = rules.units.get(indicator.unit)
        _in_bounds(check, indicator, unit, value)
        _counts(check, indicator, unit, value, numerator, denominator)
    if check.problems or row.faulty or value is None or indicator is None:
        return None
    parts = (row.get("source_title"), row.get("publisher"), row.get("source_url"))
    return {
        "region": rules.region.id,
        "indicator": indicator.id,
        "year": year,
        "sex": sex,
        "age": DEFAULT_AGE if row.get("age") in ("", *ALL_AGES) else row.get("age"),
        "area": area,
        "subarea": row.get("subarea") or DEFAULT_SUBAREA,
        "value": value,
        "numerator": numerator,
        "denominator": denominator,
        "unit": indicator.unit,
        "value_type": value_type,
        "known_from": known_from,
        "source": " · ".join(part for part in parts if part),
        "note": row.get("note"),
    }


def _unit(check: _RowCheck, indicator: Indicator) -> None:
    written = "".join(unicodedata.normalize("NFKC", check.row.get("unit")).split())
    expected = "".join(unicodedata.normalize("NFKC", indicator.unit).split())
    if written != expected:
        check.say(
            "unit",
            tr(f"与指标“{indicator.name}”的单位不一致", f"is not the unit of {indicator.id}")
            if written
            else tr("空白", "is blank"),
            tr(
                f"应为“{indicator.unit}”，数值也要按这一单位填写。",
                f"It must be '{indicator.unit}', and the value in that unit.",
            ),
        )


def _value_missing(
    check: _RowCheck,
    indicator: Indicator | None,
    numerator: float | None,
    denominator: float | None,
) -> None:
    """Counts without a value: neither dropped in silence nor turned into a figure."""
    unit = check.rules.units.get(indicator.unit) if indicator else None
    quotient = ""
    if unit and unit.per and indicator and numerator is not None and denominator:
        quotient = f"{numerator / denominator * unit.per:.{indicator.decimals}f}"
    given_zh = f"按所填分子分母应为 {quotient}，请填上" if quotient else "请填数值"
    given_en = f"They give {quotient}: enter it" if quotient else "Enter it"
    check.say(
        "value",
        tr("填了分子或分母而没有数值", "is blank beside a numerator or denominator"),
        tr(
            f"{given_zh}；不报这一项请把分子分母一并清空。",
            f"{given_en}, or clear the counts as well.",
        ),
    )


def _in_bounds(
    check: _RowCheck, indicator: Indicator, unit: Unit | None, value: float | None
) -> None:
    low, high = bounds(indicator, unit)
    if value is None:
        return
    if (low is not None and value < low) or (high is not None and value > high):
        span_zh = f"{_g(low)}—{_g(high)}" if high is not None else f"不小于 {_g(low)}"
        span_en = f"{_g(low)} to {_g(high)}" if high is not None else f"at least {_g(low)}"
        if low is None:
            span_zh, span_en = f"不大于 {_g(high)}", f"at most {_g(high)}"
        check.say(
            "value",
            tr("超出指标可能的范围", "is outside the indicator's bounds"),
            tr(
                f"“{indicator.name}”应为 {span_zh}（{indicator.unit}）；请核对数值和单位。",
                f"{indicator.id} is {span_en} ({indicator.unit}); check value and unit.",
            ),
        )


def _g(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


def _counts(
    check: _RowCheck,
    indicator: Indicator,
    unit: Unit | None,
    value: float | None,
    numerator: float | None,
    denominator: float | None,
) -> None:
    """Numerator and denominator: possible, both there, and agreeing with the printed value."""
    for column, count in (("numerator", numerator), ("denominator", denominator)):
        if count is not None and (count < 0 or (column == "denominator" and count == 0)):
            check.say(
                column,
                tr("应大于零", "must be above zero")
                if column == "denominator"
                else tr("不能是负数", "cannot be negative"),
                tr("请核对这一格。", "Check this cell."),
            )
            return
    if unit is None or not unit.per:
        return
    if (numerator is None) != (denominator is None):
        lacking = "numerator" if numerator is None else "denominator"
        if not check.row.get(lacking):
            check.say(
                lacking,
                tr("空白", "is blank"),
                tr("分子、分母要么都填，要么都留空。", "Fill in both counts, or neither."),
            )
        return
    if numerator is None or denominator is None:
        return
    if indicator.counting == "events" and numerator != round(numerator):
        check.say(
            "numerator",
            tr("应为整数（例数、件数）", "must be a whole number of events"),
            tr("请填实际发生数。", "Enter the number that occurred."),
        )
    if indicator.kind == "share" and numerator > denominator:
        check.say(
            "numerator",
            tr(f"大于分母 {_g(denominator)}", f"is above the denominator {_g(denominator)}"),
            tr("请核对分子和分母是否填反。", "Check whether the two are swapped."),
        )
        return
    if value is None:
        return
    quotient = numerator / denominator * unit.per
    printed = decimals(check.row.get("value"))
    if abs(quotient - value) > 0.5 * 10**-printed + 1e-9 * max(1.0, abs(quotient)):
        check.say(
            "value",
            tr(
                f"与分子÷分母不符（{_count(numerator)}÷{_count(denominator)}×{_g(unit.per)}"
                f"＝{quotient:.{max(printed, 2)}f}）",
                f"disagrees with numerator / denominator ({_count(numerator)}/"
                f"{_count(denominator)} x {_g(unit.per)} = {quotient:.{max(printed, 2)}f})",
            ),
            tr("请核对数值、分子、分母三格。", "Check value, numerator and denominator."),
        )


def _count(number: float) -> str:
    return f"{number:.15g}"


def _evidence(check: _RowCheck) -> dict[str, Any] | None:
    """One dated document for a milestone; None where the line is blank or wrong."""
    rules, row = check.rules, check.row
    check.place()
    milestones = {t.id for t in rules.plan.targets.values() if t.type == "milestone"}
    target = row.get("target")
    check.needed("target", tr("请填子目标编号。", "Enter the target's id."))
    if target and target in rules.plan.targets and target not in milestones:
        check.say(
            "target",
            tr("不是里程碑型子目标", "is not a milestone"),
            tr("它由观测值评价，请报数值。", "It is judged by figures: file a figure."),
        )
    elif target and check.known("target", milestones, {}, "里程碑型子目标"):
        goal = rules.plan.goal_of[target]
        if row.get("goal") and row.get("goal") != goal:
            check.say(
                "goal",
                tr(f"与子目标 {target} 不符", f"does not hold target {target}"),
                tr(f"应为 {goal}。", f"It must be {goal}."),
            )
    claimed = check.integer("level_claimed", LEVELS[0], LEVELS[-1])
    level = check.integer("level", LEVELS[0], LEVELS[-1])
    if not check.has_content():
        return None
    date = None
    if check.needed("date", tr("每份材料都要有日期。", "Every document needs a date.")):
        date = _date(row.get("date"))
        if date is None:
            check.say(
                "date",
                tr("不是日期", "is not a date"),
                tr("请写成 2024-06-30。", "Write it as 2024-06-30."),
            )
        elif not FIRST_YEAR <= int(date[:4]) <= rules.last_year + 1:
            check.say(
                "date",
                tr("超出范围", "is out of range"),
                tr(
                    f"应在 {FIRST_YEAR}—{rules.last_year + 1} 年之间。",
                    f"It must lie between {FIRST_YEAR} and {rules.last_year + 1}.",
                ),
            )
    check.needed("document", tr("请填文件名称和文号。", "Name the document."))
    if claimed is None and level is None and not row.get("level"):
        check.needed("level_claimed", tr("请填自评等级 0—4。", "Enter the level claimed, 0 to 4."))
    if level is not None:
        check.needed("rater", tr("有评定等级就要写明评定人。", "A level needs its rater."))
    if row.get("rater") and not row.get("level"):
        check.needed("level", tr("写了评定人就要写评定等级。", "A rater needs a level."))
    if check.problems or row.faulty:
        return None
    return {
        "region": rules.region.id,
        "goal": rules.plan.goal_of[target],
        "target": target,
        "date": date,
        "document": row.get("document"),
        "issuer": row.get("issuer"),
        "level_claimed": claimed,
        "rater": row.get("rater"),
        "level": level,
        "note": row.get("note"),
    }


def _measure(check: _RowCheck) -> dict[str, Any] | None:
    """One measure's progress in one year; None where the line is blank or wrong."""
    rules, row = check.rules, check.row
    check.place()
    titles = {m.title: m.id for m in rules.plan.measures.values()}
    check.needed("measure", tr("请填措施编号。", "Enter the measure's id."))
    if row.get("measure"):
        check.known("measure", rules.plan.measures, titles, "措施")
    year = check.year()
    if not check.has_content():
        return None
    if check.needed("department", tr("请填责任部门。", "Enter the department.")):
        check.known("department", rules.plan.duties.departments, {}, "部门")
    status = check.code("status")
    money, people = check.number("money_wan"), check.number("people")
    for column, amount in (("money_wan", money), ("people", people)):
        if amount is not None and amount < 0:
            check.say(
                column,
                tr("不能是负数", "cannot be negative"),
                tr("请核对这一格。", "Check this cell."),
            )
    if people is not None and people != round(people):
        check.say(
            "people",
            tr("不是整数", "is not a whole number"),
            tr("人数请填整数。", "Enter a whole number of people."),
        )
    started = _started(row.get("started")) if row.get("started") else ""
    if started is None:
        check.say(
            "started",
            tr("不是时间", "is not a date"),
            tr("请写成 2022、2022-03 或 2022-03-15。", "Write 2022, 2022-03 or 2022-03-15."),
        )
    elif started and year is not None and int(started[:4]) > year:
        check.say(
            "started",
            tr(f"晚于进展所属年份 {year}", f"is later than the row's year {year}"),
            tr("请核对启动时间和年份。", "Check both."),
        )
    elif started and status == "未启动":
        check.say(
            "started",
            tr("写了启动时间，进展却是“未启动”", "is given though the status is 未启动"),
            tr("请改正其中一格。", "Correct one of the two."),
        )
    if check.problems or row.faulty:
        return None
    return {
        "region": rules.region.id,
        "measure": row.get("measure"),
        "department": row.get("department"),
        "year": year,
        "status": status,
        "started": started,
        "money_wan": money,
        "people": people,
        "note": row.get("note"),
    }


_READERS: dict[str, Callable[[_RowCheck], dict[str, Any] | None]] = {
    OBSERVATIONS.id: _observation,
    EVIDENCE.id: _evidence,
    MEASURES.id: _measure,
}


def check_rows(table: Table, rows: Sequence[Row], rules: Rules) -> Checked:
    """Typed records of one file's rows; a key that stands twice in the file is a problem."""
    checked = Checked()
    seen: dict[tuple[Any, ...], Record] = {}
    for row in rows:
        check = _RowCheck(table, row, rules)
        values = _READERS[table.id](check)
        checked.problems += check.problems
        if not check.has_content():
            checked.blank += 1
        if values is None:
            continue
        record = Record(table, values, row)
        first = seen.setdefault(record.key, record)
        if first is not record:
            checked.problems.append(_twice(record, first))
            continue
        checked.records.append(record)
    return checked


def _twice(record: Record, first: Record, correction: bool = False) -> Problem:
    """The same figure, document or measure filed twice."""
    place_zh = f"第{first.row.number}行"
    place_en = f"row {first.row.number}"
    if (first.row.file, first.row.sheet) != (record.row.file, record.row.sheet):
        sheet = f" {first.row.sheet}" if first.row.sheet else ""
        place_zh, place_en = (
            f"{first.row.file}{sheet} {place_zh}",
            f"{first.row.file}{sheet} {place_en}",
        )
    column = record.table.content[0]
    if record.table is OBSERVATIONS:
        column = "value"
    key = "，".join(str(part) for part in record.key)
    return record.row.problem(
        column,
        tr(f"与{place_zh}重复（{key}）", f"repeats {place_en} ({key})"),
        tr(
            f"两处不同：如为更正，备注请以“{CORRECTION}”开头写明原因；否则删去一行。",
            f"They differ: to correct, begin the note with '{CORRECTION}' and say why; "
            "else remove one.",
        )
        if correction
        else tr("请只保留一行。", "Keep one of them."),
        record.row.get(column),
    )


@dataclass
class Merged:
    """Records of all files of a region, one per key."""

    records: dict[tuple[Any, ...], Record] = field(default_factory=dict)
    repeated: int = 0
    corrections: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def merge(files: Iterable[Checked]) -> Merged:
    """Join the files of a region, oldest first.

    A return repeats what the template had printed in it: the same content again is kept once.
    Other content for the same key is a problem, unless its note begins with 更正.
    """
    merged = Merged()
    for checked in files:
        for record in checked.records:
            first = merged.records.get(record.key)
            if first is None:
                merged.records[record.key] = record
            elif _adds_nothing(first, record):
                merged.repeated += 1
            elif str(record.values["note"]).startswith(CORRECTION):
                merged.records[record.key] = record
                merged.corrections.append(record)
            elif _adds_counts(first, record):
                merged.records[record.key] = record
            else:
                merged.problems.append(_twice(record, first, correction=True))
    return merged


_CONTENT = {
    OBSERVATIONS.id: ("value", "numerator", "denominator", "value_type", "known_from"),
    EVIDENCE.id: ("issuer", "level_claimed", "level"),
    MEASURES.id: ("status", "started", "money_wan", "people"),
}


def _adds_nothing(first: Record, second: Record) -> bool:
    """Does the second row hold what the first holds, or less?"""
    columns = (*_CONTENT[first.table.id], "note")
    return all(second.values[c] in (first.values[c], None, "") for c in columns)


def _adds_counts(first: Record, second: Record) -> bool:
    """Does the second row only fill in what the first left blank?"""
    columns = _CONTENT[first.table.id]
    return all(first.values[c] in (second.values[c], None, "") for c in columns)
