"""Wordings that speak for a role, found in one pass over a text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from importlib import resources

from embed.structure.lexicon import Hit, Lexicon

__all__ = ["Cue", "count_cues", "find_cues"]


class Cue(StrEnum):
    """What a wording speaks for."""

    SHORTFALL = "shortfall"
    FUTURE = "future"
    DONE = "done"
    LEADER = "leader"
    DUTY = "duty"


Found = tuple[Cue, str]


@lru_cache(maxsize=1)
def _read_cues() -> Lexicon[Found]:
    words: dict[str, Found] = {}
    table = resources.files("embed.structure").joinpath("data/cues.tsv").read_text(encoding="utf-8")
    for line in table.splitlines():
        if line and not line.startswith("#"):
            kind, wordings = line.split("\t")
            words |= {word: (Cue(kind), word) for word in wordings.split()}
    return Lexicon(words)


def find_cues(text: str) -> list[Hit[Found]]:
    """Every cue in the text, in order."""
    return _read_cues().find(text)


def count_cues(hits: Iterable[Hit[Found]]) -> Counter[Cue]:
    """How many different wordings of each kind there are among some hits."""
    return Counter(cue for cue, _ in {hit.value for hit in hits})
