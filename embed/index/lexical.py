"""BM25 over the words of passages: postings for finding, weight rows for comparing; both memory-mapped."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from embed.index.files import ArrayWriter, read_array, write_array, write_file
from embed.index.neighbours import Neighbours, best_rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["K1", "B", "LexicalIndex", "build_lexical"]

K1 = 1.2  # how soon repeating a word stops to count; higher: later
B = 0.75  # how much long passages are held back; 0: not at all
_BLOCK = 1 << 13  # passages whose words are weighed together
_COLUMNS = ("indptr", "terms", "weights", "starts", "rows", "scores", "idf")


@dataclass(frozen=True, slots=True)
class _Counts:
    """Word counts as compressed rows: passage i has terms[indptr[i]:indptr[i + 1]], ascending, each `counts` times."""

    vocabulary: list[str]
    indptr: NDArray[np.int64]
    terms: NDArray[np.int32]
    counts: NDArray[np.float32]


class _Numbers(dict[str, int]):
    """A number for each word, given when it is first asked for."""

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number


class TermCounter:
    """Takes the words of one passage after the other, in row order, and writes the lexical index.

    Memory: twelve bytes for each distinct word of each passage (some 40 a passage).
    """

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._ids = _Numbers()
        self._terms = array("i")
        self._counts = array("f")
        self._sizes = array("q", [0])

    def add(self, words: Sequence[str]) -> None:
        """The words of the next passage."""
        bag = sorted(Counter(words).items())
        distinct = [word for word, _ in bag]
        counts = np.array([times for _, times in bag], dtype=np.int32)
        self.extend(distinct, np.arange(len(bag), dtype=np.int32), counts, [len(bag)])

    def extend(
        self,
        words: Sequence[str],
        terms: NDArray[np.integer[Any]],
        counts: NDArray[np.integer[Any]],
        distinct: Sequence[int],
    ) -> None:
        """Several passages at once.

        words: their different words, ascending. terms: for one passage after the other the places of its words among
        these, ascending; counts: how often each occurs in it. distinct: how many different words each passage has.
        """
        mine = np.fromiter(map(self._ids.__getitem__, words), dtype=np.int32, count=len(words))
        self._terms.frombytes(mine[terms].tobytes())
        self._counts.frombytes(counts.astype(np.float32).tobytes())
        self._sizes.extend(distinct)

    def write(self, folder: Path) -> int:
        """Write the index; return the size of the vocabulary. What was counted is gone afterwards."""
        return _write_lexical(folder, self._counted())

    def _counted(self) -> _Counts:
        """Words in ascending order have ascending numbers, so each passage's terms stay in order."""
        vocabulary = sorted(self._ids)
        rank = np.empty(len(vocabulary), dtype=np.int32)
        rank[[self._ids[w] for w in vocabulary]] = np.arange(len(vocabulary), dtype=np.int32)
        terms, counts = np.frombuffer(self._terms, dtype=np.int32), np.frombuffer(self._counts, dtype=np.float32)
        indptr = np.cumsum(np.frombuffer(self._sizes, dtype=np.int64))
        self._start()
        for begin in range(0, len(terms), _BLOCK):
            terms[begin : begin + _BLOCK] = rank[terms[begin : begin + _BLOCK]]
        return _Counts(vocabulary, indptr, terms, counts)


def _idf(passages: int, holding: NDArray[np.int64]) -> NDArray[np.float32]:
    """ln(1 + (N − n + ½) / (n + ½)), never below zero (Robertson and Zaragoza 2009, doi 10.1561/1500000019)."""
    return np.log1p((passages - holding + 0.5) / (holding + 0.5)).astype(np.float32)


def build_lexical(folder: Path, texts: Iterable[Sequence[str]]) -> int:
    """Write the lexical index of passages, given as their words in row order; return the size of the vocabulary."""
    counter = TermCounter()
    for words in texts:
        counter.add(words)
    return counter.write(folder)


