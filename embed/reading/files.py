"""Files, folders and bytes to source documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from embed.exceptions import UnreadableFile
from embed.reading.decoding import decode
from embed.reading.document import FileKind, SourceDocument
from embed.reading.limits import DEFAULT_LIMITS, Limits, ReadFailure

__all__ = ["read_bytes", "read_documents"]


def read_documents(path: Path, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[SourceDocument | ReadFailure]:
    """Every document in a file, an archive or a folder, in the order of their names."""
    paths = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    for file in paths:
        yield from _read_file(file, limits)


def _read_file(path: Path, limits: Limits) -> Iterator[SourceDocument | ReadFailure]:
    try:
        data = path.read_bytes()
    except OSError as error:
        yield ReadFailure(
            str(path), "unreadable", f"文件打不开：{error.strerror} · cannot open the file: {error.strerror}"
        )
        return
    yield from read_bytes(data, str(path), limits=limits)


def read_bytes(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[SourceDocument | ReadFailure]:
    """Every document in these bytes; `name` is how they are called in results."""
    try:
        yield _read_text(data, name)
    except UnreadableFile as error:
        yield ReadFailure.of(name, error)


def _read_text(data: bytes, name: str) -> SourceDocument:
    if not data.strip():
        raise UnreadableFile(
            "文件是空的 · the file is empty", reason="empty", hint="重新下载或导出 · fetch the file again"
        )
    text, encoding, warnings = decode(data)
    return SourceDocument(name, hashlib.sha256(data).hexdigest(), FileKind.TEXT, text, encoding, (), warnings)
