"""The HTTP protocol of uvicorn, with a limit on how long a client may take to send a request's head."""

from __future__ import annotations

import asyncio
import functools
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.api.shared import loads_of_process
from service.settings import Settings

__all__ = ["PatientProtocol"]


@functools.cache
def _patience() -> float:
    return float(Settings.read().patience_s)  # the serving process gets its settings through the environment


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection that has not sent a whole request head in `patience_s` seconds."""

    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if (loads := loads_of_process()) is not None:
            loads.add(1)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_came()
        if (loads := loads_of_process()) is not None:
            loads.add(-1)
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._wait_for_head()

    def on_headers_complete(self) -> None:
        self._head_came()
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        self._head_came()
        self._head_timer = self.loop.call_later(_patience(), self._give_up)

    def _head_came(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self, *_: Any) -> None:  # noqa: ANN401
        if not self.transport.is_closing():
            self.transport.close()
