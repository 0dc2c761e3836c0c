"""The topics of the genre that a text touches: what bridges different words for the same thing, and languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

__all__ = ["TOPIC_MARK", "Topic", "english_topics", "read_topics", "topic_terms", "topic_words"]

TOPIC_MARK = "@"  # begins a topic's term in the lexical index; no word of a text begins with it


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of the table: what a kind of measure or problem is about, and the words for it in two languages.

    outline: the item of the official outline that it belongs to, as in `embed.index.outline.ITEMS`.
    """

    id: str
    name: str
    chinese: tuple[str, ...]
    english: tuple[str, ...]
    outline: str

    @property
    def is_problem(self) -> bool:
        return self.name.startswith("问题：")


@lru_cache(maxsize=1)
def read_topics() -> tuple[Topic, ...]:
    """The table of topics, in the order of its file."""
    lines = Path(__file__).with_name("data").joinpath("topics.tsv").read_text(encoding="utf-8").splitlines()
    topics = []
    for line in lines:
        if line and not line.startswith("#"):
            key, name, chinese, english, outline = line.split("\t")
            words = tuple(chinese.split("/")), tuple(english.lower().split("/"))
            topics.append(Topic(key, name, *words, outline))
    return tuple(topics)


def topic_words(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Words of the table in a simplified text, in their order, each with the ids of its topics.

    At each place the longest word counts; words may overlap. Time O(n).
    """
    heads, topics_of = _chinese()
    found = []
    for i in range(len(text) - 1):
        for word in heads.get(text[i : i + 2], ()):
            if text.startswith(word, i):
                found.append((word, topics_of[word]))
                break
    return found


def topic_terms(text: str) -> list[str]:
    """The topics of a simplified text as terms of the lexical index, repeated as often as a word of theirs occurs."""
    return [TOPIC_MARK + topic for _, topics in topic_words(text) for topic in topics]


def english_topics(text: str) -> list[tuple[str, tuple[str, ...]]]:
    """Words of the table in an English text, the longest first, each with the ids of its topics."""
    pattern, topics_of = _english()
    return [(match[1], topics_of[match[1]]) for match in pattern.finditer(" " + _plain_english(text) + " ")]


def _plain_english(text: str) -> str:
    lowered = text.lower().replace("ü", "u").replace("’", "'").replace("pingan", "ping'an")
    return re.sub(r"[^a-z0-9'-]+", " ", lowered)


@lru_cache(maxsize=1)
def _chinese() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    topics_of: dict[str, list[str]] = {}
    for topic in read_topics():
        for word in topic.chinese:
            topics_of.setdefault(word, []).append(topic.id)
    heads: dict[str, list[str]] = {}
    for word in sorted(topics_of, key=lambda w: (-len(w), w)):
        heads.setdefault(word[:2], []).append(word)
    return {h: tuple(ws) for h, ws in heads.items()}, {w: tuple(ts) for w, ts in topics_of.items()}


@lru_cache(maxsize=1)
def _english() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    topics_of: dict[str, list[str]] = {}
    for topic in read_topics():
        for word in topic.english:
            plain = _plain_english(word).strip()
            if topic.id not in topics_of.setdefault(plain, []):
                topics_of[plain].append(topic.id)
    ordered = sorted(topics_of, key=lambda w: (-len(w), w))
    pattern = re.compile("(?<![a-z0-9])(" + "|".join(map(re.escape, ordered)) + ")(?:s|es)?(?![a-z0-9])")
    return pattern, {w: tuple(ts) for w, ts in topics_of.items()}
