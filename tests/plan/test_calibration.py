"""The stored calibration: complete, dated, within the bars it was accepted by."""

from __future__ import annotations

import pytest
import yaml

from halfsky.evaluate.forecast.spread import KAPPA_FEATURES, SPREAD_FEATURES
from halfsky.plan import PlanError
from halfsky.plan.calibration import FILE, load_calibration
from halfsky.plan.paths import params_dir


def test_it_says_where_it_comes_from():
    stored = load_calibration()
    assert len(stored.series_sha256) == len(stored.tasks_sha256) == 64
    assert stored.date >= "2026-11-24"
    assert stored.limits


def test_every_feature_has_its_coefficient():
    stored = load_calibration()
    for errors in (stored.pool, stored.short):
        assert set(errors.spread) == set(SPREAD_FEATURES)
        assert set(errors.kappa80) == set(errors.kappa95) == set(KAPPA_FEATURES)


def test_out_of_fold_scores_are_within_the_bars():
    scores = load_calibration().scores
    assert scores["brier"] <= 0.146
    assert scores["ece"] <= 0.03
    assert 0.77 <= scores["coverage80"] <= 0.83
    assert 0.93 <= scores["coverage95"] <= 0.97
    assert scores["mase"] <= 2.93


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda c: c.pop("pool"), id="a part is missing"),
        pytest.param(lambda c: c["probability"].update(slope=-1), id="P would fall"),
        pytest.param(lambda c: c["pool"].update(degrees=0.5), id="no mean"),
        pytest.param(lambda c: c.update(spred={}), id="misspelt"),
    ],
)
def test_a_spoilt_file_is_refused(spoil, tmp_path, monkeypatch):
    content = yaml.safe_load((params_dir() / FILE).read_text(encoding="utf-8"))
    spoil(content)
    (tmp_path / "calibration").mkdir()
    (tmp_path / FILE).write_text(yaml.safe_dump(content), encoding="utf-8")
    monkeypatch.setenv("HALFSKY_PARAMS", str(tmp_path))
    with pytest.raises(PlanError):
        load_calibration()
