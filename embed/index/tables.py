"""The columns of a generation, and one report or passage as it is shown."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from embed.index.files import read_array, write_array
from embed.structure.report import Level, Metadata, Region, ReportKind, Role

__all__ = [
    "KINDS",
    "LEVELS",
    "ROLES",
    "PassageTable",
    "ReportTable",
    "StoredPassage",
    "StoredReport",
    "metadata_from_json",
    "metadata_to_json",
    "padded_code",
    "report_key",
]

ROLES = tuple(Role)
LEVELS = tuple(Level)
KINDS = tuple(ReportKind)
CODE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class ReportTable:
    """One row a report, sorted by report id. All columns have shape (reports,).

    key: uint64, the hexadecimal digits of the report's id as a number.
    year: int16, the year reported on, 0 when unknown.
    level: int8, the place in `Level`, −1 when unknown.
    kind: int8, the place in `ReportKind`.
    province, city, county, town: int64, codes of 2, 4, 6 and 9 digits, 0 when unknown or not there.
    code: int64, the deepest division's code padded with zeros to nine digits, 0 when unknown.
    depth: int8, how many digits of `code` are known: 0, 2, 4, 6 or 9.
    department: int32, row in the generation's list of departments, −1 when there is none.
    duplicate_of: int32, row of the report that this one repeats, −1 otherwise.
    first: int32, the row of its first passage; count: int32, how many passages follow from there.
    """

    key: NDArray[np.uint64]
    year: NDArray[np.int16]
    level: NDArray[np.int8]
    kind: NDArray[np.int8]
    province: NDArray[np.int64]
    city: NDArray[np.int64]
    county: NDArray[np.int64]
    town: NDArray[np.int64]
    code: NDArray[np.int64]
    depth: NDArray[np.int8]
    department: NDArray[np.int32]
    duplicate_of: NDArray[np.int32]
    first: NDArray[np.int32]
    count: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True, slots=True)
class PassageTable:
    """One row a passage, sorted by report id, then by place in the report. All columns have shape (passages,).

    report: int32, row in `ReportTable`; ordinal: int16, the passage's number in its report.
    role: int8, the place in `Role`; confidence: float32, 0 … 1.
    start, end: int32, source offsets; length: int32, characters of the clean text.
    heading: int32, row in the generation's list of heading paths.
    outline: int8, the place in `outline.ITEMS` of the item that the passage is about, −1 for none.
    """

    report: NDArray[np.int32]
    ordinal: NDArray[np.int16]
    role: NDArray[np.int8]
    confidence: NDArray[np.float32]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    length: NDArray[np.int32]
    heading: NDArray[np.int32]
    outline: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.report)


REPORT_TYPES = {
    "key": np.uint64,
    "year": np.int16,
    "level": np.int8,
    "kind": np.int8,
    "province": np.int64,
    "city": np.int64,
    "county": np.int64,
    "town": np.int64,
    "code": np.int64,
    "depth": np.int8,
    "department": np.int32,
    "duplicate_of": np.int32,
    "first": np.int32,
    "count": np.int32,
}
PASSAGE_TYPES = {
    "report": np.int32,
    "ordinal": np.int16,
    "role": np.int8,
    "confidence": np.float32,
    "start": np.int32,
    "end": np.int32,
    "length": np.int32,
    "heading": np.int32,
    "outline": np.int8,
}
LATER = {"outline": -1}  # columns of passages that older generations do not have, and what fills them
T = TypeVar("T", ReportTable, PassageTable)


def write_table(folder: Path, prefix: str, table: ReportTable | PassageTable) -> None:
    """Write each column as a file `prefix.column.npy`."""
    for column in fields(table):
        write_array(folder / f"{prefix}.{column.name}.npy", getattr(table, column.name))


def read_table(folder: Path, prefix: str, kind: type[T]) -> T:
    """Open the columns of a table, memory-mapped. Columns of LATER that are not there are filled."""
    columns: dict[str, Any] = {}
    for name in (column.name for column in fields(kind)):
        path = folder / f"{prefix}.{name}.npy"
        columns[name] = None if name in LATER and not path.exists() else read_array(path)
    for name in (name for name, column in columns.items() if column is None):
        columns[name] = np.full(len(columns["report"]), LATER[name], dtype=PASSAGE_TYPES[name])
    return kind(**columns)


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """One passage of a generation. `report_row` and `row` are rows of that generation only."""

    id: str
    row: int
    report: str
    report_row: int
    ordinal: int
    role: Role
    confidence: float
    start: int
    end: int
    text: str
    heading: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredReport:
    """One report of a generation.

    file: the name it was read from; `files` has all names under which the same bytes were found, that one included;
    `paths` has the files on disk, from the root.
    metadata: corrected where somebody corrected it; without evidence and candidates, which `Store.read` has.
    """

    id: str
    row: int
    file: str
    files: tuple[str, ...]
    sha256: str
    metadata: Metadata
    passages: int
    paths: tuple[str, ...] = ()
    reading: str = ""
    duplicate_of: str | None = None
    corrected: tuple[str, ...] = ()

    @property
    def url(self) -> str | None:
        return self.metadata.url


def report_key(report_id: str) -> int:
    """The number that a report's id stands for; ValueError when it is no report's id."""
    if len(report_id) != 16 or report_id[0] != "r" or not set(report_id[1:]) <= set("0123456789abcdef"):
        raise ValueError(f"{report_id!r} is no report's id: expected r and 15 hexadecimal digits")
    return int(report_id[1:], 16)


def padded_code(code: str | None) -> tuple[int, int]:
    """(the code padded to nine digits, how many digits are known); (0, 0) for no code."""
    if not code or not code.isdigit() or len(code) not in (2, 4, 6, 9):
        return 0, 0
    return int(code.ljust(CODE_DIGITS, "0")), len(code)


def metadata_to_json(metadata: Metadata) -> dict[str, Any]:
    """The fields of metadata as JSON values, evidence and candidates left out."""
    region = metadata.region
    return {
        "kind": str(metadata.kind),
        "title": metadata.title,
        "year": metadata.year,
        "published": metadata.published.isoformat() if metadata.published else None,
        "doc_number": metadata.doc_number,
        "level": str(metadata.level) if metadata.level else None,
        "department": metadata.department,
        "issuer": metadata.issuer,
        "region": {f.name: getattr(region, f.name) for f in fields(region)},
        "url": metadata.url,
    }


def metadata_from_json(value: dict[str, Any]) -> Metadata:
    """The inverse of `metadata_to_json`."""
    return Metadata(
        kind=ReportKind(value["kind"]),
        title=value["title"],
        year=value["year"],
        published=date.fromisoformat(value["published"]) if value["published"] else None,
        doc_number=value["doc_number"],
        level=Level(value["level"]) if value["level"] else None,
        department=value["department"],
        issuer=value["issuer"],
        region=Region(**value["region"]),
        url=value["url"],
    )
