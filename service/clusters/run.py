"""Clustering of one generation: points, linkage, assignment, names, counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from embed.exceptions import QueryError
from embed.structure.report import Role
from service.clusters.assign import Assignment, Centres, settle
from service.clusters.clustering import POOLS, Clustering, Leftover, Parameters, RoleClusters
from service.clusters.describe import describe, group_clusters
from service.clusters.linkage import agglomerate
from service.clusters.space import Space, space_of
from service.clusters.tally import scope_of

if TYPE_CHECKING:
    from embed.index import Generation
    from embed.models.encoder import Encoder

__all__ = ["ROLES", "RoleModel", "cluster", "cluster_role"]

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


def cluster(
    generation: Generation,
    *,
    roles: Sequence[Role] = ROLES,
    parameters: Parameters | None = None,
    encoder: Encoder | None = None,
    threads: int = 2,
) -> Clustering:
    """Cluster the searchable passages of a generation, each role by itself.

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
    for role in roles:
        if role not in POOLS:
            raise QueryError(f"passages of the role {role} are not clustered.", hint=f"Roles: {', '.join(POOLS)}.")
        found[role] = cluster_role(generation, role, parameters, encoder=encoder, threads=threads)[0]
    scope = scope_of(generation, generation.rows())
    warnings = () if encoder is not None or parameters.theme_share == 0 else (NO_EXAMPLES,)
    return Clustering(generation.number, parameters, found, scope.reports, warnings)


def cluster_role(
    generation: Generation,
    role: Role,
    parameters: Parameters,
    *,
    encoder: Encoder | None = None,
    threads: int = 2,
) -> tuple[RoleClusters, RoleModel]:
    """Clusters of one role, and the model that new text is assigned by."""
    rows = _rows_of(generation, role)
    space = space_of(generation, rows, role, parameters, encoder)
    labels = agglomerate(space.points, fineness=parameters.fineness, neighbours=parameters.neighbours, threads=threads)
    centres, assigned = settle(space.points, labels, parameters.fineness)
    centres, assigned = _by_size(centres, assigned)
    ids = tuple(f"{str(role)[0].upper()}{number:04d}" for number in range(1, len(centres.means) + 1))
    model = RoleModel(role, space, centres, assigned, ids)
    clusters = describe(generation, model)
    clusters, groups = group_clusters(clusters)
    return RoleClusters(role, clusters, groups, _leftovers(generation, model)), model


def _rows_of(generation: Generation, role: Role) -> NDArray[np.int32]:
    from embed.index import Filter

    return np.asarray(generation.rows(Filter(roles=POOLS[role])), dtype=np.int32)


def _by_size(centres: Centres, assigned: Assignment) -> tuple[Centres, Assignment]:
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
    return Centres(centres.means[order], centres.fineness), replace(
        assigned, label=rank[assigned.label], second=rank[assigned.second]
    )


def _leftovers(generation: Generation, model: RoleModel) -> tuple[Leftover, ...]:
    alone = np.flatnonzero(model.assigned.label < 0)
    return tuple(
        Leftover(
            generation.passage_id(int(model.space.rows[i])),
            int(model.space.rows[i]),
            model.ids[model.assigned.second[i]] if model.assigned.second[i] >= 0 else None,
            round(float(model.assigned.similarity[i]), 4),
        )
        for i in alone
    )
