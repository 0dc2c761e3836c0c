"""Average linkage over a neighbour graph: no number of clusters, one control, any size.

The similarity of two clusters is the mean similarity of all their pairs, which is the inner product of their mean
points: it is computed exactly however large they are. Only which pairs of clusters are looked at comes from the
neighbour graph, and the graph is drawn anew over the clusters when it has nothing left to merge. Pairs that are each
other's best merge together in rounds, which gives the same tree as merging one pair at a time (average linkage is
reducible; Bruynooghe 1978, Sumengen et al. 2021, arXiv:2105.11653).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from service.clusters.neighbours import nearest, steady_blas

__all__ = ["agglomerate"]

EDGES_AT_ONCE = 8192
ROWS_AT_ONCE = 8192
SEED = 20_240_402  # of the factors of a hash
MOST_DRAWINGS = 12  # of the graph; two or three do in practice


def agglomerate(
    points: NDArray[np.float32], *, fineness: float, neighbours: int = 24, threads: int = 2
) -> NDArray[np.int32]:
    """The cluster of each point, numbered from 0 in the order of their first points; lonely points have their own.

    points: (n, d) float32, rows of length at most 1. fineness: clusters merge while their mean similarity is at least
    this; −1 … 1. neighbours: candidates a cluster is compared with at each drawing of the graph. Time is about
    n·neighbours·d for the rounds beside that of `nearest`; memory is one copy of `points` and the edges.
    """
    n = len(points)
    points = np.ascontiguousarray(points)
    labels, firsts = _distinct(points)
    counts = np.bincount(labels, minlength=len(firsts)).astype(np.float64)
    means = points[firsts]
    for _ in range(MOST_DRAWINGS):
        with steady_blas():
            home = _rounds(means, counts, fineness, neighbours, threads)
        if home is None:
            break
        kept, merged = np.unique(home, return_inverse=True)
        labels = merged.ravel().astype(np.int32)[labels]
        means, counts = means[kept], counts[kept]
    return _numbered(labels) if n else labels


def _distinct(points: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Equal rows are one point with a count: (the distinct point of each row, first row of each distinct point).

    Rows are grouped by a hash of their bytes and then compared with the first row of their group.
    """
    if not len(points):
        return np.empty(0, np.int32), np.empty(0, np.int64)
    _, first, group = np.unique(_hashes(points), return_index=True, return_inverse=True)
    home = first[group.ravel()]
    for begin in range(0, len(points), ROWS_AT_ONCE):
        part = slice(begin, begin + ROWS_AT_ONCE)
        differs = (points[part].view(np.uint32) != points[home[part]].view(np.uint32)).any(axis=1)
        home[part][differs] = begin + np.flatnonzero(differs)  # the same hash by chance: a point of its own
    firsts, labels = np.unique(home, return_inverse=True)
    return labels.ravel().astype(np.int32), firsts


def _hashes(points: NDArray[np.float32]) -> NDArray[np.uint64]:
    """A number for each row that depends on every bit of it."""
    factors = np.random.default_rng(SEED).integers(1, 2**63, points.shape[1], dtype=np.uint64) * np.uint64(2) + 1
    result = np.empty(len(points), np.uint64)
    for begin in range(0, len(points), ROWS_AT_ONCE):
        part = slice(begin, begin + ROWS_AT_ONCE)
        result[part] = np.ascontiguousarray(points[part]).view(np.uint32).astype(np.uint64) @ factors
    return result


def _numbered(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    _, firsts, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(firsts), np.int32)
    rank[np.argsort(firsts, kind="stable")] = np.arange(len(firsts), dtype=np.int32)
    return rank[inverse.ravel()]


