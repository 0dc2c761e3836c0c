"""Near copies of passages: candidates by words and vectors for some, by MinHash for all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from service.similar.alignment import EDITED, Outline, outline, shared_wording, wording
from service.similar.fused import PASSAGE_MIX
from service.similar.results import COPY_DENSE, COPY_LEXICAL
from service.similar.stock import stock_spans
from service.similar.view import Probe, view_of

if TYPE_CHECKING:
    from embed.index.generation import Generation

__all__ = ["copies_of", "near_copy_pairs"]

LOOKED_AT = 60  # passages with the most rare words in common that are laid beside each one
POSTINGS = 30_000
SHINGLE = 4  # characters of a shingle
HASHES = 96  # MinHash values of a passage
BAND = 2  # values that must agree for two passages to be laid side by side; 48 bands
CROWD = 64  # passages of one band beyond which each is compared with the first ones only
_FIRST = 4
_SEED = 20240229
_BATCH = 1024  # passages hashed together


def copies_of(generation: Generation, rows: Sequence[int], within: NDArray[np.int32]) -> list[list[tuple[int, float]]]:
    """For each row, the rows `within` that share most of their wording with it, and how much; most shared first.

    A row's own report is left out.
    """
    view = view_of(generation)
    report = generation.passages.report
    found = []
    near = generation.search(np.asarray(generation.vectors[list(rows)]), LOOKED_AT // 2, within=within).rows
    for place, row in enumerate(rows):
        words, topics = view.bags_of_row(row)
        probe = Probe(np.array(generation.vectors[row]), words, topics, PASSAGE_MIX)
        by_words = view.by_terms(probe, within, LOOKED_AT, postings=POSTINGS)
        others = np.unique(np.concatenate([by_words, near[place][near[place] >= 0]])).astype(np.int32)
        others = others[report[others] != report[row]]
        parts = view.parts(probe, others)
        likely = others[(parts.lexical >= COPY_LEXICAL) & (parts.dense >= COPY_DENSE)]
        mine = wording(generation.text_of(row))
        shared = [(int(o), shared_wording(mine, wording(generation.text_of(int(o))))) for o in likely]
        found.append(sorted((pair for pair in shared if pair[1] >= EDITED), key=lambda pair: (-pair[1], pair[0])))
    return found


def near_copy_pairs(generation: Generation, rows: NDArray[np.int32]) -> list[tuple[int, int, float]]:
    """Pairs (a, b, wording shared) of rows of two reports that are near copies, a < b, in order.

    Passages are laid side by side when two of their MinHash values agree in a band (Broder 1997,
    doi 10.1109/SEQUEN.1997.666900), so the time is nearly linear in the number of passages. Two passages that share a
    third of their shingles are found with a probability of 0.99. Where more than CROWD passages agree, each is
    compared with the first ones only: enough to keep a family together, not to list its every pair.
    """
    outlines = [outline.__wrapped__(generation.text_of(int(row))) for row in rows]
    report = generation.passages.report[rows]
    pairs: set[int] = set()
    for crowd in _crowds(_signatures(outlines)):
        firsts = crowd if len(crowd) <= CROWD else crowd[:_FIRST]
        for i, a in enumerate(firsts):
            for b in crowd[i + 1 :]:
                if report[a] != report[b]:
                    pairs.add(int(min(a, b)) * len(rows) + int(max(a, b)))
    found = []
    for pair in sorted(pairs):
        a, b = divmod(pair, len(rows))
        shared = shared_wording(outlines[a], outlines[b])
        if shared >= EDITED:
            found.append((int(rows[a]), int(rows[b]), shared))
    return found


def _signatures(outlines: Sequence[Outline]) -> NDArray[np.uint32]:
    """MinHash values, shape (len(outlines), HASHES); the highest value throughout for a text without shingles."""
    generator = np.random.default_rng(_SEED)
    factors = generator.integers(1, 1 << 63, size=HASHES, dtype=np.uint64) | np.uint64(1)
    signatures = np.full((len(outlines), HASHES), np.iinfo(np.uint32).max, dtype=np.uint32)
    for begin in range(0, len(outlines), _BATCH):
        hashes = [_shingles(one) for one in outlines[begin : begin + _BATCH]]
        full = [i for i, h in enumerate(hashes) if len(h)]
        if not full:
            continue
        flat = np.concatenate([hashes[i] for i in full])
        starts = np.cumsum([0, *(len(hashes[i]) for i in full[:-1])])
        for j, factor in enumerate(factors):
            mixed = (flat * factor) >> np.uint64(32)
            signatures[begin + np.array(full), j] = np.minimum.reduceat(mixed, starts).astype(np.uint32)
    return signatures


def _shingles(one: Outline) -> NDArray[np.uint64]:
    """Hashes of the runs of SHINGLE symbols of a text, those inside the genre's formulae left out."""
    codes = np.frombuffer(one.symbols.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    if len(codes) < SHINGLE:
        return np.empty(0, np.uint64)
    count = len(codes) - SHINGLE + 1
    mixed = np.zeros(count, np.uint64)
    for i in range(SHINGLE):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + codes[i : i + count]
    mixed ^= mixed >> np.uint64(29)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(32)
    stock = stock_spans(one.text)
    if stock:
        starts = np.array(one.starts[:count])
        for begin, end in stock:
            mixed = mixed[(starts < begin) | (starts >= end)]
            starts = starts[(starts < begin) | (starts >= end)]
    return mixed


def _crowds(signatures: NDArray[np.uint32]) -> Iterator[NDArray[np.int64]]:
    """Places of passages that agree in a band, two or more, ascending."""
    empty = signatures[:, 0] == np.iinfo(np.uint32).max
    for band in range(0, HASHES, BAND):
        keys = (signatures[:, band].astype(np.uint64) << np.uint64(32)) | signatures[:, band + 1].astype(np.uint64)
        order = np.argsort(keys, kind="stable")
        order = order[~empty[order]]
        ordered = keys[order]
        if not len(order):
            continue
        edges = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1], [True]]))
        for begin, end in pairwise(edges.tolist()):
            if end - begin > 1:
                yield order[begin:end]