def _write_lexical(folder: Path, counted: _Counts) -> int:
    """Write one column after the other; four columns of the size of all words of all passages are held at most."""
    size = len(counted.vocabulary)
    holding = np.bincount(counted.terms, minlength=size).astype(np.int64)
    idf = _idf(len(counted.indptr) - 1, holding)
    columns: dict[str, NDArray[Any]] = {
        "indptr": counted.indptr,
        "terms": counted.terms,
        "starts": np.concatenate([[0], np.cumsum(holding)]).astype(np.int64),
        "idf": idf,
    }
    for name, column in columns.items():
        write_array(folder / f"lexical.{name}.npy", column)
    scores = counted.counts  # each count makes way for its score
    with ArrayWriter(folder / "lexical.weights.npy", np.dtype("<f4"), scores.shape) as weights:
        for part, values, unit_values in _scored(counted, idf):
            scores[part] = values
            weights.write(unit_values)
    rows, by_term = _by_term(counted, scores, size)
    write_array(folder / "lexical.rows.npy", rows)
    write_array(folder / "lexical.scores.npy", by_term)
    write_file(folder / "lexical.vocabulary.txt", "\n".join(counted.vocabulary).encode())
    return size


def _scored(
    counted: _Counts, idf: NDArray[np.float32]
) -> Iterator[tuple[slice, NDArray[np.float32], NDArray[np.float32]]]:
    """Block by block: which words of the passages, the BM25 of each, and its weight in the passage's unit row."""
    passages = len(counted.indptr) - 1
    total = counted.counts.sum(dtype=np.float64)
    mean = total / passages if total else 1.0
    for begin in range(0, passages, _BLOCK):
        bounds = counted.indptr[begin : begin + _BLOCK + 1]
        part = slice(int(bounds[0]), int(bounds[-1]))
        row = np.repeat(np.arange(len(bounds) - 1, dtype=np.int32), np.diff(bounds))
        tf = counted.counts[part]
        lengths = np.bincount(row, weights=tf, minlength=len(bounds) - 1)
        held = K1 * (1 - B + B * lengths / mean)
        values = (idf[counted.terms[part]] * tf * (K1 + 1) / (tf + held[row])).astype(np.float32)
        norms = np.sqrt(np.bincount(row, weights=values.astype(np.float64) ** 2, minlength=len(bounds) - 1))
        norms[norms == 0] = 1.0
        yield part, values, (values / norms[row]).astype(np.float32)


