"""How ordinary a run of Chinese text is: word costs in nats, from word counts and the fixed phrases of the genre."""

from __future__ import annotations

import gzip
import math
from functools import cache
from importlib.resources import files

from embed.reading.wordlists import read_sections

__all__ = ["ADVERTISING_SIGNS", "LONGEST_WORD", "phrases", "sign_cost", "word_costs"]

LONGEST_WORD = 10  # longer phrases serve only to restore displaced words
PHRASE_COST = 9.0
UNKNOWN_HAN = 15.0
ADVERTISING_SIGNS = frozenset("_¥￥®＿™★☆✚✔")


@cache
def phrases() -> tuple[str, ...]:
    return tuple(read_sections("phrases.txt")["phrases"])


@cache
def word_costs() -> dict[str, float]:
    """−ln of each word's share of running text; fixed phrases of the genre cost as much as one common word."""
    data = files("embed.reading").joinpath("data", "word_counts.txt.gz").read_bytes()
    counts = [line.split() for line in gzip.decompress(data).decode("utf-8").splitlines()]
    total = sum(int(count) for _, count in counts)
    costs = {word: math.log(total / int(count)) for word, count in counts}
    for phrase in phrases():
        if len(phrase) <= LONGEST_WORD:
            costs[phrase] = min(costs.get(phrase, PHRASE_COST), PHRASE_COST)
    return costs


def sign_cost(character: str) -> float:
    """Cost in ordinary text of one character that stands in no word."""
    if "㐀" <= character <= "鿿":
        return UNKNOWN_HAN
    if character in ADVERTISING_SIGNS:
        return 14.0
    if character.isdigit():
        return 2.5
    if character.isascii() and character.isalpha():
        return 4.5
    if character in "|｜-—·":
        return 7.0
    return 3.0
