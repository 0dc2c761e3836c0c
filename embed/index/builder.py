"""Building one generation from understood reports and their vectors."""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.lib.format import write_array_header_1_0
from numpy.typing import NDArray

from embed.index.blobs import Blobs, BlobWriter
from embed.index.files import checksum, disk_errors, sync_folder, write_array, write_file
from embed.index.filter import Filter
from embed.index.ivf import EXACT_UP_TO, build_ivf
from embed.index.lexical import TermCounter
from embed.index.manifest import IndexSettings, Manifest, ModelStamp
from embed.index.outline import outline_item
from embed.index.prepared import Prepared
from embed.index.search import unit
from embed.index.selection import report_mask
from embed.index.tables import (
    KINDS,
    LEVELS,
    PASSAGE_TYPES,
    REPORT_TYPES,
    ROLES,
    PassageTable,
    ReportTable,
    metadata_to_json,
    padded_code,
    report_key,
    write_table,
)
from embed.index.vectors import VectorBank
from embed.structure.duplicates import ReportKey, find_repeats
from embed.structure.report import Passage, Report

__all__ = ["Entry", "build_generation"]

_BLOCK = 1 << 14


@dataclass(frozen=True, slots=True)
class Entry:
    """One report that goes into a generation.

    files: every name under which its bytes were found, sorted; paths: the files that hold it, from the root.
    reading: the key of the reading in the catalog. corrected: names of metadata fields that people set.
    """

    report: Report
    prepared: Prepared
    files: tuple[str, ...]
    paths: tuple[str, ...] = ()
    reading: str = ""
    corrected: tuple[str, ...] = ()


@dataclass(slots=True)
class _Columns:
    report: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in REPORT_TYPES})
    passage: dict[str, array[float]] = field(default_factory=lambda: {name: array("d") for name in PASSAGE_TYPES})
    departments: dict[str, int] = field(default_factory=dict)
    headings: dict[tuple[str, ...], int] = field(default_factory=dict)
    hashes: list[bytes] = field(default_factory=list)
    keys: list[ReportKey] = field(default_factory=list)
    terms: TermCounter = field(default_factory=TermCounter)


def build_generation(
    folder: Path, entries: Iterable[Entry], bank: VectorBank, stamp: ModelStamp, *, number: int, rules: tuple[str, str]
) -> Manifest:
    """Write all files of a generation into an empty folder, the manifest last.

    entries: ascending by report id, each id once; every passage's vector must be in the bank.
    rules: fingerprints of the rules of reading and structure, and of the index.
    The same entries and vectors give the same bytes.
    """
    columns = _write_texts(folder, entries)
    reports, passages, departments = _tables(columns)
    reports.duplicate_of[:] = _repeats(columns.keys, reports, Blobs(folder, "texts"))
    write_table(folder, "report", reports)
    write_table(folder, "passage", passages)
    write_file(folder / "departments.json", json.dumps(departments, ensure_ascii=False).encode())
    searchable = np.repeat(report_mask(reports, departments, Filter()), reports.count)
    _write_vectors(folder, columns.hashes, searchable, bank)
    index = build_ivf(folder, passages.role) if len(passages) > EXACT_UP_TO else IndexSettings()
    vocabulary = columns.terms.write(folder)
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
        files={p.name: (p.stat().st_size, checksum(p)) for p in sorted(folder.iterdir())},
    )
    manifest.write(folder)
    sync_folder(folder)
    return manifest


