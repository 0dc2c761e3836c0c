"""Cut many texts at once into pieces of a unigram vocabulary: Viterbi over all their words together, in numpy.

Only Chinese characters, ASCII letters and digits are cut; whatever else stands between them ends a word. Pieces of a
word are those with the highest sum of scores, as in SentencePiece.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["PieceCutter", "Script", "script_of"]


class Script(IntEnum):
    """What a word is written in; a piece never mixes them."""

    OTHER = 0
    CHINESE = 1
    LATIN = 2
    DIGIT = 3


START = "▁"  # in front of a Latin piece that begins a word
LAST = 0x9FFF  # the last code point of any script above
LONGEST_WORD = 64  # characters; longer runs are cut, so that no text makes the matrices large
STEP = 8  # words of like length are cut together
CELLS = 1 << 18  # of one matrix
FULL_WIDTH = (0xFF01, 0xFF5E, 0xFEE0)  # first, last, distance to ASCII
FACTOR = np.uint64(0x9E3779B97F4A7C15)
UNKNOWN_PENALTY = 10.0  # below the worst piece, as in SentencePiece
NONE = -1

Ids = NDArray[np.int32]


def _scripts() -> NDArray[np.uint8]:
    table = np.zeros(LAST + 2, np.uint8)
    for first, last, script in [
        (0x3400, LAST, Script.CHINESE),
        (0x41, 0x5A, Script.LATIN),
        (0x61, 0x7A, Script.LATIN),
        (0x30, 0x39, Script.DIGIT),
    ]:
        table[first : last + 1] = script
    return table


SCRIPTS = _scripts()


def script_of(text: str) -> Script:
    """The script that all characters share; OTHER for none and for mixed ones."""
    scripts = {int(SCRIPTS[min(ord(char), LAST + 1)]) for char in text}
    return Script(scripts.pop()) if len(scripts) == 1 else Script.OTHER


@dataclass(frozen=True, slots=True)
class _Words:
    """Runs of one script, in the order of the texts."""

    start: NDArray[np.int64]
    length: NDArray[np.int64]
    latin: NDArray[np.bool_]
    text: NDArray[np.int64]


class PieceCutter:
    """Ids of the pieces of texts; id i is `pieces[i]`.

    Args:
        pieces: each of one script; `▁` in front of Latin pieces that begin a word.
        scores: log probabilities, shape (len(pieces),).
    """

    def __init__(self, pieces: Sequence[str], scores: NDArray[np.float32]) -> None:
        keys = _keys(pieces)
        order = np.argsort(keys)
        self._keys, self._ids = keys[order], order.astype(np.int32)
        self._scores = np.append(scores.astype(np.float64), min(scores, default=0.0) - UNKNOWN_PENALTY)  # [-1]: unknown
        self._single = np.full(LAST + 2, NONE, np.int32)
        longest: dict[str, int] = {}
        for i, piece in enumerate(pieces):
            if len(piece) == 1:
                self._single[ord(piece)] = i
            elif len(piece) > longest.get(piece[:2], 1):
                longest[piece[:2]] = len(piece)
        pairs = _keys(list(longest))
        order = np.argsort(pairs)
        self._pairs = pairs[order]
        self._longest = np.array(list(longest.values()), np.int64)[order]

    def cut(self, texts: Sequence[str]) -> list[Ids]:
        """Ids of each text in its order; characters that no piece has are left out. A text's ids are its own alone."""
        codes, ends = _codes(texts)
        words = _words(codes, ends)
        found, owner = self._all(codes, words)
        order = np.argsort(owner, kind="stable")
        counts = np.bincount(words.text[owner], minlength=len(texts))
        ids = found[order]
        bounds = [0, *np.cumsum(counts).tolist()]
        return [ids[bounds[i] : bounds[i + 1]] for i in range(len(texts))]

    def _all(self, codes: NDArray[np.uint32], words: _Words) -> tuple[Ids, NDArray[np.int64]]:
        """Ids, and the word that each is of; in order within a word."""
        steps = (words.length + words.latin - 1) // STEP
        found: list[Ids] = [np.zeros(0, np.int32)]
        owners = [np.zeros(0, np.int64)]
        for step in np.unique(steps).tolist():
            members = np.flatnonzero(steps == step)
            width = (step + 1) * STEP
            for first in range(0, len(members), CELLS // width):
                part = members[first : first + CELLS // width]
                chosen = self._best(_matrix(codes, words, part, width), words.length[part] + words.latin[part])
                rows, places = np.nonzero(chosen >= 0)
                found.append(chosen[rows, places])
                owners.append(part[rows])
        return np.concatenate(found), np.concatenate(owners)

    def _best(self, words: NDArray[np.uint64], lengths: NDArray[np.int64]) -> Ids:
        """At each place of each word the piece that begins there in the best cut, else −1; shape of `words`."""
        count, width = words.shape
        matches = self._matches(words)
        most = len(matches)
        # Row `end` of `gains` holds the scores of the pieces that end there, the longest first.
        gains = np.full((width + 1, most, count), -np.inf)
        for size, (rows, places, ids) in enumerate(matches, 1):
            gains[places + size, most - size, rows] = self._scores[ids]
        best = np.full((most + width + 1, count), -np.inf)
        best[most] = 0.0
        sizes = np.zeros((width + 1, count), np.int64)
        columns = np.arange(count)
        for end in range(1, width + 1):
            sums = best[end : end + most] + gains[end]
            chosen = sums.argmax(0)  # of equal ones the longest piece
            sizes[end] = most - chosen
            best[most + end] = sums[chosen, columns]
        return self._back(sizes, lengths, matches)

    def _back(self, sizes: NDArray[np.int64], lengths: NDArray[np.int64], matches: list[tuple[Ids, Ids, Ids]]) -> Ids:
        """Follow the sizes from each word's end to its start."""
        width, count = len(sizes) - 1, len(lengths)
        taken = np.zeros((count, width), np.int64)
        rows, place = np.arange(count), lengths.copy()
        while len(rows):
            size = sizes[place, rows]
            place = place - size
            taken[rows, place] = size
            rows, place = rows[place > 0], place[place > 0]
        chosen = np.full((count, width), NONE, np.int32)
        for fits, (owners, places, ids) in enumerate(matches, 1):
            keep = taken[owners, places] == fits
            chosen[owners[keep], places[keep]] = ids[keep]
        return chosen

    def _matches(self, words: NDArray[np.uint64]) -> list[tuple[Ids, Ids, Ids]]:
        """For each size from 1: rows, places and ids of the pieces there; at size 1 every place, unknown ones as −1."""
        width = words.shape[1]
        rows, places = (axis.ravel() for axis in np.indices(words.shape, np.int32))
        flat = words.ravel()
        found = [(rows, places, self._single[np.minimum(flat, np.uint64(LAST + 1)).astype(np.int64)])]
        at = np.flatnonzero((places < width - 1) & (flat > 0))
        keys = flat[at] * FACTOR + flat[at + 1]
        where, known = _find(self._pairs, keys)
        at, keys, longest = at[known], keys[known], self._longest[where[known]]
        size = 2
        while len(at):
            where, known = _find(self._keys, keys)
            found.append((rows[at[known]], places[at[known]], self._ids[where[known]]))
            on = (longest > size) & (places[at] + size < width)
            at, longest = at[on], longest[on]
            keys = keys[on] * FACTOR + flat[at + size]
            size += 1
        return found


def _keys(pieces: Sequence[str]) -> NDArray[np.uint64]:
    """A number for each piece: its code points as digits of a number in base FACTOR, modulo 2^64."""
    keys = np.zeros(len(pieces), np.uint64)
    width = max(map(len, pieces), default=0)
    codes = np.array(pieces, f"<U{max(width, 1)}").view(np.uint32).reshape(len(pieces), max(width, 1)).astype(np.uint64)
    for place in range(width):
        here = codes[:, place] > 0
        keys[here] = keys[here] * FACTOR + codes[here, place]
    return keys


def _find(known: NDArray[np.uint64], keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Places of keys in a sorted array, and which of them are there."""
    if not len(known):
        return np.zeros(len(keys), np.int64), np.zeros(len(keys), bool)
    where = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return where, known[where] == keys


def _codes(texts: Sequence[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Code points of all texts, each followed by one of no script, full-width forms made plain; ends of the texts."""
    data = "".join(f"{text}\n" for text in texts).encode("utf-32-le", "surrogatepass")
    codes = np.frombuffer(data, "<u4").copy()
    first, last, distance = FULL_WIDTH
    wide = (codes >= first) & (codes <= last)
    codes[wide] -= np.uint32(distance)
    return codes, np.cumsum([len(text) + 1 for text in texts], dtype=np.int64)


def _words(codes: NDArray[np.uint32], ends: NDArray[np.int64]) -> _Words:
    script = SCRIPTS[np.minimum(codes, LAST + 1)]
    edges = np.flatnonzero(np.diff(script, prepend=np.uint8(0), append=np.uint8(0)))
    starts, stops = edges[:-1], edges[1:]
    kept = script[starts] > 0
    starts, lengths = starts[kept], (stops - starts)[kept]
    parts = -(-lengths // LONGEST_WORD)
    number = np.arange(parts.sum()) - np.repeat(np.cumsum(parts) - parts, parts)
    start = np.repeat(starts, parts) + number * LONGEST_WORD
    length = np.minimum(np.repeat(lengths, parts) - number * LONGEST_WORD, LONGEST_WORD)
    return _Words(start, length, script[start] == Script.LATIN, np.searchsorted(ends, start, side="right"))


def _matrix(codes: NDArray[np.uint32], words: _Words, members: NDArray[np.int64], width: int) -> NDArray[np.uint64]:
    """Code points of words, one a row, zeros after their ends; Latin words begin with START."""
    latin = words.latin[members]
    offsets = np.arange(width) - latin[:, None]
    inside = (offsets >= 0) & (offsets < words.length[members, None])
    matrix = np.where(inside, codes[np.where(inside, words.start[members, None] + offsets, 0)], 0).astype(np.uint64)
    matrix[latin, 0] = ord(START)
    return matrix
