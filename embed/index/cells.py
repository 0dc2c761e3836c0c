"""The index of large stores, opened: cells of two-bit codes, a second look at the stored vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import StoreCorrupt
from embed.index.manifest import IndexSettings, Plan
from embed.index.neighbours import Neighbours, best_rows
from embed.index.scattered import ScatteredRows
from embed.index.search import rescore

__all__ = ["CELLS_FILE", "IvfIndex", "load_faiss"]

CELLS_FILE = "cells.faiss"
_SECOND_LOOK = 5  # candidates for each result, and fifty more, that are compared by their full vectors
_QUERY_BITS = 6  # of a query's numbers while codes are compared; eight find nothing more and take a tenth longer
_TOGETHER = 64  # queries whose candidates are read together, each row once


def load_faiss() -> Any:  # noqa: ANN401 - its types say less than its documentation
    """FAISS, imported when first used."""
    import faiss

    return faiss


class IvfIndex:
    """The open cell index, memory-mapped. Safe to share between threads."""

    def __init__(self, folder: Path, settings: IndexSettings) -> None:
        faiss = load_faiss()
        self.settings = settings
        path = folder / CELLS_FILE
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

    def nearest_cells(self, queries: NDArray[np.float32]) -> NDArray[np.int64]:
        """Shape (q, lists): all cells, the one that is looked into first at the front."""
        order: NDArray[np.int64] = self._index.quantizer.search(queries, self.settings.lists)[1]
        return order

    def look(
        self, queries: NDArray[np.float32], k: int, probes: int, bits: NDArray[np.uint8] | None
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The k nearest rows of the cells nearest to each query, and their scores; −1 where there are fewer."""
        faiss = load_faiss()
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