def _rounds(
    means: NDArray[np.float32], counts: NDArray[np.float64], fineness: float, neighbours: int, threads: int
) -> NDArray[np.int32] | None:
    """Draw the graph once and merge until it has no pair left: where each cluster went, None when there was no pair.

    A merged cluster stands in the row of its first part: `means` and `counts` are changed there, the rows of the other
    parts are dead.
    """
    one, two = _drawn(means, fineness, neighbours, threads)
    if not len(one):
        return None
    weight = _similarity(means, one, two, threads)
    home = np.arange(len(means), dtype=np.int32)
    while len(one):
        target = _merge_best(len(means), one, two, weight)
        gone = np.flatnonzero(target != np.arange(len(means)))
        _merge(means, counts, target[gone], gone)
        home = target[home]
        changed = np.zeros(len(means), np.bool_)
        changed[target[gone]] = True
        one, two = target[one], target[two]
        apart = one != two
        one, two, weight = one[apart], two[apart], weight[apart]
        touched = changed[one] | changed[two]
        fresh = _pairs(one[touched], two[touched], len(means))
        values = _similarity(means, *fresh, threads)
        one, two = np.concatenate([one[~touched], fresh[0]]), np.concatenate([two[~touched], fresh[1]])
        weight = np.concatenate([weight[~touched], values])
        # A pair below the bound may come back: the mean of a merged cluster can be nearer. The next drawing sees it.
        kept = weight >= fineness
        one, two, weight = one[kept], two[kept], weight[kept]
    return home


def _drawn(
    means: NDArray[np.float32], fineness: float, neighbours: int, threads: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The pairs of the neighbour graph that may merge."""
    rows, values = nearest(means, neighbours, threads=threads)
    kept = (rows >= 0) & (values >= fineness)
    one = np.repeat(np.arange(len(means), dtype=np.int32), kept.sum(axis=1))
    return _pairs(one, rows[kept], len(means))


def _merge_best(
    n: int, one: NDArray[np.int32], two: NDArray[np.int32], weight: NDArray[np.float32]
) -> NDArray[np.int32]:
    """Merge pairs that are each other's best: the row that each cluster goes to, its own or the one before it."""
    highest = np.full(n, -np.inf, np.float32)
    np.maximum.at(highest, one, weight)
    np.maximum.at(highest, two, weight)
    best = np.full(n, n, np.int32)  # of equally near ones the first
    for here_, there in ((one, two), (two, one)):
        reached = weight == highest[here_]
        np.minimum.at(best, here_[reached], there[reached])
    best[best == n] = -1
    here = np.arange(n, dtype=np.int32)
    mutual = (best >= 0) & (best[np.maximum(best, 0)] == here)
    return np.where(mutual, np.minimum(here, best), here).astype(np.int32)


def _merge(
    means: NDArray[np.float32], counts: NDArray[np.float64], into: NDArray[np.int32], gone: NDArray[np.int64]
) -> None:
    """Put the clusters in the rows `gone` to those in the rows `into`."""
    for begin in range(0, len(gone), ROWS_AT_ONCE):
        one, two = into[begin : begin + ROWS_AT_ONCE], gone[begin : begin + ROWS_AT_ONCE]
        share = (counts[one] / (counts[one] + counts[two])).astype(np.float32)[:, None]
        means[one] = means[one] * share + means[two] * (1 - share)
        counts[one] += counts[two]


def _similarity(
    means: NDArray[np.float32], one: NDArray[np.int32], two: NDArray[np.int32], threads: int
) -> NDArray[np.float32]:
    result = np.empty(len(one), np.float32)

    def some(begin: int) -> None:
        part = slice(begin, begin + EDGES_AT_ONCE)
        result[part] = np.einsum("ij,ij->i", means[one[part]], means[two[part]])

    with ThreadPoolExecutor(max(1, threads)) as pool:
        list(pool.map(some, range(0, len(one), EDGES_AT_ONCE)))
    return np.round(result, 6)


def _pairs(one: NDArray[np.int32], two: NDArray[np.int32], n: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Each pair once, the smaller number first."""
    keys = np.minimum(one, two).astype(np.int64) * n + np.maximum(one, two)
    keys.sort()  # np.unique would hash first, which takes several times as long
    keys = keys[np.diff(keys, prepend=-1) > 0]
    return (keys // n).astype(np.int32), (keys % n).astype(np.int32)
