"""A scikit-learn compatible estimator for people who bring their own vectors.

It needs nothing of scikit-learn to run, and keeps to its conventions (`get_params`, `set_params`, `fit`, `predict`,
`fit_predict`, attributes with a trailing underscore), so that it can stand in pipelines and be cloned.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from service.clusters.assign import Centres, settle
from service.clusters.linkage import agglomerate

__all__ = ["LinkageClusters"]


class LinkageClusters:
    """Average linkage over a neighbour graph of vectors, without a number of clusters.

    Parameters
    ----------
        fineness: mean cosine that the members of a cluster have at least. Higher values give more, tighter clusters
            and leave more rows alone (label −1); lower values merge.
        neighbours: candidates that a cluster is compared with. Higher values are slower and come nearer to comparing
            every pair; with as many as there are rows the result is exactly that of average linkage.
        centre: take the mean off before comparing. Sentence vectors need it, as they all lie in one narrow cone.
        threads: cores used. The result does not depend on it.

    Attributes
    ----------
        labels_: (n,) int32, clusters by size from 0, −1 for rows that are left alone.
        cluster_centers_: (clusters, d) float32, mean rows in the centred space.
        second_: (n,) int32, the next best cluster of each row.
        mean_: (d,) float32.
        n_features_in_: d.
    """

    def __init__(self, *, fineness: float = 0.35, neighbours: int = 24, centre: bool = True, threads: int = 2) -> None:
        self.fineness = fineness
        self.neighbours = neighbours
        self.centre = centre
        self.threads = threads

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name."""
        return {name: getattr(self, name) for name in ("fineness", "neighbours", "centre", "threads")}

    def set_params(self, **given: Any) -> Self:  # noqa: ANN401 - scikit-learn's contract
        """Set parameters by name.

        Raises:
            ValueError: there is no such parameter.
        """
        known = self.get_params()
        for name, value in given.items():
            if name not in known:
                raise ValueError(f"expected one of {', '.join(known)}, got {name!r}.")
            setattr(self, name, value)
        return self

    def fit(self, X: ArrayLike, y: object = None) -> Self:  # noqa: N803 - scikit-learn's contract
        """Cluster rows of shape (n, d), any finite numbers; rows of zeros are left alone.

        Raises:
            ValueError: not a two-dimensional array of finite numbers.
        """
        rows = self._checked(X)
        self.n_features_in_ = rows.shape[1]
        self.mean_ = _unit(rows).mean(axis=0) if self.centre and len(rows) else np.zeros(rows.shape[1], np.float32)
        points = self._points(rows)
        labels = agglomerate(points, fineness=self.fineness, neighbours=self.neighbours, threads=self.threads)
        centres, assigned, _ = settle(points, labels, self.fineness)
        order, rank = _by_size(assigned.label, len(centres.means))
        self.cluster_centers_ = centres.means[order]
        self.labels_ = rank[assigned.label]
        self.second_ = rank[assigned.second]
        return self

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:  # noqa: N803
        """The cluster of each row by the same rule that gave `labels_`."""
        if not hasattr(self, "cluster_centers_"):
            raise ValueError("fit before predict.")
        rows = self._checked(X)
        if rows.shape[1] != self.n_features_in_:
            raise ValueError(f"expected rows of {self.n_features_in_} numbers, got {rows.shape[1]}.")
        return Centres(self.cluster_centers_, self.fineness).assign(self._points(rows)).label

    def fit_predict(self, X: ArrayLike, y: object = None) -> NDArray[np.int32]:  # noqa: N803
        """`fit`, then `labels_`."""
        return self.fit(X).labels_

    def _checked(self, given: ArrayLike) -> NDArray[np.float32]:
        rows = np.asarray(given, dtype=np.float32)
        if rows.ndim != 2 or not np.isfinite(rows).all():
            raise ValueError(f"expected a two-dimensional array of finite numbers, got shape {rows.shape}.")
        return rows

    def _points(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        return _unit(_unit(rows) - self.mean_)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def _by_size(label: NDArray[np.int32], count: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """(old numbers in the new order, the new number of each old one and −1 for −1)."""
    inside = np.flatnonzero(label >= 0)
    firsts = np.full(count, len(label), np.int64)
    np.minimum.at(firsts, label[inside], inside)
    order = np.lexsort((firsts, -np.bincount(label[inside], minlength=count)))
    rank = np.full(count + 1, -1, np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    return order, rank
