"""The index of large stores: cells of two-bit codes, a second look at the stored vectors; built to a measured recall.

The codes are RaBitQ (Gao and Long 2024, doi 10.1145/3654970), two bits for each number of a vector.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import StoreCorrupt
from embed.index.files import disk_errors, settle_file
from embed.index.manifest import IndexSettings, Plan
from embed.index.neighbours import Neighbours, best_rows
from embed.index.scattered import ScatteredRows
from embed.index.search import rescore

__all__ = ["EXACT_UP_TO", "IvfIndex", "build_ivf"]

EXACT_UP_TO = 20_000  # passages; below, a scan of everything is quick enough
NAME = "cells.faiss"
TARGET = 0.99  # recall@k that every plan holds
_AIM_RARE = 0.999  # the same for filters that keep less than _WIDE, whose rows lie less evenly
_WIDE = 0.2
_AIM = 0.995  # what plans are chosen for, so that other queries still hold the target
_DEPTHS = (10, 100)
_SHARES = (1.0, 0.5, 0.2, 0.1, 0.01)
_QUERIES = 128
_CODE_BITS = 2  # for each number of a vector
_SECOND_LOOK = 5  # candidates for each result, and fifty more, that are compared by their full vectors
_QUERY_BITS = 6  # of a query's numbers while codes are compared; eight find nothing more and take a tenth longer
_TOGETHER = 64  # queries whose candidates are read together, each row once
_FEWEST = 8  # probes that are tried first
_PER_CELL = 40  # training vectors for each cell
_ROUNDS = 8
_SEED = 20
_BLOCK = 1 << 16
_SAME = 2e-6  # scores this close are equal: single precision


def _faiss() -> Any:  # noqa: ANN401 - its types say less than its documentation
    import faiss

    return faiss


def cells_for(rows: int) -> int:
    """How many cells: a power of two near two times the square root of the rows."""
    return 1 << int(np.clip(round(np.log2(2 * np.sqrt(rows))), 6, 16))


def build_ivf(folder: Path, roles: NDArray[np.int8]) -> IndexSettings:
    """Build the cell index of `vectors.npy` in the folder, beside it; return its settings with the measured recall.

    The cells are trained on a sample, always the same one for the same vectors. Time: O(rows × cells × d).
    """
    vectors = ScatteredRows(folder / "vectors.npy")  # read, not mapped: the process does not grow to their size
    cells = cells_for(len(vectors))
    index = _trained(vectors, cells)
    faiss = _faiss()
    for begin in range(0, len(vectors), _BLOCK):
        index.add(vectors.block(begin, begin + _BLOCK))
    path = folder / NAME
    with disk_errors(path):
        faiss.write_index(index, str(path))
        settle_file(path)
    opened = IvfIndex(folder, IndexSettings(kind="ivf", lists=cells))
    plans = _measure(opened, vectors, roles)
    return IndexSettings(
        kind="ivf",
        lists=cells,
        recall=min(p.recall for p in plans if p.depth == _DEPTHS[0]),
        measured_on=_QUERIES,
        plans=tuple(plans),
    )


def _trained(vectors: ScatteredRows, cells: int) -> Any:  # noqa: ANN401 - faiss has no types
    faiss = _faiss()
    dimension = vectors.shape[1]
    chosen = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), cells * _PER_CELL)).astype(np.int64))
    sample = vectors.take(chosen)
    means = faiss.Kmeans(
        dimension,
        cells,
        niter=_ROUNDS,
        spherical=True,
        seed=_SEED,
        min_points_per_centroid=1,
        max_points_per_centroid=_PER_CELL,
    )
    means.train(sample)
    quantizer = faiss.IndexFlatIP(dimension)
    quantizer.add(means.centroids)
    index = faiss.IndexIVFRaBitQ(quantizer, dimension, cells, faiss.METRIC_INNER_PRODUCT, True, _CODE_BITS)
    index.train(sample)
    return index


class IvfIndex:
    """The open cell index, memory-mapped. Safe to share between threads."""

    def __init__(self, folder: Path, settings: IndexSettings) -> None:
        faiss = _faiss()
        self.settings = settings
        path = folder / NAME
        try:
            self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
        except RuntimeError as error:
            raise StoreCorrupt(f"{path} is damaged: {str(error)[-200:]}.", hint="Run `bijian store verify`.") from error
        self.vectors = ScatteredRows(folder / "vectors.npy")

    def plan(self, share: float, k: int) -> Plan:
        """The measured plan for a filter that keeps this share of the rows, and for k results."""
        fitting = [p for p in self.settings.plans if p.share <= share and p.depth >= k]
        if fitting:
            return max(fitting, key=lambda p: (p.share, -p.depth))
        deepest = max(self.settings.plans, key=lambda p: (p.probes, p.depth))
        more = max(1.0, k / deepest.depth)
        return Plan(share, k, min(self.settings.lists, int(deepest.probes * more)), deepest.recall)

    def search(self, queries: NDArray[np.float32], k: int, *, bits: NDArray[np.uint8] | None, kept: int) -> Neighbours:
        """The k nearest rows among those whose bit is set (least significant first; None: all rows).

        kept: how many rows the bits keep. Where cells looked into hold fewer than k of them, more cells are.
        """
        plan = self.plan(kept / max(1, self._index.ntotal), k)
        wanted = min(k, kept)
        rows, scores = self.look(queries, k, plan.probes, bits)
        probes = plan.probes
        while probes < self.settings.lists and (short := (rows[:, :wanted] < 0).any(axis=1)).any():
            probes = min(self.settings.lists, probes * 8)
            rows[short], scores[short] = self.look(queries[short], k, probes, bits)
        return Neighbours(rows, scores, exact=False, recall=plan.recall)

    def look(
        self, queries: NDArray[np.float32], k: int, probes: int, bits: NDArray[np.uint8] | None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The k nearest rows of the cells nearest to each query, and their scores; −1 where there are fewer."""
        faiss = _faiss()
        selector = None if bits is None else faiss.IDSelectorBitmap(bits)
        options = faiss.IVFRaBitQSearchParameters(nprobe=probes, sel=selector)
        options.qb = _QUERY_BITS
        _, candidates = self._index.search(queries, _SECOND_LOOK * k + 50, params=options)
        found = np.full((len(queries), k), -1, dtype=np.int32)
        scores = np.full((len(queries), k), -np.inf, dtype=np.float32)
        for begin in range(0, len(queries), _TOGETHER):
            block = [np.sort(row[row >= 0]) for row in candidates[begin : begin + _TOGETHER]]
            together = np.unique(np.concatenate(block)) if len(block) > 1 else block[0]
            vectors = self.vectors.take(together)
            for i, mine in enumerate(block, start=begin):
                values = rescore(queries[i], vectors[np.searchsorted(together, mine)] if len(block) > 1 else vectors)
                best = best_rows(mine, values, k)
                found[i, : len(best)] = mine[best]
                scores[i, : len(best)] = values[best]
        return found, scores


