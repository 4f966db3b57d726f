"""What lies beside a run's pages: documents to open elsewhere, and released versions."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

KINDS = {".docx": "Word", ".xlsx": "Excel", ".pdf": "PDF"}
_VERSION = re.compile(r"v(\d+)")


def attachments(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Documents of a region and year, and its releases, newest first; both may be empty.

    Returns:
        documents: {title, kind, size, href}. releases: {title, made, links}, where links are
        documents and, first, the release's own pages; hrefs count from the folder.
    """
    versions = sorted(
        (int(match[1]), path)
        for path in (folder / "releases").glob("v*")
        if (match := _VERSION.fullmatch(path.name)) and path.is_dir()
    )
    return {
        "documents": _documents(folder, folder),
        "releases": [_release(number, path, folder) for number, path in reversed(versions)],
    }


def _documents(place: Path, folder: Path) -> list[dict[str, Any]]:
    if not place.is_dir():
        return []
    # ~$ and . are what office programs leave while a document is open.
    found = [
        path
        for path in sorted(place.iterdir())
        if path.suffix.lower() in KINDS and path.is_file() and not path.name.startswith(("~", "."))
    ]
    return [
        {
            "title": path.stem,
            "kind": KINDS[path.suffix.lower()],
            "size": f"{max(1, round(path.stat().st_size / 1024))} KB",
            "href": _href(path, folder),
        }
        for path in found
    ]


def _release(number: int, place: Path, folder: Path) -> dict[str, Any]:
    made = datetime.fromtimestamp(place.stat().st_mtime).astimezone()
    place = place / "report"
    pages = [place / name for name in ("index.html", "00_overview.html")]
    links = [
        {"title": "网页", "kind": "HTML", "size": "", "href": _href(page, folder)}
        for page in pages
        if page.is_file()
    ]
    return {
        "title": f"第{number}版",
        "made": made.strftime("%Y年%m月%d日"),
        "links": links[:1] + _documents(place, folder),
    }


def _href(path: Path, folder: Path) -> str:
    return quote(path.relative_to(folder).as_posix())
