"""Vectors by content hash: computed once, kept in immutable segment files, one folder for each encoder fingerprint.

A segment, little endian: magic `BJV1`, u32 dimension, u64 rows, rows × 32 bytes of SHA-256 in ascending order,
rows × dimension float32, and the SHA-256 of all bytes before. A segment appears at one instant under its final name.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import ModelMismatch, StoreCorrupt
from embed.index.files import disk_errors, sync_folder

__all__ = ["VectorBank", "damaged_segments", "text_hash"]

_MAGIC = b"BJV1"
_HEADER = struct.Struct("<4sIQ")
_HASH = 32
_MERGE_AT = 16  # segments of one class of sizes that are merged into one of the next class
_LARGEST = _MERGE_AT**4  # rows of a segment that is merged no more by itself; what a merge holds in memory
_BLOCK = 1 << 13  # rows that a merge copies at a time
_SUFFIX = ".vec"


def text_hash(text: str) -> bytes:
    """The SHA-256 of a text, 32 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


class _Segment:
    """One open segment. `hashes` is (rows,) of 32 bytes, ascending; `vectors` (rows, d) float32; both mapped."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as source:
            head = source.read(_HEADER.size)
        if len(head) != _HEADER.size:
            raise _damaged(path, "it is cut off")
        magic, dimension, rows = _HEADER.unpack(head)
        size = _HEADER.size + rows * (_HASH + 4 * dimension) + _HASH
        if magic != _MAGIC or path.stat().st_size != size:
            raise _damaged(path, f"expected {size} bytes, found {path.stat().st_size}")
        with path.open("rb") as source:
            self._map = mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        data = np.frombuffer(self._map, dtype=np.uint8)
        middle = _HEADER.size + rows * _HASH
        self.hashes = data[_HEADER.size : middle].view(f"V{_HASH}")
        prefixes = data[_HEADER.size : middle].reshape(rows, _HASH)[:, :8].copy().view(">u8").reshape(rows)
        self.prefixes = prefixes.astype(np.uint64)
        self.vectors = data[middle : size - _HASH].view(np.float32).reshape(rows, dimension)

    def release(self) -> None:
        """Give back the memory of pages that were read; they are read again when they are needed."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def verify(self) -> bool:
        """Whether the checksum at the end is that of the bytes before it."""
        size = self.path.stat().st_size
        digest = hashlib.sha256()
        with self.path.open("rb") as source:
            left = size - _HASH
            while left:
                block = source.read(min(1 << 20, left))
                digest.update(block)
                left -= len(block)
            return source.read(_HASH) == digest.digest()

    def rows_of(self, prefixes: NDArray[np.uint64], hashes: NDArray[np.void]) -> NDArray[np.int64]:
        """The row of each hash, −1 where it is not here."""
        if not len(self.prefixes):
            return np.full(len(prefixes), -1, dtype=np.int64)
        rows = np.minimum(np.searchsorted(self.prefixes, prefixes), len(self.prefixes) - 1).astype(np.int64)
        found = np.full(len(prefixes), -1, dtype=np.int64)
        alike = np.flatnonzero(self.prefixes[rows] == prefixes)
        same = alike[self.hashes[rows[alike]] == hashes[alike]]
        found[same] = rows[same]
        return found


def _damaged(path: Path, why: str) -> StoreCorrupt:
    return StoreCorrupt(
        f"{path} is damaged: {why}.",
        hint="Run `bijian store verify --repair`: damaged vectors are set aside and computed again.",
    )


def damaged_segments(folder: Path) -> list[Path]:
    """The segment files under a store's `vectors` whose bytes are not what was written, sorted."""
    damaged = []
    for path in sorted(folder.glob(f"*/*{_SUFFIX}")):
        try:
            if not _Segment(path).verify():
                damaged.append(path)
        except (StoreCorrupt, OSError, ValueError):
            damaged.append(path)
    return damaged


