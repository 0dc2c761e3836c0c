"""Starts the server: one process or several on one socket, over the same store."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable
from pathlib import Path

from embed.exceptions import SettingsError
from service.api.shared import FOLDER, share_cores
from service.settings import Settings

__all__ = ["serve"]

GRACE = 20  # seconds that running requests get to end
BACKLOG = 1024  # connections that wait while the processes start
CONNECTIONS = 1000  # more are answered with 503


def serve(settings: Settings, *, announce: Callable[[str], None], port_file: Path | None = None) -> None:
    """Serve until a signal comes; running requests are finished first.

    announce: takes lines for people. port_file: gets the number of the port once the socket is bound.

    Raises:
        SettingsError: the address can be reached from elsewhere and there is no key, or it cannot be bound.
        StoreError: the store cannot be used.
    """
    _make_files(settings)
    _refuse_open_door(settings)
    os.environ.update(settings.environment())
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    config = uvicorn.Config(
        "service.api.app:app_from_environment",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers or 1,
        http="service.api.protocol:PatientProtocol",
        loop="service.api.balance:new_loop" if settings.workers > 1 else "auto",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=GRACE,
    )
    # uvicorn raises the signal that ended it once more at the end; taken here, it ends as a success.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    socket = _bind(config)
    host, port = socket.getsockname()[:2]
    announce(f"比鉴 · http://{f'[{host}]' if ':' in host else host}:{port}/  store {settings.store}")
    if port_file is not None:
        _write(port_file, str(port))
    with tempfile.TemporaryDirectory(prefix="bijian-") as shared:
        if config.workers > 1:
            os.environ |= {FOLDER: shared, "PROMETHEUS_MULTIPROC_DIR": shared}
            share_cores(config.workers)
            Multiprocess(config, sockets=[socket]).run()
        else:
            uvicorn.Server(config).run(sockets=[socket])


def _refuse_open_door(settings: Settings) -> None:
    from service.api.desk import is_loopback

    if is_loopback(settings.host):
        return
    from service.api.keys import KeyBook
    from service.api.ledger import Ledger

    if not KeyBook(Ledger(settings.store)).any():
        raise SettingsError(
            f"{settings.host} can be reached from elsewhere; without a key only this machine is served.",
            hint=f"bijian keys create NAME --scope admin --store {settings.store}",
        )


def _make_files(settings: Settings) -> None:
    """Make what a new store needs: before the processes start, an error is still one line for who started them."""
    from embed.index import Store
    from service.api.ledger import Ledger

    Store.open(settings.store, create=True)
    Ledger(settings.store).close()


def _bind(config: object):  # type: ignore[no-untyped-def]  # noqa: ANN202 - socket.socket, imported by uvicorn
    import socket

    host, port = config.host, config.port  # type: ignore[attr-defined]
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except OSError as error:
        bound.close()
        raise SettingsError(
            f"{host}:{port} cannot be bound: {error.strerror}.", hint="--port 0 takes any free port."
        ) from error
    bound.set_inheritable(True)
    return bound


def _write(path: Path, text: str) -> None:
    """Whole or not at all: somebody may be waiting for it."""
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(text, encoding="ascii")
    fresh.replace(path)
