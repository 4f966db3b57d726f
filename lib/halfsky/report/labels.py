"""What things are called on a page: goals, regions, publishers, departments, days."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from halfsky.evaluate.results import TargetResult
from halfsky.plan.models import PlanFile
from halfsky.report import numbers
from halfsky.report.text import phrase
from halfsky.report.view import View

# Bodies that sources name in two ways, a journal that speaks for its publisher.
_ONE_NAME = {
    "中央组织部": "中共中央组织部",
    "国家卫健委": "国家卫生健康委",
    "国家卫计委": "国家卫生计生委",
    "中国疾控中心周报": "中国疾控中心",
}
T = TypeVar("T")
SEX = {"total": "", "female": "女", "male": "男"}
AREA = {"total": "", "urban": "城镇", "rural": "农村"}
MOST_DEPARTMENTS = 4
MOST_PUBLISHERS = 5
MOST_NAMES = 8  # in one sentence; the tables hold the rest


def goal_label(view: View, goal: str) -> str:
    """健康2: a goal's short name, by domain and number."""
    found = view.plan.goals[goal]
    return f"{view.plan.domain(found.domain).name}{found.number}"


def localised(text: str, view: View) -> str:
    """The plan's own district replaced by the region's name: a demonstration is not 九台区."""
    if view.region.role != "synthetic":
        return text
    return text.replace(view.plan.info.district, view.region.short)


def chance_word(view: View) -> str:
    """What P is called: a reference region reaches this plan's value, it does not 达标."""
    return phrase("labels", "chance_reference" if view.is_reference else "chance")


def due(info: PlanFile, step: str, year: int) -> str:
    """The day by which a year's figures or reports are due: 2026年4月30日前."""
    if info.schedule is None:
        return phrase("labels", "due_with_returns", year=year + 1)
    month, day = getattr(info.schedule, step).split("-")
    return phrase("labels", "due", year=year + 1, month=int(month), day=int(day))


def by_department(targets: Iterable[TargetResult]) -> str:
    """Of whom how many figures are asked: 区卫生健康局（36项）、……等5个部门."""
    counts = Counter(target.department for target in targets).most_common()
    named = [f"{name}（{count}项）" for name, count in counts[:MOST_DEPARTMENTS]]
    more = f"等{len(counts)}个部门" if len(counts) > MOST_DEPARTMENTS else ""
    return numbers.joined(named) + more


def of_plan(view: View, indicators: Iterable[str]) -> list[str]:
    """Those of some indicators that the plan knows: another county's may lack a few."""
    return [name for name in indicators if name in view.plan.indicators]


def indicator_label(target: TargetResult) -> str:
    """An indicator and whose it is: 宫颈癌早诊率（女）; 村委会成员中女性比例 says so itself."""
    name = str(target.indicator_name)
    sex = "" if re.search("[女妇]", name) else SEX[target.sex]
    area = "" if re.search("[村城]|社区", name) else AREA[target.area]
    return name + (f"（{area}{sex}）" if area or sex else "")


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


def publishers(view: View, sources: Iterable[object]) -> list[str]:
    """Who published some figures, each once, in order of their names."""
    known = (str(source) for source in sources if numbers.is_known(source))
    return sorted({localised(publisher(source), view) for source in known})


def source_line(view: View, sources: Iterable[object], more: str = "") -> str:
    """The line under a chart: 来源：国家统计局、……."""
    names = numbers.joined(publishers(view, sources), MOST_PUBLISHERS, "家") or "无"
    mark = "（合成数据）" if view.is_synthetic else ""
    return f"来源：{names}{mark}{more}"


def sources_of(view: View, targets: Iterable[str]) -> str:
    """Who published the figures of some targets, as the line under a chart."""
    wanted = set(targets)
    history = view.history
    return source_line(view, history.loc[history["target"].isin(wanted), "source"])


def about_plan(view: View) -> str:
    """The line under a chart that counts goals: of which plan, as known when."""
    key = "about_reference" if view.is_reference else "about_plan"
    name = localised(view.plan.info.name, view)
    return phrase("labels", key, name=name, year=view.year, synthetic=view.is_synthetic)


def paged(items: Sequence[T], per: int) -> list[tuple[str, Sequence[T]]]:
    """Parts of so many, each with what its title ends in: （1）, （2）; of one part nothing."""
    starts = range(0, len(items), per)
    marks = [f"（{place}）" if len(starts) > 1 else "" for place, _ in enumerate(starts, start=1)]
    return [(mark, items[start : start + per]) for mark, start in zip(marks, starts, strict=True)]


def synthetic_note(view: View) -> str:
    """What stands below every table of a filed report that holds invented figures."""
    return phrase("labels", "synthetic_note") if view.is_synthetic else ""


def listed(names: list[str], *, is_counted: bool = False) -> str:
    """甲；乙 where the names hold commas themselves, else 甲、乙; long lists end in 等N项.

    is_counted: the sentence has said how many; then they end in 等.
    """
    mark = "；" if any("，" in name for name in names) else "、"
    named = mark.join(names[:MOST_NAMES])
    if len(names) <= MOST_NAMES:
        return named
    return phrase("labels", "etc" if is_counted else "etc_of", named=named, n=len(names))


def short_text(text: str, most: int = 40) -> str:
    """The opening of a goal, cut at a clause."""
    first = text.split("。", 1)[0]
    if len(first) <= most:
        return first
    cut = max(first.rfind("，", 0, most), first.rfind("、", 0, most))
    return first[: cut if cut > most // 3 else most] + "……"
