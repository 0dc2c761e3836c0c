"""Texts to vectors beside the reading: one thread that sorts by length, encodes and keeps."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from types import TracebackType

from embed.index.vectors import VectorBank, text_hash
from embed.index.wording import PASSAGE_SIDE, embedding_text
from embed.models.encoder import Encoder
from embed.structure.report import Report

__all__ = ["EmbeddingThread"]

_WINDOW = 4096  # texts that are sorted by length together
_KEEP = 256  # texts after which vectors are kept for good: what a kill can cost
_WAITING = 2  # windows that may wait


class EmbeddingThread:
    """A context manager: offer reports while reading goes on; on exit everything offered has its vector.

    encoder: called once, and only when a vector is missing. embedded: how many texts were encoded so far.
    """

    def __init__(
        self, bank: VectorBank, encoder: Callable[[], Encoder], on_progress: Callable[[int, int], None]
    ) -> None:
        self.embedded = 0
        self.known = 0
        self._bank = bank
        self._encoder = encoder
        self._on_progress = on_progress
        self._window: dict[bytes, str] = {}
        self._seen: set[bytes] = set()
        self._queue: queue.Queue[dict[bytes, str] | None] = queue.Queue(_WAITING)
        self._error: BaseException | None = None
        self._offered = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="bijian-embedding", daemon=True)

    def __enter__(self) -> EmbeddingThread:
        self._thread.start()
        return self

    def offer(self, reports: Sequence[Report]) -> None:
        """Hand over the passages of some reports; waits while too many are ahead."""
        for report in reports:
            for passage in report.passages:
                text = embedding_text(passage.text, passage.heading)
                key = text_hash(text)
                if key not in self._seen:
                    self._seen.add(key)
                    self._window[key] = text
        if len(self._window) >= _WINDOW:
            self._send()

    def _send(self) -> None:
        if self._window:
            self._offered += len(self._window)
            self._put(self._window)
            self._window = {}

    def _put(self, item: dict[bytes, str] | None) -> None:
        while True:
            if self._error is not None:
                raise self._error
            try:
                self._queue.put(item, timeout=0.2)
            except queue.Full:
                continue
            return

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            self._stop.set()
            self._thread.join()
            return
        self._send()
        self._put(None)
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                try:
                    window = self._queue.get(timeout=0.2)
                except queue.Empty:
                    continue
                if window is None:
                    return
                self._encode(window)
        except BaseException as error:
            self._error = error

    def _encode(self, window: dict[bytes, str]) -> None:
        missing = sorted(self._bank.missing(list(window)), key=lambda h: (len(window[h]), h))
        self.known += len(window) - len(missing)
        for begin in range(0, len(missing), _KEEP):
            if self._stop.is_set():
                return
            part = missing[begin : begin + _KEEP]
            self._bank.add(part, self._encoder().encode([window[h] for h in part], side=PASSAGE_SIDE))
            self.embedded += len(part)
            self._on_progress(self.known + self.embedded, self._offered)
        self._on_progress(self.known + self.embedded, self._offered)
