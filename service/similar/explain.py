"""Why a hit was found, and where it stands."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from embed.index.topics import TOPIC_MARK, read_topics
from embed.index.words import words_with_starts
from embed.structure.report import Region
from service.similar.answer import Citation, ClauseMatch, Direction, Why, WordMatch
from service.similar.view import Bag, Probe, View

if TYPE_CHECKING:
    from embed.index.tables import StoredPassage, StoredReport

__all__ = ["Explainer", "citation_of", "direction_of", "place_of"]

MOST_WORDS = 8
MOST_CLAUSES = 3
LEAST_CLAUSE = 0.25  # similarity of two clauses below which they do not answer each other
_CLAUSE = re.compile(r"[^，,。；;：:！!？?\n]+")
_CLAUSES = 40  # clauses of a text that are compared; a passage has fewer


def place_of(region: Region) -> str:
    """The full name of a place, province first; "" when nothing is known."""
    names = (region.province, region.city, region.county, region.town)
    return "".join(name for name in names if name)


def citation_of(passage: StoredPassage, report: StoredReport) -> Citation:
    """Where a passage stands."""
    metadata = report.metadata
    place = place_of(metadata.region) + (metadata.department or "")
    return Citation(
        place=place,
        year=metadata.year,
        title=metadata.title,
        heading=passage.heading,
        start=passage.start,
        end=passage.end,
        file=report.file,
        url=report.url,
    )


def direction_of(asked: StoredReport | None, found: StoredReport) -> Direction:
    """Whether the found report is earlier or later: by year, then by date of publication where both state one."""
    if asked is None:
        return Direction.UNKNOWN
    a, b = asked.metadata, found.metadata
    if a.year and b.year and a.year != b.year:
        return Direction.EARLIER if b.year < a.year else Direction.LATER
    if a.published and b.published and a.published != b.published:
        return Direction.EARLIER if b.published < a.published else Direction.LATER
    return Direction.UNKNOWN


class Explainer:
    """Says why hits were found; made once a query."""

    def __init__(self, view: View, probe: Probe, text: str) -> None:
        self._view = view
        self._mix = probe.mix
        self._text = text
        self._words = _weights(probe.words)
        self._topics = _weights(probe.topics)

    def why(self, row: int, text: str) -> Why:
        """The words and topics that both share, by their part of the similarity, and clauses that answer each other."""
        words, topics = self._view.bags_of_row(row)
        shares = self._shares(self._words, words, self._mix.lexical)
        shares += self._shares(self._topics, topics, self._mix.topical)
        total = sum([share for share, _ in shares]) or 1.0
        shares.sort(key=lambda item: (-item[0], item[1]))
        found = tuple([WordMatch(_shown(word), round(share / total, 3)) for share, word in shares[:MOST_WORDS]])
        return Why(words=found, clauses=self._clauses(text))

    def _shares(self, asked: dict[int, float], found: Bag, weight: float) -> list[tuple[float, str]]:
        vocabulary = self._view.generation.lexical.vocabulary
        theirs = _weights(found)
        return [(asked[i] * theirs[i] * weight, vocabulary[i]) for i in theirs if i in asked]

    def _clauses(self, text: str) -> tuple[ClauseMatch, ...]:
        """Pairs of clauses with the most words in common, weighted by how rare the words are; each clause once."""
        mine, theirs, rarity = _clauses_of(self._text), _clauses_of(text), self._view.rarities.__getitem__
        sums = [[math.fsum(map(rarity, found)) for _, _, found in side] for side in (mine, theirs)]
        scored = []
        for i, (_, _, a_words) in enumerate(mine):
            for j, (_, _, b_words) in enumerate(theirs):
                if not a_words.isdisjoint(b_words):
                    both = math.fsum(map(rarity, a_words & b_words))
                    scored.append((-round(2 * both / max(1e-9, sums[0][i] + sums[1][j]), 4), i, j))
        scored.sort()
        taken_a: set[int] = set()
        taken_b: set[int] = set()
        matches: list[ClauseMatch] = []
        for negative, i, j in scored:
            if -negative < LEAST_CLAUSE or len(matches) == MOST_CLAUSES:
                break
            if i not in taken_a and j not in taken_b:
                taken_a.add(i)
                taken_b.add(j)
                (a, b, _), (c, d, _) = mine[i], theirs[j]
                matches.append(ClauseMatch(a, b, c, d, self._text[a:b], text[c:d], min(1.0, -negative)))
        return tuple(matches)


def _weights(bag: Bag) -> dict[int, float]:
    return dict(zip(bag.ids.tolist(), bag.weights.tolist(), strict=True))


def _shown(term: str) -> str:
    """A topic's term as its name in brackets; a word as it is."""
    if not term.startswith(TOPIC_MARK):
        return term
    return f"〔{_topic_names().get(term, term)}〕"


@lru_cache(maxsize=1)
def _topic_names() -> dict[str, str]:
    return {TOPIC_MARK + topic.id: topic.name for topic in read_topics()}


@lru_cache(maxsize=1 << 13)
def _clauses_of(text: str) -> tuple[tuple[int, int, frozenset[str]], ...]:
    spans = [match.span() for match in _CLAUSE.finditer(text)][:_CLAUSES]
    found: list[set[str]] = [set() for _ in spans]
    place = 0
    for at, word in words_with_starts(text):  # a sign between clauses is never inside a word
        while place < len(spans) and spans[place][1] <= at:
            place += 1
        if place == len(spans):
            break
        found[place].add(word)
    return tuple((start, end, frozenset(each)) for (start, end), each in zip(spans, found, strict=True))
