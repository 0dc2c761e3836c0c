"""Jobs outlive what should not end them, and say so when they did not."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from embed.exceptions import QueryError
from service.api.jobs import JobKind, Jobs, JobState
from service.api.ledger import Ledger
from service.settings import Settings


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path)


def jobs_of(ledger: Ledger, tmp_path: Path) -> Jobs:
    return Jobs(ledger, replace(Settings.read(environment={}), store=tmp_path))


def ended_process() -> int:
    done = subprocess.Popen([sys.executable, "-c", "pass"])
    done.wait()
    return done.pid


def put(ledger: Ledger, name: str, state: str, owner: int | None, pid: int | None) -> None:
    with ledger.write() as connection:
        connection.execute(
            "INSERT INTO jobs (id, kind, state, who, input, created, owner, pid)"
            " VALUES (?, 'reindex', ?, 'x', '{}', '', ?, ?)",
            (name, state, owner, pid),
        )


def test_jobs_of_a_killed_server_have_failed_and_others_go_on(ledger: Ledger, tmp_path: Path) -> None:
    dead, alive = ended_process(), os.getpid()
    put(ledger, "queued-dead", "queued", dead, None)
    put(ledger, "running-dead", "running", dead, dead)
    put(ledger, "running-orphan", "running", dead, alive)
    put(ledger, "queued-alive", "queued", alive, None)
    put(ledger, "done", "done", dead, dead)
    jobs = jobs_of(ledger, tmp_path)

    states = {job.id: str(job.state) for job in jobs.all()}
    assert states == {
        "queued-dead": "failed",
        "running-dead": "failed",
        "running-orphan": "running",
        "queued-alive": "queued",
        "done": "done",
    }
    assert "start it again" in jobs.get("queued-dead").message


def test_a_job_that_cannot_be_done_says_why(ledger: Ledger, tmp_path: Path) -> None:
    jobs = jobs_of(ledger, tmp_path)
    job = jobs.start(JobKind.REINDEX, {}, who="x")
    while not jobs.get(job.id).state.is_final:
        pass

    ended = jobs.get(job.id)
    assert ended.state is JobState.FAILED
    assert ended.finished is not None


def test_a_cancelled_job_that_waits_never_starts(ledger: Ledger, tmp_path: Path) -> None:
    jobs = jobs_of(ledger, tmp_path)
    with jobs._turn:
        job = jobs.start(JobKind.REINDEX, {}, who="x")
        assert jobs.cancel(job.id).state is JobState.CANCELLED

    assert jobs.get(job.id).started is None
    assert jobs.cancel(job.id).state is JobState.CANCELLED


def test_a_job_whose_folder_was_tidied_away_lists_no_files(ledger: Ledger, tmp_path: Path) -> None:
    put(ledger, "j1", "done", None, None)

    assert jobs_of(ledger, tmp_path).get("j1").files == ()


def test_only_names_that_a_job_lists_are_files_of_it(ledger: Ledger, tmp_path: Path) -> None:
    put(ledger, "j1", "done", None, None)
    jobs = jobs_of(ledger, tmp_path)
    out = jobs.folder("j1") / "out"
    out.mkdir(parents=True)
    (out / "report.html").write_text("x")
    (jobs.folder("j1") / "log.txt").write_text("secret")

    assert jobs.get("j1").files == ("report.html",)
    assert jobs.file("j1", "report.html").read_text() == "x"
    for name in ("../log.txt", "log.txt", "/etc/passwd", ""):
        with pytest.raises(QueryError):
            jobs.file("j1", name)
    with pytest.raises(QueryError, match="no job"):
        jobs.get("j2")
