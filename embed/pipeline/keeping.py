"""Readings kept some at a time: a commit that waits for the disk costs more than the rows of one file."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType

from embed.exceptions import BijianError
from embed.index.readings import Failure, Packed, Readings
from embed.structure.report import Report

__all__ = ["KeptTogether"]

_FILES = 16  # kept in one transaction; what a kill can cost
_DOCUMENTS = 64  # the same for archives, which hold many
_SECONDS = 1.0  # the first of a group waits no longer, once the next one comes


class KeptTogether:
    """A context manager that keeps scans in groups, the last one at its end, also when it ends with an error.

    clock: seconds that only grow.
    """

    def __init__(self, readings: Readings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._readings = readings
        self._clock = clock
        self._waiting: list[tuple[str, Sequence[Report | Packed | Failure]]] = []
        self._documents = 0
        self._since = 0.0

    def __enter__(self) -> KeptTogether:
        return self

    def keep(self, key: str, results: Sequence[Report | Packed | Failure]) -> None:
        """Keep what one file held, at the latest with the group's last."""
        now = self._clock()
        if not self._waiting:
            self._since = now
        self._waiting.append((key, results))
        self._documents += len(results)
        if len(self._waiting) >= _FILES or self._documents >= _DOCUMENTS or now - self._since >= _SECONDS:
            self._write()

    def _write(self) -> None:
        if self._waiting:
            self._readings.keep_scans(self._waiting)
        self._waiting, self._documents = [], 0

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is None:
            self._write()
            return
        with suppress(BijianError):  # the error under way says more
            self._write()
