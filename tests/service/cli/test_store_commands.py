"""The commands that fill and look after a store, as a person or a program calls them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from embed.index import Store

Call = Callable[..., tuple[int, str, str]]


def first_report(tmp_path: Path) -> str:
    with Store.open(tmp_path / "store").current() as generation:
        return generation.report_id(0)


def test_index_prints_what_was_done_and_shows_no_progress_where_nobody_watches(call: Call, folder: Path) -> None:
    code, out, err = call("index", str(folder))

    assert (code, err) == (0, "")
    assert "5（未变 unchanged 0，已读 read 5）" in out
    assert "版本 · generation  1" in out


def test_index_as_json_is_one_object(call: Call, folder: Path) -> None:
    _, out, _ = call("index", str(folder), "--format", "json")

    outcome = json.loads(out)
    assert (outcome["reports"], outcome["changed"], outcome["failures"]) == (5, True, [])


def test_failed_files_are_listed_with_their_reason_and_the_exit_code_is_three(call: Call, folder: Path) -> None:
    (folder / "empty.txt").write_bytes(b"")

    code, out, _ = call("index", str(folder), str(folder / "missing.txt"))

    assert code == 3
    assert "missing.txt: 没有这个文件 · there is no such file" in out
    assert "empty.txt: " in out


def test_a_pattern_is_matched_by_the_command_where_the_shell_did_not(call: Call, folder: Path) -> None:
    code, out, _ = call("index", str(folder / "*县.txt"), "--format", "json")

    assert code == 0
    assert json.loads(out)["reports"] == 2


def test_a_manifest_of_known_facts_wins(call: Call, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text(f"file,year\n{folder / '大英县.txt'},2018\n", encoding="utf-8")

    code, _, err = call("index", str(folder), "--manifest", str(tmp_path / "facts.csv"))

    assert (code, err) == (0, "")
    with Store.open(tmp_path / "store").current() as generation:
        years = {Path(r.file).name: r.metadata.year for r in map(generation.report_at, range(5))}
    assert years["大英县.txt"] == 2018


def test_corrections_are_listed_with_who_when_and_why(call: Call, folder: Path, tmp_path: Path) -> None:
    call("index", str(folder))
    report = first_report(tmp_path)

    code, out, _ = call("correct", report, "--region", "510904", "--who", "李某", "--why", "正文写明")
    _, listed, _ = call("correct", "--list")

    assert (code, out) == (0, "版本 · generation 2\n")
    assert f"{report}  region = 510904" in listed
    assert "李某  正文写明" in listed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--region", "999999"), "there is no division with the code '999999'"),
        (("--year", "24"), "a year such as 2024 was expected"),
        (("--level", "village"), "field 'level' cannot be 'village'"),
        (("--published", "soon"), "field 'published' cannot be 'soon'"),
        ((), "nothing to correct was given"),
    ],
)
def test_a_correction_without_meaning_is_refused(
    call: Call, folder: Path, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    call("index", str(folder))

    code, _, err = call("correct", first_report(tmp_path), *arguments)

    assert code == 2
    assert said in err


def test_a_removed_report_is_gone_from_the_export_until_it_is_taken_back(
    call: Call, folder: Path, tmp_path: Path
) -> None:
    call("index", str(folder))
    report = first_report(tmp_path)

    call("remove", report, "--why", "重复")
    call("export", "--out", str(tmp_path / "out"))
    without = (tmp_path / "out" / "reports.jsonl").read_text(encoding="utf-8")
    call("remove", report, "--undo")
    call("export", "--out", str(tmp_path / "out"))

    assert report not in without
    assert report in (tmp_path / "out" / "reports.jsonl").read_text(encoding="utf-8")
    assert call("remove", "r000000000000000")[0] == 2


def test_verify_names_a_flipped_byte_and_repair_mends_it(call: Call, folder: Path, tmp_path: Path) -> None:
    call("index", str(folder))
    path = tmp_path / "store" / "generations" / "1" / "texts.bin"
    data = bytearray(path.read_bytes())
    data[10] ^= 1
    path.write_bytes(data)

    found, said, _ = call("store", "verify")
    mended, _, _ = call("store", "verify", "--repair")

    assert (found, mended) == (4, 0)
    assert "✗ generations/1/texts.bin: its content is not what was written" in said
    assert call("store", "verify")[1] == "存储完好 · the store is whole\n"


def test_figures_jobs_compacting_and_going_back(call: Call, folder: Path, tmp_path: Path) -> None:
    call("index", str(folder))
    call("correct", first_report(tmp_path), "--year", "2020")

    figures = json.loads(call("store", "stats", "--format", "json")[1])
    jobs = json.loads(call("store", "jobs", "--format", "json")[1])
    back = call("store", "rollback")
    again = call("store", "rollback")
    compacted = call("store", "compact")

    assert (figures["generation"], figures["reports"], figures["index"]["kind"]) == (2, 5, "exact")
    assert [job["state"] for job in jobs] == ["done"]
    assert back[:2] == (0, "当前版本 · current generation 1\n")
    assert (again[0], "to go back to" in again[2]) == (4, True)
    assert compacted[0] == 0


def test_reindex_changes_the_model_and_index_then_refuses_the_old_one(call: Call, folder: Path) -> None:
    call("index", str(folder))

    code, out, _ = call("reindex", "--model", "other")
    (folder / "new.txt").write_text("开展仲裁工作的新报告。", encoding="utf-8")
    refused, _, err = call("index", str(folder))

    assert code == 0
    assert "generation  2" in out
    assert refused == 6
    assert "this store holds vectors of other" in err
