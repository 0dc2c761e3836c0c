"""A generation seen for comparing: dense, lexical and topical similarity of any rows with a probe."""

from __future__ import annotations

import bisect
import math
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.index.topics import TOPIC_MARK
from service.similar.alignment import Wording, wording

if TYPE_CHECKING:
    from scipy.sparse import csc_matrix, csr_matrix

    from embed.index.generation import Generation
    from embed.index.lexical import LexicalIndex
    from embed.index.tables import StoredReport

__all__ = ["FULL_SCAN", "Bag", "Mix", "Parts", "Probe", "View", "view_of"]

FULL_SCAN = 20_000  # passages up to which every one of them is compared; above, candidates are
_KEPT_REPORTS = 4096  # reports whose metadata is kept in memory
_KEPT_WORDINGS = 1 << 17  # passages whose wording is
_KEPT_RARITIES = 1 << 16  # words whose rarity is kept, too
_SAMPLE = 1000  # passages that stand for the whole store
_BLOCK = 1 << 16  # rows of a large store that are compared together
DIGITS = 6  # scores are equal when they agree to this many decimals

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mix:
    """How much each part weighs in the fused similarity. The three sum to 1."""

    dense: float
    lexical: float
    topical: float


@dataclass(frozen=True, slots=True)
class Bag:
    """Terms with weights: ids int32 ascending, weights float32 of unit length (both empty for no terms)."""

    ids: NDArray[np.int32]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, ids: NDArray[np.int32], weights: NDArray[np.float32]) -> Bag:
        norm = math.sqrt((weights.astype(np.float64) ** 2).sum())
        return cls(
            ids.astype(np.int32, copy=False), (weights / norm if norm else weights).astype(np.float32, copy=False)
        )


@dataclass(frozen=True, slots=True)
class Probe:
    """What rows are compared with. `vector` is (d,) float32, centred and of unit length, or None."""

    vector: NDArray[np.float32] | None
    words: Bag
    topics: Bag
    mix: Mix


@dataclass(frozen=True, slots=True)
class Parts:
    """Similarities of some rows with a probe, each of shape (rows,), float64, rounded to DIGITS decimals."""

    dense: Floats
    lexical: Floats
    topical: Floats
    fused: Floats

    def at(self, places: NDArray[np.integer]) -> Parts:
        return Parts(self.dense[places], self.lexical[places], self.topical[places], self.fused[places])


class Rarities(dict[str, float]):
    """The inverse document frequency of each word; of one that no passage has, the highest there is."""

    def __init__(self, lexical: LexicalIndex, highest: float) -> None:
        super().__init__()
        self._lexical = lexical
        self._highest = highest

    def __missing__(self, word: str) -> float:
        found = self._lexical.idf_of(word, self._highest)
        if len(self) >= _KEPT_RARITIES:
            self.clear()
        self[word] = found
        return found


