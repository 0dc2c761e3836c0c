"""How ordinary a run of Chinese text is: word costs in nats, from word counts and the fixed phrases of the genre."""

from __future__ import annotations

import gzip
import math
from functools import cache
from importlib.resources import files

from embed.reading.wordlists import read_sections

__all__ = ["ADVERTISING_SIGNS", "LONGEST_WORD", "displaced_word", "phrases", "sign_cost", "word_costs"]

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
        return 1.8
    if character.isascii() and character.isalpha():
        return 4.5
    if character in "|｜-—·":
        return 7.0
    return 3.0


@cache
def _cuts() -> dict[str, list[tuple[str, int]]]:
    """Fixed phrases and places to cut them, by the two characters before the cut."""
    cuts: dict[str, list[tuple[str, int]]] = {}
    for phrase in phrases():
        for cut in range(2, len(phrase) - 1):
            cuts.setdefault(phrase[cut - 2 : cut], []).append((phrase, cut))
    return cuts


def displaced_word(text: str, start: int, end: int) -> str:
    """The middle of a fixed phrase whose two halves stand on both sides, where only one phrase fits."""
    left, right = text[max(0, start - 20) : start], text[end : end + 20]
    found: dict[str, int] = {}
    for phrase, cut in _cuts().get(left[-2:], ()):
        if not left.endswith(phrase[:cut]):
            continue
        for back in range(cut, len(phrase) - 1):
            if right.startswith(phrase[back:]):
                found[phrase[cut:back]] = max(found.get(phrase[cut:back], 0), cut + len(phrase) - back)
    longest = max(found.values(), default=0)
    fitting = {middle for middle, length in found.items() if length == longest}
    return fitting.pop() if longest >= 6 and len(fitting) == 1 else ""
