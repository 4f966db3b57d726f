"""The words of a verdict. Three answers, never merged into one light: status, outlook, data."""

from enum import StrEnum


class Status(StrEnum):
    """How a target or goal stands today (docs/method.md, section 2)."""

    MET = "达标"
    NEARLY = "基本达标"
    UNMET = "未达标"
    UNDECIDABLE = "不可判"
    MISSING = "未填报"


# The order in which one target's status decides its goal's: the weakest clause is shown.
WEAKEST_FIRST = (
    Status.UNMET,
    Status.MISSING,
    Status.UNDECIDABLE,
    Status.NEARLY,
    Status.MET,
)


class Data(StrEnum):
    """Whether the figures suffice to speak of a trend."""

    ENOUGH = "充分"
    SHORT = "趋势不足"
    STALE = "滞后"
    MISSING = "缺项"


NO_FORECAST = "无法预测"


class Family(StrEnum):
    """The five families of early warning (docs/method.md, section 5)."""

    OFF_TRACK = "预计完成困难"
    DETERIORATION = "恶化"
    UNUSUAL = "异常"
    VOLATILE = "波动较大"
    DATA = "数据"


class Severity(StrEnum):
    """How soon someone should look at a warning."""

    RED = "红色"
    AMBER = "黄色"
    NOTE = "提示"


class Progress(StrEnum):
    """What the departments' newest returns say of a measure (docs/method.md, section 7)."""

    NOT_BEGUN = "未启动"
    RUNNING = "推进中"
    DONE = "完成"
    MISSING = "未填报"


class MeasureFinding(StrEnum):
    """What stands out in a measure's returns; the words for it are the report's."""

    NOTHING = ""
    NEVER_BEGUN = "never_begun"
    BEGUN_LATE = "begun_late"
    WITHOUT_RESULT = "done_without_result"
    NOT_REPORTED = "not_reported"


class Action(StrEnum):
    """What a countermeasure proposes (docs/method.md, section 6); the words are the report's."""

    SPEED_UP = "speed_up"
    HOLD = "hold"
    RAISE_LEVEL = "raise_level"
    REVIEW_CASES = "review_cases"
    VERIFY = "verify"
    SMOOTH = "smooth"
    FILE_FIGURES = "file_figures"
    FILE_BASELINE = "file_baseline"
    FILE_PAST = "file_past"
    FILE_DOCUMENTS = "file_documents"


class WarningState(StrEnum):
    """A warning from last year to this (docs/method.md, section 5)."""

    NEW = "新增"
    OPEN = "持续"
    EASED = "缓解"
    CLOSED = "解除"
