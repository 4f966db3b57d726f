"""halfsky demo writes the synthetic district where it belongs, in one piece, and says so."""

from __future__ import annotations

import json

import pytest

from halfsky.cli import main

FILES = {"observations.csv", "evidence.csv", "measures.csv", "manifest.json"}


def run(*arguments: str) -> int:
    """The exit code of one call, in this process."""
    with pytest.raises(SystemExit) as left:
        main(["demo", *arguments])
    return int(left.value.code or 0)


def test_it_writes_to_the_data_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HALFSKY_DATA", str(tmp_path))
    assert run("--seed", "3", "--townships", "5") == 0
    folder = tmp_path / "raw" / "demo"
    assert {path.name for path in folder.iterdir()} == FILES
    said = capsys.readouterr().out
    assert str(folder) in said
    assert "合成数据" in said
    assert len(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))) == 10


def test_same_seed_same_bytes_and_elsewhere_on_request(tmp_path, monkeypatch):
    monkeypatch.setenv("HALFSKY_DATA", str(tmp_path / "data"))
    for name in ("first", "second"):
        assert run("--seed", "3", "--townships", "5", "--out", str(tmp_path / name)) == 0
    for name in FILES:
        first = (tmp_path / "first" / name).read_bytes()
        assert first == (tmp_path / "second" / name).read_bytes()
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--seed", "-1"], "随机种子不能是负数", id="negative seed"),
        pytest.param(["--townships", "2"], "4—22", id="too few townships"),
        pytest.param(["--plan", "none"], "none", id="unknown plan"),
    ],
)
def test_a_wrong_option_writes_nothing(tmp_path, monkeypatch, capsys, arguments, says):
    monkeypatch.setenv("HALFSKY_DATA", str(tmp_path))
    assert run(*arguments) == 2
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path, capsys):
    taken = tmp_path / "taken"
    taken.write_text("a file", encoding="utf-8")
    assert run("--out", str(taken)) == 2
    said = capsys.readouterr().err
    assert "文件写不进去" in said
    assert str(taken) in said
