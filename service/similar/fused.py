"""The fused neighbour graph among passages: what clusters, copy families and distinctive passages are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.index.neighbours import Neighbours
from service.similar.view import Mix, view_of

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from embed.index.generation import Generation

__all__ = ["PASSAGE_MIX", "neighbours", "similarities"]

PASSAGE_MIX = Mix(dense=0.32, lexical=0.48, topical=0.20)
_BLOCK = 512  # rows that are compared together
_CANDIDATES = 64  # nearest by vector, and nearest by words, that are fused where not every pair is
_TERMS = 10  # the weightiest words of a passage, by which it is found where not every pair is compared
_DIGITS = 5  # scores are equal when they agree to this many decimals: float32 sums differ in the seventh


def neighbours(
    generation: Generation, rows: NDArray[np.int32], k: int, *, every_pair_up_to: int = 20_000
) -> Neighbours:
    """The k nearest of the given rows for each of them, itself left out, by fused similarity.

    rows: ascending rows of the passage table. The result has shape (len(rows), k); its `rows` are rows of the passage
    table (−1 where there are fewer than k others), best first, equal scores in the order of rows.

    Up to `every_pair_up_to` rows every pair is compared: time O(n² d), memory O(512 n). Above, the 64 nearest
    by vector and the 64 nearest by their weightiest words are fused, and `exact` is False. The result does not depend
    on threads or on how the rows are cut into blocks.
    """
    rows = np.asarray(rows, dtype=np.int32)
    found = np.full((len(rows), k), -1, dtype=np.int32)
    scores = np.full((len(rows), k), -np.inf, dtype=np.float32)
    exact = len(rows) <= every_pair_up_to
    weighty = None if exact else _weightiest(generation, rows)
    for begin in range(0, len(rows), _BLOCK):
        block = rows[begin : begin + _BLOCK]
        if weighty is None:
            others, fused = np.tile(rows, (len(block), 1)), similarities(generation, block, rows)
        else:
            others = _candidates(generation, rows, begin, weighty)
            fused = _similarity_of_pairs(generation, block, others)
        fused[others == block[:, None]] = -np.inf
        _keep_best(others, fused, found[begin : begin + len(block)], scores[begin : begin + len(block)])
    return Neighbours(found, scores, exact=exact)


def similarities(generation: Generation, left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.float32]:
    """Fused similarity of every left row with every right row, shape (left, right), float32, rounded."""
    view = view_of(generation)
    left_words, left_topics = view.blocks(left)
    right_words, right_topics = view.blocks(right)
    dense = generation.vectors[left] @ generation.vectors[right].T
    lexical = (left_words @ right_words.T).toarray()
    topical = (left_topics @ right_topics.T).toarray()
    return _fused(dense, lexical, topical)


def _fused(
    dense: NDArray[np.floating], lexical: NDArray[np.floating], topical: NDArray[np.floating]
) -> NDArray[np.float32]:
    mix = PASSAGE_MIX
    fused = mix.dense * dense + mix.lexical * lexical + mix.topical * topical
    rounded: NDArray[np.float32] = np.round(fused, _DIGITS).astype(np.float32)
    return rounded


def _keep_best(
    others: NDArray[np.int32], fused: NDArray[np.float32], found: NDArray[np.int32], scores: NDArray[np.float32]
) -> None:
    """Write the best of each row of `fused` into `found` and `scores`, best first, equal ones by row."""
    k = found.shape[1]
    for i, values in enumerate(fused):
        places = np.arange(len(values))
        if len(values) > k:
            floor = np.partition(values, len(values) - k)[len(values) - k]
            places = np.flatnonzero(values >= floor)
        places = places[np.isfinite(values[places])]
        order = places[np.lexsort((others[i, places], -values[places]))][:k]
        found[i, : len(order)] = others[i, order]
        scores[i, : len(order)] = values[order]


def _weightiest(generation: Generation, rows: NDArray[np.int32]) -> csr_matrix:
    """The words of each row with only its weightiest ones kept, shape (len(rows), vocabulary)."""
    from scipy.sparse import csr_matrix

    words, _ = view_of(generation).blocks(rows)
    row = np.repeat(np.arange(words.shape[0]), np.diff(words.indptr))
    order = np.lexsort((words.indices, -words.data, row))
    rank = np.arange(len(order)) - words.indptr[row[order]]
    kept = order[rank < _TERMS]
    return csr_matrix((words.data[kept].astype(np.float32), (row[kept], words.indices[kept])), shape=words.shape)


def _candidates(generation: Generation, rows: NDArray[np.int32], begin: int, weighty: csr_matrix) -> NDArray[np.int32]:
    """Rows that may be near each row of a block, shape (block, candidates), −1 where there are fewer."""
    block = rows[begin : begin + _BLOCK]
    near = generation.search(generation.vectors[block], _CANDIDATES, within=rows).rows
    products = (weighty[begin : begin + _BLOCK] @ weighty.T).tocsr()
    shared = np.full((len(block), _CANDIDATES), -1, dtype=np.int32)
    for i in range(len(block)):
        span = slice(products.indptr[i], products.indptr[i + 1])
        places, values = products.indices[span], np.round(products.data[span], _DIGITS)
        best = places[np.lexsort((places, -values))][:_CANDIDATES]
        shared[i, : len(best)] = rows[best]
    both = np.sort(np.concatenate([near, shared], axis=1), axis=1)
    both[:, 1:][both[:, 1:] == both[:, :-1]] = -1
    return both


def _similarity_of_pairs(
    generation: Generation, block: NDArray[np.int32], others: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Fused similarity of block row i with others[i, j], shape as `others`; −inf where there is none."""
    view = view_of(generation)
    left, place = np.nonzero(others >= 0)
    right = others[left, place]
    unique, at = np.unique(right, return_inverse=True)
    stored = generation.vectors[unique]
    mine = generation.vectors[block]
    dense = np.empty(len(left))
    for begin in range(0, len(left), 1 << 16):
        span = slice(begin, begin + (1 << 16))
        dense[span] = np.einsum("ij,ij->i", mine[left[span]], stored[at[span]])
    block_words, block_topics = view.blocks(block)
    words, topics = view.blocks(unique)
    lexical = np.asarray(block_words[left].multiply(words[at]).sum(axis=1)).ravel()
    topical = np.asarray(block_topics[left].multiply(topics[at]).sum(axis=1)).ravel()
    fused = np.full(others.shape, -np.inf, dtype=np.float32)
    fused[left, place] = _fused(dense, lexical, topical)
    return fused
