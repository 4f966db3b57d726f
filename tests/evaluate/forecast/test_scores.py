"""Scores, worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from halfsky.evaluate.forecast import scores


def test_brier_and_log_loss():
    # (.2² + .5²) / 2; −(ln .8 + ln .5) / 2
    assert scores.brier(np.array([0.8, 0.5]), np.array([1, 0])) == pytest.approx(0.145)
    found = scores.log_loss(np.array([0.8, 0.5]), np.array([1, 0]))
    assert found == pytest.approx(-(np.log(0.8) + np.log(0.5)) / 2)


def test_reliability_and_ece():
    p, met = np.array([0.05, 0.05, 0.95, 1.0]), np.array([0, 1, 1, 1])
    table = scores.reliability(p, met)
    assert table["n"].tolist() == [2, 2]
    assert table["met_rate"].tolist() == [0.5, 1.0]
    # half the tasks are .45 off, the other half .025
    assert scores.ece(p, met) == pytest.approx((0.45 + 0.025) / 2)


def test_summary_counts_a_shared_forecast_once():
    row = {"point": 5.0, "lo80": 4, "hi80": 6, "lo95": 3, "hi95": 7, "actual": 8, "scale": 2}
    frame = pd.DataFrame(
        [{**row, "p_met": 0.5, "met": 1, "key": "a"}, {**row, "p_met": 0.5, "met": 0, "key": "a"}]
    )
    found = scores.summary(frame)
    assert (found["tasks"], found["forecasts"]) == (2, 1)
    assert found["mase"] == 1.5
    assert found["coverage80"] == 0
    # width 4, missed by 1: (4 + 40 · 1) / 2
    assert found["msis95"] == 22


def test_paired_difference_redraws_groups():
    mean, low, high = scores.paired_difference(
        np.zeros(4), np.array([1.0, 1, 3, 3]), np.array(["a", "a", "b", "b"])
    )
    assert mean == 2
    assert (low, high) == (1, 3)
