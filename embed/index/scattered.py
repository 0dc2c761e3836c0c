"""Scattered rows of a large vector file, read without letting the process grow to the size of the file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.lib.format import read_array_header_1_0, read_magic
from numpy.typing import NDArray

from embed.exceptions import StoreCorrupt
from embed.index.files import read_array

__all__ = ["ScatteredRows"]

_MAPPED = 1 << 28  # bytes of a file that soon lies in memory as a whole, so that page faults end


class ScatteredRows:
    """The rows of a .npy file of float32. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        try:
            self._handle = os.open(path, os.O_RDONLY)
            with path.open("rb") as source:
                read_magic(source)
                shape, _, dtype = read_array_header_1_0(source)
                self._start = source.tell()
        except (OSError, ValueError) as error:
            raise StoreCorrupt(f"{path} is damaged: {error}.", hint="Run `bijian store verify`.") from error
        if dtype != np.float32 or len(shape) != 2:
            raise StoreCorrupt(f"{path} is damaged: it holds {dtype} of shape {shape}.")
        self.shape: tuple[int, int] = shape
        self._mapped = read_array(path) if shape[0] * shape[1] * 4 <= _MAPPED else None

    def __del__(self) -> None:
        if hasattr(self, "_handle"):
            os.close(self._handle)

    def __len__(self) -> int:
        return self.shape[0]

    def block(self, begin: int, end: int) -> NDArray[np.float32]:
        """A copy of rows begin … end − 1, of those that exist, shape (rows, d)."""
        end = min(end, self.shape[0])
        taken = np.empty((max(0, end - begin), self.shape[1]), dtype=np.float32)
        left, place = taken.reshape(-1).view(np.uint8).data, self._start + begin * self.shape[1] * 4
        while left:
            read = os.preadv(self._handle, [left], place)
            if not read:
                raise StoreCorrupt("the vectors end before their last row.", hint="Run `bijian store verify`.")
            left, place = left[read:], place + read
        return taken

    def take(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """Copies of these rows, shape (len(rows), d).

        Rows of a large file are read one by one: mapped, it takes a page fault for each, which costs several times as
        much, and counts as memory of the process. A small one is mapped, and a row then costs a tenth.
        """
        if self._mapped is not None:
            return cast("NDArray[np.float32]", self._mapped.take(rows, axis=0))
        width = self.shape[1] * 4
        places = (np.asarray(rows, dtype=np.int64) * width + self._start).tolist()
        read = bytearray().join([os.pread(self._handle, width, place) for place in places])
        return np.frombuffer(read, dtype=np.float32).reshape(len(places), self.shape[1])
