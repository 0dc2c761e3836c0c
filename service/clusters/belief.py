"""How far a passage belongs to each theme: by its terms, by the themes' examples, and by what the store says of it.

A theme's words alone miss passages that say the same thing in everyday language. So each theme has a centre in the
space of vectors and words: its examples first, then also the passages that speak for it (two rounds). The belief in a
theme grows with the terms and with the similarity to its centre. The centres are kept with the clusters, and new text
is judged by exactly the same function.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from service.clusters.themes import Catalogue

__all__ = ["Sliced", "ThemeModel", "blend", "blocks", "learn_themes"]

DENSE_SHARE = 0.7  # of the vectors in the space of the centres; the rest is words
EXAMPLE_WEIGHT = 6.0  # strength of full similarity to a theme's examples
CENTRE_WEIGHT = 6.0  # strength of full similarity to a theme's centre
EXAMPLE_COUNT = 3.0  # passages that the examples of a theme stand for in its centre
ROUNDS = 2
ROWS_AT_ONCE = 50_000


class Sliced(Protocol):
    """An array, or what gives rows of one slice by slice."""

    def __getitem__(self, part: slice, /) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class ThemeModel:
    """The themes of one role as they were learnt in one store.

    examples: (themes, d) float32, centred unit vectors of the themes' examples, all zero where no encoder was given.
    centres: (themes, d + words) float32, unit rows or zero.
    """

    catalogue: Catalogue
    examples: NDArray[np.float32]
    centres: NDArray[np.float32]

    def belief(
        self, strengths: NDArray[np.float32], dense: NDArray[np.float32], words: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Shares of belief in each theme, shape (n, themes); a row sums to 1 less the share of "none of these".

        strengths: (n, themes), of `Catalogue.strengths`. dense: (n, d) centred unit rows. words: (n, words) unit rows.
        """
        raised = _raised(strengths, dense, self.examples)
        centred = _likeness(blend(dense, words), self.centres)
        return self.catalogue.posterior(raised + np.float32(CENTRE_WEIGHT) * centred)


def blend(dense: NDArray[np.float32], words: NDArray[np.float32]) -> NDArray[np.float32]:
    """The space of the centres: vectors and projected words side by side, rows of length at most 1."""
    joined = np.hstack([dense * np.sqrt(DENSE_SHARE), words * np.sqrt(1 - DENSE_SHARE)])
    return np.asarray(joined, dtype=np.float32)


def learn_themes(
    catalogue: Catalogue,
    examples: NDArray[np.float32],
    strengths: NDArray[np.float32],
    dense: Sliced,
    words: NDArray[np.float32],
) -> ThemeModel:
    """Learn the themes' centres from passages; arguments as in `ThemeModel`. Time O(n · themes · d).

    Passages are looked at in blocks, so that memory does not grow with their number.
    """
    prior = EXAMPLE_COUNT * blend(examples, np.zeros((len(examples), words.shape[1]), np.float32))
    centres = np.zeros((len(catalogue), prior.shape[1]), np.float32)
    for number in range(ROUNDS):
        total = np.zeros(prior.shape, np.float64)
        for part in blocks(len(strengths)):
            near = dense[part]
            space = blend(near, words[part])
            now = _raised(strengths[part], near, examples)
            if number:
                now = now + np.float32(CENTRE_WEIGHT) * _likeness(space, centres)
            total += catalogue.posterior(now).T.astype(np.float64) @ space.astype(np.float64)
        total += prior
        lengths = np.linalg.norm(total, axis=1, keepdims=True)
        centres = (total / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return ThemeModel(catalogue, examples, centres)


def blocks(rows: int) -> Iterator[slice]:
    """The rows in slices of a fixed size, whatever the machine: sums over them are the same everywhere."""
    for begin in range(0, rows, ROWS_AT_ONCE):
        yield slice(begin, begin + ROWS_AT_ONCE)


def _likeness(space: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.maximum(np.round(space @ centres.T, 5), 0).astype(np.float32)


def _raised(
    strengths: NDArray[np.float32], dense: NDArray[np.float32], examples: NDArray[np.float32]
) -> NDArray[np.float32]:
    raised = strengths + EXAMPLE_WEIGHT * np.maximum(np.round(dense @ examples.T, 5), 0)
    return np.asarray(raised, dtype=np.float32)
