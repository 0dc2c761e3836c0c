"""The one writer of a store: keeps readings and vectors, builds the next generation, swaps it in."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
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
from embed.index.prepared import Prepared, prepare
from embed.index.rules import index_rules, text_rules
from embed.index.serial import pack_report, unpack_report
from embed.index.vectors import VectorBank, text_hash
from embed.index.wording import PASSAGE_SIDE, embedding_text
from embed.structure.report import Report

if TYPE_CHECKING:
    from embed.index.store import Store
    from embed.models.encoder import Encoder

__all__ = ["Failure", "Source", "StoreWriter"]

_KEPT_GENERATIONS = 2  # the current one and the one to go back to
_IN_ONE_QUERY = 500


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be read: its name, a short stable reason, and a message for people."""

    name: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the store's contents: its name as given, what was known about it (JSON), and the key of its scan."""

    name: str
    facts: str
    scan: str


def _rules() -> str:
    """What the terms and the keys of vectors depend on: the index's rules, and structure's, which masks names."""
    return text_rules() + index_rules()


class StoreWriter:
    """Made by `Store.writer`. What it keeps (readings, vectors) is harmless until `publish` swaps a generation in."""

    def __init__(self, store: Store, *, took_over: dict[str, Any] | None = None) -> None:
        self.store = store
        self.took_over = took_over
        self.catalog = Catalog(store.path / "catalog.sqlite")
        self.edits = Edits(self.catalog)
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

    # ---- readings and vectors

    def bank(self, stamp: ModelStamp) -> VectorBank:
        """The vectors of one encoder."""
        return VectorBank(self.store.path / "vectors", stamp.fingerprint, stamp.dimension)

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
            self.keep_scan(key, [report])
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
        found: list[tuple[str, str, str, str]] = []
        for path, source in contents.items():
            found.extend((d["report"], d["name"], d["reading"], path) for d in self.scan(source.scan) if "report" in d)
        for report_id, group in groupby(sorted(found), key=lambda row: row[0]):
            same = list(group)
            mine = edits.get(report_id, [])
            if any(edit.field == REMOVED for edit in mine):
                continue
            report = self.reading(same[0][2])
            metadata, fields = corrected(report.metadata, mine)
            yield Entry(
                replace(report, metadata=metadata),
                self.prepared(same[0][2], report),
                files=tuple(sorted({row[1] for row in same})),
                paths=tuple(sorted({row[3] for row in same})),
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
