"""libyaml and PyYAML's own parser: the same content, the same lines, the same errors."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from halfsky.plan import PlanError, load, yaml_text
from halfsky.plan.load import read_yaml
from halfsky.plan.yaml_text import FAST_LOADER, compose, construct, parse_yaml

SHIPPED = sorted([*(ROOT / "params").rglob("*.yaml"), *(ROOT / "lib" / "halfsky").rglob("*.yaml")])
# What is wrong in each file, by the line where PyYAML sees it.
BAD = {
    "indentation": 3,
    "key_twice": 4,
    "list_as_key": 2,
    "open_bracket": 2,
    "open_quote": 4,
    "reserved_character": 1,
    "stray_brace": 2,
    "tab_indentation": 2,
    "two_colons": 3,
    "two_documents": 2,
    "unknown_alias": 1,
    "unknown_tag": 1,
}


def bad(name: str) -> Path:
    return ROOT / "tests" / "bad_inputs" / "yaml" / f"{name}.yaml"


@pytest.fixture
def pure(monkeypatch):
    """As where PyYAML was built without libyaml."""

    def slow(text: str) -> yaml.Node | None:
        return compose(text, loader=yaml.SafeLoader)

    return lambda: monkeypatch.setattr(load, "compose", slow)


def test_libyaml_is_used_where_it_is_there():
    assert FAST_LOADER is yaml.CSafeLoader


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_same_content_and_lines_of_what_is_shipped(path, pure):
    fast = read_yaml(path)
    pure()
    assert read_yaml(path) == fast
    assert len(fast[1]) > 1


@pytest.mark.parametrize("name", BAD)
def test_same_error_at_the_same_line(name, pure):
    with pytest.raises(PlanError) as fast:
        read_yaml(bad(name))
    pure()
    with pytest.raises(PlanError) as slow:
        read_yaml(bad(name))
    assert fast.value.problems == slow.value.problems
    assert [problem.row for problem in fast.value.problems] == [BAD[name]]


def test_every_bad_file_has_its_line():
    assert {path.stem for path in bad("x").parent.iterdir()} == set(BAD)


def test_a_merged_key_may_be_overridden(tmp_path):
    path = tmp_path / "merged.yaml"
    path.write_text("a: &base {unit: x, per: 1}\nb:\n  <<: *base\n  unit: y\n", encoding="utf-8")
    content, lines = read_yaml(path)
    assert content["b"] == {"unit": "y", "per": 1}
    assert lines["b", "unit"] == 4


def test_without_libyaml_the_same_function_reads():
    assert construct(compose("a: [1, 2.5, true, ~]", loader=yaml.SafeLoader)) == {
        "a": [1, 2.5, True, None]
    }
    assert parse_yaml("") is None
    assert parse_yaml("甲: 乙") == {"甲": "乙"}


def test_a_file_is_read_once_and_again_when_edited(tmp_path, monkeypatch):
    read: list[str] = []

    def counted(text: str) -> yaml.Node | None:
        read.append(text)
        return yaml_text.compose(text)

    monkeypatch.setattr(load, "compose", counted)
    path = tmp_path / "units.yaml"
    path.write_text("units: [{label: 个}]\n", encoding="utf-8")
    first = load.parse(load._Units, path)
    assert load.parse(load._Units, path) is first
    assert len(read) == 1
    path.write_text("units: [{label: 个}, {label: 人}]\n", encoding="utf-8")
    assert [unit.label for unit in load.parse(load._Units, path).units] == ["个", "人"]
    assert len(read) == 2
