"""One complete, immutable index: columns, texts, vectors, words. Safe to share between threads."""

from __future__ import annotations

import bisect
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import ModelMismatch, QueryError, StoreCorrupt
from embed.index.blobs import Blobs
from embed.index.cells import IvfIndex
from embed.index.files import read_array
from embed.index.filter import Filter
from embed.index.lexical import LexicalIndex
from embed.index.manifest import Manifest
from embed.index.neighbours import Neighbours
from embed.index.outline import ITEMS
from embed.index.search import exact_search, unit
from embed.index.selection import Selection, SelectionCache, report_mask
from embed.index.tables import (
    ROLES,
    PassageTable,
    ReportTable,
    StoredPassage,
    StoredReport,
    metadata_from_json,
    read_table,
    report_key,
)

if TYPE_CHECKING:
    from embed.models.encoder import Encoder

__all__ = ["Generation"]

_KEPT_ROWS = 8
_SCANNED = 2048  # rows that a scan answers sooner than the cells


class Generation:
    """One complete index of a store. Close it when done, or use it as a context manager.

    number: counts up with every re-index. manifest: model, counts, checksums, settings, measured recall.
    reports, passages: the columns. vectors: (n, d) float32, unit rows, centred on `mean` and normalised again.
    mean: (d,) float32, of the searchable passages' vectors. lexical: the words. departments: names, sorted.
    """

    def __init__(self, folder: Path, *, release: Callable[[Generation], None] | None = None) -> None:
        self.folder = folder
        self.manifest = Manifest.read(folder)
        self.manifest.check_sizes(folder)
        self.number = self.manifest.number
        self.reports = read_table(folder, "report", ReportTable)
        self.passages = read_table(folder, "passage", PassageTable)
        self.vectors = cast("NDArray[np.float32]", read_array(folder / "vectors.npy"))
        self.mean = cast("NDArray[np.float32]", read_array(folder / "mean.npy", mapped=False))
        self.lexical = LexicalIndex(folder)
        self.departments = _read_names(folder / "departments.json")
        self._texts = Blobs(folder, "texts")
        self._headings = Blobs(folder, "headings")
        self._metadata = Blobs(folder, "metadata")
        self._release = release
        self._selections = SelectionCache()
        self._rows: OrderedDict[Filter, NDArray[np.int32]] = OrderedDict()
        self._lock = threading.Lock()
        self._cells = IvfIndex(folder, self.manifest.index) if self.manifest.index.kind == "ivf" else None

    def close(self) -> None:
        """Let go of it; the store may then remove it once it is no longer the current one."""
        if self._release is not None:
            self._release(self)

    def __enter__(self) -> Generation:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def check_encoder(self, encoder: Encoder) -> None:
        """Refuse an encoder whose vectors mean something else.

        Raises:
            ModelMismatch: the fingerprints differ; the message names both models.
        """
        self.manifest.check_encoder(encoder)

    def centre(self, vectors: NDArray[np.float32], mean: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Take the mean (by default the passages' own) from unit rows and normalise again; shape (q, d)."""
        return unit(np.atleast_2d(np.asarray(vectors, dtype=np.float32)) - (self.mean if mean is None else mean))

    def rows(self, where: Filter | None = None) -> NDArray[np.int32]:
        """The passage rows that a filter keeps, ascending; read-only, remembered for the last few filters."""
        where = where or Filter()
        with self._lock:
            known = self._rows.get(where)
        if known is None:
            known = self.select(where).rows
            with self._lock:
                self._rows[where] = known
                while len(self._rows) > _KEPT_ROWS:
                    self._rows.popitem(last=False)
        return known

    def select(self, where: Filter | None = None) -> Selection:
        """What a filter keeps, in the form that searches take quickest; remembered for the next time."""
        where = where or Filter()
        return self._selections.get(where, lambda: self._selected(where))

    def _selected(self, where: Filter) -> Selection:
        kept = report_mask(self.reports, self.departments, where)
        mask = np.repeat(kept, self.reports.count)
        if where.roles:
            mask &= np.isin(self.passages.role, [ROLES.index(role) for role in where.roles])
        if where.outline:
            if "passage.outline.npy" not in self.manifest.files:
                raise QueryError(
                    "this index was made before passages were placed in the outline.", hint="Run `bijian reindex`."
                )
            mask &= np.isin(self.passages.outline, [ITEMS.index(item) for item in where.outline])
        return Selection(mask)

    def search(
        self,
        vectors: NDArray[np.float32],
        k: int,
        *,
        within: NDArray[np.int32] | Selection | None = None,
        exact: bool = False,
    ) -> Neighbours:
        """The k nearest passages of each query.

        vectors: (q, d) float32, centred unit rows (`centre`). within: what may be found: ascending rows, or a
        selection (`select`), which is quicker in large stores; None means `select(Filter())`, everything searchable.
        exact: scan everything also where the store has an approximate index. k hits come back whenever k exist.
        """
        queries = np.ascontiguousarray(np.atleast_2d(np.asarray(vectors, dtype=np.float32)))
        if queries.ndim != 2 or queries.shape[1] != len(self.mean):
            raise ModelMismatch(f"expected vectors of {len(self.mean)} numbers, got shape {queries.shape}.")
        if not np.isfinite(queries).all():
            raise QueryError("a query vector holds a number that is not finite.")
        if k < 1:
            raise QueryError(f"the number of results must be at least 1, not {k}.")
        if within is None:
            within = self.select()
        kept = within.count if isinstance(within, Selection) else len(within)
        if exact or self._cells is None or kept <= _SCANNED:
            rows = within.rows if isinstance(within, Selection) else within
            everything = kept == len(self.passages)
            return exact_search(self._take, kept, queries, k, None if everything else rows)
        if not isinstance(within, Selection):
            within = Selection.of(within, len(self.passages))
        return self._cells.search(queries, k, bits=None if kept == len(self.passages) else within.bits, kept=kept)

    def vectors_at(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """Copies of scattered rows of `vectors`, shape (len(rows), d): quicker than indexing it in a large store."""
        return self._take(rows)

    def _take(self, rows: NDArray[np.int32] | slice) -> NDArray[np.float32]:
        if isinstance(rows, slice) or self._cells is None:
            return self.vectors[rows]
        return self._cells.vectors.take(rows)

    def neighbours(
        self, k: int, *, within: NDArray[np.int32] | Selection | None = None, block: int = 512
    ) -> Iterator[tuple[NDArray[np.int32], Neighbours]]:
        """For every row that may be found its k nearest other rows among these, in blocks of ascending rows.

        Yields (rows of the block, their neighbours), each row itself left out. Time in a large store: some 0.3 ms a
        row on one core; memory: one block.
        """
        if within is None:
            within = self.select()
        mine = within.rows if isinstance(within, Selection) else within
        for begin in range(0, len(mine), block):
            rows = mine[begin : begin + block]
            found = self.search(self.vectors[rows], k + 1, within=within)
            yield rows, _without_self(rows, found, k)

    def row_of(self, passage_id: str) -> int:
        """The row of a passage.

        Raises:
            QueryError: there is no such passage in this generation.
        """
        report, _, ordinal = passage_id.partition(".")
        if ordinal.isascii() and ordinal.isdigit() and len(ordinal) <= 6:
            row = self._report_row(report)
            if row is not None:
                first = int(self.reports.first[row])
                mine = self.passages.ordinal[first : first + int(self.reports.count[row])]
                place = int(np.searchsorted(mine, int(ordinal)))
                if place < len(mine) and mine[place] == int(ordinal) and passage_id == self.passage_id(first + place):
                    return first + place
        raise QueryError(f"this store has no passage {passage_id!r}.", hint="Passage ids look like r0123….007.")

    def report_row(self, report_id: str) -> int:
        """The row of a report.

        Raises:
            QueryError: there is no such report in this generation.
        """
        row = self._report_row(report_id)
        if row is None:
            raise QueryError(f"this store has no report {report_id!r}.", hint="Report ids are r and 15 hex digits.")
        return row

    def _report_row(self, report_id: str) -> int | None:
        try:
            key = report_key(report_id)
        except ValueError:
            return None
        row = bisect.bisect_left(self.reports.key, key)
        return row if row < len(self.reports) and int(self.reports.key[row]) == key else None

    def report_id(self, row: int) -> str:
        """The id of the report in a row of `reports`."""
        return f"r{int(self.reports.key[row]):015x}"

    def passage_id(self, row: int) -> str:
        """The id of the passage in a row of `passages`."""
        return f"{self.report_id(int(self.passages.report[row]))}.{int(self.passages.ordinal[row]):03d}"

    def text_of(self, row: int) -> str:
        """The clean text of the passage in a row."""
        return self._texts[row]

    def rows_containing(self, needle: str) -> NDArray[np.int32]:
        """The rows of passages whose clean text contains the needle, ascending."""
        return self._texts.containing(needle)

    def passages_at(self, rows: Iterable[int] | NDArray[np.integer[Any]]) -> list[StoredPassage]:
        """The passages in these rows, in the order of `rows`."""
        return [self._passage(int(row)) for row in rows]

    def _passage(self, row: int) -> StoredPassage:
        table = self.passages
        report_row = int(table.report[row])
        return StoredPassage(
            id=self.passage_id(row),
            row=row,
            report=self.report_id(report_row),
            report_row=report_row,
            ordinal=int(table.ordinal[row]),
            role=ROLES[table.role[row]],
            confidence=float(table.confidence[row]),
            start=int(table.start[row]),
            end=int(table.end[row]),
            text=self._texts[row],
            heading=tuple(json.loads(self._headings[int(table.heading[row])])),
        )

    def report_at(self, row: int) -> StoredReport:
        """The report in a row of `reports`."""
        value = json.loads(self._metadata[row])
        original = int(self.reports.duplicate_of[row])
        return StoredReport(
            id=self.report_id(row),
            row=row,
            file=value["files"][0],
            files=tuple(value["files"]),
            sha256=value["sha256"],
            metadata=metadata_from_json(value["metadata"]),
            passages=int(self.reports.count[row]),
            paths=tuple(value["paths"]),
            reading=value.get("reading", ""),
            duplicate_of=None if original < 0 else self.report_id(original),
            corrected=tuple(value["corrected"]),
        )

    def passages_of(self, report_row: int) -> range:
        """The rows of a report's passages."""
        first = int(self.reports.first[report_row])
        return range(first, first + int(self.reports.count[report_row]))


def _without_self(own: NDArray[np.int32], found: Neighbours, k: int) -> Neighbours:
    """Take each query's own row out of its k + 1 neighbours; where it is not among them, the last one."""
    away = found.rows == own[:, None]
    away[~away.any(axis=1), -1] = True
    shape = (len(own), k)
    return replace(found, rows=found.rows[~away].reshape(shape), scores=found.scores[~away].reshape(shape))


def _read_names(path: Path) -> Sequence[str]:
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreCorrupt(f"{path} is damaged: {error}.", hint="Run `bijian store verify`.") from error
    return tuple(names)
