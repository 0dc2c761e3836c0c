"""The catalogue of themes: what reports of this genre write about, and how strongly a text speaks for each theme.

The catalogue (`data/themes.toml`) is general knowledge of the genre. It is one part of the similarity between two
passages; it never forces a passage into a theme, and clusters outside it are found from vectors and words alone.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.index.topics import read_topics
from embed.structure.report import Role

__all__ = ["Catalogue", "Theme", "catalogue", "trie_pattern"]

HEADING_WEIGHT = 0.6  # a term in the heading above a passage, compared with one in the passage
NOTHING = 2.0  # strength of "none of these themes": about two terms of two characters
TEMPERATURE = 0.8  # how soon the strongest theme wins; lower: sooner
LONGEST_TERM = 8  # characters after which a longer term weighs no more
_ROLE_SECTIONS = {Role.MEASURE: "measure", Role.PLAN: "measure", Role.PROBLEM: "problem", Role.CAUSE: "problem"}


@dataclass(frozen=True, slots=True)
class Theme:
    """One kind of measure or of problem. `outline` is the code of the outline's item that it belongs to."""

    code: str
    zh: str
    en: str
    outline: str
    terms: tuple[str, ...]
    examples: tuple[str, ...] = ()


class Catalogue:
    """The themes of one role. Immutable; safe to share between threads."""

    def __init__(self, themes: Sequence[Theme]) -> None:
        self.themes = tuple(themes)
        self.codes = tuple(theme.code for theme in themes)
        owners: dict[str, list[int]] = {}
        for number, theme in enumerate(themes):
            for term in dict.fromkeys(theme.terms):
                owners.setdefault(term, []).append(number)
        self._owners = {term: tuple(numbers) for term, numbers in owners.items()}
        self._weights = {t: _term_weight(t) / len(numbers) for t, numbers in self._owners.items()}
        self._pattern = re.compile(trie_pattern(sorted(owners))) if owners else None

    def __len__(self) -> int:
        return len(self.themes)

    def hits(self, text: str) -> Counter[str]:
        """How often each term stands in a simplified text; of overlapping terms the first and longest counts."""
        return Counter(self._pattern.findall(text)) if self._pattern else Counter()

    def strengths(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """How strongly each text speaks for each theme, shape (len(texts), themes), 0 or more.

        A term counts once, and half for its second and third time; time is linear in the length of the texts.
        """
        result = np.zeros((len(texts), len(self.themes)), dtype=np.float32)
        for row, text in enumerate(texts):
            for term, times in self.hits(text).items():
                value = self._weights[term] * (1 + 0.5 * min(times - 1, 2))
                for theme in self._owners[term]:
                    result[row, theme] += value
        return result

    @staticmethod
    def posterior(strengths: NDArray[np.float32]) -> NDArray[np.float32]:
        """Shares of belief in each theme, same shape; a row sums to 1 less the share of "none of these"."""
        raised = np.expm1(np.minimum(strengths / TEMPERATURE, 50.0).astype(np.float64))
        total = raised.sum(axis=1, keepdims=True) + np.exp(NOTHING / TEMPERATURE)
        return np.asarray(raised / total, dtype=np.float32)

    def strengths_under(self, texts: Sequence[str], headings: Sequence[str]) -> NDArray[np.float32]:
        """`strengths` of texts, each with the heading above it (an empty string where there is none)."""
        distinct = sorted(set(headings))
        place = {heading: row for row, heading in enumerate(distinct)}
        of_heading = self.strengths(distinct)
        rows: NDArray[np.float32] = of_heading[[place[heading] for heading in headings]]
        return np.asarray(self.strengths(texts) + np.float32(HEADING_WEIGHT) * rows, dtype=np.float32)


def _term_weight(term: str) -> float:
    return float(np.sqrt(min(len(term), LONGEST_TERM) / 2))


def trie_pattern(words: Sequence[str]) -> str:
    """A regular expression that matches the longest of the words at a place, without backtracking over words."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _trie_source(root)


def _trie_source(node: Mapping[str, Any]) -> str:
    branches = [re.escape(key) + _trie_source(node[key]) for key in sorted(node) if key]
    if not branches:
        return ""
    optional = "" in node
    source = branches[0] if len(branches) == 1 and not optional else f"(?:{'|'.join(branches)})"
    return source + "?" if optional else source


@lru_cache(maxsize=8)
def catalogue(role: Role) -> Catalogue:
    """The catalogue of a role's themes; empty for roles that have none."""
    section = _ROLE_SECTIONS.get(role)
    text = files("service.clusters").joinpath("data/themes.toml").read_text(encoding="utf-8")
    topics = {topic.id: topic.chinese for topic in read_topics()}
    themes = []
    for row in tomllib.loads(text).get(section, []) if section else []:
        terms = [word for topic in row["topics"] for word in topics.get(topic, ())] + row["terms"]
        unique = tuple(dict.fromkeys(terms))
        themes.append(Theme(row["code"], row["zh"], row["en"], row["outline"], unique, tuple(row["examples"])))
    return Catalogue(themes)
