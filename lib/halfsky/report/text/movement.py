"""How a figure moves, in words: the verbs for up and down, and a pace's decimals."""

from __future__ import annotations

from typing import Any

from halfsky.evaluate.results import TargetResult

WHOLE_FROM = 10  # a pace of a figure without decimals is printed whole from here on
_LENGTH = ("岁", "年")
_AMOUNT = ("人", "万人", "个", "件", "起", "份", "次", "元", "元/月", "元/年", "万元", "分钟/日")


def verbs(row: TargetResult) -> tuple[str, str]:
    """The words for up and down of a target's figure: 提高, 下降; of a gap: 扩大, 缩小.

    A share beside its reference is a gap, too, that narrows upwards where it lies below.
    """
    if row.type == "narrow_gap":
        return "扩大", "缩小"
    if row.type == "relative":
        is_below = row.value is not None and row.value < 0
        return ("缩小", "扩大") if is_below else ("扩大", "缩小")
    return up_down(row.unit, row.kind, row.direction)


def up_down(unit: Any, kind: Any, direction: Any) -> tuple[str, str]:
    """The words for up and down of a figure: 提高 is praise, what is not better only 上升."""
    if unit in _LENGTH:
        return "延长", "缩短"
    if unit in _AMOUNT or kind == "count":
        return "增加", "减少"
    return ("提高" if direction == "higher_better" else "上升"), "下降"


def moving(row: TargetResult, change: float | None) -> dict[str, Any]:
    """The verb and the decimals of a yearly change (own unit), as phrases about paces need them."""
    up, down = verbs(row)
    places = 1 if row.decimals is None else row.decimals + 1
    if change is not None and row.decimals == 0 and abs(change) >= WHOLE_FROM:
        places = 0
    return {"verb": down if change is not None and change < 0 else up, "places": places}
