"""Passages with vectors, clusters and metadata as one table for pandas, R or an embedding viewer."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from service.clusters.clustering import Clustering, Leftover, Member

if TYPE_CHECKING:
    from embed.index import Generation, StoredReport

__all__ = ["COLUMNS", "FORMATS", "write_flat"]

FORMATS = ("parquet", "csv")
BLOCK = 8192
COLUMNS = (
    "passage", "report", "role", "confidence", "text", "heading", "start", "end", "cluster", "cluster_name", "theme",
    "outline", "similarity", "second", "copy_family", "x", "y", "title", "year", "level", "department", "issuer",
    "province", "city", "county", "town", "code", "file", "url",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_flat(generation: Generation, clustering: Clustering, folder: Path, form: str) -> Path:
    """Write `passages.parquet` (with a column `vector`, float32 lists, centred unit rows) or `passages.csv`.

    One row a passage, in the order of the generation; passages that were not clustered have empty cluster columns. In
    CSV a text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"passages.{form}"
    if form == "csv":
        with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
            lines = csv.writer(file)
            lines.writerow(COLUMNS)
            for _, rows in _blocks(generation, clustering):
                lines.writerows([_plain(row[name]) for name in COLUMNS] for row in rows)
        return path
    _write_parquet(generation, clustering, path)
    return path


def _write_parquet(generation: Generation, clustering: Clustering, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = {"confidence", "similarity", "x", "y"}
    whole = {"start", "end", "copy_family", "year"}
    width = int(generation.vectors.shape[1])
    fields = [pa.field(n, pa.float32() if n in numbers else pa.int32() if n in whole else pa.string()) for n in COLUMNS]
    schema = pa.schema([*fields, pa.field("vector", pa.list_(pa.float32(), width))])
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for begin, rows in _blocks(generation, clustering):
            columns = [pa.array([_whole(row[f.name]) for row in rows], f.type) for f in fields]
            flat = np.asarray(generation.vectors[begin : begin + len(rows)], dtype=np.float32).ravel()
            columns.append(pa.FixedSizeListArray.from_arrays(pa.array(flat), width))
            file.write_table(pa.Table.from_arrays(columns, schema=schema))


def _whole(value: Any) -> Any:  # noqa: ANN401 - a cell of any column
    """Half surrogate pairs cannot be stored as UTF-8."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _plain(value: Any) -> Any:  # noqa: ANN401
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _blocks(generation: Generation, clustering: Clustering) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """(first row, the rows of the table) in blocks."""
    where: dict[int, tuple[Member | Leftover, str, str, str, str | None]] = {}
    for found in clustering.roles.values():
        for cluster in found.clusters:
            for member in cluster.members:
                where[member.row] = (member, cluster.id, cluster.name, cluster.theme, None)
        for left in found.unclustered:
            where[left.row] = (left, "", "", "", left.second)
    reports: dict[int, dict[str, Any]] = {}
    for begin in range(0, len(generation.passages), BLOCK):
        rows = []
        for passage in generation.passages_at(range(begin, min(begin + BLOCK, len(generation.passages)))):
            if passage.report_row not in reports:
                reports[passage.report_row] = _metadata(generation.report_at(passage.report_row))
            row = {
                "passage": passage.id,
                "report": passage.report,
                "role": str(passage.role),
                "confidence": round(passage.confidence, 3),
                "text": passage.text,
                "heading": " › ".join(passage.heading),
                "start": passage.start,
                "end": passage.end,
            }
            rows.append(row | _place(where.get(passage.row)) | reports[passage.report_row])
        yield begin, rows


def _place(found: tuple[Member | Leftover, str, str, str, str | None] | None) -> dict[str, Any]:
    names = ("cluster", "cluster_name", "theme", "outline", "similarity", "second", "copy_family", "x", "y")
    if found is None:
        return dict.fromkeys(names)
    member, cluster, name, theme, second = found
    family = member.family if member.family >= 0 else None
    values = (cluster or None, name or None, theme or None, member.outline or None, member.similarity)
    return dict(zip(names, (*values, second, family, member.x, member.y), strict=True))


def _metadata(report: StoredReport) -> dict[str, Any]:
    metadata, region = report.metadata, report.metadata.region
    return {
        "title": metadata.title,
        "year": metadata.year,
        "level": str(metadata.level) if metadata.level else None,
        "department": metadata.department,
        "issuer": metadata.issuer,
        "province": region.province,
        "city": region.city,
        "county": region.county,
        "town": region.town,
        "code": region.code,
        "file": report.file,
        "url": report.url,
    }
