"""What a store holds, counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embed.index import KINDS, LEVELS, ROLES

if TYPE_CHECKING:
    from embed.index import Generation

__all__ = ["StoreFacts", "store_facts"]


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """Counts over one generation. Years and codes that are unknown are counted under "0" and "".

    searchable: passages that searches look at: of reports that repeat no other one. provinces: division code → reports.
    recall: measured share of the true first ten where the index is not exact.
    """

    generation: int
    reports: int
    passages: int
    searchable: int
    duplicates: int
    model: str
    fingerprint: str
    dimension: int
    index: str
    recall: float | None
    vocabulary: int
    roles: dict[str, int]
    levels: dict[str, int]
    kinds: dict[str, int]
    years: dict[str, int]
    provinces: dict[str, int]


def store_facts(generation: Generation) -> StoreFacts:
    """Count a generation's columns; takes milliseconds for a million passages."""
    reports, manifest = generation.reports, generation.manifest
    return StoreFacts(
        generation=generation.number,
        reports=len(reports),
        passages=len(generation.passages),
        searchable=manifest.searchable,
        duplicates=int((reports.duplicate_of >= 0).sum()),
        model=manifest.model.name,
        fingerprint=manifest.model.fingerprint,
        dimension=manifest.model.dimension,
        index=manifest.index.kind,
        recall=manifest.index.recall,
        vocabulary=manifest.vocabulary,
        roles=_count([str(role) for role in ROLES], generation.passages.role),
        levels=_count([str(level) for level in LEVELS], reports.level),
        kinds=_count([str(kind) for kind in KINDS], reports.kind),
        years=_values(reports.year),
        provinces=_values(reports.province),
    )


def _count(names: list[str], column: np.ndarray) -> dict[str, int]:
    counts = np.bincount(column[column >= 0], minlength=len(names))
    return {name: int(count) for name, count in zip(names, counts, strict=False) if count}


def _values(column: np.ndarray) -> dict[str, int]:
    values, counts = np.unique(column, return_counts=True)
    return {str(int(value)): int(count) for value, count in zip(values, counts, strict=True)}
