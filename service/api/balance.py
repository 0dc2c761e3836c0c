"""Connections spread evenly over the serving processes, which all listen on one socket.

Left to itself, the kernel wakes whoever happens to sleep: one process may get every connection of a busy client.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from typing import Any

import uvloop

from service.api.shared import Loads, loads_of_process

__all__ = ["new_loop"]

log = logging.getLogger("bijian.api")
LOOKS = 20  # how often a process looks whether a less busy one has taken a connection …
PAUSE = 0.001  # … and the seconds between two looks


class _Acceptor:
    """Takes connections from one listening socket; a process with more than another lets that one go first."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, factory: Callable[[], asyncio.Protocol], listener: socket.socket
    ) -> None:
        self._loop = loop
        self._factory = factory
        self._listener = listener
        self._loads: Loads | None = loads_of_process()
        self.sockets: Sequence[socket.socket] = (listener,)
        listener.setblocking(False)
        self._task = loop.create_task(self._accept_all())

    def close(self) -> None:
        self._task.cancel()

    async def wait_closed(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _accept_all(self) -> None:
        while True:
            await self._comes()
            for _ in range(LOOKS):
                if self._loads is None or not self._loads.ahead():
                    break
                await asyncio.sleep(PAUSE)
            try:
                connection, _ = self._listener.accept()
            except BlockingIOError:
                continue  # somebody else took it
            except OSError as error:
                log.warning("a connection cannot be taken: %s", error)
                await asyncio.sleep(LOOKS * PAUSE)
                continue
            connection.setblocking(False)
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await self._loop.connect_accepted_socket(self._factory, connection)

    async def _comes(self) -> None:
        """Wait until a connection can be taken."""
        come: asyncio.Future[None] = self._loop.create_future()
        number = self._listener.fileno()
        self._loop.add_reader(number, _done, come)
        try:
            await come
        finally:
            self._loop.remove_reader(number)


def _done(come: asyncio.Future[None]) -> None:
    if not come.done():
        come.set_result(None)


class _Loop(uvloop.Loop):
    """An event loop whose servers take connections by turns with the other processes'."""

    async def create_server(self, protocol_factory: Any, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        listener = options.get("sock")
        if listener is None or options.get("ssl") is not None:
            return await super().create_server(protocol_factory, *arguments, **options)
        return _Acceptor(self, protocol_factory, listener)


def new_loop() -> asyncio.AbstractEventLoop:
    """The event loop of one of several serving processes."""
    return _Loop()
