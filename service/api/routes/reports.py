"""Reports and passages: list, read, upload, correct, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Path, Query, Request, UploadFile
from starlette.responses import Response

from service.api.access import DeskOf, Reader, Writer
from service.api.inspection import Inspection, inspect_upload
from service.api.jobs import Job, JobKind
from service.api.listing import ReportQuery, list_reports
from service.api.lookup import report_row
from service.api.problems import ProblemError
from service.api.readings import reading_of
from service.api.reply import adapter, reply
from service.api.schemas import CorrectionRequest
from service.api.uploads import documents, keep, read_upload
from service.api.views import CONTEXT, PassageView, ReportDetail, ReportPage, passage_view, report_detail

router = APIRouter(prefix="/v1", tags=["reports · 报告"])
ReportPath = Annotated[str, Path(description="A report's id.", max_length=40, examples=["r6657645b8ea30b7"])]
PassagePath = Annotated[str, Path(description="A passage's id.", max_length=40, examples=["r6657645b8ea30b7.003"])]
Files = Annotated[list[UploadFile], File(description="Reports of any kind that can be read; archives are opened.")]
MOST_FILES = 200


@router.get("/reports", response_model=ReportPage, summary="List reports")
async def reports(request: Request, asked: Annotated[ReportQuery, Query()], desk: DeskOf, caller: Reader) -> Response:
    """Reports that the filters keep, the latest year first, then by id."""
    return await desk.ask(lambda generation: reply(request, list_reports(generation, asked), ReportPage))


@router.post("/reports", response_model=Job, status_code=202, summary="Upload reports")
async def upload(request: Request, files: Files, desk: DeskOf, caller: Writer) -> Response:
    """Take files into the store. The answer is a job; its result names the reports and what could not be read."""
    if len(files) > MOST_FILES:
        raise ProblemError(422, f"at most {MOST_FILES} files at once were expected, {len(files)} came")
    contents = [await read_upload(file) for file in files]

    def start() -> Job:
        paths = [str(keep(desk.settings.store, data, name)) for data, name in contents]
        job = desk.jobs.start(JobKind.INDEX, {"files": paths}, who=caller.name)
        desk.ledger.audit(caller.name, "upload", job.id, request=request.state.request_id, detail=f"{len(paths)} files")
        return job

    started = await desk.work(start)
    response = reply(request, started, Job, status=202)
    response.headers["location"] = f"/v1/jobs/{started.id}"
    return response


@router.post("/inspect", response_model=list[Inspection], summary="See how a file is understood; nothing is stored")
async def inspect(
    request: Request,
    file: Annotated[UploadFile, File(description="A file of any kind that can be read.")],
    desk: DeskOf,
    caller: Reader,
) -> Response:
    """Metadata with evidence, outline, passages with roles, and what was cleaned away."""
    data, name = await read_upload(file)

    def look() -> Response:
        found = [inspect_upload(document) for document in documents(data, name)]
        return reply(request, found, list[Inspection])

    return await desk.work(look)


@router.get("/reports/{report}", response_model=ReportDetail, summary="One report as it was understood")
async def report_by_id(request: Request, report: ReportPath, desk: DeskOf, caller: Reader) -> Response:
    """Metadata with evidence, outline, passages and what was cleaned away."""
    return await desk.ask(lambda g: reply(request, report_detail(desk.store, g, report), ReportDetail))


@router.get(
    "/reports/{report}/source",
    summary="A report's decoded source text",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def source(report: ReportPath, desk: DeskOf, caller: Reader) -> Response:
    """The text that all offsets count in, as UTF-8. It is untrusted and is sent as plain text."""

    def read() -> Response:
        with desk.generation() as generation:
            reading = reading_of(desk.store, generation, report_row(generation, report))
        text = reading.source_text.encode("utf-8", "replace")
        return Response(text, media_type="text/plain; charset=utf-8")

    return await desk.work(read)


@router.patch("/reports/{report}", response_model=Job, status_code=202, summary="Correct a report's metadata")
async def correct(
    request: Request, report: ReportPath, asked: CorrectionRequest, desk: DeskOf, caller: Writer
) -> Response:
    """Record a correction with who and why. It holds from the next generation on and survives a re-index."""

    def change() -> Response:
        with desk.generation() as generation:
            report_row(generation, report)
        given = {"report": report, "fields": dict(asked.fields), "why": asked.why}
        desk.ledger.audit(
            caller.name, "correct", report, request=request.state.request_id, detail=", ".join(sorted(asked.fields))
        )
        return reply(request, desk.jobs.start(JobKind.CORRECT, given, who=caller.name), Job, status=202)

    return await desk.work(change)


@router.delete("/reports/{report}", response_model=Job, status_code=202, summary="Remove a report")
async def remove(request: Request, report: ReportPath, desk: DeskOf, caller: Writer) -> Response:
    """Take a report out of the store; searches forget it with the next generation."""

    def change() -> Response:
        with desk.generation() as generation:
            report_row(generation, report)
        desk.ledger.audit(caller.name, "remove", report, request=request.state.request_id)
        job = desk.jobs.start(JobKind.REMOVE, {"report": report}, who=caller.name)
        return reply(request, job, Job, status=202)

    return await desk.work(change)


@router.get("/passages/{passage}", response_model=PassageView, summary="One passage with its surroundings")
async def passage_by_id(
    request: Request,
    passage: PassagePath,
    desk: DeskOf,
    caller: Reader,
    context: Annotated[int, Query(ge=0, le=5000, description="Source characters on each side.")] = CONTEXT,
) -> Response:
    """Its clean text, the exact source characters it came from, what stands around them, and its report."""
    return await desk.ask(lambda g: reply(request, passage_view(desk.store, g, passage, context=context), PassageView))


@router.get(
    "/passages",
    summary="All passages as lines of JSON",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
async def passages(
    asked: Annotated[ReportQuery, Query()],
    desk: DeskOf,
    caller: Reader,
) -> Response:
    """The passages of one page of reports (the same filters and cursor as the list of reports), one a line.

    The header `X-Next-Cursor` asks for the next page.
    """

    def write() -> Response:
        from service.api.views import PassageLine, passage_lines

        with desk.generation() as generation:
            page = list_reports(generation, asked)
            lines = [
                adapter(PassageLine).dump_json(line)
                for report in page.reports
                for line in passage_lines(generation, report_row(generation, report.id))
            ]
        headers = {"x-next-cursor": page.cursor} if page.cursor else {}
        return Response(b"\n".join([*lines, b""]), media_type="application/x-ndjson", headers=headers)

    return await desk.work(write)
