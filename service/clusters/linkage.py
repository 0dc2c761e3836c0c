"""Average linkage over a neighbour graph: no number of clusters, one control, any size.

The similarity of two clusters is the mean similarity of all their pairs, which is the inner product of their mean
points: it is computed exactly however large they are. Only which pairs of clusters are looked at comes from the
neighbour graph, and the graph is drawn anew over the clusters when it has nothing left to merge. Pairs that are each
other's best merge together in rounds, which gives the same tree as merging one pair at a time (average linkage is
reducible; Bruynooghe 1978, Sumengen et al. 2021, arXiv:2105.11653).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.clusters.neighbours import nearest, steady_blas

__all__ = ["agglomerate", "means_of"]

EDGES_AT_ONCE = 65_536
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
    labels, firsts = _distinct(points)
    counts = np.bincount(labels, minlength=len(firsts)).astype(np.float64)
    means = points[firsts].astype(np.float32)
    for _ in range(MOST_DRAWINGS):
        with steady_blas():
            merged, means, counts = _rounds(means, counts, fineness, neighbours, threads)
        if merged is None:
            break
        labels = merged[labels]
    return _numbered(labels) if n else labels


def _distinct(points: NDArray[np.float32]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Equal rows are one point with a count: (the distinct point of each row, first row of each distinct point)."""
    if not len(points):
        return np.empty(0, np.int32), np.empty(0, np.int64)
    rows = np.ascontiguousarray(points)
    keys = rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1]))).ravel()
    _, firsts, labels = np.unique(keys, return_index=True, return_inverse=True)
    rank = np.empty(len(firsts), np.int32)
    rank[np.argsort(firsts, kind="stable")] = np.arange(len(firsts), dtype=np.int32)
    return rank[labels.ravel()], np.sort(firsts)


def _numbered(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    _, firsts, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(firsts), np.int32)
    rank[np.argsort(firsts, kind="stable")] = np.arange(len(firsts), dtype=np.int32)
    return rank[inverse.ravel()]


def _rounds(
    means: NDArray[np.float32], counts: NDArray[np.float64], fineness: float, neighbours: int, threads: int
) -> tuple[NDArray[np.int32] | None, NDArray[np.float32], NDArray[np.float64]]:
    """Draw the graph once and merge until it has no pair left; None when the graph had none from the start."""
    rows, values = nearest(means, neighbours, threads=threads)
    one = np.repeat(np.arange(len(means), dtype=np.int32), rows.shape[1])
    two = rows.ravel()
    kept = (two >= 0) & (values.ravel() >= fineness)
    one, two = _pairs(one[kept], two[kept], len(means))
    weight = _similarity(means, one, two)
    total = np.arange(len(means), dtype=np.int32)
    if not len(one):
        return None, means, counts
    while len(one):
        merged, changed = _merge_best(len(means), one, two, weight)
        means, counts = means_of(means, counts, merged)
        total = merged[total]
        one, two = merged[one], merged[two]
        touched = changed[one] | changed[two]
        apart = one != two
        one, two, weight, touched = one[apart], two[apart], weight[apart], touched[apart]
        fresh = _pairs(one[touched], two[touched], len(means))
        values = _similarity(means, *fresh)
        one, two = np.concatenate([one[~touched], fresh[0]]), np.concatenate([two[~touched], fresh[1]])
        weight = np.concatenate([weight[~touched], values])
        # A pair below the bound may come back: the mean of a merged cluster can be nearer. The next drawing sees it.
        kept = weight >= fineness
        one, two, weight = one[kept], two[kept], weight[kept]
    return total, means, counts


def _merge_best(
    n: int, one: NDArray[np.int32], two: NDArray[np.int32], weight: NDArray[np.float32]
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Merge pairs that are each other's best; (new number of each cluster, whether each new cluster was merged)."""
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
    target = np.where(mutual, np.minimum(here, best), here)
    keep = target == here
    number = np.cumsum(keep, dtype=np.int32) - 1
    merged = number[target].astype(np.int32)
    changed = np.zeros(int(keep.sum()), np.bool_)
    changed[merged[mutual]] = True
    return merged, changed


def means_of(
    means: NDArray[np.float32], counts: NDArray[np.float64], merged: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Means and counts after a merge of at most two into one."""
    size = int(merged.max()) + 1 if len(merged) else 0
    after = np.bincount(merged, weights=counts, minlength=size).astype(np.float64)
    order = np.argsort(merged, kind="stable")
    firsts = np.searchsorted(merged[order], np.arange(size))
    result = means[order[firsts]].copy()
    paired = np.bincount(merged, minlength=size) > 1
    one, two = order[firsts[paired]], order[firsts[paired] + 1]
    share = (counts[one] / after[paired]).astype(np.float32)[:, None]
    result[paired] = means[one] * share + means[two] * (1 - share)
    return result, after


def _similarity(means: NDArray[np.float32], one: NDArray[np.int32], two: NDArray[np.int32]) -> NDArray[np.float32]:
    result = np.empty(len(one), np.float32)
    for begin in range(0, len(one), EDGES_AT_ONCE):
        part = slice(begin, begin + EDGES_AT_ONCE)
        result[part] = np.einsum("ij,ij->i", means[one[part]], means[two[part]])
    return np.round(result, 6)


def _pairs(one: NDArray[np.int32], two: NDArray[np.int32], n: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Each pair once, the smaller number first."""
    keys = np.unique(np.minimum(one, two).astype(np.int64) * n + np.maximum(one, two))
    return (keys // n).astype(np.int32), (keys % n).astype(np.int32)
