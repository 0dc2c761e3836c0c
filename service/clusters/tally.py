"""Counts with denominators: over how many reports, regions, provinces, levels and years something spreads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from service.clusters.clustering import Count

if TYPE_CHECKING:
    from embed.index import Generation

__all__ = ["Scope", "Spread", "scope_of"]

UNKNOWN_LEVEL = "unknown"


@dataclass(frozen=True, slots=True)
class Spread:
    """What a set of passages covers, each part of everything that was looked at."""

    reports: Count
    regions: Count
    provinces: Count
    levels: Mapping[str, Count]
    years: Mapping[int, Count]


@dataclass(frozen=True, slots=True)
class Scope:
    """The reports that were looked at: the denominators. Arrays have one entry a report of the generation.

    inside: bool; region: int64 code of the deepest division, 0 unknown; province: int64; level: int8 place in `Level`,
    −1 unknown; year: int16, 0 unknown.
    """

    inside: NDArray[np.bool_]
    region: NDArray[np.int64]
    province: NDArray[np.int64]
    level: NDArray[np.int8]
    year: NDArray[np.int16]
    level_names: tuple[str, ...]

    @property
    def reports(self) -> int:
        return int(self.inside.sum())

    def spread(self, reports: NDArray[np.int32]) -> Spread:
        """Counts for a set of report rows (repeats are one, rows outside the scope are none)."""
        mine = np.zeros(len(self.inside), np.bool_)
        mine[reports] = True
        mine &= self.inside
        return Spread(
            Count(int(mine.sum()), self.reports),
            _distinct(self.region, mine, self.inside),
            _distinct(self.province, mine, self.inside),
            {self.level_names[k]: c for k, c in _by_value(self.level, mine, self.inside).items()},
            _by_value(self.year, mine, self.inside),
        )


def _distinct(values: NDArray[np.int64], mine: NDArray[np.bool_], all_: NDArray[np.bool_]) -> Count:
    known = values > 0
    return Count(len(np.unique(values[mine & known])), len(np.unique(values[all_ & known])))


def _by_value(
    values: NDArray[np.int8] | NDArray[np.int16], mine: NDArray[np.bool_], all_: NDArray[np.bool_]
) -> dict[int, Count]:
    there, of = np.unique(values[all_], return_counts=True)
    return {int(v): Count(int((values[mine] == v).sum()), int(n)) for v, n in zip(there, of, strict=True)}


def scope_of(generation: Generation, rows: NDArray[np.int32]) -> Scope:
    """The reports that have at least one of these passages, with the columns that are counted over."""
    from embed.index.tables import LEVELS

    reports = generation.reports
    inside = np.zeros(len(reports), np.bool_)
    inside[np.unique(np.asarray(generation.passages.report)[rows])] = True
    names = (*(str(level) for level in LEVELS), UNKNOWN_LEVEL)  # −1 finds the last
    return Scope(
        inside,
        np.asarray(reports.code),
        np.asarray(reports.province),
        np.asarray(reports.level),
        np.asarray(reports.year),
        names,
    )
