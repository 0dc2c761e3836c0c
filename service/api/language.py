"""Which language a reader gets: `?lang=`, else the cookie, else Accept-Language, else the setting."""

from __future__ import annotations

from typing import Literal

from starlette.requests import Request

__all__ = ["Language", "language_of"]

Language = Literal["zh", "en"]


def language_of(request: Request) -> Language:
    """`zh` or `en`; anything else that is asked for is passed over."""
    for asked in (request.query_params.get("lang"), request.cookies.get("lang")):
        if asked in ("zh", "en"):
            return "zh" if asked == "zh" else "en"
    for part in request.headers.get("accept-language", "")[:200].split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in ("zh", "en"):
            return "zh" if tag == "zh" else "en"
    desk = getattr(getattr(request.scope.get("app"), "state", None), "desk", None)
    return "en" if desk is not None and desk.settings.lang == "en" else "zh"
