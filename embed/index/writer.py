"""The one writer of a store: keeps readings and vectors, builds the next generation, swaps it in."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import StoreVersion
from embed.index.builder import Entry, build_generation
from embed.index.catalog import Catalog
from embed.index.edits import REMOVED, Edits, by_report, corrected
from embed.index.files import disk_errors, sync_folder, write_current
from embed.index.manifest import Manifest, ModelStamp
from embed.index.readings import Failure, Readings
from embed.index.serial import pack_report
from embed.index.vectors import VectorBank, text_hash
from embed.index.wording import PASSAGE_SIDE, embedding_text
from embed.structure.report import Report

if TYPE_CHECKING:
    from embed.index.store import Store
    from embed.models.encoder import Encoder

__all__ = ["Failure", "Source", "StoreWriter"]

_KEPT_GENERATIONS = 2  # the current one and the one to go back to


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the store's contents: its name as given, what was known about it (JSON), and the key of its scan."""

    name: str
    facts: str
    scan: str


class StoreWriter:
    """Made by `Store.writer`. What it keeps (readings, vectors) is harmless until `publish` swaps a generation in."""

    def __init__(self, store: Store, *, took_over: dict[str, Any] | None = None) -> None:
        self.store = store
        self.took_over = took_over
        self.catalog = Catalog(store.path / "catalog.sqlite")
        self.edits = Edits(self.catalog)
        self.readings = Readings(self.catalog)
        try:
            self._forget_unpublished()
        except BaseException:
            self.catalog.close()
            raise

    def close(self) -> None:
        self.catalog.close()

    def _forget_unpublished(self) -> None:
        """Bring contents and edits back to the current generation after a kill or a rollback."""
        current = self.store.current_number()
        with self.catalog.atomic():
            self.catalog.run("DELETE FROM contents WHERE since > ?", (current,))
            self.catalog.run("UPDATE contents SET until = NULL WHERE until > ?", (current,))
            self.edits.forget_after(current)
            self.catalog.run("UPDATE jobs SET state = 'interrupted' WHERE state = 'running'")
        for folder in (self.store.path / "generations").glob(".*"):
            shutil.rmtree(folder, ignore_errors=True)

    # ---- jobs

    def begin_job(self, command: str) -> int:
        """Record that work began; return its number."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = self.catalog.run(
            "INSERT INTO jobs (command, pid, started, state, note) VALUES (?, ?, ?, 'running', '{}') RETURNING id",
            (command, os.getpid(), now),
        )
        return int(row[0][0])

    def end_job(self, job: int, state: str, note: Mapping[str, object]) -> None:
        """Record how work ended: `done`, `failed` or `interrupted`."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        text = json.dumps(note, ensure_ascii=False, default=str)
        self.catalog.run("UPDATE jobs SET finished = ?, state = ?, note = ? WHERE id = ?", (now, state, text, job))

    # ---- vectors and contents

    def bank(self, stamp: ModelStamp) -> VectorBank:
        """The vectors of one encoder."""
        return VectorBank(self.store.path / "vectors", stamp.fingerprint, stamp.dimension)

    def live(self) -> dict[str, Source]:
        """The paths in the current generation, ascending, each with its source."""
        rows = self.catalog.run(
            "SELECT path, name, facts, scan, since, digest FROM contents WHERE until IS NULL ORDER BY path"
        )
        for path, name, facts, scan, since, check in rows:
            self.catalog.check(check, path, name, facts, scan, str(since), what=f"contents of {path}")
        return {row[0]: Source(*row[1:4]) for row in rows}

    # ---- reports that were understood elsewhere

    def add(
        self, reports: Sequence[Report], encoder: Encoder, *, vectors: Sequence[NDArray[np.float32]] | None = None
    ) -> int:
        """Add understood reports beside what is there; see `Store.add`."""
        stamp = ModelStamp.of(encoder)
        manifest = self.manifest()
        if manifest is not None:
            manifest.check_encoder(encoder)
        bank = self.bank(stamp)
        texts = [[embedding_text(p.text, p.heading) for p in r.passages] for r in reports]
        if vectors is None:
            self._encode([text for listed in texts for text in listed], encoder, bank)
        else:
            given = {
                text_hash(t): v
                for listed, rows in zip(texts, vectors, strict=True)
                for t, v in zip(listed, rows, strict=True)
            }
            missing = bank.missing(list(given))
            bank.add(missing, np.array([given[h] for h in missing], np.float32).reshape(-1, bank.dimension))
        contents = self.live()
        for report in reports:
            key = self.catalog.digest("added", report.file, pack_report(report))
            self.readings.keep_scan(key, [report])
            contents[report.file] = Source(report.file, "null", key)
        return self.publish(contents, stamp, bank, rules=manifest.rules if manifest else ("added", "added"))

    def _encode(self, texts: Sequence[str], encoder: Encoder, bank: VectorBank) -> None:
        by_hash = {text_hash(text): text for text in texts}
        missing = sorted(bank.missing(list(by_hash)), key=lambda h: (len(by_hash[h]), h))
        if missing:
            bank.add(missing, encoder.encode([by_hash[h] for h in missing], side=PASSAGE_SIDE))

    # ---- the next generation

    def next_number(self) -> int:
        """The number of the generation that `publish` will make."""
        return max([self.store.current_number(), *self.store.generations()]) + 1

    def entries(self, contents: Mapping[str, Source]) -> Iterator[Entry]:
        """The reports of these contents, ascending by id, each once; removed ones left out, corrections applied."""
        edits = by_report(self.edits.active())
        scans = self.readings.scans(sorted({source.scan for source in contents.values()}))
        found = sorted(
            (d["report"], d["name"], d["reading"], path)
            for path, source in contents.items()
            for d in scans[source.scan]
            if "report" in d
        )
        kept = [
            (edits.get(report, []), list(group))
            for report, group in groupby(found, key=lambda row: row[0])
            if not any(edit.field == REMOVED for edit in edits.get(report, []))
        ]
        ready = self.readings.prepared([same[0][2] for _, same in kept])
        for (mine, same), prepared in zip(kept, ready, strict=True):
            metadata, fields = corrected(prepared.metadata, mine)
            yield Entry(
                prepared,
                metadata,
                files=tuple(sorted({row[1] for row in same})),
                paths=tuple(sorted({row[3] for row in same})),
                reading=same[0][2],
                corrected=fields,
            )

    def publish(
        self, contents: Mapping[str, Source], stamp: ModelStamp, bank: VectorBank, *, rules: tuple[str, str]
    ) -> int:
        """Build the generation with these contents beside the current one and swap it in at one instant."""
        number = self.next_number()
        with self.catalog.atomic():
            self.set_contents(contents, number)
            self.note_publication(number, stamp, rules)
        folder = self.store.path / "generations"
        building = folder / f".building.{number}"
        with disk_errors(building):
            building.mkdir(parents=True)
            build_generation(building, self.entries(contents), bank, stamp, number=number, rules=rules)
            building.rename(folder / str(number))
            sync_folder(folder)
        write_current(self.store.path / "CURRENT", number)
        self.remove_old(keep=_KEPT_GENERATIONS)
        return number

    def note_publication(self, number: int, stamp: ModelStamp, rules: tuple[str, str]) -> None:
        """Keep what a manifest says about the model a second time, for the day a manifest is damaged."""
        row = (json.dumps(asdict(stamp), sort_keys=True), json.dumps(rules))
        self.catalog.run(
            "INSERT OR REPLACE INTO published VALUES (?, ?, ?, ?)",
            (number, *row, self.catalog.digest(str(number), *row)),
        )

    def publication(self, number: int) -> tuple[ModelStamp, tuple[str, str]]:
        """The model and the rules of a generation, as the catalog knows them.

        Raises:
            StoreCorrupt: the catalog does not know, or its row is damaged.
        """
        rows = self.catalog.run("SELECT model, rules, digest FROM published WHERE number = ?", (number,))
        model, rules, check = rows[0] if rows else ("", "", None)
        self.catalog.check(check, str(number), model, rules, what=f"model of generation {number}")
        read_with, built_with = json.loads(rules)
        return ModelStamp(**json.loads(model)), (read_with, built_with)

    def republish(self) -> int:
        """Build the current contents anew, with the edits in force."""
        manifest = self.manifest()
        if manifest is None:
            return 0
        return self.publish(self.live(), manifest.model, self.bank(manifest.model), rules=manifest.rules)

    def set_contents(self, contents: Mapping[str, Source], number: int) -> None:
        """Record what generation `number` is made of."""
        live = self.live()
        gone = [path for path, source in live.items() if contents.get(path) != source]
        new = [(path, source) for path, source in contents.items() if live.get(path) != source]
        rows = [(path, s.name, s.facts, s.scan, str(number)) for path, s in new]
        with self.catalog.atomic():
            self.catalog.run_many(
                "UPDATE contents SET until = ? WHERE path = ? AND until IS NULL", [(number, path) for path in gone]
            )
            self.catalog.run_many(
                "INSERT INTO contents VALUES (?, ?, ?, ?, ?, NULL, ?)",
                [(*row[:4], number, self.catalog.digest(*row)) for row in rows],
            )

    def remove_old(self, *, keep: int) -> list[int]:
        """Remove all but the newest generations up to the current one, held ones excepted; return what is gone."""
        current = self.store.current_number()
        old = [n for n in self.store.generations() if n != current]
        kept = [n for n in old if n < current][-(keep - 1) :] if keep > 1 else []
        return [n for n in old if n not in kept and self.store.remove_generation(n)]

    def current_model(self) -> tuple[ModelStamp | None, tuple[str, str] | None]:
        """Model and rules of the current generation; no rules where another version of Bijian wrote it."""
        number = self.store.current_number()
        if not number:
            return None, None
        try:
            manifest = Manifest.read(self.store.path / "generations" / str(number))
        except StoreVersion:
            return self.publication(number)[0], None
        return manifest.model, manifest.rules

    def manifest(self) -> Manifest | None:
        """The current generation's manifest, None when there is none yet."""
        number = self.store.current_number()
        return Manifest.read(self.store.path / "generations" / str(number)) if number else None
