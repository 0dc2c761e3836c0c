"""Chinese words of a text, for the lexical side of similarity."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

__all__ = ["with_parts", "words", "words_with_starts"]

LONG = 4  # characters of a word that is also looked up by its parts
_CONTENT = re.compile(r"(?:[\u3400-\u9fff]+|[A-Za-z][A-Za-z0-9+.-]*)")


@lru_cache(maxsize=1)
def _segmenter() -> Any:  # noqa: ANN401 - an untyped extension module
    import rjieba

    return rjieba


@lru_cache(maxsize=1)
def _empty() -> frozenset[str]:
    lines = Path(__file__).with_name("data").joinpath("empty_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def words(text: str) -> list[str]:
    """The words of a simplified text in their order, Latin in lower case; no punctuation, numbers or empty words."""
    return [word for word in map(_kept, _segmenter().cut(text)) if word]


def words_with_starts(text: str) -> list[tuple[int, str]]:
    """The words as `words` gives them, each with the offset of its first character."""
    found, start = [], 0
    for word in _segmenter().cut(text):
        kept = _kept(word)
        if kept:
            found.append((start, kept))
        start += len(word)
    return found


@lru_cache(maxsize=1 << 16)
def _kept(word: str) -> str:
    """The word as it is looked up; "" for punctuation, numbers and empty words."""
    return word.lower() if word not in _empty() and _CONTENT.fullmatch(word) else ""


def with_parts(found: list[str]) -> list[str]:
    """The words, each long one followed by the shorter words that it begins and ends with: 人民调解 人民 调解."""
    listed = []
    for word in found:
        listed.append(word)
        listed.extend(_parts(word))
    return listed


@lru_cache(maxsize=1 << 16)
def _parts(word: str) -> tuple[str, ...]:
    if len(word) < LONG or word.isascii():
        return ()
    inside = set(_segmenter().cut_for_search(word))
    return tuple(part for part in (word[:2], word[-2:]) if part in inside and part not in _empty())
