"""Readings are kept in groups: one commit a group, and whatever ends the run, the store is whole."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from embed.exceptions import DiskFull
from embed.index import Store
from embed.index.readings import Failure, Packed, Readings
from embed.index.verify import verify
from embed.index.writer import StoreWriter
from embed.pipeline import Stage, index_files
from embed.pipeline.keeping import KeptTogether
from embed.pipeline.scanning import Job, scan
from tests.helpers.stores import HashEncoder

GOLD = Path(__file__).parent.parent.parent / "gold" / "dev"
FAILED = (Failure("a.txt", "empty", "empty"),)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "store", create=True)


@pytest.fixture
def writer(store: Store) -> Iterator[StoreWriter]:
    with store.writer() as held:
        yield held


@pytest.fixture
def commits(writer: StoreWriter) -> list[str]:
    seen: list[str] = []
    writer.catalog._db.set_trace_callback(lambda text: seen.append(text) if text == "COMMIT" else None)
    return seen


def keys(count: int) -> list[str]:
    return [f"k{number:03d}" for number in range(count)]


def interrupted(readings: Readings, names: list[str]) -> None:
    with KeptTogether(readings) as kept:
        for key in names:
            kept.keep(key, FAILED)
        raise KeyboardInterrupt


def test_sixteen_files_are_kept_in_one_commit_and_the_rest_at_the_end(writer: StoreWriter, commits: list[str]) -> None:
    with KeptTogether(writer.readings, clock=lambda: 0.0) as kept:
        for key in keys(40):
            kept.keep(key, FAILED)
        assert len(commits) == 2

    assert len(commits) == 3
    assert writer.readings.known_scans(keys(40)) == set(keys(40))


def test_a_file_waits_no_longer_than_a_second_for_the_next_ones(writer: StoreWriter, commits: list[str]) -> None:
    times = iter([10.0, 10.5, 11.0, 11.2])
    with KeptTogether(writer.readings, clock=lambda: next(times)) as kept:
        for key in keys(4):
            kept.keep(key, FAILED)
        assert writer.readings.known_scans(keys(4)) == set(keys(3))

    assert len(commits) == 2


def test_an_archive_of_many_documents_fills_a_group_alone(writer: StoreWriter, commits: list[str]) -> None:
    with KeptTogether(writer.readings, clock=lambda: 0.0) as kept:
        kept.keep("k", FAILED * 64)
        assert len(commits) == 1


def test_an_interrupted_run_keeps_what_was_read(writer: StoreWriter) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupted(writer.readings, keys(5))

    assert writer.readings.known_scans(keys(5)) == set(keys(5))


def test_an_error_under_way_is_not_hidden_by_a_disk_that_is_full(
    writer: StoreWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(readings: Readings, scans: object) -> None:
        raise DiskFull("the disk is full")

    monkeypatch.setattr(Readings, "keep_scans", full)
    with pytest.raises(KeyboardInterrupt):
        interrupted(writer.readings, keys(1))
    with pytest.raises(DiskFull), KeptTogether(writer.readings) as kept:
        kept.keep("k", FAILED)


def test_a_report_packed_by_the_reading_process_is_kept_as_if_it_had_been_packed_here(writer: StoreWriter) -> None:
    job = Job(str(GOLD / "r03.txt"), str(GOLD / "r03.txt"))
    plain, packed = scan(job), scan(job, pack=True)

    writer.readings.keep_scans([("plain", plain.results), ("packed", packed.results)])

    assert [type(r) for r in packed.results] == [Packed]
    assert plain.texts == packed.texts
    held = [writer.readings.scan(key)[0]["reading"] for key in ("plain", "packed")]
    assert writer.readings.reading(held[0]) == writer.readings.reading(held[1]) == plain.results[0]
    columns = [ready.pack() for ready in writer.readings.prepared(held)]
    assert columns[0] == columns[1]


def test_a_kill_costs_at_most_the_readings_of_one_group(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("embed.pipeline.keeping._SECONDS", 1e9)
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:02d}.txt").write_text(f"第{number}份报告。\n开展普法宣传{number}次。", encoding="utf-8")

    def die_at_the_last(stage: Stage) -> None:
        if (stage.name, stage.done) == ("read", 20):
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            index_files(store, [folder], HashEncoder(), progress=die_at_the_last)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL

    assert list(verify(store)) == []
    outcome = index_files(store, [folder], HashEncoder())
    assert (outcome.unchanged, outcome.read, outcome.reports) == (16, 4, 20)
