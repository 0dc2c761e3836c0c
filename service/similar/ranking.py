"""Ranking: fused similarity plus the preference of roles, over every passage or over good candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.index.tables import ROLES
from embed.structure.report import Role
from service.similar.view import FULL_SCAN, Parts, Probe, View

if TYPE_CHECKING:
    from embed.index.generation import Generation
    from embed.index.neighbours import Neighbours

__all__ = ["Pool", "Ranked", "bonus_for_passage", "bonus_for_question", "finish", "gather"]

Floats = NDArray[np.float64]
SPARE = 24  # hits beyond those wanted that are compared exactly, so that rounding cannot hide one
NEAREST = 60  # nearest by vector that are looked at in stores too large to compare every passage
SHARING = 400  # and those that share the most rare words and topics
POSTINGS = 20_000  # occurrences of a query's rarest terms that are looked at for candidates

# What a passage of a role (column) loses when a passage of another (row) is asked with.
_FAMILY = {
    Role.MEASURE: 0,
    Role.LEADERSHIP: 0,
    Role.PLAN: 0,
    Role.PROBLEM: 1,
    Role.CAUSE: 1,
    Role.BACKGROUND: 2,
}
OTHER_FAMILY = 0.12
BACKGROUND = 0.24
CAUSE = 0.12
NOT_PREFERRED = 0.16


def bonus_for_passage(role: Role) -> Floats:
    """What is added to a hit's similarity by its role, shape (roles,): nothing or less than nothing."""
    bonus = np.zeros(len(ROLES))
    for i, other in enumerate(ROLES):
        bonus[i] -= OTHER_FAMILY * (_FAMILY[other] != _FAMILY[role])
        bonus[i] -= BACKGROUND * (other is Role.BACKGROUND and role is not Role.BACKGROUND)
        bonus[i] -= CAUSE * (other is Role.CAUSE and role is not Role.CAUSE)
    return bonus


def bonus_for_question(preferred: Sequence[Role]) -> Floats:
    """The same for preferred roles, the first of which is what was asked for; zeros for no preference."""
    bonus = np.zeros(len(ROLES))
    if not preferred:
        return bonus
    for i, other in enumerate(ROLES):
        if other not in preferred:
            bonus[i] -= NOT_PREFERRED
        elif other is Role.CAUSE and preferred[0] is not Role.CAUSE:
            bonus[i] -= CAUSE
        bonus[i] -= (BACKGROUND - NOT_PREFERRED) * (other is Role.BACKGROUND and other not in preferred)
    return bonus


@dataclass(frozen=True, slots=True)
class Pool:
    """Passages with their scores in single precision, from which the best are chosen.

    rows: int32, ascending. totals: float64, fused similarity and bonus. fused: without the bonus.
    complete: the pool holds every passage that may be found. recall: of the vector search, where it was not exact.
    parts: the exact parts of every row, where they were worked out already.
    """

    rows: NDArray[np.int32]
    fused: Floats
    totals: Floats
    complete: bool
    recall: float | None = None
    parts: Parts | None = None

    def without(self, hidden: NDArray[np.int32]) -> Pool:
        """The pool without these rows."""
        if not len(hidden):
            return self
        kept = np.flatnonzero(~np.isin(self.rows, hidden))
        parts = None if self.parts is None else self.parts.at(kept)
        return replace(self, rows=self.rows[kept], fused=self.fused[kept], totals=self.totals[kept], parts=parts)


@dataclass(frozen=True, slots=True)
class Ranked:
    """Passages best first, equal ones in the order of rows; `totals` and `parts` go with `rows`."""

    rows: NDArray[np.int32]
    totals: Floats
    parts: Parts

    def __len__(self) -> int:
        return len(self.rows)


def gather(
    view: View,
    probe: Probe,
    bonus: Floats,
    within: NDArray[np.int32],
    *,
    wanted: int,
    near: Neighbours | None = None,
) -> Pool:
    """The passages to choose from: all of `within` in a small store, else at least `wanted` good candidates.

    near: the nearest rows by vector, one row of neighbours, where they were looked up before.
    """
    generation = view.generation
    if len(within) <= FULL_SCAN:
        fused = view.quick(probe, within)
        return Pool(within, fused, fused + bonus[generation.passages.role[within]], complete=True)
    rows, recall = _candidates(view, probe, within, 2 * wanted, near)
    parts = view.parts(probe, rows)
    totals = parts.fused + bonus[generation.passages.role[rows]]
    return Pool(rows, parts.fused, totals, complete=False, recall=recall, parts=parts)


def finish(view: View, probe: Probe, bonus: Floats, pool: Pool, rows: NDArray[np.int32]) -> Ranked:
    """Compare these rows of a pool exactly and sort them."""
    parts = view.parts(probe, rows) if pool.parts is None else pool.parts.at(np.searchsorted(pool.rows, rows))
    totals = np.round(parts.fused + bonus[view.generation.passages.role[rows]], 6)
    order = np.lexsort((rows, -totals))
    return Ranked(rows[order], totals[order], parts.at(order))


def best_of(pool: Pool, count: int) -> NDArray[np.int32]:
    """The rows of a pool that may be among its first `count`."""
    wanted = count + SPARE
    if len(pool.rows) <= wanted:
        return pool.rows
    floor = np.partition(pool.totals, len(pool.totals) - wanted)[len(pool.totals) - wanted]
    kept: NDArray[np.int32] = pool.rows[pool.totals >= floor - 1e-5]
    return kept


def _candidates(
    view: View, probe: Probe, within: NDArray[np.int32], count: int, near: Neighbours | None
) -> tuple[NDArray[np.int32], float | None]:
    generation: Generation = view.generation
    found = [view.by_terms(probe, within, max(SHARING, count), postings=POSTINGS)]
    recall = None
    if probe.vector is not None:
        if near is None or len(near.rows[0]) < min(count, len(within)):
            near = generation.search(probe.vector[None, :], max(NEAREST, count), within=within)
        found.append(near.rows[0][near.rows[0] >= 0])
        recall = None if near.exact else near.recall
    return np.unique(np.concatenate(found)).astype(np.int32), recall
