"""Looking after a store: figures, compacting, going back, removing and correcting reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from embed.exceptions import InputError, QueryError, StoreError
from embed.index.catalog import Catalog
from embed.index.edits import REMOVED, Edit, Edits, correction_value
from embed.index.files import write_current
from embed.index.manifest import Manifest
from embed.index.store import Store

__all__ = [
    "Compaction",
    "compact",
    "correct",
    "edits_in_force",
    "recent_jobs",
    "remove",
    "restore",
    "rollback",
    "stats",
]


def stats(store: Store) -> dict[str, Any]:
    """Figures of a store as plain values: model, counts, sizes in bytes, index settings, generations."""
    number = store.current_number()
    manifest = Manifest.read(store.path / "generations" / str(number)) if number else None
    value: dict[str, Any] = {
        "store": str(store.path),
        "generation": number,
        "generations": {n: _size(store.path / "generations" / str(n)) for n in store.generations()},
        "vectors_bytes": _size(store.path / "vectors"),
        "catalog_bytes": sum(p.stat().st_size for p in store.path.glob("catalog.sqlite*")),
    }
    if manifest is not None:
        value |= {
            "model": manifest.model.name,
            "fingerprint": manifest.fingerprint,
            "dimension": manifest.model.dimension,
            "reports": manifest.reports,
            "passages": manifest.passages,
            "searchable": manifest.searchable,
            "vocabulary": manifest.vocabulary,
            "index": {
                "kind": manifest.index.kind,
                "lists": manifest.index.lists,
                "recall": manifest.index.recall,
                "plans": [asdict(plan) for plan in manifest.index.plans],
            },
        }
    return value


def _size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def rollback(store: Store, number: int | None = None, *, wait: float | None = 0.0) -> int:
    """Make an earlier generation the current one; by default the one before. What came after it is forgotten.

    Raises:
        StoreError: there is no such generation any more.
    """
    with store.writer(wait=wait):
        current = store.current_number()
        earlier = [n for n in store.generations() if n < current]
        target = max(earlier, default=0) if number is None else number
        if target not in earlier:
            raise StoreError(
                f"there is no generation {target or 'before the current one'} to go back to.",
                hint=f"Kept generations: {', '.join(map(str, earlier)) or 'only the current one'}.",
            )
        folder = store.path / "generations" / str(target)
        damaged = Manifest.read(folder).damaged(folder)
        if damaged:
            raise StoreError(f"generation {target} is damaged ({damaged[0]}) and cannot be gone back to.")
        write_current(store.path / "CURRENT", target)
    with store.writer(wait=wait) as writer:
        for later in [n for n in store.generations() if n > target]:
            writer.store.remove_generation(later)
    return target


@dataclass(frozen=True, slots=True)
class Compaction:
    """What compacting gave back."""

    bytes_before: int
    bytes_after: int
    generations_removed: int
    readings_removed: int
    models_removed: int


def compact(store: Store, *, wait: float | None = 0.0) -> Compaction:
    """Remove old generations that nobody holds, readings and vectors that no generation needs; merge vector files."""
    before = _size(store.path)
    with store.writer(wait=wait) as writer:
        gone = writer.remove_old(keep=1)
        readings = _drop_readings(writer.catalog, store.generations())
        manifests = [Manifest.read(store.path / "generations" / str(n)) for n in store.generations()]
        needed = {m.fingerprint for m in manifests}
        models = [p for p in (store.path / "vectors").iterdir() if p.is_dir() and p.name not in needed]
        for folder in models:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
        for stamp in {m.model for m in manifests}:
            writer.bank(stamp).merge()
        writer.catalog.run("VACUUM")
        writer.catalog.run("PRAGMA wal_checkpoint(TRUNCATE)")
    return Compaction(before, _size(store.path), len(gone), readings, len(models))


def _drop_readings(catalog: Catalog, kept: Sequence[int]) -> int:
    """Drop contents, scans and readings that no kept generation is made of."""
    oldest = min(kept, default=0)
    with catalog.atomic():
        catalog.run("DELETE FROM contents WHERE until IS NOT NULL AND until <= ?", (oldest,))
        catalog.run("DELETE FROM scans WHERE key NOT IN (SELECT scan FROM contents)")
        before = int(catalog.run("SELECT count(*) FROM readings")[0][0])
        catalog.run(
            "DELETE FROM readings WHERE key NOT IN (SELECT json_extract(each.value, '$.reading')"
            " FROM scans, json_each(scans.results) AS each WHERE json_extract(each.value, '$.reading') IS NOT NULL)"
        )
        catalog.run("DELETE FROM prepared WHERE reading NOT IN (SELECT key FROM readings)")
        return before - int(catalog.run("SELECT count(*) FROM readings")[0][0])


def remove(store: Store, reports: Sequence[str], *, who: str, why: str, wait: float | None = 0.0) -> int:
    """Take reports out of searches, clusters and exports, also when their files are indexed again; the generation.

    Raises:
        QueryError: there is no such report.
    """
    with store.writer(wait=wait) as writer:
        with store.current() as generation:
            for report in reports:
                generation.report_row(report)
        number = writer.next_number()
        with writer.catalog.atomic():
            for report in reports:
                writer.edits.record(number, report, REMOVED, True, who=who, why=why)
        return writer.republish()


def restore(store: Store, reports: Sequence[str], *, wait: float | None = 0.0) -> int:
    """Take back removals; return the generation.

    Raises:
        QueryError: the report was not removed.
    """
    with store.writer(wait=wait) as writer:
        number = writer.next_number()
        for report in reports:
            if not writer.edits.end(number, report, REMOVED):
                raise QueryError(f"report {report!r} was not removed.", hint="See `bijian remove --list`.")
        return writer.republish()


def correct(
    store: Store, report: str, changes: dict[str, str | None], *, who: str, why: str, wait: float | None = 0.0
) -> int:
    """Set metadata fields of a report, also against a later reading; a region is given by its code; the generation.

    Raises:
        QueryError: there is no such report. InputError: a field or a value has no meaning, or nothing is changed.
    """
    values = {name: correction_value(name, text) for name, text in changes.items()}
    if not values:
        raise InputError("nothing to correct was given.", hint="Name a field, such as --region 510904.")
    with store.writer(wait=wait) as writer:
        with store.current() as generation:
            generation.report_row(report)
        number = writer.next_number()
        with writer.catalog.atomic():
            for name, value in values.items():
                writer.edits.record(number, report, name, value, who=who, why=why)
        return writer.republish()


def edits_in_force(store: Store) -> list[Edit]:
    """Corrections and removals of the current generation, oldest first."""
    catalog = Catalog(store.path / "catalog.sqlite")
    try:
        return Edits(catalog).active()
    finally:
        catalog.close()


def recent_jobs(store: Store, count: int = 10) -> list[dict[str, Any]]:
    """The last jobs, newest first: command, started, finished, state and note."""
    catalog = Catalog(store.path / "catalog.sqlite")
    try:
        rows = catalog.run(
            "SELECT id, command, pid, started, finished, state, note FROM jobs ORDER BY id DESC LIMIT ?", (count,)
        )
    finally:
        catalog.close()
    return [dict(zip(("id", "command", "pid", "started", "finished", "state", "note"), r, strict=True)) for r in rows]
