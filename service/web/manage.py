"""Pages that change something: upload, jobs and downloads, corrections, signing in; and the API's own page."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from service.api.access import COOKIE, DeskOf, Reader, Writer, caller_of
from service.api.inspection import Inspection, inspect_upload
from service.api.jobs import Job, JobKind, JobState
from service.api.keys import SESSION_HOURS, Scope
from service.api.lookup import report_row
from service.api.problems import ProblemError
from service.api.routes.jobs import job_of
from service.api.routes.reports import MOST_FILES
from service.api.uploads import documents, keep, read_upload
from service.web.frame import render

router = APIRouter()
FORMATS = (
    ("html", "网页", "web page"),
    ("docx", "Word", "Word"),
    ("xlsx", "Excel", "Excel"),
    ("md", "Markdown", "Markdown"),
)
_NEXT = re.compile(r"/[A-Za-z0-9_./-]{0,200}")


@router.get("/upload")
async def upload_form(request: Request, desk: DeskOf, caller: Reader) -> Response:
    """The form for reports."""
    return await desk.work(lambda: render(request, "upload.html", found=None, error=None, may=_may_write(request)))


@router.post("/upload")
async def upload(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    files: Annotated[list[UploadFile], File()],
    do: Annotated[str, Form(max_length=20)] = "index",
) -> Response:
    """Take files into the store, or only show how they are understood."""
    sent = [file for file in files if file.filename]
    if not sent or len(sent) > MOST_FILES:
        return await desk.work(
            lambda: render(request, "upload.html", status=422, found=None, error="empty", may=_may_write(request))
        )
    if do == "inspect":
        data, name = await read_upload(sent[0])
        return await desk.work(lambda: _inspected(request, data, name))
    if not caller.scope.allows(Scope.WRITE):
        raise ProblemError(403, "a key of scope write was expected")
    contents = [await read_upload(file) for file in sent]

    def start() -> Response:
        paths = [str(keep(desk.settings.store, data, name)) for data, name in contents]
        job = desk.jobs.start(JobKind.INDEX, {"files": paths}, who=caller.name)
        desk.ledger.audit(caller.name, "upload", job.id, request=request.state.request_id, detail=f"{len(paths)} files")
        return RedirectResponse(f"/jobs/{job.id}", status_code=303)

    return await desk.work(start)


def _inspected(request: Request, data: bytes, name: str) -> Response:
    found: list[Inspection] = [inspect_upload(document) for document in documents(data, name)]
    return render(request, "upload.html", found=found, error=None, may=_may_write(request))


def _may_write(request: Request) -> bool:
    caller = caller_of(request)
    return caller is not None and caller.scope.allows(Scope.WRITE)


@router.get("/jobs")
async def jobs(request: Request, desk: DeskOf, caller: Reader) -> Response:
    """The latest jobs with what they made, and the forms that start new ones."""
    return await desk.work(
        lambda: render(request, "jobs.html", jobs=desk.jobs.all(50), formats=FORMATS, may=_may_write(request))
    )


@router.post("/jobs")
async def start_job(
    request: Request,
    desk: DeskOf,
    caller: Writer,
    kind: Annotated[str, Form(max_length=20)],
    formats: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Start a re-index, a reclustering or a cluster report."""
    if kind not in ("reindex", "recluster", "report"):
        raise ProblemError(422, "kind is reindex, recluster or report")
    known = [name for name, _, _ in FORMATS]
    given: dict[str, Any] = {"formats": [f for f in formats or [] if f in known] or ["html"], "where": None}
    from service.api.language import language_of

    given["lang"] = language_of(request)

    def start() -> Response:
        job = desk.jobs.start(JobKind(kind), given, who=caller.name)
        desk.ledger.audit(caller.name, kind, job.id, request=request.state.request_id)
        return RedirectResponse(f"/jobs/{job.id}", status_code=303)

    return await desk.work(start)


@router.get("/jobs/{job}")
async def job_page(request: Request, job: str, desk: DeskOf, caller: Reader) -> Response:
    """One job: progress while it runs, then what it gave."""

    def answer() -> Response:
        found: Job = job_of(desk, job)
        return render(request, "job.html", job=found, final=found.state.is_final, may=_may_write(request))

    return await desk.work(answer)


