"""What the synthetic district's dynamics were measured with, on figures worked by hand."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import trend_persistence as study  # noqa: E402 - found beside the other benchmarks


def test_a_straight_course_keeps_its_pace():
    values = {year: 0.05 * year for year in range(11)}
    (one,) = study.stretches(values)
    assert one["past"] == pytest.approx(0.4), "eight steps of .05"
    assert one["following"] == pytest.approx(0.1)
    assert one["ratio"] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({year: 0.02 * year for year in range(11)}, id="8 * .02 = .16 < .2"),
        pytest.param({year: 0.05 * year for year in range(11) if year != 5}, id="a gap"),
    ],
)
def test_what_is_left_out(values):
    assert study.stretches(values) == []


def test_pace_kept_is_a_ratio_of_sums_and_each_series_weighs_the_same():
    rows = [("a", 0.4, 0.1, 1.0), ("a", 0.4, -0.1, 1.0), ("b", 0.8, 0.2, 3.0)]
    frame = pd.DataFrame(rows, columns=["series", "past", "following", "ratio"]).assign(alike=0.0)
    rendered = study.rendered(frame)
    # (.2 / 2) / (1.6 / 8) = .5; of series a half went on, of b all: .75.
    assert (rendered["pace_kept"], rendered["went_on"]) == (0.5, 0.75)
    assert rendered["ratio_lower_quartile"] == 1.0


def test_scores_point_to_the_better():
    assert study.scored(np.array([50.0]), is_percent=True, is_higher_better=True) == 0
    fewer = study.scored(np.array([10.0, 5.0]), is_percent=False, is_higher_better=False)
    assert fewer[1] - fewer[0] == pytest.approx(np.log(2))


def test_the_synthetic_district_is_no_jumpier_than_the_steadier_quarter_of_real_series():
    text = (BENCHMARKS / "results" / "trend_persistence.json").read_text(encoding="utf-8")
    kept = json.loads(text)
    assert kept["synthetic"]["ratio_median"] == pytest.approx(
        kept["all"]["ratio_lower_quartile"], abs=0.1
    )
    assert kept["synthetic"]["pace_kept"] == pytest.approx(kept["all"]["pace_kept"], abs=0.1)
