"""What was read, kept in the catalog for good: scans of files, readings of reports, what the index needs of them."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from embed.index.catalog import Catalog
from embed.index.prepared import Prepared, prepare
from embed.index.rules import index_rules, text_rules
from embed.index.serial import pack_report, unpack_report
from embed.structure.report import Report

__all__ = ["Failure", "Packed", "Readings"]

_IN_ONE_QUERY = 256
_PART = 32  # readings that one thread unpacks at a time
_HANDS = 1  # threads that unpack ahead; two wait for each other more than they gain


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be read: its name, a short stable reason, and a message for people."""

    name: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Packed:
    """A report as the catalog holds it, made where it was read. reading, prepared: what the two tables keep."""

    id: str
    file: str
    warnings: tuple[str, ...]
    reading: bytes
    prepared: bytes

    @classmethod
    def of(cls, report: Report) -> Packed:
        """Work out what the index needs of a report, and pack both."""
        return cls(report.id, report.file, report.warnings, pack_report(report), prepare(report).pack())


def _rules() -> str:
    """What the terms and the keys of vectors depend on: the index's rules, and structure's, which masks names."""
    return text_rules() + index_rules()


class Readings:
    """The tables of scans, readings and what was prepared. Everything is found by content; nothing is ever changed."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def known_scans(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys under which a scan is kept."""
        return {key for _, rows in self._by_key("SELECT key FROM scans WHERE key IN", keys) for key in rows}

    def keep_scan(self, key: str, results: Sequence[Report | Packed | Failure]) -> None:
        """Keep what one file held, for good."""
        self.keep_scans([(key, results)])

    def keep_scans(self, scans: Sequence[tuple[str, Sequence[Report | Packed | Failure]]]) -> None:
        """Keep what several files held, each under its key: all of them or, after a kill, none."""
        with self.catalog.atomic():
            for key, results in scans:
                listed = [self._keep_result(key, place, result) for place, result in enumerate(results)]
                text = json.dumps(listed)
                row = (key, text, self.catalog.digest(key, text))
                self.catalog.run("INSERT OR REPLACE INTO scans VALUES (?, ?, ?)", row)

    def _keep_result(self, key: str, place: int, result: Report | Packed | Failure) -> dict[str, str]:
        """Keep one document of a file; what the scan says of it."""
        if isinstance(result, Failure):
            return {"name": result.name, "reason": result.reason, "message": result.message}
        reading = self.catalog.digest(key, str(place))
        data = result.reading if isinstance(result, Packed) else pack_report(result)
        row = (reading, result.id, data, self.catalog.digest(reading, result.id, data))
        self.catalog.run("INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?)", row)
        if isinstance(result, Packed):
            self._keep_prepared(reading, result.prepared)
        return {"name": result.file, "report": result.id, "reading": reading}

    def scan(self, key: str) -> list[dict[str, str]]:
        """What one file held: `name` with `report` and `reading`, or with `reason` and `message`."""
        return self.scans([key])[key]

    def scans(self, keys: Sequence[str]) -> dict[str, list[dict[str, str]]]:
        """What each of several files held, as `scan` gives it."""
        held: dict[str, list[dict[str, str]]] = {}
        for block, rows in self._by_key("SELECT key, results, digest FROM scans WHERE key IN", keys):
            for key in block:
                text, check = rows.get(key, ("", None))
                self.catalog.check(check, key, text, what=f"scan {key}")
                held[key] = json.loads(text)
        return held

    def _by_key(self, statement: str, keys: Sequence[str]) -> Iterator[tuple[Sequence[str], dict[str, Any]]]:
        """The rows with these keys, some at a time: (keys asked for, key → the other columns)."""
        for begin in range(0, len(keys), _IN_ONE_QUERY):
            block = keys[begin : begin + _IN_ONE_QUERY]
            rows = self.catalog.run(f"{statement} ({','.join('?' * len(block))})", block)
            yield block, {row[0]: row[1:] for row in rows}

    def reading(self, key: str) -> Report:
        """One kept reading."""
        rows = self.catalog.run("SELECT report, data, digest FROM readings WHERE key = ?", (key,))
        report, data, check = rows[0] if rows else ("", b"", None)
        self.catalog.check(check, key, report, data, what=f"reading {key}")
        return unpack_report(data)

    def _keep_prepared(self, reading: str, prepared: bytes) -> None:
        row = (reading, _rules(), prepared)
        self.catalog.run("INSERT OR REPLACE INTO prepared VALUES (?, ?, ?, ?)", (*row, self.catalog.digest(*row)))

    def prepared(self, keys: Sequence[str]) -> Iterator[Prepared]:
        """What the index needs of each kept reading, in order; worked out again where the rules changed or a row is
        damaged. Some are unpacked ahead of the one that is asked for.
        """
        rules = _rules()
        statement = "SELECT reading, rules, data, digest FROM prepared WHERE reading IN"
        ahead: deque[tuple[Sequence[str], list[Future[list[Prepared | None]]]]] = deque()
        with ThreadPoolExecutor(_HANDS, thread_name_prefix="bijian-unpack") as hands:
            for block, rows in self._by_key(statement, keys):
                found = [(key, rules, *rows.get(key, ("", b"", ""))) for key in block]
                parts = [found[at : at + _PART] for at in range(0, len(found), _PART)]
                ahead.append((block, [hands.submit(_unpacked, part) for part in parts]))
                if len(ahead) > 1:
                    yield from self._settled(*ahead.popleft())
            while ahead:
                yield from self._settled(*ahead.popleft())

    def _settled(self, keys: Sequence[str], parts: Sequence[Future[list[Prepared | None]]]) -> Iterator[Prepared]:
        """What was unpacked, and what was not worked out anew and kept."""
        ready = [prepared for part in parts for prepared in part.result()]
        made = {key: prepare(self.reading(key)) for key, r in zip(keys, ready, strict=True) if r is None}
        with self.catalog.atomic() if made else nullcontext():
            for key, prepared in made.items():
                self._keep_prepared(key, prepared.pack())
        yield from (made[key] if r is None else r for key, r in zip(keys, ready, strict=True))


def _unpacked(found: Sequence[tuple[str, str, str, bytes, str]]) -> list[Prepared | None]:
    """From (key, rules, rules of the row, data, checksum): None where the rules are others or the row is damaged."""
    return [
        Prepared.unpack(data) if written == rules and check == Catalog.digest(key, rules, data) else None
        for key, rules, written, data, check in found
    ]
