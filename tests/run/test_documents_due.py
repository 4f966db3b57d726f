"""Which documents a phase asks for; a failed one is named and destroys nothing."""

from __future__ import annotations

import docx
import pytest

from halfsky.plan import load_plan, load_region
from halfsky.run import documents
from halfsky.run.build import RunReport


@pytest.mark.parametrize(
    ("region", "year", "names"),
    [
        ("jiutai", 2024, ["年度监测报告.docx"]),
        ("jiutai", 2025, ["中期监测报告.docx", "中期评估报告.docx"]),
        ("jiutai", 2030, ["终期监测报告.docx", "终期评估报告.docx"]),
        ("demo", 2025, ["中期监测报告.docx", "中期评估报告.docx"]),
        ("CN", 2025, []),
    ],
)
def test_what_is_due(region: str, year: int, names: list[str]) -> None:
    assert list(documents.due(load_plan(), load_region(region), year)) == names


def test_a_failed_document_is_named_and_the_other_is_made(tmp_path, monkeypatch) -> None:
    def fails(view: object, state: str) -> None:
        raise ZeroDivisionError("x")

    (tmp_path / "中期评估报告.docx").write_bytes(b"last year's")
    monkeypatch.setattr(documents, "evaluation_report", fails)
    plan, region = load_plan(), load_region("jiutai")
    found = dict(documents.build(plan, region, 2025, tmp_path, state="送审稿"))
    assert found == {"中期监测报告.docx": "", "中期评估报告.docx": "ZeroDivisionError: x"}
    assert (tmp_path / "中期评估报告.docx").read_bytes() == b"last year's"
    made = docx.Document(str(tmp_path / "中期监测报告.docx"))
    assert made.paragraphs[0].text == "（送审稿）"
    assert len(list(tmp_path.iterdir())) == 2, "no temporary file stays"
    report = RunReport(
        2025, failed_documents=[("jiutai", "中期评估报告.docx", "ZeroDivisionError: x")]
    )
    assert not report.ok
    assert "jiutai 中期评估报告.docx：没有生成：ZeroDivisionError: x" in report.message()
