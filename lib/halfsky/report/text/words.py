"""The sentences of a report. Every one carries a figure or a name; none is a platitude.

The Chinese lives in the YAML beside it; this module chooses which sentence is due and fills it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from halfsky.evaluate.results import EarlyWarning, StatusRule, TargetResult
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
# Of these a warning says what is asked, not a level.
_NO_LEVEL = ("parity", "relative", "narrow_gap", "slow_rise")
# A verdict on these compares the figure with what is asked.
_COMPARED = (
    StatusRule.MET,
    StatusRule.WITHIN_DELTA,
    StatusRule.INTERVAL_HOLDS_TARGET,
    StatusRule.SHORT,
)
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


@dataclass(frozen=True, slots=True)
class ContextFigure:
    """An indicator that no target rests on, as a warning's sentence needs it.

    Fields that only a target has are None.
    """

    name: str
    unit: str | None
    decimals: int | None
    target: None = None
    type: None = None
    delta: None = None
    plan_value: None = None
    is_pooled: None = None


Subject = TargetResult | ContextFigure  # what a warning is about


class Words:
    """Sentences about one assessment's targets and warnings."""

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
            "filed": filed_word(is_reference),
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

    def requirement(
        self, row: TargetResult, *, is_named: bool = False, in_table: bool = False
    ) -> str:
        """What the plan asks of a target, in its own unit.

        in_table: shorter, where a note says that changes are since the baseline.
        is_named: the sentence has just named the share that this one is held against.
        """
        against = phrase("parts", "named_share") if is_named else self.against(row)
        values = {"r": row, "against": against, "is_named": is_named}
        key = _at_bound(row) or row.type
        is_short = in_table and has_phrase("in_table", key)
        return phrase("in_table" if is_short else "requirement", key, **values, **self._fixed)

    def reference(self, row: Subject) -> str:
        """The share a relative target is held against, by name."""
        return self._references.get(row.target or "") or phrase("parts", "reference_share")

    def against(self, row: TargetResult) -> str:
        """企业职工中女性比例（43.9%）: the share a relative target is held against."""
        if row.type != "relative":
            return ""
        if row.female is None or row.value is None:
            return self.reference(row)
        level = numbers.quantity(row.female - row.value, "%", row.decimals)
        return f"{self.reference(row)}（{level}）"

    def rule(self, row: TargetResult) -> str:
        """Why a target has its status, with the numbers that decided."""
        ok = row.status == Status.MET
        kind = row.type if row.type in ("maintain", "parity", "narrow_gap", "relative") else "plain"
        held = ""
        if row.rule in _COMPARED:
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
                held += phrase("parts", "as_published")
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

    def pace(self, row: TargetResult) -> str:
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
            return f"{needed}，{phrase('pace', 'stalled')}"
        if numbers.is_known(row.speed_up):
            return f"{needed}，{phrase('pace', 'speed_up', r=row)}"
        return needed

    def warning(self, finding: EarlyWarning, subject: Any) -> str:
        """One warning with the figures it rests on; subject: what it is about, a Subject."""
        text = phrase(
            "warnings",
            finding.rule,
            w=finding,
            i=finding.inputs,
            r=subject,
            places=self._places(subject),
            asked=self.requirement(subject, is_named=True) if _has_no_level(subject) else "",
            reference=self.reference(subject),
            # The data rules look at the indicator's own figures, not at a gap made of them.
            own_unit=self._units.get(finding.indicator),
            **self._fixed,
        )
        return _IDENTIFIER.sub(self._by_name, text)

    def _by_name(self, found: re.Match[str]) -> str:
        """A remark in the data may speak of another indicator by its id; readers know names."""
        name = self._names.get(found[1])
        return found[0] if name is None else f"“{name}”"

    @staticmethod
    def _places(row: Subject) -> int:
        """Differences and paces keep one decimal more than the figure they come from."""
        return (1 if row.decimals is None else row.decimals) + 1


def filed_word(is_reference: bool) -> str:
    """填报; 公布 of a reference region, for which nobody files anything."""
    return phrase("parts", "filed_reference" if is_reference else "filed")


def has_no_pace(row: TargetResult) -> bool:
    """No pace is read off a figure to be verified, nor off a handful of cases.

    The one is checked first; of the others each is reviewed, and the years are pooled.
    """
    return row.doubt is not None or row.rule == StatusRule.FEW_EVENTS


def contradicts_forecast(row: TargetResult) -> bool:
    """Does the straight line say the opposite of P? Then the forecast alone is printed.

    Near a bound, or after a turn, a line may promise what the forecast does not, and the reverse.
    """
    p, speed_up = row.p_met, row.speed_up
    if p is None:
        return False
    is_enough = speed_up is not None and speed_up <= 1
    is_close = speed_up is not None and speed_up < ALMOST
    is_slow = speed_up is not None and speed_up > 1
    is_sure = p >= numbers.likely()
    is_doomed = p < numbers.unlikely()
    return bool(
        (is_enough and p < EVEN)
        or (is_close and is_doomed)
        or (is_sure and (row.is_stalled or is_slow))
    )


def _has_no_level(row: Subject) -> bool:
    """Is what is asked put in words? A floor taken from the baseline is not the number itself."""
    is_floor = row.type == "maintain" and not numbers.is_known(row.plan_value)
    return row.type in _NO_LEVEL or is_floor


def has_moved_away(row: TargetResult) -> bool:
    """Going the right way of late, yet worse than at the baseline: no pace to be proud of."""
    sign = {">=": 1, "<=": -1}.get(row.comparator or "", 0)
    return not row.is_stalled and row.progress is not None and sign * row.progress < 0


def _at_bound(row: TargetResult) -> str:
    """What is asked where δ would lead past the end of the scale: to reach it, or to stay there."""
    if row.type not in ("directional", "narrow_gap"):
        return ""
    if row.baseline is None or row.threshold is None or row.delta is None:
        return ""
    asked = abs(row.threshold - row.baseline)
    if asked >= row.delta - _ROUNDING:
        return ""
    return "stay_at_bound" if asked < _ROUNDING else "reach_bound"


def _is_still(row: TargetResult) -> bool:
    """Asked only to move, and printed as it stood at the baseline."""
    if row.type not in ("directional", "narrow_gap"):
        return False
    value, baseline = row.value, row.baseline
    if not numbers.is_known(value) or not numbers.is_known(baseline):
        return False
    return numbers.alike(value, baseline, row.decimals)
