"""Files to a new generation: what changed is read, what has no vector is encoded, and one swap makes it current."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from embed.exceptions import BijianError
from embed.index.manifest import ModelStamp
from embed.index.readings import Failure, Packed
from embed.index.rules import index_rules, text_rules
from embed.index.serial import facts_from_json, facts_to_json
from embed.index.store import Store
from embed.index.vectors import VectorBank
from embed.index.writer import Source, StoreWriter
from embed.models.encoder import Encoder
from embed.pipeline.embedding import EmbeddingThread
from embed.pipeline.keeping import KeptTogether
from embed.pipeline.scanning import Job, absolute, file_hash, list_files, on_disk, passage_texts, scan_all
from embed.structure.facts import Facts
from embed.structure.report import Report

__all__ = ["IndexOptions", "IndexOutcome", "Progress", "Stage", "index_files", "reindex"]

Progress = Callable[["Stage"], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """How far a stage is: `hash`, `read`, `embed` or `build`. `total` is None while it is not known."""

    name: str
    done: int
    total: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexOptions:
    """prune: drop what lies under the given folders, or was given, and is gone from the disk. wait: seconds to wait
    for another writer, None for ever. workers: processes that read; 1 reads in this one.
    """

    prune: bool = False
    wait: float | None = 0.0
    workers: int = 1


@dataclass(slots=True)
class IndexOutcome:
    """What one run did. `generation` is the current one afterwards, new only if `changed`; `model` made its vectors."""

    generation: int = 0
    model: str = ""
    changed: bool = False
    files: int = 0
    unchanged: int = 0
    read: int = 0
    removed: int = 0
    reports: int = 0
    passages: int = 0
    embedded: int = 0
    failures: list[Failure] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)
    took_over: int | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def counts(self) -> dict[str, object]:
        """The numbers alone, for the record of jobs."""
        numbers = ("generation", "files", "unchanged", "read", "removed", "reports", "passages", "embedded")
        return {**{name: getattr(self, name) for name in numbers}, "failed": len(self.failures)}


def index_files(
    store: Store,
    paths: Sequence[Path],
    encoder: Encoder | Callable[[], Encoder],
    *,
    facts: Mapping[str, Facts] | None = None,
    progress: Progress | None = None,
    options: IndexOptions | None = None,
) -> IndexOutcome:
    """Bring the store up to date with these files and folders.

    encoder: an encoder, or a function that opens one; it is called only when something must be encoded or checked.
    facts: what is known about files, by their absolute paths. progress: called in this and in one other thread.

    A file that was read before, byte for byte, costs one hash. What was done before a kill is kept: the same call
    goes on from there. A file that can no longer be read leaves its earlier content in place and is listed.

    Raises:
        StoreLocked: another process writes. ModelMismatch: the store was built with another model. DiskFull.
    """
    options = options or IndexOptions()
    with store.writer(wait=options.wait) as writer:
        return _Run(writer, encoder, facts or {}, progress or _silent, options).index(paths)


def reindex(
    store: Store,
    encoder: Encoder | Callable[[], Encoder],
    *,
    progress: Progress | None = None,
    options: IndexOptions | None = None,
) -> IndexOutcome:
    """Build everything anew: files that are still there are read again where the rules changed, the rest from what
    was kept; with another encoder all passages get its vectors. The current generation serves until the swap.

    Raises:
        StoreLocked: another process writes. DiskFull.
    """
    options = options or IndexOptions()
    with store.writer(wait=options.wait) as writer:
        run = _Run(writer, encoder, {}, progress or _silent, options)
        return run.reindex()


def _silent(stage: Stage) -> None:
    del stage


class _Run:
    """One run of `index_files`, with the write lock held."""

    def __init__(
        self,
        writer: StoreWriter,
        encoder: Encoder | Callable[[], Encoder],
        facts: Mapping[str, Facts],
        progress: Progress,
        options: IndexOptions,
    ) -> None:
        self.writer = writer
        self.facts = facts
        self.progress = progress
        self.options = options
        self.stamp, rules = writer.current_model()
        self.outdated = rules != (text_rules(), index_rules())
        self.outcome = IndexOutcome(took_over=writer.took_over.get("pid") if writer.took_over else None)
        self._open = encoder if callable(encoder) else lambda: encoder
        self._encoder: Encoder | None = None
        self._rebuild = False
        self._started = time.perf_counter()

    def index(self, paths: Sequence[Path]) -> IndexOutcome:
        """Bring these files up to date."""
        return self._as_job("index", lambda: self._index(*list_files(paths)))

    def reindex(self) -> IndexOutcome:
        """Build everything anew, with whatever encoder is given."""
        self.outdated, self._rebuild = True, True
        there = {path: source.name for path, source in self.writer.live().items() if Path(on_disk(path)).is_file()}
        return self._as_job("reindex", lambda: self._index(there, [], []))

    def _as_job(self, command: str, work: Callable[[], None]) -> IndexOutcome:
        job = self.writer.begin_job(command)
        state = "interrupted"
        try:
            work()
            state = "done"
        except Exception:
            state = "failed"
            raise
        finally:
            with suppress(BijianError):
                self.writer.end_job(job, state, self.outcome.counts())
        return self.outcome

    def _index(self, found: Mapping[str, str], missing: Sequence[Failure], folders: Sequence[str]) -> None:
        self.outcome.files = len(found) + len(missing)
        self.outcome.failures.extend(missing)
        live = self.writer.live()
        sources = self._hash(found, live)
        contents = self._without_gone({**live, **sources}, sources, folders, missing)
        known = self._usable_scans([source.scan for source in sources.values()])
        new = {path: source for path, source in sources.items() if source.scan not in known}
        self.outcome.unchanged = len(sources) - len(new)
        if new or contents != live or self.outdated:
            self._read_and_embed(new, live, contents)
        self.outcome.removed = len(set(live) - set(contents))
        if contents != live or self.outdated:
            self._publish(contents)
        self._count()

    def _lap(self, name: str) -> None:
        now = time.perf_counter()
        self.outcome.seconds[name] = round(now - self._started, 3)
        self._started = now

    def _hash(self, found: Mapping[str, str], live: Mapping[str, Source]) -> dict[str, Source]:
        """What each file that can be opened is now; what was known about it earlier stays known."""
        sources: dict[str, Source] = {}
        for done, (path, name) in enumerate(found.items()):
            if done % 100 == 0:
                self.progress(Stage("hash", done, len(found)))
            known = (
                facts_to_json(self.facts[path]) if path in self.facts else live[path].facts if path in live else "null"
            )
            try:
                key = self.writer.catalog.digest(file_hash(path), text_rules(), known, name)
            except OSError as error:
                message = f"文件打不开 · cannot be opened: {error.strerror}"
                self.outcome.failures.append(Failure(name, "unreadable", message))
                continue
            sources[path] = Source(name, known, key)
        self.progress(Stage("hash", len(found), len(found)))
        self._lap("hash")
        return sources

    def _without_gone(
        self,
        contents: dict[str, Source],
        sources: Mapping[str, Source],
        folders: Sequence[str],
        missing: Sequence[Failure],
    ) -> dict[str, Source]:
        if not self.options.prune:
            return contents
        given = {absolute(f.name) for f in missing}
        gone = {
            path
            for path in contents
            if path not in sources
            and (path in given or any(path.startswith(folder.rstrip("/") + "/") for folder in folders))
            and not Path(on_disk(path)).exists()
        }
        return {path: source for path, source in contents.items() if path not in gone}

    def _usable_scans(self, keys: Sequence[str]) -> set[str]:
        """Known scans without failures; a file that failed is tried again."""
        readings = self.writer.readings
        held = readings.scans(sorted(readings.known_scans(keys)))
        return {key for key, found in held.items() if all("report" in d for d in found)}

    def _read_and_embed(
        self, new: Mapping[str, Source], live: Mapping[str, Source], contents: dict[str, Source]
    ) -> None:
        """Read what is new; give every passage of the new contents its vector.

        Where reading fails `contents` keeps what was there before.
        """
        fresh = {source.scan for source in new.values()}
        settled = set() if self.outdated else {source.scan for source in live.values()}
        with EmbeddingThread(self._bank, self.encoder, self._on_embedding) as embedding:
            with KeptTogether(self.writer.readings) as kept:
                self._read(new, live, contents, embedding, kept)
            for scan in sorted({source.scan for source in contents.values()} - fresh - settled):
                for report in self._reports(scan):
                    embedding.offer(passage_texts(report))
        self.outcome.embedded = embedding.embedded
        self._lap("read and embed")

    def _read(
        self,
        new: Mapping[str, Source],
        live: Mapping[str, Source],
        contents: dict[str, Source],
        embedding: EmbeddingThread,
        kept: KeptTogether,
    ) -> None:
        jobs = [Job(path, source.name, facts_from_json(source.facts)) for path, source in new.items()]
        for done, scanned in enumerate(scan_all(jobs, self.options.workers, pack=True)):
            path = scanned.job.path
            reports = [r for r in scanned.results if isinstance(r, Packed)]
            self.outcome.failures.extend(f for f in scanned.results if isinstance(f, Failure))
            self.outcome.warnings.extend((r.file, warning) for r in reports for warning in r.warnings)
            if reports:
                self.outcome.read += 1
                kept.keep(new[path].scan, scanned.results)
                embedding.offer(scanned.texts)
            elif path in live:
                contents[path] = live[path]
            else:
                del contents[path]
            self.progress(Stage("read", done + 1, len(jobs)))

    def _reports(self, scan: str) -> list[Report]:
        return [self.writer.readings.reading(d["reading"]) for d in self.writer.readings.scan(scan) if "reading" in d]

    def _publish(self, contents: Mapping[str, Source]) -> None:
        self.progress(Stage("build", 0, 1))
        rules = (text_rules(), index_rules())
        self.writer.publish(contents, self._stamp(), self._bank(), rules=rules)
        self.outcome.changed = True
        self.progress(Stage("build", 1, 1))
        self._lap("build")

    def encoder(self) -> Encoder:
        """The encoder, opened when first asked for and held against what the store was built with."""
        if self._encoder is None:
            self._encoder = self._open()
            if self.stamp is not None and not self._rebuild:
                self.stamp.check_encoder(self._encoder)
        return self._encoder

    def _stamp(self) -> ModelStamp:
        return self.stamp if self.stamp and not self._rebuild else ModelStamp.of(self.encoder())

    def _bank(self) -> VectorBank:
        return self.writer.bank(self._stamp())

    def _on_embedding(self, done: int, total: int) -> None:
        self.progress(Stage("embed", done, total))

    def _count(self) -> None:
        manifest = self.writer.manifest()
        if manifest is not None:
            self.outcome.generation, self.outcome.model = manifest.number, manifest.model.name
            self.outcome.reports, self.outcome.passages = manifest.reports, manifest.passages
