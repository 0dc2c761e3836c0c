"""The service's own database is opened beside others who write to it."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from embed.exceptions import StoreCorrupt
from service.api.ledger import FILE, Ledger


def test_opening_waits_for_a_process_that_makes_the_same_new_file(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE other (a)")
    other.execute("BEGIN IMMEDIATE")  # the lock that a process holds while it makes its tables
    timer = threading.Timer(0.2, other.execute, ("COMMIT",))
    timer.start()
    try:
        ledger = Ledger(tmp_path)
        ledger.audit("somebody", "index", "r1")

        assert [row["subject"] for row in ledger.rows("SELECT subject FROM audit")] == ["r1"]
        ledger.close()
    finally:
        timer.join()
        other.close()


def test_a_file_that_stays_locked_is_busy_and_not_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.api.ledger.PATIENCE", 0.1)
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        Ledger(tmp_path)
    other.close()


def test_another_file_is_refused_as_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 100)

    with pytest.raises(StoreCorrupt, match="not a readable SQLite file"):
        Ledger(tmp_path)
