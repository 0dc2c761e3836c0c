"""Which kinds of measure a run of text speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

from embed.reading.word_finder import Hit, Lexicon

__all__ = ["Topic", "TopicWeights", "add_weights", "families", "find_topics", "read_topics", "strongest", "weigh"]

TopicWeights = dict[str, float]
_PLAIN, _SUPPORT = 2.0, 1.0
_NEUTRAL = "-"
_TITLE = re.compile(r"《[^《》]{1,60}》")


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of measure that a word points to, with the weight of the word."""

    name: str
    families: frozenset[str]
    weight: float


@lru_cache(maxsize=4)
def read_topics(table: str = "topics") -> Lexicon[Topic]:
    """The bundled table of wordings, `data/<table>.tsv`."""
    words: dict[str, Topic] = {}
    text = resources.files("embed.structure").joinpath(f"data/{table}.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name, family, wordings = line.split("\t")
        for wording in wordings.split():
            weight = _SUPPORT if wording.startswith("~") else _PLAIN
            words[wording.removeprefix("~")] = Topic(name, frozenset(family.split("|")), weight)
    return Lexicon(words)


@lru_cache(maxsize=4)
def families(table: str = "topics") -> dict[str, frozenset[str]]:
    """The families of each topic."""
    return {topic.name: topic.families for topic in read_topics(table).values()}


@lru_cache(maxsize=1024)
def _supporting(topic: Topic) -> Topic:
    return replace(topic, weight=_SUPPORT)


def find_topics(text: str) -> list[Hit[Topic]]:
    """Every wording of a kind of measure in the text, in order; inside a book title it only supports."""
    found = [hit for hit in read_topics().find(text) if hit[2].name != _NEUTRAL]
    titles = [match.span() for match in _TITLE.finditer(text)] if "《" in text else []
    if not titles:
        return found
    hits = []
    index = 0
    for hit in found:
        while index < len(titles) and titles[index][1] <= hit[0]:
            index += 1
        inside = index < len(titles) and titles[index][0] <= hit[0]
        hits.append(Hit(hit.start, hit.end, _supporting(hit.value)) if inside else hit)
    return hits


def weigh(hits: Iterable[Hit[Topic]]) -> TopicWeights:
    """The weight of each topic among some hits; what follows the first wording of a topic counts half."""
    weights: TopicWeights = {}
    add_weights(weights, hits)
    return weights


def add_weights(weights: TopicWeights, hits: Iterable[Hit[Topic]]) -> None:
    """Add hits that follow those whose weights are given."""
    for _, _, topic in hits:
        name, weight = topic.name, topic.weight
        weights[name] = weights[name] + weight / 2 if name in weights else weight


def strongest(weights: TopicWeights) -> tuple[str, float]:
    """The heaviest topic and its weight, of equal ones the last by name; ("", 0) when there is none."""
    best, most = "", 0.0
    for name, weight in weights.items():
        if weight > most or (weight == most and name > best):
            best, most = name, weight
    return best, most
