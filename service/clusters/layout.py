"""A flat map of passages: clusters near the clusters they resemble, members around their centre. Deterministic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from service.clusters.neighbours import steady_blas

__all__ = ["flat_map"]

MOST_PLACED = 250  # clusters that are placed by stress; smaller ones lie where their centres project
ROUNDS = 120
GOLDEN = np.pi * (3 - np.sqrt(5))


def flat_map(
    points: NDArray[np.float32], label: NDArray[np.int32], nearest: NDArray[np.int32], means: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Positions in [0, 1]², shape (n, 2) float32.

    label: cluster of each point, −1 for none; nearest: the cluster that a point without one comes nearest to, −1 for
    none. Clusters' positions minimise the stress of their mutual distances (SMACOF, de Leeuw 1977) from a principal
    component start; members lie around their cluster on a spiral, the most central first.
    """
    if not len(points):
        return np.empty((0, 2), np.float32)
    with steady_blas():
        places = _places(means)
    count = len(means)
    sizes = np.bincount(label[label >= 0], minlength=count)
    home = np.where(label >= 0, label, nearest)
    inside = np.flatnonzero(label >= 0)
    rank = np.zeros(len(points))
    closeness = np.zeros(len(points), np.float32)
    for begin in range(0, len(inside), 65_536):
        part = inside[begin : begin + 65_536]
        closeness[part] = np.einsum("ij,ij->i", points[part], means[label[part]])
    order = np.lexsort((np.arange(len(points)), -np.round(closeness, 5), home))
    starts = np.searchsorted(home[order], home[order], side="left")
    rank[order] = np.arange(len(points)) - starts
    spread = 0.35 / np.sqrt(max(1, count))
    radius = spread * np.sqrt((rank + 0.5) / max(1, int(sizes.max()) if count else 1))
    radius = np.where(label >= 0, radius, spread * 1.25)
    angle = rank * GOLDEN
    centre = places[np.maximum(home, 0)] if count else np.full((len(points), 2), 0.5)
    xy = centre + np.stack([np.cos(angle), np.sin(angle)], axis=1) * radius[:, None]
    low, high = xy.min(axis=0), xy.max(axis=0)
    return np.asarray(np.round((xy - low) / np.maximum(high - low, 1e-9), 4), dtype=np.float32)


def _places(means: NDArray[np.float32]) -> NDArray[np.float64]:
    """Positions of clusters by stress, in the unit square."""
    count = len(means)
    if count < 2:
        return np.full((count, 2), 0.5)
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    rows = (means / np.where(lengths > 0, lengths, 1)).astype(np.float64)
    start = _components(rows)
    placed = min(count, MOST_PLACED)
    distance = np.sqrt(np.maximum(2 - 2 * rows[:placed] @ rows[:placed].T, 0))
    x = start[:placed].copy()
    x *= distance.mean() / max(1e-9, _distances(x).mean())
    for _ in range(ROUNDS):
        now = _distances(x)
        ratio = np.where(now > 1e-9, distance / np.where(now > 1e-9, now, 1), 0)
        b = -ratio
        np.fill_diagonal(b, 0)
        np.fill_diagonal(b, -b.sum(axis=1))
        x = b @ x / placed
    result = start * (x.std() / max(1e-9, start.std()))
    result[:placed] = x
    result -= result.min(axis=0)
    return np.asarray(result / np.maximum(result.max(axis=0), 1e-9))


def _components(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = rows - rows.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    start = centred @ directions[:2].T
    if start.shape[1] < 2:
        start = np.hstack([start, np.zeros((len(start), 2 - start.shape[1]))])
    signs = np.sign(start[np.abs(start).argmax(axis=0), np.arange(2)])  # a component's sign is free: fix it
    jitter = 1e-6 * np.stack([np.cos(np.arange(len(rows))), np.sin(np.arange(len(rows)))], axis=1)
    return np.asarray(start * np.where(signs == 0, 1, signs) + jitter)


def _distances(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.hypot(x[:, None, 0] - x[None, :, 0], x[:, None, 1] - x[None, :, 1]))
