"""The third party's tool: equal is said to be equal, and whatever differs is named."""

from __future__ import annotations

import io
import json
import stat

import docx
import pytest

from county import COUNTY, RESULTS, keep, settle, with_target
from halfsky.cli import main
from halfsky.plan import ParameterError
from halfsky.run.verify import Again, RerunFailed, run_again, verify


@pytest.fixture
def county(tmp_path, monkeypatch):
    return settle(tmp_path, monkeypatch)


def again(results=RESULTS, **documents):
    """A second run that gives these results, and Word files by their stems."""
    made = Again(results, {f"{stem}.docx": content for stem, content in documents.items()})
    return lambda _inputs, _manifest: made


same = again()


def never(_inputs, _manifest):
    raise AssertionError("run although the inputs are not those of the manifest")


def tamper(path, text):
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    path.write_text(text, encoding="utf-8")


def test_a_release_as_it_was_made_is_equal(county):
    made = keep(county)
    verdict = verify(made.folder, rerun=same)
    assert verdict.ok
    assert verdict.files_equal
    assert verdict.differing == ()
    assert made.fingerprint in str(verdict)
    assert str(verdict).endswith("结论：一致。")
    assert verify(made.folder / "manifest.json", rerun=same).ok


def test_a_figure_that_comes_out_otherwise_is_named(county):
    made = keep(county)
    verdict = verify(made.folder, rerun=again(with_target(value=68.5)))
    assert not verdict.ok
    assert "  health-2-1 现值：70 → 68.5" in str(verdict).splitlines()
    assert "请把以上内容告知发布单位" in str(verdict)


def test_another_machine_may_round_the_last_digit(county):
    made = keep(county)
    assert verify(made.folder, rerun=again(with_target(value=70.0007))).ok


def test_a_tampered_input_is_found_by_its_hash_before_anything_runs(county):
    made = keep(county)
    name = f"inputs/data/raw/{COUNTY}/observations.csv"
    tamper(made.folder / name, "indicator_id\n")
    verdict = verify(made.folder, rerun=never)
    assert (verdict.changed, verdict.differing) == ((name,), None)
    assert f"文件内容被改动：{name}" in str(verdict)
    assert "没有重算" in str(verdict)


@pytest.mark.parametrize("name", ["inputs/params/thresholds.yaml", "report/results.json"])
def test_a_missing_file_is_named(county, name):
    made = keep(county)
    (made.folder / name).unlink()
    verdict = verify(made.folder, rerun=never)
    assert (verdict.missing, verdict.ok) == ((name,), False)


def test_an_extra_input_is_named_and_what_a_file_manager_leaves_is_not(county):
    made = keep(county)
    (made.folder / "report" / "Thumbs.db").write_bytes(b"x")
    assert verify(made.folder, rerun=same).ok
    extra = made.folder / "inputs" / "data" / "raw" / COUNTY / "more.csv"
    extra.write_text("x", encoding="utf-8")
    verdict = verify(made.folder, rerun=never)
    assert verdict.extra == (f"inputs/data/raw/{COUNTY}/more.csv",)


def test_a_page_changed_by_hand_is_named_and_the_figures_are_computed_all_the_same(county):
    made = keep(county)
    tamper(made.folder / "report" / "results.json", json.dumps(with_target(value=99.0)))
    verdict = verify(made.folder, rerun=same)
    assert verdict.changed == ("report/results.json",)
    assert [(d.field, d.before, d.after) for d in verdict.differing] == [("value", 99.0, 70.0)]


def word(*lines, cells=()):
    made = docx.Document()
    for line in lines:
        made.add_paragraph(line)
    for cell in cells:
        made.add_table(1, 1).cell(0, 0).text = cell
    saved = io.BytesIO()
    made.save(saved)
    return saved.getvalue()


def test_word_files_with_the_same_bytes_are_counted(county):
    verdict = verify(keep(county).folder, rerun=again(中期评估报告=b"PK"))
    assert verdict.ok
    assert "1份Word文件与随稿逐字节相同" in str(verdict)


def test_another_text_in_a_word_file_is_named_with_both_readings(county):
    made = keep(county, word=word("总体评价", "达标率为80%", cells=["70%"]))
    other = word("总体评价", "达标率为75%", cells=["70%", "新增一行"])
    verdict = verify(made.folder, rerun=again(中期评估报告=other))
    assert not verdict.ok
    assert verdict.reworded[0].lines == (("达标率为80%", "达标率为75%"), ("", "新增一行"))
    assert "    达标率为80% → 达标率为75%" in str(verdict).splitlines()
    assert str(verdict).endswith("请把以上内容告知发布单位。")


def test_another_look_of_the_same_text_is_told_and_is_no_difference(county):
    plain, bold = word("达标率为80%"), docx.Document(io.BytesIO(word("达标率为80%")))
    bold.paragraphs[0].runs[0].bold = True
    saved = io.BytesIO()
    bold.save(saved)
    verdict = verify(keep(county, word=plain).folder, rerun=again(中期评估报告=saved.getvalue()))
    assert verdict.ok
    assert "只有图片或版式不同" in str(verdict)


def test_quick_runs_nothing(county):
    verdict = verify(keep(county).folder, quick=True, rerun=never)
    assert verdict.ok
    assert "没有重算" in str(verdict)


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"schema": 2, "files": {}}'])
def test_what_is_no_release_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ParameterError, match="不是审定稿"):
        verify(tmp_path)


def test_the_folder_above_names_the_releases_in_it(county):
    made = keep(county)
    with pytest.raises(ParameterError, match="v1"):
        verify(made.folder.parents[1])


def exit_code(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(["verify", *map(str, arguments)])
    return ended.value.code


def test_exit_codes_for_scripts(county, capsys):
    made = keep(county)
    assert exit_code(made.folder, "--quick") == 0
    tamper(made.folder / "report" / "results.json", "{}")
    assert exit_code(made.folder, "--quick") == 1
    assert "report/results.json" in capsys.readouterr().out
    assert exit_code(county) == 2
    assert "不是审定稿" in capsys.readouterr().err


def test_inputs_that_cannot_be_computed_here_are_told_with_what_the_run_said(county):
    made = keep(county)
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["parameters"]["region"] = "nowhere"
    with pytest.raises(RerunFailed, match="nowhere"):
        run_again(made.folder / "inputs", manifest)
