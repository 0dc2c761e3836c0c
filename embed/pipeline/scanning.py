"""Files to understood reports, in worker processes where there are many."""

from __future__ import annotations

import gc
import hashlib
import os
import re
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from embed.index.readings import Failure, Packed
from embed.index.vectors import text_hash
from embed.index.wording import embedding_text
from embed.reading import ReadFailure, clean, read_documents
from embed.reading.files import worth_reading
from embed.structure import understand
from embed.structure.facts import Facts
from embed.structure.report import Report

__all__ = ["Job", "Scanned", "absolute", "file_hash", "list_files", "on_disk", "passage_texts", "scan_all"]

_POOL_FROM = 64  # files; below, starting processes costs more than it gives
_CHUNK = 16  # files that one worker takes at a time
_BYTE = re.compile(rb"\\x([0-9a-f]{2})")
_AHEAD = 3  # chunks for each worker that are read ahead of the writer


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read: where it is, how it is called in results, what is known about it."""

    path: str
    name: str
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Scanned:
    """What one file held. texts: what is embedded for each passage, with its hash."""

    job: Job
    results: tuple[Report | Packed | Failure, ...]
    texts: tuple[tuple[bytes, str], ...] = ()


def absolute(path: str | Path) -> str:
    """The path from the root, without `..` and without following links: what a file is known by."""
    return _sayable(os.path.abspath(path))  # noqa: PTH100 - Path.resolve follows links


def _sayable(path: str) -> str:
    r"""A path that any store can hold: bytes of a name that are no UTF-8 are written as \xNN."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", errors="backslashreplace")


def on_disk(path: str) -> str:
    """The path of the file that is known by this one."""
    if "\\x" not in path or Path(path).exists():
        return path
    return os.fsdecode(_BYTE.sub(lambda found: bytes([int(found.group(1), 16)]), os.fsencode(path)))


def list_files(given: Sequence[Path]) -> tuple[dict[str, str], list[Failure], list[str]]:
    """(absolute path → name as given, ascending; what is not there; absolute paths of the folders).

    Folders are searched to the bottom; hidden files, pictures, scripts and data, and links that lead out of the folder
    are left out. A file that is named itself is read whatever its name.
    """
    found: dict[str, str] = {}
    failures: list[Failure] = []
    folders: list[str] = []
    for path in given:
        if path.is_dir():
            folders.append(absolute(path))
            for inside in _inside(path):
                found.setdefault(absolute(inside), _sayable(str(inside)))
        elif path.exists():
            found[absolute(path)] = _sayable(str(path))
        else:
            failures.append(Failure(_sayable(str(path)), "missing", "没有这个文件 · there is no such file"))
    return dict(sorted(found.items())), failures, folders


def _inside(folder: Path) -> Iterator[Path]:
    root = folder.resolve()
    for where, names, files in os.walk(folder):
        names[:] = sorted(n for n in names if not n.startswith("."))
        for name in sorted(files):
            path = Path(where, name)
            if not worth_reading(name) or not path.is_file():
                continue
            if path.is_symlink() and root not in path.resolve().parents:
                continue
            yield path


def file_hash(path: str) -> str:
    """The SHA-256 of a file's bytes, 64 hex digits."""
    with Path(on_disk(path)).open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def scan_all(jobs: Sequence[Job], workers: int, *, pack: bool = False) -> Iterator[Scanned]:
    """Read and understand every file, in the order given; at most a few chunks are held at a time.

    pack: reports come packed by the processes that read them, ready for the catalog.
    """
    if workers < 2 or len(jobs) < _POOL_FROM:
        for job in jobs:
            yield scan(job, pack=pack)
        return
    chunks = deque(jobs[i : i + _CHUNK] for i in range(0, len(jobs), _CHUNK))
    running: deque[tuple[Sequence[Job], Future[list[Scanned]]]] = deque()
    with _pool(workers) as pool:
        while chunks or running:
            while chunks and len(running) < workers * _AHEAD:
                chunk = chunks.popleft()
                running.append((chunk, pool.submit(_scan_chunk, chunk, pack)))
            chunk, future = running.popleft()
            try:
                yield from future.result()
            except BrokenProcessPool:
                yield from _scan_alone(chunk, pack)
                rest = [job for later, _ in running for job in later] + [job for later in chunks for job in later]
                yield from scan_all(rest, workers, pack=pack)
                return


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("forkserver"), initializer=_settle)


def _settle() -> None:
    """Tables stay and reports have no cycles: looking through them for garbage again and again is for nothing."""
    gc.set_threshold(100_000)


def _scan_chunk(jobs: Sequence[Job], pack: bool) -> list[Scanned]:
    return [scan(job, pack=pack) for job in jobs]


def _scan_alone(jobs: Sequence[Job], pack: bool) -> Iterator[Scanned]:
    """Each file in a process of its own, after one of them brought a worker down."""
    for job in jobs:
        with _pool(1) as pool:
            try:
                yield pool.submit(_scan_chunk, [job], pack).result()[0]
            except BrokenProcessPool:
                failure = Failure(
                    job.name, "crashed", "读取进程被该文件拖垮 · reading this file brought its process down"
                )
                yield Scanned(job, (failure,))


def scan(job: Job, *, pack: bool = False) -> Scanned:
    """Read and understand one file. Whatever goes wrong with it is a `Failure` of this file alone."""
    results: list[Report | Failure] = []
    try:
        for document in read_documents(Path(on_disk(job.name))):
            if isinstance(document, ReadFailure):
                results.append(Failure(document.name, document.reason, document.message))
            else:
                results.append(understand(document, clean(document), job.facts))
    except Exception as error:
        results.append(Failure(job.name, "internal", f"处理时出错 · {type(error).__name__}: {error}"))
    texts = tuple(pair for r in results if isinstance(r, Report) for pair in passage_texts(r))
    if not pack:
        return Scanned(job, tuple(results), texts)
    return Scanned(job, tuple(Packed.of(r) if isinstance(r, Report) else r for r in results), texts)


def passage_texts(report: Report) -> list[tuple[bytes, str]]:
    """What is embedded for each passage of a report, with its hash, which is the key of its vector."""
    texts = [embedding_text(p.text, p.heading) for p in report.passages]
    return [(text_hash(text), text) for text in texts]
