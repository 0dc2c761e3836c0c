"""Encoder calls of concurrent requests, joined into one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from embed.models.encoder import Encoder, Side
from service.api.turns import Turns

__all__ = ["BatchingEncoder"]

MOST_TEXTS = 64  # in one joined call; more wait for the next


@dataclass
class _Call:
    texts: list[str]
    side: Side
    result: Future[NDArray[np.float32]] = field(default_factory=Future)


class BatchingEncoder:
    """An `Encoder` for many threads: whatever waits while one call runs is encoded together in the next.

    Nothing ever waits for company: a lone call starts at once. A text's vector does not depend on its company.
    turns: a thread that waits for its vectors lets others have its turn.
    """

    def __init__(self, encoder: Encoder, turns: Turns | None = None) -> None:
        self._turns = turns or Turns(1)
        self._encoder = encoder
        self._waiting: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self.calls = 0
        self.texts = 0
        self._thread = threading.Thread(target=self._run, name="encoder", daemon=True)
        self._thread.start()

    @property
    def model(self) -> str:
        return self._encoder.model

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    def encode(self, texts: Sequence[str], *, side: Side) -> NDArray[np.float32]:
        """As `Encoder.encode`; blocks until the joined call that holds these texts has run."""
        call = _Call(list(texts), side)
        if not call.texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._turns.aside():
            self._waiting.put(call)
            return call.result.result()

    def query_mean(self, language: str) -> NDArray[np.float32] | None:
        return self._encoder.query_mean(language)

    def passage_mean(self) -> NDArray[np.float32] | None:
        return self._encoder.passage_mean()

    def close(self) -> None:
        """Finish what waits, then stop."""
        self._waiting.put(None)
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while (calls := self._next()) is not None:
            for side in Side:
                self._encode([call for call in calls if call.side is side], side)

    def _next(self) -> list[_Call] | None:
        first = self._waiting.get()
        if first is None:
            return None
        calls, size = [first], len(first.texts)
        while size < MOST_TEXTS:
            try:
                call = self._waiting.get_nowait()
            except queue.Empty:
                break
            if call is None:
                self._waiting.put(None)
                break
            calls.append(call)
            size += len(call.texts)
        return calls

    def _encode(self, calls: list[_Call], side: Side) -> None:
        if not calls:
            return
        try:
            vectors = self._encoder.encode([text for call in calls for text in call.texts], side=side)
        except BaseException as error:
            for call in calls:
                call.result.set_exception(error)
            return
        self.calls += 1
        self.texts += len(vectors)
        start = 0
        for call in calls:
            call.result.set_result(vectors[start : start + len(call.texts)])
            start += len(call.texts)
