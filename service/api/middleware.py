"""What holds for every request: id, limits, deadline, headers, log line and metrics. One pure ASGI layer."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
import time
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api import metrics
from service.api.problems import problem_response

if TYPE_CHECKING:
    from service.settings import Settings

__all__ = ["Frame"]

log = logging.getLogger("bijian.access")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
# W3C Trace Context, version 00: trace id, parent id, flags; ids of zeros alone are no ids.
_TRACE = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
LARGEST_HEAD = 16_384  # bytes of all request headers together

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_STREAMS = ("/events", "/batch")  # the last part of paths that answer for as long as they like


class _BodyRefusedError(Exception):
    """Ends the reading of a body; the routes may catch it, the exchange remembers why."""


class Frame:
    """Wraps the whole app; keeps its own errors in the one shape."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.limit = settings.body_limit_mb * 1024 * 1024
        self.deadline = float(settings.deadline_s)
        self.patience = float(settings.patience_s)
        self.as_json = settings.log_format == "json"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, limit=self.limit, patience=self.patience)
        metrics.IN_FLIGHT.inc()
        try:
            await self._serve(exchange)
        finally:
            metrics.IN_FLIGHT.dec()
            self._note(exchange)

    async def _serve(self, exchange: _Exchange) -> None:
        refusal = exchange.refusal()
        if refusal is not None:
            await refusal(exchange.scope, exchange.receive, exchange.send)
            return
        streams = exchange.scope["path"].endswith(_STREAMS) or not self.deadline
        try:
            async with asyncio.timeout(None if streams else self.deadline):
                await self.app(exchange.scope, exchange.receive, exchange.send)
        except TimeoutError:
            await exchange.give_up(504, f"the answer took longer than {self.deadline:g} s")
        except _BodyRefusedError:
            pass
        if exchange.refused is not None:
            await exchange.give_up(*exchange.refused)

    def _note(self, exchange: _Exchange) -> None:
        route = exchange.scope.get("route")
        path = getattr(route, "path", None) or "(none)"
        seconds = time.perf_counter() - exchange.began
        method = exchange.scope["method"]
        metrics.SECONDS.labels(method if method in metrics.METHODS else "OTHER", path).observe(seconds)
        metrics.REQUESTS.labels(
            method if method in metrics.METHODS else "OTHER", path, str(exchange.status or 499)
        ).inc()
        fields = {
            "request_id": exchange.request_id,
            "method": method[:16],
            "route": path,
            "status": exchange.status or 499,
            "ms": round(seconds * 1000, 1),
            "bytes": exchange.sent,
            "key": exchange.scope["state"].get("caller", "-"),
        }
        if exchange.trace:
            fields["trace_id"] = exchange.trace
        # The query string and the body may hold report text, so neither is ever logged; the route stands for the path.
        if self.as_json:
            log.info(json.dumps(fields, ensure_ascii=False))
        else:
            form = "%(method)s %(route)s %(status)s %(ms)s ms key=%(key)s id=%(request_id)s"
            log.info(form + (" trace=%(trace_id)s" if exchange.trace else ""), fields)


class _Exchange:
    """One request and its response on their way through the frame."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, limit: int, patience: float) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self._limit = limit
        self._patience = patience
        self._came = 0
        self._body_complete = False
        self._giving_up = False
        self.refused: tuple[int, str] | None = None
        self.began = time.perf_counter()
        self.status = 0
        self.sent = 0
        self.headers = dict(scope["headers"])
        given = self.headers.get(b"x-request-id", b"").decode("latin-1")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        traced = _TRACE.fullmatch(self.headers.get(b"traceparent", b"").decode("latin-1"))
        self.trace = traced[1] if traced else ""
        scope.setdefault("state", {})["request_id"] = self.request_id

    def refusal(self) -> Response | None:
        """What can be refused by the head alone."""
        request = Request(self.scope)
        if sum(len(name) + len(value) for name, value in self.scope["headers"]) > LARGEST_HEAD:
            return problem_response(request, 431, f"at most {LARGEST_HEAD} bytes of headers were expected")
        length = self.headers.get(b"content-length", b"0")
        if length.isdigit() and int(length[:20]) > self._limit:
            return problem_response(request, 413, f"a body of at most {self._limit} bytes was expected")
        if b"\x00" in self.scope.get("raw_path", b"") or "\x00" in self.scope["path"]:
            return problem_response(request, 400, "a path without NUL was expected")
        return None

    async def receive(self) -> Message:
        if self._body_complete:
            return await self._receive()
        try:
            async with asyncio.timeout(self._patience):
                message = await self._receive()
        except TimeoutError:
            self.refused = (408, f"no data came for {self._patience:g} s")
            raise _BodyRefusedError from None
        if message["type"] == "http.request":
            self._came += len(message.get("body", b""))
            self._body_complete = not message.get("more_body", False)
            if self._came > self._limit:
                self.refused = (413, f"a body of at most {self._limit} bytes was expected")
                raise _BodyRefusedError
        return message

    async def send(self, message: Message) -> None:
        if self.refused is not None and not self.status and not self._giving_up:
            return  # what the route made of half a body
        if message["type"] == "http.response.start":
            self.status = message["status"]
            present = {name.lower() for name, _ in message["headers"]}
            extra = {**HEADERS, "x-request-id": self.request_id}
            message["headers"] = [
                *message["headers"],
                *((k.encode(), v.encode()) for k, v in extra.items() if k.encode() not in present),
            ]
        elif message["type"] == "http.response.body":
            self.sent += len(message.get("body", b""))
        await self._send(message)

    async def give_up(self, status: int, detail: str) -> None:
        """End with a problem if nothing was sent yet, else break the connection."""
        if self.status:
            raise ConnectionAbortedError(detail)
        response = problem_response(Request(self.scope), status, detail)
        response.headers["connection"] = "close"
        self._giving_up = True
        await response(self.scope, self._receive, self.send)