def _measure(index: IvfIndex, vectors: ScatteredRows, roles: NDArray[np.int8]) -> list[Plan]:
    """For every share and depth the fewest probes that hold the recall, on rows of the store itself as queries.

    Each share is tried on random rows, and at ten results also on the rows of each role, which lie together. Rarer
    rows need no fewer probes than common ones, so each share starts where the wider one ended.
    """
    rows = np.unique(np.linspace(0, len(vectors) - 1, _QUERIES).astype(np.int64))
    queries = vectors.take(rows)
    chance = np.random.default_rng(_SEED)
    draw = chance.random(len(vectors))
    masks: dict[tuple[float, int], NDArray[np.bool_]] = {(share, -1): draw < share for share in _SHARES}
    for role in np.unique(roles):
        share = float((roles == role).mean())
        masks[max((s for s in _SHARES if s <= share), default=_SHARES[-1]), int(role)] = roles == role
    truth = _brute_force(vectors, queries, list(masks.values()))
    plans: list[Plan] = []
    probes = _FEWEST
    for share in _SHARES:
        tried = [(mask, truth[n]) for n, ((s, _), mask) in enumerate(masks.items()) if s == share]
        plans.append(_fewest(index, queries, tried, share, _DEPTHS[0], probes))
        probes = plans[-1].probes
        plans.append(_fewest(index, queries, tried[:1], share, _DEPTHS[1], probes))
    return plans


def _fewest(
    index: IvfIndex,
    queries: NDArray[np.float32],
    tried: list[tuple[NDArray[np.bool_], NDArray[np.float32]]],
    share: float,
    depth: int,
    probes: int,
) -> Plan:
    """The fewest probes from `probes` on, a quarter more each time, for which every mask's recall is what is aimed at.

    More probes never find less, so the place is found by halving.
    """
    lists, aim = index.settings.lists, _AIM if share >= _WIDE else _AIM_RARE
    ladder = [min(probes, lists)]
    while ladder[-1] < lists:
        ladder.append(min(lists, ladder[-1] + max(1, ladder[-1] // 4)))

    def lowest(count: int) -> float:
        recall = 1.0
        for mask, truth in tried:
            recall = min(recall, _recall(index, queries, mask, truth, count, depth))
            if recall < aim and count < lists:
                break  # the other masks cannot make up for it
        return recall

    measured: dict[int, float] = {}
    low, high = 0, len(ladder) - 1
    while low < high:
        middle = (low + high) // 2
        measured[middle] = lowest(ladder[middle])
        low, high = (low, middle) if measured[middle] >= aim else (middle + 1, high)
    recall = measured[low] if low in measured else lowest(ladder[low])
    return Plan(share, depth, ladder[low], round(recall, 5))


def _recall(
    index: IvfIndex,
    queries: NDArray[np.float32],
    mask: NDArray[np.bool_],
    truth: NDArray[np.float32],
    probes: int,
    depth: int,
) -> float:
    """The mean share of `depth` rows that were found with a score as good as the true last one's.

    One row more is looked for, since each query finds itself.
    """
    bits = np.packbits(mask, bitorder="little")
    _, scores = index.look(queries, depth + 1, probes, bits)
    floor = truth[:, depth : depth + 1]
    there = np.isfinite(truth[:, : depth + 1]).sum(axis=1)
    right = (np.isfinite(scores) & (scores >= floor - _SAME)).sum(axis=1)
    return float(np.mean(np.minimum(right, there) / np.maximum(there, 1)))


def _brute_force(
    vectors: ScatteredRows, queries: NDArray[np.float32], masks: list[NDArray[np.bool_]]
) -> list[NDArray[np.float32]]:
    """For each mask the highest scores of each query, descending, −inf where there are fewer."""
    k = max(_DEPTHS) + 1
    scores = [np.full((len(queries), k), -np.inf, dtype=np.float32) for _ in masks]
    for begin in range(0, len(vectors), _BLOCK):
        products = queries @ vectors.block(begin, begin + _BLOCK).T
        for n, mask in enumerate(masks):
            part = np.concatenate([scores[n], products[:, mask[begin : begin + _BLOCK]]], axis=1)
            scores[n] = -np.sort(-np.partition(part, part.shape[1] - k, axis=1)[:, -k:], axis=1)
    return scores
