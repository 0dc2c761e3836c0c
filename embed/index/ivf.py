"""Building the index of large stores: cells by k-means, codes of every vector, plans by measured recall."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embed.index.cells import CELLS_FILE, IvfIndex, load_faiss
from embed.index.files import disk_errors, settle_file
from embed.index.manifest import IndexSettings
from embed.index.plans import DEPTHS, QUERIES, TARGET, measured_plans
from embed.index.rabitq import encode, fits
from embed.index.scattered import ScatteredRows

__all__ = ["EXACT_UP_TO", "TARGET", "build_ivf", "cells_for"]

EXACT_UP_TO = 20_000  # passages; below, a scan of everything is quick enough
_CODE_BITS = 2  # for each number of a vector
_PER_CELL = 40  # training vectors for each cell
_ROUNDS = 5
_SEED = 20
_BLOCK = 1 << 15
_PART = 1 << 10  # rows that are coded together: they stay in the processor's cache
_TRIED = 256  # vectors on which the layout of codes is held against FAISS


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
    cell_of = _filled(index, vectors)
    path = folder / CELLS_FILE
    with disk_errors(path):
        load_faiss().write_index(index, str(path))
        settle_file(path)
    del index
    opened = IvfIndex(folder, IndexSettings(kind="ivf", lists=cells))
    plans = measured_plans(opened, vectors, roles, cell_of)
    return IndexSettings(
        kind="ivf",
        lists=cells,
        recall=min(p.recall for p in plans if p.depth == DEPTHS[0]),
        measured_on=QUERIES,
        plans=tuple(plans),
    )


def _trained(vectors: ScatteredRows, cells: int) -> Any:  # noqa: ANN401 - faiss has no types
    faiss = load_faiss()
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


def _filled(index: Any, vectors: ScatteredRows) -> NDArray[np.int32]:  # noqa: ANN401 - faiss has no types
    """Put every vector into its cell; shape (rows,) int32: which one that is."""
    centres = index.quantizer.reconstruct_n(0, index.nlist)
    cell_of = np.empty(len(vectors), dtype=np.int32)
    numbers = np.arange(index.nlist, dtype="<u8").view(np.uint8).reshape(index.nlist, 8)[:, : index.coarse_code_size()]
    known = _layout_known(index, vectors, centres)
    with ThreadPoolExecutor(load_faiss().omp_get_max_threads()) as pool:
        for begin in range(0, len(vectors), _BLOCK):
            block = vectors.block(begin, begin + _BLOCK)
            mine = index.quantizer.search(block, 1)[1][:, 0]
            cell_of[begin : begin + len(block)] = mine
            if not known:
                index.add(block)
                continue
            parts = [slice(at, at + _PART) for at in range(0, len(block), _PART)]
            codes = pool.map(lambda part, b=block, c=mine: encode(b[part], centres[c[part]]), parts)
            index.add_sa_codes(np.concatenate([numbers[mine], np.concatenate(list(codes))], axis=1))
    return cell_of


def _layout_known(index: Any, vectors: ScatteredRows, centres: NDArray[np.float32]) -> bool:  # noqa: ANN401
    """Whether this FAISS lays codes out as `rabitq.encode` does; another one codes for itself."""
    sample = vectors.take(np.linspace(0, len(vectors) - 1, _TRIED).astype(np.int64))
    mine = index.quantizer.search(sample, 1)[1][:, 0]
    theirs = index.sa_encode(sample)[:, index.coarse_code_size() :]
    return fits(theirs, sample, centres[mine])
