"""A clustering seen through a filter: the same clusters and ids, counted over fewer reports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from service.clusters.clustering import Cluster, Clustering, Group, RoleClusters
from service.clusters.tally import Scope, scope_of

if TYPE_CHECKING:
    from embed.index import Filter, Generation

__all__ = ["narrow"]


def narrow(generation: Generation, clustering: Clustering, where: Filter) -> Clustering:
    """Only the passages that the filter keeps. Clusters without any are left out, the others keep id and name."""
    rows = np.asarray(generation.rows(where))
    inside = np.zeros(len(generation.passages), np.bool_)
    inside[rows] = True
    scope = scope_of(generation, rows)
    roles = {role: _narrow_role(generation, found, inside.tolist(), scope) for role, found in clustering.roles.items()}
    return replace(clustering, roles=roles, reports=scope.reports)


def _narrow_role(generation: Generation, found: RoleClusters, inside: list[bool], scope: Scope) -> RoleClusters:
    clusters = [c for c in (_narrow_cluster(generation, c, inside, scope) for c in found.clusters) if c.members]
    clusters.sort(key=lambda c: (-len(c.members), c.id))
    living = {cluster.id for cluster in clusters}
    groups = (Group(g.id, g.name, tuple(i for i in g.clusters if i in living)) for g in found.groups)
    left = tuple(left for left in found.unclustered if inside[left.row])
    return RoleClusters(found.role, tuple(clusters), tuple(g for g in groups if g.clusters), left)


def _narrow_cluster(generation: Generation, cluster: Cluster, inside: list[bool], scope: Scope) -> Cluster:
    members = tuple(member for member in cluster.members if inside[member.row])
    mine = {member.passage for member in members}
    rows = np.array([member.row for member in members], dtype=np.int64)
    spread = scope.spread(np.asarray(generation.passages.report)[rows])
    central = sorted(members, key=lambda m: (-m.similarity, m.passage))
    kept = tuple(p for p in cluster.representative if p in mine)
    more = tuple(m.passage for m in central if m.passage not in kept)
    families = (tuple(p for p in family if p in mine) for family in cluster.families)
    return replace(
        cluster,
        members=members,
        reports=spread.reports,
        regions=spread.regions,
        provinces=spread.provinces,
        levels=spread.levels,
        years=spread.years,
        representative=(kept + more)[: max(3, len(kept))],
        divergent=tuple(p for p in cluster.divergent if p in mine),
        families=tuple(family for family in families if len(family) > 1),
    )
