"""Charts say what the frames say, at one row as at twenty, and no two texts touch."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn_text import outside, overlaps, words, written
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

import report_fakes as fake
from halfsky.report import blocks, charts
from halfsky.report.charts.completion import furthest_behind_first
from halfsky.report.charts.fans import _label_below
from halfsky.report.charts.lettering import spread, width_of, wrap
from halfsky.report.theme import FAMILIES, STATUS, TARGET

YEAR = 2025
TARGETS, OBSERVATIONS, FORECASTS = fake.targets(), fake.observations(), fake.forecasts()
GAPS = fake.gaps()
THREE_DOMAINS = TARGETS.assign(domain=["健康", "教育", "参与决策和管理"] * 3)


def fans(rows: pd.DataFrame):
    return charts.plot_fans(rows, OBSERVATIONS, FORECASTS, end_year=2030)


DRAWINGS = {
    "completion": lambda: charts.plot_completion(TARGETS),
    "completion of a reference": lambda: charts.plot_completion(TARGETS, is_reference=True),
    "completion of one": lambda: charts.plot_completion(TARGETS.head(1)),
    "completion without any": lambda: charts.plot_completion(TARGETS.iloc[[4, 6]]),
    "completion of twenty": lambda: charts.plot_completion(
        pd.concat([TARGETS] * 3).head(20).reset_index(drop=True)
    ),
    "fans": lambda: fans(TARGETS.iloc[[0, 1, 2, 3, 4, 5, 7, 8]]),
    "fan of one series": lambda: fans(TARGETS.head(1)),
    "fan of one point": lambda: fans(TARGETS.iloc[[6]]),
    "fan of two points": lambda: fans(TARGETS.iloc[[7]]),
    "fan of three points": lambda: fans(TARGETS.iloc[[5]]),
    "wall": lambda: charts.plot_goal_wall(fake.goals()),
    "wall of a reference": lambda: charts.plot_goal_wall(fake.goals(), is_reference=True),
    "wall of one domain": lambda: charts.plot_goal_wall(fake.goals().head(10)),
    "wall of one goal": lambda: charts.plot_goal_wall(fake.goals().head(1)),
    "status counts": lambda: charts.plot_status_counts(fake.goals()),
    "warnings": lambda: charts.plot_warnings(fake.warnings(), families=FAMILIES),
    "completeness": lambda: charts.plot_completeness(
        TARGETS, OBSERVATIONS, year=YEAR, baseline_year=2020
    ),
    "completeness of one": lambda: charts.plot_completeness(
        TARGETS.head(1), OBSERVATIONS, year=YEAR, baseline_year=2020
    ),
    "completeness of none": lambda: charts.plot_completeness(
        TARGETS, OBSERVATIONS.head(0), year=YEAR, baseline_year=2020
    ),
    "completeness by domain": lambda: charts.plot_completeness_by_domain(
        THREE_DOMAINS, OBSERVATIONS, year=YEAR, baseline_year=2020
    ),
    "dumbbells": lambda: charts.plot_dumbbell(GAPS),
    "dumbbells of town and country": lambda: charts.plot_dumbbell(fake.gaps("area")),
    "dumbbell of one without a gap": lambda: charts.plot_dumbbell(GAPS.tail(1)),
    "slopes": lambda: charts.plot_slope(GAPS),
    "slopes of town and country": lambda: charts.plot_slope(fake.gaps("area")),
    "slope of one": lambda: charts.plot_slope(GAPS.head(1)),
}


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS.keys())
def test_no_text_overlaps_leaves_the_picture_or_lacks_a_glyph(draw, monkeypatch):
    figure = blocks.Figure(
        draw(), "合成示范区2025年：77项目标一览", "话", "源", is_synthetic=True
    ).drawing
    assert written(figure, monkeypatch), "an empty chart says nothing"
    assert overlaps(figure, monkeypatch) == []
    assert outside(figure, monkeypatch) == []


@pytest.mark.parametrize("draw", DRAWINGS.values(), ids=DRAWINGS.keys())
def test_a_printed_page_holds_every_chart(draw):
    figure = draw()
    assert figure.get_figwidth() <= 7.4
    assert figure.get_figheight() / figure.get_figwidth() <= 1.42


EMPTY = {
    "completion": lambda: charts.plot_completion(TARGETS.head(0)),
    "fans": lambda: fans(TARGETS.head(0)),
    "wall": lambda: charts.plot_goal_wall(fake.goals().head(0)),
    "status counts": lambda: charts.plot_status_counts(fake.goals().head(0)),
    "warnings": lambda: charts.plot_warnings(fake.warnings().head(0), families=FAMILIES),
    "completeness": lambda: charts.plot_completeness(TARGETS.head(0), OBSERVATIONS, year=YEAR),
    "by domain": lambda: charts.plot_completeness_by_domain(
        TARGETS.head(0), OBSERVATIONS, year=YEAR
    ),
    "dumbbells": lambda: charts.plot_dumbbell(GAPS.head(0)),
    "slopes": lambda: charts.plot_slope(GAPS.tail(1)),
}


@pytest.mark.parametrize("draw", EMPTY.values(), ids=EMPTY.keys())
def test_nothing_to_draw_is_refused_not_drawn_empty(draw):
    with pytest.raises(ValueError, match="no "):
        draw()


# ---- completion


def test_furthest_behind_comes_first_and_targets_without_completion_last():
    names = list(furthest_behind_first(TARGETS)["target"])
    # behind = completion − elapsed: 婚检 −125−40, 告诫书 −117−40, 巩固率 18−40, 村委会 0−0,
    # 孕产妇死亡率 53−40, 自来水 92−40; then the three without completion in the plan's order.
    assert names == [
        "family-4.1", "law-3.1", "education-2.1", "decision-7.1", "health-2.1", "environment-4.1",
        "health-5.2", "economy-5.1", "social-1.1",
    ]  # fmt: skip


def test_completion_bars_have_the_frames_lengths_and_colours(monkeypatch):
    figure = charts.plot_completion(TARGETS)
    axis = figure.axes[0]
    bars = {
        round(b.get_y() + b.get_height() / 2): b
        for b in axis.patches
        if isinstance(b, Rectangle) and b.get_height() < 0.5
    }
    assert bars[4].get_width() == pytest.approx(100 * (14.3 - 16.9) / (12 - 16.9))
    assert to_hex(bars[4].get_facecolor()) == STATUS["未达标"].fill
    assert bars[0].get_width() == -50  # cut, while its number is not
    said = words(figure, monkeypatch)
    assert "−125%" in said
    assert "14.3/10万（2024年）目标≤12/10万" in said
    assert "基期已达目标值" in said
    assert "缺基期值，不计完成度" in said


def test_pace_ticks_stand_at_the_share_of_time_gone():
    axis = charts.plot_completion(TARGETS).axes[0]
    ticks = [line.get_xdata()[0] for line in axis.lines if len(set(line.get_xdata())) == 1]
    assert sorted(t for t in ticks if t not in (0, 100)) == [40] * 5


def test_a_reference_is_never_called_met(monkeypatch):
    for draw in ("completion of a reference", "wall of a reference"):
        said = words(DRAWINGS[draw](), monkeypatch)
        assert "已达本规划目标值" in said
        assert "达标" not in said


# ---- fans


def panel(figure, name):
    return next(a for a in figure.axes if a.get_title(loc="left").replace("\n", "") == name)


def test_fan_shows_history_bands_target_and_pace(monkeypatch):
    figure = fans(TARGETS.head(2))
    axis = panel(figure, "孕产妇死亡率")
    points = [line for line in axis.lines if line.get_marker() == "o"]
    assert list(points[0].get_ydata()) == [
        20.1,
        19.9,
        19.6,
        18.3,
        17.8,
        16.9,
        16.1,
        15.7,
        15.1,
        14.3,
    ]
    level = [line for line in axis.lines if to_hex(line.get_color()) == TARGET]
    assert list(level[0].get_ydata()) == [12, 12]
    pace = [line for line in axis.lines if line.get_linestyle() == ":"]
    assert [list(pace[0].get_xdata()), list(pace[0].get_ydata())] == [[2020, 2030], [16.9, 12]]
    own = FORECASTS[FORECASTS["target"] == "health-2.1"]
    tops = [band.get_paths()[0].vertices[:, 1].max() for band in axis.collections]
    assert tops == [14.3, 14.3] or max(tops) == pytest.approx(own["hi95"].max())
    said = words(figure, monkeypatch)
    assert "目标12/10万" in said
    assert "达到目标的概率93%，很有把握" in said
    assert "14.3/10万" in said


def test_years_without_a_figure_are_crossed_by_a_thin_line_only():
    gap = OBSERVATIONS[~((OBSERVATIONS["target"] == "health-2.1") & (OBSERVATIONS["year"] == 2018))]
    axis = charts.plot_fans(TARGETS.head(1), gap, FORECASTS, end_year=2030).axes[0]
    full = [list(line.get_xdata()) for line in axis.lines if line.get_linewidth() == 1.6]
    assert [2015, 2016, 2017] in full
    assert [2019, 2020, 2021, 2022, 2023, 2024] in full


@pytest.mark.parametrize(
    ("values", "threshold", "below"),
    [
        pytest.param([16, 14.3], 12, False, id="falling towards a target just below: above"),
        pytest.param([95, 95.9], 99, True, id="target just above: below"),
        pytest.param([30, 25], 12, True, id="falling, target far: below"),
        pytest.param([20, 10.5], 12, False, id="at the axis: above"),
    ],
)
def test_newest_value_is_written_clear_of_target_and_axis(values, threshold, below):
    own = pd.DataFrame({"year": [2023, 2024], "value": values})
    low, high = (90, 104) if threshold == 99 else (10, 40)
    assert _label_below(own, threshold, low, high) is below


def test_a_definition_break_is_a_gap(monkeypatch):
    figure = fans(TARGETS.iloc[[8]])
    axis = figure.axes[0]
    joined = [
        set(line.get_xdata())
        for line in axis.lines
        if line.get_linestyle() == "-" and len(line.get_xdata()) > 1
    ]
    assert not any({2020, 2021} <= years for years in joined)
    assert "口径变化" in words(figure, monkeypatch)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(6, "1个数据点，不作预测", id="one point"),
        pytest.param(7, "2个数据点，不作预测", id="two points"),
        pytest.param(5, "（仅3个点，趋势不足）", id="three points"),
        pytest.param(4, "（仅4个点，趋势不足）", id="four points"),
    ],
)
def test_short_series_say_so(row, expected, monkeypatch):
    assert expected in words(fans(TARGETS.iloc[[row]]), monkeypatch)


def test_a_target_without_figures_says_so(monkeypatch):
    row = TARGETS.head(1).assign(n=0, p_met=np.nan)
    figure = charts.plot_fans(row, OBSERVATIONS.head(0), FORECASTS.head(0), end_year=2030)
    said = words(figure, monkeypatch)
    assert "没有可用数据" in said
    assert "目标12/10万" in said
    assert overlaps(figure, monkeypatch) == []


# ---- wall and counts


def test_wall_counts_what_it_shows(monkeypatch):
    goals = fake.goals()
    figure = charts.plot_goal_wall(goals)
    said = words(figure, monkeypatch)
    for column in ("status", "outlook", "data"):
        for word, count in goals[column].value_counts().items():
            assert f"{word} {count}" in said
    bricks = [p for p in figure.axes[0].patches if isinstance(p, Rectangle)]
    assert len(bricks) == 3 * 77
    met = sum(to_hex(p.get_facecolor()) == STATUS["达标"].fill for p in bricks[::3])
    assert met == (goals["status"] == "达标").sum()


def test_status_counts_add_up(monkeypatch):
    goals = fake.goals()
    axis = charts.plot_status_counts(goals).axes[0]
    assert sum(p.get_width() for p in axis.patches) == 77
    said = words(charts.plot_status_counts(goals), monkeypatch)
    assert "11项" in said  # 参与决策和管理


def test_a_family_without_warnings_keeps_its_line(monkeypatch):
    said = words(charts.plot_warnings(fake.warnings(), families=FAMILIES), monkeypatch)
    assert "波动较大" in said
    assert "0条" in said


def test_completeness_squares_match_the_figures():
    mesh = charts.plot_completeness(TARGETS, OBSERVATIONS, year=YEAR).axes[0].collections[0]
    state = np.asarray(mesh.get_array()).reshape(len(TARGETS), -1)
    assert (state == 2).sum() == OBSERVATIONS["in_use"].sum()
    assert (state == 1).sum() == (~OBSERVATIONS["in_use"]).sum() == 2
    assert state.shape[1] == len(range(2015, YEAR + 1))


def test_completeness_by_domain_prints_counts_not_guesses(monkeypatch):
    figure = charts.plot_completeness_by_domain(THREE_DOMAINS, OBSERVATIONS, year=YEAR)
    mesh = figure.axes[0].collections[0]
    share = np.asarray(mesh.get_array()).reshape(3, -1)
    assert share[:, -1].tolist() == [0, 0, 0]  # 2025: nothing yet
    # 2015, 健康: 孕产妇死亡率 and 村委会 of its three targets
    assert share[0, 0] == pytest.approx(100 * 2 / 3)


# ---- women and men


def test_gap_is_said_in_its_own_unit(monkeypatch):
    said = words(charts.plot_dumbbell(GAPS), monkeypatch)
    assert "差12.3个百分点（2024年）" in said
    assert "差63分钟（2024年）" in said
    assert "差0.0个百分点（2024年）" in said


def test_the_two_groups_differ_in_shape_and_dash_not_only_in_colour():
    axis = charts.plot_slope(GAPS.head(1)).axes[0]
    assert len({line.get_marker() for line in axis.lines}) == 2
    assert len({line.get_linestyle() for line in axis.lines}) == 2


def test_slope_lines_hold_both_ends(monkeypatch):
    figure = charts.plot_slope(GAPS)
    axis = panel(figure, "劳动参与率（%）")
    assert [list(line.get_ydata()) for line in axis.lines] == [[61.5, 60.6], [74.1, 72.9]]
    said = words(figure, monkeypatch)
    assert "女 61.5" in said
    assert "男 72.9" in said
    assert "体质测定标准合格比例" not in said, "it has no baseline"


# ---- lettering


def test_wrap_keeps_numbers_words_and_punctuation_together():
    assert wrap("孕产妇系统管理率", 20) == "孕产妇系统管理率"
    assert wrap("农村适龄妇女筛查率（%）", 7) == "农村适龄妇女筛\n查率（%）"
    assert wrap("感染HPV16的妇女", 4) == "感染\nHPV16…"  # a code is never broken
    assert wrap("感染HPV16的妇女", 4, lines=3) == "感染\nHPV16的\n妇女"
    broken = wrap(fake.LONG_NAME, 15)
    assert len(broken.split("\n")) == 2
    assert broken.endswith("…")
    assert all(width_of(line) <= 15 for line in broken.split("\n"))
    assert not any(line[0] in "，。、）" for line in broken.split("\n"))


def test_spread_moves_labels_apart_and_keeps_order():
    assert spread([1.0, 5.0], 1, 0, 10) == [1.0, 5.0]
    moved = spread([5.0, 5.1, 4.9], 1, 0, 10)
    assert sorted(range(3), key=moved.__getitem__) == [2, 0, 1]
    gaps = np.diff(sorted(moved))
    assert (gaps >= 1 - 1e-9).all()
    assert max(spread([9.9, 10.0], 1, 0, 10)) <= 10
    assert spread([], 1, 0, 10) == []
