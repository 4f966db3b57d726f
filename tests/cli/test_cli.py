"""The command line speaks Chinese, says what is wrong, and exits with 2 for bad input."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

COMMANDS = [[], ["run"], ["template"], ["ingest"], ["plan"], ["plan", "check"]]
COMMANDS += [["verify"], ["benchmark"], ["calibrate"], ["demo"]]


def halfsky(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "halfsky.cli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_chinese_throughout(command):
    done = halfsky(*command, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("用法：")
    # What is left in Latin letters are commands, options, file names and ids.
    words = "Usage|Options|Commands|Show|default|required|this|the|and"
    english = re.findall(rf"\b(?:{words})\b", done.stdout)
    assert english == []


def test_help_in_english_on_request():
    done = halfsky("run", "--help", HALFSKY_LANG="en")
    assert done.stdout.startswith("Usage:")
    assert not re.search("[\u4e00-\u9fff]", done.stdout)


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
def test_bad_usage_is_explained_and_exits_with_two(arguments, says):
    done = halfsky(*arguments)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_plan_check_is_clean():
    done = halfsky("plan", "check")
    assert done.returncode == 0, done.stderr
    assert "77项目标，95条措施" in done.stdout


def test_plan_as_json_holds_every_target():
    rows = json.loads(halfsky("plan", "--format", "json", "--domain", "health").stdout)
    assert {row["goal"] for row in rows} == {f"health-{n}" for n in range(1, 11)}
    assert all(row["department"] for row in rows)


def test_plan_as_a_workbook_opens(tmp_path):
    from openpyxl import load_workbook

    out = tmp_path / "方案.xlsx"
    assert halfsky("plan", "--format", "xlsx", "--out", str(out)).returncode == 0
    sheet = load_workbook(out).active
    assert sheet.max_row > 77


def test_a_console_that_knows_no_unicode_still_gets_the_message():
    done = subprocess.run(
        [sys.executable, "-m", "halfsky.cli", "run", "2040"],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "gbk"},
        check=False,
    )
    assert done.returncode == 2
    assert "年份不在规划期内" in done.stderr.decode("gbk", errors="replace")
