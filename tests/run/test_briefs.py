"""halfsky brief leaves the sheets of this time and of no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from halfsky import notebook
from halfsky.plan import ParameterError
from halfsky.report.documents.brief import department_sheets
from halfsky.run.briefs import write_briefs
from small_view import small_view


def test_sheets_of_an_earlier_time_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFSKY_REPORTS", str(tmp_path))
    monkeypatch.setattr(notebook, "open_study", lambda *_, **__: small_view())
    folder = tmp_path / "jiutai" / "2025" / "briefs"
    folder.mkdir(parents=True)
    (folder / "19_区甲局.docx").write_bytes(b"last month's")
    (folder / "会议安排.docx").write_bytes(b"not ours")
    made = write_briefs(2025, "jiutai", "jiutai_2021_2030")
    sheets = sorted(path.name for path in folder.glob("[0-9]*.docx"))
    assert len(sheets) == len(list(department_sheets(small_view()))) > 0
    assert sheets[0].startswith("01_")
    assert "19_区甲局.docx" not in sheets
    assert {path.name for path in folder.iterdir()} - {path.name for path in made} == {
        "会议安排.docx"
    }


def test_a_reference_region_is_sent_no_brief(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFSKY_REPORTS", str(tmp_path))
    monkeypatch.setattr(notebook, "open_study", lambda *_, **__: small_view("CN"))
    with pytest.raises(ParameterError, match="参照地区不作评估"):
        write_briefs(2025, "CN", "jiutai_2021_2030")
    assert list(tmp_path.iterdir()) == []
