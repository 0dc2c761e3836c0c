"""A map of passages: two directions of the vectors, the same for the same store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embed.index import Filter
from embed.structure.report import Role

if TYPE_CHECKING:
    from embed.index import Generation

__all__ = ["Point", "PointMap", "map_of"]

MOST_POINTS = 800
WIDTH, HEIGHT, MARGIN = 1000, 640, 24
LONGEST = 90  # characters of a passage in its tooltip


@dataclass(frozen=True, slots=True)
class Point:
    """One passage at x, y of a WIDTH × HEIGHT picture."""

    id: str
    x: float
    y: float
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class PointMap:
    """The points, and of how many passages they are a sample."""

    points: tuple[Point, ...]
    of: int
    width: int = WIDTH
    height: int = HEIGHT


def map_of(generation: Generation, role: str, regions: Sequence[str]) -> PointMap:
    """At most MOST_POINTS passages, evenly taken, spread by the two strongest directions of their vectors."""
    roles = (Role(role),) if role else tuple(r for r in Role if r is not Role.BACKGROUND)
    rows = generation.rows(Filter(roles=roles, regions=tuple(regions)))
    kept = rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_POINTS)).astype(np.int64)] if len(rows) else rows
    places = _spread(np.asarray(generation.vectors[kept], dtype=np.float64))
    return PointMap(
        tuple(
            Point(p.id, round(float(x), 1), round(float(y), 1), str(p.role), p.text[:LONGEST])
            for p, (x, y) in zip(generation.passages_at(kept), places, strict=True)
        ),
        of=len(rows),
    )


def _spread(vectors: np.ndarray) -> np.ndarray:
    if len(vectors) < 3:
        return np.array([[WIDTH / 2 + 80 * i, HEIGHT / 2] for i in range(len(vectors))]).reshape(-1, 2)
    centred = vectors - vectors.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    axes = directions[:, [-1, -2]]
    # An eigenvector's sign is arbitrary: the largest entry is made positive, so that the picture never flips.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), range(2)])
    flat = centred @ axes
    # Ranks instead of values use the whole picture: a few far points would squeeze the rest into a corner.
    ranks = flat.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / (len(flat) - 1)
    spread = 0.5 * ranks + 0.5 * (flat - flat.min(axis=0)) / np.maximum(np.ptp(flat, axis=0), 1e-9)
    result: np.ndarray = MARGIN + spread * np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    return result
