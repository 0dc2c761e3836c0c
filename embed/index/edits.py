"""What people changed: corrections of metadata and removals, with who, when and why. They survive a re-index."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from embed.exceptions import InputError
from embed.structure.report import Level, Metadata, Region, ReportKind

if TYPE_CHECKING:
    from embed.index.catalog import Catalog

__all__ = ["FIELDS", "REMOVED", "Edit", "Edits", "corrected", "correction_value"]

REMOVED = "removed"
FIELDS = ("region", "year", "level", "kind", "department", "title", "issuer", "published", "doc_number", "url")
_YEARS = range(1949, 2200)


@dataclass(frozen=True, slots=True)
class Edit:
    """One change by a person. `field` is a metadata field or `removed`; `value` is JSON, null clears the field."""

    id: int
    report: str
    field: str
    value: str
    who: str
    moment: str  # ISO 8601, UTC
    why: str


class Edits:
    """The table of edits. An edit belongs to the generations from `since` up to, not including, `until`."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def forget_after(self, number: int) -> None:
        """Drop edits that no generation up to `number` has."""
        self._catalog.run("DELETE FROM edits WHERE since > ?", (number,))
        self._catalog.run("UPDATE edits SET until = NULL WHERE until > ?", (number,))

    def active(self) -> list[Edit]:
        """The edits in force, oldest first; a later one of the same field wins."""
        rows = self._catalog.run(
            "SELECT id, report, field, value, who, moment, why, digest FROM edits WHERE until IS NULL ORDER BY id"
        )
        for row in rows:
            self._catalog.check(row[-1], *map(str, row[1:-1]), what=f"edit {row[0]}")
        return [Edit(*row[:-1]) for row in rows]

    def record(self, number: int, report: str, field: str, value: object, *, who: str, why: str) -> None:
        """Add one edit that takes effect with generation `number` and takes the place of earlier ones of the field."""
        text = json.dumps(value, ensure_ascii=False, sort_keys=True)
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        row = (report, field, text, who, moment, why)
        self.end(number, report, field)
        self._catalog.run(
            "INSERT INTO edits (report, field, value, who, moment, why, since, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, number, self._catalog.digest(*row)),
        )

    def end(self, number: int, report: str, field: str) -> int:
        """Take back the edits of a field with generation `number`; return how many there were."""
        ended = self._catalog.run(
            "SELECT id FROM edits WHERE until IS NULL AND report = ? AND field = ?", (report, field)
        )
        self._catalog.run(
            "UPDATE edits SET until = ? WHERE until IS NULL AND report = ? AND field = ?", (number, report, field)
        )
        return len(ended)


def by_report(edits: Iterable[Edit]) -> Mapping[str, list[Edit]]:
    """The edits of each report, oldest first."""
    grouped: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        grouped[edit.report].append(edit)
    return grouped


def corrected(metadata: Metadata, edits: Iterable[Edit]) -> tuple[Metadata, tuple[str, ...]]:
    """Metadata with corrections applied, and the names of the fields that were corrected, sorted."""
    changes: dict[str, Any] = {e.field: _from_json(e.field, json.loads(e.value)) for e in edits if e.field in FIELDS}
    return (replace(metadata, **changes), tuple(sorted(changes))) if changes else (metadata, ())


def correction_value(field: str, text: str | None) -> object:
    """The JSON value of a correction given as text; None clears the field. A region is given by its code.

    Raises:
        InputError: the field or the value has no meaning.
    """
    if field not in FIELDS:
        raise InputError(f"{field!r} cannot be corrected.", hint=f"Fields: {', '.join(FIELDS)}.")
    if text is None or not text.strip():
        return {f.name: None for f in fields(Region)} if field == "region" else None
    text = text.strip()
    if field == "region":
        return _region(text)
    if field == "year":
        if not (text.isascii() and text.isdigit() and int(text) in _YEARS):
            raise InputError(f"a year such as 2024 was expected, not {text!r}.")
        return int(text)
    try:
        _from_json(field, text)
    except ValueError:
        raise InputError(f"field {field!r} cannot be {text!r}.", hint=_EXPECTED.get(field)) from None
    return text


_EXPECTED = {
    "level": f"One of: {', '.join(Level)}.",
    "kind": f"One of: {', '.join(ReportKind)}.",
    "published": "A date such as 2025-01-31.",
}


def _from_json(field: str, value: Any) -> object:  # noqa: ANN401 - a value as JSON gives it
    if value is None:
        return ReportKind.OTHER if field == "kind" else None
    if field == "region":
        return Region(**value)
    if field == "level":
        return Level(value)
    if field == "kind":
        return ReportKind(value)
    return date.fromisoformat(value) if field == "published" else value


def _region(code: str) -> dict[str, str | None]:
    from embed.structure.divisions import load_divisions

    divisions = load_divisions()
    row = divisions.row_of(code)
    if row is None:
        raise InputError(f"there is no division with the code {code!r}.", hint="Codes have 2, 4, 6 or 9 digits.")
    region = divisions.region(row)
    return {f.name: getattr(region, f.name) for f in fields(Region)}
