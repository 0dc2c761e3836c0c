"""The neighbour graph: which rows each row is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

__all__ = ["EXACT_ROWS", "nearest", "steady_blas"]

EXACT_ROWS = 20_000  # up to here every pair is compared
BLOCK = 1024
PROBES = 12
TRAINING_ROWS = 39  # a list of the approximate index, at least; what its training asks for
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
    above that through inverted lists (time about n·√n·d). The result does not depend on `threads`.
    """
    n = len(points)
    k = min(k, n - 1)
    if k < 1:
        return np.empty((n, 0), np.int32), np.empty((n, 0), np.float32)
    if n <= EXACT_ROWS:
        with steady_blas():
            return _exact(points, k, threads)
    import faiss

    del faiss  # only so that the matrix library it brings is there to be kept steady
    with steady_blas():
        return _approximate(points, k, threads)


def _exact(points: NDArray[np.float32], k: int, threads: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    n = len(points)
    rows, values = np.empty((n, k), np.int32), np.empty((n, k), np.float32)
    other = np.ascontiguousarray(points.T)

    def block(begin: int) -> None:
        products = points[begin : begin + BLOCK] @ other
        here = np.arange(len(products))
        products[here, begin + here] = -np.inf
        products = np.round(products, 6)
        best = _top(products, k)
        rows[begin : begin + BLOCK] = best
        values[begin : begin + BLOCK] = np.take_along_axis(products, best, axis=1)

    with ThreadPoolExecutor(max(1, threads)) as pool:
        list(pool.map(block, range(0, n, BLOCK)))
    return rows, values


def _top(products: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Columns of the k largest values of each row, best first, ties to the lower column: also at the k-th place."""
    n = products.shape[1]
    if k >= n:
        return np.argsort(-products, axis=1, kind="stable")[:, :k]
    bound = -np.partition(-products, k - 1, axis=1)[:, k - 1 : k]
    # Rank: above the bound first, then equal to it; a stable sort keeps the lower column first among equals.
    kept = np.where(products > bound, 0, np.where(products == bound, 1, 2)).astype(np.int8)
    best = np.argsort(kept, axis=1, kind="stable")[:, :k]
    order = np.argsort(-np.take_along_axis(products, best, axis=1), axis=1, kind="stable")
    return np.take_along_axis(best, order, axis=1)


def _approximate(points: NDArray[np.float32], k: int, threads: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    import faiss

    n, d = points.shape
    lists = int(np.clip(2 * np.sqrt(n), 64, 2048))
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(max(1, threads))
    try:
        quantizer = faiss.IndexFlatIP(d)
        index = faiss.IndexIVFScalarQuantizer(
            quantizer, d, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
        )
        index.cp.seed, index.cp.niter = SEED, 6
        sample = np.random.default_rng(SEED).permutation(n)[: max(lists * TRAINING_ROWS, 64 * 1024)]
        index.train(np.ascontiguousarray(points[np.sort(sample)]))
        rows, values = np.full((n, k), -1, np.int32), np.full((n, k), -np.inf, np.float32)
        index.add(points)
        index.nprobe = PROBES
        for begin in range(0, n, 64 * BLOCK):
            found, who = index.search(points[begin : begin + 64 * BLOCK], k + 1)
            _keep(rows, values, begin, who, found)
    finally:
        faiss.omp_set_num_threads(before)
    return rows, values


def _keep(
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
    begin: int,
    who: NDArray[np.int64],
    found: NDArray[np.float32],
) -> None:
    """Take a block of answers over, each row itself left out, ordered by value and row."""
    k = rows.shape[1]
    own = np.arange(begin, begin + len(who))[:, None]
    found = np.where((who == own) | (who < 0), -np.inf, np.round(found, 6)).astype(np.float32)
    order = np.lexsort((who, -found), axis=1)[:, :k]
    values[begin : begin + len(who)] = np.take_along_axis(found, order, axis=1)
    rows[begin : begin + len(who)] = np.where(
        np.isfinite(values[begin : begin + len(who)]), np.take_along_axis(who, order, axis=1), -1
    )
