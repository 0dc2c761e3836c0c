"""Several processes at once on one new folder: all of them get the same whole store."""

from __future__ import annotations

import os
import sqlite3
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from embed.exceptions import StoreMissing
from embed.index import Store
from embed.index.catalog import MIGRATIONS, Catalog
from embed.structure.report import Role
from tests.helpers.stores import HashEncoder, make_report

PROCESSES = 5


def at_once(work: Callable[[int], None]) -> list[int]:
    """Run `work` in several processes that begin together; their exit codes."""
    waiting, starting = os.pipe()
    children = []
    for number in range(PROCESSES):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                os.close(starting)
                os.read(waiting, 1)
                work(number)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        children.append(child)
    os.close(waiting)
    os.close(starting)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def test_processes_that_make_one_store_at_once_all_open_it(tmp_path: Path) -> None:
    for turn in range(4):
        path = tmp_path / str(turn)

        def make(number: int, path: Path = path) -> None:
            Store.open(path, create=True).current_number()

        assert at_once(make) == [0] * PROCESSES
        kept = {p.name for p in path.iterdir() if not p.name.startswith("catalog.sqlite-")}
        assert kept == {"CURRENT", "catalog.sqlite", "generations", "vectors"}


def test_nothing_is_lost_when_two_processes_make_one_store_and_write_to_it(tmp_path: Path) -> None:
    def add(number: int) -> None:
        if number < 2:
            report = make_report(f"{number}.txt", [(Role.MEASURE, f"第{number}项举措")])
            with Store.open(tmp_path / "s", create=True).writer(wait=60.0) as writer:
                writer.add([report], HashEncoder())

    assert at_once(add) == [0] * PROCESSES

    with Store.open(tmp_path / "s").current() as generation:
        assert len(generation.reports) == 2


def test_processes_that_bring_one_old_catalog_up_to_date_at_once_all_succeed(tmp_path: Path) -> None:
    for turn in range(4):
        path = tmp_path / f"{turn}.sqlite"
        old = sqlite3.connect(path, isolation_level=None)
        MIGRATIONS[0](old)
        old.execute("PRAGMA user_version = 1")
        old.close()

        assert at_once(lambda number, path=path: Catalog(path).close()) == [0] * PROCESSES  # type: ignore[misc]
        assert Catalog(path).run("PRAGMA user_version") == [(len(MIGRATIONS),)]


def test_a_store_whose_making_was_cut_off_is_made_to_its_end(tmp_path: Path) -> None:
    for name in ("generations", "vectors"):
        (tmp_path / name).mkdir()
    (tmp_path / ".CURRENT.4711").write_bytes(b"0")

    Store.open(tmp_path, create=True).add([make_report("a.txt", [(Role.MEASURE, "普法宣传")])], HashEncoder())

    assert Store.open(tmp_path).current_number() == 1


@pytest.mark.parametrize("inside", [".", "store"])
def test_a_file_in_the_place_of_the_store_is_refused(tmp_path: Path, inside: str) -> None:
    (tmp_path / "file").write_bytes(b"x")

    with pytest.raises(StoreMissing, match="is a file, not a store"):
        Store.open(tmp_path / "file" / inside, create=True)
