"""The four errands of CONTRIBUTING.md name files that exist and hold what they are said to hold."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from halfsky.evaluate.results import StatusRule
from halfsky.plan import Indicator
from halfsky.plan.thresholds import StatusRules
from halfsky.report import charts

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "lib" / "halfsky" / "report"
ERRANDS = ["Add an indicator", "Change a status rule", "Change a sentence", "Add a chart"]
MOST_FILES = 6  # an errand that touches more wants a better architecture


def errand(title: str) -> str:
    """The text of one errand."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(rf"^### {title}\n(.*?)(?=^##)", text, flags=re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[1]


def quoted(title: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", errand(title))


def paths(title: str) -> list[str]:
    """The files and folders that an errand names, patterns such as <topic>.yaml among them."""
    return [q for q in quoted(title) if "/" in q or q.endswith((".md", ".yaml", ".py"))]


def tree(path: Path) -> dict[str, dict[str, object]]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("title", ERRANDS)
def test_every_file_is_there(title):
    named = paths(title)
    assert named
    missing = [path for path in named if not list(ROOT.glob(re.sub("<[^>]+>", "*", path)))]
    assert missing == []


@pytest.mark.parametrize("title", ERRANDS)
def test_an_errand_touches_few_files_of_the_program(title):
    program = {path for path in paths(title) if path.startswith("lib/") and path[-1] != "/"}
    assert len(program) <= MOST_FILES
    assert len(re.findall(r"^\d\. ", errand(title), flags=re.MULTILINE)) <= 3


def test_architecture_draws_what_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawn = set(re.findall(r"^  (\w+(?:\.py|/)) ", text, flags=re.MULTILINE))
    assert {"sections/", "blocks.py"} <= drawn
    assert [name for name in drawn if not (REPORT / name.rstrip("/")).exists()] == []


def test_an_indicator_has_the_keys_named():
    keys = {q for q in quoted("Add an indicator") if re.fullmatch(r"[a-z_]+", q)}
    assert {"unit", "direction", "delta_reason"} <= keys
    assert keys - set(Indicator.model_fields) == set()
    required = {name for name, field in Indicator.model_fields.items() if field.is_required()}
    assert required - keys == set()
    section = {q.rstrip(":") for q in quoted("Add an indicator") if re.fullmatch(r"\w+:", q)}
    plan = ROOT / "params" / "plan" / "jiutai_2021_2030"
    assert section == {"indicators", "targets"}
    assert "indicators" in tree(plan / "health.yaml")
    assert "targets" in tree(plan / "health.yaml")["goals"][0]


def test_each_status_rule_has_a_phrase_of_its_name():
    rules = tree(REPORT / "text" / "phrases.yaml")["rules"]
    assert set(rules) == {str(rule) for rule in StatusRule}
    assert {"`StatusRule`", "`rules:`"} <= {f"`{q}`" for q in quoted("Change a status rule")}


def test_constants_of_status_stand_where_it_says():
    constants = tree(ROOT / "params" / "thresholds.yaml")["status"]
    assert set(StatusRules.model_fields) == set(constants)


def test_each_topic_has_its_sentences_in_a_file_of_its_name():
    topics = {p.stem for p in (REPORT / "sections").glob("*.py")} - {"__init__"}
    assert "status" in topics
    assert topics - {p.stem for p in (REPORT / "text").glob("*.yaml")} == set()


def test_each_plot_function_is_handed_out_by_charts():
    defined = {
        name
        for path in (REPORT / "charts").glob("*.py")
        if path.stem != "__init__"
        for name in vars(import_module(f"halfsky.report.charts.{path.stem}"))
        if name.startswith("plot_")
    }
    assert "plot_completion" in defined
    assert defined == {name for name in charts.__all__ if name.startswith("plot_")}
