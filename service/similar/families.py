"""The copy families of a store: passages that are near copies of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from embed.exceptions import QueryError
from embed.index.filter import Filter
from embed.index.tables import ROLES
from embed.structure.report import Role
from service.similar.alignment import kind_of, shared_wording, wording
from service.similar.copies import near_copy_pairs
from service.similar.explain import place_of
from service.similar.findings import CopyFamily, FamiliesAnswer, FamilyMember

if TYPE_CHECKING:
    from embed.index.generation import Generation

__all__ = ["copy_families"]

_CONTENT = tuple(role for role in Role if role is not Role.BACKGROUND)


def copy_families(
    generation: Generation, *, k: int = 50, smallest: int = 2, where: Filter | None = None
) -> FamiliesAnswer:
    """The k largest families of near copies, over all passages that are no background.

    smallest: passages of a family, at least. Families are the connected parts of the near-copy pairs, so their
    members need not all be near copies of the first one.
    """
    if k < 1 or smallest < 2:
        raise QueryError(f"k is at least 1 and smallest at least 2, not {k!r} and {smallest!r}.")
    rows = generation.rows(where)
    wanted = [ROLES.index(role) for role in _CONTENT]
    rows = rows[np.isin(generation.passages.role[rows], wanted)]
    pairs = near_copy_pairs(generation, rows)
    families = [f for f in _connected([(a, b) for a, b, _ in pairs]) if len(f) >= smallest]
    families.sort(key=lambda f: (-len(f), f[0]))
    return FamiliesAnswer(
        families=tuple(_family(generation, rows) for rows in families[:k]),
        total=len(families),
        pairs=len(pairs),
        passages=sum(len(f) for f in families),
        searched=len(rows),
        generation=generation.number,
    )


def _connected(pairs: list[tuple[int, int]]) -> list[list[int]]:
    """The connected parts of a graph given by its edges, each ascending."""
    parent: dict[int, int] = {}

    def root(row: int) -> int:
        while parent.setdefault(row, row) != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for a, b in pairs:
        a, b = sorted((root(a), root(b)))
        parent[b] = a
    parts: dict[int, list[int]] = {}
    for row in sorted(parent):
        parts.setdefault(root(row), []).append(row)
    return list(parts.values())


def _family(generation: Generation, rows: list[int]) -> CopyFamily:
    """A family with its earliest dated member first, then by date, undated members last."""
    passages = generation.passages_at(rows)
    metadata = [generation.report_at(p.report_row).metadata for p in passages]
    order = sorted(
        range(len(rows)),
        key=lambda i: (metadata[i].year or 9999, str(metadata[i].published or "9999"), passages[i].id),
    )
    first = wording(passages[order[0]].text)
    members = tuple(
        FamilyMember(
            passages[i].id,
            passages[i].report,
            place_of(metadata[i].region),
            metadata[i].year,
            kind_of(shared_wording(first, wording(passages[i].text))),
        )
        for i in order
    )
    return CopyFamily(
        id=f"f-{members[0].passage}",
        members=members,
        reports=len({m.report for m in members}),
        regions=len({m.place for m in members if m.place}),
        years=tuple(sorted({m.year for m in members if m.year})),
        text=passages[order[0]].text,
        role=passages[order[0]].role,
    )
