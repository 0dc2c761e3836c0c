"""Identity over time: which cluster of now is which cluster of before, and what people have fixed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embed.index.clusterings import ClusterEdit, ClusterEvent
from embed.structure.report import Role

__all__ = ["Before", "Held", "held_groups", "hold", "keep_ids"]

LEAST_OVERLAP = 0.25  # shared members over all members of both, among passages that were there before and are now
LEAST_SHARE = 0.5  # of a cluster's known members from which on it came from, or became, another


@dataclass(frozen=True, slots=True)
class Before:
    """The clustering before: passage id → cluster id, and every id that there has ever been."""

    members: Mapping[str, str]
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Held:
    """A group of passages that somebody fixed: they stay together under this id. `whole` also takes in newcomers."""

    id: str
    passages: frozenset[str]
    whole: bool


def held_groups(edits: Sequence[ClusterEdit]) -> list[Held]:
    """What the merges, splits and pins of people amount to; a later one takes passages out of earlier ones."""
    groups: dict[str, Held] = {}
    for edit in edits:
        if edit.kind == "unpin":
            groups.pop(edit.cluster, None)
        if edit.kind not in ("merge", "split", "pin"):
            continue
        taken = frozenset(edit.value["passages"])
        groups = {key: Held(key, g.passages - taken, g.whole) for key, g in groups.items()}
        for swallowed in edit.value.get("clusters", []):
            groups.pop(swallowed, None)
        groups[edit.cluster] = Held(edit.cluster, taken, edit.kind != "split")
    return [group for group in groups.values() if group.passages]


def hold(
    labels: NDArray[np.int32], passages: Sequence[str], held: Sequence[Held], before: Before | None
) -> tuple[NDArray[np.int32], dict[int, str]]:
    """Labels with the held groups put together; (labels, label → id of the held group).

    A cluster whose known members are mostly in a group goes into it as a whole: its newcomers belong there too.
    """
    labels = labels.copy()
    free = int(labels.max()) + 1 if len(labels) else 0
    known = before.members if before else {}
    named: dict[int, str] = {}
    for group in held:
        mine = np.fromiter((p in group.passages for p in passages), np.bool_, len(passages))
        if not mine.any():
            continue
        target, free = free, free + 1
        if group.whole:
            old = np.fromiter((p in known for p in passages), np.bool_, len(passages))
            for label in np.unique(labels[mine]):
                inside = labels == label
                if (mine & inside).sum() >= LEAST_SHARE * max(1, (old & inside).sum()):
                    labels[inside] = target
        labels[mine] = target
        named[target] = group.id
    return labels, named


def keep_ids(
    role: Role, now: Sequence[Sequence[str]], before: Before | None, fixed: Mapping[int, str]
) -> tuple[list[str], list[ClusterEvent]]:
    """(the id of each cluster, what happened to the clusters before).

    now: the passage ids of each cluster, in the order in which new ids are given. fixed: ids that are settled.
    A cluster keeps the id of the one before that it shares most with, if each is the other's best that is left.
    """
    members = before.members if before else {}
    used = set(before.ids) if before else set()
    origins = [Counter(members[p] for p in passages if p in members) for passages in now]
    present = Counter(members[p] for passages in now for p in passages if p in members)
    ids: list[str | None] = [fixed.get(place) for place in range(len(now))]
    taken = {identity for identity in ids if identity}
    pairs = sorted((-shared, old, place) for place, origin in enumerate(origins) for old, shared in origin.items())
    for negative, old, place in pairs:
        together = present[old] + sum(origins[place].values()) + negative
        if ids[place] is None and old not in taken and -negative >= LEAST_OVERLAP * together:
            ids[place] = old
            taken.add(old)
    fresh = _fresh(role, used | taken)
    whole = [identity or next(fresh) for identity in ids]
    return whole, _events(whole, origins, before, members)


def _fresh(role: Role, used: set[str]) -> Iterator[str]:
    letter = {Role.MEASURE: "M", Role.PROBLEM: "P", Role.PLAN: "L", Role.CAUSE: "C"}[role]
    number = max((int(i[1:]) for i in used if i[1:].isdigit()), default=0)
    while True:
        number += 1
        yield f"{letter}{number:04d}"


def _events(
    ids: Sequence[str], origins: Sequence[Counter[str]], before: Before | None, members: Mapping[str, str]
) -> list[ClusterEvent]:
    known = before.ids if before else frozenset()
    sizes = Counter(members.values())
    events = []
    for identity, origin in zip(ids, origins, strict=True):
        if identity in known:
            continue
        from_ = sorted(old for old, n in origin.items() if n >= LEAST_SHARE * sum(origin.values()))
        events.append(ClusterEvent("split" if from_ else "born", identity, tuple(from_)))
    living = set(ids)
    for old in sorted(set(sizes) - living):
        into = sorted(
            identity
            for identity, origin in zip(ids, origins, strict=True)
            if origin[old] >= LEAST_SHARE * max(1, sum(o[old] for o in origins))
        )
        events.append(ClusterEvent("merged" if into else "ended", old, tuple(into)))
    return events
