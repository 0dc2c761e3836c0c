"""The items of the official outline of law-based government, and which of them a passage is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from embed.index.topics import TOPIC_MARK, read_topics
from embed.structure.report import Role

__all__ = ["ITEMS", "outline_item"]

# The 35 items of 《法治政府建设实施纲要(2021—2025年)》 in its order, and six of our own for what lies outside of it.
ITEMS = (*(str(number) for number in range(1, 36)), "S1", "S2", "S3", "S4", "S5", "S6")

STRENGTH = 1.2  # of one word of a topic
AGAIN = 0.5  # of each further word, compared with the first
MOST = 6  # further words that count
NOTHING = 2.0  # strength of "none of these items"
TEMPERATURE = 0.8  # how soon the strongest item wins; lower: sooner
LEAST = 0.2  # share of belief from which a passage is about an item
_PROBLEMS = frozenset({Role.PROBLEM, Role.CAUSE})


def outline_item(terms: Sequence[str], role: Role) -> int:
    """The place in ITEMS of the item that a passage's lexical terms speak for most, −1 where they speak for none.

    Problems and causes are judged by the topics of problems, other passages by those of measures, and by the others
    where there are none.
    """
    topics = _topics()
    counted = Counter(term for term in terms if term in topics)
    own = {t: n for t, n in counted.items() if topics[t][1] == (role in _PROBLEMS)} or counted
    strengths: dict[int, float] = {}
    for topic, times in own.items():
        item = topics[topic][0]
        strengths[item] = strengths.get(item, 0.0) + STRENGTH * (1 + AGAIN * min(times - 1, MOST))
    if not strengths:
        return -1
    raised = {item: float(np.expm1(min(value / TEMPERATURE, 50.0))) for item, value in strengths.items()}
    best = min(raised, key=lambda item: (-round(raised[item], 6), item))
    total = sum(raised.values()) + float(np.exp(NOTHING / TEMPERATURE))
    return best if raised[best] / total >= LEAST else -1


@lru_cache(maxsize=1)
def _topics() -> dict[str, tuple[int, bool]]:
    """Each topic's term → the place of its item, and whether it is a problem."""
    return {TOPIC_MARK + topic.id: (ITEMS.index(topic.outline), topic.is_problem) for topic in read_topics()}
