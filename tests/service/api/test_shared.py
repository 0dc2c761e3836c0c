"""Processes of one server count requests together and share out connections."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from service.api.keys import KeyBook, Scope
from service.api.ledger import Ledger
from service.api.limits import RateLimits
from service.api.shared import COLD, Loads, SharedTable, job_environment, share_cores
from tests.service.api.conftest import ROOT, start_server, stop_server, wait_until_ready

COUNT = """
import sys
import time
from pathlib import Path
from service.api.limits import RateLimits
limits = RateLimits(60, Path(sys.argv[1]))
print(sum(limits.wait("k", at=5.0) == 0.0 for _ in range(200)))
"""


def count(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", COUNT, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_serving_processes_share_the_cores_and_jobs_get_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.api.shared.cores_given", lambda: 6)
    monkeypatch.setattr(os, "environ", {"PATH": "/bin"})

    share_cores(4)
    assert os.environ["OMP_NUM_THREADS"] == "1"
    assert job_environment() == {"PATH": "/bin"}

    monkeypatch.setattr(os, "environ", {"PATH": "/bin"})
    share_cores(2)
    assert os.environ["OMP_NUM_THREADS"] == "3"


def test_a_number_of_threads_that_somebody_set_stays_for_jobs_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"OMP_NUM_THREADS": "5"})

    share_cores(2)

    assert os.environ == {"OMP_NUM_THREADS": "5"}
    assert job_environment() == {"OMP_NUM_THREADS": "5"}


def test_processes_that_count_at_once_give_a_key_its_limit_once(tmp_path: Path) -> None:
    counting = [count(tmp_path / "limits") for _ in range(3)]

    assert sum(int(process.communicate(timeout=30)[0]) for process in counting) == 30


def test_a_process_that_starts_anew_goes_on_counting(tmp_path: Path) -> None:
    first = RateLimits(60, tmp_path / "limits")
    assert [first.wait("k", at=5.0) for _ in range(30)] == [0.0] * 30
    first.close()

    again = RateLimits(60, tmp_path / "limits")
    assert again.wait("k", at=5.0) == pytest.approx(1.0)
    assert again.wait("another", at=5.0) == 0.0


def test_a_clock_that_was_read_earlier_gives_nothing_and_takes_nothing(tmp_path: Path) -> None:
    limits = RateLimits(2, None)
    assert limits.wait("k", at=100.0) == 0.0
    assert limits.wait("k", at=90.0) == pytest.approx(30.0)
    assert limits.wait("k", at=120.0) == 0.0


def test_many_callers_never_grow_the_table(tmp_path: Path) -> None:
    limits = RateLimits(60, tmp_path / "limits")
    size = (tmp_path / "limits").stat().st_size
    for number in range(30_000):
        assert limits.wait(f"address {number}", at=1.0) == 0.0
    assert (tmp_path / "limits").stat().st_size == size


def test_a_table_is_the_same_bytes_for_everybody_with_its_file(tmp_path: Path) -> None:
    one, other = SharedTable(tmp_path / "t", 64), SharedTable(tmp_path / "t", 64)
    with one.locked():
        one.bytes[3:5] = b"ab"
    assert other.bytes[:8] == b"\x00\x00\x00ab\x00\x00\x00"


def test_a_process_is_ahead_by_what_it_has_more_than_the_least_busy_one(tmp_path: Path) -> None:
    alone = Loads(tmp_path / "loads")
    assert alone.ahead() == 0
    alone.ready()
    other = Loads(tmp_path / "loads")
    other._place = 1  # both live in this process here, which would take its own slot twice
    other._note()
    assert (alone.ahead(), other.ahead()) == (0, COLD)  # one that is not ready leaves connections to the others
    other.ready()
    alone.add(3)
    other.add(1)
    assert (alone.ahead(), other.ahead()) == (2, 0)
    alone.add(-3)
    assert (alone.ahead(), other.ahead()) == (0, 1)
    other.close()
    assert alone.ahead() == 0


def test_the_slot_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from service.api.shared import Loads; Loads(Path(sys.argv[1])).add(9)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "loads")], cwd=ROOT, check=True)
    loads = Loads(tmp_path / "loads")
    loads.ready()
    assert loads._place == 0
    loads.add(5)
    assert loads.ahead() == 0
    assert int.from_bytes(loads._table.bytes[:8], sys.byteorder) == os.getpid()


@pytest.mark.model
def test_two_serving_processes_share_connections_and_limit_a_key_together(seed_store: Path, tmp_path: Path) -> None:
    shutil.copytree(seed_store, tmp_path / "store")
    _, secret = KeyBook(Ledger(tmp_path / "store")).create("caller", Scope.READ)
    running = start_server(tmp_path / "store", tmp_path, "--workers", "2", rate_limit=60)
    clients: list[httpx.Client] = []
    try:
        for _ in range(60):  # a process that is not ready yet leaves every connection to the other
            clients = [running.client(headers={"authorization": f"Bearer {secret}"}) for _ in range(8)]
            for client in clients:
                wait_until_ready(client)
            loads = _loads(running.process.pid)
            if len(loads) == 2:
                break
            for client in clients:
                client.close()
            time.sleep(0.5)
        began = time.monotonic()
        answered = [client.get("/v1/models").status_code for _ in range(10) for client in clients]

        # Left to the kernel one process gets them all; a process kept waiting by the machine may take one too many.
        assert (len(loads), sum(loads)) == (2, 8)
        assert min(loads) >= 2
        refilled = time.monotonic() - began  # one a second
        assert 30 <= answered.count(200) <= 31 + refilled
        assert set(answered) == {200, 429}
    finally:
        for client in clients:
            client.close()
        stop_server(running)


@pytest.mark.model
def test_serving_processes_that_start_at_once_make_a_new_store_together(tmp_path: Path) -> None:
    running = start_server(tmp_path / "new", tmp_path, "--workers", "4")
    try:
        end = time.monotonic() + 60
        while (log := running.log.read_text()).count("Application startup complete") < 4:
            assert running.process.poll() is None, log
            assert time.monotonic() < end, log
            time.sleep(0.1)
        with running.client() as client:
            assert client.get("/healthz").status_code == 200
    finally:
        ended = stop_server(running)

    assert ended == 0
    assert "Error" not in running.log.read_text()


def _loads(process: int) -> list[int]:
    """Open connections of each serving process below this one, as the kernel counts them."""
    counts = []
    for child in Path(f"/proc/{process}/task/{process}/children").read_text().split():
        sockets = {str(link.readlink()) for link in Path(f"/proc/{child}/fd").iterdir()}
        lines = Path(f"/proc/{child}/net/tcp").read_text().splitlines()[1:]
        established = {f"socket:[{line.split()[9]}]" for line in lines if line.split()[3] == "01"}
        counts.append(len(sockets & established))
    return [count for count in counts if count]
