"""Files that people send: bounded, named safely, read by the same readers as on the command line."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from pathlib import Path

from fastapi import UploadFile

from embed.exceptions import UnreadableFile
from embed.reading import SourceDocument, read_bytes
from service.api.problems import ProblemError

__all__ = ["documents", "keep", "read_upload", "safe_name"]

LONGEST_NAME = 200  # bytes; file systems allow 255
_SEPARATORS = re.compile(r"[/\\]")


def safe_name(given: str | None) -> str:
    """The last part of a sent file name, without control characters; never empty, `.` or `..`."""
    name = _SEPARATORS.split(unicodedata.normalize("NFC", given or ""))[-1]
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, suffix = name.rpartition(".")
    room = LONGEST_NAME - len((dot + suffix).encode()) if len(suffix) <= 8 else LONGEST_NAME
    if room < LONGEST_NAME:
        name = stem.encode()[:room].decode(errors="ignore") + dot + suffix
    return name.encode()[:LONGEST_NAME].decode(errors="ignore") or "upload"


async def read_upload(file: UploadFile) -> tuple[bytes, str]:
    """The bytes and the safe name of one file. Raises ProblemError for an empty one."""
    data = await file.read()
    if not data:
        raise ProblemError(422, f"{safe_name(file.filename)!r} is empty")
    return data, safe_name(file.filename)


def documents(data: bytes, name: str) -> list[SourceDocument]:
    """The documents in a file, archives opened.

    Raises:
        UnreadableFile: nothing in it can be read.
    """
    found = list(read_bytes(data, name))
    readable = [item for item in found if isinstance(item, SourceDocument)]
    if not readable:
        first = next((item for item in found if not isinstance(item, SourceDocument)), None)
        detail = getattr(first, "message", None) or f"{name!r} holds no document that can be read"
        raise UnreadableFile(str(detail), reason=str(getattr(first, "reason", "empty")))
    return readable


def keep(store: Path, data: bytes, name: str) -> Path:
    """Write sent bytes to their lasting place in the store: by content, under their safe name."""
    place = store.resolve() / "service" / "uploads" / hashlib.sha256(data).hexdigest()[:16]
    place.mkdir(parents=True, exist_ok=True)
    path = place / name
    if not path.exists():
        fresh = place / f".{secrets.token_hex(4)}"
        fresh.write_bytes(data)
        fresh.replace(path)
    return path
