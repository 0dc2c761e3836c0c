"""Words with a meaning, found in one pass over a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

__all__ = ["Hit", "Lexicon"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """A word of the lexicon at `text[start:end]` and what it stands for."""

    start: int
    end: int
    value: T


class Lexicon(Generic[T]):
    """A set of words of at least two characters; `find` gives the longest word at each place, without overlaps.

    Words are filed under their first two characters, so a search takes time linear in the length of the text, with a
    factor of the number of words that share these two characters.
    """

    def __init__(self, words: Mapping[str, T] | Iterable[tuple[str, T]]) -> None:
        entries = dict(words)
        if any(len(word) < 2 for word in entries):
            short = next(word for word in entries if len(word) < 2)
            raise ValueError(f"a word of a lexicon has at least two characters, {short!r} has {len(short)}")
        index: dict[tuple[str, str], list[tuple[str, T]]] = {}
        for word in sorted(entries, key=lambda word: (-len(word), word)):
            index.setdefault((word[0], word[1]), []).append((word, entries[word]))
        self._index = {pair: tuple(rows) for pair, rows in index.items()}

    def values(self) -> list[T]:
        """What the words stand for, one value a word."""
        return [value for rows in self._index.values() for _, value in rows]

    def find(self, text: str) -> list[Hit[T]]:
        """Every word in the text, in order."""
        hits: list[Hit[T]] = []
        behind = 0
        rows_at = list(map(self._index.get, pairwise(text)))
        for position in [i for i, rows in enumerate(rows_at) if rows is not None]:
            if position < behind:
                continue
            for word, value in rows_at[position] or ():
                if text.startswith(word, position):
                    behind = position + len(word)
                    hits.append(Hit(position, behind, value))
                    break
        return hits
