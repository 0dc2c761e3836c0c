"""Long work: each job is a process of its own, so that serving stays quick; the ledger holds its state."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from embed.exceptions import QueryError
from service.api.ledger import Ledger, now
from service.api.shared import is_alive, job_environment
from service.settings import Settings

__all__ = ["Job", "JobKind", "JobState", "Jobs"]

KEPT = 200  # finished jobs with their files


class JobKind(StrEnum):
    INDEX = "index"
    REINDEX = "reindex"
    RECLUSTER = "recluster"
    REPORT = "report"
    CORRECT = "correct"
    REMOVE = "remove"


class JobState(StrEnum):
    """`queued` and `running` go on; the others are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Job:
    """One job. `done` of `total` steps of `stage`; `result` when it is done; `files` that can be fetched."""

    id: str
    kind: JobKind
    state: JobState
    who: str
    created: str
    started: str | None = None
    finished: str | None = None
    stage: str = ""
    done: int = 0
    total: int = 0
    message: str = ""
    result: dict[str, Any] | None = None
    files: tuple[str, ...] = field(default=())


class Jobs:
    """The jobs of one store. One runs at a time in each serving process; the store's lock orders the writers."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._settings = settings
        self._home = settings.store / "service"
        self._turn = threading.Lock()
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._closing = False
        self._end_orphans()

    def folder(self, job: str) -> Path:
        """The job's own directory: `out/` with what it made, `log.txt`."""
        return self._home / "jobs" / job

    def start(self, kind: JobKind, given: dict[str, Any], *, who: str) -> Job:
        """Put a job in the queue; it starts at once when no other runs."""
        job = "j" + secrets.token_hex(8)
        (self.folder(job) / "out").mkdir(parents=True, exist_ok=True)
        text = json.dumps({**given, "who": who}, ensure_ascii=False)
        with self._ledger.write() as connection:
            connection.execute(
                "INSERT INTO jobs (id, kind, state, who, input, created, owner) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (job, kind.value, JobState.QUEUED.value, who, text, now(), os.getpid()),
            )
        threading.Thread(target=self._run, args=(job,), name=f"job-{job}", daemon=True).start()
        return self.get(job)

    def get(self, job: str) -> Job:
        """Raises QueryError when there is no such job."""
        row = self._ledger.row("SELECT * FROM jobs WHERE id = ?", (job,))
        if row is None:
            raise QueryError(f"no job has the id {job[:80]!r}")
        return self._job(row)

    def all(self, limit: int = 100) -> list[Job]:
        """The latest jobs first."""
        rows = self._ledger.rows("SELECT * FROM jobs ORDER BY created DESC, rowid DESC LIMIT ?", (limit,))
        return [self._job(row) for row in rows]

    def cancel(self, job: str) -> Job:
        """Ask a job to stop: a queued one never starts, a running one stops at its next step. Final ones stay."""
        self.get(job)
        with self._ledger.write() as connection:
            connection.execute("UPDATE jobs SET cancel = 1 WHERE id = ?", (job,))
            connection.execute(
                "UPDATE jobs SET state = 'cancelled', finished = ? WHERE id = ? AND state = 'queued'", (now(), job)
            )
        return self.get(job)

    def file(self, job: str, name: str) -> Path:
        """A file that the job made, by the name that `Job.files` lists. Raises QueryError for any other name."""
        if name not in self.get(job).files:
            raise QueryError(f"job {job[:80]} has no file {name[:80]!r}")
        return self.folder(job) / "out" / name

    def _job(self, row: sqlite3.Row) -> Job:
        return Job(
            id=row["id"],
            kind=JobKind(row["kind"]),
            state=JobState(row["state"]),
            who=row["who"],
            created=row["created"],
            started=row["started"],
            finished=row["finished"],
            stage=row["stage"],
            done=row["done"],
            total=row["total"],
            message=row["message"],
            result=json.loads(row["result"]) if row["result"] else None,
            files=self._files(row["id"]) if row["state"] == JobState.DONE.value else (),
        )

    def _files(self, job: str) -> tuple[str, ...]:
        try:
            return tuple(sorted(p.name for p in (self.folder(job) / "out").iterdir() if p.is_file()))
        except FileNotFoundError:  # another process tidies old jobs away
            return ()

    def _run(self, job: str) -> None:
        with self._turn:
            if self._closing or self.get(job).state is not JobState.QUEUED:
                return
            command = [sys.executable, "-m", "service.api.job_process", str(self._settings.store), job]
            environment = {**job_environment(), **self._settings.environment()}
            log = self.folder(job) / "log.txt"
            with log.open("wb") as output:
                child = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
                self._children[job] = child
                code = child.wait()
            self._children.pop(job, None)
        ended = self.get(job)
        if not ended.state.is_final:
            self._fail(job, f"the job's process ended with code {code}")
        if ended.result and ended.result.get("changed") and not self._closing:
            # Clusters of the new generation are made here, not while somebody waits for the page that shows them.
            self.start(JobKind.RECLUSTER, {"anew": False}, who=ended.who)
        self._tidy()
        self._ledger.close()

    def _end_orphans(self) -> None:
        """Jobs whose server was killed before they began or with them have failed; one that still runs goes on."""
        rows = self._ledger.rows("SELECT id, owner, pid FROM jobs WHERE state IN ('queued', 'running')")
        for row in rows:
            if not is_alive(row["owner"]) and not is_alive(row["pid"]):
                self._fail(row["id"], "服务在任务完成前已停止 · the server ended before the job did; start it again")

    def _fail(self, job: str, message: str) -> None:
        with self._ledger.write() as connection:
            connection.execute(
                "UPDATE jobs SET state = 'failed', message = ?, finished = ? WHERE id = ?", (message, now(), job)
            )

    def _tidy(self) -> None:
        rows = self._ledger.rows(
            "SELECT id FROM jobs WHERE state NOT IN ('queued', 'running') ORDER BY created DESC LIMIT -1 OFFSET ?",
            (KEPT,),
        )
        for row in rows:
            shutil.rmtree(self.folder(row["id"]), ignore_errors=True)
            with self._ledger.write() as connection:
                connection.execute("DELETE FROM jobs WHERE id = ?", (row["id"],))

    def close(self) -> None:
        """Stop the jobs of this process; the store stays as it was before them."""
        self._closing = True
        for job, child in list(self._children.items()):
            self.cancel(job)
            try:
                child.wait(timeout=5)
            except subprocess.TimeoutExpired:
                child.terminate()
