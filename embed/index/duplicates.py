"""The same report twice: reposted, mirrored, uploaded again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from embed.index.tables import PassageTable, ReportTable

__all__ = ["duplicates"]

_SHARED = 0.8  # of the characters of the longer report stand in passages that both have
_SAME_REPORT = ("year", "kind", "level", "code", "depth", "department")


def duplicates(reports: ReportTable, passages: PassageTable, text_hashes: Sequence[bytes]) -> NDArray[np.int32]:
    """For each report the row of the one that it repeats, −1 otherwise; shape (reports,), int32.

    Two documents are one report when year, kind, level, place and department agree and most of their text is the
    same. Copies of another place's report differ in place and stay reports of their own. The longest document of
    such a family is the original, the first by id among equals.
    """
    result = np.full(len(reports), -1, dtype=np.int32)
    groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for row in range(len(reports)):
        groups[tuple(int(getattr(reports, name)[row]) for name in _SAME_REPORT)].append(row)
    sizes = np.bincount(passages.report, weights=passages.length, minlength=len(reports))
    for rows in groups.values():
        if len(rows) > 1:
            _mark(result, sorted(rows, key=lambda r: (-sizes[r], r)), reports, passages, text_hashes)
    return result


def _mark(
    result: NDArray[np.int32],
    rows: Sequence[int],
    reports: ReportTable,
    passages: PassageTable,
    text_hashes: Sequence[bytes],
) -> None:
    """Compare each report with the originals before it that share a passage; `rows` are longest first."""
    holders: dict[bytes, list[int]] = defaultdict(list)
    originals: dict[int, int] = {}
    for row in rows:
        first = int(reports.first[row])
        mine = {text_hashes[i]: int(passages.length[i]) for i in range(first, first + int(reports.count[row]))}
        shared: dict[int, int] = defaultdict(int)
        for text, length in mine.items():
            for other in holders[text]:
                shared[other] += length
        best = max(shared, key=lambda other: (shared[other], -other), default=None)
        if best is not None and shared[best] >= _SHARED * originals[best]:
            result[row] = best
            continue
        originals[row] = sum(mine.values())
        for text in mine:
            holders[text].append(row)
