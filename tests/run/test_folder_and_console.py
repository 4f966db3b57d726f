"""The project works where its users are: a Chinese folder with a space, a GBK console."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDED = ("lib", "params", "notebooks", "data/raw")


def test_a_run_in_a_chinese_folder_with_a_gbk_console(tmp_path: Path) -> None:
    here = tmp_path / "九台 区"
    for part in NEEDED:
        shutil.copytree(ROOT / part, here / part, ignore=shutil.ignore_patterns("__pycache__"))
    clean = {k: v for k, v in os.environ.items() if not k.startswith("HALFSKY_")}
    done = subprocess.run(
        [sys.executable, "-m", "halfsky.cli", "run", "2025", "-r", "jilin", "--domain", "law"],
        cwd=here,
        env={**clean, "PYTHONPATH": str(here / "lib"), "PYTHONIOENCODING": "gbk"},
        capture_output=True,
        check=False,
    )
    rendered = done.stdout.decode("gbk") + done.stderr.decode("gbk")
    assert done.returncode == 0, rendered
    assert str(here / "reports" / "jilin" / "2025") in rendered
    assert "完成" in rendered
    folder = here / "reports" / "jilin" / "2025"
    assert 'lang="zh-CN"' in (folder / "08_law.html").read_text(encoding="utf-8")
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert len(results["goals"]) == 9
