"""Raw files in, checked files out: deterministic, atomic, and never at the cost of raw files."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from halfsky import data as store
from halfsky.data.ingest import raw_files
from halfsky.plan import DataError, ParameterError, Plan

from .conftest import GOOD, HEADER, REPO, Write


def digest(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_input_same_bytes(plan: Plan, data: Path, write: Write) -> None:
    write(*GOOD)
    store.ingest(["jiutai"], plan)
    first = digest(data / "processed")
    shutil.rmtree(data / "processed")
    report = store.ingest(["jiutai"], plan)
    assert report.regions[0].changed
    assert digest(data / "processed") == first
    assert not store.ingest(["jiutai"], plan).regions[0].changed
    assert set(first) == {
        f"jiutai/{name}"
        for name in (
            "evidence.parquet",
            "manifest.json",
            "measures.parquet",
            "observations.parquet",
        )
    }


def test_raw_files_are_never_touched(plan: Plan, data: Path, write: Write) -> None:
    path = write(*GOOD)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    before = digest(data / "raw")
    store.ingest(None, plan)
    store.load_observations(plan, "jiutai", 2025)
    assert digest(data / "raw") == before
    assert path.stat().st_mtime == 1_000_000_000


def test_all_registered_regions_with_a_folder(plan: Plan, write: Write) -> None:
    write(*GOOD)
    write(*(line.replace("jiutai", "CN") for line in GOOD), region="CN")
    assert [r.region for r in store.ingest(None, plan).regions] == ["jiutai", "CN"]


def test_unknown_region(plan: Plan, data: Path) -> None:
    with pytest.raises(ParameterError, match="没有名为“jutai”的地区"):
        store.ingest(["jutai"], plan)


def test_folder_of_no_registered_region(plan: Plan, data: Path, write: Write) -> None:
    write(*GOOD, region="jiutia")
    (data / "raw" / "plan").mkdir()
    (data / "raw" / "plan" / "text.txt").write_text("规划", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        store.ingest(None, plan)
    (problem,) = caught.value.problems
    assert (problem.file, problem.hint) == ("data/raw/jiutia", "是否为“jiutai”？")


def test_one_wrong_region_leaves_all_results(plan: Plan, data: Path, write: Write) -> None:
    write(*GOOD)
    store.ingest(None, plan)
    before = digest(data / "processed")
    write(GOOD[0].replace("28.6", "29"))
    write("maternal_mortality,CN,2050,total,,total,,9,1/10万,,,reported,,公报,,", region="CN")
    with pytest.raises(DataError):
        store.ingest(None, plan)
    assert digest(data / "processed") == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_give_the_same_figures(
    encoding: str, plan: Plan, data: Path, write: Write
) -> None:
    write(*GOOD)
    plain = store.load_observations(plan, "jiutai", 2025)
    write(*GOOD, encoding=encoding)
    assert store.load_observations(plan, "jiutai", 2025).equals(plain)
    assert plain["source"].tolist() == ["妇幼卫生年报 · 卫生健康局"] * 2


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(order=st.permutations(range(6)), crlf=st.booleans())
def test_order_of_rows_and_line_ends_change_no_byte(
    order: list[int], crlf: bool, plan: Plan, data: Path, write: Write
) -> None:
    lines = [
        *GOOD,
        "system_management,jiutai,2022,total,,total,,90.0,%,,,reported,,年报,,",
        "system_management,jiutai,2022,total,,rural,,88.0,%,,,reported,,年报,,",
        "party_female_share,jiutai,2022,female,,total,,30,%,,,reported,,年报,,",
        "students,jiutai,2022,male,,total,波泥河街道,1200,人,,,reported,,年报,,",
    ]
    path = write(*(lines[i] for i in order))
    if crlf:
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    store.ingest(["jiutai"], plan)
    made = (data / "processed" / "jiutai" / "observations.parquet").read_bytes()
    write(*lines)
    store.ingest(["jiutai"], plan)
    assert (data / "processed" / "jiutai" / "observations.parquet").read_bytes() == made


def test_blank_value_is_not_reported(plan: Plan, write: Write) -> None:
    write(*GOOD, "system_management,jiutai,2024,total,,total,,,%,,,,,,,", GOOD[0].split("28.6")[0])
    with pytest.raises(DataError, match="有8格"):  # a torn line is no blank value
        store.ingest(["jiutai"], plan)
    write(*GOOD, "system_management,jiutai,2024,total,,total,,,%,,,,,,,")
    report = store.ingest(["jiutai"], plan).regions[0]
    assert (report.figures, report.blank) == (2, 1)
    assert len(store.load_observations(plan, "jiutai", 2025)) == 2


def test_zero_stays_a_zero(plan: Plan, write: Write) -> None:
    write("maternal_mortality,jiutai,2024,total,,total,,0,1/10万,0,3400,reported,,年报,,")
    frame = store.load_observations(plan, "jiutai", 2025)
    assert frame[["value", "numerator", "denominator"]].values.tolist() == [[0.0, 0.0, 3400.0]]


@pytest.mark.parametrize("text", ["1,234", "１２３４", "1234.0", "+1234", "1.234E+03"])
def test_ways_to_write_a_number(text: str, plan: Plan, write: Write) -> None:
    write(f'students,jiutai,2024,女,,total,,"{text}",人,,,reported,,年报,,')
    assert store.load_observations(plan, "jiutai", 2025)["value"].tolist() == [1234.0]


def test_gross_rates_may_exceed_100(plan: Plan, write: Write) -> None:
    write("gross_enrolment,jiutai,2024,total,,total,,104.2,%,1042,1000,reported,,年报,,")
    assert store.load_observations(plan, "jiutai", 2025)["value"].tolist() == [104.2]


@pytest.mark.parametrize(
    ("value", "numerator", "denominator", "agrees"),
    [
        pytest.param("92.5", 925, 1000, True, id="exact"),
        pytest.param("33.3", 1, 3, True, id="33.33 prints as 33.3"),
        pytest.param("33.4", 1, 3, False, id="33.33 does not print as 33.4"),
        pytest.param("33", 1, 3, True, id="as a whole number"),
        pytest.param("12.5", 1, 8, True, id="12.5"),
        pytest.param("12", 1, 8, True, id="12.5 printed as 12: a tie may go either way"),
        pytest.param("13", 1, 8, True, id="12.5 printed as 13"),
    ],
)
def test_quotient_within_rounding(
    value: str, numerator: int, denominator: int, agrees: bool, plan: Plan, write: Write
) -> None:
    write(
        f"system_management,jiutai,2024,total,,total,,{value},%,{numerator},{denominator},"
        "reported,,年报,,"
    )
    if agrees:
        assert store.ingest(["jiutai"], plan).regions[0].figures == 1
    else:
        with pytest.raises(DataError, match="与分子÷分母不符"):
            store.ingest(["jiutai"], plan)


def test_changed_raw_file_is_seen_at_once(plan: Plan, data: Path, write: Write) -> None:
    write(*GOOD)
    assert store.load_observations(plan, "jiutai", 2025)["value"].tolist() == [28.6, 91.2]
    write(*GOOD[1:])
    assert store.load_observations(plan, "jiutai", 2025)["value"].tolist() == [91.2]
    shutil.rmtree(data / "raw" / "jiutai")
    assert store.load_observations(plan, "jiutai", 2025).empty


def test_changed_plan_is_seen_at_once(plan: Plan, params: Path, write: Write) -> None:
    from halfsky.plan import load_plan

    write(*GOOD)
    assert len(store.load_observations(plan, "jiutai", 2025)) == 2
    path = params / "plan" / "jiutai_2021_2030" / "health.yaml"
    text = path.read_text(encoding="utf-8").replace("unit: 1/10万", "unit: ‰")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="应为“‰”"):
        store.load_observations(load_plan(), "jiutai", 2025)


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "observations.parquet").write_bytes(b"PAR1"),
        lambda folder: (folder / "observations.parquet").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{", encoding="utf-8"),
        lambda folder: (folder / "manifest.json").unlink(),
    ],
    ids=["half a file", "no file", "half a manifest", "no manifest"],
)
def test_damaged_results_are_rebuilt(damage: object, plan: Plan, data: Path, write: Write) -> None:
    write(*GOOD)
    store.ingest(["jiutai"], plan)
    folder = data / "processed" / "jiutai"
    before = digest(folder)
    damage(folder)  # type: ignore[operator]
    assert len(store.load_observations(plan, "jiutai", 2025)) == 2
    assert digest(folder) == before


def test_wrong_file_leaves_earlier_results_when_loading(
    plan: Plan, data: Path, write: Write
) -> None:
    write(*GOOD)
    store.ingest(["jiutai"], plan)
    before = digest(data / "processed")
    write(GOOD[0].replace("28.6", "很低"))
    with pytest.raises(DataError):
        store.load_observations(plan, "jiutai", 2025)
    assert digest(data / "processed") == before


def test_two_processes_load_while_a_third_changes_the_file(
    plan: Plan, data: Path, params: Path, write: Write
) -> None:
    """Every load sees one version or the other, whole, whoever is writing."""
    script = textwrap.dedent(
        """
        import sys, time
        from halfsky import data
        from halfsky.plan import load_plan
        plan = load_plan()
        # Until both versions were met and a few more loads, however slow the machine.
        until, seen, loads = time.monotonic() + 120, set(), 0
        while time.monotonic() < until and not (len(seen) == 2 and loads >= 12):
            frame = data.load_observations(plan, "jiutai", 2025)
            seen.add(tuple(frame["value"]))
            loads += 1
        assert seen <= {(28.6, 91.2), (91.2,)}, seen
        print(len(seen))
        """
    )
    path = write(*GOOD)
    both = path.read_bytes()
    one = both.replace(GOOD[0].encode() + b"\n", b"")
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=REPO,
        )
        for _ in range(2)
    ]
    turn = 0
    while any(reader.poll() is None for reader in readers):
        turn += 1
        others = path.with_suffix(".new")
        others.write_bytes(one if turn % 2 else both)
        os.replace(others, path)
        try:
            readers[0].wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
    for reader in readers:
        out, err = reader.communicate()
        assert reader.returncode == 0, err
        assert out.strip() == "2"  # both versions were met
    assert not [p for p in (data / "processed" / "jiutai").iterdir() if p.name.startswith(".")]


def test_input_hashes(plan: Plan, data: Path, write: Write) -> None:
    path = write(*GOOD)
    write(*GOOD, region="CN")
    assert store.input_hashes(["jiutai", "jilin"]) == {
        "raw/jiutai/observations.csv": hashlib.sha256(path.read_bytes()).hexdigest()
    }


def test_office_lock_files_and_papers_are_passed_over(plan: Plan, data: Path, write: Write) -> None:
    write(*GOOD)
    for name in ("~$填报表.xlsx", ".hidden.csv", "证明.pdf", "README.md"):
        (data / "raw" / "jiutai" / name).write_bytes(b"x")
    assert [p.name for p in raw_files("jiutai")] == ["observations.csv"]
    assert store.ingest(["jiutai"], plan).regions[0].figures == 2


def test_folder_that_cannot_be_written_still_yields_figures(
    plan: Plan, data: Path, write: Write
) -> None:
    write(*GOOD)
    (data / "processed").write_text("a file where the folder should be", encoding="utf-8")
    assert len(store.load_observations(plan, "jiutai", 2025)) == 2
    with pytest.raises(DataError, match="data/processed：结果写不进去"):
        store.ingest(["jiutai"], plan)


class TestSeveralFiles:
    """What one file says again, adds to, corrects or contradicts."""

    def test_the_same_again_is_kept_once(self, plan: Plan, write: Write) -> None:
        write(*GOOD)
        write(*GOOD, name="observations_2024.csv")
        report = store.ingest(["jiutai"], plan).regions[0]
        assert (report.figures, report.repeated) == (2, 2)

    def test_another_value_is_a_problem(self, plan: Plan, write: Write) -> None:
        write(GOOD[1])
        write(GOOD[1].replace("91.2", "93.0"), name="observations_2024.csv")
        with pytest.raises(DataError) as caught:
            store.ingest(["jiutai"], plan)
        (problem,) = caught.value.problems
        assert problem.file == "data/raw/jiutai/observations_2024.csv"
        assert (problem.row, problem.column, problem.value) == (2, "value", "93.0")
        assert "与data/raw/jiutai/observations.csv 第2行重复" in problem.what
        assert "备注请以“更正”开头" in problem.hint

    def test_a_correction_says_so(self, plan: Plan, write: Write) -> None:
        write(GOOD[1])
        write(
            GOOD[1].replace("91.2", "93.0") + "更正：原报91.2漏计一院",
            name="observations_2024.csv",
        )
        report = store.ingest(["jiutai"], plan)
        assert len(report.regions[0].corrections) == 1
        assert "observations_2024.csv 第2行" in str(report)
        frame = store.load_observations(plan, "jiutai", 2025)
        assert frame["value"].tolist() == [93.0]
        assert frame["note"].tolist() == ["更正：原报91.2漏计一院"]

    def test_counts_may_be_added_later(self, plan: Plan, write: Write) -> None:
        write(GOOD[1])
        write(GOOD[1].replace("%,,,", "%,912,1000,"), name="observations_2024.csv")
        store.ingest(["jiutai"], plan)
        frame = store.load_observations(plan, "jiutai", 2025)
        assert frame[["value", "numerator"]].values.tolist() == [[91.2, 912.0]]

    def test_a_note_may_be_added_later(self, plan: Plan, write: Write) -> None:
        write(GOOD[1])
        write(GOOD[1] + "含外来人口", name="observations_2024.csv")
        store.ingest(["jiutai"], plan)
        frame = store.load_observations(plan, "jiutai", 2025)
        assert frame[["value", "note"]].values.tolist() == [[91.2, "含外来人口"]]


class TestReturns:
    """halfsky ingest --from FILE."""

    @pytest.fixture
    def returned(self, tmp_path: Path) -> Path:
        path = tmp_path / "桌面" / "卫健局 2024.csv"
        path.parent.mkdir()
        path.write_text("\n".join([HEADER, *GOOD]) + "\n", encoding="gb18030")
        return path

    def test_is_kept_unchanged_as_a_new_file(self, plan: Plan, data: Path, returned: Path) -> None:
        report = store.ingest(["jiutai"], plan, files=[returned])
        kept = data / "raw" / "jiutai" / "returns" / "0001_卫健局_2024.csv"
        assert kept.read_bytes() == returned.read_bytes()
        assert report.stored == ("data/raw/jiutai/returns/0001_卫健局_2024.csv",)
        assert len(store.load_observations(plan, "jiutai", 2025)) == 2

    def test_region_is_read_from_the_rows(self, plan: Plan, data: Path, returned: Path) -> None:
        store.ingest(None, plan, files=[returned])
        assert (data / "raw" / "jiutai" / "returns").is_dir()

    def test_twice_the_same_file_is_kept_once(self, plan: Plan, data: Path, returned: Path) -> None:
        store.ingest(["jiutai"], plan, files=[returned])
        report = store.ingest(["jiutai"], plan, files=[returned, returned])
        assert report.stored == ()
        assert len(report.already_stored) == 2
        assert len(list((data / "raw" / "jiutai" / "returns").iterdir())) == 1

    def test_numbers_go_on_and_nothing_is_overwritten(
        self, plan: Plan, data: Path, returned: Path
    ) -> None:
        store.ingest(["jiutai"], plan, files=[returned])
        returned.write_text(
            "\n".join([HEADER, GOOD[0].replace("2023", "2024")]) + "\n", encoding="utf-8"
        )
        store.ingest(["jiutai"], plan, files=[returned])
        names = sorted(p.name for p in (data / "raw" / "jiutai" / "returns").iterdir())
        assert names == ["0001_卫健局_2024.csv", "0002_卫健局_2024.csv"]
        assert store.load_observations(plan, "jiutai", 2025)["year"].tolist() == [2023, 2024, 2023]

    def test_wrong_return_is_not_kept(self, plan: Plan, data: Path, returned: Path) -> None:
        text = returned.read_text(encoding="gb18030").replace("91.2", "912")
        returned.write_text(text, encoding="gb18030")
        with pytest.raises(DataError) as caught:
            store.ingest(["jiutai"], plan, files=[returned])
        (problem,) = caught.value.problems
        assert problem.file.endswith("桌面/卫健局 2024.csv")
        assert problem.row == 3
        assert list(data.rglob("*.*")) == []

    def test_return_of_another_region(self, plan: Plan, data: Path, returned: Path) -> None:
        with pytest.raises(DataError, match="与所在文件夹的地区“CN”不一致"):
            store.ingest(["CN"], plan, files=[returned])

    def test_no_telling_the_region(self, plan: Plan, data: Path, tmp_path: Path) -> None:
        path = tmp_path / "x.csv"
        path.write_text(HEADER + "\n", encoding="utf-8")
        with pytest.raises(DataError, match="请写明 --region"):
            store.ingest(None, plan, files=[path])

    def test_missing_file(self, plan: Plan, data: Path, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="文件打不开"):
            store.ingest(["jiutai"], plan, files=[tmp_path / "没有.xlsx"])