class View:
    """Wraps one generation; made once a generation by `view_of`. Safe to share between threads."""

    def __init__(self, generation: Generation) -> None:
        self._generation = weakref.ref(generation)
        vocabulary = generation.lexical.vocabulary
        self.topic_begin = bisect.bisect_left(vocabulary, TOPIC_MARK)
        self.topic_end = bisect.bisect_left(vocabulary, chr(ord(TOPIC_MARK) + 1))
        idf = generation.lexical.idf
        self.highest_idf = float(idf.max()) if len(idf) else 1.0
        self._whole: tuple[csr_matrix, csr_matrix] | None = None
        self._sampled: tuple[Floats, csr_matrix, csr_matrix] | None = None
        self._columns: csc_matrix | None = None
        self._reports: dict[int, StoredReport] = {}
        self._lock = threading.Lock()
        self._wordings: dict[int, Wording] = {}
        self.rarities = Rarities(generation.lexical, self.highest_idf)

    @property
    def generation(self) -> Generation:
        generation = self._generation()
        if generation is None:  # the caller of every function here holds the generation
            raise ReferenceError("the generation of this view is gone")
        return generation

    def report_at(self, row: int) -> StoredReport:
        """The report in a row, read once."""
        known = self._reports.get(row)
        if known is None:
            if len(self._reports) >= _KEPT_REPORTS:
                self._reports.clear()
            known = self._reports[row] = self.generation.report_at(row)
        return known

    def wording_of(self, row: int) -> Wording:
        """The wording of a stored passage; that of the passages met last is kept, about half a kilobyte each."""
        known = self._wordings.get(row)
        if known is None:
            known = wording.__wrapped__(self.generation.text_of(row))
            with self._lock:
                while len(self._wordings) >= _KEPT_WORDINGS:
                    del self._wordings[next(iter(self._wordings))]
                self._wordings[row] = known
        return known

    def split(self, ids: NDArray[np.int32], weights: NDArray[np.float32]) -> tuple[Bag, Bag]:
        """Part a row of the lexical index into words and topics, each of unit length."""
        begin, end = ids.searchsorted([self.topic_begin, self.topic_end]).tolist()
        words = np.concatenate([ids[:begin], ids[end:]]), np.concatenate([weights[:begin], weights[end:]])
        return Bag.of(*words), Bag.of(ids[begin:end], weights[begin:end])

    def bags_of_row(self, row: int) -> tuple[Bag, Bag]:
        """Words and topics of a stored passage."""
        return self.split(*self.generation.lexical.terms_of(row))

    def bags_of_terms(self, terms: Sequence[str]) -> tuple[Bag, Bag]:
        """Words and topics of a text that is given as its terms."""
        weights = self.generation.lexical.query_weights(terms)
        return self.split(weights.indices, weights.data)

    def blocks(self, rows: NDArray[np.int32]) -> tuple[csr_matrix, csr_matrix]:
        """Unit rows of word weights and of topic weights, each of shape (len(rows), vocabulary)."""
        if len(self.generation.passages) <= FULL_SCAN:
            words, topics = self._all_blocks()
            return words[rows], topics[rows]
        return self._split_blocks(rows)

    def parts(self, probe: Probe, rows: NDArray[np.int32]) -> Parts:
        """Compare the probe with these rows, exactly. Time O(len(rows) · (d + terms of a passage))."""
        count = len(rows)
        if probe.vector is None:
            dense = np.zeros(count)
        else:
            stored = self.generation.vectors_at(rows)
            dense = np.einsum("ij,j->i", stored, probe.vector, dtype=np.float64, casting="same_kind")
        lexical, topical = np.zeros(count), np.zeros(count)
        if count and (len(probe.words.ids) or len(probe.topics.ids)):
            lexical, topical = self._shared_terms(probe, rows)
        return _fuse(probe.mix, dense, lexical, topical)

    def _shared_terms(self, probe: Probe, rows: NDArray[np.int32]) -> tuple[Floats, Floats]:
        """Cosines of the words and of the topics, without making either matrix. Each of shape (len(rows),)."""
        indptr, ids, weights = self.generation.lexical.terms_at(rows)
        row, data = np.repeat(np.arange(len(rows)), np.diff(indptr)), weights.astype(np.float64)
        topical = (ids >= self.topic_begin) & (ids < self.topic_end)
        spread = self._spread(probe.words)
        spread[probe.topics.ids] = probe.topics.weights  # no word is a topic
        place = 2 * row + topical  # words and topics of a row side by side
        products = np.bincount(place, weights=data * spread[ids], minlength=2 * len(rows))
        norms = np.sqrt(np.bincount(place, weights=data**2, minlength=2 * len(rows)))
        cosines = (products / np.where(norms == 0, 1.0, norms)).reshape(-1, 2)
        return cosines[:, 0], cosines[:, 1]

    def quick(self, probe: Probe, rows: NDArray[np.int32]) -> Floats:
        """Fused similarity of the rows in single precision, for choosing among many. Shape (len(rows),)."""
        vectors = self.generation.vectors
        everything = len(rows) == len(vectors)
        fused = np.zeros(len(rows))
        if probe.vector is not None:
            fused += probe.mix.dense * ((vectors if everything else vectors[rows]) @ probe.vector)
        if len(vectors) <= FULL_SCAN:
            whole = self._by_columns(probe)
            return np.asarray(fused + (whole if everything else whole[rows]))
        for begin in range(0, len(rows), _BLOCK):
            words, topics = self._split_blocks(rows[begin : begin + _BLOCK])
            fused[begin : begin + _BLOCK] += probe.mix.lexical * (words @ self._spread(probe.words))
            fused[begin : begin + _BLOCK] += probe.mix.topical * (topics @ self._spread(probe.topics))
        return fused

    def _by_columns(self, probe: Probe) -> Floats:
        """The lexical and topical parts for every passage of a small store, from the probe's own terms alone."""
        columns = self._all_columns()
        found, weights = [np.empty(0, np.int32)], [np.empty(0)]
        for bag, share in ((probe.words, probe.mix.lexical), (probe.topics, probe.mix.topical)):
            for term, weight in zip(bag.ids.tolist(), bag.weights.tolist(), strict=True):
                span = slice(int(columns.indptr[term]), int(columns.indptr[term + 1]))
                found.append(columns.indices[span])
                weights.append(columns.data[span] * (share * weight))
        count = len(self.generation.passages)
        summed = np.bincount(np.concatenate(found), weights=np.concatenate(weights), minlength=count)
        return summed.astype(np.float64)

    def sample_scores(self, probe: Probe) -> Floats:
        """Fused similarity of passages drawn evenly from the whole store, for telling what chance gives."""
        vectors, words, topics = self._sample()
        fused = probe.mix.lexical * (words @ self._spread(probe.words))
        fused += probe.mix.topical * (topics @ self._spread(probe.topics))
        if probe.vector is not None:
            fused += probe.mix.dense * (vectors @ probe.vector.astype(np.float64))
        rounded: Floats = np.round(fused, DIGITS)
        return rounded

    def _sample(self) -> tuple[Floats, csr_matrix, csr_matrix]:
        with self._lock:
            if self._sampled is None:
                rows = self.generation.rows()
                places = np.unique(np.linspace(0, len(rows) - 1, min(_SAMPLE, len(rows))).astype(np.int64))
                rows = rows[places] if len(rows) else rows
                self._sampled = (self.generation.vectors[rows].astype(np.float64), *self._split_blocks(rows))
            return self._sampled

    def by_terms(self, probe: Probe, within: NDArray[np.int32], count: int, *, postings: int) -> NDArray[np.int32]:
        """About `count` of the rows `within` that share the most with the probe's rarest words and topics.

        Terms are taken from the rarest on while they occur at most `postings` times together (one at least).
        """
        lexical = self.generation.lexical
        ids = np.concatenate([probe.words.ids, probe.topics.ids])
        weights = np.concatenate([probe.mix.lexical * probe.words.weights, probe.mix.topical * probe.topics.weights])
        frequency = lexical.frequencies(ids)
        order = np.lexsort((ids, frequency))
        used = order[: max(1, int(np.searchsorted(np.cumsum(frequency[order]), postings, side="right")))]
        if not len(used):
            return np.empty(0, np.int32)
        lists = [lexical.postings(int(ids[place])) for place in used]
        rows = np.concatenate([rows for rows, _ in lists])
        scores = np.concatenate([weights[place] * scores for place, (_, scores) in zip(used, lists, strict=True)])
        inside = self._inside(within, rows)
        rows, total = _summed(rows[inside], scores[inside])
        if len(rows) > count:
            floor = np.partition(total, len(total) - count)[len(total) - count]
            rows = rows[total >= floor - 10.0**-DIGITS]
        return rows

    def _inside(self, within: NDArray[np.int32], rows: NDArray[np.int32]) -> NDArray[np.bool_]:
        if len(within) == len(self.generation.passages):
            return np.ones(len(rows), dtype=bool)
        place = np.searchsorted(within, rows)
        place[place == len(within)] = 0
        return np.asarray(within[place] == rows) if len(within) else np.zeros(len(rows), dtype=bool)

    def _spread(self, bag: Bag) -> Floats:
        spread = np.zeros(len(self.generation.lexical.vocabulary))
        spread[bag.ids] = bag.weights
        return spread

    def _all_blocks(self) -> tuple[csr_matrix, csr_matrix]:
        with self._lock:
            if self._whole is None:
                self._whole = self._split_blocks(np.arange(len(self.generation.passages), dtype=np.int32))
            return self._whole

    def _all_columns(self) -> csc_matrix:
        """Words and topics of every passage, each block of unit rows, by column: terms of the two never meet."""
        words, topics = self._all_blocks()
        with self._lock:
            if self._columns is None:
                self._columns = (words + topics).tocsc()
            return self._columns

    def _split_blocks(self, rows: NDArray[np.int32]) -> tuple[csr_matrix, csr_matrix]:
        both = self.generation.lexical.weights(rows)
        topical = (both.indices >= self.topic_begin) & (both.indices < self.topic_end)
        return _normalised(both, ~topical), _normalised(both, topical)


