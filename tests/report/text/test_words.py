"""What a target asks, why it has its status and how fast it must move, in words."""

from __future__ import annotations

import pytest

from builders import target_result
from halfsky.evaluate.results import EarlyWarning, StatusRule, TargetResult, WarningRule
from halfsky.plan.vocabulary import Family, Severity, Status
from halfsky.report.text.words import ContextFigure, Words, status_mark, status_word

WORDS = Words((0.97, 1.03), 2030, {"rate": "%"})


def share(**changes: object) -> TargetResult:
    return target_result(**({"type": "directional", "delta": 3.0} | changes))


def gap(**changes: object) -> TargetResult:
    return share(**({"type": "narrow_gap", "unit": "百分点", "comparator": "<="} | changes))


@pytest.mark.parametrize(
    ("row", "asked"),
    [
        (share(baseline=80.0, threshold=83.0), "比基期提高3.0个百分点以上"),
        (share(baseline=98.0, threshold=100.0), "比基期提高3.0个百分点以上（以100%为限）"),
        (share(baseline=100.0, threshold=100.0), "保持在100%"),
        (
            share(comparator="<=", direction="lower_better", baseline=0.0, threshold=0.0),
            "保持在0%",
        ),
        (gap(baseline=8.0, threshold=5.0), "男女差距比基期缩小3.0个百分点以上"),
        (gap(baseline=2.0, threshold=0.0), "男女差距缩小到0个百分点"),
        (share(baseline=None, threshold=None), "比基期提高3.0个百分点以上"),
    ],
)
def test_nobody_is_asked_to_go_past_the_end_of_a_scale(row, asked):
    assert WORDS.requirement(row) == asked


def test_a_table_asks_in_fewer_words():
    row = share(baseline=80.0, threshold=83.0)
    assert WORDS.requirement(row, in_table=True) == "提高3.0个百分点以上"
    assert WORDS.requirement(target_result(threshold=95.0), in_table=True) == "不低于95%"


@pytest.mark.parametrize(
    ("row", "pace", "text"),
    [
        (share(), 1.5, "今后每年需提高1.50个百分点"),
        (gap(), -0.25, "今后每年需缩小0.25个百分点"),
        (gap(unit="元/月", decimals=0), -42.5, "今后每年需缩小42元"),
        (share(type="relative", value=-5.0), 0.5, "今后每年需缩小0.50个百分点"),
        (share(unit="个", kind="count", decimals=0), 2.4, "今后每年需增加2.4个"),
    ],
)
def test_a_table_asks_a_gap_to_narrow_and_a_count_to_grow_as_the_text_does(row, pace, text):
    assert WORDS.pace(target_result(**(_fields(row) | {"needed_pace": pace}))) == text


def _fields(row: TargetResult) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}


@pytest.mark.parametrize(
    "found",
    [{"rule": StatusRule.FEW_EVENTS}, {"rule": StatusRule.SHORT, "doubt": "denominator_moved"}],
)
def test_no_pace_is_read_off_a_handful_of_cases_or_a_figure_to_be_verified(found):
    assert "今后每年需提高" in WORDS.pace(share(needed_pace=0.5, is_stalled=True))
    assert WORDS.pace(share(**({"needed_pace": 0.5, "is_stalled": True} | found))) == ""


@pytest.mark.parametrize(
    ("speed_up", "is_stalled", "p", "end"),
    [
        (0.4, False, 0.8, "近期速度已快于所需"),
        (0.4, False, 0.2, ""),  # the forecast does not think so
        (1.02, False, 0.4, "略快于近期速度"),
        (2.5, False, 0.2, "为近期速度的2.5倍"),
        (None, True, 0.2, "停滞或反向"),
        (None, True, 0.7, ""),
    ],
)
def test_the_recent_pace_is_left_out_where_the_forecast_says_the_opposite(
    speed_up, is_stalled, p, end
):
    row = target_result(needed_pace=2.0, speed_up=speed_up, is_stalled=is_stalled, p_met=p)
    text = WORDS.pace(row)
    assert text.startswith("今后每年需提高2.00个百分点")
    assert text.endswith(end)
    assert ("，" in text) == bool(end)


