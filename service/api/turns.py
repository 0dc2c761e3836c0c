"""Turns to compute: more threads at once than cores only take the interpreter's lock from each other."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator

__all__ = ["Turns"]


class Turns:
    """At most `count` threads compute at once; the others get their turn in the order in which they came."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()
        self._thread = threading.local()

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and keep it until the block ends."""
        self._take(first=False)
        self._thread.has_turn = True
        try:
            yield
        finally:
            self._thread.has_turn = False
            self._give()

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """Wait for something inside of the block while others have the turn; this thread is the next one then."""
        if not getattr(self._thread, "has_turn", False):
            yield
            return
        self._give()
        try:
            yield
        finally:
            self._take(first=True)

    def _take(self, *, first: bool) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            gate = threading.Lock()
            gate.acquire()
            if first:
                self._waiting.appendleft(gate)
            else:
                self._waiting.append(gate)
        gate.acquire()  # let go by whoever hands the turn on

    def _give(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1
