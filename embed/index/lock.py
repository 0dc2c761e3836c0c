"""One writer at a time: a lock that the system lets go of when its holder dies, with a note about who holds it."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from embed.exceptions import StoreLocked
from embed.index.files import disk_errors

__all__ = ["WriterLock"]

_PAUSE = 0.1  # seconds between two tries


class WriterLock:
    """The store's write lock, as a context manager.

    wait: seconds to wait for another writer; 0 gives up at once, None waits for ever.
    took_over: the note of a writer that died with the lock, else None.
    """

    def __init__(self, path: Path, *, wait: float | None = 0.0) -> None:
        self._path = path
        self._wait = wait
        self._handle: int | None = None
        self.took_over: dict[str, Any] | None = None

    def __enter__(self) -> WriterLock:
        with disk_errors(self._path):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        started = time.monotonic()
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if self._wait is not None and time.monotonic() - started >= self._wait:
                    os.close(handle)
                    raise self._refusal() from None
                time.sleep(_PAUSE)
        self.took_over = _note(self._path)
        self._handle = handle
        note = {
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "command": " ".join([Path(sys.argv[0]).name, *sys.argv[1:3]]),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(note, ensure_ascii=False).encode("utf-8", "replace"), 0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._handle is not None
        os.ftruncate(self._handle, 0)
        os.close(self._handle)
        self._handle = None

    def _refusal(self) -> StoreLocked:
        note = _note(self._path) or {}
        who = f"process {note.get('pid', '?')} on {note.get('host', '?')} ({note.get('command', '?')})"
        return StoreLocked(
            f"another process is writing to {self._path.parent}: {who}, since {note.get('since', '?')}.",
            hint="Wait until it is done, or give --wait SECONDS; a lock that a dead process left is taken over.",
        )


def _note(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None
