"""Short ways to a source document and its clean text."""

from __future__ import annotations

import hashlib

from embed.reading import FileKind, RemovalReason, SourceDocument, clean

__all__ = ["cleaned", "removed", "source"]


def source(text: str) -> SourceDocument:
    return SourceDocument("x.txt", hashlib.sha256(text.encode()).hexdigest(), FileKind.TEXT, text, "utf-8")


def cleaned(text: str) -> str:
    return clean(source(text)).text


def removed(text: str) -> list[tuple[RemovalReason, str]]:
    return [(removal.reason, removal.text) for removal in clean(source(text)).removals]
