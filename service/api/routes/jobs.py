"""Long work: start, watch, cancel, fetch what it made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response, StreamingResponse

from embed.exceptions import QueryError
from service.api.access import DeskOf, Reader, Writer
from service.api.desk import Desk
from service.api.jobs import Job, JobKind
from service.api.problems import ProblemError
from service.api.reply import adapter, reply
from service.api.schemas import JobRequest

router = APIRouter(prefix="/v1", tags=["jobs · 任务"])
JobPath = Annotated[str, Path(description="A job's id.", max_length=40, examples=["j0f3a5c7e91b2d468"])]
LOOK = 0.3  # seconds between two looks at a job
BEAT = 15.0  # seconds after which a silent stream shows that it is alive

MEDIA = {
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def job_of(desk: Desk, job: str) -> Job:
    """ProblemError 404 when there is no such job."""
    try:
        return desk.jobs.get(job)
    except QueryError as error:
        raise ProblemError(404, error.message) from error


@router.get("/jobs", response_model=list[Job], summary="The latest jobs")
async def jobs(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=200, description="How many.")] = 50,
) -> Response:
    """The latest first."""
    return await desk.work(lambda: reply(request, desk.jobs.all(limit), list[Job]))


@router.post("/jobs", response_model=Job, status_code=202, summary="Re-index, recluster or write the cluster report")
async def start(request: Request, asked: JobRequest, desk: DeskOf, caller: Writer) -> Response:
    """The job goes on in a process of its own; the old generation serves until the new one is complete."""

    def begin() -> Response:
        given = asked.model_dump(mode="json", exclude={"kind"})
        job = desk.jobs.start(JobKind(asked.kind), given, who=caller.name)
        desk.ledger.audit(caller.name, asked.kind, job.id, request=request.state.request_id)
        response = reply(request, job, Job, status=202)
        response.headers["location"] = f"/v1/jobs/{job.id}"
        return response

    return await desk.work(begin)


@router.get("/jobs/{job}", response_model=Job, summary="One job")
async def job_by_id(request: Request, job: JobPath, desk: DeskOf, caller: Reader) -> Response:
    """Its state, how far it is, and what it gave."""
    return await desk.work(lambda: reply(request, job_of(desk, job), Job))


@router.delete("/jobs/{job}", response_model=Job, summary="Cancel a job")
async def cancel(request: Request, job: JobPath, desk: DeskOf, caller: Writer) -> Response:
    """A running job stops at its next step and leaves the store as it was; a final one stays what it is."""

    def stop() -> Response:
        job_of(desk, job)
        desk.ledger.audit(caller.name, "cancel", job, request=request.state.request_id)
        return reply(request, desk.jobs.cancel(job), Job)

    return await desk.work(stop)


@router.get(
    "/jobs/{job}/events",
    summary="Watch a job (server-sent events)",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def events(job: JobPath, desk: DeskOf, caller: Reader) -> StreamingResponse:
    """An event `job` with the job as JSON at each change; the stream ends when the job is final."""
    await desk.work(lambda: job_of(desk, job))
    return StreamingResponse(
        _watch(desk, job),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _watch(desk: Desk, job: str) -> AsyncIterator[bytes]:
    last, silent = b"", 0.0
    while not desk.closing.is_set():
        now = await desk.work(lambda: desk.jobs.get(job))
        data = adapter(Job).dump_json(now)
        if data != last:
            yield b"event: job\ndata: " + data + b"\n\n"
            last, silent = data, 0.0
        if now.state.is_final:
            return
        await asyncio.sleep(LOOK)
        silent += LOOK
        if silent >= BEAT:
            yield b": still there\n\n"
            silent = 0.0


@router.get(
    "/jobs/{job}/files/{name}",
    summary="A file that a job made",
    response_class=FileResponse,
    responses={200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def file(
    job: JobPath,
    name: Annotated[str, Path(description="A name that the job lists.", max_length=120, examples=["report.html"])],
    desk: DeskOf,
    caller: Reader,
) -> FileResponse:
    """Sent as an attachment; should a browser show it all the same, it runs no script and loads nothing."""

    def find() -> FileResponse:
        job_of(desk, job)
        try:
            path = desk.jobs.file(job, name)
        except QueryError as error:
            raise ProblemError(404, error.message) from error
        media = MEDIA.get(path.suffix.removeprefix("."), "application/octet-stream")
        headers = {"content-security-policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"}
        return FileResponse(path, media_type=media, filename=path.name, headers=headers)

    return await desk.work(find)
