"""Texts to vectors beside the reading: sorted by length, tokenised while others run, kept while others are encoded."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from embed.index.vectors import VectorBank
from embed.index.wording import PASSAGE_SIDE
from embed.models.encoder import Encoder

__all__ = ["EmbeddingThread"]

_WINDOW = 4096  # texts that are sorted by length together
_KEEP = 256  # texts that are encoded in one call and kept at once
_CALLS = 2  # calls at a time: one tokenises or ends while the other keeps every core busy
_AHEAD = _CALLS + 1  # parts under way; times _KEEP it is what a kill can cost
_WAITING = 2  # windows that may wait


class EmbeddingThread:
    """A context manager: offer texts while reading goes on; on exit everything offered has its vector.

    bank: opens the vectors; called in the thread, so that a model loads while reading begins. encoder: called only
    when a vector is missing. embedded: how many texts were encoded so far.
    """

    def __init__(
        self,
        bank: Callable[[], VectorBank],
        encoder: Callable[[], Encoder],
        on_progress: Callable[[int, int], None],
    ) -> None:
        self.embedded = 0
        self.known = 0
        self._open_bank = bank
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

    def offer(self, texts: Iterable[tuple[bytes, str]]) -> None:
        """Hand over texts with their hashes; a text that was offered before costs nothing. Waits while too many are
        ahead.
        """
        if self._error is not None:
            raise self._error
        for key, text in texts:
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
        running: deque[_Running] = deque()
        calls = ThreadPoolExecutor(_CALLS, thread_name_prefix="bijian-encoding")
        try:
            self._bank = self._open_bank()
            while not self._stop.is_set():
                try:
                    window = self._queue.get(timeout=0.2)
                except queue.Empty:
                    continue
                if window is None:
                    break
                self._encode(window, calls, running)
            while running and not self._stop.is_set():
                self._keep(*running.popleft())
        except BaseException as error:
            self._error = error
        finally:
            calls.shutdown(cancel_futures=True)

    def _encode(self, window: dict[bytes, str], calls: ThreadPoolExecutor, running: deque[_Running]) -> None:
        missing = sorted(self._bank.missing(list(window)), key=lambda h: (len(window[h]), h))
        self.known += len(window) - len(missing)
        for begin in range(0, len(missing), _KEEP):
            while len(running) >= _AHEAD:
                self._keep(*running.popleft())
            if self._stop.is_set():
                return
            part = missing[begin : begin + _KEEP]
            encode = self._encoder().encode
            running.append((part, calls.submit(encode, [window[h] for h in part], side=PASSAGE_SIDE)))
        self._on_progress(self.known + self.embedded, self._offered)

    def _keep(self, part: Sequence[bytes], vectors: Future[NDArray[np.float32]]) -> None:
        self._bank.add(part, vectors.result())
        self.embedded += len(part)
        self._on_progress(self.known + self.embedded, self._offered)


_Running = tuple[Sequence[bytes], Future[NDArray[np.float32]]]
