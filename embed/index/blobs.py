"""Many short texts in one mapped file, each found by its row."""

from __future__ import annotations

import mmap
import os
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import StoreCorrupt
from embed.index.files import disk_errors, read_array, write_array

__all__ = ["BlobWriter", "Blobs"]


class BlobWriter:
    """Writes `name.bin` and, at the end, `name.offsets.npy`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._path = folder / f"{name}.bin"
        self._out = self._path.open("wb")
        self._offsets = array("q", [0])

    def append(self, text: str) -> None:
        """Add one text; its row is the number of texts before it."""
        data = text.encode("utf-8", "surrogatepass")
        self.extend(data, (len(data),))

    def extend(self, data: bytes, sizes: Sequence[int]) -> None:
        """Add several texts, encoded one after the other, each of so many bytes."""
        with disk_errors(self._path):
            self._out.write(data)
        for size in sizes:
            self._offsets.append(self._offsets[-1] + size)

    def close(self) -> None:
        """Finish both files so that they outlive a power cut."""
        with disk_errors(self._path), self._out:
            self._out.flush()
            os.fsync(self._out.fileno())
        write_array(self._folder / f"{self._name}.offsets.npy", np.frombuffer(self._offsets, dtype=np.int64))


class Blobs:
    """The texts that a `BlobWriter` wrote, memory-mapped."""

    def __init__(self, folder: Path, name: str) -> None:
        path = folder / f"{name}.bin"
        self._offsets = cast("NDArray[np.int64]", read_array(folder / f"{name}.offsets.npy"))
        try:
            with path.open("rb") as source:
                empty = path.stat().st_size == 0
                self._data: mmap.mmap | bytes = b"" if empty else mmap.mmap(source.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError as error:
            raise StoreCorrupt(f"{path} is damaged: {error}.", hint="Run `bijian store verify`.") from error

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, row: int) -> str:
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        data = self._data[int(self._offsets[row]) : int(self._offsets[row + 1])]
        return data.decode("utf-8", "surrogatepass")

    def joined(self, begin: int, end: int) -> str:
        """The texts of rows begin … end − 1, one after the other."""
        data = self._data[int(self._offsets[begin]) : int(self._offsets[end])]
        return data.decode("utf-8", "surrogatepass")

    def containing(self, needle: str) -> NDArray[np.int32]:
        """The rows whose text contains the needle, ascending. One pass over the file."""
        data = self._data
        wanted = needle.encode("utf-8", "surrogatepass")
        rows: list[int] = []
        place = data.find(wanted) if wanted else -1
        while place >= 0:
            row = int(np.searchsorted(self._offsets, place, side="right")) - 1
            end = int(self._offsets[row + 1])
            if place + len(wanted) <= end:
                rows.append(row)
                place = data.find(wanted, end)
            else:  # the needle lies across two texts
                place = data.find(wanted, place + 1)
        return np.array(rows, dtype=np.int32)
