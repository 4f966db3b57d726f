"""libyaml and PyYAML's own parser: the same content, the same lines, the same errors."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from halfsky.plan import PlanError, load, yaml_text
from halfsky.plan.load import lines_of, read_yaml
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
    fast, fast_tree = read_yaml(path)
    pure()
    slow, slow_tree = read_yaml(path)
    assert slow == fast
    assert len(lines_of(fast_tree)) > 1
    assert list(lines_of(slow_tree).items()) == list(lines_of(fast_tree).items())


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
    content, tree = read_yaml(path)
    assert content["b"] == {"unit": "y", "per": 1}
    assert lines_of(tree)["b", "unit"] == 4


def test_without_libyaml_the_same_function_reads():
    assert construct(compose("a: [1, 2.5, true, ~]", loader=yaml.SafeLoader)) == {
        "a": [1, 2.5, True, None]
    }
    assert parse_yaml("") is None
    assert parse_yaml("甲: 乙") == {"甲": "乙"}


def test_quoted_and_plain_scalars_keep_their_types():
    """One text may be a number where it is plain and a string where it is quoted."""
    assert parse_yaml("a: 1\nb: '1'\nc: 1\nd: !!str 1\ne: !!int '1'\n1: 1") == {
        "a": 1, "b": "1", "c": 1, "d": "1", "e": 1, 1: 1,
    }  # fmt: skip


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