def _summed(rows: NDArray[np.int32], scores: Floats) -> tuple[NDArray[np.int32], Floats]:
    """Each row once, ascending, with the sum of its scores."""
    order = np.argsort(rows, kind="stable")
    rows = rows[order]
    starts = np.flatnonzero(np.concatenate([[True], rows[1:] != rows[:-1]])) if len(rows) else order
    return rows[starts], np.add.reduceat(scores[order], starts) if len(starts) else scores


def _normalised(matrix: csr_matrix, keep: NDArray[np.bool_]) -> csr_matrix:
    from scipy.sparse import csr_matrix

    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))[keep]
    data = matrix.data[keep].astype(np.float64)
    norms = np.sqrt(np.bincount(row, weights=data**2, minlength=matrix.shape[0]))
    norms[norms == 0] = 1.0
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=matrix.shape[0]))])
    return csr_matrix((data / norms[row], matrix.indices[keep], indptr), shape=matrix.shape)


def _fuse(mix: Mix, dense: Floats, lexical: Floats, topical: Floats) -> Parts:
    dense, lexical, topical = (np.round(part, DIGITS) for part in (dense, lexical, topical))
    fused = np.round(mix.dense * dense + mix.lexical * lexical + mix.topical * topical, DIGITS)
    return Parts(dense, lexical, topical, fused)


_views: weakref.WeakKeyDictionary[Generation, View] = weakref.WeakKeyDictionary()
_views_lock = threading.Lock()


def view_of(generation: Generation) -> View:
    """The view of a generation; made once and let go with it."""
    with _views_lock:
        view = _views.get(generation)
        if view is None:
            view = _views[generation] = View(generation)
        return view
