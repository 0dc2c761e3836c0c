"""Split a text that is too long for the model: on sentences, then on clauses, then anywhere; nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

__all__ = ["split_text"]

# Each pattern matches one unit and whatever ends it; joined, the units are the text again.
SENTENCE = re.compile(r"[^。！？；!?;\n]*(?:[。！？；!?;\n]+[”’」』）)]*|$)")
CLAUSE = re.compile(r"[^，、：,:.\s]*(?:[，、：,:.\s]+|$)")


def split_text(text: str, limit: int, lengths: Callable[[Sequence[str]], list[int]]) -> list[str]:
    """Parts of at most `limit` tokens each, as few and as even in meaning as sentences allow; joined they are `text`.

    `lengths` gives the number of tokens of each text, prompt and special tokens included. A part of one character is
    never split further, whatever its length.
    """
    if len(text) < 2 or lengths([text])[0] <= limit:
        return [text]
    return _pack(text, limit, lengths, [SENTENCE, CLAUSE])


def _pack(
    text: str, limit: int, lengths: Callable[[Sequence[str]], list[int]], patterns: Sequence[re.Pattern[str]]
) -> list[str]:
    units = _units(text, patterns)
    finer = patterns[1:]
    empty = lengths([""])[0]
    parts: list[str] = []
    room = 0
    for unit, length in zip(units, lengths(units), strict=True):
        if length > limit and len(unit) > 1:
            parts += _pack(unit, limit, lengths, finer)
            room = 0
        elif parts and room >= length - empty:
            parts[-1] += unit
            room -= length - empty
        else:
            parts.append(unit)
            room = limit - length
    return parts


def _units(text: str, patterns: Sequence[re.Pattern[str]]) -> list[str]:
    for pattern in patterns[:1]:
        units = [match.group() for match in pattern.finditer(text) if match.group()]
        if len(units) > 1:
            return units
    if patterns:
        return _units(text, patterns[1:])
    middle = len(text) // 2
    return [text[:middle], text[middle:]]
