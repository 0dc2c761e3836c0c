"""Whether every byte of a store is what was written, and mending what is not."""

from __future__ import annotations

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from embed.exceptions import BijianError, StoreCorrupt
from embed.index.catalog import Catalog
from embed.index.edits import Edits
from embed.index.files import read_current, write_current
from embed.index.generation import Generation
from embed.index.manifest import Manifest
from embed.index.store import Store
from embed.index.vectors import damaged_segments
from embed.index.writer import Source
from embed.structure.report import Passage, Report

__all__ = ["Damage", "repair", "verify"]


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong: the file, relative to the store, what is wrong with it, and what mends it."""

    file: str
    what: str
    remedy: str


def verify(store: Store) -> list[Damage]:
    """Read every byte of a store and hold it against its checksums; empty when all is well."""
    found = [*_current(store), *_generations(store), *_vectors(store), *_catalog(store)]
    return sorted(found, key=lambda d: (d.file, d.what))


def _current(store: Store) -> Iterator[Damage]:
    remedy = "--repair: the newest complete generation becomes the current one"
    try:
        number = read_current(store.path / "CURRENT")
    except StoreCorrupt as error:
        yield Damage("CURRENT", error.message, remedy)
        return
    if number and number not in store.generations():
        yield Damage("CURRENT", f"it names generation {number}, which is not there", remedy)


def _generations(store: Store) -> Iterator[Damage]:
    remedy = "--repair: built anew from the catalog and the vectors"
    for number in store.generations():
        folder = store.path / "generations" / str(number)
        try:
            manifest = Manifest.read(folder)
        except BijianError as error:
            yield Damage(f"generations/{number}/manifest.json", error.message, remedy)
            continue
        for name in manifest.damaged(folder):
            yield Damage(f"generations/{number}/{name}", "its content is not what was written", remedy)


def _vectors(store: Store) -> Iterator[Damage]:
    remedy = "--repair: set aside; the next `bijian index` or `bijian reindex` computes its vectors again"
    for path in damaged_segments(store.path / "vectors"):
        yield Damage(str(path.relative_to(store.path)), "its content is not what was written", remedy)


def _catalog(store: Store) -> Iterator[Damage]:
    remedy = "--repair: made anew from the current generation; index the files again for the full readings"
    path = store.path / "catalog.sqlite"
    try:
        problems = _catalog_problems(path)
    except (BijianError, sqlite3.Error, ValueError, KeyError, TypeError) as error:
        problems = [str(error)]
    for problem in problems[:20]:
        yield Damage("catalog.sqlite", problem, remedy)


def _catalog_problems(path: Path) -> list[str]:
    catalog = Catalog(path)
    try:
        problems = [row[0] for row in catalog.run("PRAGMA integrity_check") if row[0] != "ok"]
        if problems:
            return problems
        digest = catalog.digest
        readings: set[str] = set()
        for key, report, data, check in catalog.each("SELECT key, report, data, digest FROM readings"):
            readings.add(key)
            if check != digest(key, report, data):
                problems.append(f"reading {key}")
        scans: set[str] = set()
        for key, text, check in catalog.each("SELECT key, results, digest FROM scans"):
            scans.add(key)
            if check != digest(key, text):
                problems.append(f"scan {key}")
        rows = catalog.each("SELECT path, name, facts, scan, since, digest FROM contents")
        for where, name, facts, scan, since, check in rows:
            if check != digest(where, name, facts, scan, str(since)):
                problems.append(f"contents of {where}")
            elif scan not in scans:
                problems.append(f"scan {scan} of {where} is missing")
        for number, model, rules, check in catalog.each("SELECT number, model, rules, digest FROM published"):
            if check != digest(str(number), model, rules):
                problems.append(f"model of generation {number}")
        Edits(catalog).active()
        return problems
    finally:
        catalog.close()


def repair(store: Store) -> list[str]:
    """Mend what `verify` finds, from what is whole; return what was done, in words."""
    done: list[str] = []
    done.extend(_repair_current(store))
    if any(True for _ in _catalog(store)):
        done.extend(_repair_catalog(store))
    for path in damaged_segments(store.path / "vectors"):
        path.rename(path.with_suffix(".damaged"))
        done.append(f"vectors: {path.name} set aside")
    done.extend(_repair_generations(store))
    return done


def _repair_current(store: Store) -> Iterator[str]:
    if not any(True for _ in _current(store)):
        return
    whole = [n for n in store.generations() if not _broken(store, n)]
    number = max(whole, default=0)
    write_current(store.path / "CURRENT", number)
    yield f"CURRENT: generation {number}"


def _broken(store: Store, number: int) -> bool:
    folder = store.path / "generations" / str(number)
    try:
        return bool(Manifest.read(folder).damaged(folder))
    except BijianError:
        return True


def _repair_generations(store: Store) -> Iterator[str]:
    current = store.current_number()
    for number in store.generations():
        if not _broken(store, number):
            continue
        if number == current:
            with store.writer() as writer:
                stamp, rules = writer.publication(number)
                made = writer.publish(writer.live(), stamp, writer.bank(stamp), rules=rules)
            yield f"generation {made}: built anew in the place of {number}"
        if store.remove_generation(number):
            yield f"generation {number}: removed"


def _repair_catalog(store: Store) -> Iterator[str]:
    """Set the catalog aside and fill a new one with what the current generation holds."""
    reports: dict[str, list[Report]] = defaultdict(list)
    names: dict[str, str] = {}
    number = store.current_number()
    if number and not _broken(store, number):
        with Generation(store.path / "generations" / str(number)) as generation:
            for row in range(len(generation.reports)):
                report, paths = _rebuilt(generation, row)
                for path in paths:
                    reports[path].append(report)
                    names[path] = report.file.partition("!/")[0]
    elif number:
        raise StoreCorrupt(
            "the catalog and the current generation are both damaged.",
            hint="Run `bijian store rollback`, or index the files into a new store.",
        )
    for suffix in ("", "-wal", "-shm"):
        damaged = store.path / f"catalog.sqlite{suffix}"
        if damaged.exists():
            shutil.move(damaged, damaged.with_name(f"damaged-catalog.sqlite{suffix}"))
    Catalog(store.path / "catalog.sqlite", create=True).close()
    with store.writer() as writer:
        contents = {}
        for path, listed in reports.items():
            key = writer.catalog.digest("recovered", path, *(r.id for r in listed))
            writer.readings.keep_scan(key, listed)
            contents[path] = Source(names[path], "null", key)
        writer.set_contents(contents, number)
        if number:
            manifest = Manifest.read(store.path / "generations" / str(number))
            writer.note_publication(number, manifest.model, manifest.rules)
    yield f"catalog.sqlite: made anew with {len(contents)} files; the damaged one is kept beside it"


def _rebuilt(generation: Generation, row: int) -> tuple[Report, tuple[str, ...]]:
    """A report as far as a generation holds it: no source text, no sections, no evidence."""
    stored = generation.report_at(row)
    passages = tuple(
        Passage(p.ordinal, p.role, p.confidence, p.start, p.end, p.text, p.heading, None)
        for p in generation.passages_at(generation.passages_of(row))
    )
    report = Report(
        id=stored.id,
        file=stored.file,
        sha256=stored.sha256,
        source_text="",
        metadata=stored.metadata,
        passages=passages,
        warnings=("recovered: source text and evidence come back when the file is indexed again",),
    )
    return report, stored.paths
