"""Sets of characters, looked for in a whole text at once: far quicker than a pattern where hardly any text has one."""

from __future__ import annotations

import sys
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["CharacterSet", "code_points"]


def code_points(text: str) -> NDArray[np.uint32]:
    """The code point of each character, shape (len(text),)."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint32, copy=False)


class CharacterSet:
    """A set of characters."""

    def __init__(self, characters: Iterable[str], without: Iterable[str] = ()) -> None:
        """Each string is one character, or the first and the last of a range."""
        self._has = np.zeros(sys.maxunicode + 1, dtype=np.bool_)
        for character in characters:
            self._has[ord(character[0]) : ord(character[-1]) + 1] = True
        for character in without:
            self._has[ord(character[0]) : ord(character[-1]) + 1] = False

    def meets(self, text: str) -> bool:
        """Whether any of them is in the text."""
        return self.count(code_points(text)) > 0

    def count(self, codes: NDArray[np.uint32]) -> int:
        """How many of some code points are of the set."""
        return int(np.count_nonzero(self._has.take(codes)))

    def places(self, codes: NDArray[np.uint32]) -> list[int]:
        """Where they stand among some code points."""
        places: list[int] = self._has.take(codes).nonzero()[0].tolist()
        return places

    def found_in(self, text: str) -> list[str]:
        """Those that are in the text, by code point."""
        codes = code_points(text)
        return [chr(code) for code in np.unique(codes[self._has.take(codes)]).tolist()]
