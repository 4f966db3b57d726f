"""Tails pass through their multipliers; features are read off the window."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from halfsky.evaluate.forecast.pool import Window, components
from halfsky.evaluate.forecast.scale import SeriesSpec, choose
from halfsky.evaluate.forecast.spread import (
    FLOOR,
    LONGEST,
    SPREAD_FEATURES,
    Tails,
    features,
    spread,
    tails,
    unit_at,
)
from halfsky.plan.calibration import Errors


def test_tails_reach_their_multipliers():
    t = Tails(3.0, kappa80=1.5, kappa95=4.0)
    assert t.quantile([0.1, 0.5, 0.9, 0.975]) == pytest.approx([-1.5, 0.0, 1.5, 4.0])
    assert t.below([-4.0, 0.0, 1.5]) == pytest.approx([0.025, 0.5, 0.9])


def test_unbent_tails_are_students_t():
    inner, outer = stats.t.ppf([0.9, 0.975], 4)
    t = Tails(4.0, float(inner), float(outer))
    u = np.array([0.001, 0.3, 0.95, 0.999])
    assert t.quantile(u) == pytest.approx(stats.t.ppf(u, 4))


@given(u=st.floats(1e-6, 1 - 1e-6), k=st.floats(0.5, 3), more=st.floats(1.05, 4))
def test_below_inverts_quantile(u, k, more):
    t = Tails(3.2, k, k * more)
    assert t.below(t.quantile(u)) == pytest.approx(u, rel=1e-6)


def test_certainty_is_far_out_but_finite():
    assert np.all(np.isfinite(Tails(3.0, 1.0, 2.0).quantile([0.0, 1.0])))


def test_features_by_hand():
    # identity scale of size 10 (the median): z = 1, 1, 1.1, 1, 1; steps 0, .1, -.1, 0
    values = np.array([10, 10, 11, 10, 10.0])
    scale = choose(SeriesSpec("level", None, None, 2), values)
    w = Window.of(np.arange(5.0), scale.to(values))
    changes = np.vstack([np.zeros(2), [0.1, 0.2], [0.05, 0.1], [0.0, 0.0]])
    design = features(w, changes, scale, 0.01)
    size = np.sqrt(0.02 / 4 + 0.001**2 / 6 + FLOOR**2)
    expected = [1, np.log(size), np.log(1 / 5), np.log(5 / 8)]
    expected += [np.log(0.1 / size + 0.2), np.log(0.1 / 5 / size + 0.1), 0]
    assert design[0] == pytest.approx(expected)
    assert design.shape == (2, len(SPREAD_FEATURES))


def test_length_beyond_what_was_learned_makes_no_surer():
    column = SPREAD_FEATURES.index("length")
    rng = np.random.default_rng(3)
    values = 50 + rng.normal(size=40).cumsum()
    scale = choose(SeriesSpec("share", 0, 100), values)
    w = Window.of(np.arange(40.0), scale.to(values))
    assert features(w, components(w, 1), scale, 0.1)[0, column] == np.log(LONGEST / 8)


def test_unit_on_the_logit_scale_is_widest_at_the_bounds():
    scale = choose(SeriesSpec("share", 0, 100, 1), np.array([50.0]))
    middle, edge = (unit_at(scale, float(scale.to(x)), 0.1) for x in (50.0, 100.0))
    assert 0 < middle < edge


def test_outer_multiplier_stays_above_the_inner():
    zero = dict.fromkeys(SPREAD_FEATURES, 0.0)
    names = dict.fromkeys(("one", "horizon", "length"), 0.0)
    errors = Errors(spread=zero, degrees=3, kappa80={**names, "one": 2.0}, kappa95=names)
    design = np.zeros((1, len(SPREAD_FEATURES)))
    design[0, 0] = 1
    (t,) = tails(design, errors)
    assert t.kappa95 > t.kappa80
    assert spread(design, errors).tolist() == [1.0]
