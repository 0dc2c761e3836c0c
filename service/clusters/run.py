"""Clustering of one generation: points, linkage, assignment, names, counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import QueryError
from embed.structure.report import Role
from service.clusters.assign import Assignment, Centres, settle
from service.clusters.clustering import POOLS, Clustering, Leftover, Parameters, RoleClusters
from service.clusters.copies import copy_families
from service.clusters.describe import describe, group_clusters
from service.clusters.identity import Before, Held, held_groups, hold, keep_ids
from service.clusters.layout import flat_map
from service.clusters.linkage import agglomerate
from service.clusters.outline import places_of
from service.clusters.space import Space, example_vectors, space_of, themes_of
from service.clusters.tally import scope_of

if TYPE_CHECKING:
    from embed.index import Generation
    from embed.index.clusterings import ClusterEdit, ClusterEvent
    from embed.models.encoder import Encoder

__all__ = ["ROLES", "Found", "Past", "RoleModel", "assemble", "check_roles", "cluster", "cluster_role"]

ROLES = (Role.MEASURE, Role.PROBLEM)
NO_EXAMPLES = "没有编码器，主题目录的例句未参与聚类 · no encoder was given: the examples of the catalogue took no part"


@dataclass(frozen=True, slots=True)
class RoleModel:
    """What new text of a role is assigned by. `ids` are the clusters' ids in the order of the centres' rows."""

    role: Role
    space: Space
    centres: Centres
    assigned: Assignment
    ids: tuple[str, ...]
    with_examples: bool
    places: tuple[str, ...]  # code of the outline's item of each passage
    families: NDArray[np.int32]
    positions: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Past:
    """What was before: the clustering, and what people fixed in it."""

    before: Before | None = None
    edits: tuple[ClusterEdit, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A clustering of one role: the clusters, the model that assigns new text, and what happened since the last one."""

    clusters: RoleClusters
    model: RoleModel
    events: tuple[ClusterEvent, ...]


def cluster(
    generation: Generation,
    *,
    roles: Sequence[Role] = ROLES,
    parameters: Parameters | None = None,
    encoder: Encoder | None = None,
    threads: int = 2,
) -> Clustering:
    """Cluster the searchable passages of a generation, each role by itself, without regard to earlier clusterings.

    encoder: turns the catalogue's examples into vectors; without it clusters are found from vectors, words and terms
    alone, and the clustering carries a warning. The result depends on the passages and the parameters only.

    Raises:
        QueryError: a role that cannot be clustered.
        ModelMismatch: the encoder is not the one that the generation's vectors come from.
    """
    parameters = parameters or Parameters()
    if encoder is not None:
        generation.check_encoder(encoder)
    found = {}
    for role in check_roles(roles):
        examples = example_vectors(themes_of(role, parameters), generation, encoder)
        found[role] = cluster_role(generation, role, parameters, examples=examples, threads=threads).clusters
    with_examples = encoder is not None
    return assemble(generation, parameters, found, with_examples=with_examples)


def check_roles(roles: Sequence[Role]) -> Sequence[Role]:
    """Refuse roles that are not clustered."""
    for role in roles:
        if role not in POOLS:
            raise QueryError(f"passages of the role {role} are not clustered.", hint=f"Roles: {', '.join(POOLS)}.")
    return roles


def assemble(
    generation: Generation, parameters: Parameters, found: Mapping[Role, RoleClusters], *, with_examples: bool
) -> Clustering:
    """The clustering of several roles."""
    scope = scope_of(generation, generation.rows())
    warnings = () if with_examples or parameters.theme_share == 0 else (NO_EXAMPLES,)
    return Clustering(generation.number, parameters, found, scope.reports, warnings)


