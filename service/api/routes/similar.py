"""Similar passages: one question, or a file of them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from embed.exceptions import BijianError
from service.api.access import DeskOf, Reader
from service.api.desk import Desk
from service.api.lookup import known
from service.api.problems import ProblemError, status_of
from service.api.reply import adapter, reply
from service.api.schemas import BatchLine, SimilarRequest
from service.similar import SimilarAnswer, find_similar


class _LineResponse(StreamingResponse):
    """A stream of lines that reads the request while it answers: nobody else may take pieces of the body."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.stream_response(send)


router = APIRouter(prefix="/v1", tags=["similar · 相似段落"])
LONGEST_LINE = 1_000_000


@router.post("/similar", response_model=SimilarAnswer, summary="Find similar passages")
async def similar(request: Request, asked: SimilarRequest, desk: DeskOf, caller: Reader) -> Response:
    """Ranked, grouped and explained passages that say something like a text or a passage of the store."""
    query = asked.to_query()
    encoder = desk.encoder if query.text is not None else None

    def answer() -> Response:
        with desk.searching() as generation:
            if query.passage is not None:
                known(generation, query.passage)
            return reply(request, find_similar(generation, encoder, query), SimilarAnswer)

    return await desk.work(answer)


@router.post(
    "/similar/batch",
    summary="Find similar passages for many questions",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/x-ndjson": {
                    "schema": {"type": "string"},
                    "example": '{"id": "q1", "text": "人民调解", "k": 3}\n{"id": "q2", "text": "执法人员不足"}\n',
                }
            },
        }
    },
)
async def similar_batch(request: Request, desk: DeskOf, caller: Reader) -> StreamingResponse:
    """One question a line (a `SimilarRequest` with an `id`), one answer a line, in the same order.

    A line that cannot be answered gets `{"id", "problem"}`; the rest goes on.
    """
    return _LineResponse(_answers(request, desk), media_type="application/x-ndjson")


async def _lines(request: Request) -> AsyncIterator[bytes]:
    rest = b""
    async for piece in request.stream():
        rest += piece
        *lines, rest = rest.split(b"\n")
        for line in lines:
            yield line
        if len(rest) > LONGEST_LINE:
            yield rest[: LONGEST_LINE + 1]
            return
    yield rest


async def _answers(request: Request, desk: Desk) -> AsyncIterator[bytes]:
    async for line in _lines(request):
        if line.strip():
            yield await desk.work(lambda line=line: _answer_line(desk, line) + b"\n")  # type: ignore[misc]


def _answer_line(desk: Desk, line: bytes) -> bytes:
    name = ""
    try:
        asked = BatchLine.model_validate_json(line[: LONGEST_LINE + 1])
        name = asked.id
        with desk.generation() as generation:
            answer = find_similar(generation, desk.encoder, asked.to_query())
        return b'{"id":' + json.dumps(name).encode() + b',"answer":' + adapter(SimilarAnswer).dump_json(answer) + b"}"
    except ValidationError as error:
        first = error.errors()[0]
        problem = {"status": 422, "detail": f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:400]}
    except ProblemError as error:
        problem = {"status": error.status, "detail": error.detail}
    except BijianError as error:
        problem = {"status": status_of(error)[0], "detail": error.message}
    return json.dumps({"id": name, "problem": problem}, ensure_ascii=False).encode()
