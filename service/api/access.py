"""Who is asking, and may they: keys, sessions of the page, and protection of a server without keys."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request

from service.api.desk import Desk, is_loopback
from service.api.keys import Key, Scope
from service.api.parameters import refuse_unknown_parameters
from service.api.problems import ProblemError

__all__ = ["Admin", "Caller", "DeskOf", "Reader", "Writer", "caller_of", "desk_of"]

COOKIE = "bijian_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who may ask. `name` is the key's name, or `local` on a server without keys."""

    name: str
    scope: Scope
    key: Key | None = None


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


def caller_of(request: Request) -> Caller | None:
    """The caller by bearer key, X-API-Key or the page's session; None when a key is needed and none is valid."""
    desk = desk_of(request)
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    secret = secret.strip() if kind.lower() == "bearer" else request.headers.get("x-api-key", "")
    if desk.access_is_open:
        _refuse_other_hosts(request)
        return Caller("local", Scope.ADMIN)
    if secret:
        key = desk.keys.check(secret[:200])
        return Caller(key.name, key.scope, key) if key is not None else None
    token = request.cookies.get(COOKIE, "")
    key = desk.keys.session(token[:200]) if token else None
    return Caller(key.name, key.scope, key) if key is not None else None


def _refuse_other_hosts(request: Request) -> None:
    # Without keys the browser of this machine is trusted; a foreign page must not reach us through it, be it by a
    # name that it points at 127.0.0.1 (the Host header tells) or by a form or fetch of its own (see below).
    host = urlsplit("//" + request.headers.get("host", "")).hostname or ""
    if host and not is_loopback(host):
        raise ProblemError(403, "without keys, only requests to localhost are answered", hint="bijian keys create NAME")


def refuse_foreign_pages(request: Request) -> None:
    """Writes that a browser sends for another site are refused; programs send neither header."""
    if request.method in _SAFE:
        return
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    own = f"//{request.headers.get('host', '')}"
    foreign = origin is not None and not origin.endswith(own)
    if foreign and origin in _allowed(request):
        return
    if foreign or site not in ("same-origin", "none"):
        raise ProblemError(403, "a write for another site was refused")


def _allowed(request: Request) -> set[str]:
    return {part.strip() for part in desk_of(request).settings.cors_origins.split(",") if part.strip()}


def _needs(scope: Scope) -> Callable[[Request], Coroutine[Any, Any, Caller]]:
    async def check(request: Request) -> Caller:
        caller = caller_of(request)
        if caller is None:
            raise ProblemError(401, "a valid key was expected", hint="Authorization: Bearer bj_…")
        refuse_foreign_pages(request)
        address = request.client.host if request.client else "-"
        wait = desk_of(request).limits.wait(caller.key.id if caller.key else address)
        if wait:
            raise ProblemError(429, "more requests came than this key may send", retry_after=math.ceil(wait))
        request.state.caller = caller.key.id if caller.key else caller.name
        if not caller.scope.allows(scope):
            raise ProblemError(403, f"a key of scope {scope.value} was expected; this one has {caller.scope.value}")
        refuse_unknown_parameters(request)
        return caller

    check.__name__ = f"needs_{scope.value}"
    return check


def fingerprint(text: str) -> str:
    """A short stand-in for a text in logs and audit lines."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


async def _desk(request: Request) -> Desk:  # a plain function would be called in a thread of its own, at each request
    return desk_of(request)


DeskOf = Annotated[Desk, Depends(_desk)]
Reader = Annotated[Caller, Depends(_needs(Scope.READ))]
Writer = Annotated[Caller, Depends(_needs(Scope.WRITE))]
Admin = Annotated[Caller, Depends(_needs(Scope.ADMIN))]
