"""Names and descriptions of clusters, from the passages' own headings and sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Phrase", "central_sentence", "distinguishing_terms", "heading_phrases", "name_from"]

TERMS = 8
SHORTEST_PHRASE, LONGEST_PHRASE = 4, 22
LONGEST_SENTENCE = 90
_BREAK = re.compile(r"[，。；：、！？,;:!?\s“”\"《》（）()【】\[\]—…]+")
_SENTENCE = re.compile(r"[^。；！？;!?\n]+")
_ORDINAL = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}(?:是|要|、|，)|第[一二三四五六七八九十]{1,3}[，、]|首先|其次|最后)[，、]?"
)
_YEARS = re.compile(r"(?:19|20)\d{2}年?度?|[一二三四五六七八九十]五(?:期间|时期)")
_EMPTY = re.compile(
    r"^(?:主要)?(?:工作)?(?:举措|做法|措施|成效|情况|问题|不足|打算|安排|计划|原因|开展情况|基本情况|存在的?问题|下一步.*)+$"
)


# What a clause begins with when it goes on from the one before, and what it ends with when it goes on in the next.
_LEAD = re.compile(
    r"^(?:另?一方面|主要(?:是|在于)|由于|因为|在于|从而|以及|同时|但是?|仍然?|尚|也|还|又|而|是|的|了|和|与|及|等|地)+"
)
_OPEN_ENDS = ("的", "了", "和", "与", "及", "等", "外", "后", "时", "中", "下", "是", "以", "对", "在", "为")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase with how many members and how many reports have it above them."""

    text: str
    members: int
    reports: int


def distinguishing_terms(
    weights: csr_matrix, labels: NDArray[np.int32], clusters: int, vocabulary: Sequence[str]
) -> list[tuple[str, ...]]:
    """For each cluster its words by mean weight less the mean over all passages, strongest first, at most `TERMS`.

    weights: (n, vocabulary) BM25 rows; labels: (n,) cluster or −1. Words of one character and numbers are left out.
    """
    from scipy.sparse import csr_matrix as sparse

    inside = np.flatnonzero(labels >= 0)
    sizes = np.bincount(labels[inside], minlength=clusters).astype(np.float32)
    indicator = sparse(
        (1 / sizes[labels[inside]], (labels[inside], inside)), shape=(clusters, weights.shape[0]), dtype=np.float32
    )
    means = (indicator @ weights).tocsr()
    overall = np.asarray(weights.mean(axis=0)).ravel()
    result = []
    for row in range(clusters):
        begin, end = means.indptr[row], means.indptr[row + 1]
        columns, values = means.indices[begin:end], means.data[begin:end]
        lift = np.round(values - overall[columns], 6)
        order = np.lexsort((columns, -lift))
        words = (vocabulary[columns[k]] for k in order if lift[k] > 0)
        chosen: list[str] = []
        for word in words:
            if len(word) >= 2 and not word.startswith("@"):
                chosen.append(word)
                if len(chosen) == TERMS:
                    break
        result.append(tuple(chosen))
    return result


def heading_phrases(headings: Sequence[tuple[str, int]]) -> list[Phrase]:
    """Phrases of the members' own headings, most reports first. `headings`: (heading, report row) of each member."""
    members: Counter[str] = Counter()
    reports: dict[str, set[int]] = {}
    for heading, report in headings:
        for phrase in dict.fromkeys(phrases_of(heading)):
            members[phrase] += 1
            reports.setdefault(phrase, set()).add(report)
    found = [Phrase(text, count, len(reports[text])) for text, count in members.items()]
    return sorted(found, key=lambda p: (-p.reports, -p.members, len(p.text), p.text))


def phrases_of(text: str) -> list[str]:
    """Pieces of a heading or sentence between marks, of a length that can be a name."""
    pieces = (_LEAD.sub("", _ORDINAL.sub("", _YEARS.sub("", piece))) for piece in _BREAK.split(text))
    return [p for p in pieces if _fits(p)]


def _fits(phrase: str) -> bool:
    if not SHORTEST_PHRASE <= len(phrase) <= LONGEST_PHRASE or phrase.endswith(_OPEN_ENDS):
        return False
    return not _EMPTY.match(phrase)


def name_from(terms: Sequence[str], phrases: Sequence[Phrase], texts: Sequence[str]) -> str:
    """The phrase that holds most of the distinguishing terms, headings before texts.

    Where none holds any, the first phrase of the most central text; the terms where no phrase fits at all.
    """
    rank = {term: 1 / (1 + place) for place, term in enumerate(terms)}
    candidates: dict[str, float] = {}
    for phrase in phrases:
        candidates[phrase.text] = 1.0 + 0.25 * min(phrase.reports, 8)
    for text in texts:
        for piece in phrases_of(text):
            candidates.setdefault(piece, 0.6)
    best, best_score = "", 0.0
    for text, prior in sorted(candidates.items()):
        held = sum(weight for term, weight in rank.items() if term in text)
        score = round(held * prior / (1 + 0.03 * len(text)), 6)
        if score > best_score:
            best, best_score = text, score
    first = next((piece for text in texts for piece in phrases_of(text)), "")
    return best or first or "、".join(terms[:3]) or "未命名"


def central_sentence(text: str, terms: Sequence[str]) -> str:
    """The sentence of a passage that holds most of the terms, shortened at a comma to `LONGEST_SENTENCE` characters."""
    sentences = [s.strip() for s in _SENTENCE.findall(text) if len(s.strip()) >= 6] or [text.strip()]
    best = max(sentences, key=lambda s: (sum(term in s for term in terms), -sentences.index(s)))
    best = _ORDINAL.sub("", best)
    if len(best) <= LONGEST_SENTENCE:
        return best
    cut = max(best.rfind("，", 0, LONGEST_SENTENCE), best.rfind(",", 0, LONGEST_SENTENCE))
    return best[: cut if cut >= 20 else LONGEST_SENTENCE] + "……"
