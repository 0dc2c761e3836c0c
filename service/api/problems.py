"""One error shape for every route: RFC 9457 problem details, the title in the reader's language."""

from __future__ import annotations

import logging
import sqlite3
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from embed.exceptions import (
    BijianError,
    DiskFull,
    InputError,
    MissingDependency,
    ModelError,
    SettingsError,
    StoreError,
    StoreLocked,
    StoreMissing,
)
from service.api.language import language_of

__all__ = ["RESPONSES", "FieldError", "Problem", "ProblemError", "install", "problem_response"]

log = logging.getLogger("bijian.api")

TITLES: dict[int, tuple[str, str]] = {
    400: ("请求格式有误", "The request is malformed"),
    401: ("需要密钥", "A key is needed"),
    403: ("没有权限", "This key may not do that"),
    404: ("没有找到", "Not found"),
    405: ("不支持这种方法", "Method not allowed"),
    408: ("请求太慢", "The request came too slowly"),
    409: ("与当前状态冲突", "In conflict with the current state"),
    410: ("游标已过期", "The cursor has expired"),
    412: ("内容已变化", "The content has changed"),
    413: ("请求体过大", "The request body is too large"),
    415: ("不支持的内容类型", "Unsupported content type"),
    422: ("请求内容有误", "The request cannot be used"),
    429: ("请求过于频繁", "Too many requests"),
    431: ("请求头过大", "The request headers are too large"),
    500: ("内部错误", "Internal error"),
    501: ("缺少可选组件", "An optional part is not installed"),
    503: ("服务暂不可用", "The service is not ready"),
    504: ("超过时限", "The deadline has passed"),
    507: ("磁盘已满", "The disk is full"),
}


class FieldError(BaseModel):
    """One field of the request that cannot be used."""

    field: str = Field(description="Where it stands, such as `body.k`.", examples=["body.k"])
    message: str = Field(description="What was expected.", examples=["Input should be less than or equal to 1000"])


class Problem(BaseModel):
    """What went wrong (RFC 9457, `application/problem+json`)."""

    type: str = Field(description="A stable name of the kind of problem.", examples=["urn:bijian:problem:not-found"])
    title: str = Field(description="The kind of problem, in the language asked for.", examples=["没有找到"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What was expected and what came.", examples=["no passage has the id 'x.001'"])
    instance: str = Field(description="The path that was asked for.", examples=["/v1/passages/x.001"])
    request_id: str = Field(description="Names this request in the server's log.", examples=["7b0c4f7e5a9d4c5f"])
    hint: str | None = Field(default=None, description="What to do next.")
    errors: list[FieldError] = Field(default_factory=list, description="The fields that cannot be used.")


class ProblemError(Exception):
    """A refusal with its status, raised by the routes."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        kind: str | None = None,
        hint: str | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.hint = hint
        self.retry_after = retry_after


_STATUS: tuple[tuple[type[BijianError], int, str], ...] = (
    (SettingsError, 500, "settings"),
    (InputError, 422, "input"),
    (StoreMissing, 409, "store-empty"),
    (StoreLocked, 409, "store-busy"),
    (DiskFull, 507, "disk-full"),
    (StoreError, 503, "store"),
    (ModelError, 503, "model"),
    (MissingDependency, 501, "missing-part"),
)

_KINDS = {
    400: "malformed",
    401: "key-needed",
    403: "forbidden",
    404: "not-found",
    405: "method",
    408: "slow",
    410: "cursor-expired",
    413: "too-large",
    415: "content-type",
    422: "input",
    429: "rate-limit",
    500: "internal",
    503: "not-ready",
    504: "deadline",
}

_REFUSALS = (400, 401, 403, 404, 409, 410, 413, 415, 422, 429, 503, 504)
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": TITLES[status][1],
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status in _REFUSALS
}


def problem_response(
    request: Request,
    status: int,
    detail: str,
    *,
    kind: str | None = None,
    hint: str | None = None,
    errors: list[FieldError] | None = None,
) -> Response:
    """A problem in the shape that all routes share."""
    titles = TITLES.get(status, TITLES[400 if status < 500 else 500])
    title = titles[0] if language_of(request) == "zh" else titles[1]
    request_id = request.scope.get("state", {}).get("request_id", "")
    pages = getattr(request.scope.get("app"), "state", None)
    if pages is not None and hasattr(pages, "wants_page") and pages.wants_page(request):
        page: Response = pages.error_page(request, status, title, detail, hint, request_id)
        return page
    problem = Problem(
        type=f"urn:bijian:problem:{kind or _KINDS.get(status, 'other')}",
        title=title,
        status=status,
        detail=detail,
        instance=request.url.path,
        request_id=request_id,
        hint=hint,
        errors=errors or [],
    )
    return JSONResponse(
        problem.model_dump(exclude_none=True), status_code=status, media_type="application/problem+json"
    )


def status_of(error: BijianError) -> tuple[int, str]:
    """The HTTP status and the stable name for one of Bijian's own errors."""
    return next(((status, kind) for cls, status, kind in _STATUS if isinstance(error, cls)), (500, "internal"))


def _bijian(request: Request, error: Exception) -> Response:
    assert isinstance(error, BijianError)
    status, kind = status_of(error)
    if status >= 500:
        log.error("%s: %s", type(error).__name__, error.message)
    return problem_response(request, status, error.message, kind=kind, hint=error.hint)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    response = problem_response(request, error.status, error.detail, kind=error.kind, hint=error.hint)
    if error.retry_after is not None:
        response.headers["retry-after"] = str(error.retry_after)
    if error.status == 401:
        response.headers["www-authenticate"] = 'Bearer realm="bijian"'
    return response


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = problem_response(request, error.status_code, str(error.detail))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    rows = [
        FieldError(field=".".join(str(part) for part in row["loc"])[:200], message=str(row["msg"])[:300])
        for row in error.errors()[:50]
    ]
    malformed = any(row["type"] == "json_invalid" for row in error.errors())
    detail = f"{rows[0].field}: {rows[0].message}" if rows else "the request cannot be read"
    hint = None
    if any(row["loc"] == ("body",) for row in error.errors()) and not _says_json(request):
        hint = "按 JSON 发送 · send it as JSON: content-type: application/json"
    return problem_response(request, 400 if malformed else 422, detail, errors=rows, hint=hint)


def _says_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _busy(request: Request, error: Exception) -> Response:
    # SQLite gives up after its own patience, when another process writes for longer; the same request may work later.
    log.error("the service's own database: %s", error)
    response = problem_response(request, 503, "the service's own database is busy", kind="store")
    response.headers["retry-after"] = "2"
    return response


def _unexpected(request: Request, error: Exception) -> Response:
    request_id = request.scope.get("state", {}).get("request_id", "")
    log.error("request %s failed", request_id, exc_info=error)
    return problem_response(
        request, 500, "an unexpected error", hint=f"Look for request {request_id} in the server's log."
    )


def install(app: FastAPI) -> None:
    """Let every error of the app end in the one shape."""
    app.add_exception_handler(BijianError, _bijian)
    app.add_exception_handler(ProblemError, _refusal)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(sqlite3.OperationalError, _busy)
    app.add_exception_handler(Exception, _unexpected)