def cluster_role(
    generation: Generation,
    role: Role,
    parameters: Parameters,
    *,
    examples: NDArray[np.float32],
    past: Past | None = None,
    threads: int = 2,
) -> Found:
    """Clusters of one role. examples: (themes, d) unit vectors of the themes' examples before centring, or zeros."""
    past = past or Past()
    rows = _rows_of(generation, role)
    space = space_of(generation, rows, role, parameters, examples)
    labels = agglomerate(space.points, fineness=parameters.fineness, neighbours=parameters.neighbours, threads=threads)
    held, passages = held_groups(past.edits), None
    if held or past.before:
        passages = [generation.passage_id(int(row)) for row in rows]
    labels, named = hold(labels, passages or [], held, past.before) if held else (labels, {})
    centres, assigned, fixed = settle(space.points, labels, parameters.fineness, named)
    if passages is not None:
        assigned = _force(assigned, passages, held, fixed)
    centres, assigned, fixed = _by_size(centres, assigned, fixed)
    now = _members(assigned, len(centres.means), passages) if passages else [() for _ in centres.means]
    ids, events = keep_ids(role, now, past.before, fixed)
    model = RoleModel(
        role,
        space,
        centres,
        assigned,
        tuple(ids),
        bool(examples.any()),
        tuple(places_of(space.beliefs, space.themes.catalogue)),
        copy_families([generation.text_of(int(row)) for row in rows]),
        flat_map(space.points, assigned.label, assigned.second, centres.means),
    )
    clusters, groups = group_clusters(describe(generation, model))
    found = RoleClusters(role, clusters, groups, _leftovers(generation, model))
    return Found(found, model, tuple(events))


def _members(assigned: Assignment, count: int, passages: Sequence[str]) -> list[list[str]]:
    members: list[list[str]] = [[] for _ in range(count)]
    for passage, label in zip(passages, assigned.label.tolist(), strict=True):
        if label >= 0:
            members[label].append(passage)
    return members


def _force(assigned: Assignment, passages: Sequence[str], held: Sequence[Held], fixed: Mapping[int, str]) -> Assignment:
    """Passages that somebody put into a group are in it, however near another cluster is."""
    label = assigned.label.copy()
    place = {identity: number for number, identity in fixed.items()}
    for group in held:
        if group.id in place:
            mine = [row for row, passage in enumerate(passages) if passage in group.passages]
            label[mine] = place[group.id]
    return replace(assigned, label=label)


def _rows_of(generation: Generation, role: Role) -> NDArray[np.int32]:
    from embed.index import Filter

    return np.asarray(generation.rows(Filter(roles=POOLS[role])), dtype=np.int32)


def _by_size(
    centres: Centres, assigned: Assignment, fixed: Mapping[int, str]
) -> tuple[Centres, Assignment, dict[int, str]]:
    """Number the clusters by size, largest first, equal ones by their first passage."""
    count = len(centres.means)
    inside = np.flatnonzero(assigned.label >= 0)
    sizes = np.bincount(assigned.label[inside], minlength=count)
    firsts = np.full(count, len(assigned.label), np.int64)
    np.minimum.at(firsts, assigned.label[inside], inside)
    order = np.lexsort((firsts, -sizes))
    rank = np.empty(count + 1, np.int32)
    rank[order] = np.arange(count, dtype=np.int32)
    rank[count] = -1  # −1 finds the last
    assigned = replace(assigned, label=rank[assigned.label], second=rank[assigned.second])
    named = {int(rank[number]): identity for number, identity in fixed.items()}
    return Centres(centres.means[order], centres.fineness), assigned, named


def _leftovers(generation: Generation, model: RoleModel) -> tuple[Leftover, ...]:
    alone = np.flatnonzero(model.assigned.label < 0)
    return tuple(
        Leftover(
            generation.passage_id(int(model.space.rows[i])),
            int(model.space.rows[i]),
            model.ids[model.assigned.second[i]] if model.assigned.second[i] >= 0 else None,
            round(float(model.assigned.similarity[i]), 4),
            model.places[i],
            int(model.families[i]),
            round(float(model.positions[i, 0]), 4),
            round(float(model.positions[i, 1]), 4),
        )
        for i in alone.tolist()
    )