def test_a_pace_to_be_proud_of_is_not_read_off_what_lies_below_its_baseline():
    text = WORDS.pace(target_result(needed_pace=2.0, speed_up=1.2, progress=-0.5, p_met=0.4))
    assert text == "今后每年需提高2.00个百分点"


def test_near_and_no_further_than_at_the_baseline_says_so():
    row = share(rule=StatusRule.WITHIN_DELTA, status=Status.NEARLY, value=88.7, baseline=88.71,
                threshold=91.7)  # fmt: skip
    text = WORDS.rule(row)
    assert text == "88.7%，与基期持平，比要求低3.0个百分点，差距不超过3.0个百分点"


def test_a_published_figure_is_named_as_such_and_a_quotient_is_not():
    short = {"value": 85.0, "threshold": 95.0}
    assert WORDS.rule(target_result(**short)) == "85.0%，低于95%，差10.0个百分点（按公布值）"
    assert WORDS.rule(target_result(**short, is_quotient=True)).endswith("差10.0个百分点")


def test_a_share_is_held_against_another_by_its_name():
    row = target_result(type="relative", unit="百分点", comparator="within", female=38.8,
                        value=-5.1, delta=2.0)  # fmt: skip
    assert WORDS.reference(row) == "参照比例", "where the plan names none"
    words = Words((0.97, 1.03), 2030, {}, references={row.target: "企业职工中女性比例"})
    assert words.requirement(row) == "与企业职工中女性比例（43.9%）相适应（相差不超过2个百分点）"
    assert words.rule(row) == "38.8%，比企业职工中女性比例（43.9%）低5.1个百分点"
    inputs = {"p": 0.3289, "limit": 0.33, "value_year": 2025, "value": -5.1, "threshold": 0.0}
    text = words.warning(warning(WarningRule.P_BELOW, inputs), row)
    assert "概率为32.9%，低于33%" in text
    assert "（2025年比企业职工中女性比例低5.1个百分点，要求与这一比例相差不超过2个百分点）" in text


def warning(rule: WarningRule, inputs: dict[str, object], **changes: object) -> EarlyWarning:
    base = {
        "goal": "things-1",
        "target": "things-1-1",
        "indicator": "rate",
        "domain": "things",
        "family": Family.DATA,
        "severity": Severity.AMBER,
        "threshold": None,
        "department": "某局",
        "since": 2025,
    }
    return EarlyWarning(**(base | {"rule": rule, "inputs": inputs} | changes))


def test_the_data_rules_print_the_indicators_own_unit_not_the_gaps():
    inputs = {"value_year": 2025, "value": 103.0, "lower": 0.0, "upper": 100.0}
    text = WORDS.warning(warning(WarningRule.OUT_OF_BOUNDS, inputs), gap())
    assert text == "2025年103.0%超出该指标可能的范围（不低于0.0，不高于100.0），请核对"


def test_a_warning_may_be_about_a_figure_that_no_target_rests_on():
    inputs = {"after_year": 2021, "before_year": 2020, "before": 8.5, "after": 9.0}
    about = ContextFigure("出生率", "‰", 1)
    text = WORDS.warning(warning(WarningRule.BREAK, inputs, target=None), about)
    assert text == "2021年口径变化（此前2020年8.5‰，此后9.0‰），前后不能相比"


def test_a_remark_names_another_indicator_as_readers_know_it():
    words = Words((0.97, 1.03), 2030, {}, names={"birth_rate": "出生率"})
    inputs = {"names": "某率", "first_year": 2025, "value_year": 2025, "text": "同 birth_rate 口径"}
    text = words.warning(warning(WarningRule.REMARK, inputs), target_result())
    assert text == "某率（2025年）附有说明：同“出生率”口径"


def test_a_reference_region_is_compared_and_not_judged():
    assert [status_word(s, True) for s in (Status.NEARLY, Status.UNMET)] == ["未达本规划目标值"] * 2
    assert status_mark(Status.NEARLY, True) == Status.UNMET, "one word has one mark"
    assert status_word(Status.NEARLY, False) == status_mark(Status.NEARLY, False) == "基本达标"
