"""Nearest passages by vector: exact scans, and scores that do not depend on how queries were batched."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from embed.index.neighbours import Neighbours, best_rows

__all__ = ["exact_search", "rescore", "unit"]

_QUERIES = 64  # queries that are scanned together
_ROWS = 1 << 15  # rows that are scanned together
_DENSE = 6  # times as many rows may be read as are wanted
_SPARE = 16  # candidates beyond k that are kept for the second look
_DIGITS = 6  # scores are equal when they agree to this many decimals: float32 sums differ by batch in the seventh


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of unit length; a zero row stays zero."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    lengths[lengths == 0] = 1.0
    return np.asarray(vectors / lengths[:, None], dtype=np.float32)


def rescore(query: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Shape (n,): inner products in double precision, rounded so that equal texts have equal scores."""
    products = np.einsum("ij,j->i", vectors.astype(np.float64), query.astype(np.float64))
    rounded: NDArray[np.float64] = np.round(products, _DIGITS)
    return rounded


Take = Callable[[NDArray[np.int32] | slice], NDArray[np.float32]]


def exact_search(
    take: Take, total: int, queries: NDArray[np.float32], k: int, within: NDArray[np.int32] | None
) -> Neighbours:
    """Compare every query with every row that may be found.

    take: gives the vectors of rows; total: how many rows there are; within: ascending rows, None for all.
    Time: O(queries × rows × d); memory: a block of 64 × 32768 scores.
    """
    found = np.full((len(queries), k), -1, dtype=np.int32)
    scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
    for begin in range(0, len(queries), _QUERIES):
        block = queries[begin : begin + _QUERIES]
        candidates = _candidates(take, total, block, k, within)
        for offset, rows in enumerate(candidates):
            values = rescore(block[offset], take(rows))
            best = best_rows(rows, values, k)
            found[begin + offset, : len(best)] = rows[best]
            scores[begin + offset, : len(best)] = values[best]
    return Neighbours(found, scores)


def _candidates(
    take: Take, total: int, block: NDArray[np.float32], k: int, within: NDArray[np.int32] | None
) -> list[NDArray[np.int32]]:
    """For each query the rows that may be among its first k, by single precision and with some to spare."""
    total = total if within is None else len(within)
    kept_rows: list[list[NDArray[np.int32]]] = [[] for _ in block]
    kept_scores: list[list[NDArray[np.float32]]] = [[] for _ in block]
    for begin in range(0, total, _ROWS):
        end = min(begin + _ROWS, total)
        rows = np.arange(begin, end, dtype=np.int32) if within is None else within[begin:end]
        first, last = int(rows[0]), int(rows[-1]) + 1
        if last - first <= _DENSE * len(rows):  # reading on is quicker than picking rows out
            products = block @ take(slice(first, last)).T
            products = products if last - first == len(rows) else products[:, rows - first]
        else:
            products = block @ take(rows).T
        for i, row_scores in enumerate(products):
            places = _leading(row_scores, k)
            kept_rows[i].append(rows[places])
            kept_scores[i].append(row_scores[places])
    candidates = []
    for rows_of, scores_of in zip(kept_rows, kept_scores, strict=True):
        rows = np.concatenate(rows_of) if rows_of else np.empty(0, np.int32)
        values = np.concatenate(scores_of) if scores_of else np.empty(0, np.float32)
        candidates.append(np.sort(rows[_leading(values, k)]))
    return candidates


def _leading(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Places of the scores that reach the (k + spare)-th one, within what single precision can tell apart."""
    wanted = k + _SPARE
    if len(scores) <= wanted:
        return np.arange(len(scores))
    floor = np.partition(scores, len(scores) - wanted)[len(scores) - wanted]
    places: NDArray[np.int64] = np.flatnonzero(scores >= floor - 10.0**-_DIGITS)
    return places
