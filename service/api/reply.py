"""Answers as bytes: dataclasses straight to JSON, an ETag over what is sent, cursors that know their generation."""

from __future__ import annotations

import base64
import functools
import hashlib
from typing import Any

from fastapi import Request
from pydantic import TypeAdapter
from starlette.responses import Response

from service.api.problems import ProblemError

__all__ = ["adapter", "cursor", "etag_matches", "read_cursor", "reply"]


def adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401 - any type that pydantic can write
    """The one adapter of a type; making one takes milliseconds."""
    return _adapter(kind)


@functools.cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401
    return TypeAdapter(kind)


def reply(request: Request, value: object, kind: Any, *, status: int = 200) -> Response:  # noqa: ANN401
    """`value`, which is of type `kind`, as JSON. A GET gets an ETag, and 304 when the reader has the same already."""
    body = adapter(kind).dump_json(value)
    if request.method not in ("GET", "HEAD") or status != 200:
        return Response(body, status_code=status, media_type="application/json")
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "accept-language, authorization, cookie"}
    if etag_matches(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def etag_matches(request: Request, tag: str) -> bool:
    """Whether If-None-Match names this tag; weak tags count, as RFC 9110 has it for GET."""
    given = request.headers.get("if-none-match", "")[:4000]
    return given.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in given.split(",")}


def cursor(generation: int, after: int) -> str:
    """Continue a list behind its row `after`, in this generation only."""
    return base64.urlsafe_b64encode(f"{generation}.{after}".encode()).decode().rstrip("=")


def read_cursor(text: str | None, generation: int) -> int:
    """The row that a list goes on behind; −1 at the start.

    Raises:
        ProblemError: 422 when it is no cursor, 410 when it belongs to another generation.
    """
    if text is None:
        return -1
    try:
        number, after = (int(part) for part in base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).split(b"."))
    except ValueError:
        raise ProblemError(422, f"{text[:80]!r} is no cursor of this service") from None
    if number != generation:
        raise ProblemError(
            410, f"the cursor belongs to generation {number}; {generation} is current", hint="Start the list again."
        )
    return max(-1, after)
