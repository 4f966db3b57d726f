"""Wrong params give one clear error with file and line; another county's plan just works."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conftest import ROOT
from halfsky.plan import ParameterError, PlanError, load_plan, load_region, load_units
from halfsky.plan.check import check
from halfsky.plan.scheme import scheme
from halfsky.plan.thresholds import load_thresholds

SMALL = Path(__file__).parent / "small_county"


@pytest.fixture
def county(tmp_path, monkeypatch):
    """A second county's params/: its own small plan, nothing of the customer's."""
    params = tmp_path / "params"
    shutil.copytree(SMALL, params)
    for shared in ("units.yaml", "thresholds.yaml"):
        shutil.copy(ROOT / "params" / shared, params / shared)
    monkeypatch.setenv("HALFSKY_PARAMS", str(params))
    return params


def broken(county: Path, old: str, new: str) -> PlanError:
    path = county / "plan" / "qinghe_2022_2030" / "health.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        load_plan("qinghe_2022_2030")
    return caught.value


def test_another_county_writes_its_own_plan_alone(county):
    plan = load_plan("qinghe_2022_2030")
    assert (len(plan.goals), len(plan.measures)) == (2, 2)
    assert check(plan, load_units()) == []
    assert len(scheme(plan, load_thresholds(), load_units())) == len(plan.targets)
    assert load_region("qinghe").role == "evaluated"


@pytest.mark.parametrize(
    ("old", "new", "line_of", "says"),
    [
        ("  direction: lower_better\n", "", "- id: maternal_mortality", "direction"),
        ("direction: lower_better", "direction: down", "direction: down", "direction"),
        ("  name: 孕产妇死亡率\n", "  nmae: 孕产妇死亡率\n", "nmae", "nmae"),
        ("- id: health-2\n", "- id: health-1\n", "- id: health-1", "health-1"),
        ("indicator: screening", "indicator: screenings", "indicator: screenings", "screenings"),
        ("value: 15\n", "value: 十五\n", "value: 十五", "value"),
    ],
)
def test_an_error_names_file_and_line(county, old, new, line_of, says):
    error = broken(county, old, new)
    text = (county / "plan" / "qinghe_2022_2030" / "health.yaml").read_text(encoding="utf-8")
    lines = [n for n, line in enumerate(text.splitlines(), start=1) if line_of in line]
    named = [p for p in error.problems if says in str(p)]
    assert named, str(error)
    assert named[0].file.endswith("health.yaml")
    assert named[0].row in lines
    assert error.exit_code == 2


def test_a_key_written_twice_is_an_error(county):
    error = broken(county, "  unit: 1/10万\n", "  unit: 1/10万\n  unit: 1/10万\n")
    assert "unit" in str(error)


def test_a_file_that_is_not_yaml_names_its_line(county):
    error = broken(county, "goals:\n", "goals: [\n")
    assert error.problems[0].row is not None


def test_every_problem_of_a_file_is_told_at_once(county):
    path = county / "plan" / "qinghe_2022_2030" / "health.yaml"
    text = path.read_text(encoding="utf-8")
    text = text.replace("direction: lower_better", "direction: down").replace(
        "kind: rate", "kind: r"
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError) as caught:
        load_plan("qinghe_2022_2030")
    assert {"direction", "kind"} <= {p.column.rsplit(".", 1)[-1] for p in caught.value.problems}


def test_unknown_plan_and_region_list_the_known_ones():
    with pytest.raises(ParameterError, match="jiutai_2021_2030"):
        load_plan("nowhere")
    with pytest.raises(ParameterError, match="jiutai"):
        load_region("nowhere")
