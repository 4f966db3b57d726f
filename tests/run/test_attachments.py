"""What lies beside the pages is listed as it is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

from halfsky.run.attachments import attachments


def test_a_folder_with_pages_only_has_nothing_to_list(tmp_path: Path) -> None:
    (tmp_path / "00_overview.html").write_text("x", encoding="utf-8")
    (tmp_path / "results.json").write_text("{}", encoding="utf-8")
    assert attachments(tmp_path) == {"documents": [], "releases": []}


def test_documents_come_with_kind_size_and_a_safe_address(tmp_path: Path) -> None:
    (tmp_path / "中期 评估#1.docx").write_bytes(b"x" * 3000)
    (tmp_path / "附表.xlsx").write_bytes(b"x")
    for unfinished in ("~$期评估.docx", ".~lock.附表.xlsx"):
        (tmp_path / unfinished).write_bytes(b"x")
    assert attachments(tmp_path)["documents"] == [
        {
            "title": "中期 评估#1",
            "kind": "Word",
            "size": "3 KB",
            "href": "%E4%B8%AD%E6%9C%9F%20%E8%AF%84%E4%BC%B0%231.docx",
        },
        {"title": "附表", "kind": "Excel", "size": "1 KB", "href": "%E9%99%84%E8%A1%A8.xlsx"},
    ]


def test_releases_are_numbers_newest_first(tmp_path: Path) -> None:
    for name in ("v2", "v10", "v1", "verify", "v3.tmp"):
        (tmp_path / "releases" / name / "report").mkdir(parents=True)
    for page in ("index.html", "00_overview.html"):
        (tmp_path / "releases" / "v10" / "report" / page).write_text("x", encoding="utf-8")
    (tmp_path / "releases" / "v10" / "report" / "a.docx").write_bytes(b"x")
    releases = attachments(tmp_path)["releases"]
    assert [release["title"] for release in releases] == ["第10版", "第2版", "第1版"]
    assert [link["href"] for link in releases[0]["links"]] == [
        "releases/v10/report/index.html",
        "releases/v10/report/a.docx",
    ]
    assert releases[1]["links"] == []
