"""Which reports a filter keeps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embed.index.filter import Filter
from embed.index.tables import CODE_DIGITS, KINDS, LEVELS, ReportTable, report_key

__all__ = ["report_mask"]

_REAL_KINDS = [i for i, kind in enumerate(KINDS) if kind.is_report]


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
