"""The command line speaks Chinese, says what is wrong, and exits with 2 for bad input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from halfsky.cli import app, main

COMMANDS = [[], ["run"], ["template"], ["ingest"], ["plan"], ["plan", "check"]]
COMMANDS += [["verify"], ["benchmark"], ["calibrate"], ["demo"]]


def program(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """halfsky as a shell starts it; the other tests call it in this process."""
    return subprocess.run(
        [sys.executable, "-m", "halfsky.cli", *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        check=False,
    )


def exit_code(*arguments: str) -> int:
    """What halfsky hands back to the shell."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_chinese_throughout(command):
    done = CliRunner().invoke(app, [*command, "--help"])
    assert done.exit_code == 0
    assert done.stdout.startswith("用法：")
    # What is left in Latin letters are commands, options, file names and ids.
    words = "Usage|Options|Commands|Show|default|required|this|the|and"
    english = re.findall(rf"\b(?:{words})\b", done.stdout)
    assert english == []


def test_help_in_english_on_request():
    # A process of its own: the language is chosen when the commands are imported.
    rendered = program("run", "--help", HALFSKY_LANG="en").stdout.decode("utf-8")
    assert rendered.startswith("Usage:")
    assert not re.search("[\u4e00-\u9fff]", rendered)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "2040"], "2021—2030"),
        (["run", "2025", "--region", "nowhere"], "nowhere"),
        (["run", "2025", "--domain", "helth"], "helth"),
        (["run", "二〇二五"], "整数"),
        (["run"], "缺少参数"),
        (["run", "2025", "--regoin", "CN"], "--regoin"),
        (["run", "2025", "--state", "定稿"], "审定稿"),
        (["run", "2025", "--state", "final", "--public"], "--public"),
        (["verify", "nowhere"], "不是审定稿"),
        (["rnu"], "rnu"),
        (["template", "1999"], "2021—2030"),
        (["plan", "--domain", "helth"], "helth"),
        (["plan", "--format", "xlsx"], "--out"),
    ],
    ids=lambda v: " ".join(v) if isinstance(v, list) else "",
)
def test_bad_usage_is_explained_and_exits_with_two(capsys, arguments, says):
    assert exit_code(*arguments) == 2
    assert says in capsys.readouterr().err


def test_plan_check_is_clean(capsys):
    assert exit_code("plan", "check") == 0
    assert "77项目标，95条措施" in capsys.readouterr().out


def test_plan_as_json_holds_every_target(capsys):
    assert exit_code("plan", "--format", "json", "--domain", "health") == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["goal"] for row in rows} == {f"health-{n}" for n in range(1, 11)}
    assert all(row["department"] for row in rows)


def test_plan_as_a_workbook_opens(tmp_path):
    from openpyxl import load_workbook

    out = tmp_path / "方案.xlsx"
    assert exit_code("plan", "--format", "xlsx", "--out", str(out)) == 0
    sheet = load_workbook(out).active
    assert sheet.max_row > 77


def test_a_console_that_knows_no_unicode_still_gets_the_message():
    done = program("run", "2040", PYTHONIOENCODING="gbk")
    rendered = done.stderr.decode("gbk", errors="replace")
    assert done.returncode == 2
    assert "年份不在规划期内" in rendered
    assert "Traceback" not in rendered
