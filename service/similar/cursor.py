"""Cursors: where a list goes on, tied to the generation and to the question."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import fields

from embed.exceptions import QueryError
from service.similar.query import MOST_RESULTS, SimilarQuery

__all__ = ["digest_of", "make_cursor", "read_cursor"]

_FREE = ("cursor", "k", "explain")  # may change from page to page


def digest_of(query: SimilarQuery) -> str:
    """Names the question: equal for every page of one list."""
    parts = []
    for row in fields(query):
        if row.name not in _FREE:
            value = getattr(query, row.name)
            parts.append((row.name, value.tobytes().hex() if hasattr(value, "tobytes") else repr(value)))
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def make_cursor(generation: int, query: SimilarQuery, offset: int) -> str:
    """The cursor of the hits (or groups) from `offset` on."""
    value = json.dumps([generation, digest_of(query), offset], separators=(",", ":"))
    return base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")


def read_cursor(cursor: str, generation: int, query: SimilarQuery) -> int:
    """The offset that a cursor stands for.

    Raises:
        QueryError: it is no cursor, or belongs to another generation or another question.
    """
    try:
        number, digest, offset = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        good = isinstance(number, int) and isinstance(offset, int) and 0 <= offset <= MOST_RESULTS * MOST_RESULTS
    except (ValueError, TypeError, binascii.Error, UnicodeDecodeError, RecursionError):
        good = False
    if not good:
        raise QueryError(f"{cursor[:40]!r} is not a cursor.", hint="Take it unchanged from an earlier answer.")
    if number != generation:
        raise QueryError(
            f"the cursor belongs to generation {number}, the store now has {generation}.",
            hint="Ask again without a cursor: the index has changed since.",
        )
    if digest != digest_of(query):
        raise QueryError("the cursor belongs to another question.", hint="Repeat the question unchanged.")
    return int(offset)
