"""The sentences of a report. Every one carries a figure or a name; none is a platitude.

The Chinese lives in the YAML beside it; this module chooses which sentence is due and fills it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from halfsky.evaluate.frames import records
from halfsky.plan.vocabulary import Status
from halfsky.report import numbers
from halfsky.report.text import has_phrase, phrase
from halfsky.report.text.movement import moving

if TYPE_CHECKING:
    from halfsky.report.view import View

_IDENTIFIER = re.compile(r" ?\b([a-z0-9]+(?:_[a-z0-9]+)+)\b ?", flags=re.ASCII)
EVEN = 0.5
ALMOST = 1.5  # times the recent pace: nearly enough, by the straight line
_ROUNDING = 1e-9
_NO_LEVEL = (
    "parity",
    "relative",
    "narrow_gap",
    "slow_rise",
)  # a warning tells what is asked, not a level
_REFERENCE_WORDS = {
    Status.MISSING: "无公布数据",
    Status.MET: "已达本规划目标值",
    Status.NEARLY: "未达本规划目标值",
    Status.UNMET: "未达本规划目标值",
}


def status_word(status: str, is_reference: bool) -> str:
    """A status as a page prints it; a reference region is compared, not judged."""
    return _REFERENCE_WORDS.get(Status(status), str(status)) if is_reference else str(status)


def status_mark(status: str, is_reference: bool) -> str:
    """The status whose mark and colour a page shows: one word has one mark."""
    nearly = is_reference and status == Status.NEARLY
    return str(Status.UNMET if nearly else status)


class Words:
    """Sentences about the rows of one assessment's targets and warnings."""

    def __init__(
        self,
        parity: tuple[float, float],
        end_year: int,
        units: Mapping[str, str],
        is_reference: bool = False,
        names: Mapping[str, str] | None = None,
        references: Mapping[str, str] | None = None,
    ) -> None:
        self._fixed: dict[str, Any] = {
            "parity_low": parity[0],
            "parity_high": parity[1],
            "end_year": end_year,
            # Nobody files figures for a reference region: they are published or they are not.
            "filed": "公布" if is_reference else "填报",
        }
        self._units = units  # indicator id -> the unit of its own figures
        self._names = names or {}  # indicator id -> its name
        self._references = references or {}  # target id -> what its share is held against

    @classmethod
    def of_view(cls, view: View) -> Words:
        """The sentence maker of a view's plan."""
        rules = view.assessment.assumptions.thresholds.status
        indicators = view.plan.indicators
        return cls(
            (rules.parity_low, rules.parity_high),
            view.plan.info.end_year,
            {i.id: i.unit for i in indicators.values()},
            view.is_reference,
            {i.id: i.name for i in indicators.values()},
            {
                t.id: indicators[t.reference_indicator].name
                for t in view.plan.targets.values()
                if t.reference_indicator is not None
            },
        )

    def requirement(self, row: Any, *, is_named: bool = False, in_table: bool = False) -> str:
        """What the plan asks of a target, in its own unit.

        in_table: shorter, where a note says that changes are since the baseline.
        is_named: the sentence has just named the share that this one is held against.
        """
        against = "这一比例" if is_named else self.against(row)
        rendered = {"r": row, "against": against, "is_named": is_named}
        key = _at_bound(row) or row.type
        is_short = in_table and has_phrase("in_table", key)
        return phrase("in_table" if is_short else "requirement", key, **rendered, **self._fixed)

    def reference(self, row: Any) -> str:
        """The share a relative target is held against, by name."""
        return self._references.get(row.target, "参照比例")

    def against(self, row: Any) -> str:
        """企业职工中女性比例（43.9%）: the share a relative target is held against."""
        if row.type != "relative":
            return ""
        if not numbers.is_known(row.female) or not numbers.is_known(row.value):
            return self.reference(row)
        level = numbers.quantity(row.female - row.value, "%", row.decimals)
        return f"{self.reference(row)}（{level}）"

    def rule(self, row: Any) -> str:
        """Why a target has its status, with the numbers that decided."""
        ok = row.status == Status.MET
        kind = row.type if row.type in ("maintain", "parity", "narrow_gap", "relative") else "plain"
        held = ""
        if row.rule in ("met", "within_delta", "interval_holds_target", "short"):
            held = phrase(
                "held",
                kind,
                r=row,
                ok=ok,
                places=self._places(row),
                against=self.against(row),
                **self._fixed,
            )
            if not row.is_quotient and kind == "plain":
                held += "（按公布值）"
        source_unit = self._units.get(row.indicator or "", row.unit)
        return phrase(
            "rules",
            row.rule,
            r=row,
            held=held,
            source_unit=source_unit,
            still=_is_still(row),
            **self._fixed,
        )

    def pace(self, row: Any) -> str:
        """What pace is needed from now on; empty where the target is met or nothing is known.

        Beside the recent pace, unless that would say the opposite of the probability.
        """
        if not numbers.is_known(row.needed_pace) or has_no_pace(row):
            return ""
        pace = row.needed_pace
        needed = phrase("pace", "needed", r=row, pace=pace, **moving(row, pace))
        if contradicts_forecast(row) or has_moved_away(row):
            return needed
        if row.is_stalled:
            return f"{needed}，近五个年份{phrase('pace', 'stalled')}"
        if numbers.is_known(row.speed_up):
            return f"{needed}，{phrase('pace', 'speed_up', r=row)}"
        return needed

    def warning(self, finding: Any, row: Any) -> str:
        """One warning with the figures it rests on."""
        rendered = phrase(
            "warnings",
            finding.rule,
            w=finding,
            i=finding.inputs,
            r=row,
            places=self._places(row),
            asked=self.requirement(row, is_named=True) if _has_no_level(row) else "",
            reference=self.reference(row),
            **self._fixed,
        )
        return _IDENTIFIER.sub(self._by_name, rendered)

    def _by_name(self, found: re.Match[str]) -> str:
        """A remark in the data may speak of another indicator by its id; readers know names."""
        name = self._names.get(found[1])
        return found[0] if name is None else f"“{name}”"

    @staticmethod
    def _places(row: Any) -> int:
        """Differences and paces keep one decimal more than the figure they come from."""
        return (int(row.decimals) if numbers.is_known(row.decimals) else 1) + 1


