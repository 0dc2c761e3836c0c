"""What the service itself remembers, beside the store's catalog: keys, sessions, jobs and the audit log.

One SQLite file in the store's directory, shared by all serving processes and the command line.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from embed.exceptions import StoreCorrupt, StoreVersion

__all__ = ["Ledger", "now"]

FILE = "service.sqlite"
PATIENCE = 20  # seconds to wait for other processes


def now() -> str:
    """The present moment in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _m001_first(connection: sqlite3.Connection) -> None:
    connection.execute(
        "CREATE TABLE keys (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, scope TEXT NOT NULL, hash TEXT NOT NULL"
        " UNIQUE, created TEXT NOT NULL, last_used TEXT, revoked TEXT)"
    )
    connection.execute("CREATE TABLE sessions (hash TEXT PRIMARY KEY, key TEXT NOT NULL, expires TEXT NOT NULL)")
    connection.execute(
        "CREATE TABLE audit (id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,"
        " subject TEXT NOT NULL, request TEXT NOT NULL, detail TEXT NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE jobs (id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, who TEXT NOT NULL,"
        " input TEXT NOT NULL, created TEXT NOT NULL, started TEXT, finished TEXT, stage TEXT NOT NULL DEFAULT '',"
        " done INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL DEFAULT 0, message TEXT NOT NULL DEFAULT '',"
        " result TEXT, cancel INTEGER NOT NULL DEFAULT 0)"
    )


def _m002_processes_of_jobs(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE jobs ADD COLUMN owner INTEGER")  # the serving process that started it
    connection.execute("ALTER TABLE jobs ADD COLUMN pid INTEGER")  # its own process, once it runs


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_m001_first, _m002_processes_of_jobs)


class Ledger:
    """One connection per thread; every write is one transaction."""

    def __init__(self, store: Path) -> None:
        self.path = store / FILE
        self._local = threading.local()
        with self.write() as connection:
            self._migrate(connection)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._opened()
        return connection

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        connection.row_factory = sqlite3.Row
        end = time.monotonic() + PATIENCE
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                # SQLite waits for other processes, but not while one of them turns a new file into this mode.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    connection.close()
                    raise
                time.sleep(0.01)
            except sqlite3.DatabaseError as error:
                connection.close()
                raise StoreCorrupt(f"{self.path} is not a readable SQLite file: {error}") from error
            else:
                return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(MIGRATIONS):
            raise StoreVersion(
                f"{self.path} has version {version}; this program knows {len(MIGRATIONS)}.", hint="Update Bijian."
            )
        for number, migration in enumerate(MIGRATIONS[version:], start=version + 1):
            migration(connection)
            connection.execute(f"PRAGMA user_version={number}")

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is kept when the block ends and undone when it raises."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")

    def rows(self, sql: str, values: tuple[object, ...] = ()) -> list[sqlite3.Row]:
        return self._connection().execute(sql, values).fetchall()

    def row(self, sql: str, values: tuple[object, ...] = ()) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._connection().execute(sql, values).fetchone()
        return found

    def audit(self, who: str, action: str, subject: str, *, request: str = "", detail: str = "") -> None:
        """Record one write: who did what to which thing. Never report text."""
        with self.write() as connection:
            connection.execute(
                "INSERT INTO audit (at, who, action, subject, request, detail) VALUES (?, ?, ?, ?, ?, ?)",
                (now(), who, action, subject, request, detail),
            )

    def close(self) -> None:
        """Close this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None
