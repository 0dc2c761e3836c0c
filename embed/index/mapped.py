"""Rows of a large vector file, read without letting the process grow to the size of the file."""

from __future__ import annotations

import mmap
import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.format import read_array_header_1_0, read_magic
from numpy.typing import NDArray

from embed.exceptions import StoreCorrupt

__all__ = ["MappedVectors"]

_FEW = 512  # rows up to which single reads are quicker than page faults
_AROUND = 1 << 16  # bytes that the kernel maps around each touched page
_BUDGET = 1 << 28  # bytes of the file that may stay mapped in


class MappedVectors:
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
        self._map = mmap.mmap(self._handle, 0, access=mmap.ACCESS_READ)
        self._rows = np.frombuffer(self._map, dtype=np.float32, offset=self._start).reshape(shape)
        self._touched = 0
        self._lock = threading.Lock()

    def __del__(self) -> None:
        if hasattr(self, "_handle"):
            os.close(self._handle)

    def take(self, rows: NDArray[np.integer[Any]], *, random: bool = True) -> NDArray[np.float32]:
        """Copies of these rows, shape (len(rows), d). random: the rows lie far apart."""
        if random and len(rows) <= _FEW:
            return self._read(rows)
        taken: NDArray[np.float32] = self._rows[rows]
        with self._lock:
            self._touched += min(len(rows) * _AROUND, self._rows.nbytes)
            if self._touched > _BUDGET:
                self._map.madvise(mmap.MADV_DONTNEED)
                self._touched = 0
        return taken

    def _read(self, rows: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        width = self.shape[1] * 4
        taken = np.empty((len(rows), self.shape[1]), dtype=np.float32)
        views = taken.reshape(-1).view(np.uint8).data
        for place, row in enumerate(rows.tolist()):
            os.preadv(self._handle, [views[place * width : (place + 1) * width]], self._start + row * width)
        return taken
