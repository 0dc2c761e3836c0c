"""The space that passages are compared in: vectors, words and themes in one point each.

The inner product of two points is their similarity: `dense_share` of the vectors' and the rest of the words', both
held back by `theme_share`, plus the agreement in themes. Words enter through a projection on ±1 directions that depend
on nothing but the word, so that old and new text, whatever the store, are projected alike.
"""

from __future__ import annotations

import hashlib
import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.structure.report import Role
from service.clusters.belief import ThemeModel, blocks, learn_themes
from service.clusters.clustering import Parameters
from service.clusters.neighbours import steady_blas
from service.clusters.themes import Catalogue, catalogue

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from embed.index import Generation
    from embed.models.encoder import Encoder

__all__ = [
    "WORD_DIRECTIONS",
    "Space",
    "example_vectors",
    "points_of",
    "project",
    "space_of",
    "themes_of",
    "word_directions",
]

WORD_DIRECTIONS = 128
FEW_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Space:
    """Passages of one role as points. Row i of every array stands for `rows[i]`, a row of the passage table.

    points: (n, d + WORD_DIRECTIONS + themes) float32; beliefs: (n, themes) float32.
    """

    rows: NDArray[np.int32]
    points: NDArray[np.float32]
    beliefs: NDArray[np.float32]
    themes: ThemeModel


def word_directions(words: Sequence[str]) -> NDArray[np.float32]:
    """A fixed direction for each word, shape (len(words), WORD_DIRECTIONS), entries ±1/√WORD_DIRECTIONS."""
    if not words:
        return np.empty((0, WORD_DIRECTIONS), np.float32)
    digests = b"".join(hashlib.blake2b(w.encode(), digest_size=WORD_DIRECTIONS // 8).digest() for w in words)
    bits = np.unpackbits(np.frombuffer(digests, np.uint8)).reshape(len(words), WORD_DIRECTIONS)
    return np.asarray((bits.astype(np.float32) * 2 - 1) / np.sqrt(WORD_DIRECTIONS), dtype=np.float32)


def project(weights: csr_matrix, directions: NDArray[np.float32]) -> NDArray[np.float32]:
    """BM25 weight rows on the words' directions, unit rows, shape (rows, WORD_DIRECTIONS)."""
    return _unit(np.asarray(weights @ directions, dtype=np.float32))


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def points_of(
    dense: NDArray[np.float32], words: NDArray[np.float32], belief: NDArray[np.float32], parameters: Parameters
) -> NDArray[np.float32]:
    """Points of passages, float32, rows of length at most 1.

    dense: (n, d) centred unit rows. words: (n, WORD_DIRECTIONS) unit rows. belief: (n, themes) shares of belief; their
    square roots enter, so that two equal certain beliefs agree fully.
    """
    themes, vectors = (parameters.theme_share if belief.shape[1] else 0.0), parameters.dense_share
    parts = [
        dense * np.sqrt((1 - themes) * vectors),
        words * np.sqrt((1 - themes) * (1 - vectors)),
        np.sqrt(belief * themes),
    ]
    return np.hstack(parts).astype(np.float32)


def themes_of(role: Role, parameters: Parameters) -> Catalogue:
    """The catalogue that takes part in a role's clustering; empty where its share is nothing."""
    return catalogue(role if parameters.theme_share > 0 else Role.BACKGROUND)


def example_vectors(themes: Catalogue, generation: Generation, encoder: Encoder | None) -> NDArray[np.float32]:
    """Mean vectors of the themes' examples, not centred, shape (themes, d); all zero without an encoder."""
    result = np.zeros((len(themes), generation.vectors.shape[1]), np.float32)
    if encoder is None or not len(themes):
        return result
    from embed.index.wording import PASSAGE_SIDE, embedding_text

    owners = [row for row, theme in enumerate(themes.themes) for _ in theme.examples]
    texts = [embedding_text(example, ()) for theme in themes.themes for example in theme.examples]
    np.add.at(result, owners, encoder.encode(texts, side=PASSAGE_SIDE))
    counts = np.bincount(owners, minlength=len(themes)).astype(np.float32)[:, None]
    return np.asarray(result / np.maximum(counts, 1), dtype=np.float32)


def space_of(
    generation: Generation,
    rows: NDArray[np.int32],
    role: Role,
    parameters: Parameters,
    examples: NDArray[np.float32],
) -> Space:
    """Points of passages of a generation.

    Memory: the points' array, 4 · (d + WORD_DIRECTIONS + themes) bytes a passage, and about a third of that.
    """
    themes = themes_of(role, parameters)
    dense, n = _Vectors(generation, rows), len(rows)
    words, strengths = _words_and_strengths(generation, rows, themes)
    points = np.empty((n, generation.vectors.shape[1] + WORD_DIRECTIONS + len(themes)), np.float32)
    beliefs = np.empty((n, len(themes)), np.float32)
    with steady_blas():
        centred = generation.centre(examples) if examples.any() else examples
        model = learn_themes(themes, centred, strengths, dense, words)
        for part in blocks(n):
            near = dense[part]
            beliefs[part] = model.belief(strengths[part], near, words[part])
            points[part] = points_of(near, words[part], beliefs[part], parameters)
    return Space(rows, points, beliefs, model)


class _Vectors:
    """The vectors of some rows, slice by slice; what was read of a mapped file is given back."""

    def __init__(self, generation: Generation, rows: NDArray[np.int32]) -> None:
        self._vectors, self._rows = generation.vectors, rows
        base: object = generation.vectors
        while isinstance(base, np.ndarray):
            base = base.base
        self._file = base if isinstance(base, mmap.mmap) else None

    def __getitem__(self, part: slice) -> NDArray[np.float32]:
        taken = np.asarray(self._vectors[self._rows[part]], dtype=np.float32)
        if self._file is not None and len(taken) > FEW_ROWS:
            self._file.madvise(mmap.MADV_DONTNEED)
        return taken


def _words_and_strengths(
    generation: Generation, rows: NDArray[np.int32], themes: Catalogue
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(projected words, how strongly each passage and its heading speak for each theme)."""
    words = np.empty((len(rows), WORD_DIRECTIONS), np.float32)
    strengths = np.empty((len(rows), len(themes)), np.float32)
    directions = word_directions(generation.lexical.vocabulary)
    for part in blocks(len(rows)):
        words[part] = project(generation.lexical.weights(rows[part]), directions)
        passages = generation.passages_at(rows[part]) if len(themes) else []
        headings = [passage.heading[-1] if passage.heading else "" for passage in passages]
        if passages:
            strengths[part] = themes.strengths_under([passage.text for passage in passages], headings)
    return words, strengths
