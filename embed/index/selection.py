"""Which reports a filter keeps."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from embed.index.filter import Filter
from embed.index.tables import CODE_DIGITS, KINDS, LEVELS, ReportTable, report_key

__all__ = ["Selection", "SelectionCache", "report_mask"]

_CACHED_BYTES = 96 << 20

_REAL_KINDS = [i for i, kind in enumerate(KINDS) if kind.is_report]


class Selection:
    """The passage rows that a filter keeps; immutable.

    count: how many. bits: uint8, row i is bit i % 8 of byte i // 8.
    """

    def __init__(self, mask: NDArray[np.bool_]) -> None:
        self.size = len(mask)
        self.count = int(np.count_nonzero(mask))
        self.bits: NDArray[np.uint8] = np.packbits(mask, bitorder="little")

    @classmethod
    def of(cls, rows: NDArray[np.int32], size: int) -> Selection:
        """The selection of these rows out of `size`."""
        mask = np.zeros(size, dtype=bool)
        mask[rows] = True
        return cls(mask)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Shape (size,): whether a row is kept."""
        return np.unpackbits(self.bits, count=self.size, bitorder="little").view(bool)

    @property
    def rows(self) -> NDArray[np.int32]:
        """The rows, ascending, int32, read-only."""
        rows = np.flatnonzero(self.mask).astype(np.int32)
        rows.flags.writeable = False
        return rows


class SelectionCache:
    """The selections of the last filters, within a budget of bytes. Safe to share between threads."""

    def __init__(self, budget: int = _CACHED_BYTES) -> None:
        self._budget = budget
        self._lock = threading.Lock()
        self._kept: OrderedDict[Filter, Selection] = OrderedDict()
        self._bytes = 0

    def get(self, where: Filter, make: Callable[[], Selection]) -> Selection:
        """The selection of a filter, made when it is not there."""
        with self._lock:
            known = self._kept.get(where)
            if known is not None:
                self._kept.move_to_end(where)
                return known
        made = make()
        with self._lock:
            if where not in self._kept:
                self._kept[where] = made
                self._bytes += made.bits.nbytes
            while self._bytes > self._budget and len(self._kept) > 1:
                self._bytes -= self._kept.popitem(last=False)[1].bits.nbytes
        return made


def report_mask(table: ReportTable, departments: Sequence[str], where: Filter) -> NDArray[np.bool_]:
    """Shape (reports,): whether the filter keeps the report, as far as reports decide (roles are passages')."""
    kept = np.ones(len(table), dtype=bool)
    if where.kinds:
        kept &= np.isin(table.kind, [KINDS.index(kind) for kind in where.kinds])
    elif not where.include_other_kinds:
        kept &= np.isin(table.kind, _REAL_KINDS)
    if not where.include_duplicates:
        kept &= table.duplicate_of < 0
    if where.regions:
        kept &= _in_regions(table, where.regions)
    if where.exclude_regions:
        kept &= ~_in_regions(table, where.exclude_regions)
    if where.year_from is not None:
        kept &= table.year >= where.year_from
    if where.year_to is not None:
        kept &= (table.year <= where.year_to) & (table.year > 0)
    if where.levels:
        kept &= np.isin(table.level, [LEVELS.index(level) for level in where.levels])
    if where.departments:
        numbers = [i for i, name in enumerate(departments) if name in set(where.departments)]
        kept &= np.isin(table.department, numbers)
    if where.reports:
        kept &= _among(table, where.reports)
    if where.exclude_reports:
        kept &= ~_among(table, where.exclude_reports)
    return kept


def _in_regions(table: ReportTable, codes: Sequence[str]) -> NDArray[np.bool_]:
    inside = np.zeros(len(table), dtype=bool)
    for code in codes:
        width = 10 ** (CODE_DIGITS - len(code))
        low = int(code) * width
        inside |= (table.depth >= len(code)) & (table.code >= low) & (table.code < low + width)
    return inside


def _among(table: ReportTable, ids: Sequence[str]) -> NDArray[np.bool_]:
    keys = np.array([report_key(i) for i in ids], dtype=np.uint64)
    return np.isin(table.key, keys)
