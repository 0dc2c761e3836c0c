"""What somebody sees who uses the commands for the first time, or wrongly: never nothing, never a traceback."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from service.cli.main import main

Call = Callable[..., tuple[int, str, str]]


def test_a_folder_without_reports_is_said_to_be_one_and_no_next_step_is_named(call: Call, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    code, out, err = call("index", str(tmp_path / "empty"))

    assert (code, err) == (0, "没有找到可读的文件 · there is no file to read\n")
    assert "next:" not in out


def test_a_model_that_is_not_in_the_list_is_refused_before_anything_is_made(
    call: Call, folder: Path, tmp_path: Path
) -> None:
    code, _, err = call("index", str(folder), "--model", "nope")

    assert code == 6
    assert "models.txt has no model called 'nope'" in err
    assert not (tmp_path / "store").exists()


def test_another_model_that_was_not_needed_is_not_passed_over_in_silence(call: Call, folder: Path) -> None:
    call("index", str(folder))

    code, _, err = call("index", str(folder), "--model", "static-e5-small")

    assert code == 0
    assert "the store holds vectors of multilingual-e5-small" in err
    assert "bijian reindex --model static-e5-small" in err


def test_files_of_a_manifest_that_are_not_there_are_named(call: Call, folder: Path, tmp_path: Path) -> None:
    lines = ["file,year", f"{folder / '大英县.txt'},2018", "in/蓬溪县.txt,2018", "大英现.txt,2018", "b.txt,2019"]
    (tmp_path / "facts.csv").write_text("\n".join(lines), encoding="utf-8")

    code, _, err = call("index", str(folder), "--manifest", str(tmp_path / "facts.csv"))

    assert code == 0
    assert err == "清单中 2 个文件不存在 · 2 files of the manifest are not there: 大英现.txt …\n"


@pytest.mark.parametrize("name", ["similar", "compare", "reuse", "check", "distinctive"])
def test_no_option_is_offered_that_changes_nothing(call: Call, name: str) -> None:
    code, _, err = call(name, "--lang", "en")

    assert code == 2
    assert "No such option" in err


def test_jobs_stand_on_one_line_each_within_eighty_columns(call: Call, folder: Path) -> None:
    call("index", str(folder))

    lines = call("store", "jobs")[1].splitlines()

    assert len(lines) == 2
    assert lines[1].count("Z ") == 2
    assert max(map(cell_len, lines)) <= 80


def test_settings_are_shown_whole_within_eighty_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    main(["config"])
    out = capsys.readouterr().out

    assert "…" not in out
    assert max(map(cell_len, out.splitlines())) <= 80


def test_the_first_clustering_has_nothing_to_be_compared_with(call: Call, folder: Path) -> None:
    call("index", str(folder))
    call("clusters")

    assert call("clusters", "diff")[1] == "还没有更早的聚类可比 · there is no earlier clustering to compare with\n"


def test_roles_are_named_for_people_and_an_empty_one_has_no_table(call: Call, folder: Path) -> None:
    call("index", str(folder))

    out = call("clusters", "--role", "plan", "--role", "cause")[1]

    assert "工作打算 · Plans\n  没有聚类 · no clusters" in out
    assert "问题原因 · Causes\n  没有聚类 · no clusters" in out
    assert "编号 id" not in out


def test_a_pin_and_its_end_are_told_apart(call: Call, folder: Path) -> None:
    call("index", str(folder))
    call("clusters")

    assert call("clusters", "pin", "M0001")[1].startswith("已固定 pinned: M0001 ")
    assert call("clusters", "unpin", "M0001")[1].startswith("不再固定 no longer pinned: M0001 ")


def test_a_cluster_report_of_no_report_is_said_to_be_empty(call: Call, folder: Path, tmp_path: Path) -> None:
    call("index", str(folder))

    code, _, err = call("report", "--out", str(tmp_path / "out"), "--format", "md", "--year", "1999")

    assert (code, err) == (0, "没有符合条件的报告，生成的是空报告 · no report fits: what was written is empty\n")


def test_years_that_run_backwards_are_refused(call: Call, tmp_path: Path) -> None:
    code, _, err = call("report", "--out", str(tmp_path / "out"), "--year", "2024-2021")

    assert code == 2
    assert "expected the earlier year first" in err


def test_no_copies_and_no_passages_are_said_without_an_empty_table(call: Call, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a.txt").write_text("安居区2024年法治政府建设年度报告\n开展普法宣传。", encoding="utf-8")
    call("index", str(tmp_path / "one"))
    (tmp_path / "draft.txt").write_text("。\n", encoding="utf-8")

    assert "┏" not in call("reuse")[1]
    assert "the draft holds no passage to compare" in call("check", str(tmp_path / "draft.txt"))[1]


@pytest.mark.parametrize("arguments", [("list",), ("audit",), ("revoke", "a"), ("rotate", "a")])
def test_looking_at_keys_makes_no_store(call: Call, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    code, _, err = call("keys", *arguments)

    assert code == 4
    assert "there is no store at" in err
    assert not (tmp_path / "store").exists()


def test_a_key_may_be_made_before_there_are_reports(call: Call) -> None:
    assert call("keys", "create", "平台")[0] == 0
    assert "平台" in call("keys", "list")[1]


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "service.cli.main", "serve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_server_that_cannot_start_says_why_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"x")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        busy = serve("--store", str(tmp_path / "store"), "--port", port)
    foreign = serve("--store", str(tmp_path), "--port", "0")

    assert (foreign.returncode, busy.returncode) == (4, 2)
    assert foreign.stderr == (
        f"bijian: 没有可用的存储 · {tmp_path} is a folder with other things in it.\n  → Name an empty or new folder.\n"
    )
    assert busy.stderr == (
        f"bijian: 设置有误 · 127.0.0.1:{port} cannot be bound: Address already in use.\n"
        "  → --port 0 takes any free port.\n"
    )
