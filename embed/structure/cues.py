"""Wordings that speak for a role, found in one pass over a text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from embed.reading.word_finder import Hit, Lexicon

__all__ = ["CueCounts", "count_cues", "find_cues"]


class CueCounts(NamedTuple):
    """How many different wordings of each kind a passage has."""

    shortfall: int = 0
    future: int = 0
    done: int = 0
    leader: int = 0
    duty: int = 0


_NONE = CueCounts()
Cue = tuple[int, str]  # the place of its kind in CueCounts, and the wording


@lru_cache(maxsize=1)
def _read_cues() -> Lexicon[Cue]:
    words: dict[str, Cue] = {}
    table = resources.files("embed.structure").joinpath("data/cues.tsv").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            kind, wordings = line.split("\t")
            words |= {word: (CueCounts._fields.index(kind), word) for word in wordings.split()}
    return Lexicon(words)


def find_cues(text: str) -> list[Hit[Cue]]:
    """Every cue in the text, in order."""
    return _read_cues().find(text)


def count_cues(hits: Sequence[Hit[Cue]]) -> CueCounts:
    """Count the different wordings among some hits."""
    if not hits:
        return _NONE
    counts = [0] * len(CueCounts._fields)
    for kind, _ in {hit.value for hit in hits}:
        counts[kind] += 1
    return CueCounts(*counts)
