"""The one writer of a store: keeps readings and vectors, builds the next generation, swaps it in."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import StoreCorrupt
from embed.index.builder import Entry, build_generation
from embed.index.catalog import Catalog
from embed.index.files import disk_errors, replace_file, sync_folder
from embed.index.manifest import Manifest, ModelStamp
from embed.index.serial import pack_report, unpack_report
from embed.index.vectors import VectorBank, text_hash
from embed.index.wording import PASSAGE_SIDE, embedding_text
from embed.structure.report import Report

if TYPE_CHECKING:
    from embed.index.store import Store
    from embed.models.encoder import Encoder

__all__ = ["Failure", "StoreWriter"]

_KEPT_GENERATIONS = 2  # the current one and the one to go back to
_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be read: its name, a short stable reason, and a message for people."""

    name: str
    reason: str
    message: str


def digest(*parts: str | bytes) -> str:
    """A short checksum of a row of the catalog, 32 hex digits."""
    whole = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")
        whole.update(len(data).to_bytes(8, "little"))
        whole.update(data)
    return whole.hexdigest()[:_DIGITS]


class StoreWriter:
    """Made by `Store.writer`. What it keeps (readings, vectors) is harmless until `publish` swaps a generation in."""

    def __init__(self, store: Store, *, took_over: dict[str, Any] | None = None) -> None:
        self.store = store
        self.took_over = took_over
        self.catalog = Catalog(store.path / "catalog.sqlite")
        self._forget_unpublished()

    def close(self) -> None:
        self.catalog.close()

    def _forget_unpublished(self) -> None:
        """Bring the table of contents back to the current generation after a kill or a rollback."""
        current = self.store.current_number()
        with self.catalog.atomic():
            self.catalog.run("DELETE FROM contents WHERE since > ?", (current,))
            self.catalog.run("UPDATE contents SET until = NULL WHERE until > ?", (current,))
        for folder in (self.store.path / "generations").glob(".*"):
            shutil.rmtree(folder, ignore_errors=True)

    def bank(self, stamp: ModelStamp) -> VectorBank:
        """The vectors of one encoder."""
        return VectorBank(self.store.path / "vectors", stamp.fingerprint, stamp.dimension)

    def known_scans(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys under which a scan is kept."""
        known: set[str] = set()
        for begin in range(0, len(keys), 500):
            block = keys[begin : begin + 500]
            marks = ",".join("?" * len(block))
            known |= {row[0] for row in self.catalog.run(f"SELECT key FROM scans WHERE key IN ({marks})", block)}
        return known

    def keep_scan(self, key: str, results: Sequence[Report | Failure]) -> None:
        """Keep what one file held, for good."""
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
                listed.append({"name": result.file, "report": result.id, "reading": reading})
            text = json.dumps(listed, ensure_ascii=False)
            self.catalog.run("INSERT OR REPLACE INTO scans VALUES (?, ?, ?)", (key, text, digest(key, text)))

    def scan(self, key: str) -> list[dict[str, str]]:
        """What one file held: `name` with `report` and `reading`, or with `reason` and `message`."""
        rows = self.catalog.run("SELECT results, digest FROM scans WHERE key = ?", (key,))
        if not rows or rows[0][1] != digest(key, rows[0][0]):
            raise self._damaged(f"scan {key}")
        listed: list[dict[str, str]] = json.loads(rows[0][0])
        return listed

    def reading(self, key: str) -> Report:
        """One kept reading."""
        rows = self.catalog.run("SELECT report, data, digest FROM readings WHERE key = ?", (key,))
        if not rows or rows[0][2] != digest(key, rows[0][0], rows[0][1]):
            raise self._damaged(f"reading {key}")
        return unpack_report(rows[0][1])

    def _damaged(self, what: str) -> StoreCorrupt:
        return StoreCorrupt(
            f"{self.catalog.path} is damaged: {what}.", hint="Run `bijian store verify --repair`, then index again."
        )

    def live(self) -> dict[str, str]:
        """The paths in the current generation, each with the key of its scan."""
        rows = self.catalog.run("SELECT path, scan, since, digest FROM contents WHERE until IS NULL ORDER BY path")
        for path, scan, since, check in rows:
            if check != digest(path, scan, str(since)):
                raise self._damaged(f"contents row {path}")
        return {row[0]: row[1] for row in rows}

    def add(
        self, reports: Sequence[Report], encoder: Encoder, *, vectors: Sequence[NDArray[np.float32]] | None = None
    ) -> int:
        """Add understood reports beside what is there; see `Store.add`."""
        stamp = ModelStamp.of(encoder)
        manifest = self.manifest()
        if manifest is not None:
            manifest.check_encoder(encoder)
        bank = self.bank(stamp)
        for place, report in enumerate(reports):
            hashes = [text_hash(embedding_text(p.text, p.heading)) for p in report.passages]
            if vectors is not None:
                new = {h: vectors[place][i] for i, h in enumerate(hashes)}
                wanted = bank.missing(hashes)
                bank.add(wanted, np.array([new[h] for h in wanted], np.float32).reshape(-1, bank.dimension))
        if vectors is None:
            self.embed(reports, encoder, bank)
        contents = self.live()
        for report in reports:
            key = digest("added", report.file, pack_report(report))
            self.keep_scan(key, [report])
            contents[report.file] = key
        return self.publish(contents, stamp, bank, rules=("added", "added"))

    def embed(self, reports: Sequence[Report], encoder: Encoder, bank: VectorBank) -> int:
        """Compute the vectors that are not there yet; return how many."""
        texts = [embedding_text(p.text, p.heading) for r in reports for p in r.passages]
        by_hash = {text_hash(text): text for text in texts}
        missing = sorted(bank.missing(list(by_hash)), key=lambda h: (len(by_hash[h]), h))
        if missing:
            bank.add(missing, encoder.encode([by_hash[h] for h in missing], side=PASSAGE_SIDE))
        return len(missing)

    def entries(self, contents: Mapping[str, str]) -> Iterator[Entry]:
        """The reports of these contents, ascending by id, each once."""
        found: list[tuple[str, str, str]] = []
        for scan in contents.values():
            found.extend((d["report"], d["name"], d["reading"]) for d in self.scan(scan) if "report" in d)
        for _, group in groupby(sorted(found), key=lambda row: row[0]):
            same = list(group)
            yield Entry(self.reading(same[0][2]), tuple(sorted({row[1] for row in same})))

    def publish(
        self, contents: Mapping[str, str], stamp: ModelStamp, bank: VectorBank, *, rules: tuple[str, str]
    ) -> int:
        """Build the generation with these contents beside the current one and swap it in at one instant."""
        current = self.store.current_number()
        number = max([current, *self.store.generations()]) + 1
        self._set_contents(contents, number)
        folder = self.store.path / "generations"
        building = folder / f".building.{number}"
        with disk_errors(building):
            building.mkdir(parents=True)
            build_generation(building, self.entries(contents), bank, stamp, number=number, rules=rules)
            building.rename(folder / str(number))
            sync_folder(folder)
        replace_file(self.store.path / "CURRENT", f"{number}\n".encode())
        self.remove_old(keep=_KEPT_GENERATIONS)
        return number

    def _set_contents(self, contents: Mapping[str, str], number: int) -> None:
        live = self.live()
        gone = [path for path, scan in live.items() if contents.get(path) != scan]
        new = [(path, scan) for path, scan in contents.items() if live.get(path) != scan]
        with self.catalog.atomic():
            self.catalog.run_many(
                "UPDATE contents SET until = ? WHERE path = ? AND until IS NULL", [(number, path) for path in gone]
            )
            self.catalog.run_many(
                "INSERT INTO contents VALUES (?, ?, ?, NULL, ?)",
                [(path, scan, number, digest(path, scan, str(number))) for path, scan in new],
            )

    def remove_old(self, *, keep: int) -> list[int]:
        """Remove all but the newest generations up to the current one, held ones excepted; return what is gone."""
        current = self.store.current_number()
        old = [n for n in self.store.generations() if n != current]
        kept = [n for n in old if n < current][-(keep - 1) :] if keep > 1 else []
        return [n for n in old if n not in kept and self.store.remove_generation(n)]

    def manifest(self) -> Manifest | None:
        """The current generation's manifest, None when there is none yet."""
        number = self.store.current_number()
        return Manifest.read(self.store.path / "generations" / str(number)) if number else None
