"""Building one generation from understood reports and their vectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from embed.index.blobs import Blobs, BlobWriter
from embed.index.files import ArrayWriter, checksum, settle_file, sync_folder, write_array, write_file
from embed.index.filter import Filter
from embed.index.ivf import EXACT_UP_TO, build_ivf
from embed.index.lexical import TermCounter
from embed.index.manifest import IndexSettings, Manifest, ModelStamp
from embed.index.prepared import Prepared
from embed.index.search import unit
from embed.index.selection import report_mask
from embed.index.tables import (
    KINDS,
    LEVELS,
    PASSAGE_TYPES,
    REPORT_TYPES,
    PassageTable,
    ReportTable,
    metadata_to_json,
    padded_code,
    report_key,
    write_table,
)
from embed.index.vectors import VectorBank
from embed.structure.duplicates import ReportKey, find_repeats
from embed.structure.report import Metadata

__all__ = ["Entry", "build_generation"]

_BLOCK = 1 << 10  # vectors that are worked on together: they stay in the processor's cache
_TOGETHER = 16  # such blocks that are held at a time
_HANDS = 2  # threads that copy vectors


@dataclass(frozen=True, slots=True)
class Entry:
    """One report that goes into a generation.

    metadata: what was read, with corrections. files: every name under which its bytes were found, sorted; paths: the
    files that hold it, from the root. reading: the key of the reading in the catalog. corrected: names of metadata
    fields that people set.
    """

    prepared: Prepared
    metadata: Metadata
    files: tuple[str, ...]
    paths: tuple[str, ...] = ()
    reading: str = ""
    corrected: tuple[str, ...] = ()


class _Bags(NamedTuple):
    """The words of one report's passages, as in `Prepared`, held in little room until they are counted."""

    words: str
    terms: NDArray[np.integer[Any]]
    counts: NDArray[np.integer[Any]]
    distinct: NDArray[np.integer[Any]]


@dataclass(slots=True)
class _Columns:
    report: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in REPORT_TYPES})
    passage: dict[str, list[NDArray[Any]]] = field(default_factory=lambda: {name: [] for name in PASSAGE_TYPES})
    passages: int = 0
    departments: dict[str, int] = field(default_factory=dict)
    headings: dict[str, int] = field(default_factory=dict)
    hashes: bytearray = field(default_factory=bytearray)
    keys: list[ReportKey] = field(default_factory=list)
    bags: list[_Bags] = field(default_factory=list)


def build_generation(
    folder: Path, entries: Iterable[Entry], bank: VectorBank, stamp: ModelStamp, *, number: int, rules: tuple[str, str]
) -> Manifest:
    """Write all files of a generation into an empty folder, the manifest last.

    entries: ascending by report id, each id once; every passage's vector must be in the bank.
    rules: fingerprints of the rules of reading and structure, and of the index.
    The same entries and vectors give the same bytes.
    """
    columns = _write_texts(folder, entries)
    with ThreadPoolExecutor(1, thread_name_prefix="bijian-words") as beside:
        words = beside.submit(_write_words, folder, columns.bags)
        reports, passages, departments = _tables(columns)
        reports.duplicate_of[:] = _repeats(columns.keys, reports, Blobs(folder, "texts"))
        write_table(folder, "report", reports)
        write_table(folder, "passage", passages)
        write_file(folder / "departments.json", json.dumps(departments, ensure_ascii=False).encode())
        searchable = np.repeat(report_mask(reports, departments, Filter()), reports.count)
        _write_vectors(folder, columns.hashes, searchable, bank)
        settled = beside.submit(settle_file, folder / "vectors.npy")
        vocabulary = words.result()
        del columns
        sealed = {path: beside.submit(_sealed, path) for path in sorted(folder.iterdir())}
        index = build_ivf(folder, passages.role) if len(passages) > EXACT_UP_TO else IndexSettings()
        settled.result()
    manifest = Manifest(
        number=number,
        model=stamp,
        text_rules=rules[0],
        index_rules=rules[1],
        reports=len(reports),
        passages=len(passages),
        searchable=int(searchable.sum()),
        vocabulary=vocabulary,
        index=index,
        files={p.name: sealed[p].result() if p in sealed else _sealed(p) for p in sorted(folder.iterdir())},
    )
    manifest.write(folder)
    sync_folder(folder)
    return manifest


def _sealed(path: Path) -> tuple[int, str]:
    """Size and checksum of a finished file."""
    return path.stat().st_size, checksum(path)


