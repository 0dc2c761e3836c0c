"""A store: one directory with a catalog, vectors and generations, exactly one of which is current."""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import StoreCorrupt, StoreMissing
from embed.index.catalog import Catalog
from embed.index.files import disk_errors, read_current, write_current
from embed.index.generation import Generation
from embed.index.readings import Readings

if TYPE_CHECKING:
    from embed.index.tables import StoredReport
    from embed.index.writer import StoreWriter
    from embed.models.encoder import Encoder
    from embed.structure.report import Report

__all__ = ["Store"]

_TRIES = 50


class Store:
    """One directory with everything. Readers keep one generation; one writer at a time builds the next."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._held: dict[int, tuple[Generation, int]] = {}  # open generations and how many hold each
        self._handles: dict[int, int] = {}  # locked handles that keep other processes from removing them

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Store:
        """Open the store in a directory.

        Raises:
            StoreMissing: there is no store and `create` is not set, or the path is a file.
        """
        path = Path(path)
        if not (path / "catalog.sqlite").exists():
            if not create:
                raise StoreMissing(
                    f"there is no store at {path}.", hint=f"Make one with `bijian index FILES… --store {path}`."
                )
            _create(path)
        return cls(path)

    def current_number(self) -> int:
        """The number of the current generation, 0 when there is none yet."""
        return read_current(self.path / "CURRENT")

    def current(self) -> Generation:
        """The current generation, kept until its `close()`; the same object for all who hold the same one.

        Raises:
            StoreMissing: nothing has been indexed yet.
        """
        for _ in range(_TRIES):
            number = self.current_number()
            if number == 0:
                raise StoreMissing(
                    f"the store at {self.path} is empty.", hint=f"Run `bijian index FILES… --store {self.path}`."
                )
            with self._lock:
                if number in self._held:
                    generation, holders = self._held[number]
                    self._held[number] = (generation, holders + 1)
                    return generation
                opened = self._open_generation(number)
                if opened is not None:
                    self._held[number] = (opened, 1)
                    return opened
        raise StoreCorrupt(
            f"{self.path / 'generations' / str(number)} is named by CURRENT and is not there.",
            hint="Run `bijian store verify --repair`.",
        )

    def _open_generation(self, number: int) -> Generation | None:
        """Open and keep a generation; None when a writer removed it meanwhile."""
        folder = self.path / "generations" / str(number)
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            return None
        fcntl.flock(handle, fcntl.LOCK_SH)
        try:
            if not folder.exists() or not os.path.samestat(os.fstat(handle), folder.stat()):
                os.close(handle)
                return None
            generation = Generation(folder, release=self._release)
        except BaseException:
            os.close(handle)
            raise
        self._handles[number] = handle
        return generation

    def _release(self, generation: Generation) -> None:
        number = generation.number
        with self._lock:
            if number not in self._held:
                return
            holders = self._held[number][1] - 1
            if holders > 0:
                self._held[number] = (generation, holders)
                return
            del self._held[number]
            os.close(self._handles.pop(number))

    def read(self, report: StoredReport) -> Report:
        """Everything that was understood of a report, as it was read: source text, evidence, sections, removals.

        Corrections are not in it. May be called beside a writer.

        Raises:
            StoreCorrupt: the catalog does not hold it.
        """
        catalog = Catalog(self.path / "catalog.sqlite")
        try:
            return Readings(catalog).reading(report.reading)
        finally:
            catalog.close()

    def remove_generation(self, number: int) -> bool:
        """Remove a generation unless somebody holds it; whether it is gone."""
        folder = self.path / "generations" / str(number)
        if not folder.is_dir():
            return True
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            doomed = folder.with_name(f".removed.{number}")
            folder.rename(doomed)
            shutil.rmtree(doomed)
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
        return True

    def generations(self) -> list[int]:
        """The numbers of all complete generations, ascending."""
        folder = self.path / "generations"
        return sorted(int(p.name) for p in folder.iterdir() if p.name.isdigit())

    @contextmanager
    def writer(self, *, wait: float | None = 0.0) -> Iterator[StoreWriter]:
        """Hold the store's write lock.

        Raises:
            StoreLocked: another process holds it and did not let go within `wait` seconds; the message names it.
        """
        from embed.index.lock import WriterLock
        from embed.index.writer import StoreWriter

        with WriterLock(self.path / "LOCK", wait=wait) as lock:
            writer = StoreWriter(self, took_over=lock.took_over)
            try:
                yield writer
            finally:
                writer.close()

    def add(
        self, reports: Sequence[Report], encoder: Encoder, *, vectors: Sequence[NDArray[np.float32]] | None = None
    ) -> int:
        """Add understood reports and make a new generation; return its number.

        vectors: for each report, one unit row for each of its passages; without them the encoder computes them.
        """
        with self.writer() as writer:
            return writer.add(reports, encoder, vectors=vectors)


_OWN = {"generations", "vectors", "CURRENT", "LOCK", *(f"catalog.sqlite-{end}" for end in ("wal", "shm", "journal"))}


def _create(path: Path) -> None:
    """Make an empty store; of several processes that do so at once the first one makes it, the others wait for it.

    Raises:
        StoreMissing: the path is a file, or a folder with other things in it.
    """
    with disk_errors(path):
        try:
            path.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise StoreMissing(f"{path} is a file, not a store.", hint="Name an empty or new folder.") from error
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if (path / "catalog.sqlite").exists():
            return
        if any(p.name not in _OWN and not p.name.startswith(".CURRENT.") for p in path.iterdir()):
            raise StoreMissing(f"{path} is a folder with other things in it.", hint="Name an empty or new folder.")
        with disk_errors(path):
            (path / "generations").mkdir(exist_ok=True)
            (path / "vectors").mkdir(exist_ok=True)
            if not (path / "CURRENT").exists():
                write_current(path / "CURRENT", 0)
        Catalog(path / "catalog.sqlite", create=True).close()
    finally:
        os.close(handle)
