"""Bytes and a name in; decoded source text and clean text with a map back out."""

from embed.reading.cleaning import clean
from embed.reading.document import CleanText, FileKind, Hint, Removal, RemovalReason, SourceDocument
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
