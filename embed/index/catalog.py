"""The SQLite catalog: what was read, which files make up which generation, jobs and corrections."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embed.exceptions import DiskFull, StoreCorrupt, StoreError, StoreLocked, StoreVersion

__all__ = ["MIGRATIONS", "Catalog"]

_DIGITS = 32
_PATIENCE = 30  # seconds to wait for other processes


def _first(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE readings (key TEXT PRIMARY KEY, report TEXT NOT NULL, data BLOB NOT NULL, digest TEXT NOT NULL)"
        " WITHOUT ROWID"
    )
    db.execute("CREATE TABLE scans (key TEXT PRIMARY KEY, results TEXT NOT NULL, digest TEXT NOT NULL) WITHOUT ROWID")
    db.execute(
        "CREATE TABLE contents (path TEXT NOT NULL, name TEXT NOT NULL, facts TEXT NOT NULL, scan TEXT NOT NULL,"
        " since INTEGER NOT NULL, until INTEGER, digest TEXT NOT NULL, PRIMARY KEY (path, since)) WITHOUT ROWID"
    )
    db.execute("CREATE INDEX contents_until ON contents (until)")


def _second(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE edits (id INTEGER PRIMARY KEY, report TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,"
        " who TEXT NOT NULL, moment TEXT NOT NULL, why TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER,"
        " digest TEXT NOT NULL)"
    )
    db.execute(
        "CREATE TABLE jobs (id INTEGER PRIMARY KEY, command TEXT NOT NULL, pid INTEGER NOT NULL, started TEXT NOT NULL,"
        " finished TEXT, state TEXT NOT NULL, note TEXT NOT NULL)"
    )


def _third(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE clusterings (id INTEGER PRIMARY KEY, series TEXT NOT NULL, role TEXT NOT NULL,"
        " generation INTEGER NOT NULL, key TEXT NOT NULL, meta BLOB NOT NULL, arrays BLOB NOT NULL)"
    )
    db.execute("CREATE INDEX clusterings_series ON clusterings (series, role, id)")
    db.execute(
        "CREATE TABLE cluster_ids (series TEXT NOT NULL, role TEXT NOT NULL, cluster TEXT NOT NULL,"
        " born INTEGER NOT NULL, ended INTEGER, became TEXT NOT NULL,"
        " PRIMARY KEY (series, role, cluster)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE cluster_events (clustering INTEGER NOT NULL, place INTEGER NOT NULL, kind TEXT NOT NULL,"
        " cluster TEXT NOT NULL, others TEXT NOT NULL, PRIMARY KEY (clustering, place)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE cluster_edits (id INTEGER PRIMARY KEY, series TEXT NOT NULL, role TEXT NOT NULL,"
        " kind TEXT NOT NULL, cluster TEXT NOT NULL, value TEXT NOT NULL)"
    )


def _published(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE published (number INTEGER PRIMARY KEY, model TEXT NOT NULL, rules TEXT NOT NULL,"
        " digest TEXT NOT NULL)"
    )


def _prepared(db: sqlite3.Connection) -> None:
    db.execute(
        "CREATE TABLE prepared (reading TEXT PRIMARY KEY, rules TEXT NOT NULL, data BLOB NOT NULL,"
        " digest TEXT NOT NULL) WITHOUT ROWID"
    )


MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first, _second, _third, _published, _prepared)
"""Numbered, append-only: migration i brings a catalog of version i to version i + 1."""


@contextmanager
def sqlite_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into the store's own."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "full" in text:
            raise DiskFull(f"the disk is full: {path} could not be written.", hint="Free some space.") from error
        if "locked" in text or "busy" in text:
            raise StoreLocked(f"{path} is in use: {text}.", hint="Try again when the other process is done.") from error
        if "malformed" in text or "corrupt" in text or "no such table" in text:
            raise _damaged(path, error) from error
        raise StoreError(f"{path} cannot be used: {text}.") from error
    except sqlite3.DatabaseError as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception | str) -> StoreCorrupt:
    return StoreCorrupt(
        f"{path} is damaged: {error}.",
        hint="Searches still work. `bijian store verify --repair` rebuilds the catalog from the current generation.",
    )


class Catalog:
    """One connection to `catalog.sqlite`. Not shared between threads."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        with sqlite_errors(path):
            mode = "rwc" if create else "rw"
            self._db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=_PATIENCE
            )
            self._depth = 0
            self._log_ahead()
            self._db.execute("PRAGMA synchronous=FULL")
            if self._version() < len(MIGRATIONS):
                self._migrate()

    def _log_ahead(self) -> None:
        """Turn on the write-ahead log."""
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                # SQLite waits for other processes, but not while one of them turns a new file into this mode.
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                    raise
                time.sleep(0.01)
            else:
                return

    def _version(self) -> int:
        version = int(self._db.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise StoreVersion(
                f"{self.path} has version {version}, this version of Bijian knows up to {len(MIGRATIONS)}.",
                hint="Use the newer Bijian that wrote it.",
            )
        return version

    def _migrate(self) -> None:
        with self.atomic():
            for number in range(self._version(), len(MIGRATIONS)):  # asked again: another process may have been first
                MIGRATIONS[number](self._db)
                self._db.execute(f"PRAGMA user_version = {number + 1}")

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All or nothing; may be nested."""
        with sqlite_errors(self.path):
            if self._depth:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                return
            self._db.execute("BEGIN IMMEDIATE")
            self._depth = 1
            try:
                yield
            except BaseException:
                self._depth = 0
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
            self._depth = 0
            self._db.execute("COMMIT")

    @staticmethod
    def digest(*parts: str | bytes) -> str:
        """A checksum of a row's values, 32 hex digits."""
        whole = hashlib.sha256()
        for part in parts:
            data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
            whole.update(len(data).to_bytes(8, "little"))
            whole.update(data)
        return whole.hexdigest()[:_DIGITS]

    def check(self, digest: object, *parts: str | bytes, what: str) -> None:
        """Hold a row against its checksum.

        Raises:
            StoreCorrupt: they differ; the message names the row.
        """
        if digest != self.digest(*parts):
            raise _damaged(self.path, what)

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Execute one statement and fetch all its rows."""
        with sqlite_errors(self.path):
            return self._db.execute(statement, values).fetchall()

    def each(self, statement: str) -> Iterator[Any]:
        """The rows of a query one after the other, without holding them all."""
        with sqlite_errors(self.path):
            yield from self._db.execute(statement)

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Execute one statement for many rows, in one transaction."""
        with self.atomic():
            self._db.executemany(statement, rows)
