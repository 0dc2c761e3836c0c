"""One job in a process of its own: `python -m service.api.job_process STORE JOB`."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embed.exceptions import BijianError
from service.api.ledger import Ledger, now
from service.settings import Settings

if TYPE_CHECKING:
    from embed.models.encoder import Encoder
    from embed.pipeline import IndexOutcome

__all__ = ["run"]

log = logging.getLogger("bijian.job")
NOTE = 0.2  # seconds between two notes of progress
WAIT = 600.0  # seconds to wait for another writer


class _CancelledError(Exception):
    pass


class Work:
    """What a job's steps share: the store, the settings, progress and the way to stop."""

    def __init__(self, settings: Settings, job: str) -> None:
        from embed.index import Store

        self.settings = settings
        self.job = job
        self.ledger = Ledger(settings.store)
        self.store = Store.open(settings.store)
        self.out = settings.store / "service" / "jobs" / job / "out"
        self._noted = 0.0

    def note(self, stage: str, done: int = 0, total: int | None = None) -> None:
        """Say how far the job is; stops it when somebody asked for that."""
        moment = time.monotonic()
        if moment - self._noted < NOTE and done != total:
            return
        self._noted = moment
        with self.ledger.write() as connection:
            row = connection.execute("SELECT cancel FROM jobs WHERE id = ?", (self.job,)).fetchone()
            connection.execute(
                "UPDATE jobs SET stage = ?, done = ?, total = ? WHERE id = ?", (stage, done, total or 0, self.job)
            )
        if row["cancel"]:
            raise _CancelledError

    def encoder(self) -> Encoder:
        """The model that the settings name."""
        from embed.models import open_encoder, read_models

        return open_encoder(
            read_models(self.settings.models_file)[self.settings.model],
            cache=self.settings.cache,
            engine=self.settings.engine,
            threads=self.settings.threads,
        )


def index(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Take uploaded files into the store."""
    from embed.pipeline import IndexOptions, index_files

    # Reports are named by the path as it is given: below the folder of uploads, so that no answer shows where that is.
    uploads = work.settings.store / "service" / "uploads"
    os.chdir(uploads)
    paths = [Path(path).resolve().relative_to(uploads) for path in given["files"]]
    outcome = index_files(
        work.store,
        paths,
        work.encoder,
        progress=lambda stage: work.note(stage.name, stage.done, stage.total),
        options=IndexOptions(wait=WAIT),
    )
    return _outcome(work, outcome, paths)


def _outcome(work: Work, outcome: IndexOutcome, paths: list[Path]) -> dict[str, Any]:
    from service.api.lookup import place_name

    wanted = {str(path) for path in paths}
    documents = []
    with work.store.current() as generation:
        for row in range(len(generation.reports)):
            report = generation.report_at(row)
            if not any(file in wanted or file.partition("!/")[0] in wanted for file in report.files):
                continue
            metadata = report.metadata
            documents.append(
                {
                    "id": report.id,
                    "file": Path(report.file).name,
                    "title": metadata.title,
                    "place": place_name(report),
                    "year": metadata.year,
                    "kind": str(metadata.kind),
                    "passages": report.passages,
                    "warnings": [text for name, text in outcome.warnings if name in report.files],
                }
            )
    return {
        "generation": outcome.generation,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "documents": documents,
        "failures": [{"name": Path(f.name).name, "reason": f.reason, "message": f.message} for f in outcome.failures],
    }


def reindex(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Build the next generation anew from what is kept."""
    from embed.pipeline import IndexOptions
    from embed.pipeline import reindex as rebuild

    outcome = rebuild(
        work.store,
        work.encoder,
        progress=lambda stage: work.note(stage.name, stage.done, stage.total),
        options=IndexOptions(wait=WAIT),
    )
    return {"generation": outcome.generation, "changed": outcome.changed, "reports": outcome.reports}


def recluster(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Cluster the current generation anew."""
    from service.cluster_report import NEEDED_ROLES
    from service.clusters import load

    work.note("cluster")
    anew = bool(given.get("anew", True))
    clustering = load(work.store, roles=NEEDED_ROLES, encoder=work.encoder, anew=anew)
    return {
        "generation": clustering.generation,
        "clusters": {str(role): len(found.clusters) for role, found in clustering.roles.items()},
    }


def report(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Write the cluster report in the wanted formats."""
    from embed.index import Filter
    from service.cluster_report import NEEDED_ROLES, build, write
    from service.clusters import load

    work.note("cluster", 0, 3)
    clustering = load(work.store, roles=NEEDED_ROLES, encoder=work.encoder)
    work.note("content", 1, 3)
    where = Filter.parse(given["where"]) if given.get("where") else None
    with work.store.current() as generation:
        content = build(generation, clustering, where=where, lang=given["lang"])
    work.note("write", 2, 3)
    paths = write(content, work.out, tuple(dict.fromkeys(given["formats"])))
    return {"generation": clustering.generation, "files": [path.name for path in paths]}


def correct(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Correct a report's metadata."""
    from embed.index.upkeep import correct as correct_fields

    work.note("correct")
    fields = {name: None if value is None else str(value) for name, value in given["fields"].items()}
    who = given.get("who", "service")
    number = correct_fields(work.store, given["report"], fields, who=who, why=given["why"], wait=WAIT)
    return {"generation": number, "changed": True, "report": given["report"]}


def remove(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Take a report out of the store."""
    from embed.index.upkeep import remove as remove_reports

    work.note("remove")
    who, why = given.get("who", "service"), given.get("why", "")
    number = remove_reports(work.store, [given["report"]], who=who, why=why, wait=WAIT)
    return {"generation": number, "changed": True, "report": given["report"]}


STEPS: dict[str, Callable[[Work, dict[str, Any]], dict[str, Any]]] = {
    "index": index,
    "reindex": reindex,
    "recluster": recluster,
    "report": report,
    "correct": correct,
    "remove": remove,
}


def run(settings: Settings, job: str) -> int:
    """Do one job and write its end into the ledger; the process exit code."""
    models_file = settings.models_file.resolve() if settings.models_file is not None else None
    settings = replace(
        settings, store=settings.store.resolve(), cache=settings.cache.resolve(), models_file=models_file
    )
    work = Work(settings, job)
    row = work.ledger.row("SELECT kind, input FROM jobs WHERE id = ? AND state = 'queued'", (job,))
    if row is None:
        return 1
    with work.ledger.write() as connection:
        connection.execute(
            "UPDATE jobs SET state = 'running', started = ?, pid = ? WHERE id = ?", (now(), os.getpid(), job)
        )
    try:
        work.note("start")
        result = STEPS[row["kind"]](work, json.loads(row["input"]))
        _end(work, "done", result=result)
    except _CancelledError:
        _end(work, "cancelled", message="已取消 · cancelled")
    except BijianError as error:
        _end(work, "failed", message=" ".join(part for part in (error.message, error.hint) if part))
        return error.exit_code
    except Exception:
        log.exception("job %s failed", job)
        _end(work, "failed", message="意外错误，详见任务日志 · an unexpected error; see the job's log.txt")
        return 1
    return 0


def _end(work: Work, state: str, *, message: str = "", result: dict[str, Any] | None = None) -> None:
    text = json.dumps(result, ensure_ascii=False) if result is not None else None
    with work.ledger.write() as connection:
        connection.execute(
            "UPDATE jobs SET state = ?, message = ?, result = ?, finished = ? WHERE id = ?",
            (state, message, text, now(), work.job),
        )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    os.nice(5)  # answering comes first
    sys.exit(run(Settings.read(), sys.argv[2]))