def _write_texts(folder: Path, entries: Iterable[Entry]) -> _Columns:
    columns = _Columns()
    texts, headings, metadata = (BlobWriter(folder, name) for name in ("texts", "headings", "metadata"))
    for entry in entries:
        ready = entry.prepared
        value = {
            "files": entry.files,
            "paths": entry.paths,
            "reading": entry.reading,
            "sha256": ready.sha256,
            "metadata": metadata_to_json(entry.metadata),
            "corrected": entry.corrected,
        }
        metadata.append(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
        columns.hashes += ready.hashes
        length = int(ready.columns["length"].sum())
        columns.keys.append(ReportKey.of(ready.report, entry.metadata, ready.sketch, length))
        kept = ready.terms.copy(), ready.counts.copy(), ready.columns["distinct"].copy()
        columns.bags.append(_Bags("\n".join(ready.words), *kept))
        for heading in ready.headings:
            if heading not in columns.headings:
                columns.headings[heading] = len(columns.headings)
                headings.append(heading)
        _add_passages(columns, ready)
        _add_report(columns, ready, entry.metadata)
        texts.extend(ready.texts, ready.columns["bytes"].tolist())
    for writer in (texts, headings, metadata):
        writer.close()
    return columns


def _write_words(folder: Path, bags: list[_Bags]) -> int:
    """Count the words of all passages and write the lexical index, emptying the list; return the vocabulary's size."""
    counter = TermCounter()
    bags.reverse()
    while bags:
        bag = bags.pop()
        counter.extend(bag.words.split("\n") if bag.words else (), bag.terms, bag.counts, bag.distinct.tolist())
    return counter.write(folder)


def _repeats(keys: Sequence[ReportKey], reports: ReportTable, texts: Blobs) -> NDArray[np.int32]:
    """For each report the row of the one that it repeats, −1 otherwise; shape (reports,), int32."""
    rows = {key.id: row for row, key in enumerate(keys)}

    def text_of(report: str) -> str:
        first, count = int(reports.first[rows[report]]), int(reports.count[rows[report]])
        return texts.joined(first, first + count)

    result = np.full(len(keys), -1, dtype=np.int32)
    for copy, original in find_repeats(keys, text_of).items():
        result[rows[copy]] = rows[original]
    return result


def _add_report(columns: _Columns, ready: Prepared, metadata: Metadata) -> None:
    code, depth = padded_code(metadata.region.code)
    digits = f"{code:09d}"
    department = -1
    if metadata.department:
        department = columns.departments.setdefault(metadata.department, len(columns.departments))
    values = {
        "key": report_key(ready.report),
        "year": metadata.year or 0,
        "level": LEVELS.index(metadata.level) if metadata.level else -1,
        "kind": KINDS.index(metadata.kind),
        "province": int(digits[:2]) if depth >= 2 else 0,
        "city": int(digits[:4]) if depth >= 4 and metadata.region.city else 0,
        "county": int(digits[:6]) if depth >= 6 and metadata.region.county else 0,
        "town": code if depth == 9 else 0,
        "code": code,
        "depth": depth,
        "department": department,
        "duplicate_of": -1,
        "first": columns.passages - len(ready),
        "count": len(ready),
    }
    for name, value in values.items():
        columns.report[name].append(value)


def _add_passages(columns: _Columns, ready: Prepared) -> None:
    numbers = np.array([columns.headings[heading] for heading in ready.headings], dtype=np.int32)
    made = {
        "report": np.full(len(ready), len(columns.report["key"]), dtype=np.int32),
        "heading": numbers[ready.columns["heading"]],
    }
    for name, listed in columns.passage.items():
        listed.append(made[name] if name in made else ready.columns[name].copy())  # a view would keep all its texts
    columns.passages += len(ready)


def _tables(columns: _Columns) -> tuple[ReportTable, PassageTable, list[str]]:
    departments = sorted(columns.departments)
    rank = {columns.departments[name]: place for place, name in enumerate(departments)}
    columns.report["department"] = [rank.get(number, -1) for number in columns.report["department"]]
    reports = ReportTable(**{n: np.array(columns.report[n], dtype=t) for n, t in REPORT_TYPES.items()})
    joined = {n: np.concatenate([np.empty(0, t), *columns.passage[n]]) for n, t in PASSAGE_TYPES.items()}
    passages = PassageTable(**{n: joined[n].astype(t) for n, t in PASSAGE_TYPES.items()})
    return reports, passages, departments


def _write_vectors(folder: Path, hashes: bytearray, searchable: NDArray[np.bool_], bank: VectorBank) -> None:
    """Write the vectors, centred on the mean of the searchable ones and made unit again, and the mean.

    The file of vectors is not settled on the disk yet: that takes a while, in which the cells can be built.
    """
    where = bank.find(hashes)
    parts = [slice(begin, begin + _BLOCK) for begin in range(0, len(searchable), _BLOCK)]
    total = np.zeros(bank.dimension)
    with ThreadPoolExecutor(_HANDS, thread_name_prefix="bijian-vectors") as hands:

        def each(work: Callable[[slice], NDArray[Any]]) -> Iterator[NDArray[Any]]:
            for ahead in range(0, len(parts), _TOGETHER):
                yield from hands.map(work, parts[ahead : ahead + _TOGETHER])
                bank.release()

        for found in each(lambda part: bank.at(where[part])[searchable[part]].sum(axis=0, dtype=np.float64)):
            total += found
        mean = (total / max(1, int(searchable.sum()))).astype(np.float32)
        write_array(folder / "mean.npy", mean)
        shape = len(searchable), bank.dimension
        with ArrayWriter(folder / "vectors.npy", np.dtype("<f4"), shape, settle=False) as out:
            for block in each(lambda part: unit(bank.at(where[part]) - mean)):
                out.write(block)
