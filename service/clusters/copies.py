"""Copy families: passages that share long runs of words, so that copying does not look like consensus.

Passages are compared by hashes of runs of `RUN` Chinese characters (numbers, Latin letters and marks left out), of
which one in `SAMPLED` is looked at, chosen by its value (Manber 1994: the same runs are chosen in every text). Runs
that very many texts share are formulae of the genre and count for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["copy_families"]

RUN = 5
SAMPLED = 2
FORMULA = 60  # different texts with the same run from which on it is a formula
LEAST_SHARE = 0.3  # of the shorter text's sampled runs: a copy with every fifth character reworded keeps as many
LEAST_RUNS = 4
_FACTOR = np.uint64(0x9E3779B97F4A7C15)


def copy_families(texts: Sequence[str]) -> NDArray[np.int32]:
    """The family of each text, numbered from 0 in the order of first members, −1 for texts that share with no other.

    Time about O(characters · log); memory some 40 bytes a sampled run.
    """
    distinct, place = _distinct(texts)
    one, two = _pairs([texts[i] for i in distinct])
    parent = np.arange(len(distinct))
    for a, b in zip(one.tolist(), two.tolist(), strict=True):
        ra, rb = _root(parent, a), _root(parent, b)
        parent[max(ra, rb)] = min(ra, rb)
    roots = np.array([_root(parent, i) for i in range(len(distinct))], dtype=np.int64)
    family = roots[place] if len(place) else place
    sizes = np.bincount(family, minlength=len(distinct)) if len(family) else np.empty(0, np.int64)
    result = np.full(len(texts), -1, np.int32)
    number: dict[int, int] = {}
    for row, root in enumerate(family.tolist()):
        if sizes[root] > 1:
            result[row] = number.setdefault(root, len(number))
    return result


def _distinct(texts: Sequence[str]) -> tuple[list[int], NDArray[np.int64]]:
    seen: dict[str, int] = {}
    firsts: list[int] = []
    place = np.empty(len(texts), np.int64)
    for row, text in enumerate(texts):
        known = seen.get(text)
        if known is None:
            known = seen[text] = len(firsts)
            firsts.append(row)
        place[row] = known
    return firsts, place


def _root(parent: NDArray[np.int64], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = int(parent[node])
    return node


def _pairs(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of texts (the smaller number first) that share enough runs."""
    text, run = _runs(texts)
    totals = np.bincount(text, minlength=len(texts))
    order = np.lexsort((text, run))
    text, run = text[order], run[order]
    starts = np.flatnonzero(np.concatenate([[True], run[1:] != run[:-1]])) if len(run) else np.empty(0, np.int64)
    sizes = np.diff(np.append(starts, len(run)))
    left, right = [], []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= FORMULA)]):
        groups = text[starts[sizes == size][:, None] + np.arange(size)]
        i, j = np.triu_indices(int(size), 1)
        left.append(groups[:, i].ravel())
        right.append(groups[:, j].ravel())
    if not left:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    keys, shared = np.unique(np.concatenate(left) * len(texts) + np.concatenate(right), return_counts=True)
    one, two = keys // len(texts), keys % len(texts)
    enough = (shared >= LEAST_RUNS) & (shared >= LEAST_SHARE * np.minimum(totals[one], totals[two]))
    return one[enough], two[enough]


def _runs(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """(text, hash) of every sampled run, each hash once a text."""
    lengths = np.array([len(t) for t in texts], dtype=np.int64)
    characters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(len(texts), dtype=np.int64), lengths)
    han = (characters >= 0x3400) & (characters <= 0x9FFF)
    characters, owner = characters[han], owner[han]
    if len(characters) < RUN:
        return np.empty(0, np.int64), np.empty(0, np.uint64)
    size = len(characters) - RUN + 1
    hashes = np.zeros(size, np.uint64)
    for offset in range(RUN):
        hashes = (hashes ^ characters[offset : offset + size].astype(np.uint64)) * _FACTOR
        hashes ^= hashes >> np.uint64(29)
    within = owner[:size] == owner[RUN - 1 :]
    chosen = within & (hashes % np.uint64(SAMPLED) == 0)
    owner, hashes = owner[:size][chosen], hashes[chosen]
    order = np.lexsort((hashes, owner))
    owner, hashes = owner[order], hashes[order]
    first = np.ones(len(owner), np.bool_)
    first[1:] = (owner[1:] != owner[:-1]) | (hashes[1:] != hashes[:-1])
    return owner[first], hashes[first]
