"""API keys and the page's sessions: only hashes are kept; a key's secret is shown once, when it is made."""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from embed.exceptions import QueryError
from service.api.ledger import Ledger, now

__all__ = ["Key", "KeyBook", "Scope"]

PREFIX = "bj_"
SESSION_HOURS = 12
_NAME = re.compile(r"[\w.\- ]{1,64}")
_FRESH = 2.0  # seconds that a looked-up key is trusted without asking the file again
_USE_NOTED = 60.0  # seconds between two notes of a key's last use


class Scope(StrEnum):
    """What a key may do; each scope includes the one before."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"

    def allows(self, needed: Scope) -> bool:
        order = list(Scope)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Key:
    """One key as it is listed. `id` is public; the secret cannot be had from it."""

    id: str
    name: str
    scope: Scope
    created: str
    last_used: str | None = None
    revoked: str | None = None


def _hash(secret: str) -> str:
    # A secret is 256 random bits, so a plain hash cannot be searched; passwords would need a slow one.
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: sqlite3.Row) -> Key:
    return Key(
        id=row["id"],
        name=row["name"],
        scope=Scope(row["scope"]),
        created=row["created"],
        last_used=row["last_used"],
        revoked=row["revoked"],
    )


class KeyBook:
    """The keys of one store."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._seen: dict[str, tuple[float, Key | None]] = {}
        self._noted: dict[str, float] = {}
        self._any: tuple[float, bool] = (-_FRESH, False)

    def create(self, name: str, scope: Scope) -> tuple[Key, str]:
        """A new key and its secret.

        Raises:
            QueryError: the name is taken, empty, too long or has other characters than letters, digits, `.`, `-`, `_`.
        """
        if not _NAME.fullmatch(name):
            raise QueryError(f"a key's name has 1 to 64 letters, digits, dots, dashes or spaces; {name[:80]!r} came.")
        secret = PREFIX + secrets.token_urlsafe(32)
        key = Key(id="k" + secrets.token_hex(6), name=name, scope=scope, created=now())
        try:
            with self._ledger.write() as connection:
                connection.execute(
                    "INSERT INTO keys (id, name, scope, hash, created) VALUES (?, ?, ?, ?, ?)",
                    (key.id, name, scope.value, _hash(secret), key.created),
                )
        except sqlite3.IntegrityError:
            raise QueryError(f"a key named {name!r} is there already.", hint="bijian keys rotate NAME") from None
        self._any = (-_FRESH, True)
        return key, secret

    def rotate(self, name: str) -> tuple[Key, str]:
        """A new secret for a key; the old one ends at once, and so do its sessions."""
        key = self.named(name)
        secret = PREFIX + secrets.token_urlsafe(32)
        with self._ledger.write() as connection:
            connection.execute("UPDATE keys SET hash = ? WHERE id = ?", (_hash(secret), key.id))
            connection.execute("DELETE FROM sessions WHERE key = ?", (key.id,))
        self._seen.clear()
        return key, secret

    def revoke(self, name: str) -> Key:
        """End a key and its sessions; the name stays listed."""
        key = self.named(name)
        with self._ledger.write() as connection:
            connection.execute("UPDATE keys SET revoked = ? WHERE id = ?", (now(), key.id))
            connection.execute("DELETE FROM sessions WHERE key = ?", (key.id,))
        self._seen.clear()
        return self.named(name, revoked=True)

    def named(self, name: str, *, revoked: bool = False) -> Key:
        row = self._ledger.row("SELECT * FROM keys WHERE name = ? OR id = ?", (name, name))
        if row is None or (row["revoked"] and not revoked):
            raise QueryError(f"there is no valid key named {name!r}.", hint="bijian keys list")
        return _key(row)

    def all(self) -> list[Key]:
        return [_key(row) for row in self._ledger.rows("SELECT * FROM keys ORDER BY created, name")]

    def any(self) -> bool:
        """Whether a valid key exists: if so, every request needs one."""
        at, known = self._any
        if time.monotonic() - at > _FRESH:
            known = self._ledger.row("SELECT 1 FROM keys WHERE revoked IS NULL LIMIT 1") is not None
            self._any = (time.monotonic(), known)
        return known

    def check(self, secret: str) -> Key | None:
        """The valid key that has this secret; its use is noted."""
        digest = _hash(secret)
        at, key = self._seen.get(digest, (-_FRESH, None))
        if time.monotonic() - at > _FRESH:
            row = self._ledger.row("SELECT * FROM keys WHERE hash = ? AND revoked IS NULL", (digest,))
            key = _key(row) if row is not None else None
            if len(self._seen) > 1000:
                self._seen.clear()
            self._seen[digest] = (time.monotonic(), key)
        if key is not None:
            self._note(key)
        return key

    def _note(self, key: Key) -> None:
        if time.monotonic() - self._noted.get(key.id, -_USE_NOTED) < _USE_NOTED:
            return
        self._noted[key.id] = time.monotonic()
        with self._ledger.write() as connection:
            connection.execute("UPDATE keys SET last_used = ? WHERE id = ?", (now(), key.id))

    def open_session(self, key: Key) -> str:
        """A token for the page's cookie, good for SESSION_HOURS."""
        token = secrets.token_urlsafe(32)
        expires = (datetime.now(UTC) + timedelta(hours=SESSION_HOURS)).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._ledger.write() as connection:
            connection.execute("DELETE FROM sessions WHERE expires < ?", (now(),))
            connection.execute("INSERT INTO sessions VALUES (?, ?, ?)", (_hash(token), key.id, expires))
        return token

    def session(self, token: str) -> Key | None:
        """The key that a session belongs to, while both are valid."""
        row = self._ledger.row(
            "SELECT keys.* FROM sessions JOIN keys ON keys.id = sessions.key"
            " WHERE sessions.hash = ? AND sessions.expires >= ? AND keys.revoked IS NULL",
            (_hash(token), now()),
        )
        return _key(row) if row is not None else None

    def close_session(self, token: str) -> None:
        with self._ledger.write() as connection:
            connection.execute("DELETE FROM sessions WHERE hash = ?", (_hash(token),))