def _by_term(counted: _Counts, scores: NDArray[np.float32], size: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Rows and scores in the order of terms, ascending by row within each: a counting sort."""
    from scipy.sparse import csr_matrix

    if not size:
        return np.empty(0, dtype=np.int32), scores
    rows = csr_matrix((scores, counted.terms, counted.indptr), shape=(len(counted.indptr) - 1, size)).tocsc()
    return rows.indices.astype(np.int32, copy=False), rows.data


class LexicalIndex:
    """The words of a generation's passages. Immutable; safe to share between threads.

    vocabulary: the words, sorted; idf: float32 (vocabulary,).
    """

    def __init__(self, folder: Path) -> None:
        text = (folder / "lexical.vocabulary.txt").read_text(encoding="utf-8")
        self.vocabulary: list[str] = text.split("\n") if text else []
        self._ids: dict[str, int] = {}
        columns = {name: read_array(folder / f"lexical.{name}.npy") for name in _COLUMNS}
        self.idf = cast("NDArray[np.float32]", columns["idf"])
        self._indptr = cast("NDArray[np.int64]", columns["indptr"])
        self._terms = cast("NDArray[np.int32]", columns["terms"])
        self._weights = cast("NDArray[np.float32]", columns["weights"])
        self._starts = cast("NDArray[np.int64]", columns["starts"])
        self._rows = cast("NDArray[np.int32]", columns["rows"])
        self._scores = cast("NDArray[np.float32]", columns["scores"])

    @property
    def passages(self) -> int:
        """How many passages are indexed."""
        return len(self._indptr) - 1

    def ids(self, terms: Sequence[str]) -> list[int]:
        """The numbers of those terms that some passage has, repeats kept."""
        if not self._ids:
            self._ids = {word: i for i, word in enumerate(self.vocabulary)}
        return [self._ids[t] for t in terms if t in self._ids]

    def idf_of(self, term: str, default: float) -> float:
        """How rare one term is; `default` where no passage has it."""
        if not self._ids:
            self.ids([])
        number = self._ids.get(term)
        return default if number is None else float(self.idf[number])

    def frequencies(self, ids: NDArray[np.int32]) -> NDArray[np.int64]:
        """How many passages have each of these terms, given by number."""
        ids = np.asarray(ids, dtype=np.int64)
        counts: NDArray[np.int64] = self._starts[ids + 1] - self._starts[ids]
        return counts

    def terms_of(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The terms of one passage, given by number, ascending; and their BM25 weights, of unit length together."""
        span = slice(int(self._indptr[row]), int(self._indptr[row + 1]))
        return self._terms[span], self._weights[span]

    def postings(self, term: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The rows that have a term, given by its number, ascending; and the BM25 score of each."""
        span = slice(int(self._starts[term]), int(self._starts[term + 1]))
        return self._rows[span], self._scores[span]

    def scores(self, terms: Sequence[str]) -> NDArray[np.float64]:
        """BM25 of every passage for the terms, shape (passages,); repeated terms count as often as they are given."""
        total = np.zeros(self.passages, dtype=np.float64)
        for term, times in sorted(Counter(self.ids(terms)).items()):
            begin, end = self._starts[term], self._starts[term + 1]
            total[self._rows[begin:end]] += times * self._scores[begin:end].astype(np.float64)
        return total

    def top(self, terms: Sequence[str], k: int, *, within: NDArray[np.int32] | None = None) -> Neighbours:
        """The k passages with the highest BM25 above zero, as one row; `within` are the rows that may be found."""
        total = self.scores(terms)
        rows = np.flatnonzero(total > 0) if within is None else within[total[within] > 0]
        scores = total[rows]
        order = best_rows(rows, scores, k)
        found = np.full((1, k), -1, dtype=np.int32)
        values = np.full((1, k), -np.inf, dtype=np.float32)
        found[0, : len(order)] = rows[order]
        values[0, : len(order)] = scores[order]
        return Neighbours(found, values)

    def terms_at(self, rows: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
        """The terms of several passages one after the other: where each passage's begin and end, numbers, weights."""
        rows = np.asarray(rows, dtype=np.int64)
        begin = self._indptr[rows]
        sizes = self._indptr[rows + 1] - begin
        indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        at = np.arange(indptr[-1]) + np.repeat(begin - indptr[:-1], sizes)
        return indptr, self._terms[at], self._weights[at]

    def weights(self, rows: NDArray[np.int32]) -> csr_matrix:
        """Shape (len(rows), vocabulary), float32: unit rows of BM25 weights (all zero for a passage without words)."""
        from scipy.sparse import csr_matrix

        indptr, terms, weights = self.terms_at(rows)
        return csr_matrix((weights, terms, indptr), shape=(len(rows), len(self.vocabulary)))

    def query_weights(self, terms: Sequence[str]) -> csr_matrix:
        """Shape (1, vocabulary), float32: the unit row of a text that is given as its words, weighted as passages are.

        The length of the text plays no part: every word weighs by its inverse document frequency and count.
        """
        from scipy.sparse import csr_matrix

        bag = sorted(Counter(self.ids(terms)).items())
        columns = np.array([term for term, _ in bag], dtype=np.int32)
        tf = np.array([times for _, times in bag], dtype=np.float32)
        weights = self.idf[columns] * tf * (K1 + 1) / (tf + K1) if len(bag) else np.empty(0, np.float32)
        norm = float(np.sqrt((weights.astype(np.float64) ** 2).sum())) or 1.0
        data = (weights / norm).astype(np.float32)
        return csr_matrix((data, columns, np.array([0, len(bag)])), shape=(1, len(self.vocabulary)))
