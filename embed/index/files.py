"""Writing files so that a power cut leaves the old or the new content; checksums; errors of the disk translated."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from embed.exceptions import DiskFull, StoreCorrupt, StoreError

__all__ = [
    "ArrayWriter",
    "checksum",
    "disk_errors",
    "read_array",
    "read_current",
    "replace_file",
    "settle_file",
    "sync_folder",
    "write_array",
    "write_current",
    "write_file",
]

_BLOCK = 1 << 20


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn a full disk and refused writes into the store's own errors."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise DiskFull(
                f"the disk is full: {path} could not be written.",
                hint="Free some space and run the same command again: finished work is kept.",
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO):
            raise StoreError(
                f"{path} cannot be written: {error.strerror}.", hint="Check the disk and the folder's permissions."
            ) from error
        raise


def sync_folder(path: Path) -> None:
    """Make the names in a folder outlive a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(path: Path, data: bytes | memoryview) -> None:
    """Write a new file and make its content outlive a power cut."""
    with disk_errors(path), path.open("wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def settle_file(path: Path) -> None:
    """Make the content of a file that somebody else wrote outlive a power cut."""
    with disk_errors(path), path.open("rb") as written:
        os.fsync(written.fileno())


def replace_file(path: Path, data: bytes) -> None:
    """Put new content in the place of a file at one instant."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_file(beside, data)
        with disk_errors(path):
            beside.replace(path)
            sync_folder(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def write_array(path: Path, array: NDArray[np.generic]) -> None:
    """Write an array as a .npy file and make it outlive a power cut."""
    with disk_errors(path), path.open("wb") as out:
        np.save(out, array, allow_pickle=False)
        out.flush()
        os.fsync(out.fileno())


class ArrayWriter:
    """Writes a .npy file block by block, as a context manager; at its end the file outlives a power cut.

    settle: False leaves that to a later `settle_file`.
    """

    def __init__(self, path: Path, dtype: np.dtype[Any], shape: tuple[int, ...], *, settle: bool = True) -> None:
        self._path = path
        self._settle = settle
        self._header = {"descr": dtype.str, "fortran_order": False, "shape": shape}

    def __enter__(self) -> ArrayWriter:
        with disk_errors(self._path):
            self._out = self._path.open("wb")
            write_array_header_1_0(self._out, self._header)
        return self

    def write(self, block: NDArray[np.generic]) -> None:
        """The next rows, of the type and width that were announced."""
        with disk_errors(self._path):
            self._out.write(np.ascontiguousarray(block).data)

    def __exit__(self, *error: object) -> None:
        with disk_errors(self._path), self._out:
            self._out.flush()
            if self._settle:
                os.fsync(self._out.fileno())


def read_array(path: Path, *, mapped: bool = True) -> NDArray[np.generic]:
    """Open a .npy file, memory-mapped where it holds anything.

    Raises:
        StoreCorrupt: the file is missing, cut off or no such file.
    """
    try:
        if mapped:
            try:
                # a plain view: every slice of a np.memmap costs microseconds more
                array: NDArray[np.generic] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
            except ValueError:
                array = np.load(path, allow_pickle=False)  # an empty array cannot be mapped
        else:
            array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        raise StoreCorrupt(f"{path} is damaged: {error}.", hint="Run `bijian store verify`.") from error
    array.flags.writeable = False
    return array


def checksum(path: Path) -> str:
    """The SHA-256 of a file's content, 64 hex digits."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def read_current(path: Path) -> int:
    """The number in a CURRENT file, 0 before the first generation.

    Raises:
        StoreCorrupt: the file is missing or not what was written.
    """
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, ValueError) as error:
        raise _no_current(path, str(error)) from error
    number, _, _ = text.partition(" ")
    if not number.isdigit() or text != _current(int(number)):
        raise _no_current(path, f"it holds {text[:24]!r}")
    return int(number)


def write_current(path: Path, number: int) -> None:
    """Put another number into CURRENT at one instant."""
    replace_file(path, _current(number).encode())


def _current(number: int) -> str:
    return f"{number} {hashlib.sha256(str(number).encode()).hexdigest()[:8]}\n"


def _no_current(path: Path, why: str) -> StoreCorrupt:
    return StoreCorrupt(f"{path} is damaged: {why}.", hint="Run `bijian store verify --repair`.")
