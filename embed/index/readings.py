"""What was read, kept in the catalog for good: scans of files, readings of reports, what the index needs of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from embed.index.catalog import Catalog
from embed.index.prepared import Prepared, prepare
from embed.index.rules import index_rules, text_rules
from embed.index.serial import pack_report, unpack_report
from embed.structure.report import Report

__all__ = ["Failure", "Readings"]

_IN_ONE_QUERY = 500


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be read: its name, a short stable reason, and a message for people."""

    name: str
    reason: str
    message: str


def _rules() -> str:
    """What the terms and the keys of vectors depend on: the index's rules, and structure's, which masks names."""
    return text_rules() + index_rules()


class Readings:
    """The tables of scans, readings and what was prepared. Everything is found by content; nothing is ever changed."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def known_scans(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys under which a scan is kept."""
        known: set[str] = set()
        for begin in range(0, len(keys), _IN_ONE_QUERY):
            block = keys[begin : begin + _IN_ONE_QUERY]
            marks = ",".join("?" * len(block))
            known |= {row[0] for row in self.catalog.run(f"SELECT key FROM scans WHERE key IN ({marks})", block)}
        return known

    def keep_scan(
        self, key: str, results: Sequence[Report | Failure], prepared: Sequence[Prepared | None] = ()
    ) -> None:
        """Keep what one file held, for good; `prepared` has one entry for each result, where it was worked out."""
        digest = self.catalog.digest
        listed: list[dict[str, str]] = []
        with self.catalog.atomic():
            for place, result in enumerate(results):
                if isinstance(result, Failure):
                    listed.append({"name": result.name, "reason": result.reason, "message": result.message})
                    continue
                reading = digest(key, str(place))
                data = pack_report(result)
                self.catalog.run(
                    "INSERT OR REPLACE INTO readings VALUES (?, ?, ?, ?)",
                    (reading, result.id, data, digest(reading, result.id, data)),
                )
                ready = prepared[place] if prepared else None
                if ready is not None:
                    self._keep_prepared(reading, ready)
                listed.append({"name": result.file, "report": result.id, "reading": reading})
            text = json.dumps(listed)
            self.catalog.run("INSERT OR REPLACE INTO scans VALUES (?, ?, ?)", (key, text, digest(key, text)))

    def scan(self, key: str) -> list[dict[str, str]]:
        """What one file held: `name` with `report` and `reading`, or with `reason` and `message`."""
        rows = self.catalog.run("SELECT results, digest FROM scans WHERE key = ?", (key,))
        text, check = rows[0] if rows else ("", None)
        self.catalog.check(check, key, text, what=f"scan {key}")
        listed: list[dict[str, str]] = json.loads(text)
        return listed

    def reading(self, key: str) -> Report:
        """One kept reading."""
        rows = self.catalog.run("SELECT report, data, digest FROM readings WHERE key = ?", (key,))
        report, data, check = rows[0] if rows else ("", b"", None)
        self.catalog.check(check, key, report, data, what=f"reading {key}")
        return unpack_report(data)

    def _keep_prepared(self, reading: str, prepared: Prepared) -> None:
        row = (reading, _rules(), prepared.pack())
        self.catalog.run("INSERT OR REPLACE INTO prepared VALUES (?, ?, ?, ?)", (*row, self.catalog.digest(*row)))

    def prepared(self, key: str, report: Report) -> Prepared:
        """What the index needs of a kept reading, worked out again where the rules changed or a row is damaged."""
        statement = "SELECT data, digest FROM prepared WHERE reading = ? AND rules = ?"
        rows = self.catalog.run(statement, (key, _rules()))
        if rows and rows[0][1] == self.catalog.digest(key, _rules(), rows[0][0]):
            return Prepared.unpack(rows[0][0], len(report.passages))
        made = prepare(report)
        self._keep_prepared(key, made)
        return made
