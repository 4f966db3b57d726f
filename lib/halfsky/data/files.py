"""Files written in one piece: a reader sees the old or the new, never half of one."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path


def replace_file(path: Path, content: bytes) -> Path:
    """Write beside the file, then rename over it; returns the file's path.

    Raises:
        OSError: the folder cannot be written to; the old file is then untouched.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)  # mkstemp makes it private; a results folder is shared
        _rename(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _rename(source: Path, target: Path) -> None:
    """os.replace, waiting a second where Windows has another process reading the old file."""
    for _attempt in range(20):
        try:
            os.replace(source, target)
        except PermissionError:
            time.sleep(0.05)
        else:
            return
    os.replace(source, target)
