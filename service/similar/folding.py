"""Near copies among hits, folded into the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from service.similar.alignment import (
    EDITED,
    LONGER,
    SHORTEST_INSIDE,
    Wording,
    kind_of,
    shared_wording,
)
from service.similar.answer import Kind
from service.similar.results import Found

if TYPE_CHECKING:
    from service.similar.view import View

__all__ = ["Folder"]

_BLOCK = 64  # hits that are laid beside the better ones together
# Where one text is at most twice as long as the other and most of the shorter stands in it, a copy shares 0.4 at least.
_LEAST = 0.39
_ROUNDING = 1e-3  # far more than single precision loses


class Folder:
    """Folds hits into better ones of other reports that they are copies of; made for one list, which may grow."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._rows: list[int] = []
        self._reports: list[int] = []
        self._wordings: list[Wording] = []
        self._leaders: dict[int, list[tuple[int, Kind]]] = {}  # place of each hit that stays → what was folded into it

    def fold(self, found: Sequence[Found]) -> list[Found]:
        """The hits that stay, in their order, each with its copies.

        found: best first; where it goes on from the list that was folded before, only what is new is looked at.
        """
        rows = [one.row for one in found]
        if rows[: len(self._rows)] != self._rows:
            self._begin_anew()
        for begin in range(len(self._rows), len(rows), _BLOCK):
            self._take(rows[begin : begin + _BLOCK])
        return [
            replace(found[place], copies=tuple(copies)) if copies else found[place]
            for place, copies in self._leaders.items()
        ]

    def _take(self, rows: list[int]) -> None:
        begin = len(self._rows)
        self._rows += rows
        self._reports += self._view.generation.passages.report[rows].tolist()
        self._wordings += [self._view.wording_of(row) for row in rows]
        likely = self._likely(begin)
        for place in range(begin, len(self._rows)):
            for leader in likely.get(place, ()):
                kind = self._kind(leader, place) if leader in self._leaders else Kind.SIMILAR
                if kind is not Kind.SIMILAR:
                    self._leaders[leader].append((self._rows[place], kind))
                    break
            else:
                self._leaders[place] = []

    def _likely(self, begin: int) -> dict[int, list[int]]:
        """For places from `begin` on the better ones that may share most of their wording, ascending."""
        from rapidfuzz.distance import Indel
        from rapidfuzz.process import cdist

        better = [*self._leaders, *range(begin, len(self._rows))]
        theirs = [self._wordings[place].symbols for place in better]
        mine = theirs[len(self._leaders) :] if self._leaders else theirs  # one list with itself costs half
        shared = cdist(mine, theirs, scorer=Indel.normalized_similarity, score_cutoff=_LEAST)
        sizes = np.array([len(text) for text in theirs])
        longer, shorter = (pick.outer(sizes[-len(mine) :], sizes) for pick in (np.maximum, np.minimum))
        inside = (shorter >= SHORTEST_INSIDE) & (longer >= LONGER * shorter)
        shared[(shared < EDITED - _ROUNDING) & ~inside] = 0
        likely: dict[int, list[int]] = {}
        for place, other in zip(*(places.tolist() for places in shared.nonzero()), strict=True):
            if better[other] < begin + place:
                likely.setdefault(begin + place, []).append(better[other])
        return likely

    def _kind(self, leader: int, place: int) -> Kind:
        a, b = self._wordings[leader], self._wordings[place]
        short, long = sorted((len(a.symbols), len(b.symbols)))
        if self._reports[leader] == self._reports[place] or long > 2 * short:
            return Kind.SIMILAR
        return kind_of(shared_wording(a, b))
