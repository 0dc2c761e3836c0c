"""Checksums of a built folder: written when it is built, checked when it is used."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from embed.exceptions import ModelCorrupt

__all__ = ["CHECKSUMS", "check_file", "file_sha256", "verify_folder", "write_checksums"]

CHECKSUMS = "checksums.json"


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_checksums(folder: Path) -> dict[str, str]:
    """Record every file under `folder` in its checksums.json; return path → SHA-256."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    sums = {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}
    (folder / CHECKSUMS).write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
    return sums


def read_checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of each path, as recorded when the folder was built.

    Raises:
        ModelCorrupt: the record is missing or damaged.
    """
    path = folder / CHECKSUMS
    try:
        sums = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelCorrupt(f"{path} cannot be read: {error}.", hint=_again(folder)) from error
    if not isinstance(sums, dict):
        raise ModelCorrupt(f"{path} is not a record of checksums.", hint=_again(folder))
    return {str(name): str(value) for name, value in sums.items()}


def verify_folder(folder: Path, names: Iterable[str] | None = None) -> dict[str, str]:
    """Compare files (all by default) with the folder's record; return path → SHA-256.

    Raises:
        ModelCorrupt: a file is missing or has other bytes; the message names it.
    """
    sums = read_checksums(folder)
    for name in sums if names is None else names:
        path = folder / name
        if not path.is_file():
            raise ModelCorrupt(f"model file {path} is missing.", hint=_again(folder))
        check_file(path, sums.get(name, ""), hint=_again(folder))
    return sums


def check_file(path: Path, expected: str, *, hint: str) -> None:
    """Compare one file with its SHA-256.

    Raises:
        ModelCorrupt: they differ.
    """
    actual = file_sha256(path)
    if actual != expected:
        raise ModelCorrupt(f"{path} is damaged: expected SHA-256 {expected[:16]}…, came {actual[:16]}….", hint=hint)


def _again(folder: Path) -> str:
    return f"Delete the folder {folder}; it is built again on the next use."
