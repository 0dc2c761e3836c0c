"""The neighbour graph: which rows each row is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

__all__ = ["EXACT_ROWS", "nearest", "steady_blas"]

EXACT_ROWS = 12_000  # up to here every pair is compared
CELLS = 4_000_000  # similarities that are computed together
PROBES = 10  # lists that a list is compared with
SLACK = 8  # more candidates than asked for, so that equal ones are told apart by their row
TRAINING_ROWS = 48  # points a list in the training of the lists
ROUNDS = 5  # of that training
SEED = 20_240_401


@contextmanager
def steady_blas() -> Iterator[None]:
    """Keep matrix products on one thread each, so that their last bits do not depend on how many cores there are."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        yield


def nearest(points: NDArray[np.float32], k: int, *, threads: int = 2) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The k rows with the highest inner product for each row, itself left out.

    points: (n, d) float32. Returns rows int32 and inner products float32, both (n, k'), k' = min(k, n − 1), best
    first, ties by row. Rows are −1 where the approximate index found fewer. Exact up to `EXACT_ROWS` rows (time n²·d),
    above that each point is compared
    with the lists of points nearest to its own (time about 5·n·√n·d). The result does not depend on `threads`.
    """
    n = len(points)
    k = min(k, n - 1)
    if k < 1:
        return np.empty((n, 0), np.int32), np.empty((n, 0), np.float32)
    if n <= EXACT_ROWS:
        with steady_blas():
            return _exact(points, k, threads)
    import faiss

    centroids = _centroids(points, faiss, threads)
    with steady_blas():
        return _pruned(points, centroids, k, threads)


def _exact(points: NDArray[np.float32], k: int, threads: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    n = len(points)
    everyone = np.arange(n, dtype=np.int32)
    size = max(1, CELLS // n)
    blocks = [everyone[begin : begin + size] for begin in range(0, n, size)]
    rows, values = np.empty((n, k), np.int32), np.empty((n, k), np.float32)
    _compare(points, [(block, everyone) for block in blocks], (rows, values), threads)
    return rows, values


def _pruned(
    points: NDArray[np.float32], centroids: NDArray[np.float32], k: int, threads: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Compare the points of each list with those of the lists nearest to it."""
    n, lists = len(points), len(centroids)
    home = _home(points, centroids)
    order = np.argsort(home, kind="stable").astype(np.int32)
    bounds = np.searchsorted(home[order], np.arange(lists + 1))
    near = np.argsort(-np.round(centroids @ centroids.T, 6), axis=1, kind="stable")[:, :PROBES]
    work = []
    for number in range(lists):
        mine = order[bounds[number] : bounds[number + 1]]
        probed = sorted({number, *near[number].tolist()})
        others = np.sort(np.concatenate([order[bounds[j] : bounds[j + 1]] for j in probed]))
        size = max(1, CELLS // max(1, len(others)))
        work += [(mine[begin : begin + size], others) for begin in range(0, len(mine), size)]
    rows, values = np.full((n, k), -1, np.int32), np.full((n, k), -np.inf, np.float32)
    _compare(points, work, (rows, values), threads)
    return rows, values


def _compare(
    points: NDArray[np.float32],
    work: list[tuple[NDArray[np.int32], NDArray[np.int32]]],
    into: tuple[NDArray[np.int32], NDArray[np.float32]],
    threads: int,
) -> None:
    """For each piece of work, the nearest of its second rows for each of its first rows."""
    rows, values = into
    k = rows.shape[1]

    def one(piece: tuple[NDArray[np.int32], NDArray[np.int32]]) -> None:
        mine, others = piece
        products = np.round(points[mine] @ points[others].T, 6)
        products[others[None] == mine[:, None]] = -np.inf
        wanted = min(k + SLACK, len(others))
        best = np.argpartition(-products, wanted - 1, axis=1)[:, :wanted] if wanted < len(others) else None
        found = products if best is None else np.take_along_axis(products, best, axis=1)
        who = np.broadcast_to(others, found.shape) if best is None else others[best]
        ranked = np.lexsort((who, -found), axis=1)[:, :k]
        values[mine, : ranked.shape[1]] = np.take_along_axis(found, ranked, axis=1)
        rows[mine, : ranked.shape[1]] = np.take_along_axis(who, ranked, axis=1)
        rows[mine] = np.where(np.isfinite(values[mine]), rows[mine], -1)

    with ThreadPoolExecutor(max(1, threads)) as pool:
        list(pool.map(one, work))


def _centroids(points: NDArray[np.float32], faiss: ModuleType, threads: int) -> NDArray[np.float32]:
    """Centroids of the lists, about 2·√n, by spherical k-means over a sample."""
    n, d = points.shape
    lists = int(np.clip(2 * np.sqrt(n), 16, 2048))
    sample = np.sort(np.random.default_rng(SEED).permutation(n)[: max(lists * TRAINING_ROWS, 1)])
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(max(1, threads))
    try:
        with steady_blas():
            trained = faiss.Kmeans(
                d, lists, niter=ROUNDS, seed=SEED, spherical=True, min_points_per_centroid=1, verbose=False
            )
            trained.train(np.ascontiguousarray(points[sample]))
    finally:
        faiss.omp_set_num_threads(before)
    return np.asarray(trained.centroids, dtype=np.float32)


def _home(points: NDArray[np.float32], centroids: NDArray[np.float32]) -> NDArray[np.int32]:
    home = np.empty(len(points), np.int32)
    size = max(1, CELLS // len(centroids))
    for begin in range(0, len(points), size):
        products = np.round(points[begin : begin + size] @ centroids.T, 6)
        home[begin : begin + size] = products.argmax(axis=1)
    return home
