"""Words with a meaning, found in one pass over a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from embed.reading.character_sets import code_points

__all__ = ["Hit", "Lexicon"]

T = TypeVar("T")
_BITS = 16
_MASK = np.uint32((1 << _BITS) - 1)
_SHIFT = np.uint32(_BITS)
_FACTOR = np.uint32(40_503)
_PAIR, _TRIPLE = np.uint8(1), np.uint8(2)


_KEPT = 50_000  # characters of the longest text whose hashes are kept: one lexicon after the other is looked for in it


class Hit(NamedTuple, Generic[T]):
    """A word of the lexicon at `text[start:end]` and what it stands for."""

    start: int
    end: int
    value: T


class Lexicon(Generic[T]):
    """A set of words of at least two characters; `find` gives the longest word at each place, without overlaps.

    Words are filed under a hash of their first three characters, or of both where there are two, so that a search takes
    time linear in the length of the text and looks closely only at the few places where a word can begin.
    """

    def __init__(self, words: Mapping[str, T] | Iterable[tuple[str, T]]) -> None:
        self._words = dict(words)
        short = next((word for word in self._words if len(word) < 2), None)
        if short is not None:
            raise ValueError(f"a word of a lexicon has at least two characters, {short!r} has {len(short)}")
        self._opens = np.zeros(1 << _BITS, dtype=np.uint8)  # small enough for the nearest cache
        lengths: dict[str, set[int]] = {}
        for word in self._words:
            pairs, triples = _hashes(word[:3])
            self._opens[pairs[0] if len(word) == 2 else triples[0]] |= _PAIR if len(word) == 2 else _TRIPLE
            lengths.setdefault(word[:2], set()).add(len(word))
        self._lengths = {pair: tuple(sorted(sizes, reverse=True)) for pair, sizes in lengths.items()}

    def values(self) -> list[T]:
        """What the words stand for, one value a word."""
        return list(self._words.values())

    def places(self, text: str) -> list[int]:
        """Where a word may begin: every place where one does, and a few others."""
        if len(text) < 2:
            return []
        pairs, triples = _kept_hashes(text) if len(text) <= _KEPT else _hashes(text)
        opens = self._opens.take(pairs) & _PAIR
        opens[:-1] |= self._opens.take(triples) & _TRIPLE
        places: list[int] = opens.nonzero()[0].tolist()
        return places

    def is_in(self, text: str) -> bool:
        """Whether any of the words is in the text."""
        words, lengths = self._words, self._lengths
        return any(
            text[position : position + length] in words
            for position in self.places(text)
            for length in lengths.get(text[position : position + 2], ())
        )

    def find(self, text: str) -> list[Hit[T]]:
        """Every word in the text, in order."""
        hits: list[Hit[T]] = []
        behind = 0
        lengths, words = self._lengths, self._words
        for position in self.places(text):
            if position < behind:
                continue
            for length in lengths.get(text[position : position + 2], ()):
                word = text[position : position + length]
                if word in words:
                    behind = position + len(word)
                    hits.append(tuple.__new__(Hit, (position, behind, words[word])))  # half the time of Hit(…)
                    break
        return hits


def _hashes(text: str) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Hashes of each two and of each three neighbouring characters, shapes (len(text) − 1,) and (len(text) − 2,)."""
    codes = code_points(text)
    pairs = codes[:-1] * _FACTOR + codes[1:]
    triples = pairs[:-1] * _FACTOR + codes[2:]
    return pairs & _MASK, (triples ^ (triples >> _SHIFT)) & _MASK


_kept_hashes = lru_cache(maxsize=1)(_hashes)