def has_no_pace(row: Any) -> bool:
    """No pace is read off a figure to be verified, nor off a handful of cases.

    The one is checked first; of the others each is reviewed, and the years are pooled.
    """
    return row.doubt is not None or row.rule == "few_events"


def contradicts_forecast(row: Any) -> bool:
    """Does the straight line say the opposite of P? Then the forecast alone is told.

    Near a bound, or after a turn, a line may promise what the forecast does not, and the reverse.
    """
    p = row.p_met
    if not numbers.is_known(p):
        return False
    is_enough = numbers.is_known(row.speed_up) and row.speed_up <= 1
    is_close = numbers.is_known(row.speed_up) and row.speed_up < ALMOST
    is_slow = numbers.is_known(row.speed_up) and row.speed_up > 1
    is_sure = p >= numbers.likely()
    is_doomed = p < numbers.unlikely()
    return bool(
        (is_enough and p < EVEN)
        or (is_close and is_doomed)
        or (is_sure and (row.is_stalled or is_slow))
    )


def _has_no_level(row: Any) -> bool:
    """Is what is asked told in words? A floor taken from the baseline is not the number itself."""
    is_floor = row.type == "maintain" and not numbers.is_known(row.plan_value)
    return row.type in _NO_LEVEL or is_floor


def has_moved_away(row: Any) -> bool:
    """Going the right way of late, yet worse than at the baseline: no pace to be proud of."""
    sign = {">=": 1, "<=": -1}.get(row.comparator, 0)
    progress = row.progress
    if row.is_stalled or progress is None or not numbers.is_known(progress):
        return False
    return bool(sign * progress < 0)


def _at_bound(row: Any) -> str:
    """What is asked where δ would lead past the end of the scale: to reach it, or to stay there."""
    known = all(map(numbers.is_known, (row.baseline, row.threshold, row.delta)))
    if row.type not in ("directional", "narrow_gap") or not known:
        return ""
    asked = abs(row.threshold - row.baseline)
    if asked >= row.delta - _ROUNDING:
        return ""
    return "stay_at_bound" if asked < _ROUNDING else "reach_bound"


def _is_still(row: Any) -> bool:
    """Asked only to move, and printed as it stood at the baseline."""
    if row.type not in ("directional", "narrow_gap"):
        return False
    value, baseline = row.value, row.baseline
    if not numbers.is_known(value) or not numbers.is_known(baseline):
        return False
    return numbers.alike(value, baseline, row.decimals)


class _Row(dict[str, Any]):
    """A frame's row whose cells are attributes, too, as those of a record are."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            if name.startswith("__"):
                raise AttributeError(name) from None
            return None

    def __or__(self, other: Any) -> _Row:  # type: ignore[override]
        return _Row({**self, **other})


def rows(frame: pd.DataFrame) -> list[Any]:
    """A frame's rows, with None for every gap."""
    return [_Row(row) for row in records(frame.astype(object).where(frame.notna(), None))]
