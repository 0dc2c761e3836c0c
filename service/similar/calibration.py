"""Scores that a person can read: what share of unrelated pairs reaches a similarity, as a number from 0 to 100."""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from service.similar.fused import similarities

if TYPE_CHECKING:
    from embed.index.generation import Generation

__all__ = ["ANSWER_WORDS", "WORDS", "Calibration", "of_pairs", "of_scores"]

SAMPLE = 400  # passages on either side of the unrelated pairs
RELATED = 0.6  # fused similarity from which two passages are copies, or nearly: no unrelated pair
FEWEST = 200  # pairs below which a store says too little about itself
_LEVELS = (0.0, 10.0, 30.0, 50.0, 65.0, 100.0)
_QUANTILES = (0.5, 0.9, 0.99, 0.999)
# Similarities of unrelated pairs (median, one in ten, in a hundred, in a thousand) where the store has too few.
_TYPICAL = (0.02, 0.10, 0.25, 0.36)

# From this score on: the word in Chinese and in English, for passages and for answers to questions.
WORDS = (
    (90.0, "几乎相同", "nearly the same"),
    (75.0, "高度相似", "highly similar"),
    (65.0, "相似", "similar"),
    (50.0, "相关", "related"),
    (0.0, "关联较弱", "loosely related"),
)
ANSWER_WORDS = (
    (75.0, "高度相关", "highly relevant"),
    (60.0, "相关", "relevant"),
    (45.0, "可能相关", "possibly relevant"),
    (0.0, "关联较弱", "loosely related"),
)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Anchors from fused similarity to score, both ascending.

    10 is the median of unrelated pairs; one unrelated pair in ten reaches 30, one in a hundred 50, one in a thousand
    65; 100 is a passage's similarity with itself.
    """

    similarities: tuple[float, ...]
    scores: tuple[float, ...] = _LEVELS
    words: tuple[tuple[float, str, str], ...] = WORDS

    def score(self, similarity: float) -> float:
        """0 … 100, one decimal."""
        return round(float(np.interp(similarity, self.similarities, self.scores)), 1)

    def word(self, score: float) -> tuple[str, str]:
        """The word for a score, in Chinese and in English."""
        return next((zh, en) for floor, zh, en in self.words if score >= floor)


def _through(
    levels: tuple[float, ...] | NDArray[np.float64], words: tuple[tuple[float, str, str], ...] = WORDS
) -> Calibration:
    anchors = np.maximum.accumulate([float(x) for x in levels])
    anchors = anchors + np.arange(len(anchors)) * 1e-6  # strictly ascending where quantiles coincide
    below = float(anchors[0]) - max(0.1, float(anchors[1] - anchors[0]))
    top = max(1.0, float(anchors[-1]) + 0.02)
    return Calibration((below, *map(float, anchors), top), words=words)


_known: weakref.WeakKeyDictionary[Generation, Calibration] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def of_pairs(generation: Generation) -> Calibration:
    """The calibration for passages asked with passages: pairs of two reports, evenly drawn from the whole store."""
    with _lock:
        known = _known.get(generation)
        if known is None:
            known = _known[generation] = _measure(generation)
        return known


def _measure(generation: Generation) -> Calibration:
    rows = generation.rows()
    left = rows[np.unique(np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows))).astype(int))] if len(rows) else rows
    right = left
    if len(rows) > 2 * SAMPLE:
        right = rows[np.unique(np.linspace(1, len(rows) - 2, SAMPLE).astype(int))]
    if not len(left):
        return _through(_TYPICAL)
    values = similarities(generation, left, right)
    report = generation.passages.report
    unrelated = values[(report[left][:, None] != report[right][None, :]) & (values < RELATED)]
    if len(unrelated) < FEWEST:
        return _through(_TYPICAL)
    return _through(np.quantile(unrelated.astype(np.float64), _QUANTILES))


def of_scores(values: NDArray[np.float64]) -> Calibration:
    """The calibration for a question: against its own similarity with all that it was compared with.

    Most passages have nothing to do with a question, so the lower half tells what chance gives: median and spread,
    with the upper levels at 1.3, 2.3 and 3.1 spreads above the median (a normal tail); 100 would be a passage that
    consists of nothing but the question.
    """
    if len(values) < 2:
        return _through(_TYPICAL, ANSWER_WORDS)
    median = float(np.median(values))
    spread = max(float(median - np.quantile(values, 0.16)), 0.02)
    return _through(tuple(median + spread * z for z in (0.0, 1.28, 2.33, 3.09)), ANSWER_WORDS)
