"""The analysis scale: bounds reachable, there and back, half a unit beyond the bound."""

from __future__ import annotations

import numpy as np
import pytest

from halfsky.evaluate.forecast.scale import LOGIT_MARGIN, SeriesSpec, choose
from halfsky.plan import load_plan


@pytest.mark.parametrize(
    ("spec", "values", "form"),
    [
        pytest.param(SeriesSpec("share", 0, 100), [40, 60], "logit", id="two bounds"),
        pytest.param(SeriesSpec("ratio", 0, None), [98, 103], "log", id="gross rate past 100"),
        pytest.param(SeriesSpec("level", 0, None), [0, 0, 0], "identity", id="zeros only"),
        pytest.param(SeriesSpec("difference", -100, None), [-3, 2], "identity", id="signed"),
        pytest.param(SeriesSpec("difference", 0, None), [1, 2], "identity", id="a difference"),
        pytest.param(SeriesSpec("share", 0, 100), [90, 104], "identity", id="outside its bounds"),
        pytest.param(SeriesSpec("level"), [3, 5], "identity", id="no bounds"),
    ],
)
def test_form(spec, values, form):
    assert choose(spec, np.array(values, float)).form == form


@pytest.mark.parametrize("value", [0.0, 0.1, 37.5, 99.9, 100.0])
def test_bounds_are_reachable_and_invert(value):
    scale = choose(SeriesSpec("share", 0, 100, 1), np.array([value, 50.0]))
    z = scale.to(value)
    assert np.isfinite(z)
    assert scale.back(z) == pytest.approx(value, abs=1e-9)


def test_margin_is_half_a_unit_where_the_unit_is_coarse():
    # decimals 0: u = 1, so 100 stands at log((100 + .5) / .5) = log 201
    scale = choose(SeriesSpec("share", 0, 100, 0), np.array([50.0, 100.0]))
    assert scale.to(100.0) == pytest.approx(np.log(201))


def test_margin_has_a_floor_where_the_unit_is_fine():
    scale = choose(SeriesSpec("share", 0, 100, 4), np.array([50.0, 100.0]))
    assert scale.high == pytest.approx(100 + 100 * LOGIT_MARGIN)


def test_with_a_denominator_the_logit_counts_heads():
    # 11 seats, 4 women: log((4 + .5) / (7 + .5))
    scale = choose(SeriesSpec("share", 0, 100, 1), np.array([400 / 11]), resolution=100 / 11)
    assert scale.to(400 / 11) == pytest.approx(np.log(4.5 / 7.5))


def test_paths_far_out_stay_in_bounds_and_finite():
    scale = choose(SeriesSpec("share", 0, 100, 1), np.array([50.0]))
    assert scale.published(scale.back([-1e6, 0.0, 1e6])).tolist() == [0.0, 50.0, 100.0]
    log = choose(SeriesSpec("rate", 0, None, 1), np.array([10.0]))
    assert np.all(np.isfinite(log.back([-1e6, 1e6])))
    assert log.back(-1e6) == 0.0


def test_every_indicator_of_the_plan_has_a_scale():
    for indicator in load_plan().indicators.values():
        spec = SeriesSpec.from_indicator(indicator)
        middle = 50.0 if spec.upper is None else ((spec.lower or 0.0) + spec.upper) / 2
        assert np.isfinite(choose(spec, np.array([middle])).to(middle)), indicator.id
        if indicator.kind == "share":
            assert (spec.lower, spec.upper) != (None, None)
