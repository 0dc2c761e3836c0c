"""Which cluster a point belongs to: one function for the passages that were clustered and for any new text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.clusters.neighbours import steady_blas

__all__ = ["Assignment", "Centres", "settle"]

LEAST_MEMBERS = 2
ROWS_AT_ONCE = 4096
MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Assignment:
    """Shape (n,) each. label: the cluster, −1 for none. similarity: to the label's, or to the nearest where none.

    second: the next best cluster, −1 where there is only one; for a point without a cluster the nearest one.
    """

    label: NDArray[np.int32]
    similarity: NDArray[np.float32]
    second: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Centres:
    """Mean points of the clusters, shape (clusters, d), and the mean similarity that a member has at least."""

    means: NDArray[np.float32]
    fineness: float

    def assign(self, points: NDArray[np.float32]) -> Assignment:
        """The cluster with the highest mean similarity to its members, if that is at least the fineness."""
        n, k = len(points), len(self.means)
        label = np.full(n, -1, np.int32)
        second = np.full(n, -1, np.int32)
        similarity = np.zeros(n, np.float32)
        if not k:
            return Assignment(label, similarity, second)
        with steady_blas():
            for begin in range(0, n, ROWS_AT_ONCE):
                part = slice(begin, begin + ROWS_AT_ONCE)
                products = np.round(points[part] @ self.means.T, 6)
                here = np.arange(len(products))
                best = products.argmax(axis=1).astype(np.int32)
                value = products[here, best]
                inside = value >= self.fineness
                products[here[inside], best[inside]] = -np.inf
                following = products.argmax(axis=1).astype(np.int32)
                following[~np.isfinite(products[here, following])] = -1
                label[part] = np.where(inside, best, -1)
                similarity[part] = value
                second[part] = following
        return Assignment(label, similarity, second)


def settle(
    points: NDArray[np.float32], labels: NDArray[np.int32], fineness: float, named: Mapping[int, str] | None = None
) -> tuple[Centres, Assignment, dict[int, str]]:
    """Centres of the clusters with two members or more, and every point assigned by them.

    Points may change over to a nearer cluster once; clusters that lose all but one member are dropped and the points
    assigned again, until nothing is dropped. The centres that come back are those the assignment was made with. Named
    labels are never dropped; their names come back by the centre's row.
    """
    named = named or {}
    sizes = np.bincount(labels) if len(labels) else np.empty(0, np.int64)
    held = np.isin(np.arange(len(sizes)), list(named))
    kept = np.flatnonzero((sizes >= LEAST_MEMBERS) | (held & (sizes > 0)))
    means = _means(points, labels, kept)
    for _ in range(MOST_ROUNDS):
        centres = Centres(means, fineness)
        assigned = centres.assign(points)
        count = np.bincount(assigned.label[assigned.label >= 0], minlength=len(means))
        stays = (count >= LEAST_MEMBERS) | held[kept]
        if stays.all():
            break
        means, kept = means[stays], kept[stays]
    return centres, assigned, {place: named[int(label)] for place, label in enumerate(kept) if int(label) in named}


def _means(points: NDArray[np.float32], labels: NDArray[np.int32], kept: NDArray[np.int64]) -> NDArray[np.float32]:
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], [kept, kept + 1])
    means = [points[order[b:e]].mean(axis=0, dtype=np.float64) for b, e in zip(*bounds, strict=True)]
    return np.array(means, dtype=np.float32).reshape(len(kept), points.shape[1])
