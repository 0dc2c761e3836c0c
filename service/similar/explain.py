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

__all__ = ["citation_of", "direction_of", "place_of", "why"]

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


def why(view: View, probe: Probe, row: int, query_text: str, hit_text: str) -> Why:
    """The words and topics that both share, by their part of the similarity, and the clauses that answer each other."""
    row_words, row_topics = view.bags_of_row(row)
    shares = [*_shares(view, probe.words, row_words, probe.mix.lexical)]
    shares += _shares(view, probe.topics, row_topics, probe.mix.topical)
    total = sum([share for _, share in shares]) or 1.0
    shares.sort(key=lambda item: (-item[1], item[0]))
    found = tuple([WordMatch(_shown(word), round(share / total, 3)) for word, share in shares[:MOST_WORDS]])
    return Why(words=found, clauses=_clauses(view, query_text, hit_text))


def _shares(view: View, asked: Bag, found: Bag, weight: float) -> list[tuple[str, float]]:
    weights = dict(zip(asked.ids.tolist(), asked.weights.tolist(), strict=True))
    vocabulary = view.generation.lexical.vocabulary
    return [
        (vocabulary[i], weights[i] * theirs * weight)
        for i, theirs in zip(found.ids.tolist(), found.weights.tolist(), strict=True)
        if i in weights
    ]


def _shown(term: str) -> str:
    """A topic's term as its name in brackets; a word as it is."""
    if not term.startswith(TOPIC_MARK):
        return term
    return f"〔{_topic_names().get(term, term)}〕"


@lru_cache(maxsize=1)
def _topic_names() -> dict[str, str]:
    return {TOPIC_MARK + topic.id: topic.name for topic in read_topics()}


def _clauses(view: View, query_text: str, hit_text: str) -> tuple[ClauseMatch, ...]:
    """Pairs of clauses with the most words in common, weighted by how rare the words are; each clause once."""
    mine, theirs = _clauses_of(query_text), _clauses_of(hit_text)
    rarity = view.rarity_of
    mine_sums, theirs_sums = ([math.fsum(map(rarity, found)) for _, _, found in side] for side in (mine, theirs))
    scored = []
    for i, (a_start, a_end, a_words) in enumerate(mine):
        for j, (b_start, b_end, b_words) in enumerate(theirs):
            common = a_words & b_words
            if common:
                both = math.fsum(map(rarity, common))
                score = 2 * both / max(1e-9, mine_sums[i] + theirs_sums[j])
                scored.append((round(score, 4), i, j, (a_start, a_end, b_start, b_end)))
    scored.sort(key=lambda item: (-item[0], item[1], item[2]))
    taken_a: set[int] = set()
    taken_b: set[int] = set()
    matches: list[ClauseMatch] = []
    for score, i, j, (a_start, a_end, b_start, b_end) in scored:
        if score < LEAST_CLAUSE or len(matches) == MOST_CLAUSES:
            break
        if i not in taken_a and j not in taken_b:
            taken_a.add(i)
            taken_b.add(j)
            texts = query_text[a_start:a_end], hit_text[b_start:b_end]
            matches.append(ClauseMatch(a_start, a_end, b_start, b_end, *texts, min(1.0, score)))
    return tuple(matches)


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
