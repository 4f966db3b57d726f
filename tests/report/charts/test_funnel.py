"""Townships in a funnel and as bars: every name legible, every point where it belongs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn_text import outside, overlaps, words
from matplotlib.colors import to_hex

from halfsky.evaluate.funnel_plot import chance, limit_curves
from halfsky.report import charts
from halfsky.report.blocks import Figure
from halfsky.report.theme import STATUS
from places import TWELVE

LONG = "莽卡满族乡及原沐石河镇托管的省级经济开发区管理委员会"


def funnel_frames(areas: dict[str, tuple[int, float]], name: str = "某率", **changes):
    """Frames for plot_funnel: zones by the exact p around the pooled rate."""
    n = np.array([size for size, _ in areas.values()], dtype=float)
    k = np.round(n * [rate / 100 for _, rate in areas.values()])
    whole = 100 * k.sum() / n.sum()
    law = np.full(len(n), "binomial", dtype=object)
    p = chance(k, n, np.full(len(n), whole), np.full(len(n), 100.0), law)
    frame = pd.DataFrame(
        {
            "panel": name, "unit": "%", "decimals": 1, "denominator_name": "应查妇女人数",
            "subarea": list(areas), "rate": 100 * k / n, "denominator": n, "whole": whole,
            "zone": np.select([p > 0.05, p > 0.002], ["inside", "inner"], "outer"),
            "side": np.where(100 * k / n < whole, "worse", "better"),
            "is_flagged": p < 0.0001, "contribution": n / n.sum() * (100 * k / n - whole),
        }
    ).assign(**changes)  # fmt: skip
    sizes = np.linspace(max(1, n.min() * 0.4), n.max() * 1.1, 60)
    curves = limit_curves(whole, sizes, 100, "binomial", {"inner": 0.95, "outer": 0.998})
    return frame, curves.assign(panel=name)


SCATTERED = {name: (n, 60 + 2.0 * i) for i, (name, (n, _)) in enumerate(TWELVE.items())}
CASES = {
    "one township": {"甲镇": (800, 71.0)},
    "two townships": {"甲镇": (800, 71.0), "乙镇": (1200, 64.0)},
    "three, one with a long name": {LONG: (900, 50.0), "甲镇": (3000, 80.0), "乙镇": (2000, 81.0)},
    "twelve, one lagging": TWELVE,
    "twelve, all scattered": SCATTERED,
    "all at 100 %": {"甲镇": (50, 100.0), "乙镇": (90, 100.0), "丙镇": (10, 100.0)},
    "small counts": {"甲镇": (9, 33.0), "乙镇": (14, 7.0), "丙镇": (3, 0.0)},
}


@pytest.mark.parametrize("areas", CASES.values(), ids=CASES.keys())
@pytest.mark.parametrize("draw", ["funnel", "contributions"])
def test_no_name_overlaps_or_leaves_the_picture(areas, draw, monkeypatch):
    frame, curves = funnel_frames(areas)
    made = charts.plot_funnel(frame, curves) if draw == "funnel" else None
    drawing = made or charts.plot_contributions(frame)
    figure = Figure(drawing, "各乡镇", "话", "源", is_synthetic=True).drawing
    assert overlaps(figure, monkeypatch) == []
    assert outside(figure, monkeypatch) == []
    assert figure.get_figheight() / figure.get_figwidth() <= 1.42


def test_only_townships_outside_the_limits_are_named(monkeypatch):
    frame, curves = funnel_frames(TWELVE)
    said = words(charts.plot_funnel(frame, curves), monkeypatch)
    inside = set(frame.loc[frame["zone"] == "inside", "subarea"])
    assert inside
    assert not any(name in said for name in inside)
    assert "沐石河街道" in said
    assert "合计79.0" in said


def test_funnel_points_limits_and_colours():
    frame, curves = funnel_frames(TWELVE)
    axis = charts.plot_funnel(frame, curves).axes[0]
    points = [line for line in axis.lines if len(line.get_xdata()) == 1]
    assert sorted(p.get_xdata()[0] for p in points) == sorted(n for n, _ in TWELVE.values())
    red = [p for p in points if to_hex(p.get_markerfacecolor()) == STATUS["未达标"].fill]
    assert [p.get_xdata()[0] for p in red] == [2100]
    assert red[0].get_marker() == "v", "a shape, not only a colour"
    drawn = [line for line in axis.lines if len(line.get_xdata()) == len(curves)]
    assert [line.get_linestyle() for line in drawn] == ["--", "--", "-", "-"]
    assert list(drawn[0].get_ydata()) == list(curves["inner_low"])


def test_bars_are_the_contributions_and_the_middle_ones_become_one():
    many = {f"第{i:02d}镇": (1000 + i, 60 + i) for i in range(20)}
    frame, _ = funnel_frames(many)
    axis = charts.plot_contributions(frame).axes[0]
    widths = [bar.get_width() for bar in axis.patches]
    assert len(widths) == 16
    assert sum(widths) == pytest.approx(0)
    assert widths == sorted(widths, reverse=True)
    assert "其余5个" in [label.get_text() for label in axis.get_yticklabels()]


@pytest.mark.parametrize("panels", [1, 2, 3, 4])
def test_several_panels_fit_a_page(panels, monkeypatch):
    made = [funnel_frames(SCATTERED, f"第{i}种筛查率") for i in range(panels)]
    frame, curves = (pd.concat(parts) for parts in zip(*made, strict=True))
    for drawn in (charts.plot_funnel(frame, curves), charts.plot_contributions(frame)):
        figure = Figure(drawn, "各乡镇", "话", "源").drawing
        assert overlaps(figure, monkeypatch) == []
        assert figure.get_figheight() / figure.get_figwidth() <= 1.42


def test_nothing_to_draw_is_refused():
    frame, curves = funnel_frames(TWELVE)
    with pytest.raises(ValueError, match="no townships"):
        charts.plot_funnel(frame.head(0), curves)
    with pytest.raises(ValueError, match="no contributions"):
        charts.plot_contributions(frame.assign(contribution=np.nan))