def _write_texts(folder: Path, entries: Iterable[Entry]) -> _Columns:
    columns = _Columns()
    texts, headings, metadata = (BlobWriter(folder, name) for name in ("texts", "headings", "metadata"))
    for entry in entries:
        row = len(columns.report["key"])
        _add_report(columns, entry.report)
        value = {
            "files": entry.files,
            "paths": entry.paths,
            "reading": entry.reading,
            "sha256": entry.report.sha256,
            "metadata": metadata_to_json(entry.report.metadata),
            "corrected": entry.corrected,
        }
        metadata.append(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
        columns.hashes.extend(entry.prepared.hashes)
        columns.keys.append(_key(entry))
        for place, passage in enumerate(sorted(entry.report.passages, key=lambda p: p.ordinal)):
            columns.terms.add(entry.prepared.terms[place])
            if passage.heading not in columns.headings:
                columns.headings[passage.heading] = len(columns.headings)
                headings.append(json.dumps(passage.heading, ensure_ascii=False, separators=(",", ":")))
            _add_passage(columns, row, passage, entry.prepared.terms[place])
            texts.append(passage.text)
    for writer in (texts, headings, metadata):
        writer.close()
    return columns


def _key(entry: Entry) -> ReportKey:
    report = entry.report
    length = sum(len(p.text) for p in report.passages)
    return ReportKey.of(report.id, report.metadata, entry.prepared.sketch, length)


def _repeats(keys: Sequence[ReportKey], reports: ReportTable, texts: Blobs) -> NDArray[np.int32]:
    """For each report the row of the one that it repeats, −1 otherwise; shape (reports,), int32."""
    rows = {key.id: row for row, key in enumerate(keys)}

    def text_of(report: str) -> str:
        first, count = int(reports.first[rows[report]]), int(reports.count[rows[report]])
        return "".join(texts[row] for row in range(first, first + count))

    result = np.full(len(keys), -1, dtype=np.int32)
    for copy, original in find_repeats(keys, text_of).items():
        result[rows[copy]] = rows[original]
    return result


def _add_report(columns: _Columns, report: Report) -> None:
    metadata = report.metadata
    code, depth = padded_code(metadata.region.code)
    digits = f"{code:09d}"
    department = -1
    if metadata.department:
        department = columns.departments.setdefault(metadata.department, len(columns.departments))
    values = {
        "key": report_key(report.id),
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
        "first": len(columns.passage["report"]),
        "count": len(report.passages),
    }
    for name, value in values.items():
        columns.report[name].append(value)


def _add_passage(columns: _Columns, row: int, passage: Passage, terms: Sequence[str]) -> None:
    values = {
        "report": row,
        "ordinal": passage.ordinal,
        "role": ROLES.index(passage.role),
        "confidence": passage.role_confidence,
        "start": passage.start,
        "end": passage.end,
        "length": len(passage.text),
        "heading": columns.headings[passage.heading],
        "outline": outline_item(terms, passage.role),
    }
    for name, value in values.items():
        columns.passage[name].append(value)


def _tables(columns: _Columns) -> tuple[ReportTable, PassageTable, list[str]]:
    departments = sorted(columns.departments)
    rank = {columns.departments[name]: place for place, name in enumerate(departments)}
    columns.report["department"] = [rank.get(number, -1) for number in columns.report["department"]]
    reports = ReportTable(**{n: np.array(columns.report[n], dtype=t) for n, t in REPORT_TYPES.items()})
    passages = PassageTable(**{n: np.array(columns.passage[n], dtype=t) for n, t in PASSAGE_TYPES.items()})
    return reports, passages, departments


def _write_vectors(folder: Path, hashes: Sequence[bytes], searchable: NDArray[np.bool_], bank: VectorBank) -> None:
    total = np.zeros(bank.dimension, dtype=np.float64)
    for begin in range(0, len(hashes), _BLOCK):
        block = bank.gather(hashes[begin : begin + _BLOCK])
        total += block[searchable[begin : begin + len(block)]].sum(axis=0, dtype=np.float64)
    mean = (total / max(1, int(searchable.sum()))).astype(np.float32)
    bank.release()
    write_array(folder / "mean.npy", mean)
    path = folder / "vectors.npy"
    header = {"descr": "<f4", "fortran_order": False, "shape": (len(hashes), bank.dimension)}
    with disk_errors(path), path.open("wb") as out:
        write_array_header_1_0(out, header)
        for begin in range(0, len(hashes), _BLOCK):
            out.write(unit(bank.gather(hashes[begin : begin + _BLOCK]) - mean).tobytes())
        out.flush()
        os.fsync(out.fileno())
    bank.release()
