"""Distinctive passages: those that nobody else has anything like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import QueryError
from embed.index.filter import Filter
from embed.index.tables import ROLES
from embed.structure.report import Role
from service.similar.calibration import of_pairs
from service.similar.explain import citation_of
from service.similar.findings import DistinctiveAnswer, DistinctivePassage
from service.similar.fused import neighbours, similarities

if TYPE_CHECKING:
    from embed.index.generation import Generation

__all__ = ["distinctive"]

NEAREST = 24  # neighbours among which one of another region is looked for first
SHORTEST = 30  # characters below which a passage says too little to be called distinctive
_BLOCK = 256
_ROLES = (Role.MEASURE, Role.PROBLEM, Role.LEADERSHIP)


def distinctive(
    generation: Generation, report: str | None = None, *, k: int = 50, where: Filter | None = None
) -> DistinctiveAnswer:
    """The k passages whose nearest neighbour in another region is the farthest, for one report or for the store.

    Only measures, problems and what leaders did are looked at. Regions are counties, or what stands above
    them where no county is known; reports of unknown places count as a region each.

    Raises:
        QueryError: there is no such report, or k is below 1.
    """
    if k < 1:
        raise QueryError(f"k is at least 1, not {k!r}.")
    rows = _worth(generation, generation.rows(where))
    asked = rows
    if report is not None:
        looked_at = generation.report_row(report)
        asked = _worth(generation, np.array(generation.passages_of(looked_at), dtype=np.int32))
    nearest, scores = _nearest_elsewhere(generation, asked, rows)
    order = np.lexsort((asked, scores))[:k]
    chosen = [(int(asked[i]), int(nearest[i]), float(scores[i])) for i in order]
    notes = () if len(rows) else ("没有可比的段落 · there are no passages to compare",)
    return DistinctiveAnswer(tuple(_shown(generation, *one) for one in chosen), len(asked), generation.number, notes)


def _worth(generation: Generation, rows: NDArray[np.int32]) -> NDArray[np.int32]:
    table = generation.passages
    kept: NDArray[np.int32] = rows[
        np.isin(table.role[rows], [ROLES.index(role) for role in _ROLES]) & (table.length[rows] >= SHORTEST)
    ]
    return kept


def _regions(generation: Generation, rows: NDArray[np.int32]) -> NDArray[np.int64]:
    """The region of each row: the county's code, else the city's, else the province's, else one of its own."""
    reports = generation.reports
    region = np.where(reports.county > 0, reports.county, np.where(reports.city > 0, reports.city, reports.province))
    region = np.where(region > 0, region, -1 - np.arange(len(reports)))
    return np.asarray(region[generation.passages.report[rows]])


def _nearest_elsewhere(
    generation: Generation, asked: NDArray[np.int32], rows: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """For each asked row, the nearest of `rows` in another region (−1 if there is none) and its similarity."""
    nearest = np.full(len(asked), -1, dtype=np.int32)
    scores = np.full(len(asked), -1.0)
    left = np.arange(len(asked))
    region = _regions(generation, rows)
    mine = _regions(generation, asked)
    if len(asked) == len(rows) and len(rows) > _BLOCK:
        found = neighbours(generation, rows, NEAREST)
        theirs = np.where(found.rows >= 0, _regions(generation, np.maximum(found.rows, 0)), mine[:, None])
        other = theirs != mine[:, None]
        first = other.argmax(axis=1)
        known = other.any(axis=1)
        nearest[known] = found.rows[known, first[known]]
        scores[known] = found.scores[known, first[known]]
        left = np.flatnonzero(~known)
    for begin in range(0, len(left), _BLOCK):
        places = left[begin : begin + _BLOCK]
        fused = similarities(generation, asked[places], rows).astype(np.float64)
        fused[mine[places][:, None] == region[None, :]] = -np.inf
        best = fused.argmax(axis=1) if fused.shape[1] else np.zeros(0, int)
        for i, place in enumerate(places[: len(best)]):
            if np.isfinite(fused[i, best[i]]):
                nearest[place], scores[place] = rows[best[i]], fused[i, best[i]]
    return nearest, scores


def _shown(generation: Generation, row: int, nearest: int, similarity: float) -> DistinctivePassage:
    passage = generation.passages_at([row])[0]
    score = of_pairs(generation).score(similarity) if nearest >= 0 else 0.0
    return DistinctivePassage(
        passage=passage.id,
        report=passage.report,
        role=passage.role,
        text=passage.text,
        score=round(100 - score, 1),
        nearest=generation.passage_id(nearest) if nearest >= 0 else None,
        nearest_score=score,
        citation=citation_of(passage, generation.report_at(passage.report_row)),
    )
