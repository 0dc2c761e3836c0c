from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from embed.exceptions import DiskFull, ModelError
from embed.models.locks import build_once

START = multiprocessing.get_context("spawn")


def write_slowly(part: Path) -> None:
    (part / "first").write_text("1")
    time.sleep(0.3)
    (part / "second").write_text("2")


def write_forever(part: Path) -> None:
    (part / "first").write_text("1")
    time.sleep(60)


def build_in_process(folder: str, log: str) -> None:
    built = build_once(Path(folder), write_slowly)
    with Path(log).open("a") as file:
        file.write(f"{built}\n")


def build_forever(folder: str) -> None:
    build_once(Path(folder), write_forever)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_two_processes_build_one_folder_and_both_find_it_whole(tmp_path: Path) -> None:
    folder, log = tmp_path / "models" / "m", tmp_path / "log"
    processes = [START.Process(target=build_in_process, args=(str(folder), str(log))) for _ in range(2)]

    for process in processes:
        process.start()
    for process in processes:
        process.join(30)

    assert [process.exitcode for process in processes] == [0, 0]
    assert sorted(log.read_text().split()) == ["False", "True"]
    assert names(folder) == ["first", "second"]


def test_a_killed_build_leaves_no_folder_and_the_next_one_cleans_up(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    process = START.Process(target=build_forever, args=(str(folder),))
    process.start()
    until = time.monotonic() + 30
    while not list(tmp_path.glob(".m.part-*/first")) and time.monotonic() < until:
        time.sleep(0.02)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)
    assert not folder.exists()
    assert list(tmp_path.glob(".m.part-*"))

    assert build_once(folder, write_slowly)

    assert names(folder) == ["first", "second"]
    assert not list(tmp_path.glob(".m.part-*"))


def test_a_folder_that_exists_is_not_built_again(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()

    assert not build_once(tmp_path / "m", write_forever)


def test_a_full_disk_is_said_in_words_and_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(part: Path) -> None:
        (part / "first").write_text("1")
        raise OSError(errno.ENOSPC, "No space left on device", str(part / "second"))

    with pytest.raises(DiskFull) as caught:
        build_once(tmp_path / "m", fail)

    assert "--cache" in (caught.value.hint or "")
    assert not (tmp_path / "m").exists()
    assert not list(tmp_path.glob(".m.part-*"))


def test_a_build_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(part: Path) -> None:
        (part / "first").write_text("1")
        raise KeyError("x")

    with pytest.raises(KeyError):
        build_once(tmp_path / "m", fail)

    assert not (tmp_path / "m").exists()
    assert not list(tmp_path.glob(".m.part-*"))


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ModelError, match="cannot be built"):
        build_once(tmp_path / "file" / "m", write_slowly)
