"""Bytes and a name in; decoded source text and clean text with a map back out.

The types are here at once; what reads and cleans is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from embed.reading.document import CleanText, FileKind, Hint, Removal, RemovalReason, SourceDocument

if TYPE_CHECKING:
    from embed.reading.cleaning import clean
    from embed.reading.files import read_bytes, read_documents
    from embed.reading.limits import Limits, ReadFailure
    from embed.reading.script import to_simplified

__all__ = [
    "CleanText",
    "FileKind",
    "Hint",
    "Limits",
    "ReadFailure",
    "Removal",
    "RemovalReason",
    "SourceDocument",
    "clean",
    "read_bytes",
    "read_documents",
    "to_simplified",
]

_PLACES = {
    "Limits": "embed.reading.limits",
    "ReadFailure": "embed.reading.limits",
    "clean": "embed.reading.cleaning",
    "read_bytes": "embed.reading.files",
    "read_documents": "embed.reading.files",
    "to_simplified": "embed.reading.script",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the door offers
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
