"""How many cells a search looks into, chosen so that a measured recall holds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from embed.index.cells import IvfIndex
from embed.index.manifest import Plan
from embed.index.scattered import ScatteredRows

__all__ = ["DEPTHS", "QUERIES", "TARGET", "measured_plans"]

TARGET = 0.99  # recall@k that every plan holds
DEPTHS = (10, 100)
QUERIES = 128
_AIM_RARE = 0.997  # the same for filters that keep less than _WIDE, whose rows lie less evenly
_WIDE = 0.2
_AIM = 0.995  # what plans are chosen for, so that other queries still hold the target
_SHARES = (1.0, 0.5, 0.2, 0.1, 0.01)
_FEWEST = 8  # probes that are tried first
_DEEP_EVERY = 4  # of deep results one query of so many gives enough …
_ROLE_EVERY = 2  # … and of the rows of a role
_SEED = 20
_FIRST = 1 << 11  # rows that say which scores are worth keeping
_BLOCK = 1 << 15
_SAME = 2e-6  # scores this close are equal: single precision


class _Sought:
    """What one mask's searches should find.

    scores: (q, k) float32, the highest of each query, descending, −inf where there are fewer. ranks: (q, k) int64, how
    many cells are looked into before the one that holds this row; as many as there are cells where there is no row.
    """

    def __init__(self, mask: NDArray[np.bool_], queries: int, k: int, *, every: int = 1) -> None:
        """every: one of so many queries is asked."""
        self.mask = mask
        self.every = every
        size = len(range(0, queries, every))
        self.rows = np.full((size, k), -1, dtype=np.int64)
        self.scores = np.full((size, k), -np.inf, dtype=np.float32)
        self.ranks = np.empty((0, 0), dtype=np.int64)

    def take(self, products: NDArray[np.float32], begin: int) -> None:
        """Keep the best of what was found so far and of a block of scores (q, rows), the first of which is `begin`."""
        products = products[:: self.every]
        kept = self.mask[begin : begin + products.shape[1]]
        queries, places = np.nonzero((products > self.scores[:, -1:]) & kept)
        ends = np.searchsorted(queries, np.arange(len(products) + 1))
        for i in np.flatnonzero(np.diff(ends)):
            new = places[ends[i] : ends[i + 1]]
            scores = np.concatenate([self.scores[i], products[i, new]])
            rows = np.concatenate([self.rows[i], new + begin])
            best = np.argsort(-scores, kind="stable")[: len(self.scores[i])]
            self.scores[i], self.rows[i] = scores[best], rows[best]

    def place(self, order: NDArray[np.int64], cell_of: NDArray[np.integer]) -> None:
        """Work out the ranks from each query's order of the cells (q, lists) and every row's cell."""
        order = order[:: self.every]
        rank = np.empty_like(order)
        np.put_along_axis(rank, order, np.arange(order.shape[1])[None, :], axis=1)
        ranks = np.take_along_axis(rank, cell_of[self.rows].astype(np.int64), axis=1)
        self.ranks = np.where(self.rows >= 0, ranks, order.shape[1])

    def within_reach(self, probes: int, depth: int) -> float:
        """The mean share of what is sought that lies in so many cells: no search of them finds more."""
        there = (self.rows[:, : depth + 1] >= 0).sum(axis=1)
        return _share((self.ranks[:, : depth + 1] < probes).sum(axis=1), there)

    def found(self, index: IvfIndex, queries: NDArray[np.float32], probes: int, depth: int) -> float:
        """The mean share of `depth` rows that a search finds with a score as good as the true last one's.

        One row more is looked for, since each query finds itself. Of deep results every fourth query gives enough.
        """
        bits = np.packbits(self.mask, bitorder="little")
        asked = slice(None, None, 1 if depth == DEPTHS[0] else _DEEP_EVERY)
        _, scores = index.look(queries[:: self.every][asked], depth + 1, probes, bits)
        true = self.scores[asked, : depth + 1]
        right = np.isfinite(scores) & (scores >= true[:, -1:] - _SAME)
        return _share(right.sum(axis=1), np.isfinite(true).sum(axis=1))


def _share(right: NDArray[np.int64], there: NDArray[np.int64]) -> float:
    return float(np.mean(np.minimum(right, there) / np.maximum(there, 1)))


def measured_plans(
    index: IvfIndex, vectors: ScatteredRows, roles: NDArray[np.int8], cell_of: NDArray[np.integer]
) -> list[Plan]:
    """For every share and depth the fewest probes that hold the recall, on rows of the store itself as queries.

    Each share is tried on random rows, and at ten results also on the rows of roles, which lie together: of those the
    cells must hold enough for every role, and the role whose rows lie furthest is searched for. Rarer rows need no
    fewer probes than common ones, so each share starts where the wider one ended.
    """
    rows = np.unique(np.linspace(0, len(vectors) - 1, QUERIES).astype(np.int64))
    queries = vectors.take(rows)
    masks = _masks(roles)
    sought = {
        (share, role): _Sought(mask, len(queries), 1 + DEPTHS[-1])
        if role < 0
        else _Sought(mask, len(queries), 1 + DEPTHS[0], every=_ROLE_EVERY)
        for (share, role), mask in masks.items()
    }
    ends = [0, *range(min(_FIRST, len(vectors)), len(vectors), _BLOCK), len(vectors)]
    for begin, end in pairwise(ends):
        products = queries @ vectors.block(begin, end).T
        for each in sought.values():
            each.take(products, begin)
    order = index.nearest_cells(queries)
    for each in sought.values():
        each.place(order, cell_of)
    plans: list[Plan] = []
    probes = _FEWEST
    for share in _SHARES:
        tried = [each for (s, _), each in sought.items() if s == share]
        plans.append(_fewest(index, queries, tried, Plan(share, DEPTHS[0], probes, 0.0)))
        probes = plans[-1].probes
        plans.append(_fewest(index, queries, tried[:1], Plan(share, DEPTHS[1], probes, 0.0)))
    return plans


def _masks(roles: NDArray[np.int8]) -> dict[tuple[float, int], NDArray[np.bool_]]:
    """(share, −1) → random rows; (share, role) → the rows of a role that has at least this share of all."""
    draw = np.random.default_rng(_SEED).random(len(roles))
    masks: dict[tuple[float, int], NDArray[np.bool_]] = {(share, -1): draw < share for share in _SHARES}
    for role in np.unique(roles):
        share = float((roles == role).mean())
        masks[max((s for s in _SHARES if s <= share), default=_SHARES[-1]), int(role)] = roles == role
    return masks


def _fewest(index: IvfIndex, queries: NDArray[np.float32], tried: list[_Sought], least: Plan) -> Plan:
    """The fewest probes, `least.probes` or more, for which the measured recall is what is aimed at.

    Searches begin with the fewest cells that hold enough for every mask, and look into a quarter more each time.
    """
    lists, aim = index.settings.lists, _AIM if least.share >= _WIDE else _AIM_RARE
    probes = min(least.probes, lists)
    while True:
        reach = [each.within_reach(probes, least.depth) for each in tried]
        if probes == lists or min(reach) >= aim:
            hardest = [tried[1 + int(np.argmin(reach[1:]))]] if reach[1:] else []
            recall = 1.0
            for each in (*hardest, tried[0]):
                recall = min(recall, each.found(index, queries, probes, least.depth))
                if recall < aim and probes < lists:
                    break  # the other mask cannot make up for it
            if recall >= aim or probes == lists:
                return Plan(least.share, least.depth, probes, round(recall, 5))
        probes = min(lists, probes + max(1, probes // 4))
