"""Comparison, reuse, drafts, distinctive passages, copy families."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Path, Query, Request, UploadFile
from starlette.responses import Response

from service.api.access import DeskOf, Reader
from service.api.desk import Desk
from service.api.lookup import known, report_row
from service.api.reply import reply
from service.api.schemas import CheckRequest, CompareRequest, DistinctiveQuery
from service.api.uploads import documents, read_upload
from service.similar import (
    CompareAnswer,
    DistinctiveAnswer,
    DraftAnswer,
    FamiliesAnswer,
    ReuseAnswer,
    check_draft,
    compare,
    copy_families,
    distinctive,
    reuse,
)

router = APIRouter(prefix="/v1", tags=["similar · 相似段落"])


@router.post("/compare", response_model=CompareAnswer, summary="Lay two reports or two passages side by side")
async def compare_two(request: Request, asked: CompareRequest, desk: DeskOf, caller: Reader) -> Response:
    """Which passages answer each other, what was copied, what differs, and what only one of them has."""

    def answer() -> Response:
        with desk.generation() as generation:
            for name in (asked.a, asked.b):
                known(generation, name)
            return reply(request, compare(generation, asked.a, asked.b), CompareAnswer)

    return await desk.work(answer)


ReportPath = Annotated[str, Path(description="A report's id.", max_length=40, examples=["r6657645b8ea30b7"])]


@router.get("/reports/{report}/reuse", response_model=ReuseAnswer, summary="Where a report's passages come from")
async def reuse_of(request: Request, report: ReportPath, desk: DeskOf, caller: Reader) -> Response:
    """For each passage the passages elsewhere that share its wording: own earlier report, neighbours, upper level."""

    def answer() -> Response:
        with desk.generation() as generation:
            report_row(generation, report)
            return reply(request, reuse(generation, report), ReuseAnswer)

    return await desk.work(answer)


@router.post("/check", response_model=DraftAnswer, summary="Check a draft in private")
async def check(request: Request, asked: CheckRequest, desk: DeskOf, caller: Reader) -> Response:
    """Whom a draft resembles, names of other regions left in it, numbers that differ. Nothing is stored."""
    return await _check(request, desk, asked.text, asked.k)


@router.post("/check/file", response_model=DraftAnswer, summary="Check a draft file in private")
async def check_file(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    file: Annotated[UploadFile, File(description="A draft of any kind that can be read.")],
    k: Annotated[int, Query(ge=1, le=50, description="Similar passages for each part.")] = 3,
) -> Response:
    """As `/v1/check`, for a file. Nothing is stored."""
    data, name = await read_upload(file)

    def draft() -> str:
        return "\n".join(document.text for document in documents(data, name))

    return await _check(request, desk, await desk.work(draft), k)


async def _check(request: Request, desk: Desk, text: str, k: int) -> Response:
    encoder = desk.encoder

    def answer() -> Response:
        with desk.generation() as generation:
            return reply(request, check_draft(generation, encoder, text, k=k), DraftAnswer)

    return await desk.work(answer)


@router.get("/distinctive", response_model=DistinctiveAnswer, summary="What nobody else does")
async def distinctive_passages(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    asked: Annotated[DistinctiveQuery, Query()],
) -> Response:
    """Passages with no near neighbour in other regions, the rarest first."""

    def answer() -> Response:
        with desk.generation() as generation:
            if asked.report is not None:
                report_row(generation, asked.report)
            return reply(
                request, distinctive(generation, asked.report, k=asked.k, where=asked.to_filter()), DistinctiveAnswer
            )

    return await desk.work(answer)


@router.get("/families", response_model=FamiliesAnswer, summary="The largest copy families")
async def families(
    request: Request,
    desk: DeskOf,
    caller: Reader,
    k: Annotated[int, Query(ge=1, le=1000, description="How many.")] = 50,
) -> Response:
    """Passages that are near copies of each other over the whole store."""

    def answer() -> Response:
        with desk.generation() as generation:
            return reply(request, copy_families(generation, k=k), FamiliesAnswer)

    return await desk.work(answer)
