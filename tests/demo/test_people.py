"""Townships and denominators: whole numbers that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from halfsky.demo.model import load_model
from halfsky.demo.people import YEARS, denominator, divide, places, stream

MODEL = load_model()


@pytest.mark.parametrize(
    ("total", "weights", "expected"),
    [
        pytest.param(10, [1, 1], [5, 5], id="equal shares"),
        pytest.param(10, [2, 1], [7, 3], id="6.67 and 3.33: the larger remainder is rounded up"),
        pytest.param(2, [1, 1, 2], [1, 0, 1], id=".5 .5 1: of equal remainders the first"),
        pytest.param(0, [3, 1], [0, 0], id="nobody to divide"),
        pytest.param(5, [1, 0], [5, 0], id="no weight, none"),
    ],
)
def test_divide_by_largest_remainder(total, weights, expected):
    parts = divide(np.array([float(total)]), np.array(weights, dtype=float)[:, None])
    assert parts[:, 0].tolist() == expected


@given(
    total=st.integers(0, 10**6),
    weights=st.lists(st.floats(0.01, 100), min_size=1, max_size=22),
)
def test_divided_parts_add_up_and_are_within_one(total, weights):
    share = np.array(weights)[:, None]
    parts = divide(np.array([float(total)]), share)
    assert parts.sum() == total
    assert (np.abs(parts - total * share / share.sum()) < 1 + 1e-6).all()


@pytest.mark.parametrize("townships", [4, 12, 22])
def test_townships_are_named_by_their_kind_and_are_no_real_place(townships):
    where = places(MODEL, 1, townships)
    assert len(set(where.names)) == townships == len(where.is_urban)
    assert {name[0] for name in where.names} <= set(MODEL.names)
    assert [name.endswith("街道") for name in where.names] == where.is_urban.tolist()
    assert where.people.shape == (2, townships, len(YEARS))
    assert (where.people > 1000).all()


def test_a_small_body_keeps_its_size():
    where = places(MODEL, 1, 12)
    team = denominator(MODEL, where, 1, "区政府领导班子成员人数", "total", False)
    assert team.sum(axis=(0, 1)).tolist() == [9] * len(YEARS)


def test_rural_things_are_counted_in_the_countryside_only():
    where = places(MODEL, 1, 12)
    members = denominator(MODEL, where, 1, "村委会成员人数", "rural", False)[0]
    assert (members[where.is_urban] == 0).all()
    assert (members[~where.is_urban] > 0).all()


def test_women_s_denominators_hold_women_only():
    where = places(MODEL, 1, 12)
    elderly = denominator(MODEL, where, 1, "年末65岁及以上妇女人数", "total", False)
    assert elderly.shape[0] == 1
    assert (elderly[0] < 0.3 * where.people[0]).all()


def test_one_more_indicator_leaves_the_others_as_they_were():
    first = stream(1, "a").random(3)
    stream(1, "b").random(3)
    assert stream(1, "a").random(3).tolist() == first.tolist()
    assert stream(2, "a").random(3).tolist() != first.tolist()