@router.post("/jobs/{job}/cancel")
async def cancel(request: Request, job: str, desk: DeskOf, caller: Writer) -> Response:
    """Stop a job."""

    def stop() -> Response:
        if job_of(desk, job).state in (JobState.QUEUED, JobState.RUNNING):
            desk.jobs.cancel(job)
            desk.ledger.audit(caller.name, "cancel", job, request=request.state.request_id)
        return RedirectResponse(f"/jobs/{job}", status_code=303)

    return await desk.work(stop)


class ReportForm(BaseModel):
    """What the form for a correction sends; empty fields clear their value."""

    do: str = Field(max_length=20)
    why: str = Field(min_length=1, max_length=500)
    year: str = Field(default="", max_length=4)
    region: str = Field(default="", max_length=9)
    level: str = Field(default="", max_length=20)


@router.post("/reports/{report}")
async def change_report(
    request: Request,
    report: str,
    desk: DeskOf,
    caller: Writer,
    form: Annotated[ReportForm, Form()],
) -> Response:
    """Correct a report's metadata, or take it out of the store."""

    def change() -> Response:
        with desk.generation() as generation:
            old = generation.report_at(report_row(generation, report)).metadata
        if form.do == "remove":
            job = desk.jobs.start(JobKind.REMOVE, {"report": report, "why": form.why}, who=caller.name)
        else:
            year = int(form.year) if form.year.isdigit() else None
            new: dict[str, Any] = {"year": year, "region": form.region or None, "level": form.level or None}
            was = {"year": old.year, "region": old.region.code, "level": str(old.level) if old.level else None}
            fields = {name: value for name, value in new.items() if value != was[name]}
            if not fields:
                return RedirectResponse(f"/reports/{report}", status_code=303)
            job = desk.jobs.start(
                JobKind.CORRECT, {"report": report, "fields": fields, "why": form.why}, who=caller.name
            )
        desk.ledger.audit(caller.name, form.do, report, request=request.state.request_id)
        return RedirectResponse(f"/jobs/{job.id}", status_code=303)

    return await desk.work(change)


@router.get("/sign-in")
async def sign_in_form(request: Request, desk: DeskOf) -> Response:
    """The form for a key."""
    caller = None if desk.access_is_open else caller_of(request)
    return render(request, "sign_in.html", failed=False, caller=caller, open=desk.access_is_open, next=_next(request))


@router.post("/sign-in")
async def sign_in(request: Request, desk: DeskOf, key: Annotated[str, Form(max_length=200)] = "") -> Response:
    """Open a session for a valid key; without one, end the session."""
    from service.api.access import refuse_foreign_pages

    refuse_foreign_pages(request)
    address = request.client.host if request.client else "-"
    wait = desk.limits.wait(f"sign-in {hashlib.sha256(address.encode()).hexdigest()}")
    if wait:
        raise ProblemError(429, "too many tries", retry_after=int(wait) + 1)
    if not key:
        await desk.work(lambda: desk.keys.close_session(request.cookies.get(COOKIE, "")))
        response: Response = RedirectResponse("/sign-in", status_code=303)
        response.delete_cookie(COOKIE)
        return response
    found = await desk.work(lambda: desk.keys.check(key.strip()))
    if found is None:
        return render(
            request, "sign_in.html", status=401, failed=True, caller=None, open=desk.access_is_open, next=_next(request)
        )
    token = await desk.work(lambda: desk.keys.open_session(found))
    response = RedirectResponse(_next(request), status_code=303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=SESSION_HOURS * 3600,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


def _next(request: Request) -> str:
    """Where to go after signing in: a path of this service, never another host's address."""
    path = request.query_params.get("next", "/")
    return path if _NEXT.fullmatch(path) and not path.startswith("//") else "/"


@router.get("/docs")
async def docs() -> Response:
    """Where many look for an API's description."""
    return RedirectResponse("/api", status_code=307)


@router.get("/api")
async def api_page(request: Request, desk: DeskOf, caller: Reader) -> Response:
    """What can be called, from the OpenAPI document itself."""
    schema = request.app.openapi()
    rows = [
        (method.upper(), path, what.get("summary", ""), what.get("description", ""))
        for path, methods in schema["paths"].items()
        for method, what in methods.items()
    ]
    base = str(request.base_url).rstrip("/")
    return await desk.work(lambda: render(request, "api.html", rows=rows, base=base))
