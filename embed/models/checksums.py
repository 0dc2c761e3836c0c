"""Checksums of a model's files: written when a folder is built, checked when it is used."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

from embed.exceptions import ModelCorrupt

__all__ = ["CHECKSUMS", "check_file", "file_sha256", "folder_checksums", "verify_folder", "write_checksums"]

CHECKSUMS = "checksums.json"
DECIDING = ("*.json", "*.safetensors", "*.txt", "*.model", "*/*.json", "*/*.safetensors")


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


def verify_folder(folder: Path, *, stamps: Path | None = None) -> dict[str, str]:
    """Compare every file with the folder's record; return path → SHA-256.

    Args:
        folder: a built folder.
        stamps: where sizes and times of files found whole are kept. A file with the same size and time is not read
            again: half a gigabyte takes half a second. None reads every byte.

    Raises:
        ModelCorrupt: a file is missing or has other bytes; the message names it.
    """
    sums = read_checksums(folder)
    actual = folder_checksums(folder, sorted(sums), stamps=stamps)
    for name, expected in sums.items():
        _compare(folder / name, expected, actual[name], hint=_again(folder))
    return sums


def folder_checksums(folder: Path, names: list[str] | None = None, *, stamps: Path | None = None) -> dict[str, str]:
    """SHA-256 of the named files, or of all that decide a model's vectors; `stamps` as in `verify_folder`.

    Raises:
        ModelCorrupt: a file is missing.
    """
    if names is None:
        found = {path.relative_to(folder).as_posix() for pattern in DECIDING for path in folder.glob(pattern)}
        names = sorted(found - {CHECKSUMS})
    known = _read_stamps(stamps, folder)
    fresh: dict[str, list[int | str]] = {}
    for name in names:
        path = folder / name
        try:
            status = path.stat()
            stamp: list[int | str] = [status.st_size, status.st_mtime_ns]
            seen = known.get(name)
            fresh[name] = seen if seen and seen[:2] == stamp else [*stamp, file_sha256(path)]
        except OSError as error:
            raise ModelCorrupt(f"model file {path} cannot be read: {error.strerror}.", hint=_again(folder)) from error
    if stamps is not None and fresh != known:
        _write_stamps(stamps, folder, fresh)
    return {name: str(stamp[2]) for name, stamp in fresh.items()}


def check_file(path: Path, expected: str, *, hint: str) -> None:
    """Compare one file with its SHA-256.

    Raises:
        ModelCorrupt: they differ.
    """
    _compare(path, expected, file_sha256(path), hint=hint)


def _compare(path: Path, expected: str, actual: str, *, hint: str) -> None:
    if actual != expected:
        raise ModelCorrupt(f"{path} is damaged: expected SHA-256 {expected[:16]}…, came {actual[:16]}….", hint=hint)


def _stamp_file(stamps: Path, folder: Path) -> Path:
    return stamps / f"{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}.json"


def _read_stamps(stamps: Path | None, folder: Path) -> dict[str, list[int | str]]:
    if stamps is None:
        return {}
    try:
        known = json.loads(_stamp_file(stamps, folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write_stamps(stamps: Path, folder: Path, fresh: dict[str, list[int | str]]) -> None:
    # A cache that cannot be written costs time, not truth.
    with contextlib.suppress(OSError):
        stamps.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=stamps)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(fresh, file)
        Path(name).replace(_stamp_file(stamps, folder))


def _again(folder: Path) -> str:
    return f"Delete the folder {folder}; it is built again on the next use."
