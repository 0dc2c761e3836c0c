"""What the processes of one server share: small tables in mapped files, and who is least busy."""

from __future__ import annotations

import contextlib
import fcntl
import functools
import mmap
import os
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

from embed.models.cores import cores_given

__all__ = [
    "FOLDER",
    "Loads",
    "SharedTable",
    "is_alive",
    "job_environment",
    "loads_of_process",
    "share_cores",
    "shared_folder",
]

FOLDER = "BIJIAN_SHARED_FOLDER"  # the environment variable that names the folder to the serving processes
_THREADS = "OMP_NUM_THREADS"  # of matrix products and of the vector search
_SET_HERE = "BIJIAN_CORES_SHARED"
MOST_PROCESSES = 64
COLD = 1 << 20  # what a process that is not ready yet counts as, in connections
_SLOT = struct.Struct("=qq")  # process id (0: nobody's), load


def shared_folder() -> Path | None:
    """Where the processes of this server keep what they share; None where there is one process alone."""
    name = os.environ.get(FOLDER)
    return Path(name) if name else None


def share_cores(processes: int) -> None:
    """Let the serving processes to be started compute with their share of the cores each, unless that is set."""
    if _THREADS not in os.environ:
        os.environ |= {_THREADS: str(max(1, cores_given() // processes)), _SET_HERE: "1"}


def job_environment() -> dict[str, str]:
    """The environment of this process as a job is to have it: with all cores."""
    given = dict(os.environ)
    if given.pop(_SET_HERE, None):
        given.pop(_THREADS, None)
    return given


class SharedTable:
    """Bytes that every process with the same file sees; without a file they belong to this process alone.

    path: made and filled with zeros when it is not there yet.
    """

    def __init__(self, path: Path | None, size: int) -> None:
        self._thread = threading.Lock()
        self._file = None if path is None else os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if self._file is not None:
            with self.locked():
                if os.fstat(self._file).st_size < size:
                    os.ftruncate(self._file, size)
        self.bytes = mmap.mmap(-1 if self._file is None else self._file, size)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other thread and process out; a process that dies lets go."""
        with self._thread:
            if self._file is None:
                yield
                return
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        self.bytes.close()
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Loads:
    """The open connections of each serving process; this process has one slot, which a successor may take over."""

    def __init__(self, path: Path) -> None:
        self._table = SharedTable(path, MOST_PROCESSES * _SLOT.size)
        self._connections = 0
        self._cold = COLD
        with self._table.locked():
            slots = list(_SLOT.iter_unpack(self._table.bytes[:]))
            free = (place for place, (process, _) in enumerate(slots) if not is_alive(process))
            self._place = next(free, MOST_PROCESSES - 1)
            self._note()

    def ready(self) -> None:
        """From now on this process counts by its connections alone."""
        self._cold = 0
        self._note()

    def add(self, connections: int) -> None:
        """So many more connections are open, or fewer."""
        self._connections += connections
        self._note()

    def ahead(self) -> int:
        """How much more this process has to do than the least busy other one; 0 when it is alone or behind."""
        slots = _SLOT.iter_unpack(self._table.bytes[:])
        others = [load for place, (process, load) in enumerate(slots) if process and place != self._place]
        return max(0, self._connections + self._cold - min(others)) if others else 0

    def close(self) -> None:
        """Leave the slot to others."""
        _SLOT.pack_into(self._table.bytes, self._place * _SLOT.size, 0, 0)
        self._table.close()

    def _note(self) -> None:
        load = self._connections + self._cold
        _SLOT.pack_into(self._table.bytes, self._place * _SLOT.size, os.getpid(), load)


def is_alive(process: int | None) -> bool:
    """Whether a process with this number runs; None and 0 stand for none."""
    if not process:
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@functools.cache
def loads_of_process() -> Loads | None:
    """The place of this process among the serving ones; None where it serves alone."""
    folder = shared_folder()
    return None if folder is None else Loads(folder / "loads")
