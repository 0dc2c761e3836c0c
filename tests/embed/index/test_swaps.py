"""Generations change under readers: nothing fails, nothing is mixed, nothing leaks."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from embed.exceptions import StoreLocked
from embed.index import Store
from embed.structure.report import Role
from tests.helpers.stores import HashEncoder, make_report, make_store

SWAPS = 50
TOPICS = ("调解矛盾纠纷", "普法宣传教育", "执法监督检查", "政务信息公开", "复议应诉工作")


def marked(number: int) -> list[object]:
    """Five reports whose every text names the generation that they belong to."""
    return [make_report(f"{n}.txt", [(Role.MEASURE, f"{t}第{number}版")]) for n, t in enumerate(TOPICS)]


def test_fifty_swaps_under_searches_fail_no_request_and_mix_no_answer(tmp_path: Path) -> None:
    store = make_store(tmp_path / "s", marked(1))  # type: ignore[arg-type]
    reader, stop = Store.open(tmp_path / "s"), threading.Event()
    errors: list[BaseException] = []
    seen: list[int] = []

    def search() -> None:
        try:
            while not stop.is_set():
                with reader.current() as generation:
                    found = generation.search(generation.vectors[:2], 5)
                    texts = [generation.text_of(int(row)) for row in found.rows.ravel()]
                    words = generation.lexical.top(["调解"], 5).rows[0]
                    assert {t.rpartition("第")[2] for t in texts} == {f"{generation.number}版"}
                    assert (words >= 0).sum() == 1
                    seen.append(generation.number)
                time.sleep(0.005)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(2, SWAPS + 2):
        store.add(marked(number), HashEncoder())  # type: ignore[arg-type]
    stop.set()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(set(seen)) > 5
    assert all(earlier <= later + 2 for earlier, later in pairwise(seen))
    assert store.generations() == [SWAPS, SWAPS + 1]


def test_a_hundred_reloads_leave_no_file_no_map_and_no_folder_open(tmp_path: Path) -> None:
    store = make_store(tmp_path / "s", marked(1))  # type: ignore[arg-type]
    reader = Store.open(tmp_path / "s")

    def held() -> tuple[int, int]:
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
        return sum(1 for _ in Path("/proc/self/fd").iterdir()), maps.count(str(tmp_path))

    with reader.current() as generation:
        generation.search(generation.vectors, 3)
    del generation
    before = held()
    for number in range(100):
        if number % 5 == 0:
            store.add([make_report(f"n{number}.txt", [(Role.PLAN, f"下一步{number}")])], HashEncoder())
        with reader.current() as generation:
            generation.search(generation.vectors, 3)
            generation.passages_at([0])
    del generation

    assert held() == before


def test_a_second_writer_is_told_who_holds_the_lock_and_may_wait(tmp_path: Path) -> None:
    store = make_store(tmp_path / "s", marked(1))  # type: ignore[arg-type]

    with store.writer(), pytest.raises(StoreLocked, match=f"process {os.getpid()} on "):
        store.add(marked(2), HashEncoder())  # type: ignore[arg-type]
    with store.writer():
        other = threading.Thread(target=lambda: Store.open(tmp_path / "s").writer(wait=5).__enter__().close())
        other.start()
        time.sleep(0.2)
        assert other.is_alive()
    other.join(timeout=5)
    assert not other.is_alive()


def test_the_lock_of_a_killed_writer_is_taken_over_and_its_holder_named(tmp_path: Path) -> None:
    store = make_store(tmp_path / "s", marked(1))  # type: ignore[arg-type]
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom embed.index import Store\n"
        "with Store.open(Path(sys.argv[1])).writer():\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "s")], cwd=Path(__file__).parents[3])
    assert killed.wait() == -9

    with store.writer() as writer:
        assert writer.took_over is not None
        assert writer.took_over["pid"] == killed.pid