class VectorBank:
    """All vectors of one encoder. One writer at a time; any number of readers.

    folder: `store/vectors`; fingerprint: the encoder's; dimension: length of a vector.
    """

    def __init__(self, folder: Path, fingerprint: str, dimension: int) -> None:
        self.folder = folder / fingerprint
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._segments: list[_Segment] = []
        if self.folder.is_dir():
            self._segments = [_Segment(path) for path in self._paths()]
        for segment in self._segments:
            if segment.vectors.shape[1] != dimension:
                raise ModelMismatch(
                    f"{segment.path} holds vectors of {segment.vectors.shape[1]} numbers, expected {dimension}."
                )

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob(f"*{_SUFFIX}"))

    def __len__(self) -> int:
        return sum(len(s.hashes) for s in self._segments)

    def missing(self, hashes: Sequence[bytes]) -> list[bytes]:
        """Those of the hashes that have no vector yet, each once, ascending."""
        wanted = sorted(set(hashes))
        if not wanted:
            return []
        where = self._locate(b"".join(wanted))
        return [h for h, (segment, _) in zip(wanted, where, strict=True) if segment < 0]

    def _locate(self, hashes: bytes | bytearray) -> NDArray[np.int64]:
        """Shape (hashes, 2): segment and row of each hash, −1 where there is none."""
        raw = np.frombuffer(hashes, dtype=f"V{_HASH}")
        prefixes = raw.view(np.uint8).reshape(len(raw), _HASH)[:, :8].copy().view(">u8").reshape(len(raw))
        prefixes = prefixes.astype(np.uint64)
        where = np.full((len(raw), 2), -1, dtype=np.int64)
        for number, segment in enumerate(self._segments):
            open_ones = np.flatnonzero(where[:, 0] < 0)
            rows = segment.rows_of(prefixes[open_ones], raw[open_ones])
            new = open_ones[rows >= 0]
            where[new, 0] = number
            where[new, 1] = rows[rows >= 0]
        return where

    def gather(self, hashes: Sequence[bytes]) -> NDArray[np.float32]:
        """Shape (len(hashes), dimension): the vector of each hash.

        Raises:
            StoreCorrupt: a vector that must be here is not.
        """
        return self.at(self.find(b"".join(hashes)))

    def find(self, hashes: bytes | bytearray) -> NDArray[np.int64]:
        """Where the vectors of these hashes are, 32 bytes each: what `at` takes, shape (hashes, 2).

        Raises:
            StoreCorrupt: a vector that must be here is not.
        """
        where = self._locate(hashes)
        if (where[:, 0] < 0).any():
            raise StoreCorrupt(
                f"{int((where[:, 0] < 0).sum())} vectors are missing in {self.folder}.",
                hint="Run `bijian index` on the files again: what is missing is computed anew.",
            )
        return where

    def at(self, where: NDArray[np.int64]) -> NDArray[np.float32]:
        """Shape (len(where), dimension): vectors that `find` found, as long as nothing was added since."""
        found = np.empty((len(where), self.dimension), dtype=np.float32)
        for number in np.unique(where[:, 0]):
            mine = np.flatnonzero(where[:, 0] == number)
            found[mine] = self._segments[number].vectors[where[mine, 1]]
        return found

    def release(self) -> None:
        """Give back the memory of what was gathered; everything can still be gathered."""
        for segment in self._segments:
            segment.release()

    def add(self, hashes: Sequence[bytes], vectors: NDArray[np.float32]) -> None:
        """Keep vectors for good: when this returns they outlive a power cut."""
        if vectors.shape != (len(hashes), self.dimension):
            raise ModelMismatch(f"expected vectors of shape {(len(hashes), self.dimension)}, got {vectors.shape}.")
        if not len(hashes):
            return
        order = sorted(range(len(hashes)), key=hashes.__getitem__)
        self._write([hashes[i] for i in order], [vectors[order]])
        while self._merge_class():
            pass

    def _merge_class(self) -> bool:
        """Merge the segments of a class of sizes (powers of _MERGE_AT) that has become full; whether there was one.

        Every row is written once for each class: n rows cost n log n, whatever the size of the parts that came.
        """
        classes: dict[int, list[_Segment]] = {}
        for segment in self._segments:
            if len(segment.hashes) < _LARGEST:
                classes.setdefault(_size_class(len(segment.hashes)), []).append(segment)
        full = [members for _, members in sorted(classes.items()) if len(members) >= _MERGE_AT]
        if full:
            self._merge(full[0])
        return bool(full)

    def _write(self, hashes: Sequence[bytes], vectors: Iterable[NDArray[np.float32]]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        beside = self.folder / f".writing.{os.getpid()}"
        parts: Iterable[bytes] = chain(
            (_HEADER.pack(_MAGIC, self.dimension, len(hashes)), b"".join(hashes)),
            (np.ascontiguousarray(block, dtype="<f4").tobytes() for block in vectors),
        )
        try:
            with disk_errors(beside), beside.open("wb") as out:
                for part in parts:
                    digest.update(part)
                    out.write(part)
                out.write(digest.digest())
                out.flush()
                os.fsync(out.fileno())
            path = self.folder / f"{digest.hexdigest()[:24]}{_SUFFIX}"
            with disk_errors(path):
                beside.replace(path)
                sync_folder(self.folder)
                sync_folder(self.folder.parent)
        finally:
            beside.unlink(missing_ok=True)
        if all(s.path != path for s in self._segments):
            self._segments.append(_Segment(path))

    def merge(self) -> None:
        """Write all segments as one and remove them."""
        self._merge(list(self._segments))

    def _merge(self, chosen: Sequence[_Segment]) -> None:
        if len(chosen) < 2:
            return
        hashes = np.concatenate([np.asarray(s.hashes).view(np.uint8).reshape(-1, _HASH) for s in chosen])
        listed = [row.tobytes() for row in hashes]
        order = sorted(range(len(listed)), key=listed.__getitem__)
        order = [i for n, i in enumerate(order) if n == 0 or listed[i] != listed[order[n - 1]]]
        segment = np.repeat(np.arange(len(chosen)), [len(s.hashes) for s in chosen])[order]
        row = np.concatenate([np.arange(len(s.hashes)) for s in chosen])[order]

        def blocks() -> Iterator[NDArray[np.float32]]:
            for begin in range(0, len(order), _BLOCK):
                part = slice(begin, begin + _BLOCK)
                block = np.empty((len(order[part]), self.dimension), dtype=np.float32)
                for number in np.unique(segment[part]):
                    mine = segment[part] == number
                    block[mine] = chosen[number].vectors[row[part][mine]]
                yield block

        self._segments = [s for s in self._segments if s not in chosen]
        self._write([listed[i] for i in order], blocks())
        written = {s.path for s in self._segments}
        for old in chosen:
            if old.path not in written:
                old.path.unlink(missing_ok=True)


def _size_class(rows: int) -> int:
    """0 below _MERGE_AT, 1 below its square, and so on."""
    return next(n for n in range(64) if rows < _MERGE_AT ** (n + 1))
